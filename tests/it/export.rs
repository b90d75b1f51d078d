//! Whole lists as files: the rows that the graph gives, in its order, of one revision; refused as the graph refuses;
//! never longer in memory than a few pieces, whoever reads; cut files are told from whole ones.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use serde_json::{Value as Json, json};
use tearoad::catalog;
use tearoad::graphql::limits::Limits;
use tearoad::graphql::run::Graph;
use tearoad::graphql::schema::GraphSchema;
use tearoad::server::{ServerConfig, serve};
use tearoad::storage::bulk::{Fixed, Statement};
use tearoad::storage::conn::Address;
use tearoad::storage::pool::{Db, PoolConfig};

use crate::server::{start, url};
use crate::support::{TestDb, ask_with, data, demo_databases};
use crate::world::{World, world_databases};

const PATIENCE: Duration = Duration::from_secs(20);

/// A server in this process; it ends with the test's process.
pub fn serving(db: &TestDb, config: PoolConfig) -> u16 {
    serving_from(&db.address, config)
}

fn serving_from(address: &Address, config: PoolConfig) -> u16 {
    let limits = Limits { page: 5000, figure_page: 5000, cost: u64::MAX, ..Limits::default() };
    let reader = Db::start(address, config).unwrap();
    let graph = Graph::new(Arc::new(GraphSchema::build().unwrap()), limits, reader);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = ServerConfig { workers: 1, ..ServerConfig::default() };
    std::thread::spawn(move || actix_web::rt::System::new().block_on(serve(listener, graph, config)));
    port
}

fn usual(db: &TestDb) -> PoolConfig {
    PoolConfig { threads: 1, ..PoolConfig::for_address(&db.address) }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    /// The last chunk came.
    pub whole: bool,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// `name=value` of each, percent-encoded.
pub fn query(parameters: &[(&str, String)]) -> String {
    parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

fn open(port: u16, method: &str, path: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

fn read_answer(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let _closed = stream.read_to_end(&mut bytes);
    let end =
        bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or_else(|| panic!("no head in {} bytes", bytes.len()));
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: BTreeMap<String, String> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut rest = &bytes[end + 4..];
    if headers.get("transfer-encoding").is_none_or(|te| te != "chunked") {
        return Answer { status, headers, body: rest.to_vec(), whole: true };
    }
    let mut body = Vec::new();
    while let Some(at) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..at]).unwrap(), 16).unwrap();
        if size == 0 {
            return Answer { status, headers, body, whole: true };
        }
        let chunk = &rest[at + 2..];
        if chunk.len() < size + 2 {
            body.extend_from_slice(&chunk[..size.min(chunk.len())]);
            break;
        }
        body.extend_from_slice(&chunk[..size]);
        rest = &chunk[size + 2..];
    }
    Answer { status, headers, body, whole: false }
}

pub fn get(port: u16, path: &str, headers: &str) -> Answer {
    read_answer(open(port, "GET", path, headers))
}

