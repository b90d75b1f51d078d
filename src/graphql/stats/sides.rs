//! The level of regions and sectors at which a sum is made: the coarsest that answers, and never two.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveDate};

use super::levels::{Asked, ambiguous, is_grouped};
use super::{By, level_word, refused};
use crate::catalog::region::REGION;
use crate::catalog::sector::CLASSIFICATION;
use crate::domain::error_code::Reason;
use crate::graphql::facets::region_above;
use crate::graphql::lookup;
use crate::graphql::plan::Planned;
use crate::storage::nodes::{Level, Nodes};
use crate::storage::snapshot::{DatasetLevel, Snapshot};

const WORLD: i64 = 0;
const AREA: i64 = 1;
const COUNTRY: i64 = 2;
/// The level of chapters, whose codes are the same in all editions of HS.
const CHAPTERS: i64 = 2;
/// The level of sections of HS, which no figure has.
const SECTIONS: i64 = 1;
/// Ids that are named one by one; of more, the level is named.
const NAMED: usize = 400;

/// What is summed of one hierarchy.
#[derive(Debug, Clone)]
pub(super) struct OneSide {
    pub(super) level: i64,
    /// Rows of these only; all of the level where there is none.
    pub(super) ids: Option<Vec<i64>>,
    /// Groups are what stands above.
    pub(super) above: Option<Above>,
    /// A sum of what is listed, which may not be all.
    pub(super) is_listed: bool,
    pub(super) is_filtered: bool,
}

/// What stands above what is summed.
#[derive(Debug, Clone)]
pub(super) enum Above {
    /// By id.
    Of(HashMap<i64, i64>),
    /// The blocs of which a region is a member: by id the first months and the bloc, each until the next.
    Dated(HashMap<i64, Vec<(i64, Option<i64>)>>),
}

impl Above {
    /// What stands above one in a period that begins with a month.
    pub(super) fn of(&self, id: i64, start: i64) -> Option<i64> {
        match self {
            Self::Of(all) => all.get(&id).copied(),
            Self::Dated(all) => {
                let (_, group) = all.get(&id)?.iter().rev().find(|(from, _)| *from <= start)?;
                *group
            }
        }
    }
}

/// How sectors are put together.
#[derive(Debug, Clone, Default)]
pub(super) struct Editions {
    /// Codes of the classifications whose chapters are put together by their codes.
    pub(super) joined: Vec<String>,
    /// How many sectors the filter names of the edition of which it names most, where several are put together.
    pub(super) named: i64,
    /// The classification of each sector, where one period has several: a reporter may have one of them only.
    pub(super) class_of: Option<HashMap<i64, i64>>,
    /// Into which classification sectors are converted.
    pub(super) conversion: Option<Conversion>,
}

/// A conversion of sectors.
#[derive(Debug, Clone)]
pub(super) struct Conversion {
    /// Ids of the classifications that the dataset has.
    pub(super) from: Vec<i64>,
    /// Id of the one that is asked for, and the level there.
    pub(super) to: Level,
    /// What has no weights is shared out equally.
    pub(super) is_split_equally: bool,
}

/// The three hierarchies for messages.
const NAMES: [&str; 3] = ["reporter", "partner", "sector"];

fn words(levels: &BTreeSet<i64>) -> Vec<String> {
    levels.iter().map(|level| level_word(*level).to_owned()).collect()
}

