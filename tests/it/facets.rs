//! Every facet of every entity, of root lists and of lists below every parent, with a filter and without, on both
//! databases, against [`crate::oracle`]; wrong arguments; the most values that are given.

use serde_json::{Value as Json, json};
use tearoad::catalog::facet::{End, Facet};
use tearoad::catalog::{self, Entity, Shape};
use tearoad::domain::error_code::Reason;
use tearoad::domain::id;
use tearoad::graphql::limits::Limits;
use tearoad::graphql::run::Graph;
use tearoad::graphql::schema::GraphSchema;
use tearoad::storage::bulk::insert;
use tearoad::storage::value::Value;

use crate::oracle::Seen;
use crate::support::{TestDb, ask, ask_with, data, databases, statements};
use crate::world::{World, world_databases};

const SEED: u64 = 20_240_806;

/// Limits under which a whole list is one page.
const WIDE: fn() -> Limits =
    || Limits { page: 5000, cost: u64::MAX, selections: 100_000, aliases: 1000, ..Limits::default() };

fn counted() -> impl Iterator<Item = &'static Entity> {
    catalog::ALL.iter().copied().filter(|e| !e.facets.is_empty())
}

fn end_of(entity: &'static Entity, facet: &Facet) -> End {
    let resolved = facet.resolve(entity);
    resolved.unwrap_or_else(|| panic!("{}.{} leads nowhere: {:?}", entity.name, facet.name, facet.path)).1
}

/// Arguments to try, defaults left to the server among them: what the server is told, and what it means.
fn arguments(end: &End) -> Vec<(String, Json)> {
    match end {
        End::Region(_) => {
            let levels = ["WORLD", "AREA", "COUNTRY", "PROVINCE", "CITY"];
            let given = levels.map(|level| (format!("(level: {level})"), json!({ "level": level })));
            given.into_iter().chain([(String::new(), json!({ "level": "COUNTRY" }))]).collect()
        }
        End::Sectors { .. } => {
            let mut all = vec![(String::new(), json!({ "classification": "TEAROAD" }))];
            for (classification, levels) in [
                ("TEAROAD", vec![None, Some(1)]),
                ("HS", vec![None, Some(0)]),
                ("HS2017", vec![None, Some(0), Some(2), Some(4), Some(6)]),
                ("HS2022", vec![None, Some(0), Some(2)]),
            ] {
                for level in levels {
                    let told = level.map_or(String::new(), |level| format!(", level: {level}"));
                    all.push((
                        format!("(classification: \"{classification}\"{told})"),
                        json!({ "classification": classification, "level": level }),
                    ));
                }
            }
            all
        }
        _ => vec![(String::new(), json!({}))],
    }
}

/// One question about a facet: its alias, text, and what it means.
struct Asked {
    facet: &'static Facet,
    alias: String,
    text: String,
    means: Json,
    single: bool,
}

fn questions(entity: &'static Entity) -> Vec<Asked> {
    let mut out = Vec::new();
    for facet in entity.facets {
        let end = end_of(entity, facet);
        let value = if end.target().is_some() { "value { code }" } else { "value" };
        for (given, means) in arguments(&end) {
            let alias = format!("f{}", out.len());
            let text = format!("{alias}: {}{given} {{ {value} count }}", facet.name);
            out.push(Asked { facet, alias, text, means, single: !matches!(end, End::Sectors { .. }) });
        }
    }
    out
}

/// The entries that came, as the oracle tells them.
fn entries(list: &Json) -> Vec<(Json, usize)> {
    let list = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    let value = |entry: &Json| entry["value"].get("code").unwrap_or(&entry["value"]).clone();
    list.iter().map(|e| (value(e), usize::try_from(e["count"].as_u64().unwrap()).unwrap())).collect()
}

/// Filters of an entity's lists: none, one that leaves some rows, one that leaves none.
fn filters(entity: &Entity) -> Vec<Json> {
    if entity.mirrored {
        let some = json!({ "not": { "reporter": { "within": { "code": "AB" } } } });
        return vec![Json::Null, some, json!({ "period": { "lt": "0002" } })];
    }
    let some = match entity.relation("region") {
        Some(_) => json!({ "not": { "region": { "within": { "code": "AB" } } } }),
        None => json!({ "event": { "kind": { "ne": "FAIR" } } }),
    };
    vec![Json::Null, some, json!({ "not": { "slug": { "gte": "" } } })]
}

