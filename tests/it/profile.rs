//! The balance sheet of a region, and trade around events: put together of the same sums as statistics.

use serde_json::{Value as Json, json};
use tearoad::transfer::Options;

use crate::formats::{load, write};
use crate::stats::{COUNTRIES, world};
use crate::support::{TestDb, ask, demo_databases, statements};

fn data(db: &TestDb, query: &str) -> Json {
    let answer = ask(&db.graph(), query);
    assert!(answer["errors"].is_null(), "{query}: {answer}");
    answer["data"].clone()
}

const FLOW: &str = "value { amount } valueReason sumOfListed { amount } growth { value reason } partners { partner { code } value { amount } share { value } } sectors { sector { code } value { amount } share { value } }";

#[test]
fn a_profile_is_what_single_questions_tell() {
    let (_folder, all, _) = world();
    for db in &all {
        let profile = format!(
            "profile(period: \"2020\", top: 2) {{ period dataset {{ code }} exports {{ {FLOW} }} imports {{ {FLOW} }} balance {{ amount }} advantages {{ sector {{ code }} rca {{ value worldReporters }} }} participation {{ events participations }} warnings {{ code }} }}"
        );
        for (code, _) in COUNTRIES {
            let told = &data(db, &format!("{{ region(code: \"{code}\") {{ {profile} }} }}"))["region"]["profile"];
            let base = format!("reporter: {{code: {{eq: \"{code}\"}}}}, period: {{eq: \"2020\"}}");
            for (name, flow) in [("exports", "EXPORT"), ("imports", "IMPORT")] {
                let filter = format!("filter: {{{base}, flow: {{eq: {flow}}}}}");
                let single = data(
                    db,
                    &format!(
                        "{{ total: tradeStats({filter}) {{ rows {{ value {{ amount }} valueReason sumOfListed {{ amount }} growth {{ value reason }} }} }} partners: tradeStats({filter}, groupBy: [{{by: PARTNER}}], top: {{n: 2, measure: VALUE}}) {{ rows {{ partner {{ code }} value {{ amount }} share {{ value }} }} }} sectors: tradeStats({filter}, groupBy: [{{by: SECTOR, digits: 2}}], top: {{n: 2, measure: VALUE}}) {{ rows {{ sector {{ code }} value {{ amount }} share {{ value }} }} }} }}"
                    ),
                );
                let own = &told[name];
                for member in ["value", "valueReason", "sumOfListed", "growth"] {
                    assert_eq!(own[member], single["total"]["rows"][0][member], "{code} {name} {member}");
                }
                assert_eq!(own["partners"], single["partners"]["rows"], "{code} {name}");
                assert_eq!(own["sectors"], single["sectors"]["rows"], "{code} {name}");
                assert_eq!(own["partners"].as_array().unwrap().len(), 2);
            }
            let balance =
                data(db, &format!("{{ tradeStats(filter: {{{base}}}) {{ rows {{ balance {{ amount }} }} }} }}"));
            assert_eq!(told["balance"], balance["tradeStats"]["rows"][0]["balance"]);
            let rca = data(
                db,
                &format!(
                    "{{ tradeStats(filter: {{{base}, flow: {{eq: EXPORT}}}}, groupBy: [{{by: SECTOR, digits: 2}}], top: {{n: 2, measure: RCA}}) {{ rows {{ sector {{ code }} rca {{ value worldReporters }} }} }} }}"
                ),
            );
            assert_eq!(told["advantages"], rca["tradeStats"]["rows"]);
            assert_eq!((&told["dataset"]["code"], &told["warnings"]), (&json!("BACI-HS2017"), &json!([])));
        }
        let of = |codes: &str| {
            statements(&ask(
                &db.graph(),
                &format!("{{ regions(filter: {{code: {{in: [{codes}]}}}}) {{ nodes {{ {profile} }} }} }}"),
            ))
        };
        assert_eq!(of("\"CN\""), of("\"CN\", \"RU\", \"US\", \"DE\""), "as many statements for one as for four");
        assert!(of("\"CN\"") <= 24, "{}", of("\"CN\""));
    }
}

