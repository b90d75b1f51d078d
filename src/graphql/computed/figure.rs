//! What a trade figure shows beside its columns: its amount with currency, the values its source printed, and the
//! amounts that follow from them, with their inputs.

use crate::catalog::Value as Which;
use crate::catalog::dataset::DATASET;
use crate::catalog::source::SOURCE;
use crate::domain::decimal::{approximate, format_published, format_scaled};
use crate::domain::flow::{FLOWS, Flow, name_of};
use crate::domain::period::Period;
use crate::graphql::computed::Tree;
use crate::graphql::errors::RunError;
use crate::graphql::execute::Session;
use crate::graphql::plan::RowPlan;
use crate::storage::dialect::KeyTable;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::keyed::{FIGURE_KEY, Keyed};
use crate::storage::sql::select::Column;
use crate::storage::value::{Row, Value};

/// The values of the computed fields of all figures of a level. Printed values are read once for all fields that
/// show them, balances once: at most two statements.
pub fn values(session: &mut Session<'_>, plan: &RowPlan, rows: &[Row]) -> Result<Vec<Vec<Tree>>, RunError> {
    let reader = Reader { plan, snapshot: session.snapshot };
    let shows = |wanted: &[Which]| plan.computed.iter().any(|c| wanted.contains(&c.value));
    let printed =
        if shows(&[Which::FigurePublished, Which::FigureGrowth, Which::FigureRank, Which::FigureImpliedPrevious]) {
            printed(session, &reader, rows)?
        } else {
            Vec::new()
        };
    let mut out = Vec::with_capacity(plan.computed.len());
    for slot in &plan.computed {
        let with_printed = |each: &dyn Fn(&Row, &[Printed]) -> Tree| -> Vec<Tree> {
            rows.iter().zip(&printed).map(|(row, values)| each(row, values)).collect()
        };
        out.push(match slot.value {
            Which::FigureValue => rows.iter().map(|row| reader.money_of(row)).collect(),
            Which::FigureQuantity => rows.iter().map(|row| reader.quantity(row)).collect(),
            Which::FigureNetWeight => rows.iter().map(|row| reader.net_weight(row)).collect(),
            Which::FigureValuation => rows.iter().map(|row| reader.valuation(row)).collect(),
            Which::FigureBalance => balances(session, &reader, rows)?,
            Which::FigurePublished => with_printed(&|_, values| {
                Tree::List(values.iter().filter(|v| v.measure == "VALUE").map(Printed::as_value).collect())
            }),
            Which::FigureGrowth => with_printed(&|_, values| first(values, "GROWTH")),
            Which::FigureRank => with_printed(&|_, values| first(values, "RANK")),
            Which::FigureImpliedPrevious => with_printed(&|row, values| implied_previous(&reader, row, values)),
            Which::ExchangeRate => rows.iter().map(|row| reader.rate(row)).collect(),
            // Ancestors are children of the plan.
            Which::RegionAncestors | Which::SectorAncestors => Vec::new(),
        });
    }
    Ok(out)
}

/// Reads figures of a level by column name.
#[derive(Clone, Copy)]
struct Reader<'a> {
    plan: &'a RowPlan,
    snapshot: &'a Snapshot,
}

/// A printed value.
struct Printed {
    measure: String,
    text: String,
    mantissa: i64,
    exponent: i32,
    currency: Option<String>,
    note: Option<String>,
    source: Option<String>,
}

