//! Listed companies: one a line, with their tickers and identifiers, their place as far as it is known here, and the
//! industries that stand for the one the file names.

use std::collections::HashMap;

use super::{Conversion, Source};
use crate::domain::fold::fold;

/// Columns of the layout.
const SYMBOL: usize = 0;
const NAME: usize = 1;
const ISO3: usize = 2;
const STATE: usize = 3;
const CITY: usize = 4;
const INDUSTRY: usize = 5;
const WEBSITE: usize = 6;
const ISIN: usize = 7;
const FIGI: usize = 8;
const SYMBOLS: usize = 9;

/// Characters of a name that a slug keeps.
const KEPT: usize = 60;

/// Industries of Tea Road for those that files of listed companies name; own judgement. Others have none.
const INDUSTRIES: &[(&str, &str)] = &[
    ("Airlines", "TRANSPORT-LOGISTICS"),
    ("Air Freight & Logistics", "TRANSPORT-LOGISTICS"),
    ("Application Software", "INFORMATION-TECHNOLOGY"),
    ("Auto Components", "AUTOMOTIVE"),
    ("Automobiles", "AUTOMOTIVE"),
    ("Banks", "FINANCE"),
    ("Beverages", "FOOD"),
    ("Biotechnology", "PHARMACEUTICALS"),
    ("Building Products", "CONSTRUCTION-MATERIALS"),
    ("Capital Markets", "FINANCE"),
    ("Chemicals", "CHEMICALS"),
    ("Communications Equipment", "ELECTRONICS"),
    ("Construction Materials", "CONSTRUCTION-MATERIALS"),
    ("Consumer Finance", "FINANCE"),
    ("Distributors", "COMMERCE"),
    ("Diversified Financial Services", "FINANCE"),
    ("Electric Utilities", "ENERGY"),
    ("Electrical Equipment", "ELECTRONICS"),
    ("Electronic Equipment, Instruments & Components", "ELECTRONICS"),
    ("Energy Equipment & Services", "OIL-GAS"),
    ("Food & Staples Retailing", "COMMERCE;FOOD"),
    ("Food Products", "FOOD"),
    ("Gas Utilities", "OIL-GAS"),
    ("Health Care Equipment & Supplies", "MEDICAL-DEVICES"),
    ("Hotels, Restaurants & Leisure", "TOURISM"),
    ("Household Durables", "LIGHT-INDUSTRY"),
    ("Household Products", "LIGHT-INDUSTRY"),
    ("IT Services", "INFORMATION-TECHNOLOGY"),
    ("Independent Power and Renewable Electricity Producers", "ENERGY"),
    ("Insurance", "FINANCE"),
    ("Interactive Media & Services", "INFORMATION-TECHNOLOGY"),
    ("Internet & Direct Marketing Retail", "COMMERCE"),
    ("Leisure Products", "LIGHT-INDUSTRY"),
    ("Life Sciences Tools & Services", "PHARMACEUTICALS"),
    ("Machinery", "HEAVY-MACHINERY"),
    ("Marine", "TRANSPORT-LOGISTICS"),
    ("Metals & Mining", "METALS;MINING"),
    ("Multi-Utilities", "ENERGY"),
    ("Multiline Retail", "COMMERCE"),
    ("Oil & Gas Midstream", "OIL-GAS"),
    ("Oil, Gas & Consumable Fuels", "OIL-GAS"),
    ("Paper & Forest Products", "PAPER;TIMBER"),
    ("Personal Products", "LIGHT-INDUSTRY"),
    ("Pharmaceuticals", "PHARMACEUTICALS"),
    ("Road & Rail", "TRANSPORT-LOGISTICS"),
    ("Semiconductors & Semiconductor Equipment", "ELECTRONICS"),
    ("Software", "INFORMATION-TECHNOLOGY"),
    ("Specialty Retail", "COMMERCE"),
    ("Technology Hardware, Storage & Peripherals", "ELECTRONICS"),
    ("Textiles, Apparel & Luxury Goods", "TEXTILES"),
    ("Thrifts & Mortgage Finance", "FINANCE"),
    ("Trading Companies & Distributors", "COMMERCE"),
    ("Transportation Infrastructure", "TRANSPORT-LOGISTICS"),
];

/// A line each; the slug is the name and the symbol, which is unique.
pub(super) fn listed(to: &mut Conversion<'_>, lines: &[Source]) {
    let industries: HashMap<&str, String> = INDUSTRIES
        .iter()
        .map(|(name, codes)| (*name, codes.split(';').map(|c| format!("TEAROAD/{c}")).collect::<Vec<_>>().join(";")))
        .collect();
    let source = to.source.clone();
    for line in lines {
        let (symbol, name) = (line.get(SYMBOL), line.get(NAME));
        if symbol.is_empty() || name.is_empty() {
            to.bad(line, if symbol.is_empty() { SYMBOL } else { NAME }, "is empty and must not be");
            continue;
        }
        let slug = format!("{}-{}", slug(name, KEPT), slug(symbol, KEPT));
        let slug = slug.trim_matches('-');
        let Some(region) = region(to, line) else {
            to.bad(line, ISO3, "there is no country of this ISO 3166-1 code");
            continue;
        };
        let isin = line.get(ISIN);
        let is_isin = isin.len() == 12 && isin.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !isin.is_empty() && !is_isin {
            to.bad(line, ISIN, "expected an ISIN: twelve letters and digits");
            continue;
        }
        let cells = [
            ("slug", slug),
            ("region", region.as_str()),
            ("website", line.get(WEBSITE)),
            ("sectors", industries.get(line.get(INDUSTRY)).map_or("", String::as_str)),
            ("source", source.as_str()),
        ];
        to.put("companies", line.number, &cells, &[("en", name)]);
        let mut codes: Vec<(&str, &str)> = vec![("ISIN", isin), ("FIGI", line.get(FIGI)), ("TICKER", symbol)];
        codes.extend(line.get(SYMBOLS).split(';').map(|s| ("TICKER", s.trim())));
        codes.retain(|(_, code)| !code.is_empty());
        codes.sort_unstable();
        codes.dedup();
        for (scheme, code) in codes {
            to.put("party_codes", line.number, &[("party", slug), ("scheme", scheme), ("code", code)], &[]);
        }
    }
}

/// Letters and digits of a text, folded, with `-` for the rest; dots of symbols stay.
fn slug(text: &str, most: usize) -> String {
    let mut out = String::new();
    for c in fold(text).chars() {
        let c = if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
        if c != '-' || !(out.is_empty() || out.ends_with('-')) {
            out.push(c);
        }
        if out.len() >= most {
            break;
        }
    }
    out.trim_matches(|c| c == '-' || c == '.').to_owned()
}

/// The smallest known place of a line: its city, its state, its country. Empty without a country; `None` for a country
/// that there is not.
fn region(to: &Conversion<'_>, line: &Source) -> Option<String> {
    let iso3 = line.get(ISO3);
    if iso3.is_empty() {
        return Some(String::new());
    }
    let country = to.region("ISO_ALPHA3", iso3)?;
    let named = |text: &str| {
        let found = to.places.get(&(country, fold(text))).filter(|_| !text.is_empty())?;
        match found.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    };
    let id = named(line.get(CITY)).or_else(|| named(line.get(STATE))).unwrap_or(country);
    Some(to.region_code(id).to_owned())
}
