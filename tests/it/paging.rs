//! Pages: glued together they are the whole list, whatever the order, the size, the direction, and whatever is
//! inserted or deleted meanwhile. Orders, sizes and filters are made by chance from a seed.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use tearoad::catalog::{self, Entity, Kind, Shape};
use tearoad::domain::id;
use tearoad::graphql::limits::Limits;
use tearoad::graphql::orders::{has_extremes, sort_fields, sum_fields};
use tearoad::graphql::run::Graph;
use tearoad::storage::bulk::insert;
use tearoad::storage::value::Value;

use crate::oracle::Seen;
use crate::support::{TestDb, ask, ask_with, data};
use crate::world::{Chance, World, world_databases};

const SEED: u64 = 20_240_618;

fn wide(db: &TestDb) -> Graph {
    db.graph_with(Limits { page: 5000, figure_page: 5000, cost: u64::MAX, ..Limits::default() })
}

fn roots() -> impl Iterator<Item = &'static Entity> {
    catalog::ALL.iter().copied().filter(|e| e.plural.is_some())
}

/// An order by chance: up to three keys in any direction; `null` for the entity's own.
fn random_order(chance: &mut Chance, entity: &'static Entity) -> Json {
    let keys = order_keys(entity, 2);
    if keys.is_empty() || chance.once_in(6) {
        return Json::Null;
    }
    let key = |chance: &mut Chance| {
        let mut key = chance.pick(&keys).clone();
        key["direction"] = json!(chance.pick(&["ASC", "DESC"]));
        key
    };
    (0..1 + chance.below(3)).map(|_| key(chance)).collect()
}

/// Everything an entity can be ordered by, relations followed so many times.
fn order_keys(entity: &'static Entity, hops: usize) -> Vec<Json> {
    let mut out: Vec<Json> =
        sort_fields(entity).map(|(name, _)| json!({ "field": catalog::screaming(name) })).collect();
    if hops == 0 {
        return out;
    }
    for relation in entity.relations.iter().filter(|r| r.sorts()) {
        let target = relation.target;
        if relation.is_one() {
            out.extend(order_keys(target, hops - 1).into_iter().map(|key| json!({ relation.name: key })));
            continue;
        }
        let filter = first_filter(target);
        out.push(json!({ relation.name: { "count": {} } }));
        out.push(json!({ relation.name: { "count": { "filter": filter } } }));
        for field in sum_fields(target) {
            let filter = json!({ field.sum_within.unwrap(): { "eq": "COMPANIES" } });
            let sum = json!({ "field": catalog::screaming(field.name), "filter": filter });
            out.push(json!({ relation.name: { "sum": sum } }));
        }
        if has_extremes(target) {
            let simple = sort_fields(target).filter(|(name, _)| !matches!(*name, "period" | "value"));
            for (name, _) in simple {
                for measure in ["min", "max"] {
                    out.push(json!({ relation.name: { measure: { "field": catalog::screaming(name) } } }));
                }
            }
        }
    }
    out
}

/// A filter that leaves some rows of an entity.
fn first_filter(entity: &'static Entity) -> Json {
    let text = entity.fields.iter().find(|f| f.filter && matches!(f.kind, Kind::Text));
    match text {
        Some(field) => json!({ field.name: { "gte": "b" } }),
        None => {
            let field = entity.fields.iter().find(|f| f.filter && !matches!(f.kind, Kind::Money | Kind::Period));
            json!({ field.unwrap().name: { "isNull": false } })
        }
    }
}

