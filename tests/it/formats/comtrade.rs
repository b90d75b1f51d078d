//! UN Comtrade in all its layouts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tearoad::transfer::Options;

use super::{load, plainly, prepared, read, refused, stored, write, write_gz, write_zip};

pub const HEADER: &str = "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,partnerCode,partnerISO,partnerDesc,partner2Code,partner2ISO,partner2Desc,classificationCode,classificationSearchCode,isOriginalClassification,cmdCode,cmdDesc,aggrLevel,isLeaf,customsCode,customsDesc,mosCode,motCode,motDesc,qtyUnitCode,qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode,altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,isNetWgtEstimated,grossWgt,isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,legacyEstimationFlag,isReported,isAggregate";

/// A row of a download: what differs from the first one.
#[derive(Clone, Copy)]
struct Row<'a> {
    kind: &'a str,
    month: &'a str,
    period: &'a str,
    reporter: [&'a str; 3],
    flow: [&'a str; 2],
    partner: [&'a str; 3],
    second: [&'a str; 2],
    edition: &'a str,
    product: [&'a str; 3],
    customs: &'a str,
    mode: &'a str,
    quantity: [&'a str; 2],
    weight: &'a str,
    value: &'a str,
    flag: &'a str,
}

const ROW: Row<'static> = Row {
    kind: "C",
    month: "52",
    period: "2020",
    reporter: ["156", "CHN", "China"],
    flow: ["M", "Import"],
    partner: ["792", "TUR", "Türkiye"],
    second: ["0", "W00"],
    edition: "H5",
    product: ["010121", "Horses, pure-bred", "6"],
    customs: "C00",
    mode: "0",
    quantity: ["u", "5"],
    weight: "1500.5",
    value: "12345.678",
    flag: "0",
};

impl Row<'_> {
    fn fields(&self) -> Vec<String> {
        let year = &self.period[..4];
        let [unit, quantity] = self.quantity;
        let fields = [
            self.kind,
            if self.month == "52" { "A" } else { "M" },
            "20200101",
            year,
            self.month,
            self.period,
            self.reporter[0],
            self.reporter[1],
            self.reporter[2],
            self.flow[0],
            self.flow[1],
            self.partner[0],
            self.partner[1],
            self.partner[2],
            self.second[0],
            self.second[1],
            "World",
            self.edition,
            "HS",
            "true",
            self.product[0],
            self.product[1],
            self.product[2],
            "true",
            self.customs,
            "TOTAL CPC",
            "0 ",
            self.mode,
            "TOTAL MOT",
            "5",
            unit,
            quantity,
            "false",
            "-1",
            "N/A",
            "",
            "false",
            self.weight,
            "true",
            "",
            "false",
            self.value,
            "",
            self.value,
            self.flag,
            "true",
            "false",
        ];
        fields.map(str::to_owned).to_vec()
    }

    /// As the site writes it: quoted, empty numbers bare, and a comma too many at the end.
    fn downloaded(&self) -> String {
        let quote = |f: &String| if f.is_empty() { String::new() } else { format!("\"{f}\"") };
        self.fields().iter().map(quote).chain([String::new()]).collect::<Vec<_>>().join(",")
    }
}

/// A download as the site writes it, in Windows-1252.
fn download(rows: &[Row<'_>]) -> Vec<u8> {
    let mut text = format!("{HEADER}\n");
    for row in rows {
        writeln!(text, "{}", row.downloaded()).unwrap();
    }
    encoding_rs::WINDOWS_1252.encode(&text).0.into_owned()
}

/// A download with the one row, for the tests of recognition.
pub fn fixture(folder: &Path) -> PathBuf {
    write(folder, "TradeData_11_25_2026.csv", download(&[ROW]))
}

const FIRST: &str = "COMTRADE-HS CN>TR 010121@HS2017 IMPORT 2020 12345.678 1500.5 5 u NORMAL";

#[test]
fn a_download_has_a_comma_too_many_and_is_not_utf_8() {
    let coast = Row { partner: ["384", "CIV", "Côte d'Ivoire"], weight: "", quantity: ["N/A", ""], ..ROW };
    let (counts, figures) =
        read("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", download(&[ROW, coast]))]);
    assert_eq!(counts, [2, 2, 0, 0, 0]);
    assert_eq!(figures, ["COMTRADE-HS CN>CI 010121@HS2017 IMPORT 2020 12345.678 - - - NORMAL", FIRST]);
}

#[test]
fn a_row_that_is_wider_by_something_is_bad() {
    let text = format!("{HEADER}\n{}x\n", ROW.downloaded());
    let (error, said) = refused("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", &text)]);
    assert!(error.starts_with("1 bad line(s)"), "{error}");
    assert!(said.contains("line 2: `row`") && said.contains("48 fields, expected 47"), "{said}");
}

