//! The rules of the source tree.

use std::path::Path;

/// Every source file: its path below `src`, and its text.
pub fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, out: &mut Vec<(String, String)>, root: &Path) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, out, root);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                out.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut out = Vec::new();
    walk(&root, &mut out, &root);
    out.sort();
    out
}

/// What each floor may use.
const FLOORS: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    ("catalog", &["domain", "catalog"]),
    ("storage", &["domain", "catalog", "storage"]),
    ("transfer", &["domain", "catalog", "storage", "transfer"]),
    ("graphql", &["domain", "catalog", "storage", "graphql"]),
    ("server", &["domain", "catalog", "storage", "graphql", "server"]),
    ("cli", &["domain", "catalog", "storage", "graphql", "server", "cli", "transfer", "telemetry"]),
    ("telemetry", &["telemetry"]),
];

#[test]
fn a_floor_uses_only_those_below_it() {
    for (file, text) in sources() {
        let floor = file.split(['/', '.']).next().unwrap();
        let Some((_, allowed)) = FLOORS.iter().find(|(name, _)| *name == floor) else { continue };
        for used in text.split("crate::").skip(1) {
            let used: String = used.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if FLOORS.iter().any(|(name, _)| *name == used) {
                assert!(allowed.contains(&used.as_str()), "{file} uses `{used}`, which is no floor below `{floor}`");
            }
        }
        if !["storage", "transfer"].contains(&floor) {
            assert!(!text.contains("diesel::"), "{file} uses diesel");
        }
        if !["server", "cli"].contains(&floor) {
            assert!(!text.contains("actix_web::"), "{file} uses actix-web");
        }
        if floor != "graphql" && floor != "server" {
            assert!(!text.contains("async_graphql::"), "{file} uses async-graphql");
        }
    }
}

#[test]
fn files_say_what_they_are_for_and_leave_nothing_undone() {
    for (file, text) in sources() {
        assert!(text.starts_with("//!") || text.starts_with("// @generated"), "{file} does not say what it is for");
        for word in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!("), concat!("un", "implemented!(")] {
            assert!(!text.contains(word), "{file} has {word}");
        }
        let name = file.rsplit('/').next().unwrap();
        assert!(!["mod.rs", "utils.rs", "helpers.rs", "common.rs"].contains(&name), "{file}: name it after what it is");
    }
}
