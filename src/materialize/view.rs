//! `materialized: view`: a stored query.

use super::bench::{Bench, Change, Made, Order, Transaction};
use super::finish::{self, Hooks};
use super::swap::Swap;
use crate::compile::Failure;
use crate::sql::RelationKind;
use crate::template::Value;

/// Builds the view aside and puts it in place of whatever stands there, be it
/// a view or a table.
pub(super) fn make(order: &Order<'_>, bench: &mut dyn Bench) -> Result<Made, Failure> {
    let mut swap = Swap::new(order, bench, RelationKind::View)?;
    let existed = bench.existing(&swap.target)?;
    finish::hooks(order, bench, Hooks::Pre, false)?;
    swap.drop_leftovers(bench)?;

    bench.transaction(Transaction::Begin)?;
    finish::hooks(order, bench, Hooks::Pre, true)?;
    let args = [order.value(&swap.intermediate), Value::from(order.sql)];
    let create = bench.sql("get_create_view_as_sql", &args)?;
    bench.start(&create)?;
    bench.change(Change::Create(&swap.intermediate))?;
    swap.put_in_place(bench)?;
    let response = bench.answer()?;
    finish::grants(order, bench, &swap.target, existed.as_ref(), true)?;
    finish::docs(order, bench, &swap.target)?;
    finish::hooks(order, bench, Hooks::Post, true)?;
    bench.transaction(Transaction::Commit)?;

    swap.clean_up(bench)?;
    finish::hooks(order, bench, Hooks::Post, false)?;
    Ok(Made { response, relations: vec![swap.target] })
}
