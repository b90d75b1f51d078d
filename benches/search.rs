//! Measures search over generated company names in three scripts on SQLite and PostgreSQL: how long the terms take to
//! make and how large they are, then for each sort of look-up the time of a whole request, from document to JSON.
//!
//! `cargo bench --bench search -- [--names 1000000] [--requests 500] [--postgres URL]`
//! `scripts/bench search` runs it with a PostgreSQL of its own.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a measuring program: it prints, and stops at the first fault"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json, json};
use tearoad::domain::fold::fold;
use tearoad::graphql::limits::Limits;
use tearoad::graphql::run::{Graph, Request};
use tearoad::graphql::schema::GraphSchema;
use tearoad::storage::bulk::{Fixed, insert};
use tearoad::storage::conn::{Address, Conn};
use tearoad::storage::pool::{Db, PoolConfig};
use tearoad::storage::value::Value;
use tearoad::storage::{migrate, terms};
use tearoad::transfer::seed;

/// Companies written at once.
const CHUNK: usize = 50_000;

const INDUSTRIES: [&str; 16] = [
    "Trading",
    "Ceramics",
    "Chemical",
    "Logistics",
    "Machinery",
    "Textile",
    "Foods",
    "Electronics",
    "Steel",
    "Timber",
    "Pharma",
    "Energy",
    "Motors",
    "Plastics",
    "Glass",
    "Paper",
];
const PLACES: [&str; 16] = [
    "淄博", "济南", "青岛", "北京", "上海", "广州", "深圳", "天津", "武汉", "西安", "成都", "重庆", "南京", "杭州",
    "大连", "烟台",
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| arguments.iter().position(|a| a == name).and_then(|at| arguments.get(at + 1)).cloned();
    let number = |name: &str, default: usize| value(name).map_or(default, |v| v.parse().expect("a number"));
    let (names, requests) = (number("--names", 1_000_000), number("--requests", 500));
    println!("names {names}, {requests} requests of each sort, one at a time");
    let folder = tempfile::tempdir().unwrap();
    run("SQLite", &Address::Sqlite(folder.path().join("search.db")), names, requests);
    match value("--postgres") {
        Some(url) => run("PostgreSQL", &Address::Postgres(url), names, requests),
        None => println!("PostgreSQL: not measured; scripts/bench search starts one"),
    }
}

/// The next number of a fixed sequence (SplitMix64), so that every run measures the same data.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) as usize
}

/// A word of a vocabulary in which few words are common and most are rare, as in real names.
fn word(syllables: &[&str], state: &mut u64) -> String {
    let rank = next(state) % 1_000;
    let mut left = (rank * rank * rank / 5_000) + next(state) % (1 + rank / 10);
    let mut out = String::new();
    for _ in 0..4 {
        out.push_str(syllables[left % syllables.len()]);
        left /= syllables.len();
    }
    out
}

