//! What goes wrong around an import: it is killed, the disk is full, the database goes away, another one runs. The old
//! state stays, the message says what to do, and the next run works.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tearoad::storage::bulk::Fixed;
use tearoad::storage::conn::Address;
use tearoad::storage::{migrate, turn::Turn};
use tearoad::transfer::{Options, datasets, nomenclature, seed};

use crate::export::get;
use crate::program::tearoad;
use crate::properties::{sheet_of, workbook_of};
use crate::server::start;
use crate::support::{TestDb, databases};

const NOMENCLATURE: &str = "classification,edition,code,description,parent,level\n\
    H5,HS2017,0101,Horses,01,4\n\
    H5,HS2017,010121,Horses; pure-bred,0101,6\n\
    H5,HS2017,010129,Horses; other,0101,6\n\
    H5,HS2017,270900,Oils; crude,2709,6\n";
const ROWS: i64 = 12_096;

/// Databases with the reference lists and a small nomenclature.
fn prepared(folder: &Path, backend: &str) -> Vec<TestDb> {
    let file = folder.join("nomenclature.csv");
    std::fs::write(&file, NOMENCLATURE).unwrap();
    let all: Vec<TestDb> = databases().into_iter().filter(|db| backend.is_empty() || db.backend() == backend).collect();
    for db in &all {
        seed::load_reference(&mut db.conn()).unwrap();
        nomenclature::import(&mut db.conn(), &Options::default(), std::slice::from_ref(&file), &|_| {}).unwrap();
    }
    all
}

/// A file of `ROWS` figures, in an order that is not that of the table.
fn large_file(folder: &Path) -> PathBuf {
    let mut text = String::from("t,i,j,k,v,q\n");
    for year in 1940..2024 {
        for partner in [710, 724, 752] {
            for product in ["270900", "010129", "010121"] {
                for exporter in [56, 8, 12, 20, 24, 28, 31, 32, 36, 40, 44, 48, 50, 51, 52, 4] {
                    writeln!(text, "{year},{exporter},{partner},{product},{exporter}.5,0.5").unwrap();
                }
            }
        }
    }
    let path = folder.join("BACI_HS17_Y2020_V202501.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn url(address: &Address) -> String {
    match address {
        Address::Sqlite(path) => path.to_str().unwrap().to_owned(),
        Address::Postgres(url) => url.clone(),
    }
}

fn import_into(url: &str, file: &Path) -> Command {
    tearoad(&["import", "baci", file.to_str().unwrap(), "--database-url", url])
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Figures and revision, seen by one statement; after whatever a killed program's server still does.
fn state(db: &TestDb) -> (i64, i64) {
    let mut conn = db.conn();
    let turn = Turn::take(&mut conn, |_| {}).unwrap();
    let rows = conn
        .rows(Fixed("SELECT (SELECT COUNT(*) FROM trade_figures), (SELECT MAX(revision) FROM revisions)"), &[])
        .unwrap();
    turn.end(&mut conn);
    (rows[0].int(0).unwrap(), rows[0].int(1).unwrap())
}

fn count(db: &TestDb, statement: &'static str) -> i64 {
    db.conn().rows(Fixed(statement), &[]).unwrap()[0].int(0).unwrap()
}

/// Runs begun and not ended.
fn journal(db: &TestDb) -> i64 {
    count(db, "SELECT COUNT(*) FROM import_runs")
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < until, "{what} did not happen within 30 s");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A program that dies with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _dead_already = self.0.kill();
        let _reaped = self.0.wait();
    }
}

impl Running {
    fn start(command: &mut Command) -> Self {
        Self(command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap())
    }

    /// The exit code and what it told.
    fn end(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.0.wait().unwrap().code(), said)
    }
}

/// An import on a terminal of its own, whose progress tells its phase.
struct OnTerminal {
    script: Running,
    import: String,
}

