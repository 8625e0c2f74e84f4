//! Semantic models, metrics and saved queries: what is refused.

use serde_json::json;

use crate::sandbox::Sandbox;

#[test]
fn mistakes_are_told_at_their_names() {
    let sandbox = Sandbox::new().model("orders", "select 1 as id").file(
        "models/schema.yml",
        "
        models:
          - name: orders
            time_spine: {standard_granularity_column: day}
        semantic_models:
          - name: orders
            model: ref('orders')
            measures: [{name: total, agg: summ}]
        metrics:
          - {name: Total, label: Total, type: simple, type_params: {measure: totl}}
        saved_queries:
          - {name: weekly, query_params: {metrics: [totals]}}
        ",
    );
    let output = sandbox.run(["build", "--export-saved-queries", "--log-format-file", "json"]).code(2);
    assert!(sandbox.read("logs/dbt.log").contains("SemanticValidationFailure"));
    for told in [
        "error[bad-time-spine]: the time spine of model `orders` needs a column with a `granularity`",
        "`agg` of `total` must be one of sum, min, max",
        "the measure `total` needs a time dimension as `agg_time_dimension`",
        "the metric `Total` is wrong: the name `Total` must be of lower-case letters",
        "error[unknown-measure]: the metric `Total` needs the measure `totl`, which no semantic model has",
        "did you mean `total`?",
        "error[unknown-metric]: `weekly` needs the metric `totals`, which does not exist",
    ] {
        assert!(output.talk.contains(told), "`{told}` is not in\n{}", output.talk);
    }
}

#[test]
fn custom_granularities_are_columns() {
    let check = |column: &str, code: i32| {
        let text = format!(
            "
            models:
              - name: days
                time_spine:
                  standard_granularity_column: day
                  custom_granularities: [{{name: fiscal, column_name: {column}}}, {{name: week}}]
                columns: [{{name: day, granularity: day}}, {{name: fiscal_year}}, {{name: week}}]
            "
        );
        let sandbox = Sandbox::new().model("days", "select 1 as day").file("models/schema.yml", &text);
        sandbox.run(["parse"]).code(code)
    };
    check("fiscal_year", 0);
    check("fiscal", 2)
        .talk_has("error[bad-time-spine]: the time spine of model `days` has no column `fiscal`");
}

