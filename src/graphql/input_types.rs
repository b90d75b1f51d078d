//! Input types that do not depend on an entity, made from the kinds of columns: operators, their types and what each
//! means. How an operator becomes a condition is in [`super::inputs`].

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
