SELECT t0.slug AS c0, t0.id AS c1, t0.starts_on AS c2 FROM events t0 WHERE TRUE ORDER BY t0.starts_on DESC, t0.id DESC LIMIT 6
SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM events t0 WHERE TRUE) u
SELECT c.*, k.c0 AS p FROM unnest($1) WITH ORDINALITY AS k(c0, n) CROSS JOIN LATERAL (SELECT t0.slug AS c0, t0.role AS c1, t0.party_id AS c2, t0.id AS c3 FROM participations t0 WHERE t0.event_id = k.c0 ORDER BY t0.id LIMIT 3) c
SELECT p, COUNT(*) AS c0 FROM (SELECT 1 AS c0, t0.event_id AS p FROM participations t0 WHERE t0.event_id = ANY($1)) u GROUP BY p
SELECT t0.kind AS c0, t0.slug AS c1, t0.org_kind AS c2, t0.id AS c3 FROM parties t0 WHERE TRUE AND t0.id = ANY($1)
