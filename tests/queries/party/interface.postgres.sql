SELECT t0.kind AS c0, t0.signed_on AS c1, t0.count_min AS c2, t0.count_bound AS c3, t0.id AS c4, t0.event_id AS c5 FROM agreements t0 WHERE TRUE AND t0.slug = $1
SELECT * FROM (SELECT t0.kind AS c0, t0.slug AS c1, (SELECT n.text FROM names n WHERE n.subject_kind = 'PARTY' AND n.subject_id = t0.id ORDER BY (n.language <> $1), (n.language <> 'en'), n.language, n.ordinal LIMIT 1) AS c2, t0.region_id AS c3, t0.org_kind AS c4, t0.id AS c5, t99.agreement_id AS p FROM agreement_parties t99 JOIN parties t0 ON t0.id = t99.party_id WHERE t99.agreement_id = ANY($2)) u ORDER BY p, c5
SELECT * FROM (SELECT t0.code AS c0, t0.id AS c1, t99.agreement_id AS p FROM agreement_sectors t99 JOIN sectors t0 ON t0.id = t99.sector_id WHERE t99.agreement_id = ANY($1)) u ORDER BY p, c0, c1
SELECT t0.slug AS c0, t0.id AS c1 FROM events t0 WHERE TRUE AND t0.id = $1
SELECT t0.slug AS c0, t0.signed_on AS c1, t0.id AS c2 FROM agreements t0 WHERE TRUE ORDER BY t0.signed_on DESC NULLS LAST, t0.id DESC LIMIT 21
