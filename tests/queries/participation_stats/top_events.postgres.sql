SELECT t0.id, t0.event_id, t0.party_id, NULL, NULL, t0.status, NULL, CAST(EXTRACT(YEAR FROM e.starts_on) AS BIGINT), NULL, NULL, t0.headcount, t0.headcount_unit, t0.headcount_bound, CASE WHEN t0.includes_named THEN 1 ELSE 0 END FROM participations t0 LEFT JOIN events e ON e.id = t0.event_id
SELECT t0.id AS c0, t0.starts_on AS c1, t0.slug AS c2 FROM events t0 WHERE TRUE AND t0.id = ANY($1)
SELECT t0.slug AS c0, t0.starts_on AS c1, t0.id AS c2 FROM events t0 WHERE TRUE AND t0.id = $1