fn compare(world: &World, entity: &Entity, asked: &[Asked], list: &Json, rows: &[Seen<'_>], place: &str) {
    assert_eq!(list["totalCount"].as_u64(), Some(rows.len() as u64), "{place}");
    for question in asked {
        let came = entries(&list["facets"][&question.alias]);
        let expected = world.facet(entity, question.facet, &question.means, rows);
        assert_eq!(came, expected, "{place} {} {}", question.facet.name, question.means);
        if question.single {
            assert_eq!(came.iter().map(|(_, n)| n).sum::<usize>(), rows.len(), "{place} {}", question.facet.name);
        }
    }
}

fn texts(asked: &[Asked]) -> String {
    asked.iter().map(|q| q.text.clone()).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_facet_of_every_root_list() {
    let world = World::new(SEED);
    let mut multiple = 0;
    for db in world_databases(&world) {
        let graph = db.graph_with(WIDE());
        for entity in counted() {
            let asked = questions(entity);
            for filter in filters(entity) {
                let plural = entity.plural.unwrap();
                let query = format!(
                    "query($f: {}Filter) {{ {plural}(filter: $f) {{ totalCount facets {{ {} }} }} }}",
                    entity.name,
                    texts(&asked)
                );
                let answer = ask_with(&graph, &query, json!({ "f": filter }));
                let mut rows = world.rows_of(entity);
                rows.retain(|seen| filter.is_null() || world.holds(entity, seen, &filter));
                let place = format!("{} {plural} {filter}", db.backend());
                compare(&world, entity, &asked, &data(&answer)[plural], &rows, &place);
                for question in asked.iter().filter(|q| !q.single) {
                    let sum: usize =
                        entries(&data(&answer)[plural]["facets"][&question.alias]).iter().map(|(_, count)| count).sum();
                    multiple += usize::from(sum > rows.len());
                }
            }
        }
    }
    assert!(multiple > 0, "some rows have several sectors");
}

#[test]
fn every_facet_of_every_nested_list_of_all_parents_at_once() {
    let world = World::new(SEED);
    let mut lists = 0;
    for db in world_databases(&world) {
        let graph = db.graph_with(WIDE());
        for parent in catalog::ALL.iter().copied().filter(|e| e.plural.is_some()) {
            let relations = parent.relations.iter().filter(|r| r.shape == Shape::Connection);
            for relation in relations.filter(|r| !r.target.facets.is_empty()) {
                let target = relation.target;
                let asked = questions(target);
                let mut counts = Vec::new();
                let of_few = (Json::Null, 3);
                for (filter, first) in filters(target).into_iter().map(|f| (f, 5000)).chain([of_few]) {
                    let query = format!(
                        "query($f: {}Filter) {{ parents: {}(first: {first}) {{ nodes {{ id list: {}(filter: $f, first: 1) {{ totalCount facets {{ {} }} }} }} }} }}",
                        target.name,
                        parent.plural.unwrap(),
                        relation.name,
                        texts(&asked)
                    );
                    let answer = ask_with(&graph, &query, json!({ "f": filter }));
                    // Why a filter leaves nothing is looked for in further statements.
                    if filter.is_null() {
                        counts.push(statements(&answer));
                    }
                    let parents = world.rows_of(parent);
                    for node in data(&answer)["parents"]["nodes"].as_array().unwrap() {
                        let key = id::decode(node["id"].as_str().unwrap()).unwrap().1;
                        let seen = parents.iter().find(|seen| world.key(parent, seen) == key).unwrap();
                        let mut rows = world.related(relation, seen);
                        rows.retain(|row| filter.is_null() || world.holds(target, row, &filter));
                        let place = format!("{} {} {key} {filter}", db.backend(), relation.name);
                        compare(&world, target, &asked, &node["list"], &rows, &place);
                        lists += 1;
                    }
                }
                counts.dedup();
                assert_eq!(counts.len(), 1, "statements depend on the number of parents: {counts:?}");
            }
        }
    }
    assert!(lists > 500, "only {lists} lists were compared");
}

#[test]
fn first_gives_the_beginning_and_the_page_does_not_matter() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        let parts = "facets { all: region(level: CITY) { value { code } count } two: region(level: CITY, first: 2) { value { code } count } none: region(first: 0) { count } }";
        let page = |arguments: &str| {
            let answer = ask(&graph, &format!("{{ events({arguments}) {{ {parts} pageInfo {{ endCursor }} }} }}"));
            data(&answer)["events"].clone()
        };
        let begin = page("first: 2");
        let facets = &begin["facets"];
        let (all, two) = (entries(&facets["all"]), entries(&facets["two"]));
        assert!(all.len() > 3, "{all:?}");
        assert_eq!(two, all[..2]);
        assert_eq!(facets["none"], json!([]));
        let after = page(&format!("first: 3, after: {}", begin["pageInfo"]["endCursor"]));
        assert_eq!(&after["facets"], facets, "a cursor changes nothing");
        assert_eq!(&page("last: 1")["facets"], facets);
    }
}

