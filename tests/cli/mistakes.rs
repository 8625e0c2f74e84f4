//! What a wrong project is told: everything at once, each at its place.

use crate::sandbox::Sandbox;

#[test]
fn mistakes_of_several_files_come_together() {
    let sandbox = Sandbox::new()
        .model("orders", "select 1 as id")
        .model("a", "select * from {{ ref('order') }}")
        .model("b", "select * from {{ source('web', 'sesions') }}")
        .model("c", "{{ config(materialized='tabel') }} select 1")
        .model("d", "{% if true %} select 1")
        .file(
            "models/schema.yml",
            "
            sources:
              - name: web
                tables:
                  - name: sessions
            models:
              - name: orders
                columns:
                  - nam: id
        ",
        );
    sandbox.run(["build"]).code(2).talk(
        "
            warning[unknown-materialization]: `c` is materialized as `tabel`, which does not exist here
             --> models/c.sql:1:11
              |
            1 | {{ config(materialized='tabel') }} select 1
              |           ^^^^^^^^^^^^ set here
              |
              = help: did you mean `table`?

            error[missing-key]: this column has no `name`
             --> models/schema.yml:8:9
              |
            8 |       - nam: id
              |         ^^^^^^^ add `name:` here

            error[unbalanced-tags]: `{% if %}` is never closed
             --> models/d.sql:1:1
              |
            1 | {% if true %} select 1
              | ^^^^^^^^^^^^^ opened here

            error[unknown-ref]: `a` needs the model, seed or snapshot `order`, which does not exist
             --> models/a.sql:1:18
              |
            1 | select * from {{ ref('order') }}
              |                  ^^^^^^^^^^^^ not found
              |
              = note: dbt says: depends on a node named 'order' which was not found
              = help: did you mean `orders`?

            error[unknown-source]: `b` needs the source table `web.sesions`, which does not exist
             --> models/b.sql:1:18
              |
            1 | select * from {{ source('web', 'sesions') }}
              |                  ^^^^^^^^^^^^^^^^^^^^^^^^ not found
              |
              = note: dbt says: depends on a source named 'web.sesions' which was not found
              = help: did you mean `web.sessions`?

            4 errors
        ",
    );
}

#[test]
fn a_materialization_of_another_warehouse_fails_alone() {
    let sandbox = Sandbox::new()
        .model("a", "select 1 as id")
        .model("b", "{{ config(materialized='dynamic_table') }} select * from {{ ref('a') }}");
    sandbox.run(["build"]).code(1).talk(
        "
            warning[unknown-materialization]: `b` is materialized as `dynamic_table`, which does not exist here
             --> models/b.sql:1:11
              |
            1 | {{ config(materialized='dynamic_table') }} select * from {{ ref('a') }}
              |           ^^^^^^^^^^^^ set here
              |
              = note: there are: ephemeral, external, incremental, materialized_view, table, table_function, view

            2 nodes, 1 thread, target `dev`

               OK    [ELAPSED]  1/2  view         main.a
            ERROR    [ELAPSED]  2/2  dynamic_table  main.b

            ERROR b
              error[unknown-materialization]: there is no materialization `dynamic_table`
              --> models/b.sql

            Done in [ELAPSED]: 1 passed, 1 failed
            `model retry` goes on with what failed or was skipped
        ",
    );
}

#[test]
fn the_calls_that_led_to_an_error_are_shown() {
    let sandbox = Sandbox::new().model("a", "select {{ cents('x') }} as price").file(
        "macros/cents.sql",
        r#"
            {% macro cents(amount) %}
              {{ checked(amount) }}
            {% endmacro %}

            {% macro checked(amount) %}
              {{ exceptions.raise_compiler_error("`" ~ amount ~ "` is no number") }}
            {% endmacro %}
        "#,
    );
    sandbox.run(["build"]).code(2).talk(
        r#"
            error[raised]: `x` is no number
             --> macros/cents.sql:6:6
              |
            2 |   {{ checked(amount) }}
              |      --------------- `checked` called from here
            ...
            6 |   {{ exceptions.raise_compiler_error("`" ~ amount ~ "` is no number") }}
              |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ raised here
              |
             ::: models/a.sql:1:11
              |
            1 | select {{ cents('x') }} as price
              |           ---------- `cents` called from here
        "#,
    );
}

