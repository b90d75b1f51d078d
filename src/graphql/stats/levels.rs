//! At which level of each hierarchy a sum is made: the coarsest that answers, and never two.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::measure::Reach;
use super::sides::{Editions, OneSide, region, sector};
use super::{By, Filter, Group, refused};
use crate::catalog::dataset::DATASET;
use crate::catalog::sector::CLASSIFICATION;
use crate::domain::error_code::Reason;
use crate::domain::flow::{FLOWS, FREQUENCIES, Flow, name_of};
use crate::domain::period::Period;
use crate::graphql::errors::GraphError;
use crate::graphql::plan::Planned;
use crate::storage::snapshot::{DatasetLevel, Snapshot};
use crate::storage::sql::Side;
use crate::storage::sql::operand::Operand;
use crate::storage::sql::predicate::{Op, Predicate};
use crate::storage::value::Value;

/// What is asked, as far as levels are concerned.
pub(super) struct Asked<'a> {
    pub(super) groups: &'a [Group],
    pub(super) filter: &'a Filter,
    /// The side and id of what it is about.
    pub(super) own: Option<(usize, i64)>,
    /// Codes of datasets of which the first that is left is taken.
    pub(super) preferred: &'a [String],
    /// Periods that numbers need beside those that are shown.
    pub(super) reach: Vec<Reach>,
    pub(super) balance: bool,
    pub(super) only_balance: bool,
}

/// What is summed.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    pub(super) dataset: i64,
    /// It was taken of several by the order of the deployment.
    pub(super) is_preferred: bool,
    pub(super) scale: u32,
    pub(super) currency: String,
    pub(super) is_reconciled: bool,
    /// It has periods of another length where it has none of the stored one.
    pub(super) has_other_lengths: bool,
    /// Whether levels that are read can be derived.
    pub(super) may_be_derived: bool,
    pub(super) sides: [OneSide; 3],
    /// What it is about is of a level that has no figures.
    pub(super) is_absent: bool,
    /// Code of the classification.
    pub(super) classification: String,
    pub(super) editions: Editions,
    /// The flow of values where it is not grouped by; none for a balance alone.
    pub(super) flow: Option<i64>,
    /// From which sides of the table, with the flows there.
    pub(super) reads: Vec<(Side, Vec<i64>)>,
    /// Months of the stored periods, and of those that are told.
    pub(super) stored: i64,
    pub(super) months: i64,
    /// Told periods by first month, with the stored ones in each.
    pub(super) periods: BTreeMap<i64, Vec<i64>>,
    /// First months of the told periods that are shown.
    pub(super) shown: BTreeSet<i64>,
    /// The condition on periods.
    period: Option<Predicate>,
    /// Finer levels, the coarsest first, at which reporters that are only listed may have what they lack at the chosen ones.
    pub(super) finer: Vec<[OneSide; 3]>,
}

pub(super) fn choose(snapshot: &Snapshot, asked: &Asked<'_>) -> Planned<Chosen> {
    let (dataset, is_preferred) = dataset(snapshot, asked)?;
    let table = snapshot.table(&DATASET);
    let of = |column: &str| table.map_or(&Value::Null, |t| t.value(dataset, column));
    let is_reconciled = of("reconciled") == &Value::Bool(true);
    // Each side of a reconciled dataset is a flow of its own.
    let mut held: Vec<DatasetLevel> = snapshot.levels(dataset).to_vec();
    if is_reconciled {
        let mirrored: Vec<DatasetLevel> = held
            .iter()
            .map(|l| DatasetLevel { levels: [l.levels[1], l.levels[0], l.levels[2]], flow: Flow::Import.code(), ..*l })
            .collect();
        held.extend(mirrored);
    }
    let (flow, flows) = flows(&held, asked)?;
    held.retain(|l| flows.contains(&l.flow));
    let (stored, months, periods, shown) = periods(&held, asked)?;
    let years = |l: &DatasetLevel| l.period.0.div_euclid(12);
    let of_year: BTreeSet<i64> = held.iter().filter(|l| l.period.1 == stored).map(years).collect();
    let meets_filter = |l: &&DatasetLevel| meets(asked.filter.period.as_ref(), l.period.0, l.period.1);
    let mut others = held.iter().filter(|l| l.period.1 != stored).filter(meets_filter);
    let has_other_lengths = others.any(|l| !of_year.contains(&years(l)));
    let read: BTreeSet<i64> = periods.values().flatten().copied().collect();
    held.retain(|l| l.period.1 == stored && read.contains(&l.period.0));
    let reads = reads(flows, is_reconciled);
    let chosen = |sides: [OneSide; 3], classification: String, editions: Editions, finer: Vec<[OneSide; 3]>| Chosen {
        dataset,
        is_preferred,
        scale: of("scale").as_int().and_then(|s| u32::try_from(s).ok()).unwrap_or(0),
        currency: of("currency").as_text().unwrap_or_default().to_owned(),
        is_reconciled,
        has_other_lengths,
        may_be_derived: false,
        is_absent: false,
        sides,
        classification,
        editions,
        flow,
        reads,
        stored,
        months,
        periods,
        shown,
        period: asked.filter.period.clone(),
        finer,
    };
    if let Some((sides, classification)) = absent(snapshot, asked, &held) {
        return Ok(Chosen { is_absent: true, ..chosen(sides, classification, Editions::default(), Vec::new()) });
    }
    let (classification, sector, editions, finer_sectors) = sector(snapshot, asked, &held)?;
    let all: [BTreeSet<i64>; 2] = [0, 1].map(|side| held.iter().filter_map(|l| l.levels.get(side)).copied().collect());
    held.retain(|l| l.levels[2] == sector.level);
    let (reporter, finer_reporters) = region(snapshot, asked, 0, (&held, &all[0]), (stored, &read))?;
    held.retain(|l| l.levels[0] == reporter.level);
    let (partner, finer_partners) = region(snapshot, asked, 1, (&held, &all[1]), (stored, &read))?;
    let may_be_derived = held.iter().any(|l| l.is_derived && l.levels[1] == partner.level);
    let finer = finer([(&reporter, finer_reporters), (&partner, finer_partners), (&sector, finer_sectors)]);
    Ok(Chosen { may_be_derived, ..chosen([reporter, partner, sector], classification, editions, finer) })
}

