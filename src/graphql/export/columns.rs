//! What stands in a row of a file: fields of the row, of the rows that to-one relations lead to, and the numbers of
//! figures, each by its path in the graph (`reporter.code`, `value.amount`). Whatever memory holds is looked up there,
//! and written once for each row that it is of.

use std::collections::HashMap;

use super::cells::Form;
use crate::catalog::dataset::DATASET;
use crate::catalog::{Computed, Entity, Field, Kind, Link, NodeKey, Relation, Shape, Value as Which};
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
    /// A period in two columns.
    Period(usize, usize),
    /// A name in a column, else a key.
    Name(usize, usize),
    /// Something of the row in memory whose id a column holds.
    Known(usize, Known),
    /// The amount of a figure: its dataset and its units.
    Amount(usize, usize),
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
    written: HashMap<i64, Box<str>>,
    /// The last one, since neighbours are mostly alike.
    last: Option<(i64, Box<str>)>,
}

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
            Self::Period(start, months) => {
                let number = |at: usize| row.int(at).and_then(|n| i32::try_from(n).ok());
                match (number(*start), number(*months)) {
                    (Some(start), Some(months)) => push_period(form, out, Period { start, months }),
                    _ => form.nothing(out),
                }
            }
            Self::Known(at, known) => match row.int(*at) {
                Some(id) => out.push_str(known.written(id, snapshot, form)),
                None => form.nothing(out),
            },
            Self::Amount(dataset, units) => match (row.int(*dataset), row.int(*units)) {
                (Some(dataset), Some(units)) => form.scaled(out, units, scale(snapshot, dataset)),
                _ => form.nothing(out),
            },
        }
    }
}

fn push_period(form: Form, out: &mut String, period: Period) {
    use std::fmt::Write as _;
    if form == Form::Ndjson {
        out.push('"');
    }
    let _infallible = write!(out, "{period}");
    if form == Form::Ndjson {
        out.push('"');
    }
}

fn scale(snapshot: &Snapshot, dataset: i64) -> u32 {
    let scale = snapshot.table(&DATASET).and_then(|t| t.value(dataset, "scale").as_int());
    scale.and_then(|s| u32::try_from(s).ok()).unwrap_or(0)
}

impl Known {
    fn written(&mut self, id: i64, snapshot: &Snapshot, form: Form) -> &str {
        if self.last.as_ref().is_none_or(|(last, _)| *last != id) {
            let text = match self.written.get(&id) {
                Some(text) => text.clone(),
                None => {
                    let text = self.write(id, snapshot, form).into_boxed_str();
                    self.written.insert(id, text.clone());
                    text
                }
            };
            self.last = Some((id, text));
        }
        self.last.as_ref().map_or("", |(_, text)| text)
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
                Ok(What::Period(plan.plain("period_start"), plan.plain("period_months")))
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
        let known = Known { steps: rest.to_vec(), first, read, written: HashMap::new(), last: None };
        return Ok(What::Known(plan.plain(column), known));
    }
    let field = field.filter(|f| !matches!(f.kind, Kind::Period)).ok_or_else(unknown)?;
    let operand = steps.iter().rev().fold(Operand::Column(field.column), |inner, (column, target)| {
        Operand::Through(Box::new(Through { column, target, inner }))
    });
    Ok(What::Column(plan.column(Column::Read(operand, column_type(field.kind))), field.kind))
}

/// A number of a figure.
fn number(plan: &mut RowPlan, computed: &Computed, path: &str) -> What {
    let of_dataset = |plan: &mut RowPlan, read: Read| {
        let known = Known { steps: Vec::new(), first: &DATASET, read, written: HashMap::new(), last: None };
        What::Known(plan.plain("dataset_id"), known)
    };
    let along = |plan: &mut RowPlan, other: &'static str, what: What| What::Where(plan.plain(other), Box::new(what));
    match (computed.value, path, DATASET.field("currency"), DATASET.field("valuation")) {
        (Which::FigureValue, "value.currency", Some(currency), _) => {
            let what = of_dataset(plan, Read::Field(currency));
            along(plan, "value_scaled", what)
        }
        (Which::FigureValue, ..) => What::Amount(plan.plain("dataset_id"), plan.plain("value_scaled")),
        (Which::FigureValuation, _, _, Some(valuation)) => of_dataset(plan, Read::Field(valuation)),
        (Which::FigureQuantity, "quantity.unit", ..) => {
            let what = What::Column(plan.plain("quantity_unit"), Kind::Text);
            along(plan, "quantity_milli", what)
        }
        (Which::FigureQuantity, ..) => {
            let what = What::Column(plan.plain("quantity_milli"), Kind::Milli);
            along(plan, "quantity_unit", what)
        }
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
