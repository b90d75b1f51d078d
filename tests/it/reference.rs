//! Reference lists as users have them: each layout with its quirks from small files of our own, and all the real files
//! where they are there. Every line is stored, merged, left out by a rule or bad, and the four add up.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use serde_json::json;
use tearoad::storage::bulk::Statement;
use tearoad::transfer::reference::{Imported, import};
use tearoad::transfer::{Options, TransferError, seed};

use crate::support::{TestDb, ask, data, databases};

fn prepared() -> Vec<TestDb> {
    let all = databases();
    for db in &all {
        seed::load_reference(&mut db.conn()).unwrap();
    }
    all
}

fn load(db: &TestDb, skip_bad: bool, files: &[PathBuf]) -> (Result<Imported, TransferError>, Vec<String>) {
    let told = RefCell::new(Vec::new());
    let options = Options { skip_bad, ..Options::default() };
    let done = import(&mut db.conn(), &options, files, &|line| told.borrow_mut().push(line.to_owned()));
    (done, told.into_inner())
}

/// Read, stored, merged, left out, bad of each file.
fn numbers(imported: &Imported) -> Vec<[u64; 5]> {
    for c in &imported.files {
        assert_eq!(c.read, c.stored + c.merged + c.left_out + c.bad, "{c}");
        assert!(c.to_string().contains(&format!("{} lines read = {} stored", c.read, c.stored)), "{c}");
    }
    imported.files.iter().map(|c| [c.read, c.stored, c.merged, c.left_out, c.bad]).collect()
}

fn lines(db: &TestDb, statement: &str) -> Vec<String> {
    let rows = db.conn().rows(Statement(statement.to_owned()), &[]).unwrap();
    rows.iter().map(|row| format!("{:?}", row.values)).collect()
}

