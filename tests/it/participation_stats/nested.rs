//! The same question asked of every object of a list, against a recount of what belongs to each.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tearoad::graphql::limits::Limits;

use super::recount::*;
use crate::support::{ask, ask_with, data, demo_databases, statements};
use crate::world::{Chance, World, world_databases};

/// What belongs to an object, and which of it has sectors beyond the object's.
fn members(world: &World, list: &str, id: i64, all: &[Seen]) -> (Vec<Seen>, BTreeSet<i64>) {
    let mut beyond = BTreeSet::new();
    let below =
        |table: &str, node: i64, roots: &[i64]| chain(world, table, node).iter().any(|above| roots.contains(above));
    let mut roots = vec![id];
    if list == "regions" {
        let pairs = world.table("region_members");
        let (until, group) = (pairs.at("until"), pairs.at("group_id"));
        let present = pairs.rows.iter().filter(|row| row[group].as_int() == Some(id) && row[until].is_null());
        roots.extend(present.map(|row| row[pairs.at("region_id")].as_int().unwrap()));
    }
    let class = |sector: i64| column(world, "sectors", sector, "classification_id").clone();
    let is_of = |seen: &&Seen| match list {
        "regions" => seen.region.is_some_and(|region| below("regions", region, &roots)),
        "sectors" => seen.sectors.iter().any(|sector| below("sectors", *sector, &roots)),
        "events" => seen.event == id,
        _ => seen.party == Some(id),
    };
    let found: Vec<Seen> = all.iter().filter(is_of).cloned().collect();
    if list == "sectors" {
        let is_beyond = |sector: &i64| class(*sector) == class(id) && !below("sectors", *sector, &roots);
        beyond.extend(found.iter().filter(|seen| seen.sectors.iter().any(is_beyond)).map(|seen| seen.id));
    }
    (found, beyond)
}

/// Table, column and conditions of the objects of a list.
fn objects(world: &World, list: &str) -> Vec<(String, i64)> {
    let (table, key) = match list {
        "companies" | "organisations" => ("parties", "slug"),
        "events" => ("events", "slug"),
        list => (list, "code"),
    };
    let kind = match list {
        "companies" => Some("COMPANY"),
        "organisations" => Some("ORGANISATION"),
        _ => None,
    };
    let table = world.table(table);
    let rows = table.rows.iter().filter(|row| kind.is_none_or(|kind| row[table.at("kind")].as_text() == Some(kind)));
    rows.map(|row| (row[table.at(key)].as_text().unwrap().to_owned(), row[0].as_int().unwrap())).collect()
}

