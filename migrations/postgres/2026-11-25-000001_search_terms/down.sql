DROP TABLE term_deletions;
DROP TABLE terms;
CREATE TABLE terms (
  term TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  subject_id BIGINT NOT NULL,
  PRIMARY KEY (term, kind, subject_id)
);
