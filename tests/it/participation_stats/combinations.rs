//! Questions made by chance, each against a recount of the same rows, on both databases.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::recount::*;
use crate::support::{ask_with, data, statements};
use crate::world::{Chance, world_databases};

const QUERY: &str = "query($filter: ParticipationFilter, $by: [ParticipationStatsGroup!], $having: [ParticipationStatsCondition!], $order: [ParticipationStatsOrder!], $top: ParticipationStatsTop, $first: Int, $after: String) { participationStats(filter: $filter, groupBy: $by, having: $having, orderBy: $order, top: $top, first: $first, after: $after) { rows { KEYS NUMBERS } others { KEYS NUMBERS } whole { NUMBERS } groupCount tiesCut pageInfo { hasNextPage hasPreviousPage endCursor } } }";

fn query() -> String {
    let numbers = format!("events parties participations {HEADCOUNT}");
    QUERY.replace("KEYS", KEYS).replace("NUMBERS", &numbers)
}

fn filters() -> Vec<Json> {
    vec![
        Json::Null,
        Json::Null,
        json!({ "role": { "in": ["PARTICIPANT", "BUYER"] } }),
        json!({ "event": { "kind": { "ne": "FAIR" } } }),
        json!({ "or": [{ "headcount": { "isNull": true } }, { "status": { "eq": "CONFIRMED" } }] }),
        json!({ "headcount": { "gte": 12 } }),
    ]
}

#[test]
fn every_combination_is_what_a_recount_of_the_rows_gives() {
    let world = world();
    let all = world_databases(&world);
    let graphs: Vec<_> = all.iter().map(|db| (db.backend(), db.graph())).collect();
    let query = query();
    let chance = &mut Chance::new(SEED + 2);
    let (mut splits, mut unknown, mut overlaps) = (0, 0, 0);
    for _ in 0..120 {
        let grouping = Grouping::random(chance);
        let filter = chance.pick(&filters()).clone();
        let rows = seen(&world, &grouping, &filter);
        let groups = recount(&rows, &grouping);
        let expected: Vec<Json> = groups.iter().map(|(keys, numbers)| row(&grouping, keys, numbers)).collect();
        let whole = numbers(&rows.iter().collect::<Vec<_>>(), &|_| false);
        for (backend, graph) in &graphs {
            let answer = ask_with(graph, &query, json!({ "filter": filter, "by": grouping.arguments() }));
            let stats = &data(&answer)["participationStats"];
            let place = format!("{backend} {filter} {grouping:?}");
            assert_eq!(stats["rows"], json!(expected), "{place}");
            assert_eq!(stats["whole"], whole, "{place}");
            assert_eq!(stats["groupCount"], json!(expected.len()), "{place}");
            let by_event = grouping.by.iter().any(|by| DIMENSIONS[*by].0 == "EVENT");
            assert_eq!(statements(&answer), 1 + 2 * u64::from(by_event), "{place}");
        }
        let sum: u64 = expected.iter().map(|row| row["participations"].as_u64().unwrap()).sum();
        overlaps += usize::from(sum > whole["participations"].as_u64().unwrap());
        splits += usize::from(json!(expected).to_string().contains("SPLIT_BY_SECTOR"));
        unknown += usize::from(groups.iter().any(|(keys, _)| keys.iter().any(|(part, _)| *part == Part::Unknown)));
    }
    assert!(splits > 10 && unknown > 40 && overlaps > 10, "{splits} {unknown} {overlaps}: the rows are too plain");
}

/// The number that a measure is of, where it is known.
fn number(numbers: &Json, measure: &Json) -> Option<i64> {
    match measure["measure"].as_str().unwrap() {
        "EVENTS" => numbers["events"].as_i64(),
        "PARTIES" => numbers["parties"].as_i64(),
        "PARTICIPATIONS" => numbers["participations"].as_i64(),
        _ => {
            let of = numbers["headcount"].as_array().unwrap().iter().find(|heads| heads["unit"] == measure["unit"]);
            of.and_then(|heads| heads["value"].as_str()).map(|value| value.parse().unwrap())
        }
    }
}

