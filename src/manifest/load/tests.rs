mod faults;
mod known;
mod memory;
mod shop;

use serde_json::{Value as Json, json};

use faults::FAULTS;
use shop::SHOP;

use super::*;
use crate::diagnostics::{Style, render_all};
use crate::host::{Environment, files};
use crate::project::{self, Invocation, LoadRequest};
use crate::template::{Notice, Notices};

#[derive(Debug)]
struct Deaf;

impl Notices for Deaf {
    fn notice(&self, _: Notice) {}
}

const PROFILE: &str =
    "shop: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:', database: memory, schema: main}}}\n";

/// Loads a project of these files; `name` and `profile` go before the project file.
fn attempt(files_of: &[(&str, &str)]) -> Result<Loaded, (Vec<Diagnostic>, String)> {
    let folder = tempfile::tempdir().unwrap();
    write_project(folder.path(), files_of);
    let (_, sources, loaded) = load_folder(folder.path(), Environment::default(), None);
    loaded.map_err(|found| {
        let text = render_all(&found, &sources, Style::Plain);
        (found, text)
    })
}

fn write_project(root: &Path, files_of: &[(&str, &str)]) {
    files::write(&root.join("profiles.yml"), PROFILE).unwrap();
    files::write(&root.join("dbt_project.yml"), "name: shop\nprofile: shop\n").unwrap();
    for (path, text) in files_of {
        let text = match *path {
            "dbt_project.yml" => format!("name: shop\nprofile: shop\n{text}"),
            _ => (*text).to_owned(),
        };
        files::write(&root.join(path), text).unwrap();
    }
}

/// The project in a folder, of which nothing is read yet.
fn project_in(
    folder: &Path,
    environment: Environment,
    sources: &Arc<SourceMap>,
) -> Result<Project, Vec<Diagnostic>> {
    let root = files::canonical(folder).unwrap();
    let request = LoadRequest {
        current_dir: root,
        project_dir: None,
        profiles_dir: None,
        profile: None,
        target: None,
        threads: None,
        vars: None,
        flags: serde_json::Map::new(),
        invocation: Invocation {
            id: "id".to_owned(),
            started_at: chrono::DateTime::UNIX_EPOCH,
            which: environment.get("COLOUR").unwrap_or("parse").to_owned(),
            command_line: "model parse".to_owned(),
            timings: Arc::default(),
        },
        environment,
        sources: Arc::clone(sources),
    };
    project::load(&request).map(|(project, _)| project)
}

/// Loads the project in a folder.
fn load_folder(
    folder: &Path,
    environment: Environment,
    cache: Option<&Path>,
) -> (Option<Project>, Arc<SourceMap>, Result<Loaded, Vec<Diagnostic>>) {
    let sources = Arc::new(SourceMap::new());
    let project = match project_in(folder, environment, &sources) {
        Ok(project) => project,
        Err(found) => return (None, sources, Err(found)),
    };
    let notices: Arc<dyn Notices> = Arc::new(Deaf);
    let loaded = load(&Inputs { project: &project, sources: &sources, notices: &notices, cache });
    (Some(project), sources, loaded)
}

fn loaded(files_of: &[(&str, &str)]) -> Loaded {
    attempt(files_of).unwrap_or_else(|(_, text)| panic!("{text}"))
}

fn node<'a>(loaded: &'a Loaded, id: &str) -> &'a Node {
    let ids = || loaded.manifest.iter().map(|(_, node)| node.unique_id.to_string()).collect::<Vec<_>>();
    loaded.manifest.by_id(id).unwrap_or_else(|| panic!("there is no {id} among {:?}", ids()))
}

fn parents(loaded: &Loaded, id: &str) -> Vec<String> {
    let places = node(loaded, id).depends_on.nodes.iter();
    places.map(|place| loaded.manifest.node(*place).unwrap().unique_id.to_string()).collect()
}

fn written(loaded: &Loaded, id: &str) -> String {
    node(loaded, id).relation.as_ref().unwrap().render(&crate::sql::Dialect::ANSI)
}

