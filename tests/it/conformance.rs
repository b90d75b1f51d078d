//! Made from the catalogue: every field with every operator of its kind, names, subtrees and relations, on both
//! databases, against [`crate::oracle`]. A new field is tested before anybody writes a test for it; a new kind or
//! operator fails here until the oracle knows it.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};
use tearoad::catalog::{self, Entity, Field, Kind, Shape};
use tearoad::domain::id;
use tearoad::graphql::input_types;
use tearoad::graphql::limits::Limits;
use tearoad::graphql::run::Graph;

use crate::oracle::{Seen, shown};
use crate::support::ask_with;
use crate::world::{Chance, World, world_databases};

const SEED: u64 = 20_240_805;

/// Limits under which a whole list is one page.
const WIDE: fn() -> Limits =
    || Limits { page: 5000, figure_page: 5000, cost: u64::MAX, selections: 100_000, ..Limits::default() };

/// A world, its databases, and what was found to differ.
struct Trial {
    world: World,
    graphs: Vec<(&'static str, Graph)>,
    _databases: Vec<crate::support::TestDb>,
    wrong: Vec<String>,
    tried: usize,
}

/// Differences told of one test.
const TOLD: usize = 12;

impl Trial {
    fn new() -> Self {
        let world = World::new(SEED);
        let databases = world_databases(&world);
        let graphs = databases.iter().map(|db| (db.backend(), db.graph_with(WIDE()))).collect();
        Self { world, graphs, _databases: databases, wrong: Vec::new(), tried: 0 }
    }

    /// Asks a root list with a filter on every database and compares it with the oracle.
    fn root(&mut self, entity: &'static Entity, filter: &Json) {
        self.tried += 1;
        let expected: BTreeSet<String> = self
            .world
            .rows_of(entity)
            .iter()
            .filter(|seen| self.world.holds(entity, seen, filter))
            .map(|seen| self.world.key(entity, seen))
            .collect();
        let query = format!(
            "query($filter: {}Filter) {{ list: {}(filter: $filter, first: 5000) {{ totalCount nodes {{ id }} }} }}",
            entity.name,
            entity.plural.unwrap()
        );
        for (backend, graph) in &self.graphs {
            let answer = ask_with(graph, &query, json!({ "filter": filter }));
            let list = &answer["data"]["list"];
            let Some(nodes) = list["nodes"].as_array() else {
                self.wrong.push(format!("{backend} {} {filter}: {answer}", entity.name));
                continue;
            };
            let came: BTreeSet<String> =
                nodes.iter().map(|n| id::decode(n["id"].as_str().unwrap()).unwrap().1).collect();
            let total = list["totalCount"].as_u64().unwrap();
            if came != expected || nodes.len() != came.len() || total != nodes.len() as u64 {
                let missing: Vec<&String> = expected.difference(&came).take(4).collect();
                let extra: Vec<&String> = came.difference(&expected).take(4).collect();
                self.wrong.push(format!(
                    "{backend} {} {filter}: {} rows for {}, totalCount {total}, missing {missing:?}, extra {extra:?}",
                    entity.name,
                    nodes.len(),
                    expected.len()
                ));
            }
        }
    }

