//! Parts of the language that a library does not take as the specification has them, and that are done here: commas,
//! descriptions.

use serde_json::{Value as Json, json};

use crate::support::{ask, data, demo_databases};

#[test]
fn commas_and_descriptions_mean_nothing() {
    let databases = demo_databases();
    let graph = databases[0].graph();
    let plain = "query Q($c: String = \"CN\" $l: Language = ZH) { r: region(code: $c) { ...F ... on Region { name(lang: $l) } } }
        fragment F on Region { n: code }";
    let wanted = json!({ "r": { "n": "CN", "name": "中国" } });
    assert_eq!(data(&ask(&graph, plain))["r"], wanted["r"]);
    let same = [
        "query,Q(,$,c,:,String,=,\"CN\",$,l,:,Language,=,ZH,),{,r,:,region,(,code,:,$,c,),{,...,F,...,on,Region,{,name,(,lang,:,$,l,),},},},
            fragment,F,on,Region,{,n # , :\n,:,code,},,",
        "\"what, it: { is\" query Q(\"a $ { é\" $c: String = \"CN\", \"\"\"of \"names\" \"\"\"\n$l: Language = ZH) {
            r: region(code: $c) { ...F ... on Region { name(lang: $l) } } }
            \"\"\" a part\n of \\\"\"\" it \"\"\"\nfragment F on Region { n: code }",
        "\"\" query Q(\"first\" $c: String = \"CN\" \"second\" $l: Language = ZH) { r: region(code: $c) { ...F ...on Region{name(lang: $l)} }}
            \"x\"fragment F on Region { n: code }",
    ];
    for query in same {
        assert_eq!(data(&ask(&graph, query)), &wanted, "{query}");
    }
}

#[test]
fn descriptions_stand_only_where_they_may() {
    let databases = demo_databases();
    let graph = databases[0].graph();
    let refused = [
        "\"d\" { __typename }",
        "\"a\" \"b\" query { __typename }",
        "\"\\q\" query { __typename }",
        "\"a\nb\" query { __typename }",
        "query \"d\" Q { __typename }",
        "query \"d\" fragment { __typename }",
        "{ \"d\" __typename }",
        "{ region(\"d\" code: \"CN\") { code } }",
        "query Q($a: \"d\" $b: Int) { __typename }",
        "query Q($a: String = $b: Int) { __typename }",
        "\"d\" extend type Query { a: Int }",
        "{ __typename } \"d\"",
    ];
    for query in refused {
        let answer = ask(&graph, query);
        assert_eq!(answer["errors"][0]["extensions"]["reason"], "SYNTAX_ERROR", "{query}: {answer:#}");
    }
    // A default in front of another variable is none.
    data(&ask(&graph, "query($a: String = \"CN\" $b: Boolean = true) { region(code: $a) { code @include(if: $b) } }"));
    // What is blank for the parser keeps its place.
    let answer = ask(&graph, "\"é\n中\" query { __typename }");
    assert_eq!(answer["errors"][0]["extensions"]["reason"], "SYNTAX_ERROR", "{answer:#}");
    let answer = ask(&graph, "\"\"\"é\n中\"\"\" query Q(\"é中\" $a: Int) { nope }");
    let places: Vec<&Json> = answer["errors"].as_array().unwrap().iter().map(|e| &e["locations"]).collect();
    assert_eq!(places, [&json!([{ "line": 2, "column": 19 }]), &json!([{ "line": 2, "column": 30 }])], "{answer:#}");
}
