//! A world made by chance from a seed: rows in every table, the same on both databases, kept as plain values too, so
//! that a test can work out an answer without SQL. Many values are unknown on purpose, and texts are awkward.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveDateTime};
use tearoad::catalog::enums;
use tearoad::domain::fold::fold;
use tearoad::storage::bulk::{ensure_figure_partition, insert};
use tearoad::storage::conn::Conn;
use tearoad::storage::terms;
use tearoad::storage::value::Value;

use crate::support::{TestDb, databases};

/// Numbers that look random and are the same in every run.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// An unknown value once in `n` times.
    fn maybe(&mut self, n: usize, value: Value) -> Value {
        if self.once_in(n) { Value::Null } else { value }
    }
}

/// One table: its columns and its rows.
#[derive(Debug, Clone)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    fn new(name: &'static str, columns: &'static [&'static str]) -> Self {
        Self { name, columns, rows: Vec::new() }
    }

    pub fn at(&self, column: &str) -> usize {
        self.columns
            .iter()
            .position(|c| *c == column)
            .unwrap_or_else(|| panic!("the world knows no column `{}.{column}`: add it there", self.name))
    }

    fn add(&mut self, row: Vec<Value>) {
        assert_eq!(row.len(), self.columns.len(), "{}", self.name);
        self.rows.push(row);
    }

    /// Adds a row unless one with the same first `n` values is there.
    fn add_new(&mut self, n: usize, row: Vec<Value>) {
        if !self.rows.iter().any(|r| r[..n] == row[..n]) {
            self.add(row);
        }
    }
}

/// All tables.
#[derive(Debug, Clone)]
pub struct World {
    pub tables: BTreeMap<&'static str, Table>,
    order: Vec<&'static str>,
}

