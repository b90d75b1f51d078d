//! Puts groups into order, cuts them, and tells them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::owners::Owners;
use super::read::{Data, Key, UNKNOWN};
use super::tally::{Line, Parts, Tally, tally};
use super::{By, Compared, MOST_GROUPS, Measure, ParticipationStats, too_many, word_of};
use crate::catalog::event::EVENT;
use crate::catalog::region::REGION;
use crate::catalog::sector::SECTOR;
use crate::domain::decimal::approximate_sum;
use crate::graphql::computed::Tree;
use crate::graphql::errors::RunError;
use crate::graphql::execute::{EmptyList, Session};
use crate::graphql::groups::cut;
use crate::graphql::plan::RowPlan;
use crate::storage::sql::predicate::Predicate;

/// A key that is not told: groups are together here whatever theirs is.
const TOGETHER: i64 = -2;

/// How a key is ordered among others of its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Number(i64),
    Code(String),
    /// Day and slug.
    Event(String, String),
    Unknown,
}

/// The groups of an owner.
struct Groups<'g> {
    owner: u32,
    lines: &'g [Line],
    /// Places among all groups.
    own: Vec<usize>,
    keys: &'g [Key],
    order: &'g [Vec<Place>],
    tallies: &'g [Tally],
    whole: &'g Tally,
    /// Ranks by each count that is asked for.
    ranks: [Vec<(usize, i64)>; 3],
}

impl ParticipationStats {
    /// Objects of a kind that an answer holds at most, as they count in the price of an operation.
    pub(in crate::graphql) fn objects(&self) -> u64 {
        u64::try_from(self.objects).unwrap_or(u64::MAX)
    }

    /// The answer.
    pub(in crate::graphql) fn ask(&self, session: &mut Session<'_>) -> Result<Tree, RunError> {
        let mut data = self.read(session, &Owners::nobody())?;
        if data.lines.is_empty() && self.list.page.as_ref().is_some_and(|page| !page.conditions.is_empty()) {
            session.empty.push(EmptyList { list: self.list.clone(), parents: None });
        }
        let mut all = self.answers(session, &mut data, 1)?;
        Ok(all.pop().unwrap_or(Tree::Null))
    }

    /// The answers for objects of these ids.
    pub(in crate::graphql) fn ask_of(&self, session: &mut Session<'_>, ids: &[i64]) -> Result<Vec<Tree>, RunError> {
        let Some(kind) = self.owner else { return Ok(Vec::new()) };
        let owners = Owners::new(session.snapshot, kind, ids);
        let mut data = self.read(session, &owners)?;
        self.answers(session, &mut data, owners.count)
    }

    /// The answer of each owner.
    fn answers(&self, session: &mut Session<'_>, data: &mut Data, owners: u32) -> Result<Vec<Tree>, RunError> {
        if data.keys.len() > MOST_GROUPS {
            return Err(too_many(&data.keys.len()).into());
        }
        let lines = data.by_owner(owners);
        let data = &*data;
        let own: Vec<u32> = data.keys.iter().map(|key| key.owner).collect();
        let each: Vec<Option<u32>> = (0..).take(own.len()).map(Some).collect();
        let tallies = self.tally(data, &data.lines, &each, &own);
        let of_owner: Vec<Option<u32>> = own.iter().copied().map(Some).collect();
        let all: Vec<u32> = (0..owners).collect();
        let wholes = self.tally(data, &data.lines, &of_owner, &all);
        let mut places: Vec<Vec<usize>> = vec![Vec::new(); wholes.len()];
        for (at, owner) in own.iter().enumerate() {
            usize::try_from(*owner)
                .ok()
                .and_then(|owner| places.get_mut(owner))
                .into_iter()
                .for_each(|own| own.push(at));
        }
        let order = self.places(session, &data.keys)?;
        let mut out = Vec::with_capacity(wholes.len());
        for (((owner, whole), own), lines) in all.iter().zip(&wholes).zip(places).zip(lines) {
            let mut groups = Groups {
                owner: *owner,
                lines: data.lines.get(lines).unwrap_or_default(),
                own,
                keys: &data.keys,
                order: &order,
                tallies: &tallies,
                whole,
                ranks: Default::default(),
            };
            for (compared, _) in &self.compared {
                if let Compared::Rank(at) = compared {
                    groups.rank(*at);
                }
            }
            out.push(self.answer(session.snapshot.revision, data, &groups)?);
        }
        Ok(out)
    }

