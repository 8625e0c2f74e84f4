//! `exceptions.*`: how templates stop, and warn.

use std::sync::Arc;

use minijinja::value::{Enumerator, Kwargs, Object, Rest};
use minijinja::{Error, State};

use super::Facts;
use crate::diagnostics::Diagnostic;
use crate::project::Treatment;
use crate::project::warnings::TEMPLATE_WARNING;
use crate::template::{self, Notice, Value};

/// A way to stop.
struct Stop {
    name: &'static str,
    code: &'static str,
    parameters: &'static [&'static str],
    /// What is said, from the arguments as texts.
    message: fn(&[String]) -> String,
}

/// dbt's ways to stop, by name.
const STOPS: &[Stop] = &[
    stop("raise_compiler_error", "raised", &["msg", "node"], first),
    stop("raise_database_error", "raised-database-error", &["msg", "node"], first),
    stop("raise_dependency_error", "raised-dependency-error", &["msg"], first),
    stop("raise_fail_fast_error", "fail-fast", &["msg", "node"], first),
    stop("raise_not_implemented", "not-implemented", &["msg"], |a| format!("not implemented: {}", at(a, 0))),
    stop("raise_cache_inconsistent", "cache", &["message"], first),
    stop("raise_dataclass_not_dict", "not-a-mapping", &["obj"], |a| {
        format!("`{}` is not a mapping", at(a, 0))
    }),
    stop("missing_config", "missing-config", &["model", "name"], |a| {
        format!("`{}` does not set the config `{}`, which its materialization needs", at(a, 0), at(a, 1))
    }),
    stop("missing_materialization", "unknown-materialization", &["model", "adapter_type"], |a| {
        format!("there is no materialization for `{}` on `{}`", at(a, 0), at(a, 1))
    }),
    stop("missing_relation", "missing-relation", &["relation", "model"], |a| {
        format!("the relation {} was not found", at(a, 0))
    }),
    stop("relation_wrong_type", "relation-type", &["relation", "expected_type", "model"], |a| {
        format!("the relation {} is not a {}; drop it first", at(a, 0), at(a, 1))
    }),
    stop("raise_ambiguous_alias", "ambiguous-alias", &["node_1", "node_2", "duped_name"], |a| {
        format!("`{}` and `{}` are stored under the same name {}", at(a, 0), at(a, 1), at(a, 2))
    }),
    stop("raise_ambiguous_catalog_match", "ambiguous-catalog", &["unique_id", "match_1", "match_2"], |a| {
        format!("the catalog has two relations for `{}`: {} and {}", at(a, 0), at(a, 1), at(a, 2))
    }),
    stop("raise_dep_not_found", "unknown-package", &["node", "node_description", "required_pkg"], |a| {
        format!("`{}` needs the package `{}`, which is not installed", at(a, 0), at(a, 2))
    }),
    stop("raise_duplicate_patch_name", "duplicate-properties", &["patch_1", "existing_patch_path"], |a| {
        format!("`{}` is described twice, also in `{}`", at(a, 0), at(a, 1))
    }),
    stop("raise_duplicate_resource_name", "duplicate-name", &["node_1", "node_2"], |a| {
        format!("`{}` and `{}` have the same name", at(a, 0), at(a, 1))
    }),
    stop("raise_invalid_property_yml_version", "property-version", &["path", "issue"], |a| {
        format!("the property file `{}` is invalid: {}", at(a, 0), at(a, 1))
    }),
    stop("column_type_missing", "column-type-missing", &["column_names"], |a| {
        format!(
            "a contract needs the `data_type` of each column; it is missing for {names} (dbt says: Please ensure \
             that the column name and data_type are defined within the YAML configuration for the {names} column(s).)",
            names = at(a, 0)
        )
    }),
];

const fn stop(
    name: &'static str,
    code: &'static str,
    parameters: &'static [&'static str],
    message: fn(&[String]) -> String,
) -> Stop {
    Stop { name, code, parameters, message }
}

fn at(arguments: &[String], place: usize) -> &str {
    arguments.get(place).map_or("", String::as_str)
}

fn first(arguments: &[String]) -> String {
    at(arguments, 0).to_owned()
}

/// Why a warning is an error.
pub(super) const WARNINGS_FAIL: &str = "warnings are errors because of `--warn-error`";

/// The object `exceptions`.
#[derive(Debug)]
pub(super) struct Exceptions {
    facts: Arc<Facts>,
}

impl Exceptions {
    pub(super) fn new(facts: &Arc<Facts>) -> Self {
        Self { facts: Arc::clone(facts) }
    }

    fn stopping(&self, stop: &'static Stop) -> Value {
        let facts = Arc::clone(&self.facts);
        Value::from_function(move |Rest(positional): Rest<Value>, keywords: Kwargs| -> Result<Value, Error> {
            let argument = |(at, name): (usize, &&str)| {
                let given = positional.get(at).cloned().or_else(|| keywords.peek::<Value>(name).ok());
                given.as_ref().map(label).unwrap_or_default()
            };
            let arguments: Vec<String> = stop.parameters.iter().enumerate().map(argument).collect();
            let message = facts.secrets.mask(&(stop.message)(&arguments));
            Err(template::raise_diagnostic(Diagnostic::error(stop.code, message)))
        })
    }
}