#[test]
fn a_spreadsheet_loses_zeros_quotes_and_the_first_columns() {
    // The file begins at refYear; codes of areas are gone, the zero of 010121 too.
    let names = HEADER.split(',').collect::<Vec<_>>();
    let dropped = ["typeCode", "freqCode", "refPeriodId", "reporterCode", "partnerCode", "partner2Code", "flowCode"];
    let keep: Vec<usize> = (0..names.len()).filter(|at| !dropped.contains(&names[*at])).collect();
    let line = |fields: &[String]| {
        let cells = keep.iter().map(|at| match fields[*at].as_str() {
            "true" => "TRUE".to_owned(),
            "false" => "FALSE".to_owned(),
            "010121" => "10121".to_owned(),
            "0101" => "101".to_owned(),
            "01" => "1".to_owned(),
            text if text.contains(',') => format!("\"{text}\""),
            text => text.to_owned(),
        });
        cells.collect::<Vec<_>>().join(",")
    };
    let header: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
    let rows = [
        ROW,
        Row { product: ["0101", "Horses", "4"], ..ROW },
        Row { product: ["01", "Animals", "2"], ..ROW },
        Row { product: ["TOTAL", "All", "0"], partner: ["0", "W00", "World"], ..ROW },
        Row { partner: ["899", "_X ", "Areas, nes"], ..ROW },
        Row { partner: ["490", "S19", "Other Asia, nes"], ..ROW },
        Row { partner: ["975", "R4 ", "ASEAN"], ..ROW },
        Row { reporter: ["97", "EUR", "European Union"], ..ROW },
        Row { second: ["156", "CHN"], ..ROW },
    ];
    let mut text = line(&header) + "\r\n";
    for row in rows {
        text += &(line(&row.fields()) + "\r\n");
    }
    let (counts, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", &text)]);
    assert_eq!(counts, [9, 8, 0, 1, 0]);
    let short: Vec<String> =
        figures.iter().map(|f| f.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect();
    let wanted = [
        "CN>ASEAN 010121@HS2017",
        "CN>S19 010121@HS2017",
        "CN>TR 01@HS2017",
        "CN>TR 0101@HS2017",
        "CN>TR 010121@HS2017",
        "CN>WLD TOTAL@HS",
        "CN>X-NES 010121@HS2017",
        "EU>TR 010121@HS2017",
    ];
    assert_eq!(short, wanted);
}

#[test]
fn codes_without_a_level_are_padded_to_an_even_length() {
    let text = "refYear,reporterISO,partnerISO,flowDesc,classificationCode,cmdCode,primaryValue\n\
        2018,AUT,AFG,Import,H5,10121,27.165\n2018,AUT,AFG,Import,H5,101,28\n2018,AUT,AFG,Import,H5,1,29\n";
    let (counts, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", text)]);
    assert_eq!(counts, [3, 3, 0, 0, 0]);
    assert!(figures[0].contains(" 01@HS2017 ") && figures[1].contains(" 0101@") && figures[2].contains(" 010121@"));
}

#[test]
fn every_iso_code_of_the_un_is_an_area_or_two() {
    let Some(folder) = super::real::files() else { return };
    let areas = std::fs::read_to_string(folder.join("trade/codes/comtrade_areas.csv")).unwrap();
    let mut text = String::from("refYear,reporterISO,partnerISO,flowDesc,classificationCode,cmdCode,primaryValue\n");
    let mut rows = 0;
    let mut seen = std::collections::BTreeSet::new();
    for record in csv::Reader::from_reader(areas.as_bytes()).records() {
        let record = record.unwrap();
        if seen.insert(record[3].to_owned()) && &record[3] != "A79" {
            writeln!(text, "2018,AUT,{},Import,H5,TOTAL,1", &record[3]).unwrap();
            rows += 1;
        }
    }
    let (counts, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", &text)]);
    assert_eq!(counts, [rows, rows, 0, 0, 0]);
    assert_eq!(figures.len() as u64, rows, "no two codes mean one area");
}

#[test]
fn a_workbook_holds_numbers_and_an_empty_second_sheet() {
    let cell = |at: usize, line: usize, text: &str| {
        let mut name = String::new();
        let mut n = at + 1;
        while n > 0 {
            name.insert(0, char::from(b'A' + ((n - 1) % 26) as u8));
            n = (n - 1) / 26;
        }
        let is_code = matches!(HEADER.split(',').nth(at), Some("cmdCode" | "customsCode" | "mosCode"));
        match text.parse::<f64>() {
            Ok(_) if line > 1 && !is_code => format!("<c r=\"{name}{line}\"><v>{text}</v></c>"),
            _ if text.is_empty() => String::new(),
            _ => format!("<c r=\"{name}{line}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
        }
    };
    let row = |line: usize, fields: &[String]| {
        let cells: String = fields.iter().enumerate().map(|(at, text)| cell(at, line, text)).collect();
        format!("<row r=\"{line}\">{cells}</row>")
    };
    let header: Vec<String> = HEADER.split(',').map(str::to_owned).collect();
    let total = Row { product: ["TOTAL", "All", "0"], value: "9680795326.5", quantity: ["N/A", ""], weight: "", ..ROW };
    let rows = [row(1, &header), row(2, &ROW.fields()), row(3, &total.fields())].concat();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let sheet = format!("<?xml version=\"1.0\"?><worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let empty = format!("<?xml version=\"1.0\"?><worksheet xmlns=\"{main}\"><sheetData/></worksheet>");
    let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let rels = "http://schemas.openxmlformats.org/package/2006/relationships";
    let book = format!(
        "<?xml version=\"1.0\"?><workbook xmlns=\"{main}\" xmlns:r=\"{kinds}\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"Sheet2\" sheetId=\"2\" r:id=\"rId2\"/></sheets></workbook>"
    );
    let links = format!(
        "<?xml version=\"1.0\"?><Relationships xmlns=\"{rels}\"><Relationship Id=\"rId1\" Type=\"{kinds}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"{kinds}/worksheet\" Target=\"worksheets/sheet2.xml\"/></Relationships>"
    );
    let top = format!(
        "<?xml version=\"1.0\"?><Relationships xmlns=\"{rels}\"><Relationship Id=\"rId1\" Type=\"{kinds}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let types = "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>";
    let (counts, figures) = read("comtrade", &plainly(), |folder| {
        vec![write_zip(
            folder,
            "TradeData.xlsx",
            &[
                ("[Content_Types].xml", types.as_bytes()),
                ("_rels/.rels", top.as_bytes()),
                ("xl/workbook.xml", book.as_bytes()),
                ("xl/_rels/workbook.xml.rels", links.as_bytes()),
                ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
                ("xl/worksheets/sheet2.xml", empty.as_bytes()),
            ],
        )]
    });
    assert_eq!(counts, [2, 2, 0, 0, 0]);
    assert_eq!(figures, [FIRST, "COMTRADE-HS CN>TR TOTAL@HS IMPORT 2020 9680795326.5 - - - NORMAL"]);
}

/// An answer of the API: codes as numbers, nothing as null, no texts of codes.
pub const API: &str = r#"{"elapsedTime":"0.21 secs","count":2,"data":[
 {"typeCode":"C","freqCode":"A","refPeriodId":20200101,"refYear":2020,"refMonth":52,"period":"2020","reporterCode":156,"reporterISO":null,"reporterDesc":null,"flowCode":"M","flowDesc":null,"partnerCode":792,"partnerISO":null,"partner2Code":0,"classificationCode":"H5","classificationSearchCode":"HS","cmdCode":"010121","cmdDesc":null,"aggrLevel":6,"customsCode":"C00","mosCode":"0","motCode":0,"qtyUnitCode":5,"qtyUnitAbbr":"u","qty":5.0,"netWgt":1500.5,"cifvalue":12345.678,"fobvalue":null,"primaryValue":12345.678,"legacyEstimationFlag":0,"isReported":true,"isAggregate":false},
 {"typeCode":"C","freqCode":"A","period":"2020","reporterCode":156,"flowCode":"X","partnerCode":0,"partner2Code":0,"classificationCode":"H5","cmdCode":"TOTAL","aggrLevel":0,"customsCode":"C00","mosCode":"0","motCode":0,"qty":null,"netWgt":null,"primaryValue":6804128143.0,"legacyEstimationFlag":0}
],"error":""}"#;

#[test]
fn answers_of_the_api_have_codes_as_numbers_and_nulls() {
    let (counts, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "answer.json", API)]);
    assert_eq!(counts, [2, 2, 0, 0, 0]);
    assert_eq!(figures, [FIRST, "COMTRADE-HS CN>WLD TOTAL@HS EXPORT 2020 6804128143 - - - NORMAL"]);
}

#[test]
fn answers_before_2023_stand_under_dataset_with_the_machine_names() {
    let text = r#"{"validation":{"status":{"name":"Ok"}},"dataset":[
        {"pfCode":"H5","yr":2020,"period":2020,"periodDesc":"2020","aggrLevel":6,"IsLeaf":1,"rgCode":1,"rgDesc":"Import","rtCode":156,"rtTitle":"China","rt3ISO":"CHN","ptCode":792,"ptTitle":"Turkey","pt3ISO":"TUR","ptCode2":null,"cstCode":"","motCode":"","cmdCode":"010121","cmdDescE":"Horses","qtCode":5,"qtDesc":"Number of items","TradeQuantity":5,"NetWeight":1500,"TradeValue":12346,"CIFValue":null,"FOBValue":null,"estCode":0}]}"#;
    let (counts, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "answer.json", text)]);
    assert_eq!(counts, [1, 1, 0, 0, 0]);
    assert_eq!(figures, ["COMTRADE-HS CN>TR 010121@HS2017 IMPORT 2020 12346 1500 5 Number of items NORMAL"]);
}

