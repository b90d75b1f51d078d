//! Query tests are files: a document whose first lines say what must hold, its recorded answer, and the recorded SQL of
//! both databases. They run on both and must answer alike. TEAROAD_RECORD=1 records; CI refuses to.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::schema::compare;
use crate::support::{ask, demo_databases, statements};

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            out.extend(files(&path, ending));
        } else if path.to_str().unwrap().ends_with(ending) {
            out.push(path);
        }
    }
    out.sort();
    out
}

/// The value of a line `# name: value` at the top of a document.
fn said<'a>(document: &'a str, name: &str) -> Option<&'a str> {
    document.lines().take_while(|l| l.starts_with('#')).find_map(|l| l.strip_prefix(&format!("# {name}: ")))
}

/// What is recorded of an answer: everything but the statements.
fn answer_of(mut answer: Json) -> Json {
    if let Some(extensions) = answer.get_mut("extensions") {
        extensions["tearoad"].as_object_mut().unwrap().remove("sql");
        extensions["tearoad"].as_object_mut().unwrap().remove("statements");
    }
    answer
}

#[test]
fn the_recorded_queries_answer_as_recorded_on_both_databases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/queries");
    let cases = files(&folder, ".graphql");
    assert!(cases.len() >= 17);
    let databases = demo_databases();
    for case in &cases {
        let document = std::fs::read_to_string(case).unwrap();
        let name = case.strip_prefix(root).unwrap().to_str().unwrap().trim_end_matches(".graphql").to_owned();
        assert_eq!(said(&document, "data"), Some("demo"), "{name}");
        assert!(said(&document, "expect").is_some(), "{name} does not say what must hold");
        let wanted: u64 = said(&document, "statements").unwrap().parse().unwrap();
        let mut answers = Vec::new();
        for db in &databases {
            let answer = ask(&db.graph(), &document);
            if answer.get("data").is_some() {
                assert_eq!(statements(&answer), wanted, "statements of {name} on {}", db.backend());
            } else {
                assert_eq!(wanted, 0, "{name} is refused: {answer}");
            }
            let sql = answer["extensions"]["tearoad"]["sql"].as_array().cloned().unwrap_or_default();
            let texts: String = sql.iter().map(|s| format!("{}\n", s.as_str().unwrap())).collect();
            let backend = if db.backend() == "sqlite" { "sqlite" } else { "postgres" };
            compare(&format!("{name}.{backend}.sql"), &texts);
            answers.push(answer_of(answer));
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ on {name}");
        compare(&format!("{name}.json"), &format!("{}\n", serde_json::to_string_pretty(&answers[0]).unwrap()));
    }
    for kept in files(&folder, ".json").into_iter().chain(files(&folder, ".sql")) {
        let text = kept.to_str().unwrap();
        let base = text.trim_end_matches(".json").trim_end_matches(".sqlite.sql").trim_end_matches(".postgres.sql");
        assert!(Path::new(&format!("{base}.graphql")).exists(), "{text} belongs to no query");
    }
}
