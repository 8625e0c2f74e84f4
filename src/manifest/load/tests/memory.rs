//! What is recalled from an earlier run is what reading everything gives.

use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::manifest::keep;

/// Files, and what they may hold. An empty text stands for no file.
const PROJECT: &[(&str, &[&str])] = &[
    (
        "models/a.sql",
        &[
            "select 1 as id",
            "select 2 as id, {{ cents('x') }} as x",
            "{{ config(materialized='table') }} select 1 as id",
            "{{ config(alias='b') }} select 1 as id",
            "{{ config(enabled=false) }} select 1 as id",
            "select '{{ run_started_at }}' as id, {{ env_var('COLOUR') }} as c",
            "{{ config(meta={'which': flags.WHICH}) }} select 1 as id",
            "{{ config(group='core', access='private') }} select 1 as id",
            "select * from {{ ref('b') }}",
            "{{ config(materialized='oops') }} select 1 as id",
            "{{ config(materialized='table', post_hook=\"{{ cents('h') }}\") }} select {{ dollars('id') }} as id",
            "",
        ],
    ),
    (
        "models/b.sql",
        &[
            "select * from {{ ref('a') }}",
            "select * from {{ ref('s') }} join {{ ref('a') }} using (id)",
            "select * from {{ source('raw', 'orders') }}",
            "select * from {{ ref('nowhere') }}",
            "select {{ oops",
            "{{ config(meta={'n': 1}, tags=['x']) }} select {{ var('size', 1) }} from {{ ref('a') }}",
            "select {{ context['cents']('id') }} from {{ ref('a') }}",
            "{{ config(alias=dollars('b') | replace(' ', '')) }} select {{ cents.arguments }} from {{ ref('a') }}",
            "{{ config(meta={'d': lib.own('b')}) }} select {{ dollars('id') }} from {{ ref('a') }}",
        ],
    ),
    (
        "models/c.sql",
        &[
            "",
            "select {{ modules.datetime.datetime.now().year > 2000 }}",
            "select * from {{ ref('b') }}",
            "{{ log('hello') }} select 1 as id",
            "{{ config(enabled=false, meta={'which': flags.WHICH}) }} select 1 as id",
            "{{ config(materialized='oops', meta={'which': flags.WHICH}) }} select 1 as id",
            "{{ config(enabled=false, meta={'when': run_started_at | string}) }} select 1 as id",
        ],
    ),
    (
        "models/schema.yml",
        &[
            "models:\n  - name: a\n    columns: [{name: id, data_tests: [unique, not_null]}]\n",
            "models:\n  - name: a\n    config: {materialized: table, contract: {enforced: true}}\n    columns: [{name: id, data_type: int}]\n  - name: b\n    data_tests: [{accepted_values: {arguments: {column_name: id, values: ['1', '2']}}}]\n",
            "models:\n  - name: a\n    description: Once {{ 1 + 1 }}\n    columns: [{name: id, tags: [t], data_tests: [unique, {not_null: {config: {severity: warn, tags: [u]}}}]}]\n",
            "models:\n  - name: a\n    config: {materialized: table, meta: {x: 1}, tags: [y]}\n    columns: [{name: id, description: '{{ doc(\"about\") }}', data_tests: [unique, not_null], constraints: [{type: primary_key}]}]\n",
            "models:\n  - name: a\n    config: {alias: z}\n    columns: [{name: id, data_tests: [not_null, unique]}]\n",
            "models:\n  - name: a\n    config: {meta: {which: '{{ flags.WHICH }}'}}\n    columns: [{name: id, data_tests: [unique, not_null]}]\n",
            "models:\n  - name: a\n    description: '{{ cents(1) }}'\n    columns: [{name: id, data_tests: [unique, not_null]}]\n",
            "models:\n  - name: a\n    config: {materialized: oops}\n    columns: [{name: id, data_tests: [positive, unique, {positive: {name: other, arguments: {least: \"{{ cents('1') }}\"}}}]}]\n",
            "models:\n  - name: a\n    columns: [{name: id, data_tests: [positive, {lib.small: {config: {meta: {x: '{{ 1 + 1 }}'}}}}]}]\n  - name: b\n    data_tests: [{positive: {arguments: {column_name: id}, config: {enabled: false}}}]\n",
            "models:\n  - name: a\n    columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [1], quote: false}}}, {relationships: {arguments: {to: ref('s'), field: id}, config: {where: id > 1}}}]}]\n",
            "models:\n  - name: gone\n",
            "models:\n  - name: only\n    description: Only\n",
            "groups: [{name: core, owner: {name: me}}]\nmodels:\n  - name: b\n    description: '{{ doc(\"about\") }}'\n    config: {group: core}\n",
            "macros: [{name: cents, description: Pennies, arguments: [{name: x, type: string}]}]\nmodels: [{name: a, description: A}]\n",
            "models:\n  - {name: c, latest_version: 1, versions: [{v: 1, defined_in: c}, {v: 2, defined_in: a}]}\n",
            "unit_tests:\n  - {name: u, model: b, given: [{input: ref('a'), rows: [{id: 1}]}], expect: {rows: [{id: 1}]}}\n",
        ],
    ),
    (
        "models/raw.yml",
        &[
            "sources:\n  - name: raw\n    tables: [{name: orders, columns: [{name: id, data_tests: [unique]}]}]\n",
            "sources:\n  - name: raw\n    description: Raw\n    meta: {a: 1}\n    tables: [{name: orders, description: Orders, columns: [{name: id, data_tests: [{unique: {config: {enabled: true, meta: {b: 2}}}}]}]}]\n",
            "sources:\n  - name: raw\n    schema: other\n    tables: [{name: orders, columns: [{name: id, data_tests: [unique]}]}]\n",
            "sources:\n  - name: raw\n    tables: [{name: orders, config: {enabled: false}, columns: [{name: id, data_tests: [unique]}]}]\n",
            "sources:\n  - name: libs\n    overrides: lib\n    description: Mine\n  - name: raw\n    tables: [{name: orders, columns: [{name: id, data_tests: [unique]}]}]\n",
        ],
    ),
    ("dbt_packages/lib/models/raw.yml", &["sources: [{name: libs, tables: [{name: t}]}]\n"]),
    (
        "models/about.md",
        &[
            "{% docs about %}One{% enddocs %}",
            "{% docs about %}Two{% enddocs %}",
            "{% docs about %}{{ cents(2) }}{% enddocs %}",
        ],
    ),
    (
        "macros/cents.sql",
        &[
            "{% macro cents(x) %}{{ x }} / 100{% endmacro %}",
            "{% macro cents(x) %}{{ config(tags=['money']) }}{{ x }}{% endmacro %}",
            "{% macro cents(x) %}{{ dollars(x) }}{{ source('raw', 'orders') }}{% endmacro %}",
            "{% macro cents(y) %}{{ y }}{% endmacro %}",
            "\n\n{%- macro cents(x='1') -%}{{ env_var('COLOUR') }} {{ x }}{% endmacro %}",
            "{% macro cents(x) %}{{ config(enabled=false) }}{{ x }}{% endmacro %}",
            "{% macro cents(x) %}{{ config(meta={'when': run_started_at | string}) }}{{ x }}{% endmacro %}",
            "{% macro cents(x) %}{{ x {% endmacro %}",
            "{% macro cents(x) %}{{ x }}{% endmacro %}{% macro other() %}{% endmacro %}",
            "{% macro generate_schema_name(name, node) %}{% if flags.FULL_REFRESH %}{{ log('x') }}{% endif %}{{ name or target.schema }}{% endmacro %}{% macro cents(x) %}{{ x }}{% endmacro %}",
            "{% macro generate_schema_name(name, node) %}{{ log('x') }}{{ name or target.schema }}{% endmacro %}{% macro cents(x) %}{{ x }}{% endmacro %}",
            "{% macro generate_schema_name(name, node) %}{{ name or target.schema }}_{{ env_var('COLOUR') }}{% endmacro %}{% macro cents(x) %}{{ x }}{% endmacro %}",
        ],
    ),
    (
        "macros/dollars.sql",
        &[
            "{% macro dollars(x) %}{{ return(adapter.dispatch('dollars')(x)) }}{% endmacro %}{% macro default__dollars(x) %}{{ x }}{% endmacro %}",
            "{% macro dollars(x) %}{{ return(adapter.dispatch('dollars')(x)) }}{% endmacro %}{% macro default__dollars(x) %}{{ x }}{{ config(tags=['dollars']) }}{% endmacro %}",
            "{% macro dollars(x) %}{{ return(adapter.dispatch('dollars')(x)) }}{% endmacro %}\n{% macro default__dollars(x) %}{{ x }}{{ ref('s') }}{% endmacro %}",
            "{% macro dollars(x) %}{{ x }}{% endmacro %}{% macro default__dollars(x) %}{{ x }}{% endmacro %}",
            "{% macro dollars(x) %}{{ x }}{% endmacro %}",
            "{% macro default__dollars(x) %}{{ x }}{% endmacro %}{% macro dollars(x) %}{{ lib.own(x) }}{% endmacro %}",
        ],
    ),
    (
        "macros/where.sql",
        &[
            "",
            "{% macro get_where_subquery(relation) %}{{ relation }}{% endmacro %}",
            "{% macro get_where_subquery(relation) %}{{ config(tags=['w']) }}{{ relation }}{% endmacro %}",
            "{% macro default__test_accepted_values(a, b, c, d) %}select 1{% endmacro %}",
            "{% macro default__test_accepted_values(a, b, c, d) %}select 1 from {{ ref('s') }}{% endmacro %}",
        ],
    ),
    (
        "tests/generic/positive.sql",
        &[
            "{% test positive(model, column_name, least='0') %}select * from {{ model }} where {{ column_name }} < {{ least }}{% endtest %}",
            "{% test positive(model, column_name, least='0') %}{{ config(severity='warn') }}select * from {{ model }} where {{ dollars(column_name) }} < {{ least }}{% endtest %}",
            "{% test positive(model, column_name, least='0') %}select * from {{ model }} where {{ column_name }} in (select id from {{ ref('b') }}){% endtest %}",
            "{% macro test_positive(model, column_name, least='0') %}select 1{% endmacro %}",
            "",
        ],
    ),
    (
        "dbt_packages/lib/macros/own.sql",
        &[
            "{% macro own(x) %}{{ x }}{% endmacro %}{% test small(model, column_name) %}select 1 from {{ model }}{% endtest %}",
            "{% macro own(x) %}{{ config(tags=['own']) }}{{ x }}{% endmacro %}{% test small(model, column_name) %}select 1 from {{ model }}{% endtest %}",
            "{% macro own(x) %}{{ x }}{% endmacro %}{% test small(model, column_name) %}select {{ lib.own(1) }} from {{ model }}{% endtest %}",
        ],
    ),
    ("tests/t.sql", &["select * from {{ ref('a') }} where id is null", "select 1 from {{ ref('b') }}", ""]),
    ("seeds/s.csv", &["id\n1\n", "id\n1\n2\n"]),
    (
        "snapshots/old.sql",
        &[
            "",
            "{% snapshot old %}{{ config(unique_key='id', strategy='check', check_cols='all') }}select {{ dollars('id') }} from {{ ref('b') }}{% endsnapshot %}",
        ],
    ),
    ("dbt_packages/lib/dbt_project.yml", &["name: lib\n"]),
    (
        "dbt_packages/lib/models/only.sql",
        &["select 1 as id", "select 2 as id", "{{ config(enabled=false) }} select 2 as id"],
    ),
    (
        "dbt_packages/lib/models/a.sql",
        &[
            "{{ config(schema='lib', meta={'which': flags.WHICH}) }} select 1 as id",
            "{{ config(schema='lib') }} select 1 as id",
        ],
    ),
    (
        "dbt_project.yml",
        &[
            "",
            "vars: {size: 3}\n",
            "models: {shop: {+schema: \"{{ env_var('COLOUR') }}\"}}\n",
            "models: {shop: {+materialized: oops, gone: {+tags: x}}}\n",
            "on-run-start: [\"{{ cents('1') }}\"]\nflags: {validate_macro_args: true}\n",
        ],
    ),
];

