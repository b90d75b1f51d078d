//! Statistics over trade figures: what they can be grouped by, what is measured, and how answers look.

use super::EnumType;
use super::values::ValueType;

/// What figures can be grouped by.
pub static DIMENSION: EnumType = EnumType {
    name: "TradeStatsDimension",
    doc: "What trade figures can be grouped by.",
    values: &[
        ("REPORTER", 0, "Whose trade it is."),
        ("PARTNER", 1, "The other side."),
        ("SECTOR", 2, "What was traded."),
        ("FLOW", 3, "Direction, seen from the reporter."),
        ("PERIOD", 4, "Year, quarter or month."),
    ],
    numeric: true,
};

/// What can be ordered by and asked to be so much.
pub static MEASURE: EnumType = EnumType {
    name: "TradeStatsMeasure",
    doc: "A number of a group.",
    values: &[
        ("VALUE", 0, "Value; where it would be a false total, nothing."),
        ("NET_WEIGHT", 1, "Net weight in kilograms."),
        ("COUNT", 2, "Number of figures that are summed."),
        ("SHARE", 3, "Share in the total of its flow and period."),
        ("GROWTH", 4, "Growth on the period before."),
        ("CHANGE", 5, "Change on the period before."),
        ("BALANCE", 6, "Exports less imports."),
    ],
    numeric: true,
};

/// What becomes of periods without data.
pub static GAPS: EnumType = EnumType {
    name: "TradeStatsGaps",
    doc: "What becomes of periods without data between the first and the last.",
    values: &[("NULL", 0, "They are rows whose numbers are null."), ("OMIT", 1, "They are left out.")],
    numeric: true,
};

/// Of what a share is.
pub static SHARE_OF: EnumType = EnumType {
    name: "TradeStatsShareOf",
    doc: "Of what a share is, always within one flow.",
    values: &[
        ("PERIOD", 0, "Of all groups of the same period."),
        ("PARENT", 1, "Of all groups that have everything alike but the last thing grouped by."),
        ("TOTAL", 2, "Of all groups of all periods."),
    ],
    numeric: true,
};

/// Why a number is null, or what to know of it.
pub static REASON: EnumType = EnumType {
    name: "TradeStatsReason",
    doc: "Why a number is null.",
    values: &[
        ("NO_DATA", 0, "There is no figure."),
        ("WITHHELD", 1, "There are figures, and all are withheld or missing."),
        ("PARTIAL_COVERAGE", 2, "Not all parts are listed: the sum of those that are is no total."),
        ("NO_PREVIOUS", 3, "There is no figure of the period before."),
        ("FROM_ZERO_OR_LESS", 4, "The earlier value is zero or less."),
        ("PARTIAL_PERIOD", 5, "One of the periods has not all its months."),
        ("EXPORT_MISSING", 6, "There is no export."),
        ("IMPORT_MISSING", 7, "There is no import."),
        ("NOTHING_TO_SHARE", 8, "The total is zero or less."),
    ],
    numeric: true,
};

/// Enums of statistics.
pub static ENUMS: &[&EnumType] = &[&DIMENSION, &MEASURE, &GAPS, &SHARE_OF, &REASON];

