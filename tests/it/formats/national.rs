//! Open Trade Statistics, and the customs of Brazil, China and Russia.

use std::path::{Path, PathBuf};

use tearoad::transfer::Options;

use super::{plainly, read, refused, write, write_zip};

/// An answer of Open Trade Statistics: both flows in a row.
pub fn ots(folder: &Path) -> PathBuf {
    let text = r#"[{"year":2002,"reporter_iso":"chl","partner_iso":"arg","section_code":"01","commodity_code":"010121","trade_value_usd_imp":30944,"trade_value_usd_exp":96185},{"year":2002,"reporter_iso":"chl","partner_iso":"arg","section_code":"05","commodity_code":"270900","trade_value_usd_imp":7,"trade_value_usd_exp":0}]"#;
    write(folder, "yrpc.json", text)
}

#[test]
fn open_trade_statistics_has_both_flows_in_a_row() {
    let (counts, figures) = read("ots", &plainly(), |folder| vec![ots(folder)]);
    assert_eq!(counts, [4, 3, 0, 1, 0]);
    assert_eq!(
        figures,
        [
            "OTS CL>AR 010121@HS2012 EXPORT 2002 96185 - - - NORMAL",
            "OTS CL>AR 010121@HS2012 IMPORT 2002 30944 - - - NORMAL",
            "OTS CL>AR 270900@HS2012 IMPORT 2002 7 - - - NORMAL",
        ]
    );
    let whole =
        r#"[{"year":2002,"reporter_iso":"chl","partner_iso":"all","trade_value_usd_imp":1,"trade_value_usd_exp":2}]"#;
    let (_, figures) = read("ots", &plainly(), |folder| vec![write(folder, "yrp.json", whole)]);
    assert_eq!(figures[0], "OTS CL>WLD TOTAL@HS EXPORT 2002 2 - - - NORMAL", "without products it is all goods");
}

const EXPORTS: &str = "\"CO_ANO\";\"CO_MES\";\"CO_NCM\";\"CO_UNID\";\"CO_PAIS\";\"SG_UF_NCM\";\"CO_VIA\";\"CO_URF\";\"QT_ESTAT\";\"KG_LIQUIDO\";\"VL_FOB\"\n\
    \"2026\";\"01\";\"02023000\";\"10\";\"160\";\"MT\";\"07\";\"0230154\";22356;22356;89125\n\
    \"2026\";\"01\";\"02023000\";\"10\";\"160\";\"SP\";\"01\";\"0817800\";4;4;5\n\
    \"2026\";\"01\";\"27090010\";\"10\";\"990\";\"ZN\";\"01\";\"0817800\";0;1;2\n";
const IMPORTS: &str = "\"CO_ANO\";\"CO_MES\";\"CO_NCM\";\"CO_UNID\";\"CO_PAIS\";\"SG_UF_NCM\";\"CO_VIA\";\"CO_URF\";\"QT_ESTAT\";\"KG_LIQUIDO\";\"VL_FOB\";\"VL_FRETE\";\"VL_SEGURO\"\n\
    \"2020\";\"12\";\"01012100\";\"11\";\"249\";\"SP\";\"04\";\"0817600\";3;1500;90000;5000;100\n";
const COUNTRIES: &str = "\"CO_PAIS\";\"CO_PAIS_ISON3\";\"CO_PAIS_ISOA3\";\"NO_PAIS\";\"NO_PAIS_ING\";\"NO_PAIS_ESP\"\n\
    \"160\";\"156\";\"CHN\";\"China\";\"China\";\"China\"\n\"249\";\"840\";\"USA\";\"Estados Unidos\";\"United States\";\"Estados Unidos\"\n\
    \"990\";\"898\";\"ZZZ\";\"Provisão de Navios e Aeronaves\";\"Ships\";\"Naves\"\n";

/// The table of Brazil's own codes of countries.
pub fn countries(folder: &Path) -> PathBuf {
    write(folder, "PAIS.csv", encoding_rs::WINDOWS_1252.encode(COUNTRIES).0)
}

/// A file of Brazil's exports in a zip, one of imports, and the table of countries in Latin-1.
pub fn comexstat(folder: &Path) -> Vec<PathBuf> {
    vec![
        write_zip(folder, "EXP_COMPLETA.zip", &[("EXP_COMPLETA.csv", EXPORTS.as_bytes())]),
        write(folder, "IMP_2020.csv", IMPORTS),
        countries(folder),
    ]
}

#[test]
fn brazil_adds_states_and_knows_imports_by_their_freight() {
    let (counts, figures) = read("comexstat", &plainly(), comexstat);
    assert_eq!(counts, [4, 3, 1, 0, 0]);
    assert_eq!(
        figures,
        [
            "COMEXSTAT BR>CN 020230@HS2022 EXPORT 2026-01 89130 22360 22360 10 NORMAL",
            "COMEXSTAT BR>US 010121@HS2017 IMPORT 2020-12 90000 1500 3 11 NORMAL",
            "COMEXSTAT BR>X-BUNKERS 270900@HS2022 EXPORT 2026-01 2 1 0 10 NORMAL",
        ]
    );
}

