//! `materialized: view`: a stored query.

use super::context::{Change, Context, Made, Order, Transaction};
use super::finish::{self, Hooks};
use super::swap::Swap;
use crate::compile::Failure;
use crate::sql::RelationKind;
use crate::template::Value;

/// Builds the view aside and puts it in place of whatever stands there, be it
/// a view or a table.
pub(super) fn make(order: &Order<'_>, context: &mut dyn Context) -> Result<Made, Failure> {
    let mut swap = Swap::new(order, context, RelationKind::View)?;
    let existed = context.existing(&swap.target)?;
    finish::hooks(order, context, Hooks::Pre, false)?;
    swap.drop_leftovers(context)?;

    context.transaction(Transaction::Begin)?;
    finish::hooks(order, context, Hooks::Pre, true)?;
    let args = [order.value(&swap.intermediate), Value::from(order.sql)];
    let create = context.sql("get_create_view_as_sql", &args)?;
    context.start(&create)?;
    context.change(Change::Create(&swap.intermediate))?;
    swap.put_in_place(context)?;
    let response = context.answer()?;
    finish::grants(order, context, &swap.target, existed.as_ref(), true)?;
    finish::docs(order, context, &swap.target)?;
    finish::hooks(order, context, Hooks::Post, true)?;
    context.transaction(Transaction::Commit)?;

    swap.clean_up(context)?;
    finish::hooks(order, context, Hooks::Post, false)?;
    Ok(Made { response, relations: vec![swap.target] })
}
