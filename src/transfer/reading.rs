//! Reads the rows of a file by a layout: codes become ids, words become flows and statuses, amounts become whole numbers.
//! A row gives as many figures as it has amounts; each is one figure, left out by a rule, or bad with column and reason.

mod cells;
mod header;
mod told;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

pub use told::{edition_in_name, edition_of_option};

use super::TransferError;
use super::layout::{
    AreaOf, DecimalSign, EditionOf, KeepOf, Layout, MeasureOf, MeasuresOf, Pad, ValueOf, WordsOf, Zero,
};
use super::places::{Place, Places};
use super::products::{Product, Products, Word};
use super::report::Tell;
use super::rows::{BLANK, Rows};
use super::sorted::{Figure, Key};
use crate::domain::control;
use crate::domain::decimal::{Scaled, parse_cell};
use crate::domain::flow::{STATUSES, code_of};
use crate::domain::period::{self, Period};
use crate::storage::conn::Conn;
use cells::{area, expected, first_filled, flow_code, grouped, unit_words, word};

/// What may stand for a figure's dataset: classification and currency.
pub type Body = (String, String, String);

/// What the files mean: the same for all files of an import.
#[derive(Debug)]
pub struct Meaning {
    /// Regions.
    pub places: Places,
    /// Sectors.
    pub products: Products,
    /// Datasets in the order in which they were met: family, edition, currency.
    pub bodies: Vec<Body>,
    /// Units of quantities.
    pub units: Units,
    /// Edition said on the command line.
    pub edition: Option<String>,
    /// Words for other words, from the user's table: flows.
    pub flows: BTreeMap<String, String>,
    /// Direction said on the command line.
    pub flow: Option<String>,
    /// All editions go into one dataset, whatever the layout says.
    pub one_dataset: bool,
}

/// Bytes of the longest unit; it is a word or two, such as `1000 kWh`.
const LONGEST_UNIT: usize = 100;

/// Words of units, numbered as they are met; the first is no unit.
#[derive(Debug)]
pub struct Units {
    words: Vec<String>,
    places: HashMap<String, u16>,
}

impl Default for Units {
    fn default() -> Self {
        Self { words: vec![String::new()], places: HashMap::from([(String::new(), 0)]) }
    }
}

impl Units {
    /// The number of a unit, or why it is none.
    fn place(&mut self, unit: &str) -> Result<u16, String> {
        if let Some(known) = self.places.get(unit) {
            return Ok(*known);
        }
        if let Some(fault) = control::fault(unit) {
            return Err(format!("expected a unit: {fault}"));
        }
        if unit.len() > LONGEST_UNIT {
            return Err(format!("expected a unit such as kg, of at most {LONGEST_UNIT} bytes"));
        }
        let place = u16::try_from(self.words.len());
        let place = place.map_err(|_| "there are more than 65,535 units; a unit is a word such as kg".to_owned())?;
        self.words.push(unit.to_owned());
        self.places.insert(unit.to_owned(), place);
        Ok(place)
    }

    /// All of them, in the order of their numbers.
    pub fn words(&self) -> &[String] {
        &self.words
    }
}

