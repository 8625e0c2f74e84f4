//! Constraints as DDL.

use minijinja::{Error, State, Value};
use serde_json::Value as Json;

use super::{AdapterObject, field};
use crate::diagnostics::Diagnostic;
use crate::manifest::foreign_key_target;
use crate::objects::Arguments;
use crate::template::{self, Notice, Text};

type Called = Result<Value, Error>;

/// `render_raw_columns_constraints(raw_columns)`: name, type and constraints of each column.
pub(super) fn render_raw_columns_constraints(
    adapter: &AdapterObject,
    running: &mut State<'_, '_>,
    args: &[Value],
) -> Called {
    let arguments = Arguments::bind("render_raw_columns_constraints", &["raw_columns"], args)?;
    let columns = template::to_json(arguments.require("render_raw_columns_constraints", "raw_columns")?);
    let dialect = adapter.state.runtime.adapter().dialect();
    let mut lines = Vec::new();
    for column in columns.as_object().into_iter().flat_map(|columns| columns.values()) {
        let name = field(column, "name").unwrap_or_default();
        let quotes = column.get("quote").and_then(Json::as_bool).unwrap_or(false);
        let mut words = vec![if quotes { dialect.quote(&name) } else { name }];
        words.extend(field(column, "data_type"));
        for constraint in column.get("constraints").and_then(Json::as_array).into_iter().flatten() {
            words.extend(on_column(adapter, running, constraint)?);
        }
        lines.push(Value::from(words.join(" ")));
    }
    Ok(Value::from_object(template::MutList::new(lines)))
}

/// `render_raw_model_constraints(raw_constraints)`: constraints of a model as a whole.
pub(super) fn render_raw_model_constraints(
    adapter: &AdapterObject,
    running: &mut State<'_, '_>,
    args: &[Value],
) -> Called {
    let arguments = Arguments::bind("render_raw_model_constraints", &["raw_constraints"], args)?;
    let constraints =
        template::to_json(arguments.require("render_raw_model_constraints", "raw_constraints")?);
    let mut lines = Vec::new();
    for constraint in constraints.as_array().into_iter().flatten() {
        lines.extend(on_model(adapter, running, constraint)?.map(Value::from));
    }
    Ok(Value::from_object(template::MutList::new(lines)))
}

fn on_column(
    adapter: &AdapterObject,
    running: &mut State<'_, '_>,
    constraint: &Json,
) -> Result<Option<String>, Error> {
    let expression = field(constraint, "expression");
    let with = |words: &str| {
        [Some(words.to_owned()), expression.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let kind = kind(constraint)?;
    if !is_possible(adapter, constraint, &kind) {
        return Ok(None);
    }
    Ok(match kind.as_str() {
        "check" => expression.map(|expression| format!("check ({expression})")),
        "not_null" => Some(with("not null")),
        "unique" => Some(with("unique")),
        "primary_key" => Some(with("primary key")),
        "foreign_key" => target(adapter, running, constraint)?.map(|target| format!("references {target}")),
        _ => expression,
    })
}

fn on_model(
    adapter: &AdapterObject,
    running: &mut State<'_, '_>,
    constraint: &Json,
) -> Result<Option<String>, Error> {
    let prefix = field(constraint, "name").map(|name| format!("constraint {name} ")).unwrap_or_default();
    let columns = names(constraint, "columns");
    let expression = field(constraint, "expression");
    let middle = expression.as_ref().map(|expression| format!(" {expression}")).unwrap_or_default();
    let kind = kind(constraint)?;
    if !is_possible(adapter, constraint, &kind) {
        return Ok(None);
    }
    let text = match kind.as_str() {
        "check" => expression.map(|expression| format!("check ({expression})")),
        "unique" => Some(format!("unique{middle} ({columns})")),
        "primary_key" => Some(format!("primary key{middle} ({columns})")),
        "foreign_key" => {
            let target = target(adapter, running, constraint)?;
            target.map(|target| format!("foreign key ({columns}) references {target}"))
        }
        "custom" => expression,
        _ => None,
    };
    Ok(text.map(|text| format!("{prefix}{text}")))
}

fn kind(constraint: &Json) -> Result<String, Error> {
    const KINDS: &[&str] = &["check", "not_null", "unique", "primary_key", "foreign_key", "custom"];
    let kind = field(constraint, "type").unwrap_or_default();
    if KINDS.contains(&kind.as_str()) {
        return Ok(kind);
    }
    let finding = Diagnostic::error("constraint-type", format!("`{kind}` is no type of constraint"));
    Err(template::raise_diagnostic(finding.suggest(&kind, KINDS.iter().copied())))
}

/// Whether a table can have such a constraint; a warning says so where it cannot, or
/// where nobody would check it.
fn is_possible(adapter: &AdapterObject, constraint: &Json, kind: &str) -> bool {
    let runtime = &adapter.state.runtime;
    let capabilities = runtime.adapter().capabilities();
    let warns = |flag: &str| constraint.get(flag).and_then(Json::as_bool).unwrap_or(true);
    let subject = adapter.state.subject.name(runtime);
    let warn = |message: String| adapter.state.listener.notice(Notice::Warning(message));
    let is_possible = !capabilities.missing_constraints.contains(&kind);
    if !is_possible && warns("warn_unsupported") {
        warn(format!("the warehouse has no constraint `{kind}`; that of `{subject}` is left out"));
    }
    if capabilities.unenforced_constraints.contains(&kind) && warns("warn_unenforced") {
        warn(format!("the warehouse does not check the constraint `{kind}` of `{subject}`"));
    }
    is_possible
}

fn names(constraint: &Json, key: &str) -> String {
    let names = constraint.get(key).and_then(Json::as_array).into_iter().flatten();
    names.filter_map(Json::as_str).collect::<Vec<_>>().join(", ")
}

/// What a foreign key points at: `to` and `to_columns`, else the expression.
fn target(
    adapter: &AdapterObject,
    running: &mut State<'_, '_>,
    constraint: &Json,
) -> Result<Option<String>, Error> {
    let columns = names(constraint, "to_columns");
    let Some(mut to) = field(constraint, "to").filter(|_| !columns.is_empty()) else {
        return Ok(field(constraint, "expression"));
    };
    let runtime = &adapter.state.runtime;
    let place = adapter.state.subject.span(runtime);
    if let (Some(template), Some(place)) = (foreign_key_target(constraint), place) {
        to = template::render_text(running, &Text::new(template, place.file, place.start))?;
    }
    let names_database = runtime.adapter().capabilities().foreign_keys_name_database;
    let to = match to.split('.').collect::<Vec<_>>().as_slice() {
        [_, schema, table] if !names_database => format!("{schema}.{table}"),
        _ => to,
    };
    Ok(Some(format!("{to} ({columns})")))
}
