//! What a client is told when something goes wrong. The one place where any error becomes
//! `{message, path, extensions {code, reason, hint, argument, requestId}}`.

use serde_json::{Map, Value, json};

use crate::domain::error_code::Reason;
use crate::storage::StorageError;
use crate::storage::pool::AsStorageError;

/// An error of a request or of one of its root fields.
#[derive(Debug, Clone)]
pub struct GraphError {
    /// Which row of the table.
    pub reason: Reason,
    /// Where, what was expected, what came, what to do.
    pub message: String,
    /// The argument, as a path of names: `filter.startsOn.gte`.
    pub argument: Option<String>,
    /// What the user may have meant.
    pub hint: Option<String>,
    /// Lines and columns in the document.
    pub locations: Vec<(usize, usize)>,
    /// Response path of a field error: keys, and positions in lists.
    pub path: Vec<Value>,
    /// What went wrong inside, for the log; never sent.
    pub cause: Option<String>,
}

impl GraphError {
    /// An error with its message.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
            argument: None,
            hint: None,
            locations: Vec::new(),
            path: Vec::new(),
            cause: None,
        }
    }

    /// Names the argument.
    #[must_use]
    pub fn at(mut self, argument: impl Into<String>) -> Self {
        self.argument = Some(argument.into());
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The error as the client sees it; its cause is not part of it.
    pub fn to_json(&self, request_id: &str) -> Value {
        let row = self.reason.row();
        let mut extensions = Map::new();
        extensions.insert("code".to_owned(), json!(row.code));
        extensions.insert("reason".to_owned(), json!(row.reason));
        extensions.insert("hint".to_owned(), json!(self.hint.as_deref().unwrap_or(row.help)));
        if let Some(argument) = &self.argument {
            extensions.insert("argument".to_owned(), json!(argument));
        }
        if !request_id.is_empty() {
            extensions.insert("requestId".to_owned(), json!(request_id));
        }
        let mut out = Map::new();
        out.insert("message".to_owned(), json!(self.message));
        if !self.locations.is_empty() {
            let locations: Vec<Value> =
                self.locations.iter().map(|(line, column)| json!({"line": line, "column": column})).collect();
            out.insert("locations".to_owned(), Value::Array(locations));
        }
        if !self.path.is_empty() {
            out.insert("path".to_owned(), json!(self.path));
        }
        out.insert("extensions".to_owned(), Value::Object(extensions));
        Value::Object(out)
    }
}

/// An error while a request runs: the user's or the storage's.
#[derive(Debug)]
pub enum RunError {
    /// The user's mistake, told as it is.
    User(Box<GraphError>),
    /// The database's; its text stays inside.
    Storage(StorageError),
}

impl From<GraphError> for RunError {
    fn from(error: GraphError) -> Self {
        Self::User(Box::new(error))
    }
}

impl From<StorageError> for RunError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl AsStorageError for RunError {
    fn as_storage_error(&self) -> Option<&StorageError> {
        match self {
            Self::Storage(error) => Some(error),
            Self::User(_) => None,
        }
    }
}

impl From<StorageError> for GraphError {
    fn from(error: StorageError) -> Self {
        let (reason, message) = match &error {
            StorageError::Timeout => (Reason::Timeout, "the answer took longer than the time limit"),
            StorageError::Cancelled => (Reason::Timeout, "the answer was cancelled"),
            StorageError::Busy => {
                (Reason::Overloaded, "as many exports run already as may; try again when one has ended")
            }
            StorageError::QueueFull => (Reason::Overloaded, "too many requests wait already"),
            error if error.is_broken_connection() => (Reason::DatabaseUnavailable, "the database does not answer"),
            StorageError::Address(_) | StorageError::Unavailable(_) => {
                (Reason::DatabaseUnavailable, "the database does not answer")
            }
            _ => (Reason::Internal, "something went wrong inside the server"),
        };
        let mut told = Self::new(reason, message);
        told.cause = Some(error.to_string());
        told
    }
}

impl From<RunError> for GraphError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::User(error) => *error,
            RunError::Storage(error) => error.into(),
        }
    }
}