/// Chooses among the regions of reporters or partners: what is summed, and finer levels that may stand for it. Beside the
/// levels that are held are those that there are at finer sectors too.
pub(super) fn region(
    snapshot: &Snapshot,
    asked: &Asked<'_>,
    side: usize,
    (held, all): (&[DatasetLevel], &BTreeSet<i64>),
    months: (i64, &BTreeSet<i64>),
) -> Planned<(OneSide, Vec<OneSide>)> {
    let name = NAMES.get(side).copied().unwrap_or_default();
    let at = format!("filter.{name}");
    let nodes = snapshot.regions();
    let level_of = |id: i64| nodes.level(id).1;
    let present: BTreeSet<i64> = held.iter().filter_map(|l| l.levels.get(side)).copied().collect();
    let allowed = asked.filter.sides.get(side).and_then(Option::as_ref);
    let is_filtered = allowed.is_some();
    let ids_at = |level: i64| -> Option<Vec<i64>> {
        match allowed {
            Some(ids) => Some(ids.iter().copied().filter(|id| level_of(*id) == level).collect()),
            None => Some(nodes.at((0, level)).to_vec()).filter(|ids| ids.len() <= NAMED),
        }
    };
    let one = |level: i64, is_listed: bool| OneSide { level, ids: ids_at(level), above: None, is_listed, is_filtered };
    if let Some(group) = asked.groups.iter().find(|group| group.by == By::Side(side)) {
        if let Some(blocs) = &group.blocs {
            let above = members(snapshot, blocs, &ids_at(COUNTRY).unwrap_or_default(), months)?;
            return Ok((OneSide { above: Some(above), ..one(COUNTRY, true) }, Vec::new()));
        }
        if group.region_level == Some(AREA) {
            let table = snapshot.table(&REGION).ok_or_else(|| refused(&at, "there are no regions"))?;
            let countries = ids_at(COUNTRY).unwrap_or_default();
            let above = countries.iter().filter_map(|id| Some((*id, region_above(table, *id, "AREA")?)));
            return Ok((OneSide { above: Some(Above::Of(above.collect())), ..one(COUNTRY, true) }, Vec::new()));
        }
        let mut choices: BTreeSet<i64> = match group.region_level {
            Some(level) => present.iter().copied().filter(|l| *l == level).collect(),
            None => present.iter().copied().filter(|l| !matches!(*l, WORLD | AREA)).collect(),
        };
        if is_filtered {
            choices.retain(|level| ids_at(*level).is_some_and(|ids| !ids.is_empty()));
        }
        return match choices.iter().collect::<Vec<_>>().as_slice() {
            [level] => Ok((one(**level, false), Vec::new())),
            [] => {
                let message =
                    format!("the dataset has no {name}s of this level here; it has {}", words(&present).join(", "));
                Err(refused("groupBy.level", message))
            }
            _ => Err(ambiguous(
                Reason::AmbiguousLevel,
                format!("groupBy.{name}"),
                "levels are never mixed".to_owned(),
                &words(&choices),
                "say which level, e.g. {by: PARTNER, level: COUNTRY}",
            )),
        };
    }
    // Blocs are no parts of anything.
    let below = |coarsest: i64| all.iter().copied().filter(move |level| *level > coarsest && *level != AREA);
    let Some(allowed) = allowed else {
        if present.contains(&WORLD) {
            return Ok((one(WORLD, false), below(WORLD).map(|level| one(level, true)).collect()));
        }
        let choices: BTreeSet<i64> = present.iter().copied().filter(|l| *l != AREA).collect();
        return match choices.iter().collect::<Vec<_>>().as_slice() {
            // Reporters are summed as they are; partners that are listed may not be all.
            [level] => Ok((one(**level, side == 1), Vec::new())),
            _ => Err(ambiguous(
                Reason::AmbiguousLevel,
                at,
                format!("{name}s of several levels are never added"),
                &words(&choices),
                "filter by one, e.g. {level: {eq: COUNTRY}}, or group by it with a level",
            )),
        };
    };
    let given: BTreeSet<i64> = allowed.iter().map(|id| level_of(*id)).collect();
    let mut usable: BTreeSet<i64> = given.intersection(&present).copied().collect();
    // Areas that figures have are blocs, which are summed where nothing else is left: countries of a continent are not they.
    if usable.len() > 1 {
        usable.remove(&AREA);
    }
    let Some(coarsest) = usable.first().copied() else {
        let message = format!("the dataset has no {name}s of these levels here; it has {}", words(&present).join(", "));
        return Err(refused(&at, message));
    };
    // What is left of finer levels must be all that lies in what is taken: a sum of two levels would count it twice.
    let taken = ids_at(coarsest).unwrap_or_default();
    let finer: Vec<Level> = usable.iter().filter(|level| **level > coarsest).map(|level| (0, *level)).collect();
    if !is_subtree(nodes, allowed, &taken, &finer) {
        return Err(ambiguous(
            Reason::AmbiguousLevel,
            at,
            format!("{name}s of several levels are never added"),
            &words(&usable),
            "filter by one level too, e.g. {level: {eq: COUNTRY}}",
        ));
    }
    // A subtree whose top the dataset does not have: its parts may not be all.
    let is_part = given.first().is_some_and(|top| *top < coarsest);
    let is_whole = |level: &i64| given.contains(level) && is_subtree(nodes, allowed, &taken, &[(0, *level)]);
    let finer = below(coarsest).filter(is_whole).map(|level| one(level, true)).collect();
    Ok((one(coarsest, is_part), finer))
}

