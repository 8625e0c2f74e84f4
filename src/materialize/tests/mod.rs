//! What each materialization asks an executor to do, in order.

mod judged;
mod stored;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::sample::model;
use super::*;
use crate::adapter::{Capabilities, Response};
use crate::compile::Failure;
use crate::diagnostics::Diagnostic;
use crate::manifest::Node;
use crate::objects;
use crate::source::{SourceFile, SourceMap};
use crate::sql::{Column, Dialect, Relation, RelationKind, Rows};
use crate::template::Value;

/// Macros whose statements are all that matters; the script shows the call.
const DOES: &[&str] = &[
    "apply_grants",
    "persist_docs",
    "create_indexes",
    "create_csv_table",
    "reset_csv_table",
    "load_csv_rows",
    "process_schema_changes",
    "alter_column_type",
    "build_snapshot_staging_table",
    "create_columns",
    "post_snapshot",
];

const CAPABILITIES: Capabilities = Capabilities {
    transactions: true,
    foreign_keys_name_database: false,
    foreign_keys_survive_renames: false,
    indexes_survive_renames: false,
    operations_begin: true,
    transactional_ddl: true,
    materialized_views: true,
    drops_dependents: true,
    concurrent_batches: false,
    incremental_strategies: &["append", "delete+insert", "merge"],
    missing_constraints: &[],
    unenforced_constraints: &[],
    combined_tests: true,
    loads_csv_files: true,
    refusal_title: "Database Error",
};

/// An executor that only writes down what it is asked to do.
#[derive(Default)]
struct Recorder {
    script: Vec<String>,
    existing: BTreeMap<String, RelationKind>,
    columns: BTreeMap<String, Vec<Column>>,
    answers: Vec<Rows>,
    fails_at: Option<&'static str>,
    missing: Vec<&'static str>,
    returns: Value,
    main: Option<(Response, Rows)>,
    is_open: bool,
}

impl Recorder {
    fn with(existing: &[(&str, RelationKind)]) -> Self {
        let existing = existing.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        Self { existing, ..Self::default() }
    }

    fn note(&mut self, line: String) -> Result<(), Failure> {
        let fails = self.fails_at.is_some_and(|text| line.contains(text));
        self.script.push(line);
        if fails { Err(Diagnostic::error("refused", "refused").into()) } else { Ok(()) }
    }

    fn script(&self) -> String {
        self.script.join("\n").replace("\"db\".\"main\".", "")
    }
}

fn name(relation: &Relation) -> String {
    relation.identifier.clone().unwrap_or_default()
}

fn render(relation: &Relation) -> String {
    relation.render(&Dialect::ANSI)
}

impl Executor for Recorder {
    fn call(&mut self, name: &str, args: &[Value]) -> Result<Value, Failure> {
        let shown: Vec<String> = args.iter().map(ToString::to_string).collect();
        let call = format!("{name}({})", shown.join(", "));
        if DOES.contains(&name) {
            self.note(format!("call {call}"))?;
        }
        let temporary = || {
            let mut relation = objects::as_relation(args.last().unwrap()).unwrap();
            relation.database = None;
            relation.schema = None;
            let temporary = relation.with_identifier("temp");
            objects::relation(temporary, &Dialect::ANSI)
        };
        let beside = |suffix: &str| {
            let relation = objects::as_relation(args.first().unwrap()).unwrap();
            objects::relation(relation.with_suffix(suffix, &Dialect::ANSI), &Dialect::ANSI)
        };
        Ok(match name {
            "make_intermediate_relation" => beside("__dbt_tmp"),
            "make_backup_relation" => beside("__dbt_backup"),
            "make_temp_relation" | "build_snapshot_staging_table" => temporary(),
            "process_schema_changes" | "check_time_data_types" => Value::from(()),
            "should_revoke" => Value::from(true),
            "snapshot_timestamp_strategy" | "snapshot_mine_strategy" => Value::from("<strategy>"),
            "safe_cast" => Value::from(format!("cast({})", shown.join(" as "))),
            "get_materialized_view_configuration_changes" | "materialization_archive_default" => {
                self.returns.clone()
            }
            _ => Value::from(call),
        })
    }

