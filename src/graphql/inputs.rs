//! How a filter becomes a condition: logic, operators of columns, names, subtrees. Operators belong to the kind of a
//! column ([`super::input_types`]), never to an entity; the way through relations is [`super::relations`].

use serde_json::Value as Json;

use super::checks::{Mentions, check};
use super::errors::GraphError;
use super::limits::Limits;
use super::lookup;
use crate::catalog::sector::CLASSIFICATION;
use crate::catalog::{self, Entity, Field, Kind, Link};
use crate::domain::decimal::bounds_scaled;
use crate::domain::error_code::Reason;
use crate::domain::flow::code_of;
use crate::domain::fold::fold;
use crate::domain::period::{self, Period};
use crate::storage::snapshot::{Snapshot, Table};
use crate::storage::sql::operand::{Operand, Related};
use crate::storage::sql::predicate::{Op, Predicate, pattern};
use crate::storage::value::{List, Value};

/// Datasets whose amounts have the same number of decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    /// The number.
    pub decimals: u32,
    /// Their ids.
    pub datasets: Vec<i64>,
}

/// What the conversion of a filter needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The dimensions of the revision.
    pub snapshot: &'a Snapshot,
    /// Lengths of lists.
    pub limits: &'a Limits,
    /// The datasets whose amounts are compared, by their number of decimals; `None` where amounts cannot be compared.
    pub scales: Option<&'a [Scale]>,
    /// Relations between the list and the rows that are looked at.
    pub hops: usize,
    /// Codes and slugs that only the database can check.
    pub mentions: &'a Mentions,
}

/// The conditions beside each other in a filter: what each is about, and itself.
pub type Conditions = Vec<(String, Predicate)>;

/// A condition, or why it is none.
pub type Answer = Result<Predicate, GraphError>;

/// The error of a condition that cannot be read.
pub fn invalid(path: &str, message: &str) -> GraphError {
    GraphError::new(Reason::InvalidFilter, format!("{path}: {message}")).at(path)
}

