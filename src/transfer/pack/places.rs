//! Files of what other files refer to: sources, currencies, regions, classifications.

use super::spec::{Cell, Column, File, To, Told};
use crate::catalog::enums;

/// The `source` column that most files have.
pub(super) const SOURCE: Column = Column::new(
    "source",
    Cell::Ref(To::Source),
    &["source_id"],
    "Where the row comes from; empty takes `source` of pack.toml.",
    "un-m49",
);

/// Where facts come from.
pub(super) static SOURCES: File = File {
    doc: "Documents, files and lists that rows come from.",
    to: Some(To::Source),
    told: Told::Entity("Source"),
    ..File::new(
        "sources",
        "sources",
        1,
        &[
            Column::new("code", Cell::Code, &["code"], "Key of the source.", "un-m49").required(),
            Column::new("kind", Cell::Word(&enums::SOURCE_KIND), &["kind"], "What it is.", "CODE_LIST").required(),
            Column::new(
                "publisher",
                Cell::Text,
                &["publisher"],
                "Who published it.",
                "United Nations Statistics Division",
            ),
            Column::new("title", Cell::Text, &["title"], "Its title.", "Standard country or area codes").required(),
            Column::new(
                "url",
                Cell::Text,
                &["url"],
                "Where it is found.",
                "https://unstats.un.org/unsd/methodology/m49/",
            ),
            Column::new("published_on", Cell::Date, &["published_on"], "Day of publication.", "2024-08-01"),
            Column::new(
                "date_precision",
                Cell::Word(&enums::DATE_PRECISION),
                &["date_precision"],
                "How exact that day is.",
                "MONTH",
            ),
            Column::new(
                "retrieved_at",
                Cell::Time,
                &["retrieved_at"],
                "When it was fetched, UTC.",
                "2025-01-31T09:30:00",
            ),
            Column::new("licence", Cell::Text, &["licence"], "Terms of use.", "CC BY 4.0"),
            Column::new("sha256", Cell::Text, &["sha256"], "SHA-256 of the file, in hex.", ""),
            Column::new("note", Cell::Text, &["note"], "What a reader must know of it.", "The year is inferred."),
        ],
    )
};

/// Currencies.
pub(super) static CURRENCIES: File = File {
    doc: "Currencies of ISO 4217.",
    to: Some(To::Currency),
    ..File::new(
        "currencies",
        "currencies",
        1,
        &[
            Column::new("code", Cell::Code, &["code"], "ISO 4217 code.", "CNY").required(),
            Column::new("numeric_code", Cell::Text, &["numeric_code"], "ISO 4217 number.", "156"),
            Column::new("minor_units", Cell::Int, &["minor_units"], "Decimals of its smallest unit.", "2"),
            Column::new("name", Cell::Text, &["name"], "English name.", "Chinese Yuan").required(),
        ],
    )
};

/// The tree of places, special areas and blocs.
pub(super) static REGIONS: File = File {
    doc: "Places of every level, areas that only statistics know, and blocs.",
    to: Some(To::Region),
    told: Told::Entity("Region"),
    names: Some("REGION"),
    tree: true,
    ..File::new(
        "regions",
        "regions",
        1,
        &[
            Column::new("code", Cell::Code, &["code"], "Key of the region.", "CN-370300").required(),
            Column::new("kind", Cell::Word(&enums::REGION_KIND), &["kind"], "What it is in the tree.", "PLACE")
                .required(),
            Column::new("level", Cell::Word(&enums::REGION_LEVEL), &["level"], "Its level.", "CITY")
                .required()
                .frozen(),
            Column::new(
                "parent",
                Cell::Parent,
                &["parent_id"],
                "Code of the region it lies in; a bloc has none.",
                "CN-SD",
            ),
            Column::new("valid_from", Cell::Int, &["valid_from"], "First year; empty is open.", "1992"),
            Column::new("valid_to", Cell::Int, &["valid_to"], "Last year; empty is open.", ""),
            Column::new("area_km2", Cell::Float, &["area_km2"], "Area in square kilometres.", "5938"),
            Column::new(
                "description",
                Cell::Text,
                &["description"],
                "A few words, in English.",
                "Prefecture-level city in Shandong province.",
            ),
            SOURCE,
        ],
    )
};

/// Codes of regions.
pub(super) static REGION_CODES: File = File {
    doc: "Codes of regions in other schemes.",
    told: Told::Owner(0),
    searched: true,
    owned: true,
    ..File::new(
        "region_codes",
        "region_codes",
        3,
        &[
            Column::new("region", Cell::Ref(To::Region), &["region_id"], "The region.", "CN-370300").required(),
            Column::new("scheme", Cell::Code, &["scheme"], "The scheme.", "GB2260").required(),
            Column::new("code", Cell::Text, &["code"], "The code in it; zeros in front count.", "370300").required(),
            Column::new("valid_from", Cell::Int, &["valid_from"], "First year of the code; empty is open.", ""),
            Column::new("valid_to", Cell::Int, &["valid_to"], "Last year of the code; empty is open.", ""),
        ],
    )
};

