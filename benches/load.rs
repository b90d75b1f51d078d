//! Measures the import of a BACI year on SQLite and PostgreSQL beside the databases' own bulk means, done the same best
//! way into the same tables: `sqlite3 .import` and psql's `\copy`, indexes after. One run prints rows a second, the ratio,
//! the most memory that the import took, bytes a row on the disk, and how long the first answer takes.
//!
//! `scripts/bench load [--rows 11000000]` runs it with a PostgreSQL of its own. Linux only; needs `sqlite3` and `psql`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "a measuring program: it prints, and stops at the first fault"
)]

#[path = "shared/baci_year.rs"]
mod baci_year;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use baci_year::{World, generate};

const COLUMNS: &str = "dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, origin, reporter_level, partner_level, sector_level, value_scaled, quantity_milli, quantity_unit, net_weight_g, status, source_id, revision";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let value = |name: &str| arguments.iter().position(|a| a == name).and_then(|at| arguments.get(at + 1)).cloned();
    let rows = value("--rows").map_or(2_000_000, |v| v.parse().unwrap());
    let folder = tempfile::Builder::new().prefix("tearoad-load-").tempdir().unwrap();
    let world = generate(folder.path(), rows, 230, 2020..=2020);
    println!("{} rows, {} economies, {} products", world.rows, world.areas.len(), world.products.len());
    sqlite(folder.path(), &world);
    match value("--postgres") {
        Some(url) => postgres(folder.path(), &world, &url),
        None => println!("PostgreSQL: not measured; scripts/bench load starts one"),
    }
}