/// From which sides of the table flows are read.
fn reads(flows: Vec<i64>, is_reconciled: bool) -> Vec<(Side, Vec<i64>)> {
    if !is_reconciled {
        return vec![(Side::Stored, flows)];
    }
    let side = |flow: &i64| if *flow == Flow::Export.code() { Side::Stored } else { Side::Mirrored };
    flows.iter().map(|flow| (side(flow), vec![*flow])).collect()
}

/// The sides and classification of a question about a region or sector of a level that has no figures.
fn absent(snapshot: &Snapshot, asked: &Asked<'_>, held: &[DatasetLevel]) -> Option<([OneSide; 3], String)> {
    let (own, id) = asked.own?;
    let nodes = if own == 2 { snapshot.sectors() } else { snapshot.regions() };
    let (class, level) = nodes.level(id);
    let is_it = |l: &DatasetLevel| l.levels.get(own) == Some(&level) && (own != 2 || class == l.classification);
    if held.iter().any(is_it) {
        return None;
    }
    let side = |at: usize| match at == own {
        true => OneSide { level, ids: Some(vec![id]), above: None, is_listed: false, is_filtered: true },
        false => OneSide {
            level: held.iter().filter_map(|l| l.levels.get(at)).min().copied().unwrap_or(0),
            ids: Some(Vec::new()),
            above: None,
            is_listed: false,
            is_filtered: true,
        },
    };
    let class = if own == 2 { class } else { held.iter().map(|l| l.classification).min().unwrap_or(class) };
    let code = snapshot.table(&CLASSIFICATION).map_or(&Value::Null, |table| table.value(class, "code"));
    Some(([side(0), side(1), side(2)], code.as_text().unwrap_or_default().to_owned()))
}

/// The chosen levels with each combination of finer ones: first of partners, then of sectors, then of reporters.
fn finer([reporters, partners, sectors]: [(&OneSide, Vec<OneSide>); 3]) -> Vec<[OneSide; 3]> {
    let all = |(chosen, finer): (&OneSide, Vec<OneSide>)| -> Vec<OneSide> {
        std::iter::once(chosen.clone()).chain(finer).collect()
    };
    let [reporters, partners, sectors] = [all(reporters), all(partners), all(sectors)];
    let mut out = Vec::new();
    for reporter in &reporters {
        for sector in &sectors {
            out.extend(partners.iter().map(|partner| [reporter.clone(), partner.clone(), sector.clone()]));
        }
    }
    // The first are the chosen ones.
    out.split_off(1)
}

impl Chosen {
    /// Whether a told period meets the filter.
    pub(super) fn allows(&self, start: i64) -> bool {
        meets(self.period.as_ref(), start, self.months)
    }

