//! Whole lists as files: one statement, whose rows are written while they are read, in the order and under the filter
//! of the list. Filters and orders are coerced and refused exactly as in a document, since they become the variables of
//! one. [`columns`] says what stands in a row, [`cells`] how it is written.

pub mod cells;
pub mod columns;

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use self::cells::Form;
use self::columns::{Columns, default_fields};
use super::checks::{self, Mentions};
use super::connection::{Place, page_of};
use super::errors::{GraphError, RunError};
use super::execute::{Record, Session};
use super::inputs::Inputs;
use super::language;
use super::plan::RowPlan;
use super::run::Graph;
use crate::catalog::{self, Entity};
use crate::storage::conn::Conn;
use crate::storage::snapshot::Shared;
use crate::storage::sql::select::Select;
use crate::storage::streaming::{Inlet, Outlet};

/// Bytes of a piece: large enough that the hand-over costs nothing, small enough that a few of them are little.
const PIECE: usize = 64 * 1024;

/// What is exported.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// The list: `tradeFigures`.
    pub entity: &'static Entity,
    /// How rows are written.
    pub form: Form,
    /// Arguments of the list: `filter`, `orderBy`, `atRevision`, and those that stand for conditions.
    pub arguments: Map<String, Json>,
    /// Paths of the columns; the entity's own when `None`.
    pub fields: Option<Vec<String>>,
    /// What the client would like names to be in: an `Accept-Language` header.
    pub accept_language: Option<String>,
    /// Only the head is wanted.
    pub head_only: bool,
}

/// An export that has begun.
#[derive(Debug)]
pub struct Export {
    /// Revision of the data that all of it is of.
    pub revision: i64,
    /// Changes with the content.
    pub tag: String,
    /// The file, piece by piece; nothing where only the head is wanted.
    pub rows: Inlet,
}

/// The lists that can be exported.
pub fn roots() -> impl Iterator<Item = &'static str> {
    catalog::ALL.iter().filter_map(|e| e.plural)
}

/// The arguments of a list that an export takes, with their GraphQL types.
pub fn arguments(entity: &Entity) -> Vec<(&'static str, String)> {
    let mut all = vec![("filter", format!("{}Filter", entity.name)), ("atRevision", "BigInt".to_owned())];
    if entity.sortable() {
        all.push(("orderBy", format!("[{}Order!]", entity.name)));
    }
    all.extend(entity.shortcuts().iter().map(|s| (s.argument, s.ty.to_owned())));
    all
}

impl Graph {
    /// Begins an export. Its errors are those that the same list has in a document; `OVERLOADED` when as many exports
    /// run as may.
    pub async fn export(&self, request: ExportRequest) -> Result<Export, Vec<GraphError>> {
        let variables = self.coerced(&request)?;
        let limits = self.limits;
        let work = move |conn: &mut Conn, snapshot: &Shared, outlet: &mut Outlet<(i64, String), RunError>| {
            let mentions = Mentions::default();
            let inputs = Inputs { snapshot, limits: &limits, scales: None, hops: 0, mentions: &mentions };
            let entity = request.entity;
            let name = entity.plural.unwrap_or_default();
            let list =
                page_of(&inputs, entity, Place { name, link: None }, &variables).map_err(|e| at_root(e, name))?;
            let list = super::connection::List { page: None, ..list };
            let mut plan = RowPlan::new(entity);
            let language = language::preferred(request.accept_language.as_deref());
            let fields = request.fields.clone().unwrap_or_else(|| default_fields(entity));
            let mut columns = Columns::of(&mut plan, &fields, snapshot, request.form, language)?;
            // Both sides of the figures are merged by the keys.
            plan.keys(&list);
            let mut session = Session::new(conn, snapshot, Record::Nothing);
            checks::verify(&mut session, &checks::sorted(mentions))?;
            let mut head = Some((snapshot.revision, tag(&request, &fields, language, snapshot.revision)));
            if request.head_only {
                return Ok(head.take().map_or(Ok(()), |head| outlet.begin(head))?);
            }
            let select = Select {
                entity,
                arms: list.arms(snapshot),
                columns: plan.columns,
                order: list.order,
                backward: false,
                limit: None,
                parents: None,
            };
            let mut piece = String::with_capacity(PIECE + PIECE / 8);
            columns.head(&mut piece);
            // What goes wrong before the first piece is there is told as an error, not as a file that ends at once.
            let mut send = |piece: String| {
                head.take().map_or(Ok(()), |head| outlet.begin(head))?;
                outlet.send(piece.into_bytes())
            };
            conn.each(select, |row| {
                columns.row(&row, &mut piece);
                if piece.len() < PIECE {
                    return Ok(());
                }
                send(std::mem::replace(&mut piece, String::with_capacity(PIECE + PIECE / 8)))
            })?;
            Ok(send(piece)?)
        };
        let ((revision, tag), rows) =
            self.db.stream::<_, RunError>(work).await.map_err(|e| vec![GraphError::from(e)])?;
        Ok(Export { revision, tag, rows })
    }

    /// The arguments as a document's variables become them.
    fn coerced(&self, request: &ExportRequest) -> Result<Map<String, Json>, Vec<GraphError>> {
        let known = arguments(request.entity);
        let given = known.iter().filter(|(name, _)| request.arguments.contains_key(*name));
        let (mut declared, mut passed) = (String::new(), String::new());
        for (name, ty) in given {
            let _infallible = write!(declared, "${name}: {ty} ");
            let _infallible = write!(passed, "{name}: ${name} ");
        }
        if declared.is_empty() {
            return Ok(Map::new());
        }
        let root = request.entity.plural.unwrap_or_default();
        let document = self.documents.prepare(&format!("query({declared}) {{ {root}({passed}) {{ totalCount }} }}"))?;
        let (_, variables) = self.documents.operation(&document, None, &request.arguments).map_err(|e| vec![e])?;
        Ok(variables)
    }
}

fn at_root(mut error: GraphError, root: &str) -> GraphError {
    if error.argument.is_some() {
        error.message = format!("{root}: {}", error.message);
    }
    error
}

/// Equal for equal content: the same question of the same revision, written by the same version of the program.
fn tag(request: &ExportRequest, fields: &[String], language: &str, revision: i64) -> String {
    let mut hasher = Sha256::new();
    let arguments = Json::Object(request.arguments.clone()).to_string();
    let form = request.form.ending();
    let parts = [env!("CARGO_PKG_VERSION"), request.entity.name, form, language, &arguments];
    for part in parts.into_iter().chain(fields.iter().map(String::as_str)) {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let digest: String = hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{revision}-{digest}")
}
