SELECT u.c0, COUNT(*) FROM (SELECT t0.dataset_id AS c0 FROM trade_figures t0 WHERE TRUE AND ((t0.dataset_id = $1) AND (t0.reporter_id = ANY($2) AND t0.origin = $3))) u GROUP BY 1
SELECT u.c0, COUNT(*) FROM (SELECT t0.reporter_id AS c0 FROM trade_figures t0 WHERE TRUE AND ((t0.dataset_id = $1) AND (t0.reporter_id = ANY($2) AND t0.origin = $3))) u GROUP BY 1
SELECT u.c0, COUNT(*) FROM (SELECT t0.partner_id AS c0 FROM trade_figures t0 WHERE TRUE AND ((t0.dataset_id = $1) AND (t0.reporter_id = ANY($2) AND t0.origin = $3))) u GROUP BY 1
SELECT u.c0, COUNT(*) FROM (SELECT (t0.period_start * 16 + t0.period_months) AS c0 FROM trade_figures t0 WHERE TRUE AND ((t0.dataset_id = $1) AND (t0.reporter_id = ANY($2) AND t0.origin = $3))) u GROUP BY 1
SELECT u.c0, COUNT(*) FROM (SELECT t0.period_months AS c0 FROM trade_figures t0 WHERE TRUE AND ((t0.dataset_id = $1) AND (t0.reporter_id = ANY($2) AND t0.origin = $3))) u GROUP BY 1
SELECT u.c0, COUNT(*) FROM (SELECT t0.flow AS c0 FROM trade_figures t0 WHERE TRUE AND ((t0.dataset_id = $1) AND (t0.reporter_id = ANY($2) AND t0.origin = $3))) u GROUP BY 1
SELECT u.c0, COUNT(*) FROM (SELECT t0.reporter_level AS c0 FROM trade_figures t0 WHERE TRUE AND ((t0.dataset_id = $1) AND (t0.reporter_id = ANY($2) AND t0.origin = $3))) u GROUP BY 1
SELECT u.c0, COUNT(*) FROM (SELECT t0.partner_level AS c0 FROM trade_figures t0 WHERE TRUE AND ((t0.dataset_id = $1) AND (t0.reporter_id = ANY($2) AND t0.origin = $3))) u GROUP BY 1
SELECT u.c0, COUNT(*) FROM (SELECT t0.sector_level AS c0 FROM trade_figures t0 WHERE TRUE AND ((t0.dataset_id = $1) AND (t0.reporter_id = ANY($2) AND t0.origin = $3))) u GROUP BY 1