/// The rows of NDJSON.
pub fn lines(answer: &Answer) -> Vec<Json> {
    assert!(answer.whole && answer.status == 200, "{answer:?}");
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A path of a column as a selection.
fn selection(path: &str) -> String {
    match path.split_once('.') {
        Some((first, rest)) => format!("{first} {{ {} }}", selection(rest)),
        None => path.to_owned(),
    }
}

fn at_path(node: &Json, path: &str) -> Json {
    path.split('.').fold(node.clone(), |at, name| at.get(name).cloned().unwrap_or(Json::Null))
}

/// Every column of every list, against the graph: the same values in the same order, on both databases.
#[test]
fn files_hold_what_the_graph_gives() {
    let world = World::new(20_250_101);
    for db in world_databases(&world) {
        let (port, graph) = (
            serving(&db, usual(&db)),
            db.graph_with(Limits { page: 5000, figure_page: 5000, cost: u64::MAX, ..Limits::default() }),
        );
        for entity in catalog::ALL.iter().copied().filter(|e| e.plural.is_some()) {
            let list = entity.plural.unwrap();
            let fields = tearoad::graphql::export::columns::default_fields(entity);
            let more: &[&str] = match list {
                "participations" => &["event.region.code", "party.region.name"],
                "tradeFigures" => &["valuation", "reporter.name", "sector.name", "dataset.publisherParty.slug"],
                "events" => &["venue.region.parent.code"],
                _ => &[],
            };
            // A name of a row that only the database has is read from its own list.
            let more: Vec<&str> = more.iter().copied().filter(|path| *path != "party.region.name").collect();
            let fields: Vec<String> = fields.into_iter().chain(more.iter().map(|m| (*m).to_owned())).collect();
            let selected: Vec<String> =
                fields.iter().enumerate().map(|(at, path)| format!("f{at}: {}", selection(path))).collect();
            let document = format!("{{ list: {list}(first: 5000) {{ nodes {{ {} }} }} }}", selected.join(" "));
            let answer = ask_with(&graph, &document, json!({}));
            let nodes = data(&answer)["list"]["nodes"].as_array().unwrap().clone();
            assert!(!nodes.is_empty(), "{list}");
            let expected: Vec<Vec<Json>> = nodes
                .iter()
                .map(|node| {
                    let value = |(at, path): (usize, &String)| {
                        let top = node[format!("f{at}")].clone();
                        path.split_once('.').map_or(top.clone(), |(_, rest)| at_path(&top, rest))
                    };
                    fields.iter().enumerate().map(value).collect()
                })
                .collect();
            let path = |form: &str| format!("/export/{list}.{form}?{}", query(&[("fields", fields.join(","))]));
            let rows = lines(&get(port, &path("ndjson"), ""));
            let came: Vec<Vec<Json>> =
                rows.iter().map(|row| fields.iter().map(|path| row[path].clone()).collect()).collect();
            assert!(
                came == expected,
                "{list} {}: {:?}",
                db.backend(),
                came.iter().zip(&expected).find(|(a, b)| a != b)
            );
            assert_eq!(rows.len(), nodes.len());
            let csv = get(port, &path("csv"), "");
            let mut reader = csv::Reader::from_reader(csv.body.as_slice());
            assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), fields, "{list}");
            let as_text = |value: &Json| match value {
                Json::Null => String::new(),
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            let expected: Vec<Vec<String>> = expected.iter().map(|row| row.iter().map(as_text).collect()).collect();
            let came: Vec<Vec<String>> =
                reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            assert!(
                came == expected,
                "{list} {}: {:?}",
                db.backend(),
                came.iter().zip(&expected).find(|(a, b)| a != b)
            );
            // Without names the same columns come, but for those that were added here.
            let plain = get(port, &format!("/export/{list}.csv"), "");
            let head = plain.text().lines().next().unwrap().to_owned();
            assert_eq!(head.split(',').count(), fields.len() - more.len(), "{list}");
        }
    }
}

