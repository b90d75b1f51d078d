//! Every argument of the schema is attacked, as a literal and as a variable, and the document itself: the answer is
//! data or an error of the table, never a fault of the server, and tells nothing of what is inside.

use std::time::{Duration, Instant};

use apollo_compiler::schema::{ExtendedType, InputValueDefinition, Type};
use serde_json::{Value as Json, json};
use tearoad::catalog::{self, Kind};
use tearoad::domain::error_code::Reason;
use tearoad::graphql::input_types;
use tearoad::graphql::limits::Limits;
use tearoad::graphql::run::{Graph, Request};
use tearoad::graphql::schema::GraphSchema;

use crate::support::{ask, ask_with, block_on};
use crate::world::{World, world_databases};

const SEED: u64 = 7;

/// Texts that break out of quotes, comments, patterns and parsers.
fn texts() -> Vec<String> {
    let plain = [
        "'",
        "\"",
        "\\",
        "' OR 1=1 --",
        "'; DROP TABLE events; --",
        "/*",
        "*/",
        "--",
        "#",
        "%",
        "_",
        "!",
        "$1",
        "?",
        "\0",
        "a\0b",
        "\u{1}",
        "\u{202e}",
        "\u{feff}",
        "\u{ffff}",
        "\u{10ffff}",
        "😀",
        "e\u{301}",
        "{}",
        "[]",
        "null",
        "NaN",
        "-0",
        "1e999",
        "99999999999999999999",
        "2024-13-45",
        "10000-01-01",
        "0000-01-01",
        "-2024-01-01",
        "2016-12-31T23:59:60Z",
        "+262142-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "2023-Q5",
        "0000",
        "\r\n",
    ];
    plain.iter().map(|t| (*t).to_owned()).collect()
}

fn long_texts() -> Vec<String> {
    vec!["x".repeat(100_000), "é".repeat(50_000), "'".repeat(10_000)]
}

/// Values of other types.
fn others() -> Vec<Json> {
    vec![
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(true),
        Json::Null,
        json!([]),
        json!([[]]),
        json!([null]),
        json!({}),
        json!({ "eq": "x" }),
    ]
}

/// Words that would show what is inside.
const INSIDE: [&str; 16] = [
    "select ",
    "sqlite",
    "postgres",
    "diesel",
    "src/",
    "/work",
    "/tmp",
    "t0.",
    "panicked",
    "at or near",
    "unwrap",
    "syntax error near",
    "relation \"",
    "column \"",
    "libpq",
    "r2d2",
];

fn check(answer: &Json, what: &str) {
    let shown: String = answer.to_string().chars().take(1500).collect();
    let Some(errors) = answer.get("errors") else {
        assert!(answer.get("data").is_some(), "{what}: {shown}");
        return;
    };
    for error in errors.as_array().unwrap() {
        let (code, reason) = (&error["extensions"]["code"], &error["extensions"]["reason"]);
        let row = Reason::ALL.iter().map(|r| r.row()).find(|row| *reason == row.reason);
        assert!(row.is_some_and(|row| *code == row.code), "{what}: {shown}");
        assert_ne!(*reason, "INTERNAL", "{what}: {shown}");
        let message = error["message"].as_str().unwrap();
        assert!(message.chars().count() <= 500, "{what}: a message of {} characters: {shown}", message.len());
        assert!(message.chars().next().is_some_and(|c| !c.is_uppercase()), "{what}: {message}");
        assert!(!message.ends_with('.'), "{what}: {message}");
        assert!(!message.contains('\n') && !message.contains('\0'), "{what}: {message:?}");
        let lower = message.to_lowercase();
        for word in INSIDE {
            assert!(!lower.contains(word), "{what} tells of `{word}`: {shown}");
        }
    }
}