/// Members of blocs.
pub(super) static REGION_MEMBERS: File = File {
    doc: "Members of blocs.",
    told: Told::Owner(0),
    owned: true,
    ..File::new(
        "region_members",
        "region_members",
        2,
        &[
            Column::new("group", Cell::Ref(To::Region), &["group_id"], "The bloc.", "BRICS").required(),
            Column::new("member", Cell::Ref(To::Region), &["region_id"], "The member.", "CN").required(),
            Column::new("since", Cell::Date, &["since"], "First day.", "2009-06-16"),
            Column::new("until", Cell::Date, &["until"], "Last day; empty: still a member.", ""),
        ],
    )
};

/// Code systems.
pub(super) static CLASSIFICATIONS: File = File {
    doc: "Code systems; each edition is one.",
    to: Some(To::Classification),
    told: Told::Entity("Classification"),
    ..File::new(
        "classifications",
        "classifications",
        1,
        &[
            Column::new("code", Cell::Code, &["code"], "Key of the classification.", "HS2022").required(),
            Column::new("family", Cell::Code, &["family"], "The family of editions.", "HS").required(),
            Column::new(
                "edition",
                Cell::Text,
                &["edition"],
                "The edition; empty for a family or a list without editions.",
                "HS2022",
            ),
            Column::new("title", Cell::Text, &["title"], "Its title.", "Harmonized System 2022").required(),
            Column::new("publisher", Cell::Text, &["publisher"], "Who publishes it.", "World Customs Organization"),
            SOURCE,
        ],
    )
};

/// Nodes of classifications.
pub(super) static SECTORS: File = File {
    doc: "Nodes of classifications: products, industries.",
    to: Some(To::Sector),
    told: Told::Entity("Sector"),
    names: Some("SECTOR"),
    tree: true,
    ..File::new(
        "sectors",
        "sectors",
        2,
        &[
            Column::new(
                "classification",
                Cell::Ref(To::Classification),
                &["classification_id"],
                "The classification.",
                "HS2022",
            )
            .required(),
            Column::new("code", Cell::Code, &["code"], "The code in it; zeros in front count.", "0101").required(),
            Column::new("level", Cell::Int, &["level"], "Its level; of the Harmonized System 0, 1, 2, 4 and 6.", "4")
                .required()
                .frozen(),
            Column::new(
                "parent",
                Cell::Parent,
                &["parent_id"],
                "Code of the node above; `HS/TOTAL` for one of another classification.",
                "01",
            ),
        ],
    )
};

/// Exchange rates.
pub(super) static EXCHANGE_RATES: File = File {
    doc: "What one unit of a currency cost in another.",
    to: Some(To::Rate),
    told: Told::Entity("ExchangeRate"),
    keyed: Some("code"),
    ..File::new(
        "exchange_rates",
        "exchange_rates",
        5,
        &[
            Column::new(
                "base",
                Cell::Ref(To::Currency),
                &["base_currency"],
                "Currency of which one unit is taken.",
                "USD",
            )
            .required(),
            Column::new("quote", Cell::Ref(To::Currency), &["quote_currency"], "Currency of the rate.", "CNY")
                .required(),
            Column::new("period", Cell::Period, &["period_start", "period_months"], "Year, quarter or month.", "2023")
                .required(),
            Column::new(
                "kind",
                Cell::Word(&enums::RATE_KIND),
                &["kind"],
                "AVERAGE of the period, or its END.",
                "AVERAGE",
            )
            .required(),
            Column::new(
                "source",
                Cell::Ref(To::Source),
                &["source_id"],
                "Who states it; empty takes `source` of pack.toml.",
                "wdi-exchange-rates",
            )
            .required(),
            Column::new(
                "rate",
                Cell::Decimal,
                &["mantissa", "exponent"],
                "Units of the quote currency for one of the base.",
                "7.084",
            )
            .required(),
            Column::new("n_days", Cell::Int, &["n_days"], "Days that the mean is of.", "257"),
        ],
    )
};

/// Mappings between classifications.
pub(super) static CORRESPONDENCES: File = File {
    doc: "Which sectors of two classifications mean the same in part.",
    told: Told::Owner(0),
    ..File::new(
        "correspondences",
        "correspondences",
        2,
        &[
            Column::new(
                "from_sector",
                Cell::Ref(To::Sector),
                &["from_sector_id"],
                "Classification and code.",
                "HS2017/010121",
            )
            .required(),
            Column::new(
                "to_sector",
                Cell::Ref(To::Sector),
                &["to_sector_id"],
                "Classification and code.",
                "HS2012/010121",
            )
            .required(),
            Column::new(
                "weight_ppm",
                Cell::Big,
                &["weight_ppm"],
                "Millionths of the first that belong to the second; empty is unknown.",
                "",
            ),
            Column::new("valid_from", Cell::Int, &["valid_from"], "First year; empty is open.", ""),
            Column::new("valid_to", Cell::Int, &["valid_to"], "Last year; empty is open.", ""),
            SOURCE,
        ],
    )
};
