//! Files of trade: datasets, figures, what was printed, coverage.

use super::places::SOURCE;
use super::spec::{Cell, Column, File, To, Told};
use crate::catalog::{EnumType, enums};

const DATASET: Column =
    Column::new("dataset", Cell::Ref(To::Dataset), &["dataset_id"], "The dataset.", "ZIBO-CUSTOMS").required();
const REPORTER: Column =
    Column::new("reporter", Cell::Ref(To::Region), &["reporter_id"], "Who reports.", "CN-370300").required();
const PARTNER: Column =
    Column::new("partner", Cell::Ref(To::Region), &["partner_id"], "The other side.", "RU").required();
const SECTOR: Column =
    Column::new("sector", Cell::Ref(To::Sector), &["sector_id"], "Classification and code.", "HS2022/2709").required();
const FLOW: Column = Column::new("flow", Cell::Word(&enums::FLOW), &["flow"], "The direction.", "EXPORT").required();
const PERIOD: Column =
    Column::new("period", Cell::Period, &["period_start", "period_months"], "Year, quarter or month.", "2023")
        .required();
const CURRENCY: Column = Column::new("currency", Cell::Ref(To::Currency), &["currency"], "ISO 4217 code.", "CNY");

/// Decimals of a dataset's values.
static SCALE: EnumType = EnumType {
    name: "DatasetScale",
    doc: "Decimals that a dataset keeps.",
    values: &[("0", 0, "Whole units."), ("3", 3, "Thousandths.")],
    numeric: true,
};

/// Datasets.
pub(super) static DATASETS: File = File {
    doc: "Bodies of figures in one currency.",
    to: Some(To::Dataset),
    told: Told::Entity("Dataset"),
    ..File::new(
        "datasets",
        "datasets",
        1,
        &[
            Column::new("code", Cell::Code, &["code"], "Key of the dataset.", "ZIBO-CUSTOMS").required(),
            Column::new("title", Cell::Text, &["title"], "Its title.", "Foreign trade of Zibo").required(),
            Column::new("family", Cell::Code, &["family"], "Family of classifications of its sectors.", "HS")
                .required(),
            Column::new("publisher", Cell::Text, &["publisher"], "Who publishes it.", "Zibo Customs"),
            Column::new(
                "publisher_party",
                Cell::Ref(To::Party),
                &["publisher_party_id"],
                "The same as a party.",
                "zibo-customs",
            ),
            Column::new("licence", Cell::Text, &["licence"], "Terms of use.", "CC BY 4.0"),
            Column::new(
                "currency",
                Cell::Ref(To::Currency),
                &["currency"],
                "Currency of every value; empty takes `currency` of pack.toml.",
                "CNY",
            )
            .required()
            .frozen(),
            Column::new("scale", Cell::Word(&SCALE), &["scale"], "Decimals that are kept.", "3").default("3").frozen(),
            Column::new(
                "valuation",
                Cell::Word(&enums::VALUATION),
                &["valuation"],
                "On which terms goods are valued.",
                "MIXED",
            )
            .required(),
            Column::new(
                "reconciled",
                Cell::Bool,
                &["reconciled"],
                "Both sides were made one: each pair has one row, the export.",
                "false",
            )
            .default("false"),
            Column::new("description", Cell::Text, &["description"], "What a reader must know of it.", ""),
            SOURCE,
        ],
    )
};

/// What is complete.
pub(super) static COVERAGE: File = File {
    doc: "Whether the partners and sectors of a reporter and period are all there; figures without a row are LISTED.",
    told: Told::Figures,
    initial: &[("n_figures", 0)],
    ..File::new(
        "coverage",
        "dataset_coverage",
        3,
        &[
            DATASET,
            REPORTER,
            PERIOD,
            Column::new(
                "partners",
                Cell::Word(&enums::COVERAGE_EXTENT),
                &["partners"],
                "COMPLETE: all partners are there.",
                "LISTED",
            )
            .default("LISTED"),
            Column::new(
                "sectors",
                Cell::Word(&enums::COVERAGE_EXTENT),
                &["sectors"],
                "COMPLETE: all sectors are there.",
                "LISTED",
            )
            .default("LISTED"),
        ],
    )
};

/// The figures.
pub(super) static FIGURES: File = File {
    doc: "Trade figures. Levels that Tea Road adds up itself are not in a pack.",
    scope: "origin = 1",
    told: Told::Figures,
    ..File::new(
        "figures",
        "trade_figures",
        6,
        &[
            DATASET,
            REPORTER,
            PARTNER,
            SECTOR,
            FLOW,
            PERIOD,
            Column::new(
                "value",
                Cell::Money,
                &["value_scaled"],
                "Amount in the dataset's currency, times `multiplier` of pack.toml; empty is unknown.",
                "2540000000",
            ),
            Column::new("quantity", Cell::Thousandths, &["quantity_milli"], "Quantity in the unit beside it.", "12.5"),
            Column::new("quantity_unit", Cell::Text, &["quantity_unit"], "The unit.", "u"),
            Column::new("net_weight_kg", Cell::Thousandths, &["net_weight_g"], "Net weight in kilograms.", "1200"),
            Column::new("status", Cell::Word(&enums::FIGURE_STATUS), &["status"], "How firm the value is.", "NORMAL")
                .default("NORMAL"),
            SOURCE,
        ],
    )
};

/// What a printed value measures.
static MEASURE: EnumType = EnumType {
    name: "PublishedMeasure",
    doc: "What a printed number measures.",
    values: &[("VALUE", 0, "An amount."), ("GROWTH", 0, "A ratio: 0.658 is +65.8 %."), ("RANK", 0, "A rank.")],
    numeric: false,
};

/// Values as documents printed them.
pub(super) static PUBLISHED_VALUES: File = File {
    doc: "What a document printed about a figure, digit by digit, in every currency it printed.",
    told: Told::Figures,
    ..File::new(
        "published_values",
        "published_values",
        7,
        &[
            DATASET,
            REPORTER,
            PARTNER,
            SECTOR,
            FLOW,
            PERIOD,
            Column::new("ordinal", Cell::Int, &["ordinal"], "Number among those of the figure, from 0.", "0")
                .required(),
            Column::new("measure", Cell::Word(&MEASURE), &["measure"], "What it measures.", "VALUE").required(),
            Column::new("text", Cell::Text, &["text"], "As printed.", "2.54 bn CNY").required(),
            Column::new("mantissa", Cell::Big, &["mantissa"], "The digits that are printed.", "254").required(),
            Column::new("exponent", Cell::Int, &["exponent"], "The power of ten they are multiplied with.", "7")
                .required(),
            CURRENCY,
            Column::new("note", Cell::Text, &["note"], "What a reader must know of it.", ""),
            SOURCE,
        ],
    )
};
