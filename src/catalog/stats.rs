//! Statistics over trade figures: what they can be grouped by, what is measured, and how answers look.

use super::nested::{Nested, Owner};
use super::values::ValueType;
use super::{EnumType, event, region, sector};

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
        ("RANK", 16, "Place by value within the flow and period, 1 for the largest."),
        ("QUANTITY", 7, "Quantity, where it is of one unit."),
        ("UNIT_VALUE", 8, "Value for a kilogram, or with `per: QUANTITY` for a unit of quantity."),
        ("CAGR", 9, "Mean growth a year between two periods; needs `from` and `to`."),
        ("INDEX", 10, "The value as a multiple of that of the period `base`."),
        ("RCA", 11, "Revealed comparative advantage."),
        ("MIRROR_GAP", 12, "The figure less that of the other side."),
        ("HHI", 13, "Concentration of the groups among which shares are counted."),
        ("CUMULATIVE", 14, "Sum of the values since a period."),
        ("MOVING_AVERAGE", 15, "Mean of the values of the last `periods` periods, 3 when left out."),
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

/// Against which whole a share is.
pub static SHARE_AGAINST: EnumType = EnumType {
    name: "TradeStatsShareAgainst",
    doc: "Which number the whole of a share is.",
    values: &[
        ("PARTS", 0, "The sum of the parts that are there."),
        ("REPORTED", 1, "What the dataset says of the whole itself, confidential trade included."),
    ],
    numeric: true,
};

/// Of what a unit value is.
pub static UNIT_VALUE_PER: EnumType = EnumType {
    name: "TradeStatsUnitValuePer",
    doc: "By what a value is divided.",
    values: &[("NET_WEIGHT", 0, "By kilograms of net weight."), ("QUANTITY", 1, "By units of quantity.")],
    numeric: true,
};

/// What becomes of sectors without weights.
pub static SPLIT: EnumType = EnumType {
    name: "TradeStatsSplit",
    doc: "What becomes of a sector that corresponds to several others without weights.",
    values: &[
        ("WEIGHTS", 0, "It is refused, NO_WEIGHTS."),
        ("EQUAL", 1, "It is shared out among them in equal parts."),
    ],
    numeric: true,
};

/// With which rate amounts are converted.
pub static RATE: EnumType = EnumType {
    name: "TradeStatsRateKind",
    doc: "With which exchange rate amounts are converted.",
    values: &[
        ("PERIOD_AVERAGE", 0, "The mean of the figure's period."),
        ("PERIOD_END", 1, "The last one of the figure's period."),
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
        ("NOT_REPORTED", 9, "The dataset does not say the whole itself."),
        ("SINGLE_REPORTER", 10, "The world is made of fewer than two complete reporters."),
        ("NO_MIRROR", 11, "The other side has no figure."),
        ("RECONCILED", 12, "Both sides of the dataset are one figure, reconciled by its publisher."),
        ("NO_WEIGHT", 13, "The net weight is not known of every figure."),
        ("NO_QUANTITY", 14, "The quantity is not known of every figure in one unit."),
        ("NO_RATE", 15, "There is no exchange rate of a period."),
        ("GAP", 16, "A period between has no figure."),
        ("TOO_LARGE", 17, "The exact number has more than 38 digits."),
    ],
    numeric: true,
};

/// On which side a region stands.
pub static SIDE: EnumType = EnumType {
    name: "TradeStatsSide",
    doc: "On which side of its trade a region stands.",
    values: &[("REPORTER", 0, "It is its own trade."), ("PARTNER", 1, "It is the trade of others with it.")],
    numeric: true,
};