    /// Asks a nested list with a filter, of every parent at once.
    fn nested(&mut self, parent: &'static Entity, relation: &'static catalog::Relation, filter: &Json) {
        self.tried += 1;
        let target = relation.target;
        // What a node shows: its id, or all its columns where it has none.
        let columns: Vec<&Field> = target.fields.iter().filter(|f| f.output).collect();
        let members = if target.node.is_some() {
            "id".to_owned()
        } else {
            columns.iter().map(|f| f.name).collect::<Vec<_>>().join(" ")
        };
        let show = |seen: &Seen<'_>| {
            if target.node.is_some() {
                return self.world.key(target, seen);
            }
            let shown: Map<String, Json> =
                columns.iter().map(|f| (f.name.to_owned(), shown(&self.world, f, seen))).collect();
            Json::Object(shown).to_string()
        };
        let mut expected: Vec<(String, Vec<String>)> = self
            .world
            .rows_of(parent)
            .iter()
            .map(|seen| {
                let related = self.world.related(relation, seen);
                let mut rows: Vec<String> =
                    related.iter().filter(|other| self.world.holds(target, other, filter)).map(show).collect();
                rows.sort();
                (self.world.key(parent, seen), rows)
            })
            .collect();
        expected.sort();
        let list = if relation.shape == Shape::List {
            format!("list: {}(filter: $filter) {{ {members} }}", relation.name)
        } else {
            format!("list: {}(filter: $filter, first: 5000) {{ totalCount nodes {{ {members} }} }}", relation.name)
        };
        let query = format!(
            "query($filter: {}Filter) {{ parents: {}(first: 5000) {{ nodes {{ id {list} }} }} }}",
            target.name,
            parent.plural.unwrap()
        );
        for (backend, graph) in &self.graphs {
            let answer = ask_with(graph, &query, json!({ "filter": filter }));
            let place = format!("{backend} {}.{} {filter}", parent.name, relation.name);
            let Some(parents) = answer["data"]["parents"]["nodes"].as_array() else {
                self.wrong.push(format!("{place}: {answer}"));
                continue;
            };
            let mut came: Vec<(String, Vec<String>)> = parents
                .iter()
                .map(|node| {
                    let list = &node["list"];
                    let nodes = list.as_array().unwrap_or_else(|| list["nodes"].as_array().unwrap());
                    if let Some(total) = list.get("totalCount") {
                        assert_eq!(total.as_u64(), Some(nodes.len() as u64), "{place}");
                    }
                    let mut rows: Vec<String> = nodes
                        .iter()
                        .map(|n| match n["id"].as_str() {
                            Some(text) if target.node.is_some() => id::decode(text).unwrap().1,
                            _ => n.to_string(),
                        })
                        .collect();
                    rows.sort();
                    (id::decode(node["id"].as_str().unwrap()).unwrap().1, rows)
                })
                .collect();
            came.sort();
            if came != expected {
                let first = came.iter().zip(&expected).find(|(a, b)| a != b);
                self.wrong.push(format!("{place}: first difference {first:?}"));
            }
        }
    }

    fn finish(self, at_least: usize) {
        let n = self.wrong.len();
        let told: Vec<String> = self.wrong.into_iter().take(TOLD).collect();
        assert!(n == 0, "{n} of {} filters are wrong:\n{}", self.tried, told.join("\n"));
        assert!(self.tried >= at_least, "only {} filters were tried", self.tried);
    }
}

/// Root entities that can be filtered.
fn roots() -> impl Iterator<Item = &'static Entity> {
    catalog::ALL.iter().copied().filter(|e| e.plural.is_some() && e.filterable())
}

/// Values of a field that are there.
fn present(world: &World, entity: &'static Entity, field: &Field) -> Vec<Json> {
    let mut present: Vec<Json> = Vec::new();
    for seen in world.rows_of(entity) {
        let value = shown(world, field, &seen);
        if !value.is_null() && !present.contains(&value) {
            present.push(value);
        }
    }
    present
}

