//! World Bank WITS: advanced query and bulk.

use std::path::{Path, PathBuf};

use super::{plainly, read, refused, write};

const QUERY: &str = "Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,TradeFlowCode,TradeValue in 1000 USD\r\n\
    H5,ROM,1,Romania,WLD, World,2020,Export,6,7.1235\r\n\
    H5,ROM,101,Romania,OAS,\"Other Asia, nes\",2020,Import,5,150488.293\r\n\
    H5,ROM,10121,Romania,CIV,Côte d'Ivoire,2020,Import,5,0.381\r\n\
    H5,ROM,Total,Romania,SUD,Sudan,2020,Import,5,1\r\n\
    S3,ZAR,1,\"Congo, Dem. Rep.\",DDR,Fm German Democratic Republic,1988,Import,5,2\r\n";

/// A file of an advanced query, in Windows-1252.
pub fn fixture(folder: &Path) -> PathBuf {
    let text = QUERY.lines().take(5).map(|line| format!("{line}\r\n")).collect::<String>();
    write(folder, "DataJobID-2_2.csv", encoding_rs::WINDOWS_1252.encode(&text).0)
}

#[test]
fn a_query_is_in_thousands_with_codes_of_its_own_and_lost_zeros() {
    let (counts, figures) = read("wits", &plainly(), |folder| vec![fixture(folder)]);
    assert_eq!(counts, [4, 4, 0, 0, 0]);
    assert_eq!(
        figures,
        [
            "WITS-HS RO>CI 010121@HS2017 IMPORT 2020 381 - - - NORMAL",
            "WITS-HS RO>S19 0101@HS2017 IMPORT 2020 150488293 - - - NORMAL",
            "WITS-HS RO>SD TOTAL@HS IMPORT 2020 1000 - - - NORMAL",
            "WITS-HS RO>WLD 01@HS2017 EXPORT 2020 7123.5 - - - NORMAL",
        ]
    );
}

#[test]
fn bulk_files_have_other_names_for_the_value_and_for_flows() {
    let text = "Nomenclature,ReporterISO3,ProductCode,PartnerISO3,Year,TradeFlowName,TradeFlowCode,TradeValue,Quantity,Quantity Unit\n\
        H2,SGP,010121,BUN,2005,Gross Imp.,1,12.5,3,Number of items\nH2,SGP,0101,UNS,2005,Gross Exp.,2,12.5,,\n\
        H2,SGP,0101,SER,2005,Re-Exp.,3,1,,\nH2,SGP,0101,SER,2006,Re-Exp.,3,2,,\n";
    let options = tearoad::transfer::Options { skip_bad: true, ..plainly() };
    let (counts, figures) = read("wits", &options, |folder| vec![write(folder, "bulk.csv", text)]);
    assert_eq!(counts, [4, 3, 0, 0, 1], "HS 2002 has no 010121 here");
    assert_eq!(
        figures,
        [
            "WITS-HS SG>CSXX 0101@HS2002 RE_EXPORT 2005 1000 - - - NORMAL",
            "WITS-HS SG>RS 0101@HS2002 RE_EXPORT 2006 2000 - - - NORMAL",
            "WITS-HS SG>X-NES 0101@HS2002 EXPORT 2005 12500 - - - NORMAL",
        ]
    );
}

#[test]
fn codes_of_other_classifications_are_not_padded() {
    let text = QUERY.lines().enumerate().filter(|(at, _)| *at == 0 || *at == 5).map(|(_, l)| format!("{l}\n"));
    let text = text.collect::<String>().replace(",1,\"Congo", ",001,\"Congo");
    let (counts, figures) = read("wits", &plainly(), |folder| vec![write(folder, "a.csv", &text)]);
    assert_eq!(counts, [1, 1, 0, 0, 0]);
    assert_eq!(figures, ["WITS-SITC CD>DDDE 001@SITC3 IMPORT 1988 2000 - - - NORMAL"]);
    let short = text.replace(",001,", ",1,");
    let (_, said) = refused("wits", &plainly(), |folder| vec![write(folder, "a.csv", &short)]);
    assert!(said.contains("`ProductCode` is `1`"), "{said}");
}
