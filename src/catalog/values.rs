//! Small objects without rows of their own: amounts, published values, pages.

/// A field of a value object: name, GraphQL type, description.
pub type Member = (&'static str, &'static str, &'static str);

/// A value object.
#[derive(Debug)]
pub struct ValueType {
    /// GraphQL name.
    pub name: &'static str,
    /// Description.
    pub doc: &'static str,
    /// Its fields.
    pub members: &'static [Member],
}

/// Every value object.
pub static ALL: &[ValueType] = &[
    ValueType {
        name: "Money",
        doc: "An exact amount and its currency.",
        members: &[
            ("amount", "Decimal!", "Exact amount in whole units of the currency, as text: `15850000000`."),
            ("currency", "String!", "ISO 4217 code: `CNY`."),
            ("approx", "Float!", "The nearest floating-point number, for charts."),
        ],
    },
    ValueType {
        name: "Quantity",
        doc: "An exact quantity and its unit.",
        members: &[
            ("amount", "Decimal!", "Exact quantity, as text."),
            ("unit", "String!", "Unit as the source names it: `t`, `kg`, `u`."),
        ],
    },
    ValueType {
        name: "PublishedValue",
        doc: "An amount as a document printed it. Two currencies printed side by side are both kept: customs convert month by month, so neither may be recomputed from the other.",
        members: &[
            ("text", "String!", "As printed: `15.85 bn`."),
            ("amount", "Decimal!", "The same as a number: `15850000000`."),
            ("currency", "String", "ISO 4217 code; null when the print names none."),
            ("digits", "Int!", "Significant digits printed: 4."),
            ("note", "String", "What to know about it; null when nothing."),
            ("source", "String", "Code of the source; null when not stated."),
        ],
    },
    ValueType {
        name: "PublishedNumber",
        doc: "A growth or rank as a document printed it.",
        members: &[
            ("text", "String!", "As printed: `65.8 %`."),
            ("value", "Decimal!", "The same as a number; growth is a fraction: `0.658`."),
            ("digits", "Int!", "Significant digits printed."),
            ("note", "String", "What to know about it; null when nothing."),
            ("source", "String", "Code of the source; null when not stated."),
        ],
    },
    ValueType {
        name: "DerivedAmount",
        doc: "An amount that Tea Road computed, with everything that went into it.",
        members: &[
            ("amount", "Money", "The result; null when an input is missing."),
            ("derived", "Boolean!", "Always true: no source prints this number."),
            ("method", "String!", "How it is computed."),
            ("inputs", "[DerivedInput!]!", "What went into it, in the order of the method."),
            ("reason", "String", "Why the amount is null; null when it is known."),
        ],
    },
    ValueType {
        name: "DerivedInput",
        doc: "One number that went into a derived amount.",
        members: &[
            ("label", "String!", "What it is: `EXPORT 2023`."),
            ("value", "Decimal!", "The number."),
            ("currency", "String", "ISO 4217 code; null for a ratio."),
        ],
    },
    ValueType {
        name: "PageInfo",
        doc: "Where a page stands in its list.",
        members: &[
            ("hasNextPage", "Boolean!", "Whether rows follow the page."),
            ("hasPreviousPage", "Boolean!", "Whether rows precede the page, as far as its cursor tells."),
            ("startCursor", "String", "Cursor of the first row; null on an empty page."),
            ("endCursor", "String", "Cursor of the last row; null on an empty page."),
            ("revisionChanged", "Boolean!", "True when the data have changed since the cursor was made."),
        ],
    },
    ValueType {
        name: "SearchResults",
        doc: "What a text found. How much is read for a text is bounded, so hits are not counted.",
        members: &[
            ("hits", "[SearchHit!]!", "The hits, best first; each object once."),
            ("hasMore", "Boolean!", "Whether there are more hits than were asked for."),
        ],
    },
    ValueType {
        name: "SearchHit",
        doc: "One object that was found, and by what.",
        members: &[
            ("node", "SearchNode!", "The object."),
            ("match", "SearchMatch!", "How it was found."),
            ("matched", "String!", "The name or code that was found, as published."),
            ("language", "String", "Language of the name, e.g. `en`; null for a code and for a dataset's title."),
            ("scheme", "String", "Scheme of the code, e.g. `GB2260`, `HS2022`, `LEI`, `SLUG`; null for a name."),
            ("score", "Float!", "How well it fits, from 0 to 1; docs/SCHEMA-DESIGN.md says how it is made."),
        ],
    },
    ValueType {
        name: "Reconciled",
        doc: "A name of a list, and what it may be.",
        members: &[
            ("name", "String!", "The name as given."),
            ("hits", "[SearchHit!]!", "What it may be, best first; empty when nothing is alike."),
        ],
    },
    ValueType {
        name: "RegionsByCodes",
        doc: "The regions of a list of codes.",
        members: &[
            ("found", "[RegionByCode!]!", "The codes that are known with their regions, in the order asked."),
            ("notFound", "[UnknownCode!]!", "The codes that are not known, in the order asked."),
        ],
    },
    ValueType {
        name: "RegionByCode",
        doc: "A code and its region.",
        members: &[("code", "String!", "The code as given."), ("region", "Region!", "Its region.")],
    },
    ValueType {
        name: "UnknownCode",
        doc: "A code that is not known.",
        members: &[
            ("code", "String!", "The code as given."),
            (
                "nearest",
                "[String!]!",
                "The nearest codes of the scheme; looked for only for the first 20 unknown codes.",
            ),
            ("isCodeOf", "RegionScheme", "Another scheme in which it is a code; null when there is none."),
        ],
    },
    ValueType {
        name: "Service",
        doc: "This service.",
        members: &[
            ("version", "String!", "Version of Tea Road."),
            ("revision", "BigInt!", "Revision of the data that this answer reads; it only grows."),
            ("committedAt", "DateTime", "When that revision was committed; null before the first."),
            ("backend", "String!", "`sqlite` or `postgresql`."),
            ("limits", "[Limit!]!", "Limits in force."),
        ],
    },
    ValueType {
        name: "Limit",
        doc: "A limit in force.",
        members: &[
            ("name", "String!", "Its name in the configuration."),
            ("value", "BigInt!", "Its value."),
            ("unit", "String!", "Its unit."),
            ("reason", "String!", "`extensions.reason` of a request that exceeds it."),
        ],
    },
];

/// Every value object, those of statistics too.
pub fn all() -> impl Iterator<Item = &'static ValueType> {
    ALL.iter().chain(super::stats::VALUES).chain(super::participation_stats::VALUES)
}

/// The value object of this name.
pub fn value_type(name: &str) -> Option<&'static ValueType> {
    all().find(|v| v.name == name)
}