#[test]
fn facets_of_an_empty_list_are_empty_and_say_why() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        for parts in ["region { count } sector { count }", "year(first: 0) { count }"] {
            let query =
                format!("{{ events(filter: {{startsOn: {{gte: \"2124-01-01\"}}}}) {{ facets {{ {parts} }} }} }}");
            let answer = ask(&graph, &query);
            let facets = data(&answer)["events"]["facets"].as_object().unwrap();
            assert!(facets.values().all(|list| *list == json!([])), "{answer}");
            let hints = &answer["extensions"]["tearoad"]["hints"];
            assert!(hints.to_string().contains("startsOn"), "{}: {answer}", db.backend());
        }
        let full = ask(
            &graph,
            "{ events(filter: {startsOn: {gte: \"1900-01-01\"}}) { facets { year(first: 0) { count } } } }",
        );
        assert!(full["extensions"]["tearoad"].get("hints").is_none(), "a list that is cut is not empty: {full}");
    }
}

#[test]
fn values_are_read_like_any_region() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        let answer = ask(
            &graph,
            "{ companies { facets {
                 region { value { id name parent { code } ancestors { code } companies { totalCount } } count }
                 again: region { x: value { code } y: value { ...R } }
                 sector(classification: \"HS2017\") { value { __typename id classification { code } parent { code } } }
             } } } fragment R on Region { code level }",
        );
        let facets = &data(&answer)["companies"]["facets"];
        let regions = facets["region"].as_array().unwrap();
        let codes = facets["again"].as_array().unwrap();
        assert_eq!(regions.len(), codes.len());
        for (region, code) in regions.iter().zip(codes) {
            assert_eq!(code["x"]["code"], code["y"]["code"]);
            if region["value"].is_null() {
                assert!(code["x"].is_null());
                continue;
            }
            let asked = ask_with(
                &graph,
                "query($c: String!) { region(code: $c) { id name parent { code } ancestors { code } companies { totalCount } } }",
                json!({ "c": code["x"]["code"] }),
            );
            assert_eq!(data(&asked)["region"], region["value"]);
            assert_eq!(code["y"]["level"], "COUNTRY");
        }
        let chapters = facets["sector"].as_array().unwrap();
        assert!(chapters.iter().any(|c| c["value"]["parent"]["code"] == "TOTAL"), "{chapters:?}");
        // The facet by region and its values' lists, and the facet by sector; the second one by region shares.
        assert_eq!(statements(&answer), 3);
    }
}

fn refusal(graph: &Graph, query: &str) -> Json {
    let answer = ask(graph, query);
    assert!(answer.get("data").is_none(), "{query}: {answer}");
    let error = answer["errors"][0].clone();
    let reason = &error["extensions"]["reason"];
    assert!(Reason::ALL.iter().any(|r| *reason == r.row().reason), "{query}: {answer}");
    error
}

