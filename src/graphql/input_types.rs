//! Input types that do not depend on an entity, made from the kinds of columns: operators, their types and what each
//! means. How an operator becomes a condition is in [`super::inputs`].

use super::participation_stats;
use crate::catalog::{self, Kind};

/// Scalars of the schema.
pub static SCALARS: &[(&str, &str)] = &[
    ("Decimal", "An exact decimal number, as text: `15850000000`, `0.658`. In input a number is taken too."),
    (
        "BigInt",
        "A 64-bit whole number, as text, since JSON numbers of many clients are exact to 53 bits only. In input a number is taken too.",
    ),
    ("Date", "A calendar date: `2024-08-05`."),
    ("DateTime", "An instant in UTC: `2024-08-05T12:00:00Z`."),
    ("Period", "A year, quarter or month: `2023`, `2023-Q2`, `2023-07`."),
];

/// Schemes of region codes.
pub static REGION_SCHEMES: &[(&str, &str)] = &[
    ("TEAROAD", "Tea Road's own codes: `CN`, `CN-SD`, `CN-370300`, `M49-030`, `WLD`, `EU`."),
    ("ISO_ALPHA2", "ISO 3166-1 alpha-2: `CN`."),
    ("ISO_ALPHA3", "ISO 3166-1 alpha-3: `CHN`."),
    ("ISO_NUMERIC", "ISO 3166-1 numeric, three digits: `156`."),
    ("ISO_3166_2", "ISO 3166-2 subdivisions: `CN-SD`."),
    ("M49", "UN M49, three digits: `030`."),
    ("COMTRADE", "UN Comtrade areas, also used by BACI: `842` is the USA."),
    ("GB2260", "GB/T 2260 divisions of China: `370300`."),
    ("OKATO", "Russian OKATO, first two digits: `81`."),
];

/// An input object that does not depend on an entity: name, description, members.
pub type FixedInput = (String, String, Vec<(String, String, String)>);

const COMPARISONS: &[(&str, &str)] = &[
    ("eq", "Equals."),
    ("ne", "Differs; false when unknown."),
    ("in", "Is one of these; nothing is one of an empty list."),
    ("notIn", "Is none of these; false when unknown."),
];
const RANGES: &[(&str, &str)] =
    &[("lt", "Less than."), ("lte", "At most."), ("gt", "More than."), ("gte", "At least.")];
const PERIOD_RANGES: &[(&str, &str)] = &[
    ("lt", "Ends before this begins."),
    ("lte", "Ends no later than this."),
    ("gt", "Begins after this ends."),
    ("gte", "Begins no earlier than this."),
];
const STARTS: (&str, &str) = ("startsWith", "Begins with this text, letter for letter.");
const FOLDED: &[(&str, &str)] = &[
    ("startsWith", "A name begins with this, in any case and with or without accents."),
    ("contains", "A name contains this, in any case and with or without accents."),
    ("endsWith", "A name ends with this, in any case and with or without accents."),
];

/// The filter type of a kind of column.
pub fn filter_type(kind: Kind) -> String {
    match kind {
        Kind::Text => "TextFilter".to_owned(),
        Kind::Int => "IntFilter".to_owned(),
        Kind::BigInt => "BigIntFilter".to_owned(),
        Kind::Float => "FloatFilter".to_owned(),
        Kind::Bool => "BooleanFilter".to_owned(),
        Kind::Date => "DateFilter".to_owned(),
        Kind::DateTime => "DateTimeFilter".to_owned(),
        Kind::Enum(list) => format!("{}Filter", list.name),
        Kind::Period => "PeriodFilter".to_owned(),
        Kind::Money | Kind::Milli => "DecimalFilter".to_owned(),
    }
}

/// The operators of a kind of column, with the description of each.
pub fn operators(kind: Kind) -> Vec<(&'static str, &'static str)> {
    let mut all = match kind {
        Kind::Bool => COMPARISONS.iter().take(2).copied().collect(),
        _ => COMPARISONS.to_vec(),
    };
    match kind {
        Kind::Bool | Kind::Enum(_) => {}
        Kind::Period => all.extend(PERIOD_RANGES),
        Kind::Text => {
            all.extend(RANGES);
            all.push(STARTS);
        }
        _ => all.extend(RANGES),
    }
    if !matches!(kind, Kind::Period) {
        all.push(("isNull", "Is unknown, or with false is known."));
    }
    all
}

/// The operators of a count of related rows: name, type, description.
pub fn count_operators() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    COMPARISONS
        .iter()
        .chain(RANGES)
        .map(|(op, doc)| (*op, if matches!(*op, "in" | "notIn") { "[Int!]" } else { "Int" }, *doc))
}