    /// The condition on the figures of one read, in these stored periods.
    pub(super) fn condition(&self, sides: &[OneSide; 3], flows: &[i64], starts: Vec<i64>) -> Predicate {
        const COLUMNS: [(&str, &str); 3] =
            [("reporter_id", "reporter_level"), ("partner_id", "partner_level"), ("sector_id", "sector_level")];
        let is = |column: &'static str, n: i64| Predicate::Compare(Operand::Column(column), Op::Eq, Value::Int(n));
        let mut parts = vec![is("dataset_id", self.dataset)];
        for ((id, level), side) in COLUMNS.iter().zip(sides) {
            match &side.ids {
                Some(ids) => parts.push(Predicate::int_in(id, ids.clone())),
                None => parts.push(is(level, side.level)),
            }
        }
        parts.push(Predicate::int_in("flow", flows.to_vec()));
        parts.push(Predicate::int_in("period_start", starts));
        parts.push(is("period_months", self.stored));
        Predicate::all(parts)
    }
}

pub(super) fn is_grouped(asked: &Asked<'_>, side: usize) -> bool {
    asked.groups.iter().any(|group| group.by == By::Side(side))
}

pub(super) fn ambiguous(reason: Reason, at: String, message: String, choices: &[String], how: &str) -> GraphError {
    GraphError::new(reason, format!("{at}: {message}: {}", choices.join(", "))).at(at).hint(how)
}

/// The dataset that the filter leaves, and whether it is the first in the order of the deployment among several.
pub(super) fn dataset(snapshot: &Snapshot, asked: &Asked<'_>) -> Planned<(i64, bool)> {
    let Some(table) = snapshot.table(&DATASET) else { return Err(refused("dataset", "there is none")) };
    let has_data = |id: &i64| !snapshot.levels(*id).is_empty();
    let all: Vec<i64> = table.rows.iter().filter_map(|row| row.int(0)).collect();
    let left: Vec<i64> = match &asked.filter.datasets {
        Some(allowed) => all.into_iter().filter(|id| allowed.contains(id)).collect(),
        None => all.into_iter().filter(has_data).collect(),
    };
    match left.as_slice() {
        [only] if has_data(only) => Ok((*only, false)),
        [_] => Err(refused("dataset", "it has no figures")),
        [] => Err(refused("dataset", "no dataset is left; the list `datasets` has them")),
        several => {
            let first = asked.preferred.iter().find_map(|code| {
                several.iter().find(|id| has_data(id) && table.value(**id, "code").as_text() == Some(code))
            });
            if let Some(first) = first {
                return Ok((*first, true));
            }
            let told = |id: &i64| {
                let periods = snapshot.levels(*id).iter().map(|l| l.period);
                let (first, last) = (periods.clone().min(), periods.max());
                let shown = |p: Option<(i64, i64)>| p.map(|p| period(p).to_string()).unwrap_or_default();
                format!(
                    "{} ({} to {})",
                    table.value(*id, "code").as_text().unwrap_or_default(),
                    shown(first),
                    shown(last)
                )
            };
            let choices: Vec<String> = several.iter().map(told).collect();
            Err(ambiguous(
                Reason::AmbiguousDataset,
                "dataset".to_owned(),
                "figures of several datasets are never added".to_owned(),
                &choices,
                "pass dataset: \"CODE\" with one of them",
            ))
        }
    }
}

fn period((start, months): (i64, i64)) -> Period {
    Period { start: i32::try_from(start).unwrap_or(0), months: i32::try_from(months).unwrap_or(12) }
}

/// The flow of values, and all flows that are read.
fn flows(held: &[DatasetLevel], asked: &Asked<'_>) -> Planned<(Option<i64>, Vec<i64>)> {
    let held: BTreeSet<i64> = held.iter().map(|l| l.flow).collect();
    let allowed = |flow: &i64| {
        let holds = |p: &Predicate| p.holds_of(&|by| by.is_column("flow").then_some(*flow)).unwrap_or(false);
        asked.filter.flow.as_ref().is_none_or(holds)
    };
    let left: Vec<i64> = held.iter().copied().filter(allowed).collect();
    let words = |flows: &mut dyn Iterator<Item = &i64>| -> Vec<String> {
        flows.filter_map(|f| name_of(FLOWS, *f)).map(str::to_owned).collect()
    };
    let both = [Flow::Export.code(), Flow::Import.code()];
    if left.is_empty() {
        let message = format!("the dataset has none of them; it has {}", words(&mut held.iter()).join(", "));
        return Err(refused("filter.flow", message));
    }
    if asked.groups.iter().any(|group| group.by == By::Flow) {
        return Ok((None, left));
    }
    let mut read: Vec<i64> =
        if asked.balance { both.into_iter().filter(|f| held.contains(f)).collect() } else { Vec::new() };
    match left.as_slice() {
        [only] => {
            if !read.contains(only) {
                read.push(*only);
            }
            Ok((Some(*only), read))
        }
        _ if asked.only_balance => Ok((None, read)),
        several => Err(ambiguous(
            Reason::AmbiguousFlow,
            "filter.flow".to_owned(),
            "flows are never added".to_owned(),
            &words(&mut several.iter()),
            "add filter: {flow: {eq: EXPORT}}, or group by FLOW",
        )),
    }
}

