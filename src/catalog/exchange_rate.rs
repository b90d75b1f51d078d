//! Exchange rates: what one unit of a currency cost in another, as a source states it.

use super::{Computed, Entity, Field, Kind, Link, NodeKey, Relation, Shape, Value, enums};

/// An exchange rate.
pub static EXCHANGE_RATE: Entity = Entity {
    name: "ExchangeRate",
    plural: Some("exchangeRates"),
    table: "exchange_rates",
    doc: "What one unit of the base currency cost in the quote currency in a period, as one source states it. Statistics convert with it where that is asked for, `value(in:)`, and say so; published amounts stay in the currency in which they were published.",
    scope: &[],
    key: &["id"],
    node: Some(NodeKey::Column("code")),
    names: None,
    resident: false,
    tree: false,
    mirrored: false,
    fields: &[
        Field::new(
            "code",
            "code",
            Kind::Text,
            "Base, quote, period, kind and source, e.g. `USD/CNY/2023/AVERAGE/wdi-exchange-rates`.",
        )
        .known()
        .sortable(),
        Field::new(
            "base",
            "base_currency",
            Kind::Text,
            "ISO 4217 code of the currency of which one unit is taken: `USD`.",
        )
        .known(),
        Field::new("quote", "quote_currency", Kind::Text, "ISO 4217 code of the currency of the rate: `CNY`.").known(),
        Field::new("period", "period_start", Kind::Period, "Year, quarter or month.").sortable(),
        Field::new("kind", "kind", Kind::Enum(&enums::RATE_KIND), "Mean of the period, or its end."),
        Field::new("days", "n_days", Kind::Int, "Days that the mean is of; null when not stated.").nullable(),
    ],
    relations: &[Relation {
        name: "source",
        target: &super::source::SOURCE,
        link: Link::One { column: "source_id", nullable: false },
        shape: Shape::Object,
        filter: true,
        doc: "Who states it.",
    }],
    computed: &[Computed {
        name: "rate",
        ty: "Decimal!",
        value: Value::ExchangeRate,
        needs: &["mantissa", "exponent"],
        doc: "Units of the quote currency for one of the base currency, with the digits that the source gives: `7.0840`.",
    }],
    facets: &[],
    default_order: &[("code", false)],
    variants: None,
};