#[test]
fn wrong_arguments_say_what_to_do() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        let graph = db.graph();
        for (facet, reason, message, hint) in [
            ("sector(classification: \"HS17\")", "UNKNOWN_CODE", "`HS17` is not a known classification", "HS2017"),
            ("sector(classification: \"\")", "UNKNOWN_CODE", "facets.sector.classification: ``", "`classifications`"),
            (
                "sector(classification: \"'\\u0000\")",
                "UNKNOWN_CODE",
                "is not a known classification",
                "`classifications`",
            ),
            ("sector(level: 2)", "INVALID_ARGUMENT", "facets.sector.level: `2`", "its levels: 1"),
            ("sector(classification: \"HS2017\", level: 3)", "INVALID_ARGUMENT", "`HS2017`", "its levels: 0, 2, 4, 6"),
            ("sector(level: -1)", "INVALID_ARGUMENT", "`-1` is not a level", "its levels: 1"),
            ("sector(first: -1)", "PAGE_ARGUMENTS", "facets.sector.first: `-1`", "leave it out"),
            ("region(first: 1001)", "PAGE_SIZE_EXCEEDED", "1001 values, at most 1000", "fewer"),
            ("region(first: 2147483648)", "INVALID_DOCUMENT", "", ""),
            ("region(level: STREET)", "INVALID_DOCUMENT", "STREET", ""),
            ("region(level: null)", "INVALID_DOCUMENT", "", ""),
            ("region(level: \"CITY\")", "INVALID_DOCUMENT", "", ""),
            ("sector(classification: null)", "INVALID_DOCUMENT", "", ""),
            ("sector(level: 1.5)", "INVALID_DOCUMENT", "", ""),
        ] {
            let error = refusal(&graph, &format!("{{ companies {{ facets {{ {facet} {{ count }} }} }} }}"));
            let place = format!("{} {facet}: {error}", db.backend());
            assert_eq!(error["extensions"]["reason"], reason, "{place}");
            assert!(error["message"].as_str().unwrap().contains(message), "{place}");
            assert!(error["extensions"]["hint"].as_str().unwrap().contains(hint), "{place}");
            let nested =
                format!("{{ regions(first: 1) {{ nodes {{ companies {{ facets {{ {facet} {{ count }} }} }} }} }} }}");
            assert_eq!(refusal(&graph, &nested)["extensions"]["reason"], reason, "{place} nested");
        }
        let answer = ask_with(
            &graph,
            "query($l: RegionLevel, $n: Int) { companies { facets { region(level: $l, first: $n) { count } } } }",
            json!({ "n": null }),
        );
        assert!(data(&answer)["companies"]["facets"]["region"].is_array(), "left out and null are the defaults");
        let answer = ask_with(
            &graph,
            "query($l: RegionLevel = CITY) { companies { facets { kinds: region(level: $l) { count } } } }",
            json!({ "l": null }),
        );
        assert_eq!(answer["errors"][0]["path"], json!(["companies", "facets", "kinds"]), "{answer}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("$l"), "{answer}");
    }
}

/// More years than are given.
fn many_years(n: usize) -> Vec<TestDb> {
    const COLUMNS: &[&str] = &["id", "slug", "kind", "founded_on", "founded_precision", "sort_name"];
    let all = databases();
    for db in &all {
        let rows: Vec<Vec<Value>> = (0..n)
            .map(|i| {
                let year = i32::try_from(i).unwrap() + 1001;
                vec![
                    Value::Int(i64::from(year)),
                    Value::Text(format!("company-{year}")),
                    Value::Text("COMPANY".to_owned()),
                    Value::Date(chrono::NaiveDate::from_ymd_opt(year, 12, 31).unwrap()),
                    Value::Text("DAY".to_owned()),
                    Value::Text(format!("company-{year}")),
                ]
            })
            .collect();
        insert(&mut db.conn(), "parties", COLUMNS, &[], &rows).unwrap();
    }
    all
}

#[test]
fn too_many_values_are_an_error_and_never_cut() {
    for (n, is_refused) in [(1000, false), (1001, true)] {
        for db in many_years(n) {
            let graph = db.graph();
            let answer = ask(&graph, "{ companies { facets { foundedYear { value count } } } }");
            if is_refused {
                let error = &answer["errors"][0];
                assert_eq!(error["extensions"]["reason"], "PAGE_SIZE_EXCEEDED", "{answer}");
                assert_eq!(error["message"], "facets.foundedYear: 1001 values, at most 1000 are given");
                assert!(error["extensions"]["hint"].as_str().unwrap().contains("first"), "{answer}");
            } else {
                assert_eq!(data(&answer)["companies"]["facets"]["foundedYear"].as_array().unwrap().len(), n);
            }
            let cut = ask(&graph, "{ companies { facets { foundedYear(first: 2) { value count } } } }");
            let expected = json!([{ "value": 1001, "count": 1 }, { "value": 1002, "count": 1 }]);
            assert_eq!(data(&cut)["companies"]["facets"]["foundedYear"], expected);
        }
    }
}

