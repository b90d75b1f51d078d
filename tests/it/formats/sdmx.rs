//! SDMX-CSV 1.0 and 2.0 by a user's layout, and the layouts of Eurostat Comext and the IMF.

use std::path::{Path, PathBuf};

use tearoad::transfer::layout::Layout;

use super::{plainly, read, read_by, write};

/// A user's layout: which dimension is what.
pub const OWN: &str = r#"
format = "own"
title = "Trade by SDMX"
[dataset]
code = "OWN"
title = "Own"
currency = "USD"
valuation = "MIXED"
[[reporter]]
column = "REF_AREA"
scheme = ["ISO_ALPHA3"]
[[partner]]
column = "COUNTERPART_AREA"
scheme = ["ISO_ALPHA3"]
codes = { W = "WLD" }
[product]
column = "ACTIVITY"
edition = "HS2017"
total = ["_T"]
[flow]
column = "FLOW"
codes = { X = "EXPORT", M = "IMPORT" }
"#;

fn own() -> Layout {
    let folder = tempfile::tempdir().unwrap();
    Layout::open_like(&write(folder.path(), "own.toml", OWN), "sdmx").unwrap()
}

const FIRST: &str = "OWN CN>US 0101@HS2017 EXPORT 2020 12500000 - - - NORMAL";

#[test]
fn the_first_version_begins_with_dataflow() {
    let text = "DATAFLOW,FREQ,REF_AREA,COUNTERPART_AREA,ACTIVITY,FLOW,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT,DECIMALS\n\
        X:Y(1.0),A,CHN,USA,0101,X,2020,12.5,A,6,1\nX:Y(1.0),Q,CHN,W,_T,M,2020-Q1,12.5,E,3,1\n\
        X:Y(1.0),M,CHN,USA,01,M,2020-01,7,P,0,1\nX:Y(1.0),A,CHN,USA,01,M,2021,,M,0,1\n\
        X:Y(1.0),A,CHN,USA,02,M,2021,NaN,C,0,1\n";
    let (counts, figures) = read_by(&own(), &plainly(), |folder| vec![write(folder, "a.csv", text)]);
    assert_eq!(counts, [5, 5, 0, 0, 0]);
    assert_eq!(
        figures,
        [
            "OWN CN>US 01@HS2017 IMPORT 2020-01 7 - - - NORMAL",
            "OWN CN>US 01@HS2017 IMPORT 2021 - - - - MISSING",
            FIRST,
            "OWN CN>US 02@HS2017 IMPORT 2021 - - - - CONFIDENTIAL",
            "OWN CN>WLD TOTAL@HS IMPORT 2020-Q1 12500 - - - ESTIMATED",
        ]
    );
}

#[test]
fn the_second_version_begins_with_structure_and_has_actions() {
    let text = "STRUCTURE[;],STRUCTURE_ID,ACTION,FREQ,REF_AREA,COUNTERPART_AREA,ACTIVITY,FLOW,TIME_PERIOD,OBS_VALUE,UNIT_MULT\r\n\
        dataflow,X:Y(1.0),I,A,CHN,USA,0101,X,2020,12.5,6\r\ndataflow,X:Y(1.0),D,A,CHN,USA,0101,X,2019,,\r\n";
    let (counts, figures) = read_by(&own(), &plainly(), |folder| vec![write(folder, "a.csv", text)]);
    assert_eq!(counts, [2, 1, 0, 1, 0]);
    assert_eq!(figures, [FIRST]);
}

#[test]
fn labels_stand_behind_the_codes_or_in_columns_of_their_own() {
    let both = "DATAFLOW,FREQ: Frequency,REF_AREA: Area: reporting,COUNTERPART_AREA: Partner,ACTIVITY: Product,FLOW: Flow,TIME_PERIOD: Time,OBS_VALUE: Value,UNIT_MULT: Unit multiplier\n\
        X:Y(1.0): Trade,A: Annual,\"CHN: China, P.R.: Mainland\",USA: United States,0101: Horses,X: Exports,2020,12.5,6: Millions\n";
    let names = "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,REF_AREA,Area,COUNTERPART_AREA,Partner,ACTIVITY,Product,FLOW,Flow,TIME_PERIOD,Time,OBS_VALUE,UNIT_MULT\n\
        dataflow,X:Y(1.0),Trade,CHN,China,USA,United States,0101,Horses,X,Exports,2020,2020,12.5,6\n";
    for text in [both, names] {
        let (counts, figures) = read_by(&own(), &plainly(), |folder| vec![write(folder, "a.csv", text)]);
        assert_eq!(counts, [1, 1, 0, 0, 0]);
        assert_eq!(figures, [FIRST]);
    }
}

#[test]
fn the_sign_after_dataflow_tells_separator_and_decimal_sign() {
    let text = "DATAFLOW;FREQ: a, b, c, d, e, f, g, h;REF_AREA;COUNTERPART_AREA;ACTIVITY;FLOW;TIME_PERIOD;OBS_VALUE;UNIT_MULT\n\
        X:Y(1.0);A;CHN;USA;0101;X;2020;12,5;6\nX:Y(1.0);A;CHN;USA;0101;M;2020;12.5;6\n";
    let (counts, figures) = read_by(&own(), &plainly(), |folder| vec![write(folder, "a.csv", text)]);
    assert_eq!(counts, [2, 2, 0, 0, 0]);
    assert_eq!(figures, [FIRST, "OWN CN>US 0101@HS2017 IMPORT 2020 12500000 - - - NORMAL"]);
    let options = tearoad::transfer::Options { skip_bad: true, ..plainly() };
    let commas = text.replace(',', "").replace(';', ",").replace("125", "\"12,5\"");
    let (counts, _) = read_by(&own(), &options, |folder| vec![write(folder, "a.csv", &commas)]);
    assert_eq!(counts, [2, 1, 0, 0, 1], "between commas a comma is no decimal sign");
}

