//! Events, who takes part in them, and what is signed there.

use super::facet::Facet;
use super::{Entity, Field, Kind, Link, NodeKey, Relation, Scope, Shape, enums};

/// An event.
pub static EVENT: Entity = Entity {
    name: "Event",
    plural: Some("events"),
    table: "events",
    doc: "A conference, fair, exchange, delegation, visit or signing.",
    scope: &[],
    key: &["id"],
    node: Some(NodeKey::Column("slug")),
    names: Some("EVENT"),
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("slug", "slug", Kind::Text, "Stable public key in lower case.").known().sortable(),
        Field::new("kind", "kind", Kind::Enum(&enums::EVENT_KIND), "What the event is.").sortable(),
        Field::new(
            "format",
            "format",
            Kind::Enum(&enums::EVENT_FORMAT),
            "In person, online or both; null when not known.",
        )
        .nullable(),
        Field::new("startsOn", "starts_on", Kind::Date, "First day, local date at the venue.").sortable(),
        Field::new("endsOn", "ends_on", Kind::Date, "Last day, local date at the venue.").sortable(),
        Field::new(
            "datePrecision",
            "date_precision",
            Kind::Enum(&enums::DATE_PRECISION),
            "How much of the dates the source states.",
        ),
        Field::new("series", "series", Kind::Text, "Series it belongs to; null when none.").nullable(),
        Field::new(
            "description",
            "description",
            Kind::Text,
            "What it was about, in one or two sentences; null when not known.",
        )
        .nullable()
        .shown_only(),
    ],
    relations: &[
        Relation {
            name: "region",
            target: &super::region::REGION,
            link: Link::One { column: "region_id", nullable: true },
            shape: Shape::Object,
            filter: true,
            doc: "Where it was held; null for an online event or when not known.",
        },
        Relation {
            name: "venue",
            target: &super::party::ORGANISATION,
            link: Link::One { column: "venue_party_id", nullable: true },
            shape: Shape::Object,
            filter: true,
            doc: "The venue; null when not known.",
        },
        Relation {
            name: "regions",
            target: &EVENT_REGION,
            link: Link::Children { column: "event_id" },
            shape: Shape::List,
            filter: true,
            doc: "Regions that host, visit or are the subject, with their role.",
        },
        Relation {
            name: "sectors",
            target: &super::sector::SECTOR,
            link: Link::Junction { table: "event_sectors", near: "event_id", far: "sector_id", repeats: false },
            shape: Shape::List,
            filter: true,
            doc: "What it was about.",
        },
        Relation {
            name: "participations",
            target: &super::event::PARTICIPATION,
            link: Link::Children { column: "event_id" },
            shape: Shape::Connection,
            filter: true,
            doc: "Who took part.",
        },
        Relation {
            name: "headcounts",
            target: &HEADCOUNT,
            link: Link::Children { column: "event_id" },
            shape: Shape::List,
            filter: true,
            doc: "Groups of unnamed participants, with the published number and how it is meant.",
        },
        Relation {
            name: "agreements",
            target: &super::event::AGREEMENT,
            link: Link::Children { column: "event_id" },
            shape: Shape::Connection,
            filter: true,
            doc: "What was signed.",
        },
        Relation {
            name: "names",
            target: &super::source::LOCALIZED_NAME,
            link: Link::Subject { kind: "EVENT" },
            shape: Shape::List,
            filter: false,
            doc: "Published names in every language, in the order of language and rank.",
        },
        Relation {
            name: "facts",
            target: &super::source::FACT,
            link: Link::Subject { kind: "EVENT" },
            shape: Shape::List,
            filter: false,
            doc: "Further published statements with their numbers.",
        },
        Relation {
            name: "source",
            target: &super::source::SOURCE,
            link: Link::One { column: "source_id", nullable: true },
            shape: Shape::Object,
            filter: true,
            doc: "Where the record comes from; null when stated without one.",
        },
    ],
    computed: &[],
    facets: &[
        Facet::new("region", &["region"], "By where it was held."),
        Facet::new("sector", &["sectors"], "By what it was about; an event about several sectors counts in each."),
        Facet::new("kind", &["kind"], "By what the event is."),
        Facet::new("format", &["format"], "By format."),
        Facet::new("year", &["startsOn"], "By year of the first day."),
    ],
    default_order: &[("starts_on", false)],
    variants: None,
};