const COLOURS: [&str; 2] = ["red", "blue"];

fn put(root: &Path, file: usize, text: usize) {
    let (path, texts) = PROJECT[file];
    match texts[text % texts.len()] {
        "" if path != "dbt_project.yml" => files::remove(&root.join(path)).unwrap(),
        text => write_project(root, &[(path, text)]),
    }
}

/// A project of all files, each as it is first.
fn project() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = files::canonical(folder.path()).unwrap();
    write_project(&root, &[]);
    for file in 0..PROJECT.len() {
        put(&root, file, 0);
    }
    (folder, root)
}

/// Makes all files look as if they had been written long ago, each edit at a time of its own.
fn age(root: &Path, edit: u64) {
    for (path, _) in PROJECT {
        let Ok(file) = std::fs::File::options().write(true).open(root.join(path)) else { continue };
        let written = file.metadata().unwrap().modified().unwrap();
        if written.elapsed().unwrap_or_default() < Duration::from_mins(10) {
            file.set_modified(written - Duration::from_secs(3600 + edit)).unwrap();
        }
    }
}

/// Everything that was understood, as text.
fn told(loaded: &Result<Loaded, Vec<Diagnostic>>) -> String {
    match loaded {
        Ok(loaded) => {
            let outlines: Vec<_> = loaded.manifest.nodes.outlines().collect();
            let manifest = Manifest { made_at: 0, ..loaded.manifest.clone() };
            format!("{manifest:#?}\n{outlines:#?}\n{:#?}", loaded.warnings)
        }
        Err(found) => format!("{found:#?}"),
    }
}