/// Runs the program; gives its time and the most memory it took, in MiB.
fn tearoad(arguments: &[&str]) -> (Duration, f64) {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tearoad")).args(arguments).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>().join("\n"));
    let mut most = 0.0_f64;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib = line.and_then(|l| l.trim().trim_end_matches(" kB").parse::<f64>().ok());
        most = most.max(kib.unwrap_or(0.0) / 1024.0);
        if let Some(status) = child.try_wait().unwrap() {
            let said = said.join().unwrap();
            assert!(status.success(), "{said}");
            return (started.elapsed(), most);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Runs a database's own program on a script.
fn shell(program: &str, arguments: &[&str], script: &str) -> Duration {
    let started = Instant::now();
    let mut child = Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{program} failed");
    started.elapsed()
}

/// What a database's own program says.
fn said(program: &str, arguments: &[&str]) -> String {
    let out = Command::new(program).args(arguments).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

fn prepare(folder: &Path, url: &str) {
    tearoad(&["migrate", "up", "--database-url", url]);
    tearoad(&["import", "nomenclature", folder.join("nomenclature.csv").to_str().unwrap(), "--database-url", url]);
}

fn import(folder: &Path, url: &str) -> (Duration, f64) {
    tearoad(&["import", "baci", folder.join("BACI_HS17_Y2020_V202501.csv").to_str().unwrap(), "--database-url", url])
}

fn print(name: &str, rows: usize, own: (Duration, f64), bulk: Duration, bytes: u64, first: Duration) {
    let rate = |took: Duration| rows as f64 / took.as_secs_f64();
    println!(
        "{name}: import {:.1} s, {:.0} rows/s; {:.0} MiB at most; bulk means {:.1} s, {:.0} rows/s; ratio {:.2}; {:.0} bytes a row; first answer after {:.0} ms",
        own.0.as_secs_f64(),
        rate(own.0),
        own.1,
        bulk.as_secs_f64(),
        rate(bulk),
        bulk.as_secs_f64() / own.0.as_secs_f64(),
        bytes as f64 / rows as f64,
        first.as_secs_f64() * 1000.0
    );
}

fn sqlite(folder: &Path, world: &World) {
    let file = folder.join("own.db");
    let (url, rows) = (file.to_str().unwrap(), folder.join("rows.csv"));
    prepare(folder, url);
    shell("sqlite3", &[url], "PRAGMA wal_checkpoint(TRUNCATE);");
    let bulk = folder.join("bulk.db");
    std::fs::copy(&file, &bulk).unwrap();
    let before = std::fs::metadata(&file).unwrap().len();
    let own = import(folder, url);
    shell("sqlite3", &[url], "PRAGMA wal_checkpoint(TRUNCATE);");
    let bytes = std::fs::metadata(&file).unwrap().len() - before;
    let first = first_answer(url, world);
    shell(
        "sqlite3",
        &[url],
        &format!(".mode csv\n.output {}\nSELECT {COLUMNS} FROM trade_figures;\n.output\n", rows.display()),
    );
    let indexes = said(
        "sqlite3",
        &[
            url,
            "SELECT sql || ';' FROM sqlite_master WHERE type = 'index' AND tbl_name = 'trade_figures' AND sql IS NOT NULL",
        ],
    );
    let names = said(
        "sqlite3",
        &[
            url,
            "SELECT 'DROP INDEX ' || name || ';' FROM sqlite_master WHERE type = 'index' AND tbl_name = 'trade_figures' AND sql IS NOT NULL",
        ],
    );
    let script = format!(
        ".bail on\nPRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA threads = 2;\nBEGIN;\n{names}\n.mode csv\n.import {} trade_figures\n{indexes}\nCOMMIT;\n",
        rows.display()
    );
    let took = shell("sqlite3", &[bulk.to_str().unwrap()], &script);
    print("SQLite", world.rows, own, took, bytes, first);
}

fn postgres(folder: &Path, world: &World, url: &str) {
    prepare(folder, url);
    let own = import(folder, url);
    let ask = |query: &str| said("psql", &[url, "-At", "-c", query]);
    let dataset = ask("SELECT id FROM datasets WHERE code = 'BACI-HS2017'");
    let table = format!("trade_figures_d{dataset}");
    let bytes = ask(&format!("SELECT pg_total_relation_size('{table}')")).parse().unwrap();
    let first = first_answer(url, world);
    let rows = folder.join("rows.csv");
    let script = format!(
        "\\set ON_ERROR_STOP on\nBEGIN;\nCREATE TABLE bulk (LIKE trade_figures INCLUDING DEFAULTS);\n\\copy bulk ({COLUMNS}) FROM '{}' CSV\nSET LOCAL maintenance_work_mem = '256MB';\nALTER TABLE bulk ADD CONSTRAINT bulk_dataset CHECK (dataset_id = {dataset});\nALTER TABLE bulk ADD PRIMARY KEY (dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, origin);\nCREATE INDEX ON bulk (dataset_id, partner_id, reporter_id, sector_id, flow, period_start);\nCREATE INDEX ON bulk (dataset_id, sector_id, period_start, reporter_id);\nALTER TABLE trade_figures ATTACH PARTITION bulk FOR VALUES IN ({dataset});\nALTER TABLE bulk DROP CONSTRAINT bulk_dataset;\nCOMMIT;\n",
        rows.display()
    );
    shell(
        "psql",
        &[url, "-q"],
        &format!(
            "\\copy (SELECT {COLUMNS} FROM {table}) TO '{}' CSV\nALTER TABLE trade_figures DETACH PARTITION {table};\nDROP TABLE {table};\nCHECKPOINT;\n",
            rows.display()
        ),
    );
    let took = shell("psql", &[url, "-q"], &script);
    print("PostgreSQL", world.rows, own, took, bytes, first);
}

/// From the start of a server to the right answer of a question to the new figures.
fn first_answer(url: &str, world: &World) -> Duration {
    let started = Instant::now();
    let mut server = Command::new(env!("CARGO_BIN_EXE_tearoad"))
        .args(["serve", "--database-url", url, "--port", "0", "--log", "error"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines().map_while(Result::ok);
    let port = lines.find_map(|l| l.split("http://127.0.0.1:").nth(1)?.strip_suffix("/graphql")?.parse::<u16>().ok());
    let exporter = &world.areas[0].0;
    let query = format!(
        r#"{{"query":"{{ tradeFigures(first: 1, filter: {{dataset: {{code: {{eq: \"BACI-HS2017\"}}}}, reporter: {{code: {{eq: \"{exporter}\"}}}}, flow: {{eq: EXPORT}}, period: {{eq: \"{}\"}}}}) {{ nodes {{ value {{ amount }} }} }} }}"}}"#,
        world.year
    );
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port.unwrap())).unwrap();
    let length = query.len();
    write!(stream, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{query}").unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    let took = started.elapsed();
    assert!(answer.contains("amount") && !answer.contains("errors"), "{answer}");
    let _ended = Command::new("kill").arg(server.id().to_string()).status();
    let _code = server.wait();
    took
}