/// What a row is ordered by, worked out by the oracle.
fn order_value(world: &World, entity: &'static Entity, seen: &Seen<'_>, key: &Json) -> Value {
    let column = |entity: &'static Entity, word: &Json| {
        let word = word.as_str().unwrap();
        entity.fields.iter().find(|f| catalog::screaming(f.name) == word).map_or("sort_name", |f| f.column)
    };
    let (name, inner) = key.as_object().unwrap().iter().find(|(name, _)| *name != "direction").unwrap();
    if name == "field" {
        return seen.get(column(entity, inner)).clone();
    }
    let relation = entity.relations.iter().find(|r| r.name == name).unwrap();
    let others = world.related(relation, seen);
    if relation.is_one() {
        return others.first().map_or(Value::Null, |other| order_value(world, relation.target, other, inner));
    }
    let (measure, of) = inner.as_object().unwrap().iter().next().unwrap();
    let meets = |other: &&Seen<'_>| of.get("filter").is_none_or(|f| world.holds(relation.target, other, f));
    let met = others.iter().filter(meets);
    if measure == "count" {
        return Value::Int(i64::try_from(met.count()).unwrap());
    }
    let known = met.map(|other| other.get(column(relation.target, &of["field"])).clone()).filter(|v| !v.is_null());
    match measure.as_str() {
        "sum" => known.reduce(|a, b| Value::Int(a.as_int().unwrap() + b.as_int().unwrap())),
        "min" => known.reduce(|a, b| if compare(&b, &a).is_lt() { b } else { a }),
        _ => known.reduce(|a, b| if compare(&b, &a).is_gt() { b } else { a }),
    }
    .unwrap_or(Value::Null)
}

/// How two known values of a column stand to each other.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b).unwrap(),
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        _ => panic!("no order between {a:?} and {b:?}"),
    }
}

#[test]
fn rows_come_in_the_order_asked_by_fields_and_by_relations() {
    let world = World::new(SEED);
    let databases = world_databases(&world);
    let graphs: Vec<(&str, Graph)> = databases.iter().map(|db| (db.backend(), wide(db))).collect();
    let mut tried = 0;
    for entity in roots().filter(|e| e.sortable() && !e.mirrored) {
        let by_key: BTreeMap<String, Seen<'_>> =
            world.rows_of(entity).into_iter().map(|seen| (world.key(entity, &seen), seen)).collect();
        for key in order_keys(entity, 1) {
            let values: BTreeMap<&str, Value> =
                by_key.iter().map(|(id, seen)| (id.as_str(), order_value(&world, entity, seen, &key))).collect();
            for direction in ["ASC", "DESC"] {
                let mut order = key.clone();
                order["direction"] = json!(direction);
                for (backend, graph) in &graphs {
                    tried += 1;
                    let query = list_query(entity, "nodes { id }");
                    let answer = ask_with(graph, &query, json!({ "order": order, "first": 5000 }));
                    let nodes = data(&answer)["list"]["nodes"].as_array().unwrap();
                    assert_eq!(nodes.len(), by_key.len());
                    let came: Vec<&Value> = nodes
                        .iter()
                        .map(|n| &values[id::decode(n["id"].as_str().unwrap()).unwrap().1.as_str()])
                        .collect();
                    for pair in came.windows(2) {
                        let right = match (pair[0].is_null(), pair[1].is_null()) {
                            (_, true) => true,
                            (true, false) => false,
                            _ => {
                                let order = compare(pair[0], pair[1]);
                                if direction == "ASC" { order.is_le() } else { order.is_ge() }
                            }
                        };
                        assert!(right, "{backend} {} by {order}: {:?} before {:?}", entity.name, pair[0], pair[1]);
                    }
                }
            }
        }
    }
    assert!(tried > 400, "only {tried} orders were tried");
}

#[test]
fn an_empty_order_is_the_own_order_and_a_unit_named_twice_is_one() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = wide(&db);
        let list = |arguments: &str| {
            let answer = ask(&graph, &format!("{{ events({arguments}) {{ nodes {{ id }} }} }}"));
            data(&answer)["events"]["nodes"].clone()
        };
        assert_eq!(list("orderBy: [], first: 200"), list("first: 200"));
        let by = |filter: &str| {
            format!("orderBy: {{participations: {{sum: {{field: HEADCOUNT, filter: {filter}}}}}}}, first: 200")
        };
        let once = list(&by("{headcountUnit: {eq: COMPANIES}}"));
        assert_eq!(list(&by("{headcountUnit: {in: [COMPANIES, COMPANIES]}}")), once);
        let both = "{and: [{headcountUnit: {in: [COMPANIES, PEOPLE]}}, {headcountUnit: {in: [COUNTRIES, COMPANIES]}}]}";
        assert_eq!(list(&by(both)), once);
    }
}

