//! The balance sheet of regions: a few questions of statistics, each asked of all of them at once.

use std::collections::HashMap;

use apollo_compiler::executable::{Field as Selected, SelectionSet};
use serde_json::{Value as Json, json};

use super::answer::warning;
use super::measure::Measure;
use super::nested::{Answer, StatsOf};
use super::{Wants, read, refused};
use crate::catalog::nested::Nested;
use crate::graphql::computed::Tree;
use crate::graphql::errors::RunError;
use crate::graphql::execute::Session;
use crate::graphql::groups::Arguments;
use crate::graphql::participation_stats::ParticipationStats;
use crate::graphql::plan::{Planned, Planner, ValueShape};

/// Parts of a list at most.
const MOST: u64 = 100;
/// The two directions, as they are told and as they are called.
const FLOWS: [(&str, &str); 2] = [("exports", "EXPORT"), ("imports", "IMPORT")];

/// What of a balance sheet is read.
#[derive(Debug)]
pub struct Profile {
    period: String,
    totals: StatsOf,
    balance: Option<StatsOf>,
    partners: Option<StatsOf>,
    sectors: Option<StatsOf>,
    advantages: Option<StatsOf>,
    participation: Option<ParticipationStats>,
    /// Parts of a list.
    top: u64,
}

impl<'a> Planner<'a> {
    /// The balance sheet of regions, and how it is written.
    pub(in crate::graphql) fn profile(
        &self,
        nested: &'static Nested,
        field: &'a Selected,
        sets: &[&'a SelectionSet],
    ) -> Planned<(Profile, ValueShape)> {
        let shape = self.shape_with("RegionProfile", sets, &mut |_, name, _| Ok(name))?;
        let arguments = self.reader.arguments(field);
        let number = |name: &str| arguments.get(name).and_then(Json::as_u64).unwrap_or(0);
        let (top, digits) = (number("top"), number("digits"));
        if !(1..=MOST).contains(&top) {
            return Err(refused("top", format!("expected a number of parts from 1 to {MOST}")));
        }
        let period = arguments.get("period").and_then(Json::as_str).unwrap_or_default().to_owned();
        let inputs = self.inputs();
        let question = |flows: Json, groups: Json, cut: Option<&str>, measures: Vec<(Measure, &'static str)>| {
            let mut all = Arguments::new();
            if let Some(dataset) = arguments.get("dataset").filter(|code| !code.is_null()) {
                all.insert("dataset".to_owned(), dataset.clone());
            }
            let mut filter = json!({ "period": { "eq": period } });
            if let (Some(filter), false) = (filter.as_object_mut(), flows.is_null()) {
                filter.insert("flow".to_owned(), flows);
            }
            all.insert("filter".to_owned(), filter);
            all.insert("groupBy".to_owned(), groups);
            if let Some(measure) = cut {
                all.insert("top".to_owned(), json!({ "n": top, "measure": measure }));
            }
            let wants = Wants { warnings: true, ..Wants::default() };
            StatsOf::new(self.snapshot, read(&inputs, self.datasets, &all, measures, Vec::new(), wants)?, 0)
        };
        let both = json!({ "in": ["EXPORT", "IMPORT"] });
        let share = Measure::Share { of: 0, against_reported: false };
        let parts = || vec![(Measure::Value(None), "value"), (Measure::Listed(None), "sumOfListed"), (share, "share")];
        let has = |name: &str| shape.members.iter().any(|(_, member, _)| *member == name);
        let inner = |name: &str| {
            let flows = shape.members.iter().filter(|(_, member, _)| FLOWS.iter().any(|(told, _)| told == member));
            let mut members = flows.filter_map(|(_, _, inner)| inner.as_ref()).flat_map(|inner| &inner.members);
            members.any(|(_, member, _)| *member == name)
        };
        let sector = json!({ "by": "SECTOR", "digits": digits });
        let totals = vec![
            (Measure::Value(None), "value"),
            (Measure::ValueReason(None), "valueReason"),
            (Measure::Listed(None), "sumOfListed"),
            (Measure::Growth(1), "growth"),
        ];
        let when = |is_it: bool, made: &dyn Fn() -> Planned<StatsOf>| is_it.then(made).transpose();
        let profile = Profile {
            totals: question(both.clone(), json!([{ "by": "FLOW" }]), None, totals)?,
            balance: when(has("balance"), &|| {
                question(Json::Null, json!([]), None, vec![(Measure::Balance, "balance")])
            })?,
            partners: when(inner("partners"), &|| {
                question(both.clone(), json!([{ "by": "FLOW" }, { "by": "PARTNER" }]), Some("VALUE"), parts())
            })?,
            sectors: when(inner("sectors"), &|| {
                question(both.clone(), json!([{ "by": "FLOW" }, sector]), Some("VALUE"), parts())
            })?,
            advantages: when(has("advantages"), &|| {
                question(json!({ "eq": "EXPORT" }), json!([sector]), Some("RCA"), vec![(Measure::Rca, "rca")])
            })?,
            participation: if has("participation") { Some(self.participation_of(nested)?) } else { None },
            period: period.clone(),
            top,
        };
        Ok((profile, shape))
    }
}

impl Profile {
    /// Objects of a kind that an answer holds at most.
    pub(in crate::graphql) fn objects(&self) -> u64 {
        self.top.saturating_mul(5)
    }

