//! Questions that are asked of the rows of a level: planned like the root field of the same name, answered for all rows at
//! once, written where the field stands.

use std::collections::HashMap;

use apollo_compiler::executable::{Field as Selected, SelectionSet};

use super::computed::Tree;
use super::cost::value_cost;
use super::errors::GraphError;
use super::execute::{Read, Session};
use super::groups::MOST_GROUPS;
use super::objects::Found;
use super::participation_stats::ParticipationStats;
use super::plan::{Planned, Planner, RowPlan, ValueShape, What};
use super::render::Writer;
use super::stats::{self, Profile, StatsOf, Window};
use crate::catalog::nested::Nested;
use crate::catalog::stats::{PROFILE, WINDOW};
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
    Trade(Box<StatsOf>),
    Profile(Box<Profile>),
    Window(Box<Window>),
}

/// Answers by the ids of rows, and the objects in them.
#[derive(Debug)]
pub struct Answers {
    /// For each row the place of its answer.
    at: Vec<Option<usize>>,
    trees: Vec<Result<Tree, GraphError>>,
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
        let (question, shape) = match nested.name {
            stats::ROOT => {
                let (stats, shape) = self.trade_stats_of(nested, field, sets)?;
                (Question::Trade(Box::new(stats)), shape)
            }
            PROFILE => {
                let (profile, shape) = self.profile(nested, field, sets)?;
                (Question::Profile(Box::new(profile)), shape)
            }
            WINDOW => {
                let (window, shape) = self.trade_window(field, sets)?;
                (Question::Window(Box::new(window)), shape)
            }
            _ => {
                let (stats, shape) = self.participation_stats(Some(nested), field, sets)?;
                (Question::Participations(Box::new(stats)), shape)
            }
        };
        rows.asked.push(AskedBelow { near, question, shape });
        Ok(What::Asked(rows.asked.len() - 1))
    }
}

/// All answers together have no more groups than one.
fn together(objects: u64, count: u64) -> u64 {
    let most = u64::try_from(MOST_GROUPS).unwrap_or(u64::MAX).max(count);
    objects.saturating_mul(count).min(most)
}

impl Question {
    /// Objects of a kind in the answers to so many, at most.
    fn objects(&self, count: u64) -> u64 {
        match self {
            Self::Trade(stats) => stats.objects(count),
            Self::Participations(stats) => together(stats.objects(), count),
            Self::Profile(profile) => together(profile.objects(), count),
            Self::Window(window) => together(window.objects(), count),
        }
    }

    /// Groups in the answers to so many that count beside objects.
    fn groups(&self, count: u64) -> u64 {
        match self {
            Self::Trade(stats) => stats.groups(count),
            Self::Profile(profile) => profile.objects().saturating_mul(count),
            Self::Window(window) => window.objects().saturating_mul(count),
            Self::Participations(_) => 0,
        }
    }

    /// The answers for these ids, in their order.
    fn ask(&self, session: &mut Session<'_>, ids: &[i64]) -> Read<Vec<Result<Tree, GraphError>>> {
        match self {
            Self::Participations(stats) => Ok(stats.ask_of(session, ids)?.into_iter().map(Ok).collect()),
            Self::Trade(stats) => stats.ask_of(session, ids),
            Self::Profile(profile) => profile.ask_of(session, ids),
            Self::Window(window) => window.ask_of(session, ids),
        }
    }
}

impl AskedBelow {
    /// Rows that it is priced at, asked of so many.
    pub(super) fn cost(&self, count: u64) -> u64 {
        value_cost(&self.shape, self.question.objects(count)).saturating_add(self.question.groups(count))
    }

    /// Answers the question for all rows at once.
    pub(super) fn read(&self, session: &mut Session<'_>, rows: &[Row]) -> Read<Answers> {
        let near: Vec<Option<i64>> = rows.iter().map(|row| row.int(self.near)).collect();
        let mut ids: Vec<i64> = near.iter().flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let trees = if ids.is_empty() { Vec::new() } else { self.question.ask(session, &ids)? };
        let places: HashMap<i64, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let found = session.found(&trees.iter().flatten().collect::<Vec<_>>(), &self.shape)?;
        let at = near.iter().map(|id| id.and_then(|id| places.get(&id).copied())).collect();
        Ok(Answers { at, trees, found })
    }
}

impl Writer<'_> {
    /// The answer for a row.
    pub(super) fn answer(&mut self, asked: &AskedBelow, answers: &Answers, index: usize) {
        match answers.at.get(index).copied().flatten().and_then(|at| answers.trees.get(at)) {
            Some(Ok(tree)) => self.value_with(tree, &asked.shape, &answers.found),
            Some(Err(error)) => self.failed(error),
            None => self.out.push_str("null"),
        }
    }
}