const LEGACY: &str = "Classification,Year,Period,Period Desc.,Aggregate Level,Is Leaf Code,Trade Flow Code,Trade Flow,Reporter Code,Reporter,Reporter ISO,Partner Code,Partner,Partner ISO,2nd Partner Code,2nd Partner,2nd Partner ISO,Customs Proc. Code,Customs,Mode of Transport Code,Mode of Transport,Commodity Code,Commodity,Qty Unit Code,Qty Unit,Qty,Alt Qty Unit Code,Alt Qty Unit,Alt Qty,Netweight (kg),Gross weight (kg),Trade Value (US$),CIF Trade Value (US$),FOB Trade Value (US$),Flag\n";

/// The 35 columns of comtrade.csv before 2023.
pub fn legacy(folder: &Path) -> PathBuf {
    let rows = "H5,2019,2019,2019,4,0,2,Export,643,Russian Federation,RUS,0,World,WLD,,,,,,,,2709,\"Petroleum oils, crude\",8,Weight in kilograms,2000,,,,2000,,121443000000,,,4\n\
        H5,2019,201902,February 2019,2,0,1,Import,643,Russian Federation,RUS,12,Algeria,DZA,,,,,,,,1,Animals,1,No Quantity,,,,,,,208,,,0\n\
        H5,2019,2019,2019,2,0,4,Re-Import,643,Russian Federation,RUS,12,Algeria,DZA,,,,,,,,01,Animals,1,No Quantity,0,,,,0,,7,,,0\n";
    write(folder, "comtrade (7).csv", format!("{LEGACY}{rows}"))
}

