//! The program from outside: command line, HTTP, signals, deadlines.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tearoad::storage::StorageError;
use tearoad::storage::conn::Address;
use tearoad::storage::pool::{Db, PoolConfig};

use crate::support::{block_on, databases, demo_databases};

/// The program without settings from the environment.
pub fn tearoad(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tearoad"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TEAROAD_") || name == "DATABASE_URL") {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    tearoad(arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server on a free port; it is killed with the test.
struct Server {
    child: Child,
    port: u16,
    log: Arc<Mutex<String>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _dead_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut child = tearoad(arguments).args(["--port", "0"]).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut port = None;
        while port.is_none() {
            let mut line = String::new();
            let read = lines.read_line(&mut line).unwrap();
            log.lock().unwrap().push_str(&line);
            assert!(read > 0, "the server ended: {}", log.lock().unwrap());
            port = line
                .split_once("endpoint  http://127.0.0.1:")
                .and_then(|(_, rest)| rest.split('/').next())
                .and_then(|port| port.parse().ok());
        }
        let rest = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                rest.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
        Self { child, port: port.unwrap(), log }
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    fn signal(&self, name: &str) {
        let done = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(done.success());
    }

    /// The exit code, within ten seconds.
    fn ended(&mut self) -> Option<i32> {
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server did not end within ten seconds: {}", self.log());
    }

    fn get(&self, path: &str) -> Reply {
        Client::connect(self.port).unwrap().send("GET", path, &[], "").unwrap()
    }

    fn ask(&self, query: &str) -> Reply {
        Client::connect(self.port).unwrap().ask(query).unwrap()
    }
}

/// An answer.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn reason(&self) -> String {
        self.json()["errors"][0]["extensions"]["reason"].as_str().unwrap_or_default().to_owned()
    }
}

/// One connection, kept alive.
struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    fn connect(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    fn ask(&mut self, query: &str) -> std::io::Result<Reply> {
        self.write_query(query)?;
        self.read()
    }

    fn write_query(&mut self, query: &str) -> std::io::Result<()> {
        let headers = [("Content-Type", "application/json"), ("Accept", "application/graphql-response+json")];
        self.write("POST", "/graphql", &headers, &json!({ "query": query }).to_string())
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> std::io::Result<Reply> {
        self.write(method, path, headers, body)?;
        self.read()
    }

    fn write(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> std::io::Result<()> {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        text.push_str(body);
        self.stream.get_mut().write_all(text.as_bytes())
    }

    /// A whole answer with a length; anything less is an error.
    fn read(&mut self) -> std::io::Result<Reply> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|s| s.parse().ok());
        let status = status.ok_or_else(|| std::io::Error::other(format!("no answer but {line:?}")))?;
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_owned(), value.to_owned()));
        }
        let mut reply = Reply { status, headers, body: Vec::new() };
        let length = reply.header("content-length").parse().map_err(std::io::Error::other)?;
        reply.body = vec![0; length];
        self.stream.read_exact(&mut reply.body)?;
        Ok(reply)
    }
}

