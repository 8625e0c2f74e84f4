//! Contracts: what is told where they are broken.

use crate::sandbox::Sandbox;

fn shop(properties: &str) -> Sandbox {
    Sandbox::new()
        .model("m", "{{ config(materialized='table') }} select 1 as id, 'a' as name")
        .file("models/models.yml", properties)
}

#[test]
fn columns_that_differ_are_told_in_a_table() {
    let sandbox = shop(
        "
        models:
          - name: m
            config: {contract: {enforced: true}}
            columns: [{name: id, data_type: text}, {name: more, data_type: int}]
        ",
    );
    sandbox.run(["run"]).code(1);
    let message = sandbox.json("target/run_results.json")["results"][0]["message"].clone();
    let message = message.as_str().expect("a message");
    assert!(
        message.contains("| id          | INTEGER         | VARCHAR       | data type mismatch    |"),
        "{message}"
    );
    assert!(
        message.contains("| name        | VARCHAR         |               | missing in contract   |"),
        "{message}"
    );
    assert!(
        message.contains("| more        |                 | INTEGER       | missing in definition |"),
        "{message}"
    );
}

#[test]
fn what_cannot_be_promised_is_refused_with_its_place() {
    let sandbox = shop(
        "
        models:
          - name: m
            config: {contract: {enforced: true}}
            columns:
              - {name: id, data_type: int, constraints: [{type: not_nul}]}
        ",
    );
    sandbox.run(["run"]).code(2).talk(
        "
            error[unknown-value]: `not_nul` is not a known `type` of a constraint of column `id`
             --> models/models.yml:5:57
              |
            5 |       - {name: id, data_type: int, constraints: [{type: not_nul}]}
              |                                                         ^^^^^^^
              |
              = note: known are `check`, `not_null`, `unique`, `primary_key`, `foreign_key`, `custom`
              = help: did you mean `not_null`?
        ",
    );
    sandbox.write("models/models.yml", "models: [{name: m, config: {contract: {enforced: true}}}]");
    sandbox.run(["run"]).code(2).talk(
        "
            error[empty-contract]: `m` has an enforced contract, but no columns
             --> models/models.yml:1:17
              |
            1 | models: [{name: m, config: {contract: {enforced: true}}}]
              |                 ^ described here
              |
              = note: dbt says: This model has an enforced contract, and its 'columns' specification is missing. Constraints must be defined in a `yml` schema configuration file
              = help: list its `columns`, each with its `data_type`
        ",
    );
}

#[test]
fn a_view_keeps_no_constraints() {
    let sandbox = shop(
        "
        models:
          - name: m
            config: {contract: {enforced: true}}
            columns:
              - {name: id, data_type: int, constraints: [{type: not_null}]}
              - {name: name, data_type: text}
        ",
    );
    sandbox.write("models/m.sql", "select 1 as id, 'a' as name");
    sandbox.run(["run"]).success().talk(
        "
            warning[unsupported-constraints]: the constraints of `m` are left out: it is materialized as `view`
             --> models/models.yml:2:11
              |
            2 |   - name: m
              |           ^ described here
              |
              = note: dbt says: Constraint types are not supported for view materializations
              = help: set `warn_unsupported: false` on each constraint, or make it a table

            1 node, 1 thread, target `dev`

               OK    [ELAPSED]  1/1  view         main.m

            Done in [ELAPSED]: 1 passed
        ",
    );
}
