//! GraphiQL from inside the program: its files are embedded compressed, and no request leaves the host.

use std::io::Read as _;

use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "src/server/ui/graphiql/"]
struct Files;

/// What the pages may load: only this host.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'";

/// `/` leads to GraphiQL.
pub async fn home() -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("Location", "/graphiql")).finish()
}

/// The page.
pub async fn index(request: HttpRequest) -> HttpResponse {
    file(&request, "index.html")
}

/// A file of the page.
pub async fn asset(request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    let path = path.into_inner();
    file(&request, if path.is_empty() { "index.html" } else { &path })
}

fn file(request: &HttpRequest, path: &str) -> HttpResponse {
    let Some(found) = Files::get(&format!("{path}.gz")) else {
        return HttpResponse::NotFound()
            .content_type("text/plain; charset=utf-8")
            .body("there is nothing at this path\n");
    };
    let gzip = request
        .headers()
        .get(ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.split(',').any(|e| e.trim().starts_with("gzip")));
    let mut out = HttpResponse::Ok();
    out.insert_header((CONTENT_TYPE, content_type(path)))
        .insert_header(("Content-Security-Policy", POLICY))
        .insert_header(("Vary", "Accept-Encoding"))
        .insert_header((
            "Cache-Control",
            if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" },
        ));
    if gzip {
        return out.insert_header((CONTENT_ENCODING, "gzip")).body(found.data.into_owned());
    }
    let mut plain = Vec::new();
    match flate2::read::GzDecoder::new(found.data.as_ref()).read_to_end(&mut plain) {
        Ok(_) => out.insert_header((CONTENT_ENCODING, "identity")).body(plain),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("woff") => "font/woff",
        Some("woff2") => "font/woff2",
        Some("md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
