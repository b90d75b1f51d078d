//! Statistics over participations: the demo's facts, wrong arguments, limits; below, questions made by chance against a
//! recount of the same rows.

mod combinations;
mod nested;
mod recount;

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tearoad::graphql::limits::Limits;
use tearoad::storage::bulk::insert;
use tearoad::storage::value::Value;

use crate::support::{TestDb, ask, data, databases, demo_databases};
use crate::world::world_databases;
use recount::{HEADCOUNT, world};

fn stats(db: &TestDb, arguments: &str, fields: &str) -> Json {
    let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
    ask(&db.graph(), &format!("{{ participationStats{arguments} {{ {fields} }} }}"))
}

#[test]
fn companies_of_several_sectors_are_counted_once_and_never_in_parts() {
    for db in demo_databases() {
        let conference = r#"filter: {event: {slug: {eq: "russia-zibo-conference-2024-08"}}}"#;
        let fields = format!(
            "rows {{ sector {{ code }} events participations {HEADCOUNT} }} whole {{ participations {HEADCOUNT} }}"
        );
        let answer = stats(&db, &format!("{conference}, groupBy: [{{by: SECTOR}}]"), &fields);
        let answer = &data(&answer)["participationStats"];
        let exact = |count: &str| json!([{ "unit": "COMPANIES", "value": count, "bound": "EXACT", "groups": 1, "includesNamed": false, "reason": null }]);
        let split = json!([{ "unit": "COMPANIES", "value": null, "bound": null, "groups": 1, "includesNamed": false, "reason": "SPLIT_BY_SECTOR" }]);
        let of = |sector: &str| {
            let rows = answer["rows"].as_array().unwrap();
            rows.iter().find(|row| row["sector"]["code"].as_str() == Some(sector)).unwrap().clone()
        };
        for sector in ["CHEMICALS", "HEAVY-MACHINERY", "LIGHT-INDUSTRY", "PHARMACEUTICALS"] {
            let row = of(sector);
            assert_eq!((&row["events"], &row["participations"]), (&json!(1), &json!(1)), "{sector}");
            assert_eq!(row["headcount"], split, "{sector}");
        }
        assert_eq!((&of("ENERGY")["headcount"], &of("ENERGY")["uncounted"]), (&json!([]), &json!(1)));
        // Two signatories and the venue have no sectors: they are not lost.
        let unknown = answer["rows"].as_array().unwrap().last().unwrap();
        assert_eq!((&unknown["sector"], &unknown["participations"]), (&Json::Null, &json!(3)));
        assert_eq!(answer["whole"]["headcount"], exact("45"));
        assert_eq!(answer["whole"]["participations"], json!(5));
        // What the grouping does not divide has its number.
        let by_country = stats(
            &db,
            &format!("{conference}, groupBy: [{{by: REGION}}]"),
            &format!("rows {{ region {{ code }} {HEADCOUNT} }}"),
        );
        let rows = &data(&by_country)["participationStats"]["rows"];
        assert_eq!((&rows[0]["region"]["code"], &rows[0]["headcount"]), (&json!("CN"), &exact("45")));
        assert_eq!(
            (&rows[1]["region"]["code"], &rows[1]["headcount"], &rows[1]["uncounted"]),
            (&json!("RU"), &json!([]), &json!(1))
        );
    }
}

#[test]
fn the_rest_beyond_the_first_sectors_has_the_headcount_only_where_it_is_whole() {
    for db in demo_databases() {
        let of = |n: u32| {
            let arguments = format!(
                r#"filter: {{headcount: {{eq: 45}}}}, groupBy: [{{by: SECTOR}}], top: {{n: {n}, measure: EVENTS, others: true}}"#
            );
            let answer =
                stats(&db, &arguments, &format!("others {{ events participations {HEADCOUNT} }} tiesCut groupCount"));
            data(&answer)["participationStats"].clone()
        };
        let rest = of(1);
        assert_eq!(rest["others"][0]["participations"], json!(1), "three sectors of one group are one participation");
        assert_eq!(rest["others"][0]["headcount"][0]["reason"], json!("SPLIT_BY_SECTOR"));
        assert_eq!((&rest["tiesCut"], &rest["groupCount"]), (&json!(true), &json!(1)));
        // Nothing is shown: the rest is all of it.
        let arguments = r#"filter: {headcount: {eq: 45}}, groupBy: [{by: SECTOR}], having: [{measure: EVENTS, gte: 2}], top: {n: 1, measure: EVENTS, others: true}"#;
        let answer = stats(&db, arguments, &format!("rows {{ events }} others {{ events {HEADCOUNT} }}"));
        let stats = &data(&answer)["participationStats"];
        assert_eq!(stats["rows"], json!([]));
        assert_eq!(
            (&stats["others"][0]["events"], &stats["others"][0]["headcount"][0]["value"]),
            (&json!(1), &json!("45"))
        );
    }
}

