//! Measures the way from a file to an answer on SQLite and PostgreSQL: import rows a second; then for four questions
//! requests a second, waiting times, and processor time a request of server and database (from /proc), beside a bare
//! actix-web handler that returns the same bytes.
//!
//! With `--scale N` it measures nested lists, filters and orders on synthetic data of `tearoad demo --scale N` instead.
//!
//! With `--export` it measures exports of the figures instead ([`export`]), with `--stats` statistics over ten years beside
//! the same numbers by SQL over the rows of the files ([`stats`]).
//!
//! `cargo bench --bench serve -- [--figures 1000000 | --scale 1] [--seconds 5] [--connections 16] [--postgres URL --postgres-pid PID]`
//! `scripts/bench` runs it with a PostgreSQL of its own. Linux only.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a measuring program: it prints, and stops at the first fault"
)]

#[path = "shared/baci_year.rs"]
mod baci_year;
#[path = "serve/export.rs"]
mod export;
#[path = "serve/stats.rs"]
mod stats;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use baci_year::{World, generate};

/// What is measured.
struct Plan {
    figures: usize,
    /// Of the synthetic data, where these are measured.
    scale: Option<String>,
    /// Exports instead of questions.
    export: bool,
    /// Statistics instead of them.
    stats: bool,
    time: Duration,
    connections: usize,
    postgres: Option<(String, u32)>,
}

/// A question: its name, and a document for a number drawn at random.
struct Question {
    name: &'static str,
    document: fn(&World, u64) -> String,
}

const QUESTIONS: &[Question] = &[
    Question { name: "region by code", document: by_code },
    Question { name: "question 1 (the conference)", document: conference },
    Question { name: "100 figures", document: hundred },
    Question { name: "1,000 figures x 10 fields", document: thousand },
];

/// The questions to synthetic data.
const AT_SIZE: &[Question] = &[
    Question { name: "companies by related events", document: by_events },
    Question { name: "events, participants, events", document: nested },
    Question { name: "companies by place and sector", document: by_place_and_sector },
];

/// The condition on events that most questions share: since 2024, with a guest from Russia.
const SINCE: &str =
    "{startsOn: {gte: \"2024-01-01\"}, regions: {some: {role: {eq: GUEST}, region: {within: {code: \"RU\"}}}}}";
const PHARMA: &str = "sectors: {some: {within: {classification: \"TEAROAD\", code: \"PHARMACEUTICALS\"}}}";

fn by_events(_: &World, _: u64) -> String {
    format!(
        "{{ companies(first: 20, filter: {{region: {{within: {{code: \"CN-SD\"}}}}, {PHARMA}, events: {{count: {{filter: {SINCE}, gte: 2}}}}}}, orderBy: [{{events: {{count: {{filter: {SINCE}}}}}, direction: DESC}}]) {{ totalCount nodes {{ name events(first: 3, filter: {SINCE}, orderBy: {{field: STARTS_ON, direction: DESC}}) {{ totalCount nodes {{ name startsOn }} }} }} }} }}|{{}}"
    )
}

fn nested(_: &World, n: u64) -> String {
    let year = 2015 + n % 11;
    format!(
        "query($from: Date!) {{ events(first: 20, filter: {{startsOn: {{gte: $from}}}}) {{ nodes {{ name startsOn participations(first: 10) {{ nodes {{ role party {{ name region {{ name }} events(first: 5, orderBy: {{field: STARTS_ON, direction: DESC}}) {{ nodes {{ name startsOn }} }} }} }} }} }} }} }}|{{\"from\":\"{year}-03-01\"}}"
    )
}

fn by_place_and_sector(_: &World, n: u64) -> String {
    let sector = ["PHARMACEUTICALS", "CHEMICALS", "FOOD", "TEXTILES", "METALS"][(n as usize) % 5];
    format!(
        "query($sector: String!) {{ companies(first: 20, filter: {{region: {{within: {{code: \"CN-SD\"}}}}, sectors: {{some: {{within: {{classification: \"TEAROAD\", code: $sector}}}}}}}}) {{ totalCount nodes {{ slug name region {{ name }} }} }} }}|{{\"sector\":\"{sector}\"}}"
    )
}