#[test]
fn the_35_columns_before_2023_are_read() {
    let (counts, figures) = read("comtrade", &plainly(), |folder| vec![legacy(folder)]);
    assert_eq!(counts, [3, 3, 0, 0, 0]);
    assert_eq!(
        figures,
        [
            "COMTRADE-HS RU>DZ 01@HS2017 IMPORT 2019-02 208 - - - NORMAL",
            "COMTRADE-HS RU>DZ 01@HS2017 RE_IMPORT 2019 7 - - - NORMAL",
            "COMTRADE-HS RU>WLD 2709@HS2017 EXPORT 2019 121443000000 2000 2000 Weight in kilograms ESTIMATED",
        ]
    );
}

#[test]
fn the_machine_header_before_2023_is_read() {
    let text = "pfCode,yr,period,periodDesc,aggrLevel,IsLeaf,rgCode,rgDesc,rtCode,rtTitle,rt3ISO,ptCode,ptTitle,pt3ISO,ptCode2,ptTitle2,pt3ISO2,cstCode,cstDesc,motCode,motDesc,cmdCode,cmdDescE,qtCode,qtDesc,TradeQuantity,qtAltCode,qtAltDesc,AltQuantity,NetWeight,GrossWeight,TradeValue,CIFValue,FOBValue,estCode\n\
        H5,2019,2019,2019,2,0,3,Re-Export,643,Russian Federation,RUS,842,USA,USA,,,,,,,,01,Animals,1,No Quantity,,,,,,,208,,,6\n";
    let (counts, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "comtrade.csv", text)]);
    assert_eq!(counts, [1, 1, 0, 0, 0]);
    assert_eq!(figures, ["COMTRADE-HS RU>US 01@HS2017 RE_EXPORT 2019 208 - - - ESTIMATED"]);
}

