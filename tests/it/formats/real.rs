//! The real files, where they are: every row is accounted for, the databases agree, and what is published comes out.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use tearoad::graphql::run::Graph;
use tearoad::storage::bulk::Fixed;
use tearoad::transfer::layout::Layout;
use tearoad::transfer::{Options, nomenclature, seed};

use super::{load, load_by, plainly, write};
use crate::support::{TestDb, ask_with, data, databases};

/// The folder of real files, or nothing with a loud word.
pub fn files() -> Option<PathBuf> {
    let folder = std::env::var("TEAROAD_SHARED_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let folder = PathBuf::from(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("!! there is no {}: imports of real files are NOT tested", folder.display());
    None
}

/// A layout of a panel: a row has a year, two areas, and what `keys` and the tables after them say.
fn panel(format: &str, sides: [&str; 2], schemes: &str, keys: &str, tables: &str) -> Layout {
    let word = format.to_ascii_lowercase();
    let text = format!(
        r#"
        {keys}
        format = "{word}"
        title = "{format}"
        header = ["{0}", "{1}"]
        period = ["year|period"]
        [dataset]
        code = "{format}"
        title = "{format}"
        currency = "USD"
        valuation = "MIXED"
        [[reporter]]
        column = "{0}"
        scheme = [{schemes}]
        [[partner]]
        column = "{1}"
        scheme = [{schemes}]
        {tables}"#,
        sides[0], sides[1]
    );
    Layout::parse(format, &text).unwrap()
}

/// The sum of all values that a filter finds, page by page, in thousandths.
fn sum(graph: &Graph, filter: Json) -> i128 {
    let question = "query($filter: TradeFigureFilter, $after: String) { tradeFigures(first: 1000, after: $after, filter: $filter) { pageInfo { hasNextPage endCursor } nodes { value { amount } } } }";
    let (mut total, mut after) = (0, Json::Null);
    loop {
        let answer = ask_with(graph, question, json!({ "filter": filter, "after": after }));
        let page = &data(&answer)["tradeFigures"];
        for node in page["nodes"].as_array().unwrap() {
            let amount = node["value"]["amount"].as_str().unwrap();
            let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
            let units: i128 = format!("{whole}{fraction:0<3}").parse().unwrap();
            total += units;
        }
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            return total;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Thousandths as billions with one decimal, as the press has them.
fn billions(thousandths: i128) -> String {
    let tenths = (thousandths + 50_000_000_000) / 100_000_000_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn filter(dataset: &str, reporter: &str, flow: &str, period: &str) -> Json {
    json!({
        "dataset": { "code": { "eq": dataset } }, "reporter": { "code": { "eq": reporter } },
        "flow": { "eq": flow }, "period": { "eq": period },
    })
}

fn with_partner(mut filter: Json, partner: &str) -> Json {
    filter["partner"] = json!({ "code": { "eq": partner } });
    filter
}

/// The one row of a statistic: its value in billions, or why there is none, and what is listed.
fn statistic(graph: &Graph, dataset: &str, filter: &str) -> (String, String) {
    let question = format!(
        "{{ tradeStats(dataset: \"{dataset}\", filter: {{{filter}}}) {{ rows {{ value {{ amount }} valueReason sumOfListed {{ amount }} }} }} }}"
    );
    let answer = ask_with(graph, &question, json!({}));
    let rows = data(&answer)["tradeStats"]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{answer}");
    let amount = |json: &Json| {
        json["amount"].as_str().map(|amount| {
            let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
            billions(format!("{whole}{fraction:0<3}").parse().unwrap())
        })
    };
    let value = amount(&rows[0]["value"]).or_else(|| rows[0]["valueReason"].as_str().map(str::to_owned));
    (value.unwrap(), amount(&rows[0]["sumOfListed"]).unwrap())
}

/// What makes two databases differ: all sums and counts by dataset, level and flow.
fn digest(db: &TestDb) -> Vec<String> {
    let statement = Fixed(
        "SELECT d.code, f.reporter_level, f.partner_level, f.sector_level, f.flow, f.period_months, f.status, COUNT(*), CAST(SUM(f.value_scaled) AS BIGINT), CAST(SUM(f.net_weight_g) AS BIGINT), CAST(SUM(f.reporter_id * 31 + f.partner_id * 17 + f.sector_id * 7 + f.period_start) AS BIGINT) FROM trade_figures f JOIN datasets d ON d.id = f.dataset_id GROUP BY d.code, f.reporter_level, f.partner_level, f.sector_level, f.flow, f.period_months, f.status ORDER BY d.code, f.reporter_level, f.partner_level, f.sector_level, f.flow, f.period_months, f.status",
    );
    db.conn().rows(statement, &[]).unwrap().iter().map(|row| format!("{:?}", row.values)).collect()
}

/// Runs on both databases and compares what is in them at the end.
fn on_both(run: impl Fn(&TestDb)) {
    let mut all = Vec::new();
    for db in databases() {
        seed::load_reference(&mut db.conn()).unwrap();
        run(&db);
        all.push(digest(&db));
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ: {all:#?}");
}

#[test]
fn a_million_rows_of_wits_with_two_values_each() {
    let Some(folder) = files() else { return };
    let layout = panel(
        "WITS-PANEL",
        ["reporter", "partner"],
        "\"WITS\", \"ISO_ALPHA3\"",
        "product.edition = \"HS\"",
        r#"
        [[value]]
        column = "export_kusd"
        flow = "EXPORT"
        power = 3
        zero = "blank"
        [[value]]
        column = "import_kusd"
        flow = "IMPORT"
        power = 3
        zero = "blank"
        "#,
    );
    let file = folder.join("trade/comtrade-internal/wits_bilateral_totals_1962_2016.csv.gz");
    on_both(|db| {
        let counts = load_by(db, &layout, &plainly(), std::slice::from_ref(&file)).counts();
        assert_eq!(counts, [2 * 925_070, 1_569_549, 0, 280_591, 0]);
        let graph = db.graph();
        let published = |reporter, flow, year| billions(sum(&graph, filter("WITS-PANEL", reporter, flow, year)));
        assert_eq!(published("CN", "EXPORT", "2014"), "2342.3");
        assert_eq!(published("CN", "IMPORT", "2014"), "1814.4");
        assert_eq!(published("US", "IMPORT", "2015"), "2301.9");
        // The file does not say that it has all partners: what they come to is published, and is called what is listed.
        let of = |reporter: &str, flow: &str, year: u32| {
            let filter =
                format!("reporter: {{code: {{eq: \"{reporter}\"}}}}, flow: {{eq: {flow}}}, period: {{eq: \"{year}\"}}");
            statistic(&graph, "WITS-PANEL", &filter)
        };
        let listed = |amount: &str| ("PARTIAL_COVERAGE".to_owned(), amount.to_owned());
        assert_eq!(of("CN", "EXPORT", 2014), listed("2342.3"));
        assert_eq!(of("CN", "IMPORT", 2014), listed("1814.4"));
        assert_eq!(of("US", "IMPORT", 2015), listed("2301.9"));
    });
}

#[test]
fn other_panels_by_layouts_of_ones_own() {
    let Some(folder) = files() else { return };
    let folder = folder.join("trade");
    // Areas of BACI's table of 2022 and of the IMF are ISO's; the third panel has codes of WITS.
    let dots = panel(
        "DOTS",
        ["reporter", "partner"],
        "\"ISO_ALPHA3\"",
        "product.edition = \"HS\"",
        r#"
        [flow]
        column = "flow"
        codes = { export = "EXPORT", import = "IMPORT" }
        [[value]]
        column = "value_musd"
        power = 6
        "#,
    );
    let bilateral = panel(
        "BILATERAL",
        ["exporter", "importer"],
        "\"WITS\", \"ISO_ALPHA3\"",
        "product.edition = \"HS\"\nflow.fixed = \"EXPORT\"",
        "[[value]]\ncolumn = \"export_usd\"",
    );
    let largest = panel(
        "BACI-TOP",
        ["exporter_iso3", "importer_iso3"],
        "\"ISO_ALPHA3\"",
        "flow.fixed = \"EXPORT\"",
        r#"
        [product]
        column = "hs4"
        pad = 4
        name = "hs4_label"
        edition = "HS2022"
        [[value]]
        column = "value_usd"
        [weight]
        column = "weight_t"
        power = 3
        "#,
    );
    on_both(|db| {
        let load = |layout, options: &Options, file: &str| load_by(db, layout, options, &[folder.join(file)]).counts();
        let counts = load(&dots, &plainly(), "panel/imf_dots_monthly_15_economies_2011_2020.csv.gz");
        assert_eq!(counts, [50_400, 50_400, 0, 0, 0]);
        let counts = load(&bilateral, &plainly(), "panel/bilateral_totals_1964_2016_every4y.csv.gz");
        assert_eq!(counts, [191_213, 191_213, 0, 0, 0]);
        let made = Options { new_products: true, ..plainly() };
        let counts = load(&largest, &made, "baci/baci_hs22_v202601_hs4_top200_flows_2022_2024.csv");
        assert_eq!(counts, [9_600, 9_600, 0, 0, 0]);
        let graph = db.graph();
        let mut months = with_partner(filter("DOTS", "CN", "EXPORT", ""), "US");
        months["period"] = json!({ "gte": "2019-01", "lte": "2019-12" });
        assert_eq!(billions(sum(&graph, months)), "418.6");
        let pair = with_partner(filter("BILATERAL", "CN", "EXPORT", "2016"), "US");
        assert_eq!(billions(sum(&graph, pair)), "384.9");
        let mut oil = with_partner(filter("BACI-TOP", "RU", "EXPORT", "2023"), "CN");
        oil["sector"] = json!({ "code": { "eq": "2709" } });
        assert_eq!(billions(sum(&graph, oil)), "60.7");
    });
}

#[test]
fn a_world_input_output_table_with_sectors_of_its_own() {
    let Some(folder) = files() else { return };
    // Intermediate and final use are one flow of goods and services: they are added. `RoW` is all economies that the table
    // does not tell apart.
    let layout = panel(
        "WIOD2013",
        ["exporter", "importer"],
        "\"ISO_ALPHA3\"",
        "areas = { ROM = \"RO\", RoW = \"X-NES\" }\nflow.fixed = \"EXPORT\"",
        r#"
        [product]
        column = "sector"
        edition = "WIOD2013"
        [[value]]
        column = "intermediate_musd"
        plus = ["final_musd"]
        power = 6
        "#,
    );
    let sectors = std::fs::read_to_string(folder.join("trade/wiod/wiod2013_sectors.csv")).unwrap();
    let mut nodes = csv::Writer::from_writer(Vec::new());
    nodes.write_record(nomenclature::COLUMNS).unwrap();
    for record in csv::Reader::from_reader(sectors.as_bytes()).records().map(Result::unwrap) {
        nodes.write_record(["WIOD", "WIOD2013", &record[0], &record[2], "", "1"]).unwrap();
    }
    let own = tempfile::tempdir().unwrap();
    let nodes = write(own.path(), "sectors.csv", nodes.into_inner().unwrap());
    let file = folder.join("trade/wiod/wiod2013_sector_flows_1995_2011.csv.gz");
    on_both(|db| {
        let done = nomenclature::import(&mut db.conn(), &plainly(), std::slice::from_ref(&nodes), &|_| {}).unwrap();
        assert_eq!(done.inserted, 35);
        let counts = load_by(db, &layout, &plainly(), std::slice::from_ref(&file)).counts();
        assert_eq!(counts, [490_423, 490_423, 0, 0, 0]);
        // 2,084,965 million: sums of whole millions.
        assert_eq!(sum(&db.graph(), filter("WIOD2013", "CN", "EXPORT", "2011")), 2_084_965_000_000_000);
    });
}

#[test]
fn half_a_century_of_totals_from_the_observatory_of_economic_complexity() {
    let Some(folder) = files() else { return };
    let layout = panel(
        "OEC",
        ["exporter", "importer"],
        "\"ISO_ALPHA3\"",
        r#"
        areas = { FDR = "X-DEU-1990", NAA = "ANHH", YAR = "X-YEM-1990" }
        product.edition = "HS"
        flow.fixed = "EXPORT"
        "#,
        "[[value]]\ncolumn = \"value_usd\"",
    );
    let file = folder.join("trade/panel/oec_sitc_totals_1963_2014.csv.gz");
    on_both(|db| {
        let counts = load_by(db, &layout, &plainly(), std::slice::from_ref(&file)).counts();
        assert_eq!(counts, [779_760, 779_760, 0, 0, 0]);
        assert_eq!(sum(&db.graph(), filter("OEC", "CN", "EXPORT", "2010")), 1_587_709_655_141_000);
        let ended = filter("OEC", "SUHH", "EXPORT", "1988");
        assert!(sum(&db.graph(), ended) > 0, "the Soviet Union is an area of its own");
    });
}

/// Headings and products of all editions, without other classifications.
fn with_nomenclature(db: &TestDb, folder: &Path) {
    let file = folder.join("sectors/product_classifications.csv.gz");
    nomenclature::import(&mut db.conn(), &plainly(), &[file], &|_| {}).unwrap();
}

#[test]
fn files_of_comtrade_and_wits_as_users_have_them() {
    let Some(folder) = files() else { return };
    let un = folder.join("trade/comtrade-internal");
    on_both(|db| {
        with_nomenclature(db, &folder);
        let load = |format: &str, options: &Options, file: &str| load(db, format, options, &[un.join(file)]).counts();
        let counts = load("comtrade", &plainly(), "russia_hs2_by_partner_2000_2020_legacy.csv.gz");
        assert_eq!(counts, [176_767, 176_767, 0, 0, 0]);
        let counts = load("comtrade", &plainly(), "russia_total_by_partner_2000_2020_legacy.csv.gz");
        assert_eq!(counts, [8_263, 8_263, 0, 0, 0]);
        let graph = db.graph();
        let total = |mut filter: Json, level: &str| {
            filter["sector"] =
                if level == "TOTAL" { json!({ "code": { "eq": "TOTAL" } }) } else { json!({ "level": { "eq": 2 } }) };
            sum(&graph, filter)
        };
        let russia =
            |flow, year, partner, level| total(with_partner(filter("COMTRADE-HS", "RU", flow, year), partner), level);
        assert_eq!(billions(russia("EXPORT", "2020", "WLD", "TOTAL")), "337.1");
        assert_eq!(billions(russia("IMPORT", "2020", "WLD", "TOTAL")), "231.7");
        assert_eq!(russia("EXPORT", "2019", "CN", "2"), 57_321_295_729_000);
        assert_eq!(russia("IMPORT", "2019", "CN", "2"), 54_142_184_713_000);
        assert_eq!(russia("EXPORT", "2019", "CN", "TOTAL"), 57_321_295_775_000, "the total is 46 dollars larger");
        let of = |flow: &str, year: u32, more: &str| {
            let filter =
                format!("reporter: {{code: {{eq: \"RU\"}}}}, flow: {{eq: {flow}}}, period: {{eq: \"{year}\"}}{more}");
            statistic(&graph, "COMTRADE-HS", &filter)
        };
        let both = |amount: &str| (amount.to_owned(), amount.to_owned());
        let china = ", partner: {code: {eq: \"CN\"}}";
        // The world and all goods as Russia reports them itself; its chapters are only listed.
        assert_eq!(of("EXPORT", 2020, ""), both("337.1"));
        assert_eq!(of("IMPORT", 2020, ""), both("231.7"));
        assert_eq!(of("EXPORT", 2019, china), both("57.3"));
        assert_eq!(of("IMPORT", 2019, china), both("54.1"));
        let chapters = |flow| of(flow, 2019, &format!("{china}, sector: {{level: {{eq: 2}}}}"));
        let listed = |amount: &str| ("PARTIAL_COVERAGE".to_owned(), amount.to_owned());
        assert_eq!((chapters("EXPORT"), chapters("IMPORT")), (listed("57.3"), listed("54.1")));

        // The file does not tell the edition. One for all years lacks a product that is new in 2022; a layout of one's
        // own says which edition was in force.
        let products = "eu_imports_eudr_products_2018_2022.csv.gz";
        let edition = Options { edition: Some("HS2017".to_owned()), skip_bad: true, ..plainly() };
        let edition = Options { dataset: Some("EUDR-HS2017".to_owned()), ..edition };
        assert_eq!(load("comtrade", &edition, products), [173_358, 172_195, 0, 0, 1_163]);
        let by_year = "like = \"comtrade\"\nformat = \"eudr\"\n[dataset]\ncode = \"EUDR\"\n[product]\nedition = { since = { 2018 = \"HS2017\", 2022 = \"HS2022\" } }\n";
        let by_year = Layout::parse("eudr.toml", by_year).unwrap();
        let counts = load_by(db, &by_year, &plainly(), &[un.join(products)]).counts();
        assert_eq!(counts, [173_358, 173_358, 0, 0, 0]);

        let own = |dataset: &str| Options { dataset: Some(dataset.to_owned()), ..plainly() };
        for (format, file, counts) in [
            ("comtrade", "comtrade_legacy_csv_35_columns.csv", [617, 617, 0, 0, 0]),
            ("comtrade", "comtradeplus_download_quoted_hs2.csv", [660, 660, 0, 0, 0]),
            ("comtrade", "comtradeplus_download_quoted_trailing_comma_latin1.csv", [1_178, 1_178, 0, 0, 0]),
            ("comtrade", "comtrade_api_v1_response.json", [4, 4, 0, 0, 0]),
            ("wits", "wits_advanced_query_by_product.csv", [3_343, 3_343, 0, 0, 0]),
            ("ots", "open_trade_statistics_yrpc_chl_arg_2002.json", [2_048, 2_048, 0, 0, 0]),
        ] {
            let name: String = file.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
            assert_eq!(load(format, &own(&name), &format!("samples/{file}")), counts, "{file}");
        }
    });
}
