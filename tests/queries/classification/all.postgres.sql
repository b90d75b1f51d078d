SELECT t0.code AS c0, t0.family AS c1, t0.edition AS c2, t0.title AS c3, t0.id AS c4 FROM classifications t0 WHERE TRUE ORDER BY t0.code, t0.id LIMIT 51
SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM classifications t0 WHERE TRUE) u
SELECT p, COUNT(*) AS c0 FROM (SELECT 1 AS c0, t0.classification_id AS p FROM sectors t0 WHERE t0.classification_id = ANY($1) AND t0.level = $2) u GROUP BY p
