CREATE TABLE sources (
  id BIGINT NOT NULL PRIMARY KEY,
  code TEXT COLLATE "C" NOT NULL UNIQUE,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('REPORT','FILE','CODE_LIST','DATABASE','STATED')),
  publisher TEXT COLLATE "C",
  title TEXT COLLATE "C" NOT NULL,
  url TEXT COLLATE "C",
  published_on DATE,
  date_precision TEXT COLLATE "C" CHECK (date_precision IN ('DAY','MONTH','YEAR','YEAR_INFERRED')),
  retrieved_at TIMESTAMP,
  licence TEXT COLLATE "C",
  sha256 TEXT COLLATE "C",
  note TEXT COLLATE "C"
);
CREATE INDEX sources_sha256 ON sources (sha256);

CREATE TABLE revisions (
  revision BIGINT NOT NULL PRIMARY KEY,
  committed_at TIMESTAMP NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  source_id BIGINT REFERENCES sources (id),
  summary TEXT COLLATE "C" NOT NULL
);
CREATE INDEX revisions_source ON revisions (source_id);

CREATE TABLE changes (
  revision BIGINT NOT NULL REFERENCES revisions (revision),
  entity TEXT COLLATE "C" NOT NULL,
  entity_key TEXT COLLATE "C" NOT NULL,
  action TEXT COLLATE "C" NOT NULL CHECK (action IN ('INSERT','UPDATE','DELETE','FIGURES')),
  n_inserted BIGINT NOT NULL,
  n_updated BIGINT NOT NULL,
  n_deleted BIGINT NOT NULL,
  replaced BOOLEAN NOT NULL,
  PRIMARY KEY (revision, entity, entity_key)
);

CREATE TABLE currencies (
  code TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  numeric_code TEXT COLLATE "C",
  minor_units INTEGER,
  name TEXT COLLATE "C" NOT NULL
);

CREATE TABLE regions (
  id BIGINT NOT NULL PRIMARY KEY,
  code TEXT COLLATE "C" NOT NULL UNIQUE,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('PLACE','GROUP','SPECIAL')),
  level TEXT COLLATE "C" NOT NULL CHECK (level IN ('WORLD','AREA','COUNTRY','PROVINCE','CITY')),
  parent_id BIGINT REFERENCES regions (id),
  path TEXT COLLATE "C" NOT NULL,
  sort_name TEXT COLLATE "C" NOT NULL,
  valid_from INTEGER,
  valid_to INTEGER,
  area_km2 DOUBLE PRECISION,
  description TEXT COLLATE "C",
  source_id BIGINT REFERENCES sources (id)
);
CREATE INDEX regions_parent ON regions (parent_id);
CREATE INDEX regions_path ON regions (path);
CREATE INDEX regions_sort_name ON regions (sort_name, id);
CREATE INDEX regions_source ON regions (source_id);

CREATE TABLE region_codes (
  scheme TEXT COLLATE "C" NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  region_id BIGINT NOT NULL REFERENCES regions (id),
  valid_from INTEGER,
  valid_to INTEGER,
  PRIMARY KEY (scheme, code, region_id)
);
CREATE INDEX region_codes_region ON region_codes (region_id);

CREATE TABLE region_members (
  group_id BIGINT NOT NULL REFERENCES regions (id),
  region_id BIGINT NOT NULL REFERENCES regions (id),
  since DATE,
  until DATE,
  PRIMARY KEY (group_id, region_id)
);
CREATE INDEX region_members_region ON region_members (region_id);

CREATE TABLE classifications (
  id BIGINT NOT NULL PRIMARY KEY,
  code TEXT COLLATE "C" NOT NULL UNIQUE,
  family TEXT COLLATE "C" NOT NULL,
  edition TEXT COLLATE "C",
  title TEXT COLLATE "C" NOT NULL,
  publisher TEXT COLLATE "C",
  source_id BIGINT REFERENCES sources (id)
);
CREATE INDEX classifications_source ON classifications (source_id);

CREATE TABLE sectors (
  id BIGINT NOT NULL PRIMARY KEY,
  classification_id BIGINT NOT NULL REFERENCES classifications (id),
  code TEXT COLLATE "C" NOT NULL,
  level INTEGER NOT NULL,
  parent_id BIGINT REFERENCES sectors (id),
  path TEXT COLLATE "C" NOT NULL,
  sort_name TEXT COLLATE "C" NOT NULL,
  UNIQUE (classification_id, code)
);
CREATE INDEX sectors_parent ON sectors (parent_id);
CREATE INDEX sectors_path ON sectors (path);
CREATE INDEX sectors_sort_name ON sectors (sort_name, id);

