//! Measures statistics: requests a second and processor time a request of server and database, beside one hand-written
//! statement that computes the same numbers from the rows of the files, in a table of its own with an index that covers
//! each question. The statement runs without HTTP, on as many connections.

use std::collections::HashMap;
use std::process::Child;
use std::time::{Duration, Instant};

use tearoad::storage::bulk::Statement;
use tearoad::storage::conn::{Address, Conn};

use super::{Plan, World, body, load, send_once};

/// A question, the statement that answers it too, and how many times the requests a second are aimed at.
struct Question {
    name: &'static str,
    document: fn(&World, u64) -> String,
    statement: fn(&Ids, &World, u64) -> String,
    aim: f64,
}

/// Ids of the areas and products of the world.
struct Ids {
    areas: Vec<i64>,
    products: Vec<i64>,
}

const QUESTIONS: &[Question] = &[
    Question { name: "pair by year and flow", document: pair, statement: pair_by_sql, aim: 5.0 },
    Question { name: "top 10 partners", document: partners, statement: partners_by_sql, aim: 20.0 },
    Question { name: "HS2 of a pair", document: chapters, statement: chapters_by_sql, aim: 20.0 },
    Question { name: "a product by exporters", document: product, statement: product_by_sql, aim: 20.0 },
    Question { name: "RCA leaders, HS2", document: rca_of_chapters, statement: rca_of_chapters_by_sql, aim: 20.0 },
    Question { name: "RCA leaders, HS6", document: rca_of_products, statement: rca_of_products_by_sql, aim: 20.0 },
];

/// The rows of the files as a table that any of the questions can read by one covering index.
const TABLE: &str = "CREATE TABLE bench_rows AS SELECT f.reporter_id AS i, f.partner_id AS j, f.sector_id AS k, h.parent_id AS chapter, f.period_start / 12 AS y, f.value_scaled AS v FROM trade_figures f JOIN sectors s ON s.id = f.sector_id JOIN sectors h ON h.id = s.parent_id JOIN datasets d ON d.id = f.dataset_id WHERE d.code = 'BACI-HS2017' AND f.origin = 1;
CREATE INDEX bench_pair ON bench_rows (i, j, y, chapter, v);
CREATE INDEX bench_year ON bench_rows (i, y, j, v);
CREATE INDEX bench_sectors ON bench_rows (i, y, k, chapter, v);
CREATE INDEX bench_product ON bench_rows (k, y, i, v);
CREATE INDEX bench_chapter ON bench_rows (y, chapter, v);
CREATE INDEX bench_all ON bench_rows (y, k, v);
ANALYZE bench_rows;";

/// Two areas among the forty largest, the first of them one that exports much.
fn two(world: &World, n: u64) -> (usize, usize) {
    let most = world.areas.len().min(40) as u64;
    let first = n % most.min(20);
    (first as usize, ((first + 1 + (n / 20) % (most - 1)) % most) as usize)
}

fn year(world: &World, n: u64) -> i32 {
    world.year - (n % 10) as i32
}

fn some_product(world: &World, n: u64) -> usize {
    (n as usize * 7919) % world.products.len()
}

fn pair(world: &World, n: u64) -> String {
    let (a, b) = two(world, n);
    let (a, b) = (&world.areas[a].0, &world.areas[b].0);
    format!(
        "query($a: String!, $b: String!) {{ tradeStats(dataset: \"BACI-HS2017\", groupBy: [{{by: PERIOD}}, {{by: FLOW}}], filter: {{reporter: {{code: {{eq: $a}}}}, partner: {{code: {{eq: $b}}}}}}) {{ rows {{ period flow value {{ amount }} }} }} }}|{{\"a\":\"{a}\",\"b\":\"{b}\"}}"
    )
}

fn pair_by_sql(ids: &Ids, world: &World, n: u64) -> String {
    let (a, b) = two(world, n);
    let (a, b) = (ids.areas[a], ids.areas[b]);
    format!(
        "SELECT y, 1, CAST(SUM(v) AS BIGINT) FROM bench_rows WHERE i = {a} AND j = {b} GROUP BY y UNION ALL SELECT y, 2, CAST(SUM(v) AS BIGINT) FROM bench_rows WHERE i = {b} AND j = {a} GROUP BY y ORDER BY 1, 2"
    )
}

