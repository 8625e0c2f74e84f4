//! `materialized: view`: a stored query.

use super::executor::{Change, Executor, Materialized, Order, Transaction};
use super::finish::{self, Hooks};
use super::swap::Swap;
use crate::compile::Failure;
use crate::sql::RelationKind;
use crate::template::Value;

/// Builds the view aside and puts it in place of whatever stands there, be it
/// a view or a table.
pub(super) fn make(order: &Order<'_>, executor: &mut dyn Executor) -> Result<Materialized, Failure> {
    let mut swap = Swap::new(order, executor, RelationKind::View)?;
    let existed = executor.existing(&swap.target)?;
    finish::hooks(order, executor, Hooks::Pre, false)?;
    swap.drop_leftovers(executor)?;

    executor.transaction(Transaction::Begin)?;
    finish::hooks(order, executor, Hooks::Pre, true)?;
    let args = [order.value(&swap.intermediate), Value::from(order.sql)];
    let create = executor.sql("get_create_view_as_sql", &args)?;
    executor.start(&create)?;
    executor.change(Change::Create(&swap.intermediate))?;
    swap.put_in_place(executor)?;
    let response = executor.answer()?;
    finish::grants(order, executor, &swap.target, existed.as_ref(), true)?;
    finish::docs(order, executor, &swap.target)?;
    finish::hooks(order, executor, Hooks::Post, true)?;
    executor.transaction(Transaction::Commit)?;

    swap.clean_up(executor)?;
    finish::hooks(order, executor, Hooks::Post, false)?;
    Ok(Materialized { response, relations: vec![swap.target] })
}
