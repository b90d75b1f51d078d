//! No statement of the queries in tests/queries reads a whole large table, on a database where they are large, but for
//! those that are listed here with the reason. PostgreSQL is told to avoid such reading wherever it can.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use tearoad::storage::conn::Address;
use tearoad::transfer::synthetic::Counts;

use crate::queries::{queries, query_of};
use crate::recording::in_project;
use crate::support::{TestDb, ask};
use crate::synthetic::synthetic_databases;

/// Tables that grow with the data.
const LARGE: [&str; 17] = [
    "parties",
    "party_sectors",
    "events",
    "event_regions",
    "event_sectors",
    "participations",
    "participation_sectors",
    "agreements",
    "agreement_parties",
    "agreement_sectors",
    "trade_figures",
    "published_values",
    "names",
    "terms",
    "sectors",
    "party_codes",
    "changes",
];

/// Whole tables that are read: by which query, which table, and why.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("event/filters_of_each_kind", "events", "counts the events of one of seven kinds: an index would find a seventh"),
    ("event/logic", "events", "counts all events; those of a place or of a format; and all others"),
    ("event/nested_connections", "events", "counts all events"),
    ("event/ordered_by_relations", "events", "each event's number has to be known before the largest are"),
    (
        "facets/filtered_and_cut",
        "participations",
        "counts those of the events since a day by their values: most of them",
    ),
    ("facets/of_events", "events", "counts all events by their values"),
    ("facets/of_events", "event_sectors", "counts all events by their sectors"),
    ("facets/shared", "agreements", "counts all agreements by their values"),
    ("facets/shared", "agreement_sectors", "counts all agreements by their sectors"),
    (
        "hints/several_conditions",
        "events",
        "the first and the last day of one of seven kinds, for the hint of an empty list",
    ),
    ("participation/counted_groups", "participations", "counts what does not lead to a party"),
    ("participation/counted_groups", "parties", "PostgreSQL reads all parties once rather than each participation's"),
    ("participation_stats/by_region_and_role", "participations", "counts all participations"),
    ("participation_stats/by_region_and_role", "parties", "PostgreSQL reads all parties once, as all are asked for"),
    ("participation_stats/kinds", "participations", "counts all participations"),
    ("participation_stats/kinds", "parties", "PostgreSQL reads all parties once, as all are asked for"),
    ("participation_stats/kinds", "events", "PostgreSQL reads all events once, as all are asked for"),
    ("participation_stats/of_objects", "parties", "PostgreSQL merges the seats of several hundred participations"),
    (
        "participation_stats/of_objects",
        "participation_sectors",
        "PostgreSQL reads all pairs once rather than those of each of several hundred participations",
    ),
    ("participation_stats/top_events", "participations", "counts all participations"),
    ("participation_stats/top_events", "events", "PostgreSQL reads all events once, as all are asked for"),
    ("trade_stats/profile", "parties", "PostgreSQL merges the seats of several hundred participations"),
    (
        "trade_stats/window",
        "events",
        "PostgreSQL reads all events once rather than those of each of several hundred places",
    ),
];

/// Makes the tables of figures large too: the demo has three.
fn fill_figures(db: &TestDb) {
    db.conn()
        .batch(
            "INSERT INTO trade_figures (dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, origin,
                reporter_level, partner_level, sector_level, value_scaled, status, source_id, revision)
             SELECT f.dataset_id, r.id, p.id, f.sector_id, f.flow, f.period_start, f.period_months, f.origin,
                f.reporter_level, f.partner_level, f.sector_level, r.id * 1000 + p.id, f.status, f.source_id, f.revision
             FROM (SELECT * FROM trade_figures ORDER BY flow LIMIT 1) f
             CROSS JOIN regions r CROSS JOIN regions p
             WHERE r.id BETWEEN 50 AND 110 AND p.id BETWEEN 50 AND 110;
             INSERT INTO published_values (dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, ordinal,
                measure, text, mantissa, exponent, currency, source_id)
             SELECT f.dataset_id, f.reporter_id, f.partner_id, f.sector_id, f.flow, f.period_start, f.period_months, 1,
                'VALUE', 'synthetic', f.value_scaled, 0, 'CNY', f.source_id
             FROM trade_figures f WHERE f.reporter_id BETWEEN 50 AND 110;
             ANALYZE",
        )
        .unwrap();
}

