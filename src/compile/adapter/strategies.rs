//! How incremental models take in new rows.

use minijinja::{Error, State, Value};

use super::AdapterObject;
use crate::diagnostics::Diagnostic;
use crate::objects::Arguments;
use crate::template;

/// Names that dbt itself gives a meaning.
const BUILT_IN: &[&str] = &["append", "delete+insert", "merge", "insert_overwrite", "microbatch"];

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
    let subject = adapter.state.subject.name(&adapter.state.runtime);
    if BUILT_IN.contains(&strategy.as_str()) && !valid.contains(&strategy.as_str()) {
        let message =
            format!("`{subject}` uses the incremental strategy `{strategy}`, which this warehouse lacks");
        let finding = Diagnostic::error("incremental-strategy", message);
        return Err(template::raise_diagnostic(finding.note(format!("it has: {}", valid.join(", ")))));
    }
    let name = format!("get_incremental_{}_sql", strategy.replace('+', "_"));
    template::lookup(running, &name)?.ok_or_else(|| {
        let message = format!("`{subject}` uses the incremental strategy `{strategy}`, which is not known");
        let finding = Diagnostic::error("incremental-strategy", message)
            .suggest(&strategy, valid.iter().copied())
            .note(format!("a macro `{name}` would define it"));
        template::raise_diagnostic(finding)
    })
}
