DROP VIEW change_log;
ALTER TABLE changes DROP COLUMN period_months;
ALTER TABLE changes DROP COLUMN period_start;
ALTER TABLE changes DROP COLUMN reporter;
ALTER TABLE changes DROP COLUMN dataset;
