//! Where variables stand. Validation refuses those that do not fit their place. One that may be null fits a place that
//! takes none when either has a default; a null that comes with the request is then an error of the field, which
//! [`super::propagate`] puts into the answer.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use apollo_compiler::ast::{Argument, InputValueDefinition, Type, Value, VariableDefinition};
use apollo_compiler::executable::{Directive, ExecutableDocument, Field, Operation, Selection, SelectionSet};
use apollo_compiler::{Node, Schema};
use serde_json::{Map, Value as Json};

use super::errors::GraphError;
use super::guard::line_column;
use crate::domain::error_code::Reason;

/// A variable at a place of an operation.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// Its name.
    pub name: &'a str,
    /// The argument in which it stands.
    pub argument: &'a str,
    /// The type of the place.
    pub wanted: &'a Type,
    /// Whether the place has a default.
    pub has_default: bool,
    /// The variable in the document.
    pub node: &'a Node<Value>,
}

/// Finds uses of variables.
#[derive(Debug, Clone, Copy)]
pub struct Uses<'a> {
    /// The schema.
    pub types: &'a Schema,
    /// The document, for its fragments.
    pub document: &'a ExecutableDocument,
}

type Flow<'a> = ControlFlow<Use<'a>>;
type Test<'t, 'a> = &'t dyn Fn(&Use<'a>) -> bool;

impl<'a> Uses<'a> {
    /// The first use that validation must refuse: a list for a single value, or a variable that may be null, with no
    /// default or one of null, at a place that takes none. apollo-compiler looks only at variables that are a whole
    /// argument, and takes a default of null for one that is not.
    pub fn misfit(&self, operation: &'a Operation) -> Option<(&'a Type, Use<'a>)> {
        if operation.variables.is_empty() {
            return None;
        }
        let declared: HashMap<&str, &VariableDefinition> =
            operation.variables.iter().map(|variable| (variable.name.as_str(), &**variable)).collect();
        let misfits = |used: &Use<'a>| declared.get(used.name).is_some_and(|variable| !is_allowed(variable, used));
        let used = self.in_operation(operation, &misfits).break_value()?;
        declared.get(used.name).map(|variable| (&*variable.ty, used))
    }

    /// Whether a variable is null at a place that takes none, also in a part that is skipped.
    pub fn has_misplaced_null(&self, operation: &'a Operation, variables: &Map<String, Json>) -> bool {
        variables.values().any(Json::is_null)
            && self.in_operation(operation, &|used| is_misplaced(used, variables)).is_break()
    }

    /// The null at a place that takes none among the arguments of a field.
    pub fn null_of_field(&self, field: &'a Field, variables: &Map<String, Json>) -> Option<Use<'a>> {
        self.in_arguments(&field.definition.arguments, &field.arguments, &|used| is_misplaced(used, variables))
            .break_value()
    }

    /// The same of a directive.
    pub fn null_of_directive(&self, directive: &'a Directive, variables: &Map<String, Json>) -> Option<Use<'a>> {
        self.in_directive(directive, &|used| is_misplaced(used, variables)).break_value()
    }

    fn in_operation(&self, operation: &'a Operation, test: Test<'_, 'a>) -> Flow<'a> {
        for directive in operation.directives.iter() {
            self.in_directive(directive, test)?;
        }
        self.in_selection(&operation.selection_set, &mut HashSet::new(), test)
    }

    fn in_selection(&self, set: &'a SelectionSet, seen: &mut HashSet<&'a str>, test: Test<'_, 'a>) -> Flow<'a> {
        for selection in &set.selections {
            for directive in selection.directives().iter() {
                self.in_directive(directive, test)?;
            }
            match selection {
                Selection::Field(field) => {
                    self.in_arguments(&field.definition.arguments, &field.arguments, test)?;
                    self.in_selection(&field.selection_set, seen, test)?;
                }
                Selection::InlineFragment(fragment) => self.in_selection(&fragment.selection_set, seen, test)?,
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && seen.insert(spread.fragment_name.as_str())
                    {
                        self.in_selection(&fragment.selection_set, seen, test)?;
                    }
                }
            }
        }
        Flow::Continue(())
    }

    fn in_directive(&self, directive: &'a Directive, test: Test<'_, 'a>) -> Flow<'a> {
        match self.types.directive_definitions.get(&directive.name) {
            Some(definition) => self.in_arguments(&definition.arguments, &directive.arguments, test),
            None => Flow::Continue(()),
        }
    }

    fn in_arguments(
        &self,
        definitions: &'a [Node<InputValueDefinition>],
        given: &'a [Node<Argument>],
        test: Test<'_, 'a>,
    ) -> Flow<'a> {
        for argument in given {
            if let Some(wanted) = definitions.iter().find(|d| d.name == argument.name) {
                self.in_value(&argument.name, &wanted.ty, wanted.default_value.is_some(), &argument.value, test)?;
            }
        }
        Flow::Continue(())
    }

    fn in_value(
        &self,
        argument: &'a str,
        wanted: &'a Type,
        has_default: bool,
        node: &'a Node<Value>,
        test: Test<'_, 'a>,
    ) -> Flow<'a> {
        match node.as_ref() {
            Value::Variable(name) => {
                let used = Use { name: name.as_str(), argument, wanted, has_default, node };
                if test(&used) {
                    return Flow::Break(used);
                }
            }
            Value::List(items) => {
                for item in items {
                    self.in_value(argument, wanted.item_type(), false, item, test)?;
                }
            }
            Value::Object(members) => {
                let Some(input) = self.types.get_input_object(wanted.inner_named_type()) else {
                    return Flow::Continue(());
                };
                for (name, member) in members {
                    if let Some(field) = input.fields.get(name) {
                        self.in_value(argument, &field.ty, field.default_value.is_some(), member, test)?;
                    }
                }
            }
            _ => {}
        }
        Flow::Continue(())
    }
}

/// `IsVariableUsageAllowed` of the specification.
fn is_allowed(variable: &VariableDefinition, used: &Use<'_>) -> bool {
    if !used.wanted.is_non_null() || variable.ty.is_non_null() {
        return variable.ty.is_assignable_to(used.wanted);
    }
    let has_default = variable.default_value.as_ref().is_some_and(|value| !value.is_null());
    (has_default || used.has_default) && variable.ty.is_assignable_to(&used.wanted.clone().nullable())
}

fn is_misplaced(used: &Use<'_>, variables: &Map<String, Json>) -> bool {
    used.wanted.is_non_null() && variables.get(used.name).is_some_and(Json::is_null)
}

impl Use<'_> {
    /// The error of a document that uses a variable of type `ty` here.
    pub fn misfit_error(&self, ty: &Type, text: &str) -> GraphError {
        let message =
            format!("the variable `${}` of type `{ty}` stands where `{}` is expected", self.name, self.wanted);
        let mut error = GraphError::new(Reason::InvalidDocument, message)
            .hint("declare the variable with the type of the place, or with a default that is not null");
        error.locations = self.node.location().map(|at| line_column(text, at.offset())).into_iter().collect();
        error
    }

    /// The error of a field in whose arguments the variable is null.
    pub fn null_error(&self, document: &ExecutableDocument) -> GraphError {
        let message = format!("the variable `${}` is null, expected `{}`", self.name, self.wanted);
        let mut error = GraphError::new(Reason::InvalidVariables, message)
            .at(self.argument)
            .hint("give the variable a value, or leave it out where it has a default");
        let at = self.node.location().and_then(|l| l.line_column(&document.sources));
        error.locations = at.map(|at| (at.line, at.column)).into_iter().collect();
        error
    }
}