#[test]
fn bounds_add_to_the_weakest_and_parties_count_once() {
    for db in demo_databases() {
        let answer = stats(
            &db,
            "groupBy: [{by: REGION}]",
            &format!(
                "rows {{ region {{ code }} events parties participations {HEADCOUNT} share {{ value numerator denominator }} byEvents: share(of: EVENTS) {{ numerator denominator }} rank ofParties: rank(by: PARTIES) }} whole {{ events parties participations headcount {{ value bound }} }}"
            ),
        );
        let stats = &data(&answer)["participationStats"];
        let china = &stats["rows"][0];
        // 45 exactly and more than 200.
        assert_eq!(
            (&china["headcount"][0]["value"], &china["headcount"][0]["bound"]),
            (&json!("245"), &json!("MORE_THAN"))
        );
        assert_eq!(
            (&china["parties"], &china["participations"], &china["uncounted"]),
            (&json!(2), &json!(7), &json!(1))
        );
        assert_eq!(china["share"], json!({ "value": 7.0 / 11.0, "numerator": "7", "denominator": "11" }));
        assert_eq!(china["byEvents"], json!({ "numerator": "4", "denominator": "4" }));
        assert_eq!((&china["rank"], &china["ofParties"]), (&json!(1), &json!(1)));
        assert_eq!(stats["rows"][1]["rank"], json!(2));
        assert_eq!(
            stats["whole"],
            json!({ "events": 4, "parties": 3, "participations": 11, "headcount": [{ "value": "285", "bound": "MORE_THAN" }] })
        );
    }
}