CREATE TABLE correspondences (
  from_sector_id BIGINT NOT NULL REFERENCES sectors (id),
  to_sector_id BIGINT NOT NULL REFERENCES sectors (id),
  weight_ppm BIGINT,
  valid_from INTEGER,
  valid_to INTEGER,
  source_id BIGINT REFERENCES sources (id),
  PRIMARY KEY (from_sector_id, to_sector_id)
);
CREATE INDEX correspondences_to ON correspondences (to_sector_id);
CREATE INDEX correspondences_source ON correspondences (source_id);

CREATE TABLE parties (
  id BIGINT NOT NULL PRIMARY KEY,
  slug TEXT COLLATE "C" NOT NULL UNIQUE,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('COMPANY','ORGANISATION')),
  org_kind TEXT COLLATE "C" CHECK (org_kind IN ('AGENCY','CHAMBER','CUSTOMS_OFFICE','ASSOCIATION','VENUE','OTHER')),
  region_id BIGINT REFERENCES regions (id),
  founded_on DATE,
  founded_precision TEXT COLLATE "C" CHECK (founded_precision IN ('DAY','MONTH','YEAR','YEAR_INFERRED')),
  website TEXT COLLATE "C",
  description TEXT COLLATE "C",
  sort_name TEXT COLLATE "C" NOT NULL,
  source_id BIGINT REFERENCES sources (id)
);
CREATE INDEX parties_region ON parties (region_id, kind, sort_name);
CREATE INDEX parties_sort_name ON parties (kind, sort_name, id);
CREATE INDEX parties_source ON parties (source_id);

CREATE TABLE party_codes (
  scheme TEXT COLLATE "C" NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  party_id BIGINT NOT NULL REFERENCES parties (id),
  PRIMARY KEY (scheme, code, party_id)
);
CREATE INDEX party_codes_party ON party_codes (party_id);

CREATE TABLE party_sectors (
  party_id BIGINT NOT NULL REFERENCES parties (id),
  sector_id BIGINT NOT NULL REFERENCES sectors (id),
  PRIMARY KEY (party_id, sector_id)
);
CREATE INDEX party_sectors_sector ON party_sectors (sector_id, party_id);

CREATE TABLE events (
  id BIGINT NOT NULL PRIMARY KEY,
  slug TEXT COLLATE "C" NOT NULL UNIQUE,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('CONFERENCE','FAIR','EXCHANGE','DELEGATION','VISIT','SIGNING','OTHER')),
  format TEXT COLLATE "C" CHECK (format IN ('IN_PERSON','ONLINE','HYBRID')),
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  date_precision TEXT COLLATE "C" NOT NULL CHECK (date_precision IN ('DAY','MONTH','YEAR','YEAR_INFERRED')),
  region_id BIGINT REFERENCES regions (id),
  venue_party_id BIGINT REFERENCES parties (id),
  series TEXT COLLATE "C",
  description TEXT COLLATE "C",
  sort_name TEXT COLLATE "C" NOT NULL,
  source_id BIGINT REFERENCES sources (id)
);
CREATE INDEX events_starts_on ON events (starts_on, id);
CREATE INDEX events_region ON events (region_id, starts_on);
CREATE INDEX events_venue ON events (venue_party_id);
CREATE INDEX events_sort_name ON events (sort_name, id);
CREATE INDEX events_source ON events (source_id);

CREATE TABLE event_sectors (
  event_id BIGINT NOT NULL REFERENCES events (id),
  sector_id BIGINT NOT NULL REFERENCES sectors (id),
  PRIMARY KEY (event_id, sector_id)
);
CREATE INDEX event_sectors_sector ON event_sectors (sector_id, event_id);

CREATE TABLE event_regions (
  event_id BIGINT NOT NULL REFERENCES events (id),
  region_id BIGINT NOT NULL REFERENCES regions (id),
  role TEXT COLLATE "C" NOT NULL CHECK (role IN ('HOST','GUEST','SUBJECT')),
  PRIMARY KEY (event_id, region_id, role)
);
CREATE INDEX event_regions_region ON event_regions (region_id, event_id);

