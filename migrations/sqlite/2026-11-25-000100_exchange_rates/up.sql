-- Rates as sources state them: units of the quote currency for one of the base. `code` is the natural key as text,
-- base/quote/period/kind/source, by which other databases know the row too.
CREATE TABLE exchange_rates (
  id INTEGER NOT NULL PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  base_currency TEXT NOT NULL REFERENCES currencies (code),
  quote_currency TEXT NOT NULL REFERENCES currencies (code),
  period_start INTEGER NOT NULL,
  period_months INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('AVERAGE','END')),
  mantissa BIGINT NOT NULL CHECK (mantissa > 0),
  exponent INTEGER NOT NULL,
  n_days INTEGER,
  source_id BIGINT NOT NULL REFERENCES sources (id)
);
CREATE UNIQUE INDEX exchange_rates_key ON exchange_rates (base_currency, quote_currency, period_start, period_months, kind, source_id);
CREATE INDEX exchange_rates_quote ON exchange_rates (quote_currency, period_start);
CREATE INDEX exchange_rates_source ON exchange_rates (source_id);