#[test]
fn filters_orders_and_errors_are_those_of_the_graph() {
    let world = World::new(20_250_102);
    for db in world_databases(&world) {
        let (port, graph) = (
            serving(&db, usual(&db)),
            db.graph_with(Limits { page: 5000, figure_page: 5000, cost: u64::MAX, ..Limits::default() }),
        );
        let cases = [
            (
                "events",
                json!({ "startsOn": { "gte": "2000-02-01" }, "regions": { "some": { "role": { "eq": "HOST" } } } }),
                json!([{ "field": "STARTS_ON", "direction": "DESC" }]),
            ),
            (
                "companies",
                json!({ "not": { "name": { "contains": "a" } } }),
                json!([{ "events": { "count": {} }, "direction": "DESC" }, { "field": "NAME" }]),
            ),
            (
                "tradeFigures",
                json!({ "dataset": { "code": { "eq": "BACI" } }, "value": { "gt": "0.5" } }),
                json!([{ "field": "VALUE", "direction": "DESC" }]),
            ),
            ("tradeFigures", json!({ "flow": { "eq": "IMPORT" } }), json!([{ "field": "PERIOD" }])),
            ("tradeFigures", json!({ "dataset": { "code": { "in": [] } } }), json!([])),
            (
                "regions",
                json!({ "parent": { "level": { "eq": "WORLD" } } }),
                json!({ "field": "NAME", "direction": "DESC" }),
            ),
            ("changes", json!({ "entity": { "eq": "Event" } }), json!([{ "field": "REVISION", "direction": "DESC" }])),
            // Mistakes.
            ("events", json!({ "startsOn": { "gte": "5 Aug" } }), Json::Null),
            ("events", json!({ "startsAt": {} }), Json::Null),
            ("events", json!({ "kind": { "eq": "PARTY" } }), Json::Null),
            ("events", json!({ "slug": { "eq": "event-0000" } }), Json::Null),
            ("events", json!({}), Json::Null),
            ("regions", json!({ "code": { "eq": "ZZZZ" } }), Json::Null),
            ("tradeFigures", json!({ "value": { "gt": 1 } }), Json::Null),
            ("tradeFigures", json!({ "period": { "eq": "2023-13" } }), Json::Null),
            ("tradeFigures", Json::Null, json!([{ "field": "VALUE" }])),
        ];
        for (list, filter, order) in cases {
            let entity = catalog::entity_of_root(list).unwrap();
            let document = format!(
                "query($filter: {0}Filter, $orderBy: [{0}Order!]) {{ {list}(filter: $filter, orderBy: $orderBy, first: 5000) {{ nodes {{ id }} edges {{ cursor }} }} }}",
                entity.name
            );
            let key = match list {
                "tradeFigures" => "dataset.code,reporter.code,partner.code,sector.code,flow,period,origin,mirrored",
                "changes" => "revision,entity,key",
                "regions" => "code",
                _ => "slug",
            };
            let answer = ask_with(&graph, &document, json!({ "filter": filter, "orderBy": order }));
            let mut parameters = vec![("fields", key.to_owned())];
            parameters.extend(
                [("filter", &filter), ("orderBy", &order)]
                    .into_iter()
                    .filter(|(_, v)| !v.is_null())
                    .map(|(n, v)| (n, v.to_string())),
            );
            let came = get(port, &format!("/export/{list}.ndjson?{}", query(&parameters)), "");
            if let Some(errors) = answer.get("errors") {
                assert_eq!(came.status, 400, "{list} {filter}: {came:?}");
                let told = came.json();
                let part = |of: &Json| {
                    (
                        of["message"].clone(),
                        of["extensions"]["code"].clone(),
                        of["extensions"]["reason"].clone(),
                        of["extensions"]["argument"].clone(),
                    )
                };
                assert_eq!(part(&told["errors"][0]), part(&errors[0]), "{list} {filter}");
                assert!(told["errors"][0]["extensions"]["requestId"].is_string());
                continue;
            }
            let nodes = data(&answer)[list]["nodes"].as_array().unwrap();
            let rows = lines(&came);
            assert_eq!(rows.len(), nodes.len(), "{list} {filter} on {}", db.backend());
            for (row, node) in rows.iter().zip(nodes) {
                let (_, id) = tearoad::domain::id::decode(node["id"].as_str().unwrap()).unwrap();
                let first = row[key.split(',').next().unwrap()].as_str().unwrap();
                let is_of = if list == "tradeFigures" {
                    let text = |name: &str| row[name].as_str().unwrap().to_owned();
                    let parts: Vec<&str> = id.split('/').collect();
                    parts[..3] == [text("dataset.code"), text("reporter.code"), text("partner.code")]
                        && parts[4..] == [text("sector.code"), text("flow"), text("period"), text("origin")]
                } else {
                    id.starts_with(first)
                };
                assert!(is_of, "{list} {filter}: {row} stands where the graph has {id}");
            }
        }
    }
}