CREATE TABLE participations (
  id BIGINT NOT NULL PRIMARY KEY,
  slug TEXT COLLATE "C" NOT NULL UNIQUE,
  event_id BIGINT NOT NULL REFERENCES events (id),
  party_id BIGINT REFERENCES parties (id),
  region_id BIGINT REFERENCES regions (id),
  role TEXT COLLATE "C" NOT NULL CHECK (role IN ('PARTICIPANT','EXHIBITOR','ORGANISER','HOST','DELEGATION','SIGNATORY','BUYER','VENUE','SPEAKER','OBSERVER')),
  status TEXT COLLATE "C" NOT NULL CHECK (status IN ('CONFIRMED','ANNOUNCED','CANCELLED')),
  label TEXT COLLATE "C",
  headcount BIGINT,
  headcount_unit TEXT COLLATE "C" CHECK (headcount_unit IN ('COMPANIES','PEOPLE','COUNTRIES')),
  headcount_bound TEXT COLLATE "C" CHECK (headcount_bound IN ('EXACT','AT_LEAST','MORE_THAN','ABOUT')),
  includes_named BOOLEAN NOT NULL,
  source_id BIGINT REFERENCES sources (id)
);
CREATE INDEX participations_event ON participations (event_id, id);
CREATE INDEX participations_party ON participations (party_id, id);
CREATE INDEX participations_region ON participations (region_id, id);
CREATE INDEX participations_source ON participations (source_id);

CREATE TABLE participation_sectors (
  participation_id BIGINT NOT NULL REFERENCES participations (id),
  sector_id BIGINT NOT NULL REFERENCES sectors (id),
  PRIMARY KEY (participation_id, sector_id)
);
CREATE INDEX participation_sectors_sector ON participation_sectors (sector_id, participation_id);

CREATE TABLE agreements (
  id BIGINT NOT NULL PRIMARY KEY,
  slug TEXT COLLATE "C" NOT NULL UNIQUE,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('FRAMEWORK','PRELIMINARY','CONTRACT','MEMORANDUM','OTHER')),
  signed_on DATE,
  date_precision TEXT COLLATE "C" CHECK (date_precision IN ('DAY','MONTH','YEAR','YEAR_INFERRED')),
  event_id BIGINT REFERENCES events (id),
  count_min BIGINT,
  count_bound TEXT COLLATE "C" CHECK (count_bound IN ('EXACT','AT_LEAST','MORE_THAN','ABOUT','UNPUBLISHED')),
  description TEXT COLLATE "C",
  sort_name TEXT COLLATE "C" NOT NULL,
  source_id BIGINT REFERENCES sources (id)
);
CREATE INDEX agreements_event ON agreements (event_id, id);
CREATE INDEX agreements_signed_on ON agreements (signed_on, id);
CREATE INDEX agreements_sort_name ON agreements (sort_name, id);
CREATE INDEX agreements_source ON agreements (source_id);

CREATE TABLE agreement_parties (
  agreement_id BIGINT NOT NULL REFERENCES agreements (id),
  party_id BIGINT NOT NULL REFERENCES parties (id),
  PRIMARY KEY (agreement_id, party_id)
);
CREATE INDEX agreement_parties_party ON agreement_parties (party_id, agreement_id);

CREATE TABLE agreement_sectors (
  agreement_id BIGINT NOT NULL REFERENCES agreements (id),
  sector_id BIGINT NOT NULL REFERENCES sectors (id),
  PRIMARY KEY (agreement_id, sector_id)
);
CREATE INDEX agreement_sectors_sector ON agreement_sectors (sector_id, agreement_id);

CREATE TABLE facts (
  id BIGINT NOT NULL PRIMARY KEY,
  subject_kind TEXT COLLATE "C" NOT NULL CHECK (subject_kind IN ('REGION','PARTY','EVENT')),
  subject_id BIGINT NOT NULL,
  property TEXT COLLATE "C" NOT NULL,
  statement TEXT COLLATE "C" NOT NULL,
  amount BIGINT,
  unit TEXT COLLATE "C",
  bound TEXT COLLATE "C" CHECK (bound IN ('EXACT','AT_LEAST','MORE_THAN','ABOUT')),
  source_id BIGINT REFERENCES sources (id),
  UNIQUE (subject_kind, subject_id, property)
);
CREATE INDEX facts_source ON facts (source_id);