impl Reader<'_> {
    fn get<'r>(&self, row: &'r Row, column: &str) -> &'r Value {
        let at = self.plan.columns.iter().position(|c| matches!(c, Column::Plain(name, _) if *name == column));
        at.map_or(&Value::Null, |at| row.get(at))
    }

    fn int(&self, row: &Row, column: &str) -> Option<i64> {
        self.get(row, column).as_int()
    }

    fn dataset(&self, id: i64, column: &str) -> &Value {
        self.snapshot.table(&DATASET).map_or(&Value::Null, |t| t.value(id, column))
    }

    /// Currency and decimals of a dataset.
    fn unit(&self, dataset: i64) -> (String, u32) {
        let currency = self.dataset(dataset, "currency").as_text().unwrap_or_default().to_owned();
        let scale = self.dataset(dataset, "scale").as_int().and_then(|s| u32::try_from(s).ok()).unwrap_or(0);
        (currency, scale)
    }

    fn money(&self, dataset: i64, units: i64) -> Tree {
        let (currency, scale) = self.unit(dataset);
        Tree::Object(vec![
            ("amount", Tree::Text(format_scaled(units, scale))),
            ("currency", Tree::Text(currency)),
            ("approx", Tree::Float(approximate(units, scale))),
        ])
    }

    fn money_of(&self, row: &Row) -> Tree {
        match (self.int(row, "dataset_id"), self.int(row, "value_scaled")) {
            (Some(dataset), Some(units)) => self.money(dataset, units),
            _ => Tree::Null,
        }
    }

    fn quantity(&self, row: &Row) -> Tree {
        match (self.int(row, "quantity_milli"), self.get(row, "quantity_unit").as_text()) {
            (Some(milli), Some(unit)) => Tree::Object(vec![
                ("amount", Tree::Text(format_scaled(milli, 3))),
                ("unit", Tree::Text(unit.to_owned())),
            ]),
            _ => Tree::Null,
        }
    }

    fn net_weight(&self, row: &Row) -> Tree {
        Tree::text(self.int(row, "net_weight_g").map(|grams| format_scaled(grams, 3)))
    }

    fn rate(&self, row: &Row) -> Tree {
        let exponent = self.int(row, "exponent").and_then(|e| i32::try_from(e).ok());
        Tree::text(self.int(row, "mantissa").zip(exponent).map(|(mantissa, e)| format_published(mantissa, e)))
    }

    fn valuation(&self, row: &Row) -> Tree {
        Tree::text(
            self.int(row, "dataset_id").and_then(|id| self.dataset(id, "valuation").as_text().map(str::to_owned)),
        )
    }

    fn is_reconciled(&self, dataset: i64) -> bool {
        self.dataset(dataset, "reconciled") == &Value::Bool(true)
    }

    /// The key of a figure as stored, with another flow; the other side's export stands for a reconciled import.
    fn stored_key(&self, row: &Row, flow: i64) -> Vec<i64> {
        let mut key: Vec<i64> = FIGURE_KEY.iter().map(|c| self.int(row, c).unwrap_or(-1)).collect();
        let [dataset, reporter, partner, _, stored_flow, ..] = key.as_mut_slice() else { return key };
        *stored_flow = flow;
        if flow == Flow::Import.code() && self.is_reconciled(*dataset) {
            std::mem::swap(reporter, partner);
            *stored_flow = Flow::Export.code();
        }
        key
    }

    fn period(&self, row: &Row) -> Option<Period> {
        let number = |column| self.int(row, column).and_then(|n| i32::try_from(n).ok());
        Some(Period { start: number("period_start")?, months: number("period_months")? })
    }
}

impl Printed {
    fn digits(&self) -> i64 {
        i64::try_from(self.mantissa.unsigned_abs().to_string().len()).unwrap_or(0)
    }

    fn as_value(&self) -> Tree {
        Tree::Object(vec![
            ("text", Tree::Text(self.text.clone())),
            ("amount", Tree::Text(format_published(self.mantissa, self.exponent))),
            ("currency", Tree::text(self.currency.clone())),
            ("digits", Tree::Int(self.digits())),
            ("note", Tree::text(self.note.clone())),
            ("source", Tree::text(self.source.clone())),
        ])
    }

    fn as_number(&self) -> Tree {
        Tree::Object(vec![
            ("text", Tree::Text(self.text.clone())),
            ("value", Tree::Text(format_published(self.mantissa, self.exponent))),
            ("digits", Tree::Int(self.digits())),
            ("note", Tree::text(self.note.clone())),
            ("source", Tree::text(self.source.clone())),
        ])
    }
}

