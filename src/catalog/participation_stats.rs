//! Statistics over participations: what they can be grouped by, what is counted, and how answers look.

use super::nested::{Nested, Owner};
use super::values::ValueType;
use super::{Entity, EnumType, enums, event, party, region, sector};

/// What participations can be grouped by.
pub static DIMENSION: EnumType = EnumType {
    name: "ParticipationStatsDimension",
    doc: "What participations can be grouped by.",
    values: &[
        (
            "REGION",
            0,
            "Where the participant comes from: the participation's own region, or where it names none the seat of its party.",
        ),
        (
            "SECTOR",
            1,
            "Sectors of the participant: the participation's own, or where it names none those of its party. One of several sectors is in the group of each.",
        ),
        ("EVENT", 2, "The event."),
        ("EVENT_KIND", 3, "What the event is."),
        ("ROLE", 4, "What the participant does."),
        ("STATUS", 5, "Whether the participation took place."),
        ("YEAR", 6, "Year of the event's first day."),
        ("PARTY_KIND", 7, "Company or organisation; null for a group without a named party."),
    ],
    numeric: true,
};

/// Numbers of a group that need no unit.
pub static COUNT: EnumType = EnumType {
    name: "ParticipationStatsCount",
    doc: "What is counted, each once however often it is met.",
    values: &[
        ("EVENTS", 0, "Events."),
        ("PARTIES", 1, "Named companies and organisations."),
        ("PARTICIPATIONS", 2, "Participations: named parties and groups, once for each event and role."),
    ],
    numeric: true,
};

/// What can be ordered by and asked to be so much.
pub static MEASURE: EnumType = EnumType {
    name: "ParticipationStatsMeasure",
    doc: "A number of a group.",
    values: &[
        ("EVENTS", 0, "Events."),
        ("PARTIES", 1, "Named companies and organisations."),
        ("PARTICIPATIONS", 2, "Participations."),
        ("HEADCOUNT", 3, "Published numbers of members of groups, of one unit: say `unit`."),
    ],
    numeric: true,
};

/// Kinds of parties.
pub static PARTY_KIND: EnumType = EnumType {
    name: "PartyKind",
    doc: "What a party is.",
    values: &[("COMPANY", 0, "A company."), ("ORGANISATION", 1, "An organisation.")],
    numeric: true,
};

/// Why a headcount is null.
pub static HEADCOUNT_REASON: EnumType = EnumType {
    name: "HeadcountReason",
    doc: "Why a headcount is null.",
    values: &[(
        "SPLIT_BY_SECTOR",
        0,
        "A counted group has sectors in several groups, and nobody published how many of it are in each.",
    )],
    numeric: true,
};

/// Enums of statistics over participations.
pub static ENUMS: &[&EnumType] = &[&DIMENSION, &COUNT, &MEASURE, &PARTY_KIND, &HEADCOUNT_REASON];

/// Bounds from the firmest to the weakest: a sum is as weak as the weakest of its parts. `AT_LEAST` and `MORE_THAN` make
/// more than their sum, so the latter is what is known; `ABOUT` promises no bound at all.
pub static BOUNDS: [&str; 4] = ["EXACT", "AT_LEAST", "MORE_THAN", "ABOUT"];

/// The words of a dimension, where it has some, in the order in which groups of them stand.
pub fn words(dimension: i64) -> Option<&'static EnumType> {
    match dimension {
        3 => Some(&enums::EVENT_KIND),
        4 => Some(&enums::PARTICIPATION_ROLE),
        5 => Some(&enums::PARTICIPATION_STATUS),
        7 => Some(&PARTY_KIND),
        _ => None,
    }
}

const fn of(of: &'static Entity, owner: Owner, doc: &'static str) -> Nested {
    Nested { of, name: "participationStats", ty: "ParticipationStats!", owner, doc }
}

/// Of which objects it can be asked.
pub static NESTED: &[Nested] = &[
    of(
        &region::REGION,
        Owner::Region,
        "Who took part in what, of the participants of the region and everything inside it; of a bloc, of its present members. Where they come from is said as for REGION of the root field.",
    ),
    of(
        &sector::SECTOR,
        Owner::Sector,
        "Who took part in what, of the participants in the sector and everything below it. A counted group that has sectors beyond these too has no headcount here.",
    ),
    of(&event::EVENT, Owner::Event, "Who took part."),
    of(&party::PARTY, Owner::Party, "What it took part in."),
    of(&party::COMPANY, Owner::Party, "What it took part in."),
    of(&party::ORGANISATION, Owner::Party, "What it took part in."),
];

