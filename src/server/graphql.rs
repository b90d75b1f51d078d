//! `GET` and `POST /graphql`: GraphQL over HTTP. Every answer is JSON, errors too.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::Shared;
use super::negotiate::{Media, media};
use crate::domain::error_code::Reason;
use crate::graphql::errors::GraphError;
use crate::graphql::run::{Request, Response};

/// Parameters of a GET.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: Option<String>,
    variables: Option<String>,
    operation_name: Option<String>,
}

/// Answers a query in the URL.
pub async fn get(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    let id = shared.request_id(&request);
    let accept = request.headers().get(ACCEPT).and_then(|v| v.to_str().ok());
    if request.query_string().is_empty() && accept.is_some_and(|a| a.contains("text/html")) {
        return HttpResponse::SeeOther().insert_header(("Location", "/graphiql")).finish();
    }
    let read = read_parameters(request.query_string());
    answer(&request, &shared, id, read.map(|r| Request { query_only: true, ..r })).await
}

fn read_parameters(text: &str) -> Result<Request, GraphError> {
    let bad = |what: String| GraphError::new(Reason::InvalidRequest, what);
    let parameters =
        web::Query::<Parameters>::from_query(text).map_err(|e| bad(format!("the parameters cannot be read: {e}")))?;
    let Parameters { query, variables, operation_name } = parameters.into_inner();
    let query = query.ok_or_else(|| bad("the parameter `query` is missing".to_owned()))?;
    let variables = match variables.filter(|v| !v.is_empty()) {
        None => Map::new(),
        Some(text) => match serde_json::from_str(&text) {
            Ok(Json::Object(map)) => map,
            Ok(Json::Null) => Map::new(),
            _ => return Err(bad("the parameter `variables` is not a JSON object".to_owned()).at("variables")),
        },
    };
    Ok(Request { query, variables, operation_name: operation_name.filter(|n| !n.is_empty()), ..Request::default() })
}

/// Answers a query in the body.
pub async fn post(request: HttpRequest, body: web::Payload, shared: web::Data<Shared>) -> HttpResponse {
    let id = shared.request_id(&request);
    let read = match check_content_type(&request) {
        Ok(()) => read_body(&shared, body).await.and_then(|bytes| read_request(&bytes)),
        Err(error) => Err(error),
    };
    answer(&request, &shared, id, read).await
}

fn check_content_type(request: &HttpRequest) -> Result<(), GraphError> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let refused = |what: String| Err(GraphError::new(Reason::UnsupportedMediaType, what));
    let mut parts = given.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    if !name.eq_ignore_ascii_case("application/json") && !name.eq_ignore_ascii_case("application/graphql+json") {
        return refused(format!("the body has the type `{}`", name.chars().take(60).collect::<String>()));
    }
    for parameter in parts {
        if let Some((key, value)) = parameter.split_once('=')
            && key.trim().eq_ignore_ascii_case("charset")
            && !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        {
            return refused("the body is not in UTF-8".to_owned());
        }
    }
    if request.headers().get("content-encoding").is_some_and(|v| v != "identity") {
        return refused("the body is compressed; send it plain".to_owned());
    }
    Ok(())
}

async fn read_body(shared: &Shared, mut body: web::Payload) -> Result<Vec<u8>, GraphError> {
    let most = shared.graph.limits.body_bytes;
    let mut bytes = Vec::new();
    let read = async {
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|_| GraphError::new(Reason::InvalidRequest, "the body broke off"))?;
            if bytes.len() + chunk.len() > most {
                return Err(GraphError::new(Reason::BodyTooLarge, format!("the body has more than {most} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(())
    };
    match tokio::time::timeout(shared.config.body_timeout, read).await {
        Ok(Ok(())) => Ok(bytes),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(GraphError::new(Reason::BodyTimeout, "the body came too slowly")),
    }
}

fn read_request(bytes: &[u8]) -> Result<Request, GraphError> {
    let bad = |what: String| GraphError::new(Reason::InvalidRequest, what);
    let json: Json = serde_json::from_slice(bytes)
        .map_err(|e| bad(format!("the body is not JSON: line {}, column {}", e.line(), e.column())))?;
    let Json::Object(mut members) = json else {
        return Err(bad(if json.is_array() {
            "batches are not taken; send one object"
        } else {
            "the body is not a JSON object"
        }
        .to_owned()));
    };
    let query = match members.remove("query") {
        Some(Json::String(query)) => query,
        None => return Err(bad("the member `query` is missing".to_owned())),
        Some(_) => return Err(bad("the member `query` is not a text".to_owned()).at("query")),
    };
    let variables = match members.remove("variables") {
        None | Some(Json::Null) => Map::new(),
        Some(Json::Object(map)) => map,
        Some(_) => return Err(bad("the member `variables` is not an object".to_owned()).at("variables")),
    };
    let operation_name = match members.remove("operationName") {
        None | Some(Json::Null) => None,
        Some(Json::String(name)) => Some(name).filter(|n| !n.is_empty()),
        Some(_) => return Err(bad("the member `operationName` is not a text".to_owned()).at("operationName")),
    };
    match members.remove("extensions") {
        None | Some(Json::Null | Json::Object(_)) => {}
        Some(_) => return Err(bad("the member `extensions` is not an object".to_owned()).at("extensions")),
    }
    Ok(Request { query, variables, operation_name, ..Request::default() })
}

async fn answer(request: &HttpRequest, shared: &Shared, id: String, read: Result<Request, GraphError>) -> HttpResponse {
    let accept = request.headers().get(ACCEPT).and_then(|v| v.to_str().ok());
    if media(accept).is_none() {
        let error = GraphError::new(Reason::NotAcceptable, "no media type of the Accept header can be given");
        return send(request, &Response::refused(&[error], &id), &id);
    }
    let started = std::time::Instant::now();
    let response = match read {
        Ok(read) => {
            let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
            let accept_language = header.map(str::to_owned);
            shared.graph.answer(Request { request_id: id.clone(), accept_language, ..read }).await
        }
        Err(error) => Response::refused(&[error], &id),
    };
    if let Some(cause) = &response.cause {
        tracing::error!(request_id = id, status = response.status, cause, "request failed");
    }
    let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::debug!(
        request_id = id,
        status = response.status,
        statements = response.statements,
        duration_us,
        "request done"
    );
    send(request, &response, &id)
}

/// The answer in the media type that the client takes.
pub fn send(request: &HttpRequest, response: &Response, id: &str) -> HttpResponse {
    let accept = request.headers().get(ACCEPT).and_then(|v| v.to_str().ok());
    let media = media(accept).unwrap_or(Media::Json);
    // Older clients take every 4xx as a broken transport: to them a well-formed request is 200.
    let told_in_body =
        media == Media::Json && response.status == 400 && response.refused != Some(Reason::InvalidRequest);
    let status = if told_in_body { 200 } else { response.status };
    let mut out = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    out.insert_header((CONTENT_TYPE, HeaderValue::from_static(media.content_type())));
    out.insert_header(("Vary", "Accept, Accept-Encoding, Accept-Language"));
    out.insert_header(("X-Request-Id", id));
    if status == 503 {
        out.insert_header((RETRY_AFTER, "1"));
    }
    out.body(response.body.clone())
}
