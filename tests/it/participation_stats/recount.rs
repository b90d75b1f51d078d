//! Participations counted again in plain Rust, over the rows of a world made by chance.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use tearoad::catalog::event::PARTICIPATION;
use tearoad::catalog::{EnumType, enums};
use tearoad::storage::value::Value;

use crate::world::{Chance, World};

pub(super) const SEED: u64 = 20_240_805;

/// The order in which bounds get weaker.
pub(super) const BOUNDS: [&str; 4] = ["EXACT", "AT_LEAST", "MORE_THAN", "ABOUT"];
pub(super) const KIND_OF_PARTY: [&str; 2] = ["COMPANY", "ORGANISATION"];
pub(super) const DIMENSIONS: [(&str, &str); 8] = [
    ("REGION", "region"),
    ("SECTOR", "sector"),
    ("EVENT", "event"),
    ("EVENT_KIND", "eventKind"),
    ("ROLE", "role"),
    ("STATUS", "status"),
    ("YEAR", "year"),
    ("PARTY_KIND", "partyKind"),
];
pub(super) const HEADCOUNT: &str = "headcount { unit value bound groups includesNamed reason } uncounted";
pub(super) const KEYS: &str = "region { code } sector { code } event { slug } eventKind role status year partyKind";

/// A key as it is ordered: known ones first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Number(i64),
    Text(String),
    Unknown,
}

/// What is known of a participation, worked out from the rows.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) id: i64,
    pub(super) event: i64,
    pub(super) party: Option<i64>,
    pub(super) region: Option<i64>,
    pub(super) sectors: Vec<i64>,
    /// Values of each dimension, with how they are ordered and told.
    pub(super) keys: BTreeMap<&'static str, Vec<(Part, Json)>>,
    pub(super) headcount: Option<i64>,
    pub(super) unit: Option<String>,
    pub(super) bound: Option<String>,
    pub(super) includes_named: bool,
}

/// The world's participations with more of them, of all kinds.
pub(super) fn world() -> World {
    let mut world = World::new(SEED);
    let chance = &mut Chance::new(SEED + 1);
    let n_events = world.table("events").rows.len();
    let parties = world.table("parties").rows.len();
    let regions = world.table("regions").rows.len();
    let sectors = world.table("sectors").rows.len();
    let int = |n: usize| Value::Int(i64::try_from(n).unwrap());
    let word = |chance: &mut Chance, list: &EnumType| Value::Text(chance.pick(list.values).0.to_owned());
    let first = world.table("participations").rows.len() + 1;
    for id in first..first + 220 {
        let is_named = chance.once_in(2);
        let party = 1 + chance.below(parties.min(9));
        let mut row = vec![int(id), Value::Text(format!("more-{id}")), int(1 + chance.below(n_events.min(12)))];
        row.push(if is_named { int(party) } else { Value::Null });
        row.push(if chance.once_in(3) { Value::Null } else { int(1 + chance.below(regions)) });
        row.push(Value::Text((*chance.pick(&["PARTICIPANT", "BUYER", "HOST"])).to_owned()));
        row.push(word(chance, &enums::PARTICIPATION_STATUS));
        row.push(Value::Null);
        // A named party may send people; a number may lack its unit or its bound.
        let counted = if is_named { chance.once_in(5) } else { !chance.once_in(5) };
        row.push(if counted { int(chance.below(60)) } else { Value::Null });
        let (unit, bound) = (word(chance, &enums::HEADCOUNT_UNIT), word(chance, &enums::BOUND));
        row.push(if counted && !chance.once_in(12) { unit } else { Value::Null });
        row.push(if counted && !chance.once_in(12) { bound } else { Value::Null });
        row.push(Value::Bool(chance.once_in(6)));
        row.push(Value::Null);
        world.tables.get_mut("participations").unwrap().rows.push(row);
        let mut own = BTreeSet::new();
        for _ in 0..chance.below(4) {
            own.insert(1 + chance.below(sectors));
        }
        let pairs = &mut world.tables.get_mut("participation_sectors").unwrap().rows;
        pairs.extend(own.into_iter().map(|sector| vec![int(id), int(sector)]));
    }
    world
}

/// A question: its groups with their level, classification and digits.
#[derive(Debug, Clone)]
pub(super) struct Grouping {
    pub(super) by: Vec<usize>,
    pub(super) level: &'static str,
    pub(super) classification: &'static str,
    pub(super) digits: Option<i64>,
}

pub(super) fn column<'w>(world: &'w World, table: &str, id: i64, column: &str) -> &'w Value {
    let table = world.table(table);
    let row = table.rows.iter().find(|row| row[0] == Value::Int(id)).unwrap();
    &row[table.at(column)]
}

/// The node and those above it.
pub(super) fn chain(world: &World, table: &str, id: i64) -> Vec<i64> {
    let mut out = vec![id];
    while let Some(above) = column(world, table, *out.last().unwrap(), "parent_id").as_int() {
        out.push(above);
    }
    out
}

