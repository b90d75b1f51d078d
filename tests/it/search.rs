//! Search over generated names in three scripts: both databases give the same hits in the same order, what is there is
//! found in every way that the schema promises, terms stay in step with names and codes whoever writes them, and the
//! number of statements does not depend on the number of hits.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tearoad::domain::fold::fold;
use tearoad::graphql::run::Graph;
use tearoad::storage::bulk::{Fixed, insert};
use tearoad::storage::conn::Conn;
use tearoad::storage::value::Value;
use tearoad::storage::{migrate, terms};
use tearoad::transfer::{Options, nomenclature, seed};

use crate::support::{TestDb, ask, ask_with, data, databases, demo_databases, statements};
use crate::world::Chance;

/// Generated companies; more than a look-up reads of one word, so that common words are common.
const COMPANIES: i64 = 1_300;

/// Slug and names of a generated company. Every one of them trades and has a legal form.
fn company(id: i64, chance: &mut Chance) -> (String, Vec<(&'static str, String)>) {
    let latin = ["ba", "ri", "to", "ken", "lu", "sha", "mor", "vi"];
    let cyrillic = ["ба", "ри", "то", "кен", "лу", "ша", "мор", "ви"];
    let han: Vec<char> = "东方华鑫盛泰山海天星龙腾飞达".chars().collect();
    let parts: Vec<usize> = (0..3).map(|_| chance.below(8)).collect();
    let word = |of: [&str; 8]| parts.iter().map(|p| of[*p]).collect::<String>();
    let mut names = vec![("en", format!("{} Trading {id} Company", word(latin)))];
    if id % 2 == 0 {
        names.push(("ru", format!("ООО «{}»", word(cyrillic))));
    }
    if id % 3 == 0 {
        let run: String = (0..3).map(|_| han[chance.below(14)]).collect();
        names.push(("zh", format!("淄博{run}有限公司")));
    }
    (format!("company-{id}"), names)
}

/// Slugs and names of companies.
type Companies = BTreeMap<String, Vec<(&'static str, String)>>;

/// Databases with the demo and the generated companies, and these.
fn generated() -> (Vec<TestDb>, Companies) {
    let all = demo_databases();
    let mut chance = Chance::new(11);
    let companies: Vec<_> = (1..=COMPANIES).map(|id| (id + 1_000, company(id, &mut chance))).collect();
    for db in &all {
        let text = |text: &str| Value::Text(text.to_owned());
        let (mut parties, mut names, mut codes) = (Vec::new(), Vec::new(), Vec::new());
        for (id, (slug, own)) in &companies {
            let region = Value::Int(1 + id % 400);
            parties.push(vec![Value::Int(*id), text(slug), text("COMPANY"), region, text(&fold(&own[0].1))]);
            codes.push(vec![text("LEI"), text(&format!("5493{id:014}AB")), Value::Int(*id)]);
            for (language, name) in own {
                let row =
                    [text("PARTY"), Value::Int(*id), text(language), Value::Int(0), text(name), text(&fold(name))];
                names.push(row.to_vec());
            }
        }
        let conn = &mut db.conn();
        insert(conn, "parties", &["id", "slug", "kind", "region_id", "sort_name"], &[], &parties).unwrap();
        let columns = &["subject_kind", "subject_id", "language", "ordinal", "text", "folded"];
        insert(conn, "names", columns, &[], &names).unwrap();
        insert(conn, "party_codes", &["scheme", "code", "party_id"], &[], &codes).unwrap();
        let ids: Vec<i64> = companies.iter().map(|(id, _)| *id).collect();
        terms::add(conn, "parties", &ids).unwrap();
    }
    (all, companies.into_iter().map(|(_, own)| own).collect())
}

const SEARCH: &str = "query($text: String!, $first: Int! = 20, $lang: Language, $kinds: [SearchKind!]) {
  search(text: $text, first: $first, lang: $lang, kinds: $kinds) {
    hits { match matched language scheme score node { __typename ... on Node { id } ... on Party { slug region { code } } } }
    hasMore } }";

/// The hits of a text, equal on every graph.
fn hits(graphs: &[Graph], variables: &Json) -> Vec<Json> {
    let answers: Vec<Json> =
        graphs.iter().map(|g| data(&ask_with(g, SEARCH, variables.clone()))["search"].clone()).collect();
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{variables}: {answers:#?}");
    answers[0]["hits"].as_array().unwrap().clone()
}

fn slugs(hits: &[Json]) -> Vec<&str> {
    hits.iter().filter_map(|hit| hit["node"]["slug"].as_str()).collect()
}

#[test]
fn generated_names_are_found_alike_on_both_databases() {
    let (all, companies) = generated();
    let graphs: Vec<Graph> = all.iter().map(TestDb::graph).collect();
    let mut chance = Chance::new(5);
    let mut tried = 0;
    for (slug, names) in companies.iter().step_by(9) {
        for (language, name) in names {
            tried += 1;
            // Names repeat, so a whole name finds its owner among equals.
            let found = hits(&graphs, &json!({ "text": name.to_uppercase(), "first": 200 }));
            let exact: Vec<&Json> = found.iter().filter(|hit| hit["match"] == "EXACT").collect();
            assert!(exact.iter().any(|hit| hit["node"]["slug"] == *slug), "{name}: {found:#?}");
            assert!(exact.iter().all(|hit| fold(hit["matched"].as_str().unwrap()) == fold(name)));
            assert!(exact.iter().all(|hit| hit["language"] == *language && hit["score"] == 0.9));
            // Any beginning of it, down to one character.
            let length = 1 + chance.below(name.chars().count() - 1);
            let beginning: String = name.chars().take(length).collect();
            let found = hits(&graphs, &json!({ "text": beginning, "first": 200 }));
            assert!(!found.is_empty(), "{beginning}");
        }
        // Its number is a word of one name only, beside words that everybody has, in any order.
        let number = slug.trim_start_matches("company-");
        let found = hits(&graphs, &json!({ "text": format!("company {number} trading"), "kinds": ["COMPANY"] }));
        assert_eq!(slugs(&found)[0], slug, "{found:#?}");
    }
    assert!(tried > 200, "{tried}");
}

#[test]
fn parts_of_chinese_names_are_found() {
    let (all, companies) = generated();
    let graphs: Vec<Graph> = all.iter().map(TestDb::graph).collect();
    let mut tried = 0;
    for name in companies.values().flatten().filter(|(language, _)| *language == "zh").map(|(_, name)| name).step_by(40)
    {
        let chars: Vec<char> = name.chars().collect();
        for part in [&chars[2..3], &chars[2..4], &chars[3..5], &chars[1..4], &chars[2..5]] {
            tried += 1;
            let part: String = part.iter().collect();
            let found = hits(&graphs, &json!({ "text": part, "first": 200, "kinds": ["COMPANY"] }));
            assert!(!found.is_empty(), "{part} of {name}");
            assert!(found.iter().all(|hit| hit["matched"].as_str().unwrap().contains(&part)), "{part}: {found:#?}");
        }
    }
    assert!(tried > 40, "{tried}");
    // Two characters that are neighbours in every name, and a run of more: too many are never an error.
    let found = hits(&graphs, &json!({ "text": "有限公司", "first": 200 }));
    assert_eq!(found.len(), 200);
    assert!(hits(&graphs, &json!({ "text": "博有" })).is_empty());
}

#[test]
fn words_that_are_all_common_still_find_what_has_them_all() {
    let (all, _) = generated();
    let graphs: Vec<Graph> = all.iter().map(TestDb::graph).collect();
    for text in ["trading company", "company trading", "Company Trad"] {
        let found = hits(&graphs, &json!({ "text": text, "first": 200, "kinds": ["COMPANY"] }));
        assert_eq!(found.len(), 200, "{text}");
        assert!(found.iter().all(|hit| hit["match"] == "WORD"), "{text}: {:#?}", found[0]);
    }
    let told = ask(&graphs[0], "{ search(text: \"trading company\", kinds: [COMPANY]) { hits { matched } } }");
    assert_eq!(statements(&told), 3, "one more than for words that can be read");
}

#[test]
fn one_typing_error_is_forgiven_in_every_script() {
    let (all, companies) = generated();
    let graphs: Vec<Graph> = all.iter().map(TestDb::graph).collect();
    let mut tried = 0;
    for (slug, names) in companies.iter().step_by(60) {
        for (_, name) in names.iter().filter(|(language, _)| *language != "zh") {
            let letters: String = name.chars().filter(|c| c.is_alphabetic() || *c == ' ').collect();
            let word = letters.split(' ').find(|w| w.chars().count() >= 5).unwrap();
            let chars: Vec<char> = word.chars().collect();
            let wrong: [Vec<char>; 3] = [
                [&chars[..2], &chars[3..]].concat(),
                [&chars[..2], &['x'], &chars[2..]].concat(),
                [&chars[..2], &[chars[3], chars[2]], &chars[4..]].concat(),
            ];
            for wrong in wrong.iter().filter(|w| **w != chars).map(|w| w.iter().collect::<String>()) {
                tried += 1;
                let found = hits(&graphs, &json!({ "text": wrong, "first": 200, "kinds": ["COMPANY"] }));
                let is_own = |hit: &Json| hit["node"]["slug"] == *slug;
                assert!(found.iter().any(is_own), "{wrong} for {word}, {slug}: {found:#?}");
            }
        }
    }
    assert!(tried > 50, "{tried}");
}

#[test]
fn identifiers_come_first() {
    let (all, _) = generated();
    let graphs: Vec<Graph> = all.iter().map(TestDb::graph).collect();
    for text in ["549300000000001007AB", "5493 0000 0000 0010 07ab"] {
        let found = hits(&graphs, &json!({ "text": text }));
        assert_eq!(slugs(&found), ["company-7"], "{text}");
        let (way, scheme) = (&found[0]["match"], &found[0]["scheme"]);
        assert_eq!((way, scheme, &found[0]["score"]), (&json!("CODE"), &json!("LEI"), &json!(1.0)));
    }
    let found = hits(&graphs, &json!({ "text": "company-7" }));
    assert_eq!(found[0]["scheme"], "SLUG");
}

#[test]
fn the_preferred_language_comes_first_among_equals() {
    let all = demo_databases();
    for db in &all {
        let text = |text: &str| Value::Text(text.to_owned());
        let conn = &mut db.conn();
        let party = |id: i64, slug: &str| vec![Value::Int(id), text(slug), text("COMPANY"), text("omul")];
        let parties = [party(501, "a"), party(502, "b")];
        insert(conn, "parties", &["id", "slug", "kind", "sort_name"], &[], &parties).unwrap();
        let name = |id: i64, language: &str| {
            vec![text("PARTY"), Value::Int(id), text(language), Value::Int(0), text("Omul"), text("omul")]
        };
        let columns = &["subject_kind", "subject_id", "language", "ordinal", "text", "folded"];
        insert(conn, "names", columns, &[], &[name(501, "en"), name(502, "en"), name(502, "ru")]).unwrap();
        terms::add(conn, "parties", &[501, 502]).unwrap();
    }
    let graphs: Vec<Graph> = all.iter().map(TestDb::graph).collect();
    let order = |lang: Json| {
        let found = hits(&graphs, &json!({ "text": "omul", "lang": lang }));
        found
            .iter()
            .map(|hit| format!("{} {}", hit["node"]["slug"], hit["language"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(order(Json::Null), ["a en", "b en"]);
    assert_eq!(order(json!("RU")), ["b ru", "a en"]);
}

#[test]
fn statements_do_not_depend_on_the_number_of_hits() {
    let (all, _) = generated();
    for db in &all {
        let graph = db.graph();
        let count = |first: u32| {
            let variables = json!({ "text": "tra", "first": first, "kinds": ["COMPANY"] });
            statements(&ask_with(&graph, SEARCH, variables))
        };
        assert_eq!([count(1), count(20), count(200)], [3, 3, 3], "ranges, names, companies: {}", db.backend());
    }
}

/// Asks what is refused, and looks for a word in the message.
fn refused(graph: &Graph, query: &str, variables: Json, reason: &str, word: &str) {
    let answer = ask_with(graph, query, variables);
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["reason"], reason, "{answer}");
    assert!(error["message"].as_str().unwrap().contains(word), "{answer}");
    assert!(answer.get("data").is_none());
}

#[test]
fn a_search_that_is_too_much_is_refused() {
    for db in demo_databases() {
        let graph = db.graph();
        let refused = |variables: Json, reason: &str, word: &str| refused(&graph, SEARCH, variables, reason, word);
        refused(json!({ "text": "x".repeat(201) }), "INVALID_ARGUMENT", "201 characters, at most 200");
        assert!(data(&ask_with(&graph, SEARCH, json!({ "text": "淄".repeat(200) }))).is_object());
        refused(json!({ "text": "Zibo", "first": 201 }), "PAGE_SIZE_EXCEEDED", "200");
        refused(json!({ "text": "Zibo", "first": 0 }), "INVALID_ARGUMENT", "from 1 to 200");
        refused(json!({ "text": "Zibo", "kinds": [] }), "INVALID_ARGUMENT", "empty list");
    }
}

#[test]
fn an_empty_search_says_so() {
    for db in demo_databases() {
        let graph = db.graph();
        let hints = |variables: Json| ask_with(&graph, SEARCH, variables)["extensions"]["tearoad"]["hints"].clone();
        let hint = &hints(json!({ "text": "Zibo  QXJW" }))[0];
        assert_eq!((&hint["reason"], &hint["conditions"]), (&json!("NO_HITS"), &json!(["text"])));
        assert!(hint["message"].as_str().unwrap().contains("`zibo qxjw`"), "{hint}");
        let hint = &hints(json!({ "text": "Zibo", "kinds": ["SECTOR"] }))[0];
        assert_eq!(hint["conditions"], json!(["text", "kinds"]));
        assert_eq!(hints(json!({ "text": "Zibo" })), Json::Null);
    }
}

#[test]
fn a_list_is_reconciled_in_a_fixed_number_of_statements() {
    let (all, companies) = generated();
    let query = "query($names: [String!]!, $within: String) { reconcile(names: $names, kind: COMPANY, within: $within, first: 2) {
        name hits { score match matched node { ... on Company { slug participations { totalCount } } } } } }";
    let names: Vec<String> = companies.values().map(|names| names[0].1.replace("Trading", "Tradeing")).collect();
    let mut answers = Vec::new();
    for db in &all {
        let graph = db.graph();
        let of = |count: usize, within: Json| {
            let answer = ask_with(&graph, query, json!({ "names": names[..count], "within": within }));
            assert_eq!(data(&answer)["reconcile"].as_array().unwrap().len(), count);
            answer
        };
        assert_eq!(statements(&of(1, Json::Null)), 5, "words, ranges, names, companies, participations");
        assert_eq!(statements(&of(1, json!("WLD"))), 6, "and which are within");
        let many = of(250, Json::Null);
        assert_eq!(statements(&many), 5);
        for (asked, row) in names.iter().zip(data(&many)["reconcile"].as_array().unwrap()) {
            let best = &row["hits"][0];
            assert_eq!(row["name"], *asked);
            assert_eq!(best["matched"], asked.replace("Tradeing", "Trading"), "{row:#}");
            assert!(best["score"].as_f64().unwrap() > 0.85 && best["match"] == "FUZZY", "{row:#}");
            assert_eq!(best["node"]["participations"]["totalCount"], 0);
        }
        answers.push(data(&many).clone());
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_list_that_is_too_long_is_refused() {
    for db in demo_databases() {
        let graph = db.graph();
        let refused = |query: &str, variables: Json, reason: &str, word: &str| {
            refused(&graph, query, variables, reason, word);
        };
        let names = |count: usize| json!({ "names": vec!["Zibo"; count] });
        let query = "query($names: [String!]!) { reconcile(names: $names, kind: REGION) { name } }";
        refused(query, names(251), "LIST_TOO_LONG", "250");
        assert_eq!(data(&ask_with(&graph, query, names(250)))["reconcile"].as_array().unwrap().len(), 250);
        let many =
            (0..11).map(|n| format!("r{n}: reconcile(names: $names, kind: REGION) {{ name }} ")).collect::<String>();
        refused(&format!("query($names: [String!]!) {{ {many} }}"), names(250), "TOO_EXPENSIVE", "100000");
        refused(query, json!({ "names": ["Zibo", " "] }), "INVALID_ARGUMENT", "names.1");
        let within = |kind: &str| {
            format!("query($c: String) {{ reconcile(names: [\"Zibo\"], kind: {kind}, within: $c) {{ name }} }}")
        };
        refused(&within("SECTOR"), json!({ "c": "CN" }), "INVALID_ARGUMENT", "SECTOR");
        refused(&within("REGION"), json!({ "c": "CNN" }), "UNKNOWN_CODE", "CNN");
    }
}

#[test]
fn a_thousand_codes_are_resolved_in_one_call() {
    for db in demo_databases() {
        let graph = db.graph();
        let query =
            "query($codes: [String!]!) { regionsByCodes(codes: $codes) { found { code } notFound { nearest } } }";
        refused(&graph, query, json!({ "codes": vec!["CN"; 1001] }), "LIST_TOO_LONG", "1000");
        let codes = [vec!["Zibo"; 999], vec!["CN"]].concat();
        let answer = ask_with(&graph, query, json!({ "codes": codes }));
        let lists = &data(&answer)["regionsByCodes"];
        assert_eq!(lists["found"], json!([{ "code": "CN" }]));
        assert_eq!(lists["notFound"][19]["nearest"][0], "CN-370300");
        assert_eq!(lists["notFound"][20]["nearest"], json!([]), "the nearest of the first twenty");
        assert_eq!(statements(&answer), 0);
    }
}

#[test]
fn nodes_take_one_statement_a_type() {
    for db in demo_databases() {
        let graph = db.graph();
        let ids = "{ organisations { nodes { id slug } } events { nodes { id slug } } tradeFigures { nodes { id } } }";
        let answer = ask(&graph, ids);
        let of = |list: &str| data(&answer)[list]["nodes"].as_array().unwrap().clone();
        let mut asked: Vec<Json> = Vec::new();
        let lists = [of("events"), of("organisations"), of("tradeFigures")];
        for at in 0..lists.iter().map(Vec::len).max().unwrap() {
            asked.extend(lists.iter().filter_map(|list| list.get(at)).map(|node| node["id"].clone()));
        }
        asked.insert(1, json!("nothing"));
        asked.push(asked[0].clone());
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let answer = ask_with(&graph, query, json!({ "ids": asked }));
        let came: Vec<Json> = data(&answer)["nodes"].as_array().unwrap().iter().map(|n| n["id"].clone()).collect();
        asked[1] = Json::Null;
        assert_eq!(came, asked, "{}", db.backend());
        assert_eq!(statements(&answer), 3);
    }
}

/// Every term, and every correction.
fn dump(conn: &mut Conn) -> Vec<String> {
    let terms =
        "SELECT kind, form, term, weight, subject_id, shown FROM terms ORDER BY kind, form, term, weight, subject_id";
    conn.rows(Fixed(terms), &[]).unwrap().iter().map(|row| format!("{:?}", row.values)).collect()
}

#[test]
fn terms_stay_in_step_with_names_and_codes() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let head = "classification,edition,code,description,parent,level\n";
    let first = write(
        "first.csv",
        &format!("{head}H5,HS2017,3004,Medicaments,30,4\nH5,HS2017,300490,Other medicaments,3004,6\n"),
    );
    let second = write("second.csv", &format!("{head}H5,HS2017,300490,Remedies in doses,3004,6\n"));
    let year = write("BACI_HS17_Y2020_V202501.csv", "t,i,j,k,v,q\n2020,710,156,300490,1,1\n");
    for db in demo_databases() {
        let conn = &mut db.conn();
        nomenclature::import(conn, &Options::default(), std::slice::from_ref(&first), &|_| {}).unwrap();
        let graph = db.graph();
        let ways = |text: &str| {
            let found = data(&ask_with(&graph, SEARCH, json!({ "text": text })))["search"]["hits"].clone();
            found.as_array().unwrap().iter().map(|hit| hit["match"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(ways("other medicaments"), ["EXACT"], "{}", db.backend());
        nomenclature::import(conn, &Options::default(), std::slice::from_ref(&second), &|_| {}).unwrap();
        assert!(ways("other medicaments").is_empty(), "the old name is gone");
        assert_eq!(ways("remedies in doses"), ["EXACT"]);
        assert_eq!(ways("300490"), ["CODE"], "the code is still there");
        crate::support::import(conn, "baci", &Options::default(), std::slice::from_ref(&year), &|_| {}).unwrap();
        assert_eq!(ways("BACI-HS2017"), ["CODE"], "a dataset that an import made");
        let kept = dump(conn);
        conn.write(terms::rebuild).unwrap();
        assert_eq!(kept, dump(conn), "{}: what was kept in step is what is made anew", db.backend());
        assert!(kept.len() > 5_000);
    }
}

#[test]
fn terms_are_made_where_they_are_missing() {
    for db in demo_databases() {
        let conn = &mut db.conn();
        let full = dump(conn);
        while migrate::down(conn).unwrap().unwrap() != "2026-11-25-000001_search_terms" {}
        assert!(migrate::require_current(conn).is_err());
        migrate::up(conn).unwrap();
        assert_eq!(dump(conn), full, "{}: a database with data has its terms after `migrate up`", db.backend());
        // As if the program had been killed between the migration and the terms.
        conn.batch("DELETE FROM terms").unwrap();
        let refused = migrate::require_current(conn).unwrap_err().to_string();
        assert!(refused.contains("search terms") && refused.contains("migrate up"), "{refused}");
        migrate::up(conn).unwrap();
        migrate::require_current(conn).unwrap();
        assert_eq!(dump(conn), full);
    }
    for db in databases() {
        let conn = &mut db.conn();
        migrate::require_current(conn).unwrap();
        seed::load_reference(conn).unwrap();
        let graph = db.graph();
        assert_eq!(
            data(&ask(&graph, "{ search(text: \"淄博\") { hits { match } } }"))["search"]["hits"][0]["match"],
            "PREFIX"
        );
    }
}
