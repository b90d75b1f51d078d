//! Rows that are held for one table until they are written.

use super::TransferError;
use crate::domain::fold::fold;
use crate::storage::bulk;
use crate::storage::conn::Conn;
use crate::storage::value::Value;

/// Languages of [`Names::add`].
const LANGUAGES: [&str; 3] = ["en", "zh", "ru"];

/// Rows for one table.
pub(super) struct Table {
    pub(super) name: &'static str,
    columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<Value>>,
}

impl Table {
    pub(super) fn new(name: &'static str, columns: &'static [&'static str]) -> Self {
        Self { name, columns, rows: Vec::new() }
    }

    pub(super) fn save(&self, conn: &mut Conn) -> Result<(), TransferError> {
        bulk::insert(conn, self.name, self.columns, &[], &self.rows)?;
        Ok(())
    }
}

/// Names of subjects.
pub(super) struct Names {
    names: Table,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { names: Table::new("names", &["subject_kind", "subject_id", "language", "ordinal", "text", "folded"]) }
    }

    pub(super) fn add(&mut self, kind: &str, id: i64, texts: [&str; 3]) {
        for (language, text) in LANGUAGES.iter().zip(texts).filter(|(_, text)| !text.is_empty()) {
            self.names.rows.push(vec![
                Value::Text(kind.to_owned()),
                Value::Int(id),
                Value::Text((*language).to_owned()),
                Value::Int(0),
                Value::Text(text.to_owned()),
                Value::Text(fold(text)),
            ]);
        }
    }

    pub(super) fn save(&self, conn: &mut Conn) -> Result<(), TransferError> {
        self.names.save(conn)
    }
}