/// Operands of a field: values that are there, values beside them, and the ends of the kind.
fn operands(world: &World, entity: &'static Entity, field: &Field) -> Vec<Json> {
    let present = present(world, entity, field);
    let mut out: Vec<Json> = match present.len() {
        0..=4 => present,
        n => [0, n / 3, n / 2, n - 1].into_iter().map(|at| present[at].clone()).collect(),
    };
    out.extend(match field.kind {
        Kind::Text => vec![json!(""), json!("absent"), json!("\u{10ffff}"), json!("%"), json!("b_")],
        Kind::Int => vec![json!(i32::MIN), json!(i32::MAX), json!(3)],
        Kind::BigInt => vec![json!("-9223372036854775808"), json!("9223372036854775807"), json!(2)],
        Kind::Float => vec![json!(-1e300), json!(0.3), json!(2)],
        Kind::Bool => vec![json!(true), json!(false)],
        Kind::Date => vec![json!("0001-01-01"), json!("9999-12-31"), json!("2000-02-29")],
        Kind::DateTime => vec![
            json!("2024-02-01T00:59:30+01:00"),
            json!("0001-01-01T00:00:00Z"),
            json!("2024-01-31T23:59:30.4999999Z"),
            json!("2024-01-31T23:59:30.45Z"),
        ],
        Kind::Enum(list) => list.values.iter().map(|(word, _, _)| json!(word)).take(2).collect(),
        Kind::Period => vec![json!("2021"), json!("2021-Q2"), json!("2021-06"), json!("0001"), json!("9999-12")],
        Kind::Money | Kind::Milli => ["0", "1", "-1", "1.5", "0.0005", "0.9995", "1.0001", "9007199254740.993", "1e3"]
            .into_iter()
            .filter(|text| !text.contains('e'))
            .map(|text| json!(text))
            .collect(),
    });
    out
}

/// Every operator of a field with its operands.
fn conditions(world: &World, entity: &'static Entity, field: &Field) -> Vec<Json> {
    let all = operands(world, entity, field);
    // Equality with a code that no row has is refused: see `unknown_codes_are_refused_wherever_they_stand`.
    let known: Vec<Json> =
        if field.known { present(world, entity, field).into_iter().take(6).collect() } else { all.clone() };
    let mut out = Vec::new();
    for (op, _) in input_types::operators(field.kind) {
        let values = if matches!(op, "eq" | "ne" | "in" | "notIn") { &known } else { &all };
        match op {
            "in" | "notIn" => {
                out.push(json!({ op: [] }));
                out.push(json!({ op: [values[0]] }));
                out.push(json!({ op: values }));
                out.push(json!({ op: values.iter().rev().take(3).collect::<Vec<_>>() }));
            }
            "isNull" => out.extend([json!({ op: true }), json!({ op: false })]),
            "startsWith" => {
                let prefixes = values.iter().map(|v| v.as_str().unwrap());
                out.extend(prefixes.map(|v| json!({ op: v.chars().take(2).collect::<String>() })));
            }
            _ => out.extend(values.iter().map(|value| json!({ op: value }))),
        }
    }
    out
}

/// The filter on a field; amounts are compared within one dataset.
fn on_field(entity: &Entity, field: &Field, condition: &Json) -> Vec<Json> {
    let filter = json!({ field.name: condition });
    // The largest amount without decimals does not fit with three.
    let fits = |code: &str| code == "YEN" || !condition.to_string().contains(&i64::MAX.to_string());
    match field.kind {
        Kind::Money => ["CUSTOMS", "BACI", "YEN"]
            .into_iter()
            .filter(|code| fits(code))
            .map(|code| {
                assert!(entity.mirrored, "amounts belong to figures");
                json!({ "dataset": { "code": { "eq": code } }, field.name: condition })
            })
            .collect(),
        _ => vec![filter],
    }
}

#[test]
fn every_field_with_every_operator_of_its_kind() {
    let mut trial = Trial::new();
    for entity in roots() {
        for field in entity.fields.iter().filter(|f| f.filter) {
            for condition in conditions(&trial.world, entity, field) {
                for filter in on_field(entity, field, &condition) {
                    trial.root(entity, &filter);
                    if !matches!(field.kind, Kind::Money) {
                        trial.root(entity, &json!({ "not": filter }));
                    }
                }
            }
        }
    }
    trial.finish(1000);
}

