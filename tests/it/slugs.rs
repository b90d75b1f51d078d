//! A slug or code that nobody has is told with the nearest ones.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{ask, ask_with, demo_databases, statements};

#[test]
fn an_unknown_slug_names_the_nearest() {
    for db in demo_databases() {
        // Neighbours in the order of slugs, so that words of names must find what stands elsewhere.
        let filler = |prefix: &str| {
            format!(
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59) INSERT INTO parties (id, slug, kind, sort_name) SELECT 5000 + {} + i, '{prefix}' || i, CASE WHEN i % 2 = 0 THEN 'COMPANY' ELSE 'ORGANISATION' END, 'x' FROM n",
                prefix.bytes().map(u32::from).sum::<u32>() * 100
            )
        };
        db.conn().batch(&[filler("b-"), filler("d-")].join(";")).unwrap();
        let graph = db.graph();
        for (field, slug, nearest) in [
            ("event", "russia-zibo-conference-2024-8", "russia-zibo-conference-2024-08"),
            ("event", "Russia-Zibo-Conference", "russia-zibo-conference-2024-08"),
            ("agreement", "zibo-russia-preliminary-agreement", "zibo-russia-preliminary-agreements-2024-06"),
            ("participation", "buryatia-visit-to-zibo-2024-07-ccpit", "buryatia-visit-to-zibo-2024-07-ccpit-zibo"),
            ("organisation", "zibo-custom", "zibo-customs"),
            ("organisation", "customs-zibo", "zibo-customs"),
            ("company", "b-21", "b-2"),
        ] {
            let answer = ask(&graph, &format!("{{ {field}(slug: \"{slug}\") {{ slug }} }}"));
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["reason"], "UNKNOWN_CODE", "{answer}");
            let hint = error["extensions"]["hint"].as_str().unwrap();
            let named: Vec<&str> = hint.strip_prefix("nearest: ").unwrap().split(", ").collect();
            assert!(named.len() <= 3 && named.contains(&format!("`{nearest}`").as_str()), "{slug}: {hint}");
            assert!(!hint.contains("b-21") || field != "company", "b-21 is an organisation: {hint}");
            assert_eq!(statements(&answer), 2, "one more when the row is not found");
        }
        let answer = ask(&graph, "{ event(slug: \"淄博\") { slug } }");
        let hint = answer["errors"][0]["extensions"]["hint"].as_str().unwrap();
        assert!(hint.contains("root list"), "nothing is near: {hint}");
    }
}

#[test]
fn a_very_long_code_is_answered_at_once() {
    for db in demo_databases() {
        let graph = db.graph();
        let long = "customs-zibo ".repeat(50_000);
        for query in [
            "query($x: String!) { region(code: $x) { code } }",
            "query($x: String!) { organisation(slug: $x) { slug } }",
        ] {
            let started = Instant::now();
            let answer = ask_with(&graph, query, json!({ "x": long }));
            assert_eq!(answer["errors"][0]["extensions"]["reason"], "UNKNOWN_CODE", "{answer:.300}");
            assert!(started.elapsed() < Duration::from_secs(10), "{:?} on {}", started.elapsed(), db.backend());
        }
    }
}
