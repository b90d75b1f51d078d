//! Why a list is empty. Each condition of its filter is left out in turn: where that leaves rows, the condition is what
//! empties the list, and what the rows have instead is told. Runs only after an empty answer, never fails it, and stops
//! with the request's time.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::connection::List;
use super::execute::{EmptyList, Session};
use super::inputs::Conditions;
use super::plan::type_of;
use crate::catalog::dataset::COVERAGE;
use crate::catalog::enums::FREQUENCY;
use crate::catalog::{Entity, Field, Kind};
use crate::domain::flow::name_of;
use crate::domain::period::Period;
use crate::storage::StorageError;
use crate::storage::sql::Side;
use crate::storage::sql::predicate::Predicate;
use crate::storage::sql::select::{Any, Arm, Column, Extent, Select};
use crate::storage::value::{ColumnType, Row, Value};

/// Empty lists of one answer that are explained.
const MOST_LISTS: usize = 3;
/// Time that all hints of an answer may take; the answer waits for them.
const TIME: Duration = Duration::from_millis(300);
/// Conditions of one filter that are left out in turn.
const MOST_CONDITIONS: usize = 8;

/// Hints on the empty lists of an answer, for `extensions.tearoad.hints`.
pub fn of_empty_lists(session: &mut Session<'_>) -> Vec<Json> {
    let empty = std::mem::take(&mut session.empty);
    let mut hints = Vec::new();
    if empty.is_empty() || session.conn.hurry(TIME).is_err() {
        return hints;
    }
    for list in empty.iter().take(MOST_LISTS) {
        // Beside the period itself.
        let about_dataset = |name: &str| name.ends_with(".dataset") || name.ends_with(".period");
        let conditions = list.list.page.iter().flat_map(|p| &p.conditions);
        let only_dataset = conditions.into_iter().all(|(name, _)| about_dataset(name));
        match (Search { session: &mut *session, list, only_dataset }).hint() {
            Ok(hint) => hints.extend(hint),
            // The answer stands without hints; on PostgreSQL no further statement of the transaction would run.
            Err(_) => break,
        }
    }
    hints
}

/// The search for what empties one list.
struct Search<'s, 'a> {
    session: &'s mut Session<'a>,
    list: &'s EmptyList,
    /// Whether the filter names nothing but datasets and periods.
    only_dataset: bool,
}

type Found<T> = Result<T, StorageError>;

impl Search<'_, '_> {
    fn hint(&mut self) -> Found<Option<Json>> {
        let Some(page) = &self.list.list.page else { return Ok(None) };
        let conditions = page.conditions.clone();
        if conditions.len() > MOST_CONDITIONS {
            return Ok(None);
        }
        if !self.exists(&Predicate::All)? {
            let message = format!("`{}` has no rows at all here, whatever the filter", page.name);
            return Ok(Some(self.told("NO_ROWS", &[], message)));
        }
        let mut emptying = Vec::new();
        for (at, (name, _)) in conditions.iter().enumerate() {
            let others = without(&conditions, at);
            // Amounts are compared within the dataset that the filter names: without it they mean nothing.
            if name.ends_with(".dataset") && others.mentions("value_scaled") {
                continue;
            }
            // With one condition its absence leaves all rows, which are there.
            if conditions.len() == 1 || self.exists(&others)? {
                let instead = self.instead(name, &others)?;
                emptying.push((name.as_str(), instead));
            }
        }
        if !emptying.is_empty() {
            let names: Vec<&str> = emptying.iter().map(|(name, _)| *name).collect();
            let parts: Vec<String> = emptying
                .iter()
                .map(|(name, instead)| match instead {
                    Some(instead) => format!("without `{name}` there are rows: {instead}"),
                    None => format!("without `{name}` there are rows"),
                })
                .collect();
            return Ok(Some(self.told("EMPTIED_BY_CONDITION", &names, parts.join("; "))));
        }
        // No single one: which of them leave nothing even alone?
        let mut alone = Vec::new();
        for (name, condition) in &conditions {
            if !self.exists(condition)? {
                alone.push(name.as_str());
            }
        }
        let message = if alone.is_empty() {
            "each condition alone leaves rows, but no row meets even all but one of them".to_owned()
        } else {
            format!("no row meets {}", alone.iter().map(|n| format!("`{n}` alone")).collect::<Vec<_>>().join(", nor "))
        };
        Ok(Some(self.told("EMPTIED_BY_SEVERAL", &alone, message)))
    }