#[test]
fn unknown_codes_are_refused_wherever_they_stand() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        let mut tried = 0;
        let mut refused = |entity: &'static Entity, filter: Json, value: &str| {
            tried += 1;
            let (name, plural) = (entity.name, entity.plural.unwrap());
            let query = format!("query($filter: {name}Filter) {{ list: {plural}(filter: $filter) {{ totalCount }} }}");
            let answer = ask_with(&graph, &query, json!({ "filter": filter }));
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["reason"], "UNKNOWN_CODE", "{} {filter}: {answer}", db.backend());
            assert!(answer.get("data").is_none(), "{filter}: {answer}");
            assert!(error["message"].as_str().unwrap().contains(&format!("`{value}`")), "{answer}");
            error["extensions"]["hint"].as_str().unwrap().to_owned()
        };
        for entity in roots() {
            for field in entity.fields.iter().filter(|f| f.filter && f.known) {
                let there = present(&world, entity, field)[0].as_str().unwrap().to_owned();
                let wrong = format!("{there}\u{e9}");
                for condition in [
                    json!({ "eq": wrong }),
                    json!({ "ne": wrong }),
                    json!({ "in": [there, wrong] }),
                    json!({ "notIn": [wrong] }),
                ] {
                    for filter in [
                        json!({ field.name: condition }),
                        json!({ "or": [{ field.name: { "eq": there } }, { "not": { field.name: condition } }] }),
                    ] {
                        let hint = refused(entity, filter, &wrong);
                        assert!(hint.contains(&format!("`{there}`")), "{there} is not among the nearest: {hint}");
                    }
                }
            }
            for relation in entity.relations.iter().filter(|r| r.filter) {
                let Some(field) = relation.target.fields.iter().find(|f| f.filter && f.known) else { continue };
                let condition = json!({ field.name: { "eq": "nowhere" } });
                if relation.is_one() {
                    refused(entity, json!({ relation.name: condition }), "nowhere");
                } else {
                    for quantifier in ["some", "none", "every"] {
                        refused(entity, json!({ relation.name: { quantifier: condition } }), "nowhere");
                    }
                    refused(
                        entity,
                        json!({ relation.name: { "count": { "filter": condition, "gte": 1 } } }),
                        "nowhere",
                    );
                }
            }
        }
        assert!(tried > 150, "only {tried} filters were tried");
    }
}

#[test]
fn every_nested_list_with_every_field_of_what_has_no_root() {
    let mut trial = Trial::new();
    let mut done: BTreeSet<(&str, &str)> = BTreeSet::new();
    for parent in roots() {
        let lists = parent.relations.iter().filter(|r| matches!(r.shape, Shape::List | Shape::Connection));
        for relation in lists.filter(|r| r.target.filterable()) {
            for field in relation.target.fields.iter().filter(|f| f.filter && !matches!(f.kind, Kind::Money)) {
                let all = conditions(&trial.world, relation.target, field);
                // A field of an entity that has a root list is tried there.
                let first = relation.target.plural.is_none() && done.insert((relation.target.name, field.name));
                let step = if first { 1 } else { all.len().div_ceil(2) };
                for condition in all.iter().step_by(step) {
                    trial.nested(parent, relation, &json!({ field.name: condition }));
                }
            }
        }
    }
    trial.finish(300);
}

#[test]
fn names_in_all_languages() {
    let mut trial = Trial::new();
    let texts = [
        "Zibo",
        "zibo",
        "ZIBO City",
        "  zibo\tcity ",
        "城",
        "淄博",
        "博",
        "Бурятия",
        "бурят",
        "БУРЯТИЯ",
        "йошкар",
        "e",
        "Côte d'Azur",
        "cote",
        "COTE D\u{2019}AZUR",
        "100 %",
        "%",
        "_",
        "!",
        "\\",
        "strasse",
        "STRASSE",
        "izmir",
        "İ",
        "'",
        "\"",
        "",
        "absent",
        "\u{301}",
    ];
    for entity in roots().filter(|e| e.names.is_some()) {
        for op in ["eq", "ne", "startsWith", "contains", "endsWith"] {
            for text in texts {
                let filter = json!({ "name": { op: text } });
                trial.root(entity, &filter);
                if op == "contains" {
                    trial.root(entity, &json!({ "not": filter }));
                }
            }
        }
        for op in ["in", "notIn"] {
            for list in [json!([]), json!(["Zibo"]), json!(["Zibo", "淄博", "absent", "100 % Trade"])] {
                trial.root(entity, &json!({ "name": { op: list } }));
            }
        }
    }
    let schema = tearoad::graphql::schema::GraphSchema::build().unwrap();
    let members = schema.types.types["NameFilter"].as_input_object().unwrap().fields.len();
    assert_eq!(members, 7, "an operator on names is not tried here");
    trial.finish(700);
}

