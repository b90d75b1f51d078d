//! Works out what a filter must leave, row by row over plain values, without SQL and without the code under test.
//! Two-valued: a comparison with an unknown value is false, `not` is the exact complement.

use std::cmp::Ordering;

use serde_json::{Value as Json, json};
use tearoad::catalog::facet::Facet;
use tearoad::catalog::{Entity, Field, Kind, Link, NodeKey, Relation, Scope};
use tearoad::domain::fold::fold;
use tearoad::storage::value::Value;

use crate::world::{Table, World};

/// A row as an entity sees it.
#[derive(Debug, Clone)]
pub struct Seen<'w> {
    table: &'w Table,
    row: Vec<Value>,
    mirrored: Value,
}

impl Seen<'_> {
    pub fn get(&self, column: &str) -> &Value {
        if column == "mirrored" { &self.mirrored } else { &self.row[self.table.at(column)] }
    }

    fn int(&self, column: &str) -> i64 {
        self.get(column).as_int().unwrap()
    }
}

/// Year, quarter or month as first month and length.
fn period(text: &str) -> (i64, i64) {
    let year: i64 = text[..4].parse().unwrap();
    match text.get(4..6) {
        None => (year * 12, 12),
        Some("-Q") => (year * 12 + (text[6..].parse::<i64>().unwrap() - 1) * 3, 3),
        Some(_) => (year * 12 + text[5..].parse::<i64>().unwrap() - 1, 1),
    }
}

/// A decimal in billionths.
fn billionths(json: &Json) -> i128 {
    let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let padded = format!("{fraction:0<9}");
    assert_eq!(padded.len(), 9, "the oracle reads nine decimals: {text}");
    sign * format!("{whole}{padded}").parse::<i128>().unwrap()
}

/// A value as the API shows it and takes it.
pub fn shown(world: &World, field: &Field, seen: &Seen<'_>) -> Json {
    let value = seen.get(field.column);
    if value.is_null() {
        return Json::Null;
    }
    match (field.kind, value) {
        (Kind::Text, Value::Text(t)) => json!(t),
        (Kind::Int, Value::Int(n)) => json!(n),
        (Kind::BigInt, Value::Int(n)) => json!(n.to_string()),
        (Kind::Float, Value::Float(f)) => json!(f),
        (Kind::Bool, Value::Bool(b)) => json!(b),
        (Kind::Date, Value::Date(d)) => json!(d.to_string()),
        (Kind::DateTime, Value::Time(t)) => json!(t.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string()),
        (Kind::Enum(_), Value::Text(t)) => json!(t),
        (Kind::Enum(list), Value::Int(n)) => {
            json!(list.values.iter().find(|(_, code, _)| code == n).unwrap().0)
        }
        (Kind::Period, Value::Int(start)) => {
            let (year, month) = (start / 12, start % 12);
            json!(match seen.int("period_months") {
                12 => format!("{year:04}"),
                3 => format!("{year:04}-Q{}", month / 3 + 1),
                _ => format!("{year:04}-{:02}", month + 1),
            })
        }
        (Kind::Money, Value::Int(units)) => json!(decimal(*units, scale_of(world, seen))),
        (Kind::Milli, Value::Int(units)) => json!(decimal(*units, 3)),
        (kind, value) => panic!("the oracle cannot show {value:?} as {kind:?}"),
    }
}

fn decimal(units: i64, scale: u32) -> String {
    let one = 10_i128.pow(scale);
    let units = i128::from(units);
    let sign = if units < 0 { "-" } else { "" };
    let (whole, rest) = (units.abs() / one, units.abs() % one);
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:03}") }
}

fn scale_of(world: &World, seen: &Seen<'_>) -> u32 {
    let datasets = world.table("datasets");
    let dataset = datasets.rows.iter().find(|d| &d[0] == seen.get("dataset_id")).unwrap();
    u32::try_from(dataset[datasets.at("scale")].as_int().unwrap()).unwrap()
}

