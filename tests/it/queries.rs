//! Every file in tests/queries is asked on both databases: equal answers, as recorded, in the number of statements
//! that its first lines say, with the recorded statements. TEAROAD_RECORD=1 writes the recordings.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::recording::{assert_recorded, files_below, in_project};
use crate::support::{ask, demo_databases};

/// What the first lines of a query say.
#[derive(Debug)]
struct Header {
    statements: u64,
    /// Texts that the answer must hold; the human part of the expectation.
    expect: String,
}

fn header(path: &Path, text: &str) -> Header {
    let line = |name: &str| {
        text.lines()
            .take_while(|line| line.starts_with('#'))
            .find_map(|line| line.strip_prefix(&format!("# {name}: ")))
            .unwrap_or_else(|| panic!("{} has no line `# {name}: …`", path.display()))
    };
    assert_eq!(line("data"), "demo", "{}: only the demo's data are there", path.display());
    let statements = line("statements").parse().unwrap();
    let expect = line("expect").to_owned();
    assert!(expect.len() > 8, "{}: say what is expected", path.display());
    Header { statements, expect }
}

/// The query of a file: its own, or one of the questions that the interface shows.
pub fn query_of(text: &str) -> String {
    match text.lines().find_map(|line| line.strip_prefix("# include: ")) {
        Some(path) => std::fs::read_to_string(in_project(path)).unwrap(),
        None => text.to_owned(),
    }
}

pub fn queries() -> Vec<PathBuf> {
    files_below(&in_project("tests/queries"), &[".graphql"])
}

#[test]
fn every_query_gives_what_is_recorded_on_both_databases() {
    let databases = demo_databases();
    let graphs: Vec<_> = databases.iter().map(|db| (db.backend(), db.graph())).collect();
    let all = queries();
    assert!(all.len() >= 25, "{} queries", all.len());
    let mut wrong: Vec<String> = Vec::new();
    for path in all {
        let text = std::fs::read_to_string(&path).unwrap();
        let header = header(&path, &text);
        let query = query_of(&text);
        let mut answers: Vec<Json> = Vec::new();
        for (backend, graph) in &graphs {
            let answer = ask(graph, &query);
            let told = &answer["extensions"]["tearoad"];
            let statements = told["statements"].as_u64().unwrap_or(0);
            if statements != header.statements {
                wrong.push(format!("{}: {statements} statements on {backend}", path.display()));
            }
            let sql: String = told["sql"]
                .as_array()
                .into_iter()
                .flatten()
                // Without the values, which change with the data.
                .map(|statement| statement.as_str().unwrap().split(" -- binds:").next().unwrap().replace('\n', " "))
                .map(|statement| statement + "\n")
                .collect();
            let mut shown = json!({});
            for part in ["data", "errors"] {
                if let Some(value) = answer.get(part) {
                    shown[part] = value.clone();
                }
            }
            if let Some(hints) = told.get("hints") {
                shown["hints"] = hints.clone();
            }
            // Which database answers is the one thing that may differ.
            if let Some(backend) = shown.pointer_mut("/data/service/backend") {
                *backend = json!("[backend]");
            }
            answers.push(shown);
            let ending = if *backend == "sqlite" { "sqlite.sql" } else { "postgres.sql" };
            assert_recorded(&path.with_extension(ending), &sql);
        }
        assert!(
            answers.windows(2).all(|pair| pair[0] == pair[1]),
            "{} ({}): the databases differ: {answers:#?}",
            path.display(),
            header.expect
        );
        let text = serde_json::to_string_pretty(&answers[0]).unwrap() + "\n";
        assert_recorded(&path.with_extension("json"), &text);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_recording_belongs_to_a_query() {
    let queries: BTreeSet<PathBuf> = queries().into_iter().collect();
    let recordings = files_below(&in_project("tests/queries"), &[".json", ".sql"]);
    for recording in &recordings {
        let shown = recording.to_str().unwrap();
        let stem = [".sqlite.sql", ".postgres.sql", ".json"].iter().find_map(|ending| shown.strip_suffix(ending));
        let stem = stem.unwrap_or_else(|| panic!("{shown} is no recording"));
        assert!(queries.contains(&PathBuf::from(format!("{stem}.graphql"))), "{shown} belongs to no query");
    }
}

/// Every root field is asked by some query.
#[test]
fn every_root_field_is_asked() {
    let schema = tearoad::graphql::schema::GraphSchema::build().unwrap();
    let texts: String = queries()
        .iter()
        .map(|path| query_of(&std::fs::read_to_string(path).unwrap()))
        .map(|text| text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n"))
        .collect();
    let words: BTreeSet<&str> = texts.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    for name in schema.types.get_object("Query").unwrap().fields.keys() {
        assert!(words.contains(name.as_str()), "no query in tests/queries asks `{name}`");
    }
}