pub(super) fn region_key(world: &World, region: Option<i64>, level: &str) -> (Part, Json) {
    let above = region.and_then(|id| {
        chain(world, "regions", id).into_iter().find(|id| {
            column(world, "regions", *id, "level").as_text() == Some(level)
                && column(world, "regions", *id, "kind").as_text() != Some("GROUP")
        })
    });
    coded(world, "regions", above)
}

pub(super) fn coded(world: &World, table: &str, id: Option<i64>) -> (Part, Json) {
    match id.and_then(|id| column(world, table, id, "code").as_text()) {
        Some(code) => (Part::Text(code.to_owned()), json!({ "code": code })),
        None => (Part::Unknown, Json::Null),
    }
}

pub(super) fn sector_keys(world: &World, sectors: &[i64], grouping: &Grouping) -> Vec<(Part, Json)> {
    let classes = world.table("classifications");
    let class = classes.rows.iter().find(|c| c[1].as_text() == Some(grouping.classification)).unwrap()[0].clone();
    let table = world.table("sectors");
    let own: Vec<i64> = table
        .rows
        .iter()
        .filter(|row| row[table.at("classification_id")] == class)
        .map(|row| row[0].as_int().unwrap())
        .collect();
    let level_of = |id: i64| column(world, "sectors", id, "level").as_int().unwrap();
    let level = grouping.digits.or_else(|| own.iter().map(|id| level_of(*id)).min());
    // What stands above the nodes of an edition belongs to it too.
    let nodes: BTreeSet<i64> = own.iter().flat_map(|id| chain(world, "sectors", *id)).collect();
    let mut all: BTreeSet<i64> = BTreeSet::new();
    for sector in sectors.iter().filter(|sector| nodes.contains(sector)) {
        all.extend(chain(world, "sectors", *sector).into_iter().find(|id| Some(level_of(*id)) == level));
    }
    if all.is_empty() {
        return vec![(Part::Unknown, Json::Null)];
    }
    all.into_iter().map(|id| coded(world, "sectors", Some(id))).collect()
}

pub(super) fn worded(word: Option<&str>, list: &[&str]) -> Vec<(Part, Json)> {
    vec![match word {
        Some(word) => {
            let place = list.iter().position(|of| *of == word).unwrap();
            (Part::Number(i64::try_from(place).unwrap()), json!(word))
        }
        None => (Part::Unknown, Json::Null),
    }]
}