    fn told(&self, reason: &str, conditions: &[&str], message: String) -> Json {
        let name = self.list.list.page.as_ref().map_or("", |p| p.name.as_str());
        json!({ "list": name, "reason": reason, "conditions": conditions, "message": message })
    }

    fn select(&self, condition: &Predicate, columns: Vec<Column>) -> Select {
        let entity = self.list.list.entity;
        let list = List { entity, filter: condition.clone(), order: Vec::new(), page: None };
        Select {
            entity,
            columns,
            arms: list.arms(self.session.snapshot),
            order: Vec::new(),
            backward: false,
            limit: None,
            parents: self.list.parents.clone(),
        }
    }

    /// Whether some row of the list meets a condition.
    fn exists(&mut self, condition: &Predicate) -> Found<bool> {
        let select = self.select(condition, Vec::new());
        if select.arms.is_empty() {
            return Ok(false);
        }
        // One row of any parent: a limit would be one of each.
        let rows = self.session.rows(Any(select), &[ColumnType::Int])?;
        Ok(!rows.is_empty())
    }

    /// What the rows that meet the other conditions have instead.
    fn instead(&mut self, name: &str, others: &Predicate) -> Found<Option<String>> {
        let key = name.rsplit('.').next().unwrap_or_default();
        let Some(field) = self.list.list.entity.field(key) else { return Ok(None) };
        match field.kind {
            Kind::Period => self.periods(others),
            Kind::Enum(list) if list.name == FREQUENCY.name => self.periods(others),
            Kind::Date | Kind::DateTime | Kind::Int | Kind::Float => self.range(field, others),
            _ => Ok(None),
        }
    }

    /// Smallest and largest value of a field.
    fn range(&mut self, field: &Field, others: &Predicate) -> Found<Option<String>> {
        let column_type = type_of(self.list.list.entity, field.column);
        let select = self.select(others, vec![Column::Plain(field.column, column_type)]);
        let rows = self.session.rows(Extent(select), &[column_type, column_type])?;
        Ok(rows.first().and_then(|row| Some(format!("{} from {} to {}", field.name, shown(row, 0)?, shown(row, 1)?))))
    }

    /// The periods of the figures that meet the other conditions, by frequency: those of a named reporter or partner
    /// are read, and what a dataset has altogether is known from its coverage, which is small.
    fn periods(&mut self, others: &Predicate) -> Found<Option<String>> {
        let of_few = ["reporter_id", "partner_id"].iter().any(|column| others.pinned(column).is_some());
        let select = if of_few || self.list.parents.is_some() {
            self.select(others, period_columns())
        } else if self.only_dataset {
            let datasets =
                others.pinned("dataset_id").map_or(Predicate::All, |ids| Predicate::int_in("dataset_id", ids));
            covered(&COVERAGE, datasets)
        } else {
            return Ok(None);
        };
        let rows = self.session.rows(Extent(select), &[ColumnType::Int; 3])?;
        let spans: Vec<String> = rows.iter().filter_map(span).collect();
        Ok((!spans.is_empty()).then(|| format!("figures exist for {}", spans.join(", "))))
    }
}

/// First months of periods, by their length.
fn covered(entity: &'static Entity, condition: Predicate) -> Select {
    Select {
        entity,
        columns: period_columns(),
        arms: vec![Arm { side: Side::Plain, predicate: condition }],
        order: Vec::new(),
        backward: false,
        limit: None,
        parents: None,
    }
}

fn period_columns() -> Vec<Column> {
    ["period_start", "period_months"].map(|name| Column::Plain(name, ColumnType::Int)).to_vec()
}

/// `2012–2022 (YEAR)`.
fn span(row: &Row) -> Option<String> {
    let number = |at: usize| row.int(at).and_then(|n| i32::try_from(n).ok());
    let months = number(2)?;
    let (first, last) = (Period { start: number(0)?, months }, Period { start: number(1)?, months });
    let frequency = name_of(FREQUENCY.values, i64::from(months)).unwrap_or_default();
    Some(if first == last { format!("{first} ({frequency})") } else { format!("{first}–{last} ({frequency})") })
}

/// All conditions but one.
fn without(conditions: &Conditions, left_out: usize) -> Predicate {
    let others = conditions.iter().enumerate().filter(|(at, _)| *at != left_out);
    Predicate::all(others.map(|(_, (_, condition))| condition.clone()).collect())
}

fn shown(row: &Row, at: usize) -> Option<String> {
    match row.get(at) {
        Value::Int(n) => Some(n.to_string()),
        Value::Float(f) => Some(f.to_string()),
        Value::Date(d) => Some(d.to_string()),
        Value::Time(t) => Some(t.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        _ => None,
    }
}