#[test]
fn orders_that_say_nothing_or_add_different_units_are_refused() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = wide(&db);
        for (order, told) in [
            ("{}", "exactly one thing"),
            ("{direction: DESC}", "exactly one thing"),
            ("{field: NAME, region: {field: NAME}}", "exactly one thing"),
            ("{region: {}}", "exactly one thing"),
            ("{participations: {}}", "exactly one of count, sum, min, max"),
            ("{participations: {sum: {field: HEADCOUNT}}}", "different units are never added"),
            (
                "{participations: {sum: {field: HEADCOUNT, filter: {headcountUnit: {in: [PEOPLE, COMPANIES]}}}}}",
                "different units",
            ),
            (
                "{participations: {sum: {field: HEADCOUNT, filter: {or: [{headcountUnit: {eq: PEOPLE}}, {role: {eq: HOST}}]}}}}",
                "different units",
            ),
            ("{participations: {count: {filter: {}}}}", "an empty object says nothing"),
            (
                "[{field: NAME}, {field: SLUG}, {field: NAME}, {field: NAME}, {field: NAME}, {field: NAME}, {field: NAME}, {field: NAME}, {field: NAME}]",
                "at most 8",
            ),
        ] {
            let answer = ask(&graph, &format!("{{ events(orderBy: {order}) {{ nodes {{ id }} }} }}"));
            let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{order}: {answer}"));
            assert!(message.contains(told) && message.contains("orderBy"), "{order}: {message}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
        }
    }
}

/// Amounts can be ordered within one dataset only.
fn filter_for(entity: &Entity, order: &Json) -> Json {
    if entity.mirrored && order.to_string().contains("VALUE") {
        json!({ "dataset": { "code": { "eq": "BACI" } } })
    } else {
        Json::Null
    }
}

fn list_query(entity: &Entity, body: &str) -> String {
    let order = if entity.sortable() { format!("$order: [{}Order!], ", entity.name) } else { String::new() };
    let by = if entity.sortable() { "orderBy: $order, " } else { "" };
    format!(
        "query({order}$filter: {}Filter, $first: Int, $after: String, $last: Int, $before: String) {{
           list: {}({by}filter: $filter, first: $first, after: $after, last: $last, before: $before) {{ {body} }}
         }}",
        entity.name,
        entity.plural.unwrap()
    )
}

const PAGE: &str = "totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor revisionChanged }";

/// What identifies the rows of a page: their cursors, which hold the whole key, and ids. A figure's id does not tell
/// its mirrored side from another, its cursor does.
fn rows(list: &Json) -> Vec<String> {
    let edges = list["edges"].as_array().unwrap_or_else(|| panic!("no edges: {list}"));
    edges.iter().map(|e| format!("{} {}", e["node"]["id"].as_str().unwrap(), e["cursor"].as_str().unwrap())).collect()
}

fn ids(list: &Json) -> Vec<String> {
    rows(list).iter().map(|row| row.split(' ').next().unwrap().to_owned()).collect()
}

/// Walks a list by pages in one direction; `between` runs after each page.
fn walk(
    graph: &Graph,
    query: &str,
    fixed: &Json,
    size: usize,
    backward: bool,
    list_of: &dyn Fn(&Json) -> Json,
    mut between: impl FnMut(usize),
) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut cursor = Json::Null;
    for n_page in 0.. {
        assert!(n_page < 1000, "the pages do not end");
        let mut variables = fixed.clone();
        let (count, from) = if backward { ("last", "before") } else { ("first", "after") };
        variables[count] = json!(size);
        variables[from] = cursor.clone();
        let list = list_of(data(&ask_with(graph, query, variables)));
        let page = rows(&list);
        assert!(page.len() <= size);
        let info = &list["pageInfo"];
        let of = |row: Option<&String>| row.map_or(Json::Null, |row| json!(row.split(' ').nth(1).unwrap()));
        assert_eq!(info["startCursor"], of(page.first()));
        assert_eq!(info["endCursor"], of(page.last()));
        assert_eq!(info[if backward { "hasNextPage" } else { "hasPreviousPage" }], json!(n_page > 0));
        let more = info[if backward { "hasPreviousPage" } else { "hasNextPage" }].as_bool().unwrap();
        if backward {
            all.splice(0..0, page);
        } else {
            all.extend(page);
        }
        if !more {
            return all;
        }
        cursor = info[if backward { "startCursor" } else { "endCursor" }].clone();
        between(n_page);
    }
    all
}

