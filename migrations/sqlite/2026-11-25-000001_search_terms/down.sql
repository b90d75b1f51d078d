DROP TABLE term_deletions;
DROP TABLE terms;
CREATE TABLE terms (
  term TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject_id BIGINT NOT NULL,
  PRIMARY KEY (term, kind, subject_id)
) WITHOUT ROWID;