pub(super) fn words(list: &'static EnumType) -> Vec<&'static str> {
    list.values.iter().map(|(word, _, _)| *word).collect()
}

/// Every participation that meets a filter, with the keys of a question.
pub(super) fn seen(world: &World, grouping: &Grouping, filter: &Json) -> Vec<Seen> {
    let mut rows = world.rows_of(&PARTICIPATION);
    rows.retain(|row| filter.is_null() || world.holds(&PARTICIPATION, row, filter));
    let pairs = |table: &str, id: i64| -> Vec<i64> {
        let rows = world.table(table).rows.iter();
        rows.filter(|row| row[0] == Value::Int(id)).map(|row| row[1].as_int().unwrap()).collect()
    };
    rows.iter()
        .map(|row| {
            let id = row.get("id").as_int().unwrap();
            let (event, party) = (row.get("event_id").as_int().unwrap(), row.get("party_id").as_int());
            let seat = party.and_then(|party| column(world, "parties", party, "region_id").as_int());
            let mut sectors = pairs("participation_sectors", id);
            if sectors.is_empty() {
                sectors = party.map_or_else(Vec::new, |party| pairs("party_sectors", party));
            }
            let Value::Date(starts) = column(world, "events", event, "starts_on") else { panic!("a date") };
            let (day, slug) = (starts.to_string(), column(world, "events", event, "slug").as_text().unwrap());
            let year: i64 = day[..4].parse().unwrap();
            let text = |column: &str| row.get(column).as_text().map(str::to_owned);
            let kind = party.and_then(|party| column(world, "parties", party, "kind").as_text());
            let event_kind = column(world, "events", event, "kind").as_text();
            let keys = BTreeMap::from([
                ("region", vec![region_key(world, row.get("region_id").as_int().or(seat), grouping.level)]),
                ("sector", sector_keys(world, &sectors, grouping)),
                ("event", vec![(Part::Text(format!("{day} {slug}")), json!({ "slug": slug }))]),
                ("eventKind", worded(event_kind, &words(&enums::EVENT_KIND))),
                ("role", worded(text("role").as_deref(), &words(&enums::PARTICIPATION_ROLE))),
                ("status", worded(text("status").as_deref(), &words(&enums::PARTICIPATION_STATUS))),
                ("year", vec![(Part::Number(year), json!(year))]),
                ("partyKind", worded(kind, &KIND_OF_PARTY)),
            ]);
            Seen {
                id,
                event,
                party,
                region: row.get("region_id").as_int().or(seat),
                sectors: sectors.clone(),
                keys,
                headcount: row.get("headcount").as_int(),
                unit: text("headcount_unit"),
                bound: text("headcount_bound"),
                includes_named: row.get("includes_named") == &Value::Bool(true),
            }
        })
        .collect()
}

/// The keys of one group.
pub(super) type Keys = Vec<(Part, Json)>;

/// The groups that a participation is in.
pub(super) fn groups_of(seen: &Seen, grouping: &Grouping) -> Vec<Keys> {
    let mut out: Vec<Keys> = vec![Vec::new()];
    for by in &grouping.by {
        let values = &seen.keys[DIMENSIONS[*by].1];
        out = out
            .iter()
            .flat_map(|key| values.iter().map(|value| [&key[..], std::slice::from_ref(value)].concat()))
            .collect();
    }
    out
}

/// The numbers of some participations; `is_split` tells of those whose members are divided.
pub(super) fn numbers(all: &[&Seen], is_split: &dyn Fn(i64) -> bool) -> Json {
    let events: BTreeSet<i64> = all.iter().map(|seen| seen.event).collect();
    let parties: BTreeSet<i64> = all.iter().filter_map(|seen| seen.party).collect();
    let by_id: BTreeMap<i64, &&Seen> = all.iter().map(|seen| (seen.id, seen)).collect();
    let mut headcount = Vec::new();
    for unit in words(&enums::HEADCOUNT_UNIT).into_iter().map(Some).chain([None]) {
        let of: Vec<&&&Seen> =
            by_id.values().filter(|seen| seen.headcount.is_some() && seen.unit.as_deref() == unit).collect();
        if of.is_empty() {
            continue;
        }
        let split = of.iter().any(|seen| is_split(seen.id));
        let weakest = of.iter().map(|seen| BOUNDS.iter().position(|word| Some(*word) == seen.bound.as_deref()));
        let bound = weakest.collect::<Option<Vec<usize>>>().map(|all| BOUNDS[*all.iter().max().unwrap()]);
        let sum: i64 = of.iter().map(|seen| seen.headcount.unwrap()).sum();
        headcount.push(json!({
            "unit": unit,
            "value": if split { None } else { Some(sum.to_string()) },
            "bound": if split { None } else { bound },
            "groups": of.len(),
            "includesNamed": of.iter().any(|seen| seen.includes_named),
            "reason": if split { Some("SPLIT_BY_SECTOR") } else { None },
        }));
    }
    let uncounted = by_id.values().filter(|seen| seen.party.is_none() && seen.headcount.is_none()).count();
    json!({
        "events": events.len(),
        "parties": parties.len(),
        "participations": by_id.len(),
        "headcount": headcount,
        "uncounted": uncounted,
    })
}

/// Rows with their keys, in the order of keys.
pub(super) fn recount(all: &[Seen], grouping: &Grouping) -> Vec<(Keys, Json)> {
    recount_with(all, grouping, &|_| false)
}

/// The same, where some participations are divided already.
pub(super) fn recount_with(all: &[Seen], grouping: &Grouping, is_split: &dyn Fn(i64) -> bool) -> Vec<(Keys, Json)> {
    let mut groups: BTreeMap<Vec<Part>, (Keys, Vec<&Seen>)> = BTreeMap::new();
    for one in all {
        for keys in groups_of(one, grouping) {
            let parts = keys.iter().map(|(part, _)| part.clone()).collect();
            groups.entry(parts).or_insert_with(|| (keys, Vec::new())).1.push(one);
        }
    }
    let in_several: BTreeSet<i64> =
        all.iter().filter(|seen| groups_of(seen, grouping).len() > 1).map(|seen| seen.id).collect();
    let is_split = |id: i64| in_several.contains(&id) || is_split(id);
    groups.into_values().map(|(keys, of)| (keys, numbers(&of, &is_split))).collect()
}

/// A row as the answer must tell it.
pub(super) fn row(grouping: &Grouping, keys: &Keys, numbers: &Json) -> Json {
    let mut out = numbers.clone();
    for (_, member) in DIMENSIONS {
        let at = grouping.by.iter().position(|by| DIMENSIONS[*by].1 == member);
        out[member] = at.map_or(Json::Null, |at| keys[at].1.clone());
    }
    out
}

impl Grouping {
    pub(super) fn random(chance: &mut Chance) -> Self {
        let mut by: Vec<usize> = Vec::new();
        for _ in 0..chance.below(4) {
            let one = chance.below(DIMENSIONS.len());
            if !by.contains(&one) {
                by.push(one);
            }
        }
        let level = *chance.pick(&["WORLD", "AREA", "COUNTRY", "PROVINCE", "CITY"]);
        let (classification, levels): (_, &[i64]) =
            *chance.pick(&[("TEAROAD", &[1][..]), ("HS2017", &[0, 2, 4, 6][..]), ("HS2022", &[2][..])]);
        let digits = if chance.once_in(3) { None } else { Some(*chance.pick(levels)) };
        Self { by, level, classification, digits }
    }

    pub(super) fn arguments(&self) -> Json {
        let each = self.by.iter().map(|by| match DIMENSIONS[*by].0 {
            "REGION" => json!({ "by": "REGION", "level": self.level }),
            "SECTOR" => json!({ "by": "SECTOR", "classification": self.classification, "digits": self.digits }),
            by => json!({ "by": by }),
        });
        json!(each.collect::<Vec<_>>())
    }
}