    /// The balance sheets of regions, in their order.
    pub(in crate::graphql) fn ask_of(&self, session: &mut Session<'_>, ids: &[i64]) -> Result<Vec<Answer>, RunError> {
        let totals = self.totals.ask_of(session, ids)?;
        let mut ask = |part: &Option<StatsOf>| -> Result<Vec<Answer>, RunError> {
            part.as_ref().map_or_else(|| Ok(Vec::new()), |part| part.ask_of(session, ids))
        };
        let parts = [ask(&self.balance)?, ask(&self.partners)?, ask(&self.sectors)?, ask(&self.advantages)?];
        let participation = match &self.participation {
            Some(question) => question.ask_of(session, ids)?,
            None => Vec::new(),
        };
        let told = totals.into_iter().enumerate().map(|(at, total)| {
            let parts = parts.each_ref().map(|all| all.get(at));
            Ok(self.told(&total?, parts, participation.get(at)))
        });
        Ok(told.collect())
    }

    fn told(&self, total: &Tree, parts: [Option<&Answer>; 4], participation: Option<&Tree>) -> Tree {
        let mut warnings: HashMap<String, Tree> = HashMap::new();
        let mut order: Vec<String> = Vec::new();
        let mut warn = |code: &str, message: &str| {
            if !warnings.contains_key(code) {
                order.push(code.to_owned());
                warnings.insert(code.to_owned(), warning(code, message));
            }
        };
        for answer in std::iter::once(total).chain(parts.iter().flatten().filter_map(|part| part.as_ref().ok())) {
            for warning in listed(answer, "warnings") {
                if let (Tree::Text(code), Tree::Text(message)) = (warning.member("code"), warning.member("message")) {
                    warn(code, message);
                }
            }
        }
        // A part that the dataset cannot answer is empty, and says why.
        for error in parts.iter().flatten().filter_map(|part| part.as_ref().err()) {
            warn(error.reason.row().reason, &error.message);
        }
        let [balance, partners, sectors, advantages] = parts.map(|part| part.and_then(|part| part.as_ref().ok()));
        let rows = |answer: Option<&Tree>| answer.map_or(Vec::new(), |answer| listed(answer, "rows").to_vec());
        let of_flow = |answer: Option<&Tree>, flow: &str| -> Vec<Tree> {
            let is_it = |row: &Tree| matches!(row.member("flow"), Tree::Text(word) if word == flow);
            rows(answer).into_iter().filter(is_it).collect()
        };
        let mut out = vec![("period", Tree::Text(self.period.clone())), ("dataset", total.member("dataset").clone())];
        for (name, flow) in FLOWS {
            let own = of_flow(Some(total), flow).into_iter().next().unwrap_or(Tree::Null);
            let reason =
                |tree: &Tree| if *tree == Tree::Null { Tree::Text("NO_DATA".to_owned()) } else { tree.clone() };
            let is_there = own != Tree::Null;
            let growth = match own.member("growth") {
                Tree::Null => Tree::Object(vec![("reason", Tree::Text("NO_DATA".to_owned()))]),
                growth => growth.clone(),
            };
            out.push((
                name,
                Tree::Object(vec![
                    ("value", own.member("value").clone()),
                    (
                        "valueReason",
                        if is_there { own.member("valueReason").clone() } else { reason(own.member("valueReason")) },
                    ),
                    ("sumOfListed", own.member("sumOfListed").clone()),
                    ("partial", if is_there { own.member("partial").clone() } else { Tree::Bool(false) }),
                    ("growth", growth),
                    ("partners", Tree::List(of_flow(partners, flow))),
                    ("sectors", Tree::List(of_flow(sectors, flow))),
                ]),
            ));
        }
        let first = rows(balance).into_iter().next().unwrap_or(Tree::Null);
        out.push(("balance", first.member("balance").clone()));
        let is_known = |row: &Tree| *row.member("rca").member("value") != Tree::Null;
        out.push(("advantages", Tree::List(rows(advantages).into_iter().filter(is_known).collect())));
        out.push(("participation", participation.map_or(Tree::Null, |answer| answer.member("whole").clone())));
        out.push(("warnings", Tree::List(order.iter().filter_map(|code| warnings.remove(code)).collect())));
        Tree::Object(out)
    }
}

/// The items of a member that is a list.
fn listed<'t>(tree: &'t Tree, name: &str) -> &'t [Tree] {
    match tree.member(name) {
        Tree::List(items) => items,
        _ => &[],
    }
}
