//! Measures exports: rows a second by the clock, and rows a second of processor time of server and database together;
//! and how much memory of its own the server had at most. Pages of SQLite's file that it maps are not its own.

use std::io::{Read as _, Write as _};
use std::process::Child;
use std::time::Instant;

use super::{cluster_ms, connect, cpu_ms};

/// What is exported: name and path.
const FILES: &[(&str, &str)] = &[
    (
        "CSV, 10 columns",
        "/export/tradeFigures.csv?filter=%7B%22mirrored%22:%7B%22eq%22:false%7D%7D&fields=dataset.code,reporter.code,partner.code,sector.code,flow,period,value.amount,value.currency,netWeightKg,status",
    ),
    ("CSV, every column", "/export/tradeFigures.csv?filter=%7B%22mirrored%22:%7B%22eq%22:false%7D%7D"),
    (
        "NDJSON, 10 columns",
        "/export/tradeFigures.ndjson?filter=%7B%22mirrored%22:%7B%22eq%22:false%7D%7D&fields=dataset.code,reporter.code,partner.code,sector.code,flow,period,value.amount,value.currency,netWeightKg,status",
    ),
];

/// Exports all figures in each form.
pub(crate) fn measure(server: &Child, port: u16, postgres: Option<u32>) {
    println!(
        "  {:<30} {:>10} {:>10} {:>14} {:>9} {:>11} {:>9} {:>9}",
        "export", "rows", "rows/s", "rows/CPU s", "server s", "database s", "MB", "peak MiB"
    );
    for (name, path) in FILES {
        let before = (cpu_ms(server.id()), postgres.map(cluster_ms));
        let started = Instant::now();
        let (rows, bytes, peak) = receive(port, path, server.id());
        let seconds = started.elapsed().as_secs_f64();
        let in_server = (cpu_ms(server.id()) - before.0) / 1000.0;
        let in_database =
            postgres.map(cluster_ms).zip(before.1).map_or(0.0, |(after, before)| (after - before) / 1000.0);
        println!(
            "  {name:<30} {rows:>10} {:>10.0} {:>14.0} {in_server:>9.2} {in_database:>11.2} {:>9.1} {:>9.1}",
            rows as f64 / seconds,
            rows as f64 / (in_server + in_database),
            bytes as f64 / 1e6,
            peak
        );
    }
}

/// Reads a file to its end; its lines but for a head, its bytes, and the most memory of the server meanwhile.
fn receive(port: u16, path: &str, pid: u32) -> (usize, usize, f64) {
    let mut stream = connect(port);
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let (mut lines, mut bytes) = (0, 0);
    let mut chunk = vec![0_u8; 256 * 1024];
    let mut last = Vec::new();
    let mut is_first = true;
    let mut peak = own_mib(pid);
    loop {
        let read = stream.read(&mut chunk).unwrap();
        if read == 0 {
            break;
        }
        let part = &chunk[..read];
        if is_first {
            assert!(part.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(part));
            is_first = false;
        }
        // Lines of the file end with a line feed alone, those of the transfer with two characters.
        let mut before = last.last().copied().unwrap_or(b' ');
        for byte in part {
            lines += usize::from(*byte == b'\n' && before != b'\r');
            before = *byte;
        }
        if (bytes >> 22) != ((bytes + read) >> 22) {
            peak = peak.max(own_mib(pid));
        }
        bytes += read;
        last = part[read.saturating_sub(7)..].to_vec();
    }
    assert!(last.ends_with(b"0\r\n\r\n"), "the file is whole");
    (lines - usize::from(path.contains(".csv")), bytes, peak)
}

/// Mebibytes of memory that are a process's own.
fn own_mib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