fn path_of(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

/// The address as the command line takes it.
fn url(address: &Address) -> String {
    match address {
        Address::Sqlite(path) => path.to_str().unwrap().to_owned(),
        Address::Postgres(url) => url.clone(),
    }
}

// ---- the command line

#[test]
fn the_version_goes_to_stdout() {
    let output = run(&["--version"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("tearoad {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn unknown_settings_are_refused_with_a_suggestion() {
    let folder = tempfile::tempdir().unwrap();
    let file = path_of(&folder, "tearoad.toml");
    std::fs::write(&file, "prot = 9000\n").unwrap();
    let in_file = run(&["config", "show", "--config", &file]);
    assert_eq!(in_file.status.code(), Some(2));
    assert!(told(&in_file).contains("there is no setting `prot`"), "{}", told(&in_file));
    assert!(told(&in_file).contains("did you mean `port`?"), "{}", told(&in_file));
    let in_environment = tearoad(&["config", "show"]).env("TEAROAD_PROT", "9000").output().unwrap();
    assert_eq!(in_environment.status.code(), Some(2));
    assert!(told(&in_environment).contains("did you mean `TEAROAD_PORT`?"), "{}", told(&in_environment));
    let in_flags = run(&["config", "show", "--prot", "9000"]);
    assert_eq!(in_flags.status.code(), Some(2));
    assert!(told(&in_flags).contains("'--port'"), "{}", told(&in_flags));
    for output in [in_file, in_environment, in_flags] {
        assert!(output.stdout.is_empty(), "talk goes to stderr");
    }
}

#[test]
fn wrong_values_are_refused_with_where_they_come_from() {
    for (arguments, wanted) in [
        (["config", "show", "--port", "99999"], "port is `99999`"),
        (["config", "show", "--time-limit", "5 parsecs"], "time_limit is `5 parsecs`"),
        (["config", "show", "--host", "nowhere"], "(from --host)"),
        (["config", "show", "--database-url", "mysql://x"], "is not a database"),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(told(&output).contains(wanted), "{}", told(&output));
    }
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = path_of(&folder, "tearoad.toml");
    std::fs::write(&file, "port = 1001\nhost = \"127.0.0.2\"\nlimit_page = 7\n").unwrap();
    let output = tearoad(&["config", "show", "--port", "1003"])
        .envs([("TEAROAD_CONFIG", file.as_str()), ("TEAROAD_PORT", "1002"), ("TEAROAD_HOST", "127.0.0.3")])
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("port = \"1003\"  # --port\n"), "{shown}");
    assert!(shown.contains("host = \"127.0.0.3\"  # TEAROAD_HOST\n"), "{shown}");
    assert!(shown.contains(&format!("limit_page = \"7\"  # {file}\n")), "{shown}");
}

#[test]
fn passwords_are_never_shown() {
    for url in [
        "postgres://me:hush@db.example/trade",
        "postgres://me:hu@sh@db.example/trade",
        "postgres://me:hush@db.example/trade?sslmode=disable",
        "postgres://me@db.example/trade?password=hush",
        "postgres://db.example/trade?user=me&password=hush&sslmode=disable",
        "postgresql:///trade?PASSWORD=hush",
    ] {
        for output in [
            run(&["config", "show", "--database-url", url]),
            tearoad(&["config", "show"]).env("DATABASE_URL", url).output().unwrap(),
        ] {
            let shown = String::from_utf8(output.stdout).unwrap();
            assert_eq!(output.status.code(), Some(0));
            assert!(shown.contains("database_url = \"postgres"), "{shown}");
            assert!(!shown.contains("hush") && !shown.contains("hu@sh") && !shown.contains("sh@"), "{shown}");
        }
    }
}

#[test]
fn a_misspelt_path_is_an_error_and_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = path_of(&folder, "tearaod.db");
    for command in [["serve"].as_slice(), &["migrate", "status"], &["migrate", "down"]] {
        let output = run(&[command, &["--database", &path, "--port", "0"]].concat());
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        assert!(told(&output).contains(&format!("there is no database file `{path}`")), "{}", told(&output));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_taken_port_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let output = run(&["demo", "--database", &path_of(&folder, "new.db"), "--port", &port.to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let wanted =
        format!("error: port {port} of 127.0.0.1 is taken; choose another with --port, 0 takes any free one\n");
    assert_eq!(told(&output), wanted);
    assert!(!Path::new(&path_of(&folder, "new.db")).exists());
}

#[test]
fn other_machines_are_served_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = path_of(&folder, "new.db");
    for host in ["0.0.0.0", "::"] {
        let output = run(&["demo", "--database", &path, "--host", host, "--port", "0"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains("is not loopback"), "{}", told(&output));
        assert!(told(&output).contains("pass --allow-anonymous"), "{}", told(&output));
    }
    assert!(!Path::new(&path).exists());
}

#[test]
fn a_closed_pipe_is_success() {
    let mut child = tearoad(&["schema", "print"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(!first.is_empty());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(told(&output), "");
}

#[test]
fn the_demo_keeps_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = path_of(&folder, "demo.db");
    let question = "{ service { revision committedAt } regions { totalCount } events { totalCount } }";
    let mut answers = Vec::new();
    for wanted in ["with the demo's data", "has data already; nothing was loaded"] {
        let mut server = Server::start(&["demo", "--database", &path]);
        assert!(server.log().contains(wanted), "{}", server.log());
        answers.push(server.ask(question).json());
        server.signal("-INT");
        assert_eq!(server.ended(), Some(0));
    }
    assert_eq!(answers[0], answers[1]);
}

// ---- stopping

/// Takes some time, so that stopping meets requests in the middle.
const SLOW: &str =
    "{ regions(first: 200) { nodes { name ancestors { name } children(first: 100) { nodes { name code } } } } }";

#[test]
fn stopping_loses_no_accepted_request() {
    for db in demo_databases() {
        let mut server = Server::start(&["serve", "--database-url", &url(&db.address)]);
        let wanted = server.ask(SLOW);
        assert_eq!(wanted.status, 200, "{}", wanted.text());
        let wanted = wanted.body.len();
        let sent = Barrier::new(51);
        let port = server.port;
        std::thread::scope(|scope| {
            let clients: Vec<_> = (0..50)
                .map(|_| {
                    scope.spawn(|| {
                        let mut client = Client::connect(port).unwrap();
                        // An answer proves that the server, not only the kernel, has taken the connection.
                        assert_eq!(client.ask("{ __typename }").unwrap().status, 200);
                        client.write_query(SLOW).unwrap();
                        sent.wait();
                        client.read().unwrap()
                    })
                })
                .collect();
            sent.wait();
            server.signal("-TERM");
            for client in clients {
                let reply = client.join().unwrap();
                assert_eq!(reply.status, 200, "{}", db.backend());
                assert_eq!(reply.body.len(), wanted, "{}", db.backend());
            }
        });
        let started = Instant::now();
        assert_eq!(server.ended(), Some(0), "{}", server.log());
        assert!(started.elapsed() < Duration::from_secs(10));
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "nobody listens any more");
    }
}

#[test]
fn an_idle_connection_does_not_keep_the_server_from_ending() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&["demo", "--database", &path_of(&folder, "demo.db"), "--shutdown-timeout", "1s"]);
    let mut idle = Client::connect(server.port).unwrap();
    assert_eq!(idle.ask("{ __typename }").unwrap().status, 200);
    server.signal("-TERM");
    assert_eq!(server.ended(), Some(0), "{}", server.log());
}

// ---- deadlines

/// Runs for minutes when nobody stops it.
fn endless(address: &Address) -> &'static str {
    match address {
        Address::Sqlite(_) => {
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000) SELECT max(i) FROM n"
        }
        Address::Postgres(_) => "SELECT pg_sleep(300)",
    }
}

#[test]
fn a_deadline_stops_the_statement_and_spares_the_connection() {
    for db in databases() {
        let limit = Duration::from_millis(200);
        let config = PoolConfig { threads: 1, statement_timeout: limit, ..PoolConfig::for_address(&db.address) };
        let pool = Db::start(&db.address, config).unwrap();
        let statement = endless(&db.address);
        for _ in 0..3 {
            let started = Instant::now();
            let read = pool.read::<(), StorageError>(Instant::now() + limit, move |conn, _| conn.batch(statement));
            let stopped = block_on(read);
            let took = started.elapsed();
            let error = stopped.unwrap_err();
            assert!(matches!(error.classified(), StorageError::Timeout), "{}", db.backend());
            assert!(took >= limit && took < Duration::from_secs(5), "{} took {took:?}", db.backend());
            // There is one thread with one connection.
            let read = pool.read::<i64, StorageError>(Instant::now() + Duration::from_secs(5), |_, s| Ok(s.revision));
            assert_eq!(block_on(read).unwrap(), 0, "{}", db.backend());
        }
    }
}

#[test]
fn a_request_beyond_the_time_limit_is_answered_as_such() {
    for db in demo_databases() {
        let server = Server::start(&["serve", "--database-url", &url(&db.address), "--time-limit", "1ms"]);
        let reply = server.ask(SLOW);
        assert_eq!(reply.status, 504, "{}", reply.text());
        assert_eq!(reply.reason(), "TIMEOUT");
        assert!(reply.json().get("data").is_none());
        assert_eq!(server.get("/health").status, 200);
    }
}

// ---- pages and probes

#[test]
fn probes_schema_and_pages_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["demo", "--database", &path_of(&folder, "demo.db")]);
    let health = server.get("/health");
    assert_eq!((health.status, &health.json()["status"]), (200, &json!("ok")));
    let ready = server.get("/ready");
    assert_eq!((ready.status, &ready.json()["status"]), (200, &json!("ready")));
    let schema = server.get("/schema.graphql");
    assert_eq!(schema.body, run(&["schema", "print"]).stdout);
    let home = server.get("/");
    assert_eq!((home.status, home.header("location")), (303, "/graphiql"));
    let page = server.get("/graphiql");
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").starts_with("default-src 'self'"));
    let mut client = Client::connect(server.port).unwrap();
    let packed = client.send("GET", "/graphiql", &[("Accept-Encoding", "gzip, br")], "").unwrap();
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.header("content-security-policy").starts_with("default-src 'self'"));
    assert!(packed.header("vary").contains("Accept-Encoding"));
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(packed.body.as_slice()).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, page.body);
}

