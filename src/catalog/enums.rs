//! Closed lists of words, with what each means.

use super::EnumType;
use crate::domain::flow;

/// Kinds of regions.
pub static REGION_KIND: EnumType = EnumType {
    name: "RegionKind",
    doc: "What a region is in the tree of places.",
    values: &[
        ("PLACE", 0, "A place of the tree: world, area, country, province, city."),
        ("GROUP", 0, "A bloc with dated members; never a part of a sum."),
        ("SPECIAL", 0, "Not a place: areas not elsewhere specified, bunkers, free zones."),
    ],
    numeric: false,
};

/// Levels of regions.
pub static REGION_LEVEL: EnumType =
    EnumType { name: "RegionLevel", doc: "Level in the tree of places.", values: flow::REGION_LEVELS, numeric: false };

/// The same levels, as numbers in the figure table.
pub static FIGURE_REGION_LEVEL: EnumType =
    EnumType { name: "RegionLevel", doc: "Level in the tree of places.", values: flow::REGION_LEVELS, numeric: true };

/// How exact a date is.
pub static DATE_PRECISION: EnumType = EnumType {
    name: "DatePrecision",
    doc: "How much of a date the source states.",
    values: &[
        ("DAY", 0, "The day is stated."),
        ("MONTH", 0, "Only month and year are stated; the date is the first day."),
        ("YEAR", 0, "Only the year is stated; the date is its first day."),
        ("YEAR_INFERRED", 0, "Day and month are stated, the year is inferred; the source's note says how."),
    ],
    numeric: false,
};

/// Kinds of organisations.
pub static ORGANISATION_KIND: EnumType = EnumType {
    name: "OrganisationKind",
    doc: "What an organisation does.",
    values: &[
        ("AGENCY", 0, "A public agency or support centre."),
        ("CHAMBER", 0, "A chamber or trade promotion body."),
        ("CUSTOMS_OFFICE", 0, "A customs office."),
        ("ASSOCIATION", 0, "An association."),
        ("VENUE", 0, "A place where events are held."),
        ("OTHER", 0, "Something else."),
    ],
    numeric: false,
};

/// Kinds of events.
pub static EVENT_KIND: EnumType = EnumType {
    name: "EventKind",
    doc: "What an event is.",
    values: &[
        ("CONFERENCE", 0, "A conference or discussion meeting."),
        ("FAIR", 0, "A fair or exhibition."),
        ("EXCHANGE", 0, "A matchmaking or exchange meeting."),
        ("DELEGATION", 0, "A delegation's trip."),
        ("VISIT", 0, "A visit."),
        ("SIGNING", 0, "A signing."),
        ("OTHER", 0, "Something else."),
    ],
    numeric: false,
};

/// Formats of events.
pub static EVENT_FORMAT: EnumType = EnumType {
    name: "EventFormat",
    doc: "Whether people met in one room.",
    values: &[("IN_PERSON", 0, "In person."), ("ONLINE", 0, "Online."), ("HYBRID", 0, "Both.")],
    numeric: false,
};

/// Roles of regions in events.
pub static EVENT_REGION_ROLE: EnumType = EnumType {
    name: "EventRegionRole",
    doc: "What a region is to an event.",
    values: &[
        ("HOST", 0, "The event is held there, or its people invite."),
        ("GUEST", 0, "Its people come."),
        ("SUBJECT", 0, "The event is about it."),
    ],
    numeric: false,
};

/// Roles of participants.
pub static PARTICIPATION_ROLE: EnumType = EnumType {
    name: "ParticipationRole",
    doc: "What a participant does at an event.",
    values: &[
        ("PARTICIPANT", 0, "Takes part."),
        ("EXHIBITOR", 0, "Exhibits."),
        ("ORGANISER", 0, "Organises."),
        ("HOST", 0, "Receives the guests."),
        ("DELEGATION", 0, "Comes as a delegation."),
        ("SIGNATORY", 0, "Signs an agreement."),
        ("BUYER", 0, "Comes to buy."),
        ("VENUE", 0, "Is the place."),
        ("SPEAKER", 0, "Speaks."),
        ("OBSERVER", 0, "Watches."),
    ],
    numeric: false,
};

/// States of a participation.
pub static PARTICIPATION_STATUS: EnumType = EnumType {
    name: "ParticipationStatus",
    doc: "Whether the participation took place.",
    values: &[
        ("CONFIRMED", 0, "It took place."),
        ("ANNOUNCED", 0, "It was announced."),
        ("CANCELLED", 0, "It was called off."),
    ],
    numeric: false,
};

/// What is counted.
pub static HEADCOUNT_UNIT: EnumType = EnumType {
    name: "HeadcountUnit",
    doc: "What a headcount counts; units are never added together.",
    values: &[
        ("COMPANIES", 0, "Companies and other enterprises."),
        ("PEOPLE", 0, "Persons."),
        ("COUNTRIES", 0, "Countries and regions."),
    ],
    numeric: false,
};

/// How a number is meant.
pub static BOUND: EnumType = EnumType {
    name: "Bound",
    doc: "How a published number is meant.",
    values: &[
        ("EXACT", 0, "Exactly this many."),
        ("AT_LEAST", 0, "This many or more."),
        ("MORE_THAN", 0, "More than this many."),
        ("ABOUT", 0, "About this many."),
    ],
    numeric: false,
};