#[test]
fn ranks_share_places_and_warnings_tell_what_is_in_the_numbers() {
    let world = world();
    for db in world_databases(&world) {
        let answer = stats(
            &db,
            "groupBy: [{by: ROLE}, {by: YEAR}], orderBy: [{measure: EVENTS}]",
            "rows { events rank(by: EVENTS) } warnings { code }",
        );
        let stats = &data(&answer)["participationStats"];
        let rows: Vec<(i64, usize)> = stats["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["events"].as_i64().unwrap(), usize::try_from(row["rank"].as_i64().unwrap()).unwrap()))
            .collect();
        for (events, rank) in &rows {
            assert_eq!(*rank, 1 + rows.iter().filter(|(more, _)| more > events).count());
        }
        assert!(rows.len() > rows.iter().map(|(_, rank)| rank).collect::<BTreeSet<_>>().len(), "there are equal ones");
        assert_eq!(stats["warnings"], json!([{ "code": "NOT_ALL_CONFIRMED" }]));
        for (arguments, warned) in [
            ("groupBy: [{by: STATUS}]", json!([{ "code": "HEADCOUNT_INCLUDES_NAMED" }])),
            ("filter: {includesNamed: {eq: false}}, groupBy: [{by: STATUS}]", json!([])),
            ("filter: {status: {eq: CANCELLED}, includesNamed: {eq: false}}", json!([])),
            (
                "filter: {includesNamed: {eq: true}, headcount: {gte: 0}, status: {eq: CONFIRMED}}",
                json!([{ "code": "HEADCOUNT_INCLUDES_NAMED" }]),
            ),
        ] {
            let answer = ask(
                &db.graph(),
                &format!(
                    "{{ participationStats({arguments}) {{ whole {{ parties headcount {{ value }} }} warnings {{ code }} }} }}"
                ),
            );
            assert_eq!(data(&answer)["participationStats"]["warnings"], warned, "{arguments}");
        }
    }
}

#[test]
fn nothing_says_why() {
    for db in demo_databases() {
        let answer = stats(
            &db,
            "filter: {role: {eq: SPEAKER}}, groupBy: [{by: REGION}]",
            "rows { events } whole { events headcount { value } } groupCount warnings { code }",
        );
        let stats = &data(&answer)["participationStats"];
        assert_eq!(stats["rows"], json!([]));
        assert_eq!(stats["whole"], json!({ "events": 0, "headcount": [] }));
        assert_eq!(stats["warnings"], json!([{ "code": "NO_DATA" }]));
        let hint = &answer["extensions"]["tearoad"]["hints"][0];
        assert_eq!(
            (&hint["reason"], &hint["conditions"]),
            (&json!("EMPTIED_BY_CONDITION"), &json!(["filter.role"])),
            "{answer}"
        );
    }
}

#[test]
fn wrong_arguments_say_what_to_do() {
    let wrong = [
        ("groupBy: [{by: ROLE}, {by: ROLE}]", "INVALID_ARGUMENT", "grouped by already"),
        ("groupBy: [{by: ROLE, level: CITY}]", "INVALID_ARGUMENT", "groupBy.0.level"),
        ("groupBy: [{by: REGION, digits: 2}]", "INVALID_ARGUMENT", "groupBy.0.digits"),
        ("groupBy: [{by: SECTOR, classification: \"TEAROUD\"}]", "UNKNOWN_CODE", "groupBy.0.classification"),
        ("groupBy: [{by: SECTOR, digits: 3}]", "INVALID_ARGUMENT", "groupBy.0.digits"),
        ("having: [{measure: EVENTS}]", "INVALID_FILTER", "gte"),
        ("having: [{measure: HEADCOUNT, gte: 1}]", "INVALID_ARGUMENT", "having.unit"),
        ("orderBy: [{measure: EVENTS, unit: PEOPLE}]", "INVALID_ARGUMENT", "orderBy.unit"),
        ("having: [{measure: EVENTS, gte: \"many\"}]", "INVALID_NUMBER", "having.gte"),
        ("top: {n: 0, measure: EVENTS}", "INVALID_ARGUMENT", "top.n"),
        ("top: {n: 1, measure: EVENTS, per: [ROLE]}", "INVALID_ARGUMENT", "`ROLE` is not grouped by"),
        ("first: 10001", "INVALID_ARGUMENT", "first"),
        ("first: -1", "INVALID_ARGUMENT", "first"),
        ("after: \"x\"", "CURSOR_INVALID", "after"),
        ("filter: {}", "INVALID_FILTER", "filter"),
        ("filter: {event: {slug: {eq: \"russia-zibo\"}}}", "UNKNOWN_CODE", "russia-zibo"),
    ];
    for db in demo_databases() {
        for (arguments, reason, words) in wrong {
            let answer = stats(&db, arguments, "rows { events }");
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["reason"], json!(reason), "{arguments}: {answer}");
            assert!(error["message"].as_str().unwrap().contains(words), "{arguments}: {error}");
        }
        let cursor = stats(&db, "groupBy: [{by: ROLE}], first: 1", "pageInfo { endCursor }");
        let cursor = data(&cursor)["participationStats"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
        let answer = stats(&db, &format!("groupBy: [{{by: YEAR}}], after: \"{cursor}\""), "rows { events }");
        assert_eq!(answer["errors"][0]["extensions"]["reason"], json!("CURSOR_MISMATCH"), "{answer}");
    }
}

#[test]
fn too_much_to_read_is_an_error_that_says_how_much() {
    for db in demo_databases() {
        let graph = db.graph_with(Limits { participations: 10, ..Limits::default() });
        let answer = ask(&graph, "{ participationStats { whole { events } } }");
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["reason"], json!("TOO_EXPENSIVE"), "{answer}");
        assert!(
            error["message"].as_str().unwrap().contains("11 participations meet the filter; at most 10 rows"),
            "{error}"
        );
        assert!(error["extensions"]["hint"].as_str().unwrap().contains("startsOn"), "{error}");
        let answer =
            ask(&graph, "{ participationStats(filter: {role: {ne: VENUE}}) { whole { events participations } } }");
        assert_eq!(data(&answer)["participationStats"]["whole"], json!({ "events": 4, "participations": 10 }));
        // The rows of sectors count.
        let answer = ask(
            &graph,
            "{ participationStats(filter: {role: {ne: VENUE}}, groupBy: [{by: SECTOR}]) { rows { events } } }",
        );
        assert_eq!(answer["errors"][0]["extensions"]["reason"], json!("TOO_EXPENSIVE"), "{answer}");
        // Two of them in one operation, as their rows are read through a cursor that has a name.
        let answer = ask(
            &graph,
            "{ a: participationStats(filter: {role: {eq: VENUE}}) { whole { events } } b: participationStats(filter: {role: {eq: HOST}}) { whole { events } } }",
        );
        assert_eq!(
            (&data(&answer)["a"]["whole"]["events"], &data(&answer)["b"]["whole"]["events"]),
            (&json!(1), &json!(1))
        );
    }
}