impl OnTerminal {
    fn start(url: &str, file: &Path) -> Self {
        let program = env!("CARGO_BIN_EXE_tearoad");
        let command = format!("exec '{program}' import baci '{}' --database-url '{url}'", file.display());
        let script = Command::new("script")
            .args(["-qfec", &command, "/dev/null"])
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("a terminal is made by `script` of util-linux: {e}"));
        let children = format!("/proc/{0}/task/{0}/children", script.id());
        let script = Running(script);
        let mut import = String::new();
        wait_until("the start of the import", || {
            std::fs::read_to_string(&children).unwrap_or_default().trim().clone_into(&mut import);
            !import.is_empty()
        });
        Self { script, import }
    }

    /// Kills it; all that it told.
    fn kill(mut self) -> String {
        // It may have ended by itself.
        let _ended = Command::new("kill").args(["-KILL", &self.import]).stderr(Stdio::null()).status();
        let mut said = Vec::new();
        self.script.0.stdout.take().unwrap().read_to_end(&mut said).unwrap();
        String::from_utf8_lossy(&said).into_owned()
    }
}

/// What progress tells of each phase.
const PHASES: [&str; 3] = ["reading", "writing", "the database makes its indexes and commits"];

/// The phase that was told last.
fn phase(said: &str) -> Option<&'static str> {
    PHASES.iter().filter_map(|phase| Some((said.rfind(phase)?, *phase))).max().map(|(_, phase)| phase)
}

/// Kills an import at twenty moments of its life, and looks each time whether the old state or the new one is there. Goes
/// on at other moments until it was hit while it read, while it wrote, and while the database did the rest.
fn killed_at_any_moment(backend: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = large_file(folder.path());
    for db in prepared(folder.path(), backend) {
        let started = Instant::now();
        assert!(import_into(&url(&db.address), &file).output().unwrap().status.success());
        let whole = started.elapsed();
        assert_eq!(state(&db).0, ROWS);
        let mut random: u64 = 20_241_125;
        let mut interrupted = 0;
        let mut hit: BTreeMap<&str, usize> = BTreeMap::new();
        for turn in 0..80 {
            if turn >= 20 && PHASES.iter().all(|phase| hit.contains_key(phase)) {
                break;
            }
            if state(&db).0 > 0 {
                datasets::drop(&mut db.conn(), "BACI-HS2017", true, &|_| {}).unwrap();
            }
            if turn % 2 == 1 && backend == "postgresql" {
                // Without its partition the dataset is filled directly; with it figures are staged.
                db.conn().batch("DROP TABLE IF EXISTS trade_figures_d1").unwrap();
            }
            let (left, before) = (journal(&db), state(&db));
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // One moment of each twentieth.
            let share = f64::from(turn % 20) / 20.0 + (random >> 40) as f64 / f64::from(1 << 24) / 20.0;
            let wait = whole.mul_f64(share * 1.05);
            let import = OnTerminal::start(&url(&db.address), &file);
            std::thread::sleep(wait);
            let said = import.kill();
            let after = state(&db);
            let told = phase(&said).filter(|_| after == before && journal(&db) > 0);
            eprintln!(
                "{backend}: killed after {wait:?} of {whole:?}, {told:?}: {before:?} -> {after:?}, {} in the journal",
                journal(&db)
            );
            assert!(
                after == before || after == (ROWS, before.1 + 1),
                "half an import is visible: {before:?} -> {after:?}"
            );
            assert!(after == before || journal(&db) == 0, "what was kept is not called interrupted");
            // One that lived long enough to look found its forerunner.
            if left > 0 && journal(&db) == 0 {
                assert!(said.contains("was interrupted; nothing of it was kept"), "{said}");
            }
            interrupted += journal(&db);
            if let Some(told) = told {
                *hit.entry(told).or_default() += 1;
            }
        }
        eprintln!("{backend}: phases hit: {hit:?}");
        assert!(PHASES.iter().all(|phase| hit.contains_key(phase)), "the moments miss a phase: {hit:?}");
        assert!(interrupted >= 5, "the moments miss the import: {interrupted} of 20");
        let left = journal(&db);
        let last = import_into(&url(&db.address), &file).output().unwrap();
        assert!(last.status.success(), "{}", told(&last));
        assert_eq!(told(&last).contains("the import of CEPII BACI from "), left > 0, "{}", told(&last));
        assert_eq!((state(&db).0, journal(&db)), (ROWS, 0));
        let staging = match db.backend() {
            "sqlite" => "SELECT COUNT(*) FROM sqlite_master WHERE name LIKE 'import%' AND name NOT LIKE 'import_runs%'",
            _ => {
                "SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relname LIKE 'import%' AND c.relname NOT LIKE 'import_runs%'"
            }
        };
        assert_eq!(count(&db, staging), 0);
    }
}