fn first(values: &[Printed], measure: &str) -> Tree {
    values.iter().find(|v| v.measure == measure).map_or(Tree::Null, Printed::as_number)
}

/// The printed values of each row, in one statement.
fn printed(session: &mut Session<'_>, reader: &Reader<'_>, rows: &[Row]) -> Result<Vec<Vec<Printed>>, RunError> {
    const COLUMNS: &[&str] = &["measure", "text", "mantissa", "exponent", "currency", "note", "source_id"];
    let mut out: Vec<Vec<Printed>> = rows.iter().map(|_| Vec::new()).collect();
    if rows.is_empty() {
        return Ok(out);
    }
    let keys = rows.iter().map(|row| reader.stored_key(row, reader.int(row, "flow").unwrap_or(-1))).collect();
    let statement = Keyed {
        table: "published_values",
        columns: COLUMNS,
        order: "ordinal",
        keys: KeyTable::new(keys, FIGURE_KEY.len()),
    };
    for found in session.rows(statement, &[])? {
        let at = found.int(0).and_then(|n| usize::try_from(n - 1).ok()).unwrap_or(usize::MAX);
        let Some(slot) = out.get_mut(at) else { continue };
        let text = |index: usize| found.text(index).map(str::to_owned);
        let source =
            found.int(7).and_then(|id| session.snapshot.table(&SOURCE)?.value(id, "code").as_text().map(str::to_owned));
        slot.push(Printed {
            measure: text(1).unwrap_or_default(),
            text: text(2).unwrap_or_default(),
            mantissa: found.int(3).unwrap_or(0),
            exponent: found.int(4).and_then(|e| i32::try_from(e).ok()).unwrap_or(0),
            currency: text(5),
            note: text(6),
            source,
        });
    }
    Ok(out)
}

fn derived(amount: Tree, method: &str, inputs: Vec<Tree>, reason: Option<&str>) -> Tree {
    Tree::Object(vec![
        ("amount", amount),
        ("derived", Tree::Bool(true)),
        ("method", Tree::Text(method.to_owned())),
        ("inputs", Tree::List(inputs)),
        ("reason", Tree::text(reason.map(str::to_owned))),
    ])
}

fn input(label: String, value: String, currency: Option<String>) -> Tree {
    Tree::Object(vec![("label", Tree::Text(label)), ("value", Tree::Text(value)), ("currency", Tree::text(currency))])
}

/// Exports less imports of each figure's reporter, partner, sector and period, in one statement.
fn balances(session: &mut Session<'_>, reader: &Reader<'_>, rows: &[Row]) -> Result<Vec<Tree>, RunError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut keys = Vec::with_capacity(rows.len() * 2);
    for row in rows {
        keys.push(reader.stored_key(row, Flow::Export.code()));
        keys.push(reader.stored_key(row, Flow::Import.code()));
    }
    let statement = Keyed {
        table: "trade_figures",
        columns: &["value_scaled", "origin"],
        order: "origin",
        keys: KeyTable::new(keys, FIGURE_KEY.len()),
    };
    let mut values: Vec<Option<i64>> = vec![None; rows.len() * 2];
    for found in session.rows(statement, &[])? {
        let at = found.int(0).and_then(|n| usize::try_from(n - 1).ok()).unwrap_or(usize::MAX);
        // Reported comes before derived.
        if let Some(slot) = values.get_mut(at) {
            *slot = slot.or(found.int(1));
        }
    }
    let pair = |index: usize| (values.get(index * 2).copied().flatten(), values.get(index * 2 + 1).copied().flatten());
    Ok(rows.iter().enumerate().map(|(index, row)| balance(reader, row, pair(index))).collect())
}