fn by_code(world: &World, n: u64) -> String {
    let (code, _) = &world.areas[(n as usize) % world.areas.len()];
    format!("query($code: String!) {{ region(code: $code) {{ code name level }} }}|{{\"code\":\"{code}\"}}")
}

fn conference(_: &World, _: u64) -> String {
    format!("{}|{{}}", include_str!("../ui/questions/1-conference.graphql"))
}

fn figures(world: &World, n: u64, first: u32, fields: &str) -> String {
    let (reporter, _) = &world.areas[(n as usize) % world.areas.len().min(20)];
    let year = world.year;
    format!(
        "query($reporter: String!) {{ tradeFigures(first: {first}, filter: {{reporter: {{code: {{eq: $reporter}}}}, flow: {{eq: EXPORT}}, period: {{eq: \"{year}\"}}, dataset: {{code: {{eq: \"BACI-HS2017\"}}}}}}) {{ nodes {{ {fields} }} }} }}|{{\"reporter\":\"{reporter}\"}}"
    )
}

fn hundred(world: &World, n: u64) -> String {
    figures(world, n, 100, "period flow partner { name } sector { code name } value { amount }")
}

fn thousand(world: &World, n: u64) -> String {
    figures(
        world,
        n,
        1000,
        "period flow mirrored status partner { code name } sector { code name } value { amount currency } netWeightKg",
    )
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if let [word, port, body] = arguments.as_slice()
        && word == "--bare"
    {
        return bare(port.parse().unwrap(), body);
    }
    let value = |name: &str| arguments.iter().position(|a| a == name).and_then(|at| arguments.get(at + 1)).cloned();
    let number = |name: &str, default: usize| value(name).map_or(default, |v| v.parse().expect("a number"));
    let plan = Plan {
        figures: number("--figures", 1_000_000),
        scale: value("--scale"),
        export: arguments.iter().any(|a| a == "--export"),
        stats: arguments.iter().any(|a| a == "--stats"),
        time: Duration::from_secs(number("--seconds", 5) as u64),
        connections: number("--connections", 16),
        postgres: value("--postgres").map(|url| (url, number("--postgres-pid", 0) as u32)),
    };
    let folder = tempfile::tempdir().unwrap();
    let world = if plan.scale.is_none() {
        generate(folder.path(), plan.figures, plan.economies(), plan.years())
    } else {
        World { areas: Vec::new(), year: 2020, products: Vec::new(), rows: 0 }
    };
    let size = plan.scale.as_ref().map_or(format!("figures {}", plan.figures), |n| format!("scale {n}"));
    println!("{size}, connections {}, {:?} a measurement", plan.connections, plan.time);
    let file = folder.path().join("bench.db");
    run(&plan, &world, folder.path(), file.to_str().unwrap(), None);
    match &plan.postgres {
        Some((url, pid)) => run(&plan, &world, folder.path(), url, Some(*pid)),
        None => println!("PostgreSQL: not measured; scripts/bench starts one"),
    }
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tearoad"));
    command.env_remove("DATABASE_URL");
    command
}