/// Of which of some blocs countries are members, by month: on the last day of a period counts.
fn members(snapshot: &Snapshot, blocs: &[String], countries: &[i64], months: (i64, &BTreeSet<i64>)) -> Planned<Above> {
    let mut ids = Vec::with_capacity(blocs.len());
    for code in blocs {
        let id = lookup::region(snapshot, code, "TEAROAD").map_err(|e| e.at("groupBy.blocs"))?;
        if snapshot.table(&REGION).is_none_or(|table| table.value(id, "kind").as_text() != Some("GROUP")) {
            return Err(refused(
                "groupBy.blocs",
                format!("`{code}` is no bloc; `regions(filter: {{kind: {{eq: GROUP}}}})` lists them"),
            ));
        }
        ids.push((id, code));
    }
    let (length, starts) = months;
    let mut out = HashMap::with_capacity(countries.len());
    for country in countries {
        let mut all = Vec::new();
        for start in starts {
            let Some(day) = last_day(start + length) else { continue };
            let of = ids.iter().filter(|(bloc, _)| snapshot.was_member(*bloc, *country, day));
            let of: Vec<&(i64, &String)> = of.collect();
            if let [(_, first), (_, second), ..] = of.as_slice() {
                let table = snapshot.table(&REGION);
                let code = table.and_then(|table| table.value(*country, "code").as_text()).unwrap_or_default();
                let message =
                    format!("`{code}` is in `{first}` and in `{second}` on {day}: blocs that overlap are never added");
                return Err(refused("groupBy.blocs", message));
            }
            all.push((*start, of.first().map(|(bloc, _)| *bloc)));
        }
        out.insert(*country, all);
    }
    Ok(Above::Dated(out))
}

/// The day before a month begins.
fn last_day(month: i64) -> Option<NaiveDate> {
    let year = i32::try_from(month.div_euclid(12)).ok()?;
    let of_year = u32::try_from(month.rem_euclid(12)).ok()? + 1;
    NaiveDate::from_ymd_opt(year, of_year, 1)?.checked_sub_days(Days::new(1))
}

/// Whether the nodes of finer levels among those allowed are all that lie below the ones that are taken, and no others.
fn is_subtree(nodes: &Nodes, allowed: &[i64], taken: &[i64], finer: &[Level]) -> bool {
    let taken: BTreeSet<i64> = taken.iter().copied().collect();
    finer.iter().all(|level| {
        let all: usize = taken.iter().map(|id| nodes.below(*id, *level)).sum();
        let mut own = allowed.iter().filter(|id| nodes.level(**id) == *level);
        let n = own.clone().count();
        n == all && own.all(|id| nodes.climbed(*id).any(|above| taken.contains(&above)))
    })
}

/// What is summed of sectors, with the code of their classification, and finer levels that may stand for it.
pub(super) type Sectors = (String, OneSide, Editions, Vec<OneSide>);

/// The sectors that a question leaves.
struct Left<'s> {
    snapshot: &'s Snapshot,
    /// Levels that the dataset has, with their classifications.
    present: BTreeSet<(i64, i64)>,
    /// The same, as far as the filter allows.
    usable: BTreeSet<(i64, i64)>,
    allowed: Option<&'s Vec<i64>>,
    /// Periods that have several classifications of a level.
    held: &'s [DatasetLevel],
}

const AT: &str = "filter.sector";

