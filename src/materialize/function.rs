//! `materialized: function`: a function that queries can call.

use super::executor::{Executor, Materialized, Order, Transaction};
use super::finish::{self, Hooks};
use crate::compile::Failure;
use crate::sql::RelationKind;
use crate::template::Value;

/// Runs what the macro for its type and language gives, `scalar_function_sql` and
/// its like. A warehouse replaces a function at once: nothing is built aside.
pub(super) fn make(order: &Order<'_>, executor: &mut dyn Executor) -> Result<Materialized, Failure> {
    let target = order.target(RelationKind::Function)?;
    let existing = executor.existing(&target)?.map_or(Value::from(()), |found| order.value(&found));
    let kind = order.config().text("type").unwrap_or("scalar");
    let statement = format!("{kind}_function_{}", order.node.origin.language());
    finish::hooks(order, executor, Hooks::Pre, false)?;

    executor.transaction(Transaction::Begin)?;
    finish::hooks(order, executor, Hooks::Pre, true)?;
    let value = order.value(&target);
    let build = executor.sql("function_build_sql", &[Value::from(statement), value.clone()])?;
    executor.perform("function_execute_build_sql", &[Value::from(build), existing, value])?;
    finish::hooks(order, executor, Hooks::Post, true)?;
    executor.transaction(Transaction::Commit)?;

    finish::hooks(order, executor, Hooks::Post, false)?;
    Ok(Materialized { response: executor.main_answer().unwrap_or_default().0, relations: vec![target] })
}
