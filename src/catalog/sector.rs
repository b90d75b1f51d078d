//! Sectors: nodes of classifications, and how two classifications correspond.

use super::{Entity, Field, Kind, Link, NodeKey, Relation, Shape, Computed, Value};

/// A classification and edition.
pub static CLASSIFICATION: Entity = Entity {
    name: "Classification",
    plural: Some("classifications"),
    table: "classifications",
    doc: "A classification of goods or industries, one row an edition (`HS2017`), plus one for the family (`HS`).",
    scope: &[],
    key: &["id"],
    node: Some(NodeKey::Column("code")),
    names: None,
    resident: true,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("code", "code", Kind::Text, "Code, e.g. `HS2017`, `TEAROAD`.").sortable(),
        Field::new("family", "family", Kind::Text, "Family, e.g. `HS`."),
        Field::new("edition", "edition", Kind::Text, "Edition; null for the family itself.").nullable(),
        Field::new("title", "title", Kind::Text, "Title."),
        Field::new("publisher", "publisher", Kind::Text, "Who publishes it; null when not stated.").nullable(),
    ],
    relations: &[
        Relation { name: "sectors", target: &super::sector::SECTOR, link: Link::Children { column: "classification_id" }, shape: Shape::Connection, filter: true, doc: "Nodes of the classification." },
        Relation { name: "source", target: &super::source::SOURCE, link: Link::One { column: "source_id", nullable: true }, shape: Shape::Object, filter: true, doc: "Where the record comes from; null when stated without one." },
    ],
    computed: &[],
    default_order: &[("code", false)],
    variants: None,
};

/// A node of a classification.
pub static SECTOR: Entity = Entity {
    name: "Sector",
    plural: Some("sectors"),
    table: "sectors",
    doc: "A node of a classification: an HS section, chapter, heading or product in its edition, or an industry of the short list that companies and events use.",
    scope: &[],
    key: &["id"],
    node: Some(NodeKey::Sector),
    names: Some("SECTOR"),
    resident: true,
    tree: true,
    mirrored: false,
    fields: &[
        Field::new("code", "code", Kind::Text, "Code in its classification, e.g. `27`, `270900`, `PHARMACEUTICALS`, `TOTAL`.").sortable(),
        Field::new("level", "level", Kind::Int, "HS: 0 total, 1 section, 2 chapter, 4 heading, 6 product; industries: 1.").sortable(),
    ],
    relations: &[
        Relation { name: "classification", target: &super::sector::CLASSIFICATION, link: Link::One { column: "classification_id", nullable: false }, shape: Shape::Object, filter: true, doc: "Its classification and edition." },
        Relation { name: "parent", target: &super::sector::SECTOR, link: Link::One { column: "parent_id", nullable: true }, shape: Shape::Object, filter: true, doc: "The node above; null at the top." },
        Relation { name: "children", target: &super::sector::SECTOR, link: Link::Children { column: "parent_id" }, shape: Shape::Connection, filter: true, doc: "Nodes directly below." },
        Relation { name: "correspondsTo", target: &CORRESPONDENCE, link: Link::Children { column: "from_sector_id" }, shape: Shape::List, filter: true, doc: "Nodes of other classifications that it corresponds to." },
        Relation { name: "correspondsFrom", target: &CORRESPONDENCE, link: Link::Children { column: "to_sector_id" }, shape: Shape::List, filter: true, doc: "Nodes of other classifications that correspond to it." },
        Relation { name: "companies", target: &super::party::COMPANY, link: Link::Junction { table: "party_sectors", near: "sector_id", far: "party_id", repeats: false }, shape: Shape::Connection, filter: true, doc: "Companies in exactly this sector." },
        Relation { name: "organisations", target: &super::party::ORGANISATION, link: Link::Junction { table: "party_sectors", near: "sector_id", far: "party_id", repeats: false }, shape: Shape::Connection, filter: true, doc: "Organisations in exactly this sector." },
        Relation { name: "events", target: &super::event::EVENT, link: Link::Junction { table: "event_sectors", near: "sector_id", far: "event_id", repeats: false }, shape: Shape::Connection, filter: true, doc: "Events about this sector." },
        Relation { name: "participations", target: &super::event::PARTICIPATION, link: Link::Junction { table: "participation_sectors", near: "sector_id", far: "participation_id", repeats: false }, shape: Shape::Connection, filter: true, doc: "Participations of this sector." },
        Relation { name: "agreements", target: &super::event::AGREEMENT, link: Link::Junction { table: "agreement_sectors", near: "sector_id", far: "agreement_id", repeats: false }, shape: Shape::Connection, filter: true, doc: "Agreements about this sector." },
        Relation { name: "tradeFigures", target: &super::trade_figure::TRADE_FIGURE, link: Link::Children { column: "sector_id" }, shape: Shape::Connection, filter: false, doc: "Trade figures of exactly this sector." },
        Relation { name: "names", target: &super::source::LOCALIZED_NAME, link: Link::Subject { kind: "SECTOR" }, shape: Shape::List, filter: false, doc: "Published names in every language, in the order of language and rank." },
    ],
    computed: &[
        Computed { name: "ancestors", ty: "[Sector!]!", value: Value::SectorAncestors, needs: &["id"], doc: "Nodes above, from the top down." },
    ],
    default_order: &[("code", false)],
    variants: None,
};

/// A pair of corresponding sectors.
pub static CORRESPONDENCE: Entity = Entity {
    name: "Correspondence",
    plural: None,
    table: "correspondences",
    doc: "Two nodes of different classifications that cover the same ground, in whole or in part.",
    scope: &[],
    key: &["from_sector_id", "to_sector_id"],
    node: None,
    names: None,
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("weightPpm", "weight_ppm", Kind::BigInt, "Share of the first node that goes to the second, in millionths; null when not known.").nullable(),
        Field::new("validFrom", "valid_from", Kind::Int, "First year; null when open.").nullable(),
        Field::new("validTo", "valid_to", Kind::Int, "Last year; null when open.").nullable(),
    ],
    relations: &[
        Relation { name: "from", target: &super::sector::SECTOR, link: Link::One { column: "from_sector_id", nullable: false }, shape: Shape::Object, filter: true, doc: "The node that is translated." },
        Relation { name: "to", target: &super::sector::SECTOR, link: Link::One { column: "to_sector_id", nullable: false }, shape: Shape::Object, filter: true, doc: "The node that it is translated to." },
        Relation { name: "source", target: &super::source::SOURCE, link: Link::One { column: "source_id", nullable: true }, shape: Shape::Object, filter: true, doc: "Where the record comes from; null when stated without one." },
    ],
    computed: &[],
    default_order: &[],
    variants: None,
};
