//! The program as its users meet it: commands, settings, HTTP, stopping, deadlines.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tearoad::graphql::limits::Limits;
use tearoad::storage::StorageError;
use tearoad::storage::bulk::Fixed;
use tearoad::storage::conn::Address;
use tearoad::storage::pool::{Db, PoolConfig};

use crate::support::{TestDb, ask, block_on, demo_databases};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tearoad"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TEAROAD_") || name == "DATABASE_URL") {
        command.env_remove(name);
    }
    command
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn url(db: &TestDb) -> String {
    match &db.address {
        Address::Sqlite(path) => path.to_str().unwrap().to_owned(),
        Address::Postgres(url) => url.clone(),
    }
}

/// A running server, killed with the test.
pub struct Server {
    pub child: Child,
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _code = self.child.wait();
    }
}

pub fn start(arguments: &[&str]) -> Server {
    let mut child = program().args(arguments).args(["--port", "0"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let port = lines
        .by_ref()
        .map(Result::unwrap)
        .find_map(|line| line.split("http://127.0.0.1:").nth(1)?.strip_suffix("/graphql")?.parse().ok())
        .unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    Server { child, port }
}

/// Sends raw HTTP and reads until the server closes.
fn http(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut out = Vec::new();
    let _closed = stream.read_to_end(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn get(port: u16, path: &str, headers: &str) -> String {
    http(port, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"))
}

fn post(port: u16, headers: &str, body: &str) -> String {
    http(
        port,
        &format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        ),
    )
}

const JSON: &str = "Content-Type: application/json\r\n";

#[test]
fn commands_tell_what_is_wrong_and_end_with_the_right_code() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("misspelt.db");
    let missing = missing.to_str().unwrap();
    let version = run(&["--version"]);
    assert!(version.status.success() && String::from_utf8_lossy(&version.stdout).contains(env!("CARGO_PKG_VERSION")));
    let serve = run(&["serve", "--database-url", missing]);
    assert_eq!(serve.status.code(), Some(1));
    assert!(told(&serve).contains("there is no database file"), "{}", told(&serve));
    assert!(!Path::new(missing).exists(), "no new empty file");
    let file = folder.path().join("tearoad.toml");
    std::fs::write(&file, "prot = 9000\n").unwrap();
    let config = run(&["config", "show", "--config", file.to_str().unwrap()]);
    assert_eq!(config.status.code(), Some(2));
    assert!(told(&config).contains("`prot`") && told(&config).contains("did you mean `port`?"), "{}", told(&config));
    let environment = program().args(["config", "show"]).env("TEAROAD_HOTS", "x").output().unwrap();
    assert_eq!(environment.status.code(), Some(2));
    assert!(told(&environment).contains("TEAROAD_HOST"), "{}", told(&environment));
    assert_eq!(run(&["serve", "--prot", "1"]).status.code(), Some(2));
    assert_eq!(run(&["config", "show", "--port", "many"]).status.code(), Some(2));
    std::fs::write(&file, "port = 9000\nlog = \"warn\"\n").unwrap();
    let shown = program()
        .args(["config", "show", "--config", file.to_str().unwrap(), "--log", "error"])
        .env("DATABASE_URL", "postgres://me:secret@localhost/x")
        .env("TEAROAD_PORT", "9001")
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("port = \"9001\"  # TEAROAD_PORT") && shown.contains("log = \"error\"  # --log"), "{shown}");
    assert!(shown.contains("postgres://me@localhost/x") && !shown.contains("secret"), "{shown}");
    let exposed = run(&["serve", "--database-url", missing, "--host", "0.0.0.0"]);
    assert_eq!(exposed.status.code(), Some(1));
    assert!(told(&exposed).contains("--allow-anonymous"), "{}", told(&exposed));
    let mut closed = program().args(["schema", "print"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(closed.stdout.take());
    assert!(closed.wait().unwrap().success(), "a closed pipe is success");
}

#[test]
fn the_demo_keeps_its_data_and_tells_a_taken_port() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.db");
    let file = file.to_str().unwrap();
    let first = start(&["demo", "--database-url", file]);
    let taken = run(&["demo", "--database-url", file, "--port", &first.port.to_string()]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(told(&taken).contains("is taken") && told(&taken).contains("--port"), "{}", told(&taken));
    let before = get(first.port, "/ready", "");
    drop(first);
    let second = start(&["demo", "--database-url", file]);
    assert_eq!(get(second.port, "/ready", "").lines().last(), before.lines().last(), "the same revision");
    let status = run(&["migrate", "status", "--database-url", file]);
    assert!(status.status.success() && String::from_utf8_lossy(&status.stdout).starts_with("applied"));
}

#[test]
fn http_obeys_its_rules() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.db");
    let server = start(&["demo", "--database-url", file.to_str().unwrap()]);
    let port = server.port;
    let begins = |answer: &str, status: &str| {
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "expected {status}: {answer:.300}")
    };
    let query = r#"{"query":"{ service { version } }"}"#;
    begins(&post(port, JSON, query), "200");
    let modern = post(
        port,
        &format!("{JSON}Accept: application/graphql-response+json\r\nX-Request-Id: abc-1\r\n"),
        r#"{"query":"{ nonsense }"}"#,
    );
    begins(&modern, "400");
    assert!(modern.contains("x-request-id: abc-1") && modern.contains("application/graphql-response+json"));
    assert!(!modern.contains("\"data\""));
    begins(&post(port, JSON, r#"{"query":"{ nonsense }"}"#), "200");
    begins(&post(port, JSON, "{"), "400");
    begins(&post(port, JSON, r#"{"variables":{}}"#), "400");
    begins(&post(port, "Content-Type: text/plain\r\n", query), "415");
    begins(&post(port, &format!("{JSON}Accept: text/html\r\n"), query), "406");
    begins(&post(port, JSON, &format!(r#"{{"query":"{}"}}"#, " ".repeat(1_100_000))), "413");
    begins(&get(port, "/graphql?query=%7B__typename%7D", ""), "200");
    begins(&get(port, "/graphql?query=%7B__typename%7D&variables=%5B%5D", ""), "400");
    let put = http(port, "PUT /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    begins(&put, "405");
    assert!(put.contains("allow: GET, POST"));
    let nowhere = get(port, "/nowhere", "");
    begins(&nowhere, "404");
    assert!(nowhere.contains("\"reason\":\"NOT_FOUND\""));
    begins(&get(port, "/health", ""), "200");
    begins(&get(port, "/ready", ""), "200");
    assert!(get(port, "/schema.graphql", "").contains("type Query"));
    assert!(get(port, "/", "").contains("location: /graphiql"));
    let page = get(port, "/graphiql", "Accept-Encoding: gzip\r\n");
    assert!(
        page.contains("content-encoding: gzip") && page.contains("content-security-policy: default-src 'self'"),
        "{page:.600}"
    );
}

#[test]
fn the_language_header_sets_only_the_default() {
    for db in demo_databases() {
        let server = start(&["serve", "--database-url", &url(&db)]);
        let query = r#"{"query":"{ region(code: \"CN-370300\") { name en: name(lang: EN) none: name(lang: null) } }"}"#;
        let json = "Content-Type: application/json\r\n";
        for (header, name) in [
            ("", "Zibo"),
            ("Accept-Language: *\r\n", "Zibo"),
            ("Accept-Language: de, ru;q=0.8, zh;q=0.2\r\n", "Цзыбо"),
            ("Accept-Language: zh-CN\r\n", "淄博市"),
        ] {
            let reply = post(server.port, &format!("{json}{header}"), query);
            assert!(
                reply.contains(&format!(r#"{{"name":"{name}","en":"Zibo","none":"{name}"}}"#)),
                "{header}: {reply}"
            );
            let vary = reply.to_lowercase();
            assert!(vary.contains("vary: accept, accept-encoding, accept-language"), "{reply}");
        }
    }
}

#[test]
fn documents_that_cost_too_much_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.db");
    let server = start(&["demo", "--database-url", file.to_str().unwrap()]);
    let mut doubling = "{ ...f0 }".to_owned();
    for i in 0..30 {
        doubling.push_str(&format!(" fragment f{i} on Query {{ ...f{} ...f{} }}", i + 1, i + 1));
    }
    doubling.push_str(" fragment f30 on Query { __typename }");
    let nested = format!("{{ regions(filter: {}", "{and:[".repeat(2000));
    let aliases = format!("{{ {} }}", (0..30_000).map(|i| format!("a{i}: __typename")).collect::<Vec<_>>().join(" "));
    let deep = format!("{{ {} code {} }}", "region(code: \"CN\") { parent { ", "} }");
    let deep = deep.replace("code }", &format!("{} code {} }}", "parent { ".repeat(30), "}".repeat(30)));
    for (document, reason) in [
        (&doubling, "TOO_MANY_SELECTIONS"),
        (&nested, "DOCUMENT_TOO_LARGE"),
        (&aliases, "DOCUMENT_TOO_LARGE"),
        (&deep, "TOO_DEEP"),
    ] {
        let body = serde_json::json!({ "query": document }).to_string();
        let started = Instant::now();
        let answer = post(server.port, JSON, &body);
        assert!(answer.contains(reason), "{reason}: {answer:.400}");
        assert!(answer.contains("QUERY_TOO_COMPLEX"));
        assert!(started.elapsed() < Duration::from_secs(5), "an answer, not a hang");
    }
    assert!(get(server.port, "/health", "").starts_with("HTTP/1.1 200"), "the server lives");
}

#[test]
fn a_stop_loses_no_request() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.db");
    let mut server = start(&["demo", "--database-url", file.to_str().unwrap()]);
    let port = server.port;
    let body = serde_json::json!({ "query": include_str!("../../ui/questions/2-summer.graphql") }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    // All requests are sent before the stop, and their answers read after it.
    let mut streams: Vec<TcpStream> = (0..40)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            stream
        })
        .collect();
    // The first answer shows that the server has begun to take them in.
    let mut first = [0_u8; 64];
    assert!(streams[0].read(&mut first).unwrap() > 0);
    std::thread::sleep(Duration::from_millis(100));
    let stopped = Instant::now();
    assert!(Command::new("kill").arg(server.child.id().to_string()).status().unwrap().success());
    for stream in streams.iter_mut().skip(1) {
        let mut seen = Vec::new();
        let mut chunk = [0_u8; 16_384];
        while !String::from_utf8_lossy(&seen).contains("\"revision\"") {
            let read = stream.read(&mut chunk).unwrap();
            assert!(read > 0, "a request was lost: {}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&chunk[..read]);
        }
    }
    drop(streams);
    assert!(server.child.wait().unwrap().success(), "exit code 0");
    assert!(stopped.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_deadline_stops_the_statement_on_both_databases() {
    for db in demo_databases() {
        let config = PoolConfig {
            threads: 1,
            statement_timeout: Duration::from_millis(300),
            ..PoolConfig::for_address(&db.address)
        };
        let reader = Db::start(&db.address, config).unwrap();
        let endless = match db.backend() {
            "sqlite" => "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
            _ => "SELECT 1 FROM pg_sleep(60)",
        };
        let started = Instant::now();
        let until = started + Duration::from_millis(300);
        let read = reader.read::<(), StorageError>(until, move |conn, _| conn.rows(Fixed(endless), &[]).map(|_| ()));
        let failed = block_on(read).unwrap_err();
        assert!(matches!(failed, StorageError::Timeout), "{failed:?} on {}", db.backend());
        assert!(started.elapsed() < Duration::from_secs(10), "stopped");
        let alive =
            block_on(reader.read::<i64, StorageError>(Instant::now() + Duration::from_secs(5), |_, snapshot| {
                Ok(snapshot.revision)
            }));
        assert_eq!(alive.unwrap(), 2, "the thread and its connection serve on");
        let none = Limits { time_ms: 0, ..Limits::default() };
        let answer = ask(&db.graph_with(none), "{ events { totalCount } }");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "TIMEOUT");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("time limit"));
    }
}

#[test]
fn the_server_waits_for_its_database() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = start(&["serve", "--database-url", &format!("postgres://nobody@127.0.0.1:{unused}/none")]);
    assert!(get(server.port, "/health", "").starts_with("HTTP/1.1 200"));
    assert!(get(server.port, "/ready", "").starts_with("HTTP/1.1 503"));
    let answer = post(server.port, JSON, r#"{"query":"{ service { revision } }"}"#);
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after") && answer.contains("SERVICE_UNAVAILABLE"),
        "{answer}"
    );
    assert!(!answer.contains(&unused.to_string()), "no address in the answer");
}

#[test]
fn both_databases_are_served_by_the_same_program() {
    for db in demo_databases() {
        let server = start(&["serve", "--database-url", &url(&db)]);
        let answer =
            post(server.port, JSON, r#"{"query":"{ event(slug: \"russia-zibo-conference-2024-08\") { startsOn } }"}"#);
        assert!(answer.contains("2024-08-05"), "{answer}");
    }
}

#[test]
fn a_role_that_can_only_read_serves() {
    for db in demo_databases() {
        let Address::Postgres(url) = &db.address else { continue };
        let role = format!("tearoad_reader_{}", std::process::id());
        let mut conn = db.conn();
        conn.batch(&format!(
            "DO $$ BEGIN CREATE ROLE {role} LOGIN; EXECUTE 'GRANT USAGE ON SCHEMA ' || current_schema() || ' TO {role}'; EXECUTE 'GRANT SELECT ON ALL TABLES IN SCHEMA ' || current_schema() || ' TO {role}'; END $$"
        ))
        .unwrap();
        let (scheme, rest) = url.split_once("://").unwrap();
        let (_, host) = rest.split_once('@').unwrap();
        let server = start(&["serve", "--database-url", &format!("{scheme}://{role}@{host}")]);
        let answer = post(server.port, JSON, r#"{"query":"{ region(code: \"CN\") { name } }"}"#);
        drop(server);
        conn.batch(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
        assert!(answer.contains("China"), "{answer}");
    }
}