#[test]
fn nodes_stand_in_the_order_of_dbt() {
    let loaded = loaded(SHOP);
    let ids: Vec<&str> = loaded.manifest.nodes.iter().map(|node| node.unique_id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "model.shop.dim",
            "model.shop.stg_orders",
            "model.shop.stg_seed",
            "snapshot.shop.snap",
            "analysis.shop.an",
            "test.shop.t_single",
            "seed.shop.country",
            "operation.shop.shop-on-run-start-0",
            "operation.shop.shop-on-run-start-1",
            "operation.shop.shop-on-run-end-0",
            "test.shop.not_null_stg_orders_id.8cf5724805",
            "test.shop.relationships_stg_orders_id__code__ref_country_.928dad2dff",
            "snapshot.shop.ysnap",
            "source.shop.raw.orders",
            "exposure.shop.dash",
        ]
    );
    let names = |nodes: &[Node]| nodes.iter().map(|node| node.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&loaded.manifest.disabled), ["off"]);
    assert_eq!(names(&loaded.manifest.broken_tests), ["unique_off_a"], "the test goes with its model");
    assert_eq!(loaded.warnings, []);
}

#[test]
fn configs_are_merged_from_all_places() {
    let loaded = loaded(SHOP);
    let orders = node(&loaded, "model.shop.stg_orders");
    let check = |node: &Node, key: &str, expected: Json| {
        assert_eq!(node.config.get(key), Some(&expected), "{key} of {}", node.name);
    };
    check(orders, "tags", json!(["proj", "yml", "one", "two"]));
    assert_eq!(orders.tags, ["proj", "one", "two", "yml"], "property files come last");
    check(orders, "meta", json!({"owner": "a", "k": 2}));
    check(orders, "grants", json!({"select": ["bob", "amy"]}));
    check(orders, "materialized", json!("table"));
    let dim = node(&loaded, "model.shop.dim");
    check(
        dim,
        "pre-hook",
        json!([
            {"sql": "select 'pre'", "transaction": true, "index": null},
            {"sql": "vacuum", "transaction": false, "index": null},
        ]),
    );
    let hook = node(&loaded, "operation.shop.shop-on-run-start-1");
    assert_eq!(hook.tags, ["on-run-start", "proj"]);
    assert_eq!(hook.depends_on.calls.macros, ["macro.shop.hello"]);
    let test = node(&loaded, "test.shop.not_null_stg_orders_id.8cf5724805");
    check(test, "severity", json!("warn"));
    assert_eq!(test.tags, ["ct"]);
}

#[test]
fn what_a_node_needs_is_recorded() {
    let loaded = loaded(SHOP);
    let check = |id: &str, expected: &[&str]| assert_eq!(parents(&loaded, id), expected, "{id}");
    check("model.shop.stg_orders", &["source.shop.raw.orders"]);
    check("model.shop.dim", &["model.shop.stg_orders", "model.shop.stg_seed"]);
    check("exposure.shop.dash", &["source.shop.raw.orders", "model.shop.dim"]);
    check("snapshot.shop.ysnap", &["model.shop.stg_orders"]);
    let relationships = "test.shop.relationships_stg_orders_id__code__ref_country_.928dad2dff";
    check(relationships, &["seed.shop.country", "model.shop.stg_orders"]);
    let macros = |id: &str| node(&loaded, id).depends_on.calls.macros.clone();
    assert_eq!(macros("model.shop.dim"), ["macro.dbt.dateadd", "macro.dbt.is_incremental"]);
    assert_eq!(macros(relationships), ["macro.dbt.test_relationships", "macro.dbt.get_where_subquery"]);
}

