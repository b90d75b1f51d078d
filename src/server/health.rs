//! Whether the process lives, whether it can answer, and the schema as text.

use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, web};

use super::Shared;
use crate::storage::StorageError;

/// The process lives.
pub async fn health() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// The database answers: 200 with the revision, else 503.
pub async fn ready(shared: web::Data<Shared>) -> HttpResponse {
    let until = Instant::now() + Duration::from_secs(2);
    let read = shared.graph.db().read::<i64, StorageError>(until, |_, snapshot| Ok(snapshot.revision)).await;
    match read {
        Ok(revision) => {
            HttpResponse::Ok().json(serde_json::json!({ "status": "ready", "revision": revision.to_string() }))
        }
        Err(_) => HttpResponse::ServiceUnavailable()
            .insert_header(("Retry-After", "1"))
            .json(serde_json::json!({ "status": "not ready", "reason": "the database does not answer" })),
    }
}

/// The schema.
pub async fn schema(_request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(shared.graph.schema.sdl.clone())
}
