SELECT t0.slug AS c0, t0.starts_on AS c1, t0.id AS c2 FROM events t0 WHERE TRUE AND ((t0.format = ? OR t0.kind = ?)) IS NOT TRUE ORDER BY t0.starts_on, t0.id LIMIT 21 -- binds: ["ONLINE", "VISIT"]