/// A name of the language that its number tells.
fn name(id: usize) -> (&'static str, String) {
    let latin = ["ba", "ri", "to", "ken", "lu", "sha", "mor", "vi", "del", "an", "so", "pe", "gri", "no", "ta", "zu"];
    let cyrillic = ["ба", "ри", "то", "кен", "лу", "ша", "мор", "ви", "дел", "ан", "со", "пе", "гри", "но", "та", "зу"];
    let mut state = id as u64 * 7919;
    let pick = |state: &mut u64, of: &[&'static str]| of[next(state) % of.len()];
    match id % 3 {
        0 => {
            let (one, two) = (word(&latin, &mut state), word(&latin, &mut state));
            ("en", format!("{one} {two} {} Co., Ltd.", pick(&mut state, &INDUSTRIES)))
        }
        1 => ("ru", format!("ООО «{} {}»", word(&cyrillic, &mut state), word(&cyrillic, &mut state))),
        _ => {
            let han = |state: &mut u64| char::from_u32(0x4e00 + (next(state) % 3_000) as u32).unwrap();
            let own: String = (0..3).map(|_| han(&mut state)).collect();
            ("zh", format!("{}{own}有限公司", pick(&mut state, &PLACES)))
        }
    }
}

fn fill(conn: &mut Conn, names: usize) {
    for start in (0..names).step_by(CHUNK) {
        let text = |text: &str| Value::Text(text.to_owned());
        let (mut parties, mut named) = (Vec::new(), Vec::new());
        for at in start..names.min(start + CHUNK) {
            let (id, (language, name)) = (Value::Int(at as i64 + 1_000), name(at));
            let folded = fold(&name);
            parties.push(vec![id.clone(), text(&format!("company-{at}")), text("COMPANY"), text(&folded)]);
            named.push(vec![text("PARTY"), id, text(language), Value::Int(0), text(&name), text(&folded)]);
        }
        conn.write(|conn| {
            insert(conn, "parties", &["id", "slug", "kind", "sort_name"], &[], &parties)?;
            let columns = &["subject_kind", "subject_id", "language", "ordinal", "text", "folded"];
            insert(conn, "names", columns, &[], &named)
        })
        .unwrap();
    }
}

/// A sort of look-up: the text for a number drawn at random.
type Sort = (&'static str, fn(usize) -> String);

const SORTS: &[Sort] = &[
    ("whole name", |at| name(at).1),
    ("beginning of a word", |at| words(at, 0).chars().take(4).collect()),
    ("two words, one common", |at| format!("{} ltd", words(at - at % 3, 0))),
    ("two common words", |at| format!("{} ltd", INDUSTRIES[at % 16])),
    ("two characters", |at| chinese(at, 2, 2)),
    ("two common characters", |at| PLACES[at % 16].to_owned()),
    ("one character", |at| chinese(at, 2, 1)),
    ("typing error", misspelled),
    ("two typing errors", |at| format!("{} {}", misspelled(at - at % 3), misspelled_of(&words(at - at % 3, 1)))),
    ("code", |at| format!("company-{at}")),
    ("nothing", |at| format!("qx{at}wj")),
];

/// A word of a name in Latin or Cyrillic letters.
fn words(at: usize, which: usize) -> String {
    let at = if at % 3 == 2 { at - 1 } else { at };
    let name = name(at).1;
    let words: Vec<&str> = name.split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() > 3).collect();
    words[which.min(words.len() - 1)].to_owned()
}

fn chinese(at: usize, from: usize, count: usize) -> String {
    name(at - at % 3 + 2).1.chars().skip(from).take(count).collect()
}

fn misspelled(at: usize) -> String {
    misspelled_of(&words(at, 0))
}

fn misspelled_of(word: &str) -> String {
    let mut chars: Vec<char> = word.chars().collect();
    let at = chars.len() / 2;
    chars.swap(at, at - 1);
    chars.into_iter().collect()
}

fn run(title: &str, address: &Address, names: usize, requests: usize) {
    println!("\n{title}");
    let mut conn = Conn::create(address).unwrap();
    migrate::up(&mut conn).unwrap();
    seed::load_reference(&mut conn).unwrap();
    let started = Instant::now();
    fill(&mut conn, names);
    let filled = started.elapsed();
    let started = Instant::now();
    conn.write(terms::rebuild).unwrap();
    let count = |conn: &mut Conn, statement: &'static str| {
        conn.rows(Fixed(statement), &[]).unwrap().first().and_then(|row| row.int(0)).unwrap_or(0)
    };
    let (rows, deletions) =
        (count(&mut conn, "SELECT COUNT(*) FROM terms"), count(&mut conn, "SELECT COUNT(*) FROM term_deletions"));
    println!(
        "  names written in {:.0} s, terms made in {:.0} s",
        filled.as_secs_f64(),
        started.elapsed().as_secs_f64()
    );
    println!("  {rows} terms, {deletions} deletions; {}", sizes(&mut conn));
    drop(conn);
    let db = Db::start(address, PoolConfig { threads: 1, ..PoolConfig::for_address(address) }).unwrap();
    let graph = Graph::new(Arc::new(GraphSchema::build().unwrap()), Limits::default(), db);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    println!("  {:<28} {:>8} {:>8} {:>8} {:>6}", "", "p50 ms", "p99 ms", "max ms", "hits");
    let mut state = 3;
    for (sort, text) in SORTS {
        let texts: Vec<String> = (0..requests).map(|_| text(next(&mut state) % names)).collect();
        let query =
            "query($t: String!) { search(text: $t) { hits { matched score node { ... on Company { slug } } } } }";
        measure(&runtime, &graph, sort, query, &texts.iter().map(|t| json!({ "t": t })).collect::<Vec<_>>());
    }
    let lists: Vec<Json> = (0..requests / 25)
        .map(|_| json!({ "n": (0..250).map(|_| name(next(&mut state) % names).1.replace("Ltd", "Limited")).collect::<Vec<_>>() }))
        .collect();
    let query = "query($n: [String!]!) { reconcile(names: $n, kind: COMPANY) { name hits { matched score } } }";
    measure(&runtime, &graph, "reconcile 250 names", query, &lists);
}

fn measure(runtime: &tokio::runtime::Runtime, graph: &Graph, sort: &str, query: &str, variables: &[Json]) {
    let mut waits: Vec<Duration> = Vec::new();
    let mut hits = 0;
    // The first tenth warms the caches.
    for variables in variables.iter().take(variables.len() / 10).chain(variables) {
        let variables: Map<String, Json> = variables.as_object().cloned().unwrap_or_default();
        let request = Request { query: query.to_owned(), variables, ..Request::default() };
        let started = Instant::now();
        let answer = runtime.block_on(graph.answer(request)).body;
        waits.push(started.elapsed());
        assert!(!answer.contains("\"errors\""), "{answer}");
        hits += answer.matches("\"matched\"").count();
    }
    let waits = &mut waits[variables.len() / 10..];
    waits.sort_unstable();
    let at = |share: f64| waits[((waits.len() as f64 * share) as usize).min(waits.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        "  {sort:<28} {:>8.2} {:>8.2} {:>8.2} {:>6.1}",
        at(0.5),
        at(0.99),
        at(1.0),
        hits as f64 / (waits.len() + variables.len() / 10) as f64
    );
}

/// Sizes of the tables on the disk.
fn sizes(conn: &mut Conn) -> String {
    let statement = match conn {
        Conn::Sqlite(_) => {
            "SELECT 'whole file ' || (page_count * page_size / 1000000) || ' MB' FROM pragma_page_count, pragma_page_size"
        }
        Conn::Postgres(_) => {
            "SELECT 'with indexes ' || pg_total_relation_size('terms') / 1000000 || ' MB and ' || pg_total_relation_size('term_deletions') / 1000000 || ' MB'"
        }
    };
    conn.rows(Fixed(statement), &[]).unwrap().first().and_then(|row| row.text(0).map(str::to_owned)).unwrap_or_default()
}
