//! Regions: places of every level, blocs, and areas not elsewhere specified.

use super::{Computed, Entity, Field, Kind, Link, NodeKey, Relation, Shape, Value, enums};

/// A place, bloc or special area.
pub static REGION: Entity = Entity {
    name: "Region",
    plural: Some("regions"),
    table: "regions",
    doc: "A place of any level (world, UN M49 area, country or economy, province, city), a bloc with dated members, or a special area such as bunkers.",
    scope: &[],
    key: &["id"],
    node: Some(NodeKey::Column("code")),
    names: Some("REGION"),
    resident: true,
    tree: true,
    mirrored: false,
    fields: &[
        Field::new("code", "code", Kind::Text, "Public code, e.g. `CN`, `CN-SD`, `CN-370300`, `M49-030`, `WLD`, `EU`.")
            .known()
            .sortable(),
        Field::new("kind", "kind", Kind::Enum(&enums::REGION_KIND), "Place, group or special area."),
        Field::new("level", "level", Kind::Enum(&enums::REGION_LEVEL), "Level in the tree of places."),
        Field::new("areaKm2", "area_km2", Kind::Float, "Area in square kilometres; null when not stated.")
            .nullable()
            .sortable(),
        Field::new(
            "validFrom",
            "valid_from",
            Kind::Int,
            "First calendar year in which the region exists; null when without a stated beginning.",
        )
        .nullable(),
        Field::new(
            "validTo",
            "valid_to",
            Kind::Int,
            "Last calendar year in which the region existed; null while it exists.",
        )
        .nullable(),
        Field::new("description", "description", Kind::Text, "What a source says of the region; null when nothing.")
            .nullable()
            .shown_only(),
    ],
    relations: &[
        Relation {
            name: "parent",
            target: &super::region::REGION,
            link: Link::One { column: "parent_id", nullable: true },
            shape: Shape::Object,
            filter: true,
            doc: "The region above in the tree; null for the world.",
        },
        Relation {
            name: "children",
            target: &super::region::REGION,
            link: Link::Children { column: "parent_id" },
            shape: Shape::Connection,
            filter: true,
            doc: "Regions directly below in the tree.",
        },
        Relation {
            name: "groups",
            target: &REGION_MEMBERSHIP,
            link: Link::Children { column: "region_id" },
            shape: Shape::List,
            filter: true,
            doc: "Blocs it belongs or belonged to, with dates.",
        },
        Relation {
            name: "members",
            target: &REGION_MEMBERSHIP,
            link: Link::Children { column: "group_id" },
            shape: Shape::List,
            filter: true,
            doc: "For a bloc: its members, with dates.",
        },
        Relation {
            name: "codes",
            target: &REGION_CODE,
            link: Link::Children { column: "region_id" },
            shape: Shape::List,
            filter: true,
            doc: "Codes in other schemes.",
        },
        Relation {
            name: "companies",
            target: &super::party::COMPANY,
            link: Link::Children { column: "region_id" },
            shape: Shape::Connection,
            filter: true,
            doc: "Companies seated exactly here; for the whole subtree use `companies(filter: {region: {within: …}})`.",
        },
        Relation {
            name: "organisations",
            target: &super::party::ORGANISATION,
            link: Link::Children { column: "region_id" },
            shape: Shape::Connection,
            filter: true,
            doc: "Organisations seated exactly here.",
        },
        Relation {
            name: "events",
            target: &super::event::EVENT,
            link: Link::Junction { table: "event_regions", near: "region_id", far: "event_id", repeats: true },
            shape: Shape::Connection,
            filter: true,
            doc: "Events that this region hosts, visits or is the subject of.",
        },
        Relation {
            name: "participations",
            target: &super::event::PARTICIPATION,
            link: Link::Children { column: "region_id" },
            shape: Shape::Connection,
            filter: true,
            doc: "Participations of parties and counted groups from here.",
        },
        Relation {
            name: "tradeFigures",
            target: &super::trade_figure::TRADE_FIGURE,
            link: Link::Children { column: "reporter_id" },
            shape: Shape::Connection,
            filter: false,
            doc: "Trade figures with this region as reporter.",
        },
        Relation {
            name: "partnerTradeFigures",
            target: &super::trade_figure::TRADE_FIGURE,
            link: Link::Children { column: "partner_id" },
            shape: Shape::Connection,
            filter: false,
            doc: "Trade figures with this region as partner.",
        },
        Relation {
            name: "names",
            target: &super::source::LOCALIZED_NAME,
            link: Link::Subject { kind: "REGION" },
            shape: Shape::List,
            filter: false,
            doc: "Published names in every language, in the order of language and rank.",
        },
        Relation {
            name: "facts",
            target: &super::source::FACT,
            link: Link::Subject { kind: "REGION" },
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
    computed: &[Computed {
        name: "ancestors",
        ty: "[Region!]!",
        value: Value::RegionAncestors,
        needs: &["id"],
        doc: "Regions above, from the world down; empty for the world.",
    }],
    facets: &[],
    default_order: &[("code", false)],
    variants: None,
};

/// A code of a region in some scheme.
pub static REGION_CODE: Entity = Entity {
    name: "RegionCode",
    plural: None,
    table: "region_codes",
    doc: "A code of a region in a scheme such as ISO_ALPHA3, M49 or COMTRADE.",
    scope: &[],
    key: &["scheme", "code", "region_id"],
    node: None,
    names: None,
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("scheme", "scheme", Kind::Text, "Scheme, e.g. `ISO_ALPHA3`.").known(),
        Field::new("code", "code", Kind::Text, "Code in the scheme."),
        Field::new("validFrom", "valid_from", Kind::Int, "First year of validity; null when open.").nullable(),
        Field::new("validTo", "valid_to", Kind::Int, "Last year of validity; null when open.").nullable(),
    ],
    relations: &[],
    computed: &[],
    facets: &[],
    default_order: &[],
    variants: None,
};

/// A dated membership in a bloc.
pub static REGION_MEMBERSHIP: Entity = Entity {
    name: "RegionMembership",
    plural: None,
    table: "region_members",
    doc: "Membership of a region in a bloc, with dates.",
    scope: &[],
    key: &["group_id", "region_id"],
    node: None,
    names: None,
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new("since", "since", Kind::Date, "First day of membership; null when not stated.").nullable(),
        Field::new("until", "until", Kind::Date, "Last day of membership; null while it lasts.").nullable(),
    ],
    relations: &[
        Relation {
            name: "group",
            target: &super::region::REGION,
            link: Link::One { column: "group_id", nullable: false },
            shape: Shape::Object,
            filter: true,
            doc: "The bloc.",
        },
        Relation {
            name: "region",
            target: &super::region::REGION,
            link: Link::One { column: "region_id", nullable: false },
            shape: Shape::Object,
            filter: true,
            doc: "The member.",
        },
    ],
    computed: &[],
    facets: &[],
    default_order: &[],
    variants: None,
};