/// Fails with the first row that differs.
fn assert_same(came: &[String], expected: &[String], place: &str) {
    let shown = |row: Option<&String>| row.map(|row| row.split(' ').map(decoded).collect::<Vec<_>>().join(" "));
    let at = (0..came.len().max(expected.len())).find(|at| came.get(*at) != expected.get(*at));
    if let Some(at) = at {
        let (lengths, row) = ((came.len(), expected.len()), (shown(came.get(at)), shown(expected.get(at))));
        panic!("{place}: {lengths:?} rows, row {at} came and was expected as {row:?}");
    }
}

fn decoded(text: &str) -> String {
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

fn has_no_double(rows: &[String]) -> bool {
    let mut sorted: Vec<&String> = rows.iter().collect();
    sorted.sort();
    sorted.windows(2).all(|pair| pair[0] != pair[1])
}

#[test]
fn pages_of_root_lists_glued_together_are_the_whole_list() {
    let world = World::new(SEED);
    let databases = world_databases(&world);
    let graphs: Vec<(&str, Graph)> = databases.iter().map(|db| (db.backend(), wide(db))).collect();
    for entity in roots() {
        let query = list_query(entity, PAGE);
        // The same choices on every database, so that their pages can be compared.
        let mut chance = Chance::new(SEED);
        for _ in 0..14 {
            let order = random_order(&mut chance, entity);
            let filter = filter_for(entity, &order);
            let sizes = [1 + chance.below(4), 5 + chance.below(40)];
            let mut wholes: Vec<Vec<String>> = Vec::new();
            for (backend, graph) in &graphs {
                let place = format!("{backend} {} by {order}", entity.name);
                let fixed = json!({ "order": order, "filter": filter });
                let list_of = |data: &Json| data["list"].clone();
                let mut variables = fixed.clone();
                variables["first"] = json!(5000);
                let list = list_of(data(&ask_with(graph, &query, variables)));
                let whole = rows(&list);
                assert!(has_no_double(&whole), "{place}");
                assert_eq!(list["totalCount"].as_u64(), Some(whole.len() as u64), "{place}");
                for size in sizes.into_iter().filter(|size| *size > 2 || whole.len() < 120) {
                    for backward in [false, true] {
                        let glued = walk(graph, &query, &fixed, size, backward, &list_of, |_| ());
                        assert_same(&glued, &whole, &format!("{place}, {size} a page, backward: {backward}"));
                    }
                }
                wholes.push(whole);
            }
            assert!(
                wholes.windows(2).all(|pair| pair[0] == pair[1]),
                "{} by {order}: the databases differ",
                entity.name
            );
        }
    }
}

#[test]
fn nulls_come_last_in_both_directions_and_keys_close_every_order() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = wide(&db);
        for direction in ["ASC", "DESC"] {
            let query = format!(
                "{{ agreements(orderBy: {{field: SIGNED_ON, direction: {direction}}}, first: 5000) {{ nodes {{ signedOn slug }} }} }}"
            );
            let answer = ask(&graph, &query);
            let days: Vec<&Json> =
                data(&answer)["agreements"]["nodes"].as_array().unwrap().iter().map(|n| &n["signedOn"]).collect();
            let n_known = days.iter().filter(|d| !d.is_null()).count();
            assert!(n_known > 0 && n_known < days.len());
            assert!(days[..n_known].iter().all(|d| !d.is_null()), "{direction}: {days:?}");
            let known: Vec<&str> = days[..n_known].iter().map(|d| d.as_str().unwrap()).collect();
            assert!(known.windows(2).all(|p| if direction == "ASC" { p[0] <= p[1] } else { p[0] >= p[1] }));
        }
    }
}