    fn tally(&self, data: &Data, lines: &[Line], of: &[Option<u32>], owners: &[u32]) -> Vec<Tally> {
        tally(lines, &data.heads, &Parts { of, owners }, self.wants, &|owner, id| data.beyond.contains(&(owner, id)))
    }

    fn answer(&self, revision: i64, data: &Data, groups: &Groups<'_>) -> Result<Tree, RunError> {
        let meets = |at: &usize| self.having.iter().all(|condition| condition.holds(groups.tally(*at)));
        let (mut rows, mut rest): (Vec<usize>, Vec<usize>) = groups.own.iter().copied().partition(meets);
        let mut ties_cut = false;
        if let Some(top) = &self.top {
            let found = cut(
                rows,
                top.n,
                |at| self.together(groups.key(*at), &top.per),
                |a, b| groups.compare(top.by, true, *a, *b),
                |a, b| groups.own_order(*a, *b),
                |at| number(groups.tally(*at), top.by).is_some(),
            );
            rows = found.rows;
            rest.extend(found.rest);
            ties_cut = found.ties_cut;
        }
        let by: Vec<(Measure, bool)> = match &self.top {
            Some(top) if self.order.is_empty() => vec![(top.by, true)],
            _ => self.order.clone(),
        };
        rows.sort_by(|a, b| {
            let compared = by.iter().map(|(measure, descending)| groups.compare(*measure, *descending, *a, *b));
            compared.fold(Ordering::Equal, Ordering::then).then_with(|| groups.own_order(*a, *b))
        });
        let others = self.others(data, groups, &rest);
        let numbers = |at: &usize| groups.key(*at).map_or_else(Vec::new, |key| key.values.clone());
        let (page, page_info) = self.paging.page(revision, &rows, numbers)?;
        let told = page.iter().map(|at| {
            let values = numbers(at);
            let mut members = self.named(&values);
            members.push(("cursor", Tree::Text(self.paging.cursor(revision, &values))));
            members.extend(self.numbers(groups.tally(*at), groups, Some(*at)));
            Tree::Object(members)
        });
        let rows_told = told.collect();
        Ok(Tree::Object(vec![
            ("rows", Tree::List(rows_told)),
            ("others", Tree::List(others)),
            ("whole", Tree::Object(groups.whole.told())),
            ("groupCount", Tree::Int(i64::try_from(rows.len()).unwrap_or(i64::MAX))),
            ("tiesCut", Tree::Bool(ties_cut)),
            ("pageInfo", page_info),
            ("warnings", Tree::List(self.warnings(data, groups))),
        ]))
    }

    /// Keys of a group with those put together that are not told apart.
    fn together(&self, key: Option<&Key>, per: &[By]) -> Vec<i64> {
        let values = key.map_or(&[][..], |key| &key.values);
        self.by.iter().zip(values).map(|(by, value)| if per.contains(by) { *value } else { TOGETHER }).collect()
    }

