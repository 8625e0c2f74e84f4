//! What artifacts show of nodes that are turned off, and of settings that are turned off.

use serde_json::{Value as Json, json};

use crate::sandbox::Sandbox;

#[test]
fn what_is_disabled_keeps_its_descriptions_as_written() {
    let models = "
        models:
          - name: \"off\"
            description: \"{{ doc('gone') }}\"
            config: {enabled: false}
            columns: [{name: id, description: \"{{ doc('gone') }}\"}]
          - name: twin
            description: Told of the one that is there.
        sources:
          - name: raw
            config: {enabled: false}
            description: \"{{ doc('gone') }}\"
            tables: [{name: t, description: \"{{ doc('gone') }}\"}]
    ";
    let sandbox = Sandbox::new()
        .model("off", "select 1 as id")
        .model("here/twin", "select 1 as id")
        .model("there/twin", "{{ config(enabled=false) }} select 1 as id")
        .file("models/models.yml", models);
    sandbox.run(["parse"]).success();
    let manifest = sandbox.json("target/manifest.json");
    let off = |id: &str| manifest["disabled"][id][0].clone();
    let raw = "{{ doc('gone') }}";
    let model = off("model.shop.off");
    assert_eq!((&model["description"], &model["doc_blocks"]), (&json!(raw), &json!([])));
    assert_eq!(model["columns"]["id"]["description"], raw);
    assert_eq!(off("source.shop.raw.t")["description"], raw);
    assert_eq!(off("source.shop.raw.t")["source_description"], raw);
    // The entry describes the enabled one.
    let twin = off("model.shop.twin");
    assert_eq!((&twin["description"], &twin["patch_path"]), (&json!(""), &Json::Null));
    assert_eq!(manifest["nodes"]["model.shop.twin"]["patch_path"], "shop://models/models.yml");
}

#[test]
fn null_turns_off_what_a_project_added_but_not_what_dbt_knows() {
    let project =
        "name: shop\nmodels:\n  +extra: true\n  +group_of: x\n  +schema: s\n  +static_analysis: off\n";
    let sandbox = Sandbox::new()
        .file("project.yml", project)
        .model("a", "{{ config(extra=none, schema=none) }} select '{{ config.get('extra', 'y') }}' as x")
        .model("b", "select 1 as id")
        .file("models/b.yml", "models: [{name: b, config: {group_of: null}}]");
    sandbox.run(["parse"]).success();
    let manifest = sandbox.json("target/manifest.json");
    let config = |name: &str| manifest["nodes"][format!("model.shop.{name}")]["config"].clone();
    assert_eq!((&config("a")["extra"], &config("a")["schema"]), (&Json::Null, &json!("s")));
    assert_eq!((&config("b")["extra"], &config("b")["group_of"]), (&json!(true), &Json::Null));
    assert_eq!(config("b")["static_analysis"], "off");
}

#[test]
fn quoting_of_a_project_is_shown_of_sources_and_not_used() {
    let project = "name: shop\nquoting: {database: false, schema: false, identifier: false}\n";
    let sources = "sources: [{name: raw, tables: [{name: t}, {name: u, quoting: {identifier: true}}]}]";
    let sandbox = Sandbox::new()
        .file("project.yml", project)
        .file("models/sources.yml", sources)
        .model("a", "-- {{ api.Column.TYPE_LABELS.STRING }}\nselect * from {{ source('raw', 't') }}");
    sandbox.run(["compile"]).success();
    let manifest = sandbox.json("target/manifest.json");
    let shown = |name: &str| manifest["sources"][format!("source.shop.raw.{name}")]["relation_name"].clone();
    let told = [shown("t"), shown("u")].map(|name| name.as_str().unwrap_or_default().to_owned());
    assert!(told[0].ends_with(".raw.t") && !told[0].contains('"'), "{told:?}");
    assert!(told[1].ends_with(".raw.\"u\""), "{told:?}");
    let compiled = manifest["nodes"]["model.shop.a"]["compiled_code"].as_str().unwrap_or_default();
    assert!(compiled.starts_with("-- TEXT") && compiled.ends_with("\"raw\".\"t\""), "{compiled}");
}