fn run(plan: &Plan, world: &World, folder: &Path, database: &str, postgres: Option<u32>) {
    let name = if postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("\n{name}");
    if let Some(scale) = &plan.scale {
        let started = Instant::now();
        let (mut server, port) = start(database, &["--scale", scale]);
        println!("  synthetic data in {:.1} s", started.elapsed().as_secs_f64());
        measure(plan, world, AT_SIZE, folder, (&server, port), postgres);
        return stop(&mut server);
    }
    // Creates the tables and the demo.
    let (mut server, _) = start(database, &[]);
    stop(&mut server);
    let import = |format: &str, paths: &[std::path::PathBuf]| {
        let started = Instant::now();
        let out = program().args(["import", format]).args(paths).args(["--database-url", database]).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        started.elapsed()
    };
    import("nomenclature", &[folder.join("nomenclature.csv")]);
    let rows = world.rows;
    let years: Vec<_> = plan.years().map(|year| folder.join(format!("BACI_HS17_Y{year}_V202501.csv"))).collect();
    let took = import("baci", &years);
    println!("  import: {rows} rows in {:.1} s, {:.0} rows/s", took.as_secs_f64(), rows as f64 / took.as_secs_f64());
    let (mut server, port) = start(database, &[]);
    if plan.export {
        export::measure(&server, port, postgres);
    } else if plan.stats {
        stats::measure(plan, world, database, (&server, port), postgres);
    } else {
        measure(plan, world, QUESTIONS, folder, (&server, port), postgres);
    }
    stop(&mut server);
}

fn measure(
    plan: &Plan,
    world: &World,
    questions: &[Question],
    folder: &Path,
    (server, port): (&Child, u16),
    postgres: Option<u32>,
) {
    println!(
        "  {:<30} {:>9} {:>8} {:>8} {:>10} {:>12} {:>9}",
        "", "req/s", "p50 ms", "p99 ms", "server ms", "database ms", "bytes"
    );
    for question in questions {
        let documents: Vec<String> = (0..200).map(|n| body(&(question.document)(world, n))).collect();
        let answer = send_once(port, &documents[0]);
        assert!(!answer.contains("\"errors\""), "{answer}");
        let result = load(plan, port, &documents, server.id(), postgres);
        result.print(question.name, answer.len());
        let path = folder.join("answer.json");
        std::fs::write(&path, &answer).unwrap();
        let (mut handler, bare_port) = start_bare(&path);
        let result = load(plan, bare_port, &documents, handler.id(), None);
        result.print("  bare handler, same bytes", answer.len());
        stop(&mut handler);
    }
}

fn body(document: &str) -> String {
    let (query, variables) = document.rsplit_once('|').unwrap();
    format!("{{\"query\":{},\"variables\":{variables}}}", serde_json::to_string(query).unwrap())
}

