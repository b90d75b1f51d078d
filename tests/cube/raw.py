"""Reads raw files into plain tables and adds the upper levels that docs/IMPORT.md promises, in DuckDB's SQL.

One table a dataset. `c` holds what statistics may sum: reporter, partner, sector, flow, first month, months, the levels
of the three, value and weight in thousandths, whether it is estimated; the partner's view of a reconciled dataset too.
"""

import csv
import gzip
import itertools
import os

FLOWS = {"EXPORT": 1, "IMPORT": 2, "TOTAL": 3, "RE_EXPORT": 4, "RE_IMPORT": 5, "DOMESTIC_EXPORT": 6}
LEVELS = {"WORLD": 0, "AREA": 1, "COUNTRY": 2, "PROVINCE": 3, "CITY": 4}
WORLD, AREA, COUNTRY = 0, 1, 2


def table(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


class Places:
    """The regions that ship, from the files that ship."""

    def __init__(self, folder):
        rows = table(os.path.join(folder, "regions.csv"))
        self.level = {row["code"]: LEVELS[row["level"]] for row in rows}
        self.parent = {row["code"]: row["parent"] or None for row in rows}
        self.codes = [
            (row["scheme"], row["code"], row["region"], int((row["valid_from"] or "0")[:4]), int((row["valid_to"] or "9999")[:4]))
            for row in table(os.path.join(folder, "region_codes.csv"))
        ]

    def area(self, code):
        """The nearest area above a place; nothing where it lies in none."""
        while code is not None and self.level[code] != AREA:
            code = self.parent[code]
        return code

    def is_within(self, code, top):
        while code is not None:
            if code == top:
                return True
            code = self.parent[code]
        return False


PERIOD = """
CASE WHEN {0} LIKE '%-Q%' THEN {0}[1:4]::INT * 12 + ({0}[7:7]::INT - 1) * 3
     WHEN length({0}) = 6 THEN {0}[1:4]::INT * 12 + {0}[5:6]::INT - 1
     ELSE {0}::INT * 12 END AS start,
CASE WHEN {0} LIKE '%-Q%' THEN 3 WHEN length({0}) = 6 THEN 1 ELSE 12 END AS months"""
EDITION = "CASE {0} WHEN 'H0' THEN 'HS1992' WHEN 'H1' THEN 'HS1996' WHEN 'H2' THEN 'HS2002' WHEN 'H3' THEN 'HS2007' WHEN 'H4' THEN 'HS2012' WHEN 'H5' THEN 'HS2017' ELSE 'HS2022' END"
NUMBER = "CAST(CAST({0} AS DECIMAL(38, 9)) * {1} AS HUGEINT)"


def shape_of(name, path):
    """How files of a shape become `r, p, s, cls, flow, start, months, v, w, est`."""
    if name == "baci":
        edition = "HS20" + os.path.basename(path)[7:9]
        edition = {"HS2092": "HS1992", "HS2096": "HS1996"}.get(edition, edition)
        weight = NUMBER.format("q", 1_000_000)
        return f"""'COMTRADE' AS scheme, i AS r, j AS p, lpad(k, 6, '0') AS s, '{edition}' AS cls, 'EXPORT' AS flow,
            {PERIOD.format("t")}, {NUMBER.format("v", 1_000_000)} AS v,
            CASE WHEN trim(q) IN ('NA', '') THEN NULL ELSE {weight} END AS w, false AS est, NULL::HUGEINT AS q, NULL::VARCHAR AS unit"""
    if name == "comtrade":
        return f"""'COMTRADE' AS scheme, reporterCode AS r, partnerCode AS p, cmdCode AS s,
            {EDITION.format("classificationCode")} AS cls,
            CASE flowCode WHEN 'M' THEN 'IMPORT' WHEN 'X' THEN 'EXPORT' WHEN 'RX' THEN 'RE_EXPORT' ELSE 'DOMESTIC_EXPORT' END AS flow,
            {PERIOD.format("period")}, CASE WHEN primaryValue <> '' THEN {NUMBER.format("primaryValue", 1000)} END AS v,
            CASE WHEN netWgt NOT IN ('', '0') THEN {NUMBER.format("netWgt", 1000)} END AS w, legacyEstimationFlag <> '0' AS est,
            CASE WHEN qty NOT IN ('', '0') THEN {NUMBER.format("qty", 1000)} END AS q, CASE WHEN qty NOT IN ('', '0') THEN qtyUnitAbbr END AS unit"""
    if name == "legacy":
        return f"""'COMTRADE' AS scheme, "Reporter Code" AS r, "Partner Code" AS p, "Commodity Code" AS s,
            {EDITION.format('"Classification"')} AS cls,
            CASE "Trade Flow Code" WHEN '1' THEN 'IMPORT' WHEN '2' THEN 'EXPORT' WHEN '3' THEN 'RE_EXPORT' ELSE 'RE_IMPORT' END AS flow,
            {PERIOD.format('"Period"')},
            CASE WHEN coalesce("Trade Value (US$)", '') <> '' THEN {NUMBER.format('"Trade Value (US$)"', 1000)} END AS v,
            CASE WHEN coalesce("Netweight (kg)", '') NOT IN ('', '0') THEN {NUMBER.format('"Netweight (kg)"', 1000)} END AS w,
            coalesce("Flag", '0') IN ('2', '4', '6') AS est, NULL::HUGEINT AS q, NULL::VARCHAR AS unit"""
    return f"""'REGION' AS scheme, reporter AS r, partner AS p, product AS s, 'HS2017' AS cls,
        CASE flow WHEN 'E' THEN 'EXPORT' ELSE 'IMPORT' END AS flow, {PERIOD.format("period")},
        CASE WHEN value NOT LIKE ':%' THEN {NUMBER.format("value", 1)} END AS v, NULL::HUGEINT AS w, status = 'e' AS est, NULL::HUGEINT AS q, NULL::VARCHAR AS unit"""


class Dataset:
    """One dataset: its figures, and who is complete when."""

    def __init__(self, db, places, code, loads):
        self.db, self.places, self.code = db, places, code
        self.scale = 0 if code == "OWN" else 3
        self.currency = "CNY" if code == "OWN" else "USD"
        self.reconciled = code.startswith("BACI")
        self.name = '"' + code + '"'
        db.execute(f"""CREATE TABLE {self.name}(r VARCHAR, p VARCHAR, s VARCHAR, cls VARCHAR, flow VARCHAR, start INT,
            months INT, v HUGEINT, w HUGEINT, est BOOLEAN, q HUGEINT, unit VARCHAR, rl INT, pl INT, sl INT, origin INT, mirrored BOOLEAN)""")
        self.complete = {}
        for load in loads:
            self.load(load)
        self.derive()
        if self.reconciled:
            db.execute(f"""INSERT INTO {self.name} SELECT p, r, s, cls, 'IMPORT', start, months, v, w, est, q, unit, pl, rl, sl,
                origin, true FROM {self.name} WHERE flow = 'EXPORT'""")
        self.codes = {
            side: [code for code, in db.execute(f"SELECT DISTINCT {column} FROM {self.name} WHERE {column} <> 'WLD' ORDER BY 1").fetchall()]
            for side, column in (("REPORTER", "r"), ("PARTNER", "p"))
        }  # fmt: skip
        self.sectors = [code for code, in db.execute(f"SELECT DISTINCT s FROM {self.name} WHERE sl IN (2, 4, 6) ORDER BY 1").fetchall()]
        self.held = set(db.execute(f"SELECT DISTINCT rl, pl, sl, cls, flow, start, months FROM {self.name}").fetchall())

    def load(self, load):
        for path in load.files:
            self.db.execute(f"""CREATE OR REPLACE TEMP TABLE read AS SELECT {shape_of(load.shape, path)}
                FROM read_csv(?, all_varchar = true, header = true, nullstr = '')""".replace(", nullstr = ''", ""), [path])
            self.db.execute(f"""CREATE OR REPLACE TEMP TABLE placed AS SELECT coalesce(a.region, x.r) AS r, coalesce(b.region, x.p) AS p,
                CASE WHEN s IN ('TOTAL', 'Total') THEN 'TOTAL' ELSE s END AS s, CASE WHEN s IN ('TOTAL', 'Total') THEN 'HS' ELSE cls END AS cls,
                flow, start, months, v, w, coalesce(est, false) AND v IS NOT NULL AS est, q, unit FROM read x
                LEFT JOIN codes a ON a.scheme = x.scheme AND a.code = x.r AND start // 12 BETWEEN a.since AND a.until
                LEFT JOIN codes b ON b.scheme = x.scheme AND b.code = x.p AND start // 12 BETWEEN b.since AND b.until""")
            self.db.execute(f"""INSERT INTO {self.name} SELECT DISTINCT x.*, a.level, b.level,
                CASE WHEN s = 'TOTAL' THEN 0 ELSE length(s) END, 1, false
                FROM placed x JOIN places a ON a.code = x.r JOIN places b ON b.code = x.p""")
            lost = self.db.execute("SELECT DISTINCT r, p FROM placed x WHERE r NOT IN (SELECT code FROM places) OR p NOT IN (SELECT code FROM places)").fetchall()
            if lost:
                raise SystemExit(f"the plain side knows no such places: {lost[:5]}")
            for unit in self.db.execute("SELECT DISTINCT r, start, months FROM placed").fetchall():
                self.complete[unit] = load.complete

    def derive(self):
        """Upper levels of complete reporters, from the next finer level that is reported; then the world of reporters."""
        db, name = self.db, self.name
        whole = sorted(unit for unit, is_complete in self.complete.items() if is_complete)
        db.execute("CREATE OR REPLACE TEMP TABLE whole(r VARCHAR, start INT, months INT)")
        if not whole:
            return
        db.executemany("INSERT INTO whole VALUES (?, ?, ?)", whole)
        known = {}
        for r, pl, flow, start, months, cls, sl in db.execute(
            f"SELECT DISTINCT r, pl, flow, start, months, cls, sl FROM {name} SEMI JOIN whole USING (r, start, months)"
        ).fetchall():
            known.setdefault((r, flow, start, months), {}).setdefault(pl, {}).setdefault(cls, set()).add(sl)
        rules = []
        for (r, flow, start, months), sides in known.items():
            for pl, classes in sides.items():
                for cls, level, source in made(classes):
                    rules.append((r, flow, start, months, pl, pl, cls, level, *source))
            world, countries = sides.get(WORLD, {}), sides.get(COUNTRY, {})
            done = {(cls, level) for cls, level, _ in made(world)}
            for cls, level, source in made(countries, or_own=True):
                if (cls, level) not in done and not reports(world, cls, level):
                    rules.append((r, flow, start, months, COUNTRY, WORLD, cls, level, *source))
        db.execute("""CREATE OR REPLACE TEMP TABLE rules(r VARCHAR, flow VARCHAR, start INT, months INT, from_pl INT,
            to_pl INT, cls VARCHAR, level INT, from_cls VARCHAR, from_level INT)""")
        if rules:
            db.executemany("INSERT INTO rules VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rules)
        up = "CASE g.level WHEN 0 THEN 'TOTAL' ELSE left(f.s, g.level) END"
        db.execute(f"""CREATE OR REPLACE TEMP TABLE made AS
            SELECT f.r, CASE WHEN g.to_pl = {WORLD} THEN 'WLD' ELSE f.p END AS p, {up} AS s, g.cls, f.flow, f.start, f.months,
                CAST(sum(f.v) AS HUGEINT) AS v, CASE WHEN count(f.w) = count(*) THEN CAST(sum(f.w) AS HUGEINT) END AS w,
                bool_or(f.est OR f.v IS NULL) AS est,
                CASE WHEN count(f.q) = count(*) AND count(DISTINCT f.unit) = 1 THEN CAST(sum(f.q) AS HUGEINT) END AS q,
                CASE WHEN count(f.q) = count(*) AND count(DISTINCT f.unit) = 1 THEN any_value(f.unit) END AS unit, any_value(f.rl) AS rl, g.to_pl AS pl, g.level AS sl
            FROM {name} f JOIN rules g ON f.r = g.r AND f.flow = g.flow AND f.start = g.start AND f.months = g.months
                AND f.pl = g.from_pl AND f.cls = g.from_cls AND f.sl = g.from_level
            GROUP BY ALL HAVING count(f.v) > 0""")
        db.execute(f"INSERT INTO {name} SELECT *, 2, false FROM made")
        # The world of reporters, where two or more are complete, at levels that all of them have.
        db.execute(f"""CREATE OR REPLACE TEMP TABLE parts AS SELECT f.* FROM {name} f SEMI JOIN whole USING (r, start, months)
            WHERE rl = {COUNTRY} AND pl IN ({WORLD}, {COUNTRY})
            AND NOT EXISTS (FROM {name} o WHERE o.r = 'WLD' AND o.pl = f.pl AND o.flow = f.flow AND o.start = f.start AND o.months = f.months)""")
        db.execute(f"""INSERT INTO {name} SELECT 'WLD', p, s, cls, flow, start, months, CAST(sum(v) AS HUGEINT),
                CASE WHEN count(w) = count(*) THEN CAST(sum(w) AS HUGEINT) END, bool_or(est OR v IS NULL),
                CASE WHEN count(q) = count(*) AND count(DISTINCT unit) = 1 THEN CAST(sum(q) AS HUGEINT) END,
                CASE WHEN count(q) = count(*) AND count(DISTINCT unit) = 1 THEN any_value(unit) END, {WORLD}, pl, sl, 2, false
            FROM parts SEMI JOIN (SELECT start, months FROM whole JOIN places ON code = r WHERE level = {COUNTRY} GROUP BY ALL HAVING count(*) >= 2) USING (start, months)
            SEMI JOIN (
                SELECT start, months, flow, pl, cls, sl FROM parts GROUP BY ALL
                HAVING count(DISTINCT r) = (SELECT count(DISTINCT r) FROM parts o WHERE o.start = parts.start AND o.months = parts.months AND o.flow = parts.flow)
            ) USING (start, months, flow, pl, cls, sl)
            GROUP BY p, s, cls, flow, start, months, pl, sl HAVING count(v) > 0""")


def reports(classes, cls, level):
    return any(level in levels for own, levels in classes.items() if level == 0 or own == cls)


def made(classes, or_own=False):
    """Levels that are made of finer ones: `classification, level, (classification, level) of the parts`."""
    out = []
    for cls, level in itertools.chain([("HS", 0)], itertools.product(classes, (2, 4, 6))):
        if level and cls == "HS":
            continue
        if reports(classes, cls, level):
            if or_own:
                out.append((cls, level, (cls, level)))
            continue
        finer = [(own, min(l for l in levels if l > level)) for own, levels in classes.items()
                 if (level == 0 or own == cls) and any(l > level for l in levels)]  # fmt: skip
        if len(finer) == 1:
            out.append((cls, level, finer[0]))
    return out


def load(db, reference, loads):
    """All datasets by code."""
    places = Places(reference)
    db.execute("CREATE TABLE places(code VARCHAR, level INT)")
    db.executemany("INSERT INTO places VALUES (?, ?)", list(places.level.items()))
    db.execute("CREATE TABLE codes(scheme VARCHAR, code VARCHAR, region VARCHAR, since INT, until INT)")
    db.executemany("INSERT INTO codes VALUES (?, ?, ?, ?, ?)", [row for row in places.codes if row[0] in ("COMTRADE", "WITS")])
    by_code = {}
    for one in loads:
        by_code.setdefault(one.dataset, []).append(one)
    return {code: Dataset(db, places, code, own) for code, own in by_code.items()}
