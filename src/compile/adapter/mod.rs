//! The object `adapter` of the run-time scope.
//!
//! What every warehouse does is here, in terms of the adapter's trait; a method
//! that only one engine has is passed on to it by name.

mod columns;
mod constraints;
mod naming;
mod relations;
mod snapshots;
mod statements;
mod strategies;

use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest, from_args};
use minijinja::{Error, State, Value};
use serde_json::Value as Json;

use super::ahead;
use super::state::{JobState, lock};
use crate::adapter::MemberCall;
use crate::diagnostics::Diagnostic;
use crate::objects::{self, Arguments, ColumnClass, RelationClass};
use crate::sql::{Column, Relation};
use crate::template::{self, Notice};

/// `adapter`: the warehouse as templates see it. dbt: `RuntimeDatabaseWrapper`.
#[derive(Debug)]
pub(super) struct AdapterObject {
    state: Arc<JobState>,
}

/// A method of `adapter`.
type Method = fn(&AdapterObject, &mut State<'_, '_>, &[Value]) -> Result<Value, Error>;

/// The methods that every warehouse has.
const METHODS: &[(&str, Method)] = &[
    ("add_query", statements::add_query),
    ("already_exists", relations::already_exists),
    ("assert_valid_snapshot_target_given_strategy", snapshots::assert_valid_target),
    ("build_catalog_relation", naming::none),
    ("cache_added", relations::cache_added),
    ("cache_dropped", relations::cache_dropped),
    ("cache_renamed", relations::cache_renamed),
    ("check_schema_exists", relations::check_schema_exists),
    ("commit", statements::commit),
    ("convert_datetimes_to_strs", naming::same),
    ("convert_type", columns::convert_type),
    ("create_schema", relations::create_schema),
    ("dispatch", naming::dispatch),
    ("drop_relation", relations::drop_relation),
    ("drop_schema", relations::drop_schema),
    ("execute", statements::execute),
    ("expand_target_column_types", columns::expand_target_column_types),
    ("get_catalog_integration", naming::no_catalog),
    ("get_column_schema_from_query", columns::get_column_schema_from_query),
    ("get_columns_in_relation", columns::get_columns_in_relation),
    ("get_columns_in_table", columns::get_columns_in_table),
    ("get_hard_deletes_behavior", snapshots::get_hard_deletes_behavior),
    ("get_incremental_strategy_macro", strategies::get_incremental_strategy_macro),
    ("get_missing_columns", columns::get_missing_columns),
    ("get_relation", relations::get_relation),
    ("list_relations", relations::list_relations),
    ("load_rows", statements::load_rows),
    ("quote", naming::quote),
    ("quote_as_configured", naming::quote_as_configured),
    ("quote_seed_column", naming::quote_seed_column),
    ("read_columns", columns::read_columns),
    ("rename_relation", relations::rename_relation),
    ("render_raw_columns_constraints", constraints::render_raw_columns_constraints),
    ("render_raw_model_constraints", constraints::render_raw_model_constraints),
    ("standardize_grants_dict", columns::standardize_grants_dict),
    ("truncate_relation", relations::truncate_relation),
    ("type", naming::kind),
    ("valid_snapshot_target", snapshots::valid_target),
    ("warn_once", AdapterObject::warn_once),
];

impl AdapterObject {
    pub(super) fn new(state: &Arc<JobState>) -> Self {
        Self { state: Arc::clone(state) }
    }

    /// A relation as templates hold it.
    fn relation(&self, relation: Relation) -> Value {
        objects::relation(relation, self.state.runtime.adapter().dialect())
    }

    /// Columns as templates hold them.
    fn columns(&self, columns: Vec<Column>) -> Value {
        let dialect = self.state.runtime.adapter().dialect();
        let columns = columns.into_iter().map(|column| objects::column(column, dialect)).collect();
        Value::from_object(template::MutList::new(columns))
    }

    /// Fails for what is not to be called ahead of the job's turn.
    fn check_turn(&self, method: &str) -> Result<(), Error> {
        if ahead::METHODS.contains(&method) {
            return Ok(());
        }
        self.state.check_turn().map_err(template::raise)
    }

    fn warn_once(&self, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let arguments = Arguments::bind("warn_once", &["msg"], args)?;
        let message = template::text(arguments.require("warn_once", "msg")?);
        let is_new = lock(&self.state.runtime.warned).insert(message.clone());
        if is_new {
            self.state.listener.notice(Notice::Warning(message));
        }
        Ok(Value::from(()))
    }

