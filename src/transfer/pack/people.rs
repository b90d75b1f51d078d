//! Files of who met whom: companies, organisations, events, participations, agreements, facts.

use super::places::SOURCE;
use super::spec::{Cell, Column, File, Link, To, Told};
use crate::catalog::{EnumType, enums};

const SLUG: Column = Column::new("slug", Cell::Code, &["slug"], "Key of the row.", "ccpit-zibo").required();
const DESCRIPTION: Column = Column::new("description", Cell::Text, &["description"], "A few words, in English.", "");

const fn sectors(table: &'static str, owner: &'static str) -> Column {
    let link = Link { table, owner, target: "sector_id", to: To::Sector, fixed: None };
    Column::new("sectors", Cell::List(link), &[], "Sectors, each classification and code.", "TEAROAD/COAL;TEAROAD/FOOD")
}

const fn event_regions(name: &'static str, role: &'static str, doc: &'static str, example: &'static str) -> Column {
    let link = Link {
        table: "event_regions",
        owner: "event_id",
        target: "region_id",
        to: To::Region,
        fixed: Some(("role", role)),
    };
    Column::new(name, Cell::List(link), &[], doc, example)
}

const REGION: Column = Column::new("region", Cell::Ref(To::Region), &["region_id"], "Where it is.", "CN-370300");
const FOUNDED_ON: Column = Column::new("founded_on", Cell::Date, &["founded_on"], "Day of foundation.", "1998-03-01");
const FOUNDED_PRECISION: Column = Column::new(
    "founded_precision",
    Cell::Word(&enums::DATE_PRECISION),
    &["founded_precision"],
    "How exact that day is.",
    "YEAR",
);
const WEBSITE: Column = Column::new("website", Cell::Text, &["website"], "Its address.", "https://example.com");

/// Companies.
pub(super) static COMPANIES: File = File {
    doc: "Companies.",
    fixed: &[("kind", "COMPANY")],
    to: Some(To::Party),
    told: Told::Entity("Company"),
    names: Some("PARTY"),
    ..File::new(
        "companies",
        "parties",
        1,
        &[
            SLUG,
            REGION,
            FOUNDED_ON,
            FOUNDED_PRECISION,
            WEBSITE,
            DESCRIPTION,
            sectors("party_sectors", "party_id"),
            SOURCE,
        ],
    )
};

/// Organisations.
pub(super) static ORGANISATIONS: File = File {
    doc: "Agencies, chambers, customs offices, associations, venues.",
    fixed: &[("kind", "ORGANISATION")],
    to: Some(To::Party),
    told: Told::Entity("Organisation"),
    names: Some("PARTY"),
    ..File::new(
        "organisations",
        "parties",
        1,
        &[
            SLUG,
            Column::new("org_kind", Cell::Word(&enums::ORGANISATION_KIND), &["org_kind"], "What it is.", "CHAMBER"),
            REGION,
            FOUNDED_ON,
            FOUNDED_PRECISION,
            WEBSITE,
            DESCRIPTION,
            sectors("party_sectors", "party_id"),
            SOURCE,
        ],
    )
};

/// Identifiers of companies and organisations.
pub(super) static PARTY_CODES: File = File {
    doc: "Identifiers of companies and organisations: LEI, ISIN, TICKER, registers.",
    told: Told::Owner(0),
    searched: true,
    owned: true,
    ..File::new(
        "party_codes",
        "party_codes",
        3,
        &[
            Column::new(
                "party",
                Cell::Ref(To::Party),
                &["party_id"],
                "The company or organisation.",
                "shandong-xinhua",
            )
            .required(),
            Column::new("scheme", Cell::Code, &["scheme"], "The scheme.", "ISIN").required(),
            Column::new("code", Cell::Text, &["code"], "The identifier.", "CNE000000JL3").required(),
        ],
    )
};