/// How a number of agreements is meant.
pub static COUNT_BOUND: EnumType = EnumType {
    name: "CountBound",
    doc: "How a published number of agreements is meant.",
    values: &[
        ("EXACT", 0, "Exactly this many."),
        ("AT_LEAST", 0, "This many or more."),
        ("MORE_THAN", 0, "More than this many."),
        ("ABOUT", 0, "About this many."),
        ("UNPUBLISHED", 0, "Several; the number is not published."),
    ],
    numeric: false,
};

/// Kinds of agreements.
pub static AGREEMENT_KIND: EnumType = EnumType {
    name: "AgreementKind",
    doc: "What was signed.",
    values: &[
        ("FRAMEWORK", 0, "A framework agreement."),
        ("PRELIMINARY", 0, "A preliminary agreement."),
        ("CONTRACT", 0, "A contract."),
        ("MEMORANDUM", 0, "A memorandum of understanding."),
        ("OTHER", 0, "Something else."),
    ],
    numeric: false,
};

/// Kinds of sources.
pub static SOURCE_KIND: EnumType = EnumType {
    name: "SourceKind",
    doc: "What a source is.",
    values: &[
        ("REPORT", 0, "A news report or press release."),
        ("FILE", 0, "An imported file."),
        ("CODE_LIST", 0, "A code list."),
        ("DATABASE", 0, "A database."),
        ("STATED", 0, "Stated by Tea Road itself."),
    ],
    numeric: false,
};

/// Valuations of datasets.
pub static VALUATION: EnumType = EnumType {
    name: "Valuation",
    doc: "What a value includes.",
    values: &[
        ("FOB", 0, "Free on board: without international transport and insurance."),
        ("CIF", 0, "Cost, insurance, freight: with transport and insurance to the border."),
        ("MIXED", 0, "As customs record it: usually exports FOB, imports CIF."),
    ],
    numeric: false,
};

/// Whether a coverage is whole.
pub static COVERAGE_EXTENT: EnumType = EnumType {
    name: "CoverageExtent",
    doc: "Whether a dataset holds all partners or sectors of a reporter and period.",
    values: &[
        ("COMPLETE", 0, "All of them: what is absent is nothing."),
        ("LISTED", 0, "Only those listed: what is absent is not known, and no total is made."),
    ],
    numeric: false,
};

/// Kinds of exchange rates.
pub static RATE_KIND: EnumType = EnumType {
    name: "RateKind",
    doc: "What of a period a rate is.",
    values: &[("AVERAGE", 0, "The mean of the period."), ("END", 0, "The last one of the period.")],
    numeric: false,
};

/// Flows.
pub static FLOW: EnumType = EnumType {
    name: "Flow",
    doc: "Direction of a trade figure, seen from the reporter.",
    values: flow::FLOWS,
    numeric: true,
};

/// Origins of figures.
pub static ORIGIN: EnumType =
    EnumType { name: "FigureOrigin", doc: "Where a figure comes from.", values: flow::ORIGINS, numeric: true };

/// States of figures.
pub static FIGURE_STATUS: EnumType =
    EnumType { name: "FigureStatus", doc: "How firm a figure is.", values: flow::STATUSES, numeric: true };

/// Lengths of periods.
pub static FREQUENCY: EnumType =
    EnumType { name: "Frequency", doc: "Length of a period.", values: flow::FREQUENCIES, numeric: true };

/// What can change. The words are the types' names, so that they can be compared with `__typename`.
pub static CHANGED_ENTITY: EnumType = EnumType {
    name: "ChangedEntity",
    doc: "Type of something that changed, as in `__typename`.",
    values: &[
        ("Region", 0, "A region."),
        ("Classification", 0, "A classification."),
        ("Sector", 0, "A node of a classification."),
        ("Company", 0, "A company."),
        ("Organisation", 0, "An organisation."),
        ("Event", 0, "An event."),
        ("Participation", 0, "A participation."),
        ("Agreement", 0, "An agreement."),
        ("Dataset", 0, "A dataset."),
        ("TradeFigure", 0, "The figures of a dataset, reporter and period."),
        ("Source", 0, "A source."),
        ("ExchangeRate", 0, "An exchange rate."),
    ],
    numeric: false,
};

/// What a change does.
pub static CHANGE_ACTION: EnumType = EnumType {
    name: "ChangeAction",
    doc: "What happened to an object or to figures.",
    values: &[
        ("INSERT", 0, "The object is new."),
        ("UPDATE", 0, "The object, or something listed below it, is different."),
        ("DELETE", 0, "The object is gone."),
        ("FIGURES", 0, "Some of the figures of a dataset, reporter and period were added, changed or removed."),
    ],
    numeric: false,
};

/// Every list that the schema prints (a list that serves two columns stands once).
pub static ALL: &[&EnumType] = &[
    &REGION_KIND,
    &REGION_LEVEL,
    &DATE_PRECISION,
    &ORGANISATION_KIND,
    &EVENT_KIND,
    &EVENT_FORMAT,
    &EVENT_REGION_ROLE,
    &PARTICIPATION_ROLE,
    &PARTICIPATION_STATUS,
    &HEADCOUNT_UNIT,
    &BOUND,
    &COUNT_BOUND,
    &AGREEMENT_KIND,
    &SOURCE_KIND,
    &VALUATION,
    &COVERAGE_EXTENT,
    &RATE_KIND,
    &FLOW,
    &ORIGIN,
    &FIGURE_STATUS,
    &FREQUENCY,
    &CHANGED_ENTITY,
    &CHANGE_ACTION,
    &super::search::SEARCH_KIND,
    &super::search::SEARCH_MATCH,
];