/// Value objects of statistics.
pub static VALUES: &[ValueType] = &[
    ValueType {
        name: "TradeStats",
        doc: "Sums of the trade figures of one dataset, each at one level of every hierarchy, so that nothing is counted twice.",
        members: &[
            ("rows", "[TradeStatsRow!]!", "The groups of the page."),
            (
                "others",
                "[TradeStatsRow!]!",
                "With `top: {others: true}`: for each group of `per`, flow and period all groups beyond the first n as one row, whose own keys are null. Rows and others add up to `sumOfParts`.",
            ),
            ("whole", "[TradeStatsWhole!]!", "The whole of each flow and period, beside its parts."),
            ("groupCount", "Int!", "Groups that there are after `having` and `top`, before paging."),
            (
                "tiesCut",
                "Boolean!",
                "True when `top` cut apart groups of equal numbers; they are ordered by their keys then.",
            ),
            ("pageInfo", "PageInfo!", "Where the page stands."),
            ("dataset", "Dataset!", "The dataset whose figures are summed."),
            ("levels", "TradeStatsLevels!", "The levels at which they are."),
            ("warnings", "[TradeStatsWarning!]!", "What to know before using the numbers; empty when nothing."),
        ],
    },
    ValueType {
        name: "TradeStatsRow",
        doc: "A group of trade figures and its numbers. Keys that are not grouped by are null.",
        members: &[
            ("cursor", "String!", "Where the row stands; for `after` of the same question."),
            ("reporter", "Region", "Whose trade it is."),
            ("partner", "Region", "The other side."),
            ("sector", "Sector", "What was traded."),
            ("flow", "Flow", "Direction, seen from the reporter."),
            ("period", "Period", "Year, quarter or month."),
            (
                "value",
                "Money",
                "Sum of the values, in the dataset's currency; null with `valueReason` where there is none, or where it would be a false total.",
            ),
            ("valueReason", "TradeStatsReason", "Why `value` is null; null when it is known."),
            (
                "sumOfListed",
                "Money",
                "Sum of the values of all figures that are there, a total or not; null where there is none.",
            ),
            ("netWeightKg", "Decimal", "Net weight in kilograms; null unless it is known of every figure."),
            ("count", "Int!", "Number of figures that are summed; 0 in a gap."),
            ("share", "Ratio!", "Share of the value, a fraction from 0 to 1; never of listed parts."),
            (
                "rank",
                "Int",
                "Place by value among the groups of its flow and period, from 1; equal values share a place (1, 2, 2, 4). Over all groups, before `having` and `top`; null without a value.",
            ),
            (
                "growth",
                "Ratio!",
                "Growth of the value on the period that lies `periods` earlier, as a fraction: 0.658 is +65.8 %. Of months, `periods: 12` is growth on the year before.",
            ),
            ("change", "Money", "The value less that of the earlier period; null where growth has no two values."),
            ("balance", "Money", "Exports less imports; null where one is missing, and where the flow is grouped by."),
            ("partial", "Boolean!", "True when the period has not all its months."),
            ("estimated", "Boolean!", "True when a figure is estimated by its source, or a part of a sum is withheld."),
        ],
    },
    ValueType {
        name: "Ratio",
        doc: "A fraction with the two numbers that it is made of.",
        members: &[
            ("value", "Float", "The fraction; null with a reason when it cannot be said."),
            ("numerator", "Decimal", "What is divided; null when it is not known."),
            ("denominator", "Decimal", "By what; null when it is not known."),
            ("reason", "TradeStatsReason", "Why the fraction is null; null when it is known."),
        ],
    },
    ValueType {
        name: "TradeStatsWhole",
        doc: "The whole of one flow and period, beside the sum of its parts.",
        members: &[
            ("flow", "Flow!", "Direction, seen from the reporter."),
            ("period", "Period", "The period; null when periods are summed."),
            ("sumOfParts", "Money", "Sum over all groups; null where there is none."),
            ("complete", "Boolean!", "Whether the parts are all there are, so that their sum is a total."),
            (
                "reported",
                "Money",
                "What the dataset says of the whole itself, at the next coarser level: the world for partners, all goods for sectors; null where it says nothing.",
            ),
            (
                "unallocated",
                "Money",
                "`reported` less `sumOfParts`: confidential trade and rounding; null unless both are known.",
            ),
        ],
    },
    ValueType {
        name: "TradeStatsLevels",
        doc: "At which levels figures are summed.",
        members: &[
            ("reporter", "RegionLevel!", "Level of reporters."),
            ("partner", "RegionLevel!", "Level of partners."),
            ("sector", "Int!", "Level of sectors: 0 all goods, 2, 4, 6 digits of HS."),
            ("classification", "String!", "Code of the classification."),
            ("frequency", "Frequency!", "Length of the periods that are stored."),
            (
                "worldReporters",
                "Int",
                "Where the world is the sum of reporters: how many they are, in the period that has the fewest; null where it is not, or where the dataset reports it itself.",
            ),
            ("mirrored", "Boolean!", "True when imports are read from the partner's exports, FOB."),
        ],
    },
    ValueType {
        name: "TradeStatsWarning",
        doc: "Something to know before using the numbers.",
        members: &[
            ("code", "String!", "A word for programs: `PARTIAL_COVERAGE`."),
            ("message", "String!", "The same for people."),
        ],
    },
];
