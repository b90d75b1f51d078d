SELECT p, COUNT(*) AS c0 FROM (SELECT 1 AS c0, t0.source_id AS p FROM events t0 WHERE t0.source_id IN (SELECT value FROM json_each(?))) u GROUP BY p
SELECT p, COUNT(*) AS c0 FROM (SELECT 1 AS c0, t0.source_id AS p FROM agreements t0 WHERE t0.source_id IN (SELECT value FROM json_each(?))) u GROUP BY p
SELECT p, COUNT(*) AS c0 FROM (SELECT 1 AS c0, t0.source_id AS p FROM datasets t0 WHERE t0.source_id IN (SELECT value FROM json_each(?))) u GROUP BY p
SELECT t0.code AS c0, t0.id AS c1 FROM sources t0 WHERE TRUE AND t0.kind = ? ORDER BY t0.code, t0.id LIMIT 21
