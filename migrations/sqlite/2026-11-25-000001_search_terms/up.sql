-- Search terms hold nothing of their own: they are made from names and codes by storage/terms, here empty.
DROP TABLE terms;
CREATE TABLE terms (
  kind INTEGER NOT NULL,
  form INTEGER NOT NULL,
  term TEXT NOT NULL,
  weight INTEGER NOT NULL,
  subject_id BIGINT NOT NULL,
  shown TEXT NOT NULL,
  PRIMARY KEY (kind, form, term, weight, subject_id)
) WITHOUT ROWID;

CREATE TABLE term_deletions (
  deletion TEXT NOT NULL,
  term TEXT NOT NULL,
  PRIMARY KEY (deletion, term)
) WITHOUT ROWID;