/// A region of an event.
pub static EVENT_REGION: Entity = Entity {
    name: "EventRegion",
    plural: None,
    table: "event_regions",
    doc: "A region and its role in an event.",
    scope: &[],
    key: &["event_id", "region_id", "role"],
    node: None,
    names: None,
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[Field::new("role", "role", Kind::Enum(&enums::EVENT_REGION_ROLE), "Host, guest or subject.")],
    relations: &[
        Relation {
            name: "region",
            target: &super::region::REGION,
            link: Link::One { column: "region_id", nullable: false },
            shape: Shape::Object,
            filter: true,
            doc: "The region.",
        },
        Relation {
            name: "event",
            target: &super::event::EVENT,
            link: Link::One { column: "event_id", nullable: false },
            shape: Shape::Object,
            filter: true,
            doc: "The event.",
        },
    ],
    computed: &[],
    facets: &[],
    default_order: &[],
    variants: None,
};

/// A participation.
pub static PARTICIPATION: Entity = Entity {
    name: "Participation",
    plural: Some("participations"),
    table: "participations",
    doc: "A party, or a counted group of unnamed ones, in an event. Published facts are not forced into invented names: \"more than 40 companies\" is one row without a party.",
    scope: &[],
    key: &["id"],
    node: Some(NodeKey::Column("slug")),
    names: None,
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("slug", "slug", Kind::Text, "Stable public key in lower case.").known(),
        Field::new("role", "role", Kind::Enum(&enums::PARTICIPATION_ROLE), "What the participant does."),
        Field::new("status", "status", Kind::Enum(&enums::PARTICIPATION_STATUS), "Whether it took place."),
        Field::new("label", "label", Kind::Text, "How the source calls the group; null for a named party.")
            .nullable()
            .shown_only(),
        Field::new(
            "headcount",
            "headcount",
            Kind::Int,
            "Number of members of the group; null for one named party or when not published.",
        )
        .nullable()
        .summed_within("headcountUnit"),
        Field::new(
            "headcountUnit",
            "headcount_unit",
            Kind::Enum(&enums::HEADCOUNT_UNIT),
            "What `headcount` counts; null without one.",
        )
        .nullable(),
        Field::new(
            "headcountBound",
            "headcount_bound",
            Kind::Enum(&enums::BOUND),
            "How `headcount` is meant; null without one.",
        )
        .nullable(),
        Field::new(
            "includesNamed",
            "includes_named",
            Kind::Bool,
            "Whether the group contains parties that also stand as rows of their own.",
        ),
    ],
    relations: &[
        Relation {
            name: "event",
            target: &super::event::EVENT,
            link: Link::One { column: "event_id", nullable: false },
            shape: Shape::Object,
            filter: true,
            doc: "The event.",
        },
        Relation {
            name: "party",
            target: &super::party::PARTY,
            link: Link::One { column: "party_id", nullable: true },
            shape: Shape::Object,
            filter: true,
            doc: "The named party; null for a group.",
        },
        Relation {
            name: "region",
            target: &super::region::REGION,
            link: Link::One { column: "region_id", nullable: true },
            shape: Shape::Object,
            filter: true,
            doc: "Where the participant comes from; null when not known.",
        },
        Relation {
            name: "sectors",
            target: &super::sector::SECTOR,
            link: Link::Junction {
                table: "participation_sectors",
                near: "participation_id",
                far: "sector_id",
                repeats: false,
            },
            shape: Shape::List,
            filter: true,
            doc: "Sectors of the participant.",
        },
        Relation {
            name: "source",
            target: &super::source::SOURCE,
            link: Link::One { column: "source_id", nullable: true },
            shape: Shape::Object,
            filter: true,
            doc: "Where the record comes from; null when stated without one.",
        },
    ],
    computed: &[],
    facets: &[
        Facet::new("region", &["region"], "By where the participant comes from."),
        Facet::new("sector", &["sectors"], "By sector of the participant; one of several sectors counts in each."),
        Facet::new("role", &["role"], "By what the participant does."),
        Facet::new("status", &["status"], "By whether it took place."),
        Facet::new("eventKind", &["event", "kind"], "By what the event is."),
        Facet::new("year", &["event", "startsOn"], "By year of the event's first day."),
    ],
    default_order: &[],
    variants: None,
};

