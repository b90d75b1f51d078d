//! Changes: what each revision of the data changed, for those who keep a copy.

use super::{Entity, Field, Kind, Link, NodeKey, Relation, Shape, Shortcut, enums};

/// A change of one object, or of a body of figures.
pub static CHANGE: Entity = Entity {
    name: "Change",
    plural: Some("changes"),
    table: "change_log",
    doc: "What a revision changed: one object by its key, or the figures of a dataset, reporter and period together. What has no key of its own, such as names, codes and facts, belongs to the object below which it is listed.",
    scope: &[],
    key: &["revision", "entity", "entity_key"],
    node: Some(NodeKey::Change),
    names: None,
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("revision", "revision", Kind::BigInt, "Revision that made the change.").sortable(),
        Field::new("committedAt", "committed_at", Kind::DateTime, "When the revision was committed."),
        Field::new(
            "kind",
            "kind",
            Kind::Text,
            "What made the revision: `REFERENCE` and `DEMO` are what Tea Road ships, `IMPORT` is a file.",
        ),
        Field::new("entity", "entity", Kind::Enum(&enums::CHANGED_ENTITY), "Type of what changed."),
        Field::new(
            "key",
            "entity_key",
            Kind::Text,
            "Its key: a code or slug, `HS2017/27` for a sector, `BACI-HS17/CN/2023` (dataset, reporter, period) for figures.",
        ),
        Field::new("action", "action", Kind::Enum(&enums::CHANGE_ACTION), "What happened to it."),
        Field::new("dataset", "dataset", Kind::Text, "Code of the figures' dataset; null for other changes.")
            .nullable(),
        Field::new(
            "reporter",
            "reporter",
            Kind::Text,
            "Code of the figures' reporter, as stored; null for other changes.",
        )
        .nullable(),
        Field::new("period", "period_start", Kind::Period, "Period of the figures; null for other changes.")
            .nullable()
            .shown_only(),
        Field::new("inserted", "n_inserted", Kind::Int, "Rows that were added."),
        Field::new("updated", "n_updated", Kind::Int, "Rows that got other content."),
        Field::new("deleted", "n_deleted", Kind::Int, "Rows that were removed."),
        Field::new(
            "replaced",
            "replaced",
            Kind::Bool,
            "True when the whole body of figures was written anew, whether or not each row differs.",
        ),
    ],
    relations: &[Relation {
        name: "source",
        target: &super::source::SOURCE,
        link: Link::One { column: "source_id", nullable: true },
        shape: Shape::Object,
        filter: true,
        doc: "The file or document that the revision came from; null when it came from none.",
    }],
    computed: &[],
    facets: &[],
    default_order: &[],
    variants: None,
};

/// Arguments of lists of changes that stand for conditions of their filter.
pub static SHORTCUTS: &[Shortcut] = &[
    Shortcut {
        argument: "since",
        ty: "BigInt",
        field: "revision",
        operator: "gt",
        newest: true,
        doc: "Only changes of later revisions than this: the revision of the copy that is brought up to date. One that the data do not have yet is refused (`REVISION_AHEAD`): the data were made anew, and so must be the copy.",
    },
    Shortcut {
        argument: "entities",
        ty: "[ChangedEntity!]",
        field: "entity",
        operator: "in",
        newest: false,
        doc: "Only changes of these types; all when left out or null.",
    },
];
