//! What stands in a row of a file: fields of the row, of the rows that to-one relations lead to, and the numbers of
//! figures, each by its path in the graph (`reporter.code`, `value.amount`). Whatever memory holds is looked up there,
//! and written once for each row that it is of.

use std::collections::HashMap;

use super::cells::Form;
use crate::catalog::dataset::DATASET;
use crate::catalog::{Computed, Entity, Field, Kind, Link, NodeKey, Relation, Shape, Value as Which};
use crate::domain::decimal::format_published;
use crate::domain::error_code::Reason;
use crate::domain::period::Period;
use crate::graphql::errors::GraphError;
use crate::graphql::plan::RowPlan;
use crate::storage::snapshot::{Snapshot, column_type};
use crate::storage::sql::operand::{Operand, Through};
use crate::storage::sql::select::Column;
use crate::storage::value::{Row, Value};

/// Columns that an export may have.
const MOST: usize = 100;
/// Characters of a path that are told.
const SHOWN: usize = 80;

/// The columns of an export.
#[derive(Debug)]
pub struct Columns<'a> {
    form: Form,
    snapshot: &'a Snapshot,
    all: Vec<Out>,
}

/// One column.
#[derive(Debug)]
struct Out {
    /// Its name, as it stands before every value in JSON, and in the first line of CSV.
    head: String,
    what: What,
}

/// Where a column's values come from.
#[derive(Debug)]
enum What {
    /// A selected column.
    Column(usize, Kind),
    /// A period in two columns, and the last one as written, since neighbours are mostly alike.
    Period(usize, usize, Option<(Period, String)>),
    /// A name in a column, else a key.
    Name(usize, usize),
    /// Something of the row in memory whose id a column holds.
    Known(usize, Known),
    /// The amount of a figure: its dataset, its units, and the last dataset with its number of decimals.
    Amount(usize, usize, Option<(i64, u32)>),
    /// An exchange rate: its digits and its power of ten.
    Rate(usize, usize),
    /// Something that counts only where a column is known.
    Where(usize, Box<Self>),
}

/// Something of rows in memory, written once each.
#[derive(Debug)]
struct Known {
    /// Columns that lead on to other rows, and those rows.
    steps: Vec<(&'static str, &'static Entity)>,
    first: &'static Entity,
    read: Read,
    /// As written.
    texts: Vec<String>,
    /// Where in `texts` that of an id is, plus one; ids are mostly small numbers.
    small: Vec<u32>,
    large: HashMap<i64, u32>,
}

/// Ids below this have their place in a list: of 4 MiB at most.
const SMALL: usize = 1 << 20;

/// What is read of the last row of a path.
#[derive(Debug, Clone, Copy)]
enum Read {
    Field(&'static Field),
    Name(&'static str, &'static str),
}

/// The columns of an entity when none are asked: what it leads to by its key, its fields, its name, its numbers, and by
/// their keys the rows that its other to-one relations lead to.
pub fn default_fields(entity: &'static Entity) -> Vec<String> {
    let (in_key, others): (Vec<&Relation>, Vec<&Relation>) = entity
        .relations
        .iter()
        .filter(|r| r.shape == Shape::Object && r.is_one())
        .partition(|r| matches!(r.link, Link::One { column, .. } if entity.key.contains(&column)));
    let mut all = Vec::new();
    let keys = |all: &mut Vec<String>, relations: &[&Relation]| {
        for relation in relations {
            if relation.target.node == Some(NodeKey::Sector) {
                all.push(format!("{}.classification.code", relation.name));
            }
            all.extend(key_field(relation.target).map(|key| format!("{}.{key}", relation.name)));
        }
    };
    keys(&mut all, &in_key);
    let fields = entity.fields.iter().filter(|f| f.output).map(|f| f.name.to_owned());
    all.extend(fields);
    if entity.names.is_some() {
        all.insert(1.min(all.len()), "name".to_owned());
    }
    for computed in entity.computed {
        all.extend(members(computed.value).iter().filter(|m| **m != "valuation").map(|m| (*m).to_owned()));
    }
    keys(&mut all, &others);
    all
}

/// The field that is an entity's key for people.
fn key_field(entity: &Entity) -> Option<&'static str> {
    ["code", "slug"].into_iter().find(|name| entity.field(name).is_some())
}

