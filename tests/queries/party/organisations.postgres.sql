SELECT t0.slug AS c0, (SELECT n.text FROM names n WHERE n.subject_kind = 'PARTY' AND n.subject_id = t0.id ORDER BY (n.language <> $1), (n.language <> 'en'), n.language, n.ordinal LIMIT 1) AS c1, (SELECT n.text FROM names n WHERE n.subject_kind = 'PARTY' AND n.subject_id = t0.id ORDER BY (n.language <> $2), (n.language <> 'en'), n.language, n.ordinal LIMIT 1) AS c2, t0.org_kind AS c3, t0.founded_on AS c4, t0.founded_precision AS c5, t0.sort_name AS c6, t0.id AS c7 FROM parties t0 WHERE TRUE AND t0.kind = 'ORGANISATION' AND t0.region_id = $3 ORDER BY t0.sort_name, t0.id LIMIT 21
SELECT t0.id AS c0 FROM parties t0 WHERE TRUE AND t0.kind = 'ORGANISATION' AND t0.slug = $1
SELECT t0.code AS c0, t0.publisher_party_id AS c1, t0.id AS c2, t0.publisher_party_id AS p FROM datasets t0 WHERE t0.publisher_party_id = ANY($1) ORDER BY t0.code, t0.id LIMIT 21
SELECT t0.slug AS c0, t0.id AS c1 FROM parties t0 WHERE TRUE AND t0.kind = 'ORGANISATION' AND t0.id = $1
SELECT t0.slug AS c0, t0.sort_name AS c1, t0.id AS c2 FROM parties t0 WHERE TRUE AND t0.kind = 'COMPANY' ORDER BY t0.sort_name, t0.id LIMIT 21
SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM parties t0 WHERE TRUE AND t0.kind = 'COMPANY') u
SELECT t0.slug AS c0 FROM parties t0 WHERE TRUE AND t0.kind = 'COMPANY' AND t0.slug = $1
