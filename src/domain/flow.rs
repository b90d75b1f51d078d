//! Codes of the figure table's small columns: flow, origin, status, level. They are part of the storage format:
//! a number is never reused.

/// Direction of a trade figure, seen from the reporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flow {
    /// Goods leaving the reporter.
    Export,
    /// Goods entering the reporter.
    Import,
    /// Both directions together, as published.
    Total,
}

/// One code of a small column: its name in the API, its number in storage, its meaning.
pub type Code = (&'static str, i64, &'static str);

/// Flows.
pub const FLOWS: &[Code] = &[
    ("EXPORT", 1, "Goods leaving the reporter."),
    ("IMPORT", 2, "Goods entering the reporter."),
    ("TOTAL", 3, "Exports and imports together, as published; never added to its parts."),
    ("RE_EXPORT", 4, "Foreign goods leaving again; a part of EXPORT, never added to it."),
    ("RE_IMPORT", 5, "Domestic goods coming back; a part of IMPORT, never added to it."),
    ("DOMESTIC_EXPORT", 6, "Domestic goods leaving; a part of EXPORT, never added to it."),
    ("FOREIGN_IMPORT", 7, "Foreign goods entering; a part of IMPORT, never added to it."),
    ("IMPORT_INWARD_PROCESSING", 8, "Goods entering for processing; a part of IMPORT, never added to it."),
    ("EXPORT_INWARD_PROCESSING", 9, "Goods leaving after processing here; a part of EXPORT, never added to it."),
    (
        "IMPORT_OUTWARD_PROCESSING",
        10,
        "Goods coming back after processing abroad; a part of IMPORT, never added to it.",
    ),
    ("EXPORT_OUTWARD_PROCESSING", 11, "Goods leaving for processing abroad; a part of EXPORT, never added to it."),
];

/// Where a figure comes from.
pub const ORIGINS: &[Code] =
    &[("REPORTED", 1, "Stored as the source gave it."), ("DERIVED", 2, "Added up by Tea Road from complete parts.")];

/// How firm a figure is.
pub const STATUSES: &[Code] = &[
    ("NORMAL", 1, "As reported."),
    ("ESTIMATED", 2, "Estimated by the source, in value or in weight, or a sum of which a part is withheld."),
    ("CONFIDENTIAL", 3, "Withheld by the source; the value is null."),
    ("MISSING", 4, "Announced but not available; the value is null."),
];

/// Levels of regions in the figure table.
pub const REGION_LEVELS: &[Code] = &[
    ("WORLD", 0, "The world."),
    ("AREA", 1, "A UN M49 area or a bloc."),
    ("COUNTRY", 2, "A country or economy."),
    ("PROVINCE", 3, "A first-level subdivision."),
    ("CITY", 4, "A city or prefecture."),
];

/// Lengths of periods in months.
pub const FREQUENCIES: &[Code] =
    &[("ANNUAL", 12, "A year."), ("QUARTERLY", 3, "A quarter."), ("MONTHLY", 1, "A month.")];

impl Flow {
    /// The number in storage.
    pub fn code(self) -> i64 {
        match self {
            Self::Export => 1,
            Self::Import => 2,
            Self::Total => 3,
        }
    }
}

/// The number of a name in a code list.
pub fn code_of(list: &[Code], name: &str) -> Option<i64> {
    list.iter().find(|(n, _, _)| *n == name).map(|(_, code, _)| *code)
}

/// The name of a number in a code list.
pub fn name_of(list: &[Code], code: i64) -> Option<&'static str> {
    list.iter().find(|(_, c, _)| *c == code).map(|(name, _, _)| *name)
}
