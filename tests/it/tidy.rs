//! What the sources must keep to: floors import only what is below them, files have the names of what they are and
//! say what they are for, and nothing is left to be done.

use std::collections::BTreeSet;
use std::path::PathBuf;

use tearoad::catalog;

use crate::recording::{files_below, in_project};

/// The floors, lowest first; a floor may use those before it.
const FLOORS: [(&str, &[&str]); 8] = [
    ("domain", &[]),
    ("telemetry", &[]),
    ("catalog", &["domain"]),
    ("storage", &["domain", "catalog"]),
    ("transfer", &["domain", "catalog", "storage"]),
    ("graphql", &["domain", "catalog", "storage"]),
    ("server", &["domain", "catalog", "storage", "graphql"]),
    ("cli", &["domain", "catalog", "storage", "transfer", "graphql", "server", "telemetry"]),
];

fn sources() -> Vec<(PathBuf, String)> {
    let files = files_below(&in_project("src"), &[".rs"]);
    assert!(files.len() > 40, "the sources were not found");
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path.strip_prefix(in_project("src")).unwrap().to_path_buf(), text)
        })
        .collect()
}

/// The floor of a file: its first folder, or its name.
fn floor_of(path: &std::path::Path) -> String {
    path.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// The modules named after `crate::`, also in braces.
fn imports(text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for part in text.split("crate::").skip(1) {
        if let Some(list) = part.strip_prefix('{') {
            let mut depth = 0_usize;
            let mut word = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => word.clear(),
                    c if c.is_ascii_alphanumeric() || c == '_' => {
                        word.push(c);
                        continue;
                    }
                    _ => {}
                }
                if depth == 0 && c == ':' && !word.is_empty() {
                    out.insert(std::mem::take(&mut word));
                }
            }
        } else {
            out.insert(part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect());
        }
    }
    out
}

#[test]
fn the_reader_of_imports_reads_them() {
    let text = "use crate::domain::id; use crate::{storage::{pool, conn}, graphql::run}; fn f() { crate::cli::run() }";
    let read: Vec<String> = imports(text).into_iter().collect();
    assert_eq!(read, ["cli", "domain", "graphql", "storage"]);
}

#[test]
fn floors_use_only_what_is_below_them() {
    let mut wrong = Vec::new();
    let mut met = BTreeSet::new();
    for (path, text) in sources() {
        let floor = floor_of(&path);
        if floor == "lib" || floor == "main" {
            continue;
        }
        let Some((_, allowed)) = FLOORS.iter().find(|(name, _)| *name == floor) else {
            panic!("{} stands on no known floor", path.display())
        };
        met.insert(floor.clone());
        for used in imports(&text) {
            if used != floor && FLOORS.iter().any(|(name, _)| *name == used) && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{} uses crate::{used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(met.len(), FLOORS.len(), "a floor is missing: {met:?}");
}

/// Libraries that a floor must not know.
#[test]
fn floors_do_not_know_the_libraries_of_others() {
    let forbidden: [(&str, &[&str]); 7] = [
        ("domain", &["diesel", "async_graphql", "actix_web", "apollo_compiler", "tokio", "std::fs", "std::time"]),
        ("catalog", &["diesel", "async_graphql", "actix_web", "apollo_compiler", "tokio", "std::fs"]),
        ("storage", &["async_graphql", "actix_web", "apollo_compiler"]),
        ("transfer", &["async_graphql", "actix_web", "apollo_compiler"]),
        ("graphql", &["diesel::", "actix_web"]),
        ("server", &["diesel::"]),
        ("telemetry", &["diesel", "async_graphql", "actix_web", "apollo_compiler"]),
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let floor = floor_of(&path);
        let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for (_, words) in forbidden.iter().filter(|(name, _)| *name == floor) {
            for word in words.iter().filter(|word| code.contains(**word)) {
                wrong.push(format!("{} knows {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_are_named_and_introduced() {
    for (path, text) in sources() {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let vague = ["mod", "utils", "util", "helpers", "helper", "common", "misc"];
        assert!(!vague.contains(&stem), "{} has the name of nothing", path.display());
        // What diesel prints says so in its first line.
        let printed = text.starts_with("// @generated") || text.trim().is_empty();
        assert!(printed || text.starts_with("//! "), "{} does not say what it is for", path.display());
        for word in ["TODO", "FIXME", "XXX", "STUB"] {
            let left = text.lines().any(|l| l.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| w == word));
            assert!(!left, "{} holds a {word}", path.display());
        }
        assert!(text.ends_with('\n') && !text.contains("\r\n") && !text.contains('\t'), "{}", path.display());
    }
}

/// Only the catalogue, computed fields, the list of roots and the loaders know entities by name.
#[test]
fn no_other_floor_matches_on_names_of_entities() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let shown = path.to_str().unwrap();
        let may = ["catalog", "transfer", "graphql/computed", "graphql/query.rs"];
        if may.iter().any(|place| shown.starts_with(place)) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        for entity in catalog::ALL.iter().chain(catalog::INTERFACES) {
            for form in [format!("\"{}\" =>", entity.name), format!("\"{}\" |", entity.name)] {
                if code.contains(&form) {
                    wrong.push(format!("{shown} matches on `{}`", entity.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "the catalogue lacks a field that tells: {wrong:#?}");
}