#[test]
fn the_server_starts_before_its_database() {
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let away = format!("postgres://me:hush@127.0.0.1:{}/trade", free.local_addr().unwrap().port());
    drop(free);
    let server = Server::start(&["serve", "--database-url", &away, "--database-wait", "200ms"]);
    assert!(server.log().contains("not ready until it is there"), "{}", server.log());
    assert_eq!(server.get("/health").status, 200);
    let ready = server.get("/ready");
    assert_eq!((ready.status, ready.header("retry-after")), (503, "1"));
    assert_eq!(ready.json()["status"], json!("not ready"));
    let reply = server.ask("{ events { totalCount } }");
    assert_eq!((reply.status, reply.reason().as_str()), (503, "DATABASE_UNAVAILABLE"));
    assert_eq!(reply.header("retry-after"), "1");
    for text in [reply.text(), server.log()] {
        assert!(!text.contains("hush"), "{text}");
    }
}

#[test]
fn synthetic_data_are_refused_where_there_are_other_data() {
    for db in demo_databases() {
        db.conn()
            .batch("INSERT INTO revisions (revision, committed_at, kind, summary) VALUES (3, '2026-01-01', 'BACI', '')")
            .unwrap();
        let address = match &db.address {
            tearoad::storage::conn::Address::Sqlite(path) => path.to_str().unwrap().to_owned(),
            tearoad::storage::conn::Address::Postgres(url) => url.clone(),
        };
        let output = run(&["demo", "--scale", "1", "--port", "0", "--database", &address]);
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains("synthetic data go into a new database only"), "{}", told(&output));
    }
    assert_eq!(run(&["demo", "--scale", "0"]).status.code(), Some(2));
}
