SELECT t0.slug AS c0, t0.starts_on AS c1, t0.id AS c2 FROM events t0 WHERE TRUE AND (t0.starts_on >= $1 AND t0.region_id = ANY($2)) ORDER BY t0.starts_on, t0.id LIMIT 21
SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM parties t0 WHERE TRUE AND t0.kind = 'COMPANY' AND t0.region_id = $1) u
SELECT 1 AS c0 FROM (SELECT 1 AS c0 FROM events t0 WHERE TRUE) u LIMIT 1
SELECT 1 AS c0 FROM (SELECT 1 AS c0 FROM events t0 WHERE TRUE AND t0.region_id = ANY($1)) u LIMIT 1
SELECT MIN(u.c0) AS c0, MAX(u.c0) AS c1 FROM (SELECT t0.starts_on AS c0 FROM events t0 WHERE TRUE AND t0.region_id = ANY($1)) u
SELECT 1 AS c0 FROM (SELECT 1 AS c0 FROM events t0 WHERE TRUE AND t0.starts_on >= $1) u LIMIT 1
SELECT 1 AS c0 FROM (SELECT 1 AS c0 FROM parties t0 WHERE TRUE AND t0.kind = 'COMPANY') u LIMIT 1
