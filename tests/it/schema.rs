//! Files that are printed from tables: the schema, the table of errors, the table of settings.

use std::path::Path;

use tearoad::cli::docs;
use tearoad::domain::error_code::Reason;
use tearoad::graphql::schema::GraphSchema;

/// Compares a file with what is printed; writes it where recording is asked for, which CI refuses.
pub fn compare(path: &str, printed: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var("TEAROAD_RECORD").is_ok() {
        assert!(std::env::var("CI").is_err(), "recordings are made by people, not by CI");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, printed).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == printed, "{path} is stale: run TEAROAD_RECORD=1 cargo nextest run and read what changed");
}

#[test]
fn the_printed_schema_is_the_schema() {
    compare("schema.graphql", &GraphSchema::build().unwrap().sdl);
}

#[test]
fn the_printed_tables_are_the_tables() {
    compare("docs/ERRORS.md", &docs::errors());
    compare("docs/CONFIG.md", &docs::config());
}

#[test]
fn everything_in_the_schema_is_described() {
    use apollo_compiler::schema::ExtendedType;
    let schema = GraphSchema::build().unwrap();
    let mut bare = Vec::new();
    for (name, ty) in schema.types.types.iter().filter(|(name, ty)| !name.starts_with("__") && !ty.is_built_in()) {
        let mut check = |what: String, described: bool| {
            if !described {
                bare.push(what);
            }
        };
        check(name.to_string(), ty.description().is_some());
        match ty {
            ExtendedType::Object(object) => {
                for (field, definition) in &object.fields {
                    check(format!("{name}.{field}"), definition.description.is_some());
                    for argument in &definition.arguments {
                        check(format!("{name}.{field}({})", argument.name), argument.description.is_some());
                    }
                }
            }
            ExtendedType::InputObject(object) => {
                for (field, definition) in &object.fields {
                    check(format!("{name}.{field}"), definition.description.is_some());
                }
            }
            ExtendedType::Enum(words) => {
                for (word, definition) in &words.values {
                    check(format!("{name}.{word}"), definition.description.is_some());
                }
            }
            _ => {}
        }
    }
    assert!(bare.is_empty(), "without description: {bare:?}");
}

#[test]
fn every_reason_is_raised_somewhere() {
    let mut text = String::new();
    for file in crate::tidy::sources() {
        if !file.0.ends_with("error_code.rs") {
            text.push_str(&file.1);
        }
    }
    let unused: Vec<String> =
        Reason::ALL.iter().map(|r| format!("{r:?}")).filter(|r| !text.contains(&format!("Reason::{r}"))).collect();
    assert!(unused.is_empty(), "nothing raises {unused:?}");
}