/// Value objects of statistics over participations.
pub static VALUES: &[ValueType] = &[
    ValueType {
        name: "ParticipationStats",
        doc: "How many took part in what, from where, in which role. Everything is counted once: sums over the groups of SECTOR are more than the whole where participants have several sectors, so `whole` and `others` are counted anew and never added up.",
        members: &[
            ("rows", "[ParticipationStatsRow!]!", "The groups of the page."),
            (
                "others",
                "[ParticipationStatsRow!]!",
                "With `top: {others: true}`: for each group of `per` all groups that are not among the first n as one row, counted anew, whose other keys are null. What is in a shown group and in the rest counts in both.",
            ),
            ("whole", "ParticipationStatsWhole!", "Everything that meets the filter, whatever it is grouped by."),
            ("groupCount", "Int!", "Groups that there are after `having` and `top`, before paging."),
            (
                "tiesCut",
                "Boolean!",
                "True when `top` cut apart groups of equal numbers; they are ordered by their keys then.",
            ),
            ("pageInfo", "PageInfo!", "Where the page stands."),
            ("warnings", "[ParticipationStatsWarning!]!", "What to know before using the numbers; empty when nothing."),
        ],
    },
    ValueType {
        name: "ParticipationStatsRow",
        doc: "A group of participations and its numbers. Keys that are not grouped by are null; where one is grouped by, null is the group of which it is not known.",
        members: &[
            ("cursor", "String!", "Where the row stands; for `after` of the same question. Empty in `others`."),
            ("region", "Region", "Where the participants come from."),
            ("sector", "Sector", "Sector of the participants."),
            ("event", "Event", "The event."),
            ("eventKind", "EventKind", "What the event is."),
            ("role", "ParticipationRole", "What the participants do."),
            ("status", "ParticipationStatus", "Whether the participations took place."),
            ("year", "Int", "Year of the event's first day: 2024."),
            ("partyKind", "PartyKind", "Company or organisation; null for groups without a named party."),
            ("events", "Int!", "Events, each once."),
            (
                "parties",
                "Int!",
                "Named companies and organisations, each once, however many events and sectors it has.",
            ),
            ("participations", "Int!", "Participations: named parties and groups, once for each event and role."),
            (
                "headcount",
                "[ParticipationHeadcount!]!",
                "Published numbers of members of groups, one for each unit that is met; units are never added together. Who is counted at two events is counted twice.",
            ),
            (
                "uncounted",
                "Int!",
                "Groups without a named party of which no number is published: they are in no headcount.",
            ),
            (
                "share",
                "Ratio!",
                "Share of the whole, a fraction from 0 to 1. Shares of sectors add up to more than 1 where participants have several.",
            ),
            (
                "rank",
                "Int",
                "Place among all groups, from 1; equal numbers share a place (1, 2, 2, 4). Over all groups, before `having` and `top`; null in `others`.",
            ),
        ],
    },
    ValueType {
        name: "ParticipationStatsWhole",
        doc: "Everything that meets a filter, each counted once.",
        members: &[
            ("events", "Int!", "Events."),
            ("parties", "Int!", "Named companies and organisations."),
            ("participations", "Int!", "Participations."),
            ("headcount", "[ParticipationHeadcount!]!", "Published numbers of members of groups, one for each unit."),
            ("uncounted", "Int!", "Groups without a named party of which no number is published."),
        ],
    },
    ValueType {
        name: "ParticipationHeadcount",
        doc: "Members of groups, as far as their numbers are published: the sum of one unit. Named parties are not in it unless a group contains them.",
        members: &[
            ("unit", "HeadcountUnit", "What is counted; null for numbers that are published without it."),
            ("value", "BigInt", "The sum; null with a reason where a group cannot be divided."),
            (
                "bound",
                "Bound",
                "How the sum is meant, as weak as the weakest of its numbers, in the order EXACT, AT_LEAST, MORE_THAN, ABOUT; null without a value and where a number came without one.",
            ),
            ("groups", "Int!", "Participations whose numbers these are, those that cannot be divided too."),
            (
                "includesNamed",
                "Boolean!",
                "True when one of the groups contains parties that also stand as participations of their own: to add `parties` would count those twice.",
            ),
            ("reason", "HeadcountReason", "Why the value is null; null when it is known."),
        ],
    },
    ValueType {
        name: "ParticipationStatsWarning",
        doc: "Something to know before using the numbers.",
        members: &[
            ("code", "String!", "A word for programs: `NOT_ALL_CONFIRMED`."),
            ("message", "String!", "The same for people."),
        ],
    },
];
