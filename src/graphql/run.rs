//! One request from text to JSON: the document front, then one job on a database thread that plans, reads and writes
//! everything in one read transaction.

use std::sync::Arc;
use std::time::{Duration, Instant};

use apollo_compiler::executable::Operation;
use apollo_compiler::introspection;
use apollo_compiler::validation::Valid;
use serde_json::{Map, Value as Json, json};

use super::checks::{self, Mentions};
use super::collect::Reader;
use super::document::{Document, Documents};
use super::errors::{GraphError, RunError};
use super::execute::{Record, Session};
use super::hints;
use super::language;
use super::limits::Limits;
use super::lookup;
use super::objects;
use super::one_of;
use super::plan::{Object, Planner, Root, RootWhat, Wants, Which};
use super::propagate::propagate;
use super::render::{Writer, path_at, push_key, push_text};
use super::schema::GraphSchema;
use super::service;
use super::variables::Uses;
use crate::domain::error_code::Reason;
use crate::storage::pool::Db;
use crate::storage::snapshot::Snapshot;

/// Answers GraphQL requests.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "the schema has none")]
pub struct Graph {
    /// The schema.
    pub schema: Arc<GraphSchema>,
    /// Limits in force.
    pub limits: Limits,
    pub(super) documents: Arc<Documents>,
    pub(super) db: Db,
    /// What answers tell of their statements, for tests and explanations.
    record: Record,
    /// Datasets that are taken where a question of statistics leaves several.
    datasets: Arc<[String]>,
}

/// A request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The document.
    pub query: String,
    /// Which operation.
    pub operation_name: Option<String>,
    /// Variables.
    pub variables: Map<String, Json>,
    /// Whether only a query may run, as over GET.
    pub query_only: bool,
    /// What the client would like names to be in: an `Accept-Language` header.
    pub accept_language: Option<String>,
    /// For messages and logs.
    pub request_id: String,
}

/// An answer.
#[derive(Debug)]
pub struct Response {
    /// The JSON.
    pub body: String,
    /// HTTP status for `application/graphql-response+json`.
    pub status: u16,
    /// Why the request as a whole was refused: no `data` in the body.
    pub refused: Option<Reason>,
    /// Statements that ran.
    pub statements: usize,
    /// What went wrong inside, for the log.
    pub cause: Option<String>,
}

/// What a job makes.
struct Done {
    data: String,
    errors: Vec<GraphError>,
    hints: Vec<Json>,
    revision: i64,
    statements: usize,
    texts: Option<Vec<String>>,
    plans: Option<Vec<Vec<String>>>,
}

impl Response {
    /// An answer that only tells errors.
    pub fn refused(errors: &[GraphError], request_id: &str) -> Self {
        let told: Vec<Json> = errors.iter().map(|e| e.to_json(request_id)).collect();
        Self {
            body: json!({ "errors": told }).to_string(),
            status: errors.first().map_or(500, |e| e.reason.row().status),
            refused: errors.first().map(|e| e.reason),
            statements: 0,
            cause: errors.iter().find_map(|e| e.cause.clone()),
        }
    }
}

impl Graph {
    /// A graph over a database.
    pub fn new(schema: Arc<GraphSchema>, limits: Limits, db: Db) -> Self {
        let documents = Arc::new(Documents::new(Arc::clone(&schema), limits));
        Self { schema, limits, documents, db, record: Record::Nothing, datasets: Arc::from([]) }
    }

    /// The same graph, with the texts of statements in `extensions.tearoad.sql`. They show the structure of the
    /// database: not for strangers.
    #[must_use]
    pub fn recording_statements(mut self) -> Self {
        self.record = Record::Texts;
        self
    }

    /// The same graph, with also what the database does for each statement in `extensions.tearoad.plans`.
    #[must_use]
    pub fn recording_plans(mut self) -> Self {
        self.record = Record::Plans;
        self
    }