#[test]
fn pages_of_nested_lists_glued_together_are_the_whole_list() {
    let world = World::new(SEED);
    let databases = world_databases(&world);
    let graphs: Vec<(&str, Graph)> = databases.iter().map(|db| (db.backend(), wide(db))).collect();
    for parent in roots() {
        for relation in parent.relations.iter().filter(|r| r.shape == Shape::Connection && r.target.node.is_some()) {
            let target = relation.target;
            let mut chance = Chance::new(SEED + 1);
            for _ in 0..4 {
                let order = random_order(&mut chance, target);
                let filter = filter_for(target, &order);
                let size = 1 + chance.below(5);
                let (declare, by) = if target.sortable() {
                    (format!("$order: [{}Order!], ", target.name), "orderBy: $order, ")
                } else {
                    (String::new(), "")
                };
                let arguments =
                    format!("{by}filter: $filter, first: $first, after: $after, last: $last, before: $before");
                let head = format!(
                    "query({declare}$filter: {}Filter, $first: Int, $after: String, $last: Int, $before: String, $id: ID = \"\")",
                    target.name
                );
                let nested = format!("nested: {}({arguments}) {{ {PAGE} }}", relation.name);
                let all_query = format!(
                    "{head} {{ parents: {}(first: 5000) {{ nodes {{ id {nested} }} }} node(id: $id) {{ id }} }}",
                    parent.plural.unwrap()
                );
                let one_query = format!("{head} {{ node(id: $id) {{ ... on {} {{ {nested} }} }} }}", parent.name);
                let mut answers: Vec<Json> = Vec::new();
                for (backend, graph) in &graphs {
                    let fixed = json!({ "order": order, "filter": filter });
                    let with = |name: &str, n: usize| {
                        let mut variables = fixed.clone();
                        variables[name] = json!(n);
                        variables
                    };
                    let whole = data(&ask_with(graph, &all_query, with("first", 5000))).clone();
                    let heads = data(&ask_with(graph, &all_query, with("first", size))).clone();
                    let tails = data(&ask_with(graph, &all_query, with("last", size))).clone();
                    let parents = |answer: &Json| answer["parents"]["nodes"].as_array().unwrap().clone();
                    for ((all, head), tail) in parents(&whole).iter().zip(parents(&heads)).zip(parents(&tails)) {
                        let id = all["id"].as_str().unwrap();
                        let place = format!("{backend} {}.{} of {id} by {order}, {size}", parent.name, relation.name);
                        let expected = rows(&all["nested"]);
                        assert!(has_no_double(&expected), "{place}");
                        for part in [all, &head, &tail] {
                            assert_eq!(part["nested"]["totalCount"].as_u64(), Some(expected.len() as u64), "{place}");
                        }
                        let n = expected.len().min(size);
                        assert_eq!(rows(&head["nested"]), expected[..n], "{place} head");
                        assert_eq!(rows(&tail["nested"]), expected[expected.len() - n..], "{place} tail");
                        assert_eq!(head["nested"]["pageInfo"]["hasNextPage"], json!(expected.len() > size), "{place}");
                        if expected.len() > size && chance.clone().below(3) == 0 {
                            let mut fixed = fixed.clone();
                            fixed["id"] = json!(id);
                            let list_of = |data: &Json| data["node"]["nested"].clone();
                            for backward in [false, true] {
                                let glued = walk(graph, &one_query, &fixed, size, backward, &list_of, |_| ());
                                assert_same(&glued, &expected, &format!("{place}, backward: {backward}"));
                            }
                        }
                    }
                    answers.push(json!([whole, heads, tails]));
                }
                assert!(
                    answers.windows(2).all(|pair| pair[0] == pair[1]),
                    "{}.{} by {order}: the databases differ",
                    parent.name,
                    relation.name
                );
            }
        }
    }
}