impl Object for Exceptions {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        match name {
            "warn" => Some(warn(&self.facts)),
            "warn_snapshot_timestamp_data_types" => Some(Value::from_function(warn_of_types)),
            "raise_contract_error" => Some(Value::from_function(contract_broken)),
            _ => STOPS.iter().find(|stop| stop.name == name).map(|stop| self.stopping(stop)),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let own = ["warn", "warn_snapshot_timestamp_data_types", "raise_contract_error"];
        Enumerator::Values(
            own.into_iter().chain(STOPS.iter().map(|stop| stop.name)).map(Value::from).collect(),
        )
    }
}

/// A node is told by its id, anything else by its text.
fn label(value: &Value) -> String {
    let id = value.get_attr("unique_id").ok().filter(|id| !id.is_undefined() && !id.is_none());
    template::text(id.as_ref().unwrap_or(value))
}

fn warn(facts: &Arc<Facts>) -> Value {
    let facts = Arc::clone(facts);
    Value::from_function(
        move |state: &mut State<'_, '_>, message: Value, _node: Option<Value>| -> Result<Value, Error> {
            template::depends_on_run(state);
            let message = facts.secrets.mask(&template::text(&message));
            match facts.flags.treatment(Some(TEMPLATE_WARNING)) {
                Treatment::IsError => {
                    let finding = Diagnostic::error("raised-warning", message);
                    return Err(template::raise_diagnostic(finding.note(WARNINGS_FAIL)));
                }
                Treatment::Told => template::scope(state)?.notices().notice(Notice::Warning(message)),
                Treatment::Silenced => {}
            }
            Ok(Value::from(""))
        },
    )
}

fn warn_of_types(
    state: &mut State<'_, '_>,
    snapshot_time: &Value,
    updated_at: &Value,
) -> Result<Value, Error> {
    template::depends_on_run(state);
    let message = format!(
        "the snapshot's timestamps are of type `{}`, its `updated_at` is of type `{}`; cast `updated_at` to the former (dbt says: Please update snapshot config 'updated_at')",
        template::text(snapshot_time),
        template::text(updated_at),
    );
    template::scope(state)?.notices().notice(Notice::Warning(message));
    Ok(Value::from(""))
}

/// `raise_contract_error(yaml_columns, sql_columns)`: a table of the columns in
/// which a contract and its model differ, under dbt's headings.
fn contract_broken(contract: &Value, definition: &Value) -> Result<Value, Error> {
    let (promised, found) = (columns(contract), columns(definition));
    let mut rows: Vec<[&str; 4]> = Vec::new();
    for (name, kind) in &found {
        match promised.iter().find(|(other, _)| other == name) {
            None => rows.push([name, kind, "", "missing in contract"]),
            Some((_, other)) if other != kind => rows.push([name, kind, other, "data type mismatch"]),
            Some(_) => {}
        }
    }
    let is_missing = |name: &str| !found.iter().any(|(other, _)| other == name);
    let missing = promised.iter().filter(|(name, _)| is_missing(name));
    rows.extend(missing.map(|(name, kind)| [name.as_str(), "", kind, "missing in definition"]));
    rows.sort_unstable();
    let message = format!(
        "the model's columns are not those that its contract promises\n\n{}",
        table(["column_name", "definition_type", "contract_type", "mismatch_reason"], &rows)
    );
    let finding = Diagnostic::error("contract-broken", message);
    let finding = finding.known_as(if promised.is_empty() {
        "This model has an enforced contract, and its 'columns' specification is missing"
    } else {
        "This model has an enforced contract that failed. Please ensure the name, data_type, and number of \
         columns in your contract match the columns in your model's definition."
    });
    Err(template::raise_diagnostic(
        finding.help("change the model's query, or `columns` in its property file"),
    ))
}

/// Rows below headings, with lines between the cells.
fn table<const N: usize>(headings: [&str; N], rows: &[[&str; N]]) -> String {
    let width = |at: usize| {
        let cells = rows.iter().chain([&headings]).filter_map(|row| row.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let line = |row: &[&str; N]| {
        let cells = row.iter().enumerate().map(|(at, cell)| {
            // A width in a format has 16 bits.
            let space = " ".repeat(width(at).saturating_sub(cell.chars().count()));
            format!(" {cell}{space} |")
        });
        format!("|{}", cells.collect::<String>())
    };
    let rule: String =
        (0..N).map(width).fold("|".to_owned(), |rule, width| rule + " " + &"-".repeat(width) + " |");
    let lines = [line(&headings), rule].into_iter().chain(rows.iter().map(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Names and types of a list of column dictionaries.
fn columns(list: &Value) -> Vec<(String, String)> {
    let field = |column: &Value, name: &str| {
        column.get_attr(name).map(|value| template::text(&value)).unwrap_or_default()
    };
    let Ok(items) = list.try_iter() else { return Vec::new() };
    items.map(|column| (field(&column, "name"), field(&column, "data_type"))).collect()
}