#[test]
fn a_kill_at_any_moment_leaves_the_old_state_or_the_new_one_on_sqlite() {
    killed_at_any_moment("sqlite");
}

#[test]
fn a_kill_at_any_moment_leaves_the_old_state_or_the_new_one_on_postgresql() {
    killed_at_any_moment("postgresql");
}

#[test]
fn of_two_imports_at_once_the_second_waits_and_then_works() {
    let folder = tempfile::tempdir().unwrap();
    let file = large_file(folder.path());
    for db in prepared(folder.path(), "") {
        let before = state(&db);
        let first = Running::start(&mut import_into(&url(&db.address), &file));
        wait_until("the first import", || journal(&db) == 1);
        let second = Running::start(&mut import_into(&url(&db.address), &file));
        let ((code, said), (second_code, second_said)) = (first.end(), second.end());
        assert_eq!((code, second_code), (Some(0), Some(0)), "{said}\n{second_said}");
        assert!(said.contains("12096 new"), "{said}");
        let waited = second_said.lines().next().unwrap();
        assert!(waited.starts_with("another import is running (since 2"), "{second_said}");
        assert!(waited.contains(": CEPII BACI from ") && waited.ends_with("; waiting for it to end"), "{waited}");
        assert!(second_said.contains("12096 unchanged"), "{second_said}");
        assert_eq!((state(&db), journal(&db)), ((ROWS, before.1 + 1), 0));
    }
}

#[test]
fn a_removal_and_a_check_wait_for_an_import_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = large_file(folder.path());
    let small = folder.path().join("BACI_HS17_Y2019_V202501.csv");
    std::fs::write(&small, "t,i,j,k,v,q\n2019,710,156,010121,1,1\n").unwrap();
    for db in prepared(folder.path(), "") {
        assert!(import_into(&url(&db.address), &small).output().unwrap().status.success());
        let first = Running::start(&mut import_into(&url(&db.address), &file));
        wait_until("the import", || journal(&db) == 1);
        let inspect =
            Running::start(&mut tearoad(&["inspect", small.to_str().unwrap(), "--database-url", &url(&db.address)]));
        let drop = Running::start(&mut tearoad(&[
            "datasets",
            "drop",
            "BACI-HS2017",
            "--yes",
            "--database-url",
            &url(&db.address),
        ]));
        for waiting in [inspect, drop] {
            let (code, said) = waiting.end();
            assert_eq!(code, Some(0), "{said}");
            assert!(said.contains("is running"), "{said}");
            // What is told to be removed is what was there when its turn came.
            let told = said.lines().find(|line| line.contains("figures of"));
            assert!(told.is_none_or(|line| line.starts_with("BACI-HS2017: 12096 figures of")), "{said}");
        }
        assert_eq!(first.end().0, Some(0));
        assert_eq!(state(&db).0, 0);
    }
}

#[test]
fn an_import_goes_on_when_nobody_hears_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("BACI_HS17_Y2019_V202501.csv");
    std::fs::write(&file, "t,i,j,k,v,q\n2019,710,156,010121,1,1\n").unwrap();
    for db in prepared(folder.path(), "") {
        let mut child = Running::start(&mut import_into(&url(&db.address), &file));
        drop(child.0.stderr.take());
        assert!(child.0.wait().unwrap().success());
        assert_eq!(state(&db).0, 1);
    }
}

/// A folder on a disk of its own, of so many KiB; `None` with a loud word where the test may not make one.
struct Disk(tempfile::TempDir);