fn partners(world: &World, n: u64) -> String {
    let (a, year) = (&world.areas[two(world, n).0].0, year(world, n));
    format!(
        "query($a: String!, $y: Period!) {{ tradeStats(dataset: \"BACI-HS2017\", groupBy: [{{by: PARTNER}}], filter: {{reporter: {{code: {{eq: $a}}}}, flow: {{eq: EXPORT}}, period: {{eq: $y}}}}, top: {{n: 10, measure: VALUE}}) {{ rows {{ partner {{ code name }} value {{ amount }} }} }} }}|{{\"a\":\"{a}\",\"y\":\"{year}\"}}"
    )
}

fn partners_by_sql(ids: &Ids, world: &World, n: u64) -> String {
    let (a, year) = (ids.areas[two(world, n).0], year(world, n));
    format!(
        "SELECT j, CAST(SUM(v) AS BIGINT) FROM bench_rows WHERE i = {a} AND y = {year} GROUP BY j ORDER BY 2 DESC LIMIT 10"
    )
}

fn chapters(world: &World, n: u64) -> String {
    let (a, b) = two(world, n);
    let (a, b, year) = (&world.areas[a].0, &world.areas[b].0, year(world, n));
    format!(
        "query($a: String!, $b: String!, $y: Period!) {{ tradeStats(dataset: \"BACI-HS2017\", groupBy: [{{by: SECTOR, digits: 2}}], filter: {{reporter: {{code: {{eq: $a}}}}, partner: {{code: {{eq: $b}}}}, flow: {{eq: EXPORT}}, period: {{eq: $y}}}}) {{ rows {{ sector {{ code name }} value {{ amount }} }} }} }}|{{\"a\":\"{a}\",\"b\":\"{b}\",\"y\":\"{year}\"}}"
    )
}

fn chapters_by_sql(ids: &Ids, world: &World, n: u64) -> String {
    let (a, b) = two(world, n);
    let (a, b, year) = (ids.areas[a], ids.areas[b], year(world, n));
    format!(
        "SELECT chapter, CAST(SUM(v) AS BIGINT) FROM bench_rows WHERE i = {a} AND j = {b} AND y = {year} GROUP BY chapter ORDER BY 1"
    )
}

fn product(world: &World, n: u64) -> String {
    let (k, year) = (&world.products[some_product(world, n)], year(world, n));
    format!(
        "query($k: String!, $y: Period!) {{ tradeStats(dataset: \"BACI-HS2017\", groupBy: [{{by: REPORTER}}], filter: {{sector: {{classification: {{code: {{eq: \"HS2017\"}}}}, code: {{eq: $k}}}}, flow: {{eq: EXPORT}}, period: {{eq: $y}}}}, orderBy: [{{measure: SHARE}}], first: 20) {{ rows {{ reporter {{ code name }} value {{ amount }} share {{ value }} }} }} }}|{{\"k\":\"{k}\",\"y\":\"{year}\"}}"
    )
}

fn product_by_sql(ids: &Ids, world: &World, n: u64) -> String {
    let (k, year) = (ids.products[some_product(world, n)], year(world, n));
    format!(
        "SELECT i, CAST(SUM(v) AS BIGINT), CAST(SUM(v) AS DOUBLE PRECISION) / (SELECT SUM(v) FROM bench_rows WHERE k = {k} AND y = {year}) FROM bench_rows WHERE k = {k} AND y = {year} GROUP BY i ORDER BY 2 DESC LIMIT 20"
    )
}

fn rca(world: &World, n: u64, digits: u32) -> String {
    let (a, year) = (&world.areas[two(world, n).0].0, year(world, n));
    format!(
        "query($a: String!, $y: Period!) {{ tradeStats(dataset: \"BACI-HS2017\", groupBy: [{{by: SECTOR, digits: {digits}}}], filter: {{reporter: {{code: {{eq: $a}}}}, flow: {{eq: EXPORT}}, period: {{eq: $y}}}}, top: {{n: 10, measure: RCA}}) {{ rows {{ sector {{ code name }} rca {{ value }} }} }} }}|{{\"a\":\"{a}\",\"y\":\"{year}\"}}"
    )
}

