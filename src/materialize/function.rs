//! `materialized: function`: a function that queries can call.

use super::bench::{Bench, Made, Order, Transaction};
use super::finish::{self, Hooks};
use crate::compile::Failure;
use crate::sql::RelationKind;
use crate::template::Value;

/// Runs what the macro for its type and language gives, `scalar_function_sql` and
/// its like. A warehouse replaces a function at once: nothing is built aside.
pub(super) fn make(order: &Order<'_>, bench: &mut dyn Bench) -> Result<Made, Failure> {
    let target = order.target(RelationKind::Function)?;
    let existing = bench.existing(&target)?.map_or(Value::from(()), |found| order.value(&found));
    let kind = order.config().text("type").unwrap_or("scalar");
    let statement = format!("{kind}_function_{}", order.node.origin.language());
    finish::hooks(order, bench, Hooks::Pre, false)?;

    bench.transaction(Transaction::Begin)?;
    finish::hooks(order, bench, Hooks::Pre, true)?;
    let value = order.value(&target);
    let build = bench.sql("function_build_sql", &[Value::from(statement), value.clone()])?;
    bench.perform("function_execute_build_sql", &[Value::from(build), existing, value])?;
    finish::hooks(order, bench, Hooks::Post, true)?;
    bench.transaction(Transaction::Commit)?;

    finish::hooks(order, bench, Hooks::Post, false)?;
    Ok(Made { response: bench.main_answer().unwrap_or_default().0, relations: vec![target] })
}