#[test]
fn the_old_bulk_files_have_22_columns_and_come_in_a_zip() {
    let text = "Classification,Year,Period,Period Desc.,Aggregate Level,Is Leaf Code,Trade Flow Code,Trade Flow,Reporter Code,Reporter,Reporter ISO,Partner Code,Partner,Partner ISO,Commodity Code,Commodity,Qty Unit Code,Qty Unit,Qty,Netweight (kg),Trade Value (US$),Flag\n\
        H2,2005,2005,2005,4,0,1,Import,58,Belgium-Luxembourg (...1998),,12,Algeria,DZA,0101,Horses,1,No Quantity,,,208,0\n\
        H2,2005,2005,2005,6,1,1,Import,36,Australia,AUS,899,\"Areas, nes\",,9999AA,Not specified,1,No Quantity,,,9,0\n";
    let (counts, figures) = read("comtrade", &plainly(), |folder| {
        vec![write_zip(folder, "type-C_r-ALL.zip", &[("type-C_r-ALL.csv", text.as_bytes()), ("readme.md", b"no rows")])]
    });
    assert_eq!(counts, [2, 2, 0, 0, 0]);
    assert_eq!(
        figures,
        [
            "COMTRADE-HS AU>X-NES 9999AA@HS2002 IMPORT 2005 9 - - - NORMAL",
            "COMTRADE-HS X-BLX>DZ 0101@HS2002 IMPORT 2005 208 - - - NORMAL",
        ]
    );
}

#[test]
fn a_query_without_data_says_so_in_its_only_row() {
    let text =
        format!("{LEGACY}No data matches your query or your query is too complex.,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n");
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "comtrade.csv", &text);
    for db in prepared(folder.path()) {
        let done = load(&db, "comtrade", &plainly(), std::slice::from_ref(&file));
        assert_eq!(done.counts(), [1, 0, 0, 1, 0]);
        assert!(done.said().contains("no row of the files became a figure"), "{}", done.said());
    }
}

#[test]
fn months_and_years_live_side_by_side() {
    let month = Row { month: "1", period: "202301", ..ROW };
    let (counts, figures) =
        read("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", download(&[ROW, month]))]);
    assert_eq!(counts, [2, 2, 0, 0, 0]);
    assert!(figures[1].contains(" IMPORT 2023-01 "), "{figures:?}");
}