/// The same database; PostgreSQL reads a whole table only where it sees no other way.
fn avoiding_scans(mut db: TestDb) -> TestDb {
    if let Address::Postgres(url) = &mut db.address {
        url.push_str("%20-cenable_seqscan%3Doff");
    }
    db
}

/// The large table of a name, if it is one; a partition is its table.
fn large(name: &str) -> Option<&'static str> {
    LARGE
        .into_iter()
        .find(|table| name == *table || name.strip_prefix(table).is_some_and(|rest| rest.starts_with("_d")))
}

/// Tables that a statement names by an alias; an alias may stand for several.
fn tables_of(statement: &str, alias: &str) -> BTreeSet<&'static str> {
    let words: Vec<&str> = statement.split([' ', '(', ')', ',']).filter(|word| !word.is_empty()).collect();
    words.windows(2).filter(|pair| pair[1] == alias).filter_map(|pair| large(pair[0])).collect()
}

/// Large tables that SQLite reads whole. A page in the order of an index, or of the rows, ends when it is full.
fn scanned_by_sqlite(statement: &str, plan: &[&str]) -> BTreeSet<&'static str> {
    let depth = |step: &str| step.find(|c: char| c != ' ').unwrap();
    let is_page = |at: usize| {
        let above = (0..at).rev().find(|other| depth(plan[*other]) < depth(plan[at]));
        let first = above.map_or(0, |above| above + 1);
        let beside = plan[first..].iter().take_while(|step| depth(step) >= depth(plan[at]));
        let sorts = beside
            .filter(|step| depth(step) == depth(plan[at]))
            .any(|step| step.trim_start() == "USE TEMP B-TREE FOR ORDER BY");
        let is_cut = match above {
            Some(above) => plan[above].ends_with(" p"),
            None => statement.contains(" LIMIT ") && !statement.starts_with("SELECT COUNT("),
        };
        is_cut && !sorts
    };
    let is_made = |alias: &str| {
        plan.iter().any(|step| {
            [format!("CO-ROUTINE {alias}"), format!("MATERIALIZE {alias}")].contains(&step.trim_start().to_owned())
        })
    };
    let scans = plan
        .iter()
        .enumerate()
        .filter_map(|(at, step)| Some((at, step.trim_start().strip_prefix("SCAN ")?.split(' ').next()?)));
    scans
        .filter(|(at, alias)| !is_page(*at) && !is_made(alias))
        // A view names its table by no alias.
        .flat_map(|(_, alias)| tables_of(statement, alias).into_iter().chain(large(alias)))
        .collect()
}

/// Large tables that PostgreSQL reads whole: without a condition on an index, and not for the first rows only.
fn scanned_by_postgres(plan: &[&str]) -> BTreeSet<&'static str> {
    let mut scanned = BTreeSet::new();
    let mut above: Vec<(usize, bool)> = Vec::new();
    for (at, line) in plan.iter().enumerate() {
        let depth = line.find(|c: char| c != ' ').unwrap();
        let Some(node) = line.trim_start().strip_prefix("->  ").or((at == 0).then_some(*line)) else { continue };
        above.retain(|(other, _)| *other < depth);
        let is_cut = above.last().is_some_and(|(_, cut)| *cut);
        // What must be complete before its first row does not end early.
        let gathers = ["Sort", "Aggregate", "HashAggregate", "GroupAggregate", "WindowAgg", "Hash"]
            .iter()
            .any(|word| node.starts_with(word));
        above.push((depth, (is_cut && !gathers) || node.starts_with("Limit")));
        let Some((how, table)) = node.split_once(" on ").filter(|(how, _)| how.contains("Scan")) else { continue };
        let Some(table) = large(table.split(' ').next().unwrap()) else { continue };
        let has_condition = plan[at + 1..]
            .iter()
            .take_while(|line| !line.contains("->") || line.contains("Bitmap Index Scan"))
            .any(|line| line.contains("Index Cond:"));
        let is_whole = how.starts_with("Seq Scan") || (!has_condition && !how.starts_with("Subquery"));
        if is_whole && !is_cut {
            scanned.insert(table);
        }
    }
    scanned
}