/// A project with a semantic layer, with some text of it replaced.
fn with(replaced: &str, by: &str) -> Sandbox {
    let layer = "
        models:
          - name: days
            time_spine: {standard_granularity_column: day}
            columns: [{name: day, granularity: day}]
        semantic_models:
          - name: orders
            model: ref('days')
            config: {enabled: true}
            defaults: {agg_time_dimension: ordered_at}
            entities: [{name: order, type: primary, config: {meta: {owner: amy}}}]
            dimensions:
              - {name: ordered_at, type: time, type_params: {time_granularity: day}}
              - {name: region, type: categorical}
            measures:
              - {name: total, agg: sum, non_additive_dimension: {name: ordered_at, window_choice: max}}
              - {name: orders_placed, agg: count, expr: '1'}
              - {name: middle, agg: percentile, agg_params: {percentile: 0.5}}
        metrics:
          - {name: revenue, label: Revenue, type: simple, type_params: {measure: total}}
          - name: growth
            label: Growth
            type: derived
            type_params: {expr: now - before, metrics: [{name: revenue, alias: now}, {name: revenue, alias: before, offset_to_grain: month}]}
          - name: converted
            label: Converted
            type: conversion
            type_params:
              conversion_type_params:
                base_measure: orders_placed
                conversion_measure: orders_placed
                entity: order
                constant_properties: [{base_property: region, conversion_property: region}]
        saved_queries:
          - name: weekly
            query_params:
              metrics: [revenue]
              group_by: [\"TimeDimension('metric_time', 'week')\", \"Dimension('order__region')\"]
              order_by: [\"Metric('revenue').descending(True)\"]
            exports: [{name: weekly, config: {export_as: table}}]
    ";
    assert!(layer.contains(replaced), "{replaced}");
    let sandbox = Sandbox::new().model("days", "select 1 as day");
    sandbox.file("models/schema.yml", &layer.replace(replaced, by))
}

#[test]
fn definitions_fit_together() {
    let check = |replaced: &str, by: &str, told: &str| {
        let output = with(replaced, by).run(["parse"]);
        if told.is_empty() { output.success() } else { output.code(2).talk_has(told) }
    };
    check("Growth", "Growth", "");
    check("config: {enabled: true}", "config:", "`config` of semantic model `orders` must be a mapping");
    check("{owner: amy}", "amy", "`entities[0].config.meta` of semantic model `orders` must be a mapping");
    check("name: region", "name: union", "the name `union` is a word of SQL");
    check(", expr: '1'", "", "the measure `orders_placed` counts nothing");
    check(
        "agg: sum",
        "agg: sum, agg_params: {percentile: 0.1}",
        "has `agg_params`, which belong to percentiles",
    );
    check("0.5", "50", "the measure `middle` needs a `percentile` between 0 and 1");
    check("{name: ordered_at, window", "{name: region, window", "`region`, which is no time");
    check("choice: max", "choice: sum", "needs `min` or `max` as `window_choice`");
    check("grain: month", "grain: MONTH", "");
    check("as: table", "as: TABLE", "");
    check(", config: {export_as: table}", "", "its export `weekly` needs `export_as`");
    check("grain: month", "grain: fiscal", "`offset_to_grain` must be one of dbt's own granularities");
    check("alias: now", "alias: revenue", "the alias `revenue` is the name of another input");
    check("entity: order", "entity: visit", "the semantic model `orders` has no entity `visit`");
    check(
        "base_property: region",
        "base_property: town",
        "`base_property` is `town`, which the semantic model",
    );
    check("base_measure: orders_placed", "base_measure: total", "the measure `total` must count");
    check("Dimension('order__region')", "region", "`region` is nothing to group by");
    check("order__region", "order__town", "groups by `town`, which does not exist");
    check("Dimension('order__region')", "Dimension(name='order__region', entity_path=['order'])", "");
    check("Metric('revenue')", "revenue", "`revenue.descending(True)` orders by what is neither a metric");
    check(
        "export_as: table",
        "export_as: csv",
        "`exports[0].config.export_as` of saved query `weekly` must be one of",
    );
    check(
        "{measure: total}}",
        "{measure: {name: total, alias: middle}}}",
        "`middle` is the name of a measure",
    );
    // An old form, of which a warning tells, keeps nothing from being looked at.
    let old = "- {name: lately, label: L, type: cumulative, type_params: {measure: total, window: 1 fiscal}}\n          ";
    check("- name: growth", &format!("{old}- name: growth"), "`window` has the granularity `fiscal`");
    check("{enabled: true}", "{group: sales}", "`orders` is in the group `sales`, which does not exist");
}

/// dbt looks at nothing where there are no metrics.
/// dbt: a measure is an input once, and a group has members of the semantic layer, too.
#[test]
fn metrics_are_members_of_groups_and_name_each_measure_once() {
    let grouped = "label: Revenue, config: {group: sales}";
    let sandbox = with("label: Revenue", grouped)
        .file("models/groups.yml", "groups: [{name: sales, owner: {email: a@b.c}}]");
    sandbox.run(["parse"]).success();
    let manifest = sandbox.json("target/manifest.json");
    assert_eq!(manifest["group_map"]["sales"], json!(["metric.shop.revenue"]));
    let measures = &manifest["metrics"]["metric.shop.converted"]["type_params"]["input_measures"];
    assert_eq!(measures.as_array().unwrap().len(), 1, "{measures}");
}

#[test]
fn semantic_models_without_metrics_are_not_looked_at() {
    let sandbox = Sandbox::new().model("days", "select 1 as day").file(
        "models/schema.yml",
        "
        models:
          - name: days
            time_spine: {standard_granularity_column: day}
            columns: [{name: day, granularity: day}]
        semantic_models:
          - {name: O, model: ref('days'), measures: [{name: T, agg: count}]}
        ",
    );
    sandbox.run(["parse"]).success();
}

/// dbt: the names of metrics are looked at in any case.
#[test]
fn metrics_have_names_also_without_semantic_models() {
    let check = |name: &str, told: &str| {
        let sandbox = Sandbox::new().model("a", "select 1 as id");
        sandbox.write(
            "models/metrics.yml",
            &format!("metrics: [{{name: '{name}', label: M, type: simple, config: {{enabled: false}}, type_params: {{measure: m}}}}]"),
        );
        let output = sandbox.run(["parse"]);
        if told.is_empty() { output.success() } else { output.code(2).talk_has(told) }
    };
    check("Revenue", "");
    check("1st", "must begin with a letter");
    check("net revenue", "cannot contain spaces, must contain only letters, numbers and underscores");
    check("a-b", "must contain only letters");
    check(&"a".repeat(251), "cannot contain more than 250 characters");
}

/// dbt compares the granularities of dimensions with those of time spines that YAML describes.
#[test]
fn dimensions_need_no_granularity_where_no_yaml_describes_a_time_spine() {
    let layer = "
        semantic_models:
          - name: orders
            model: ref('metricflow_time_spine')
            defaults: {agg_time_dimension: ordered_at}
            entities: [{name: order, type: primary}]
            dimensions: [{name: ordered_at, type: time}]
            measures: [{name: total, agg: sum}]
        metrics: [{name: revenue, label: Revenue, type: simple, type_params: {measure: total}}]
    ";
    let sandbox = Sandbox::new().model("metricflow_time_spine", "select current_date as date_day");
    sandbox.write("models/layer.yml", layer);
    sandbox.run(["parse"]).success();
    let spine = "
        models:
          - name: metricflow_time_spine
            time_spine: {standard_granularity_column: date_day}
            columns: [{name: date_day, granularity: day}]
    ";
    sandbox.write("models/spine.yml", spine);
    sandbox
        .run(["parse"])
        .code(2)
        .talk_has("neither it nor another one has a dimension with a `time_granularity`");
}