#[test]
fn a_cycle_is_shown_edge_by_edge() {
    let sandbox =
        Sandbox::new().model("a", "select * from {{ ref('b') }}").model("b", "select * from {{ ref('a') }}");
    sandbox.run(["list"]).code(2).talk(
        "
            error[cycle]: nodes need each other: a -> b -> a
             --> models/a.sql:1:22
              |
            1 | select * from {{ ref('b') }}
              |                      ^^^ `a` needs `b`
              |
             ::: models/b.sql:1:22
              |
            1 | select * from {{ ref('a') }}
              |                      --- `b` needs `a`
              |
              = note: dbt says: Found a cycle: a --> b --> a
              = help: take one of these references away, or move what both need to a node of its own
        ",
    );
}

#[test]
fn a_macro_that_calls_itself_is_shown_once() {
    let sandbox = Sandbox::new()
        .model("a", "select {{ again() }}")
        .file("macros/again.sql", "{% macro again() %}{{ again() }}{% endmacro %}\n");
    sandbox.run(["build"]).code(2).talk(
        "
            error[template-recursion]: macros call each other without end
             --> macros/again.sql:1:23
              |
            1 | {% macro again() %}{{ again() }}{% endmacro %}
              |                       ^^^^^^^ `again` called from here
              |
             ::: models/a.sql:1:11
              |
            1 | select {{ again() }}
              |           ------- `again` called from here
              |
              = help: give the macro a case in which it does not call itself
        ",
    );
}

#[test]
fn keys_are_checked_in_every_file() {
    let sandbox = Sandbox::new()
        .file(
            "project.yml",
            "
            name: shop
            packages: []
            models:
              shop:
                stagin:
                  +materialized: table
        ",
        )
        .model("a", "select 1 as id")
        .file(
            "models/schema.yml",
            "
            models:
              - name: a
                descripton: x
            model: []
        ",
        );
    sandbox.run(["parse"]).success().talk(
        "
            warning[unknown-key]: there is no key `packages`
             --> project.yml:2:1
              |
            2 | packages: []
              | ^^^^^^^^ this does nothing

            warning[unknown-key]: a property file has no `model`
             --> models/schema.yml:4:1
              |
            4 | model: []
              | ^^^^^
              |
              = help: did you mean `models`?

            warning[unknown-key]: model `a` has an unknown key `descripton`
             --> models/schema.yml:3:5
              |
            3 |     descripton: x
              |     ^^^^^^^^^^ this has no effect
              |
              = help: did you mean `description`?

            warning[unused-config-path]: the configuration of `models.shop.stagin` applies to nothing
             --> project.yml:5:5
              |
            5 |     stagin:
              |     ^^^^^^ no node is below `models.shop.stagin`
              |
              = note: dbt says: Configuration paths exist in your dbt_project.yml file which do not apply to any resources. There are 1 unused configuration paths: - models.shop.stagin
              = help: check the spelling of the folders, or remove what is not needed

            1 node in order
        ",
    );
}

#[test]
fn a_key_that_a_project_cannot_have() {
    let sandbox = Sandbox::new().file("project.yml", "name: shop\nmodell-paths: [models]");
    sandbox.run(["parse"]).code(2).talk(
        "
            error[project-key]: there is no key `modell-paths`
             --> project.yml:2:1
              |
            2 | modell-paths: [models]
              | ^^^^^^^^^^^^
              |
              = note: dbt says: Additional properties are not allowed ('modell-paths' was unexpected)
              = help: did you mean `model-paths`?
        ",
    );
}

