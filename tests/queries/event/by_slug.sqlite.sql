SELECT t0.slug AS c0, t0.starts_on AS c1, t0.date_precision AS c2, t0.source_id AS c3 FROM events t0 WHERE TRUE AND t0.slug = ?
SELECT t0.slug AS c0 FROM events t0 WHERE TRUE AND t0.slug = ?