/// Loads as a command does: what is new is left for the next.
fn recalled(root: &Path, cache: &Path, colour: &str) -> Result<Loaded, Vec<Diagnostic>> {
    let environment = Environment::from_iter([("COLOUR", colour)]);
    let (project, _, loaded) = load_folder(root, environment, Some(cache));
    let loaded = loaded?;
    if let Reparsed::Much(basis) = &loaded.reparsed {
        let understood = (&loaded.manifest, loaded.warnings.as_slice());
        keep(cache, project.as_ref().unwrap(), basis.clone(), understood).unwrap();
    }
    Ok(loaded)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn it_does_not_matter_what_is_remembered(
        edits in prop::collection::vec((0..PROJECT.len(), 0..16_usize, 0..COLOURS.len(), any::<bool>()), 1..10)
    ) {
        let (_folder, root) = project();
        let cache = root.join("target/parse.cache");
        for (edit, (file, text, colour, is_old)) in (0..).zip(edits) {
            put(&root, file, text);
            if is_old {
                age(&root, edit);
            }
            let colour = COLOURS[colour];
            let recalled = recalled(&root, &cache, colour);
            let (_, _, read) = load_folder(&root, Environment::from_iter([("COLOUR", colour)]), None);
            prop_assert_eq!(told(&recalled), told(&read));
        }
    }
}