/// A JSON value as a GraphQL literal.
fn literal(value: &Json) -> String {
    match value {
        Json::Object(members) => {
            let members: Vec<String> = members.iter().map(|(k, v)| format!("{k}: {}", literal(v))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        _ => value.to_string(),
    }
}

fn inner(ty: &Type) -> &str {
    ty.inner_named_type().as_str()
}

/// A value that an argument takes.
fn good(argument: &InputValueDefinition) -> Json {
    match (argument.ty.is_list(), inner(&argument.ty)) {
        (true, _) => json!(["x"]),
        (_, "RegionScheme") => json!("ISO_ALPHA2"),
        _ => json!("x"),
    }
}

/// A selection that fits the type of a root field.
fn selection(schema: &GraphSchema, ty: &Type) -> &'static str {
    match &schema.types.types[inner(ty)] {
        ExtendedType::Object(object) if object.fields.contains_key("nodes") => "{ totalCount nodes { __typename } }",
        ExtendedType::Scalar(_) => "",
        _ => "{ __typename }",
    }
}

/// Every argument of every root field.
#[test]
fn every_argument_of_every_root_field() {
    let schema = GraphSchema::build().unwrap();
    let query_type = schema.types.get_object("Query").unwrap();
    let world = World::new(SEED);
    let mut n_tried = 0;
    for db in world_databases(&world) {
        let graph = db.graph();
        for (name, field) in &query_type.fields {
            for argument in &field.arguments {
                let rest: Vec<String> = field
                    .arguments
                    .iter()
                    .filter(|a| a.name != argument.name && a.is_required())
                    .map(|a| format!("{}: {}", a.name, good(a)))
                    .collect();
                let body = selection(&schema, &field.ty);
                for value in texts().into_iter().chain(long_texts()).map(|text| json!(text)).chain(others()) {
                    let shown: String = value.to_string().chars().take(60).collect();
                    let place = format!("{} {name}({}: {shown})", db.backend(), argument.name);
                    let (own, rest) = (&argument.name, rest.join(", "));
                    let as_literal = format!("{{ {name}({own}: {}, {rest}) {body} }}", literal(&value));
                    check(&ask(&graph, &as_literal), &format!("{place} as literal"));
                    let as_variable = format!("query($v: {}) {{ {name}({own}: $v, {rest}) {body} }}", argument.ty);
                    check(&ask_with(&graph, &as_variable, json!({ "v": value })), &format!("{place} as variable"));
                    n_tried += 2;
                }
            }
        }
    }
    assert!(n_tried > 1000, "{n_tried}");
}

/// Every operator of every field of every filter.
#[test]
fn every_operator_of_every_filter() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        for entity in catalog::ALL.iter().filter(|e| e.plural.is_some()) {
            let plural = entity.plural.unwrap();
            let query = format!(
                "query($f: {}Filter) {{ {plural}(filter: $f, first: 1) {{ totalCount nodes {{ id }} }} }}",
                entity.name
            );
            let attack = |filter: Json| {
                let shown: String = filter.to_string().chars().take(120).collect();
                check(&ask_with(&graph, &query, json!({ "f": filter })), &format!("{} {plural} {shown}", db.backend()));
            };
            // Long texts cost time: one entity stands for all, since operators belong to kinds.
            let long = if entity.name == "Event" { long_texts() } else { Vec::new() };
            let values: Vec<Json> = texts().into_iter().chain(long).map(|t| json!(t)).chain(others()).collect();
            let mut operators: Vec<(&str, Vec<&str>, bool)> = entity
                .fields
                .iter()
                .filter(|f| f.filter)
                .map(|f| {
                    let names = input_types::operators(f.kind).iter().map(|(op, _)| *op).collect();
                    (f.name, names, matches!(f.kind, Kind::Money))
                })
                .collect();
            if entity.names.is_some() {
                operators.push(("name", vec!["eq", "ne", "in", "notIn", "startsWith", "contains", "endsWith"], false));
            }
            for (name, operators, is_money) in operators {
                for op in operators {
                    for value in &values {
                        let mut filter = json!({ name: { op: value } });
                        if is_money {
                            filter["dataset"] = json!({ "code": { "eq": "BACI" } });
                        }
                        attack(filter);
                    }
                    attack(json!({ name: { op: values } }));
                }
                for value in others() {
                    attack(json!({ name: value }));
                }
            }
            if entity.tree {
                for value in &values {
                    attack(json!({ "within": { "code": value } }));
                    attack(json!({ "within": { "code": "WLD", "classification": "HS", "depth": value } }));
                    attack(json!({ "within": { "code": "WLD", "depth": value } }));
                    attack(json!({ "within": { "classification": value, "code": "TOTAL" } }));
                    attack(json!({ "within": { "code": "840", "scheme": value } }));
                }
            }
            for value in others() {
                attack(json!({ "and": value }));
                attack(json!({ "or": value }));
                attack(json!({ "not": value }));
                for relation in entity.relations.iter().filter(|r| r.filter) {
                    attack(json!({ relation.name: value }));
                    for quantifier in ["some", "none", "every", "count", "all"] {
                        attack(json!({ relation.name: { quantifier: value } }));
                    }
                    for op in ["eq", "ne", "in", "notIn", "lt", "lte", "gt", "gte", "isNull"] {
                        attack(json!({ relation.name: { "count": { op: value } } }));
                    }
                    attack(json!({ relation.name: { "count": { "filter": value, "gte": 1 } } }));
                }
            }
        }
    }
}