fn measure(chance: &mut Chance) -> Json {
    let unit = *chance.pick(&["COMPANIES", "PEOPLE", "COUNTRIES"]);
    match *chance.pick(&["EVENTS", "PARTIES", "PARTICIPATIONS", "HEADCOUNT"]) {
        "HEADCOUNT" => json!({ "measure": "HEADCOUNT", "unit": unit }),
        other => json!({ "measure": other }),
    }
}

fn compare(measure: &Json, is_descending: bool, a: &Json, b: &Json) -> Ordering {
    match (number(a, measure), number(b, measure)) {
        (Some(a), Some(b)) => {
            if is_descending {
                b.cmp(&a)
            } else {
                a.cmp(&b)
            }
        }
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

fn with(mut object: Json, name: &str, value: Json) -> Json {
    object[name] = value;
    object
}

/// A recount of `top` with `others`: the rows, the rest, and whether equal numbers were cut apart.
struct Cut {
    rows: Vec<(Keys, Json)>,
    others: Vec<Json>,
    ties: bool,
}

fn cut(all: &[Seen], grouping: &Grouping, groups: Vec<(Keys, Json)>, top: &Json, having: &[Json]) -> Cut {
    let n = usize::try_from(top["n"].as_i64().unwrap()).unwrap();
    let per: Vec<usize> = (0..grouping.by.len())
        .filter(|at| top["per"].as_array().unwrap().contains(&json!(DIMENSIONS[grouping.by[*at]].0)))
        .collect();
    let bucket = |keys: &Keys| -> Vec<Part> { per.iter().map(|at| keys[*at].0.clone()).collect() };
    let (kept, mut rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(_, numbers)| {
        having.iter().all(|condition| {
            number(numbers, condition).is_some_and(|n| {
                condition["gte"].as_i64().is_none_or(|least| n >= least)
                    && condition["lte"].as_i64().is_none_or(|most| n <= most)
            })
        })
    });
    let mut buckets: BTreeMap<Vec<Part>, Vec<(Keys, Json)>> = BTreeMap::new();
    for (keys, numbers) in kept {
        buckets.entry(bucket(&keys)).or_default().push((keys, numbers));
    }
    let (mut rows, mut ties) = (Vec::new(), false);
    for (_, mut groups) in buckets {
        groups.sort_by(|(_, a), (_, b)| compare(top, true, a, b));
        if groups.len() > n {
            let (last, next) = (&groups[n - 1].1, &groups[n].1);
            ties |= number(last, top).is_some() && number(last, top) == number(next, top);
            rest.extend(groups.split_off(n));
        }
        rows.extend(groups);
    }
    let parts = |keys: &Keys| -> Vec<Part> { keys.iter().map(|(part, _)| part.clone()).collect() };
    let in_rest: BTreeSet<Vec<Part>> = rest.iter().map(|(keys, _)| parts(keys)).collect();
    // Where each participation went: shown groups are themselves, all others their bucket.
    let went = |seen: &Seen| -> BTreeSet<(bool, Vec<Part>)> {
        let of = |keys: &Keys| {
            let is_rest = in_rest.contains(&parts(keys));
            (is_rest, if is_rest { bucket(keys) } else { parts(keys) })
        };
        groups_of(seen, grouping).iter().map(of).collect()
    };
    let divided: BTreeSet<i64> = all.iter().filter(|seen| went(seen).len() > 1).map(|seen| seen.id).collect();
    let buckets: BTreeMap<Vec<Part>, Keys> = rest
        .iter()
        .map(|(keys, _)| {
            let told = (0..keys.len())
                .map(|at| if per.contains(&at) { keys[at].clone() } else { (Part::Unknown, Json::Null) });
            (bucket(keys), told.collect())
        })
        .collect();
    let others = buckets.iter().map(|(of, keys)| {
        let members: Vec<&Seen> = all.iter().filter(|seen| went(seen).contains(&(true, of.clone()))).collect();
        row(grouping, keys, &numbers(&members, &|id| divided.contains(&id)))
    });
    Cut { others: others.collect(), rows, ties }
}

#[test]
fn orders_conditions_first_groups_and_pages_are_those_of_a_recount() {
    let world = world();
    let all = world_databases(&world);
    let graphs: Vec<_> = all.iter().map(|db| (db.backend(), db.graph())).collect();
    let query = query();
    let chance = &mut Chance::new(SEED + 3);
    let (mut n_others, mut n_ties, mut n_pages) = (0, 0, 0);
    for _ in 0..80 {
        let mut grouping = Grouping::random(chance);
        if grouping.by.is_empty() {
            grouping.by.push(chance.below(DIMENSIONS.len()));
        }
        let filter = chance.pick(&filters()).clone();
        let rows = seen(&world, &grouping, &filter);
        let groups = recount(&rows, &grouping);
        let per: Vec<&str> = grouping.by.iter().filter(|_| chance.once_in(3)).map(|by| DIMENSIONS[*by].0).collect();
        let top = with(with(measure(chance), "n", json!(1 + chance.below(4))), "per", json!(per));
        let top = with(top, "others", json!(true));
        let having: Vec<Json> = match chance.below(3) {
            0 => vec![with(measure(chance), "gte", json!(1 + chance.below(3)))],
            1 => vec![with(with(measure(chance), "gte", json!(0)), "lte", json!(40))],
            _ => Vec::new(),
        };
        let is_descending = chance.once_in(2);
        let direction = if is_descending { "DESC" } else { "ASC" };
        let order: Vec<Json> =
            if chance.once_in(2) { vec![with(measure(chance), "direction", json!(direction))] } else { Vec::new() };
        let Cut { rows: mut kept, others, ties } = cut(&rows, &grouping, groups, &top, &having);
        kept.sort_by(|(a, _), (b, _)| {
            let parts = |keys: &Keys| -> Vec<Part> { keys.iter().map(|(part, _)| part.clone()).collect() };
            parts(a).cmp(&parts(b))
        });
        kept.sort_by(|(_, a), (_, b)| match order.first() {
            Some(by) => compare(by, is_descending, a, b),
            None => compare(&top, true, a, b),
        });
        let expected: Vec<Json> = kept.iter().map(|(keys, numbers)| row(&grouping, keys, numbers)).collect();
        n_others += others.len();
        n_ties += usize::from(ties);
        for (backend, graph) in &graphs {
            let arguments = json!({
                "filter": filter, "by": grouping.arguments(), "having": having, "order": order, "top": top,
            });
            let place = format!("{backend} {arguments}");
            let answer = ask_with(graph, &query, arguments.clone());
            let stats = &data(&answer)["participationStats"];
            assert_eq!(stats["rows"], json!(expected), "{place}");
            assert_eq!(stats["others"], json!(others), "{place}");
            assert_eq!(stats["tiesCut"], json!(ties), "{place}");
            // Pages glued together are the whole.
            let size = 1 + chance.below(3);
            let (mut glued, mut after): (Vec<Json>, Json) = (Vec::new(), Json::Null);
            loop {
                let page = with(with(arguments.clone(), "first", json!(size)), "after", after.clone());
                let answer = ask_with(graph, &query, page);
                let stats = &data(&answer)["participationStats"];
                assert_eq!(stats["groupCount"], json!(expected.len()), "{place}");
                glued.extend(stats["rows"].as_array().unwrap().iter().cloned());
                n_pages += 1;
                assert_eq!(stats["pageInfo"]["hasPreviousPage"], json!(!after.is_null()), "{place}");
                after = stats["pageInfo"]["endCursor"].clone();
                if stats["pageInfo"]["hasNextPage"] == json!(false) {
                    break;
                }
            }
            assert_eq!(json!(glued), json!(expected), "{place}");
        }
    }
    assert!(n_others > 60 && n_ties > 5 && n_pages > 200, "{n_others} {n_ties} {n_pages}: too plain");
}
