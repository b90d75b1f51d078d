//! Floor 4: HTTP. Routes, limits of bodies and time, pages. Knows no database.
//!
//! [`graphql`] is the endpoint; [`export`] gives whole lists as files; [`health`] tells whether the service lives and is ready; [`ui`] serves GraphiQL from
//! inside the program.

pub mod export;
pub mod graphql;
pub mod health;
pub mod negotiate;
pub mod ui;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue};
use actix_web::middleware::{Compress, DefaultHeaders, Next, from_fn};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Resource, web};

use crate::domain::error_code::Reason;
use crate::graphql::errors::GraphError;
use crate::graphql::run::{Graph, Response};

/// Settings of the server.
#[derive(Debug, Clone, Copy)]
pub struct ServerConfig {
    /// Worker threads for HTTP; 0 is one per core.
    pub workers: usize,
    /// Longest time a body may take to arrive.
    pub body_timeout: Duration,
    /// Longest time to finish requests when stopping.
    pub shutdown_timeout: Duration,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { workers: 0, body_timeout: Duration::from_secs(10), shutdown_timeout: Duration::from_secs(8) }
    }
}

/// Time between the signal to stop and the end of reading requests.
const READ_WHAT_CAME: Duration = Duration::from_millis(250);

/// What handlers share.
pub struct Shared {
    /// Answers requests.
    pub graph: Graph,
    /// Settings.
    pub config: ServerConfig,
    ids: RequestIds,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Makes ids of requests: different in every process, growing within one.
#[derive(Debug)]
struct RequestIds {
    prefix: String,
    next: AtomicU64,
}

impl RequestIds {
    fn new() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self { prefix: format!("{:x}{:x}", std::process::id(), now.as_micros()), next: AtomicU64::new(1) }
    }

    /// The client's id where it is short and harmless, else a new one.
    fn of(&self, request: &HttpRequest) -> String {
        let given = request.headers().get("x-request-id").and_then(|v| v.to_str().ok());
        let fits = |id: &&str| {
            !id.is_empty()
                && id.len() <= 64
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        match given.filter(fits) {
            Some(id) => id.to_owned(),
            None => format!("{}-{}", self.prefix, self.next.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

impl Shared {
    /// What handlers share.
    pub fn new(graph: Graph, config: ServerConfig) -> Self {
        Self { graph, config, ids: RequestIds::new() }
    }

    /// The id of a request.
    pub fn request_id(&self, request: &HttpRequest) -> String {
        self.ids.of(request)
    }
}

/// Routes of the service.
pub fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/graphql")
            .route(web::get().to(graphql::get))
            .route(web::post().to(graphql::post))
            .default_service(web::to(|request, shared| method_not_allowed(request, shared, "GET, POST"))),
    )
    .service(page("/export/{file}").route(web::get().to(export::file)).route(web::head().to(export::file)))
    .service(page("/health").route(web::get().to(health::health)).route(web::head().to(health::health)))
    .service(page("/ready").route(web::get().to(health::ready)).route(web::head().to(health::ready)))
    .service(page("/schema.graphql").route(web::get().to(health::schema)).route(web::head().to(health::schema)))
    .service(page("/").route(web::get().to(ui::home)).route(web::head().to(ui::home)))
    .service(page("/graphiql").route(web::get().to(ui::index)).route(web::head().to(ui::index)))
    .service(page("/graphiql/{path:.*}").route(web::get().to(ui::asset)).route(web::head().to(ui::asset)))
    .default_service(web::to(not_found));
}

/// Something that is only read.
fn page(path: &str) -> Resource {
    web::resource(path).default_service(web::to(|request, shared| method_not_allowed(request, shared, "GET, HEAD")))
}

async fn method_not_allowed(request: HttpRequest, shared: web::Data<Shared>, allowed: &'static str) -> HttpResponse {
    let error = GraphError::new(Reason::MethodNotAllowed, format!("{} cannot be used here", request.method()));
    let id = shared.request_id(&request);
    let mut response = graphql::send(&request, &Response::refused(&[error], &id), &id);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

async fn not_found(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    let error = GraphError::new(Reason::NotFound, "there is nothing at this path")
        .hint("the endpoint is /graphql, GraphiQL is at /graphiql");
    let id = shared.request_id(&request);
    graphql::send(&request, &Response::refused(&[error], &id), &id)
}

/// Every answer names the request, so that a user can quote it.
async fn with_request_id(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let name = HeaderName::from_static("x-request-id");
    if !response.headers().contains_key(&name)
        && let Some(shared) = response.request().app_data::<web::Data<Shared>>()
        && let Ok(id) = HeaderValue::from_str(&shared.request_id(response.request()))
    {
        response.headers_mut().insert(name, id);
    }
    Ok(response)
}

/// Serves on a listener until told to stop by SIGTERM or SIGINT; requests that were accepted are answered first.
pub async fn serve(listener: TcpListener, graph: Graph, config: ServerConfig) -> std::io::Result<()> {
    let shared = web::Data::from(Arc::new(Shared::new(graph, config)));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .wrap(Compress::default())
            .wrap(from_fn(with_request_id))
            .wrap(
                DefaultHeaders::new()
                    .add(("X-Content-Type-Options", "nosniff"))
                    .add(("Referrer-Policy", "no-referrer"))
                    .add(("X-Frame-Options", "DENY")),
            )
            .configure(routes)
    })
    .client_request_timeout(Duration::from_secs(5))
    // A client that closes its side has left: its handler is dropped, which stops its statement.
    .h1_allow_half_closed(false)
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(config.shutdown_timeout.as_secs())
    .disable_signals();
    let server = if config.workers > 0 { server.workers(config.workers) } else { server };
    let server = server.listen(listener)?.run();
    let handle = server.handle();
    actix_web::rt::spawn(async move {
        wait_for_stop().await;
        tracing::info!("stopping");
        // actix closes connections between two requests at once, also those whose next request has arrived but is
        // not read yet. Whatever came before the signal is read within this time.
        actix_web::rt::time::sleep(READ_WHAT_CAME).await;
        handle.stop(true).await;
    });
    server.await
}

async fn wait_for_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        _ => std::future::pending::<()>().await,
    }
}

/// Takes the address; a port that is taken is told with what to do.
pub fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).map_err(|e| match e.kind() {
        std::io::ErrorKind::AddrInUse => format!(
            "port {} of {} is taken; choose another with --port, 0 takes any free one",
            address.port(),
            address.ip()
        ),
        _ => format!("cannot listen on {address}: {e}"),
    })
}