/// What one row came to.
#[derive(Debug)]
pub enum Read {
    /// A figure.
    Figure(Figure),
    /// Left out by a rule.
    LeftOut(Cow<'static, str>),
    /// The file says that there is nothing here, which is left out by a rule too.
    Nothing(Nothing, &'static str),
}

/// A reporter, flow and period of which a file says that there is nothing of a sector.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Nothing {
    /// Its dataset.
    pub body: Body,
    /// Region id.
    pub reporter: u32,
    /// Code of the flow.
    pub flow: u8,
    /// First month and months.
    pub when: (u16, u8),
    /// A sector of the classification.
    pub sector: u32,
}

/// A bad cell: its column and the reason.
pub type Wrong = (Option<usize>, String);

/// Columns of one kind of cell, in order of preference.
type Columns = Vec<usize>;

/// A layout bound to the header of a file.
pub struct Reader<'a> {
    layout: &'a Layout,
    reporter: Vec<(usize, Columns, &'a AreaOf)>,
    partner: Vec<(usize, Columns, &'a AreaOf)>,
    product: Columns,
    length: Columns,
    name: Columns,
    edition: Option<(Columns, &'a WordsOf)>,
    flow: Option<(Columns, &'a WordsOf)>,
    period: Vec<Columns>,
    /// The month of a file whose period is a year alone.
    month: Option<Columns>,
    values: Vec<Value<'a>>,
    weight: Option<(Columns, &'a MeasureOf)>,
    quantity: Option<(Columns, Columns, &'a MeasureOf)>,
    status: Option<(Columns, &'a WordsOf)>,
    measure: Option<(Columns, &'a MeasuresOf)>,
    keep: Vec<(Columns, &'a KeepOf)>,
    /// Edition that the file's name tells.
    named_edition: Option<String>,
    /// Direction of all rows, where they do not tell it.
    whole_flow: Option<u8>,
    /// The sign between whole and fraction, and whether a point is one too.
    decimal: (char, bool),
    /// Number of the file in the import.
    file: u16,
    shown: Vec<String>,
    /// Columns that count, in order.
    bound: Vec<usize>,
}

/// Columns of an amount, those of its power of ten, and those that are added to it.
struct Value<'a> {
    columns: Columns,
    powers: Columns,
    plus: Vec<Columns>,
    of: &'a ValueOf,
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("format", &self.layout.format).finish_non_exhaustive()
    }
}

impl<'a> Reader<'a> {
    /// Binds a layout to a file.
    pub fn bind(layout: &'a Layout, rows: &Rows, meaning: &Meaning, file: u16) -> Result<Self, TransferError> {
        let header = &rows.header;
        let missing = layout.missing(header);
        if let Some(first) = missing.first() {
            return Err(rows.input.unreadable(format!(
                "line 1: there is no column `{}`; expected {}, came {}",
                first.replace('|', "` or `"),
                layout.header.iter().map(|n| n.split('|').next().unwrap_or_default()).collect::<Vec<_>>().join(","),
                rows.came()
            )));
        }
        let columns = |names: &str| layout.columns(header, names);
        let optional = |names: &Option<String>| names.as_deref().map(columns).unwrap_or_default();
        let areas = |areas: &'a [AreaOf], first: usize| {
            let bound = areas.iter().enumerate().map(|(at, of)| (first + at, optional(&of.column), of));
            bound.filter(|(_, columns, of)| of.region.is_some() || !columns.is_empty()).collect::<Vec<_>>()
        };
        let words = |of: &'a WordsOf| (optional(&of.column), of);
        let named = edition_in_name(rows.input.name());
        let mut out = Self {
            layout,
            reporter: areas(&layout.reporter, 0),
            partner: areas(&layout.partner, 100),
            product: optional(&layout.product.column),
            length: optional(&layout.product.length),
            name: optional(&layout.product.name),
            edition: match &layout.product.edition {
                Some(EditionOf::Column(of)) => Some(words(of)),
                _ => None,
            },
            flow: layout.flow.as_ref().map(words),
            period: layout.period.iter().map(|names| columns(names)).collect(),
            month: layout.month.as_ref().filter(|of| columns(&of.without).is_empty()).map(|of| columns(&of.column)),
            values: Vec::new(),
            weight: layout.weight.as_ref().map(|of| (columns(&of.column), of)),
            quantity: layout.quantity.as_ref().map(|of| (columns(&of.column), optional(&of.unit), of)),
            status: layout.status.as_ref().map(words),
            measure: layout.measure.as_ref().map(|of| (columns(&of.column), of)),
            keep: layout.keep.iter().map(|of| (columns(&of.column), of)).filter(|(c, _)| !c.is_empty()).collect(),
            named_edition: None,
            whole_flow: None,
            decimal: match layout.decimal {
                DecimalSign::Point => ('.', true),
                DecimalSign::Comma => (',', false),
                DecimalSign::Separator if rows.has_semicolons() => (',', true),
                DecimalSign::Separator => ('.', true),
            },
            file,
            shown: header.clone(),
            bound: Vec::new(),
        };
        for of in &layout.value {
            let bound = columns(&of.column);
            if !bound.is_empty() {
                let plus = of.plus.iter().map(|names| columns(names)).collect();
                out.values.push(Value { columns: bound, powers: optional(&of.power_column), plus, of });
            }
        }
        out.bound = out.bound();
        out.check_names(rows)?;
        out.named_edition = out.edition_of_file(rows, meaning, named)?;
        out.whole_flow = out.flow_of_file(rows, meaning)?;
        Ok(out)
    }

    /// Figures that a row has when it is whole.
    pub fn amounts(&self) -> u64 {
        u64::try_from(self.values.len()).unwrap_or(1).max(1)
    }

    /// Whether a bad cell leaves what the row belongs to unknown, or the sum that it is a part of short: all but the words
    /// for areas and products, which name nothing that there is.
    pub fn is_part(&self, column: Option<usize>) -> bool {
        let sides = self.reporter.iter().chain(&self.partner).flat_map(|(_, columns, _)| columns);
        let words: Vec<&usize> = sides.chain(&self.product).collect();
        column.is_none_or(|column| !words.contains(&&column))
    }

    /// The name of a column, for reports.
    pub fn column(&self, at: Option<usize>) -> &str {
        at.and_then(|at| self.shown.get(at)).map_or("row", String::as_str)
    }

    /// What the row is; each of its amounts goes to `out`.
    pub fn row(
        &self,
        conn: &mut Conn,
        rows: &Rows,
        meaning: &mut Meaning,
        tell: Tell<'_>,
        out: &mut Vec<Result<Read, Wrong>>,
    ) -> Result<(), TransferError> {
        match self.figures(conn, rows, meaning, tell, out)? {
            Ok(()) => {}
            Err(wrong) => {
                out.clear();
                for _ in 0..self.amounts() {
                    out.push(Err(wrong.clone()));
                }
            }
        }
        Ok(())
    }

    fn figures(
        &self,
        conn: &mut Conn,
        rows: &Rows,
        meaning: &mut Meaning,
        tell: Tell<'_>,
        out: &mut Vec<Result<Read, Wrong>>,
    ) -> Result<Result<(), Wrong>, TransferError> {
        let leave_out = |out: &mut Vec<Result<Read, Wrong>>, why: &str| {
            for _ in 0..self.amounts() {
                out.push(Ok(Read::LeftOut(Cow::Owned(why.to_owned()))));
            }
        };
        if rows.is_blank() {
            leave_out(out, BLANK);
            return Ok(Ok(()));
        }
        if !self.layout.empty.is_empty() {
            let start = rows.text(0);
            if self.layout.empty.iter().any(|beginning| start.starts_with(beginning.as_str())) {
                drop(start);
                leave_out(out, "the file says that it has no data");
                return Ok(Ok(()));
            }
        }
        let width = rows.width();
        if width != rows.header.len() {
            return Ok(Err((None, format!("the line has {width} fields, expected {}", rows.header.len()))));
        }
        if let Some(at) = rows.twice().iter().find(|at| self.bound.binary_search(at).is_ok()) {
            return Ok(Err((Some(*at), "the record has this name twice, with different values".to_owned())));
        }
        for (columns, keep) in &self.keep {
            let word = rows.text(first_filled(rows, columns));
            if !keep.counts(&word) {
                leave_out(out, &keep.others);
                return Ok(Ok(()));
            }
        }
        let mut common = match self.common(rows, meaning) {
            Ok(common) => common,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let product = match self.product(conn, rows, meaning, common.period.start.div_euclid(12), tell)? {
            Ok(product) => product,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let weight_only = match self.measured(rows, &mut common) {
            Ok(Some(is_weight)) => is_weight,
            Ok(None) => {
                leave_out(out, "another measure");
                return Ok(Ok(()));
            }
            Err(wrong) => return Ok(Err(wrong)),
        };
        for value in &self.values {
            let amount = self.amount(rows, value, &common, weight_only);
            let read = amount.and_then(|amount| match amount.or_else(|| self.without_value(&common)) {
                None => self.nothing(meaning, &common, product, value.of),
                Some(amount) => self.figure(meaning, &common, product, value.of, amount, rows.line()).map(Read::Figure),
            });
            out.push(read);
        }
        Ok(Ok(()))
    }

    /// What all amounts of a row have in common, but for the product.
    fn common(&self, rows: &Rows, meaning: &mut Meaning) -> Result<Common, Wrong> {
        let period = self.period(rows)?;
        let year = period.start.div_euclid(12);
        let reporter = area(rows, &mut meaning.places, &self.reporter, year)?;
        let partner = area(rows, &mut meaning.places, &self.partner, year)?;
        let flow = match (self.whole_flow, &self.flow) {
            (Some(flow), _) => Some(flow),
            (None, None) => None,
            (None, Some((columns, of))) => Some(self.flow_of(rows, columns, of, &meaning.flows)?),
        };
        let status = match &self.status {
            None => 1,
            Some((columns, of)) => status(rows, columns, of)?,
        };
        let number = |measure: &Option<(Columns, &MeasureOf)>| match measure {
            None => Ok(None),
            Some((columns, of)) => self.number(rows, columns, of, 3 + of.power),
        };
        let weight = number(&self.weight)?;
        let (mut quantity, mut unit) = (None, 0);
        if let Some((columns, units, of)) = &self.quantity {
            let (at, text) = match &of.fixed_unit {
                Some(unit) => (None, Cow::Borrowed(unit.as_str())),
                None => word(rows, units),
            };
            if !text.is_empty() && !of.none.iter().any(|none| none.eq_ignore_ascii_case(&text)) {
                quantity = self.number(rows, columns, of, 3 + of.power)?;
                let meant = of.units.get(text.as_ref()).map_or(text.as_ref(), String::as_str);
                unit = meaning.units.place(meant).map_err(|reason| (at, reason))?;
            }
        }
        Ok(Common { period, reporter, partner, flow, status, weight, quantity, unit, power: 0 })
    }

    fn period(&self, rows: &Rows) -> Result<Period, Wrong> {
        let mut text = String::new();
        let mut first = None;
        for columns in &self.period {
            let (at, part) = word(rows, columns);
            first = first.or(at);
            if part.is_empty() && self.period.len() > 1 {
                return Err((at, "expected a part of the period: a year, or a month from 1 to 12".to_owned()));
            }
            if !text.is_empty() && !part.is_empty() {
                text.push('-');
            }
            text.push_str(&part);
        }
        if let Some((at, part)) = self.month.as_ref().map(|columns| word(rows, columns)) {
            // 52 is the year as a whole.
            match part.parse::<u8>() {
                _ if part.is_empty() => {}
                Ok(0 | 52) => {}
                Ok(month @ 1..=12) => text.push_str(&format!("-{month:02}")),
                _ => return Err((at, "expected a month from 1 to 12, or 52 for the year".to_owned())),
            }
        }
        let known = |p: &Period| (1900..=2155).contains(&p.start.div_euclid(12));
        period::of_file(&text).filter(known).ok_or_else(|| {
            (first, "expected a year (2023), a month (202307, 2023-07, 07/2023) or a quarter (2023-Q2)".to_owned())
        })
    }

    fn flow_of(
        &self,
        rows: &Rows,
        columns: &Columns,
        of: &WordsOf,
        mapped: &BTreeMap<String, String>,
    ) -> Result<u8, Wrong> {
        let (at, word) = word(rows, columns);
        let meant = mapped.get(word.as_ref()).map(String::as_str).or_else(|| of.meaning(&word));
        let meant = meant.ok_or_else(|| (at, expected(of)))?;
        flow_code(meant).ok_or_else(|| (at, format!("`{meant}` is no flow of Tea Road")))
    }

    fn product(
        &self,
        conn: &mut Conn,
        rows: &Rows,
        meaning: &mut Meaning,
        year: i32,
        tell: Tell<'_>,
    ) -> Result<Result<(Product, usize), Wrong>, TransferError> {
        let mut at = None;
        let edition = match (&self.named_edition, &self.edition, &self.layout.product.edition) {
            (asked, Some((columns, of)), _) if !columns.is_empty() => {
                let (column, word) = word(rows, columns);
                at = column;
                match (asked, of.meaning(&word)) {
                    (Some(asked), _) if word.is_empty() => asked.as_str(),
                    (Some(asked), Some(edition)) if asked != edition => {
                        return Ok(Err((at, format!("the row tells {edition}, --edition {asked}; leave it out"))));
                    }
                    (_, Some(edition)) => edition,
                    (_, None) => return Ok(Err((at, expected(of)))),
                }
            }
            (Some(edition), _, _) => edition.as_str(),
            (None, _, Some(EditionOf::ByYear { since })) => {
                let in_force = since.iter().rev().find(|(first, _)| first.parse::<i32>().is_ok_and(|f| f <= year));
                match in_force {
                    Some((_, edition)) => edition.as_str(),
                    None => return Ok(Err((None, format!("no edition was in force in {year}; pass --edition")))),
                }
            }
            _ => return Ok(Err((None, "the classification is not told; pass --edition".to_owned()))),
        };
        let edition = match meaning.products.edition(conn, edition)? {
            Ok(edition) => edition,
            Err(reason) => return Ok(Err((at, reason))),
        };
        if self.product.is_empty() {
            let of = &self.layout.product;
            let found = meaning.products.find(conn, edition, of, Word { code: b"TOTAL", length: 0, name: "" }, tell)?;
            return Ok(found.map(|p| (p, edition)).map_err(|reason| (None, reason)));
        }
        let column = first_filled(rows, &self.product);
        let length = match self.layout.product.pad {
            Some(Pad::Length(pad)) => pad,
            _ => word(rows, &self.length).1.parse::<usize>().ok().filter(|l| *l <= 20).unwrap_or(0),
        };
        let name = word(rows, &self.name).1;
        let of = &self.layout.product;
        let word = Word { code: rows.cell(column), length, name: &name };
        let found = meaning.products.find(conn, edition, of, word, tell)?;
        Ok(found.map(|p| (p, edition)).map_err(|reason| (Some(column), reason)))
    }

    /// Whether the row holds a weight instead of a value; nothing when it holds what is not kept.
    fn measured(&self, rows: &Rows, common: &mut Common) -> Result<Option<bool>, Wrong> {
        let Some((columns, of)) = &self.measure else { return Ok(Some(false)) };
        let (at, word) = word(rows, columns);
        let is = of.codes.iter().find(|(code, _)| code.eq_ignore_ascii_case(&word)).map(|(_, is)| is);
        let Some(is) = is else {
            let known = of.codes.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err((at, format!("expected one of {known}")));
        };
        common.power = is.power;
        if let Some(flow) = &is.flow {
            common.flow = Some(flow_code(flow).ok_or_else(|| (at, format!("`{flow}` is no flow of Tea Road")))?);
        }
        Ok(match is.is.as_str() {
            "weight" => Some(true),
            "value" => Some(false),
            _ => None,
        })
    }

    /// The amount of a row, or nothing where nothing is reported.
    fn amount(
        &self,
        rows: &Rows,
        value: &Value<'_>,
        common: &Common,
        weight_only: bool,
    ) -> Result<Option<Amount>, Wrong> {
        let of = value.of;
        let (at, text) = word(rows, &value.columns);
        let marker = of.markers.iter().find(|(marker, _)| marker.as_str() == text).map(|(_, status)| status);
        if let Some(status) = marker {
            let code =
                code_of(STATUSES, status).ok_or_else(|| (at, format!("`{status}` of the layout is no status")))?;
            // A marker of nothing says less than a row that says that it is withheld.
            let code = if code == MISSING && common.status == CONFIDENTIAL { CONFIDENTIAL } else { code };
            return Ok(Some(Amount { value: None, status: Some(code), weight_only }));
        }
        let is_filled = |columns: &Columns| !word(rows, columns).1.is_empty();
        let has_more = value.plus.iter().any(is_filled);
        if text.is_empty() && of.zero != Zero::Amount && !has_more {
            return Ok(None);
        }
        let further = match word(rows, &value.powers) {
            (_, text) if text.is_empty() => 0,
            (at, text) => text
                .parse::<i32>()
                .ok()
                .filter(|p| (-12..=15).contains(p))
                .ok_or_else(|| (at, "expected a power of ten".to_owned()))?,
        };
        let scale = if weight_only { 3 } else { i32::try_from(self.layout.dataset.scale).unwrap_or(0) };
        let scale = scale + of.power + further + common.power;
        let amount = |at, text: &str| {
            self.decimal(text, scale).map_err(|e| (at, format!("expected an amount{}: {e}", unit_words(of.power))))
        };
        let mut number =
            if text.is_empty() && has_more { Scaled { units: 0, rounded: false } } else { amount(at, &text)? };
        for columns in &value.plus {
            let (at, text) = word(rows, columns);
            if !text.is_empty() {
                let more = amount(at, &text)?;
                let units = number.units.checked_add(more.units);
                let units = units.ok_or_else(|| (at, "added up it is too large".to_owned()))?;
                number = Scaled { units, rounded: number.rounded || more.rounded };
            }
        }
        if self.layout.dataset.reconciled && number.units < 0 {
            return Err((at, "it is less than zero".to_owned()));
        }
        if number.units == 0 && !number.rounded && of.zero == Zero::Nothing {
            return Ok(None);
        }
        Ok(Some(Amount { value: Some(number), status: None, weight_only }))
    }

    /// What a row is that reports no value: a figure without one where it says so, or where it has a weight or a
    /// quantity. Of several values nobody knows whose weight it is.
    fn without_value(&self, common: &Common) -> Option<Amount> {
        let is_own = self.values.len() == 1;
        let is_told = common.status == CONFIDENTIAL || common.status == MISSING;
        let status = if common.status == CONFIDENTIAL { CONFIDENTIAL } else { MISSING };
        let amount = Amount { value: None, status: Some(status), weight_only: false };
        Some(amount).filter(|_| is_told || (is_own && common.has_measure()))
    }

    /// Why a row that reports no value is left out.
    fn rule_of_nothing(&self, common: &Common) -> &'static str {
        match (&self.weight, &self.quantity) {
            _ if common.has_measure() => "a weight or quantity without a value of its own",
            (None, None) => "nothing reported",
            _ => "no value, weight or quantity",
        }
    }

    fn number(&self, rows: &Rows, columns: &Columns, of: &MeasureOf, scale: i32) -> Result<Option<Scaled>, Wrong> {
        let (at, text) = word(rows, columns);
        if text.is_empty() || of.unknown.iter().any(|u| u.eq_ignore_ascii_case(&text)) {
            return Ok(None);
        }
        let number = self.decimal(&text, scale).map_err(|e| (at, format!("expected a number: {e}")))?;
        if number.units < 0 {
            return Err((at, "it is less than zero".to_owned()));
        }
        Ok(Some(number).filter(|n| n.units != 0 || n.rounded || of.zero != Zero::Nothing))
    }

    fn decimal(&self, text: &str, scale: i32) -> Result<Scaled, crate::domain::decimal::DecimalError> {
        let ((decimal, is_point_too), grouping) = (self.decimal, self.layout.grouping.as_str());
        if decimal == '.' && grouping.is_empty() {
            return parse_cell(text, scale);
        }
        if !grouped(text, grouping, decimal) {
            return Err(crate::domain::decimal::DecimalError::Grouping);
        }
        let mut plain = String::with_capacity(text.len());
        for c in text.chars().filter(|c| !grouping.contains(*c)) {
            // A point where commas are written is neither.
            plain.push(match c {
                c if c == decimal => '.',
                '.' if !is_point_too => ',',
                c => c,
            });
        }
        parse_cell(&plain, scale)
    }

    /// What a row says that has no amount.
    fn nothing(
        &self,
        meaning: &Meaning,
        common: &Common,
        (product, edition): (Product, usize),
        of: &ValueOf,
    ) -> Result<Read, Wrong> {
        let why = self.rule_of_nothing(common);
        let flow = of.flow.as_deref().and_then(flow_code).or(common.flow);
        let when = (u16::try_from(common.period.start).ok()).zip(u8::try_from(common.period.months).ok());
        let Some((flow, when)) = flow.zip(when) else { return Ok(Read::LeftOut(Cow::Borrowed(why))) };
        let (family, code) = meaning.products.at(edition).map_or(("", ""), |e| (e.family.as_str(), e.code.as_str()));
        let currency = of.currency.as_deref().unwrap_or(&self.layout.dataset.currency);
        let body = (family.to_owned(), code.to_owned(), currency.to_owned());
        Ok(Read::Nothing(Nothing { body, reporter: common.reporter.region, flow, when, sector: product.sector }, why))
    }

    fn figure(
        &self,
        meaning: &mut Meaning,
        common: &Common,
        (product, edition): (Product, usize),
        of: &ValueOf,
        amount: Amount,
        line: u64,
    ) -> Result<Figure, Wrong> {
        let flow = match &of.flow {
            Some(flow) => flow_code(flow).ok_or_else(|| (None, format!("`{flow}` is no flow of Tea Road")))?,
            None => common.flow.ok_or_else(|| (None, "the flow is not told".to_owned()))?,
        };
        let nodes = meaning.products.at(edition);
        let (family, code) = nodes.map_or(("", ""), |e| (e.family.as_str(), e.code.as_str()));
        let currency = of.currency.as_deref().unwrap_or(&self.layout.dataset.currency);
        let at = meaning.bodies.iter().position(|(f, e, c)| {
            f == family
                && c == currency
                && (e == code || meaning.one_dataset || !self.layout.dataset.code.contains("{edition}"))
        });
        let at = at.unwrap_or_else(|| {
            meaning.bodies.push((family.to_owned(), code.to_owned(), currency.to_owned()));
            meaning.bodies.len() - 1
        });
        let dataset = u8::try_from(at).map_err(|_| (None, "the files hold more than 255 datasets".to_owned()))?;
        let start = u16::try_from(common.period.start).map_err(|_| (None, "the year is too large".to_owned()))?;
        let value = amount.value.filter(|_| !amount.weight_only);
        let weight = if amount.weight_only { amount.value } else { common.weight };
        let rounded = [value, weight, common.quantity].iter().flatten().any(|n| n.rounded);
        let missing = amount.value.is_none() && amount.status.is_none();
        let status = match amount.status {
            Some(status) => status,
            None if missing => MISSING,
            None => common.status,
        };
        Ok(Figure {
            key: Key {
                dataset,
                reporter: common.reporter.region,
                partner: common.partner.region,
                sector: product.sector,
                flow,
                start,
                months: u8::try_from(common.period.months).unwrap_or(12),
            },
            value: value.map(|v| v.units),
            weight: weight.map(|w| w.units),
            quantity: common.quantity.map(|q| q.units),
            unit: common.unit,
            status: u8::try_from(status).unwrap_or(1),
            rounded,
            cut: product.cut,
            weight_only: amount.weight_only,
            file: self.file,
            line: u32::try_from(line).unwrap_or(u32::MAX),
        })
    }
}

/// The status of a row: the strongest that one of the columns says. Flags of Eurostat stand together: `be` is a break,
/// estimated.
fn status(rows: &Rows, columns: &Columns, of: &WordsOf) -> Result<i64, Wrong> {
    // That it is withheld says more than that it is missing.
    let strength = |status: i64| if status == CONFIDENTIAL { i64::MAX } else { status };
    let mut strongest = None;
    let filled: Vec<usize> = columns.iter().copied().filter(|at| !rows.cell(*at).is_empty()).collect();
    let read = if filled.is_empty() { columns.first().copied().into_iter().collect() } else { filled };
    for at in read {
        let word = rows.text(at);
        let is_known = of.codes.keys().any(|code| code.eq_ignore_ascii_case(&word));
        let is_flags = !is_known && (2..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
        let parts: Vec<&str> =
            if is_flags { word.split("").filter(|part| !part.is_empty()).collect() } else { vec![&word] };
        for part in parts {
            let meant = of.meaning(part).ok_or_else(|| (Some(at), expected(of)))?;
            let code =
                code_of(STATUSES, meant).ok_or_else(|| (Some(at), format!("`{meant}` of the layout is no status")))?;
            strongest = strongest.into_iter().chain([code]).max_by_key(|code| strength(*code));
        }
    }
    match strongest.or_else(|| of.meaning("").and_then(|meant| code_of(STATUSES, meant))) {
        Some(status) => Ok(status),
        None => Err((None, expected(of))),
    }
}

/// Statuses of figures without a value.
const CONFIDENTIAL: i64 = 3;
const MISSING: i64 = 4;

struct Common {
    period: Period,
    reporter: Place,
    partner: Place,
    flow: Option<u8>,
    status: i64,
    weight: Option<Scaled>,
    quantity: Option<Scaled>,
    unit: u16,
    /// A further power of ten of the row's measure.
    power: i32,
}

impl Common {
    fn has_measure(&self) -> bool {
        self.weight.is_some() || self.quantity.is_some()
    }
}

struct Amount {
    value: Option<Scaled>,
    status: Option<i64>,
    /// It is a weight, not a value.
    weight_only: bool,
}
