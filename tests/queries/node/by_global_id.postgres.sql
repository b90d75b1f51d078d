SELECT t0.slug AS c0 FROM events t0 WHERE TRUE AND t0.slug = $1
