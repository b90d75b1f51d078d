//! Who keeps a copy: what changed since a revision, and that a copy which follows it stays equal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use tearoad::catalog::{self, Entity, NodeKey, Shape, enums};
use tearoad::graphql::limits::Limits;
use tearoad::graphql::run::Graph;
use tearoad::storage::bulk::Fixed;
use tearoad::storage::conn::Conn;
use tearoad::storage::migrate;
use tearoad::storage::pool::PoolConfig;
use tearoad::storage::revision::{self, Change};
use tearoad::transfer::{Options, datasets, nomenclature, seed, synthetic};

use crate::export::{get, lines, query, serving};
use crate::support::{TestDb, ask, ask_with, data, databases, demo_databases, import};

#[test]
fn changes_tell_their_revision_and_nothing_new_is_no_mistake() {
    for db in demo_databases() {
        let graph = db.graph();
        let answer =
            ask(&graph, "{ service { revision committedAt } changes(since: 1) { nodes { revision committedAt } } }");
        let (service, changes) = (&data(&answer)["service"], &data(&answer)["changes"]["nodes"]);
        assert!(!changes.as_array().unwrap().is_empty());
        for change in changes.as_array().unwrap() {
            assert_eq!((&change["revision"], &change["committedAt"]), (&service["revision"], &service["committedAt"]));
        }
        let newest =
            ask(&graph, "{ changes(since: 2, filter: { entity: { eq: Event } }) { totalCount nodes { key } } }");
        assert_eq!(data(&newest)["changes"], json!({ "totalCount": 0, "nodes": [] }));
        assert!(newest["extensions"]["tearoad"].get("hints").is_none(), "{newest}");
        let wrong = ask(&graph, "{ changes(since: \"x\") { totalCount } }");
        assert_eq!(wrong["errors"][0]["extensions"]["reason"], "INVALID_NUMBER");
    }
}