impl Disk {
    fn of(kib: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kib}k"), "tmpfs"])
            .arg(folder.path())
            .output();
        if mounted.as_ref().is_ok_and(|m| m.status.success()) {
            return Some(Self(folder));
        }
        eprintln!("!! this test may not mount a small disk: a full disk is NOT tested: {mounted:?}");
        None
    }

    fn resize(&self, kib: u32) {
        let options = format!("remount,size={kib}k");
        assert!(Command::new("mount").args(["-o", &options]).arg(self.0.path()).status().unwrap().success());
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _left = Command::new("umount").args(["-l"]).arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_of_the_database_keeps_the_old_state() {
    let folder = tempfile::tempdir().unwrap();
    let file = large_file(folder.path());
    let Some(disk) = Disk::of(1 << 20) else { return };
    let path = disk.path().join("trade.db");
    let address = Address::Sqlite(path.clone());
    let url = path.to_str().unwrap();
    assert!(tearoad(&["migrate", "up", "--database-url", url]).output().unwrap().status.success());
    let nomenclature = folder.path().join("nomenclature.csv");
    std::fs::write(&nomenclature, NOMENCLATURE).unwrap();
    let loaded = tearoad(&["import", "nomenclature", nomenclature.to_str().unwrap(), "--database-url", url]);
    assert!({ loaded }.output().unwrap().status.success());
    let size = std::fs::metadata(&path).unwrap().len();
    let used = u32::try_from(size >> 10).unwrap();
    let figures = || {
        let mut conn = tearoad::storage::conn::Conn::create(&address).unwrap();
        conn.rows(Fixed("SELECT COUNT(*) FROM trade_figures"), &[]).unwrap()[0].int(0).unwrap()
    };
    // Full at the first write, in the middle, and late.
    let mut refused = 0;
    for room in [8, 64, 256, 512, 768, 1024, 1280, 1536, 2048] {
        disk.resize(used + room);
        let output = import_into(url, &file).output().unwrap();
        let said = told(&output);
        eprintln!("{room} KiB of room: {said}");
        if output.status.success() {
            break;
        }
        refused += 1;
        // Without room for its shared memory the database is not even opened.
        assert!(said.contains("error: the disk of the database") || said.contains("is the disk full"), "{said}");
        assert!(said.contains("nothing was imported; free some space") || room == 8, "{said}");
        disk.resize(used + (64 << 10));
        assert_eq!(figures(), 0);
    }
    assert!(refused > 3, "only {refused}");
    disk.resize(used + (64 << 10));
    let output = import_into(url, &file).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(figures(), ROWS);
}

#[test]
fn a_full_temporary_folder_and_a_full_report_refuse_the_import() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::of(16) else { return };
    let file = folder.path().join("BACI_HS17_Y2020_V202501.csv");
    let bad: String = (0..2000).map(|n| format!("2020,710,{},010121,1,1\n", 10_000 + n)).collect();
    std::fs::write(&file, format!("t,i,j,k,v,q\n{bad}2020,710,156,010121,1,1\n")).unwrap();
    let workbook = folder.path().join("large.xlsx");
    std::fs::write(&workbook, workbook_of(&sheet_of(&vec![vec!["t", "i", "j", "k", "v", "q"]; 3000]))).unwrap();
    for db in prepared(folder.path(), "") {
        let before = state(&db);
        let report = disk.path().join("bad.csv");
        let mut command = import_into(&url(&db.address), &file);
        let output = command.args(["--skip-bad", "--report", report.to_str().unwrap()]).output().unwrap();
        let said = told(&output);
        eprintln!("{said}");
        assert!(!output.status.success() && said.contains("the report of bad lines cannot be written"), "{said}");
        assert!(said.contains("nothing was imported"), "{said}");
        assert_eq!(state(&db), before);
        std::fs::remove_file(&report).unwrap();
        let mut command = import_into(&url(&db.address), &workbook);
        let output = command.args(["--edition", "HS2017"]).env("TMPDIR", disk.path()).output().unwrap();
        let said = told(&output);
        eprintln!("{said}");
        assert!(!output.status.success() && said.contains("the temporary folder"), "{said}");
        assert!(said.contains(disk.path().to_str().unwrap()) && said.contains("TMPDIR"), "{said}");
        assert_eq!((state(&db), journal(&db)), (before, 0));
    }
}