#[test]
fn yaml_that_cannot_be_read() {
    let sandbox = Sandbox::new().file(
        "project.yml",
        "
            name: shop
            vars: x: y
        ",
    );
    sandbox.run(["build"]).code(2)
        .talk("
            error[yaml-syntax]: a `:` stands where no key can be
             --> project.yml:2:8
              |
            2 | vars: x: y
              |        ^
              |
              = help: quote a value that holds `: `, or check the indentation of this line and of the one before
        ");
}

#[test]
fn a_list_that_is_not_closed() {
    let sandbox = Sandbox::new().file("models/schema.yml", "models: [\nversion: 2\nsources:\n");
    sandbox.run(["parse"]).code(2).talk(
        "
            error[yaml-syntax]: a `{` or `[` before this is never closed
             --> models/schema.yml:3:8
              |
            3 | sources:
              |        ^
              |
              = help: add the `}` or `]`, or a comma between the entries
        ",
    );
}

#[test]
fn a_property_file_that_is_no_yaml_is_told_of_once() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nsources: {shop: {+enabled: true}}\n")
        .file(
            "models/schema.yml",
            "sources: [{name: raw, tables: [{name: orders}]}]\ngroups: [{name: g, owner: {name: x}}]\nmodels: [{name: v\n",
        )
        .model("a", "select * from {{ source('raw', 'orders') }}")
        .model("b", "{{ config(group='g') }} select * from {{ ref('v', v=1) }}")
        .model("c", "select * from {{ ref('elsewhere') }}");
    sandbox.run(["parse"]).code(2).talk(
        "
            error[yaml-syntax]: a `{` or `[` before this is never closed
             --> models/schema.yml:3:18
              |
            3 | models: [{name: v
              |                  ^
              |
              = help: add the `}` or `]`, or a comma between the entries

            error[unknown-ref]: `c` needs the model, seed or snapshot `elsewhere`, which does not exist
             --> models/c.sql:1:18
              |
            1 | select * from {{ ref('elsewhere') }}
              |                  ^^^^^^^^^^^^^^^^ not found
              |
              = note: dbt says: depends on a node named 'elsewhere' which was not found

            2 errors
        ",
    );
}

#[test]
fn names_that_are_taken() {
    let sandbox = Sandbox::new().model("a", "select 1").file("models/x/a.sql", "select 1\n").file(
        "models/schema.yml",
        "
            models:
              - name: a
              - name: a
        ",
    );
    sandbox.run(["parse"]).code(2).talk(
        "
            error[described-twice]: model `a` is described twice
             --> models/schema.yml:3:11
              |
            2 |   - name: a
              |           - and here before
            3 |   - name: a
              |           ^ here
              |
              = help: merge the two entries into one

            error[duplicate-name]: the package `shop` has two models named `a`
             --> models/x/a.sql:1:1
              |
            1 | select 1
              | ^ the second one
              |
             ::: models/a.sql:1:1
              |
            1 | select 1
              | - the first one
              |
              = note: they are `models/a.sql` and `models/x/a.sql`
              = note: dbt says: dbt found two models with the name \"a\".
              = help: rename one of them, or disable one with `enabled: false`

            2 errors
        ",
    );
}

#[test]
fn folders_without_a_project() {
    let sandbox = Sandbox::empty();
    sandbox.run(["build"]).code(2).talk(
        "
            error[no-project]: there is no project in this folder or in one above it
             |
             = note: neither `project.yml` nor `dbt_project.yml` is in `[ROOT]`
             = help: go to the project's folder, or name it with `--project-dir`
             = help: start a new project with `model init`
        ",
    );
    sandbox.run(["run", "--project-dir", "nowhere"]).code(2).talk(
        "
            error[no-project]: there is no project in the given folder
             |
             = note: neither `project.yml` nor `dbt_project.yml` is in `[ROOT]/nowhere`
        ",
    );
}

#[test]
fn secrets_are_not_for_models() {
    let sandbox = Sandbox::new()
        .model("a", "select '{{ env_var('DBT_ENV_SECRET_KEY') }}' as id")
        .env("DBT_ENV_SECRET_KEY", "hunter2");
    sandbox.run(["build"]).code(2)
        .talk("
            error[secret-env-var]: the secret environment variable `DBT_ENV_SECRET_KEY` cannot be read here
             --> models/a.sql:1:12
              |
            1 | select '{{ env_var('DBT_ENV_SECRET_KEY') }}' as id
              |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ raised here
              |
              = note: variables that start with `DBT_ENV_SECRET` are readable in `profiles.yml` and `packages.yml` only
        ");
}

#[test]
fn a_config_that_is_nearly_a_known_one_is_questioned_once() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nmodels:\n  +materialised: table\n  +owner: amy\n")
        .model("a", "{{ config(uniqe_key='id', sla=3) }} select 1 as id")
        .model("b", "select 1 as id");
    sandbox.run(["parse"]).success().talk(
        "
            warning[unknown-config]: no config is called `uniqe_key`
             --> models/a.sql:1:11
              |
            1 | {{ config(uniqe_key='id', sla=3) }} select 1 as id
              |           ^^^^^^^^^ only a macro of your own could read this
              |
              = help: did you mean `unique_key`?

            warning[unknown-config]: no config is called `materialised`
             --> project.yml:3:18
              |
            3 |   +materialised: table
              |                  ^^^^^ only a macro of your own could read this
              |
              = help: did you mean `materialized`?

            2 nodes in order
        ",
    );
}

#[test]
fn a_query_that_ends_too_early_or_never_begins_is_told() {
    let sandbox = Sandbox::new().model("a", "select 1 as id;").model("b", "-- nothing yet");
    sandbox.run(["build"]).code(1).talk(
        r#"
            2 nodes, 1 thread, target `dev`

            ERROR    [ELAPSED]  1/2  view         main.a
            ERROR    [ELAPSED]  2/2  view         main.b

            ERROR a
              error[database-error]: Parser Error: syntax error at end of input
               --> models/a.sql:1:15
                |
              1 | select 1 as id;
                |               ^ the statement ends here
                |
                = help: leave out the `;`: the query becomes part of a larger statement

            ERROR b
              error[database-error]: Parser Error: syntax error at or near ")"
               --> SQL of b:3:1
                |
              3 | );
                | ^
                |
                = help: `b` holds no query, only comments: write one

            Done in [ELAPSED]: 0 passed, 2 failed
            `model retry` goes on with what failed or was skipped
        "#,
    );
}

#[test]
fn a_wrong_argument_of_a_test_is_shown_where_the_test_is_asked_for() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").file(
        "models/schema.yml",
        "
            models:
              - name: a
                data_tests: [{not_empty: {arguments: {modle: 1}}}]
        ",
    );
    let sandbox = sandbox.file("macros/t.sql", "{% test not_empty(model, mode='x') %}select 1{% endtest %}");
    sandbox.run(["parse"]).code(2).talk(
        "
            error[macro-arguments]: `test_not_empty` has no parameter `modle`
             --> models/schema.yml:3:19
              |
            3 |     data_tests: [{not_empty: {arguments: {modle: 1}}}]
              |                   ^^^^^^^^^ `test_not_empty` called from here
              |
              = note: it is declared as `test_not_empty(model, mode='x')`
              = note: dbt says: macro 'dbt_macro__test_not_empty' takes no keyword argument 'modle'
              = help: did you mean `model`?
        ",
    );
}

#[test]
fn without_a_connection_the_command_was_not_carried_out() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nprofile: shop\n")
        .file("profiles.yml", "shop: {target: dev, outputs: {dev: {type: duckdb, path: gone/shop.duckdb}}}\n")
        .model("a", "select 1 as id");
    sandbox.run(["build"]).code(2).talk_has("gone` of the database file does not exist");
}
