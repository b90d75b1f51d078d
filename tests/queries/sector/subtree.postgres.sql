SELECT t0.code AS c0, t0.level AS c1, t0.parent_id AS c2, t0.classification_id AS c3, t0.id AS c4 FROM sectors t0 WHERE TRUE AND (t0.id = ANY($1) AND (t0.id = $2 OR t0.classification_id = $3)) ORDER BY t0.code, t0.id LIMIT 4
SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM sectors t0 WHERE TRUE AND (t0.id = ANY($1) AND (t0.id = $2 OR t0.classification_id = $3))) u
SELECT * FROM (SELECT t0.to_sector_id AS c0, t0.weight_ppm AS c1, t0.from_sector_id AS c2, t0.from_sector_id AS p FROM correspondences t0 WHERE t0.from_sector_id = ANY($1)) u ORDER BY p, c2, c0
