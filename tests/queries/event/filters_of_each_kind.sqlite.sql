SELECT t0.slug AS c0, t0.starts_on AS c1, t0.id AS c2 FROM events t0 WHERE TRUE AND (t0.starts_on >= ? AND t0.starts_on < ?) ORDER BY t0.starts_on, t0.id LIMIT 21
SELECT t0.slug AS c0, t0.kind AS c1, t0.format AS c2, t0.starts_on AS c3, t0.id AS c4 FROM events t0 WHERE TRUE AND (t0.kind IN (SELECT value FROM json_each(?)) AND t0.format <> ?) ORDER BY t0.starts_on, t0.id LIMIT 21
SELECT t0.slug AS c0, t0.starts_on AS c1, t0.id AS c2 FROM events t0 WHERE TRUE AND (t0.slug >= ? AND t0.slug < ?) ORDER BY t0.starts_on, t0.id LIMIT 21
SELECT t0.slug AS c0, t0.series AS c1, t0.starts_on AS c2, t0.id AS c3 FROM events t0 WHERE TRUE AND (t0.series IS NULL AND t0.region_id = ?) ORDER BY t0.starts_on, t0.id LIMIT 21
SELECT p.*, 1 AS one, CAST(NULL AS BIGINT) AS total FROM (SELECT t0.slug AS c0, t0.starts_on AS c1, t0.id AS c2 FROM events t0 WHERE TRUE AND t0.kind = ? ORDER BY t0.starts_on, t0.id LIMIT 21) p UNION ALL SELECT NULL, NULL, NULL, NULL, (SELECT COUNT(*) FROM (SELECT 1 AS c0 FROM events t0 WHERE TRUE AND t0.kind = ?) w) ORDER BY c1, c2
SELECT 1 AS c0 FROM (SELECT 1 AS c0 FROM events t0 WHERE TRUE) u LIMIT 1