/// A statement that looks at each node of each row takes minutes here.
#[test]
fn many_rows_of_many_sectors_are_counted_within_the_time_limit() {
    const N: i64 = 20_000;
    for db in databases() {
        let mut conn = db.conn();
        let text = |text: String| Value::Text(text);
        insert(
            &mut conn,
            "classifications",
            &["id", "code", "family", "title"],
            &[],
            &[vec![Value::Int(1), text("BIG".to_owned()), text("BIG".to_owned()), text("Big".to_owned())]],
        )
        .unwrap();
        let parent = |id: i64| if id <= 10 { Value::Null } else { Value::Int(id % 10 + 1) };
        let sectors: Vec<Vec<Value>> = (1..=5000)
            .map(|id| {
                let level = if id <= 10 { 2 } else { 4 };
                vec![
                    Value::Int(id),
                    Value::Int(1),
                    text(format!("{id:04}")),
                    Value::Int(level),
                    parent(id),
                    text(format!("/{id}/")),
                    text(format!("{id:04}")),
                ]
            })
            .collect();
        let columns = &["id", "classification_id", "code", "level", "parent_id", "path", "sort_name"];
        insert(&mut conn, "sectors", columns, &[], &sectors).unwrap();
        let parties: Vec<Vec<Value>> = (1..=N)
            .map(|id| vec![Value::Int(id), text(format!("c{id}")), text("COMPANY".to_owned()), text(format!("c{id}"))])
            .collect();
        insert(&mut conn, "parties", &["id", "slug", "kind", "sort_name"], &[], &parties).unwrap();
        // Two goods of a company below one chapter, 20 companies without goods.
        let pairs: Vec<Vec<Value>> = (1..=N - 20)
            .flat_map(|id| [id % 4000 + 11, (id % 4000 + 11 + 500) % 4900 + 100])
            .zip(0..)
            .map(|(sector, at): (i64, i64)| vec![Value::Int(at / 2 + 1), Value::Int(sector)])
            .collect();
        insert(&mut conn, "party_sectors", &["party_id", "sector_id"], &[], &pairs).unwrap();
        let graph = db.graph();
        let query = "{ companies { facets { sector(classification: \"BIG\") { value { code } count } } } }";
        let answer = ask(&graph, query);
        let came = entries(&data(&answer)["companies"]["facets"]["sector"]);
        assert_eq!(came.len(), 11, "{came:?}");
        assert_eq!(came[10], (Json::Null, 20));
        assert!(came.iter().map(|(_, n)| n).sum::<usize>() >= 20_000, "{came:?}");
    }
}

#[test]
fn facets_have_a_price() {
    let world = World::new(SEED);
    let databases = world_databases(&world);
    let query = "{ events(first: 10) { nodes { participations(first: 1) { facets { role { count } } } } } }";
    // 10 events, 10 participations, 10 times 10 roles and the unknown one, and 500 for the statement.
    let priced = |cost: u64| ask(&databases[0].graph_with(Limits { cost, ..Limits::default() }), query);
    let refused = priced(629);
    assert_eq!(refused["errors"][0]["message"], "the operation asks for up to 630 rows, at most 629 are allowed");
    assert!(data(&priced(630))["events"].is_object());
    let below = "{ events { facets { region { value { companies(first: 200) { nodes { participations(first: 200) { nodes { id } } } } } } } } }";
    let error = refusal(&databases[0].graph(), below);
    assert_eq!(error["extensions"]["reason"], "TOO_EXPENSIVE", "lists below values are priced: {error}");
}

#[test]
fn the_schema_offers_every_facet_of_the_catalogue() {
    let schema = GraphSchema::build().unwrap();
    let mut n = 0;
    for entity in counted() {
        let offered = &schema.types.get_object(&format!("{}Facets", entity.name)).unwrap().fields;
        assert_eq!(offered.len(), entity.facets.len(), "{}", entity.name);
        for facet in entity.facets {
            let ty = format!("[{}!]!", end_of(entity, facet).type_name());
            assert_eq!(offered.get(facet.name).unwrap().ty.to_string(), ty, "{}.{}", entity.name, facet.name);
            n += 1;
        }
        assert!(schema.types.get_object(&format!("{}Connection", entity.name)).unwrap().fields.contains_key("facets"));
    }
    assert!(n >= 21, "{n} facets");
}