    /// The rest of each part as one row, counted anew.
    fn others(&self, data: &Data, groups: &Groups<'_>, rest: &[usize]) -> Vec<Tree> {
        let Some(top) = self.top.as_ref().filter(|top| top.others) else { return Vec::new() };
        // What is shown stays apart, so that a counted group that is in both is known to be divided.
        let mut of: Vec<Option<u32>> = vec![None; data.keys.len()];
        // Keys of each part, and one of its groups.
        let mut parts: Vec<(Vec<i64>, usize)> = Vec::new();
        let mut known: BTreeMap<Vec<i64>, u32> = BTreeMap::new();
        for at in rest {
            let key = self.together(groups.key(*at), &top.per);
            let part = *known.entry(key.clone()).or_insert_with(|| {
                parts.push((key, *at));
                u32::try_from(parts.len() - 1).unwrap_or(u32::MAX)
            });
            of.get_mut(*at).into_iter().for_each(|of| *of = Some(part));
        }
        let told = parts.len();
        let mut next = u32::try_from(told).unwrap_or(u32::MAX);
        for at in &groups.own {
            if let Some(of) = of.get_mut(*at).filter(|of| of.is_none()) {
                *of = Some(next);
                next = next.saturating_add(1);
            }
        }
        let owners = vec![groups.owner; usize::try_from(next).unwrap_or(0)];
        let tallies = self.tally(data, groups.lines, &of, &owners);
        let mut rows: Vec<(Vec<Place>, Tree)> = Vec::with_capacity(told);
        for ((values, at), tally) in parts.iter().zip(&tallies) {
            let mut members = self.named(values);
            members.push(("cursor", Tree::Text(String::new())));
            members.extend(self.numbers(tally, groups, None));
            let places = groups.order.get(*at).into_iter().flatten();
            let told = values.iter().zip(places).filter(|(value, _)| **value != TOGETHER);
            rows.push((told.map(|(_, place)| place.clone()).collect(), Tree::Object(members)));
        }
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn named(&self, values: &[i64]) -> Vec<(&'static str, Tree)> {
        let told = |(by, value): (&By, &i64)| {
            let tree = match by {
                _ if *value == UNKNOWN || *value == TOGETHER => Tree::Null,
                By::Region => Tree::Node(REGION.name, *value),
                By::Sector => Tree::Node(SECTOR.name, *value),
                By::Event => Tree::Node(EVENT.name, *value),
                By::Year => Tree::Int(*value),
                By::Words(dimension) => Tree::text(word_of(*dimension, *value).map(str::to_owned)),
            };
            (by.member(), tree)
        };
        self.by.iter().zip(values).map(told).collect()
    }

    fn numbers(&self, tally: &Tally, groups: &Groups<'_>, at: Option<usize>) -> Vec<(&'static str, Tree)> {
        let mut out = tally.told();
        out.extend(self.compared.iter().map(|(compared, slot)| {
            let told = match compared {
                Compared::Share(count) => share(tally, groups.whole, *count),
                Compared::Rank(count) => at.and_then(|at| groups.rank_of(*count, at)).map_or(Tree::Null, Tree::Int),
            };
            (*slot, told)
        }));
        out
    }

    fn warnings(&self, data: &Data, groups: &Groups<'_>) -> Vec<Tree> {
        let mut out = Vec::new();
        if groups.own.is_empty() {
            out.push(warning("NO_DATA", "no participation meets the filter"));
        }
        if !self.by.contains(&By::Words(5)) && self.is_mixed(data, groups) {
            out.push(warning(
                "NOT_ALL_CONFIRMED",
                "announced or cancelled participations are counted too; filter by status, or group by STATUS",
            ));
        }
        if groups.whole.includes_named() && self.wants.counts[1] {
            out.push(warning(
                "HEADCOUNT_INCLUDES_NAMED",
                "some published numbers contain parties that are named as well: never add `parties` to `headcount`",
            ));
        }
        out
    }

    /// Whether some participations took place and others did not.
    fn is_mixed(&self, data: &Data, groups: &Groups<'_>) -> bool {
        if data.unconfirmed.is_empty() {
            return false;
        }
        let mut own = groups.lines.iter().map(|line| data.unconfirmed.contains(&line.id));
        own.next().is_some_and(|first| own.any(|other| other != first))
    }

    /// How groups are ordered by their keys: regions and sectors by their codes and events by day and slug, which are the
    /// same in every database.
    fn places(&self, session: &mut Session<'_>, keys: &[Key]) -> Result<Vec<Vec<Place>>, RunError> {
        let events = self.events(session, keys)?;
        let code = |is_sector: bool, id: i64| {
            let table = session.snapshot.table(if is_sector { &SECTOR } else { &REGION });
            table.and_then(|table| table.value(id, "code").as_text()).unwrap_or_default().to_owned()
        };
        let place = |(by, value): (&By, &i64)| match by {
            _ if *value == UNKNOWN => Place::Unknown,
            By::Region => Place::Code(code(false, *value)),
            By::Sector => Place::Code(code(true, *value)),
            By::Event => {
                let (day, slug) = events.get(value).cloned().unwrap_or_default();
                Place::Event(day, slug)
            }
            By::Year | By::Words(_) => Place::Number(*value),
        };
        Ok(keys.iter().map(|key| self.by.iter().zip(&key.values).map(place).collect()).collect())
    }

    /// First day and slug of the events that are grouped by: one statement.
    fn events(&self, session: &mut Session<'_>, keys: &[Key]) -> Result<BTreeMap<i64, (String, String)>, RunError> {
        let mut out = BTreeMap::new();
        let Some(place) = self.by.iter().position(|by| *by == By::Event) else { return Ok(out) };
        let ids: Vec<i64> = keys.iter().filter_map(|key| key.values.get(place)).copied().collect();
        if ids.is_empty() {
            return Ok(out);
        }
        let mut plan = RowPlan::new(&EVENT);
        let columns = ["id", "starts_on", "slug"];
        columns.iter().for_each(|column| {
            plan.plain(column);
        });
        for row in session.with_columns(&plan, &[], &Predicate::int_in("id", ids))? {
            let day = match row.get(1) {
                crate::storage::value::Value::Date(day) => day.to_string(),
                _ => String::new(),
            };
            if let (Some(id), Some(slug)) = (row.int(0), row.text(2)) {
                out.insert(id, (day, slug.to_owned()));
            }
        }
        Ok(out)
    }
}

impl super::Condition {
    fn holds(&self, tally: &Tally) -> bool {
        number(tally, self.measure).is_some_and(|number| {
            self.least.is_none_or(|least| number >= i128::from(least))
                && self.most.is_none_or(|most| number <= i128::from(most))
        })
    }
}

/// The number by which groups are compared, where it is known.
fn number(tally: &Tally, measure: Measure) -> Option<i128> {
    match measure {
        Measure::Count(at) => tally.counts.get(at).map(|n| i128::from(*n)),
        Measure::Headcount(unit) => tally.heads.get(unit).and_then(super::tally::Heads::value),
    }
}

static NOTHING: Tally = Tally::EMPTY;

impl Groups<'_> {
    fn key(&self, at: usize) -> Option<&Key> {
        self.keys.get(at)
    }

