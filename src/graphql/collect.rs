//! Collects the fields of a selection for one concrete type: fragments followed, `@skip` and `@include` obeyed,
//! selections of one response key together. Arguments become JSON with the variables put in.

use std::collections::HashSet;

use apollo_compiler::ast;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::executable::{ExecutableDocument, Field, Selection, SelectionSet};
use apollo_compiler::{Node, Schema};
use serde_json::{Map, Value as Json};

/// What the selections of an operation are read with.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The document, for its fragments.
    pub document: &'a ExecutableDocument,
    /// The schema, for type conditions.
    pub types: &'a Schema,
    /// Coerced variables.
    pub variables: &'a Map<String, Json>,
}

/// Every selection of one response key, in the order of first appearance.
pub type Collected<'a> = IndexMap<&'a str, Vec<&'a Node<Field>>>;

impl<'a> Reader<'a> {
    /// The fields of `sets` that apply to objects of `concrete`.
    pub fn collect(&self, concrete: &str, sets: &[&'a SelectionSet]) -> Collected<'a> {
        let mut out = Collected::default();
        let mut visited = HashSet::new();
        for set in sets {
            self.collect_into(concrete, set, &mut visited, &mut out);
        }
        out
    }

    fn collect_into(
        &self,
        concrete: &str,
        set: &'a SelectionSet,
        visited: &mut HashSet<&'a str>,
        out: &mut Collected<'a>,
    ) {
        for selection in &set.selections {
            if !self.is_included(selection.directives()) {
                continue;
            }
            match selection {
                Selection::Field(field) => out.entry(field.response_key().as_str()).or_default().push(field),
                Selection::InlineFragment(fragment) => {
                    if fragment
                        .type_condition
                        .as_ref()
                        .is_none_or(|condition| self.applies(condition.as_str(), concrete))
                    {
                        self.collect_into(concrete, &fragment.selection_set, visited, out);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && visited.insert(spread.fragment_name.as_str())
                        && self.applies(fragment.type_condition().as_str(), concrete)
                    {
                        self.collect_into(concrete, &fragment.selection_set, visited, out);
                    }
                }
            }
        }
    }

    fn applies(&self, condition: &str, concrete: &str) -> bool {
        condition == concrete || self.types.is_subtype(condition, concrete)
    }

    fn is_included(&self, directives: &ast::DirectiveList) -> bool {
        let holds = |name: &str| {
            directives.get(name).map(|d| {
                d.specified_argument_by_name("if").and_then(|v| self.json(v)).and_then(|v| v.as_bool()).unwrap_or(false)
            })
        };
        !holds("skip").unwrap_or(false) && holds("include").unwrap_or(true)
    }

    /// The arguments of a field that were given, with defaults of the schema filled in.
    pub fn arguments(&self, field: &Field) -> Map<String, Json> {
        let mut out = Map::new();
        for definition in &field.definition.arguments {
            let given = field.arguments.iter().find(|a| a.name == definition.name).and_then(|a| self.json(&a.value));
            let value = given.or_else(|| definition.default_value.as_ref().and_then(|v| self.json(v)));
            if let Some(value) = value {
                out.insert(definition.name.to_string(), value);
            }
        }
        out
    }

    /// A literal as JSON; `None` for a variable that was not given.
    fn json(&self, value: &ast::Value) -> Option<Json> {
        Some(match value {
            ast::Value::Null => Json::Null,
            ast::Value::Enum(name) => Json::from(name.as_str()),
            ast::Value::Variable(name) => return self.variables.get(name.as_str()).cloned(),
            ast::Value::String(text) => Json::from(text.as_str()),
            ast::Value::Boolean(b) => Json::from(*b),
            ast::Value::Int(n) => n.as_str().parse::<i64>().map_or_else(|_| Json::from(n.as_str()), Json::from),
            ast::Value::Float(f) => f
                .as_str()
                .parse::<f64>()
                .ok()
                .and_then(serde_json::Number::from_f64)
                .map_or_else(|| Json::from(f.as_str()), Json::Number),
            ast::Value::List(items) => Json::Array(items.iter().map(|i| self.json(i).unwrap_or(Json::Null)).collect()),
            ast::Value::Object(members) => {
                Json::Object(members.iter().filter_map(|(name, v)| Some((name.to_string(), self.json(v)?))).collect())
            }
        })
    }
}

/// Every selection set of the fields of one response key.
pub fn sub_selections<'a>(fields: &[&'a Node<Field>]) -> Vec<&'a SelectionSet> {
    fields.iter().map(|f| &f.selection_set).collect()
}
