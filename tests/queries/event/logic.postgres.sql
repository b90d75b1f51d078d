SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM events t0 WHERE TRUE) u
SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM events t0 WHERE TRUE AND (t0.region_id = ANY($1) OR t0.format = $2)) u
SELECT t0.slug AS c0, t0.region_id AS c1, t0.starts_on AS c2, t0.id AS c3 FROM events t0 WHERE TRUE AND ((t0.region_id = ANY($1) OR t0.format = $2)) IS NOT TRUE ORDER BY t0.starts_on, t0.id LIMIT 21
SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM events t0 WHERE TRUE AND ((t0.region_id = ANY($1) OR t0.format = $2)) IS NOT TRUE) u