#[test]
fn a_profile_says_what_it_cannot_tell() {
    for db in demo_databases() {
        let answer = data(
            &db,
            "{ region(code: \"CN-370300\") { profile(period: \"2023\", dataset: \"ZIBO-CUSTOMS\") { exports { value { amount } valueReason sumOfListed { amount } growth { reason } partners { partner { code } sumOfListed { amount } share { value reason } } sectors { sector { code } } } imports { sumOfListed { amount } } balance { amount } advantages { sector { code } } participation { events parties } warnings { code } } } }",
        );
        let profile = &answer["region"]["profile"];
        assert_eq!(profile["exports"]["value"], Json::Null, "one partner is not the world: {profile}");
        assert_eq!(profile["exports"]["valueReason"], "PARTIAL_COVERAGE");
        assert_eq!(profile["exports"]["sumOfListed"]["amount"], "2540000000");
        assert_eq!(
            profile["exports"]["partners"],
            json!([{ "partner": { "code": "RU" }, "sumOfListed": { "amount": "2540000000" }, "share": { "value": null, "reason": "PARTIAL_COVERAGE" } }])
        );
        assert_eq!(profile["exports"]["sectors"], json!([]));
        let codes: Vec<&str> =
            profile["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"PARTIAL_COVERAGE") && codes.contains(&"INVALID_ARGUMENT"), "{codes:?}");
        assert!(profile["participation"]["events"].as_i64().unwrap() > 0, "{profile}");
        let answer = ask(
            &db.graph(),
            "{ region(code: \"CN-370300\") { code profile(period: \"1999\", dataset: \"ZIBO-CUSTOMS\") { period } } }",
        );
        assert_eq!(answer["errors"][0]["path"], json!(["region", "profile"]), "{answer}");
        assert_eq!(answer["data"]["region"], json!({ "code": "CN-370300", "profile": null }));
    }
}

#[test]
fn trade_around_an_event_is_that_between_its_places() {
    for db in demo_databases() {
        let query = "{ event(slug: \"russia-zibo-conference-2024-08\") { tradeWindow(before: 2, after: 1, dataset: \"ZIBO-CUSTOMS\") { period note sectors { code } series { reporter { code } partner { code } flow points { offset period value { amount } valueReason } meanBefore { value reason } meanAfter { reason } } warnings { code } } } }";
        let window = &data(&db, query)["event"]["tradeWindow"];
        assert_eq!(window["period"], "2024", "{window}");
        assert!(window["note"].as_str().unwrap().contains("associated"), "{window}");
        assert_eq!((&window["sectors"], &window["warnings"][0]["code"]), (&json!([]), &json!("ALL_GOODS")), "{window}");
        let series = window["series"].as_array().unwrap();
        let exports = series.iter().find(|s| s["flow"] == "EXPORT" && s["partner"]["code"] == "RU").unwrap();
        assert_eq!(exports["reporter"]["code"], "CN-370300");
        assert_eq!(
            exports["points"],
            json!([
                { "offset": -2, "period": "2022", "value": null, "valueReason": "NO_DATA" },
                { "offset": -1, "period": "2023", "value": { "amount": "2540000000" }, "valueReason": null },
                { "offset": 0, "period": "2024", "value": null, "valueReason": "NO_DATA" },
                { "offset": 1, "period": "2025", "value": null, "valueReason": "NO_DATA" },
            ]),
            "{exports}"
        );
        assert_eq!(
            (&exports["meanBefore"], &exports["meanAfter"]),
            (&json!({ "value": null, "reason": "NO_DATA" }), &json!({ "reason": "NO_DATA" }))
        );
        // And back: the events of a pair of places.
        let rows = data(
            &db,
            "{ tradeStats(dataset: \"ZIBO-CUSTOMS\", groupBy: [{by: REPORTER}, {by: PARTNER}], filter: {partner: {code: {eq: \"RU\"}}, flow: {eq: EXPORT}}) { rows { events { slug } one: events(first: 1) { slug } } } }",
        );
        let events = rows["tradeStats"]["rows"][0]["events"].as_array().unwrap();
        assert!(events.iter().any(|event| event["slug"] == "russia-zibo-conference-2024-08"), "{rows}");
        assert_eq!(rows["tradeStats"]["rows"][0]["one"], json!([events[0]]));
        let year = data(
            &db,
            "{ tradeStats(dataset: \"ZIBO-CUSTOMS\", groupBy: [{by: PERIOD}], filter: {reporter: {code: {eq: \"CN-370300\"}}, partner: {code: {eq: \"RU\"}}, flow: {eq: EXPORT}}) { rows { period events { startsOn } } } }",
        );
        for event in year["tradeStats"]["rows"][0]["events"].as_array().unwrap() {
            assert!(event["startsOn"].as_str().unwrap().starts_with("2023"), "{year}");
        }
        let answer = ask(
            &db.graph(),
            "{ tradeStats(dataset: \"ZIBO-CUSTOMS\", groupBy: [{by: PARTNER}], filter: {flow: {eq: EXPORT}, reporter: {level: {eq: CITY}}}) { rows { events { slug } } } }",
        );
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("between whom"), "{answer}");
    }
}

