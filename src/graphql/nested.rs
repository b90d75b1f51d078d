//! Questions that are asked of the rows of a level: planned like the root field of the same name, answered for all rows at
//! once, written where the field stands.

use std::collections::HashMap;

use apollo_compiler::executable::{Field as Selected, SelectionSet};

use super::computed::Tree;
use super::cost::value_cost;
use super::execute::{Read, Session};
use super::groups::MOST_GROUPS;
use super::objects::Found;
use super::participation_stats::ParticipationStats;
use super::plan::{Planned, Planner, RowPlan, ValueShape, What};
use super::render::Writer;
use crate::catalog::nested::Nested;
use crate::storage::value::Row;

/// A question to each row of a plan.
#[derive(Debug)]
pub struct AskedBelow {
    /// Position of the row's id.
    near: usize,
    question: Question,
    shape: ValueShape,
}

/// A question to several objects of a type.
#[derive(Debug)]
enum Question {
    Participations(Box<ParticipationStats>),
}

/// Answers by the ids of rows, and the objects in them.
#[derive(Debug)]
pub struct Answers {
    /// For each row the place of its answer.
    at: Vec<Option<usize>>,
    trees: Vec<Tree>,
    found: Found,
}

impl<'a> Planner<'a> {
    /// Plans a question to the rows of a plan.
    pub(super) fn asked_below(
        &self,
        rows: &mut RowPlan,
        nested: &'static Nested,
        field: &'a Selected,
        sets: &[&'a SelectionSet],
    ) -> Planned<What> {
        let near = rows.plain("id");
        let (stats, shape) = self.participation_stats(Some(nested), field, sets)?;
        rows.asked.push(AskedBelow { near, question: Question::Participations(Box::new(stats)), shape });
        Ok(What::Asked(rows.asked.len() - 1))
    }
}

impl Question {
    fn objects(&self) -> u64 {
        match self {
            Self::Participations(stats) => stats.objects(),
        }
    }

    /// The answers for these ids, in their order.
    fn ask(&self, session: &mut Session<'_>, ids: &[i64]) -> Read<Vec<Tree>> {
        match self {
            Self::Participations(stats) => stats.ask_of(session, ids),
        }
    }
}

impl AskedBelow {
    /// Rows that it is priced at, asked of so many.
    pub(super) fn cost(&self, count: u64) -> u64 {
        // All answers together have no more groups than one.
        let most = u64::try_from(MOST_GROUPS).unwrap_or(u64::MAX).max(count);
        value_cost(&self.shape, self.question.objects().saturating_mul(count).min(most))
    }

    /// Answers the question for all rows at once.
    pub(super) fn read(&self, session: &mut Session<'_>, rows: &[Row]) -> Read<Answers> {
        let near: Vec<Option<i64>> = rows.iter().map(|row| row.int(self.near)).collect();
        let mut ids: Vec<i64> = near.iter().flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let trees = if ids.is_empty() { Vec::new() } else { self.question.ask(session, &ids)? };
        let places: HashMap<i64, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let found = session.found(&trees.iter().collect::<Vec<_>>(), &self.shape)?;
        let at = near.iter().map(|id| id.and_then(|id| places.get(&id).copied())).collect();
        Ok(Answers { at, trees, found })
    }
}

impl Writer<'_> {
    /// The answer for a row.
    pub(super) fn answer(&mut self, asked: &AskedBelow, answers: &Answers, index: usize) {
        let tree = answers.at.get(index).copied().flatten().and_then(|at| answers.trees.get(at));
        self.value_with(tree.unwrap_or(&Tree::Null), &asked.shape, &answers.found);
    }
}
