"""Requests to `tradeStats` made from a seed, as values and as GraphQL."""

import csv
import os
import random

from raw import FLOWS
from rule import FREQUENCIES, RATIOS, SIDES, period, scale_of

# What a measure is called in arguments, and the names of its own arguments there; in a selection `per` is short.
WORDS = {
    "value": ("VALUE",), "netWeightKg": ("NET_WEIGHT",), "count": ("COUNT",), "share": ("SHARE", "of", "against"),
    "growth": ("GROWTH", "periods"), "change": ("CHANGE", "periods"), "balance": ("BALANCE",), "hhi": ("HHI", "of"),
    "cagr": ("CAGR", "from", "to"), "index": ("INDEX", "base"), "cumulative": ("CUMULATIVE", "since"),
    "movingAverage": ("MOVING_AVERAGE", "periods"), "quantity": ("QUANTITY",), "unitValue": ("UNIT_VALUE", "unitValuePer"),
    "rca": ("RCA",), "mirrorGap": ("MIRROR_GAP",),
}  # fmt: skip
RATIO = " { value numerator denominator reason }"
MONEY = " { amount }"
BODIES = {
    **dict.fromkeys(RATIOS, RATIO), "change": MONEY, "balance": MONEY, "cumulative": MONEY, "quantity": " { amount unit }",
    "rca": " { value exports { amount } totalExports { amount } worldExports { amount } worldTotalExports { amount } worldReporters reason }",
    "mirrorGap": " { reported { amount } mirror { amount } absolute { amount } relative reason }",
}  # fmt: skip
PLACES = ("CN", "RU", "US", "ZA", "DE", "BR", "KZ", "S19", "WLD")
AREAS = ("M49-030", "M49-155", "M49-151", "M49-150", "WLD")


class Nomenclature:
    """All sectors that there are: level, classification and code."""

    def __init__(self, reference, rows):
        with open(os.path.join(reference, "sectors.csv"), newline="") as file:
            shipped = [(int(row["level"]), row["classification"], row["code"]) for row in csv.DictReader(file)]
        self.all = {row for row in shipped if row[1].startswith("HS")} | set(rows)