#[test]
fn a_file_that_can_no_longer_be_read_is_told_as_at_first() {
    for path in ["models/a.sql", "models/schema.yml", "macros/cents.sql", "models/about.md"] {
        let (_folder, root) = project();
        let cache = root.join("target/parse.cache");
        recalled(&root, &cache, "red").unwrap();
        files::write(&root.join(path), b"-- \xff").unwrap();
        let found = recalled(&root, &cache, "red").map(|_| ()).unwrap_err();
        assert_eq!(found.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["not-utf8"], "{path}");
    }
}

#[test]
fn what_rests_on_a_changed_macro_is_drafted_again() {
    let (_folder, root) = project();
    put(&root, PROJECT.len() - 2, 1);
    age(&root, 0);
    let cache = root.join("target/parse.cache");
    let edited = |path: &str, text: &str| -> Option<Vec<String>> {
        write_project(&root, &[(path, text)]);
        let loaded = recalled(&root, &cache, "red").unwrap();
        let ids = loaded.descent.from.as_ref().map(|_| &loaded.descent.edited)?;
        let mut ids: Vec<String> =
            ids.iter().map(|id| loaded.manifest.node(*id).unwrap().unique_id.to_string()).collect();
        ids.sort_unstable();
        Some(ids)
    };
    let check = |path: &str, text: &str, expected: &[&str]| {
        assert_eq!(edited(path, text), Some(expected.iter().map(|id| (*id).to_owned()).collect()), "{text}");
    };
    let tested = "models: [{name: a, columns: [{name: id, data_tests: [positive, unique]}]}]";
    write_project(
        &root,
        &[("models/c.sql", "select {{ cents('id') }} as id"), ("models/schema.yml", tested)],
    );
    assert_eq!(edited("models/a.sql", "select {{ context['dollars']('id') }} as id"), None);
    let cents = |body: &str| format!("{{% macro cents(x, scale=2) %}}{body}{{% endmacro %}}");
    assert_eq!(edited("macros/cents.sql", &cents("{{ x }}")), None, "its arguments are others");
    check("macros/cents.sql", &cents("{{ dollars(x) }}"), &["model.shop.c"]);
    check("macros/cents.sql", &cents("{{ x }} / 100"), &["model.shop.c"]);
    check("macros/cents.sql", &cents("{{ x }}"), &[]);
    let dollars = |body: &str| {
        format!(
            "{{% macro dollars(x) %}}{{{{ return(adapter.dispatch('dollars')(x)) }}}}{{% endmacro %}}{{% macro default__dollars(x) %}}{body}{{% endmacro %}}"
        )
    };
    check("macros/dollars.sql", &dollars("1"), &["model.shop.a"]);
    let positive =
        |body: &str| format!("{{% test positive(model, column_name, least='0') %}}{body}{{% endtest %}}");
    let tests = ["test.shop.positive_a_id.fb4e5b69f5", "test.shop.unique_a_id.f6a5f640da"];
    check("tests/generic/positive.sql", &positive("select 1"), &tests);
}