#[test]
fn too_many_groups_are_an_error_with_their_number() {
    const COUNT: i64 = 10_001;
    let text = |text: String| Value::Text(text);
    let day = Value::Date(chrono::NaiveDate::from_ymd_opt(2024, 8, 5).unwrap());
    for db in databases() {
        let events: Vec<Vec<Value>> = (1..=COUNT)
            .map(|id| {
                let (slug, kind) = (text(format!("event-{id:05}")), text("FAIR".to_owned()));
                vec![Value::Int(id), slug.clone(), kind, day.clone(), day.clone(), text("DAY".to_owned()), slug]
            })
            .collect();
        let participations: Vec<Vec<Value>> = (1..=COUNT)
            .map(|id| {
                let (role, status) = (text("BUYER".to_owned()), text("CONFIRMED".to_owned()));
                vec![Value::Int(id), text(format!("part-{id}")), Value::Int(id), role, status, Value::Bool(false)]
            })
            .collect();
        let mut conn = db.conn();
        let columns = &["id", "slug", "kind", "starts_on", "ends_on", "date_precision", "sort_name"];
        insert(&mut conn, "events", columns, &[], &events).unwrap();
        let columns = &["id", "slug", "event_id", "role", "status", "includes_named"];
        insert(&mut conn, "participations", columns, &[], &participations).unwrap();
        let answer = stats(&db, "groupBy: [{by: EVENT}], first: 1", "rows { participations }");
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["reason"], json!("TOO_MANY_GROUPS"), "{answer}");
        assert!(error["message"].as_str().unwrap().contains("10001 groups, at most 10000"), "{error}");
        let all = "filter: {event: {slug: {ne: \"event-00001\"}}}, groupBy: [{by: EVENT}], first: 2";
        let answer = stats(&db, all, "rows { event { slug } } groupCount");
        let found = &data(&answer)["participationStats"];
        assert_eq!(found["groupCount"], json!(10_000));
        assert_eq!(found["rows"][0]["event"]["slug"], json!("event-00002"));
    }
}

#[test]
fn the_first_groups_are_priced_as_so_many_and_an_empty_database_has_no_reason() {
    for db in demo_databases() {
        let below = "rows { event { slug participations(first: 200) { totalCount } } }";
        let all = stats(&db, "groupBy: [{by: EVENT}]", below);
        assert_eq!(all["errors"][0]["extensions"]["reason"], json!("TOO_EXPENSIVE"), "{all}");
        let first = stats(&db, "groupBy: [{by: EVENT}], top: {n: 2, measure: PARTICIPATIONS}", below);
        let rows = &data(&first)["participationStats"]["rows"];
        assert_eq!(rows[0]["event"]["participations"]["totalCount"], json!(5));
        assert_eq!(rows.as_array().unwrap().len(), 2);
        // Of each role two may be first: there may be as many as there are events.
        let of_each = "groupBy: [{by: EVENT}, {by: ROLE}], top: {n: 2, measure: PARTICIPATIONS, per: [ROLE]}";
        let of_each = stats(&db, of_each, below);
        assert_eq!(of_each["errors"][0]["extensions"]["reason"], json!("TOO_EXPENSIVE"), "{of_each}");
    }
    for db in databases() {
        let answer = stats(&db, "", "rows { events } warnings { code }");
        let empty = json!({ "rows": [], "warnings": [{ "code": "NO_DATA" }] });
        assert_eq!(data(&answer)["participationStats"], empty);
        assert!(answer["extensions"]["tearoad"].get("hints").is_none(), "{answer}");
    }
}