class Request:
    """What is asked. Measures are tuples: a name of `MEASURES` and its arguments."""

    def __init__(self, dataset, nomenclature):
        self.dataset, self.nomenclature = dataset, nomenclature
        self.filters = {}  # side: (GraphQL, how to tell what is meant)
        self.flows = None
        self.period = None  # list of (operator, start, months)
        self.groups, self.measures, self.having, self.order = [], [], [], []
        self.top, self.first, self.gaps, self.only_balance = None, None, True, False

    def group(self, by):
        return next((g for g in self.groups if g["by"] == by), None)

    def all_measures(self):
        return [*self.measures, *(c["measure"] for c in self.having), *(m for m, _ in self.order), *([self.top["measure"]] if self.top else [])]

    def allowed(self, data, side):
        return self.filters[side][1](data) if side in self.filters else None

    def has_period(self, start, months):
        def holds(operator, words):
            if operator == "gte":
                return start >= words[0][0]
            if operator == "lte":
                return start + months <= words[0][0] + words[0][1]
            return (start, months) in words

        return all(holds(*condition) for condition in self.period or [])

    def graphql(self):
        parts = [f'dataset: "{self.dataset}"']
        filters = [f"{side.lower()}: {text}" for side, (text, _) in self.filters.items()]
        if self.flows is not None:
            filters.append("flow: {" + (f"eq: {self.flows[0]}" if len(self.flows) == 1 else f"in: [{', '.join(self.flows)}]") + "}")
        if self.period:
            word = lambda p: f'"{period(*p)}"'
            texts = [f"in: [{', '.join(map(word, words))}]" if op == "in" else f"{op}: {word(words[0])}" for op, words in self.period]
            filters.append("period: {" + ", ".join(texts) + "}")
        if filters:
            parts.append(f"filter: {{{', '.join(filters)}}}")
        if self.groups:
            quoted = lambda k, v: f'{k}: "{v}"' if k == "classification" else f"{k}: {v}"
            parts.append("groupBy: [" + ", ".join("{" + ", ".join(quoted(k, v) for k, v in g.items()) + "}" for g in self.groups) + "]")
        if self.having:
            limits = lambda c: "".join(f', {k}: "{c[k]}"' for k in ("gte", "lte") if c[k] is not None)
            parts.append("having: [" + ", ".join("{" + by(c["measure"]) + limits(c) + "}" for c in self.having) + "]")
        if self.order:
            parts.append("orderBy: [" + ", ".join("{" + by(m) + ", direction: " + ("DESC" if d else "ASC") + "}" for m, d in self.order) + "]")
        if self.top:
            per = f", per: [{', '.join(self.top['per'])}]" if self.top["per"] else ""
            parts.append(f"top: {{{by(self.top['measure'])}, n: {self.top['n']}, others: {str(self.top['others']).lower()}{per}}}")
        if self.first is not None:
            parts.append(f"first: {self.first}")
        if not self.gaps:
            parts.append("gaps: OMIT")
        fields = " ".join(field(m) for m in self.measures)
        keys = " ".join({"FLOW": "flow", "PERIOD": "period"}.get(g["by"], g["by"].lower() + " { code }") for g in self.groups)
        sums = "value { amount currency approx } valueReason sumOfListed { amount } estimated"
        if self.only_balance:
            return f"{{ tradeStats({', '.join(parts)}) {{ rows {{ {keys} partial {fields} }} groupCount tiesCut pageInfo {{ hasNextPage }} warnings {{ code }} }} }}"
        row = f"{keys} {sums} partial {fields}"
        return f"""{{ tradeStats({", ".join(parts)}) {{ rows {{ {row} }} others {{ {row} }} groupCount tiesCut pageInfo {{ hasNextPage }}
            whole {{ flow period sumOfParts {{ amount }} complete reported {{ amount }} unallocated {{ amount }} }}
            levels {{ reporter partner sector classification frequency worldReporters mirrored }} warnings {{ code }} }} }}"""


def arguments(measure, names):
    shown = lambda value: f'"{period(*value)}"' if isinstance(value, tuple) else str(value)
    return [f"{name}: {shown(value)}" for name, value in zip(names, measure[1:]) if value is not None]


def by(measure):
    word, *names = WORDS[measure[0]]
    return ", ".join([f"measure: {word}", *arguments(measure, names)])


def alias(measure):
    parts = ["".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in measure]
    return "_".join(parts).replace("-", "_")


def field(measure):
    names = [name.replace("unitValuePer", "per") for name in WORDS.get(measure[0], ("",))[1:]]
    more = arguments(measure, names)
    return f"{alias(measure)}: {measure[0]}" + (f"({', '.join(more)})" if more else "") + BODIES.get(measure[0], "")


def measure(chance, data, told, names=tuple(WORDS)):
    name = chance.choice(names)
    stored = min(row[6] for row in data.held)
    months = told or stored if chance.random() < 0.95 else 12
    starts = sorted({row[5] - row[5] % months for row in data.held})
    when = lambda: (chance.choice(starts), months)
    if name == "share":
        return name, chance.choice(("PERIOD", "PERIOD", "PARENT", "TOTAL")), chance.choice(("PARTS", "PARTS", "REPORTED"))
    if name == "hhi":
        return name, chance.choice(("PERIOD", "PARENT", "TOTAL"))
    if name in ("growth", "change"):
        return name, chance.choice((1, 1, 1, 2, 4, 12))
    if name == "movingAverage":
        return name, chance.choice((2, 3, 4))
    if name == "cagr" and len(starts) > 1:
        since, until = sorted(chance.sample(starts, 2))
        return name, (since, months), (until, months)
    if name == "index":
        return name, when()
    if name == "cumulative":
        return (name, when()) if chance.random() < 0.5 else (name,)
    if name == "unitValue":
        return name, chance.choice(("NET_WEIGHT", "QUANTITY"))
    return (name,) if name != "cagr" else ("growth", 1)