/// The paths of a computed value that a file can hold.
fn members(value: Which) -> &'static [&'static str] {
    match value {
        Which::FigureValue => &["value.amount", "value.currency"],
        Which::FigureQuantity => &["quantity.amount", "quantity.unit"],
        Which::FigureNetWeight => &["netWeightKg"],
        Which::FigureValuation => &["valuation"],
        Which::ExchangeRate => &["rate"],
        // Lists and objects, which need more than the row.
        Which::RegionAncestors
        | Which::SectorAncestors
        | Which::FigurePublished
        | Which::FigureGrowth
        | Which::FigureRank
        | Which::FigureBalance
        | Which::FigureImpliedPrevious => &[],
    }
}

fn refused(entity: &'static Entity, path: &str, what: &str) -> GraphError {
    let shown: String = path.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    GraphError::new(Reason::InvalidArgument, format!("fields: `{shown}` {what}"))
        .at("fields")
        .hint(format!("the columns when none are named are {}", default_fields(entity).join(",")))
}

impl<'a> Columns<'a> {
    /// The columns of these paths; the plan learns what it must read.
    pub fn of(
        plan: &mut RowPlan,
        paths: &[String],
        snapshot: &'a Snapshot,
        form: Form,
        language: &'static str,
    ) -> Result<Self, GraphError> {
        let entity = plan.entity;
        if paths.len() > MOST {
            let message = format!("fields: {} columns, at most {MOST} are allowed", paths.len());
            return Err(GraphError::new(Reason::ListTooLong, message).at("fields"));
        }
        let mut all: Vec<Out> = Vec::with_capacity(paths.len());
        for (at, path) in paths.iter().enumerate() {
            if paths.iter().take(at).any(|before| before == path) {
                return Err(refused(entity, path, "is named twice"));
            }
            let what = what(plan, path, language)?;
            let head = match form {
                Form::Csv => path.clone(),
                Form::Ndjson => format!("{}\"{path}\":", if at == 0 { '{' } else { ',' }),
            };
            all.push(Out { head, what });
        }
        Ok(Self { form, snapshot, all })
    }

    /// Writes what stands before the rows.
    pub fn head(&self, out: &mut String) {
        if self.form == Form::Csv {
            for (at, column) in self.all.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&column.head);
            }
            out.push('\n');
        }
    }

    /// Writes a row.
    pub fn row(&mut self, row: &Row, out: &mut String) {
        let form = self.form;
        for (at, column) in self.all.iter_mut().enumerate() {
            match form {
                Form::Ndjson => out.push_str(&column.head),
                Form::Csv if at > 0 => out.push(','),
                Form::Csv => {}
            }
            column.what.write(row, self.snapshot, form, out);
        }
        out.push_str(match form {
            Form::Csv => "\n",
            Form::Ndjson => "}\n",
        });
    }
}