    fn author(&self, name: &str) -> Option<Author> {
        (!self.missing.contains(&name)).then_some(Author::BuiltIn)
    }

    fn member(&self, name: &str) -> Value {
        Value::from(format!("<{name}>"))
    }

    fn render(&mut self, template: &str) -> Result<String, Failure> {
        Ok(template.replace("{{ this }}", "it"))
    }

    fn python(&mut self, purpose: Purpose, code: &str) -> Result<Response, Failure> {
        self.execute(purpose, code)
    }

    fn start(&mut self, sql: &str) -> Result<(), Failure> {
        self.execute(Purpose::Main, sql).map(drop)
    }

    fn answer(&mut self) -> Result<Response, Failure> {
        Ok(Response { message: "OK".to_owned(), ..Response::default() })
    }

    fn execute(&mut self, purpose: Purpose, sql: &str) -> Result<Response, Failure> {
        self.note(format!("{purpose:?}: {sql}").to_lowercase())?;
        Ok(Response { message: "OK".to_owned(), ..Response::default() })
    }

    fn query(
        &mut self,
        purpose: Purpose,
        sql: &str,
        _limit: Option<usize>,
    ) -> Result<(Response, Rows), Failure> {
        let response = self.execute(purpose, sql)?;
        let rows = if self.answers.is_empty() { Rows::default() } else { self.answers.remove(0) };
        Ok((response, rows))
    }

    fn count(&mut self, sql: &str) -> Result<(Response, Rows), Failure> {
        self.query(Purpose::Main, sql, None)
    }

    fn transaction(&mut self, step: Transaction) -> Result<(), Failure> {
        self.note(format!("{step:?}").to_lowercase())
    }

    fn in_transaction(&self) -> bool {
        self.is_open
    }

    fn existing(&mut self, relation: &Relation) -> Result<Option<Relation>, Failure> {
        let kind = self.existing.get(&name(relation)).copied();
        Ok(kind.map(|kind| relation.clone().with_kind(kind)))
    }

    fn columns(&mut self, relation: &Relation) -> Result<Vec<Column>, Failure> {
        Ok(self.columns.get(&name(relation)).cloned().unwrap_or_default())
    }

    fn change(&mut self, change: Change<'_>) -> Result<(), Failure> {
        let kind = |relation: &Relation| relation.kind.map_or("thing", RelationKind::as_str);
        match change {
            Change::Drop(relation) => {
                self.existing.remove(&name(relation));
                self.note(format!("drop {} {}", kind(relation), render(relation)))
            }
            Change::Rename(from, to) => {
                self.note(format!("rename {} {} to {}", kind(to), render(from), render(to)))
            }
            Change::Create(_) | Change::Lose(_) => Ok(()),
        }
    }

    fn source(&mut self, path: &str, text: &str) -> Arc<SourceFile> {
        SourceMap::new().add(path, text)
    }

    fn main_answer(&self) -> Option<(Response, Rows)> {
        self.main.clone()
    }

    fn warn(&mut self, warning: Diagnostic) {
        self.script.push(format!("warning: {}", warning.message));
    }
}

fn order(node: &Node) -> Order<'_> {
    let flags = Flags::default();
    Order { node, sql: "select 1", dialect: &Dialect::ANSI, capabilities: &CAPABILITIES, flags, slice: None }
}

/// The script of making a model with this configuration where `existing` exists.
fn made(config: &Json, existing: &[(&str, RelationKind)]) -> String {
    let mut executor = Recorder::with(existing);
    let node = model(config);
    make(&order(&node), &mut executor, Materializer::BuiltIn).unwrap();
    executor.script()
}

/// The message of the error, and the script that led to it.
fn refused(config: &Json, executor: &mut Recorder) -> String {
    let node = model(config);
    let failure = make(&order(&node), executor, Materializer::BuiltIn).unwrap_err();
    format!("{}\nerror: {}", executor.script(), failure.diagnostic().message)
}
