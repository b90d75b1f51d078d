SELECT t0.code AS c0, t0.id AS c1 FROM regions t0 WHERE TRUE AND (t0.id = ANY($1) AND t0.level = $2) ORDER BY t0.code, t0.id LIMIT 4
SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM regions t0 WHERE TRUE AND (t0.id = ANY($1) AND t0.level = $2)) u
SELECT t0.code AS c0, (SELECT n.text FROM names n WHERE n.subject_kind = 'REGION' AND n.subject_id = t0.id ORDER BY (n.language <> $1), (n.language <> 'en'), n.language, n.ordinal LIMIT 1) AS c1, t0.id AS c2 FROM regions t0 WHERE TRUE AND (t0.id = ANY($2) AND t0.level = ANY($3)) ORDER BY t0.code, t0.id LIMIT 201
SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM regions t0 WHERE TRUE AND (t0.id = ANY($1) AND t0.level = ANY($2))) u
SELECT t0.code AS c0, t0.id AS c1 FROM regions t0 WHERE TRUE AND t0.id = $1 ORDER BY t0.code, t0.id LIMIT 21