#[test]
fn each_object_has_what_belongs_to_it_in_one_statement() {
    let world = world();
    let all = world_databases(&world);
    let limits = Limits { page: 5000, cost: u64::MAX, ..Limits::default() };
    let graphs: Vec<_> = all.iter().map(|db| (db.backend(), db.graph_with(limits))).collect();
    let chance = &mut Chance::new(4711);
    let (mut n_rows, mut n_beyond, mut n_others) = (0, 0, 0);
    for list in ["regions", "sectors", "events", "companies", "organisations"].repeat(5) {
        let grouping = Grouping::random(chance);
        let filter = chance.pick(&[Json::Null, json!({ "status": { "ne": "CANCELLED" } })]).clone();
        let key = if matches!(list, "regions" | "sectors") { "code" } else { "slug" };
        let numbers_of = format!("events parties participations {HEADCOUNT}");
        let query = format!(
            "query($filter: ParticipationFilter, $by: [ParticipationStatsGroup!]) {{ list: {list}(first: 5000, orderBy: [{{field: {}}}]) {{ nodes {{ {key} s: participationStats(filter: $filter, groupBy: $by) {{ rows {{ {KEYS} {numbers_of} }} whole {{ {numbers_of} }} }} t: participationStats(groupBy: $by, top: {{n: 1, measure: EVENTS, others: true}}) {{ others {{ participations }} groupCount }} }} }} }}",
            key.to_uppercase()
        );
        let everything = seen(&world, &grouping, &filter);
        let unfiltered = seen(&world, &grouping, &Json::Null);
        for (backend, graph) in &graphs {
            let answer = ask_with(graph, &query, json!({ "filter": filter, "by": grouping.arguments() }));
            let place = format!("{backend} {list} {filter} {grouping:?}");
            let by_event = grouping.by.iter().any(|by| DIMENSIONS[*by].0 == "EVENT");
            let own = u64::from(!matches!(list, "regions" | "sectors"));
            // Two questions; the first one tells of events, the second only orders by them.
            assert!(statements(&answer) <= own + 2 + 3 * u64::from(by_event) + 1, "{place}: {}", statements(&answer));
            let nodes = data(&answer)["list"]["nodes"].as_array().unwrap();
            let mut known = objects(&world, list);
            assert_eq!(nodes.len(), known.len(), "{place}");
            for node in nodes {
                let at = known.iter().position(|(word, id)| {
                    Some(word.as_str()) == node[key].as_str() && {
                        let (found, beyond) = members(&world, list, *id, &everything);
                        let expected: Vec<Json> = recount_with(&found, &grouping, &|id| beyond.contains(&id))
                            .iter()
                            .map(|(keys, numbers)| row(&grouping, keys, numbers))
                            .collect();
                        let whole = numbers(&found.iter().collect::<Vec<_>>(), &|id| beyond.contains(&id));
                        node["s"] == json!({ "rows": expected, "whole": whole })
                    }
                });
                let at = at.unwrap_or_else(|| {
                    let of: Vec<String> = known
                        .iter()
                        .filter(|(word, _)| Some(word.as_str()) == node[key].as_str())
                        .map(|(_, id)| {
                            let (found, beyond) = members(&world, list, *id, &everything);
                            format!("{:?} {beyond:?}", recount_with(&found, &grouping, &|id| beyond.contains(&id)))
                        })
                        .collect();
                    panic!("{place}: {node:#} is none of {of:#?}")
                });
                let (_, id) = known.remove(at);
                let (of_all, _) = members(&world, list, id, &unfiltered);
                let groups = recount(&of_all, &grouping);
                let rest = node["t"]["others"].as_array().unwrap();
                assert_eq!(rest.len(), usize::from(groups.len() > 1), "{place} {node}");
                n_others += rest.len();
                n_rows += node["s"]["rows"].as_array().unwrap().len();
                n_beyond += members(&world, list, id, &everything).1.len();
            }
        }
    }
    assert!(n_rows > 500 && n_beyond > 20 && n_others > 100, "{n_rows} {n_beyond} {n_others}: too plain");
}