/// Chooses the classification and the level of sectors.
pub(super) fn sector(snapshot: &Snapshot, asked: &Asked<'_>, held: &[DatasetLevel]) -> Planned<Sectors> {
    let nodes = snapshot.sectors();
    let present: BTreeSet<(i64, i64)> = held.iter().map(|l| (l.levels[2], l.classification)).collect();
    let allowed = asked.filter.sides.get(2).and_then(Option::as_ref);
    // Of what is filtered, classifications that it names.
    let given: Option<BTreeSet<(i64, i64)>> = allowed.map(|ids| {
        let level = |id: &i64| {
            let (class, level) = nodes.level(*id);
            (level, class)
        };
        ids.iter().map(level).collect()
    });
    let is_given = |level: &&(i64, i64)| given.as_ref().is_none_or(|given| given.contains(level));
    let usable: BTreeSet<(i64, i64)> = present.iter().filter(is_given).copied().collect();
    let left = Left { snapshot, present, usable, allowed, held };
    if is_grouped(asked, 2) {
        return left.grouped(asked);
    }
    let Some((coarsest, _)) = left.usable.first().copied() else {
        let held = left.digits(&left.present);
        return Err(refused(
            AT,
            format!("the dataset has no sectors of these levels and classifications here; it has levels {held}"),
        ));
    };
    let classes = left.classes(coarsest);
    let Some(allowed) = allowed else {
        let chosen = left.of_level(coarsest, &classes, coarsest > 0)?;
        return Ok(left.with_finer(chosen, coarsest, false));
    };
    let (classification, side, editions, _) = left.of_level(coarsest, &classes, false)?;
    let taken = side.ids.clone().unwrap_or_default();
    let finer: Vec<Level> = left.usable.iter().filter(|(l, _)| *l > coarsest).map(|(l, class)| (*class, *l)).collect();
    if !is_subtree(nodes, allowed, &taken, &finer) {
        return Err(ambiguous(
            Reason::AmbiguousLevel,
            AT.to_owned(),
            "sectors of several levels are never added".to_owned(),
            &left
                .usable
                .iter()
                .map(|(level, _)| level.to_string())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>(),
            "filter by one level too, e.g. {level: {eq: 2}}",
        ));
    }
    let is_part = given.as_ref().and_then(|g| g.first()).is_some_and(|(top, _)| *top < coarsest);
    let chosen = (classification, OneSide { is_listed: is_part, above: None, ..side }, editions, Vec::new());
    Ok(left.with_finer(chosen, coarsest, false))
}