/// Input objects that do not depend on an entity.
pub fn fixed_inputs() -> Vec<FixedInput> {
    let scalars = [
        (Kind::Text, "String"),
        (Kind::Int, "Int"),
        (Kind::BigInt, "BigInt"),
        (Kind::Float, "Float"),
        (Kind::Bool, "Boolean"),
        (Kind::Date, "Date"),
        (Kind::DateTime, "DateTime"),
        (Kind::Period, "Period"),
        (Kind::Money, "Decimal"),
    ];
    let enums = catalog::enums::ALL.iter().map(|list| (Kind::Enum(list), list.name));
    let mut out: Vec<FixedInput> = scalars
        .into_iter()
        .chain(enums)
        .map(|(kind, ty)| {
            let members = operators(kind)
                .into_iter()
                .map(|(op, doc)| (op.to_owned(), operator_type(op, ty), doc.to_owned()))
                .collect();
            (filter_type(kind), format!("Conditions on a {ty}; those beside each other all hold."), members)
        })
        .collect();
    let names = COMPARISONS
        .iter()
        .chain(FOLDED)
        .map(|(op, doc)| ((*op).to_owned(), operator_type(op, "String"), (*doc).to_owned()))
        .collect();
    out.push((
        "NameFilter".to_owned(),
        "Conditions on published names in all languages: `eq` and `in` hold when one of the names fits, `ne` and `notIn` when none does.".to_owned(),
        names,
    ));
    let text = |name: &str, ty: &str, doc: &str| (name.to_owned(), ty.to_owned(), doc.to_owned());
    let measured = |more: Vec<(String, String, String)>| {
        let mut members = vec![
            text("measure", "TradeStatsMeasure!", "Which number."),
            text(
                "periods",
                "Int",
                "For GROWTH and CHANGE: how many periods earlier, 1 when left out; for MOVING_AVERAGE: how many, 3 when left out.",
            ),
            text("of", "TradeStatsShareOf", "For SHARE and HHI: of what; PERIOD when left out."),
            text("against", "TradeStatsShareAgainst", "For SHARE: against which whole; PARTS when left out."),
            text("unitValuePer", "TradeStatsUnitValuePer", "For UNIT_VALUE: by what; NET_WEIGHT when left out."),
            text("from", "Period", "For CAGR: the earlier period."),
            text("to", "Period", "For CAGR: the later period."),
            text("base", "Period", "For INDEX: the period whose value is 1."),
            text("since", "Period", "For CUMULATIVE: the first period; the first that is shown when left out."),
        ];
        members.extend(more);
        members
    };
    out.push((
        "TradeStatsFilter".to_owned(),
        "Which trade figures are summed. All conditions hold.".to_owned(),
        vec![
            text("dataset", "DatasetFilter", "Their dataset."),
            text("reporter", "RegionFilter", "Whose trade it is: by code, level, or place in the tree."),
            text("partner", "RegionFilter", "The other side: by code, level, or place in the tree."),
            text("sector", "SectorFilter", "What was traded: by code, level, classification, or place in the tree."),
            text("flow", "FlowFilter", "Direction, seen from the reporter."),
            text("period", "PeriodFilter", "Periods that are shown; growth looks back beyond them."),
        ],
    ));
    out.push((
        "TradeStatsGroup".to_owned(),
        "Something that figures are grouped by.".to_owned(),
        vec![
            text("by", "TradeStatsDimension!", "What."),
            text("level", "RegionLevel", "For REPORTER and PARTNER: their level; AREA puts countries together by UN M49 area. The only one there is when left out."),
            text("digits", "Int", "For SECTOR: its level, 2, 4 or 6 digits of HS, 0 for all goods; the coarsest below all goods when left out."),
            text(
                "classification",
                "String",
                "For SECTOR: code of the classification in which they are told. One that the dataset does not have is converted into, by correspondences.",
            ),
            text("split", "TradeStatsSplit", "For SECTOR: what becomes of sectors without weights in a conversion; WEIGHTS when left out."),
            text(
                "blocs",
                "[String!]",
                "For REPORTER and PARTNER: codes of blocs, which put together the countries that are their members on the last day of a period; all others are one group with a null key.",
            ),
            text("frequency", "Frequency", "For PERIOD: its length; the coarsest that is stored when left out."),
        ],
    ));
    out.push((
        "TradeStatsCondition".to_owned(),
        "A condition on a number of a group; one that is not known does not meet it.".to_owned(),
        measured(vec![text("gte", "Decimal", "At least."), text("lte", "Decimal", "At most.")]),
    ));
    out.push((
        "TradeStatsOrder".to_owned(),
        "A number to order groups by; what is not known comes last.".to_owned(),
        measured(vec![text("direction", "Direction", "DESC when left out; the largest by RANK come first with ASC.")]),
    ));
    out.push((
        "TradeStatsTop".to_owned(),
        "Only the first groups of each flow and period, and of each of `per`.".to_owned(),
        measured(vec![
            text("n", "Int!", "How many."),
            text("per", "[TradeStatsDimension!]", "Of each of these, which have to be grouped by."),
            text("others", "Boolean", "Tell all others as one row in `others`."),
        ]),
    ));
    out.extend(participation_stats::inputs());
    out.push((
        "WithinRegion".to_owned(),
        "A region and everything below it; for a bloc, its present members and everything below them.".to_owned(),
        vec![
            text("code", "String!", "Code of the region."),
            text("scheme", "RegionScheme", "Scheme of the code; TEAROAD when left out."),
            text("depth", "Int", "How many levels below; all when left out, 0 is the region alone."),
        ],
    ));
    out.push((
        "WithinSector".to_owned(),
        "A sector and everything below it.".to_owned(),
        vec![
            text("classification", "String!", "Code of the classification."),
            text("code", "String!", "Code in it."),
            text("depth", "Int", "How many levels below; all when left out, 0 is the sector alone."),
        ],
    ));
    out
}

fn operator_type(op: &str, ty: &str) -> String {
    match op {
        "in" | "notIn" => format!("[{ty}!]"),
        "isNull" => "Boolean".to_owned(),
        _ => ty.to_owned(),
    }
}
