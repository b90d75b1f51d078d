//! `GET /export/<list>.csv` and `.ndjson`: a whole list as a file of one revision, sent while it is read. A client that
//! reads slowly slows the reading; one that leaves ends it. A file that is cut short never ends as a whole one does:
//! its last chunk is missing.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH, RETRY_AFTER, VARY,
};
use actix_web::http::{Method, Version};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use serde_json::{Map, Value as Json};

use super::Shared;
use crate::catalog::{self, Entity};
use crate::domain::error_code::Reason;
use crate::graphql::errors::GraphError;
use crate::graphql::export::cells::Form;
use crate::graphql::export::{ExportRequest, arguments, roots};
use crate::graphql::run::Response;
use crate::storage::streaming::Inlet;

/// Seconds after which a place may be free.
const COME_BACK: &str = "10";

/// Sends a list as a file.
pub async fn file(request: HttpRequest, name: web::Path<String>, shared: web::Data<Shared>) -> HttpResponse {
    let id = shared.request_id(&request);
    let export = match read(&request, &name) {
        Ok(export) => export,
        Err(error) => return refused(&[error], &id),
    };
    let (entity, form) = (export.entity, export.form);
    let begun = match shared.graph.export(export).await {
        Ok(begun) => begun,
        Err(errors) => return refused(&errors, &id),
    };
    let tag = format!("W/\"{}\"", begun.tag);
    let mut out = HttpResponse::Ok();
    out.insert_header((ETAG, tag.as_str()));
    out.insert_header((HeaderName::from_static("tearoad-revision"), begun.revision.to_string()));
    out.insert_header((VARY, "Accept-Encoding, Accept-Language"));
    out.insert_header(("Cache-Control", "no-cache"));
    out.insert_header(("X-Request-Id", id.as_str()));
    let held = request.headers().get(IF_NONE_MATCH).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if held.split(',').any(|held| matches!(held.trim(), "*") || held.trim() == tag) {
        return out.status(StatusCode::NOT_MODIFIED).finish();
    }
    out.insert_header((CONTENT_TYPE, HeaderValue::from_static(form.media_type())));
    let list = entity.plural.unwrap_or_default();
    let disposition = format!("attachment; filename=\"{list}-r{}.{}\"", begun.revision, form.ending());
    out.insert_header((CONTENT_DISPOSITION, disposition));
    if request.method() == Method::HEAD {
        return out.streaming(stream::empty::<Result<web::Bytes, actix_web::Error>>());
    }
    out.streaming(pieces(begun.rows, id))
}

/// The pieces of a file as they come. An error in their midst makes actix close the connection without the last chunk.
fn pieces(rows: Inlet, id: String) -> impl stream::Stream<Item = Result<web::Bytes, actix_web::Error>> {
    stream::unfold(Some((rows, id)), |state| async move {
        let (mut rows, id) = state?;
        match rows.next().await? {
            Ok(bytes) => Some((Ok(web::Bytes::from(bytes)), Some((rows, id)))),
            Err(broken) => {
                tracing::error!(request_id = id, cause = %broken, "an export broke off");
                Some((Err(actix_web::error::ErrorInternalServerError("the export broke off")), None))
            }
        }
    })
}

fn refused(errors: &[GraphError], id: &str) -> HttpResponse {
    let response = Response::refused(errors, id);
    if let Some(cause) = &response.cause {
        tracing::error!(request_id = id, status = response.status, cause, "export failed");
    }
    let mut out =
        HttpResponse::build(StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    out.insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")));
    out.insert_header(("X-Request-Id", id));
    if response.status == 503 {
        out.insert_header((RETRY_AFTER, COME_BACK));
    }
    out.body(response.body)
}

fn read(request: &HttpRequest, name: &str) -> Result<ExportRequest, GraphError> {
    let (entity, form) = list_and_form(name)?;
    if request.version() < Version::HTTP_11 {
        let message = "a whole file is told from a cut one by the chunks of HTTP/1.1, and the request is older";
        return Err(GraphError::new(Reason::InvalidRequest, message).hint("use HTTP/1.1"));
    }
    let parameters = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|e| GraphError::new(Reason::InvalidRequest, format!("the parameters cannot be read: {e}")))?;
    let known = arguments(entity);
    let mut arguments = Map::new();
    let mut fields = None;
    for (name, text) in parameters.into_inner() {
        if name == "fields" && fields.is_none() {
            fields = Some(text.split(',').map(|path| path.trim().to_owned()).collect());
            continue;
        }
        let Some((_, ty)) = known.iter().find(|(known, _)| *known == name) else {
            return Err(unknown_parameter(&name, &known));
        };
        let value = value(&name, ty, &text)?;
        if arguments.insert(name.clone(), value).is_some() {
            return Err(GraphError::new(Reason::InvalidRequest, format!("`{name}` is given twice")).at(name));
        }
    }
    let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    Ok(ExportRequest {
        entity,
        form,
        arguments,
        fields,
        accept_language: header.map(str::to_owned),
        head_only: request.method() == Method::HEAD,
    })
}

fn list_and_form(name: &str) -> Result<(&'static Entity, Form), GraphError> {
    let (list, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let shown = |text: &str| text.chars().filter(|c| !c.is_control()).take(60).collect::<String>();
    let Some(entity) = catalog::entity_of_root(list) else {
        let lists: Vec<&str> = roots().collect();
        return Err(GraphError::new(Reason::NotFound, format!("there is no list `{}` to export", shown(list)))
            .hint(format!("the lists are {}", lists.join(", "))));
    };
    let Some(form) = Form::ALL.into_iter().find(|form| form.ending() == ending) else {
        let forms: Vec<String> = Form::ALL.iter().map(|form| format!("/export/{list}.{}", form.ending())).collect();
        return Err(GraphError::new(Reason::NotFound, format!("there is no form `{}` of an export", shown(ending)))
            .hint(format!("ask for {}", forms.join(" or "))));
    };
    Ok((entity, form))
}

fn unknown_parameter(name: &str, known: &[(&'static str, String)]) -> GraphError {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    let message = match name {
        "fields" => "`fields` is given twice".to_owned(),
        _ => format!("there is no parameter `{shown}`"),
    };
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).chain(["fields"]).collect();
    GraphError::new(Reason::InvalidRequest, message).hint(format!("the parameters are {}", names.join(", ")))
}

/// The value of a parameter: JSON for what is written in braces and brackets in the graph, words separated by commas
/// for a list of words, the text itself for the rest.
fn value(name: &str, ty: &str, text: &str) -> Result<Json, GraphError> {
    let is_object = name == "filter" || name == "orderBy";
    if is_object || (ty.starts_with('[') && text.trim_start().starts_with('[')) {
        return serde_json::from_str(text).map_err(|e| {
            let message = format!("{name}: this is not JSON: line {}, column {}", e.line(), e.column());
            GraphError::new(Reason::InvalidRequest, message).at(name)
        });
    }
    Ok(if ty.starts_with('[') {
        text.split(',').map(|word| Json::from(word.trim())).collect()
    } else {
        Json::from(text)
    })
}
