//! Exchange rates in the graph: exact, by their natural keys, each with its source; several sources side by side.

use serde_json::json;
use tearoad::transfer::Options;
use tearoad::transfer::pack::load::import;

use crate::support::{ask, data, demo_databases};

const RATES: &str = "base,quote,period,kind,rate,n_days,source\n\
    USD,CNY,2023,AVERAGE,7.0840,,wdi\n\
    USD,CNY,2022,AVERAGE,6.737,,wdi\n\
    USD,CNY,2023-07,AVERAGE,7.1863,20,fed\n\
    USD,CNY,2023,AVERAGE,7.0809,,fed\n\
    EUR,CNY,2023-Q2,END,7.8983,,ecb\n\
    USD,IDR,2023,AVERAGE,15236.8847,,wdi\n\
    EUR,USD,1999,AVERAGE,1e-2,,ecb\n";

#[test]
fn rates_are_asked_by_pair_period_and_source_and_are_exact() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("pack.toml", "title = \"Rates\"\n");
    write("sources.csv", "code,kind,title\nwdi,DATABASE,WDI\nfed,DATABASE,H.10\necb,DATABASE,Reference rates\n");
    write("exchange_rates.csv", RATES);
    for db in demo_databases() {
        let tell = |line: &str| eprintln!("{line}");
        let all = import(&mut db.conn(), &Options::default(), &[folder.path().to_owned()], &tell).unwrap();
        assert_eq!(all[0].inserted, 10);
        let graph = db.graph();
        let answer = ask(
            &graph,
            r#"{
              list: exchangeRates(filter: { base: { eq: "USD" }, quote: { eq: "CNY" } }, orderBy: [{ field: PERIOD }, { field: CODE }]) {
                totalCount nodes { id code period kind rate days source { code } } }
              one: exchangeRates(filter: { kind: { eq: END } }) { nodes { code rate } }
              wdi: exchangeRates(filter: { source: { code: { eq: "wdi" } } }, first: 2) { totalCount nodes { code } pageInfo { hasNextPage } }
              small: exchangeRates(filter: { period: { eq: "1999" } }) { nodes { rate } }
            }"#,
        );
        let data = data(&answer);
        let node = |code: &str, period: &str, rate: &str, days: Option<u32>, source: &str| {
            json!({
                "id": tearoad::domain::id::encode("ExchangeRate", code), "code": code, "period": period,
                "kind": "AVERAGE", "rate": rate, "days": days, "source": { "code": source }
            })
        };
        assert_eq!(
            data["list"],
            json!({ "totalCount": 4, "nodes": [
                node("USD/CNY/2022/AVERAGE/wdi", "2022", "6.737", None, "wdi"),
                node("USD/CNY/2023/AVERAGE/fed", "2023", "7.0809", None, "fed"),
                node("USD/CNY/2023/AVERAGE/wdi", "2023", "7.084", None, "wdi"),
                node("USD/CNY/2023-07/AVERAGE/fed", "2023-07", "7.1863", Some(20), "fed"),
            ]}),
            "{}",
            db.backend()
        );
        assert_eq!(data["one"], json!({ "nodes": [{ "code": "EUR/CNY/2023-Q2/END/ecb", "rate": "7.8983" }] }));
        assert_eq!(
            data["wdi"],
            json!({ "totalCount": 3, "nodes": [{ "code": "USD/CNY/2022/AVERAGE/wdi" }, { "code": "USD/CNY/2023/AVERAGE/wdi" }],
                "pageInfo": { "hasNextPage": true } })
        );
        assert_eq!(data["small"], json!({ "nodes": [{ "rate": "0.01" }] }));
        let id = tearoad::domain::id::encode("ExchangeRate", "USD/IDR/2023/AVERAGE/wdi");
        let answer = ask(&graph, &format!("{{ node(id: \"{id}\") {{ ... on ExchangeRate {{ rate quote }} }} }}"));
        assert_eq!(crate::support::data(&answer)["node"], json!({ "rate": "15236.8847", "quote": "IDR" }));
        let answer = ask(&graph, r#"{ exchangeRates(filter: { base: { eq: "USX" } }) { nodes { code } } }"#);
        assert_eq!(answer["errors"][0]["extensions"]["reason"], "UNKNOWN_CODE");
    }
}