/// Of which objects trade can be asked.
pub static NESTED: &[Nested] = &[
    Nested {
        of: &region::REGION,
        name: "tradeStats",
        ty: "TradeStats",
        owner: Owner::Region,
        doc: "The trade of the region, or with `as: PARTNER` of others with it: the same as the root field filtered by it. Null with an error where the root field would be one.",
    },
    Nested {
        of: &sector::SECTOR,
        name: "tradeStats",
        ty: "TradeStats",
        owner: Owner::Sector,
        doc: "The trade in the sector: the same as the root field filtered by it. Null with an error where the root field would be one.",
    },
    Nested {
        of: &region::REGION,
        name: PROFILE,
        ty: "RegionProfile",
        owner: Owner::Region,
        doc: "The balance sheet of a country or another reporter: its trade in a period, with whom and in what, and how many took part in its events. What is selected is read, all of it in a fixed number of statements, of however many regions.",
    },
    Nested {
        of: &event::EVENT,
        name: WINDOW,
        ty: "TradeWindow",
        owner: Owner::Event,
        doc: "The trade between the places of the event before and after it, in the chapters of HS that correspond to its sectors. What is seen is an association in time: nothing here says that the event had an effect. Null with an error where the dataset has nothing of these places or years.",
    },
];

/// Name of the field that tells the balance sheet of a region.
pub const PROFILE: &str = "profile";
/// Name of the field that tells the trade around an event.
pub const WINDOW: &str = "tradeWindow";

/// Enums of statistics.
pub static ENUMS: &[&EnumType] =
    &[&DIMENSION, &MEASURE, &GAPS, &SHARE_OF, &SHARE_AGAINST, &UNIT_VALUE_PER, &RATE, &SPLIT, &SIDE, &REASON];