#[test]
fn rows_untouched_between_pages_appear_exactly_once() {
    let world = World::new(SEED);
    let databases = world_databases(&world);
    for db in &databases {
        let graph = wide(db);
        let events = catalog::entity("Event").unwrap();
        let query = list_query(events, PAGE);
        let mut chance = Chance::new(SEED + 2);
        let mut next_id = 10_000_i64;
        let mut revision = 1_i64;
        for backward in [false, true, false, true] {
            let order = random_order(&mut chance, events);
            let size = 1 + chance.below(7);
            let fixed = json!({ "order": order, "filter": null });
            let list_of = |data: &Json| data["list"].clone();
            let whole = |graph: &Graph| {
                let mut variables = fixed.clone();
                variables["first"] = json!(5000);
                ids(&list_of(data(&ask_with(graph, &query, variables))))
            };
            let before = whole(&graph);
            let glued = walk(&graph, &query, &fixed, size, backward, &list_of, |_| {
                let mut conn = db.conn();
                let table = world.table("events");
                let mut row = chance.pick(&table.rows).clone();
                next_id += 1;
                revision += 1;
                row[table.at("id")] = Value::Int(next_id);
                row[table.at("slug")] = Value::Text(format!("new-{next_id}"));
                insert(&mut conn, "events", table.columns, &[], &[row]).unwrap();
                if next_id % 2 == 0 {
                    conn.batch(&format!("DELETE FROM events WHERE id = {}", next_id - 1)).unwrap();
                }
                let at = world.table("revisions").rows[0][1].clone();
                let kind = Value::Text("TEST".to_owned());
                let row = vec![Value::Int(revision), at, kind, Value::Null, Value::Text("{}".to_owned())];
                insert(&mut conn, "revisions", world.table("revisions").columns, &[], &[row]).unwrap();
            });
            let after = whole(&graph);
            let glued: Vec<String> = glued.iter().map(|row| row.split(' ').next().unwrap().to_owned()).collect();
            assert!(has_no_double(&glued), "{} by {order}", db.backend());
            let untouched: Vec<&String> = before.iter().filter(|id| after.contains(id)).collect();
            let came: Vec<&String> = glued.iter().filter(|id| untouched.contains(id)).collect();
            assert_eq!(came, untouched, "{} by {order}, {size} a page, backward: {backward}", db.backend());
        }
    }
}

#[test]
fn a_cursor_of_an_older_revision_goes_on_and_says_so() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = wide(&db);
        let first = ask(&graph, "{ events(first: 3) { pageInfo { endCursor revisionChanged } } }");
        let info = &data(&first)["events"]["pageInfo"];
        assert_eq!(info["revisionChanged"], false);
        let revisions = world.table("revisions");
        let row = vec![
            Value::Int(2),
            revisions.rows[0][1].clone(),
            Value::Text("TEST".to_owned()),
            Value::Null,
            Value::Text("{}".to_owned()),
        ];
        insert(&mut db.conn(), "revisions", revisions.columns, &[], &[row]).unwrap();
        let query =
            "query($after: String) { events(first: 3, after: $after) { nodes { id } pageInfo { revisionChanged } } }";
        let second = ask_with(&graph, query, json!({ "after": info["endCursor"] }));
        assert_eq!(data(&second)["events"]["pageInfo"]["revisionChanged"], true);
        assert_eq!(second["extensions"]["tearoad"]["revision"], "2");
        let moved = ask(&graph, "{ events(atRevision: 1) { totalCount } }");
        assert_eq!(moved["errors"][0]["extensions"]["reason"], "REVISION_MOVED");
        assert!(ask(&graph, "{ events(atRevision: \"2\") { totalCount } }").get("errors").is_none());
    }
}