/// `within` of every node, with every depth.
fn subtrees(world: &World, entity: &'static Entity) -> Vec<Json> {
    let mut out = Vec::new();
    let mut keys: Vec<String> = world.rows_of(entity).iter().map(|seen| world.key(entity, seen)).collect();
    if entity.name == "Sector" {
        keys.extend(["HS2017/TOTAL".to_owned(), "HS2022/TOTAL".to_owned()]);
    }
    for key in keys {
        let mut within = match key.split_once('/') {
            Some((class, code)) => json!({ "classification": class, "code": code }),
            None => json!({ "code": key }),
        };
        out.push(within.clone());
        for depth in [0, 1, 2, 1000] {
            within["depth"] = json!(depth);
            out.push(within.clone());
        }
    }
    out
}

#[test]
fn subtrees_with_and_without_depth() {
    let mut trial = Trial::new();
    for entity in roots().filter(|e| e.tree) {
        for within in subtrees(&trial.world, entity) {
            trial.root(entity, &json!({ "within": within }));
        }
    }
    trial.finish(200);
}

/// A filter of an entity made by chance.
fn random_filter(chance: &mut Chance, world: &World, entity: &'static Entity, depth: usize) -> Json {
    loop {
        let kind = chance.below(if depth == 0 { 5 } else { 10 });
        let filter = match kind {
            0..=2 => {
                let fields: Vec<&Field> =
                    entity.fields.iter().filter(|f| f.filter && !matches!(f.kind, Kind::Money)).collect();
                if fields.is_empty() {
                    continue;
                }
                let field = *chance.pick(&fields);
                json!({ field.name: chance.pick(&conditions(world, entity, field)) })
            }
            3 if entity.names.is_some() => {
                let op = *chance.pick(&["contains", "startsWith", "endsWith"]);
                json!({ "name": { op: chance.pick(&["z", "бур", "淄", "e", "%"]) } })
            }
            4 if entity.tree => json!({ "within": chance.pick(&subtrees(world, entity)) }),
            5 => json!({ "not": random_filter(chance, world, entity, depth - 1) }),
            6 | 7 => {
                let parts: Vec<Json> =
                    (0..2 + chance.below(2)).map(|_| random_filter(chance, world, entity, depth - 1)).collect();
                json!({ if kind == 6 { "and" } else { "or" }: parts })
            }
            8 | 9 => {
                let relations: Vec<_> = entity.relations.iter().filter(|r| r.filter).collect();
                if relations.is_empty() {
                    continue;
                }
                let relation = *chance.pick(&relations);
                let inner = random_filter(chance, world, relation.target, depth - 1);
                if relation.is_one() {
                    json!({ relation.name: inner })
                } else {
                    json!({ relation.name: random_quantifier(chance, inner) })
                }
            }
            _ => continue,
        };
        return filter;
    }
}

/// A condition on how many related rows meet a filter, made by chance.
fn random_quantifier(chance: &mut Chance, inner: Json) -> Json {
    match chance.below(5) {
        0 | 1 => json!({ "some": inner }),
        2 => json!({ "none": inner }),
        3 => json!({ "every": inner }),
        _ => random_count(chance, inner),
    }
}

fn random_count(chance: &mut Chance, inner: Json) -> Json {
    let op = *chance.pick(&["eq", "ne", "lt", "lte", "gt", "gte", "in", "notIn"]);
    let n = chance.below(4);
    let wanted = if op == "in" || op == "notIn" { json!([n, 1][..chance.below(3)]) } else { json!(n) };
    let filter = if chance.once_in(4) { Json::Null } else { inner };
    json!({ "count": { "filter": filter, op: wanted } })
}