/// Small files of every layout: name, text, and the five numbers.
const FILES: &[(&str, &str, [u64; 5])] = &[
    (
        // A spreadsheet dropped zeros; a heading is missing; a parent of SITC has a point; a chapter ships.
        "nomenclature.csv",
        "Classification,Edition,Code,Description,Parent,Level\n\
         H6,HS2022,01,Animals,,2\nH6,HS2022,101,\"Horses, live\",1,4\nH6,HS2022,010121,Horses; pure-bred,0101,6\n\
         H6,HS2022,270900,Oils; crude,2709,6\nH5,HS2017,010121,Horses; pure-bred,0101,6\nH6,HS2022,9999AA,Not specified,9999,6\n\
         S4,SITC4,9,Other,,1\nS4,SITC4,97,Gold,9,2\nS4,SITC4,971,Gold,97,3\nS4,SITC4,9710,Gold,971,4\nS4,SITC4,97101,Gold,971.0,5\n\
         BEC,BEC4,4,Capital goods,,1\nBEC,BEC4,41,Machines,4,2\n",
        [13, 12, 1, 0, 0],
    ),
    (
        "hs_codes.csv",
        "section,hscode,description,parent,level\nI,0101,Other name,01,4\nI,010129,Horses; other,0101,6\nTOTAL,TOTAL,All,TOTAL,5\n",
        [3, 1, 2, 0, 0],
    ),
    (
        "hs_sections.csv",
        "section,name,chapter_from,chapter_to\nI,live animals,01,05\nII,plants,06,14\n",
        [2, 0, 2, 0, 0],
    ),
    (
        "isic4.csv",
        "code,parent,level,description\nA,,section,Agriculture\n01,A,division,Crops\n014,01,group,Animals\n0141,014,class,Cattle\n0142,014,class,Horses\n",
        [5, 5, 0, 0, 0],
    ),
    (
        "isic3.csv",
        "code,description\r\nA,Agriculture\r\n01,Crops\r\n012,Animals\r\n0121,Cattle\r\nB,Fishing\r\n05,Fishing\r\n",
        [6, 6, 0, 0, 0],
    ),
    // Zeros fill a code of BEC; a code of all editions is in two of them.
    ("hs6_to_bec4.csv", "hs6,bec4\n010121,410\n010129,410\n", [2, 2, 0, 0, 0]),
    ("hs_to_isic4.csv", "hs,isic4\n010121,0141\n010121,0142\n010121,0142\n", [3, 2, 1, 0, 0]),
    ("isic4_to_isic3.csv", "isic4,isic3\n0141,0121\n", [1, 1, 0, 0, 0]),
    (
        "subdivisions.csv",
        "code,country,name,name_en,type,parent,name_zh,name_ru,lat,lon,current\n\
         AZ-NX,AZ,Naxçıvan,,Autonomous republic,,纳希切万,Нахичевань,,,1\nAZ-BAB,AZ,Babək,,Rayon,AZ-NX,巴贝克区,,,,1\n\
         CN-SD,CN,Shandong Sheng,Shandong,Province,,山东,,,,1\nFR-GP,FR,Guadeloupe,,Overseas region,,,,,,0\n\
         FR-971,FR,Guadeloupe,,Overseas department,FR-GP,,,,,1\nLV-001,LV,Old,,Municipality,,,,,,0\n\
         US-CA,US,California,,State,,,,,,1\nRU-BU,RU,Buryatiya,Buryatia,Republic,,,Бурятия,,,1\n",
        [8, 3, 4, 1, 0],
    ),
    (
        "cn.csv",
        "gb2260,level,parent,name_zh,name_en,name_en_source,iso3166_2,lon,lat\n\
         370000,province,,山东省,Shandong,official,CN-SD,,\n370300,prefecture,370000,淄博市,Zibo City,geonames,CN-SD,,\n\
         320100,prefecture,320000,南京市,Nanjing,geonames,CN-JS,,\n419001,county-level (province-direct),410000,济源市,Jiyuan,geonames,CN-HA,,\n\
         810000,province,,香港特别行政区,Hong Kong,official,CN-HK,,\n",
        [5, 2, 3, 0, 0],
    ),
    (
        "ru.csv",
        "iso_code,name,name_with_type,name_en,type,federal_district,okato,oktmo\n\
         RU-BU,Бурятия,Респ Бурятия,Buryatia,Респ,,81000000000,81000000\nRU-NEN,Ненецкий,,Nenets,АО,,11100000000,11800000\nUA-43,Крым,,,,,35000000000,\n",
        [3, 0, 2, 1, 0],
    ),
    (
        "groups.csv",
        "group_code,group_name,iso3,member_since,member_until,source\nG7,Group of Seven,JPN,1975,,hand\nG7,Group of Seven,RUS,1997,2014,hand\nEU,European Union,GBR,1973,2020,hand\n",
        [3, 2, 1, 0, 0],
    ),
    ("ecb.csv", "period,currency,per_eur_avg,n_days\n2023-07,USD,1.105752,21\n1999,DEM,1.95583,259\n", [2, 2, 0, 0, 0]),
    (
        "wdi.csv",
        "iso3,country,year,lcu_per_usd\nCHN,China,2023,7.083998423\nDEU,Germany,1998,1.7596676\nDEU,Germany,2023,0.924839558\n\
         EMU,Euro area,2023,0.924839558\nSMR,San Marino,2023,0.924709623\nECU,Ecuador,2001,1\nTUR,Turkey,1960,9.02E-06\nZWE,Zimbabwe,1980,0.0006\n",
        [8, 4, 1, 3, 0],
    ),
    (
        "fed.csv",
        "Date,Country,Exchange rate\n2023-07-01,China,7.1863\n2018-08-01,Venezuela,2495016.1501\n2018-09-01,Venezuela,61.4953\n",
        [3, 3, 0, 0, 0],
    ),
    (
        "listed.csv",
        "symbol,name,country_iso3,country,state,city,zipcode,sector,industry_group,industry,exchange,mic,currency,size_band,website,isin,composite_figi,all_symbols,delisted\n\
         000756.SZ,\"Shandong Xinhua Pharmaceutical Company, Ltd\",CHN,China,,Zibo,255086,Health Care,,Pharmaceuticals,SHZ,XSHE,CNY,Small Cap,http://www.xhzy.com,,BBG000D3ZQ75,000756.SZ;0719.HK,False\n\
         AGM^H,Société Générale,FRA,France,,Paris,,Financials,,Banks,PAR,XPAR,EUR,,,FR0000130809,,AGM^H,True\n\
         X,Antilles,,Netherlands Antilles,,,,,,Media,,,,,,,,X,False\n",
        [3, 3, 0, 0, 0],
    ),
];

