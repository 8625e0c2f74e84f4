//! What we write, held against what dbt wrote for the same project.

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::path::Path;

use serde_json::{Value as Json, json};

use super::{
    Compiled, Cte, FreshnessMeasured, ManifestDetails, ManifestJson, Metadata, NodeResult, Revision,
    RevisionTarget, RunResults, SourcesResults, Status, Timing, Wire, graph_json, node_json, sample,
};
use crate::manifest::{Descent, Manifest, Node, NodeKind, UniqueId};
use crate::sql::Dialect;

fn wire(manifest: &Manifest) -> Wire<'_> {
    Wire { manifest, dialect: &Dialect::ANSI, created_at: 1.5 }
}

/// A file that takes the place of none.
struct Whole(Vec<u8>);

impl RevisionTarget for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend(bytes);
        Ok(())
    }

    fn copy(&mut self, _: Range<u64>) -> io::Result<()> {
        Err(io::ErrorKind::NotFound.into())
    }
}

fn manifest_json(wire: &Wire<'_>, details: &ManifestDetails) -> Json {
    let mut target = Whole(Vec::new());
    Revision::new(ManifestJson { wire: *wire, details }, &Descent::default(), None)
        .write(&mut target)
        .unwrap();
    serde_json::from_slice(&target.0).unwrap()
}

fn details() -> ManifestDetails {
    let metadata = Metadata { dbt_version: "1.11.16".into(), ..Metadata::default() };
    ManifestDetails { metadata, project_name: "shop".into(), ..ManifestDetails::default() }
}