#[test]
fn the_demo_answers_from_each_side() {
    for db in demo_databases() {
        let fields = format!("whole {{ events parties participations {HEADCOUNT} }}");
        let answer = ask(
            &db.graph(),
            &format!(
                r#"{{
                shandong: region(code: "CN-SD") {{ participationStats(groupBy: [{{by: ROLE}}]) {{ rows {{ role participations }} {fields} }} }}
                russia: region(code: "RU") {{ participationStats(groupBy: [{{by: EVENT}}], top: {{n: 1, measure: PARTICIPATIONS, others: true}}) {{ rows {{ event {{ slug }} participations }} others {{ events participations }} {fields} }} }}
                pharma: sector(classification: "TEAROAD", code: "PHARMACEUTICALS") {{ participationStats {{ {fields} }} }}
                commerce: sector(classification: "TEAROAD", code: "COMMERCE") {{ participationStats {{ {fields} }} }}
                event(slug: "russia-zibo-conference-2024-08") {{ participationStats {{ {fields} }} }}
                organisation(slug: "ccpit-zibo") {{ participationStats(groupBy: [{{by: ROLE}}]) {{ rows {{ role events region {{ code }} }} {fields} }} }}
                customs: organisation(slug: "zibo-customs") {{ participationStats {{ rows {{ events }} {fields} warnings {{ code }} }} }}
                participations(filter: {{party: {{slug: {{eq: "ccpit-zibo"}}}}}}, first: 1) {{ nodes {{ party {{ participationStats {{ whole {{ events }} }} }} }} }}
                }}"#
            ),
        );
        let data = data(&answer);
        let whole = |name: &str| &data[name]["participationStats"]["whole"];
        assert_eq!(
            (&whole("shandong")["participations"], &whole("shandong")["headcount"][0]["value"]),
            (&json!(7), &json!("245"))
        );
        assert_eq!(whole("russia")["participations"], json!(4));
        let russia = &data["russia"]["participationStats"];
        assert_eq!(
            russia["rows"][0],
            json!({ "event": { "slug": "russia-zibo-conference-2024-08" }, "participations": 2 })
        );
        assert_eq!(russia["others"], json!([{ "events": 2, "participations": 2 }]));
        // Forty-five companies of four sectors: how many of them make medicine nobody says.
        assert_eq!(
            whole("pharma")["headcount"][0],
            json!({ "unit": "COMPANIES", "value": null, "bound": null, "groups": 1, "includesNamed": false, "reason": "SPLIT_BY_SECTOR" })
        );
        assert_eq!((&whole("commerce")["participations"], &whole("commerce")["uncounted"]), (&json!(1), &json!(1)));
        assert_eq!((&whole("event")["parties"], &whole("event")["headcount"][0]["value"]), (&json!(3), &json!("45")));
        assert_eq!(whole("organisation")["events"], json!(3));
        assert_eq!(
            data["organisation"]["participationStats"]["rows"][0],
            json!({ "role": "ORGANISER", "events": 1, "region": null })
        );
        assert_eq!(
            data["customs"]["participationStats"],
            json!({ "rows": [], "whole": { "events": 0, "parties": 0, "participations": 0, "headcount": [], "uncounted": 0 }, "warnings": [{ "code": "NO_DATA" }] })
        );
        assert_eq!(data["participations"]["nodes"][0]["party"]["participationStats"]["whole"]["events"], json!(3));
    }
}

#[test]
fn wrong_arguments_and_too_many_groups_below_a_list_are_refused() {
    for db in demo_databases() {
        let answer = ask(
            &db.graph(),
            "{ regions(first: 5) { nodes { participationStats(groupBy: [{by: ROLE, level: CITY}]) { rows { events } } } } }",
        );
        assert_eq!(answer["errors"][0]["extensions"]["argument"], json!("groupBy.0.level"), "{answer}");
        // Prices multiply: each of two hundred regions may have a hundred years of ten thousand events.
        let dear = "{ regions(first: 200) { nodes { participationStats(groupBy: [{by: EVENT}]) { rows { event { participations(first: 200) { nodes { role } } } } } } } }";
        assert_eq!(ask(&db.graph(), dear)["errors"][0]["extensions"]["reason"], json!("TOO_EXPENSIVE"));
        let cursor = ask(
            &db.graph(),
            "{ region(code: \"CN\") { participationStats(groupBy: [{by: ROLE}], first: 1) { rows { role } pageInfo { endCursor } } } }",
        );
        let page = &data(&cursor)["region"]["participationStats"];
        let after = page["pageInfo"]["endCursor"].as_str().unwrap();
        let next = ask(
            &db.graph(),
            &format!(
                "{{ region(code: \"CN\") {{ participationStats(groupBy: [{{by: ROLE}}], first: 1, after: \"{after}\") {{ rows {{ role }} }} }} }}"
            ),
        );
        assert_ne!(data(&next)["region"]["participationStats"]["rows"], page["rows"]);
        let elsewhere = ask(
            &db.graph(),
            &format!(
                "{{ participationStats(groupBy: [{{by: ROLE}}], first: 1, after: \"{after}\") {{ rows {{ role }} }} }}"
            ),
        );
        assert_eq!(elsewhere["errors"][0]["extensions"]["reason"], json!("CURSOR_MISMATCH"));
    }
}
