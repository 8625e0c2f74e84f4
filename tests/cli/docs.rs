//! `model docs generate`: the catalog of each warehouse.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use serde_json::{Value as Json, json};

use crate::sandbox::Sandbox;
use crate::warehouse::{ENGINES, Warehouse};

const PROJECT: &[(&str, &str)] = &[
    ("dbt_project.yml", "name: shop\nprofile: shop\nasset-paths: [assets, nowhere]\n"),
    ("assets/deep/logo.txt", "a logo\n"),
    ("seeds/Lands.csv", "id,name\n1,Peru\n"),
    ("models/hidden.sql", "{{ config(materialized='ephemeral') }}select 1 as id"),
    ("models/orders.sql", "select id, 'x' as note from {{ ref('hidden') }}"),
    ("models/kept.sql", "{{ config(materialized='table') }}select * from {{ ref('orders') }}"),
    (
        "models/schema.yml",
        "
        models:
          - name: kept
            description: what is kept
            columns: [{name: id, description: a number}]
            config: {persist_docs: {relation: true, columns: true}}
        sources:
          - name: raw
            schema: main
            tables: [{name: kept}, {name: nowhere}]
        ",
    ),
];

fn sandbox(warehouse: &Warehouse, sandbox: Sandbox) -> Sandbox {
    let sandbox = PROJECT.iter().fold(sandbox, |sandbox, (path, text)| sandbox.file(path, text));
    sandbox.write_exactly("profiles.yml", &warehouse.profile());
    sandbox.run(["build", "--quiet"]).success();
    sandbox
}

/// The kind, the comments and the types of a relation in a catalog.
fn told(table: &Json) -> Json {
    let columns = table["columns"].as_object().into_iter().flatten();
    let columns: Vec<Json> =
        columns.map(|(name, column)| json!([name, column["type"], column["comment"]])).collect();
    json!([table["metadata"]["type"], table["metadata"]["comment"], columns])
}

fn ids(section: &Json) -> Vec<&str> {
    let mut ids: Vec<&str> = section.as_object().into_iter().flatten().map(|(id, _)| id.as_str()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn the_catalog_tells_of_every_relation_that_is_there() {
    for engine in ENGINES {
        let folder = Sandbox::empty();
        let Some(warehouse) = Warehouse::create(engine, &folder) else { continue };
        let sandbox = sandbox(&warehouse, folder);
        sandbox.run(["docs", "generate"]).success().talk_has("4 relations in [ROOT]/target/catalog.json");
        let catalog = sandbox.json("target/catalog.json");
        assert_eq!(ids(&catalog), ["errors", "metadata", "nodes", "sources"]);
        assert_eq!(catalog["errors"], json!(null));
        let schema = "https://schemas.getdbt.com/dbt/catalog/v1.json";
        assert_eq!(catalog["metadata"]["dbt_schema_version"], schema);
        let nodes = &catalog["nodes"];
        assert_eq!(ids(nodes), ["model.shop.kept", "model.shop.orders", "seed.shop.Lands"]);
        assert_eq!(ids(&catalog["sources"]), ["source.shop.raw.kept"]);
        let [integer, text] = if engine == "duckdb" { ["INTEGER", "VARCHAR"] } else { ["integer", "text"] };
        let kept = json!(["BASE TABLE", "what is kept", [["id", integer, "a number"], ["note", text, null]]]);
        assert_eq!(told(&nodes["model.shop.kept"]), kept, "{engine}");
        assert_eq!(told(&catalog["sources"]["source.shop.raw.kept"]), kept, "{engine}");
        let orders = json!(["VIEW", null, [["id", integer, null], ["note", text, null]]]);
        assert_eq!(told(&nodes["model.shop.orders"]), orders, "{engine}");
        assert_eq!(nodes["model.shop.orders"]["unique_id"], "model.shop.orders");
        assert_eq!(nodes["model.shop.orders"]["stats"]["has_stats"]["value"], false);
        assert_eq!(sandbox.read("target/assets/deep/logo.txt"), "a logo\n");
        assert_eq!(sandbox.json("target/run_results.json")["args"]["which"], "generate");
    }
}

#[test]
fn flags_say_what_is_in_the_catalog() {
    let folder = Sandbox::empty();
    let warehouse = Warehouse::create("duckdb", &folder).expect("it is embedded");
    let sandbox = sandbox(&warehouse, folder);
    let remove = |name: &str| std::fs::remove_file(sandbox.path(name)).expect("a file");
    remove("target/manifest.json");
    sandbox.run(["docs", "generate", "--no-compile"]).success();
    assert!(!sandbox.path("target/manifest.json").exists());
    assert_eq!(ids(&sandbox.json("target/catalog.json")["nodes"]).len(), 3);
    sandbox.run(["docs", "generate", "--select", "orders"]).success();
    let catalog = sandbox.json("target/catalog.json");
    assert_eq!((ids(&catalog["nodes"]), ids(&catalog["sources"])), (vec!["model.shop.orders"], vec![]));
    sandbox.run(["docs", "generate", "--empty-catalog"]).success();
    assert_eq!(sandbox.json("target/catalog.json")["nodes"], json!({}));
    assert!(sandbox.path("target/manifest.json").exists());
}

#[test]
fn what_tests_store_is_in_the_catalog() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").file(
        "models/schema.yml",
        "
            models:
              - name: a
                columns:
                  - name: id
                    data_tests: [{unique: {config: {store_failures: true}}}, not_null]
        ",
    );
    sandbox.run(["build", "--quiet", "--store-failures"]).success();
    sandbox.run(["docs", "generate"]).success();
    let catalog = sandbox.json("target/catalog.json");
    let expected = ["model.shop.a", "test.shop.unique_a_id.f6a5f640da"];
    assert_eq!(ids(&catalog["nodes"]), expected, "tests that store what they find are asked for, no others");
}