#[test]
fn brazils_codes_need_their_table() {
    let (error, _) = refused("comexstat", &plainly(), |folder| vec![write(folder, "EXP_2026.csv", EXPORTS)]);
    assert!(error.contains("PAIS.csv") && error.contains("give it together"), "{error}");
}

/// A download of China's customs: dollars by province.
fn gacc_text(currency: &str) -> Vec<u8> {
    let text = format!(
        "数据年月,商品编码,商品名称,贸易伙伴编码,贸易伙伴名称,贸易方式编码,贸易方式名称,注册地编码,注册地名称,第一数量,第一计量单位,第二数量,第二计量单位,{currency},\r\n\
        202003,01012100,改良种用马,344,俄罗斯联邦,10,一般贸易,37,山东省,\"1,234\t\",头,\"5,000\t\",千克,\"1,234,567\t\",\r\n\
        202003,01012100,改良种用马,344,俄罗斯联邦,14,来料加工贸易,37,山东省,6,头,1,千克,\"3\t\",\r\n\
        202003,27090000,石油原油,110,中国香港,10,一般贸易,37,山东省,0,-,0,-,9,\r\n"
    );
    encoding_rs::GB18030.encode(&text).0.into_owned()
}

/// The same, as the site names the file.
pub fn gacc(folder: &Path) -> PathBuf {
    write(folder, "downloadData.csv", gacc_text("美元"))
}

#[test]
fn chinas_customs_do_not_tell_the_direction() {
    let (error, _) = refused("gacc", &plainly(), |folder| vec![gacc(folder)]);
    assert!(error.contains("downloadData.csv") && error.contains("pass --flow EXPORT"), "{error}");
    let wrong = Options { flow: Some("OUT".to_owned()), ..plainly() };
    let (error, _) = refused("gacc", &wrong, |folder| vec![gacc(folder)]);
    assert!(error.contains("the flow is `OUT`, expected one of EXPORT, IMPORT"), "{error}");
    let import = Options { flow: Some("IMPORT".to_owned()), ..plainly() };
    let (error, _) = refused("gacc", &import, |folder| vec![write(folder, "山东出口2020.csv", gacc_text("美元"))]);
    assert!(error.contains("the file tells EXPORT, not IMPORT"), "{error}");
}

#[test]
fn chinas_customs_are_read_by_province_and_currency() {
    let export = Options { flow: Some("export".to_owned()), ..plainly() };
    let (counts, figures) = read("gacc", &export, |folder| vec![gacc(folder)]);
    assert_eq!(counts, [3, 2, 1, 0, 0]);
    assert_eq!(
        figures,
        [
            "GACC-USD CN-SD>HK 270900@HS2017 EXPORT 2020-03 9 - - - NORMAL",
            "GACC-USD CN-SD>RU 010121@HS2017 EXPORT 2020-03 1234570 - 1240 头 NORMAL",
        ]
    );
    let (_, figures) = read("gacc", &plainly(), |folder| vec![write(folder, "进口 2020.csv", gacc_text("人民币"))]);
    assert!(figures[0].starts_with("GACC-CNY CN-SD>HK 270900@HS2017 IMPORT"), "{figures:?}");
}

const FTS: &str = "NAPR\tPERIOD\tSTRANA\tTNVED\tEDIZM\tSTOIM\tNETTO\tKOL\tREGION\tREGION_S\n\
    ЭК\t01/2020\tCN\t2709009009\t1\t1234,56\t2000,5\t0\t81000 - РЕСПУБЛИКА БУРЯТИЯ\t06 - ДАЛЬНЕВОСТОЧНЫЙ\n\
    ЭК\t01/2020\tCN\t2709001001\t1\t0,44\t0,5\t0\t81000 - РЕСПУБЛИКА БУРЯТИЯ\t06 - ДАЛЬНЕВОСТОЧНЫЙ\n\
    ИМ\t12/2019\tUS\t0101210000\t796\t5\t7\t2,5\t71100 - ХАНТЫ-МАНСИЙСКИЙ АВТОНОМНЫЙ ОКРУГ\t05 - УРАЛЬСКИЙ\n";

/// A file of Russia's customs, in Windows-1251.
pub fn fts(folder: &Path) -> PathBuf {
    write(folder, "DATTSVT2020.csv", encoding_rs::WINDOWS_1251.encode(FTS).0)
}

#[test]
fn russias_customs_are_read_by_region() {
    for english in [false, true] {
        let (counts, figures) = read("fts", &plainly(), |folder| {
            if english {
                vec![write(folder, "a.txt", FTS.replace("ЭК\t", "EXP\t").replace("ИМ\t", "IMP\t"))]
            } else {
                vec![fts(folder)]
            }
        });
        assert_eq!(counts, [3, 2, 1, 0, 0]);
        assert_eq!(
            figures,
            [
                "RU-FTS RU-BU>CN 270900@HS2017 EXPORT 2020-01 1235 2001 - - NORMAL",
                "RU-FTS RU-KHM>US 010121@HS2017 IMPORT 2019-12 5 7 2.5 796 NORMAL",
            ]
        );
    }
}