#[test]
fn the_readers_of_plans_see_whole_tables() {
    let statement = "SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c0 FROM events t0 WHERE TRUE) u";
    assert_eq!(
        scanned_by_sqlite(statement, &["SCAN t0 USING COVERING INDEX events_venue"]),
        BTreeSet::from(["events"])
    );
    assert_eq!(scanned_by_sqlite(statement, &["SEARCH t0 USING INDEX events_region (region_id=?)"]), BTreeSet::new());
    let page = "SELECT t0.slug AS c0 FROM events t0 WHERE TRUE ORDER BY t0.starts_on, t0.id LIMIT 21";
    assert_eq!(scanned_by_sqlite(page, &["SCAN t0 USING INDEX events_starts_on"]), BTreeSet::new());
    assert_eq!(scanned_by_sqlite(page, &["SCAN t0", "USE TEMP B-TREE FOR ORDER BY"]), BTreeSet::from(["events"]));
    let plan = ["CO-ROUTINE n", "  SCAN t0", "MATERIALIZE p", "  SCAN t0 USING INDEX events_starts_on", "SCAN n"];
    assert_eq!(scanned_by_sqlite(page, &plan), BTreeSet::from(["events"]));
    assert_eq!(scanned_by_sqlite(page, &plan[2..]), BTreeSet::new());
    let plan = ["Aggregate", "  ->  Index Only Scan using events_pkey on events t0"];
    assert_eq!(scanned_by_postgres(&plan), BTreeSet::from(["events"]));
    let plan = ["Limit", "  ->  Index Scan using events_pkey on events t0", "        Filter: (starts_on > $1)"];
    assert_eq!(scanned_by_postgres(&plan), BTreeSet::new());
    let plan = ["Limit", "  ->  Sort", "        ->  Seq Scan on trade_figures_d1 t0"];
    assert_eq!(scanned_by_postgres(&plan), BTreeSet::from(["trade_figures"]));
    let plan =
        ["Nested Loop", "  ->  Index Scan using events_pkey on events t0", "        Index Cond: (id = t1.event_id)"];
    assert_eq!(scanned_by_postgres(&plan), BTreeSet::new());
}

#[test]
fn no_query_reads_a_whole_large_table_without_a_reason() {
    let mut seen: BTreeSet<(String, &str)> = BTreeSet::new();
    let mut shown = Vec::new();
    let mut explained = 0;
    for db in synthetic_databases(Counts { companies: 3_000, events: 2_000, participations: 6_000 }) {
        fill_figures(&db);
        let db = avoiding_scans(db);
        let graph = db.graph().recording_plans();
        for path in queries() {
            let name = path.strip_prefix(in_project("tests/queries")).unwrap().with_extension("").display().to_string();
            let answer = ask(&graph, &query_of(&std::fs::read_to_string(&path).unwrap()));
            let told = &answer["extensions"]["tearoad"];
            let statements = told["sql"].as_array().into_iter().flatten();
            for (statement, plan) in statements.zip(told["plans"].as_array().into_iter().flatten()) {
                let statement = statement.as_str().unwrap();
                let plan: Vec<&str> = plan.as_array().unwrap().iter().filter_map(Json::as_str).collect();
                assert!(!plan.is_empty(), "{name}: no plan of {statement}");
                explained += 1;
                let scanned = match db.backend() {
                    "sqlite" => scanned_by_sqlite(statement, &plan),
                    _ => scanned_by_postgres(&plan),
                };
                for table in scanned {
                    if !ALLOWED.iter().any(|(query, allowed, _)| (*query, *allowed) == (name.as_str(), table)) {
                        shown.push(format!(
                            "{name} reads all of {table} on {}:\n{statement}\n  {}",
                            db.backend(),
                            plan.join("\n  ")
                        ));
                    }
                    seen.insert((name.clone(), table));
                }
            }
        }
    }
    assert!(explained > 100, "{explained} statements were explained");
    assert!(shown.is_empty(), "{}", shown.join("\n\n"));
    for (name, table, _) in ALLOWED {
        assert!(
            seen.contains(&((*name).to_owned(), *table)),
            "{name} does not read all of {table} any more: take it off the list"
        );
    }
}
