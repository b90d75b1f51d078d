//! Floor 2: connections, rows, the SQL tree, migrations, the snapshot of small dimensions.
//!
//! [`conn`] holds the one `match` on the backend; [`sql`] is the tree that both backends share; [`dialect`] is
//! where they differ. Knows nothing of GraphQL and HTTP.

pub mod bulk;
pub mod conn;
pub mod deadline;
pub mod dialect;
pub mod figures;
pub mod migrate;
pub mod nodes;
pub mod pool;
pub mod requester;
pub mod revision;
#[expect(missing_docs, reason = "printed by diesel from the migrations")]
pub mod schema;
pub mod snapshot;
pub mod sql;
pub mod streaming;
pub mod terms;
pub mod turn;
pub mod value;

/// What can go wrong below GraphQL.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The address of the database cannot be used; the text says why and what to do.
    #[error("{0}")]
    Address(String),
    /// No connection, or it broke.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// A statement failed.
    #[error("a statement failed: {0}")]
    Statement(#[from] diesel::result::Error),
    /// The deadline passed.
    #[error("the statement took longer than allowed")]
    Timeout,
    /// The statement was stopped because nobody waits for it.
    #[error("the statement was cancelled")]
    Cancelled,
    /// A row does not hold what the schema says.
    #[error("unexpected data: {0}")]
    Corrupt(String),
    /// Migrations are missing or too new, or failed.
    #[error("{0}")]
    Schema(String),
    /// As many long reads run as may.
    #[error("too many long reads of the database run already")]
    Busy,
    /// The queue in front of the database threads is full.
    #[error("too many requests wait for the database")]
    QueueFull,
}

impl StorageError {
    /// Whether the connection itself is broken, so that a read may be tried once more on another.
    pub fn is_broken_connection(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Statement(diesel::result::Error::DatabaseError(kind, info)) => {
                matches!(kind, diesel::result::DatabaseErrorKind::ClosedConnection)
                    || [
                        "server closed the connection",
                        "connection to server",
                        "terminating connection",
                        "no connection to the server",
                        "SSL SYSCALL",
                        "could not receive data",
                        "could not send data",
                    ]
                    .iter()
                    .any(|sign| info.message().contains(sign))
            }
            Self::Statement(diesel::result::Error::BrokenTransactionManager) => true,
            _ => false,
        }
    }

    /// The same error, with a stopped statement told apart.
    #[must_use]
    pub fn classified(self) -> Self {
        match &self {
            Self::Statement(diesel::result::Error::DatabaseError(_, info)) => match info.message() {
                "interrupted" => deadline::stopped().unwrap_or(Self::Timeout),
                message if message.contains("statement timeout") => Self::Timeout,
                message if message.contains("canceling statement due to user request") => Self::Cancelled,
                _ => self,
            },
            _ => self,
        }
    }
}
