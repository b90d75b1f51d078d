-- Which figures a change is about, apart from its key, and what is known of its revision beside it.
ALTER TABLE changes ADD COLUMN dataset TEXT;
ALTER TABLE changes ADD COLUMN reporter TEXT;
ALTER TABLE changes ADD COLUMN period_start INTEGER;
ALTER TABLE changes ADD COLUMN period_months INTEGER;

UPDATE changes SET dataset = substr(entity_key, 1, instr(entity_key, '/') - 1) WHERE action = 'FIGURES';
UPDATE changes SET reporter = substr(substr(entity_key, length(dataset) + 2), 1, instr(substr(entity_key, length(dataset) + 2), '/') - 1)
  WHERE action = 'FIGURES';
UPDATE changes SET
  period_months = CASE WHEN substr(entity_key, length(dataset) + length(reporter) + 7, 2) = '-Q' THEN 3
    WHEN substr(entity_key, length(dataset) + length(reporter) + 7, 1) = '-' THEN 1 ELSE 12 END,
  period_start = CAST(substr(entity_key, length(dataset) + length(reporter) + 3, 4) AS INTEGER) * 12 +
    CASE WHEN substr(entity_key, length(dataset) + length(reporter) + 7, 2) = '-Q'
        THEN (CAST(substr(entity_key, length(dataset) + length(reporter) + 9, 1) AS INTEGER) - 1) * 3
      WHEN substr(entity_key, length(dataset) + length(reporter) + 7, 1) = '-'
        THEN CAST(substr(entity_key, length(dataset) + length(reporter) + 8, 2) AS INTEGER) - 1
      ELSE 0 END
  WHERE action = 'FIGURES';

-- Read by looking up each change's revision, so that a page follows the order of the changes.
CREATE VIEW change_log AS
SELECT changes.revision, changes.entity, changes.entity_key, changes.action, changes.n_inserted, changes.n_updated,
  changes.n_deleted, changes.replaced, changes.dataset, changes.reporter, changes.period_start, changes.period_months,
  (SELECT r.committed_at FROM revisions r WHERE r.revision = changes.revision) AS committed_at,
  (SELECT r.kind FROM revisions r WHERE r.revision = changes.revision) AS kind,
  (SELECT r.source_id FROM revisions r WHERE r.revision = changes.revision) AS source_id
FROM changes;
