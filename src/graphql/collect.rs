//! Collects the fields of a selection for one concrete type: fragments followed, `@skip` and `@include` obeyed,
//! selections of one response key together. Arguments become JSON with the variables put in.

use std::collections::HashSet;

use apollo_compiler::ast;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::executable::{Directive, ExecutableDocument, Field, Selection, SelectionSet};
use apollo_compiler::{Node, Schema};
use serde_json::{Map, Value as Json};

use super::variables::{Use, Uses};

/// What the selections of an operation are read with.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The document, for its fragments.
    pub document: &'a ExecutableDocument,
    /// The schema, for type conditions.
    pub types: &'a Schema,
    /// Coerced variables.
    pub variables: &'a Map<String, Json>,
    /// Whether one of them is null at a place that takes none. Then fields that fail for it are not planned, objects
    /// are written with their type, and [`super::propagate`] has the last word.
    pub nulls: bool,
}

/// Every selection of one response key, in the order of first appearance.
pub type Collected<'a> = IndexMap<&'a str, Vec<&'a Node<Field>>>;

impl<'a> Reader<'a> {
    /// The fields of `sets` that apply to objects of `concrete` and can be read.
    pub fn collect(&self, concrete: &str, sets: &[&'a SelectionSet]) -> Collected<'a> {
        let mut out = Collected::default();
        // Objects for which this fails become null, whatever is read of them.
        let _failed = self.collect_sets(concrete, sets, &mut out).is_err();
        if self.nulls {
            out.retain(|_, fields| fields.first().is_none_or(|field| self.null_argument(field).is_none()));
        }
        out
    }

    /// The fields of `sets` that apply to objects of `concrete`, or the variable for which all these objects fail.
    pub fn collect_all(&self, concrete: &str, sets: &[&'a SelectionSet]) -> Result<Collected<'a>, Use<'a>> {
        let mut out = Collected::default();
        self.collect_sets(concrete, sets, &mut out).map(|()| out)
    }

    fn collect_sets(&self, concrete: &str, sets: &[&'a SelectionSet], out: &mut Collected<'a>) -> Result<(), Use<'a>> {
        let mut visited = HashSet::new();
        sets.iter().try_for_each(|set| self.collect_into(concrete, set, &mut visited, out))
    }

    fn collect_into(
        &self,
        concrete: &str,
        set: &'a SelectionSet,
        visited: &mut HashSet<&'a str>,
        out: &mut Collected<'a>,
    ) -> Result<(), Use<'a>> {
        for selection in &set.selections {
            // A fragment counts once; the directives of its other spreads are not looked at.
            if let Selection::FragmentSpread(spread) = selection
                && visited.contains(spread.fragment_name.as_str())
            {
                continue;
            }
            if !self.is_included(selection.directives())? {
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
                        self.collect_into(concrete, &fragment.selection_set, visited, out)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    visited.insert(spread.fragment_name.as_str());
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && self.applies(fragment.type_condition().as_str(), concrete)
                    {
                        self.collect_into(concrete, &fragment.selection_set, visited, out)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn applies(&self, condition: &str, concrete: &str) -> bool {
        condition == concrete || self.types.is_subtype(condition, concrete)
    }

    /// Whether `@skip` and `@include` let a selection be; `@include` is not looked at when `@skip` decides.
    fn is_included(&self, directives: &'a ast::DirectiveList) -> Result<bool, Use<'a>> {
        if let Some(skip) = directives.get("skip")
            && self.condition(skip)?
        {
            return Ok(false);
        }
        directives.get("include").map_or(Ok(true), |include| self.condition(include))
    }

    fn condition(&self, directive: &'a Directive) -> Result<bool, Use<'a>> {
        if self.nulls
            && let Some(used) = self.uses().null_of_directive(directive, self.variables)
        {
            return Err(used);
        }
        let value = directive.specified_argument_by_name("if").and_then(|v| self.json(v));
        Ok(value.and_then(|v| v.as_bool()).unwrap_or(false))
    }

    /// The variable that is null at a place of the field's arguments that takes none.
    pub fn null_argument(&self, field: &'a Field) -> Option<Use<'a>> {
        if self.nulls { self.uses().null_of_field(field, self.variables) } else { None }
    }

    fn uses(&self) -> Uses<'a> {
        Uses { types: self.types, document: self.document }
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
