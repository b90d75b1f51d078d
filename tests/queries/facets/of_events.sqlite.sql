SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM events t0 WHERE TRUE) u
SELECT u.c0, COUNT(*) FROM (SELECT t0.region_id AS c0 FROM events t0 WHERE TRUE) u GROUP BY 1
WITH m AS MATERIALIZED (SELECT CAST(k.c0 AS BIGINT) AS node, CAST(k.c1 AS BIGINT) AS above FROM (SELECT key + 1 AS n, json_extract(value, '$[0]') AS c0, json_extract(value, '$[1]') AS c1 FROM json_each(?)) k) SELECT m.above, COUNT(DISTINCT u.c1) FROM (SELECT t0.id AS c0, t0.id AS c1 FROM events t0 WHERE TRUE) u LEFT JOIN event_sectors j ON j.event_id = u.c0 AND +j.sector_id IN (SELECT node FROM m) LEFT JOIN m ON m.node = j.sector_id GROUP BY 1
SELECT u.c0, COUNT(*) FROM (SELECT t0.kind AS c0 FROM events t0 WHERE TRUE) u GROUP BY 1
SELECT u.c0, COUNT(*) FROM (SELECT t0.format AS c0 FROM events t0 WHERE TRUE) u GROUP BY 1
SELECT CAST(strftime('%Y', u.c0) AS INTEGER), COUNT(*) FROM (SELECT t0.starts_on AS c0 FROM events t0 WHERE TRUE) u GROUP BY 1
