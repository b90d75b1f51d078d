//! Sources, further facts and published names.

use super::{Entity, Field, Kind, Link, NodeKey, Relation, Shape, enums};

/// A source.
pub static SOURCE: Entity = Entity {
    name: "Source",
    plural: Some("sources"),
    table: "sources",
    doc: "The document, file or list a record came from.",
    scope: &[],
    key: &["id"],
    node: Some(NodeKey::Column("code")),
    names: None,
    resident: true,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("code", "code", Kind::Text, "Code.").known().sortable(),
        Field::new("kind", "kind", Kind::Enum(&enums::SOURCE_KIND), "What it is."),
        Field::new("publisher", "publisher", Kind::Text, "Who published it; null when not known.").nullable(),
        Field::new("title", "title", Kind::Text, "Title."),
        Field::new("url", "url", Kind::Text, "Address; null when not known.").nullable(),
        Field::new("publishedOn", "published_on", Kind::Date, "Day of publication; null when not known.")
            .nullable()
            .sortable(),
        Field::new(
            "datePrecision",
            "date_precision",
            Kind::Enum(&enums::DATE_PRECISION),
            "How much of the date is stated; null without one.",
        )
        .nullable(),
        Field::new("retrievedAt", "retrieved_at", Kind::DateTime, "When it was read; null when not recorded.")
            .nullable(),
        Field::new("licence", "licence", Kind::Text, "Licence; null when not stated.").nullable(),
        Field::new(
            "sha256",
            "sha256",
            Kind::Text,
            "SHA-256 of the imported bytes, in hex; null when it is not a file.",
        )
        .nullable(),
        Field::new(
            "note",
            "note",
            Kind::Text,
            "What to know about it, such as how a year was inferred; null when nothing.",
        )
        .nullable()
        .shown_only(),
    ],
    relations: &[
        Relation {
            name: "events",
            target: &super::event::EVENT,
            link: Link::Children { column: "source_id" },
            shape: Shape::Connection,
            filter: true,
            doc: "Events known from it.",
        },
        Relation {
            name: "agreements",
            target: &super::event::AGREEMENT,
            link: Link::Children { column: "source_id" },
            shape: Shape::Connection,
            filter: true,
            doc: "Agreements known from it.",
        },
        Relation {
            name: "datasets",
            target: &super::dataset::DATASET,
            link: Link::Children { column: "source_id" },
            shape: Shape::Connection,
            filter: true,
            doc: "Datasets known from it.",
        },
    ],
    computed: &[],
    facets: &[],
    default_order: &[("code", false)],
    variants: None,
};

/// A further published statement.
pub static FACT: Entity = Entity {
    name: "Fact",
    plural: None,
    table: "facts",
    doc: "A published statement about a region, party or event, with its number where it has one.",
    scope: &[],
    key: &["id"],
    node: None,
    names: None,
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("property", "property", Kind::Text, "What is stated, as a short key."),
        Field::new("statement", "statement", Kind::Text, "The statement in words.").shown_only(),
        Field::new("amount", "amount", Kind::BigInt, "Its number; null when it has none.").nullable(),
        Field::new("unit", "unit", Kind::Text, "Unit of the number; null without one.").nullable(),
        Field::new("bound", "bound", Kind::Enum(&enums::BOUND), "How the number is meant; null without one.")
            .nullable(),
    ],
    relations: &[Relation {
        name: "source",
        target: &super::source::SOURCE,
        link: Link::One { column: "source_id", nullable: true },
        shape: Shape::Object,
        filter: true,
        doc: "Where the record comes from; null when stated without one.",
    }],
    computed: &[],
    facets: &[],
    default_order: &[],
    variants: None,
};

/// A name in a language.
pub static LOCALIZED_NAME: Entity = Entity {
    name: "LocalizedName",
    plural: None,
    table: "names",
    doc: "A published name in a language.",
    scope: &[],
    key: &["language", "ordinal"],
    node: None,
    names: None,
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("language", "language", Kind::Text, "ISO 639-1 code: en, zh, ru."),
        Field::new("text", "text", Kind::Text, "The name."),
    ],
    relations: &[],
    computed: &[],
    facets: &[],
    default_order: &[],
    variants: None,
};