/// How a known value stands to an operand.
fn compare(world: &World, field: &Field, seen: &Seen<'_>, operand: &Json) -> Ordering {
    let value = seen.get(field.column);
    match (field.kind, value) {
        (Kind::Text, Value::Text(t)) => t.as_bytes().cmp(operand.as_str().unwrap().as_bytes()),
        (Kind::Int | Kind::BigInt, Value::Int(n)) => {
            let wanted = operand.as_i64().unwrap_or_else(|| operand.as_str().unwrap().parse().unwrap());
            n.cmp(&wanted)
        }
        (Kind::Float, Value::Float(f)) => f.partial_cmp(&operand.as_f64().unwrap()).unwrap(),
        (Kind::Bool, Value::Bool(b)) => b.cmp(&operand.as_bool().unwrap()),
        (Kind::Date, Value::Date(d)) => d.cmp(&operand.as_str().unwrap().parse().unwrap()),
        (Kind::DateTime, Value::Time(t)) => {
            let wanted = chrono::DateTime::parse_from_rfc3339(operand.as_str().unwrap()).unwrap();
            t.cmp(&wanted.naive_utc())
        }
        // Words have no order; only equality is asked.
        (Kind::Enum(_), _) => shown(world, field, seen).to_string().cmp(&operand.to_string()),
        (Kind::Money, Value::Int(units)) => {
            (i128::from(*units) * 10_i128.pow(9 - scale_of(world, seen))).cmp(&billionths(operand))
        }
        (Kind::Milli, Value::Int(units)) => (i128::from(*units) * 1_000_000).cmp(&billionths(operand)),
        (Kind::Period, _) => panic!("periods are no single number"),
        (kind, value) => panic!("the oracle cannot compare {value:?} as {kind:?}"),
    }
}

/// A row of a tree and those above it.
fn chain<'w>(all: &[Seen<'w>], from: &Seen<'w>) -> Vec<Seen<'w>> {
    let mut chain = vec![from.clone()];
    while let Some(above) = all.iter().find(|row| row.get("id") == chain[chain.len() - 1].get("parent_id")) {
        chain.push(above.clone());
    }
    chain
}

fn count_holds(n: i64, op: &str, wanted: &Json) -> bool {
    let number = |json: &Json| json.as_i64().unwrap();
    match op {
        "eq" => n == number(wanted),
        "ne" => n != number(wanted),
        "lt" => n < number(wanted),
        "lte" => n <= number(wanted),
        "gt" => n > number(wanted),
        "gte" => n >= number(wanted),
        "in" => items(wanted).iter().any(|w| n == number(w)),
        "notIn" => !items(wanted).iter().any(|w| n == number(w)),
        _ => panic!("the oracle knows no operator `{op}` on counts: add it"),
    }
}

fn items(json: &Json) -> Vec<Json> {
    json.as_array().cloned().unwrap_or_else(|| vec![json.clone()])
}

fn field_holds(world: &World, field: &Field, seen: &Seen<'_>, op: &str, operand: &Json) -> bool {
    if let Kind::Period = field.kind {
        let (start, months) = (seen.int("period_start"), seen.int("period_months"));
        let end = start + months;
        let one = |json: &Json| period(&json.as_str().map_or_else(|| json.to_string(), str::to_owned));
        let is = |json: &Json| one(json) == (start, months);
        return match op {
            "eq" => is(operand),
            "ne" => !is(operand),
            "in" => items(operand).iter().any(is),
            "notIn" => !items(operand).iter().any(is),
            "lt" => end <= one(operand).0,
            "lte" => end <= one(operand).0 + one(operand).1,
            "gt" => start >= one(operand).0 + one(operand).1,
            "gte" => start >= one(operand).0,
            _ => panic!("the oracle knows no operator `{op}` on periods: add it"),
        };
    }
    let known = !seen.get(field.column).is_null();
    let order = |operand: &Json| compare(world, field, seen, operand);
    match op {
        "isNull" => operand.as_bool().unwrap() != known,
        _ if !known => false,
        "eq" => order(operand) == Ordering::Equal,
        "ne" => order(operand) != Ordering::Equal,
        "in" => items(operand).iter().any(|item| order(item) == Ordering::Equal),
        "notIn" => !items(operand).iter().any(|item| order(item) == Ordering::Equal),
        "lt" => order(operand) == Ordering::Less,
        "lte" => order(operand) != Ordering::Greater,
        "gt" => order(operand) == Ordering::Greater,
        "gte" => order(operand) != Ordering::Less,
        "startsWith" => seen.get(field.column).as_text().unwrap().starts_with(operand.as_str().unwrap()),
        _ => panic!("the oracle knows no operator `{op}` on {:?}: add it", field.kind),
    }
}