/// Events.
pub(super) static EVENTS: File = File {
    doc: "Conferences, fairs, exchanges, delegations, visits, signings.",
    to: Some(To::Event),
    told: Told::Entity("Event"),
    names: Some("EVENT"),
    ..File::new(
        "events",
        "events",
        1,
        &[
            SLUG,
            Column::new("kind", Cell::Word(&enums::EVENT_KIND), &["kind"], "What it is.", "CONFERENCE").required(),
            Column::new("format", Cell::Word(&enums::EVENT_FORMAT), &["format"], "How people met.", "IN_PERSON"),
            Column::new("starts_on", Cell::Date, &["starts_on"], "First day.", "2024-08-05").required(),
            Column::new("ends_on", Cell::Date, &["ends_on"], "Last day.", "2024-08-05").required(),
            Column::new(
                "date_precision",
                Cell::Word(&enums::DATE_PRECISION),
                &["date_precision"],
                "How exact the days are.",
                "DAY",
            )
            .default("DAY"),
            Column::new("region", Cell::Ref(To::Region), &["region_id"], "Where it takes place.", "CN-370300"),
            Column::new(
                "venue",
                Cell::Ref(To::Party),
                &["venue_party_id"],
                "The venue.",
                "zibo-international-business-hub",
            ),
            Column::new("series", Cell::Text, &["series"], "What it is one of.", "Canton Fair"),
            DESCRIPTION,
            sectors("event_sectors", "event_id"),
            event_regions("host_regions", "HOST", "Regions that are host.", "CN-370300"),
            event_regions("guest_regions", "GUEST", "Regions that are guests.", "RU-BU"),
            event_regions("subject_regions", "SUBJECT", "Regions that it is about.", "RU"),
            SOURCE,
        ],
    )
};

/// Participations.
pub(super) static PARTICIPATIONS: File = File {
    doc: "A party, or a counted group of unnamed ones, in an event.",
    to: Some(To::Participation),
    told: Told::Entity("Participation"),
    ..File::new(
        "participations",
        "participations",
        1,
        &[
            SLUG,
            Column::new("event", Cell::Ref(To::Event), &["event_id"], "The event.", "russia-zibo-conference-2024-08")
                .required(),
            Column::new(
                "party",
                Cell::Ref(To::Party),
                &["party_id"],
                "Who took part; empty for a group.",
                "ccpit-zibo",
            ),
            Column::new("region", Cell::Ref(To::Region), &["region_id"], "Where they come from.", "CN-370300"),
            Column::new("role", Cell::Word(&enums::PARTICIPATION_ROLE), &["role"], "As what.", "PARTICIPANT")
                .required(),
            Column::new(
                "status",
                Cell::Word(&enums::PARTICIPATION_STATUS),
                &["status"],
                "How certain it is.",
                "CONFIRMED",
            )
            .default("CONFIRMED"),
            Column::new("label", Cell::Text, &["label"], "The group in words.", "Companies from Zibo"),
            Column::new("headcount", Cell::Big, &["headcount"], "How many.", "45"),
            Column::new(
                "headcount_unit",
                Cell::Word(&enums::HEADCOUNT_UNIT),
                &["headcount_unit"],
                "Of what.",
                "COMPANIES",
            ),
            Column::new(
                "headcount_bound",
                Cell::Word(&enums::BOUND),
                &["headcount_bound"],
                "How the number is meant.",
                "MORE_THAN",
            ),
            Column::new(
                "includes_named",
                Cell::Bool,
                &["includes_named"],
                "Whether the number counts parties with rows of their own too.",
                "false",
            )
            .default("false"),
            sectors("participation_sectors", "participation_id"),
            SOURCE,
        ],
    )
};

