-- Which levels a dataset holds in each period: what a sum over it may be made of.
CREATE TABLE dataset_levels (
  dataset_id BIGINT NOT NULL REFERENCES datasets (id),
  reporter_level INTEGER NOT NULL,
  partner_level INTEGER NOT NULL,
  sector_level INTEGER NOT NULL,
  classification_id BIGINT NOT NULL REFERENCES classifications (id),
  flow INTEGER NOT NULL,
  period_start INTEGER NOT NULL,
  period_months INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  PRIMARY KEY (dataset_id, reporter_level, partner_level, sector_level, classification_id, flow, period_start, period_months, origin)
);
CREATE INDEX dataset_levels_classification ON dataset_levels (classification_id);
INSERT INTO dataset_levels
SELECT DISTINCT f.dataset_id, f.reporter_level, f.partner_level, f.sector_level, s.classification_id, f.flow, f.period_start, f.period_months, f.origin
FROM trade_figures f JOIN sectors s ON s.id = f.sector_id;