impl Left<'_> {
    fn code(&self, class: i64) -> String {
        let table = self.snapshot.table(&CLASSIFICATION);
        table.and_then(|table| table.value(class, "code").as_text()).unwrap_or_default().to_owned()
    }

    fn family(&self, class: i64) -> Option<&str> {
        self.snapshot.table(&CLASSIFICATION).and_then(|table| table.value(class, "family").as_text())
    }

    fn digits(&self, levels: &BTreeSet<(i64, i64)>) -> String {
        let levels: BTreeSet<i64> = levels.iter().map(|(level, _)| *level).collect();
        levels.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    fn classes(&self, level: i64) -> BTreeSet<i64> {
        self.usable.iter().filter(|(l, _)| *l == level).map(|(_, class)| *class).collect()
    }

    /// Sectors of a level that are summed of some classifications; nothing where the level says it all.
    fn ids(&self, level: i64, classes: &BTreeSet<i64>) -> Option<Vec<i64>> {
        let nodes = self.snapshot.sectors();
        let is_it = |id: &i64| {
            let (class, own) = nodes.level(*id);
            own == level && classes.contains(&class)
        };
        if let Some(ids) = self.allowed {
            return Some(ids.iter().copied().filter(is_it).collect());
        }
        let n_present = self.present.iter().filter(|(l, _)| *l == level).count();
        let n_ids: usize = classes.iter().map(|class| nodes.at((*class, level)).len()).sum();
        let is_all = n_present == classes.len() && n_ids > NAMED;
        (!is_all).then(|| classes.iter().flat_map(|class| nodes.at((*class, level))).copied().collect())
    }

    /// How many sectors of a level and classification the filter names.
    fn named(&self, class: i64, level: i64) -> i64 {
        let nodes = self.snapshot.sectors();
        let ids = self.allowed.into_iter().flatten().filter(|id| nodes.level(**id) == (class, level));
        i64::try_from(ids.count()).unwrap_or(i64::MAX)
    }

    /// The classification of each sector, where a period has several of a level.
    fn class_of(&self, level: i64, classes: &BTreeSet<i64>) -> Option<HashMap<i64, i64>> {
        let mut of_period: HashMap<(i64, i64), i64> = HashMap::new();
        let of_level = self.held.iter().filter(|l| l.levels[2] == level && classes.contains(&l.classification));
        let is_mixed = of_level
            .into_iter()
            .any(|l| *of_period.entry((l.flow, l.period.0)).or_insert(l.classification) != l.classification);
        let nodes = self.snapshot.sectors();
        let all = || classes.iter().flat_map(|class| nodes.at((*class, level)).iter().map(move |id| (*id, *class)));
        is_mixed.then(|| all().collect())
    }

    /// A level of some classifications: chapters of several editions are put together by their codes.
    fn of_level(&self, level: i64, classes: &BTreeSet<i64>, is_listed: bool) -> Planned<Sectors> {
        let side = OneSide {
            level,
            ids: self.ids(level, classes),
            above: None,
            is_listed,
            is_filtered: self.allowed.is_some(),
        };
        let families: BTreeSet<Option<&str>> = classes.iter().map(|class| self.family(*class)).collect();
        let codes: BTreeMap<String, i64> = classes.iter().map(|class| (self.code(*class), *class)).collect();
        match codes.keys().collect::<Vec<_>>().as_slice() {
            [only] => Ok(((*only).clone(), side, Editions::default(), Vec::new())),
            [.., newest] if level == CHAPTERS && families.len() == 1 => {
                let nodes = self.snapshot.sectors();
                let table = self.snapshot.table(&crate::catalog::sector::SECTOR);
                let code = |id: i64| table.and_then(|table| table.value(id, "code").as_text()).unwrap_or_default();
                // The node of the newest edition that has the code.
                let mut newest_of: HashMap<&str, i64> = HashMap::new();
                for class in codes.values() {
                    newest_of.extend(nodes.at((*class, level)).iter().map(|id| (code(*id), *id)));
                }
                let all = classes.iter().flat_map(|class| nodes.at((*class, level)));
                let above = all.filter_map(|id| Some((*id, *newest_of.get(code(*id))?))).collect();
                let editions = Editions {
                    joined: codes.keys().cloned().collect(),
                    named: classes.iter().map(|class| self.named(*class, level)).max().unwrap_or(0),
                    class_of: self.class_of(level, classes),
                    conversion: None,
                };
                Ok(((*newest).clone(), OneSide { above: Some(Above::Of(above)), ..side }, editions, Vec::new()))
            }
            _ => Err(ambiguous(
                Reason::AmbiguousClassification,
                AT.to_owned(),
                "sectors of several classifications are never added".to_owned(),
                &codes.keys().cloned().collect::<Vec<_>>(),
                "filter by one, e.g. {classification: {code: {eq: \"HS2017\"}}}, or convert: groupBy: {by: SECTOR, classification: \"HS2017\", digits: 6}",
            )),
        }
    }

    /// What is told apart.
    fn grouped(&self, asked: &Asked<'_>) -> Planned<Sectors> {
        let group = asked.groups.iter().find(|group| group.by == By::Side(2));
        let (digits, wanted) =
            group.map_or((None, None), |group| (group.sector_level, group.classification.as_deref()));
        let first = self.usable.iter().map(|(level, _)| *level).find(|level| *level > 0).unwrap_or(0);
        if let Some(code) = wanted {
            let class = lookup::code_of(self.snapshot, &CLASSIFICATION, "classification code", code)
                .map_err(|e| e.at("groupBy.classification"))?;
            let level = digits.unwrap_or(first);
            let classes = self.classes(level);
            // A level that is not there may be made of finer ones.
            let below: BTreeSet<i64> = self.usable.iter().filter(|(l, _)| *l > 0).map(|(_, class)| *class).collect();
            let is_own = match classes.len() {
                0 => below == BTreeSet::from([class]),
                n => n == 1 && (classes.contains(&class) || level == 0),
            };
            let of_family = classes.iter().all(|own| self.family(*own) == self.family(class));
            let is_joined = level == CHAPTERS && !classes.is_empty() && of_family;
            if !is_own && !is_joined {
                let is_split_equally = group.is_some_and(|group| group.is_split_equally);
                return self.converted(class, code, digits, is_split_equally);
            }
        }
        let level = digits.unwrap_or(first);
        let classes = self.classes(level);
        // What is only listed has no upper levels: they are made of the next finer one, and are what is listed too.
        let finer = self.usable.iter().map(|(l, _)| *l).find(|l| *l > level && classes.is_empty());
        if let Some(finer) = finer {
            let (classification, side, editions, _) = self.of_level(finer, &self.classes(finer), true)?;
            if let Some(above) = self.above(&side, &self.classes(finer), level) {
                let side = OneSide { above: Some(Above::Of(above)), ..side };
                return Ok(self.with_finer((classification, side, editions, Vec::new()), level, true));
            }
        }
        if classes.is_empty() {
            let held = self.digits(&self.present);
            return Err(refused(
                "groupBy.digits",
                format!("the dataset has no sectors of this level here; it has {held}"),
            ));
        }
        let chosen = self.of_level(level, &classes, false)?;
        Ok(self.with_finer(chosen, level, true))
    }

    /// What stands at a coarser level above the sectors of a side; nothing where none has anything there.
    fn above(&self, side: &OneSide, classes: &BTreeSet<i64>, level: i64) -> Option<HashMap<i64, i64>> {
        let nodes = self.snapshot.sectors();
        let of_level = |id: &i64| nodes.level(*id).1 == level;
        let parts: Vec<i64> = match &side.ids {
            Some(ids) => ids.clone(),
            None => classes.iter().flat_map(|class| nodes.at((*class, side.level))).copied().collect(),
        };
        let above = parts.iter().filter_map(|id| Some((*id, nodes.climbed(*id).find(of_level)?)));
        Some(above.collect()).filter(|above: &HashMap<i64, i64>| !above.is_empty())
    }

    /// With finer levels of the same classifications, or of what there is below all goods, each in one edition a period,
    /// whose groups stand at a level.
    fn with_finer(&self, (classification, side, editions, _): Sectors, level: i64, is_grouped: bool) -> Sectors {
        let nodes = self.snapshot.sectors();
        let own = self.classes(side.level);
        let levels: BTreeSet<i64> = self.usable.iter().map(|(l, _)| *l).filter(|l| *l > side.level).collect();
        let finer = |finer: i64| {
            let classes = self.classes(finer);
            let all: Vec<Level> = classes.iter().map(|class| (*class, finer)).collect();
            let taken = side.ids.clone().unwrap_or_default();
            let is_part = (side.level == 0 || classes.is_subset(&own))
                && self.class_of(finer, &classes).is_none()
                && self.allowed.is_none_or(|allowed| is_subtree(nodes, allowed, &taken, &all));
            let ids = self.ids(finer, &classes);
            let out = OneSide { level: finer, ids, above: None, is_listed: true, is_filtered: side.is_filtered };
            if !is_grouped {
                return is_part.then_some(out);
            }
            let mut above = self.above(&out, &classes, level).filter(|_| is_part)?;
            if let Some(Above::Of(joined)) = &side.above {
                above.values_mut().for_each(|id| *id = joined.get(id).copied().unwrap_or(*id));
            }
            Some(OneSide { above: Some(Above::Of(above)), ..out })
        };
        let finer = levels.into_iter().filter_map(finer).collect();
        (classification, side, editions, finer)
    }

    /// Sectors of another classification: of the finest that are there.
    fn converted(&self, class: i64, code: &str, digits: Option<i64>, is_split_equally: bool) -> Planned<Sectors> {
        let nodes = self.snapshot.sectors();
        let levels: Vec<i64> = (0..16).filter(|level| !nodes.at((class, *level)).is_empty()).collect();
        let coarsest = levels.iter().copied().find(|level| *level > SECTIONS || self.family(class) != Some("HS"));
        let level = digits.or(coarsest).unwrap_or(0);
        if !levels.contains(&level) {
            let held: Vec<String> = levels.iter().map(ToString::to_string).collect();
            return Err(refused(
                "groupBy.digits",
                format!("{code} has no sectors of this level; it has {}", held.join(", ")),
            ));
        }
        let Some((finest, _)) = self.usable.last().copied() else {
            return Err(refused(AT, "the dataset has no sectors of these levels and classifications here"));
        };
        let classes = self.classes(finest);
        let side = OneSide {
            level: finest,
            ids: self.ids(finest, &classes),
            above: None,
            is_listed: true,
            is_filtered: self.allowed.is_some(),
        };
        let conversion = Conversion { from: classes.iter().copied().collect(), to: (class, level), is_split_equally };
        let editions = Editions {
            joined: Vec::new(),
            named: 0,
            class_of: self.class_of(finest, &classes),
            conversion: Some(conversion),
        };
        Ok((code.to_owned(), side, editions, Vec::new()))
    }
}
