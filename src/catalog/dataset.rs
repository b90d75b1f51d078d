//! Datasets: bodies of figures that may be summed together, and what they cover.

use super::{Entity, Field, Kind, Link, NodeKey, Relation, Shape, enums};

/// A dataset.
pub static DATASET: Entity = Entity {
    name: "Dataset",
    plural: Some("datasets"),
    table: "datasets",
    doc: "A body of trade figures in one currency that may be summed together.",
    scope: &[],
    key: &["id"],
    node: Some(NodeKey::Column("code")),
    names: None,
    resident: true,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("code", "code", Kind::Text, "Code, e.g. `ZIBO-CUSTOMS`.").known().sortable(),
        Field::new("title", "title", Kind::Text, "Title."),
        Field::new("family", "family", Kind::Text, "Family of classifications its figures use, e.g. `HS`.").known(),
        Field::new("publisher", "publisher", Kind::Text, "Who publishes it; null when not stated.").nullable(),
        Field::new("licence", "licence", Kind::Text, "Licence; null when not stated.").nullable(),
        Field::new("currency", "currency", Kind::Text, "ISO 4217 code of every amount."),
        Field::new("valuation", "valuation", Kind::Enum(&enums::VALUATION), "What its values include."),
        Field::new(
            "reconciled",
            "reconciled",
            Kind::Bool,
            "True when each pair has one row, stored as an export; imports are then read from the partner's side and marked `mirrored`.",
        ),
        Field::new("description", "description", Kind::Text, "What it is; null when not stated.")
            .nullable()
            .shown_only(),
    ],
    relations: &[
        Relation {
            name: "publisherParty",
            target: &super::party::ORGANISATION,
            link: Link::One { column: "publisher_party_id", nullable: true },
            shape: Shape::Object,
            filter: true,
            doc: "The publisher, where it is an organisation here; else null.",
        },
        Relation {
            name: "coverage",
            target: &COVERAGE,
            link: Link::Children { column: "dataset_id" },
            shape: Shape::Connection,
            filter: false,
            doc: "What it holds, by reporter and period.",
        },
        Relation {
            name: "tradeFigures",
            target: &super::trade_figure::TRADE_FIGURE,
            link: Link::Children { column: "dataset_id" },
            shape: Shape::Connection,
            filter: false,
            doc: "Its figures.",
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
    facets: &[],
    default_order: &[("code", false)],
    variants: None,
};

/// What a dataset holds of one reporter and period.
pub static COVERAGE: Entity = Entity {
    name: "Coverage",
    plural: None,
    table: "dataset_coverage",
    doc: "What a dataset holds of one reporter in one period.",
    scope: &[],
    key: &["dataset_id", "reporter_id", "period_start", "period_months"],
    node: None,
    names: None,
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("period", "period_start", Kind::Period, "Year, quarter or month."),
        Field::new("partners", "partners", Kind::Enum(&enums::COVERAGE_EXTENT), "Whether all partners are there."),
        Field::new("sectors", "sectors", Kind::Enum(&enums::COVERAGE_EXTENT), "Whether all sectors are there."),
        Field::new("figures", "n_figures", Kind::Int, "Number of stored figures."),
    ],
    relations: &[Relation {
        name: "reporter",
        target: &super::region::REGION,
        link: Link::One { column: "reporter_id", nullable: false },
        shape: Shape::Object,
        filter: true,
        doc: "The reporter.",
    }],
    computed: &[],
    facets: &[],
    default_order: &[],
    variants: None,
};