def places(chance, data, side):
    kind = chance.random()
    # Mostly what is there, at times what is not.
    own = data.codes[side] if chance.random() < 0.85 and len(data.codes[side]) > 2 else PLACES
    if kind < 0.5:
        code = chance.choice(own)
        return f'{{code: {{eq: "{code}"}}}}', lambda data: {code}
    if kind < 0.7:
        codes = chance.sample(own, chance.randint(2, 3))
        return "{code: {in: [" + ", ".join(f'"{c}"' for c in codes) + "]}}", lambda data: set(codes)
    if kind < 0.8:
        return "{level: {eq: COUNTRY}}", lambda data: {c for c, level in data.places.level.items() if level == 2}
    top = chance.choice(AREAS)
    return f'{{within: {{code: "{top}"}}}}', lambda data: {c for c in data.places.level if data.places.is_within(c, top)}


def sector(chance, data, nomenclature, cls):
    kind = chance.random()
    of = [row for row in nomenclature.all if row[1] == cls]
    codes = data.sectors + ["01", "02", "27", "85", "72", "99"] * 4
    only = f'classification: {{code: {{eq: "{cls}"}}}}'
    if kind < 0.15:
        return '{code: {eq: "TOTAL"}}', lambda data: {(0, "HS", "TOTAL")}
    if kind < 0.4:
        code = chance.choice(codes)
        return f'{{{only}, code: {{eq: "{code}"}}}}', lambda data: {row for row in of if row[2] == code}
    if kind < 0.5:
        level = chance.choice((2, 4, 6))
        return f"{{{only}, level: {{eq: {level}}}}}", lambda data: {row for row in of if row[0] == level}
    if kind < 0.65:
        some = sorted(set(chance.sample(codes, 3)))
        return f"{{{only}, code: {{in: [" + ", ".join(f'"{c}"' for c in some) + "]}}", lambda data: {row for row in of if row[2] in some}
    if kind < 0.72:
        return '{within: {classification: "HS", code: "TOTAL"}}', lambda data: nomenclature.all
    code = chance.choice(codes)
    return f'{{within: {{classification: "{cls}", code: "{code}"}}}}', lambda data: {row for row in of if row[0] > 1 and row[2].startswith(code)}


def periods(chance, data):
    stored = sorted({(row[5], row[6]) for row in data.held})
    some = lambda: chance.choice(stored)
    def word():
        start, months = some()
        longer = chance.choice([m for m in (12, 3, 1) if m >= months]) if chance.random() < 0.5 else months
        return (start - start % longer, longer)
    kind = chance.random()
    if kind < 0.35:
        return [("eq", [word()])]
    if kind < 0.55:
        return [("in", sorted({word() for _ in range(2)}))]
    if kind < 0.75:
        return [("gte", [word()])]
    if kind < 0.85:
        return [("lte", [word()])]
    return [("gte", [word()]), ("lte", [word()])]


def groups(chance, data, cls):
    out = []
    for name in chance.sample((*SIDES, "FLOW", "PERIOD"), chance.choice((0, 1, 1, 2, 2, 2, 3, 3, 4))):
        group = {"by": name}
        if name == "SECTOR":
            if chance.random() < 0.8:
                group["digits"] = chance.choice((0, 2, 2, 4, 6) if data.code != "OWN" else (0, 2, 2, 2, 4))
            if chance.random() < 0.3 and (data.code != "EDITIONS" or group.get("digits") == 2):
                group["classification"] = cls
        elif name in SIDES and chance.random() < (0.6 if data.code != "OWN" else 0.9):
            group["level"] = chance.choice(("COUNTRY", "COUNTRY", "COUNTRY", "AREA", "WORLD", "PROVINCE") if data.code != "OWN" else ("COUNTRY", "COUNTRY", "PROVINCE", "CITY") if name == "REPORTER" else ("COUNTRY", "COUNTRY", "WORLD"))
        elif name == "PERIOD" and chance.random() < 0.4:
            stored = min(row[6] for row in data.held)
            group["frequency"] = chance.choice([f for f, m in FREQUENCIES.items() if m >= stored or chance.random() < 0.1])
        out.append(group)
    return out


