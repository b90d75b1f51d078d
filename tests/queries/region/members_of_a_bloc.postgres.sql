SELECT * FROM (SELECT t0.since AS c0, t0.until AS c1, t0.region_id AS c2, t0.group_id AS c3, t0.group_id AS p FROM region_members t0 WHERE t0.group_id = ANY($1)) u ORDER BY p, c3, c2
SELECT t0.code AS c0, t0.id AS c1 FROM regions t0 WHERE TRUE AND EXISTS (SELECT 1 FROM region_members t1 WHERE t1.region_id = t0.id AND (t1.group_id = $1 AND t1.until IS NULL)) ORDER BY t0.code, t0.id LIMIT 21
SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM regions t0 WHERE TRUE AND EXISTS (SELECT 1 FROM region_members t1 WHERE t1.region_id = t0.id AND (t1.group_id = $1 AND t1.until IS NULL))) u
