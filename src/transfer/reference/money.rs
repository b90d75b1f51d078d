//! Exchange rates: which currency a country's column is in, and since when.

use std::collections::{BTreeMap, HashMap};

use super::{Conversion, Source};
use crate::domain::decimal::parse_exact;
use crate::domain::nearest::nearest;
use crate::transfer::pack::spec::To;

/// Currencies that ISO 4217 has no more, as rates of the past need them: code, number, decimals, name.
const WITHDRAWN: &[(&str, &str, &str, &str)] = &[
    ("ANG", "532", "2", "Netherlands Antillean Guilder"),
    ("ATS", "040", "2", "Austrian Schilling"),
    ("BEF", "056", "0", "Belgian Franc"),
    ("BGN", "975", "2", "Bulgarian Lev"),
    ("CYP", "196", "2", "Cypriot Pound"),
    ("DEM", "276", "2", "German Mark"),
    ("ECS", "218", "0", "Ecuadorian Sucre"),
    ("EEK", "233", "2", "Estonian Kroon"),
    ("ESP", "724", "0", "Spanish Peseta"),
    ("FIM", "246", "2", "Finnish Markka"),
    ("FRF", "250", "2", "French Franc"),
    ("GRD", "300", "0", "Greek Drachma"),
    ("HRK", "191", "2", "Croatian Kuna"),
    ("IEP", "372", "2", "Irish Pound"),
    ("ITL", "380", "0", "Italian Lira"),
    ("LTL", "440", "2", "Lithuanian Litas"),
    ("LUF", "442", "0", "Luxembourgian Franc"),
    ("LVL", "428", "2", "Latvian Lats"),
    ("MTL", "470", "2", "Maltese Lira"),
    ("NLG", "528", "2", "Dutch Guilder"),
    ("PTE", "620", "0", "Portuguese Escudo"),
    ("ROL", "642", "2", "Romanian Leu (1952-2006)"),
    ("SIT", "705", "2", "Slovenian Tolar"),
    ("SKK", "703", "2", "Slovak Koruna"),
    ("TMM", "795", "2", "Turkmenistani Manat (1993-2009)"),
    ("TRL", "792", "0", "Turkish Lira (1922-2005)"),
    ("VEF", "937", "2", "Venezuelan Bolivar (2008-2018)"),
    ("ZWL", "932", "2", "Zimbabwean Dollar (2009-2024)"),
];

/// The currency of each economy in WDI, by ISO 3166-1 alpha-3 (`EMU`, `CHI`, `XKX` are WDI's own); behind a year the one
/// from that year on, in front of it the one before. The series counts the past of a currency that was redenominated in
/// its present units. Facts from ISO 4217 and the dates of the euro, read 2026.
const ECONOMIES: &str = "ABW AWG;AFG AFN;AGO AOA;ALB ALL;AND EUR;ARE AED;ARG ARS;ARM AMD;ASM USD;ATG XCD;AUS AUD;\
AUT ATS 1999 EUR;AZE AZN;BDI BIF;BEL BEF 1999 EUR;BEN XOF;BFA XOF;BGD BDT;BGR BGN 2026 EUR;BHR BHD;BHS BSD;BIH BAM;\
BLR BYN;BLZ BZD;BMU BMD;BOL BOB;BRA BRL;BRB BBD;BRN BND;BTN BTN;BWA BWP;CAF XAF;CAN CAD;CHE CHF;CHI GBP;CHL CLP;CHN CNY;\
CIV XOF;CMR XAF;COD CDF;COG XAF;COL COP;COM KMF;CPV CVE;CRI CRC;CUB CUP;CUW ANG 2025 XCG;CYM KYD;CYP CYP 2008 EUR;CZE CZK;\
DEU DEM 1999 EUR;DJI DJF;DMA XCD;DNK DKK;DOM DOP;DZA DZD;ECU ECS 2000 USD;EGY EGP;EMU EUR;ERI ERN;ESP ESP 1999 EUR;\
EST EEK 2011 EUR;ETH ETB;FIN FIM 1999 EUR;FJI FJD;FRA FRF 1999 EUR;FRO DKK;FSM USD;GAB XAF;GBR GBP;GEO GEL;GHA GHS;GIB GIP;\
GIN GNF;GMB GMD;GNB XOF;GNQ XAF;GRC GRD 2001 EUR;GRD XCD;GRL DKK;GTM GTQ;GUM USD;GUY GYD;HKG HKD;HND HNL;HRV HRK 2023 EUR;\
HTI HTG;HUN HUF;IDN IDR;IMN GBP;IND INR;IRL IEP 1999 EUR;IRN IRR;IRQ IQD;ISL ISK;ISR ILS;ITA ITL 1999 EUR;JAM JMD;JOR JOD;\
JPN JPY;KAZ KZT;KEN KES;KGZ KGS;KHM KHR;KIR AUD;KNA XCD;KOR KRW;KWT KWD;LAO LAK;LBN LBP;LBR LRD;LBY LYD;LCA XCD;LIE CHF;\
LKA LKR;LSO LSL;LTU LTL 2015 EUR;LUX LUF 1999 EUR;LVA LVL 2014 EUR;MAC MOP;MAF EUR;MAR MAD;MCO FRF 1999 EUR;MDA MDL;\
MDG MGA;MDV MVR;MEX MXN;MHL USD;MKD MKD;MLI XOF;MLT MTL 2008 EUR;MMR MMK;MNE EUR;MNG MNT;MNP USD;MOZ MZN;MRT MRU;MUS MUR;\
MWI MWK;MYS MYR;NAM NAD;NCL XPF;NER XOF;NGA NGN;NIC NIO;NLD NLG 1999 EUR;NOR NOK;NPL NPR;NRU AUD;NZL NZD;OMN OMR;PAK PKR;\
PAN PAB;PER PEN;PHL PHP;PLW USD;PNG PGK;POL PLN;PRI USD;PRK KPW;PRT PTE 1999 EUR;PRY PYG;PSE ILS;PYF XPF;QAT QAR;ROU RON;\
RUS RUB;RWA RWF;SAU SAR;SDN SDG;SEN XOF;SGP SGD;SLB SBD;SLE SLE;SLV SVC 2001 USD;SMR ITL 1999 EUR;SOM SOS;SRB RSD;SSD SSP;\
STP STN;SUR SRD;SVK SKK 2009 EUR;SVN SIT 2007 EUR;SWE SEK;SWZ SZL;SXM ANG 2025 XCG;SYC SCR;SYR SYP;TCA USD;TCD XAF;TGO XOF;\
THA THB;TJK TJS;TKM TMM 2009 TMT;TLS USD;TON TOP;TTO TTD;TUN TND;TUR TRY;TUV AUD;TZA TZS;UGA UGX;UKR UAH;URY UYU;USA USD;\
UZB UZS;VCT XCD;VEN VEF 2018 VES;VGB USD;VIR USD;VNM VND;VUT VUV;WSM WST;XKX EUR;YEM YER;ZAF ZAR;ZMB ZMW;ZWE - 2019 ZWL";