fn int(n: usize) -> Value {
    Value::Int(i64::try_from(n).unwrap())
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn word(chance: &mut Chance, list: &'static tearoad::catalog::EnumType) -> Value {
    text(chance.pick(list.values).0)
}

fn date(chance: &mut Chance) -> Value {
    let first = NaiveDate::from_ymd_opt(1999, 12, 30).unwrap();
    // Few days, so that orders meet equal ones.
    Value::Date(first + Days::new(u64::try_from(chance.below(12) * 61).unwrap()))
}

fn instant(chance: &mut Chance) -> Value {
    let day = NaiveDate::from_ymd_opt(2024, 1, 31).unwrap();
    let at: NaiveDateTime = day.and_hms_micro_opt(23, 59, u32::try_from(chance.below(60)).unwrap(), 0).unwrap();
    let micros = *chance.pick(&[0, 1, 450_000, 500_000, 999_999]);
    Value::Time(at + chrono::TimeDelta::microseconds(micros))
}

/// Texts that sort and match in awkward ways.
const TEXTS: &[&str] = &[
    "a",
    "A",
    "ab",
    "Ab",
    "B",
    "b%",
    "b_",
    "b!",
    "100 %",
    "o'Brien",
    "\"q\"",
    "back\\slash",
    "ä",
    "Äb",
    "é",
    "e\u{301}",
    "ß",
    "Ж",
    "ж",
    "Бурятия",
    "淄博",
    "淄博市",
    "𝄞",
    "z",
    "Z",
    "zz",
    "-- x",
    "/* x */",
    "$1",
    "?",
    "{}",
    "\u{fffd}",
    " ",
];

/// Names in a language, some alike in another.
const NAMES: &[(&str, &str)] = &[
    ("en", "Zibo"),
    ("en", "ZIBO City"),
    ("en", "Côte d\u{2019}Azur"),
    ("en", "Cote d'Azur"),
    ("en", "100 % Trade"),
    ("en", "under_score"),
    ("en", "ex!claim"),
    ("en", "Straße"),
    ("en", "back\\slash"),
    ("ru", "Бурятия"),
    ("ru", "БУРЯТ"),
    ("ru", "Улан-Удэ"),
    ("ru", "Йошкар-Ола"),
    ("zh", "淄博"),
    ("zh", "淄博市"),
    ("zh", "布里亚特"),
    ("tr", "İzmir"),
];

/// Names of a subject: none, one, or several; gives the name that it sorts by.
fn names(chance: &mut Chance, table: &mut Table, kind: &str, id: &Value, key: &str) -> Value {
    let mut sort_name = fold(key);
    for ordinal in 0..chance.below(4) {
        let (language, name) = *chance.pick(NAMES);
        if ordinal == 0 {
            sort_name = fold(name);
        }
        table.add_new(4, vec![text(kind), id.clone(), text(language), int(ordinal), text(name), text(fold(name))]);
    }
    text(sort_name)
}

impl World {
    /// The rows of a seed.
    #[expect(clippy::too_many_lines, reason = "a flat list of tables")]
    pub fn new(seed: u64) -> Self {
        let chance = &mut Chance::new(seed);
        let mut all: Vec<Table> = Vec::new();
        let mut named = Table::new("names", &["subject_kind", "subject_id", "language", "ordinal", "text", "folded"]);

        let mut currencies = Table::new("currencies", &["code", "numeric_code", "minor_units", "name"]);
        for (code, units) in [("CNY", Some(2)), ("USD", Some(2)), ("JPY", Some(0)), ("XAU", None)] {
            currencies.add(vec![text(code), Value::Null, units.map_or(Value::Null, Value::Int), text(code)]);
        }

        let mut sources = Table::new(
            "sources",
            &[
                "id",
                "code",
                "kind",
                "publisher",
                "title",
                "url",
                "published_on",
                "date_precision",
                "retrieved_at",
                "licence",
                "sha256",
                "note",
            ],
        );
        for id in 1..=14 {
            let known = date(chance);
            let published = chance.maybe(3, known);
            let precision = if published.is_null() { Value::Null } else { word(chance, &enums::DATE_PRECISION) };
            let (publisher, title, url) = (pick_text(chance), pick_text(chance), pick_text(chance));
            let at = instant(chance);
            sources.add(vec![
                int(id),
                text(format!("S{id:02}")),
                word(chance, &enums::SOURCE_KIND),
                chance.maybe(2, publisher),
                title,
                chance.maybe(2, url),
                published,
                precision,
                chance.maybe(3, at),
                text("CC0"),
                Value::Null,
                Value::Null,
            ]);
        }
        let source = |chance: &mut Chance| {
            let id = int(1 + chance.below(14));
            chance.maybe(4, id)
        };

        let mut regions = Table::new(
            "regions",
            &[
                "id",
                "code",
                "kind",
                "level",
                "parent_id",
                "path",
                "sort_name",
                "valid_from",
                "valid_to",
                "area_km2",
                "description",
                "source_id",
            ],
        );
        let mut codes = Table::new("region_codes", &["scheme", "code", "region_id", "valid_from", "valid_to"]);
        let mut add_region = |chance: &mut Chance, code: &str, kind: &str, level: &str, parent: Option<usize>| {
            let id = regions.rows.len() + 1;
            let above = parent.map_or("/".to_owned(), |p| regions.rows[p - 1][5].as_text().unwrap().to_owned());
            let year = |chance: &mut Chance| {
                let year = int(1990 + chance.below(5));
                chance.maybe(2, year)
            };
            let sort_name = names(chance, &mut named, "REGION", &int(id), code);
            let area = Value::Float(*chance.pick(&[0.0, 0.1, 1.5, 1e-9, 351_334.0, 17_098_246.0]));
            regions.add(vec![
                int(id),
                text(code),
                text(kind),
                text(level),
                parent.map_or(Value::Null, int),
                text(format!("{above}{code}/")),
                sort_name,
                year(chance),
                year(chance),
                chance.maybe(3, area),
                Value::Null,
                source(chance),
            ]);
            if chance.once_in(2) {
                let (from, to) = (year(chance), year(chance));
                codes.add(vec![text("COMTRADE"), text(format!("{}", 100 + id)), int(id), from, to]);
            }
            if chance.once_in(3) {
                codes.add(vec![text("OKATO"), text("same"), int(id), Value::Null, Value::Null]);
            }
            id
        };
        let world = add_region(chance, "WLD", "PLACE", "WORLD", None);
        let mut countries = Vec::new();
        let mut places = vec![world];
        for area in 0..3 {
            // One code is the beginning of another: a subtree is not a prefix of the code.
            let area_id = add_region(chance, ["A", "AB", "C"][area], "PLACE", "AREA", Some(world));
            for country in 0..3 {
                let code = format!("{}{country}", ["A", "AB", "C"][area]);
                let country_id = add_region(chance, &code, "PLACE", "COUNTRY", Some(area_id));
                countries.push(country_id);
                for province in 0..chance.below(4) {
                    let code = format!("{code}-{province}");
                    let province_id = add_region(chance, &code, "PLACE", "PROVINCE", Some(country_id));
                    places.push(province_id);
                    for city in 0..chance.below(3) {
                        places.push(add_region(chance, &format!("{code}{city}"), "PLACE", "CITY", Some(province_id)));
                    }
                }
            }
        }
        places.extend(&countries);
        let specials = ["NES", "BUNK_"].map(|code| add_region(chance, code, "SPECIAL", "COUNTRY", Some(world)));
        let groups: Vec<usize> =
            ["EU", "SCO"].iter().map(|code| add_region(chance, code, "GROUP", "AREA", None)).collect();
        // Where parties, events and participants are.
        let seats: Vec<usize> = places.iter().chain(&specials).chain(&groups).copied().collect();
        let mut members = Table::new("region_members", &["group_id", "region_id", "since", "until"]);
        for group in &groups {
            for country in &countries {
                if chance.once_in(3) {
                    let (since, until) = (date(chance), date(chance));
                    let (since, until) = (chance.maybe(3, since), chance.maybe(2, until));
                    members.add(vec![int(*group), int(*country), since, until]);
                }
            }
        }

        let mut classifications =
            Table::new("classifications", &["id", "code", "family", "edition", "title", "publisher", "source_id"]);
        for (id, code, family, edition) in [
            (1, "HS", "HS", None),
            (2, "HS2017", "HS", Some("2017")),
            (3, "TEAROAD", "TEAROAD", Some("1")),
            (4, "HS2022", "HS", Some("2022")),
        ] {
            classifications.add(vec![
                int(id),
                text(code),
                text(family),
                edition.map_or(Value::Null, text),
                text(format!("Title of {code}")),
                if id == 2 { text("WCO") } else { Value::Null },
                source(chance),
            ]);
        }
        let mut sectors =
            Table::new("sectors", &["id", "classification_id", "code", "level", "parent_id", "path", "sort_name"]);
        let mut add_sector = |chance: &mut Chance, class: usize, code: &str, level: usize, parent: Option<usize>| {
            let id = sectors.rows.len() + 1;
            let above = parent.map_or("/".to_owned(), |p| sectors.rows[p - 1][5].as_text().unwrap().to_owned());
            let sort_name = names(chance, &mut named, "SECTOR", &int(id), code);
            // Below the total stands the edition, as in the shipped lists: a path has more parts than a node parents.
            let edition = if level == 2 { format!("HS-{class}/") } else { String::new() };
            let (parent, path) = (parent.map_or(Value::Null, int), text(format!("{above}{edition}{code}/")));
            sectors.add(vec![int(id), int(class), text(code), int(level), parent, path, sort_name]);
            id
        };
        let total = add_sector(chance, 1, "TOTAL", 0, None);
        let mut goods = vec![(total, 0)];
        let mut industries = Vec::new();
        for chapter in 0..6 {
            // The same codes in two editions.
            let class = if chapter < 4 { 2 } else { 4 };
            let code = format!("{:02}", 1 + chapter % 4 * 9);
            let chapter_id = add_sector(chance, class, &code, 2, Some(total));
            goods.push((chapter_id, 2));
            for heading in 0..chance.below(3) {
                let code = format!("{code}{heading:02}");
                let heading_id = add_sector(chance, class, &code, 4, Some(chapter_id));
                goods.push((heading_id, 4));
                for product in 0..chance.below(3) {
                    goods.push((add_sector(chance, class, &format!("{code}{product:02}"), 6, Some(heading_id)), 6));
                }
            }
        }
        for code in ["FOOD", "FOODS", "PHARMA", "01", "MACHINES", "CARS"] {
            industries.push(add_sector(chance, 3, code, 1, None));
        }
        // Goods often stand below one chapter with others.
        let linked: Vec<usize> = industries.iter().copied().chain(goods.iter().map(|(id, _)| *id)).collect();
        let mut correspondences = Table::new(
            "correspondences",
            &["from_sector_id", "to_sector_id", "weight_ppm", "valid_from", "valid_to", "source_id"],
        );
        for _ in 0..14 {
            let (from, to) = (*chance.pick(&industries), chance.pick(&goods).0);
            let weight = Value::Int(*chance.pick(&[0, 1, 500_000, 1_000_000]));
            let year = int(2010 + chance.below(3));
            correspondences.add_new(
                2,
                vec![int(from), int(to), chance.maybe(3, weight), chance.maybe(2, year), Value::Null, source(chance)],
            );
        }

        let mut parties = Table::new(
            "parties",
            &[
                "id",
                "slug",
                "kind",
                "org_kind",
                "region_id",
                "founded_on",
                "founded_precision",
                "website",
                "description",
                "sort_name",
                "source_id",
            ],
        );
        let mut party_codes = Table::new("party_codes", &["scheme", "code", "party_id"]);
        let mut party_sectors = Table::new("party_sectors", &["party_id", "sector_id"]);
        let n_parties = 60;
        for id in 1..=n_parties {
            let slug = format!("party-{}-{id}", chance.pick(&["a", "b", "c"]));
            let organisation = chance.once_in(2);
            let org_kind = word(chance, &enums::ORGANISATION_KIND);
            let org_kind = if organisation { chance.maybe(3, org_kind) } else { Value::Null };
            let founded = date(chance);
            let founded = chance.maybe(2, founded);
            let precision = if founded.is_null() { Value::Null } else { word(chance, &enums::DATE_PRECISION) };
            let sort_name = names(chance, &mut named, "PARTY", &int(id), &slug);
            let region = int(*chance.pick(&seats));
            parties.add(vec![
                int(id),
                text(slug),
                text(if organisation { "ORGANISATION" } else { "COMPANY" }),
                org_kind,
                chance.maybe(4, region),
                founded,
                precision,
                Value::Null,
                Value::Null,
                sort_name,
                source(chance),
            ]);
            for _ in 0..chance.below(3) {
                party_sectors.add_new(2, vec![int(id), int(*chance.pick(&linked))]);
            }
            if chance.once_in(3) {
                let code = pick_text(chance);
                party_codes.add_new(3, vec![text(*chance.pick(&["LEI", "ISIN"])), code, int(id)]);
            }
        }

        let mut events = Table::new(
            "events",
            &[
                "id",
                "slug",
                "kind",
                "format",
                "starts_on",
                "ends_on",
                "date_precision",
                "region_id",
                "venue_party_id",
                "series",
                "description",
                "sort_name",
                "source_id",
            ],
        );
        let mut event_sectors = Table::new("event_sectors", &["event_id", "sector_id"]);
        let mut event_regions = Table::new("event_regions", &["event_id", "region_id", "role"]);
        let n_events = 50;
        for id in 1..=n_events {
            let slug = format!("event-{}-{id}", chance.pick(&["x", "y"]));
            let starts = date(chance);
            let Value::Date(first) = starts else { panic!("a date") };
            let ends = Value::Date(first + Days::new(u64::try_from(chance.below(3)).unwrap()));
            let format = word(chance, &enums::EVENT_FORMAT);
            let (region, venue) = (int(*chance.pick(&seats)), int(1 + chance.below(n_parties)));
            let series = pick_text(chance);
            let sort_name = names(chance, &mut named, "EVENT", &int(id), &slug);
            events.add(vec![
                int(id),
                text(slug),
                word(chance, &enums::EVENT_KIND),
                chance.maybe(3, format),
                starts,
                ends,
                word(chance, &enums::DATE_PRECISION),
                chance.maybe(4, region),
                // At times a company: it is no organisation, so such an event has no venue.
                chance.maybe(2, venue),
                chance.maybe(2, series),
                Value::Null,
                sort_name,
                source(chance),
            ]);
            for _ in 0..chance.below(4) {
                event_sectors.add_new(2, vec![int(id), int(*chance.pick(&linked))]);
                let role = word(chance, &enums::EVENT_REGION_ROLE);
                event_regions.add_new(3, vec![int(id), int(*chance.pick(&places)), role]);
            }
        }

        let mut participations = Table::new(
            "participations",
            &[
                "id",
                "slug",
                "event_id",
                "party_id",
                "region_id",
                "role",
                "status",
                "label",
                "headcount",
                "headcount_unit",
                "headcount_bound",
                "includes_named",
                "source_id",
            ],
        );
        let mut participation_sectors = Table::new("participation_sectors", &["participation_id", "sector_id"]);
        let n_participations = 80;
        for id in 1..=n_participations {
            let is_named = !chance.once_in(3);
            let spread = 1 + chance.below(n_events);
            let (party, region) = (int(1 + chance.below(n_parties)), int(*chance.pick(&seats)));
            let (count, unit, bound) = if is_named || chance.once_in(4) {
                (Value::Null, Value::Null, Value::Null)
            } else {
                let count = Value::Int(*chance.pick(&[0, 1, 12, 40, 40, 2_147_483_647]));
                (count, word(chance, &enums::HEADCOUNT_UNIT), word(chance, &enums::BOUND))
            };
            participations.add(vec![
                int(id),
                text(format!("part-{id}")),
                // Few events have many participations, and many have none.
                int(1 + chance.below(spread)),
                if is_named { party } else { Value::Null },
                chance.maybe(4, region),
                word(chance, &enums::PARTICIPATION_ROLE),
                word(chance, &enums::PARTICIPATION_STATUS),
                Value::Null,
                count,
                unit,
                bound,
                Value::Bool(chance.once_in(4)),
                source(chance),
            ]);
            for _ in 0..chance.below(3) {
                participation_sectors.add_new(2, vec![int(id), int(*chance.pick(&linked))]);
            }
        }

        let mut agreements = Table::new(
            "agreements",
            &[
                "id",
                "slug",
                "kind",
                "signed_on",
                "date_precision",
                "event_id",
                "count_min",
                "count_bound",
                "description",
                "sort_name",
                "source_id",
            ],
        );
        let mut agreement_parties = Table::new("agreement_parties", &["agreement_id", "party_id"]);
        let mut agreement_sectors = Table::new("agreement_sectors", &["agreement_id", "sector_id"]);
        for id in 1..=14 {
            let slug = format!("agreement-{id}");
            let signed = date(chance);
            let signed = chance.maybe(3, signed);
            let precision = if signed.is_null() { Value::Null } else { word(chance, &enums::DATE_PRECISION) };
            let event = int(1 + chance.below(n_events));
            let (count, bound) = (int(1 + chance.below(3)), word(chance, &enums::COUNT_BOUND));
            let sort_name = names(chance, &mut named, "AGREEMENT", &int(id), &slug);
            agreements.add(vec![
                int(id),
                text(slug),
                word(chance, &enums::AGREEMENT_KIND),
                signed,
                precision,
                chance.maybe(4, event),
                chance.maybe(2, count),
                chance.maybe(2, bound),
                Value::Null,
                sort_name,
                source(chance),
            ]);
            for _ in 0..chance.below(3) {
                agreement_parties.add_new(2, vec![int(id), int(1 + chance.below(n_parties))]);
                agreement_sectors.add_new(2, vec![int(id), int(*chance.pick(&linked))]);
            }
        }

        let mut facts = Table::new(
            "facts",
            &["id", "subject_kind", "subject_id", "property", "statement", "amount", "unit", "bound", "source_id"],
        );
        for id in 1..=30 {
            let (kind, subject) = match chance.below(3) {
                0 => ("REGION", *chance.pick(&places)),
                1 => ("PARTY", 1 + chance.below(n_parties)),
                _ => ("EVENT", 1 + chance.below(n_events)),
            };
            let amount = Value::Int(*chance.pick(&[i64::MIN, -1, 0, 7, i64::MAX]));
            let (unit, bound) = (pick_text(chance), word(chance, &enums::BOUND));
            facts.add(vec![
                int(id),
                text(kind),
                int(subject),
                text(format!("property-{id}")),
                text("A statement."),
                chance.maybe(3, amount),
                chance.maybe(3, unit),
                chance.maybe(3, bound),
                source(chance),
            ]);
        }

        let mut datasets = Table::new(
            "datasets",
            &[
                "id",
                "code",
                "title",
                "family",
                "publisher",
                "publisher_party_id",
                "licence",
                "currency",
                "scale",
                "valuation",
                "reconciled",
                "description",
                "source_id",
            ],
        );
        for (id, code, currency, scale, valuation, reconciled) in [
            (1, "CUSTOMS", "CNY", 3, "MIXED", false),
            (2, "BACI", "USD", 3, "FOB", true),
            (3, "YEN", "JPY", 0, "CIF", false),
        ] {
            let party = int(1 + chance.below(n_parties));
            datasets.add(vec![
                int(id),
                text(code),
                text(format!("Title of {code}")),
                text("HS"),
                if id == 2 { text("CEPII") } else { Value::Null },
                chance.maybe(3, party),
                Value::Null,
                text(currency),
                int(scale),
                text(valuation),
                Value::Bool(reconciled),
                Value::Null,
                source(chance),
            ]);
        }
        let mut coverage = Table::new(
            "dataset_coverage",
            &["dataset_id", "reporter_id", "period_start", "period_months", "partners", "sectors", "n_figures"],
        );
        let mut figures = Table::new(
            "trade_figures",
            &[
                "dataset_id",
                "reporter_id",
                "partner_id",
                "sector_id",
                "flow",
                "period_start",
                "period_months",
                "origin",
                "reporter_level",
                "partner_level",
                "sector_level",
                "value_scaled",
                "quantity_milli",
                "quantity_unit",
                "net_weight_g",
                "status",
                "source_id",
                "revision",
            ],
        );
        let level_of = |id: usize| match regions.rows[id - 1][3].as_text().unwrap() {
            "WORLD" => 0,
            "AREA" => 1,
            "COUNTRY" => 2,
            "PROVINCE" => 3,
            _ => 4,
        };
        // A few regions trade with each other, so that both sides of a pair are met.
        let traders: Vec<usize> = countries.iter().copied().take(5).chain([world, *places.last().unwrap()]).collect();
        for _ in 0..170 {
            let dataset = 1 + chance.below(3);
            let (reporter, partner) = (*chance.pick(&traders), *chance.pick(&traders));
            let (sector, sector_level) = *chance.pick(&goods);
            let flow = if dataset == 2 { 1 } else { 1 + chance.below(3) };
            let year = 2020 + chance.below(3);
            let (start, months) = match chance.below(4) {
                0 => (year * 12 + 3 * chance.below(4), 3),
                1 => (year * 12 + chance.below(12), 1),
                _ => (year * 12, 12),
            };
            let value =
                Value::Int(*chance.pick(&[0, 1, 500, 999, 1000, 1001, 1500, 2000, 9_007_199_254_740_993, i64::MAX]));
            let quantity = Value::Int(*chance.pick(&[0, 500, 1000]));
            let reporter_level = level_of(reporter);
            figures.add_new(
                8,
                vec![
                    int(dataset),
                    int(reporter),
                    int(partner),
                    int(sector),
                    int(flow),
                    int(start),
                    int(months),
                    int(1 + chance.below(2)),
                    Value::Int(reporter_level),
                    Value::Int(level_of(partner)),
                    int(sector_level),
                    chance.maybe(4, value),
                    chance.maybe(2, quantity),
                    text("t"),
                    Value::Null,
                    int(1 + chance.below(4)),
                    source(chance),
                    int(1 + chance.below(3)),
                ],
            );
            let partners = word(chance, &enums::COVERAGE_EXTENT);
            let extent = word(chance, &enums::COVERAGE_EXTENT);
            coverage.add_new(
                4,
                vec![int(dataset), int(reporter), int(start), int(months), partners, extent, int(chance.below(100))],
            );
        }
        let mut rates = Table::new(
            "exchange_rates",
            &[
                "id",
                "code",
                "base_currency",
                "quote_currency",
                "period_start",
                "period_months",
                "kind",
                "mantissa",
                "exponent",
                "n_days",
                "source_id",
            ],
        );
        for id in 1..=14 {
            let (base, quote) = (*chance.pick(&["USD", "JPY"]), *chance.pick(&["CNY", "USD", "XAU"]));
            let (start, months) = (2020 * 12 + 3 * chance.below(8), *chance.pick(&[1, 3, 12]));
            let days = int(chance.below(3));
            rates.add(vec![
                int(id),
                text(format!("{base}/{quote}/{id}")),
                text(base),
                text(quote),
                int(start),
                int(months),
                word(chance, &enums::RATE_KIND),
                int(1 + id),
                Value::Int(*chance.pick(&[-4, 0, 2])),
                chance.maybe(3, days),
                // One source each keeps the key unique.
                int(id),
            ]);
        }
        let mut revisions = Table::new("revisions", &["revision", "committed_at", "kind", "source_id", "summary"]);
        let at = NaiveDate::from_ymd_opt(2024, 8, 5).unwrap().and_hms_opt(12, 0, 0).unwrap();
        revisions.add(vec![int(1), Value::Time(at), text("SEED"), Value::Null, text("{}")]);
        for number in [-1, 0] {
            let at = instant(chance);
            revisions.add(vec![Value::Int(number), at, pick_text(chance), source(chance), text("{}")]);
        }
        let (changes, change_log) = changes(chance, &revisions);

        all.extend([
            currencies,
            sources,
            regions,
            codes,
            members,
            classifications,
            sectors,
            correspondences,
            parties,
            party_codes,
            party_sectors,
            events,
            event_sectors,
            event_regions,
            participations,
            participation_sectors,
            agreements,
            agreement_parties,
            agreement_sectors,
            facts,
            datasets,
            coverage,
            figures,
            rates,
            named,
            revisions,
            changes,
        ]);
        let order = all.iter().map(|t| t.name).collect();
        // What the database shows by itself.
        all.push(change_log);
        Self { tables: all.into_iter().map(|t| (t.name, t)).collect(), order }
    }

    pub fn table(&self, name: &str) -> &Table {
        self.tables.get(name).unwrap_or_else(|| panic!("the world has no table `{name}`: add it there"))
    }

    /// Writes every row.
    pub fn store(&self, conn: &mut Conn) {
        for dataset in &self.table("datasets").rows {
            ensure_figure_partition(conn, dataset[0].as_int().unwrap()).unwrap();
        }
        for name in &self.order {
            let table = self.table(name);
            insert(conn, table.name, table.columns, &[], &table.rows).unwrap();
        }
    }
}

/// Changes as they are stored, and as they are read with what is known of their revisions.
fn changes(chance: &mut Chance, revisions: &Table) -> (Table, Table) {
    const STORED: &[&str] = &[
        "revision",
        "entity",
        "entity_key",
        "action",
        "n_inserted",
        "n_updated",
        "n_deleted",
        "replaced",
        "dataset",
        "reporter",
        "period_start",
        "period_months",
    ];
    let mut changes = Table::new("changes", STORED);
    for _ in 0..60 {
        let mut row = vec![chance.pick(&revisions.rows)[0].clone(), word(chance, &enums::CHANGED_ENTITY)];
        row.extend([pick_text(chance), word(chance, &enums::CHANGE_ACTION)]);
        row.extend([int(chance.below(3)), int(chance.below(3)), int(chance.below(3)), Value::Bool(chance.once_in(3))]);
        row.extend(if chance.once_in(2) {
            vec![Value::Null; 4]
        } else {
            vec![pick_text(chance), pick_text(chance), int(2020 * 12), int(12)]
        });
        changes.add_new(3, row);
    }
    let mut log = Table::new(
        "change_log",
        &[
            "revision",
            "entity",
            "entity_key",
            "action",
            "n_inserted",
            "n_updated",
            "n_deleted",
            "replaced",
            "dataset",
            "reporter",
            "period_start",
            "period_months",
            "committed_at",
            "kind",
            "source_id",
        ],
    );
    for change in &changes.rows {
        let revision = revisions.rows.iter().find(|r| r[0] == change[0]).unwrap();
        log.add(change.iter().chain(&revision[1..4]).cloned().collect());
    }
    (changes, log)
}

fn pick_text(chance: &mut Chance) -> Value {
    text(*chance.pick(TEXTS))
}

/// Databases that hold a world.
pub fn world_databases(world: &World) -> Vec<TestDb> {
    let all = databases();
    for db in &all {
        world.store(&mut db.conn());
        db.conn().write(terms::rebuild).unwrap();
    }
    all
}