/// The keys of an object in order: objects are equal whatever their order.
fn keys(json: &Json) -> Vec<&str> {
    json.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

#[test]
fn nodes_are_written_as_dbt_writes_them() {
    let manifest = sample::manifest();
    let theirs = sample::json();
    let ours = manifest_json(&wire(&manifest), &details());
    for section in ["nodes", "sources", "exposures", "unit_tests", "groups", "disabled"] {
        assert_eq!(keys(&ours[section]), keys(&theirs[section]), "{section}");
        for (id, node) in theirs[section].as_object().unwrap() {
            assert_eq!(keys(&ours[section][id]), keys(node), "{id}");
            for (key, value) in node.as_object().into_iter().flatten() {
                assert_eq!(&ours[section][id][key], value, "{id}: {key}");
            }
        }
        assert_eq!(ours[section], theirs[section], "{section}");
    }
}

#[test]
fn edges_and_groups_are_listed_as_dbt_lists_them() {
    let manifest = sample::manifest();
    let theirs = sample::json();
    let ours = manifest_json(&wire(&manifest), &details());
    for section in ["parent_map", "child_map", "group_map"] {
        assert_eq!(keys(&ours[section]), keys(&theirs[section]), "{section}");
        assert_eq!(ours[section], theirs[section], "{section}");
    }
}

#[test]
fn the_manifest_says_who_wrote_it() {
    let manifest = sample::manifest();
    let ours = manifest_json(&wire(&manifest), &details());
    assert_eq!(
        keys(&ours),
        [
            "metadata",
            "nodes",
            "sources",
            "macros",
            "docs",
            "exposures",
            "metrics",
            "groups",
            "selectors",
            "disabled",
            "parent_map",
            "child_map",
            "group_map",
            "saved_queries",
            "semantic_models",
            "unit_tests",
            "functions",
        ]
    );
    assert_eq!(ours["metadata"]["dbt_schema_version"], "https://schemas.getdbt.com/dbt/manifest/v12.json");
    assert_eq!(ours["metadata"]["project_id"], "fb54f3c5992b96d001bb16e8e92d968d");
}

#[test]
fn compiled_nodes_show_their_statement() {
    let manifest = sample::manifest();
    let id = manifest.nodes.place_of("model.shop.final").unwrap();
    let compiled = Compiled {
        code: "select 1".into(),
        compiled_path: Some("target/compiled/shop/models/marts/deep/final.sql".into()),
        build_path: None,
        ctes: vec![Cte { id: "model.shop.eph".into(), sql: " __dbt__cte__eph as (select 2)".into() }],
        ..Compiled::default()
    };
    let details = ManifestDetails { compiled: HashMap::from([(id, compiled)]), ..details() };
    let ours = manifest_json(&wire(&manifest), &details);
    let node = &ours["nodes"]["model.shop.final"];
    assert_eq!(node["compiled"], json!(true));
    assert_eq!(node["compiled_code"], "select 1");
    assert_eq!(node["extra_ctes"][0]["id"], "model.shop.eph");
    assert_eq!(keys(&ours["nodes"]["model.shop.eph"]).iter().find(|key| **key == "compiled"), None);
}

#[test]
fn templates_see_no_unit_tests_in_the_graph() {
    let manifest = sample::manifest();
    let graph = graph_json(&wire(&manifest));
    assert_eq!(keys(&graph["nodes"]), keys(&sample::json()["nodes"]));
    assert_eq!(keys(&graph["sources"]), ["source.shop.raw.orders", "source.shop.raw.other"]);
    let node = manifest.by_id("model.shop.orders").unwrap();
    assert_eq!(graph["nodes"]["model.shop.orders"], node_json(&wire(&manifest), node));
}

fn run_results() -> RunResults {
    RunResults {
        metadata: Metadata { generated_at: "2026-11-21T00:57:41.475003Z".into(), ..Metadata::default() },
        results: vec![NodeResult {
            status: Status::PartialSuccess,
            timing: vec![Timing { name: "compile".into(), started_at: None, completed_at: None }],
            thread_id: "Thread-1 (worker)".into(),
            execution_time: 0.5,
            adapter_response: serde_json::Map::new(),
            message: Some("OK".into()),
            failures: None,
            unique_id: "model.shop.orders".into(),
            compiled: Some(true),
            compiled_code: Some("select 1".into()),
            relation_name: None,
            batch_results: None,
        }],
        elapsed_time: 0.75,
        args: serde_json::Map::from_iter([("which".to_owned(), json!("build"))]),
    }
}

#[test]
fn run_results_are_read_back_as_written() {
    let written = serde_json::to_value(run_results().stamped()).unwrap();
    assert_eq!(
        written["metadata"]["dbt_schema_version"],
        "https://schemas.getdbt.com/dbt/run-results/v6.json"
    );
    assert_eq!(written["results"][0]["status"], "partial success");
    let read = RunResults::read(Path::new("run_results.json"), &written.to_string()).unwrap();
    assert_eq!(read, run_results().stamped());
    assert!(read.results[0].status.is_retried());
}

#[test]
fn results_of_another_version_are_refused() {
    let mut written = serde_json::to_value(run_results().stamped()).unwrap();
    written["metadata"]["dbt_schema_version"] = json!("https://schemas.getdbt.com/dbt/run-results/v7.json");
    for text in [written.to_string(), "{".to_owned(), "[]".to_owned()] {
        let problem = RunResults::read(Path::new("run_results.json"), &text).unwrap_err();
        assert_eq!(problem.code, "bad-run-results", "{text}");
    }
}

#[test]
fn ages_of_sources_are_written_with_their_rule() {
    let measured = FreshnessMeasured {
        unique_id: "source.shop.raw.orders".into(),
        max_loaded_at: "2026-11-20T00:00:00Z".into(),
        snapshotted_at: "2026-11-21T00:00:00Z".into(),
        max_loaded_at_time_ago_in_s: 86400.0,
        status: Status::Warn,
        criteria: json!({"warn_after": {"count": 12, "period": "hour"}, "error_after": null, "filter": null}),
        adapter_response: serde_json::Map::new(),
        timing: Vec::new(),
        thread_id: "Thread-1 (worker)".into(),
        execution_time: 0.5,
    };
    let results = SourcesResults {
        metadata: Metadata { generated_at: "2026-11-21T00:57:41.475003Z".into(), ..Metadata::default() },
        results: vec![measured],
        elapsed_time: 1.0,
    };
    let json = serde_json::to_value(results.stamped()).unwrap();
    assert_eq!(json["metadata"]["dbt_schema_version"], "https://schemas.getdbt.com/dbt/sources/v3.json");
    assert_eq!(
        json["results"][0]["criteria"],
        json!({
            "warn_after": { "count": 12, "period": "hour" },
            "error_after": null,
            "filter": null,
        })
    );
}

#[test]
fn more_nodes_than_are_made_at_a_time_keep_their_order() {
    let mut manifest = sample::manifest();
    let node = manifest.nodes.iter().find(|node| matches!(node.kind, NodeKind::Model(_))).unwrap().clone();
    let ids: Vec<String> = (0..1000).map(|at| format!("model.shop.m{}", at * 7 % 1000)).collect();
    let named = |id: &String| Node { unique_id: UniqueId(id.as_str().into()), ..node.clone() };
    manifest.nodes = ids.iter().map(named).collect();
    let ours = manifest_json(&wire(&manifest), &details());
    assert_eq!(keys(&ours["nodes"]), ids);
    assert!(ids.iter().all(|id| ours["nodes"][id]["unique_id"] == json!(id)));
}