/// Whose rate of a currency that several economies have is taken; of others the first in the file.
const ISSUERS: &[&str] = &["AUS", "CHE", "DNK", "EMU", "GBR", "ISR", "FRA", "ITA"];

/// Currencies in the Federal Reserve's table, by its names; behind a month the one from that month on.
const FED: &[(&str, &str)] = &[
    ("Australia", "AUD"),
    ("Austria", "ATS"),
    ("Belgium", "BEF"),
    ("Brazil", "BRL"),
    ("Canada", "CAD"),
    ("China", "CNY"),
    ("Denmark", "DKK"),
    ("Euro", "EUR"),
    ("Finland", "FIM"),
    ("France", "FRF"),
    ("Germany", "DEM"),
    ("Greece", "GRD"),
    ("Hong Kong", "HKD"),
    ("India", "INR"),
    ("Ireland", "IEP"),
    ("Italy", "ITL"),
    ("Japan", "JPY"),
    ("Malaysia", "MYR"),
    ("Mexico", "MXN"),
    ("Netherlands", "NLG"),
    ("New Zealand", "NZD"),
    ("Norway", "NOK"),
    ("Portugal", "PTE"),
    ("Singapore", "SGD"),
    ("South Africa", "ZAR"),
    ("South Korea", "KRW"),
    ("Spain", "ESP"),
    ("Sri Lanka", "LKR"),
    ("Sweden", "SEK"),
    ("Switzerland", "CHF"),
    ("Taiwan", "TWD"),
    ("Thailand", "THB"),
    ("United Kingdom", "GBP"),
    ("Venezuela", "VEF 2018-09 VES 2021-11 VED"),
];

/// A rate that a line gives.
struct Rate<'a> {
    base: &'a str,
    quote: &'a str,
    period: &'a str,
    rate: &'a str,
    n_days: &'a str,
}

fn put(to: &mut Conversion<'_>, line: &Source, rate: &Rate<'_>) {
    let source = to.source.clone();
    for code in [rate.base, rate.quote] {
        if to.keys.find(To::Currency, code).is_none()
            && let Some((code, number, units, name)) = WITHDRAWN.iter().find(|(known, ..)| *known == code)
            && to.made_currencies.insert(code)
        {
            let cells = [("code", *code), ("numeric_code", number), ("minor_units", units), ("name", name)];
            to.put("currencies", line.number, &cells, &[]);
        }
    }
    let cells = [
        ("base", rate.base),
        ("quote", rate.quote),
        ("period", rate.period),
        ("kind", "AVERAGE"),
        ("rate", rate.rate),
        ("n_days", rate.n_days),
        ("source", source.as_str()),
    ];
    to.put("exchange_rates", line.number, &cells, &[]);
}

