"""Files of trade figures made from a seed, in the shapes of CEPII BACI, UN Comtrade and a table of one's own.

Each dataset is a list of loads: the command that imports files, whether they are said to be complete, and how the plain
side reads them. Nothing here knows how sums are made.
"""

import csv
import os
import random

# Comtrade code and Tea Road code: countries of several areas, and two special areas that lie in none.
PLACES = [
    ("156", "CN"), ("643", "RU"), ("842", "US"), ("710", "ZA"), ("276", "DE"), ("251", "FR"), ("392", "JP"),
    ("76", "BR"), ("699", "IN"), ("398", "KZ"), ("490", "S19"), ("837", "X-BUNKERS"),
]  # fmt: skip
# Products of HS 2017; two chapters have one product, one heading has three.
PRODUCTS = [
    "010121", "010129", "010221", "020130", "020220", "020230", "270900", "271012", "271019", "271020", "720610",
    "851712", "851713", "999999",
]  # fmt: skip


class Load:
    """Files that one import reads."""

    def __init__(self, dataset, command, files, shape, complete):
        self.dataset, self.command, self.files, self.shape, self.complete = dataset, command, files, shape, complete


def write(folder, name, header, rows):
    path = os.path.join(folder, name)
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        out.writerows(rows)
    return path


def nomenclature(folder):
    rows = []
    for short, edition in (("H4", "HS2012"), ("H5", "HS2017"), ("H6", "HS2022")):
        for heading in sorted({code[:4] for code in PRODUCTS}):
            rows.append((short, edition, heading, f"Heading {heading}", heading[:2], 4))
        for code in PRODUCTS:
            rows.append((short, edition, code, f"Product {code}", code[:4], 6))
    return write(folder, "nomenclature.csv", ("classification", "edition", "code", "description", "parent", "level"), rows)


def amount(chance):
    """Mostly small numbers, so that equal ones meet; some large, some zero."""
    kind = chance.random()
    if kind < 0.15:
        return 0
    if kind < 0.5:
        return chance.randint(1, 20)
    return chance.randint(1, 10**9) if kind < 0.9 else chance.randint(10**9, 10**10)


def baci(chance, folder, edition, years, pairs):
    """Year files, most pairs trading some products; a year between is missing."""
    out = []
    for year in years:
        rows = []
        for exporter, _ in PLACES:
            for importer, _ in PLACES:
                for product in PRODUCTS:
                    if exporter != importer and chance.random() < pairs:
                        thousandths = amount(chance) * 1000 if chance.random() < 0.5 else amount(chance) + 1
                        weight = "NA" if chance.random() < 0.1 else f"{chance.randint(0, 10**7) / 1000:.3f}"
                        rows.append((year, exporter, importer, product, f"{thousandths / 1000:.3f}", weight))
        out.append(write(folder, f"BACI_{edition}_Y{year}_V1.csv", ("t", "i", "j", "k", "v", "q"), rows))
    return out


COMTRADE = (
    "period", "reporterCode", "partnerCode", "flowCode", "classificationCode", "cmdCode", "netWgt", "primaryValue",
    "legacyEstimationFlag", "qty", "qtyUnitAbbr",
)  # fmt: skip


def comtrade_rows(chance, reporter, period, flows, levels, world, pairs, edition="H5"):
    """Rows of one reporter and period. `levels` are those that it reports of partners, `world` those of the world."""
    rows = []

    def add(flow, partner, product, value):
        weight = chance.choice(("", "0", str(chance.randint(1, 10**6)), f"{chance.randint(1, 10**6)}.5"))
        if value is None and weight in ("", "0"):
            weight = "7"
        flag = chance.choice(("0", "0", "0", "2", "4", "6"))
        told = "" if value is None else str(value)
        # Quantities of one product have one unit, mostly.
        unit = ("kg", "u", "l")[len(product + partner) % 3 if chance.random() < 0.1 else int(product[:2] == "27")]
        quantity = chance.choice(("", "0", str(chance.randint(1, 9999)), f"{chance.randint(1, 999)}.25", "12"))
        rows.append((period, reporter, partner, flow, edition, product, weight, told, flag, quantity, unit if quantity else "N/A"))

    for flow in flows:
        sums = {}
        for partner, _ in PLACES:
            if partner == reporter:
                continue
            for product in PRODUCTS:
                if chance.random() >= pairs:
                    continue
                value = None if chance.random() < 0.08 else amount(chance)
                for length in (6, 4, 2, 0):
                    key = (partner, product[:length] or "TOTAL")
                    sums[key] = sums.get(key, 0) + (value or 0)
                    sums[("0", key[1])] = sums.get(("0", key[1]), 0) + (value or 0)
                if 6 in levels:
                    add(flow, partner, product, value)
        for (partner, product), value in sums.items():
            level = 0 if product == "TOTAL" else len(product)
            if level in (world if partner == "0" else levels) and (level < 6 or partner == "0"):
                # A reported whole has more than its parts: what is confidential.
                add(flow, partner, product, None if chance.random() < 0.03 else value + chance.choice((0, 0, 5, 1000)))
        if chance.random() < 0.3 and 0 in levels:
            add(flow, "97", "TOTAL", amount(chance))
    return rows


def comtrade(chance, folder):
    """Reporters that report different levels; some complete, some only listed, some in some years only."""
    complete, listed = [], []
    for year in (2018, 2019, 2020, 2021):
        for reporter, levels, world, kind in (
            ("156", (0, 2, 4, 6), (0, 2, 4, 6), "complete"),
            ("643", (6,), (), "complete"),
            ("842", (2, 6) if year < 2021 else (2,), (0,), "complete" if year != 2020 else "listed"),
            ("710", (0, 2), (0,), "listed"),
            ("276", (6,), (), "listed"),
            ("76", (2,), (0, 2), "listed" if year > 2018 else None),
        ):
            flows = ("M", "X", "RX", "DX") if reporter == "156" else ("X",) if reporter == "710" else ("M", "X")
            rows = comtrade_rows(chance, reporter, year, flows, levels, world, 0.25) if kind else []
            (complete if kind == "complete" else listed).extend(rows)
    return [
        ("complete", write(folder, "comtrade-complete.csv", COMTRADE, complete)),
        ("listed", write(folder, "comtrade-listed.csv", COMTRADE, listed)),
    ]