#[test]
fn only_totals_of_breakdowns_count_and_services_do_not() {
    let rows = [
        ROW,
        Row { customs: "C01", ..ROW },
        Row { mode: "2100", ..ROW },
        Row { second: ["842", "USA"], ..ROW },
        Row { kind: "S", edition: "EB02", ..ROW },
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "plus.csv", download(&rows));
    for db in prepared(folder.path()) {
        let done = load(&db, "comtrade", &plainly(), std::slice::from_ref(&file));
        assert_eq!(done.counts(), [5, 1, 0, 4, 0]);
        let reasons: Vec<String> = done.result.unwrap().reasons.keys().cloned().collect();
        assert_eq!(reasons, ["a customs procedure", "a mode of transport", "a second partner", "services"]);
        assert_eq!(stored(&db), [FIRST]);
    }
}

#[test]
fn flows_that_are_parts_of_others_are_kept_apart() {
    let flows = ["M", "X", "RX", "RM", "DX", "FM", "MIP", "XIP", "MOP", "XOP"];
    let rows: Vec<Row<'_>> = flows.iter().map(|flow| Row { flow: [flow, ""], ..ROW }).collect();
    let (counts, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", download(&rows))]);
    assert_eq!(counts, [10, 10, 0, 0, 0]);
    let kept: std::collections::BTreeSet<&str> = figures.iter().map(|f| f.split(' ').nth(3).unwrap()).collect();
    assert_eq!(kept.len(), 10, "{kept:?}");
}

#[test]
fn the_world_groups_and_ended_areas_are_what_they_are() {
    let areas = ["0", "97", "490", "899", "837", "842", "251", "757", "699", "58", "810", "891", "736"];
    let rows: Vec<Row<'_>> = areas.iter().map(|code| Row { partner: [code, "", ""], ..ROW }).collect();
    let (counts, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", download(&rows))]);
    assert_eq!(counts, [13, 13, 0, 0, 0]);
    let partners: Vec<&str> = figures.iter().map(|f| f.split([' ', '>']).nth(2).unwrap()).collect();
    let wanted =
        ["CH", "CSXX", "EU", "FR", "IN", "S19", "SUHH", "US", "WLD", "X-BLX", "X-BUNKERS", "X-NES", "X-SDN-2011"];
    assert_eq!(partners, wanted);
}

#[test]
fn flags_of_estimation_become_the_status() {
    let rows = [
        Row { flag: "0", product: ["01", "", "2"], ..ROW },
        Row { flag: "2", product: ["02", "", "2"], ..ROW },
        Row { flag: "4", product: ["03", "", "2"], ..ROW },
        Row { flag: "6", product: ["04", "", "2"], ..ROW },
    ];
    let (_, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", download(&rows))]);
    let statuses: Vec<&str> = figures.iter().map(|f| f.rsplit(' ').next().unwrap()).collect();
    assert_eq!(statuses, ["NORMAL", "ESTIMATED", "ESTIMATED", "ESTIMATED"]);
}

#[test]
fn a_weight_or_a_quantity_without_a_value_is_a_missing_figure() {
    let rows = [
        Row { value: "", product: ["01", "", "2"], quantity: ["N/A", ""], ..ROW },
        Row { value: "", product: ["0101", "", "4"], weight: "", ..ROW },
        Row { value: "", product: ["010121", "", "6"], flag: "6", ..ROW },
        Row { value: "", product: ["02", "", "2"], weight: "0", quantity: ["u", "0"], ..ROW },
        Row { value: "", product: ["0201", "", "4"], weight: "", quantity: ["-1", "7"], ..ROW },
        Row { value: "0", product: ["020130", "", "6"], weight: "", quantity: ["N/A", ""], ..ROW },
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "a.csv", download(&rows));
    let answer = API.replace("12345.678", "null").replace("6804128143.0", "null");
    let answer = write(folder.path(), "b.json", answer.replace("\"2020\"", "\"2021\""));
    for db in prepared(folder.path()) {
        let done = load(&db, "comtrade", &plainly(), &[file.clone(), answer.clone()]);
        assert_eq!(done.counts(), [8, 5, 0, 3, 0]);
        let reasons = done.result.unwrap().reasons;
        assert_eq!(reasons.into_iter().collect::<Vec<_>>(), [("no value, weight or quantity".to_owned(), 3)]);
        assert_eq!(
            stored(&db),
            [
                "COMTRADE-HS CN>TR 01@HS2017 IMPORT 2020 - 1500.5 - - MISSING",
                "COMTRADE-HS CN>TR 0101@HS2017 IMPORT 2020 - - 5 u MISSING",
                "COMTRADE-HS CN>TR 010121@HS2017 IMPORT 2020 - 1500.5 5 u MISSING",
                "COMTRADE-HS CN>TR 010121@HS2017 IMPORT 2021 - 1500.5 5 u MISSING",
                "COMTRADE-HS CN>TR 020130@HS2017 IMPORT 2020 0 - - - NORMAL",
            ]
        );
    }
}

#[test]
fn other_classifications_go_to_datasets_of_their_own() {
    let rows = [
        ROW,
        Row { edition: "S3", product: ["001", "", "3"], ..ROW },
        Row { edition: "S3", product: ["0", "", "1"], ..ROW },
        Row { edition: "B4", product: ["1", "", "1"], ..ROW },
    ];
    let (counts, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", download(&rows))]);
    assert_eq!(counts, [4, 4, 0, 0, 0]);
    let where_to: Vec<String> = figures
        .iter()
        .map(|f| f.split(' ').filter(|w| w.starts_with("COM") || w.contains('@')).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        where_to,
        ["COMTRADE-BEC 1@BEC4", "COMTRADE-HS 010121@HS2017", "COMTRADE-SITC 0@SITC3", "COMTRADE-SITC 001@SITC3"]
    );
}

#[test]
fn products_that_are_not_specified_are_products() {
    let rows = [
        Row { product: ["9999", "Not specified", "4"], ..ROW },
        Row { product: ["999999", "Not specified", "6"], ..ROW },
        Row { edition: "H2", product: ["9999AA", "Not specified", "6"], ..ROW },
        Row { product: ["99", "Not specified", "2"], ..ROW },
    ];
    let (counts, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", download(&rows))]);
    assert_eq!(counts, [4, 4, 0, 0, 0]);
    assert_eq!(figures.len(), 4);
}

const BULK: &str = "datasetCode\ttypeCode\tfreqCode\trefPeriodId\trefYear\trefMonth\tperiod\treporterCode\tflowCode\tpartnerCode\tpartner2Code\tclassificationSearchCode\tclassificationCode\tisOriginalClassification\tcmdCode\tcustomsCode\tmosCode\tmotCode\tqtyUnitCode\tqty\tisQtyEstimated\taltQtyUnitCode\taltQty\tisAltQtyEstimated\tnetWgt\tisnetWgtEstimated\tgrossWgt\tisgrossWgtEstimated\tCIFValue\tFOBValue\tprimaryValue\tlegacyEstimationFlag\tisReported\tisAggregate\n";

fn bulk_row(edition: &str, product: &str, value: &str) -> String {
    format!(
        "20156\tC\tA\t20200101\t2020\t52\t2020\t156\tM\t792\t0\tHS\t{edition}\ttrue\t{product}\tC00\t0\t0\t5\t5\tfalse\t-1\t\tfalse\t1500.5\ttrue\t\tfalse\t{value}\t\t{value}\t0\ttrue\tfalse\n"
    )
}

/// A bulk file as the UN names it.
pub fn bulk(folder: &Path) -> PathBuf {
    let export = bulk_row("H5", "010129", "2").replace("\tM\t", "\tX\t");
    let text = [BULK, &bulk_row("H5", "010121", "12345.678"), &export].concat();
    write_gz(folder, "COMTRADE-FINAL-CA1562020H5[2024-05-01].gz", &text)
}

#[test]
fn a_bulk_file_is_whole_and_replaces_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let first = bulk(folder.path());
    let newer = [BULK, &bulk_row("H5", "010121", "99")].concat();
    let newer = write_gz(folder.path(), "COMTRADE-FINAL-CA1562020H5[2025-05-01].gz", &newer);
    let other = [BULK, &bulk_row("H4", "010121", "7")].concat();
    let other = write_gz(folder.path(), "COMTRADE-FINALCLASSIC-CA1562020H4[2025-05-01].gz", &other);
    for db in prepared(folder.path()) {
        assert_eq!(load(&db, "comtrade-bulk", &plainly(), std::slice::from_ref(&first)).counts(), [2, 2, 0, 0, 0]);
        let coverage = db
            .conn()
            .rows(tearoad::storage::bulk::Fixed("SELECT partners, sectors FROM dataset_coverage"), &[])
            .unwrap();
        assert_eq!((coverage[0].text(0), coverage[0].text(1)), (Some("COMPLETE"), Some("COMPLETE")));
        assert!(stored(&db)[0].starts_with("COMTRADE-HS CN>TR 010121@HS2017 IMPORT 2020 12345.678 1500.5 5 u "));
        assert!(
            stored(&db)[1].starts_with("COMTRADE-HS CN>TR 010129@HS2017 EXPORT "),
            "a flow that the newer file lacks"
        );
        // Another edition of the same year says nothing about this one.
        let done = load(&db, "comtrade-bulk", &plainly(), std::slice::from_ref(&other));
        assert_eq!((done.counts(), done.result.unwrap().deleted), ([1, 1, 0, 0, 0], 0));
        let done = load(&db, "comtrade-bulk", &plainly(), std::slice::from_ref(&newer));
        assert!(done.said().contains("1 figures of COMTRADE-HS that the files no longer have are removed"));
        assert_eq!(done.result.unwrap().deleted, 1);
        let left: Vec<String> = stored(&db).iter().map(|f| f.split(' ').nth(2).unwrap().to_owned()).collect();
        assert_eq!(left, ["010121@HS2012", "010121@HS2017"]);
        // A download of the same year adds and never erases.
        let download = write(folder.path(), "a.csv", download(&[Row { partner: ["842", "USA", "USA"], ..ROW }]));
        assert_eq!(load(&db, "comtrade", &plainly(), &[download]).result.unwrap().deleted, 0);
        assert_eq!(stored(&db).len(), 3);
    }
}

#[test]
fn empty_and_cut_files_leave_the_old_state() {
    let folder = tempfile::tempdir().unwrap();
    let whole = bulk(folder.path());
    let bytes = std::fs::read(&whole).unwrap();
    let cut = write(folder.path(), "COMTRADE-FINAL-CA1562021H5.gz", &bytes[..bytes.len() - 12]);
    let empty = write(folder.path(), "COMTRADE-FINAL-CA1562022H5.gz", b"");
    for db in prepared(folder.path()) {
        load(&db, "comtrade-bulk", &plainly(), std::slice::from_ref(&whole)).counts();
        let before = stored(&db);
        for file in [&cut, &empty] {
            let error = load(&db, "comtrade-bulk", &plainly(), std::slice::from_ref(file)).error();
            assert!(error.contains(file.file_name().unwrap().to_str().unwrap()), "{error}");
            assert_eq!(stored(&db), before);
        }
        let error = load(&db, "comtrade-bulk", &plainly(), std::slice::from_ref(&empty)).error();
        assert!(error.ends_with("the file is empty"), "{error}");
    }
}

#[test]
fn an_unknown_area_or_product_is_told_with_the_nearest() {
    let rows = [Row { partner: ["843", "", ""], ..ROW }, Row { product: ["010122", "", "6"], ..ROW }];
    let (error, said) = refused("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", download(&rows))]);
    assert!(error.starts_with("2 bad"), "{error}");
    assert!(said.contains("line 2: `partnerCode` is `843`") && said.contains("nearest known is `842`"), "{said}");
    assert!(said.contains("line 3: `cmdCode` is `010122`") && said.contains("nearest known is `010121`"), "{said}");
}

#[test]
fn a_direction_on_the_command_line_is_for_files_that_do_not_tell() {
    let options = Options { flow: Some("EXPORT".to_owned()), ..Options::default() };
    let (error, _) = refused("comtrade", &options, |folder| vec![fixture(folder)]);
    assert!(error.contains("the rows tell the flow"), "{error}");
}
