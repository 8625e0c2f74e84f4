//! A new engine is two traits and a few macros: this one keeps names on a shelf,
//! understands five words, has no transactions, and still runs a project.

use std::sync::{Arc, Mutex, MutexGuard};

use model::adapter::{Adapter, Cancel, Capabilities, DatabaseError, MacroSet, MemberCall, Response, Session};
use model::compile::{Parts, RunOptions, Runtime};
use model::diagnostics::{Diagnostic, Style, render_all};
use model::graph::Graph;
use model::host::Environment;
use model::manifest::{self, Inputs};
use model::project::{self, Invocation, LoadRequest};
use model::run::{Mode, NodeResult, Plan, Stop, execute};
use model::source::SourceMap;
use model::sql::{Cell, Column, Dialect, Relation, RelationKind, Rows};
use model::template::{Notice, Notices};
use serde_json::{Map, Value as Json, json};

use crate::sandbox::Sandbox;

const FILES: &[(&str, &str)] = &[(
    "macros/toy.sql",
    "{% macro toy__create_schema(relation) %}
        {% call statement('create_schema') %}open {{ relation.schema }}{% endcall %}
    {% endmacro %}
    {% macro toy__create_table_as(temporary, relation, sql) %}keep {{ relation }} = {{ sql }}{% endmacro %}
    {% macro toy__create_view_as(relation, sql) %}show {{ relation }} = {{ sql }}{% endmacro %}
    {% macro toy__rename_relation(from_relation, to_relation) %}
        {% call statement('rename_relation') %}move {{ from_relation }} {{ to_relation }}{% endcall %}
    {% endmacro %}
    {% macro toy__drop_relation(relation) %}
        {% call statement('drop_relation') %}drop {{ relation }}{% endcall %}
    {% endmacro %}
    {% macro toy__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}count {{ main_sql }}{% endmacro %}",
)];

const CAPABILITIES: Capabilities = Capabilities {
    transactions: false,
    operations_begin: false,
    transactional_ddl: false,
    concurrent_batches: false,
    incremental_strategies: &["append"],
    foreign_keys_name_database: false,
    foreign_keys_survive_renames: true,
    combined_tests: false,
    loads_csv_files: false,
    refusal_title: "Database Error",
    drops_dependents: false,
    indexes_survive_renames: true,
    materialized_views: false,
    missing_constraints: &[],
    unenforced_constraints: &[],
};

/// What was said to the engine, and what it has.
#[derive(Debug, Default)]
struct Shelf {
    statements: Vec<String>,
    schemas: Vec<String>,
    relations: Vec<Relation>,
}

/// One shelf for all sessions.
#[derive(Debug, Clone, Default)]
struct Toy(Arc<Mutex<Shelf>>);

impl Toy {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().expect("nobody has panicked")
    }

    /// What was said since the last time, a line each.
    fn said(&self) -> String {
        std::mem::take(&mut self.shelf().statements).join("\n")
    }
}

impl Shelf {
    fn obey(&mut self, statement: &str) {
        self.statements.push(statement.split_whitespace().collect::<Vec<_>>().join(" "));
        let words: Vec<&str> = statement.split_whitespace().collect();
        match words.as_slice() {
            ["open", schema] => self.schemas.push((*schema).to_owned()),
            ["keep", name, ..] => self.relations.push(relation(name, RelationKind::Table)),
            ["show", name, ..] => self.relations.push(relation(name, RelationKind::View)),
            ["drop", name] => self.relations.retain(|known| known.render(&Dialect::ANSI) != *name),
            ["move", from, to] => {
                let at = self.relations.iter().position(|known| known.render(&Dialect::ANSI) == *from);
                let moved = self.relations.remove(at.expect("it is there"));
                self.relations.push(relation(to, moved.kind.expect("a kind")));
            }
            _ => {}
        }
    }
}

fn relation(name: &str, kind: RelationKind) -> Relation {
    let parts: Vec<&str> = name.split('.').map(|part| part.trim_matches('"')).collect();
    Relation::new(Some(parts[0]), parts[1], parts[2]).with_kind(kind)
}

impl Adapter for Toy {
    fn kind(&self) -> &'static str {
        "toy"
    }

    fn dialect(&self) -> &Dialect {
        &Dialect::ANSI
    }

    fn target(&self) -> Map<String, Json> {
        json!({"database": "box", "schema": "top"}).as_object().cloned().unwrap_or_default()
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn macros(&self) -> &'static [MacroSet] {
        &[MacroSet { kind: "toy", files: FILES }]
    }

    fn connect(&self) -> Result<Box<dyn Session>, DatabaseError> {
        Ok(Box::new(self.clone()))
    }

    fn source_location(&self, _: &Map<String, Json>) -> Result<Option<String>, DatabaseError> {
        Ok(None)
    }

    fn call_member(
        &self,
        _: Option<&mut dyn Session>,
        _: &MemberCall,
    ) -> Option<Result<Json, DatabaseError>> {
        None
    }
}

impl Session for Toy {
    fn execute(&mut self, sql: &str) -> Result<Response, DatabaseError> {
        self.shelf().obey(sql);
        Ok(Response { message: "DONE".to_owned(), ..Response::default() })
    }