def monthly(chance, folder):
    """Months of two years and a half; a few months are not there."""
    complete, listed = [], []
    for month in range(30):
        period = f"{2020 + month // 12}{month % 12 + 1:02}"
        complete += comtrade_rows(chance, "156", period, ("M", "X"), (2, 6), (), 0.1)
        if month not in (5, 14, 15):
            listed += comtrade_rows(chance, "643", period, ("M", "X"), (2,), (0,), 0.1)
    return [
        ("complete", write(folder, "monthly-complete.csv", COMTRADE, complete)),
        ("listed", write(folder, "monthly-listed.csv", COMTRADE, listed)),
    ]


def editions(chance, folder):
    """One year in one edition of HS, the next in another."""
    rows = []
    for year, edition in ((2020, "H5"), (2021, "H5"), (2022, "H6")):
        for reporter in ("156", "643"):
            rows += comtrade_rows(chance, reporter, year, ("M", "X"), (6,), (), 0.2, edition)
    return write(folder, "editions.csv", COMTRADE, rows)


TABLE = ("period", "reporter", "partner", "product", "flow", "value", "status")
LAYOUT = """
format = "own"
title = "A table of one's own"
header = ["period", "reporter", "partner", "product", "flow", "value", "status"]
period = ["period"]
[dataset]
code = "OWN"
title = "A table of one's own"
currency = "CNY"
scale = 0
valuation = "MIXED"
[[reporter]]
column = "reporter"
scheme = ["REGION"]
[[partner]]
column = "partner"
scheme = ["REGION"]
[product]
column = "product"
edition = "HS2017"
total = ["TOTAL"]
[flow]
column = "flow"
codes = { E = "EXPORT", I = "IMPORT" }
[[value]]
column = "value"
zero = "amount"
markers = { ":c" = "CONFIDENTIAL", ":" = "MISSING" }
[status]
column = "status"
codes = { e = "ESTIMATED" }
other = "NORMAL"
"""


def own(chance, folder):
    """Places of several levels as reporters, whole numbers, negative ones too, withheld ones; quarters."""
    layout = os.path.join(folder, "own.toml")
    with open(layout, "w") as file:
        file.write(LAYOUT)
    rows = []
    for quarter in range(10):
        period = f"{2019 + quarter // 4}-Q{quarter % 4 + 1}"
        for reporter in ("CN", "CN-SD", "CN-GD", "CN-370300"):
            for partner in ("RU", "US", "WLD", "KZ"):
                for product in ("TOTAL", "01", "27", "72"):
                    for flow in ("E", "I"):
                        if chance.random() < 0.6:
                            value = chance.choice((":c", ":", amount(chance), amount(chance), -chance.randint(1, 50), 3))
                            rows.append((period, reporter, partner, product, flow, value, chance.choice(("", "", "e"))))
    return layout, write(folder, "own.csv", TABLE, rows)


def make(seed, folder):
    """The loads, in the order in which they are imported."""
    chance = random.Random(f"files {seed}")
    loads = [
        Load("BACI-HS2017", ["baci"], baci(chance, folder, "HS17", (2017, 2018, 2020, 2021), 0.12), "baci", True),
        Load("BACI-HS2012", ["baci"], baci(chance, folder, "HS12", (2019, 2020), 0.12), "baci", True),
        Load("BACI-HS2012", ["baci"], baci(chance, folder, "HS12", (2021,), 0.12), "baci", False),
    ]
    for kind, path in comtrade(chance, folder):
        loads.append(Load("COMTRADE-HS", ["comtrade"], [path], "comtrade", kind == "complete"))
    for kind, path in monthly(chance, folder):
        loads.append(Load("MONTHS", ["comtrade", "--dataset", "MONTHS"], [path], "comtrade", kind == "complete"))
    path = editions(chance, folder)
    loads.append(Load("EDITIONS", ["comtrade", "--dataset", "EDITIONS"], [path], "comtrade", True))
    layout, path = own(chance, folder)
    loads.append(Load("OWN", ["table", "--layout", layout], [path], "own", False))
    return loads


def real(shared, with_chapters):
    """Real published files where they are: a part of a BACI year, and two decades of Russia, with its chapters too where
    there is time to load them (177,000 rows); with their nomenclature."""
    baci = os.path.join(shared, "trade/baci/BACI_HS17_Y2020_V202301_exporters_AFG_ZAF.csv.gz")
    russia = [os.path.join(shared, "trade/comtrade-internal", name) for name in
              ("russia_total_by_partner_2000_2020_legacy.csv.gz", "russia_hs2_by_partner_2000_2020_legacy.csv.gz")]  # fmt: skip
    russia = russia if with_chapters else russia[:1]
    nomenclature = os.path.join(shared, "sectors/product_classifications.csv.gz")
    if not all(os.path.exists(path) for path in (baci, *russia, nomenclature)):
        print(f"!! there is no {shared}: statistics over real published files are NOT compared", flush=True)
        return [], None
    return [
        Load("BACI-REAL", ["baci", "--dataset", "BACI-REAL"], [baci], "baci", True),
        Load("RUSSIA-REAL", ["comtrade", "--dataset", "RUSSIA-REAL"], russia, "legacy", False),
    ], nomenclature