#[test]
fn what_cannot_be_exported_is_told() {
    for db in demo_databases() {
        let port = serving(&db, usual(&db));
        for (path, status, reason, sign) in [
            ("/export/figures.csv", 404, "NOT_FOUND", "tradeFigures, "),
            ("/export/events.xlsx", 404, "NOT_FOUND", "/export/events.csv or /export/events.ndjson"),
            ("/export/events", 404, "NOT_FOUND", "/export/events.csv"),
            ("/export/events.csv?first=3", 400, "INVALID_REQUEST", "filter, atRevision, orderBy, fields"),
            ("/export/events.csv?filter=%7Bx", 400, "INVALID_REQUEST", "filter: this is not JSON"),
            ("/export/events.csv?filter=%7B%7D&filter=%7B%7D", 400, "INVALID_REQUEST", "given twice"),
            ("/export/events.csv?fields=slug&fields=kind", 400, "INVALID_REQUEST", "given twice"),
            ("/export/events.csv?fields=slug,slug", 400, "INVALID_ARGUMENT", "`slug` is named twice"),
            ("/export/events.csv?fields=", 400, "INVALID_ARGUMENT", "is no column"),
            ("/export/events.csv?fields=slug,regions.role", 400, "INVALID_ARGUMENT", "`regions.role` is no column"),
            ("/export/tradeFigures.csv?fields=balance", 400, "INVALID_ARGUMENT", "dataset.code,reporter.code"),
            ("/export/tradeFigures.csv?fields=value", 400, "INVALID_ARGUMENT", "value.amount"),
            ("/export/events.csv?atRevision=1", 400, "REVISION_MOVED", "at revision 2"),
            ("/export/changes.csv?since=9", 400, "REVISION_AHEAD", "the newest is 2"),
            ("/export/changes.csv?entities=Sekt", 400, "INVALID_VARIABLES", "entities"),
        ] {
            let answer = get(port, path, "");
            assert_eq!(answer.status, status, "{path}: {answer:?}");
            assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
            let told = answer.json();
            assert_eq!(told["errors"][0]["extensions"]["reason"], reason, "{path}: {told}");
            assert!(answer.text().contains(sign), "{path} does not tell `{sign}`: {told}");
        }
        for method in ["POST", "PUT", "DELETE"] {
            let answer = read_answer(open(port, method, "/export/events.csv", "Content-Length: 0\r\n"));
            assert_eq!((answer.status, answer.headers["allow"].as_str()), (405, "GET, HEAD"), "{method}");
        }
        let mut old = TcpStream::connect(("127.0.0.1", port)).unwrap();
        old.write_all(b"GET /export/events.csv HTTP/1.0\r\n\r\n").unwrap();
        let answer = read_answer(old);
        assert!(answer.status == 400 && answer.text().contains("use HTTP/1.1"), "{answer:?}");
    }
}

#[test]
fn heads_tell_revision_tag_and_name() {
    for db in demo_databases() {
        let port = serving(&db, usual(&db));
        let whole = get(port, "/export/tradeFigures.csv", "");
        assert!(whole.whole && whole.status == 200);
        assert_eq!(whole.headers["content-type"], "text/csv; charset=utf-8; header=present");
        assert_eq!(whole.headers["tearoad-revision"], "2");
        assert_eq!(whole.headers["content-disposition"], "attachment; filename=\"tradeFigures-r2.csv\"");
        assert_eq!(whole.text().lines().count(), 4, "a head and three figures");
        let head = read_answer(open(port, "HEAD", "/export/tradeFigures.csv", ""));
        assert_eq!((head.status, head.body.len()), (200, 0));
        for name in ["etag", "tearoad-revision", "content-type", "content-disposition"] {
            assert_eq!(head.headers[name], whole.headers[name], "{name}");
        }
        let tag = &whole.headers["etag"];
        let again = get(port, "/export/tradeFigures.csv", &format!("If-None-Match: {tag}\r\n"));
        assert_eq!((again.status, again.body.len(), &again.headers["etag"]), (304, 0, tag));
        let other = get(port, "/export/tradeFigures.csv?fields=flow", &format!("If-None-Match: {tag}\r\n"));
        assert_eq!(other.status, 200, "another file");
        let packed = get(port, "/export/tradeFigures.csv", "Accept-Encoding: gzip\r\n");
        assert_eq!(packed.headers["content-encoding"], "gzip");
        let mut text = String::new();
        GzDecoder::new(packed.body.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, whole.text());
        let names = get(
            port,
            "/export/regions.ndjson?fields=code,name&filter=%7B%22code%22:%7B%22eq%22:%22CN%22%7D%7D",
            "Accept-Language: zh\r\n",
        );
        assert_eq!(names.text(), "{\"code\":\"CN\",\"name\":\"中国\"}\n");
        let changes = get(port, "/export/changes.csv?since=1&entities=Event,TradeFigure&fields=entity,key,period", "");
        assert!(changes.text().ends_with("TradeFigure,ZIBO-CUSTOMS/CN-370300/2023,2023\n"), "{}", changes.text());
    }
}