    fn query(&mut self, sql: &str, _: Option<usize>) -> Result<(Response, Rows), DatabaseError> {
        let response = self.execute(sql)?;
        let columns = ["failures", "should_warn", "should_error"];
        let columns = columns.iter().map(|name| Column::new(*name, "number")).collect();
        let rows = vec![vec![Cell::Integer(0), Cell::Bool(false), Cell::Bool(false)]];
        Ok((response, Rows { columns, rows }))
    }

    fn relations(&mut self, _: Option<&str>) -> Result<Vec<Relation>, DatabaseError> {
        Ok(self.shelf().relations.clone())
    }

    fn schemas(&mut self, _: Option<&str>) -> Result<Vec<String>, DatabaseError> {
        Ok(self.shelf().schemas.clone())
    }

    fn columns(&mut self, _: &Relation) -> Result<Vec<Column>, DatabaseError> {
        Ok(Vec::new())
    }

    fn in_transaction(&self) -> bool {
        false
    }

    fn cancel_handle(&self) -> Arc<dyn Cancel> {
        Arc::new(self.clone())
    }
}

impl Cancel for Toy {
    fn cancel(&self) {}
}

/// Nobody listens.
#[derive(Debug)]
struct Nobody;

impl Notices for Nobody {
    fn notice(&self, _: Notice) {}
}

/// `model build` of the project with an adapter in place of the profile's: status and id
/// of each node.
pub(crate) fn build(sandbox: &Sandbox, replace: impl FnOnce(Arc<dyn Adapter>) -> Arc<dyn Adapter>) -> String {
    let sources = Arc::new(SourceMap::new());
    let request = LoadRequest {
        current_dir: sandbox.path(""),
        project_dir: None,
        profiles_dir: None,
        profile: None,
        target: None,
        threads: None,
        vars: None,
        flags: Map::new(),
        invocation: Invocation {
            id: "id".to_owned(),
            started_at: chrono::DateTime::UNIX_EPOCH,
            which: "build".to_owned(),
            command_line: "model build".to_owned(),
            timings: Arc::default(),
        },
        environment: Environment::default(),
        sources: Arc::clone(&sources),
    };
    let show = |found: Vec<Diagnostic>| -> ! { panic!("{}", render_all(&found, &sources, Style::Plain)) };
    let (mut project, _) = project::load(&request).unwrap_or_else(|found| show(found));
    project.profile.adapter = replace(Arc::clone(&project.profile.adapter));
    let notices: Arc<dyn Notices> = Arc::new(Nobody);
    let inputs = Inputs { project: &project, sources: &sources, notices: &notices, cache: None };
    let loaded = manifest::load(&inputs).unwrap_or_else(|found| show(found));
    let graph = Graph::new(&loaded.manifest).unwrap_or_else(|found| show(found));
    let runtime = Arc::new(Runtime::new(Parts {
        project: Arc::new(project),
        manifest: Arc::new(loaded.manifest),
        engine: loaded.engine,
        sources: Arc::clone(&sources),
        options: RunOptions { write: false, ..RunOptions::default() },
        selected: Vec::new(),
    }));
    let plan = Plan {
        earlier: Arc::default(),
        nodes: graph.order().to_vec(),
        mode: Mode::Build,
        threads: 1,
        fail_fast: false,
        warn_error: false,
        combined_tests: true,
        stop: Stop::new(),
    };
    let outcome = execute(&runtime, &graph, &plan, &mut |_| {});
    let line = |result: &NodeResult| format!("{} {}", result.status.as_str(), result.unique_id);
    outcome.results.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_project_runs_on_an_engine_that_nobody_knew() {
    let sandbox = Sandbox::new()
        .file("project.yml", "{name: shop, query-comment: ''}")
        .model("stored", "{{ config(materialized='table') }} all the fruit")
        .model("shown", "all of {{ ref('stored') }}")
        .file("models/schema.yml", "models: [{name: stored, columns: [{name: id, data_tests: [not_null]}]}]");
    let toy = Toy::default();
    let results = "success model.shop.stored\n\
                   pass test.shop.not_null_stored_id.bef3ac4c4f\n\
                   success model.shop.shown";
    assert_eq!(build(&sandbox, |_| Arc::new(toy.clone())), results);
    assert_eq!(
        toy.said(),
        r#"open top
keep "box"."top"."stored__dbt_tmp" = all the fruit
move "box"."top"."stored__dbt_tmp" "box"."top"."stored"
count select id from "box"."top"."stored" where id is null
show "box"."top"."shown__dbt_tmp" = all of "box"."top"."stored"
move "box"."top"."shown__dbt_tmp" "box"."top"."shown""#
    );
    assert_eq!(build(&sandbox, |_| Arc::new(toy.clone())), results);
    assert_eq!(
        toy.said(),
        r#"keep "box"."top"."stored__dbt_tmp" = all the fruit
move "box"."top"."stored" "box"."top"."stored__dbt_backup"
move "box"."top"."stored__dbt_tmp" "box"."top"."stored"
drop "box"."top"."stored__dbt_backup"
count select id from "box"."top"."stored" where id is null
show "box"."top"."shown__dbt_tmp" = all of "box"."top"."stored"
move "box"."top"."shown" "box"."top"."shown__dbt_backup"
move "box"."top"."shown__dbt_tmp" "box"."top"."shown"
drop "box"."top"."shown__dbt_backup""#
    );
}