fn rca_by_sql(ids: &Ids, world: &World, n: u64, sector: &str) -> String {
    let (a, year) = (ids.areas[two(world, n).0], year(world, n));
    format!(
        "SELECT o.s, CAST(o.v AS DOUBLE PRECISION) * t.v / (CAST(r.v AS DOUBLE PRECISION) * w.v) FROM (SELECT {sector} AS s, SUM(v) AS v FROM bench_rows WHERE i = {a} AND y = {year} GROUP BY 1) o JOIN (SELECT {sector} AS s, SUM(v) AS v FROM bench_rows WHERE y = {year} GROUP BY 1) w ON w.s = o.s CROSS JOIN (SELECT SUM(v) AS v FROM bench_rows WHERE y = {year}) t CROSS JOIN (SELECT SUM(v) AS v FROM bench_rows WHERE i = {a} AND y = {year}) r ORDER BY 2 DESC LIMIT 10"
    )
}

fn rca_of_chapters(world: &World, n: u64) -> String {
    rca(world, n, 2)
}

fn rca_of_chapters_by_sql(ids: &Ids, world: &World, n: u64) -> String {
    rca_by_sql(ids, world, n, "chapter")
}

fn rca_of_products(world: &World, n: u64) -> String {
    rca(world, n, 6)
}

fn rca_of_products_by_sql(ids: &Ids, world: &World, n: u64) -> String {
    rca_by_sql(ids, world, n, "k")
}

/// Asks every question both ways.
pub(crate) fn measure(
    plan: &Plan,
    world: &World,
    database: &str,
    (server, port): (&Child, u16),
    postgres: Option<u32>,
) {
    let address = Address::parse(database).unwrap();
    let mut conn = Conn::create(&address).unwrap();
    let started = Instant::now();
    conn.batch(TABLE).unwrap();
    println!("  the rows of the files as a table of their own in {:.1} s", started.elapsed().as_secs_f64());
    let by_code = |conn: &mut Conn, statement: &str| -> HashMap<String, i64> {
        let rows = conn.rows(Statement(statement.to_owned()), &[]).unwrap();
        rows.iter().filter_map(|row| Some((row.text(0)?.to_owned(), row.int(1)?))).collect()
    };
    let areas = by_code(&mut conn, "SELECT code, id FROM regions");
    let products = by_code(
        &mut conn,
        "SELECT s.code, s.id FROM sectors s JOIN classifications c ON c.id = s.classification_id WHERE c.code = 'HS2017'",
    );
    let ids = Ids {
        areas: world.areas.iter().map(|(code, _)| areas[code]).collect(),
        products: world.products.iter().map(|code| products[code]).collect(),
    };
    println!(
        "  {:<30} {:>9} {:>8} {:>8} {:>10} {:>12} {:>9}",
        "", "req/s", "p50 ms", "p99 ms", "server ms", "database ms", "bytes"
    );
    for question in QUESTIONS {
        let documents: Vec<String> = (0..200).map(|n| body(&(question.document)(world, n))).collect();
        let answer = send_once(port, &documents[0]);
        assert!(!answer.contains("\"errors\"") && answer.contains("\"rows\":[{"), "{answer}");
        let result = load(plan, port, &documents, server.id(), postgres);
        result.print(question.name, answer.len());
        let statements: Vec<String> = (0..200).map(|n| (question.statement)(&ids, world, n)).collect();
        let by_sql = by_sql(plan, &address, &statements);
        let own = result.waits.len() as f64 / result.seconds;
        println!(
            "  {:<30} {by_sql:>9.1} {:>38}",
            "  by SQL over the rows",
            format!("ratio {:.1}, aim {:.0}", own / by_sql, question.aim)
        );
    }
}

/// Statements a second.
fn by_sql(plan: &Plan, address: &Address, statements: &[String]) -> f64 {
    let started = Instant::now();
    let until = started + plan.time;
    let threads: Vec<_> = (0..plan.connections)
        .map(|thread| {
            let (address, statements) = (address.clone(), statements.to_vec());
            std::thread::spawn(move || {
                let mut conn = Conn::create(&address).unwrap();
                let (mut n, mut at) = (0_u64, thread * 37);
                while Instant::now() < until {
                    conn.rows(Statement(statements[at % statements.len()].clone()), &[]).unwrap();
                    (n, at) = (n + 1, at + 1);
                }
                n
            })
        })
        .collect();
    let n: u64 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    n as f64 / started.elapsed().max(Duration::from_millis(1)).as_secs_f64()
}