fn write_all(folder: &Path) -> Vec<PathBuf> {
    let write = |(name, text, _): &(&str, &str, [u64; 5])| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    FILES.iter().map(write).collect()
}

#[test]
fn every_layout_is_recognised_and_loaded_once() {
    let folder = tempfile::tempdir().unwrap();
    // In another order than they need.
    let mut files = write_all(folder.path());
    files.reverse();
    let path = |db: &TestDb, code: &str| lines(db, &format!("SELECT path FROM regions WHERE code = '{code}'"));
    for db in prepared() {
        let (done, told) = load(&db, false, &files);
        let imported = done.unwrap_or_else(|e| panic!("{}: {e}: {told:#?}", db.backend()));
        for (name, _, wanted) in FILES {
            let counts = imported.files.iter().find(|c| c.what.starts_with(name)).unwrap();
            assert_eq!([counts.read, counts.stored, counts.merged, counts.left_out, counts.bad], *wanted, "{counts}");
        }
        numbers(&imported);
        assert_eq!(path(&db, "AZ-BAB"), [r#"[Text("/WLD/M49-142/M49-145/AZ/AZ-NX/AZ-BAB/")]"#]);
        assert_eq!(path(&db, "CN-419001"), [r#"[Text("/WLD/M49-142/M49-030/CN/CN-HA/CN-419001/")]"#]);
        assert!(path(&db, "FR-971").is_empty() && path(&db, "LV-001").is_empty());
        assert_eq!(
            lines(
                &db,
                "SELECT r.code FROM region_codes c JOIN regions r ON r.id = c.region_id WHERE c.scheme = 'ISO_3166_2' AND c.code = 'FR-971'"
            ),
            [r#"[Text("GP")]"#]
        );
        assert_eq!(
            lines(
                &db,
                "SELECT n.text FROM names n JOIN regions r ON r.id = n.subject_id WHERE n.subject_kind = 'REGION' AND r.code IN ('CN-370300', 'CN-320100') AND n.language = 'en' ORDER BY r.code"
            ),
            [r#"[Text("Nanjing")]"#, r#"[Text("Zibo")]"#],
            "what ships keeps its name"
        );
        assert_eq!(
            lines(
                &db,
                "SELECT s.path FROM sectors s JOIN classifications c ON c.id = s.classification_id WHERE c.code = 'ISIC3' AND s.code = '0121' OR c.code = 'HS2022' AND s.code = '2709' OR c.code = 'SITC4' AND s.code = '97101' ORDER BY s.path"
            ),
            [
                r#"[Text("/ISIC3/A/01/012/0121/")]"#,
                r#"[Text("/SITC4/9/97/971/9710/97101/")]"#,
                r#"[Text("/TOTAL/HS2022/V/27/2709/")]"#
            ]
        );
        assert_eq!(
            lines(
                &db,
                "SELECT c.code, f.code, d.code, t.code FROM correspondences x JOIN sectors f ON f.id = x.from_sector_id JOIN classifications c ON c.id = f.classification_id JOIN sectors t ON t.id = x.to_sector_id JOIN classifications d ON d.id = t.classification_id WHERE c.code <> 'TEAROAD' ORDER BY 3, 1, 2, 4"
            ),
            [
                r#"[Text("HS2022"), Text("010121"), Text("BEC4"), Text("41")]"#,
                r#"[Text("HS2022"), Text("010129"), Text("BEC4"), Text("41")]"#,
                r#"[Text("ISIC4"), Text("0141"), Text("ISIC3"), Text("0121")]"#,
                r#"[Text("HS2017"), Text("010121"), Text("ISIC4"), Text("0141")]"#,
                r#"[Text("HS2017"), Text("010121"), Text("ISIC4"), Text("0142")]"#,
                r#"[Text("HS2022"), Text("010121"), Text("ISIC4"), Text("0141")]"#,
                r#"[Text("HS2022"), Text("010121"), Text("ISIC4"), Text("0142")]"#,
            ]
        );
        assert_eq!(
            lines(&db, "SELECT code, mantissa, exponent FROM exchange_rates ORDER BY code"),
            [
                r#"[Text("EUR/DEM/1999/AVERAGE/ecb-reference-rates"), Int(195583), Int(-5)]"#,
                r#"[Text("EUR/USD/2023-07/AVERAGE/ecb-reference-rates"), Int(1105752), Int(-6)]"#,
                r#"[Text("USD/CNY/2023-07/AVERAGE/fed-h10"), Int(71863), Int(-4)]"#,
                r#"[Text("USD/CNY/2023/AVERAGE/wdi-exchange-rates"), Int(7083998423), Int(-9)]"#,
                r#"[Text("USD/DEM/1998/AVERAGE/wdi-exchange-rates"), Int(17596676), Int(-7)]"#,
                r#"[Text("USD/EUR/2023/AVERAGE/wdi-exchange-rates"), Int(924839558), Int(-9)]"#,
                r#"[Text("USD/TRY/1960/AVERAGE/wdi-exchange-rates"), Int(902), Int(-8)]"#,
                r#"[Text("USD/VEF/2018-08/AVERAGE/fed-h10"), Int(24950161501), Int(-4)]"#,
                r#"[Text("USD/VES/2018-09/AVERAGE/fed-h10"), Int(614953), Int(-4)]"#,
            ]
        );
        let answer = ask(
            &db.graph(),
            r#"{ companies(filter: { sectors: { some: { code: { eq: "PHARMACEUTICALS" } } } }) { nodes { name region { name } } }
              region(code: "G7") { kind name } }"#,
        );
        assert_eq!(
            *data(&answer),
            json!({
                "companies": { "nodes": [
                    { "name": "Shandong Xinhua Pharmaceutical Company, Ltd", "region": { "name": "Zibo" } }
                ] },
                "region": { "kind": "GROUP", "name": "Group of Seven" }
            })
        );
        assert_eq!(
            lines(
                &db,
                "SELECT CAST(m.since AS TEXT), CAST(m.until AS TEXT) FROM region_members m JOIN regions g ON g.id = m.group_id WHERE g.code = 'G7' ORDER BY 1"
            ),
            [r#"[Text("1975-01-01"), Null]"#, r#"[Text("1997-01-01"), Text("2014-12-31")]"#]
        );
        assert_eq!(
            lines(
                &db,
                "SELECT p.slug, r.code FROM parties p LEFT JOIN regions r ON r.id = p.region_id ORDER BY p.slug"
            ),
            [
                r#"[Text("antilles-x"), Null]"#,
                r#"[Text("shandong-xinhua-pharmaceutical-company-ltd-000756.sz"), Text("CN-370300")]"#,
                r#"[Text("societe-generale-agm-h"), Text("FR")]"#,
            ]
        );
        assert_eq!(
            lines(
                &db,
                "SELECT c.scheme, c.code FROM party_codes c JOIN parties p ON p.id = c.party_id WHERE p.slug <> 'antilles-x' ORDER BY c.scheme, c.code"
            ),
            [
                r#"[Text("FIGI"), Text("BBG000D3ZQ75")]"#,
                r#"[Text("ISIN"), Text("FR0000130809")]"#,
                r#"[Text("TICKER"), Text("000756.SZ")]"#,
                r#"[Text("TICKER"), Text("0719.HK")]"#,
                r#"[Text("TICKER"), Text("AGM^H")]"#,
            ]
        );
        let summary = lines(&db, "SELECT summary FROM revisions ORDER BY revision DESC LIMIT 1");
        assert!(summary[0].contains(r#"\"leftOut\":3"#) && summary[0].contains("sha256"), "{summary:?}");
        let (again, _) = load(&db, false, &files);
        let again = again.unwrap();
        assert_eq!(again.revision, None, "{}: the same again: {again}", db.backend());
        numbers(&again);
    }
}

#[test]
fn bad_lines_are_told_with_the_files_own_columns_and_nothing_is_written() {
    let cases: [(&str, &str, &str); 9] = [
        ("hs6_to_isic4.csv", "hs6,isic4\n019999,0141\n", "line 2: `hs6` is `019999`: HS2022 does not have this code"),
        (
            "n.csv",
            "classification,edition,code,description,parent,level\nS4,SITC4,01,x,9,2\n",
            "line 2: `parent` is `9`: SITC4 has no node with this code",
        ),
        (
            "cn.csv",
            "gb2260,level,parent,name_zh,name_en,iso3166_2\n3703,prefecture,370000,淄博市,Zibo,CN-SD\n",
            "line 2: `gb2260` is `3703`: expected six digits",
        ),
        (
            "g.csv",
            "group_code,group_name,iso3,member_since,member_until\nG7,G7,XYZ,1975,\n",
            "line 2: `iso3` is `XYZ`: there is no country",
        ),
        (
            "g2.csv",
            "group_code,group_name,iso3,member_since,member_until\nCN-SD,G7,JPN,1975,\n",
            "line 2: `group_code` is `CN-SD`: this code names a place",
        ),
        (
            "ecb.csv",
            "period,currency,per_eur_avg,n_days\n2023-13,USD,1.1,21\n2023-07,USX,1.1,21\n2023-07,USD,0,21\n2023-06,USD,\"1,1\",21\n",
            "line 3: `currency` is `USX`",
        ),
        (
            "wdi.csv",
            "iso3,country,year,lcu_per_usd\nCHX,China,2023,7.1\n",
            "line 2: `iso3` is `CHX`: there is no economy of this code; the nearest are CHE, CHI, CHL",
        ),
        (
            "fed.csv",
            "date,country,exchange rate\n2023-07-02,China,7.1\n",
            "line 2: `date` is `2023-07-02`: expected the first day",
        ),
        (
            "s.csv",
            "section,name,chapter_from,chapter_to\nI,x,01,07\n",
            "line 2: `chapter_to` is `07`: chapter 06 does not stand in section I",
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    for db in prepared() {
        let before = lines(&db, "SELECT MAX(revision) FROM revisions");
        for (name, text, wanted) in cases {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            let (done, told) = load(&db, false, std::slice::from_ref(&path));
            assert!(matches!(done, Err(TransferError::BadLines(_))), "{name}: {done:?}");
            assert!(told.iter().any(|line| line.contains(wanted)), "{name}: {told:#?}");
        }
        assert_eq!(lines(&db, "SELECT MAX(revision) FROM revisions"), before);
        let (done, _) = load(&db, true, &[folder.path().join("ecb.csv")]);
        assert_eq!(numbers(&done.unwrap()), [[4, 0, 0, 0, 4]]);
    }
}

#[test]
fn a_file_that_is_no_reference_list_is_refused_with_the_nearest_layout() {
    let folder = tempfile::tempdir().unwrap();
    let db = prepared().remove(0);
    for (name, text, wanted) in [
        (
            "a.csv",
            "iso3,country,year,value\n",
            "the nearest layout is WDI official exchange rates, which has the columns iso3,country,year,lcu_per_usd",
        ),
        (
            "product_codes_HS17.csv",
            "code,description\n010121,Horses\n",
            "no reference list has the columns code,description",
        ),
        ("b.csv", "hs9,isic4\n", "no reference list has the columns hs9,isic4"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let error = load(&db, false, &[path]).0.unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
}

/// The five numbers of every real file but the concordances, in the order in which they are read.
const REAL: &[(&str, [u64; 5])] = &[
    ("sectors/product_classifications.csv.gz", [59_738, 59_059, 679, 0, 0]),
    ("sectors/hs_codes.csv", [6_940, 0, 6_940, 0, 0]),
    ("sectors/hs_sections.csv", [21, 0, 21, 0, 0]),
    ("sectors/isic_rev4.csv", [766, 766, 0, 0, 0]),
    ("sectors/isic_rev3.csv", [530, 530, 0, 0, 0]),
    ("regions/subdivisions_iso3166_2.csv.gz", [5_206, 4_908, 143, 155, 0]),
    ("regions/cn_divisions_gb2260.csv", [399, 349, 50, 0, 0]),
    ("regions/ru_regions.csv", [86, 0, 83, 3, 0]),
    ("regions/country_groups.csv", [474, 395, 79, 0, 0]),
    ("fx/ecb_reference_rates_annual_avg.csv", [875, 875, 0, 0, 0]),
    ("fx/ecb_reference_rates_monthly_avg.csv", [10_393, 10_393, 0, 0, 0]),
    ("fx/wdi_official_exchange_rate_annual_1960_2023.csv", [12_117, 9_227, 2_079, 811, 0]),
    ("fx/fed_h10_monthly_1971_2026.csv.gz", [17_237, 17_237, 0, 0, 0]),
    ("companies/listed_companies.csv.gz", [29_227, 29_227, 0, 0, 0]),
];

/// The folder of real files, if it is there.
fn real() -> Option<PathBuf> {
    let folder = std::env::var("TEAROAD_SHARED_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let folder = PathBuf::from(folder);
    if folder.join("sectors").exists() {
        return Some(folder);
    }
    eprintln!("!! {} is not there: the real reference files are NOT tested", folder.display());
    None
}

/// Loads real files into a database and compares the numbers of those that [`REAL`] has.
fn load_real(db: &TestDb, files: &[PathBuf]) -> Imported {
    let (done, told) = load(db, true, files);
    let imported = done.unwrap_or_else(|e| panic!("{}: {e}: {told:#?}", db.backend()));
    numbers(&imported);
    for c in &imported.files {
        let wanted = REAL.iter().find(|(name, _)| c.what.starts_with(name.rsplit('/').next().unwrap()));
        if let Some((_, wanted)) = wanted {
            assert_eq!([c.read, c.stored, c.merged, c.left_out, c.bad], *wanted, "{}: {c}", db.backend());
        }
    }
    imported
}

#[test]
fn real_nomenclatures_and_concordances_load_whole() {
    let Some(folder) = real() else { return };
    let mut files: Vec<PathBuf> =
        REAL.iter().filter(|(name, _)| name.starts_with("sectors")).map(|(name, _)| folder.join(name)).collect();
    files.extend(std::fs::read_dir(folder.join("sectors/concordance")).unwrap().map(|entry| entry.unwrap().path()));
    for db in prepared() {
        let imported = load_real(&db, &files);
        let concordances = imported.files.iter().filter(|c| c.what.ends_with("(concordance)"));
        let sum = concordances.fold([0; 5], |sum, c| {
            let own = [c.read, c.stored, c.merged, c.left_out, c.bad];
            std::array::from_fn(|at| sum[at] + own[at])
        });
        // One product of HS 2002 that its own nomenclature does not have.
        assert_eq!(sum, [174_298, 174_297, 0, 0, 1], "{}", db.backend());
    }
}

#[test]
fn real_places_rates_and_companies_load_whole_and_answer() {
    let Some(folder) = real() else { return };
    let files: Vec<PathBuf> =
        REAL.iter().filter(|(name, _)| !name.starts_with("sectors")).map(|(name, _)| folder.join(name)).collect();
    for db in prepared() {
        load_real(&db, &files);
        let answer = ask(
            &db.graph(),
            r#"{ rates: exchangeRates(filter: { base: { eq: "USD" }, quote: { eq: "CNY" }, period: { eq: "2023" } }) { nodes { rate source { code } } }
              euro: exchangeRates(filter: { base: { eq: "EUR" }, quote: { eq: "CNY" }, period: { eq: "2023" } }) { nodes { rate days } }
              zibo: companies(filter: { region: { code: { eq: "CN-370300" } } }) { totalCount }
              companies { totalCount }
              nanjing: region(code: "CN-320100") { name parent { code } } }"#,
        );
        let data = data(&answer);
        assert_eq!(
            data["rates"],
            json!({ "nodes": [{ "rate": "7.083998423", "source": { "code": "wdi-exchange-rates" } }] })
        );
        assert_eq!(data["euro"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(data["zibo"], json!({ "totalCount": 18 }), "{}", db.backend());
        assert_eq!(data["companies"], json!({ "totalCount": 29_227 }));
        assert_eq!(data["nanjing"], json!({ "name": "Nanjing", "parent": { "code": "CN-JS" } }));
    }
}