/// The European Central Bank's means: units of a currency for one euro.
pub(super) fn ecb(to: &mut Conversion<'_>, lines: &[Source]) {
    for line in lines {
        let quote = line.get(1);
        let is_known =
            to.keys.find(To::Currency, quote).is_some() || WITHDRAWN.iter().any(|(known, ..)| *known == quote);
        if !is_known {
            let near = to.keys.nearest(To::Currency, quote);
            to.bad(line, 1, format!("there is no currency of this code; the nearest are {}", near.join(", ")));
            continue;
        }
        put(to, line, &Rate { base: "EUR", quote, period: line.get(0), rate: line.get(2), n_days: line.get(3) });
    }
}

/// The currency at a time: `DEM 1999 EUR` is the mark before 1999. `-` is not known.
fn at<'a>(mut words: impl Iterator<Item = &'a str>, when: &str) -> Option<&'a str> {
    let mut currency = words.next()?;
    while let (Some(since), Some(next)) = (words.next(), words.next()) {
        if since > when {
            break;
        }
        currency = next;
    }
    Some(currency).filter(|c| *c != "-")
}

/// WDI's official rates: units of the local currency for one dollar, a year's mean. Economies that share a currency
/// agree, or the rate of its issuer is taken.
pub(super) fn wdi(to: &mut Conversion<'_>, lines: &[Source]) {
    let economies: BTreeMap<&str, &str> = ECONOMIES.split(';').filter_map(|e| e.split_once(' ')).collect();
    let mut taken: HashMap<(&str, &str), (i64, i32)> = HashMap::new();
    let is_issuer = |line: &Source| ISSUERS.contains(&line.get(0));
    let (first, rest): (Vec<&Source>, Vec<&Source>) = lines.iter().partition(|line| is_issuer(line));
    // The euro's own row goes before those of Germany and France, which it does not differ from.
    for line in first.into_iter().chain(rest) {
        let (economy, year) = (line.get(0), line.get(2));
        let Some(words) = economies.get(economy) else {
            let near = nearest(economy, economies.keys().copied());
            to.bad(line, 0, format!("there is no economy of this code; the nearest are {}", near.join(", ")));
            continue;
        };
        let Some(quote) = at(words.split(' '), year) else {
            to.leave_out(line, "years for which the units of an economy's rate are not known");
            continue;
        };
        if quote == "USD" {
            to.leave_out(line, "economies whose currency is the dollar");
            continue;
        }
        let Ok(rate) = parse_exact(line.get(3)) else {
            to.bad(line, 3, "expected a decimal number with a point");
            continue;
        };
        match taken.get(&(quote, year)) {
            Some(before) if *before == (rate.mantissa, rate.exponent) => {
                to.merge(line);
                continue;
            }
            Some(_) => {
                to.leave_out(line, "rates of a currency that differ from those of its issuer or of the first economy");
                continue;
            }
            None => {}
        }
        taken.insert((quote, year), (rate.mantissa, rate.exponent));
        put(to, line, &Rate { base: "USD", quote, period: year, rate: line.get(3), n_days: "" });
    }
}

/// The Federal Reserve's means: units of a currency for one dollar, a month's mean under the month's first day.
pub(super) fn fed(to: &mut Conversion<'_>, lines: &[Source]) {
    for line in lines {
        let (date, country) = (line.get(0), line.get(1));
        let Some(month) = date.strip_suffix("-01").filter(|month| month.len() == 7) else {
            to.bad(line, 0, "expected the first day of a month such as 2023-07-01");
            continue;
        };
        let Some((_, words)) = FED.iter().find(|(name, _)| *name == country) else {
            let near = nearest(country, FED.iter().map(|(name, _)| *name));
            to.bad(line, 1, format!("there is no country of this name; the nearest are {}", near.join(", ")));
            continue;
        };
        let Some(quote) = at(words.split(' '), month) else { continue };
        put(to, line, &Rate { base: "USD", quote, period: month, rate: line.get(2), n_days: "" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_ends_when_the_next_begins() {
        let words = "VEF 2018-09 VES 2021-11 VED";
        for (month, wanted) in [("1995-01", "VEF"), ("2018-08", "VEF"), ("2018-09", "VES"), ("2021-11", "VED")] {
            assert_eq!(at(words.split(' '), month), Some(wanted), "{month}");
        }
        assert_eq!(at("- 2019 ZWL".split(' '), "2008"), None);
    }

    #[test]
    fn every_currency_is_written_as_a_code() {
        for (economy, words) in ECONOMIES.split(';').filter_map(|e| e.split_once(' ')) {
            assert_eq!(economy.len(), 3, "{economy}");
            for word in words.split(' ') {
                assert!(matches!(word.len(), 1 | 3 | 4), "{economy}: {word}");
            }
        }
    }
}
