SELECT t0.slug AS c0, t0.id AS c1, t0.starts_on AS c2 FROM events t0 WHERE TRUE ORDER BY t0.starts_on, t0.id LIMIT 6
SELECT p, COUNT(*) AS c0 FROM (SELECT 1 AS c0, t0.event_id AS p FROM participations t0 WHERE t0.event_id = ANY($1)) u GROUP BY p
SELECT u.c0, COUNT(*), u.p FROM (SELECT t0.region_id AS c0, t0.event_id AS p FROM participations t0 WHERE t0.event_id = ANY($1)) u GROUP BY 1, 3
SELECT p, COUNT(*) AS c0 FROM (SELECT 1 AS c0, t0.region_id AS p FROM parties t0 WHERE t0.region_id = ANY($1) AND t0.kind = 'ORGANISATION') u GROUP BY p
SELECT u.c0, COUNT(*), u.p FROM (SELECT t0.role AS c0, t0.event_id AS p FROM participations t0 WHERE t0.event_id = ANY($1)) u GROUP BY 1, 3
SELECT CAST(EXTRACT(YEAR FROM u.c0) AS BIGINT), COUNT(*), u.p FROM (SELECT (SELECT t1.starts_on FROM events t1 WHERE t1.id = t0.event_id) AS c0, t0.event_id AS p FROM participations t0 WHERE t0.event_id = ANY($1)) u GROUP BY 1, 3