/// Every key of every order.
#[test]
fn every_key_of_every_order() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        for entity in catalog::ALL.iter().filter(|e| e.plural.is_some() && e.sortable()) {
            let plural = entity.plural.unwrap();
            let query = format!(
                "query($o: [{}Order!]) {{ {plural}(orderBy: $o, first: 1) {{ totalCount nodes {{ id }} }} }}",
                entity.name
            );
            let attack = |order: Json| {
                let shown: String = order.to_string().chars().take(120).collect();
                check(&ask_with(&graph, &query, json!({ "o": order })), &format!("{} {plural} {shown}", db.backend()));
            };
            for value in texts().into_iter().map(|t| json!(t)).chain(others()) {
                attack(value.clone());
                attack(json!([value]));
                attack(json!({ "field": value }));
                attack(json!({ "field": "NAME", "direction": value }));
                for relation in entity.relations.iter().filter(|r| r.sorts()) {
                    attack(json!({ relation.name: value }));
                    attack(json!({ relation.name: { "field": value } }));
                    for measure in ["count", "sum", "min", "max"] {
                        attack(json!({ relation.name: { measure: value } }));
                        attack(json!({ relation.name: { measure: { "field": "NAME", "filter": value } } }));
                        attack(json!({ relation.name: { measure: { "field": value } } }));
                    }
                }
            }
        }
    }
}

/// Operators of each kind as literals, with escapes that no text can hold.
#[test]
fn lone_surrogates_and_odd_escapes() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        for escape in [
            "\\ud800",
            "\\udc00",
            "\\ud800\\ud800",
            "\\ud83d\\ude00",
            "\\u{1F600}",
            "\\u{D800}",
            "\\u0000",
            "\\x41",
            "\\",
            "\\u12",
        ] {
            for query in [
                format!("{{ region(code: \"{escape}\") {{ id }} }}"),
                format!("{{ events(filter: {{slug: {{eq: \"{escape}\"}}}}) {{ totalCount }} }}"),
                format!("{{ events(filter: {{name: {{contains: \"{escape}\"}}}}) {{ totalCount }} }}"),
                format!("{{ event(slug: \"{escape}\") {{ id }} }}"),
                format!("{{ node(id: \"{escape}\") {{ id }} }}"),
                format!("{{ search(text: \"a{escape}\") {{ hits {{ matched node {{ __typename }} }} }} }}"),
                format!("{{ reconcile(names: [\"a{escape}\"], kind: EVENT) {{ hits {{ matched }} }} }}"),
                format!("{{ event(slug: \"\"\"{escape}\"\"\") {{ id }} }}"),
            ] {
                check(&ask(&graph, &query), &format!("{} {query}", db.backend()));
            }
        }
    }
}

/// Refused by the front, before the database, and quickly even in a debug build.
fn refused(graph: &Graph, query: &str, reason: &str, what: &str) {
    let started = Instant::now();
    let response = block_on(graph.answer(Request { query: query.to_owned(), ..Request::default() }));
    let took = started.elapsed();
    let answer: Json = serde_json::from_str(&response.body).unwrap();
    check(&answer, what);
    let shown: String = response.body.chars().take(300).collect();
    assert_eq!(answer["errors"][0]["extensions"]["reason"], reason, "{what}: {shown}");
    assert!(answer.get("data").is_none(), "{what}: {shown}");
    assert_eq!(response.statements, 0, "{what}");
    assert!(took < Duration::from_millis(1500), "{what} took {took:?}");
}

