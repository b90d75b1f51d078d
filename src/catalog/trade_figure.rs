//! Trade figures: reporter, partner, sector, flow, period and the value.

use super::{Entity, Field, Kind, Link, NodeKey, Relation, Shape, Computed, Value, enums};

/// A trade figure.
pub static TRADE_FIGURE: Entity = Entity {
    name: "TradeFigure",
    plural: Some("tradeFigures"),
    table: "trade_figures",
    doc: "The trade of a reporter with a partner in one sector, flow and period, in one dataset. In reconciled datasets every export is also listed as the partner's import, with `mirrored: true`.",
    scope: &[],
    key: &["dataset_id", "reporter_id", "partner_id", "sector_id", "flow", "period_start", "period_months", "origin"],
    node: Some(NodeKey::Figure),
    names: None,
    resident: false,
    tree: false,
    mirrored: true,
    fields: &[
        Field::new("flow", "flow", Kind::Enum(&enums::FLOW), "Direction, seen from the reporter.").sortable(),
        Field::new("period", "period_start", Kind::Period, "Year, quarter or month of the trade.").sortable(),
        Field::new("frequency", "period_months", Kind::Enum(&enums::FREQUENCY), "Length of the period."),
        Field::new("value", "value_scaled", Kind::Money, "Amount in the dataset's currency; orders and comparisons need figures of one dataset.").nullable().sortable().not_shown(),
        Field::new("reporterLevel", "reporter_level", Kind::Enum(&enums::FIGURE_REGION_LEVEL), "Level of the reporter."),
        Field::new("partnerLevel", "partner_level", Kind::Enum(&enums::FIGURE_REGION_LEVEL), "Level of the partner."),
        Field::new("sectorLevel", "sector_level", Kind::Int, "Level of the sector: 0 total, 2 chapter, 4 heading, 6 product."),
        Field::new("origin", "origin", Kind::Enum(&enums::ORIGIN), "Reported or derived."),
        Field::new("status", "status", Kind::Enum(&enums::FIGURE_STATUS), "How firm the figure is."),
        Field::new("mirrored", "mirrored", Kind::Bool, "True when read from the partner's side of a reconciled dataset."),
        Field::new("revision", "revision", Kind::BigInt, "Revision that wrote the figure."),
    ],
    relations: &[
        Relation { name: "dataset", target: &super::dataset::DATASET, link: Link::One { column: "dataset_id", nullable: false }, shape: Shape::Object, filter: true, doc: "Its dataset." },
        Relation { name: "reporter", target: &super::region::REGION, link: Link::One { column: "reporter_id", nullable: false }, shape: Shape::Object, filter: true, doc: "Whose trade it is." },
        Relation { name: "partner", target: &super::region::REGION, link: Link::One { column: "partner_id", nullable: false }, shape: Shape::Object, filter: true, doc: "The other side." },
        Relation { name: "sector", target: &super::sector::SECTOR, link: Link::One { column: "sector_id", nullable: false }, shape: Shape::Object, filter: true, doc: "What was traded." },
        Relation { name: "source", target: &super::source::SOURCE, link: Link::One { column: "source_id", nullable: true }, shape: Shape::Object, filter: true, doc: "Where the record comes from; null when stated without one." },
    ],
    computed: &[
        Computed { name: "value", ty: "Money", value: Value::FigureValue, needs: &["dataset_id", "value_scaled"], doc: "Amount in the dataset's currency, exact; null when withheld or missing." },
        Computed { name: "quantity", ty: "Quantity", value: Value::FigureQuantity, needs: &["quantity_milli", "quantity_unit"], doc: "Quantity in its unit; null when not given." },
        Computed { name: "netWeightKg", ty: "Decimal", value: Value::FigureNetWeight, needs: &["net_weight_g"], doc: "Net weight in kilograms, exact; null when not given." },
        Computed { name: "valuation", ty: "Valuation!", value: Value::FigureValuation, needs: &["dataset_id"], doc: "What the value includes." },
        Computed { name: "published", ty: "[PublishedValue!]!", value: Value::FigurePublished, needs: &["@key"], doc: "The values as the source printed them, in every currency it printed; empty when the source is a data file." },
        Computed { name: "publishedGrowth", ty: "PublishedNumber", value: Value::FigureGrowth, needs: &["@key"], doc: "Growth on the year before as the source printed it, as a fraction (0.658 = +65.8 %); null when it printed none." },
        Computed { name: "publishedRank", ty: "PublishedNumber", value: Value::FigureRank, needs: &["@key"], doc: "Rank of the partner as the source printed it; null when it printed none." },
        Computed { name: "balance", ty: "DerivedAmount!", value: Value::FigureBalance, needs: &["@key"], doc: "Derived: exports less imports of the same reporter, partner, sector and period, with its inputs; the amount is null with a reason when one is missing." },
        Computed { name: "impliedPrevious", ty: "DerivedAmount!", value: Value::FigureImpliedPrevious, needs: &["@key"], doc: "Derived: the value of the year before that the printed value and growth imply, at the precision of the printed value, with its inputs; null with a reason when none is printed." },
    ],
    default_order: &[],
    variants: None,
};