/// Pages meet every change once, and a page's cursor belongs to its `since`.
#[test]
fn changes_are_walked_by_pages() {
    const QUERY: &str = "query($since: BigInt, $after: String) { changes(since: $since, first: 7, after: $after) { nodes { id revision entity key } pageInfo { hasNextPage endCursor } } }";
    for db in demo_databases() {
        let graph = db.graph();
        let mut keys: Vec<(i64, String, String)> = Vec::new();
        let mut after = json!(null);
        loop {
            let answer = ask_with(&graph, QUERY, json!({ "since": "0", "after": after }));
            let list = &data(&answer)["changes"];
            for node in list["nodes"].as_array().unwrap() {
                let text = |name: &str| node[name].as_str().unwrap().to_owned();
                keys.push((text("revision").parse().unwrap(), text("entity"), text("key")));
            }
            after = list["pageInfo"]["endCursor"].clone();
            if list["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert!(keys.is_sorted(), "in the order of revision, type and key, each once");
        let stored = db.conn().rows(Fixed("SELECT COUNT(*) FROM changes"), &[]).unwrap()[0].int(0).unwrap();
        assert_eq!(i64::try_from(keys.len()).unwrap(), stored);
        let other = ask_with(&graph, QUERY, json!({ "since": "1", "after": after }));
        assert_eq!(other["errors"][0]["extensions"]["reason"], "CURSOR_MISMATCH", "{other}");
    }
}

fn figures(key: &str) -> Change {
    Change {
        entity: "TradeFigure",
        key: key.to_owned(),
        action: "FIGURES",
        inserted: 1,
        updated: 0,
        deleted: 0,
        replaced: false,
    }
}

fn finish(conn: &mut Conn, change: Change) -> Result<i64, tearoad::storage::StorageError> {
    conn.write(|conn| revision::finish(conn, "IMPORT", None, &json!({}), &[change]))
}

/// A change that nobody could act on is a fault of the writer.
#[test]
fn a_change_without_a_place_is_not_written() {
    for db in databases() {
        let mut conn = db.conn();
        for key in ["BACI", "BACI/CN", "BACI/CN/20", "BACI/CN/2023/X"] {
            assert!(finish(&mut conn, figures(key)).is_err(), "{key}");
        }
        assert!(finish(&mut conn, Change { entity: "Sekt", ..figures("BACI/CN/2023") }).is_err());
        assert_eq!(finish(&mut conn, figures("BACI/CN/2023-Q2")).unwrap(), 1);
    }
}

/// Changes from before the columns of figures get them from their keys.
#[test]
fn older_changes_of_figures_are_told_apart_too() {
    for db in databases() {
        let mut conn = db.conn();
        for key in ["BACI-HS17/CN-370300/2023", "D/CN/2023-Q3", "D/CN/2023-11"] {
            finish(&mut conn, figures(key)).unwrap();
        }
        let read = |conn: &mut Conn| {
            let statement = Fixed(
                "SELECT entity_key, dataset, reporter, period_start, period_months FROM changes ORDER BY revision",
            );
            conn.rows(statement, &[]).unwrap().into_iter().map(|row| format!("{:?}", row.values)).collect::<Vec<_>>()
        };
        let before = read(&mut conn);
        assert!(before[1].contains("Text(\"D\"), Text(\"CN\"), Int(24282), Int(3)"), "{before:?}");
        while migrate::down(&mut conn).unwrap().is_some_and(|name| !name.ends_with("followed_changes")) {}
        migrate::up(&mut conn).unwrap();
        assert_eq!(read(&mut conn), before, "{}", db.backend());
    }
}

/// Key of an object: its type and natural key. Key of figures: dataset, reporter and period.
type Place = (String, String);

/// What a partner keeps: every object with everything that has no key of its own, and figures with what is said of
/// their completeness.
#[derive(Debug, Clone, Default, PartialEq)]
struct Copy {
    revision: i64,
    held: BTreeMap<Place, Json>,
}

/// The fields by which an object is known.
fn key_selection(entity: &Entity) -> &'static str {
    match entity.node {
        Some(NodeKey::Sector) => "code classification { code }",
        Some(NodeKey::Column("slug")) => "slug",
        _ => "code",
    }
}

/// Everything of an object that has no key of its own; of what has, the key.
fn whole_selection(entity: &'static Entity, is_below: bool) -> String {
    let mut parts: Vec<String> = entity.fields.iter().filter(|f| f.output).map(|f| f.name.to_owned()).collect();
    if entity.names.is_some() && !is_below {
        parts.push("names { language text }".to_owned());
    }
    for relation in entity.relations {
        match relation.shape {
            Shape::Object => parts.push(format!("{} {{ {} }}", relation.name, key_selection(relation.target))),
            Shape::List if is_below || parts.iter().any(|p| p.starts_with(&format!("{} ", relation.name))) => {}
            Shape::List if relation.target.plural.is_some() => {
                parts.push(format!("{} {{ {} }}", relation.name, key_selection(relation.target)));
            }
            Shape::List => parts.push(format!("{} {{ {} }}", relation.name, whole_selection(relation.target, true))),
            Shape::Connection | Shape::Hidden => {}
        }
    }
    parts.join(" ")
}

fn place_of(entity: &Entity, node: &Json) -> Place {
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    let key = match entity.node {
        Some(NodeKey::Sector) => format!("{}/{}", text(&node["classification"]["code"]), text(&node["code"])),
        _ => text(node.get("slug").unwrap_or(&node["code"])),
    };
    (entity.name.to_owned(), key)
}

/// Objects that can change.
fn objects() -> impl Iterator<Item = &'static Entity> {
    let words = enums::CHANGED_ENTITY.values.iter().map(|(word, _, _)| *word);
    words.filter(|word| *word != "TradeFigure").map(|word| catalog::entity(word).unwrap())
}

/// The service that a copy is of.
struct Origin {
    graph: Graph,
    port: u16,
}

impl Origin {
    fn new(db: &TestDb) -> Self {
        let limits = Limits { page: 5000, cost: u64::MAX, ..Limits::default() };
        let config = PoolConfig { threads: 1, ..PoolConfig::for_address(&db.address) };
        Self { graph: db.graph_with(limits), port: serving(db, config) }
    }