#[test]
fn a_macro_that_comes_to_take_part_in_a_known_test_is_run() {
    let (_folder, root) = project();
    let cache = root.join("target/parse.cache");
    let tested = "models: [{name: a, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [1]}}}]}]}]";
    write_project(&root, &[("models/schema.yml", tested)]);
    let tags = |files_of: &[(&str, &str)]| {
        write_project(&root, files_of);
        let loaded = recalled(&root, &cache, "red").unwrap();
        let found = loaded.manifest.nodes.iter().find(|node| node.name == "accepted_values_a_id__1");
        found.unwrap().tags.join(" ")
    };
    let configuring = |name: &str, tag: &str| {
        format!("{{% macro {name}(a, b='', c='', d='') %}}{{{{ config(tags=['{tag}']) }}}}{{% endmacro %}}")
    };
    assert_eq!(tags(&[]), "");
    for name in ["get_where_subquery", "default__get_where_subquery", "duckdb__test_accepted_values"] {
        for tag in ["one", "two"] {
            assert_eq!(tags(&[("macros/where.sql", &configuring(name, tag))]), tag, "{name}");
        }
    }
    files::remove(&root.join("macros/where.sql")).unwrap();
    assert_eq!(tags(&[]), "");
}

#[test]
fn only_what_changed_is_read_again() {
    let (_folder, root) = project();
    put(&root, PROJECT.len() - 2, 1);
    age(&root, 0);
    let cache = root.join("target/parse.cache");
    let reparsed = |colour: &str| match recalled(&root, &cache, colour).unwrap().reparsed {
        Reparsed::Nothing => "nothing",
        Reparsed::Little => "little",
        Reparsed::Much(_) => "much",
    };
    assert_eq!(reparsed("red"), "much", "the first time");
    assert_eq!(reparsed("red"), "nothing");
    assert_eq!(reparsed("blue"), "nothing", "a variable that nothing reads");
    write_project(&root, &[("models/b.sql", "select * from {{ ref('s') }}")]);
    assert_eq!(reparsed("red"), "little", "the SQL of a model");
    write_project(&root, &[("models/b.sql", "{{ config(tags=['x']) }} select * from {{ ref('s') }}")]);
    assert_eq!(reparsed("red"), "little", "a setting that is the model's own");
    write_project(&root, &[("models/b.sql", "select '{{ run_started_at }}' {{ env_var('COLOUR') }}")]);
    assert_eq!(reparsed("red"), "little");
    let described = |columns: &str| format!("models: [{{name: a, description: A, columns: [{columns}]}}]");
    let tested = described("{name: id, description: Key, data_tests: [unique, not_null]}");
    write_project(&root, &[("models/schema.yml", &tested)]);
    assert_eq!(reparsed("red"), "little", "what is said about a model");
    write_project(&root, &[("models/schema.yml", &described("{name: id, data_tests: [unique]}"))]);
    assert_eq!(reparsed("red"), "much", "which tests there are");
    write_project(&root, &[("models/schema.yml", "models: [{name: b}]")]);
    assert_eq!(reparsed("red"), "much", "which models are described");
    assert_eq!(reparsed("red"), "nothing", "a node that tells the time, which is no part of it");
    assert_eq!(reparsed("blue"), "much", "a variable that a node reads");
    let naming = |body: &str| format!("{{% macro generate_schema_name(name, node) %}}{body}{{% endmacro %}}");
    let silent = naming("{% if flags.FULL_REFRESH %}{{ log('x') }}{% endif %}{{ name or target.schema }}");
    write_project(&root, &[("models/b.sql", "select 1 as id"), ("macros/naming.sql", &silent)]);
    assert_eq!(reparsed("red"), "much", "a macro");
    assert_eq!(reparsed("red"), "nothing", "a flag and a function that it does not call are no reparsed");
    write_project(&root, &[("macros/naming.sql", &naming("{{ log('x') }}{{ name or target.schema }}"))]);
    assert_eq!(reparsed("blue"), "much");
    assert_eq!(reparsed("blue"), "much", "what it says has to be said in each run");
    write_project(&root, &[("macros/naming.sql", &silent)]);
    assert_eq!(reparsed("blue"), "much");
    let which = "{{ config(enabled=false, meta={'which': flags.WHICH}) }} select 1 as id";
    write_project(
        &root,
        &[
            ("models/b.sql", "{{ config(materialized='oops') }} select '{{ run_started_at }}'"),
            ("models/c.sql", which),
        ],
    );
    age(&root, 1);
    assert_eq!(reparsed("blue"), "much");
    assert_eq!(reparsed("blue"), "nothing", "one with a warning, and one that is turned off");
    let now = "{{ config(materialized='oops', meta={'now': modules.datetime.datetime.now() | string}) }} select 1 as id";
    write_project(&root, &[("models/b.sql", now)]);
    assert_eq!(reparsed("blue"), "much");
    assert_eq!(reparsed("blue"), "much", "a warning about what is otherwise in each run");
    files::write(&cache, "model cache 4\nnonsense").unwrap();
    assert_eq!(reparsed("blue"), "much", "a damaged file");
    let mut bytes = files::read(&cache).unwrap();
    bytes.truncate(bytes.len() / 2);
    files::write(&cache, bytes).unwrap();
    assert_eq!(reparsed("blue"), "much", "a file that was cut");
}
