//! The five questions of the demo: each one query, equal on both databases, in a fixed number of statements.

use crate::support::{ask, data, demo_databases, statements};

const QUESTIONS: [(&str, u64); 5] = [
    (include_str!("../../ui/questions/1-conference.graphql"), 12),
    (include_str!("../../ui/questions/2-summer.graphql"), 4),
    (include_str!("../../ui/questions/3-trade.graphql"), 3),
    (include_str!("../../ui/questions/4-roles.graphql"), 6),
    (include_str!("../../ui/questions/5-sector.graphql"), 6),
];

#[test]
fn the_five_questions_have_equal_answers_in_a_fixed_number_of_statements() {
    let databases = demo_databases();
    for (question, wanted) in QUESTIONS {
        let mut answers = Vec::new();
        for db in &databases {
            let answer = ask(&db.graph(), question);
            assert_eq!(statements(&answer), wanted, "{} on {}", question, db.backend());
            answers.push(data(&answer).clone());
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ on {question}");
    }
}