#[test]
fn nothing_is_written_where_something_does_not_compile() {
    let sandbox =
        Sandbox::new().model("a", "{% if execute %}{{ exceptions.raise_compiler_error('no') }}{% endif %}");
    sandbox.run(["docs", "generate"]).code(2).talk_has("no catalog is written");
    assert!(!sandbox.path("target/catalog.json").exists());
}

#[test]
fn what_cannot_be_looked_up_is_in_the_catalog() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").file(
        "macros/catalog.sql",
        "{% macro get_catalog_relations(information_schema, relations) %}{{ return(run_query('select nope')) }}{% endmacro %}",
    );
    sandbox.run(["docs", "generate"]).code(1).talk_has("error[database-error]: Binder Error");
    let errors = &sandbox.json("target/catalog.json")["errors"];
    assert!(errors[0].as_str().is_some_and(|text| text.contains("\"nope\" was not found")), "{errors}");
}

#[test]
fn many_relations_are_asked_for_by_schema() {
    let sandbox =
        (0..101).fold(Sandbox::new(), |sandbox, at| sandbox.model(&format!("m{at}"), "select 1 as id"));
    sandbox.run(["build", "--quiet"]).success();
    sandbox.run(["docs", "generate", "--no-compile"]).success().talk_has("101 relations");
}

/// What a server answers to a request for a path: the head and the body.
fn ask(address: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).expect("a connection");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.to_owned(), body.to_owned())
}

#[test]
fn the_documentation_is_shown_to_browsers_of_this_machine() {
    let sandbox = Sandbox::new().model("a", "select '</script>' as id").file("secret.json", "{}");
    sandbox.run(["docs", "serve"]).code(2).talk_has("there is no documentation in `[ROOT]/target`");
    sandbox.run(["docs", "generate", "--static"]).success();
    assert_eq!(sandbox.json("target/run_results.json")["args"]["static"], true);
    assert!(sandbox.read("target/index.html").starts_with("<!doctype html>"));
    assert!(sandbox.read("target/static_index.html").contains(r"'\u003c/script>' as id"));
    let refused = sandbox.run(["docs", "serve", "--host", "0.0.0.0"]).code(2);
    assert!(refused.talk.contains("0.0.0.0 can be reached from other machines"), "{}", refused.talk);

    let mut command = sandbox.command(["docs", "serve", "--port", "0", "--no-browser"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut line = String::new();
    let told = child.stdout.take().expect("its words");
    BufReader::new(told).read_line(&mut line).expect("a line");
    let address = line.split("http://").nth(1).and_then(|rest| rest.split(' ').next()).expect("an address");
    let (head, page) = ask(address, "/");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html"), "{head}");
    assert_eq!(page, sandbox.read("target/index.html"));
    let (head, manifest) = ask(address, "/manifest.json?cb=1");
    assert!(head.contains("application/json"), "{head}");
    assert_eq!(manifest, sandbox.read("target/manifest.json"));
    for outside in ["/../secret.json", "/nothing.json", "/..%2fsecret.json"] {
        assert!(ask(address, outside).0.starts_with("HTTP/1.1 404"), "{outside}");
    }
    child.kill().expect("ended");
    child.wait().expect("gone");
}