#[test]
fn relations_are_named_by_dbts_rules() {
    let loaded = loaded(SHOP);
    let check = |id: &str, expected: &str| assert_eq!(written(&loaded, id), expected, "{id}");
    check("model.shop.stg_orders", r#""memory"."main_stg"."stg_orders""#);
    check("snapshot.shop.snap", r#""memory"."tsnap"."snap""#);
    check("snapshot.shop.ysnap", r#""memory"."main_snaps"."ysnap""#);
    check("source.shop.raw.orders", r#""memory"."raw_s"."Orders""#);
    check("test.shop.t_single", r#""memory"."main_dbt_test__audit"."t_single""#);
}

#[test]
fn an_empty_place_of_a_source_is_none() {
    let sources = "
sources:
  - {name: raw, database: '', schema: \"\", tables: [{name: orders, identifier: ''}]}
  - name: made
    database: \"{{ var('nowhere', '') }}\"
    schema: \"{{ var('nowhere', '') }}\"
    tables: [{name: orders, identifier: \"{{ var('nowhere', '') }}\"}]
";
    let loaded = loaded(&[("models/sources.yml", sources)]);
    let check = |id: &str, relation: &str, unrendered: Option<&str>| {
        assert_eq!(written(&loaded, id), relation, "{id}");
        let NodeKind::Source(source) = &node(&loaded, id).kind else { panic!("{id} is a source") };
        assert_eq!(source.identifier, "orders", "{id}");
        assert_eq!(source.unrendered_database.as_deref(), unrendered, "{id}");
        assert_eq!(source.unrendered_schema.as_deref(), unrendered, "{id}");
    };
    check("source.shop.raw.orders", r#""memory"."raw"."orders""#, None);
    check("source.shop.made.orders", r#""memory"."made"."orders""#, Some("{{ var('nowhere', '') }}"));
}

#[test]
fn descriptions_know_docs_blocks() {
    let loaded = loaded(SHOP);
    let orders = node(&loaded, "model.shop.stg_orders");
    assert_eq!(orders.docs.description, "hi raw *doc* {{ x }}");
    assert_eq!(orders.docs.doc_blocks, ["doc.shop.text"]);
    assert_eq!(orders.origin.patch_path.as_deref(), Some("shop://models/schema.yml"));
}

#[test]
fn the_projects_macros_name_relations() {
    let schema = "\
{% macro generate_schema_name(custom_schema_name, node) %}
  {{ node.resource_type }}_{{ node.fqn[1] }}_{{ custom_schema_name or 'none' }}
{% endmacro %}";
    let alias =
        "{% macro default__generate_alias_name(custom_alias_name, node) %}x_{{ node.name }}{% endmacro %}";
    let loaded = loaded(&[
        ("macros/schema.sql", schema),
        ("macros/alias.sql", alias),
        ("models/staging/a.sql", "{{ config(schema='mine') }} select 1"),
        ("models/staging/b.sql", "select 1"),
    ]);
    assert_eq!(written(&loaded, "model.shop.a"), r#""memory"."model_staging_mine"."x_a""#);
    assert_eq!(written(&loaded, "model.shop.b"), r#""memory"."model_staging_none"."x_b""#);
}

#[test]
fn a_package_is_configured_by_itself_and_by_the_root() {
    let loaded = loaded(&[
        ("dbt_project.yml", "models: {pkg: {+tags: [root], +schema: pkgs}}\n"),
        ("packages.yml", "packages: [{local: pkg}]\n"),
        (
            "dbt_packages/pkg/dbt_project.yml",
            "name: pkg\nmodels: {pkg: {+tags: [own], +materialized: table}}\n",
        ),
        (
            "dbt_packages/pkg/models/p.sql",
            "{{ config(tags='file', schema='lost') }} select * from {{ ref('q') }}",
        ),
        ("dbt_packages/pkg/models/q.sql", "select 1"),
        ("models/q.sql", "{{ config(alias='other') }} select 2"),
    ]);
    let model = node(&loaded, "model.pkg.p");
    assert_eq!(model.config.get("tags"), Some(&json!(["own", "file", "root"])));
    assert_eq!(model.config.materialized(), "table");
    assert_eq!(written(&loaded, "model.pkg.p"), r#""memory"."main_pkgs"."p""#);
    assert_eq!(parents(&loaded, "model.pkg.p"), ["model.shop.q"], "the root project is searched first");
    let codes: Vec<&str> = loaded.warnings.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["package-reads-root"]);
}

#[test]
fn an_entry_may_describe_a_node_of_another_package() {
    let entry = |name: &str, text: &str| format!("models: [{{name: {name}, description: {text}}}]\n");
    let seeds = "seeds: [{name: rates, description: Rates, config: {column_types: {rate: text}}}]\n";
    let off = "models: [{name: less, description: Less, config: {enabled: false}}]\n";
    let loaded = loaded(&[
        ("dbt_project.yml", "seeds: {pkg: {rates: {+enabled: false}}}\n"),
        ("packages.yml", "packages: [{local: pkg}]\n"),
        ("models/p.yml", &entry("p", "Ours")),
        ("seeds/rates.csv", "rate\n1\n"),
        ("models/less.sql", "select 1 as id"),
        ("dbt_packages/pkg/dbt_project.yml", "name: pkg\n"),
        ("dbt_packages/pkg/models/p.sql", "select 1 as id"),
        ("dbt_packages/pkg/models/less.sql", "select 1 as id"),
        ("dbt_packages/pkg/models/less.yml", off),
        ("dbt_packages/pkg/seeds/rates.csv", "rate\n2\n"),
        ("dbt_packages/pkg/seeds/rates.yml", seeds),
    ]);
    let described = |id: &str| {
        let node = node(&loaded, id);
        (node.docs.description.as_str(), node.origin.patch_path.as_deref().unwrap_or_default())
    };
    assert_eq!(described("model.pkg.p"), ("Ours", "shop://models/p.yml"));
    assert_eq!(described("seed.shop.rates"), ("Rates", "pkg://seeds/rates.yml"));
    let types = node(&loaded, "seed.shop.rates").config.get("column_types");
    assert_eq!(types, Some(&json!({"rate": "text"})));
    assert_eq!(described("model.shop.less"), ("", ""), "the entry turns off what it describes");
    assert_eq!(loaded.warnings, []);
}

#[test]
fn a_node_is_described_in_one_package() {
    let entry = "models: [{name: r, description: R}]\n";
    let files = [
        ("packages.yml", "packages: [{local: pkg}]\n"),
        ("models/r.yml", entry),
        ("dbt_packages/pkg/dbt_project.yml", "name: pkg\n"),
        ("dbt_packages/pkg/models/r.sql", "select 1 as id"),
        ("dbt_packages/pkg/models/own.yml", entry),
    ];
    let check = |more: &[(&str, &str)], expected: &[&str]| {
        let found = attempt(&[&files[..], more].concat()).err().unwrap_or_default().0;
        assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), expected);
    };
    check(&[], &["described-twice"]);
    check(&[("models/r.sql", "{{ config(alias='s') }} select 2 as id")], &[]);
    let off = ("dbt_project.yml", "models: {pkg: {r: {+enabled: false}}}\n");
    check(&[off, ("models/r.sql", "select 2 as id")], &["described-twice"]);
}

#[test]
fn a_var_that_only_a_run_needs_is_nothing_while_parsing() {
    let loaded = loaded(&[("models/a.sql", "select '{{ var('later') }}' as x")]);
    assert_eq!(loaded.manifest.nodes.len(), 1);
}

#[test]
fn all_problems_are_told_at_once() {
    let all: Vec<(&str, &str)> = FAULTS.iter().map(|(path, text, _)| (*path, *text)).collect();
    let (findings, text) = attempt(&all).unwrap_err();
    let mut codes: Vec<&str> = findings.iter().map(|found| found.code).collect();
    codes.sort_unstable();
    let mut expected: Vec<&str> = FAULTS.iter().flat_map(|(_, _, codes)| codes.iter().copied()).collect();
    expected.sort_unstable();
    assert_eq!(codes, expected, "{text}");
}