impl Inputs<'_> {
    /// The condition of a filter object.
    pub fn filter(&self, entity: &'static Entity, json: &Json, path: &str) -> Answer {
        Ok(Predicate::all(self.conditions(entity, json, path)?.into_iter().map(|(_, condition)| condition).collect()))
    }

    /// The conditions that stand beside each other in a filter object.
    pub fn conditions(&self, entity: &'static Entity, json: &Json, path: &str) -> Result<Conditions, GraphError> {
        let object = json.as_object().ok_or_else(|| invalid(path, "expected an object with conditions"))?;
        if object.is_empty() {
            return Err(invalid(path, "an empty object says nothing; leave it out"));
        }
        let mut parts = Vec::with_capacity(object.len());
        for (key, value) in object {
            let here = format!("{path}.{key}");
            if value.is_null() {
                return Err(invalid(&here, "null says nothing; leave the condition out, or use isNull"));
            }
            let condition = self.member(entity, key, value, &here)?;
            parts.push((here, condition));
        }
        Ok(parts)
    }

    fn member(&self, entity: &'static Entity, key: &str, value: &Json, here: &str) -> Answer {
        match key {
            "and" => Ok(Predicate::all(self.each(entity, value, here)?)),
            "or" => Ok(Predicate::any(self.each(entity, value, here)?)),
            "not" => Ok(self.filter(entity, value, here)?.negated()),
            "within" if entity.tree => self.within(entity, value, here),
            _ => {
                if let Some(field) = entity.field(key) {
                    return self.operators_of(value, here, |op, operand, at| {
                        if field.known {
                            self.check_known((entity, field), op, operand, at)?;
                        }
                        self.operator(field, op, operand, at)
                    });
                }
                if let Some(relation) = entity.relation(key) {
                    return self.related(relation, value, here);
                }
                if let ("name", Some(kind)) = (key, entity.names) {
                    return self.operators_of(value, here, |op, operand, at| self.name(kind, op, operand, at));
                }
                Err(invalid(here, "there is no such condition"))
            }
        }
    }

    fn each(&self, entity: &'static Entity, value: &Json, here: &str) -> Result<Vec<Predicate>, GraphError> {
        let single = std::slice::from_ref(value);
        let list = value.as_array().map_or(single, Vec::as_slice);
        if list.is_empty() {
            return Err(invalid(here, "an empty list says nothing; leave it out"));
        }
        self.check_length(list.len(), here)?;
        list.iter().enumerate().map(|(index, part)| self.filter(entity, part, &format!("{here}.{index}"))).collect()
    }

    fn check_length(&self, length: usize, here: &str) -> Result<(), GraphError> {
        if length > self.limits.list {
            let message = format!("{here}: {length} values, at most {} are allowed", self.limits.list);
            return Err(GraphError::new(Reason::ListTooLong, message).at(here));
        }
        Ok(())
    }

    /// The conditions of an object of operators; `each` reads one.
    pub fn operators_of(&self, value: &Json, here: &str, each: impl Fn(&str, &Json, &str) -> Answer) -> Answer {
        let object = value.as_object().ok_or_else(|| invalid(here, "expected an object with operators"))?;
        if object.is_empty() {
            return Err(invalid(here, "an empty object says nothing; leave it out"));
        }
        let mut parts = Vec::with_capacity(object.len());
        for (op, operand) in object {
            let at = format!("{here}.{op}");
            if operand.is_null() {
                return Err(invalid(&at, "null says nothing; leave the condition out, or use isNull"));
            }
            parts.push(each(op, operand, &at)?);
        }
        Ok(Predicate::all(parts))
    }

    /// Refuses a code that no row has.
    fn check_known(
        &self,
        field: (&'static Entity, &'static Field),
        op: &str,
        json: &Json,
        at: &str,
    ) -> Result<(), GraphError> {
        let one = |json: &Json, at: &str| check(self.snapshot, self.mentions, field, &text(json, at)?, at);
        match op {
            "eq" | "ne" => one(json, at),
            "in" | "notIn" => self.list(json, at, one).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// The condition of one operator of a field.
    pub fn operator(&self, field: &Field, op: &str, json: &Json, at: &str) -> Answer {
        let column = Operand::Column(field.column);
        if let Kind::Period = field.kind {
            return self.period(op, json, at);
        }
        if let (Kind::Money | Kind::Milli, Some(op)) = (field.kind, comparison(op)) {
            return self
                .each_scale(field.kind, at, |scale| Ok(compare_units(column.clone(), op, units(json, scale, at)?)));
        }
        match op {
            "isNull" => {
                let wanted = json.as_bool().ok_or_else(|| invalid(at, "expected true or false"))?;
                let is_null = if field.nullable { Predicate::Null(column) } else { Predicate::Nothing };
                Ok(if wanted { is_null } else { is_null.negated() })
            }
            "in" => self.one_of(field, json, at),
            "notIn" => {
                let known = if field.nullable { Predicate::Null(column).negated() } else { Predicate::All };
                Ok(Predicate::all(vec![known, self.one_of(field, json, at)?.negated()]))
            }
            "startsWith" => {
                let text = text(json, at)?;
                Ok(starts_with(field.column, &text))
            }
            _ => {
                let op = comparison(op).ok_or_else(|| invalid(at, "there is no such operator"))?;
                Ok(Predicate::Compare(column, op, self.value(field.kind, json, at)?))
            }
        }
    }

    fn one_of(&self, field: &Field, json: &Json, at: &str) -> Answer {
        let column = Operand::Column(field.column);
        if let Kind::Money | Kind::Milli = field.kind {
            return self.each_scale(field.kind, at, |scale| {
                let bounds = self.list(json, at, |item, here| units(item, scale, here))?;
                let exact = bounds.into_iter().filter(|(floor, ceiling)| floor == ceiling).map(|(units, _)| units);
                Ok(Predicate::int_in(field.column, exact.collect()))
            });
        }
        let values = self.list(json, at, |item, here| self.value(field.kind, item, here))?;
        if values.is_empty() {
            return Ok(Predicate::Nothing);
        }
        Ok(match values.first() {
            Some(Value::Int(_)) => Predicate::int_in(field.column, values.iter().filter_map(Value::as_int).collect()),
            Some(Value::Text(_)) => Predicate::Texts(
                column,
                List::new(values.iter().filter_map(Value::as_text).map(str::to_owned).collect()),
            ),
            Some(Value::Date(_)) => {
                let dates =
                    values.iter().filter_map(|v| if let Value::Date(d) = v { Some(d.to_string()) } else { None });
                Predicate::Dates(column, List::new(dates.collect()))
            }
            _ => Predicate::any(values.into_iter().map(|v| Predicate::Compare(column.clone(), Op::Eq, v)).collect()),
        })
    }

    /// Each item of a list; a single value counts as a list of one.
    pub fn list<T>(
        &self,
        json: &Json,
        at: &str,
        each: impl Fn(&Json, &str) -> Result<T, GraphError>,
    ) -> Result<Vec<T>, GraphError> {
        let single = std::slice::from_ref(json);
        let list = json.as_array().map_or(single, Vec::as_slice);
        self.check_length(list.len(), at)?;
        list.iter().enumerate().map(|(index, item)| each(item, &format!("{at}.{index}"))).collect()
    }

    /// A value of a kind of column.
    pub fn value(&self, kind: Kind, json: &Json, at: &str) -> Result<Value, GraphError> {
        let wrong = |reason: Reason, wanted: &str| {
            GraphError::new(reason, format!("{at}: `{}` is not {wanted}", shown(json))).at(at)
        };
        match kind {
            Kind::Text => Ok(Value::Text(text(json, at)?)),
            Kind::Enum(list) => {
                let word = json.as_str().ok_or_else(|| wrong(Reason::InvalidArgument, "a word of the list"))?;
                Ok(if list.numeric {
                    Value::Int(
                        code_of(list.values, word)
                            .ok_or_else(|| wrong(Reason::InvalidArgument, "a word of the list"))?,
                    )
                } else {
                    Value::Text(word.to_owned())
                })
            }
            Kind::Int | Kind::BigInt => {
                whole(json).map(Value::Int).ok_or_else(|| wrong(Reason::InvalidNumber, "a whole number of 64 bits"))
            }
            Kind::Float => json.as_f64().map(Value::Float).ok_or_else(|| wrong(Reason::InvalidNumber, "a number")),
            Kind::Bool => {
                json.as_bool().map(Value::Bool).ok_or_else(|| wrong(Reason::InvalidArgument, "true or false"))
            }
            Kind::Date => json
                .as_str()
                .and_then(date)
                .map(Value::Date)
                .ok_or_else(|| wrong(Reason::InvalidDate, "a date; write it as 2024-08-05")),
            Kind::DateTime => json
                .as_str()
                .and_then(instant)
                .map(Value::Time)
                .ok_or_else(|| wrong(Reason::InvalidDate, "an instant; write it as 2024-08-05T12:00:00Z")),
            Kind::Money | Kind::Milli => Err(wrong(Reason::InvalidNumber, "a decimal number")),
            Kind::Period => Err(wrong(Reason::InvalidPeriod, "a period")),
        }
    }

    /// A condition on an amount, written for each number of decimals that the datasets have.
    fn each_scale(&self, kind: Kind, at: &str, condition: impl Fn(u32) -> Answer) -> Answer {
        if let Kind::Milli = kind {
            return condition(3);
        }
        match self.scales {
            None => {
                let message =
                    format!("{at}: amounts of several datasets cannot be compared; add a filter by one dataset");
                Err(GraphError::new(Reason::AmbiguousDataset, message).at(at))
            }
            Some([]) => condition(0),
            Some([only]) => condition(only.decimals),
            Some(several) => {
                let each = |scale: &Scale| {
                    let theirs = Predicate::int_in("dataset_id", scale.datasets.clone());
                    Ok(Predicate::all(vec![theirs, condition(scale.decimals)?]))
                };
                several.iter().map(each).collect::<Result<_, _>>().map(Predicate::any)
            }
        }
    }

    fn period(&self, op: &str, json: &Json, at: &str) -> Answer {
        let start = || Operand::Column("period_start");
        let months = Operand::Column("period_months");
        let read = |item: &Json, here: &str| -> Result<Period, GraphError> {
            let text = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
            text.parse().map_err(|e| {
                let message = format!("{here}: `{}` is not a period; {e}", shown(item));
                let near: Vec<String> = period::nearest(&text).iter().map(ToString::to_string).collect();
                lookup::naming(GraphError::new(Reason::InvalidPeriod, message).at(here), &near)
            })
        };
        let int = |n: i32| Value::Int(i64::from(n));
        let is = |p: Period| {
            Predicate::And(vec![
                Predicate::Compare(start(), Op::Eq, int(p.start)),
                Predicate::Compare(months.clone(), Op::Eq, int(p.months)),
            ])
        };
        if op == "in" || op == "notIn" {
            let any = Predicate::any(self.list(json, at, read)?.into_iter().map(is).collect());
            return Ok(if op == "in" { any } else { any.negated() });
        }
        let period = read(json, at)?;
        Ok(match op {
            "eq" => is(period),
            "ne" => is(period).negated(),
            "lt" => Predicate::Compare(Operand::PeriodEnd, Op::Le, int(period.start)),
            "lte" => Predicate::Compare(Operand::PeriodEnd, Op::Le, int(period.end())),
            "gt" => Predicate::Compare(start(), Op::Ge, int(period.end())),
            "gte" => Predicate::Compare(start(), Op::Ge, int(period.start)),
            _ => return Err(invalid(at, "there is no such operator")),
        })
    }

    fn name(&self, kind: &'static str, op: &str, json: &Json, at: &str) -> Answer {
        let exists = |inner: Predicate| {
            let names = Related::new(&catalog::source::LOCALIZED_NAME, Link::Subject { kind }, inner);
            Predicate::Exists(Box::new(names))
        };
        let exact = || Operand::Column("text");
        let folded = || Operand::Column("folded");
        Ok(match op {
            "eq" => exists(Predicate::Compare(exact(), Op::Eq, Value::Text(text(json, at)?))),
            "ne" => exists(Predicate::Compare(exact(), Op::Eq, Value::Text(text(json, at)?))).negated(),
            "in" | "notIn" => {
                let texts = self.list(json, at, text)?;
                let any = if texts.is_empty() {
                    Predicate::Nothing
                } else {
                    exists(Predicate::Texts(exact(), List::new(texts)))
                };
                if op == "in" { any } else { any.negated() }
            }
            "startsWith" => exists(starts_with("folded", &fold(&text(json, at)?))),
            "contains" => exists(Predicate::Like(folded(), Value::Text(pattern(&part(json, at)?, false, false)))),
            "endsWith" => exists(Predicate::Like(folded(), Value::Text(pattern(&part(json, at)?, false, true)))),
            _ => return Err(invalid(at, "there is no such operator")),
        })
    }

    fn within(&self, entity: &'static Entity, value: &Json, here: &str) -> Answer {
        let object = value.as_object().ok_or_else(|| invalid(here, "expected an object with a code"))?;
        let word = |name: &str| object.get(name).and_then(Json::as_str);
        let code = word("code").unwrap_or_default();
        let at_code = |mut error: GraphError| {
            error.message = format!("{here}.code: {}", error.message);
            error.at(format!("{here}.code"))
        };
        let root = if entity.name == "Sector" {
            lookup::sector(self.snapshot, word("classification").unwrap_or_default(), code).map_err(at_code)?
        } else {
            lookup::region(self.snapshot, code, word("scheme").unwrap_or("TEAROAD")).map_err(at_code)?
        };
        let depth = match object.get("depth") {
            None | Some(Json::Null) => None,
            Some(depth) => Some(depth.as_u64().and_then(|d| usize::try_from(d).ok()).ok_or_else(|| {
                GraphError::new(
                    Reason::InvalidArgument,
                    format!("{here}.depth: `{}` is not a number of levels from 0", shown(depth)),
                )
                .at(format!("{here}.depth"))
            })?),
        };
        let Some(table) = self.snapshot.table(entity) else { return Ok(Predicate::Nothing) };
        let path_of = |id: i64| table.value(id, "path").as_text().unwrap_or_default().to_owned();
        let mut roots = vec![root];
        if table.value(root, "kind").as_text() == Some("GROUP") {
            roots.extend(self.snapshot.members(root));
        }
        let below = match depth {
            None => Predicate::any(roots.iter().map(|id| starts_with("path", &path_of(*id))).collect()),
            Some(depth) => {
                let ids = table.rows.iter().filter_map(|row| row.int(0));
                Predicate::int_in("id", ids.filter(|id| is_near(table, &roots, *id, depth)).collect())
            }
        };
        // The total is one node of all editions: below it are those of the edition that was named.
        let named = word("classification").and_then(|c| self.snapshot.id_of_code(&CLASSIFICATION, c));
        match named {
            Some(named) if table.value(root, "classification_id") != &Value::Int(named) => {
                let own = vec![Predicate::int_eq("id", root), Predicate::int_eq("classification_id", named)];
                Ok(Predicate::all(vec![below, Predicate::any(own)]))
            }
            _ => Ok(below),
        }
    }
}

/// Lists of the longest kind that a whole filter may hold.
const LISTS_PER_FILTER: usize = 5;

/// Refuses a filter or order with more values than a statement can bind.
pub fn check_size(argument: &Json, at: &str, limits: &Limits) -> Result<(), GraphError> {
    let most = limits.list.saturating_mul(LISTS_PER_FILTER);
    let mut count = 0_usize;
    let mut open = vec![argument];
    while let Some(json) = open.pop() {
        count += 1;
        match json {
            Json::Array(items) => open.extend(items),
            Json::Object(members) => open.extend(members.values()),
            _ => {}
        }
        if count > most {
            let message = format!("{at}: more than {most} values and conditions in one argument");
            return Err(GraphError::new(Reason::ListTooLong, message).at(at));
        }
    }
    Ok(())
}

/// Whether one of the roots is at most `depth` levels above a row, counted by parents: a path may have more parts.
fn is_near(table: &Table, roots: &[i64], id: i64, depth: usize) -> bool {
    let mut at = Some(id);
    let mut climbed = 0;
    while let Some(id) = at {
        if roots.contains(&id) {
            return true;
        }
        if climbed == depth {
            return false;
        }
        climbed += 1;
        at = table.value(id, "parent_id").as_int();
    }
    false
}

/// A condition that a text column begins with `prefix`, as a range that an index serves.
fn starts_with(column: &'static str, prefix: &str) -> Predicate {
    let from = Predicate::Compare(Operand::Column(column), Op::Ge, Value::Text(prefix.to_owned()));
    match successor(prefix) {
        Some(end) => Predicate::And(vec![from, Predicate::Compare(Operand::Column(column), Op::Lt, Value::Text(end))]),
        None => from,
    }
}

/// The smallest text, in byte order, behind every text that begins with `prefix`.
fn successor(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = (u32::from(last) + 1..=0x10_FFFF).find_map(char::from_u32);
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// The units of an amount; two neighbours where the amount lies between them.
fn units(json: &Json, scale: u32, at: &str) -> Result<(i64, i64), GraphError> {
    let text = match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    };
    text.and_then(|text| bounds_scaled(&text, scale).ok()).ok_or_else(|| {
        let message = format!("{at}: `{}` is not a decimal number that fits 64 bits", shown(json));
        GraphError::new(Reason::InvalidNumber, message).at(at)
    })
}

/// A comparison with an amount between two units: nothing equals it, and what is below it is at most the lower one.
fn compare_units(column: Operand, op: Op, (floor, ceiling): (i64, i64)) -> Predicate {
    let compare = |op: Op, units: i64| Predicate::Compare(column.clone(), op, Value::Int(units));
    match op {
        _ if floor == ceiling => compare(op, floor),
        Op::Eq => Predicate::Nothing,
        Op::Ne => Predicate::Null(column.clone()).negated(),
        Op::Lt | Op::Le => compare(Op::Le, floor),
        Op::Gt | Op::Ge => compare(Op::Ge, ceiling),
    }
}

/// The comparison of this name.
pub fn comparison(op: &str) -> Option<Op> {
    Some(match op {
        "eq" => Op::Eq,
        "ne" => Op::Ne,
        "lt" => Op::Lt,
        "lte" => Op::Le,
        "gt" => Op::Gt,
        "gte" => Op::Ge,
        _ => return None,
    })
}

fn text(json: &Json, at: &str) -> Result<String, GraphError> {
    let text = json.as_str().ok_or_else(|| invalid(at, "expected a text"))?;
    if text.contains('\0') {
        return Err(GraphError::new(
            Reason::InvalidArgument,
            format!("{at}: the text holds a NUL character, which no stored text has"),
        )
        .at(at));
    }
    Ok(text.to_owned())
}

/// Characters of a part of a name; SQLite refuses patterns above 50,000 bytes.
const MAX_PART: usize = 1000;

/// A folded part of a name.
fn part(json: &Json, at: &str) -> Result<String, GraphError> {
    let folded = fold(&text(json, at)?);
    let length = folded.chars().count();
    if length > MAX_PART {
        let message = format!("{at}: a text of {length} characters, at most {MAX_PART} are looked for in names");
        return Err(GraphError::new(Reason::InvalidArgument, message).at(at));
    }
    Ok(folded)
}

/// The value as shown in a message: cut, on one line.
pub fn shown(json: &Json) -> String {
    let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    let cut: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

/// A whole number, as a number or as text.
pub fn whole(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| json.as_str().and_then(|t| t.parse().ok()))
}

fn date(text: &str) -> Option<chrono::NaiveDate> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if shape && !text.starts_with("0000") { text.parse().ok() } else { None }
}

fn instant(text: &str) -> Option<chrono::NaiveDateTime> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| at.naive_utc())
}
