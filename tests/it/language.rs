//! Parts of the language that a library does not take as the specification has them, and that are done here: variables
//! that are null where a value must stand, variables inside lists and objects, commas, descriptions, `isOneOf`.

use serde_json::{Value as Json, json};
use tearoad::graphql::run::Graph;

use crate::support::{ask, ask_with, data, demo_databases};

fn paths(answer: &Json) -> Vec<Json> {
    let told = answer["errors"].as_array().into_iter().flatten();
    told.map(|error| {
        assert_eq!(error["extensions"]["reason"], "INVALID_VARIABLES", "{error:#}");
        error.get("path").cloned().unwrap_or_default()
    })
    .collect()
}

/// Asks with `$below`, `$on`, `$code` and `$way` null, as far as the query declares them.
fn ask_with_nulls(graph: &Graph, query: &str) -> Json {
    ask_with(graph, query, json!({ "below": null, "on": null, "code": null, "way": null }))
}

#[test]
fn a_null_variable_makes_its_field_null_up_to_the_nearest_nullable_place() {
    let cases = [
        // A connection is never null: the object is, and the object above.
        (
            "query($below: String = \"CN\") { region(code: \"CN-370300\") { code parent { code children(filter: {within: {code: $below}}) { totalCount } } level } }",
            json!({ "region": { "code": "CN-370300", "parent": null, "level": "CITY" } }),
            json!([["region", "parent", "children"]]),
        ),
        // Nor are the items of lists: the list is null, and only its first item is told.
        (
            "query($below: String = \"CN\") { regions(first: 2) { nodes { children(filter: {within: {code: $below}}) { totalCount } } } service { backend: __typename } }",
            json!({ "regions": null, "service": { "backend": "Service" } }),
            json!([["regions", "nodes", 0, "children"]]),
        ),
        // Items that may be null are told one by one, by the type that they have.
        (
            "query($below: String = \"CN\") { nodes(ids: [\"UmVnaW9uOkNO\", \"nothing\", \"UmVnaW9uOlJV\"]) {
                __typename ... on Region { n: children(filter: {within: {code: $below}}) { totalCount } } ... on Company { slug @include(if: true) } } }",
            json!({ "nodes": [null, null, null] }),
            json!([["nodes", 0, "n"], ["nodes", 2, "n"]]),
        ),
        // Where there is no object, or the part is skipped, nothing fails.
        (
            "query($below: String = \"CN\") { node(id: \"nothing\") { ... on Region { children(filter: {within: {code: $below}}) { totalCount } } }
                ... @skip(if: true) { regions { nodes { children(filter: {within: {code: $below}}) { totalCount } } } }
                event(slug: \"china-russia-online-exchange-2024-06\") { venue { participations(filter: {region: {within: {code: $below}}}) { totalCount } } } }",
            json!({ "node": null, "event": { "venue": null } }),
            json!([]),
        ),
        // The required argument of a root field, and a null deep inside an argument.
        (
            "query($code: String = \"CN\", $way: Direction = ASC) { region(code: $code) { code }
                regions(orderBy: [{ field: NAME, direction: $way }]) { totalCount }
                nodes(ids: []) { __typename } }",
            json!({ "region": null, "regions": null, "nodes": [] }),
            json!([["region"], ["regions"]]),
        ),
        // A condition is the matter of the object whose selection it stands in.
        (
            "query($on: Boolean = true) { region(code: \"CN-370300\") { code parent { code level @include(if: $on) } } }",
            json!({ "region": { "code": "CN-370300", "parent": null } }),
            json!([["region", "parent"]]),
        ),
        (
            "query($on: Boolean = true) { regions(first: 1) { edges { cursor @skip(if: $on) } } __typename }",
            json!({ "regions": null, "__typename": "Query" }),
            json!([["regions", "edges", 0]]),
        ),
        ("query($on: Boolean = true) { __typename @include(if: $on) }", json!(null), json!([null])),
        // `@include` is not looked at when `@skip` decides, nor a second spread of the same fragment.
        (
            "query($on: Boolean = true) { __typename @skip(if: true) @include(if: $on) ...F ...F @skip(if: $on) }
                fragment F on Query { t: __typename }",
            json!({ "t": "Query" }),
            json!([]),
        ),
        // Introspection is no exception.
        (
            "query($on: Boolean = true, $code: String = \"Int\") { a: __type(name: $code) { name }
                b: __type(name: \"Region\") { name fields { name @include(if: $on) } } }",
            json!({ "a": null, "b": { "name": "Region", "fields": null } }),
            json!([["a"], ["b", "fields", 0]]),
        ),
    ];
    for db in demo_databases() {
        let graph = db.graph();
        for (query, wanted, wanted_paths) in &cases {
            let answer = ask_with_nulls(&graph, query);
            assert_eq!(answer["data"], *wanted, "{} {query}: {answer:#}", db.backend());
            assert_eq!(Json::from(paths(&answer)), *wanted_paths, "{} {query}", db.backend());
        }
    }
}