    /// A method that only this engine has.
    fn call_member(&self, name: &str, args: &[Value]) -> Result<Option<Value>, Error> {
        let (Rest(positional), keywords): (Rest<Value>, Kwargs) = from_args(args)?;
        let keyword = |name: &str| Ok((name.to_owned(), template::to_json(&keywords.get::<Value>(name)?)));
        let call = MemberCall {
            name: name.to_owned(),
            args: positional.iter().map(template::to_json).collect(),
            kwargs: keywords.args().map(keyword).collect::<Result<_, Error>>()?,
        };
        self.state.check_stop().map_err(template::raise)?;
        let called = {
            let mut session = self.state.worker.session();
            self.state.runtime.adapter().call_member(Some(session.as_mut()), &call)
        };
        let result = called.transpose().map_err(|error| template::raise(self.state.refused(error)))?;
        Ok(result.map(|json| match json {
            Json::Object(index) if name == "parse_index" => objects::index(index),
            json => template::to_value(&json),
        }))
    }

    fn unknown(name: &str) -> Error {
        let names = METHODS.iter().map(|(name, _)| *name);
        let finding =
            Diagnostic::error("unknown-adapter-method", format!("`adapter` has no method `{name}`"));
        template::raise_diagnostic(finding.suggest(name, names))
    }
}

impl Object for AdapterObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if let Err(error) = self.check_turn(name) {
            return Some(Value::from(error));
        }
        let runtime = &self.state.runtime;
        let dialect = runtime.adapter().dialect();
        match name {
            "Relation" => Some(Value::from_object(RelationClass::new(dialect, runtime.quoting))),
            "Column" => Some(Value::from_object(ColumnClass::new(dialect))),
            "behavior" => Some(Value::from_object(Behavior { state: Arc::clone(&self.state) })),
            _ => {
                let (_, method) = METHODS.iter().find(|(known, _)| *known == name)?;
                Some(bound(Arc::clone(self), *method))
            }
        }
    }

    fn call_method(
        self: &Arc<Self>,
        running: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        self.check_turn(name)?;
        match METHODS.iter().find(|(known, _)| *known == name) {
            Some((_, method)) => method(self, running, args),
            None if matches!(name, "Relation" | "Column") => {
                self.get_value(&Value::from(name)).unwrap_or_default().call(running, args)
            }
            None => self.call_member(name, args)?.ok_or_else(|| Self::unknown(name)),
        }
    }
}

/// Calls a macro by its unqualified name, as the node's own text would.
fn call_macro(running: &mut State<'_, '_>, name: &str, args: &[Value]) -> Result<Value, Error> {
    if let Some(found) = template::lookup(running, name)? {
        return found.call(running, args);
    }
    let message = format!("there is no macro `{name}`, which this call needs");
    Err(template::raise_diagnostic(Diagnostic::error("unknown-macro", message)))
}

/// A method as a value: `{% set dispatch = adapter.dispatch %}`.
fn bound(adapter: Arc<AdapterObject>, method: Method) -> Value {
    Value::from_function(move |running: &mut State<'_, '_>, Rest(mut args): Rest<Value>, keywords: Kwargs| {
        args.push(keywords.into());
        method(&adapter, running, &args)
    })
}

/// The relation that an argument must be.
fn relation_argument(arguments: &Arguments, function: &str, name: &str) -> Result<Relation, Error> {
    let value = arguments.require(function, name)?;
    objects::as_relation(value).ok_or_else(|| {
        let given = template::repr(value);
        template::raise_message(format!(
            "`adapter.{function}` takes a relation as its argument `{name}`, not {given}"
        ))
    })
}

/// `adapter.behavior`: the project's behaviour flags.
#[derive(Debug)]
struct Behavior {
    state: Arc<JobState>,
}

impl Object for Behavior {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let is_on = self.state.runtime.parts.project.flags.changes_behavior(key.as_str()?);
        Some(Value::from_object(BehaviorFlag(is_on)))
    }
}

/// A behaviour flag: true or not, with or without a warning.
#[derive(Debug)]
struct BehaviorFlag(bool);

impl Object for BehaviorFlag {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.0
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        matches!(key.as_str()?, "no_warn" | "setting").then(|| Value::from(self.0))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0 { "True" } else { "False" })
    }
}

/// A field of a JSON object as text; `None` where it is absent or null.
fn field(json: &Json, name: &str) -> Option<String> {
    let value = json.get(name).filter(|value| !value.is_null())?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}