#[test]
fn a_full_temporary_folder_refuses_what_is_sorted_outside_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::of(1 << 10) else { return };
    // Sixty-four amounts a row: more than the million figures that are sorted in memory, of few lines.
    let value = "[[value]]\ncolumn = \"v\"\nflow = \"EXPORT\"\n";
    let layout = format!(
        "format = \"wide\"\ntitle = \"Wide\"\nheader = [\"r\", \"p\"]\nperiod = [\"y\"]\nrepeated = \"add\"\n[dataset]\ncode = \"WIDE\"\ntitle = \"Wide\"\ncurrency = \"USD\"\nvaluation = \"MIXED\"\n[[reporter]]\ncolumn = \"r\"\nscheme = [\"ISO_ALPHA3\"]\n[[partner]]\ncolumn = \"p\"\nscheme = [\"ISO_ALPHA3\"]\n[product]\nedition = \"HS2017\"\n{}",
        value.repeat(64)
    );
    let layout_file = folder.path().join("wide.toml");
    std::fs::write(&layout_file, layout).unwrap();
    let file = folder.path().join("wide.csv");
    std::fs::write(&file, format!("r,p,y,v\n{}", "ZAF,CHN,2020,1\n".repeat(16_500))).unwrap();
    for db in prepared(folder.path(), "") {
        let before = state(&db);
        let run = |temporary: &Path| {
            let url = url(&db.address);
            let arguments = ["import", "table", "--layout", layout_file.to_str().unwrap(), file.to_str().unwrap()];
            let mut command = tearoad(&arguments);
            let output = command.args(["--database-url", &url]).env("TMPDIR", temporary).output().unwrap();
            (output.status.code(), told(&output))
        };
        let (code, said) = run(disk.path());
        eprintln!("{said}");
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("the temporary folder") && said.contains(disk.path().to_str().unwrap()), "{said}");
        assert!(said.contains("TMPDIR"), "{said}");
        assert_eq!((state(&db), journal(&db)), (before, 0));
        assert_eq!(std::fs::read_dir(disk.path()).unwrap().count(), 0, "nothing is left there");
        let (code, said) = run(folder.path());
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(state(&db), (1, before.1 + 1));
    }
}

/// A role of PostgreSQL that goes away with the test.
struct Role<'a> {
    db: &'a TestDb,
    name: String,
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        let name = &self.name;
        let _gone = self.db.conn().batch(&format!("DROP OWNED BY {name}; DROP ROLE {name}"));
    }
}

#[test]
fn a_role_that_may_only_read_serves_while_an_import_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = large_file(folder.path());
    for db in prepared(folder.path(), "postgresql") {
        let name = format!("tearoad_reader_{}", std::process::id());
        let schema = db.conn().rows(Fixed("SELECT current_schema()"), &[]).unwrap()[0].text(0).unwrap().to_owned();
        db.conn().batch(&format!("CREATE ROLE {name} LOGIN")).unwrap();
        let role = Role { db: &db, name };
        db.conn()
            .batch(&format!(
                "GRANT USAGE ON SCHEMA {schema} TO {0}; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {0}; REVOKE ALL ON import_runs FROM {0}",
                role.name
            ))
            .unwrap();
        let owner = url(&db.address);
        let (_, host) = owner.split_once('@').unwrap();
        let reader = format!("postgres://{}@{host}", role.name);
        let mut conn = tearoad::storage::conn::Conn::create(&Address::Postgres(reader.clone())).unwrap();
        for refused in
            ["SELECT 1 FROM import_runs", "DELETE FROM trade_figures", "CREATE TABLE import_figures (n BIGINT)"]
        {
            assert!(conn.batch(refused).unwrap_err().to_string().contains("permission denied"), "{refused}");
        }
        let server = start(&["serve", "--database-url", &reader]);
        let figures = || {
            let answer = get(server.port, "/export/tradeFigures.ndjson?fields=flow", "");
            assert!(answer.whole && answer.status == 200, "{answer:?}");
            i64::try_from(answer.text().lines().count()).unwrap()
        };
        assert_eq!((get(server.port, "/ready", "").status, figures()), (200, 0));
        // Into no partition, and into one that is there: both are read by this role without a further word.
        for n_figures in [ROWS, ROWS + 1] {
            let small = folder.path().join("BACI_HS17_Y2019_V202501.csv");
            std::fs::write(&small, "t,i,j,k,v,q\n1930,710,156,010121,1,1\n").unwrap();
            let from = if n_figures == ROWS { &file } else { &small };
            let import = Running::start(&mut import_into(&owner, from));
            while figures() < n_figures {
                assert_eq!(get(server.port, "/ready", "").status, 200);
                std::thread::sleep(Duration::from_millis(20));
            }
            let (code, said) = import.end();
            assert_eq!(code, Some(0), "{said}");
        }
        let answer = get(server.port, "/graphql?query=%7Bdatasets%7Bnodes%7Bcode%7D%7D%7D", "");
        assert!(answer.text().contains("BACI-HS2017"), "{answer:?}");
    }
}

