//! Parties: companies and organisations, rows of one table.

use super::facet::Facet;
use super::{Entity, Field, Kind, Link, NodeKey, Relation, Scope, Shape, Variants, enums};

static FIELDS: &[Field] = &[
    Field::new("slug", "slug", Kind::Text, "Stable public key in lower case.").known().sortable(),
    Field::new(
        "foundedOn",
        "founded_on",
        Kind::Date,
        "Day of founding or opening, as precise as `foundedPrecision`; null when not known.",
    )
    .nullable()
    .sortable(),
    Field::new(
        "foundedPrecision",
        "founded_precision",
        Kind::Enum(&enums::DATE_PRECISION),
        "How much of `foundedOn` is stated; null when it is not known.",
    )
    .nullable(),
    Field::new("website", "website", Kind::Text, "Web address; null when not known.").nullable().shown_only(),
    Field::new("description", "description", Kind::Text, "What a source says of it; null when nothing.")
        .nullable()
        .shown_only(),
];

/// The relations of both kinds of parties, and further ones of one kind.
macro_rules! relations {
    ($($further:expr),* $(,)?) => {
        &[
            Relation {
                name: "region",
                target: &super::region::REGION,
                link: Link::One { column: "region_id", nullable: true },
                shape: Shape::Object,
                filter: true,
                doc: "Seat; null when not known.",
            },
            Relation {
                name: "sectors",
                target: &super::sector::SECTOR,
                link: Link::Junction { table: "party_sectors", near: "party_id", far: "sector_id", repeats: false },
                shape: Shape::List,
                filter: true,
                doc: "Sectors it works in.",
            },
            Relation {
                name: "codes",
                target: &PARTY_CODE,
                link: Link::Children { column: "party_id" },
                shape: Shape::List,
                filter: true,
                doc: "Identifiers such as LEI, ISIN or ticker.",
            },
            Relation {
                name: "participations",
                target: &super::event::PARTICIPATION,
                link: Link::Children { column: "party_id" },
                shape: Shape::Connection,
                filter: true,
                doc: "What it took part in, and how.",
            },
            Relation {
                name: "events",
                target: &super::event::EVENT,
                link: Link::Junction { table: "participations", near: "party_id", far: "event_id", repeats: true },
                shape: Shape::Connection,
                filter: true,
                doc: "Events it took part in.",
            },
            Relation {
                name: "agreements",
                target: &super::event::AGREEMENT,
                link: Link::Junction { table: "agreement_parties", near: "party_id", far: "agreement_id", repeats: false },
                shape: Shape::Connection,
                filter: true,
                doc: "Agreements it signed.",
            },
            Relation {
                name: "names",
                target: &super::source::LOCALIZED_NAME,
                link: Link::Subject { kind: "PARTY" },
                shape: Shape::List,
                filter: false,
                doc: "Published names in every language, in the order of language and rank.",
            },
            Relation {
                name: "facts",
                target: &super::source::FACT,
                link: Link::Subject { kind: "PARTY" },
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
            $($further,)*
        ]
    };
}

static RELATIONS: &[Relation] = relations![];

static ORGANISATION_RELATIONS: &[Relation] = relations![
    Relation {
        name: "hostedEvents",
        target: &super::event::EVENT,
        link: Link::Children { column: "venue_party_id" },
        shape: Shape::Connection,
        filter: true,
        doc: "Events held at this venue.",
    },
    Relation {
        name: "datasets",
        target: &super::dataset::DATASET,
        link: Link::Children { column: "publisher_party_id" },
        shape: Shape::Connection,
        filter: true,
        doc: "Datasets it publishes.",
    },
];

const REGION_FACET: Facet = Facet::new("region", &["region"], "By seat.");
const SECTOR_FACET: Facet = Facet::new("sector", &["sectors"], "By sector; a row of several sectors counts in each.");
const FOUNDED_FACET: Facet = Facet::new("foundedYear", &["foundedOn"], "By year of founding or opening.");

/// A company or an organisation.
pub static PARTY: Entity = Entity {
    name: "Party",
    plural: None,
    table: "parties",
    doc: "A company or an organisation.",
    scope: &[],
    key: &["id"],
    node: Some(NodeKey::Column("slug")),
    names: Some("PARTY"),
    resident: false,
    tree: false,
    mirrored: false,
    fields: FIELDS,
    relations: RELATIONS,
    computed: &[],
    facets: &[],
    default_order: &[],
    variants: Some(Variants { column: "kind", cases: &[("COMPANY", &COMPANY), ("ORGANISATION", &ORGANISATION)] }),
};

/// A company.
pub static COMPANY: Entity = Entity {
    name: "Company",
    plural: Some("companies"),
    table: "parties",
    doc: "A company.",
    scope: &[Scope::Equals("kind", "COMPANY")],
    key: &["id"],
    node: Some(NodeKey::Column("slug")),
    names: Some("PARTY"),
    resident: false,
    tree: false,
    mirrored: false,
    fields: FIELDS,
    relations: RELATIONS,
    computed: &[],
    facets: &[REGION_FACET, SECTOR_FACET, FOUNDED_FACET],
    default_order: &[("sort_name", false)],
    variants: None,
};

/// An organisation.
pub static ORGANISATION: Entity = Entity {
    name: "Organisation",
    plural: Some("organisations"),
    table: "parties",
    doc: "An organisation: agency, chamber, customs office, association or venue.",
    scope: &[Scope::Equals("kind", "ORGANISATION")],
    key: &["id"],
    node: Some(NodeKey::Column("slug")),
    names: Some("PARTY"),
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("slug", "slug", Kind::Text, "Stable public key in lower case.").known().sortable(),
        Field::new("kind", "org_kind", Kind::Enum(&enums::ORGANISATION_KIND), "What it does; null when not known.")
            .nullable(),
        Field::new(
            "foundedOn",
            "founded_on",
            Kind::Date,
            "Day of founding or opening, as precise as `foundedPrecision`; null when not known.",
        )
        .nullable()
        .sortable(),
        Field::new(
            "foundedPrecision",
            "founded_precision",
            Kind::Enum(&enums::DATE_PRECISION),
            "How much of `foundedOn` is stated; null when it is not known.",
        )
        .nullable(),
        Field::new("website", "website", Kind::Text, "Web address; null when not known.").nullable().shown_only(),
        Field::new("description", "description", Kind::Text, "What a source says of it; null when nothing.")
            .nullable()
            .shown_only(),
    ],
    relations: ORGANISATION_RELATIONS,
    computed: &[],
    facets: &[REGION_FACET, SECTOR_FACET, Facet::new("kind", &["kind"], "By what it does."), FOUNDED_FACET],
    default_order: &[("sort_name", false)],
    variants: None,
};

/// An identifier of a party.
pub static PARTY_CODE: Entity = Entity {
    name: "PartyCode",
    plural: None,
    table: "party_codes",
    doc: "An identifier of a party in a scheme such as LEI or ISIN.",
    scope: &[],
    key: &["scheme", "code", "party_id"],
    node: None,
    names: None,
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("scheme", "scheme", Kind::Text, "Scheme, e.g. `LEI`.").known(),
        Field::new("code", "code", Kind::Text, "Identifier."),
    ],
    relations: &[],
    computed: &[],
    facets: &[],
    default_order: &[],
    variants: None,
};
