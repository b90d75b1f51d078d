//! The front of the way of a document: scan, parse, guard, validate, coerce variables. A validated document is kept by
//! its text, so that a repeated one skips all of it but the variables.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::executable::{ExecutableDocument, Operation};
use apollo_compiler::parser::{Parser, SourceSpan};
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::{DiagnosticData, DiagnosticList, Valid};
use serde_json::{Map, Value as Json};

use super::errors::GraphError;
use super::guard;
use super::limits::Limits;
use super::schema::GraphSchema;
use super::variables::Uses;
use crate::domain::error_code::Reason;

/// Validated documents that are kept.
const KEPT: usize = 1000;
/// Longest document that is kept.
const KEPT_BYTES: usize = 64 * 1024;
/// Errors told of one document.
const TOLD: usize = 10;

/// A validated document.
pub type Document = Arc<Valid<ExecutableDocument>>;

/// Parses and validates documents.
#[expect(missing_debug_implementations, reason = "the schema has none")]
pub struct Documents {
    schema: Arc<GraphSchema>,
    limits: Limits,
    kept: Mutex<HashMap<String, Document>>,
}

impl Documents {
    /// A front for a schema.
    pub fn new(schema: Arc<GraphSchema>, limits: Limits) -> Self {
        Self { schema, limits, kept: Mutex::new(HashMap::new()) }
    }

    /// The validated document of a text.
    pub fn prepare(&self, text: &str) -> Result<Document, Vec<GraphError>> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept().get(text) {
            return Ok(Arc::clone(found));
        }
        let blanks = guard::scan(text, &self.limits).map_err(|e| vec![e])?;
        for description in &blanks.descriptions {
            check_string(text, description).map_err(|e| vec![e])?;
        }
        // The scan has counted the tokens; the parser counts blanks and commas too, at most one a byte.
        let mut parser = Parser::new().token_limit(self.limits.body_bytes.saturating_add(1)).recursion_limit(500);
        let ast =
            parser.parse_ast(blanks.cover(text), "query").map_err(|e| told(text, &e.errors, Reason::SyntaxError))?;
        guard::measure(&ast, &self.limits).map_err(|e| vec![e])?;
        let document = ast
            .to_executable_validate(&self.schema.types)
            .map_err(|e| told(text, &e.errors, Reason::InvalidDocument))?;
        self.check_variables(text, &document)?;
        let document = Arc::new(document);
        if text.len() <= KEPT_BYTES {
            let mut kept = kept();
            if kept.len() >= KEPT {
                // Rare and cheap: whoever comes next is validated again.
                kept.clear();
            }
            kept.insert(text.to_owned(), Arc::clone(&document));
        }
        Ok(document)
    }

    fn check_variables(&self, text: &str, document: &ExecutableDocument) -> Result<(), Vec<GraphError>> {
        let uses = Uses { types: &self.schema.types, document };
        let misfits = document.operations.iter().filter_map(|operation| uses.misfit(operation));
        let errors: Vec<GraphError> = misfits.take(TOLD).map(|(ty, used)| used.misfit_error(ty, text)).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// The operation to run and its coerced variables.
    pub fn operation<'d>(
        &self,
        document: &'d Valid<ExecutableDocument>,
        name: Option<&str>,
        variables: &Map<String, Json>,
    ) -> Result<(&'d Operation, Map<String, Json>), GraphError> {
        let operation = document.operations.get(name).map_err(|_| {
            let names: Vec<String> = document.operations.named.keys().map(|n| format!("`{n}`")).collect();
            let message = match name {
                Some(name) => {
                    format!("there is no operation `{}` in the document", name.chars().take(60).collect::<String>())
                }
                None => "the document has several operations and none is named".to_owned(),
            };
            let error = GraphError::new(Reason::OperationNotFound, message).at("operationName");
            if names.is_empty() {
                error
            } else {
                error.hint(format!("set operationName to one of {}", names.join(", ")))
            }
        })?;
        let given: JsonMap = serde_json::from_value(Json::Object(variables.clone())).map_err(|_| {
            GraphError::new(Reason::InvalidVariables, "the variables are not a JSON object").at("variables")
        })?;
        let coerced = coerce_variable_values(&self.schema.types, operation, &given).map_err(|e| {
            let mut error =
                GraphError::new(Reason::InvalidVariables, one_line(&e.message().to_string())).at("variables");
            let told = e.to_graphql_error(&document.sources);
            error.locations = told.locations.iter().map(|l| (l.line, l.column)).collect();
            error
        })?;
        let coerced = match serde_json::to_value(coerced.into_inner()) {
            Ok(Json::Object(map)) => map,
            _ => Map::new(),
        };
        Ok((operation, coerced))
    }
}

/// Refuses a description that is no string of the language: it is read like a value.
fn check_string(text: &str, range: &Range<usize>) -> Result<(), GraphError> {
    let value = format!("{{a(b:{})}}", text.get(range.clone()).unwrap_or_default());
    Parser::new().parse_ast(value, "description").map(drop).map_err(|_| {
        let mut error = GraphError::new(Reason::SyntaxError, "syntax error: the description is not a string");
        error.locations = vec![guard::line_column(text, range.start)];
        error
    })
}

fn told(text: &str, errors: &DiagnosticList, reason: Reason) -> Vec<GraphError> {
    // A field that is not known is left out, so that the selection around it may look empty.
    let unknown: Vec<SourceSpan> = errors
        .iter()
        .filter(|d| d.error.unstable_error_name() == Some("UndefinedField"))
        .filter_map(|d| d.error.location())
        .collect();
    let only_looks_empty = |error: &DiagnosticData| {
        error.unstable_error_name() == Some("MissingSubselection")
            && error.location().is_some_and(|around| {
                unknown.iter().any(|u| around.offset() < u.offset() && u.end_offset() <= around.end_offset())
            })
    };
    errors
        .iter()
        .filter(|diagnostic| !only_looks_empty(diagnostic.error))
        .take(TOLD)
        .map(|diagnostic| {
            let mut error = GraphError::new(reason, one_line(&diagnostic.error.to_string()));
            let at = diagnostic.error.location();
            error.locations = at.map(|at| guard::line_column(text, at.offset())).into_iter().collect();
            error
        })
        .collect()
}

/// The first line of a library's message, cut, since it may carry the source line or a whole value; it begins small like
/// all messages.
fn one_line(message: &str) -> String {
    let mut chars = message.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control());
    let first = chars.next().into_iter().flat_map(char::to_lowercase);
    first.chain(chars).take(300).collect::<String>().trim_end_matches('.').to_owned()
}