    /// The same graph, with datasets of which the first is taken where a question of statistics leaves several.
    #[must_use]
    pub fn preferring_datasets(mut self, codes: Vec<String>) -> Self {
        self.datasets = Arc::from(codes);
        self
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Answers a request.
    pub async fn answer(&self, request: Request) -> Response {
        let id = request.request_id.clone();
        match self.try_answer(request).await {
            Ok(response) => response,
            Err(errors) => Response::refused(&errors, &id),
        }
    }

    async fn try_answer(&self, request: Request) -> Result<Response, Vec<GraphError>> {
        let until = Instant::now() + Duration::from_millis(self.limits.time_ms);
        let document = self.documents.prepare(&request.query)?;
        let (operation, variables) = self
            .documents
            .operation(&document, request.operation_name.as_deref(), &request.variables)
            .map_err(|e| vec![e])?;
        if !operation.is_query() {
            // The schema has no other type, so this is only met over GET when it gets one.
            let reason = if request.query_only { Reason::MutationOverGet } else { Reason::InvalidDocument };
            return Err(vec![GraphError::new(reason, "only queries can be run here")]);
        }
        let name = operation.name.as_ref().map(ToString::to_string);
        let language = language::preferred(request.accept_language.as_deref());
        let introspection = self.introspection(&document, operation, &variables).map_err(|e| vec![e])?;
        let done = self.read(&document, name, variables, introspection, language, until).await.map_err(|e| vec![e])?;
        Ok(finish(&done, &request.request_id))
    }

    /// The answer to the introspection fields, by response key.
    fn introspection(
        &self,
        document: &Document,
        operation: &Operation,
        variables: &Map<String, Json>,
    ) -> Result<Map<String, Json>, GraphError> {
        let asks = operation.root_fields(document).any(|f| f.name.as_str().starts_with("__") && f.name != "__typename");
        if !asks {
            return Ok(Map::new());
        }
        introspection::check_max_depth(document, operation)
            .map_err(|e| GraphError::new(Reason::TooDeep, e.message().to_string()))?;
        let failed = |what: &str| GraphError::new(Reason::Internal, format!("introspection: {what}"));
        let variables =
            serde_json::from_value(Json::Object(variables.clone())).map_err(|_| failed("unreadable variables"))?;
        let replaced = one_of::replaced(&self.schema.types, document, operation);
        let (document, operation) = replaced.as_ref().map_or((&**document, operation), |(d, o)| (d, o));
        let answer = introspection::partial_execute(
            &self.schema.types,
            &self.schema.implementers,
            document,
            operation,
            &Valid::assume_valid(variables),
        )
        .map_err(|e| failed(&e.message().to_string()))?;
        let data = serde_json::to_value(answer.data).unwrap_or_default();
        Ok(match if replaced.is_some() { one_of::answer(data) } else { data } {
            Json::Object(data) => data,
            _ => Map::new(),
        })
    }

    async fn read(
        &self,
        document: &Document,
        operation: Option<String>,
        variables: Map<String, Json>,
        introspection: Map<String, Json>,
        language: &'static str,
        until: Instant,
    ) -> Result<Done, GraphError> {
        let document = Arc::clone(document);
        let schema = Arc::clone(&self.schema);
        let limits = self.limits;
        let record = self.record;
        let datasets = Arc::clone(&self.datasets);
        let work = move |conn: &mut crate::storage::conn::Conn, snapshot: &crate::storage::snapshot::Shared| {
            let operation = document
                .operations
                .get(operation.as_deref())
                .map_err(|_| GraphError::new(Reason::OperationNotFound, "there is no such operation"))?;
            let nulls = Uses { types: &schema.types, document: &document }.has_misplaced_null(operation, &variables);
            let reader = Reader { document: &document, types: &schema.types, variables: &variables, nulls };
            let mentions = Mentions::default();
            let planner =
                Planner { reader, snapshot, limits: &limits, mentions: &mentions, language, datasets: &datasets };
            let roots = planner.operation(&operation.selection_set)?;
            let backend = conn.backend();
            let mut session = Session::new(conn, snapshot, record);
            checks::verify(&mut session, &checks::sorted(mentions))?;
            let mut done = write(&roots, session, &introspection, backend, &limits)?;
            if nulls {
                let data = serde_json::from_str(&done.data).map_err(|e| internal("unreadable answer", &e))?;
                let passed = propagate(&reader, &operation.selection_set, &data, done.errors)?;
                (done.data, done.errors) = (passed.data, passed.errors);
            }
            Ok(done)
        };
        self.db.read::<Done, RunError>(until, work).await.map_err(GraphError::from)
    }
}

fn internal(message: &str, cause: &dyn std::error::Error) -> GraphError {
    GraphError { cause: Some(cause.to_string()), ..GraphError::new(Reason::Internal, message) }
}

/// Reads and writes every root field.
fn write(
    roots: &[Root],
    mut session: Session<'_>,
    introspection: &Map<String, Json>,
    backend: &str,
    limits: &Limits,
) -> Result<Done, RunError> {
    let snapshot: &Snapshot = session.snapshot;
    let mut writer = Writer { out: String::with_capacity(4096), snapshot, failed: Vec::new() };
    let mut errors = Vec::new();
    let mut told_hints = Vec::new();
    writer.out.push('{');
    for (position, root) in roots.iter().enumerate() {
        push_key(&mut writer.out, position == 0, &root.key);
        let mut told = match &root.what {
            RootWhat::Typename => {
                push_text(&mut writer.out, "Query");
                None
            }
            RootWhat::Introspection => {
                writer.out.push_str(&introspection.get(&root.key).unwrap_or(&Json::Null).to_string());
                None
            }
            RootWhat::Service(shape) => {
                writer.tree(&service::service(snapshot, backend, limits), Some(shape));
                None
            }
            RootWhat::Connection(plan, list, wants, fields) => {
                let (level, page) = session.list(plan, list, *wants)?;
                writer.connection(plan, list, fields, &level, &page);
                None
            }
            RootWhat::Facets(plan, list, fields) => {
                let (level, page) = session.list(plan, list, Wants::default())?;
                writer.facets(plan, fields, &level, &page);
                None
            }
            RootWhat::Object(object) => write_object(&mut writer, &mut session, object)?,
            RootWhat::Nodes(nodes) => {
                let read = nodes.types.iter().map(|(kindred, keys)| session.objects(&kindred.rows, keys));
                let read: Vec<_> = read.collect::<Result<_, _>>()?;
                writer.nodes_in_order(nodes, &read);
                None
            }
            RootWhat::Asked(asked) => {
                let answer = asked.question.ask(&mut session)?;
                let found = session.found(&objects::items(&answer), &asked.shape)?;
                writer.value_with(&answer, &asked.shape, &found);
                told_hints.extend(asked.question.hint(&answer));
                None
            }
            RootWhat::Failed(error) => {
                writer.out.push_str("null");
                Some((**error).clone())
            }
            RootWhat::Null => {
                writer.out.push_str("null");
                None
            }
        };
        if let Some(error) = &mut told {
            error.path = vec![Json::from(root.key.as_str())];
        }
        errors.extend(told);
    }
    writer.out.push('}');
    for (place, error) in writer.failed {
        errors.push(GraphError { path: path_at(&writer.out, place), ..error });
    }
    let data = writer.out;
    told_hints.extend(hints::of_empty_lists(&mut session));
    Ok(Done {
        data,
        errors,
        hints: told_hints,
        revision: snapshot.revision,
        statements: session.statements,
        texts: session.texts,
        plans: session.plans,
    })
}

fn write_object(
    writer: &mut Writer<'_>,
    session: &mut Session<'_>,
    object: &Object,
) -> Result<Option<GraphError>, RunError> {
    let level = session.object(object)?;
    writer.row(&object.rows, &object.shape, &level, 0);
    let Some(missing) = object.missing.as_deref().filter(|_| level.rows.is_empty()) else { return Ok(None) };
    let near = match &object.which {
        Which::Slug(slug) => session.nearest_slugs(object.rows.entity, slug)?,
        _ => Vec::new(),
    };
    Ok(Some(lookup::naming(missing.clone(), &near)))
}

fn finish(done: &Done, request_id: &str) -> Response {
    let mut body = String::with_capacity(done.data.len() + 128);
    body.push_str("{\"data\":");
    body.push_str(&done.data);
    if !done.errors.is_empty() {
        let told: Vec<Json> = done.errors.iter().map(|e| e.to_json(request_id)).collect();
        body.push_str(",\"errors\":");
        body.push_str(&Json::Array(told).to_string());
    }
    let mut extensions = Map::new();
    extensions.insert("revision".to_owned(), json!(done.revision.to_string()));
    if !done.hints.is_empty() {
        extensions.insert("hints".to_owned(), Json::from(done.hints.as_slice()));
    }
    if let Some(texts) = &done.texts {
        extensions.insert("statements".to_owned(), json!(done.statements));
        extensions.insert("sql".to_owned(), json!(texts));
    }
    if let Some(plans) = &done.plans {
        extensions.insert("plans".to_owned(), json!(plans));
    }
    body.push_str(",\"extensions\":");
    body.push_str(&json!({ "tearoad": extensions }).to_string());
    body.push('}');
    Response { body, status: 200, refused: None, statements: done.statements, cause: None }
}