def make(seed, number, datasets, nomenclature):
    chance = random.Random(f"request {seed} {number}")
    small = sorted(code for code in datasets if not code.endswith("REAL"))
    large = sorted(code for code in datasets if code.endswith("REAL"))
    data = datasets[chance.choice(large if large and chance.random() < 0.1 else small)]
    request = Request(data.code, nomenclature)
    classes = sorted({row[3] for row in data.held if row[2]}) or ["HS2017"]
    cls = chance.choice(classes)
    request.groups = groups(chance, data, cls)
    chosen = 0.35 if data.code != "OWN" else 0.7
    if chance.random() < chosen:
        request.filters["REPORTER"] = places(chance, data, "REPORTER")
    if chance.random() < 0.35:
        request.filters["PARTNER"] = places(chance, data, "PARTNER")
    if chance.random() < 0.35:
        request.filters["SECTOR"] = sector(chance, data, nomenclature, cls)
    if chance.random() < (0.3 if request.group("FLOW") else 0.97):
        request.flows = [chance.choice(("EXPORT", "IMPORT") * 8 + ("RE_EXPORT",))]
        if chance.random() < (0.5 if request.group("FLOW") else 0.03):
            request.flows = ["EXPORT", "IMPORT"]
    if chance.random() < 0.45:
        request.period = periods(chance, data)
    months = FREQUENCIES.get((request.group("PERIOD") or {}).get("frequency"))
    # Numbers that need a certain question are rare in others.
    rare = {"rca", "mirrorGap"} if chance.random() < 0.9 else set()
    rare |= {"cumulative", "movingAverage"} if not request.group("PERIOD") and chance.random() < 0.8 else set()
    names = tuple(n for n in WORDS if n not in rare) + ("rank",)
    if request.group("FLOW") and chance.random() < 0.9:
        names = tuple(n for n in names if n != "balance")
    told = tuple(n for n in names if n != "value")
    request.measures = sorted({measure(chance, data, months, told) for _ in range(chance.randint(1, 5))}, key=str)
    names = tuple(n for n in names if n != "rank")
    if chance.random() < 0.35:
        request.order = [(measure(chance, data, months, names), chance.random() < 0.6) for _ in range(chance.randint(1, 2))]
    if chance.random() < 0.3:
        sides = [g["by"] for g in request.groups]
        per = sorted(chance.sample(sides, chance.randint(0, len(sides)))) if chance.random() < 0.5 else []
        request.top = {"n": chance.randint(1, 4), "per": per, "others": chance.random() < 0.7, "measure": measure(chance, data, months, names)}
    if chance.random() < 0.15:
        request.first = chance.randint(0, 6)
    request.gaps = chance.random() < 0.7
    if chance.random() < 0.03 and not request.group("FLOW"):
        request.measures, request.order, request.top, request.only_balance = [("balance",)], [], None, True
    if chance.random() < 0.25 and not request.only_balance:
        request.wants = measure(chance, data, months, names), chance.random(), chance.choice((("gte",), ("lte",), ("gte", "lte")))
        # Until it is known what numbers there are; it takes part in the choice of periods.
        request.having = [{"measure": request.wants[0], "gte": "0", "lte": None}]
    else:
        request.wants = None
    return request


def having(request, question, answer):
    """A condition that cuts somewhere among the numbers that there are, at times at one of them exactly."""
    which, place, limits = request.wants
    request.wants = None
    numbers = sorted(n for n in (question.number(key, which) for key in question.keys) if n is not None)
    number = numbers[int(place * len(numbers))] if numbers else 0
    scale = scale_of(which[0], question.data.scale)
    if which[0] in RATIOS or which[0] == "rca":
        text = f"{float(number) / 10**scale:.4f}"
    else:
        text = decimal(number, scale)
    request.having = [{"measure": which, "gte": None, "lte": None} | {limit: text for limit in limits}]


def decimal(units, scale):
    """Units of 10^-scale as text."""
    sign, digits = ("-" if units < 0 else ""), str(abs(units)).rjust(scale + 1, "0")
    return sign + (f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits)
