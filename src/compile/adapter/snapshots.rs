//! What snapshots ask of the adapter.

use minijinja::{Error, State, Value};

use super::AdapterObject;
use super::columns::names_in_lower_case;
use crate::compile::rules;
use crate::diagnostics::Diagnostic;
use crate::objects::Arguments;
use crate::template;

type Called = Result<Value, Error>;

/// `valid_snapshot_target(relation, column_names=None)`.
pub(super) fn valid_target(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("valid_snapshot_target", &["relation", "column_names"], args)?;
    check(adapter, &arguments, false)
}

/// `assert_valid_snapshot_target_given_strategy(relation, column_names, strategy)`.
pub(super) fn assert_valid_target(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let function = "assert_valid_snapshot_target_given_strategy";
    let arguments = Arguments::bind(function, &["relation", "column_names", "strategy"], args)?;
    let strategy = arguments.require(function, "strategy")?;
    let deletes = strategy.get_attr("hard_deletes").unwrap_or_default();
    check(adapter, &arguments, deletes.as_str() == Some("new_record"))
}

fn check(adapter: &AdapterObject, arguments: &Arguments, keeps_deleted: bool) -> Called {
    let relation = arguments.require("valid_snapshot_target", "relation")?;
    let known = names_in_lower_case(adapter, relation)?;
    let renamed = |column: &str| -> Result<String, Error> {
        let Some(names) = arguments.given("column_names") else { return Ok(column.to_owned()) };
        let name = names.get_attr(column)?;
        Ok(if name.is_true() { template::text(&name) } else { column.to_owned() })
    };
    let missing = rules::missing_history(&known, keeps_deleted, renamed)?;
    if missing.is_empty() {
        return Ok(Value::from(()));
    }
    Err(template::raise_diagnostic(rules::not_a_snapshot(&relation.to_string(), &missing)))
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