impl What {
    fn write(&mut self, row: &Row, snapshot: &Snapshot, form: Form, out: &mut String) {
        match self {
            Self::Column(at, kind) => form.value(out, *kind, row.get(*at)),
            Self::Where(other, what) if !row.get(*other).is_null() => what.write(row, snapshot, form, out),
            Self::Where(..) => form.nothing(out),
            Self::Name(name, key) => match row.text(*name).or_else(|| row.text(*key)) {
                Some(text) => form.text(out, text),
                None => form.nothing(out),
            },
            Self::Period(start, months, last) => {
                let number = |at: usize| row.int(at).and_then(|n| i32::try_from(n).ok());
                let (Some(start), Some(months)) = (number(*start), number(*months)) else { return form.nothing(out) };
                let period = Period { start, months };
                let (_, text) = match last {
                    Some(last) if last.0 == period => last,
                    _ => {
                        let mut text = String::new();
                        form.text(&mut text, &period.to_string());
                        last.insert((period, text))
                    }
                };
                out.push_str(text);
            }
            Self::Known(at, known) => match row.int(*at) {
                Some(id) => out.push_str(known.written(id, snapshot, form)),
                None => form.nothing(out),
            },
            Self::Rate(mantissa, exponent) => {
                let exponent = row.int(*exponent).and_then(|e| i32::try_from(e).ok());
                match row.int(*mantissa).zip(exponent) {
                    Some((mantissa, exponent)) => form.text(out, &format_published(mantissa, exponent)),
                    None => form.nothing(out),
                }
            }
            Self::Amount(dataset, units, last) => {
                let (Some(dataset), Some(units)) = (row.int(*dataset), row.int(*units)) else {
                    return form.nothing(out);
                };
                let (_, scale) = match last {
                    Some(last) if last.0 == dataset => last,
                    _ => last.insert((dataset, scale(snapshot, dataset))),
                };
                form.scaled(out, units, *scale);
            }
        }
    }
}

fn scale(snapshot: &Snapshot, dataset: i64) -> u32 {
    let scale = snapshot.table(&DATASET).and_then(|t| t.value(dataset, "scale").as_int());
    scale.and_then(|s| u32::try_from(s).ok()).unwrap_or(0)
}

impl Known {
    fn new(first: &'static Entity, steps: Vec<(&'static str, &'static Entity)>, read: Read) -> Self {
        Self { steps, first, read, texts: Vec::new(), small: Vec::new(), large: HashMap::new() }
    }

    fn written(&mut self, id: i64, snapshot: &Snapshot, form: Form) -> &str {
        let at = usize::try_from(id).ok().filter(|id| *id < SMALL);
        let known = match at {
            Some(at) => self.small.get(at).copied(),
            None => self.large.get(&id).copied(),
        };
        let place = match known.filter(|place| *place > 0) {
            Some(place) => place,
            None => {
                let text = self.write(id, snapshot, form);
                self.texts.push(text);
                let place = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
                match at {
                    Some(at) => {
                        if self.small.len() <= at {
                            self.small.resize(at + 1, 0);
                        }
                        if let Some(slot) = self.small.get_mut(at) {
                            *slot = place;
                        }
                    }
                    None => {
                        self.large.insert(id, place);
                    }
                }
                place
            }
        };
        usize::try_from(place - 1).ok().and_then(|at| self.texts.get(at)).map_or("", String::as_str)
    }

    fn write(&self, id: i64, snapshot: &Snapshot, form: Form) -> String {
        let mut out = String::new();
        let mut at = Some((self.first, id));
        for (column, next) in &self.steps {
            at = at.and_then(|(entity, id)| Some((*next, snapshot.table(entity)?.value(id, column).as_int()?)));
        }
        let Some((entity, id)) = at else {
            form.nothing(&mut out);
            return out;
        };
        let value = |column: &str| snapshot.table(entity).map_or(&Value::Null, |t| t.value(id, column));
        match self.read {
            Read::Field(field) => form.value(&mut out, field.kind, value(field.column)),
            Read::Name(kind, language) => match snapshot.name(kind, id, language).or_else(|| value("code").as_text()) {
                Some(name) => form.text(&mut out, name),
                None => form.nothing(&mut out),
            },
        }
        out
    }
}