/// Value objects of statistics.
pub static VALUES: &[ValueType] = &[
    ValueType {
        name: "RegionProfile",
        doc: "The trade of a region in a period, and its events.",
        members: &[
            ("period", "Period!", "The period."),
            ("dataset", "Dataset!", "The dataset that is summed."),
            ("exports", "RegionProfileFlow!", "What it sells."),
            ("imports", "RegionProfileFlow!", "What it buys."),
            ("balance", "Money", "Exports less imports; null where one is missing."),
            (
                "advantages",
                "[RegionProfileAdvantage!]!",
                "The sectors of the largest revealed comparative advantage, the largest first; those that cannot be said are left out.",
            ),
            (
                "participation",
                "ParticipationStatsWhole!",
                "Who of the region and everything inside it took part in events, of all times.",
            ),
            ("warnings", "[TradeStatsWarning!]!", "What to know before using the numbers; empty when nothing."),
        ],
    },
    ValueType {
        name: "RegionProfileFlow",
        doc: "One direction of the trade of a region.",
        members: &[
            ("value", "Money", "Value of all goods with all partners; null where it would be a false total."),
            ("valueReason", "TradeStatsReason", "Why `value` is null; null when it is known."),
            ("sumOfListed", "Money", "Sum of what is listed, a total or not; null where there is nothing."),
            ("partial", "Boolean!", "True when the period has not all its months."),
            ("growth", "Ratio!", "Growth on the period before."),
            ("partners", "[RegionProfilePart!]!", "The largest partners, the largest first."),
            ("sectors", "[RegionProfilePart!]!", "The largest sectors, the largest first."),
        ],
    },
    ValueType {
        name: "RegionProfilePart",
        doc: "A part of the trade of a region.",
        members: &[
            ("partner", "Region", "With whom; null for a part that is a sector."),
            ("sector", "Sector", "In what; null for a part that is a partner."),
            ("value", "Money", "Its value; null where it would be a false total."),
            ("sumOfListed", "Money", "Sum of what is listed, a total or not."),
            ("share", "Ratio!", "Share of all of the flow; never of listed parts."),
        ],
    },
    ValueType {
        name: "RegionProfileAdvantage",
        doc: "An advantage of a region in exports.",
        members: &[("sector", "Sector!", "In what."), ("rca", "TradeStatsRca!", "How large, with its parts.")],
    },
    ValueType {
        name: "TradeWindow",
        doc: "Trade between the places of an event, before and after it. It is associated with the event in time, and no effect of it.",
        members: &[
            ("dataset", "Dataset!", "The dataset that is summed."),
            ("period", "Period!", "The period of the event, in which it begins."),
            ("sectors", "[Sector!]!", "The chapters that are summed; empty where all goods are."),
            ("series", "[TradeWindowSeries!]!", "One for each pair of places and direction."),
            ("note", "String!", "What to know of it, for people."),
            ("warnings", "[TradeStatsWarning!]!", "What to know before using the numbers; empty when nothing."),
        ],
    },
    ValueType {
        name: "TradeWindowSeries",
        doc: "Trade of one pair in one direction.",
        members: &[
            ("reporter", "Region!", "Whose trade it is."),
            ("partner", "Region!", "The other side."),
            ("flow", "Flow!", "Direction, seen from the reporter."),
            ("points", "[TradeWindowPoint!]!", "All periods of the window, those without data too."),
            ("meanBefore", "Ratio!", "Mean of the periods before the event; null unless all of them are known."),
            ("meanAfter", "Ratio!", "Mean of the periods after the event; null unless all of them are known."),
        ],
    },
    ValueType {
        name: "TradeWindowPoint",
        doc: "Trade of one period of the window.",
        members: &[
            ("offset", "Int!", "Periods from that of the event: -1 is the one before it, 0 its own."),
            ("period", "Period!", "Year, quarter or month."),
            ("value", "Money", "Value; null where it would be a false total."),
            ("valueReason", "TradeStatsReason", "Why `value` is null; null when it is known."),
            ("sumOfListed", "Money", "Sum of what is listed, a total or not; null where there is nothing."),
        ],
    },
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
            (
                "coverage",
                "[TradeStatsCoverage!]!",
                "By period who reported, as far as the question is of reporters; the reporters are the exporters where imports are mirrored.",
            ),
            (
                "rates",
                "[TradeStatsRate!]!",
                "The exchange rates with which amounts were converted, by currency and period.",
            ),
            ("explain", "TradeStatsExplain!", "How the answer came about: what was read, and how much of it."),
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
                "Sum of the values, in the dataset's currency or converted; null with `valueReason` where there is none, or where it would be a false total. Each stored period is converted at its own rate and rounded once, half to even; what a source published in two currencies is not touched by it.",
            ),
            ("valueReason", "TradeStatsReason", "Why `value` with the same arguments is null; null when it is known."),
            (
                "sumOfListed",
                "Money",
                "Sum of the values of all figures that are there, a total or not; null where there is none.",
            ),
            ("netWeightKg", "Decimal", "Net weight in kilograms; null unless it is known of every figure."),
            ("quantity", "Quantity", "Quantity; null unless it is known of every figure, in one unit."),
            ("unitValue", "Ratio!", "Value in the dataset's currency for a kilogram or a unit of quantity."),
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
            (
                "cagr",
                "Ratio!",
                "Mean growth a year from one period to the other, the same on all rows of a series; the numbers beside it are the later and the earlier value.",
            ),
            (
                "index",
                "Ratio!",
                "The value as a multiple of that of the base period: 1 is the same; times 100 for index points.",
            ),
            (
                "rca",
                "TradeStatsRca!",
                "Revealed comparative advantage (Balassa): the share of the sector in the reporter's exports, by its share in the exports of the world, which is all complete reporters. Of exports to the world, by REPORTER or of one, by SECTOR or of some.",
            ),
            (
                "mirrorGap",
                "TradeStatsMirrorGap!",
                "The reporter's figure beside what the partner reports of the same flow: of its imports for exports, of its exports for imports. For one reporter and one partner in each row. Freight and insurance explain some per cent where exports are FOB and imports CIF.",
            ),
            (
                "hhi",
                "Ratio!",
                "Herfindahl-Hirschman index of the groups among which the share of this one is counted: the sum of their squared shares, from 1/n for n equal ones to 1 for one that has all. The same on all rows of them.",
            ),
            (
                "events",
                "[Event!]!",
                "Events with places of both the reporter and the partner, the latest first; those that begin in the period, where it is grouped by. For one reporter and one partner in each row. Associated in place and time, no cause.",
            ),
            (
                "cumulative",
                "Money",
                "Sum of the values from a period to this one; null where a period between has none.",
            ),
            (
                "movingAverage",
                "Ratio!",
                "Mean of the values of the last periods, this one among them: their sum, and how many they are.",
            ),
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
        name: "TradeStatsRca",
        doc: "Revealed comparative advantage: above 1 the reporter is more specialised in the sector than the world.",
        members: &[
            ("value", "Float", "(Xrs × Xw) / (Xr × Xws); null with a reason when it cannot be said."),
            ("exports", "Money", "The reporter's exports of the sector, Xrs."),
            ("totalExports", "Money", "The reporter's exports of all goods, Xr."),
            ("worldExports", "Money", "The world's exports of the sector, Xws."),
            ("worldTotalExports", "Money", "The world's exports of all goods, Xw."),
            (
                "worldReporters",
                "Int",
                "How many complete reporters the world is; null where the dataset reports the world itself.",
            ),
            ("reason", "TradeStatsReason", "Why `value` is null; null when it is known."),
        ],
    },
    ValueType {
        name: "TradeStatsMirrorGap",
        doc: "A flow as its two sides report it.",
        members: &[
            ("reported", "Money", "What the reporter says; null when it says nothing."),
            ("mirror", "Money", "What the partner says; null when it says nothing."),
            ("absolute", "Money", "The reporter's figure less the partner's; null unless both are known."),
            ("relative", "Float", "The same as a fraction of the partner's; null where that is not above zero."),
            ("reason", "TradeStatsReason", "Why `absolute` is null; null when it is known."),
        ],
    },
    ValueType {
        name: "TradeStatsCoverage",
        doc: "Who reported in a period.",
        members: &[
            ("period", "Period!", "Year, quarter or month."),
            ("reporters", "Int!", "Reporters with figures, among those that are asked for."),
            ("complete", "Int!", "How many of them have all their partners and sectors."),
            (
                "missing",
                "[Region!]!",
                "Reporters without figures in the period: those that the filter names, and those with figures in another period of the answer.",
            ),
        ],
    },
    ValueType {
        name: "TradeStatsRate",
        doc: "An exchange rate with which amounts were converted.",
        members: &[
            ("period", "Period!", "The period of the figures that were converted."),
            ("from", "String!", "ISO 4217 code of the dataset's currency."),
            ("to", "String!", "ISO 4217 code of the currency that was asked for."),
            ("rate", "Decimal!", "The rate as published: units of `quote` for one of `base`."),
            ("base", "String!", "ISO 4217 code of the currency of which one unit is taken."),
            ("quote", "String!", "ISO 4217 code of the currency of the rate."),
            ("kind", "RateKind!", "Mean of its period, or its end."),
            (
                "ratePeriod",
                "Period!",
                "The period of the rate: that of the figures, or a longer one around it where there is none.",
            ),
            ("source", "String!", "Code of the source that states it."),
        ],
    },
    ValueType {
        name: "TradeStatsExplain",
        doc: "What was read for an answer.",
        members: &[
            ("plan", "[String!]!", "One line for each sum that was read: of what, at which levels, by what."),
            ("statements", "Int!", "Statements to the database."),
            ("rowsAtMost", "BigInt!", "Stored figures that the sums can have touched at most, before reading."),
            ("figures", "BigInt!", "Stored figures that were added."),
            ("derived", "Boolean!", "Whether upper levels that Tea Road derived can be among them."),
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
            ("hhi", "Float", "Concentration of the groups, from 1/n to 1; null unless the parts are all there are."),
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
            (
                "classification",
                "String!",
                "Code of the classification; where chapters of several editions are put together, that of the newest.",
            ),
            (
                "convertedFrom",
                "[String!]!",
                "Codes of the classifications that the dataset has, where sectors are converted into another; else empty.",
            ),
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