    /// Objects that meet a filter.
    fn objects(&self, entity: &'static Entity, filter: &Json, into: &mut BTreeMap<Place, Json>) {
        let list = entity.plural.unwrap();
        let document = format!(
            "query($filter: {}Filter, $after: String) {{ {list}(filter: $filter, first: 5000, after: $after) {{ nodes {{ {} }} pageInfo {{ hasNextPage endCursor }} }} }}",
            entity.name,
            whole_selection(entity, false)
        );
        let mut after = json!(null);
        loop {
            let answer = ask_with(&self.graph, &document, json!({ "filter": filter, "after": after }));
            let page = &data(&answer)[list];
            for node in page["nodes"].as_array().unwrap() {
                into.insert(place_of(entity, node), node.clone());
            }
            if page["pageInfo"]["hasNextPage"] == false {
                return;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// Figures that meet a filter, by dataset, reporter and period; the revision that they are of.
    fn figures(&self, mut filter: Json, at: Option<i64>, into: &mut BTreeMap<Place, Json>) -> i64 {
        filter["mirrored"] = json!({ "eq": false });
        let mut parameters = vec![("filter", filter.to_string())];
        parameters.extend(at.map(|at| ("atRevision", at.to_string())));
        let answer = get(self.port, &format!("/export/tradeFigures.ndjson?{}", query(&parameters)), "");
        for row in lines(&answer) {
            let text = |name: &str| row[name].as_str().unwrap();
            let key = format!("{}/{}/{}", text("dataset.code"), text("reporter.code"), text("period"));
            let body = into.entry(("TradeFigure".to_owned(), key)).or_insert_with(|| json!({ "rows": [] }));
            body["rows"].as_array_mut().unwrap().push(row);
        }
        answer.headers["tearoad-revision"].parse().unwrap()
    }

    /// What is said of the completeness of figures.
    fn coverage(&self, dataset: &str, filter: &Json, into: &mut BTreeMap<Place, Json>) {
        let document = "query($dataset: String!, $filter: CoverageFilter) { dataset(code: $dataset) { coverage(filter: $filter, first: 5000) { nodes { reporter { code } period partners sectors figures } pageInfo { hasNextPage } } } }";
        let answer = ask_with(&self.graph, document, json!({ "dataset": dataset, "filter": filter }));
        let list = &data(&answer)["dataset"]["coverage"];
        assert_eq!(list["pageInfo"]["hasNextPage"], false);
        for node in list["nodes"].as_array().unwrap() {
            let key = format!(
                "{dataset}/{}/{}",
                node["reporter"]["code"].as_str().unwrap(),
                node["period"].as_str().unwrap()
            );
            let body = into.entry(("TradeFigure".to_owned(), key)).or_insert_with(|| json!({ "rows": [] }));
            body["coverage"] = node.clone();
        }
    }

    /// Everything there is.
    fn pull(&self) -> Copy {
        let mut held = BTreeMap::new();
        for entity in objects() {
            self.objects(entity, &Json::Null, &mut held);
        }
        let revision = self.figures(json!({}), None, &mut held);
        let datasets: Vec<String> = held.keys().filter(|(ty, _)| ty == "Dataset").map(|(_, key)| key.clone()).collect();
        for dataset in datasets {
            self.coverage(&dataset, &Json::Null, &mut held);
        }
        Copy { revision, held }
    }

    /// Brings a copy up to date with what changed, and nothing else; the number of changes.
    fn follow(&self, copy: &mut Copy) -> usize {
        let answer = get(self.port, &format!("/export/changes.ndjson?since={}", copy.revision), "");
        let newest: i64 = answer.headers["tearoad-revision"].parse().unwrap();
        let changes = lines(&answer);
        // The last word on each key counts.
        let mut actions: BTreeMap<Place, &str> = BTreeMap::new();
        for change in &changes {
            let text = |name: &str| change[name].as_str().unwrap();
            actions.insert((text("entity").to_owned(), text("key").to_owned()), text("action"));
        }
        let is_gone = |ty: &str, key: &str| actions.get(&(ty.to_owned(), key.to_owned())) == Some(&"DELETE");
        let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (ty, key) in actions.keys() {
            copy.held.remove(&(ty.clone(), key.clone()));
            let dataset = if ty == "TradeFigure" { key.split('/').next().unwrap() } else { "" };
            if !is_gone(ty, key) && !is_gone("Dataset", dataset) {
                keys.entry(ty.as_str()).or_default().push(key);
            }
        }
        for (ty, keys) in keys {
            let entity = catalog::entity(ty).unwrap();
            for part in keys.chunks(200) {
                match entity.node {
                    Some(NodeKey::Figure) => self.figures_of(part, newest, copy),
                    Some(NodeKey::Sector) => {
                        let is = |key: &&str| {
                            let (classification, code) = key.split_once('/').unwrap();
                            json!({ "classification": { "code": { "eq": classification } }, "code": { "eq": code } })
                        };
                        let any: Vec<Json> = part.iter().map(is).collect();
                        self.objects(entity, &json!({ "or": any }), &mut copy.held);
                    }
                    _ => self.objects(entity, &json!({ key_selection(entity): { "in": part } }), &mut copy.held),
                }
            }
        }
        copy.revision = newest;
        changes.len()
    }

    fn figures_of(&self, keys: &[&str], newest: i64, copy: &mut Copy) {
        for key in keys {
            let parts: Vec<&str> = key.split('/').collect();
            let [dataset, reporter, period] = parts[..] else { panic!("{key}") };
            let of = json!({ "reporter": { "code": { "eq": reporter } }, "period": { "eq": period } });
            let mut filter = of.clone();
            filter["dataset"] = json!({ "code": { "eq": dataset } });
            self.figures(filter, Some(newest), &mut copy.held);
            self.coverage(dataset, &of, &mut copy.held);
        }
    }
}

fn assert_equal(copy: &Copy, fresh: &Copy, after: &str) {
    assert_eq!(copy.revision, fresh.revision, "{after}");
    let places: BTreeSet<&Place> = copy.held.keys().chain(fresh.held.keys()).collect();
    let differ: Vec<String> = places
        .into_iter()
        .filter(|place| copy.held.get(place) != fresh.held.get(place))
        .map(|place| format!("{place:?}: {:?} is {:?}", copy.held.get(place), fresh.held.get(place)))
        .collect();
    assert!(differ.is_empty(), "{after}: {} differ, first {}", differ.len(), differ[0]);
}

const NOMENCLATURE: &str = "classification,edition,code,description,parent,level\n\
    H5,HS2017,0101,Horses,01,4\n\
    H5,HS2017,010121,\"Horses; live, pure-bred breeding animals\",0101,6\n\
    H5,HS2017,010129,\"Horses; live, other\",0101,6\n\
    H5,HS2017,270900,Oils; crude,2709,6\n";

/// Versions of a BACI year: changed, added and removed rows, exporters that come and go.
const YEARS: [(&str, &str); 6] = [
    (
        "BACI_HS17_Y2020_V1.csv",
        "2020,710,156,010121,12.5,1\n2020,710,156,010129,3,\n2020,710,842,270900,1000,7\n2020,842,710,270900,5,5\n",
    ),
    (
        "BACI_HS17_Y2020_V2.csv",
        "2020,710,156,010121,13.5,1\n2020,710,842,270900,1000,7\n2020,710,643,270900,2,2\n2020,842,710,270900,5,5\n",
    ),
    ("BACI_HS17_Y2021_V2.csv", "2021,710,156,010121,1,1\n2021,156,710,010129,2,2\n"),
    ("BACI_HS17_Y2020_V3.csv", "2020,710,156,010121,13.5,1\n2020,842,710,270900,5,5\n2020,842,710,010121,5,5\n"),
    (
        "BACI_HS17_Y2020_V1.csv",
        "2020,710,156,010121,12.5,1\n2020,710,156,010129,3,\n2020,710,842,270900,1000,7\n2020,842,710,270900,5,5\n",
    ),
    (
        "BACI_HS17_Y2020_V1.csv",
        "2020,710,156,010121,12.5,1\n2020,710,156,010129,3,\n2020,710,842,270900,1000,7\n2020,842,710,270900,5,5\n",
    ),
];

/// A copy that pulls only what changed equals a fresh one after every import, and so does one that looks every third
/// time.
#[test]
fn a_copy_that_follows_stays_equal() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let nomenclature_file = write("nomenclature.csv", NOMENCLATURE);
    let renamed = write("renamed.csv", &NOMENCLATURE.replace("Oils; crude", "Crude oils").replace("010129", "010130"));
    let more =
        write("product_codes_HS17_V2.csv", "code,description\n010121,Horses\n010129,x\n270900,y\n271012,Light oils\n");
    for db in databases() {
        let origin = Origin::new(&db);
        let mut copy = Copy::default();
        let mut lazy = Copy::default();
        let mut n_steps = 0;
        let mut step = |what: &str, is_new: bool| {
            let n_changes = origin.follow(&mut copy);
            assert_eq!(n_changes > 0, is_new, "{what}");
            let fresh = origin.pull();
            assert_equal(&copy, &fresh, &format!("{what} on {}", db.backend()));
            n_steps += 1;
            if n_steps % 3 == 0 {
                origin.follow(&mut lazy);
                assert_equal(&lazy, &fresh, &format!("{what}, lazily, on {}", db.backend()));
            }
        };
        let mut conn = db.conn();
        step("nothing", false);
        seed::load_reference(&mut conn).unwrap();
        step("the reference lists", true);
        seed::load_demo(&mut conn).unwrap();
        step("the demo", true);
        synthetic::load(&mut conn, synthetic::Counts { companies: 40, events: 12, participations: 90 }).unwrap();
        step("synthetic data", true);
        let options = Options::default();
        nomenclature::import(&mut conn, &options, std::slice::from_ref(&nomenclature_file), &|_| {}).unwrap();
        step("a nomenclature", true);
        nomenclature::import(&mut conn, &options, std::slice::from_ref(&renamed), &|_| {}).unwrap();
        step("other names and one more node", true);
        for (at, (name, rows)) in YEARS.iter().enumerate() {
            let mut files = vec![write(name, &format!("t,i,j,k,v,q\n{rows}"))];
            if at == 1 {
                files.push(more.clone());
            }
            import(&mut conn, "baci", &options, &files, &|_| {}).unwrap();
            step(&format!("{name}, number {at}"), at < 5);
        }
        let complete = Options { complete: true, ..Options::default() };
        let same = write(YEARS[0].0, &format!("t,i,j,k,v,q\n{}", YEARS[0].1));
        import(&mut conn, "baci", &complete, &[same], &|_| {}).unwrap();
        step("the same figures called complete", true);
        let bad = write("BACI_HS17_Y2020_V4.csv", "t,i,j,k,v,q\n2020,710,156,010121,99,1\n2020,710,156,999999,3,\n");
        import(&mut conn, "baci", &Options { skip_bad: true, ..Options::default() }, &[bad], &|_| {}).unwrap();
        step("a file with a bad line", true);
        let head =
            "period,reporterCode,partnerCode,flowCode,cmdCode,classificationCode,primaryValue,netWgt,qty,qtyUnitAbbr";
        let months = write(
            "months.csv",
            &format!(
                "{head}\n202001,156,710,X,270900,H5,1000.5,5,3,u\n202001,156,710,M,270900,H5,7,,,\n202002,156,710,X,270900,H5,8,,,\n"
            ),
        );
        import(&mut conn, "comtrade", &options, &[months], &|_| {}).unwrap();
        step("months of another source", true);
        let added =
            write("added.csv", &format!("{head}\n202001,156,842,X,010121,H5,5,,,\n202001,156,710,M,270900,H5,9,,,\n"));
        import(&mut conn, "comtrade", &options, std::slice::from_ref(&added), &|_| {}).unwrap();
        step("partners that are added, and an amount that changed", true);
        let replace = Options { replace: true, ..Options::default() };
        import(&mut conn, "comtrade", &replace, &[added], &|_| {}).unwrap();
        step("the same instead of what was there", true);
        datasets::drop(&mut conn, "BACI-HS2017", true, &|_| {}).unwrap();
        step("a dataset that is gone", true);
        let again = write(YEARS[2].0, &format!("t,i,j,k,v,q\n{}", YEARS[2].1));
        import(&mut conn, "baci", &options, &[again], &|_| {}).unwrap();
        step("a part of it again", true);
        datasets::drop(&mut conn, "BACI-HS2017", true, &|_| {}).unwrap();
        let other = write(YEARS[3].0, &format!("t,i,j,k,v,q\n{}", YEARS[3].1));
        import(&mut conn, "baci", &options, &[other], &|_| {}).unwrap();
        step("gone and there again with other figures", true);
        assert!(n_steps >= 20 && origin.pull().held.len() > 500);
    }
}