fn balance(reader: &Reader<'_>, row: &Row, (export, import): (Option<i64>, Option<i64>)) -> Tree {
    let dataset = reader.int(row, "dataset_id").unwrap_or(-1);
    let (currency, scale) = reader.unit(dataset);
    let period = reader.period(row).map(|p| p.to_string()).unwrap_or_default();
    let mut inputs = Vec::new();
    for (flow, value) in [(Flow::Export, export), (Flow::Import, import)] {
        if let Some(value) = value {
            let label = format!("{} {period}", name_of(FLOWS, flow.code()).unwrap_or_default());
            inputs.push(input(label, format_scaled(value, scale), Some(currency.clone())));
        }
    }
    let method = "EXPORT - IMPORT";
    match (export, import) {
        (Some(export), Some(import)) => match export.checked_sub(import) {
            Some(units) => derived(reader.money(dataset, units), method, inputs, None),
            None => derived(Tree::Null, method, inputs, Some("OVERFLOW")),
        },
        (None, None) => derived(Tree::Null, method, inputs, Some("EXPORT_AND_IMPORT_MISSING")),
        (None, _) => derived(Tree::Null, method, inputs, Some("EXPORT_MISSING")),
        (_, None) => derived(Tree::Null, method, inputs, Some("IMPORT_MISSING")),
    }
}

/// The value of the year before that a printed value and growth imply: value / (1 + growth), at the precision of the
/// printed value. Exact integers; half rounds to even.
fn implied_previous(reader: &Reader<'_>, row: &Row, values: &[Printed]) -> Tree {
    let method = "printed value / (1 + printed growth)";
    let dataset = reader.int(row, "dataset_id").unwrap_or(-1);
    let (currency, _) = reader.unit(dataset);
    let value = values.iter().find(|v| v.measure == "VALUE" && v.currency.as_deref() == Some(currency.as_str()));
    let growth = values.iter().find(|v| v.measure == "GROWTH");
    let mut inputs = Vec::new();
    let period = reader.period(row).map(|p| p.to_string()).unwrap_or_default();
    if let Some(value) = value {
        inputs.push(input(
            format!("value {period}"),
            format_published(value.mantissa, value.exponent),
            Some(currency.clone()),
        ));
    }
    if let Some(growth) = growth {
        inputs.push(input(format!("growth {period}"), format_published(growth.mantissa, growth.exponent), None));
    }
    let (Some(value), Some(growth)) = (value, growth) else {
        let reason = if growth.is_none() { "GROWTH_NOT_PUBLISHED" } else { "VALUE_NOT_PUBLISHED" };
        return derived(Tree::Null, method, inputs, Some(reason));
    };
    match divide(value.mantissa, growth.mantissa, growth.exponent) {
        Some(mantissa) => {
            let amount = Tree::Object(vec![
                ("amount", Tree::Text(format_published(mantissa, value.exponent))),
                ("currency", Tree::Text(currency)),
                ("approx", Tree::Float(approximate(mantissa, 0) * 10_f64.powi(value.exponent))),
            ]);
            derived(amount, method, inputs, None)
        }
        None => derived(Tree::Null, method, inputs, Some("GROWTH_OF_NOTHING")),
    }
}

/// `value` / (1 + `growth` × 10^`exponent`), rounded half to even.
fn divide(value: i64, growth: i64, exponent: i32) -> Option<i64> {
    let scale = u32::try_from(-exponent).ok().filter(|s| *s <= 18)?;
    let one = 10_i128.checked_pow(scale)?;
    let divisor = one.checked_add(i128::from(growth))?;
    if divisor <= 0 {
        return None;
    }
    let dividend = i128::from(value).checked_mul(one)?;
    let (quotient, rest) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    let up = match (rest * 2).cmp(&divisor) {
        std::cmp::Ordering::Greater => 1,
        std::cmp::Ordering::Equal => quotient & 1,
        std::cmp::Ordering::Less => 0,
    };
    i64::try_from(quotient + up).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_before_is_implied_at_the_printed_precision() {
        assert_eq!(divide(1585, 658, -3), Some(956), "15.85 bn / 1.658 = 9.56 bn");
        assert_eq!(divide(100, -1000, -3), None, "a fall by 100 % leaves nothing to divide by");
        assert_eq!(divide(3, 1, 0), Some(2), "1.5 rounds to even");
        assert_eq!(divide(1, 1, 0), Some(0), "0.5 rounds to even");
    }
}