    fn tally(&self, at: usize) -> &Tally {
        self.tallies.get(at).unwrap_or(&NOTHING)
    }

    fn own_order(&self, a: usize, b: usize) -> Ordering {
        self.order.get(a).cmp(&self.order.get(b))
    }

    /// Compares two groups by a number; unknown ones are last both ways.
    fn compare(&self, measure: Measure, is_descending: bool, a: usize, b: usize) -> Ordering {
        match (number(self.tally(a), measure), number(self.tally(b), measure)) {
            (Some(a), Some(b)) if is_descending => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }

    /// Ranks the groups by a count: equal ones share a place, and the places after it are left out.
    fn rank(&mut self, count: usize) {
        let measure = Measure::Count(count);
        let mut all = self.own.clone();
        all.sort_by(|a, b| self.compare(measure, true, *a, *b));
        let mut ranks: Vec<(usize, i64)> = Vec::with_capacity(all.len());
        for (place, at) in (1..).zip(all) {
            let rank = match ranks.last() {
                Some((before, rank)) if self.compare(measure, true, *before, at).is_eq() => *rank,
                _ => place,
            };
            ranks.push((at, rank));
        }
        ranks.sort_unstable();
        self.ranks.get_mut(count).into_iter().for_each(|known| *known = std::mem::take(&mut ranks));
    }

    fn rank_of(&self, count: usize, at: usize) -> Option<i64> {
        let ranks = self.ranks.get(count)?;
        let found = ranks.binary_search_by_key(&at, |(of, _)| *of).ok()?;
        ranks.get(found).map(|(_, rank)| *rank)
    }
}

fn share(tally: &Tally, whole: &Tally, count: usize) -> Tree {
    let of = |tally: &Tally| tally.counts.get(count).copied().unwrap_or(0);
    let (part, whole) = (of(tally), of(whole));
    if whole == 0 {
        return Tree::Object(vec![("reason", Tree::Text("NOTHING_TO_SHARE".to_owned()))]);
    }
    Tree::Object(vec![
        ("value", Tree::Float(approximate_sum(i128::from(part), 0) / approximate_sum(i128::from(whole), 0))),
        ("numerator", Tree::Text(part.to_string())),
        ("denominator", Tree::Text(whole.to_string())),
    ])
}

fn warning(code: &str, message: &str) -> Tree {
    Tree::Object(vec![("code", Tree::Text(code.to_owned())), ("message", Tree::Text(message.to_owned()))])
}