#[test]
fn a_lost_connection_keeps_the_old_state() {
    let folder = tempfile::tempdir().unwrap();
    let file = large_file(folder.path());
    for db in prepared(folder.path(), "postgresql") {
        let before = state(&db);
        let name = format!("faults_{}", std::process::id());
        let named = format!("{}&application_name={name}", url(&db.address));
        let import = Running::start(&mut import_into(&named, &file));
        wait_until("the import", || journal(&db) == 1);
        let statement =
            format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'");
        db.conn().batch(&statement).unwrap();
        let (code, said) = import.end();
        eprintln!("{said}");
        assert_eq!(code, Some(1));
        assert!(said.contains("error: the connection to the database was lost: "), "{said}");
        assert_eq!(state(&db), before);
        let (code, said) = Running::start(&mut import_into(&url(&db.address), &file)).end();
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("was interrupted; nothing of it was kept"), "{said}");
        assert_eq!((state(&db).0, journal(&db)), (ROWS, 0));
    }
}

/// A server of the test's own.
struct Cluster {
    folder: tempfile::TempDir,
}

impl Cluster {
    fn run(&self, what: &str) -> String {
        let script = crate::recording::in_project("scripts/postgres");
        let output = Command::new(script).arg(what).arg(self.folder.path().join("cluster")).output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Ends all its processes at once, as a power cut would.
    fn crash(&self) {
        let pid = std::fs::read_to_string(self.folder.path().join("cluster/data/postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap();
        assert!(Command::new("kill").args(["-QUIT", pid]).status().unwrap().success());
        let process = PathBuf::from(format!("/proc/{pid}"));
        wait_until("the end of the server", || !process.exists());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let script = crate::recording::in_project("scripts/postgres");
        let _stopped = Command::new(script).arg("stop").arg(self.folder.path().join("cluster")).status();
    }
}

#[test]
fn a_server_that_stops_half_way_keeps_the_old_state() {
    if std::env::var("TEAROAD_TEST_DATABASE_URL").is_err() {
        eprintln!("!! TEAROAD_TEST_DATABASE_URL is not set: a PostgreSQL that stops is NOT tested");
        return;
    }
    let cluster = Cluster { folder: tempfile::tempdir().unwrap() };
    // The server's own user must reach its folder.
    let everybody = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
    std::fs::set_permissions(cluster.folder.path(), everybody).unwrap();
    let file = large_file(cluster.folder.path());
    let conn = |url: &str| tearoad::storage::conn::Conn::create(&Address::Postgres(url.to_owned())).unwrap();
    let number = |url: &str, statement| conn(url).rows(Fixed(statement), &[]).unwrap()[0].int(0).unwrap();
    // The script's servers commit without waiting for the disk, which a crash may then not have.
    let start = || format!("{}?options=-csynchronous_commit%3Don", cluster.run("start"));
    let address = start();
    migrate::up(&mut conn(&address)).unwrap();
    seed::load_reference(&mut conn(&address)).unwrap();
    let nomenclature = cluster.folder.path().join("nomenclature.csv");
    std::fs::write(&nomenclature, NOMENCLATURE).unwrap();
    nomenclature::import(&mut conn(&address), &Options::default(), &[nomenclature], &|_| {}).unwrap();
    let before = number(&address, "SELECT MAX(revision) FROM revisions");
    let import = Running::start(&mut import_into(&address, &file));
    wait_until("the import", || number(&address, "SELECT COUNT(*) FROM import_runs") == 1);
    cluster.crash();
    let (code, said) = import.end();
    eprintln!("{said}");
    assert_eq!(code, Some(1));
    assert!(said.contains("error: the connection to the database was lost: "), "{said}");
    // Nor does it begin while the server is away.
    let (code, said) = Running::start(&mut import_into(&address, &file)).end();
    eprintln!("{said}");
    assert_eq!(code, Some(1));
    assert!(said.contains("error: the database cannot be reached: "), "{said}");
    let address = start();
    assert_eq!(number(&address, "SELECT MAX(revision) FROM revisions"), before);
    assert_eq!(number(&address, "SELECT COUNT(*) FROM trade_figures"), 0);
    let (code, said) = Running::start(&mut import_into(&address, &file)).end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("was interrupted; nothing of it was kept: run it again"), "{said}");
    assert_eq!(number(&address, "SELECT COUNT(*) FROM trade_figures"), ROWS);
}
