//! The properties of `properties` over seeded mutations of small files in the real formats: bytes flipped, cut, spliced,
//! and words put in. A run is always the same; TEAROAD_TEST_CASES in the environment makes it longer. Inputs that once
//! broke something stay in [`FOUND`].

use std::io::Write as _;
use std::time::{Duration, Instant};

use crate::properties::{self, sheet_of, workbook_of, zip_of};

const BACI: &str =
    "t,i,j,k,v,q\n2020,710,156,10121,12.345,       13.235\n2020,710,156,10129,0.0005,NA\n2020,710,842,270900,1000, \n";
const COMTRADE: &str = "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,partnerCode,partnerISO,partnerDesc,partner2Code,classificationCode,cmdCode,cmdDesc,aggrLevel,customsCode,motCode,mosCode,qtyUnitCode,qty,isQtyEstimated,netWgt,primaryValue,legacyEstimationFlag\n\
    C,A,20200101,2020,52,2020,156,CHN,China,X,Export,0,W00,World,0,H5,TOTAL,All Commodities,0,C00,0,0,-1,0,False,0,2590600000000,0,\n\
    C,A,20200101,2020,52,2020,156,CHN,China,M,Import,842,USA,USA,0,H5,01,\"Animals; live\",2,C00,0,0,-1,0,False,5,135.5,4,\n";
const JSON: &str = r#"{"elapsedTime":"0.1","count":2,"data":[{"typeCode":"C","period":"2020","reporterCode":156,"flowCode":"X","partnerCode":0,"classificationCode":"H5","cmdCode":"01","customsCode":"C00","motCode":0,"mosCode":"0","partner2Code":0,"primaryValue":12.5,"netWgt":null,"qty":0,"nested":{"a":[1,2]}},{"period":"2021","reporterCode":156,"flowCode":"M","partnerCode":842,"classificationCode":"H5","cmdCode":"TOTAL","primaryValue":1e3}],"error":""}"#;
const NODES: &str = "classification,edition,code,description,parent,level\nH5,HS2017,0101,\"Horses, asses\",01,4\nS,SITC3,0,Food,,1\nS,SITC3,00,Animals,0,2\n";
const LAYOUT: &str = include_str!("../../data/formats/baci.toml");

/// What files of these formats are made of.
const WORDS: &[&str] = &[
    ",",
    ";",
    "\t",
    "\"",
    "\"\"",
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\u{feff}",
    "\\",
    "'",
    "-",
    ".",
    "e",
    "E308",
    "1e400",
    "-9223372036854775808",
    "9223372036854775807",
    "9999999999999999999999999999999999999999",
    "0.0000000000000000000005",
    "NaN",
    "NA",
    "TOTAL",
    "W00",
    "156",
    "010121",
    "0000-13",
    "9999",
    "2020-Q5",
    "{",
    "}",
    "[",
    "]",
    "{\"data\":[",
    "null",
    "<row r=\"1048577\">",
    "<c r=\"XFE1\">",
    "r=\"A4294967295\"",
    "t=\"s\"",
    "<v>",
    "]]>",
    "&#0;",
    "PK\u{3}\u{4}",
    "PK\u{5}\u{6}",
    "power = 2147483647",
    "scale = 3",
    "[[value]]",
    "column = \"\"",
    "|",
    "\n---\n",
    "淄博",
    "İ",
];

/// Inputs that broke something: name of the property, bytes.
const FOUND: &[(&str, &[u8])] = &[];

/// A repeatable source of numbers.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    fn mutated(&mut self, seed: &[u8], other: &[u8]) -> Vec<u8> {
        let mut out = seed.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(out.len() + 1);
            match self.below(6) {
                0 if at < out.len() => out[at] ^= 1 << self.below(8),
                1 => out.truncate(at),
                2 => {
                    let from = self.below(other.len() + 1);
                    let part = &other[from..(from + self.below(200)).min(other.len())];
                    out.splice(at..at, part.iter().copied());
                }
                3 => {
                    let word = WORDS[self.below(WORDS.len())];
                    out.splice(at..at, word.bytes());
                }
                4 => {
                    let end = (at + self.below(40)).min(out.len());
                    let word = WORDS[self.below(WORDS.len())];
                    out.splice(at..end, word.bytes());
                }
                _ => {
                    let end = (at + self.below(60)).min(out.len());
                    let part = out[at..end].to_vec();
                    out.splice(at..at, part);
                }
            }
        }
        out
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// Whole inputs of a property.
fn seeds(name: &str) -> Vec<Vec<u8>> {
    let sheet = sheet_of(&[vec!["t", "i", "j", "k", "v", "q"], vec!["2020", "710", "156", "010121", "1", "2"]]);
    match name {
        "delimited" => {
            vec![BACI.into(), COMTRADE.into(), COMTRADE.replace(',', "\t").into(), "\u{feff}a;b\n1;2\n".into()]
        }
        "records" => vec![JSON.into(), "{\"a\":1}\n{\"a\":2}\n".into(), "[{\"a\":1}]".into()],
        "workbook" => vec![workbook_of(&sheet), sheet],
        "packed" => vec![
            zip_of(&[("BACI_HS17_Y2020_V202501.csv", BACI.as_bytes()), ("readme.txt", b"text")]),
            gzip(BACI.as_bytes()),
            gzip(COMTRADE.as_bytes()),
        ],
        "layout" => vec![LAYOUT.into(), format!("{LAYOUT}\n---\n{BACI}").into()],
        "cells" => ["x2020-Q3", "\u{14}123.4567", "\u{5}-1e-7", "a2020-07", "\u{27}.5"].map(Into::into).into(),
        "tokens" => vec![tearoad::domain::id::encode("Region", "CN-SD").into(), "WzEsMV0".into()],
        "figures" => vec![BACI.into(), COMTRADE.into(), JSON.into(), workbook_of(&sheet), gzip(BACI.as_bytes())],
        "nomenclature" => vec![NODES.into()],
        other => panic!("there are no seeds for {other}"),
    }
}

