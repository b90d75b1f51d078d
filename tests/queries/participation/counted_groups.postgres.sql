SELECT p.*, 1 AS one, CAST(NULL AS BIGINT) AS total FROM (SELECT t0.party_id AS c0, t0.id AS c1 FROM participations t0 WHERE TRUE AND (EXISTS (SELECT 1 FROM parties t1 WHERE t1.id = t0.party_id)) IS NOT TRUE ORDER BY t0.id LIMIT 21) p UNION ALL SELECT NULL, NULL, NULL, (SELECT COUNT(*) FROM (SELECT 1 AS c0 FROM participations t0 WHERE TRUE AND (EXISTS (SELECT 1 FROM parties t1 WHERE t1.id = t0.party_id)) IS NOT TRUE) w) ORDER BY c1
SELECT t0.slug AS c0, t0.headcount AS c1, t0.headcount_unit AS c2, t0.headcount_bound AS c3, t0.includes_named AS c4, t0.id AS c5 FROM participations t0 WHERE TRUE AND t0.headcount >= $1 ORDER BY t0.id LIMIT 21
SELECT t0.role AS c0, t0.status AS c1, t0.party_id AS c2, t0.event_id AS c3, t0.headcount AS c4 FROM participations t0 WHERE TRUE AND t0.slug = $1
SELECT t0.kind AS c0, t0.slug AS c1, t0.id AS c2 FROM parties t0 WHERE TRUE AND t0.id = $1
SELECT t0.slug AS c0, t0.id AS c1 FROM events t0 WHERE TRUE AND t0.id = $1