#[test]
fn what_stands_behind_the_field_that_makes_all_null_is_not_told() {
    let databases = demo_databases();
    let graph = databases[0].graph();
    let query = "query($on: Boolean = true) { a: region(code: \"nope\") { code }
        __schema { queryType @include(if: $on) { name } } b: region(code: \"nope\") { code } }";
    let answer = ask_with_nulls(&graph, query);
    assert_eq!(answer["data"], Json::Null);
    let told: Vec<&Json> = answer["errors"].as_array().unwrap().iter().map(|e| &e["path"]).collect();
    assert_eq!(told, [&json!(["a"]), &json!(["__schema"])]);
}

#[test]
fn the_error_of_a_null_variable_says_where_it_stands_and_what_to_do() {
    let databases = demo_databases();
    let graph = databases[0].graph();
    let query = "query($below: String = \"CN\") {\n  region(code: \"CN\") { children(filter: {within: {code: $below}}) { totalCount } } }";
    let answer = ask_with_nulls(&graph, query);
    let error = &answer["errors"][0];
    assert_eq!(error["message"], "the variable `$below` is null, expected `String!`");
    assert_eq!(error["locations"], json!([{ "line": 2, "column": 57 }]));
    assert_eq!(error["extensions"]["argument"], "filter");
    assert!(error["extensions"]["hint"].as_str().unwrap().contains("leave it out"), "{error:#}");
    // Left out, the default holds.
    assert!(data(&ask(&graph, query))["region"]["children"]["totalCount"].as_u64().unwrap() > 30);
}

#[test]
fn a_null_variable_leaves_objects_of_unions_and_interfaces_as_they_are() {
    for db in demo_databases() {
        let query = "query($on: Boolean = true) { search(text: \"zibo\", kinds: [REGION]) { hits { node { ... on Region { code } } } }
            agreement(slug: \"buryatia-zibo-strategic-cooperation-2024-08\") { signatories { slug } }
            region(code: \"CN\") { code @include(if: $on) } }";
        let answer = ask_with_nulls(&db.graph(), query);
        assert_eq!(answer["data"]["search"]["hits"][0]["node"]["code"], "CN-370300", "{answer:#}");
        assert_eq!(answer["data"]["agreement"]["signatories"][1]["slug"], "ccpit-zibo", "{answer:#}");
        assert_eq!(answer["data"]["region"], Json::Null);
    }
}

#[test]
fn a_null_variable_in_too_many_places_refuses_the_request() {
    let databases = demo_databases();
    let parents: String = (0..10).map(|n| format!("p{n}: parent {{ code @skip(if: $on) }} ")).collect();
    let query = format!("query($on: Boolean = true) {{ regions(first: 200) {{ nodes {{ {parents} }} }} }}");
    let answer = ask_with_nulls(&databases[0].graph(), &query);
    assert!(answer.get("data").is_none());
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
    assert_eq!(answer["errors"][0]["extensions"]["reason"], "INVALID_VARIABLES");
}

#[test]
fn variables_that_do_not_fit_their_place_are_refused() {
    let databases = demo_databases();
    let graph = databases[0].graph();
    let refused = [
        "query($v: String = null) { region(code: $v) { code } }",
        "query($v: Boolean = null) { region(code: \"CN\") { code @skip(if: $v) } }",
        "query($v: String) { events(filter: { slug: { in: [$v] } }) { totalCount } }",
        "query($v: String = null) { events(filter: { slug: { in: [\"a\", $v] } }) { totalCount } }",
        "query($v: [String!]) { events(filter: { slug: { eq: $v } }) { totalCount } }",
        "query($v: String!) { events(filter: { slug: { in: $v } }) { totalCount } }",
        "query($v: [String]) { events(filter: { slug: { in: $v } }) { totalCount } }",
        "query($v: ID) { ...F } fragment F on Query { nodes(ids: [$v]) { id } }",
    ];
    for query in refused {
        let answer = ask(&graph, query);
        assert!(answer.get("data").is_none(), "{query}: {answer:#}");
        assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{query}: {answer:#}");
        assert_eq!(answer["errors"][0]["extensions"]["reason"], "INVALID_DOCUMENT", "{query}");
    }
    let fine = [
        "query($v: Language = null) { __typename @include(if: false) region(code: \"CN\") @skip(if: true) { name(lang: $v) } }",
        "query($v: String = \"china-russia-online-exchange-2024-06\") { events(filter: { slug: { in: [$v] } }) { totalCount } }",
        "query($v: [String!]) { events(filter: { slug: { in: $v } }) @skip(if: true) { totalCount } __typename }",
    ];
    for query in fine {
        data(&ask(&graph, query));
    }
}

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

#[test]
fn no_input_object_takes_exactly_one_field() {
    let databases = demo_databases();
    let graph = databases[0].graph();
    let query = "{ a: __type(name: \"RegionFilter\") { isOneOf ...F } b: __type(name: \"Region\") { one: isOneOf kind }
        __schema { queryType { fields { type { isOneOf } } } } } fragment F on __Type { ... { inputFields { type { isOneOf } } } }";
    let answer = ask(&graph, query);
    let told = data(&answer);
    assert_eq!(told["a"]["isOneOf"], false);
    assert_eq!(told["b"], json!({ "one": null, "kind": "OBJECT" }));
    assert_eq!(told["__schema"]["queryType"]["fields"][0], json!({ "type": { "isOneOf": null } }));
    let fields = told["a"]["inputFields"].as_array().unwrap();
    assert!(fields.iter().any(|f| f["type"]["isOneOf"] == false), "{fields:?}");
    assert!(fields.iter().any(|f| f["type"]["isOneOf"].is_null()), "lists are none: {fields:?}");
}