impl World {
    /// The rows of an entity; those of reconciled datasets from both sides.
    pub fn rows_of(&self, entity: &Entity) -> Vec<Seen<'_>> {
        let table = self.table(entity.table);
        let stored = table.rows.iter().map(|row| Seen { table, row: row.clone(), mirrored: Value::Bool(false) });
        let mut all: Vec<Seen<'_>> = stored
            .filter(|seen| {
                entity.scope.iter().all(|scope| match scope {
                    Scope::Equals(column, word) => seen.get(column).as_text() == Some(word),
                    Scope::Null(column) => seen.get(column).is_null(),
                })
            })
            .collect();
        if entity.mirrored {
            // What is derived is listed only where it is asked for.
            all.retain(|seen| seen.get("origin") != &Value::Int(2));
            let datasets = self.table("datasets");
            let reconciled = datasets.at("reconciled");
            let other_sides: Vec<Seen<'_>> = all
                .iter()
                .filter(|seen| {
                    datasets.rows.iter().any(|d| &d[0] == seen.get("dataset_id") && d[reconciled] == Value::Bool(true))
                })
                .map(|seen| {
                    let mut other = Seen { mirrored: Value::Bool(true), ..seen.clone() };
                    for (a, b) in [("reporter_id", "partner_id"), ("reporter_level", "partner_level")] {
                        other.row.swap(table.at(a), table.at(b));
                    }
                    other.row[table.at("flow")] = Value::Int(2);
                    other
                })
                .collect();
            all.extend(other_sides);
        }
        all
    }

    /// The rows that a relation leads to.
    pub fn related(&self, relation: &Relation, seen: &Seen<'_>) -> Vec<Seen<'_>> {
        let mut all = self.rows_of(relation.target);
        match relation.link {
            Link::One { column, .. } => {
                let id = seen.get(column);
                all.retain(|other| !id.is_null() && other.get("id") == id);
            }
            Link::Children { column } => all.retain(|other| other.get(column) == seen.get("id")),
            Link::Junction { table, near, far, .. } => {
                let pairs = self.table(table);
                let (near, far) = (pairs.at(near), pairs.at(far));
                all.retain(|other| {
                    pairs.rows.iter().any(|pair| &pair[near] == seen.get("id") && &pair[far] == other.get("id"))
                });
            }
            Link::Subject { kind } => {
                all.retain(|o| o.get("subject_kind").as_text() == Some(kind) && o.get("subject_id") == seen.get("id"));
            }
        }
        all
    }

    /// Whether a row meets a filter.
    pub fn holds(&self, entity: &Entity, seen: &Seen<'_>, filter: &Json) -> bool {
        filter.as_object().unwrap().iter().all(|(key, condition)| match key.as_str() {
            "and" => items(condition).iter().all(|part| self.holds(entity, seen, part)),
            "or" => items(condition).iter().any(|part| self.holds(entity, seen, part)),
            "not" => !self.holds(entity, seen, condition),
            "within" if entity.tree => self.is_within(entity, seen, condition),
            _ => {
                if let Some(field) = entity.fields.iter().find(|f| f.name == key) {
                    let operators = condition.as_object().unwrap();
                    return operators.iter().all(|(op, operand)| field_holds(self, field, seen, op, operand));
                }
                if let Some(relation) = entity.relations.iter().find(|r| r.name == key) {
                    let others = self.related(relation, seen);
                    let any = |f: &Json| others.iter().any(|other| self.holds(relation.target, other, f));
                    return match relation.link {
                        Link::One { .. } => any(condition),
                        _ => {
                            condition.as_object().unwrap().iter().all(|(quantifier, inner)| match quantifier.as_str() {
                                "some" => any(inner),
                                "none" => !any(inner),
                                "every" => others.iter().all(|other| self.holds(relation.target, other, inner)),
                                "count" => {
                                    let filter = inner.get("filter").filter(|f| !f.is_null());
                                    let fits = |other: &&Seen<'_>| {
                                        filter.is_none_or(|f| self.holds(relation.target, other, f))
                                    };
                                    let n = i64::try_from(others.iter().filter(fits).count()).unwrap();
                                    let operators = inner.as_object().unwrap().iter().filter(|(op, _)| *op != "filter");
                                    operators.into_iter().all(|(op, wanted)| count_holds(n, op, wanted))
                                }
                                _ => panic!("the oracle knows no quantifier `{quantifier}`: add it"),
                            })
                        }
                    };
                }
                let kind = entity.names.filter(|_| key == "name").unwrap_or_else(|| panic!("no condition `{key}`"));
                condition.as_object().unwrap().iter().all(|(op, operand)| self.name_holds(kind, seen, op, operand))
            }
        })
    }

    fn name_holds(&self, kind: &str, seen: &Seen<'_>, op: &str, operand: &Json) -> bool {
        let names = self.table("names");
        let texts: Vec<&str> = names
            .rows
            .iter()
            .filter(|name| name[0].as_text() == Some(kind) && &name[1] == seen.get("id"))
            .map(|name| name[4].as_text().unwrap())
            .collect();
        let is = |wanted: &Json| texts.contains(&wanted.as_str().unwrap());
        let folded = |test: &dyn Fn(&str, &str) -> bool| {
            let wanted = fold(operand.as_str().unwrap());
            texts.iter().any(|name| test(&fold(name), &wanted))
        };
        match op {
            "eq" => is(operand),
            "ne" => !is(operand),
            "in" => items(operand).iter().any(is),
            "notIn" => !items(operand).iter().any(is),
            "startsWith" => folded(&|name, wanted| name.starts_with(wanted)),
            "contains" => folded(&|name, wanted| name.contains(wanted)),
            "endsWith" => folded(&|name, wanted| name.ends_with(wanted)),
            _ => panic!("the oracle knows no operator `{op}` on names: add it"),
        }
    }

    /// Climbs the parents instead of reading paths.
    fn is_within(&self, entity: &Entity, seen: &Seen<'_>, within: &Json) -> bool {
        let all = self.rows_of(entity);
        let code = within["code"].as_str().unwrap();
        let classes = self.table("classifications");
        let class_of = |row: &Seen<'_>| {
            let class = classes.rows.iter().find(|c| &c[0] == row.get("classification_id")).unwrap();
            class[1].as_text().unwrap()
        };
        let named = within.get("classification").and_then(Json::as_str);
        let has_code = |row: &&Seen<'_>| row.get("code").as_text() == Some(code);
        let root = all.iter().find(|row| has_code(row) && named.is_none_or(|named| class_of(row) == named));
        // The total of the family counts as a node of every edition, with the nodes of that edition below it.
        let root = root.or_else(|| all.iter().find(|row| has_code(row) && class_of(row) == "HS")).unwrap();
        if let Some(named) = named
            && class_of(root) != named
            && seen.get("id") != root.get("id")
            && class_of(seen) != named
        {
            return false;
        }
        let mut roots = vec![root.get("id").clone()];
        if entity.table == "regions" && root.get("kind").as_text() == Some("GROUP") {
            let members = self.table("region_members");
            let until = members.at("until");
            let present = members.rows.iter().filter(|m| &m[0] == root.get("id") && m[until].is_null());
            roots.extend(present.map(|m| m[1].clone()));
        }
        let mut at = Some(seen.clone());
        let mut climbed = 0;
        while let Some(row) = at {
            if roots.contains(row.get("id")) {
                return within.get("depth").and_then(Json::as_u64).is_none_or(|depth| climbed <= depth);
            }
            climbed += 1;
            at = all.iter().find(|above| above.get("id") == row.get("parent_id")).cloned();
        }
        false
    }

    /// How many rows a facet counts under each value, null included, in the order of its entries.
    pub fn facet(&self, entity: &Entity, facet: &Facet, arguments: &Json, rows: &[Seen<'_>]) -> Vec<(Json, usize)> {
        let mut counts: Vec<(Json, usize)> = Vec::new();
        for seen in rows {
            for value in self.facet_values(entity, (facet.path, facet.as_they_stand), arguments, seen) {
                match counts.iter_mut().find(|(known, _)| *known == value) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((value, 1)),
                }
            }
        }
        counts.sort_by(|(a, n), (b, m)| {
            a.is_null().cmp(&b.is_null()).then(m.cmp(n)).then_with(|| match (a.as_i64(), b.as_i64()) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => a.as_str().cmp(&b.as_str()),
            })
        });
        counts
    }

    /// Under which values a row counts: words, years, codes.
    fn facet_values(
        &self,
        entity: &Entity,
        (path, as_they_stand): (&[&str], bool),
        arguments: &Json,
        seen: &Seen<'_>,
    ) -> Vec<Json> {
        let (name, rest) = path.split_first().unwrap();
        if let Some(field) = entity.fields.iter().find(|f| f.name == *name) {
            let value = shown(self, field, seen);
            return vec![match (field.kind, value.as_str()) {
                (Kind::Date, Some(date)) => json!(date[..4].parse::<i64>().unwrap()),
                _ => value,
            }];
        }
        let relation = entity.relations.iter().find(|r| r.name == *name).unwrap();
        let others = self.related(relation, seen);
        if !rest.is_empty() {
            let values: Vec<Json> = others
                .iter()
                .flat_map(|o| self.facet_values(relation.target, (rest, as_they_stand), arguments, o))
                .collect();
            return if values.is_empty() { vec![Json::Null] } else { values };
        }
        if relation.is_one() && (as_they_stand || relation.target.name != "Region") {
            return vec![others.first().map_or(Json::Null, |o| json!(o.get("code").as_text().unwrap()))];
        }
        let all = self.rows_of(relation.target);
        let level = &arguments["level"];
        let mut values: Vec<Json> = Vec::new();
        for other in &others {
            let above_it = chain(&all, other);
            let above = if relation.target.name == "Region" {
                let is_place = |row: &Seen<'_>| row.get("kind").as_text() != Some("GROUP");
                above_it.iter().find(|row| is_place(row) && row.get("level").as_text() == level.as_str())
            } else {
                let classes = self.table("classifications");
                let code = &arguments["classification"];
                let class = classes.rows.iter().find(|c| c[1].as_text() == code.as_str()).unwrap()[0].clone();
                let own: Vec<&Seen<'_>> = all.iter().filter(|s| s.get("classification_id") == &class).collect();
                let coarsest = own.iter().map(|s| s.int("level")).min();
                let level = level.as_i64().or(coarsest);
                // The total, above the nodes of an edition, is one of its nodes.
                let is_node = own.iter().any(|s| chain(&all, s).iter().any(|n| n.get("id") == other.get("id")));
                above_it.iter().find(|row| is_node && Some(row.int("level")) == level)
            };
            let value = above.map_or(Json::Null, |row| json!(row.get("code").as_text().unwrap()));
            if !values.contains(&value) {
                values.push(value);
            }
        }
        // Unknown only when nothing is known.
        if values.len() > 1 {
            values.retain(|value| !value.is_null());
        }
        if values.is_empty() { vec![Json::Null] } else { values }
    }

    /// The natural key of which a row's global id is made.
    pub fn key(&self, entity: &Entity, seen: &Seen<'_>) -> String {
        let code = |table: &str, id: &Value| {
            let table = self.table(table);
            let row = table.rows.iter().find(|row| &row[0] == id).unwrap();
            row[table.at("code")].as_text().unwrap().to_owned()
        };
        let class_of = |sector: &Value| {
            let sectors = self.table("sectors");
            code("classifications", &sectors.rows.iter().find(|s| &s[0] == sector).unwrap()[1])
        };
        let field = |name: &str| {
            let field = entity.fields.iter().find(|f| f.name == name).unwrap();
            shown(self, field, seen).as_str().unwrap().to_owned()
        };
        match entity.node.unwrap() {
            NodeKey::Column(column) => seen.get(column).as_text().unwrap().to_owned(),
            NodeKey::Sector => format!("{}/{}", class_of(seen.get("id")), seen.get("code").as_text().unwrap()),
            NodeKey::Figure => [
                code("datasets", seen.get("dataset_id")),
                code("regions", seen.get("reporter_id")),
                code("regions", seen.get("partner_id")),
                class_of(seen.get("sector_id")),
                code("sectors", seen.get("sector_id")),
                field("flow"),
                field("period"),
                field("origin"),
            ]
            .join("/"),
            NodeKey::Change => {
                let text = |column: &str| seen.get(column).as_text().unwrap().to_owned();
                format!("{}/{}/{}", seen.int("revision"), text("entity"), text("entity_key"))
            }
        }
    }
}
