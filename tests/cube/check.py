"""Asks a running server the same as the plain rules and compares everything.

    check.py --program target/debug/tearoad --database URL [--seed N] [--requests N] [--only N] [--shared FOLDER]

Prints the first differences with the request that shows them; exit code 0 all equal, 1 some difference.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
from decimal import Decimal, getcontext

import duckdb

import ask
import files
import raw
import rule

NEAR = 1e-12
# Sums of squares have up to 38 digits.
getcontext().prec = 80


class Server:
    """`tearoad serve` on a free port."""

    def __init__(self, program, database):
        command = [program, "serve", "--database-url", database, "--port", "0", "--time-limit", "60s", "--limit-cost", "10000000"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            if "http://127.0.0.1:" in line:
                self.port = int(line.split("http://127.0.0.1:")[1].split("/")[0].split()[0])
                break
        else:
            raise SystemExit("the server never said where it listens")
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(self, query):
        body = json.dumps({"query": query})
        self.connection.request("POST", "/graphql", body, {"content-type": "application/json"})
        return json.loads(self.connection.getresponse().read())

    def stop(self):
        self.process.terminate()
        self.process.wait()


def units(money, scale):
    if money is None:
        return None
    number = Decimal(money["amount"] if isinstance(money, dict) else money).scaleb(scale)
    assert number == int(number), money
    return int(number)


class Comparison:
    """One request: what is wanted and what came."""

    def __init__(self, question, answer, came):
        self.question, self.request, self.wanted, self.came = question, question.request, answer, came
        self.scale, self.wrong = question.data.scale, []

    def same(self, where, wanted, came):
        if wanted != came:
            self.wrong.append(f"{where}: wanted {wanted}, came {came}")

    def near(self, where, wanted, came):
        """Equal but for the last digits of a binary fraction; what is near zero, to that of what it is made of."""
        if wanted is None or came is None:
            return self.same(where, wanted, came)
        if abs(came - wanted) > NEAR * max(abs(came), abs(wanted)):
            self.wrong.append(f"{where}: wanted {wanted}, came {came}")

    def number(self, where, measure, wanted, came):
        number, why = wanted
        name, money = measure[0], lambda value: units(value, self.scale)
        if name in rule.RATIOS:
            scales = {"hhi": (2 * self.scale,) * 2, "movingAverage": (self.scale, 0), "unitValue": (self.scale, 3)}
            above, below = scales.get(name, (self.scale,) * 2)
            top, bottom = number or (None, None)
            self.same(f"{where}.reason", why, came["reason"])
            self.same(f"{where}.numerator", top, units(came["numerator"], above))
            self.same(f"{where}.denominator", bottom, units(came["denominator"], below))
            ratio = None if number is None else top / bottom * 10.0 ** (below - above)
            if number is not None and name == "cagr":
                ratio = (top / bottom) ** (12 / (measure[2][0] - measure[1][0])) - 1
            self.near(f"{where}.value", ratio, came["value"])
        elif name == "rca":
            self.same(f"{where}.reason", why, came["reason"])
            for part in ("exports", "totalExports", "worldExports", "worldTotalExports"):
                self.same(f"{where}.{part}", number[part], money(came[part]))
            self.same(f"{where}.worldReporters", number["worldReporters"], came["worldReporters"])
            ratio = number["value"] and number["value"][0] / number["value"][1]
            self.near(f"{where}.value", ratio, came["value"])
        elif name == "mirrorGap":
            self.same(f"{where}.reason", why, came["reason"])
            for part in ("reported", "mirror", "absolute"):
                self.same(f"{where}.{part}", number[part], money(came[part]))
            self.near(f"{where}.relative", number["relative"] and number["relative"][0] / number["relative"][1], came["relative"])
        elif name in ("value", "change", "balance", "cumulative"):
            self.same(where, number, money(came))
        elif name == "netWeightKg":
            self.same(where, number, units(came, 3))
        elif name == "quantity":
            self.same(where, number, units(came, 3))
        else:
            self.same(where, number, came)

    def keys(self, row):
        names = [g["by"].lower() for g in self.request.groups]
        return {n: row[n]["code"] if isinstance(row[n], dict) else row[n] for n in names}

    def sums(self, where, wanted, row):
        self.same(f"{where}.value", wanted["value"], units(row["value"], self.scale))
        if wanted["value"] is not None and row["value"]:
            self.same(f"{where}.currency", self.question.data.currency, row["value"]["currency"])
            self.near(f"{where}.approx", wanted["value"] / 10**self.scale, row["value"]["approx"])
        self.same(f"{where}.valueReason", wanted["valueReason"], row["valueReason"])
        self.same(f"{where}.sumOfListed", wanted["sumOfListed"], units(row["sumOfListed"], self.scale))
        self.same(f"{where}.estimated", wanted["estimated"], row["estimated"])

    def compare(self):
        came, wanted = self.came, self.wanted
        self.same("keys in order", [r["keys"] for r in wanted["rows"]], [self.keys(r) for r in came["rows"]])
        self.same("groupCount", wanted["groupCount"], came["groupCount"])
        self.same("tiesCut", wanted["tiesCut"], came["tiesCut"])
        self.same("hasNextPage", wanted["hasNextPage"], came["pageInfo"]["hasNextPage"])
        self.same("warnings", wanted["warnings"], [w["code"] for w in came["warnings"]])
        if self.wrong:
            return self.wrong
        for row, other in zip(wanted["rows"], came["rows"]):
            where = " ".join(str(k) for k in row["keys"].values()) or "row"
            if not self.request.only_balance:
                self.sums(where, row, other)
            self.same(f"{where}.partial", row["partial"], other["partial"])
            for measure in self.request.measures:
                self.number(f"{where}.{ask.alias(measure)}", measure, row[measure], other[ask.alias(measure)])
        if not self.request.only_balance:
            self.levels()
            self.whole()
            self.others()
        return self.wrong

    def levels(self):
        q, came = self.question, self.came["levels"]
        names = {v: k for k, v in raw.LEVELS.items()}
        self.same("levels.reporter", names[q.reporter.level], came["reporter"])
        self.same("levels.partner", names[q.partner.level], came["partner"])
        self.same("levels.sector", q.sector.level, came["sector"])
        self.same("levels.classification", max(q.sector.cls), came["classification"])
        self.same("levels.frequency", {v: k for k, v in rule.FREQUENCIES.items()}[q.stored], came["frequency"])
        self.same("levels.mirrored", q.data.reconciled and "IMPORT" in q.flows, came["mirrored"])

    def whole(self):
        month = lambda key: None if key is None else rule.period(key, self.question.months)
        wanted = {(flow, month(told)): whole for (flow, told), whole in self.wanted["whole"].items()}
        came = {(w["flow"], w["period"]): w for w in self.came["whole"]}
        self.same("whole's keys", sorted(wanted, key=str), sorted(came, key=str))
        for key, whole in wanted.items():
            if key in came:
                parts, own = whole["sumOfParts"], whole["reported"]
                self.same(f"whole {key}.sumOfParts", parts, units(came[key]["sumOfParts"], self.scale))
                self.same(f"whole {key}.complete", whole["complete"], came[key]["complete"])
                self.same(f"whole {key}.reported", own, units(came[key]["reported"], self.scale))
                rest = None if own is None or parts is None else own - parts
                self.same(f"whole {key}.unallocated", rest, units(came[key]["unallocated"], self.scale))

    def others(self):
        q, scale = self.question, self.scale
        def told(bucket):
            keys = q.told_keys(bucket)
            return tuple(None if code == "*" else code for code in keys.values())
        wanted = {told(bucket): (bucket, cell) for bucket, cell in self.wanted["others"].items()}
        came = {tuple(self.keys(row).values()): row for row in self.came["others"]}
        self.same("others' keys", sorted(wanted, key=str), sorted(came, key=str))
        self.same("number of others", len(wanted), len(self.came["others"]))
        for key, (bucket, cell) in wanted.items():
            if key not in came:
                continue
            row, where = came[key], f"others {key}"
            value, why = cell.total()
            self.sums(where, {"value": value, "valueReason": why, "sumOfListed": cell.listed(), "estimated": q.estimated(cell)}, row)
            for measure in self.request.measures:
                if measure[0] in ("value", "count", "netWeightKg"):
                    number = {"value": value, "count": cell.count, "netWeightKg": cell.weight()}[measure[0]]
                    self.number(f"{where}.{measure[0]}", measure, (number, None), row[ask.alias(measure)])


def wanted_of(datasets, request):
    try:
        question = rule.Question(datasets[request.dataset], request)
        answer = question.answer()
        if request.wants:
            ask.having(request, question, answer)
            question = rule.Question(datasets[request.dataset], request)
            answer = question.answer()
        return question, answer, None
    except rule.Refused as refused:
        if request.wants:
            request.wants = None
        return None, None, str(refused)


def check(datasets, nomenclature, server, seed, number):
    request = ask.make(seed, number, datasets, nomenclature)
    try:
        question, answer, refused = wanted_of(datasets, request)
    except rule.Skipped:
        return request, "not known here", None
    came = server.ask(request.graphql())
    errors = came.get("errors")
    if refused or errors:
        reason = errors[0]["extensions"]["reason"] if errors else None
        return request, "refused", [] if reason == refused else [f"wanted {refused or 'an answer'}, came {errors or 'an answer'}"]
    found = Comparison(question, answer, came["data"]["tradeStats"]).compare()
    return request, "empty" if not answer["rows"] else "answered", found


def load(program, database, loads, nomenclatures):
    def run(*command):
        done = subprocess.run([program, *command, "--database-url", database], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    run("migrate", "up")
    for path in nomenclatures:
        run("import", "nomenclature", path)
    for one in loads:
        run("import", *one.command, *one.files, *(["--complete"] if one.complete else []))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--program", required=True)
    options.add_argument("--database", required=True, action="append", help="of an empty database; requests are divided among several")
    options.add_argument("--reference", required=True, help="the folder of the reference lists that ship")
    options.add_argument("--shared", help="the folder of real published files")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--requests", type=int, default=2000)
    options.add_argument("--only", type=int, help="the request of this number alone")
    options.add_argument("--shown", type=int, default=5, help="differences that are printed")
    options = options.parse_args()
    passed, failed, kinds, servers = 0, 0, {}, []
    with tempfile.TemporaryDirectory() as folder:
        nomenclatures, loads = [files.nomenclature(folder)], files.make(options.seed, folder)
        more, path = files.real(options.shared, options.requests > 2000) if options.shared else ([], None)
        loads += more
        nomenclatures += [path] if path else []
        rows = {(int(r["level"]), r["edition"], r["code"]) for path in nomenclatures for r in raw.table(path) if r["edition"].startswith("HS")}
        datasets = raw.load(duckdb.connect(), options.reference, loads)
        try:
            for database in options.database:
                load(options.program, database, loads, nomenclatures)
                servers.append(Server(options.program, database))
            sectors = ask.Nomenclature(options.reference, rows)
            numbers = range(options.requests) if options.only is None else [options.only]
            for number in numbers:
                server = servers[number % len(servers)]
                request, kind, wrong = check(datasets, sectors, server, options.seed, number)
                kinds[kind] = kinds.get(kind, 0) + 1
                if wrong is None:
                    continue
                if wrong:
                    failed += 1
                    if failed <= options.shown:
                        print(f"\nrequest {number} of seed {options.seed} on {options.database[number % len(servers)].split(':')[0]}:")
                        print(request.graphql(), *wrong[:6], sep="\n  ", flush=True)
                else:
                    passed += 1
        finally:
            for server in servers:
                server.stop()
    print(", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