pub(super) fn meets(condition: Option<&Predicate>, start: i64, months: i64) -> bool {
    let number = |by: &Operand| match by {
        Operand::Column("period_start") => Some(start),
        Operand::Column("period_months") => Some(months),
        Operand::PeriodEnd => Some(start + months),
        _ => None,
    };
    condition.is_none_or(|p| p.holds_of(&number).unwrap_or(false))
}

/// First months of periods, one by one and from one to another.
#[derive(Default)]
struct Needed {
    starts: BTreeSet<i64>,
    runs: Vec<RangeInclusive<i64>>,
}

impl Needed {
    fn has(&self, start: i64) -> bool {
        self.starts.contains(&start) || self.runs.iter().any(|run| run.contains(&start))
    }
}

/// The periods that numbers need beside those that are shown.
fn reached(reach: &[Reach], shown: &BTreeSet<i64>, months: i64) -> Planned<Needed> {
    let mut out = Needed::default();
    let (Some(first), Some(last)) = (shown.first().copied(), shown.last().copied()) else { return Ok(out) };
    for one in reach {
        let named = match one {
            Reach::At(when) | Reach::Since(Some(when)) => Some(*when),
            _ => None,
        };
        if let Some((start, own)) = named.filter(|(_, own)| *own != months) {
            let message = format!(
                "`{}`: expected a period of the length that is told, such as {}",
                period((start, own)),
                period((first, months))
            );
            return Err(GraphError::new(Reason::InvalidPeriod, message));
        }
        match one {
            Reach::Back(n) => out.starts.extend(shown.iter().map(|start| start - n * months)),
            Reach::Run(n) => out.runs.push(first - n * months..=last),
            Reach::At((start, _)) => out.starts.extend([*start]),
            Reach::Since(since) => out.runs.push(since.map_or(first, |(start, _)| start)..=last),
        }
    }
    Ok(out)
}

type Periods = (i64, i64, BTreeMap<i64, Vec<i64>>, BTreeSet<i64>);

/// The stored and the told frequency, the told periods that are read with the stored ones in each, and those shown.
fn periods(held: &[DatasetLevel], asked: &Asked<'_>) -> Planned<Periods> {
    let stored: BTreeSet<(i64, i64)> = held.iter().map(|l| (l.period.1, l.period.0)).collect();
    let group = asked.groups.iter().find(|group| group.by == By::Period);
    let lengths: Vec<i64> = match group.and_then(|group| group.months) {
        Some(months) => vec![months],
        None => vec![12, 3, 1],
    };
    for months in lengths {
        // The stored length that equals the asked one, else the next finer.
        let finer = [12, 3, 1].into_iter().filter(|n| *n <= months);
        let Some(length) = finer.into_iter().find(|n| stored.iter().any(|(m, _)| m == n)) else { continue };
        // A year is made of its months where that is asked for: by name, or as the only period of the filter.
        let is_named = group.map_or(asked.filter.period.is_some(), |group| group.months.is_some());
        if length != months && !is_named {
            continue;
        }
        let mut all: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (_, start) in stored.iter().filter(|(m, _)| *m == length) {
            all.entry(start - start.rem_euclid(months)).or_default().push(*start);
        }
        let is_shown = |start: &i64| meets(asked.filter.period.as_ref(), *start, months);
        let shown: BTreeSet<i64> = all.keys().copied().filter(is_shown).collect();
        if shown.is_empty() {
            continue;
        }
        let needed = reached(&asked.reach, &shown, months)?;
        all.retain(|start, _| shown.contains(start) || needed.has(*start));
        return Ok((length, months, all, shown));
    }
    let of = |(months, start): &(i64, i64)| period((*start, *months)).to_string();
    let (first, last) = (stored.iter().map(of).min(), stored.iter().map(of).max());
    let lengths: BTreeSet<&str> = stored.iter().filter_map(|(months, _)| name_of(FREQUENCIES, *months)).collect();
    let message = format!(
        "the dataset has nothing in these periods; it has {} to {} ({})",
        first.unwrap_or_default(),
        last.unwrap_or_default(),
        lengths.into_iter().collect::<Vec<_>>().join(", ")
    );
    Err(GraphError::new(Reason::InvalidPeriod, format!("filter.period: {message}")).at("filter.period"))
}