fn start(database: &str, more: &[&str]) -> (Child, u16) {
    let mut child = program()
        .arg("demo")
        .args(more)
        .args(["--database-url", database, "--port", "0", "--log", "error"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let port = lines
        .by_ref()
        .map(Result::unwrap)
        .find_map(|line| line.split("http://127.0.0.1:").nth(1)?.strip_suffix("/graphql")?.parse().ok())
        .expect("the server says where it listens");
    std::thread::spawn(move || lines.for_each(drop));
    std::thread::sleep(Duration::from_millis(300));
    (child, port)
}

fn stop(child: &mut Child) {
    let _ended = Command::new("kill").arg(child.id().to_string()).status();
    let _code = child.wait();
}

/// Serves the bytes of a file at /graphql, as plainly as actix-web can.
fn bare(port: u16, path: &str) {
    use actix_web::{App, HttpResponse, HttpServer, web};
    let bytes = web::Bytes::from(std::fs::read(path).unwrap());
    let server = HttpServer::new(move || {
        let bytes = bytes.clone();
        App::new().route(
            "/graphql",
            web::post().to(move |_body: web::Bytes| {
                let bytes = bytes.clone();
                async move { HttpResponse::Ok().content_type("application/json").body(bytes) }
            }),
        )
    })
    .bind(("127.0.0.1", port))
    .unwrap()
    .run();
    actix_web::rt::System::new().block_on(server).unwrap();
}

fn start_bare(path: &Path) -> (Child, u16) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--bare", &port.to_string(), path.to_str().unwrap()])
        .spawn()
        .unwrap();
    for _ in 0..100 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return (child, port);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    stop(&mut child);
    panic!("the bare handler does not listen");
}

/// What a load showed.
struct Measured {
    seconds: f64,
    waits: Vec<Duration>,
    server_ms: f64,
    database_ms: Option<f64>,
}

impl Plan {
    /// Economies of the figures; years of so many as for statistics are complete, with all their upper levels.
    fn economies(&self) -> usize {
        if self.stats { 230 } else { 200 }
    }

    /// Years of the figures.
    fn years(&self) -> std::ops::RangeInclusive<i32> {
        if self.stats { 2011..=2020 } else { 2020..=2020 }
    }
}

impl Measured {
    fn print(&self, name: &str, bytes: usize) {
        let count = self.waits.len();
        let at = |share: f64| self.waits[((count as f64 * share) as usize).min(count - 1)].as_secs_f64() * 1000.0;
        let database = self.database_ms.map_or("-".to_owned(), |ms| format!("{:.3}", ms / count as f64));
        println!(
            "  {name:<30} {:>9.0} {:>8.2} {:>8.2} {:>10.3} {database:>12} {bytes:>9}",
            count as f64 / self.seconds,
            at(0.5),
            at(0.99),
            self.server_ms / count as f64
        );
    }
}

fn load(plan: &Plan, port: u16, documents: &[String], pid: u32, postgres: Option<u32>) -> Measured {
    for document in documents.iter().take(50) {
        send_once(port, document);
    }
    let (server, database) = (cpu_ms(pid), postgres.map(cluster_ms));
    let started = Instant::now();
    let until = started + plan.time;
    let threads: Vec<_> = (0..plan.connections)
        .map(|thread| {
            let documents = documents.to_vec();
            std::thread::spawn(move || {
                let mut stream = connect(port);
                let mut waits = Vec::new();
                let mut buffer = Vec::new();
                let mut at = thread * 37;
                while Instant::now() < until {
                    let sent = Instant::now();
                    ask(&mut stream, &documents[at % documents.len()], &mut buffer);
                    waits.push(sent.elapsed());
                    at += 1;
                }
                waits
            })
        })
        .collect();
    let mut waits: Vec<Duration> = threads.into_iter().flat_map(|t| t.join().unwrap()).collect();
    let seconds = started.elapsed().as_secs_f64();
    waits.sort_unstable();
    Measured {
        seconds,
        waits,
        server_ms: cpu_ms(pid) - server,
        database_ms: postgres.map(cluster_ms).zip(database).map(|(after, before)| after - before),
    }
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn send_once(port: u16, body: &str) -> String {
    let mut buffer = Vec::new();
    ask(&mut connect(port), body, &mut buffer);
    String::from_utf8(buffer).unwrap()
}

/// Sends a request on a kept connection and reads the body of its answer.
fn ask(stream: &mut TcpStream, body: &str, answer: &mut Vec<u8>) {
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).unwrap();
    let mut seen = Vec::with_capacity(64 * 1024);
    let mut chunk = [0_u8; 64 * 1024];
    loop {
        let read = stream.read(&mut chunk).unwrap();
        assert!(read > 0, "the connection was closed");
        seen.extend_from_slice(&chunk[..read]);
        let Some(end) = seen.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&seen[..end]).to_ascii_lowercase();
        let length: usize = head
            .lines()
            .find_map(|l| l.strip_prefix("content-length:"))
            .expect("an answer of known length")
            .trim()
            .parse()
            .unwrap();
        if seen.len() >= end + 4 + length {
            assert!(head.starts_with("http/1.1 200"), "{head}");
            answer.clear();
            answer.extend_from_slice(&seen[end + 4..end + 4 + length]);
            return;
        }
    }
}

/// Milliseconds of processor time of a process: user and system.
fn cpu_ms(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    // Linux counts in hundredths of a second for user programs.
    (ticks(11) + ticks(12)) * 10.0
}

/// The same of a PostgreSQL server: its first process, the children that ended, and those that live.
fn cluster_ms(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let ended = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().skip(13).take(2);
    let mut sum = cpu_ms(pid) + ended.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0;
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(child) = entry.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else { continue };
        let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        if parent == Some(pid) {
            sum += cpu_ms(child);
        }
    }
    sum
}