#[test]
fn documents_that_explode_are_refused_quickly() {
    let world = World::new(SEED);
    let databases = world_databases(&world);
    let graph = databases[0].graph();
    let doubling = |n: usize| {
        let mut text = "{ ...f0 }".to_owned();
        for i in 0..n {
            text.push_str(&format!(" fragment f{i} on Query {{ ...f{} ...f{} }}", i + 1, i + 1));
        }
        text + &format!(" fragment f{n} on Query {{ __typename }}")
    };
    refused(&graph, &doubling(30), "TOO_MANY_SELECTIONS", "2^30 spreads");
    refused(&graph, &doubling(150), "TOO_MANY_SELECTIONS", "2^150 spreads");
    let doubling_fields = {
        let mut text = "{ region(code: \"CN\") { ...f0 } }".to_owned();
        for i in 0..30 {
            let next = i + 1;
            text.push_str(&format!(
                " fragment f{i} on Region {{ a: parent {{ ...f{next} }} b: parent {{ ...f{next} }} }}"
            ));
        }
        text + " fragment f30 on Region { id }"
    };
    refused(&graph, &doubling_fields, "TOO_MANY_SELECTIONS", "2^30 fields");
    let unused = format!("{{ __typename }} {}", doubling(30).split_once('}').unwrap().1);
    refused(&graph, &unused, "TOO_MANY_SELECTIONS", "fragments that nothing spreads");
    refused(
        &graph,
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "INVALID_DOCUMENT",
        "a cycle",
    );
    refused(
        &graph,
        "{ ...a } fragment a on Query { region(code: \"CN\") { parent { ...b } } } fragment b on Region { parent { ...b } }",
        "INVALID_DOCUMENT",
        "a cycle through fields",
    );
    let chain: String = (0..5000).map(|i| format!(" fragment f{i} on Query {{ ...f{} }}", i + 1)).collect();
    refused(
        &graph,
        &format!("{{ ...f0 }}{chain} fragment f5000 on Query {{ __typename }}"),
        "DOCUMENT_TOO_LARGE",
        "a chain of tokens",
    );
    let chain: String = (0..1500).map(|i| format!(" fragment f{i} on Query {{ ...f{} }}", i + 1)).collect();
    // The same document gives the same answer, each time.
    for _ in 0..20 {
        refused(
            &graph,
            &format!("{{ ...f0 }}{chain} fragment f1500 on Query {{ __typename }}"),
            "TOO_DEEP",
            "a chain of fragments",
        );
    }
    let depth = |n: usize| {
        format!("{{ region(code: \"CN\") {} {} }}", "{ parent ".repeat(n), "{ id }".to_owned() + &"}".repeat(n))
    };
    refused(&graph, &depth(25), "TOO_DEEP", "25 levels");
    refused(&graph, &depth(250), "DOCUMENT_TOO_LARGE", "250 levels");
    let aliases: String = (0..300).map(|i| format!("a{i}: __typename ")).collect();
    refused(&graph, &format!("{{ region(code: \"CN\") {{ {aliases} }} }}"), "TOO_MANY_ALIASES", "300 aliases");
    let roots: String = (0..60).map(|i| format!("a{i}: service {{ version }} ")).collect();
    refused(&graph, &format!("{{ {roots} }}"), "TOO_MANY_SELECTIONS", "60 root fields");
    refused(&graph, &format!("{{ {} }}", "__typename ".repeat(15_000)), "TOO_MANY_SELECTIONS", "15,000 fields");
    refused(&graph, &format!("{{ {} }}", "__typename ".repeat(30_000)), "DOCUMENT_TOO_LARGE", "30,000 fields");
    refused(
        &graph,
        &format!("{{ __typename {} }}", "@skip(if: false) ".repeat(5_000)),
        "DOCUMENT_TOO_LARGE",
        "directives",
    );
    refused(
        &graph,
        &format!("{{ __typename {} }}", "@skip(if: false) ".repeat(2_000)),
        "INVALID_DOCUMENT",
        "directives",
    );
    refused(&graph, &format!("{{ __typename }} # {}", "x".repeat(2_000_000)), "DOCUMENT_TOO_LARGE", "2 MB");
    for bracket in ["[", "{a:", "("] {
        let query = format!("{{ events(filter: {}", bracket.repeat(2000));
        refused(&graph, &query, "DOCUMENT_TOO_LARGE", "2,000 nested brackets");
    }
    refused(&graph, &format!("{{ events(filter: {}", "[".repeat(150)), "SYNTAX_ERROR", "150 nested brackets");
    refused(
        &graph,
        &format!("query($v: {}Int{}) {{ __typename }}", "[".repeat(150), "]".repeat(150)),
        "INVALID_DOCUMENT",
        "a nested type",
    );
    refused(&graph, &format!("{{ x {} }}", ",".repeat(900_000)), "INVALID_DOCUMENT", "900,000 commas");
    refused(&graph, "", "SYNTAX_ERROR", "nothing");
    refused(&graph, "\0", "SYNTAX_ERROR", "a NUL");
    refused(&graph, "\u{feff}", "SYNTAX_ERROR", "a mark");
    refused(&graph, "{", "SYNTAX_ERROR", "half");
    refused(&graph, "\"\"\"", "SYNTAX_ERROR", "half a text");
    refused(&graph, "subscription { x }", "INVALID_DOCUMENT", "a subscription");
    refused(&graph, "mutation { x }", "INVALID_DOCUMENT", "a mutation");
}