/// Cases of each property, and what one may take in a build with debug assertions on a busy machine.
fn cases(name: &str) -> usize {
    let factor =
        std::env::var("TEAROAD_TEST_CASES").ok().and_then(|n| n.parse::<usize>().ok()).map_or(1, |n| 1 + n / 300);
    factor * if matches!(name, "figures" | "layout" | "nomenclature") { 60 } else { 400 }
}
const LONGEST: Duration = Duration::from_secs(10);

fn holds(name: &str) {
    let (_, property) = properties::ALL.iter().find(|(own, _)| *own == name).unwrap();
    let timed = |bytes: &[u8], what: &str| {
        let started = Instant::now();
        property(bytes);
        assert!(started.elapsed() < LONGEST, "{what} took {:?}", started.elapsed());
    };
    for (_, bytes) in FOUND.iter().filter(|(own, _)| *own == name) {
        timed(bytes, "an input of the past");
    }
    let seeds = seeds(name);
    for seed in &seeds {
        timed(seed, "a whole file");
    }
    let mut chance = Chance(20_241_125);
    for case in 0..cases(name) {
        let seed = &seeds[chance.below(seeds.len())];
        let other = &seeds[chance.below(seeds.len())];
        let bytes = chance.mutated(seed, other);
        let caught = std::panic::catch_unwind(|| timed(&bytes, "a case"));
        if caught.is_err() {
            panic!("{name}, case {case} fails: {}", String::from_utf8_lossy(&bytes).escape_debug());
        }
    }
}

#[test]
fn any_text_with_separators_is_rows_or_an_error() {
    holds("delimited");
}

#[test]
fn any_json_is_records_or_an_error() {
    holds("records");
}

#[test]
fn any_workbook_is_rows_or_an_error() {
    holds("workbook");
}

#[test]
fn any_compressed_file_is_read_or_refused() {
    holds("packed");
}

#[test]
fn any_layout_is_used_or_refused() {
    holds("layout");
}

#[test]
fn any_cell_is_a_period_a_number_or_neither() {
    holds("cells");
}

#[test]
fn any_text_is_a_cursor_or_an_id_or_neither() {
    holds("tokens");
}

#[test]
fn any_file_of_figures_is_accounted_for_by_each_format() {
    holds("figures");
}

#[test]
fn any_nomenclature_is_accounted_for() {
    holds("nomenclature");
}

/// The fuzz targets are those of the properties. With TEAROAD_FUZZ_SEEDS in the environment, writes files to begin with
/// into that folder: a folder of each target, and the words.
#[test]
fn each_property_has_a_fuzz_target_and_seeds() {
    let into = std::env::var("TEAROAD_FUZZ_SEEDS").ok().map(std::path::PathBuf::from);
    for (name, _) in properties::ALL {
        let target = crate::recording::in_project(&format!("fuzz/fuzz_targets/{name}.rs"));
        let text = std::fs::read_to_string(&target).unwrap();
        assert!(text.contains("properties::"), "{} uses no property", target.display());
        let found = FOUND.iter().filter(|(own, _)| own == name).map(|(_, bytes)| bytes.to_vec());
        let seeds: Vec<Vec<u8>> = seeds(name).into_iter().chain(found).collect();
        assert!(seeds.iter().all(|seed| !seed.is_empty()));
        if let Some(into) = &into {
            std::fs::create_dir_all(into.join(name)).unwrap();
            for (number, seed) in seeds.iter().enumerate() {
                std::fs::write(into.join(name).join(format!("seed{number}")), seed).unwrap();
            }
        }
    }
    if let Some(into) = &into {
        let hex = |word: &&str| word.bytes().map(|b| format!("\\x{b:02x}")).collect::<String>();
        let words: String = WORDS.iter().map(|word| format!("\"{}\"\n", hex(word))).collect();
        std::fs::write(into.join("words.dict"), words).unwrap();
    }
}
