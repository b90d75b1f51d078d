//! Filters through relations: a to-one relation nests, a to-many one takes `some`, `none`, `every` and `count`. What
//! memory knows of small tables is folded to ids.

use serde_json::Value as Json;

use super::errors::GraphError;
use super::inputs::{Answer, Inputs, comparison, invalid};
use crate::catalog::{Entity, Kind, Link, Relation};
use crate::domain::error_code::Reason;
use crate::storage::sql::operand::{Aggregate, Measure, Operand, Related};
use crate::storage::sql::predicate::{Op, Predicate};
use crate::storage::value::{List, Value};

/// Ids of a folded dimension condition beyond which a sub-select is cheaper than a list.
const MAX_FOLDED_IDS: usize = 2000;

impl Inputs<'_> {
    /// The condition on what a relation leads to: nested for one row, with quantifiers for many.
    pub fn related(&self, relation: &'static Relation, value: &Json, here: &str) -> Answer {
        let target = relation.target;
        let below = self.one_hop_further(here)?;
        let Link::One { column, nullable } = relation.link else {
            let object = value
                .as_object()
                .filter(|o| !o.is_empty())
                .ok_or_else(|| invalid(here, "an empty object says nothing; leave it out"))?;
            let parts = object.iter().map(|(quantifier, value)| {
                below.quantified(relation, quantifier, value, &format!("{here}.{quantifier}"))
            });
            return Ok(Predicate::all(parts.collect::<Result<_, _>>()?));
        };
        let inner = below.filter(target, value, here)?;
        if target.resident {
            match inner {
                Predicate::All if !nullable => return Ok(Predicate::All),
                Predicate::Nothing => return Ok(Predicate::Nothing),
                _ => {}
            }
            if let Some(ids) = self.folded_ids(target, &inner) {
                return Ok(Predicate::int_in(column, ids));
            }
        }
        Ok(Predicate::Exists(Box::new(self.snapshot.reached(Related::new(target, relation.link, inner)))))
    }

    /// The same for the rows that a relation leads to; an error where the way is too long.
    pub fn one_hop_further(&self, here: &str) -> Result<Self, GraphError> {
        let below = Inputs { hops: self.hops + 1, ..*self };
        if below.hops > self.limits.depth {
            let message = format!("{here}: more than {} relations lead from one to the other", self.limits.depth);
            return Err(GraphError::new(Reason::TooDeep, message).at(here));
        }
        Ok(below)
    }

    /// Ids of a resident entity's rows that meet a condition, where they are few and memory can tell.
    fn folded_ids(&self, target: &'static Entity, condition: &Predicate) -> Option<Vec<i64>> {
        self.snapshot.matching(target, condition).filter(|ids| ids.len() <= MAX_FOLDED_IDS)
    }

    /// A condition on the rows of a to-many relation.
    fn quantified(&self, relation: &'static Relation, quantifier: &str, value: &Json, at: &str) -> Answer {
        if value.is_null() {
            return Err(invalid(at, "null says nothing; leave the condition out"));
        }
        let inner = || self.filter(relation.target, value, at);
        let some = |inner| self.some(Related::new(relation.target, relation.link, inner));
        match quantifier {
            "some" => Ok(some(inner()?)),
            "none" => Ok(some(inner()?).negated()),
            "every" => Ok(some(inner()?.negated()).negated()),
            "count" => self.counted(relation, value, at),
            _ => Err(invalid(at, "there is no such quantifier")),
        }
    }

    fn some(&self, related: Related) -> Predicate {
        if matches!(related.inner, Predicate::Nothing) {
            return Predicate::Nothing;
        }
        let is_junction = matches!(related.link, Link::Junction { .. });
        let ids = if is_junction && !matches!(related.inner, Predicate::All) {
            self.folded_ids(related.target, &related.inner)
        } else {
            None
        };
        let related = match ids {
            Some(ids) if ids.is_empty() => return Predicate::Nothing,
            Some(ids) => Related::with_ids(related.target, related.link, ids),
            None => related,
        };
        Predicate::Exists(Box::new(self.snapshot.reached(related)))
    }

    /// `{filter: …, gte: 2}`: how many related rows meet the filter.
    fn counted(&self, relation: &'static Relation, value: &Json, at: &str) -> Answer {
        let filter = value.get("filter").unwrap_or(&Json::Null);
        let related = self.related_rows(relation, filter, &format!("{at}.filter"))?;
        let mut operators = value.clone();
        if let Some(members) = operators.as_object_mut() {
            members.remove("filter");
            if members.is_empty() {
                return Err(invalid(at, "a count needs something to be compared with: eq, gte, in …"));
            }
        }
        self.operators_of(&operators, at, |op, operand, at| self.count_operator(&related, op, operand, at))
    }

    /// Related rows that meet a filter, or all of them.
    pub fn related_rows(&self, relation: &'static Relation, filter: &Json, at: &str) -> Result<Related, GraphError> {
        let inner = if filter.is_null() { Predicate::All } else { self.filter(relation.target, filter, at)? };
        Ok(Related::new(relation.target, relation.link, inner))
    }

    fn count_operator(&self, related: &Related, op: &str, json: &Json, at: &str) -> Answer {
        let count = || {
            let aggregate = Aggregate { related: related.clone(), measure: Measure::Count, asked: String::new() };
            Operand::Aggregate(Box::new(aggregate))
        };
        let exists = || self.some(related.clone());
        let number = |json: &Json, at: &str| match self.value(Kind::Int, json, at)? {
            Value::Int(n) => Ok(n),
            _ => Err(invalid(at, "expected a whole number")),
        };
        if op == "in" || op == "notIn" {
            let numbers = self.list(json, at, number)?;
            let among =
                if numbers.is_empty() { Predicate::Nothing } else { Predicate::Ints(count(), List::new(numbers)) };
            return Ok(if op == "in" { among } else { among.negated() });
        }
        let op = comparison(op).ok_or_else(|| invalid(at, "there is no such operator"))?;
        // Whether there is one at all ends at the first that is found.
        Ok(match (op, number(json, at)?) {
            (Op::Ge, 1) | (Op::Gt | Op::Ne, 0) => exists(),
            (Op::Lt, 1) | (Op::Le | Op::Eq, 0) => exists().negated(),
            (op, n) => Predicate::Compare(count(), op, Value::Int(n)),
        })
    }
}