#[test]
fn cost_is_counted_down_the_nesting_and_saturates() {
    let world = World::new(SEED);
    let databases = world_databases(&world);
    let graph = databases[0].graph();
    refused(
        &graph,
        "{ regions(first: 200) { nodes { companies(first: 200) { nodes { events(first: 200) { nodes { id } } } } } } }",
        "TOO_EXPENSIVE",
        "200 × 200 × 200",
    );
    let mut text = "{ regions(first: 200) { nodes ".to_owned();
    for _ in 0..8 {
        text.push_str("{ children(first: 200) { nodes ");
    }
    text.push_str("{ id }");
    text.push_str(&"} }".repeat(8));
    text.push_str(" } }");
    refused(&graph, &text, "TOO_EXPENSIVE", "200^9");
    let tall = databases[0].graph_with(Limits { page: i64::MAX, ..Limits::default() });
    refused(&tall, &text.replace("200", "2147483647"), "TOO_EXPENSIVE", "2^31 to the ninth");
    refused(&graph, &text.replace("first: 200", "last: 200"), "TOO_EXPENSIVE", "from the end too");
}

/// Filters nested as deep as a body can nest them.
#[test]
fn deep_filters_are_answered_or_refused() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        let leaves: [(&str, Json, &str); 4] = [
            ("not", json!({ "series": { "eq": "x" } }), "not"),
            ("and", json!({ "slug": { "ne": "x" } }), "and"),
            ("mixed", json!({ "series": { "eq": "x" } }), "or"),
            ("relation", json!({ "slug": { "ne": "x" } }), "relation"),
        ];
        for (name, leaf, _) in leaves {
            for depth in [10, 20, 40, 60, 100] {
                let mut filter = leaf.clone();
                for level in 0..depth {
                    filter = match name {
                        "not" => json!({ "not": filter }),
                        "and" => json!({ "and": [filter, leaf] }),
                        "mixed" if level % 2 == 0 => json!({ "not": { "or": [leaf, filter] } }),
                        "mixed" => json!({ "and": [{ "not": leaf }, { "not": filter }] }),
                        _ if level % 2 == 0 => json!({ "participations": { "some": { "event": filter } } }),
                        _ => json!({ "region": { "events": { "some": filter } } }),
                    };
                }
                let query = "query($f: EventFilter) { events(filter: $f) { totalCount } }";
                let answer = ask_with(&graph, query, json!({ "f": filter }));
                check(&answer, &format!("{} {name} {depth} deep", db.backend()));
            }
        }
    }
}

#[test]
fn long_lists_and_many_conditions() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        let slugs = |n: usize| (0..n).map(|i| json!(format!("slug-{i}"))).collect::<Vec<_>>();
        let conditions = |n: usize| (0..n).map(|i| json!({ "series": { "eq": format!("s{i}") } })).collect::<Vec<_>>();
        let days = |n: usize| (0..n).map(|_| json!({ "startsOn": { "in": ["2024-01-01"] } })).collect::<Vec<_>>();
        for (filter, refused) in [
            (json!({ "series": { "in": slugs(1000) } }), false),
            (json!({ "slug": { "in": slugs(1001) } }), true),
            (json!({ "or": conditions(1000) }), false),
            (json!({ "or": conditions(1001) }), true),
            (json!({ "and": conditions(1000) }), false),
            (json!({ "or": days(1000) }), false),
        ] {
            let query = "query($f: EventFilter) { events(filter: $f) { totalCount } }";
            let answer = ask_with(&graph, query, json!({ "f": filter }));
            check(&answer, &format!("{} a long list", db.backend()));
            let reason = answer["errors"][0]["extensions"]["reason"].as_str();
            assert_eq!(reason, refused.then_some("LIST_TOO_LONG"), "{}", db.backend());
        }
        let ids: Vec<Json> = (0..201).map(|i| json!(format!("id{i}"))).collect();
        let answer = ask_with(&graph, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids }));
        check(&answer, "many ids");
        assert_eq!(answer["errors"][0]["extensions"]["reason"], "PAGE_SIZE_EXCEEDED");
    }
}