CREATE TABLE datasets (
  id BIGINT NOT NULL PRIMARY KEY,
  code TEXT COLLATE "C" NOT NULL UNIQUE,
  title TEXT COLLATE "C" NOT NULL,
  family TEXT COLLATE "C" NOT NULL,
  publisher TEXT COLLATE "C",
  publisher_party_id BIGINT REFERENCES parties (id),
  licence TEXT COLLATE "C",
  currency TEXT COLLATE "C" NOT NULL REFERENCES currencies (code),
  scale INTEGER NOT NULL CHECK (scale IN (0, 3)),
  valuation TEXT COLLATE "C" NOT NULL CHECK (valuation IN ('FOB','CIF','MIXED')),
  reconciled BOOLEAN NOT NULL,
  description TEXT COLLATE "C",
  source_id BIGINT REFERENCES sources (id)
);
CREATE INDEX datasets_currency ON datasets (currency);
CREATE INDEX datasets_publisher ON datasets (publisher_party_id);
CREATE INDEX datasets_source ON datasets (source_id);

CREATE TABLE dataset_coverage (
  dataset_id BIGINT NOT NULL REFERENCES datasets (id),
  reporter_id BIGINT NOT NULL REFERENCES regions (id),
  period_start INTEGER NOT NULL,
  period_months INTEGER NOT NULL,
  partners TEXT COLLATE "C" NOT NULL CHECK (partners IN ('COMPLETE','LISTED')),
  sectors TEXT COLLATE "C" NOT NULL CHECK (sectors IN ('COMPLETE','LISTED')),
  n_figures BIGINT NOT NULL,
  PRIMARY KEY (dataset_id, reporter_id, period_start, period_months)
);
CREATE INDEX dataset_coverage_reporter ON dataset_coverage (reporter_id);

-- The bulk table. Reporter, partner, sector and source are checked by the importer against the dimensions
-- and are not declared as foreign keys: each would need an index of its own over every figure.
CREATE TABLE trade_figures (
  dataset_id BIGINT NOT NULL REFERENCES datasets (id),
  reporter_id BIGINT NOT NULL,
  partner_id BIGINT NOT NULL,
  sector_id BIGINT NOT NULL,
  flow INTEGER NOT NULL,
  period_start INTEGER NOT NULL,
  period_months INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  reporter_level INTEGER NOT NULL,
  partner_level INTEGER NOT NULL,
  sector_level INTEGER NOT NULL,
  value_scaled BIGINT,
  quantity_milli BIGINT,
  quantity_unit TEXT COLLATE "C",
  net_weight_g BIGINT,
  status INTEGER NOT NULL,
  source_id BIGINT,
  revision BIGINT NOT NULL,
  PRIMARY KEY (dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, origin)
) PARTITION BY LIST (dataset_id);
CREATE INDEX trade_figures_partner ON trade_figures (dataset_id, partner_id, reporter_id, sector_id, flow, period_start);
CREATE INDEX trade_figures_sector ON trade_figures (dataset_id, sector_id, period_start, reporter_id);

CREATE TABLE published_values (
  dataset_id BIGINT NOT NULL REFERENCES datasets (id),
  reporter_id BIGINT NOT NULL,
  partner_id BIGINT NOT NULL,
  sector_id BIGINT NOT NULL,
  flow INTEGER NOT NULL,
  period_start INTEGER NOT NULL,
  period_months INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  measure TEXT COLLATE "C" NOT NULL CHECK (measure IN ('VALUE','GROWTH','RANK')),
  text TEXT COLLATE "C" NOT NULL,
  mantissa BIGINT NOT NULL,
  exponent INTEGER NOT NULL,
  currency TEXT COLLATE "C" REFERENCES currencies (code),
  note TEXT COLLATE "C",
  source_id BIGINT REFERENCES sources (id),
  PRIMARY KEY (dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, ordinal)
);
CREATE INDEX published_values_currency ON published_values (currency);
CREATE INDEX published_values_source ON published_values (source_id);

CREATE TABLE names (
  subject_kind TEXT COLLATE "C" NOT NULL CHECK (subject_kind IN ('REGION','SECTOR','PARTY','EVENT','AGREEMENT')),
  subject_id BIGINT NOT NULL,
  language TEXT COLLATE "C" NOT NULL,
  ordinal INTEGER NOT NULL,
  text TEXT COLLATE "C" NOT NULL,
  folded TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (subject_kind, subject_id, language, ordinal)
);
CREATE INDEX names_folded ON names (subject_kind, folded);

CREATE TABLE terms (
  term TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  subject_id BIGINT NOT NULL,
  PRIMARY KEY (term, kind, subject_id)
);
