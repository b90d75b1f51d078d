SELECT * FROM (SELECT t0.language AS c0, t0.text AS c1, t0.ordinal AS c2, t0.subject_id AS p FROM names t0 WHERE t0.subject_kind = 'REGION' AND t0.subject_id IN (SELECT value FROM json_each(?))) u ORDER BY p, c0, c2
SELECT * FROM (SELECT t0.scheme AS c0, t0.code AS c1, t0.region_id AS c2, t0.region_id AS p FROM region_codes t0 WHERE t0.region_id IN (SELECT value FROM json_each(?))) u ORDER BY p, c0, c1, c2
SELECT p, COUNT(*) AS c0 FROM (SELECT 1 AS c0, t0.parent_id AS p FROM regions t0 WHERE t0.parent_id IN (SELECT value FROM json_each(?))) u GROUP BY p