#[test]
fn every_quantifier_of_every_relation() {
    let mut trial = Trial::new();
    let mut chance = Chance::new(SEED + 3);
    for entity in roots() {
        for relation in entity.relations.iter().filter(|r| r.filter && !r.is_one()) {
            for round in 0..4 {
                let inner = random_filter(&mut chance, &trial.world, relation.target, round / 2);
                for quantifier in ["some", "none", "every"] {
                    trial.root(entity, &json!({ relation.name: { quantifier: inner } }));
                }
                for _ in 0..4 {
                    let counted = random_count(&mut chance, inner.clone());
                    trial.root(entity, &json!({ relation.name: counted }));
                    trial.root(entity, &json!({ "not": { relation.name: counted } }));
                }
            }
            // Over no row everything holds and nothing does.
            let nothing =
                json!({ "and": [{ relation.name: { "none": { "not": first_condition(relation.target) } } }] });
            trial.root(entity, &nothing);
        }
    }
    trial.finish(800);
}

/// Some condition on an entity, the same every time.
fn first_condition(entity: &'static Entity) -> Json {
    let field = entity.fields.iter().find(|f| f.filter && !matches!(f.kind, Kind::Money | Kind::Period)).unwrap();
    json!({ field.name: { "isNull": false } })
}

#[test]
fn every_relation() {
    let mut trial = Trial::new();
    let mut chance = Chance::new(SEED);
    for entity in roots() {
        for relation in entity.relations.iter().filter(|r| r.filter) {
            for round in 0..8 {
                let inner = random_filter(&mut chance, &trial.world, relation.target, round / 4);
                let filter = if relation.is_one() {
                    json!({ relation.name: inner })
                } else {
                    json!({ relation.name: random_quantifier(&mut chance, inner) })
                };
                trial.root(entity, &filter);
                trial.root(entity, &json!({ "not": filter }));
            }
        }
    }
    trial.finish(500);
}

/// Filters of depth up to 4 made by chance in one of the tests below; `TEAROAD_TEST_CASES` asks for more.
const CASES: usize = 2500;

fn filters_made_by_chance(part: u64) {
    let cases = std::env::var("TEAROAD_TEST_CASES").map_or(CASES, |n| n.parse().unwrap());
    let mut trial = Trial::new();
    let mut chance = Chance::new(SEED + 100 + part);
    let roots: Vec<_> = roots().collect();
    for case in 0..cases {
        let entity = roots[case % roots.len()];
        let depth = 1 + chance.below(4);
        let filter = random_filter(&mut chance, &trial.world, entity, depth);
        trial.root(entity, &filter);
    }
    trial.finish(cases);
}

#[test]
fn filters_made_by_chance_1() {
    filters_made_by_chance(1);
}

#[test]
fn filters_made_by_chance_2() {
    filters_made_by_chance(2);
}

#[test]
fn filters_made_by_chance_3() {
    filters_made_by_chance(3);
}

#[test]
fn filters_made_by_chance_4() {
    filters_made_by_chance(4);
}

