//! `materialized: function`: a function that queries can call.

use super::context::{Context, Made, Order, Transaction};
use super::finish::{self, Hooks};
use crate::compile::Failure;
use crate::sql::RelationKind;
use crate::template::Value;

/// Runs what the macro for its type and language gives, `scalar_function_sql` and
/// its like. A warehouse replaces a function at once: nothing is built aside.
pub(super) fn make(order: &Order<'_>, context: &mut dyn Context) -> Result<Made, Failure> {
    let target = order.target(RelationKind::Function)?;
    let existing = context.existing(&target)?.map_or(Value::from(()), |found| order.value(&found));
    let kind = order.config().text("type").unwrap_or("scalar");
    let statement = format!("{kind}_function_{}", order.node.origin.language());
    finish::hooks(order, context, Hooks::Pre, false)?;

    context.transaction(Transaction::Begin)?;
    finish::hooks(order, context, Hooks::Pre, true)?;
    let value = order.value(&target);
    let build = context.sql("function_build_sql", &[Value::from(statement), value.clone()])?;
    context.perform("function_execute_build_sql", &[Value::from(build), existing, value])?;
    finish::hooks(order, context, Hooks::Post, true)?;
    context.transaction(Transaction::Commit)?;

    finish::hooks(order, context, Hooks::Post, false)?;
    Ok(Made { response: context.main_answer().unwrap_or_default().0, relations: vec![target] })
}
