//! Synthetic data: the same in every database, marked as what they are, and only where there is nothing else. And what
//! they are for: nested lists take the same number of statements however many parents they have.

use serde_json::{Value as Json, json};
use tearoad::storage::bulk::{Fixed, Statement};
use tearoad::storage::snapshot::current_revision;
use tearoad::transfer::TransferError;
use tearoad::transfer::synthetic::{self, Counts};

use crate::support::{TestDb, ask, ask_with, data, databases, demo_databases, statements};

/// A few thousand rows.
pub const SMALL: Counts = Counts { companies: 1_000, events: 300, participations: 4_000 };

/// Databases with the demo and synthetic data.
pub fn synthetic_databases(counts: Counts) -> Vec<TestDb> {
    let all = demo_databases();
    for db in &all {
        synthetic::load(&mut db.conn(), counts).unwrap();
    }
    all
}

fn lines(db: &TestDb, statement: &str) -> Vec<String> {
    let rows = db.conn().rows(Statement(statement.to_owned()), &[]).unwrap();
    // Dates and truth values are texts and numbers in SQLite.
    let shown = |line: String| line.replace("Date(", "Text(").replace("Bool(false)", "Int(0)").replace('"', "");
    rows.iter().map(|row| shown(format!("{:?}", row.values))).collect()
}

#[test]
fn they_are_the_same_in_every_database() {
    let all = synthetic_databases(SMALL);
    let tables = [
        ("parties", "SELECT * FROM parties ORDER BY id", 1_004),
        ("party_sectors", "SELECT * FROM party_sectors ORDER BY party_id, sector_id", 1_500),
        ("events", "SELECT * FROM events ORDER BY id", 304),
        ("event_regions", "SELECT * FROM event_regions ORDER BY event_id, region_id, role", 700),
        ("event_sectors", "SELECT * FROM event_sectors ORDER BY event_id, sector_id", 400),
        ("participations", "SELECT * FROM participations ORDER BY id", 4_011),
        ("participation_sectors", "SELECT * FROM participation_sectors ORDER BY participation_id, sector_id", 1_000),
        ("agreements", "SELECT * FROM agreements ORDER BY id", 302),
        ("agreement_parties", "SELECT * FROM agreement_parties ORDER BY agreement_id, party_id", 550),
        ("names", "SELECT * FROM names WHERE subject_kind = 'PARTY' ORDER BY subject_id, language", 1_500),
        ("terms", "SELECT * FROM terms ORDER BY 1, 2, 3, 4, 5, 6", 4_000),
        ("changes", "SELECT * FROM changes ORDER BY revision, entity, entity_key", 5_600),
    ];
    for (table, statement, at_least) in tables {
        let rows: Vec<Vec<String>> = all.iter().map(|db| lines(db, statement)).collect();
        assert!(rows[0].len() >= at_least, "{table}: {} rows", rows[0].len());
        for other in &rows[1..] {
            let at = rows[0].iter().zip(other).find(|(a, b)| a != b);
            assert_eq!(at, None, "{table}");
            assert_eq!(rows[0].len(), other.len(), "{table}");
        }
    }
}

#[test]
fn they_say_that_they_are_synthetic() {
    for db in synthetic_databases(SMALL) {
        let graph = db.graph();
        let counts = [("companies", 1_000), ("events", 300), ("participations", 4_000), ("agreements", 300)];
        for (field, count) in counts {
            let query = format!(
                "{{ {field}(filter: {{ source: {{ code: {{ eq: \"synthetic\" }} }} }}) {{ totalCount }}
                    marked: {field}(filter: {{ slug: {{ startsWith: \"synthetic-\" }} }}) {{ totalCount }} }}"
            );
            let answer = ask(&graph, &query);
            assert_eq!(data(&answer)[field]["totalCount"], json!(count), "{field} on {}", db.backend());
            assert_eq!(data(&answer)["marked"]["totalCount"], json!(count), "{field} on {}", db.backend());
        }
        let answer = ask(
            &graph,
            "{ company(slug: \"synthetic-company-000123\") { name source { kind title } }
               companies(filter: { name: { contains: \"合成公司000\" } }, first: 1) { nodes { name } } }",
        );
        assert_eq!(data(&answer)["company"]["name"], "Synthetic company 000123");
        assert_eq!(data(&answer)["company"]["source"]["kind"], "STATED");
        assert!(data(&answer)["company"]["source"]["title"].as_str().unwrap().starts_with("Synthetic data"));
        assert!(data(&answer)["companies"]["nodes"][0]["name"].as_str().unwrap().starts_with("Synthetic company"));
    }
}

#[test]
fn the_same_again_changes_nothing_and_anything_else_is_refused() {
    for db in demo_databases() {
        let mut conn = db.conn();
        let before = current_revision(&mut conn).unwrap().0;
        let loaded = synthetic::load(&mut conn, SMALL).unwrap();
        assert_eq!(loaded.revision, before + 1);
        assert_eq!(synthetic::load(&mut conn, SMALL).unwrap(), loaded);
        let other = synthetic::load(&mut conn, Counts { companies: 1, ..SMALL }).unwrap_err();
        assert!(matches!(&other, TransferError::Usage(text) if text.contains("a new database only")), "{other}");
        assert_eq!(current_revision(&mut conn).unwrap().0, loaded.revision);
    }
    for db in databases() {
        tearoad::transfer::seed::load_reference(&mut db.conn()).unwrap();
        db.conn()
            .batch("INSERT INTO revisions (revision, committed_at, kind, summary) VALUES (2, '2026-01-01', 'BACI', '')")
            .unwrap();
        let error = synthetic::load(&mut db.conn(), SMALL).unwrap_err();
        assert!(error.to_string().contains("other data than the demo's"), "{error}");
        assert_eq!(db.conn().rows(Fixed("SELECT id FROM parties"), &[]).unwrap().len(), 0);
    }
}

/// Nested lists with filter, order and count, three levels deep.
const NESTED: &str = "query($first: Int!) {
  events(first: $first, orderBy: { participations: { count: {} }, direction: DESC }) {
    totalCount
    nodes {
      slug
      regions(filter: { role: { eq: GUEST } }) { region { name } }
      participations(first: 5, filter: { party: { sectors: { some: { code: { ne: \"COAL\" } } } } }, orderBy: { party: { field: NAME }, direction: DESC }) {
        totalCount
        nodes {
          role
          party {
            slug
            region { code }
            events(first: 5, filter: { startsOn: { gte: \"2016-01-01\" } }, orderBy: { field: STARTS_ON, direction: DESC }) {
              totalCount
              nodes { slug name }
            }
          }
        }
      }
    }
  }
}";

#[test]
fn nested_lists_take_as_many_statements_for_two_hundred_parents_as_for_one() {
    let mut answers: Vec<Vec<Json>> = Vec::new();
    for db in synthetic_databases(SMALL) {
        let graph = db.graph_with(tearoad::graphql::limits::Limits { cost: 1_000_000, ..Default::default() });
        let taken: Vec<Json> =
            [1, 10, 200].iter().map(|first| ask_with(&graph, NESTED, json!({ "first": first }))).collect();
        for (answer, parents) in taken.iter().zip([1, 10, 200]) {
            assert_eq!(data(answer)["events"]["nodes"].as_array().unwrap().len(), parents);
            // Events; their guests; participations; parties; the events of these, for companies and for organisations.
            assert_eq!(
                statements(answer),
                6,
                "{parents} parents on {}: {:#}",
                db.backend(),
                answer["extensions"]["tearoad"]["sql"]
            );
        }
        answers.push(taken.iter().map(|answer| answer["data"].clone()).collect());
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ");
}
