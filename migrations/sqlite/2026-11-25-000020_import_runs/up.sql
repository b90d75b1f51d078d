-- Imports under way. A row that is there while no import runs is that of one that was killed.
CREATE TABLE import_runs (
  id INTEGER NOT NULL PRIMARY KEY,
  started_at TIMESTAMP NOT NULL,
  what TEXT NOT NULL,
  files TEXT NOT NULL
);