/// What a hint claims of an empty list is what the oracle finds.
#[test]
fn empty_lists_are_explained_truly() {
    let world = World::new(SEED);
    let databases = world_databases(&world);
    let graphs: Vec<_> = databases.iter().map(|db| (db.backend(), db.graph())).collect();
    let mut chance = Chance::new(SEED + 4);
    let mut told: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for entity in roots().filter(|e| !e.mirrored) {
        for _ in 0..60 {
            let parts: Vec<Json> =
                (0..1 + chance.below(3)).map(|_| random_filter(&mut chance, &world, entity, 1)).collect();
            let mut filter = Map::new();
            for part in parts {
                filter.extend(part.as_object().unwrap().clone());
            }
            let rows = world.rows_of(entity);
            let n_rows = |filter: &Map<String, Json>| {
                let filter = Json::Object(filter.clone());
                rows.iter().filter(|seen| world.holds(entity, seen, &filter)).count()
            };
            let is_empty = n_rows(&filter) == 0;
            for (backend, graph) in &graphs {
                let query = format!(
                    "query($filter: {}Filter) {{ list: {}(filter: $filter) {{ nodes {{ __typename }} }} }}",
                    entity.name,
                    entity.plural.unwrap()
                );
                let answer = ask_with(graph, &query, json!({ "filter": filter }));
                let hints = &answer["extensions"]["tearoad"]["hints"];
                if !is_empty {
                    assert!(hints.is_null(), "{backend} {filter:?}: {hints}");
                    continue;
                }
                let hint = &hints[0];
                let reason = hint["reason"].as_str().unwrap_or_else(|| panic!("{backend} {filter:?}: {answer}"));
                *told.entry(reason.to_owned()).or_default() += 1;
                let named: BTreeSet<&str> =
                    hint["conditions"].as_array().unwrap().iter().map(|c| &c.as_str().unwrap()[7..]).collect();
                for (key, condition) in &filter {
                    let mut others = filter.clone();
                    others.remove(key);
                    let alone = Map::from_iter([(key.clone(), condition.clone())]);
                    let claimed = match reason {
                        "EMPTIED_BY_CONDITION" => n_rows(&others) > 0,
                        "EMPTIED_BY_SEVERAL" => n_rows(&alone) == 0,
                        _ => false,
                    };
                    assert_eq!(
                        named.contains(key.as_str()),
                        claimed,
                        "{backend} {} {filter:?} {key}: {hint}",
                        entity.name
                    );
                }
            }
        }
    }
    assert!(told["EMPTIED_BY_CONDITION"] > 40 && told["EMPTIED_BY_SEVERAL"] > 5, "{told:?}");
}

#[test]
fn two_filters_joined_give_intersection_union_and_complement() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph_with(WIDE());
        let mut chance = Chance::new(SEED + 2);
        for entity in roots() {
            let ask = |filter: &Json| -> BTreeSet<String> {
                let query = format!(
                    "query($filter: {}Filter) {{ list: {}(filter: $filter, first: 5000) {{ nodes {{ id }} }} }}",
                    entity.name,
                    entity.plural.unwrap()
                );
                let answer = ask_with(&graph, &query, json!({ "filter": filter }));
                let nodes = answer["data"]["list"]["nodes"].as_array().unwrap_or_else(|| panic!("{filter}: {answer}"));
                nodes.iter().map(|n| n["id"].as_str().unwrap().to_owned()).collect()
            };
            let every = ask(&Json::Null);
            for _ in 0..10 {
                let a = random_filter(&mut chance, &world, entity, 2);
                let b = random_filter(&mut chance, &world, entity, 2);
                let (rows_a, rows_b) = (ask(&a), ask(&b));
                assert_eq!(ask(&json!({ "and": [a, b] })), &rows_a & &rows_b, "{a} and {b}");
                assert_eq!(ask(&json!({ "or": [a, b] })), &rows_a | &rows_b, "{a} or {b}");
                assert_eq!(ask(&json!({ "not": a })), &every - &rows_a, "not {a}");
            }
        }
    }
}

#[test]
fn amounts_of_several_datasets_are_not_compared() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        for (filter, reason) in [
            (json!({ "value": { "gt": "1" } }), Some("AMBIGUOUS_DATASET")),
            (json!({ "dataset": { "family": { "eq": "HS" } }, "value": { "gt": "1" } }), Some("AMBIGUOUS_DATASET")),
            (json!({ "dataset": { "currency": { "eq": "JPY" } }, "value": { "gt": "1" } }), None),
            (
                json!({ "or": [{ "value": { "gt": "1" } }, { "dataset": { "code": { "eq": "YEN" } } }] }),
                Some("AMBIGUOUS_DATASET"),
            ),
            (json!({ "dataset": { "code": { "eq": "YEN" } }, "not": { "value": { "lt": "2" } } }), None),
        ] {
            let query = "query($filter: TradeFigureFilter) { tradeFigures(filter: $filter) { totalCount } }";
            let answer = ask_with(&graph, query, json!({ "filter": filter }));
            let came = answer["errors"][0]["extensions"]["reason"].as_str();
            assert_eq!(came, reason, "{filter}: {answer}");
        }
    }
}