/// A counted group.
pub static HEADCOUNT: Entity = Entity {
    name: "Headcount",
    plural: None,
    table: "participations",
    doc: "A group of unnamed participants. Units are never added together.",
    scope: &[Scope::Null("party_id")],
    key: &["id"],
    node: None,
    names: None,
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("role", "role", Kind::Enum(&enums::PARTICIPATION_ROLE), "What the group does."),
        Field::new("label", "label", Kind::Text, "How the source calls the group; null when it has no words for it.")
            .nullable()
            .shown_only(),
        Field::new(
            "unit",
            "headcount_unit",
            Kind::Enum(&enums::HEADCOUNT_UNIT),
            "What is counted; null when no number is published.",
        )
        .nullable(),
        Field::new("count", "headcount", Kind::Int, "The number; null when not published.")
            .nullable()
            .summed_within("unit"),
        Field::new("bound", "headcount_bound", Kind::Enum(&enums::BOUND), "How the number is meant; null without one.")
            .nullable(),
    ],
    relations: &[
        Relation {
            name: "region",
            target: &super::region::REGION,
            link: Link::One { column: "region_id", nullable: true },
            shape: Shape::Object,
            filter: true,
            doc: "Where the group comes from; null when not known.",
        },
        Relation {
            name: "sectors",
            target: &super::sector::SECTOR,
            link: Link::Junction {
                table: "participation_sectors",
                near: "participation_id",
                far: "sector_id",
                repeats: false,
            },
            shape: Shape::List,
            filter: true,
            doc: "Sectors of the group.",
        },
    ],
    computed: &[],
    facets: &[],
    default_order: &[],
    variants: None,
};

/// An agreement.
pub static AGREEMENT: Entity = Entity {
    name: "Agreement",
    plural: Some("agreements"),
    table: "agreements",
    doc: "What was signed, by whom, at which event.",
    scope: &[],
    key: &["id"],
    node: Some(NodeKey::Column("slug")),
    names: Some("AGREEMENT"),
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("slug", "slug", Kind::Text, "Stable public key in lower case.").known().sortable(),
        Field::new("kind", "kind", Kind::Enum(&enums::AGREEMENT_KIND), "What was signed.").sortable(),
        Field::new("signedOn", "signed_on", Kind::Date, "Day of signing; null when not known.").nullable().sortable(),
        Field::new(
            "datePrecision",
            "date_precision",
            Kind::Enum(&enums::DATE_PRECISION),
            "How much of the date is stated; null without one.",
        )
        .nullable(),
        Field::new("count", "count_min", Kind::Int, "How many agreements the row stands for; null when not published.")
            .nullable(),
        Field::new(
            "countBound",
            "count_bound",
            Kind::Enum(&enums::COUNT_BOUND),
            "How `count` is meant; null for a single agreement.",
        )
        .nullable(),
        Field::new("description", "description", Kind::Text, "What it says; null when not known.")
            .nullable()
            .shown_only(),
    ],
    relations: &[
        Relation {
            name: "event",
            target: &super::event::EVENT,
            link: Link::One { column: "event_id", nullable: true },
            shape: Shape::Object,
            filter: true,
            doc: "Where it was signed; null when not known.",
        },
        Relation {
            name: "signatories",
            target: &super::party::PARTY,
            link: Link::Junction { table: "agreement_parties", near: "agreement_id", far: "party_id", repeats: false },
            shape: Shape::List,
            filter: true,
            doc: "Who signed.",
        },
        Relation {
            name: "sectors",
            target: &super::sector::SECTOR,
            link: Link::Junction { table: "agreement_sectors", near: "agreement_id", far: "sector_id", repeats: false },
            shape: Shape::List,
            filter: true,
            doc: "What it is about.",
        },
        Relation {
            name: "names",
            target: &super::source::LOCALIZED_NAME,
            link: Link::Subject { kind: "AGREEMENT" },
            shape: Shape::List,
            filter: false,
            doc: "Published names in every language, in the order of language and rank.",
        },
        Relation {
            name: "source",
            target: &super::source::SOURCE,
            link: Link::One { column: "source_id", nullable: true },
            shape: Shape::Object,
            filter: true,
            doc: "Where the record comes from; null when stated without one.",
        },
    ],
    computed: &[],
    facets: &[
        Facet::new("sector", &["sectors"], "By what it is about; one about several sectors counts in each."),
        Facet::new("kind", &["kind"], "By what was signed."),
        Facet::new("year", &["signedOn"], "By year of signing."),
    ],
    default_order: &[("signed_on", false)],
    variants: None,
};
