SELECT t0.slug AS c0, t0.id AS c1 FROM parties t0 WHERE TRUE AND t0.kind = 'ORGANISATION' AND t0.id = $1
SELECT t0.period_start AS c0, t0.period_months AS c1, t0.partners AS c2, t0.sectors AS c3, t0.n_figures AS c4, t0.reporter_id AS c5, t0.dataset_id AS c6, t0.dataset_id AS p FROM dataset_coverage t0 WHERE t0.dataset_id = ANY($1) ORDER BY t0.dataset_id, t0.reporter_id, t0.period_start, t0.period_months LIMIT 21
SELECT p, COUNT(*) AS c0 FROM (SELECT 1 AS c0, t0.dataset_id AS p FROM dataset_coverage t0 WHERE t0.dataset_id = ANY($1)) u GROUP BY p
SELECT t0.dataset_id AS c0, t0.reporter_id AS c1, t0.partner_id AS c2, t0.sector_id AS c3, t0.flow AS c4, t0.period_start AS c5, t0.period_months AS c6, t0.origin AS c7, t0.dataset_id AS p FROM trade_figures t0 WHERE t0.dataset_id = ANY($1) AND t0.dataset_id = $2 ORDER BY t0.dataset_id, t0.reporter_id, t0.partner_id, t0.sector_id, t0.flow, t0.period_start, t0.period_months, t0.origin LIMIT 2
SELECT p, COUNT(*) AS c0 FROM (SELECT 1 AS c0, t0.dataset_id AS p FROM trade_figures t0 WHERE t0.dataset_id = ANY($1) AND t0.dataset_id = $2) u GROUP BY p
SELECT t0.code AS c0, t0.id AS c1 FROM datasets t0 WHERE TRUE ORDER BY t0.code, t0.id LIMIT 21
