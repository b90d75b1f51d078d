//! The layouts of reference files, each with the columns by which it is known.

use super::{Conversion, Source, companies, money, regions, sectors};
use crate::transfer::TransferError;
use crate::transfer::input::Input;
use crate::transfer::rows::Rows;

/// A layout of a file.
pub struct Layout {
    /// What it is called.
    pub name: &'static str,
    /// Columns that it has; empty for one whose header is made of classifications.
    pub columns: &'static [&'static str],
    /// Code of the source of its rows.
    pub code: &'static str,
    /// Title of that source.
    pub title: &'static str,
    /// Publisher of that source.
    pub publisher: &'static str,
    /// Turns its lines into rows.
    pub(super) convert: fn(&mut Conversion<'_>, &[Source]),
}

impl std::fmt::Debug for Layout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layout").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Every layout, in the order in which files are read.
pub static LAYOUTS: &[Layout] = &[
    Layout {
        name: "nomenclature",
        columns: &["classification", "edition", "code", "description", "parent", "level"],
        code: "nomenclature",
        title: "Nomenclatures of the Harmonized System, SITC and BEC",
        publisher: "United Nations Statistics Division",
        convert: sectors::nomenclature,
    },
    Layout {
        name: "HS 2022 codes",
        columns: &["section", "hscode", "description", "parent", "level"],
        code: "hs-codes",
        title: "Codes of the Harmonized System 2022",
        publisher: "World Customs Organization",
        convert: sectors::hs_codes,
    },
    Layout {
        name: "HS sections",
        columns: &["section", "name", "chapter_from", "chapter_to"],
        code: "hs-sections",
        title: "Sections of the Harmonized System",
        publisher: "World Customs Organization",
        convert: sectors::hs_sections,
    },
    Layout {
        name: "ISIC revision 4",
        columns: &["code", "parent", "level", "description"],
        code: "isic-rev4",
        title: "International Standard Industrial Classification, revision 4",
        publisher: "United Nations Statistics Division",
        convert: sectors::isic4,
    },
    Layout {
        name: "ISIC revision 3",
        columns: &["code", "description"],
        code: "isic-rev3",
        title: "International Standard Industrial Classification, revision 3",
        publisher: "United Nations Statistics Division",
        convert: sectors::isic3,
    },
    Layout {
        name: "concordance",
        columns: &[],
        code: "concordance",
        title: "Concordance of classifications",
        publisher: "United Nations Statistics Division",
        convert: sectors::concordance,
    },
    Layout {
        name: "ISO 3166-2 subdivisions",
        columns: &["code", "country", "name", "name_en", "type", "parent", "name_zh", "name_ru", "current"],
        code: "iso-3166-2-subdivisions",
        title: "Subdivisions of countries by ISO 3166-2",
        publisher: "International Organization for Standardization",
        convert: regions::subdivisions,
    },
    Layout {
        name: "GB/T 2260 divisions of China",
        columns: &["gb2260", "level", "parent", "name_zh", "name_en", "iso3166_2"],
        code: "gb-2260-divisions",
        title: "Administrative divisions of China by GB/T 2260",
        publisher: "Standardization Administration of China",
        convert: regions::divisions_of_china,
    },
    Layout {
        name: "regions of Russia",
        columns: &["iso_code", "name", "name_en", "okato"],
        code: "ru-regions",
        title: "Subjects of the Russian Federation with OKATO codes",
        publisher: "",
        convert: regions::regions_of_russia,
    },
    Layout {
        name: "country groups",
        columns: &["group_code", "group_name", "iso3", "member_since", "member_until"],
        code: "country-groups",
        title: "Members of groups of countries",
        publisher: "",
        convert: regions::groups,
    },
    Layout {
        name: "ECB reference rates",
        columns: &["period", "currency", "per_eur_avg", "n_days"],
        code: "ecb-reference-rates",
        title: "Euro foreign exchange reference rates, means of periods",
        publisher: "European Central Bank",
        convert: money::ecb,
    },
    Layout {
        name: "WDI official exchange rates",
        columns: &["iso3", "country", "year", "lcu_per_usd"],
        code: "wdi-exchange-rates",
        title: "World Development Indicators, official exchange rate (PA.NUS.FCRF)",
        publisher: "World Bank",
        convert: money::wdi,
    },
    Layout {
        name: "Federal Reserve H.10 rates",
        columns: &["date", "country", "exchange rate"],
        code: "fed-h10",
        title: "Foreign exchange rates, release H.10, monthly means",
        publisher: "Board of Governors of the Federal Reserve System",
        convert: money::fed,
    },
    Layout {
        name: "listed companies",
        columns: &[
            "symbol",
            "name",
            "country_iso3",
            "state",
            "city",
            "industry",
            "website",
            "isin",
            "composite_figi",
            "all_symbols",
        ],
        code: "listed-companies",
        title: "Listed companies",
        publisher: "",
        convert: companies::listed,
    },
];

impl Layout {
    /// Its place in the list.
    pub(super) fn place(&'static self) -> Option<usize> {
        LAYOUTS.iter().position(|l| std::ptr::eq(l, self))
    }

    /// Code of the source of a file's rows: concordances have one each.
    pub(super) fn source(&self, name: &str) -> String {
        let stem: String = name.split('.').next().unwrap_or_default().chars().map(plain).collect();
        if self.columns.is_empty() { format!("{}-{stem}", self.code) } else { self.code.to_owned() }
    }
}

fn plain(c: char) -> char {
    if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }
}

/// The layout of a file, by its header; an error where there is none, or where the header does not decide.
pub fn recognise(input: &Input) -> Result<&'static Layout, TransferError> {
    let rows = Rows::open(input, encoding_rs::WINDOWS_1252)?;
    let header: Vec<String> = rows.header.iter().map(|name| name.to_ascii_lowercase()).collect();
    let has = |column: &&str| header.iter().any(|h| h == column);
    let mut found: Vec<&'static Layout> = LAYOUTS
        .iter()
        .filter(|l| match l.columns {
            [] => sectors::is_concordance(&header),
            // Product tables of other providers have the same two columns.
            ["code", "description"] => {
                header.len() == 2 && header.iter().all(|h| l.columns.contains(&h.as_str())) && sectors::is_isic3(input)
            }
            columns => columns.iter().all(has),
        })
        .collect();
    found.sort_by_key(|l| std::cmp::Reverse(l.columns.len()));
    match found.as_slice() {
        [one] => Ok(one),
        [one, next, ..] if one.columns.len() > next.columns.len() => Ok(one),
        [] => {
            let near = LAYOUTS.iter().max_by_key(|l| l.columns.iter().filter(|c| has(c)).count());
            let hint = near.map_or_else(String::new, |l| {
                format!("; the nearest layout is {}, which has the columns {}", l.name, l.columns.join(","))
            });
            Err(TransferError::File(format!(
                "{}, line 1: no reference list has the columns {}{hint}",
                input.shown(),
                header.join(",")
            )))
        }
        several => Err(TransferError::File(format!(
            "{}, line 1: the columns are those of {}; leave out what the file is not",
            input.shown(),
            several.iter().map(|l| l.name).collect::<Vec<_>>().join(" and ")
        ))),
    }
}
