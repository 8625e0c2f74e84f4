use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::host::Environment;
use crate::project::members::{Facts, Members, Policy, Secrets};
use crate::project::{Flags, Invocation, Vars};

fn renderer() -> Renderer {
    let environment: Environment = [("NAME", "value")].into_iter().collect();
    let facts = Facts {
        told: Mutex::default(),
        secrets: Secrets::of(&environment),
        environment,
        flags: Flags::default(),
        invocation: Invocation {
            id: String::new(),
            started_at: chrono::DateTime::UNIX_EPOCH,
            which: "build".to_owned(),
            command_line: String::new(),
            timings: Arc::default(),
        },
        target: None,
        project_name: String::new(),
        reads: Arc::default(),
    };
    Renderer::new(Members::new(facts, Vars::default(), Policy::default()), None)
}

fn read(text: &str) -> (Option<ProjectFile>, Vec<Diagnostic>) {
    let sources = Arc::new(SourceMap::new());
    let source = sources.add("dbt_project.yml", text);
    let mut diagnostics = Vec::new();
    let yaml = yaml::collect(&source, &mut diagnostics).unwrap();
    let map = yaml.as_map().cloned().unwrap();
    let raw = RawFile { source, name_on_disk: "dbt_project.yml".to_owned(), map, span: yaml.span };
    let file = raw.check(&renderer(), &mut diagnostics);
    (file, diagnostics)
}

#[test]
fn defaults_are_those_of_dbt() {
    let (file, found) = read("name: shop");
    assert_eq!(found, []);
    let file = file.unwrap();
    let list = |text: &str| vec![text.to_owned()];
    assert_eq!(file.paths.models, list("models"));
    let all = ["models", "seeds", "tests", "analyses", "macros", "snapshots", "functions"];
    assert_eq!(file.paths.docs, all);
    assert_eq!((file.paths.target.as_str(), file.paths.packages.as_str()), ("target", "dbt_packages"));
    assert_eq!(file.paths.clean_targets, list("target"));
    assert_eq!(file.rules.query_comment, QueryComment::default());
    assert!(file.configs("models").is_none());
}

#[test]
fn every_key_is_read() {
    let text = "
name: shop
version: 1.0
config-version: 2
profile: \"{{ env_var('NAME') }}\"
source-paths: [models, more]
target-path: out
on-run-start: \"{{ a() }}\"
on-run-end: [b, c]
quoting: {project: true, schema: false}
dispatch: [{macro_namespace: dbt_utils, search_order: [shop, dbt_utils]}]
query-comment: {comment: \"{{ x }}\", append: true}
restrict-access: true
require-dbt-version: ['>=1.0.0', '<2.0.0']
tests: {+severity: warn}
vars: {a: \"{{ b }}\"}
models:
";
    let (file, found) = read(text);
    let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["old-target-path", "renamed-key"], "{found:?}");
    let file = file.unwrap();
    assert_eq!(file.profile.unwrap().0, "value");
    assert_eq!(file.paths.models, ["models", "more"]);
    assert_eq!(file.paths.clean_targets, ["out"]);
    let hooks: Vec<&str> = file.on_run_end.iter().filter_map(Yaml::as_str).collect();
    assert_eq!((file.on_run_start[0].as_str(), hooks), (Some("{{ a() }}"), vec!["b", "c"]));
    assert_eq!(json!(file.rules.quoting), json!({"database": true, "schema": false}));
    assert_eq!(file.rules.dispatch[0].search_order, ["shop", "dbt_utils"]);
    assert_eq!(file.rules.query_comment.comment.unwrap().as_str(), Some("{{ x }}"));
    assert!(file.rules.query_comment.append && file.rules.restrict_access);
    assert_eq!(file.rules.require_dbt_version.unwrap().0.len(), 2);
    assert_eq!(
        json!(file.configs.get("data_tests").unwrap().rendered.to_json()),
        json!({"+severity": "warn"})
    );
    assert_eq!(json!(file.vars.to_json()), json!({"a": "{{ b }}"}));
}

#[test]
fn a_comment_that_is_off_is_an_empty_text() {
    let comment = |text: &str| {
        let (file, _) = read(&format!("name: shop\nquery-comment: {text}"));
        file.unwrap().rules.query_comment.comment.map(|comment| comment.as_str().unwrap().to_owned())
    };
    assert_eq!(comment("false").as_deref(), Some(""));
    assert_eq!(comment("''").as_deref(), Some(""));
    assert_eq!(comment("").as_deref(), Some(""));
    assert_eq!(comment("{append: true}"), None);
}

#[test]
fn mistakes_are_found() {
    let check = |text: &str, code: &str, message: &str| {
        let (_, found) = read(text);
        assert!(
            found.iter().any(|finding| finding.code == code && finding.message.contains(message)),
            "{text}: {found:?}"
        );
    };
    check("version: 1", "project-name", "no `name`");
    check("name: my shop", "project-name", "letters");
    check("name: 1shop", "project-name", "letters");
    check("name: ref", "project-name", "something else");
    check("name: shop\nconfig-version: 1", "config-version", "must be 2");
    check("name: shop\nconfig-version: 2.5", "config-version", "must be 2");
    assert_eq!(read("name: shop\nconfig-version: 2.0").1, []);
    check("name: shop\nmodel-path: [x]", "project-key", "model-path");
    check("name: shop\nmodel-paths: {a: b}", "key-type", "a list of texts");
    check("name: shop\nmodel-paths: [1]", "key-type", "a list of texts");
    check("name: shop\nmodel-paths: models", "key-type", "a list of texts");
    check("name: shop\nsources:", "key-type", "a mapping");
    check("name: shop\ndispatch:", "key-type", "a list of mappings");
    check("name: shop\nquery-comment: {comment: null}", "key-type", "a text");
    check("name: shop\nquery-comment: {job-label: 1}", "key-type", "true or false");
    check("name: shop\nvars: [a]", "key-type", "a mapping");
    check("name: shop\nmodel-paths: [a]\nsource-paths: [b]", "renamed-key", "both are given");
    check("name: shop\ntests: {}\ndata_tests: {}", "renamed-key", "both are given");
    check("name: shop\ndata-paths: [b]", "renamed-seed-paths", "is now called `seed-paths`");
    check("name: shop\nlog-path: l\ntarget-path: target", "old-log-path", "will no longer be read");
    check("name: shop\nquoting: {schema: maybe}", "key-type", "true or false");
    check("name: shop\nquoting: {shcema: true}", "project-key", "shcema");
    check("name: shop\ndispatch: [{macro_namespace: a}]", "dispatch", "search_order");
    check("name: shop\nprofile: \"{{ env_var('GONE') }}\"", "unknown-env-var", "GONE");
    check("name: shop\nprofile: \"{{ env_var('DBT_ENV_SECRET_X') }}\"", "secret-env-var", "DBT_ENV_SECRET_X");
    check("name: shop\nquery-comment: {comment: x, apend: true}", "project-key", "apend");
    check("name: shop\npackages: []", "unknown-key", "packages");
    check("name: a\nname: shop", "duplicate-key", "name");
}
