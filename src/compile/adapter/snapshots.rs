//! What snapshots ask of the adapter.

use minijinja::{Error, State, Value};

use super::AdapterObject;
use super::columns::names_in_lower_case;
use crate::diagnostics::Diagnostic;
use crate::objects::Arguments;
use crate::template;

type Called = Result<Value, Error>;

/// Columns that every snapshot has.
const ALWAYS: &[&str] = &["dbt_scd_id", "dbt_valid_from", "dbt_valid_to"];

/// `valid_snapshot_target(relation, column_names=None)`.
pub(super) fn valid_target(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("valid_snapshot_target", &["relation", "column_names"], args)?;
    check(adapter, &arguments, ALWAYS)
}

/// `assert_valid_snapshot_target_given_strategy(relation, column_names, strategy)`.
pub(super) fn assert_valid_target(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let function = "assert_valid_snapshot_target_given_strategy";
    let arguments = Arguments::bind(function, &["relation", "column_names", "strategy"], args)?;
    let strategy = arguments.require(function, "strategy")?;
    let deletes = strategy.get_attr("hard_deletes").unwrap_or_default();
    if deletes.as_str() == Some("new_record") {
        return check(adapter, &arguments, &[ALWAYS, &["dbt_is_deleted"]].concat());
    }
    check(adapter, &arguments, ALWAYS)
}

fn check(adapter: &AdapterObject, arguments: &Arguments, columns: &[&str]) -> Called {
    let relation = arguments.require("valid_snapshot_target", "relation")?;
    let known = names_in_lower_case(adapter, relation)?;
    let renamed = |column: &str| -> Result<String, Error> {
        let Some(names) = arguments.given("column_names") else { return Ok(column.to_owned()) };
        let name = names.get_attr(column)?;
        Ok(if name.is_true() { template::text(&name) } else { column.to_owned() })
    };
    let wanted = columns.iter().map(|column| renamed(column)).collect::<Result<Vec<_>, Error>>()?;
    let missing: Vec<String> = wanted
        .iter()
        .filter(|name| !known.contains(&name.to_lowercase()))
        .map(|name| format!("`{name}`"))
        .collect();
    if missing.is_empty() {
        return Ok(Value::from(()));
    }
    let message = format!("{relation} is no snapshot: it has no column {}", missing.join(", "));
    let finding = Diagnostic::error("not-a-snapshot", message);
    Err(template::raise_diagnostic(finding.help("drop or rename it, or give the snapshot another name")))
}

/// `get_hard_deletes_behavior(config)`: `ignore`, `invalidate` or `new_record`.
pub(super) fn get_hard_deletes_behavior(
    _: &AdapterObject,
    running: &mut State<'_, '_>,
    args: &[Value],
) -> Called {
    let arguments = Arguments::bind("get_hard_deletes_behavior", &["config"], args)?;
    let config = arguments.require("get_hard_deletes_behavior", "config")?;
    let mut get = |key: &str| config.call_method(running, "get", &[Value::from(key)]);
    let (old, new) = (get("invalidate_hard_deletes")?, get("hard_deletes")?);
    let is_given = |value: &Value| !value.is_none() && !value.is_undefined();
    let problem = |message: &str| Err(template::raise_diagnostic(Diagnostic::error("hard-deletes", message)));
    if is_given(&old) && is_given(&new) {
        return problem("`invalidate_hard_deletes` and `hard_deletes` exclude each other; keep the latter");
    }
    match new.as_str() {
        Some(behavior @ ("ignore" | "invalidate" | "new_record")) => Ok(Value::from(behavior)),
        None if old.is_true() => Ok(Value::from("invalidate")),
        None if !is_given(&new) => Ok(Value::from("ignore")),
        _ => problem("`hard_deletes` must be `ignore`, `invalidate` or `new_record`"),
    }
}
