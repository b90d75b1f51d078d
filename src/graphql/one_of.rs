//! `__Type.isOneOf`, which apollo-compiler does not know. It is added to the schema's own types; in introspection the
//! type's kind is asked for in its place, which tells the answer: no input object of ours is a "one of".

use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::executable::{ExecutableDocument, Operation, Selection, SelectionSet};
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema, name, ty};
use serde_json::{Map, Value as Json};

/// In front of the response key of a field that was replaced; no response key begins like it.
const MARK: &str = "isOneOf:";

/// Adds the field to a schema.
pub fn add_to(schema: Valid<Schema>) -> Valid<Schema> {
    let mut schema = schema.into_inner();
    if let Some(ExtendedType::Object(of_types)) = schema.types.get_mut("__Type") {
        let field = FieldDefinition {
            description: Some("Whether an input object takes exactly one of its fields; null for other types.".into()),
            name: name!("isOneOf"),
            arguments: Vec::new(),
            ty: ty!(Boolean),
            directives: Default::default(),
        };
        of_types.make_mut().fields.insert(name!("isOneOf"), Component::new(field));
    }
    Valid::assume_valid(schema)
}

/// The document and operation with the field replaced; none when nothing asks for it.
pub fn replaced(
    types: &Schema,
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
) -> Option<(Valid<ExecutableDocument>, Operation)> {
    let kind = &types.type_field("__Type", "kind").ok()?.node;
    let mut operation = operation.clone();
    let mut document = document.clone().into_inner();
    let mut found = replace_in(&mut operation.selection_set, kind);
    for fragment in document.fragments.values_mut() {
        found |= replace_in(&mut fragment.make_mut().selection_set, kind);
    }
    found.then(|| (Valid::assume_valid(document), operation))
}

fn replace_in(set: &mut SelectionSet, kind: &Node<FieldDefinition>) -> bool {
    let mut found = false;
    for selection in &mut set.selections {
        match selection {
            Selection::Field(field) if set.ty == "__Type" && field.name == "isOneOf" => {
                let field = field.make_mut();
                field.alias = Some(Name::new_unchecked(&format!("{MARK}{}", field.response_key())));
                field.name = kind.name.clone();
                field.definition = kind.clone();
                found = true;
            }
            Selection::Field(field) if !field.selection_set.selections.is_empty() => {
                found |= replace_in(&mut field.make_mut().selection_set, kind);
            }
            Selection::InlineFragment(fragment) => found |= replace_in(&mut fragment.make_mut().selection_set, kind),
            Selection::Field(_) | Selection::FragmentSpread(_) => {}
        }
    }
    found
}

/// Puts the answers in the place of the kinds.
pub fn answer(value: Json) -> Json {
    match value {
        Json::Array(items) => items.into_iter().map(answer).collect(),
        Json::Object(members) => Json::Object(members.into_iter().map(answer_member).collect::<Map<_, _>>()),
        leaf => leaf,
    }
}

fn answer_member((key, value): (String, Json)) -> (String, Json) {
    match key.strip_prefix(MARK) {
        Some(key) => (key.to_owned(), if value == "INPUT_OBJECT" { Json::Bool(false) } else { Json::Null }),
        None => (key, answer(value)),
    }
}
