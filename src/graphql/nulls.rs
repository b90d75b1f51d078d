//! A variable that may be null can stand where null is not allowed, when either has a default. A null in it is then an
//! error of the field; here it refuses the request, as every other wrong argument does.

use std::collections::HashSet;

use apollo_compiler::Schema;
use apollo_compiler::ast::{DirectiveList, Type, Value};
use apollo_compiler::executable::{ExecutableDocument, Operation, Selection, SelectionSet};
use serde_json::{Map, Value as Json};

/// Looks for such nulls.
#[derive(Debug)]
pub struct Nulls<'a> {
    /// The schema.
    pub types: &'a Schema,
    /// The document, for its fragments.
    pub document: &'a ExecutableDocument,
    /// Coerced variables.
    pub variables: &'a Map<String, Json>,
}

impl<'a> Nulls<'a> {
    /// The name of a variable with a null where there must be a value.
    pub fn misplaced(&self, operation: &'a Operation) -> Option<&'a str> {
        if !self.variables.values().any(Json::is_null) {
            return None;
        }
        let mut seen = HashSet::new();
        self.in_directives(&operation.directives).or_else(|| self.in_selection(&operation.selection_set, &mut seen))
    }

    fn in_selection(&self, set: &'a SelectionSet, seen: &mut HashSet<&'a str>) -> Option<&'a str> {
        set.selections.iter().find_map(|selection| {
            self.in_directives(selection.directives()).or_else(|| match selection {
                Selection::Field(field) => field
                    .arguments
                    .iter()
                    .find_map(|given| {
                        let wanted = field.definition.argument_by_name(&given.name)?;
                        self.in_value(&wanted.ty, &given.value)
                    })
                    .or_else(|| self.in_selection(&field.selection_set, seen)),
                Selection::InlineFragment(fragment) => self.in_selection(&fragment.selection_set, seen),
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.fragment_name)?;
                    if !seen.insert(spread.fragment_name.as_str()) {
                        return None;
                    }
                    self.in_selection(&fragment.selection_set, seen)
                }
            })
        })
    }

    fn in_directives(&self, directives: &'a DirectiveList) -> Option<&'a str> {
        directives.iter().find_map(|directive| {
            let definition = self.types.directive_definitions.get(&directive.name)?;
            directive.arguments.iter().find_map(|given| {
                let wanted = definition.argument_by_name(&given.name)?;
                self.in_value(&wanted.ty, &given.value)
            })
        })
    }

    fn in_value(&self, wanted: &Type, value: &'a Value) -> Option<&'a str> {
        match value {
            Value::Variable(name) => {
                let is_null = self.variables.get(name.as_str()).is_some_and(Json::is_null);
                (is_null && wanted.is_non_null()).then_some(name.as_str())
            }
            Value::List(items) => items.iter().find_map(|item| self.in_value(wanted.item_type(), item)),
            Value::Object(members) => {
                let input = self.types.get_input_object(wanted.inner_named_type())?;
                members.iter().find_map(|(name, member)| self.in_value(&input.fields.get(name)?.ty, member))
            }
            _ => None,
        }
    }
}