/// Where the values of a path come from; the plan learns what must be read.
fn what(plan: &mut RowPlan, path: &str, language: &'static str) -> Result<What, GraphError> {
    let entity = plan.entity;
    let computed = entity.computed.iter().find(|c| members(c.value).contains(&path));
    if let Some(computed) = computed {
        return Ok(number(plan, computed, path));
    }
    let unknown = || refused(entity, path, "is no column of this list");
    let (before, last) = path.rsplit_once('.').map_or(("", path), |(before, last)| (before, last));
    let mut steps: Vec<(&'static str, &'static Entity)> = Vec::new();
    let mut at = entity;
    for name in before.split('.').filter(|_| !before.is_empty()) {
        let relation = at.relation(name).filter(|r| r.shape == Shape::Object).ok_or_else(unknown)?;
        let Link::One { column, .. } = relation.link else { return Err(unknown()) };
        at = relation.target;
        steps.push((column, at));
    }
    let field = at.field(last).filter(|f| f.output);
    let Some(((column, first), rest)) = steps.split_first() else {
        return match (field, entity.names) {
            (Some(field), _) if matches!(field.kind, Kind::Period) => {
                Ok(What::Period(plan.plain("period_start"), plan.plain("period_months"), None))
            }
            (Some(field), _) => Ok(What::Column(plan.plain(field.column), field.kind)),
            (None, Some(kind)) if last == "name" => {
                let key = plan.plain(if entity.resident { "code" } else { "slug" });
                let language = Value::Text(language.to_owned());
                Ok(What::Name(plan.column(Column::Name { kind, language }), key))
            }
            _ => Err(unknown()),
        };
    };
    if steps.iter().all(|(_, target)| target.resident) {
        let read = match (field, at.names) {
            (Some(field), _) => Read::Field(field),
            (None, Some(kind)) if last == "name" => Read::Name(kind, language),
            _ => return Err(unknown()),
        };
        return Ok(What::Known(plan.plain(column), Known::new(first, rest.to_vec(), read)));
    }
    let field = field.filter(|f| !matches!(f.kind, Kind::Period)).ok_or_else(unknown)?;
    let operand = steps.iter().rev().fold(Operand::Column(field.column), |inner, (column, target)| {
        Operand::Through(Box::new(Through { column, target, inner }))
    });
    Ok(What::Column(plan.column(Column::Read(operand, column_type(field.kind))), field.kind))
}

/// A number of a figure.
fn number(plan: &mut RowPlan, computed: &Computed, path: &str) -> What {
    let of_dataset =
        |plan: &mut RowPlan, read: Read| What::Known(plan.plain("dataset_id"), Known::new(&DATASET, Vec::new(), read));
    let along = |plan: &mut RowPlan, other: &'static str, what: What| What::Where(plan.plain(other), Box::new(what));
    match (computed.value, path, DATASET.field("currency"), DATASET.field("valuation")) {
        (Which::FigureValue, "value.currency", Some(currency), _) => {
            let what = of_dataset(plan, Read::Field(currency));
            along(plan, "value_scaled", what)
        }
        (Which::FigureValue, ..) => What::Amount(plan.plain("dataset_id"), plan.plain("value_scaled"), None),
        (Which::FigureValuation, _, _, Some(valuation)) => of_dataset(plan, Read::Field(valuation)),
        (Which::FigureQuantity, "quantity.unit", ..) => {
            let what = What::Column(plan.plain("quantity_unit"), Kind::Text);
            along(plan, "quantity_milli", what)
        }
        (Which::FigureQuantity, ..) => {
            let what = What::Column(plan.plain("quantity_milli"), Kind::Milli);
            along(plan, "quantity_unit", what)
        }
        (Which::ExchangeRate, ..) => What::Rate(plan.plain("mantissa"), plan.plain("exponent")),
        _ => What::Column(plan.plain("net_weight_g"), Kind::Milli),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::trade_figure::TRADE_FIGURE;

    #[test]
    fn figures_begin_with_what_they_are_of() {
        let fields = default_fields(&TRADE_FIGURE).join(",");
        assert!(
            fields.starts_with(
                "dataset.code,reporter.code,partner.code,sector.classification.code,sector.code,flow,period"
            )
        );
        assert!(fields.contains("value.amount,value.currency,quantity.amount,quantity.unit,netWeightKg"), "{fields}");
    }
}