/// Figures of nearly every pair of regions: a file of some tens of megabytes.
fn fill(db: &TestDb) -> usize {
    let mut conn = db.conn();
    conn.batch(
        "INSERT INTO trade_figures (dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, origin,
            reporter_level, partner_level, sector_level, value_scaled, status, source_id, revision)
         SELECT f.dataset_id, r.id, p.id, f.sector_id, f.flow, f.period_start, f.period_months, f.origin,
            f.reporter_level, f.partner_level, f.sector_level, r.id * 1000 + p.id, f.status, f.source_id, f.revision
         FROM (SELECT * FROM trade_figures ORDER BY flow LIMIT 1) f
         CROSS JOIN regions r CROSS JOIN regions p
         WHERE r.id BETWEEN 1 AND 260 AND p.id BETWEEN 1 AND 260
           AND NOT EXISTS (SELECT 1 FROM trade_figures x WHERE x.reporter_id = r.id AND x.partner_id = p.id)",
    )
    .unwrap();
    let rows = conn.rows(Fixed("SELECT COUNT(*) FROM trade_figures"), &[]).unwrap();
    usize::try_from(rows[0].int(0).unwrap()).unwrap()
}

const FIGURES: &str = "/export/tradeFigures.ndjson";

/// Asks until an export begins, since the one before takes a moment to end; the time that took.
fn until_free(port: u16, method: &str, path: &str) -> (Answer, Duration) {
    let started = Instant::now();
    loop {
        let answer = read_answer(open(port, method, path, ""));
        if answer.status != 503 {
            return (answer, started.elapsed());
        }
        assert!(started.elapsed() < PATIENCE, "no place gets free");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Reads the head and the first rows, and no more.
fn begin(port: u16, path: &str) -> (TcpStream, Vec<u8>) {
    loop {
        let mut stream = open(port, "GET", path, "");
        let mut first = vec![0; 12];
        stream.read_exact(&mut first).unwrap();
        // Whoever had the place before takes a moment to end.
        if first != b"HTTP/1.1 503" {
            assert_eq!(first, b"HTTP/1.1 200");
            return (stream, first);
        }
    }
}

/// Whether what follows the beginning of a file ends as a whole file does.
fn ends_whole(mut stream: TcpStream, mut seen: Vec<u8>) -> (bool, usize) {
    let _closed = stream.read_to_end(&mut seen);
    let lines = seen.windows(2).filter(|pair| *pair == b"}\n").count();
    (seen.ends_with(b"\r\n0\r\n\r\n"), lines)
}

/// A slow reader keeps its place and its revision, whatever is written meanwhile, and holds up no question.
#[test]
fn a_slow_client_gets_the_file_of_one_revision() {
    for db in demo_databases() {
        let n_rows = fill(&db);
        let port = serving(&db, PoolConfig { streams: 1, ..usual(&db) });
        let (stream, seen) = begin(port, FIGURES);
        db.conn().batch("DELETE FROM trade_figures").unwrap();
        let busy = get(port, FIGURES, "");
        assert_eq!(busy.status, 503, "{} bytes on {}", busy.body.len(), db.backend());
        assert_eq!(busy.headers["retry-after"], "10");
        assert_eq!(busy.json()["errors"][0]["extensions"]["reason"], "OVERLOADED");
        assert_eq!(get(port, "/ready", "").status, 200, "requests are answered");
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(get(port, FIGURES, "").status, 503, "still there");
        assert_eq!(ends_whole(stream, seen), (true, n_rows), "{}", db.backend());
        let (after, _) = until_free(port, "GET", FIGURES);
        assert!(after.whole && after.body.is_empty(), "the next file is of what is there now");
    }
}

/// Mebibytes of memory of a process that are its own.
fn own_mib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
}

#[test]
#[cfg(target_os = "linux")]
fn a_slow_client_costs_no_memory() {
    for db in demo_databases() {
        let n_rows = fill(&db);
        let server = start(&["serve", "--database-url", &url(&db)]);
        // What the first export of a process needs once.
        get(server.port, "/export/tradeFigures.ndjson?fields=flow", "");
        let before = own_mib(server.child.id());
        let (mut stream, mut seen) = begin(server.port, FIGURES);
        let mut most = before;
        let mut part = vec![0; 2 << 20];
        for _ in 0..8 {
            std::thread::sleep(Duration::from_millis(60));
            stream.read_exact(&mut part).unwrap();
            seen.extend_from_slice(&part);
            most = most.max(own_mib(server.child.id()));
        }
        let (is_whole, n_lines) = ends_whole(stream, seen);
        assert!(is_whole && n_lines == n_rows, "{n_lines} of {n_rows}");
        most = most.max(own_mib(server.child.id()));
        assert!(most - before < 12.0, "{before} MiB became {most} MiB for a file of 30 on {}", db.backend());
    }
}

#[test]
fn a_client_that_leaves_ends_its_export() {
    for db in demo_databases() {
        fill(&db);
        let port = serving(&db, PoolConfig { streams: 1, ..usual(&db) });
        for _ in 0..3 {
            let (stream, _) = begin(port, FIGURES);
            drop(stream);
            let (answer, took) = until_free(port, "HEAD", FIGURES);
            assert_eq!(answer.status, 200);
            assert!(took < Duration::from_secs(5), "{took:?}");
        }
        // Before its first row: a statement that would take minutes.
        let parts: Vec<Json> =
            (0..250).map(|i| json!({ "name": { "contains": format!("again and {i} again") } })).collect();
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 160000)";
        db.conn().batch(&format!("INSERT INTO names (subject_kind, subject_id, language, ordinal, text, folded) {rows} SELECT 'EVENT', (SELECT MIN(id) FROM events), 'en', 100 + i, 'x', 'a name that is looked through from its beginning to its end, again and again ' || i FROM n")).unwrap();
        let slow = format!("/export/events.csv?{}", query(&[("filter", json!({ "or": parts }).to_string())]));
        let mut stream = open(port, "GET", &slow, "");
        stream.set_read_timeout(Some(Duration::from_millis(700))).unwrap();
        assert!(stream.read(&mut [0]).is_err(), "it takes long");
        assert_eq!(get(port, FIGURES, "").status, 503);
        drop(stream);
        let (answer, took) = until_free(port, "HEAD", FIGURES);
        assert!(answer.status == 200 && took < Duration::from_secs(5), "{took:?} on {}", db.backend());
        // And what takes too long is told, where nothing was sent yet.
        let port = serving(&db, PoolConfig { stream_timeout: Duration::from_millis(300), ..usual(&db) });
        let answer = get(port, &slow, "");
        assert_eq!(answer.status, 504, "{answer:?}");
        assert_eq!(answer.json()["errors"][0]["extensions"]["reason"], "TIMEOUT");
    }
}

#[test]
fn a_cut_file_does_not_end_like_a_whole_one() {
    for db in demo_databases() {
        let n_rows = fill(&db);
        let config = PoolConfig { streams: 1, stream_timeout: Duration::from_secs(2), ..usual(&db) };
        let port = serving(&db, config);
        let (stream, seen) = begin(port, FIGURES);
        until_free(port, "HEAD", FIGURES);
        let (is_whole, n_lines) = ends_whole(stream, seen);
        assert!(!is_whole && n_lines < n_rows, "its time was over: {n_lines} of {n_rows}");
        if let Address::Postgres(url) = &db.address {
            // By a name of its own: other tests read from the same server.
            let name = format!("cut_{}", std::process::id());
            let address = Address::Postgres(format!("{url}&application_name={name}"));
            let port = serving_from(&address, PoolConfig { streams: 1, ..usual(&db) });
            let (stream, seen) = begin(port, FIGURES);
            let ended = format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'FETCH%' AND application_name = '{name}'"
            );
            db.conn().rows(Statement(ended), &[]).unwrap();
            let (is_whole, n_lines) = ends_whole(stream, seen);
            assert!(!is_whole && n_lines < n_rows, "its connection was ended: {n_lines} of {n_rows}");
        }
    }
}
