"""Answers requests by the documented rules, from the plain tables of `raw`: which levels, which sums, which numbers.

Written from docs/SCHEMA-DESIGN.md ("Statistics") and the schema's descriptions. Each measure is one function of `MEASURES`.
"""

import functools
from fractions import Fraction

from raw import AREA, COUNTRY, FLOWS, LEVELS, WORLD

SIDES = ("REPORTER", "PARTNER", "SECTOR")
COLUMN = {"REPORTER": ("r", "rl"), "PARTNER": ("p", "pl"), "SECTOR": ("s", "sl")}
FREQUENCIES = {"ANNUAL": 12, "QUARTERLY": 3, "MONTHLY": 1}


class Refused(Exception):
    """The request is a mistake; the word is `extensions.reason`."""


class Skipped(Exception):
    """What the plain rules do not know: sectors converted into another classification."""


class Side:
    """What is summed of one hierarchy: these codes at this level, and whether that may be less than all."""

    def __init__(self, level, codes=None, cls=None, above=None, is_open=False, is_filtered=False):
        self.level, self.codes, self.cls, self.above = level, codes, cls, above
        self.is_open, self.is_filtered, self.finer = is_open, is_filtered, []


class Cell:
    """A group's sums in one period."""

    def __init__(self):
        self.v = self.n = self.count = self.w = self.nw = self.q = self.nq = 0
        self.is_estimated = self.is_listed = False
        # The stored periods of each reporter in a told one; of those that some lack; the periods that are summed.
        self.months, self.lacked, self.periods = {}, set(), set()
        self.units = set()

    def add(self, other):
        for name in ("v", "n", "count", "w", "nw", "q", "nq"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.is_estimated |= other.is_estimated
        self.is_listed |= other.is_listed
        self.lacked |= other.lacked
        self.periods |= other.periods
        self.units |= other.units

    def settle(self, n):
        """Says which of n stored periods some reporter lacks."""
        for months in self.months.values():
            self.lacked |= set(range(n)) - months
        self.months = {}

    def is_of_periods_of(self, other):
        return (self.periods, self.lacked) == (other.periods, other.lacked)

    def weight(self):
        return self.w if self.count and self.nw == self.count else None

    def quantity(self):
        return self.q if self.count and self.nq == self.count and len(self.units) == 1 else None

    def listed(self):
        return self.v if self.n else None

    def total(self):
        """The value, or why there is none."""
        if not self.n:
            return None, "WITHHELD"
        return (None, "PARTIAL_COVERAGE") if self.is_listed else (self.v, None)


# ---- the levels


def regions(data, request, side, held, at, everywhere):
    """The level of reporters or partners; `held` are the levels that there are, `everywhere` those at finer sectors too."""
    level_of = data.places.level
    allowed = request.allowed(data, side)
    group = request.group(side)
    present = {row[at] for row in held}
    codes = lambda level: None if allowed is None else {c for c in allowed if level_of[c] == level}
    side_of = lambda level, **more: Side(level, codes(level), is_filtered=allowed is not None, **more)
    if group:
        wanted = group.get("level")
        if wanted == "AREA":
            return side_of(COUNTRY, above=data.places.area, is_open=True)
        choices = present & {LEVELS[wanted]} if wanted else present - {WORLD, AREA}
        if allowed is not None:
            choices = {level for level in choices if codes(level)}
        if not choices:
            raise Refused("INVALID_ARGUMENT")
        if len(choices) > 1:
            raise Refused("AMBIGUOUS_LEVEL")
        return side_of(choices.pop())
    if allowed is None:
        if WORLD in present:
            out = side_of(WORLD)
            out.finer = [Side(level, None, is_open=True) for level in sorted(everywhere - {WORLD, AREA})]
            return out
        choices = present - {AREA}
        if len(choices) != 1:
            raise Refused("AMBIGUOUS_LEVEL")
        return side_of(choices.pop(), is_open=side == "PARTNER")
    given = {level_of[c] for c in allowed}
    usable = sorted(given & present)
    if len(usable) > 1:
        # Blocs are summed where nothing else is left.
        usable = [level for level in usable if level != AREA]
    if not usable:
        raise Refused("INVALID_ARGUMENT")
    taken = codes(usable[0])
    rest = {c for c in allowed if level_of[c] in usable[1:]}
    below = {c for c in level_of if level_of[c] in usable[1:] and any(data.places.is_within(c, top) for top in taken)}
    if rest != below:
        raise Refused("AMBIGUOUS_LEVEL")
    out = side_of(usable[0], is_open=min(given) < usable[0])
    for level in sorted(given & everywhere - {AREA}):
        whole = {c for c in level_of if level_of[c] == level and any(data.places.is_within(c, top) for top in taken)}
        if level > usable[0] and codes(level) == whole:
            out.finer.append(Side(level, codes(level), is_open=True, is_filtered=True))
    return out


def sectors(data, request, held):
    allowed = request.allowed(data, "SECTOR")
    group = request.group("SECTOR")
    present = {(row[2], row[3]) for row in held}
    wanted = group and group.get("classification")
    given = None if allowed is None else {(level, cls) for level, cls, _ in allowed}
    usable = {p for p in present if given is None or p in given}
    classes = lambda level: {cls for l, cls in usable if l == level}
    levels = sorted({level for level, _ in usable})

    def made(level, choices, **more):
        codes = None if allowed is None else {c for l, k, c in allowed if l == level and k in choices}
        return Side(level, codes, choices, is_filtered=allowed is not None, **more)

    def side(level, choices, **more):
        # Chapters of several editions are put together by their codes.
        if len(choices) != 1 and level != 2:
            raise Refused("AMBIGUOUS_CLASSIFICATION")
        return made(level, choices, **more)

    def is_subtree(chosen, finer):
        """Whether what the filter leaves at finer levels is all that lies in what is chosen, and nothing else."""
        if allowed is None:
            return True
        under = lambda cls, c: any(code == "TOTAL" or (cls in chosen.cls and c.startswith(code)) for code in chosen.codes)
        there = lambda rows: {(l, cls, c) for l, cls, c in rows if l in finer and (l, cls) in usable}
        return there(allowed) == {row for row in there(request.nomenclature.all) if under(*row[1:])}

    def below(chosen, above=None):
        """Finer levels of the same classifications, or of what there is below all goods, each in one edition a period."""
        for level in (l for l in levels if l > chosen.level):
            in_period = {}
            for row in held:
                if row[2] == level and (level, row[3]) in usable:
                    in_period.setdefault(row[4:6], set()).add(row[3])
            is_mixed = any(len(own) > 1 for own in in_period.values())
            is_alike = chosen.level == 0 or classes(level) <= chosen.cls
            if is_alike and not is_mixed and is_subtree(chosen, [level]):
                chosen.finer.append(made(level, classes(level), above=above, is_open=True))
        return chosen

    if group:
        level = group.get("digits")
        if level is None:
            level = next((l for l in levels if l > 0), 0)
        choices = classes(level)
        if wanted:
            is_own = {cls for l, cls in usable if l > 0} == {wanted} if not choices else choices == {wanted} or (level == 0 and len(choices) == 1)
            if not is_own and not (level == 2 and choices):
                raise Skipped
        up = lambda code: "TOTAL" if level == 0 else code[:level]
        finer = [l for l in levels if l > level]
        if not choices and finer:
            return below(side(finer[0], classes(finer[0]), above=up, is_open=True), up)
        if not choices:
            raise Refused("INVALID_ARGUMENT")
        return below(side(level, choices), up)
    if not levels:
        raise Refused("INVALID_ARGUMENT")
    coarsest = levels[0]
    out = side(coarsest, classes(coarsest), is_open=allowed is None and coarsest > 0)
    if not is_subtree(out, levels[1:]):
        raise Refused("AMBIGUOUS_LEVEL")
    if given:
        out.is_open = min(l for l, _ in given) < coarsest
    return below(out)


def periods(request, held):
    stored = {(row[6], row[5]) for row in held}
    group = request.group("PERIOD")
    asked = group and group.get("frequency")
    for months in [FREQUENCIES[asked]] if asked else [12, 3, 1]:
        length = next((n for n in (12, 3, 1) if n <= months and any(m == n for m, _ in stored)), None)
        if length is None:
            continue
        is_named = bool(asked) if group else request.period is not None
        if length != months and not is_named:
            continue
        told = {}
        for _, start in (row for row in stored if row[0] == length):
            told.setdefault(start - start % months, set()).add(start)
        shown = {start for start in told if request.has_period(start, months)}
        if shown:
            return length, months, told, shown
    raise Refused("INVALID_PERIOD")


def flows(data, request, measures):
    held = {row[4] for row in data.held}
    left = sorted((f for f in held if request.flows is None or f in request.flows), key=FLOWS.get)
    if not left:
        raise Refused("INVALID_ARGUMENT")
    if request.group("FLOW"):
        return None, left
    read = [f for f in ("EXPORT", "IMPORT") if f in held] if "balance" in measures else []
    if len(left) == 1:
        return left[0], sorted({*read, left[0]}, key=FLOWS.get)
    if request.only_balance:
        return None, read
    raise Refused("AMBIGUOUS_FLOW")


# ---- the sums


class Question:
    """A request with its levels and sums."""

    def __init__(self, data, request):
        self.data, self.request = data, request
        names = {m[0] for m in request.all_measures()}
        if request.group("FLOW") and "balance" in names:
            raise Refused("INVALID_ARGUMENT")
        self.flow, self.flows = flows(data, request, names)
        held = [row for row in data.held if row[4] in self.flows]
        self.stored, self.months, told, self.shown = periods(request, held)
        of_year = {row[5] // 12 for row in held if row[6] == self.stored}
        self.has_other_lengths = any(
            row[6] != self.stored and request.has_period(row[5], row[6]) and row[5] // 12 not in of_year for row in held)
        self.told = {start: parts for start, parts in told.items() if start in self.reached(told)}
        read = {start for parts in self.told.values() for start in parts}
        held = [row for row in held if row[6] == self.stored and row[5] in read]
        self.sector = sectors(data, request, held)
        everywhere = [{row[side] for row in held} for side in (0, 1)]
        held = [row for row in held if row[2] == self.sector.level]
        self.reporter = regions(data, request, "REPORTER", held, 0, everywhere[0])
        held = [row for row in held if row[0] == self.reporter.level]
        self.partner = regions(data, request, "PARTNER", held, 1, everywhere[1])
        self.by_period = {}
        for (_, start, months), is_complete in data.complete.items():
            if months == self.stored:
                self.by_period.setdefault(start, []).append(is_complete)
        self.check(names)
        self.cells = {}
        self.read()
        self.beside(names)

    def reached(self, told):
        """The periods that numbers need: those that are shown, and others."""
        out, first, last = set(self.shown), min(self.shown), max(self.shown)
        for name, *arguments in self.request.all_measures():
            named = [when for when in arguments if isinstance(when, tuple)]
            if any(months != self.months for _, months in named):
                raise Refused("INVALID_PERIOD")
            if name in ("growth", "change"):
                out |= {start - arguments[0] * self.months for start in self.shown}
            elif name == "movingAverage":
                out |= {start - n * self.months for start in self.shown for n in range(1, arguments[0])}
            elif name == "cumulative":
                since = named[0][0] if named else first
                out |= {start for start in told if since <= start <= last}
            else:
                out |= {start for start, _ in named}
        return out

    def is_definite(self, name):
        side = self.side(name)
        return side.level > 0 and bool(self.request.group(name) or (side.codes is not None and len(side.codes) == 1))

    def check(self, names):
        """Numbers that make no sense of these figures."""
        by = self.request.group
        if "rca" in names:
            if by("PARTNER") or (self.partner.is_filtered and self.partner.level > 0):
                raise Refused("INVALID_ARGUMENT")
            if self.flow != "EXPORT" or not self.is_definite("REPORTER"):
                raise Refused("INVALID_ARGUMENT")
            if self.sector.level == 0 or not (by("SECTOR") or self.sector.is_filtered):
                raise Refused("INVALID_ARGUMENT")
        if "mirrorGap" in names and not (self.is_definite("REPORTER") and self.is_definite("PARTNER")):
            raise Refused("INVALID_ARGUMENT")
        if names & {"index", "cumulative", "movingAverage"} and not by("PERIOD") and len(self.shown) > 1:
            raise Refused("INVALID_ARGUMENT")

    def beside(self, names):
        """What some numbers are compared with: the other side, the world."""
        self.mirror, self.advantage = None, None
        if "mirrorGap" in names and not self.data.reconciled:
            self.mirror = self.cells_of(self.reporter, self.partner, self.sector, exchanged=True)
        if "rca" in names:
            world, goods = Side(WORLD, {"WLD"}), Side(0, {"TOTAL"}, {"HS"})
            self.advantage = [
                self.cells_of(self.reporter, self.partner, goods),
                self.cells_of(world, self.partner, self.sector),
                self.cells_of(world, self.partner, goods),
            ]

    def cells_of(self, *sides, exchanged=False):
        out = {}
        for row in self.sums(*sides, exchanged):
            self.take(row, sides, out, exchanged=exchanged)
        self.put_periods_together(out)
        return out

    def any_of(self, key, *names):
        """A key with any reporter or sector."""
        own = [g["by"] for g in self.request.groups if g["by"] in SIDES]
        return (tuple("*" if name in names else code for code, name in zip(key[0], own)), *key[1:])

    def side(self, name):
        return {"REPORTER": self.reporter, "PARTNER": self.partner, "SECTOR": self.sector}[name]

    def read(self):
        """Every reporter, flow and period at the chosen levels; what is only listed, at the coarsest that it has."""
        seen, self.made_of = set(), {}
        for reporter in [self.reporter, *self.reporter.finer]:
            units, rungs = set(), [(p, s) for s in [self.sector, *self.sector.finer] for p in [self.partner, *self.partner.finer]]
            for partner, sector in rungs:
                new = set()
                for row in self.sums(reporter, partner, sector):
                    r, _, _, flow, start, mirrored = row[:6]
                    unit = (r, flow, start)
                    is_first = (partner, sector) == rungs[0]
                    if (flow, start) in seen or unit in units or not (is_first or self.may_lack(reporter, r, start, mirrored)):
                        continue
                    new.add(unit)
                    self.take(row, (reporter, partner, sector), self.cells, reporter is not self.reporter, note=True)
                units |= new
            # Reporters of two levels are never added.
            seen |= {unit[1:] for unit in units}
        self.put_periods_together(self.cells)

    def put_periods_together(self, cells):
        for cell in cells.values():
            cell.settle(self.months // self.stored)
        if not self.request.group("PERIOD"):
            for (keys, flow, told), cell in list(cells.items()):
                if told in self.shown:
                    sum_ = cells.setdefault((keys, flow, None), Cell())
                    sum_.add(cell)
                    sum_.periods.add(told)

    def all_complete(self, start):
        return all(self.by_period.get(start, [False]))

    def may_lack(self, reporter, code, start, mirrored):
        """Of what is complete, nothing is nothing."""
        if reporter is not self.reporter:
            return True
        if mirrored or reporter.level == WORLD:
            return not self.all_complete(start)
        return not self.data.complete.get((code, start, self.stored), False)

    def sums(self, reporter, partner, sector, exchanged=False):
        """Sums by reporter, what is told apart, flow and stored period; exchanged, what the other side says of the same."""
        column_of = dict(COLUMN, REPORTER=COLUMN["PARTNER"], PARTNER=COLUMN["REPORTER"]) if exchanged else COLUMN
        other = {"EXPORT": "IMPORT", "IMPORT": "EXPORT"}
        where, bound = [], []
        for side, name in ((reporter, "REPORTER"), (partner, "PARTNER"), (sector, "SECTOR")):
            column, level = column_of[name]
            where.append(f"{level} = {side.level}")
            if side.codes is not None:
                where.append(f"list_contains(?, {column})")
                bound.append(sorted(side.codes))
        where.append(f"cls IN ({', '.join(repr(c) for c in sorted(sector.cls))})")
        flows = [other.get(f, f) if exchanged else f for f in self.flows]
        where.append(f"flow IN ({', '.join(repr(f) for f in flows)})")
        starts = ", ".join(str(start) for parts in self.told.values() for start in parts)
        where.append(f"months = {self.stored} AND start IN ({starts})")
        is_by = lambda name: column_of[name][0] if self.request.group(name) else "NULL::VARCHAR"
        rows = self.data.db.execute(
            f"""SELECT {column_of["REPORTER"][0]} AS r, {is_by("PARTNER")} AS p, {is_by("SECTOR")} AS s, flow, start, mirrored,
                sum(v), count(v), count(*), sum(w), count(w), coalesce(bool_or(est), false), sum(q), count(q), list(DISTINCT unit)
                FROM {self.data.name} WHERE {" AND ".join(where)} GROUP BY 1, 2, 3, 4, 5, 6""",
            bound,
        ).fetchall()
        return [(*row[:3], other.get(row[3], row[3]), *row[4:]) if exchanged else row for row in rows]

    def take(self, row, sides, cells, is_made_world=False, note=False, exchanged=False):
        r, p, s, flow, start, mirrored, *numbers = row
        code = {"REPORTER": r, "PARTNER": p, "SECTOR": s}
        keys = []
        for group in self.request.groups:
            name = group["by"]
            if name in code:
                above = dict(zip(SIDES, sides))[name].above
                keys.append(above(code[name]) if above else code[name])
        cell = Cell()
        v, cell.n, cell.count, w, cell.nw, cell.is_estimated, q, cell.nq, units = numbers
        cell.v, cell.w, cell.q = int(v or 0), int(w or 0), int(q or 0)
        cell.units = set(units or ()) - {None}
        own = sides[1] if mirrored or exchanged else sides[0]
        is_world = own.level == WORLD and not self.reports_world(start)
        # Several that the filter names are a total where each has a figure.
        named = 1
        for name, side in (("PARTNER", sides[1]), ("SECTOR", sides[2])):
            if side.is_filtered and not self.request.group(name):
                named *= len(side.codes)
        is_open = is_world or cell.count < named or any(side.is_open and (not self.request.group(name) or side.above) for name, side in zip(SIDES, sides))
        if exchanged:
            # The figures of the partners: as complete as those are.
            (r,) = {p} if self.request.group("PARTNER") else self.partner.codes
        if is_made_world:
            # The world of several reporters, made nowhere else.
            is_open, is_complete = True, self.all_complete(start) and len(self.by_period[start]) == 1
        elif mirrored or is_world:
            is_complete = self.all_complete(start)
        else:
            is_complete = self.data.complete.get((r, start, self.stored), False)
        cell.is_listed = is_open and not is_complete
        told = start - start % self.months
        sums = cells.setdefault((tuple(keys), flow, told), Cell())
        sums.add(cell)
        # Of a complete reporter, nothing is nothing.
        own = [s for s in range(told, told + self.months, self.stored) if self.data.complete.get((r, s, self.stored))]
        sums.months.setdefault(r, set()).update((s % self.months) // self.stored for s in [start, *own])
        if note and told in self.shown:
            key = (tuple(keys), flow, told if self.request.group("PERIOD") else None)
            self.made_of.setdefault(self.opened(key), set()).add((r, start))

    def reporters_differ(self):
        """Whether reporters are summed that have figures in some periods of the answer only."""
        is_mirrored = self.data.reconciled and "EXPORT" not in self.flows
        own = self.partner if is_mirrored else self.reporter
        if self.request.group("PARTNER" if is_mirrored else "REPORTER") and not own.above and own.level != WORLD:
            return False
        level_of, there = self.data.places.level, {}
        for r, start, months in self.data.complete:
            told = start - start % self.months
            is_asked = own.level == WORLD or (r in own.codes if own.codes is not None else level_of[r] == own.level)
            if months == self.stored and told in self.told and is_asked:
                there.setdefault(told, set()).add(r)
        return len(set(map(frozenset, there.values()))) > 1

    def reports_world(self, start):
        return ("WLD", start, self.stored) in self.data.complete

    # ---- the groups

    def answer(self):
        request = self.request
        by_period = bool(request.group("PERIOD"))
        keys = set()
        for sides, flow, told in self.cells:
            if (told in self.shown) if by_period else (told is None):
                keys.add((sides, flow if request.group("FLOW") else self.flow, told))
        if by_period and request.gaps and keys:
            first, last = min(k[2] for k in keys), max(k[2] for k in keys)
            between = [t for t in range(first, last + 1, self.months) if request.has_period(t, self.months)]
            keys |= {(sides, flow, told) for sides, flow, _ in keys for told in between}
        if len(keys) > 10_000:
            raise Refused("TOO_MANY_GROUPS")
        self.keys = keys
        self.totals()
        order = lambda key: self.key_order(key)
        rows = sorted(keys, key=order)
        rest = [key for key in rows if not all(self.meets(key, c) for c in request.having)]
        rows = [key for key in rows if key not in set(rest)]
        others, ties = {}, False
        if request.top:
            measure, n, per = request.top["measure"], request.top["n"], request.top["per"]
            buckets = {}
            for key in rows:
                buckets.setdefault(self.bucket(key, per), []).append(key)
            rows = []
            for own in buckets.values():
                own = self.sorted(own, [(measure, True)])
                if len(own) > n:
                    a, b = self.comparable(own[n - 1], measure), self.comparable(own[n], measure)
                    ties |= self.number(own[n - 1], measure) is not None and a == b
                rows += own[:n]
                rest += own[n:]
            if request.top["others"]:
                for key in rest:
                    if key in self.cells:
                        others.setdefault(self.bucket(key, per), Cell()).add(self.cells[key])
            rows = self.sorted(sorted(rows, key=order), request.order or [(measure, True)])
        else:
            rows = self.sorted(rows, request.order)
        whole = self.whole()
        differs = any(w["reported"] is not None and w["sumOfParts"] not in (None, w["reported"]) for w in whole.values())
        return {
            "rows": [self.row(key) for key in rows[: request.first]],
            "others": others,
            "groupCount": len(rows),
            "hasNextPage": request.first is not None and request.first < len(rows),
            "tiesCut": ties,
            "whole": whole,
            "warnings": (["PARTIAL_COVERAGE"] if any(k in self.cells and self.cells[k].is_listed for k in keys) else [])
            + ([] if keys else ["NO_DATA"])
            + (["OTHER_FREQUENCY"] if self.has_other_lengths else [])
            + (["REPORTERS_DIFFER"] if self.reporters_differ() else [])
            + (["SERIES_BREAK"] if len(self.sector.cls) > 1 else [])
            + (["REPORTED_DIFFERS"] if differs else [])
            + (["VALUATION"] if self.mirror is not None else []),
        }

    def key_order(self, key):
        sides, out = iter(key[0]), []
        for group in self.request.groups:
            if group["by"] in SIDES:
                code = next(sides)
                # What lies in no area is first.
                out.append((code or "").encode())
            elif group["by"] == "FLOW":
                out.append(FLOWS[key[1]])
            else:
                out.append(key[2])
        return out

    def bucket(self, key, per):
        names = [g["by"] for g in self.request.groups if g["by"] in SIDES]
        return (tuple(code if name in per else "*" for code, name in zip(key[0], names)), key[1], key[2])

    def comparable(self, key, measure):
        """What is larger comes first; unknown numbers are last whatever the direction."""
        number = self.number(key, measure)
        if number is not None:
            return (0, number)
        listed = self.cells[key].listed() if measure[0] == "value" and key in self.cells else None
        return (2, 0) if listed is None else (1, listed)

    def sorted(self, keys, orders):
        """Sorted by the last order first, so that the first decides; `keys` come in the order of keys."""
        for measure, is_descending in reversed(orders):
            def place(key):
                rank, number = self.comparable(key, measure)
                return (rank, -number if is_descending else number)
            keys = sorted(keys, key=place)
        return keys

    def number(self, key, measure):
        value, _ = MEASURES[measure[0]](self, key, *measure[1:])
        if measure[0] == "mirrorGap":
            value = value["absolute"]
        if measure[0] == "rca":
            value = value["value"]
        return Fraction(*value) if isinstance(value, tuple) else value

    def meets(self, key, condition):
        number = self.number(key, condition["measure"])
        if number is None:
            return False
        name = condition["measure"][0]
        if name == "cagr":
            number = Fraction(yearly(self, key, *condition["measure"][1:]))
        number = Fraction(number) / 10 ** scale_of(name, self.data.scale)
        return (condition["gte"] is None or number >= Fraction(condition["gte"])) and (
            condition["lte"] is None or number <= Fraction(condition["lte"]))  # fmt: skip

    def totals(self):
        """Sums of groups by flow and period, by parent, by flow; whether any of them is no total."""
        self.sums_of = {}
        for key in self.keys:
            cell = self.cells.get(key)
            if cell is None:
                continue
            for whole in (("PERIOD", key[1], key[2]), ("PARENT", *self.parent(key)), ("TOTAL", key[1])):
                total = self.sums_of.setdefault(whole, [0, True, 0])
                if cell.is_listed:
                    total[1] = False
                else:
                    total[0] += cell.v
                    total[2] += cell.v * cell.v

    def parent(self, key):
        last = self.request.groups[-1]["by"] if self.request.groups else None
        sides, flow, told = key
        if last == "PERIOD":
            return sides, flow, None
        if last in SIDES:
            return sides[:-1] + ("*",), flow, told
        return key

    def is_complete(self, flow, told):
        """Whether all parts that the filter does not choose are there."""
        is_open = any(not side.is_filtered and (self.request.group(name) or side.is_open)
                      for name, side in (("PARTNER", self.partner), ("SECTOR", self.sector)))  # fmt: skip
        if not is_open:
            return True
        tolds = self.shown if told is None else [told]
        starts = {start for t in tolds for start in self.told.get(t, ())}
        mirrored = self.data.reconciled and flow == "IMPORT"
        codes = None if mirrored or self.reporter.level == WORLD else self.reporter.codes
        if codes is None:
            return bool(starts) and all(all(self.by_period.get(start, [False])) for start in starts)
        return bool(starts) and all(
            self.data.complete.get((code, start, self.stored), len(codes) > 1) for code in codes for start in starts)  # fmt: skip

    def whole(self):
        out = {}
        for key in self.keys:
            if key[1] is None:
                continue
            cell = out.setdefault((key[1], key[2]), Cell())
            if key in self.cells:
                cell.add(self.cells[key])
        return {
            (flow, told): {"sumOfParts": cell.listed(), "complete": not cell.is_listed and self.is_complete(flow, told),
                           "reported": self.reported(flow, told)}
            for (flow, told), cell in out.items()
        }  # fmt: skip

    def open_side(self):
        """The one hierarchy that is told apart and not filtered: the source may say its whole."""
        sides = [n for n in ("PARTNER", "SECTOR") if self.request.group(n) and not self.side(n).is_filtered and self.side(n).level > 0]
        return sides[0] if len(sides) == 1 else None

    def opened(self, key):
        """A key with any of that side."""
        names = [g["by"] for g in self.request.groups if g["by"] in SIDES]
        return (tuple("*" if name == self.open_side() else code for code, name in zip(key[0], names)), *key[1:])

    @functools.cached_property
    def said(self):
        """What the source says of wholes, by key; nothing where it does not say it of all reporters and months that have
        parts, since that would be less than the whole."""
        if self.open_side() is None:
            return {}
        where, bound, named = [f"months = {self.stored} AND origin = 1"], [], 1
        for name in SIDES:
            side = self.side(name)
            column, level = COLUMN[name]
            is_whole = name == self.open_side()
            where.append(f"{level} = {0 if is_whole else side.level}")
            if name == "SECTOR" and not is_whole:
                where.append(f"cls IN ({', '.join(repr(c) for c in sorted(side.cls))})")
            if side.codes is not None and not is_whole:
                where.append(f"list_contains(?, {column})")
                bound.append(sorted(side.codes))
            # A whole that lacks a part that the filter names is not said.
            if name in ("PARTNER", "SECTOR") and side.is_filtered and not is_whole and not self.request.group(name):
                named *= len(side.codes)
        sums, units, counts, known = {}, {}, {}, set()
        for r, p, s, flow, start, v in self.data.db.execute(
            f"SELECT r, p, s, flow, start, v FROM {self.data.name} WHERE {' AND '.join(where)}", bound).fetchall():  # fmt: skip
            told = start - start % self.months
            if told not in self.shown or start not in self.told[told]:
                continue
            keys = []
            for group in self.request.groups:
                code = {"REPORTER": r, "PARTNER": p, "SECTOR": s}.get(group["by"])
                if code is not None:
                    above = self.side(group["by"]).above
                    keys.append("*" if group["by"] == self.open_side() else above(code) if above else code)
            key = (tuple(keys), flow, told if self.request.group("PERIOD") else None)
            unit = (key, r, start)
            counts[unit] = counts.get(unit, 0) + 1
            if v is not None:
                sums[key] = sums.get(key, 0) + int(v)
                known.add(unit)
            if unit in known and counts[unit] >= named:
                units.setdefault(key, set()).add((r, start))
        return {key: sums.get(key) if parts <= units.get(key, set()) else None for key, parts in self.made_of.items()}

    def reported(self, flow, told):
        all_said = [v for key, v in self.said.items() if key[1:] == (flow, told)]
        return sum(all_said) if all_said and None not in all_said else None

    def total_of(self, key):
        cell = self.cells.get(key)
        return (None, "NO_DATA") if cell is None else cell.total()

    def is_partial(self, key):
        flows = [key[1]] if key[1] else ["EXPORT", "IMPORT"]
        return any(self.cells[k].lacked for k in ((key[0], flow, key[2]) for flow in flows) if k in self.cells)

    def row(self, key):
        value, why = self.total_of(key)
        cell = self.cells.get(key)
        out = {
            "keys": self.told_keys(key),
            "value": value,
            "valueReason": why,
            "sumOfListed": cell.listed() if cell else None,
            "partial": self.is_partial(key),
            "estimated": bool(cell) and self.estimated(cell),
        }
        for measure in self.request.measures:
            out[measure] = MEASURES[measure[0]](self, key, *measure[1:])
        return out

    def estimated(self, cell):
        return bool(cell.n) and (cell.is_estimated or cell.n < cell.count)

    def told_keys(self, key):
        sides = iter(key[0])
        out = {}
        for group in self.request.groups:
            name = group["by"].lower()
            out[name] = next(sides) if group["by"] in SIDES else key[1] if name == "flow" else period(key[2], self.months)
        return out


def period(start, months):
    year, month = divmod(start, 12)
    return str(year) if months == 12 else f"{year}-Q{month // 3 + 1}" if months == 3 else f"{year}-{month + 1:02}"


# ---- the measures: (question, key, arguments) to a number and why it is unknown; a ratio is a pair


def value(q, key):
    return q.total_of(key)


def net_weight(q, key):
    return (q.cells[key].weight() if key in q.cells else None), None


def count(q, key):
    return (q.cells[key].count if key in q.cells else 0), None


def among(q, key, of):
    """The groups among which a share is counted: their sum, the sum of the squares, or why they are not all."""
    whole = {"PERIOD": ("PERIOD", key[1], key[2]), "PARENT": ("PARENT", *q.parent(key)), "TOTAL": ("TOTAL", key[1])}[of]
    if whole not in q.sums_of:
        return None, "NO_DATA"
    total, has_all, squares = q.sums_of[whole]
    periods = {k[2] for k in q.keys if k[1] == key[1]} if of == "TOTAL" else {key[2]}
    if of == "PARENT":
        periods = {k[2] for k in q.keys if q.parent(k) == q.parent(key) and k in q.cells and q.total_of(k)[0] is not None}
    # A period without any group says nothing of its parts.
    periods = {t for t in periods if ("PERIOD", key[1], t) in q.sums_of}
    if not has_all or not all(q.is_complete(key[1], told) for told in periods):
        return None, "PARTIAL_COVERAGE"
    return ((total, squares), None) if total > 0 else (None, "NOTHING_TO_SHARE")


def share(q, key, of, against="PARTS"):
    own, why = q.total_of(key)
    if own is None:
        return None, why
    if against == "REPORTED":
        matches = {"PERIOD": lambda k: k[1:] == key[1:], "PARENT": lambda k: k == q.parent(key), "TOTAL": lambda k: k[1] == key[1]}[of]
        said = [whole for k, whole in q.said.items() if matches(k)]
        if not said or None in said:
            return None, "NOT_REPORTED"
        return ((own, sum(said)), None) if sum(said) > 0 else (None, "NOTHING_TO_SHARE")
    sums, why = among(q, key, of)
    return (None, why) if sums is None else ((own, sums[0]), None)


def hhi(q, key, of):
    sums, why = among(q, key, of)
    if sums is None:
        return None, why
    if max(sums[1], sums[0] ** 2) >= 2**127:
        return None, "TOO_LARGE"
    return (sums[1], sums[0] ** 2), None


def rank(q, key):
    own, _ = q.total_of(key)
    if own is None:
        return None, None
    peers = [q.total_of(k)[0] for k in q.keys if k[1:] == key[1:]]
    return 1 + sum(1 for peer in peers if peer is not None and peer > own), None


def earlier(q, key, periods):
    sides, flow, told = key
    if told is None:
        if len(q.shown) != 1:
            return None
        (told,) = q.shown
    return sides, flow, told - periods * q.months


def now_and_then(q, key, periods):
    now, why = q.total_of(key)
    if now is None:
        return None, why
    before = earlier(q, key, periods)
    then, why = q.total_of(before) if before else (None, "NO_DATA")
    if then is None:
        return None, "NO_PREVIOUS" if why == "NO_DATA" else why
    if q.is_partial(key) or q.is_partial(before):
        return None, "PARTIAL_PERIOD"
    return (now, then), None


def whole_period(q, key, missing):
    """The value of a whole period."""
    value, why = q.total_of(key)
    if value is None:
        return None, missing if why == "NO_DATA" else why
    return (None, "PARTIAL_PERIOD") if q.is_partial(key) else (value, None)


def own_period(q, key):
    if key[2] is not None:
        return key[2]
    return next(iter(q.shown)) if len(q.shown) == 1 else None


def compared(q, later, earlier, allows_loss):
    now, why = whole_period(q, *later)
    if now is None:
        return None, why
    then, why = whole_period(q, *earlier)
    if then is None:
        return None, why
    return ((now, then), None) if then > 0 and (allows_loss or now >= 0) else (None, "FROM_ZERO_OR_LESS")


def cagr(q, key, since, until):
    return compared(q, ((*key[:2], until[0]), "NO_DATA"), ((*key[:2], since[0]), "NO_PREVIOUS"), False)


def yearly(q, key, since, until):
    (now, then), _ = cagr(q, key, since, until)
    return (now / then) ** (12 / (until[0] - since[0])) - 1


def index(q, key, base):
    return compared(q, (key, "NO_DATA"), ((*key[:2], base[0]), "NO_PREVIOUS"), True)


def run(q, key, since, missing):
    own = own_period(q, key)
    if own is None:
        return None, "NO_PREVIOUS"
    now, why = whole_period(q, key, "NO_DATA")
    if now is None:
        return None, why
    total, n, told = now, 1, own - q.months
    while told >= since:
        value, why = whole_period(q, (*key[:2], told), missing)
        if value is None:
            return None, why
        total, n, told = total + value, n + 1, told - q.months
    return (total, n), None


def cumulative(q, key, since=None):
    start = since[0] if since else min(q.shown)
    own = own_period(q, key)
    if own is not None and own < start:
        return None, "NO_PREVIOUS"
    sums, why = run(q, key, start, "GAP")
    return (None, why) if sums is None else (sums[0], None)


def moving_average(q, key, periods):
    own = own_period(q, key)
    return (None, "NO_PREVIOUS") if own is None else run(q, key, own - (periods - 1) * q.months, "NO_PREVIOUS")


def quantity(q, key):
    return (q.cells[key].quantity() if key in q.cells else None), None


def unit_value(q, key, per):
    own, why = q.total_of(key)
    if own is None:
        return None, why
    by = q.cells[key].quantity() if per == "QUANTITY" else q.cells[key].weight()
    if by is None:
        return None, "NO_QUANTITY" if per == "QUANTITY" else "NO_WEIGHT"
    return ((own, by), None) if by > 0 else (None, "FROM_ZERO_OR_LESS")


def reporters_of_world(q, key):
    """Complete reporters in the period that has the fewest; nothing where the dataset says the world itself."""
    told = own_period(q, key)
    numbers = [None if q.reports_world(start) else sum(q.by_period.get(start, []))
               for t in ([told] if told is not None else q.shown) for start in q.told.get(t, ())]  # fmt: skip
    if told is not None and told not in q.shown:
        return None
    return None if None in numbers or not numbers else min(numbers)


def rca(q, key):
    own_total, sector, total = q.advantage
    listed = lambda cells, k: (cells[k].listed(), None) if k in cells and cells[k].n else (None, "PARTIAL_COVERAGE")
    k = q.any_of(key, "SECTOR")
    of_reporter = {q.any_of(own, "SECTOR"): cell for own, cell in own_total.items()}
    of_sector = {q.any_of(own, "REPORTER"): cell for own, cell in sector.items()}
    of_world = {q.any_of(own, "REPORTER", "SECTOR"): cell for own, cell in total.items()}
    parts = {
        "exports": q.total_of(key),
        "totalExports": of_reporter[k].total() if k in of_reporter else (None, "PARTIAL_COVERAGE"),
        "worldExports": listed(of_sector, q.any_of(key, "REPORTER")),
        "worldTotalExports": listed(of_world, q.any_of(key, "REPORTER", "SECTOR")),
    }
    out = {name: number for name, (number, _) in parts.items()}
    n = out["worldReporters"] = reporters_of_world(q, key)
    why = "SINGLE_REPORTER" if n is not None and n < 2 else None
    for name in ("exports", "worldTotalExports", "totalExports", "worldExports"):
        why = why or parts[name][1]
    if why is None and out["totalExports"] * out["worldExports"] <= 0:
        why = "NOTHING_TO_SHARE"
    out["value"] = None if why else (out["exports"] * out["worldTotalExports"], out["totalExports"] * out["worldExports"])
    return out, why


def mirror_gap(q, key):
    out = dict.fromkeys(("reported", "mirror", "absolute", "relative"))
    if q.mirror is None:
        return out, "RECONCILED"
    own, why = q.total_of(key)
    other, lacks = q.mirror[key].total() if key in q.mirror else (None, "NO_MIRROR")
    out["reported"], out["mirror"] = own, other
    if own is not None and other is not None and not q.cells[key].is_of_periods_of(q.mirror[key]):
        return out, "PARTIAL_PERIOD"
    if own is not None and other is not None:
        out["absolute"] = own - other
        out["relative"] = (own - other, other) if other > 0 else None
    return out, why or lacks


def growth(q, key, periods):
    both, why = now_and_then(q, key, periods)
    if both is None:
        return None, why
    now, then = both
    return ((now - then, then), None) if then > 0 else (None, "FROM_ZERO_OR_LESS")


def change(q, key, periods):
    both, why = now_and_then(q, key, periods)
    return (None, why) if both is None else (both[0] - both[1], None)


def balance(q, key):
    keys = [(key[0], flow, key[2]) for flow in ("EXPORT", "IMPORT")]
    (exports, _), (imports, _) = map(q.total_of, keys)
    if exports is None or imports is None or not q.cells[keys[0]].is_of_periods_of(q.cells[keys[1]]):
        return None, None
    return exports - imports, None


MEASURES = {
    "value": value, "netWeightKg": net_weight, "count": count, "share": share, "rank": rank, "growth": growth,
    "change": change, "balance": balance, "hhi": hhi, "cagr": cagr, "index": index, "cumulative": cumulative,
    "movingAverage": moving_average, "quantity": quantity, "unitValue": unit_value, "rca": rca, "mirrorGap": mirror_gap,
}
# Ratios, told with both their parts.
RATIOS = ("share", "growth", "hhi", "cagr", "index", "movingAverage", "unitValue")


def scale_of(name, money):
    """Decimals of the units in which a number is compared; of a ratio of money and something else, those of both parts."""
    if name in ("count", "share", "growth", "hhi", "cagr", "index", "rca"):
        return 0
    if name == "unitValue":
        return money - 3
    return 3 if name in ("netWeightKg", "quantity") else money  # fmt: skip