#[test]
fn a_day_or_a_week_is_no_period() {
    let text = "DATAFLOW,REF_AREA,COUNTERPART_AREA,ACTIVITY,FLOW,TIME_PERIOD,OBS_VALUE\n\
        X,CHN,USA,0101,X,2020-01-31,1\nX,CHN,USA,0101,X,2020-W05,1\nX,CHN,USA,0101,X,2020,1\n";
    let options = tearoad::transfer::Options { skip_bad: true, ..plainly() };
    let (counts, figures) = read_by(&own(), &options, |folder| vec![write(folder, "a.csv", text)]);
    assert_eq!((counts, figures.len()), ([3, 1, 0, 0, 2], 1));
}

/// Rows of Comext: a value and a weight each, an aggregate, Greece, a withheld value.
pub fn comext(folder: &Path) -> PathBuf {
    let text = "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n\
        ESTAT:DS-045409(1.0),15/09/26,M,EL,RU,27090090,1,QUANTITY_IN_100KG,  2019-09,10.5,\n\
        ESTAT:DS-045409(1.0),15/09/26,M,EL,RU,27090090,1,VALUE_IN_EUROS,  2019-09,204548,\n\
        ESTAT:DS-045409(1.0),15/09/26,M,EL,RU,27090010,1,QUANTITY_IN_100KG,  2019-09,1,\n\
        ESTAT:DS-045409(1.0),15/09/26,M,EL,RU,27090010,1,VALUE_IN_EUROS,  2019-09,2,\n\
        ESTAT:DS-045409(1.0),15/09/26,M,EL,RU,27090010,1,SUPPLEMENTARY_QUANTITY,  2019-09,2,\n\
        ESTAT:DS-045409(1.0),15/09/26,M,EL,EU27_2020_EXTRA,27090090,1,VALUE_IN_EUROS,  2019-09,9,\n\
        ESTAT:DS-045409(1.0),15/09/26,M,EL,XS,TOTAL,2,VALUE_IN_EUROS,2019-09,:,c\n\
        ESTAT:DS-045409(1.0),15/09/26,A,DE,UK,0101,2,VALUE_IN_EUROS,2019,:c,\n\
        ESTAT:DS-045409(1.0),15/09/26,A,EU27_2020,WORLD,0101,2,VALUE_IN_EUROS,2019,5,e\n";
    write(folder, "estat_ds-045409_en.csv", text)
}

#[test]
fn comext_has_a_row_for_each_measure() {
    let (counts, figures) = read("comext", &plainly(), |folder| vec![comext(folder)]);
    assert_eq!(counts, [9, 4, 3, 2, 0]);
    assert_eq!(
        figures,
        [
            "COMEXT DE>GB 0101@HS2017 EXPORT 2019 - - - - CONFIDENTIAL",
            "COMEXT EU>WLD 0101@HS2017 EXPORT 2019 5 - - - ESTIMATED",
            "COMEXT GR>RS TOTAL@HS EXPORT 2019-09 - - - - CONFIDENTIAL",
            "COMEXT GR>RU 270900@HS2017 IMPORT 2019-09 204550 1150 - - NORMAL",
        ]
    );
}

/// Rows of the IMF's new service: whole dollars although SCALE says millions.
pub fn imts(folder: &Path) -> PathBuf {
    let text = "DATAFLOW,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE,PRECISION,UNIT,STATUS\n\
        IMF.STA:IMTS(1.0.0),USA,XG_FOB_USD,CAN,A,2024,349397894619,6,,USD,\n\
        IMF.STA:IMTS(1.0.0),USA,MG_CIF_USD,G001,M,2024-M03,5,6,,USD,\n\
        IMF.STA:IMTS(1.0.0),USA,XG_FOB_USD,G163,A,2024,1,6,,USD,\n\
        IMF.STA:IMTS(1.0.0),USA,MG_FOB_USD,CAN,A,2024,1,6,,USD,\n\
        IMF.STA:IMTS(1.0.0),USA,XG_FOB_USD,KOS,A,2024,,6,,USD,\n";
    write(folder, "IMTS.csv", text)
}

#[test]
fn the_imf_writes_whole_dollars_or_millions_by_unit_mult() {
    let (counts, figures) = read("imts", &plainly(), |folder| vec![imts(folder)]);
    assert_eq!(counts, [5, 3, 0, 2, 0]);
    assert_eq!(
        figures,
        [
            "IMTS US>CA TOTAL@HS EXPORT 2024 349397894619 - - - NORMAL",
            "IMTS US>WLD TOTAL@HS IMPORT 2024-03 5 - - - NORMAL",
            "IMTS US>XK TOTAL@HS EXPORT 2024 - - - - MISSING",
        ]
    );
    let dots = "DATAFLOW,FREQ,REF_AREA,INDICATOR,COUNTERPART_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MULT,OBS_STATUS\n\
        IMF:DOT(1.0),M,US,TXG_FOB_USD,W00,2019-01,123456.789,6,\nIMF:DOT(1.0),M,US,TMG_CIF_USD,1C_080,2019-01,1,6,\n";
    let (counts, figures) = read("imts", &plainly(), |folder| vec![write(folder, "DOT.csv", dots)]);
    assert_eq!(counts, [2, 1, 0, 1, 0]);
    assert_eq!(figures, ["IMTS US>WLD TOTAL@HS EXPORT 2019-01 123456789000 - - - NORMAL"]);
}