/// Agreements.
pub(super) static AGREEMENTS: File = File {
    doc: "What was signed, by whom, at which event.",
    to: Some(To::Agreement),
    told: Told::Entity("Agreement"),
    names: Some("AGREEMENT"),
    ..File::new(
        "agreements",
        "agreements",
        1,
        &[
            SLUG,
            Column::new("kind", Cell::Word(&enums::AGREEMENT_KIND), &["kind"], "What it is.", "FRAMEWORK").required(),
            Column::new("signed_on", Cell::Date, &["signed_on"], "Day of signing.", "2024-08-05"),
            Column::new(
                "date_precision",
                Cell::Word(&enums::DATE_PRECISION),
                &["date_precision"],
                "How exact that day is.",
                "DAY",
            ),
            Column::new(
                "event",
                Cell::Ref(To::Event),
                &["event_id"],
                "Where it was signed.",
                "russia-zibo-conference-2024-08",
            ),
            Column::new("count_min", Cell::Big, &["count_min"], "How many agreements the row stands for.", "1"),
            Column::new(
                "count_bound",
                Cell::Word(&enums::COUNT_BOUND),
                &["count_bound"],
                "How the number is meant.",
                "EXACT",
            ),
            DESCRIPTION,
            Column::new(
                "parties",
                Cell::List(Link {
                    table: "agreement_parties",
                    owner: "agreement_id",
                    target: "party_id",
                    to: To::Party,
                    fixed: None,
                }),
                &[],
                "Who signed.",
                "buryatia-export-support-centre;ccpit-zibo",
            ),
            sectors("agreement_sectors", "agreement_id"),
            SOURCE,
        ],
    )
};

/// What single facts are of.
static FACT_SUBJECT: EnumType = EnumType {
    name: "FactSubject",
    doc: "What a fact is of.",
    values: &[("REGION", 0, "A region."), ("PARTY", 0, "A company or organisation."), ("EVENT", 0, "An event.")],
    numeric: false,
};

/// Single facts.
pub(super) static FACTS: File = File {
    doc: "Single statements of a source about a region, party or event.",
    to: Some(To::Fact),
    told: Told::Owner(1),
    ..File::new(
        "facts",
        "facts",
        3,
        &[
            Column::new("subject_kind", Cell::Word(&FACT_SUBJECT), &["subject_kind"], "What it is of.", "REGION")
                .required(),
            Column::new("subject", Cell::Subject(0), &["subject_id"], "Its key.", "CN-370300").required(),
            Column::new("property", Cell::Code, &["property"], "What it says something about.", "area").required(),
            Column::new(
                "statement",
                Cell::Text,
                &["statement"],
                "The fact in words.",
                "Zibo covers 5,938 square kilometres.",
            )
            .required(),
            Column::new("amount", Cell::Big, &["amount"], "Its number.", "5938"),
            Column::new("unit", Cell::Text, &["unit"], "Of what.", "km2"),
            Column::new("bound", Cell::Word(&enums::BOUND), &["bound"], "How the number is meant.", "EXACT"),
            SOURCE,
        ],
    )
};

/// What has names.
static NAME_SUBJECT: EnumType = EnumType {
    name: "NameSubject",
    doc: "What a name is of.",
    values: &[
        ("REGION", 0, "A region."),
        ("SECTOR", 0, "A sector."),
        ("PARTY", 0, "A company or organisation."),
        ("EVENT", 0, "An event."),
        ("AGREEMENT", 0, "An agreement."),
    ],
    numeric: false,
};

/// Further names.
pub(super) static NAMES: File = File {
    doc: "Further names; the first of each language stands in the column `name_…` of the row's own file.",
    scope: "ordinal > 0",
    told: Told::Owner(1),
    searched: true,
    owned: true,
    ..File::new(
        "names",
        "names",
        4,
        &[
            Column::new(
                "subject_kind",
                Cell::Word(&NAME_SUBJECT),
                &["subject_kind"],
                "What it is a name of.",
                "REGION",
            )
            .required(),
            Column::new("subject", Cell::Subject(0), &["subject_id"], "Its key.", "RU-BU").required(),
            Column::new("language", Cell::Code, &["language"], "Language, ISO 639.", "en").required(),
            Column::new("ordinal", Cell::Ordinal, &["ordinal"], "Place among the names of the language, from 1.", "1")
                .required(),
            Column::new("name", Cell::Name, &["text", "folded"], "The name.", "Buryatia").required(),
        ],
    )
};
