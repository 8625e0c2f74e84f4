//! Semantic models, metrics and saved queries: what is refused.

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
