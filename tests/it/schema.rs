//! The printed documents are what the program prints, the schema explains everything, and no error reason is unused.

use apollo_compiler::schema::ExtendedType;
use tearoad::cli::docs;
use tearoad::domain::error_code::Reason;
use tearoad::graphql::schema::GraphSchema;

use crate::recording::{assert_recorded, files_below, in_project};

#[test]
fn the_printed_schema_is_the_schema() {
    assert_recorded(&in_project("schema.graphql"), &GraphSchema::build().unwrap().sdl);
}

#[test]
fn the_printed_documents_are_what_the_program_prints() {
    assert_recorded(&in_project("docs/ERRORS.md"), &docs::errors());
    assert_recorded(&in_project("docs/CONFIG.md"), &docs::config());
}

#[test]
fn every_type_field_argument_and_word_is_described() {
    let schema = GraphSchema::build().unwrap();
    let mut bare: Vec<String> = Vec::new();
    let mut check = |description: Option<&str>, what: String| {
        if description.is_none_or(|text| text.trim().len() < 3) {
            bare.push(what);
        }
    };
    for (name, ty) in schema.types.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        check(ty.description().map(|d| d.as_str()), name.to_string());
        let fields = match ty {
            ExtendedType::Object(object) => Some(&object.fields),
            ExtendedType::Interface(interface) => Some(&interface.fields),
            _ => None,
        };
        for (field_name, field) in fields.into_iter().flatten() {
            check(field.description.as_deref(), format!("{name}.{field_name}"));
            for argument in &field.arguments {
                check(argument.description.as_deref(), format!("{name}.{field_name}({})", argument.name));
            }
        }
        match ty {
            ExtendedType::InputObject(input) => {
                for (member, value) in &input.fields {
                    check(value.description.as_deref(), format!("{name}.{member}"));
                }
            }
            ExtendedType::Enum(list) => {
                for (word, value) in &list.values {
                    check(value.description.as_deref(), format!("{name}.{word}"));
                }
            }
            _ => {}
        }
    }
    assert!(bare.is_empty(), "without a description: {bare:?}");
    assert!(schema.types.schema_definition.mutation.is_none());
}

#[test]
fn every_error_reason_is_raised_somewhere() {
    let table = in_project("src/domain/error_code.rs");
    let sources: String = files_below(&in_project("src"), &[".rs"])
        .iter()
        .filter(|path| **path != table)
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let uses = |name: &str| {
        sources.match_indices(&format!("Reason::{name}")).any(|(at, found)| {
            !sources[at + found.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        })
    };
    let unused: Vec<String> = Reason::ALL.iter().map(|r| format!("{r:?}")).filter(|name| !uses(name)).collect();
    assert!(unused.is_empty(), "nothing raises {unused:?}");
    for reason in Reason::ALL {
        let row = reason.row();
        assert!(
            row.reason.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'),
            "{}",
            row.reason
        );
        assert!((400..600).contains(&row.status), "{}", row.reason);
        assert!(row.help.ends_with('.') && row.help.len() > 10, "{}", row.reason);
    }
    let mut names: Vec<&str> = Reason::ALL.iter().map(|r| r.row().reason).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Reason::ALL.len(), "a reason stands twice in the table");
}
