//! Behaviour flags: what they change.

use crate::sandbox::Sandbox;

/// A project that sets these flags.
fn with_flags(flags: &str) -> Sandbox {
    Sandbox::new().file("project.yml", &format!("name: shop\nflags: {{{flags}}}\n"))
}

#[test]
fn a_package_may_find_its_own_before_the_roots() {
    let check = |flags: &str, about: &str, rows: [&str; 2], warns: bool| {
        let sandbox = with_flags(flags)
            .file("packages.yml", "packages: [{local: ware}]\n")
            .file("ware/dbt_project.yml", "name: ware\n")
            .file("ware/models/sold.sql", "select * from {{ ref('stock') }}")
            .file("ware/models/stock.sql", "{{ config(alias='ware_stock') }} select 'ware' as who")
            .file("ware/models/notes.md", "{% docs note %}ware{% enddocs %}")
            .file("ware/models/schema.yml", "models: [{name: sold, description: \"{{ doc('note') }}\"}]\n")
            .file("models/notes.md", "{% docs note %}root{% enddocs %}")
            .model("stock", "select 'root' as who")
            .model("own", "select * from {{ ref('stock') }}");
        sandbox.run(["deps"]).success();
        let talk = sandbox.run(["build"]).success().talk;
        assert_eq!(talk.contains("warning[package-reads-root]"), warns, "{talk}");
        let log = sandbox.run(["parse", "--log-format", "json"]).success().stdout;
        let facts = [
            r#""node_name":"sold""#,
            r#""package_name":"ware""#,
            r#""root_project_unique_id":"model.shop.stock""#,
        ];
        assert_eq!(facts.map(|fact| log.contains(fact)), [warns; 3], "{log}");
        assert_eq!(sandbox.query("select who from sold"), rows[..1]);
        assert_eq!(sandbox.query("select who from own"), rows[1..]);
        let manifest = sandbox.json("target/manifest.json");
        assert_eq!(manifest["nodes"]["model.ware.sold"]["description"], about);
    };
    check("", "root", ["root", "root"], true);
    check("require_ref_searches_node_package_before_root: true", "ware", ["ware", "root"], false);
}

#[test]
fn flags_of_adapters_are_known_to_them() {
    let check = |flags: &str, expected: &str| {
        let sandbox = with_flags(flags).model("a", "select {{ dbt.equals('null', 'null') }} as same");
        sandbox.run(["build"]).success();
        assert_eq!(sandbox.query("select same from a"), [expected]);
    };
    check("", "NULL");
    check("enable_truthy_nulls_equals_macro: true", "true");
    check("enable_truthy_nulls_equals_macro: null", "NULL");
    let wrong = with_flags("enable_truthy_nulls_equals_macro: maybe");
    wrong.run(["parse"]).code(2).talk_has("error[flag-type]");
    let known = with_flags("enable_truthy_nulls_equals_macro: true");
    known.run(["parse", "--warn-error"]).success();
    let unknown = with_flags("flag_of_another_adapter: true");
    unknown.run(["parse", "--warn-error"]).success().talk_has("warning[unknown-flag]");
}

#[test]
fn old_forms_of_the_semantic_layer_are_told() {
    let project = |flags: &str, spine: &str| {
        let text = format!(
            "
            models:
              - {{name: metricflow_time_spine, {spine} columns: [{{name: at, granularity: day}}]}}
            semantic_models:
              - name: orders
                model: ref('orders')
                defaults: {{agg_time_dimension: at}}
                entities: [{{name: id, type: primary}}]
                dimensions: [{{name: at, type: time, type_params: {{time_granularity: day}}}}]
                measures: [{{name: total, agg: sum}}]
            metrics:
              - {{name: lately, label: Lately, type: cumulative, type_params: {{measure: total, window: 7 days}}}}
            "
        );
        with_flags(flags)
            .model("orders", "select 1 as id, 2 as total, current_date as at")
            .model("metricflow_time_spine", "select current_date as at")
            .file("models/schema.yml", &text)
    };
    let (spine, window) = ("warning[bare-time-spine]", "warning[flat-window]");
    let check = |flags: &str, described: &str, expected: [bool; 2]| {
        let talk = project(flags, described).run(["parse"]).success().talk;
        assert_eq!([spine, window].map(|part| talk.contains(part)), expected, "{flags} {talk}");
    };
    check("", "", [true, true]);
    check("require_yaml_configuration_for_mf_time_spines: true", "", [false, true]);
    check("", "time_spine: {standard_granularity_column: at},", [false, true]);
    let nested = project("require_nested_cumulative_type_params: true", "");
    nested.run(["parse"]).code(2).talk_has("error[flat-window]");
    let named = project("require_event_names_in_deprecations: true", "");
    named.run(["parse"]).success().talk_has("the event is `MFCumulativeTypeParamsDeprecation`");
}
