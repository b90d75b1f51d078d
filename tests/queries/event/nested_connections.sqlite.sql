SELECT t0.slug AS c0, t0.id AS c1, t0.starts_on AS c2 FROM events t0 WHERE TRUE ORDER BY t0.starts_on DESC, t0.id DESC LIMIT 6
SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM events t0 WHERE TRUE) u
SELECT * FROM (SELECT u.*, row_number() OVER (PARTITION BY p ORDER BY c3) AS rn FROM (SELECT t0.slug AS c0, t0.role AS c1, t0.party_id AS c2, t0.id AS c3, t0.event_id AS p FROM participations t0 WHERE t0.event_id IN (SELECT value FROM json_each(?))) u) r WHERE rn <= 3 ORDER BY p, rn
SELECT p, COUNT(*) AS c0 FROM (SELECT 1 AS c0, t0.event_id AS p FROM participations t0 WHERE t0.event_id IN (SELECT value FROM json_each(?))) u GROUP BY p
SELECT t0.kind AS c0, t0.slug AS c1, t0.org_kind AS c2, t0.id AS c3 FROM parties t0 WHERE TRUE AND t0.id IN (SELECT value FROM json_each(?))