#[test]
fn trade_around_an_event_is_in_the_chapters_of_its_sectors() {
    let folder = tempfile::tempdir().unwrap();
    let row = |year: u32, from: &str, to: &str, product: &str, value: u32| {
        format!("{year},{from},{to},X,H5,{product},{value}\n")
    };
    let mut text = "period,reporterCode,partnerCode,flowCode,classificationCode,cmdCode,primaryValue\n".to_owned();
    for (year, value) in [(2021, 10), (2022, 20), (2023, 30), (2024, 40), (2025, 100), (2026, 120)] {
        // Pharmaceuticals, and ships that no sector of the conference corresponds to.
        text.push_str(&row(year, "156", "643", "30", value));
        text.push_str(&row(year, "156", "643", "89", 7000));
        text.push_str(&row(year, "643", "156", "30", 1));
    }
    let file = write(folder.path(), "a.csv", &text);
    for db in demo_databases() {
        load(&db, "comtrade", &Options { complete: true, ..Options::default() }, std::slice::from_ref(&file)).counts();
        let query = "{ events(filter: {slug: {eq: \"russia-zibo-conference-2024-08\"}}) { nodes { tradeWindow(dataset: \"COMTRADE-HS\") { sectors { code } series { reporter { code } partner { code } flow points { offset value { amount } sumOfListed { amount } } meanBefore { value numerator denominator } meanAfter { value } } warnings { code } } } } }";
        let window = &data(&db, query)["events"]["nodes"][0]["tradeWindow"];
        let chapters: Vec<&str> =
            window["sectors"].as_array().unwrap().iter().map(|s| s["code"].as_str().unwrap()).collect();
        assert!(chapters.contains(&"30") && !chapters.contains(&"89"), "{window}");
        let of = |from: &str| {
            window["series"]
                .as_array()
                .unwrap()
                .iter()
                .find(|s| s["flow"] == "EXPORT" && s["reporter"]["code"] == from)
                .unwrap()
                .clone()
        };
        let exports = of("CN");
        assert_eq!(exports["partner"]["code"], "RU");
        assert_eq!(
            exports["points"][0],
            json!({ "offset": -3, "value": { "amount": "10" }, "sumOfListed": { "amount": "10" } })
        );
        assert_eq!(exports["meanBefore"], json!({ "value": 20.0, "numerator": "60", "denominator": "3" }), "{exports}");
        assert_eq!(exports["meanAfter"]["value"], 110.0);
        assert_eq!(of("RU")["points"][3]["value"]["amount"], "1");
    }
}