#[test]
fn wrong_page_arguments_are_refused() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        let made = ask(
            &graph,
            "{ events(first: 2) { pageInfo { endCursor } }
               other: events(first: 2, orderBy: {field: NAME}) { pageInfo { endCursor } }
               filtered: events(first: 2, filter: {slug: {gte: \"\"}}) { pageInfo { endCursor } }
               companies(first: 2) { pageInfo { endCursor } }
               regions(first: 200) { nodes { events(first: 1) { pageInfo { endCursor } } } } }",
        );
        let data = data(&made);
        let cursor = |name: &str| data[name]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
        let nested = data["regions"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .find_map(|r| r["events"]["pageInfo"]["endCursor"].as_str())
            .unwrap();
        let own = cursor("events");
        let mut cases: Vec<(String, &str)> = vec![
            (format!("after: \"{}\"", cursor("other")), "CURSOR_MISMATCH"),
            (format!("after: \"{}\"", cursor("filtered")), "CURSOR_MISMATCH"),
            (format!("after: \"{}\"", cursor("companies")), "CURSOR_MISMATCH"),
            (format!("after: \"{nested}\""), "CURSOR_MISMATCH"),
            (format!("before: \"{nested}\""), "CURSOR_MISMATCH"),
            (format!("after: \"{own}\", orderBy: {{field: STARTS_ON, direction: DESC}}"), "CURSOR_MISMATCH"),
            (format!("after: \"{own}\", filter: {{slug: {{eq: \"x\"}}}}"), "CURSOR_MISMATCH"),
            ("first: 201".to_owned(), "PAGE_SIZE_EXCEEDED"),
            ("last: 201".to_owned(), "PAGE_SIZE_EXCEEDED"),
            ("first: 2147483647".to_owned(), "PAGE_SIZE_EXCEEDED"),
            ("first: -1".to_owned(), "PAGE_ARGUMENTS"),
            ("last: -1".to_owned(), "PAGE_ARGUMENTS"),
            ("first: 1, last: 1".to_owned(), "PAGE_ARGUMENTS"),
            (format!("first: 1, before: \"{own}\""), "PAGE_ARGUMENTS"),
            (format!("last: 1, after: \"{own}\""), "PAGE_ARGUMENTS"),
            (format!("after: \"{own}\", before: \"{own}\""), "PAGE_ARGUMENTS"),
            ("atRevision: 0".to_owned(), "REVISION_MOVED"),
            ("atRevision: \"99999999999\"".to_owned(), "REVISION_MOVED"),
            ("atRevision: \"x\"".to_owned(), "INVALID_NUMBER"),
        ];
        for broken in
            ["", " ", "x", "bm90IGpzb24", "W10", "WzFd", "bnVsbA", "e30", &own[1..], &own[..own.len() - 2], "=", "淄"]
        {
            cases.push((format!("after: \"{broken}\""), "CURSOR_INVALID"));
        }
        for (arguments, reason) in cases {
            let answer = ask(&graph, &format!("{{ events({arguments}) {{ nodes {{ id }} }} }}"));
            assert_eq!(answer["errors"][0]["extensions"]["reason"], *reason, "{} {arguments}: {answer}", db.backend());
            assert!(answer.get("data").is_none_or(|d| d["events"].is_null()), "{arguments}");
        }
        // The same cursor, unchanged, is taken; a page of nothing is allowed.
        for arguments in [
            format!("after: \"{own}\""),
            format!("before: \"{own}\""),
            "first: 0".to_owned(),
            "first: null, after: null".to_owned(),
        ] {
            let answer =
                ask(&graph, &format!("{{ events({arguments}) {{ nodes {{ id }} pageInfo {{ hasNextPage }} }} }}"));
            assert!(answer.get("errors").is_none(), "{arguments}: {answer}");
        }
        let figures = ask(&graph, "{ tradeFigures(first: 1000) { totalCount } }");
        assert!(figures.get("errors").is_none(), "{figures}");
        let figures = ask(&graph, "{ tradeFigures(first: 1001) { totalCount } }");
        assert_eq!(figures["errors"][0]["extensions"]["reason"], "PAGE_SIZE_EXCEEDED");
    }
}

/// A cursor whose values have another type than the columns is broken: it must not reach the database.
#[test]
fn cursors_with_values_of_another_type_are_refused() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        let made = ask(&graph, "{ events(first: 2) { pageInfo { endCursor } } }");
        let own = data(&made)["events"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
        let parts: Vec<Json> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&own).unwrap()).unwrap();
        let wrong =
            [json!(1), json!("x"), json!([1.5]), json!(true), json!({ "t": "2024-01-01T00:00:00" }), json!(null)];
        for at in 2..parts.len() {
            for value in &wrong {
                if std::mem::discriminant(value) == std::mem::discriminant(&parts[at]) && !value.is_object() {
                    continue;
                }
                let mut changed = parts.clone();
                changed[at] = value.clone();
                let cursor = URL_SAFE_NO_PAD.encode(Json::Array(changed).to_string());
                let answer = ask_with(
                    &graph,
                    "query($after: String) { events(after: $after) { nodes { id } } }",
                    json!({ "after": cursor }),
                );
                let reason = &answer["errors"][0]["extensions"]["reason"];
                assert_eq!(*reason, "CURSOR_INVALID", "{} value {at} is {value}: {answer}", db.backend());
            }
        }
    }
}
