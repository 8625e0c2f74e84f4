//! How incremental models take in new rows.

use minijinja::{Error, State, Value};

use super::AdapterObject;
use crate::compile::rules;
use crate::objects::Arguments;
use crate::template;

/// `get_incremental_strategy_macro(model_context, strategy)`: the macro that
/// gives the SQL. A project makes up a strategy by writing its macro.
pub(super) fn get_incremental_strategy_macro(
    adapter: &AdapterObject,
    running: &mut State<'_, '_>,
    args: &[Value],
) -> Result<Value, Error> {
    let function = "get_incremental_strategy_macro";
    let arguments = Arguments::bind(function, &["model_context", "strategy"], args)?;
    let strategy = arguments.text("strategy").unwrap_or_else(|| "default".to_owned());
    let valid = adapter.state.runtime.adapter().capabilities().incremental_strategies;
    let mut found = Ok(None);
    let name = rules::strategy_macro(&strategy, valid, |name| {
        found = template::lookup(running, name);
        !matches!(found, Ok(None))
    });
    name.map_err(template::raise_diagnostic)?;
    found.map(Option::unwrap_or_default)
}
