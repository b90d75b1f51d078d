SELECT k.n, (SELECT string_agg(CAST(f.subject_id AS TEXT) || ' ' || f.shown, ' ') FROM (SELECT t.subject_id, t.shown FROM terms t WHERE t.kind = CAST(k.c0 AS INTEGER) AND t.form = CAST(k.c1 AS INTEGER) AND t.term >= k.c2 AND t.term < k.c3 ORDER BY t.term, t.weight, t.subject_id LIMIT 201) f) AS found FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS k(c0, c1, c2, c3, n)
SELECT k.n, (SELECT string_agg(f.language || ' ' || replace(f.text, ' ', ' '), ' ') FROM (SELECT n.language, n.text FROM names n WHERE n.subject_kind = k.c0 AND n.subject_id = CAST(k.c1 AS BIGINT) ORDER BY n.language, n.ordinal LIMIT 40) f) AS found FROM unnest($1, $2) WITH ORDINALITY AS k(c0, c1, n)
SELECT k.n, (SELECT string_agg(f.term, ' ') FROM (SELECT d.term FROM term_deletions d WHERE d.deletion = k.c0 ORDER BY d.term LIMIT 60) f) AS found FROM unnest($1) WITH ORDINALITY AS k(c0, n)
SELECT t0.slug AS c0, t0.id AS c1 FROM parties t0 WHERE TRUE AND t0.kind = 'ORGANISATION' AND t0.id = $1
SELECT t0.id AS c0 FROM events t0 WHERE TRUE AND t0.id = $1
SELECT t0.id AS c0 FROM agreements t0 WHERE TRUE AND t0.id = $1
