//! `materialized: table`: the rows of a query, stored.

use super::executor::{Change, Executor, Materialized, Order, Purpose, Transaction};
use super::finish::{self, Hooks};
use super::swap::Swap;
use crate::adapter::Response;
use crate::compile::Failure;
use crate::sql::{Relation, RelationKind};
use crate::template::Value;

/// Builds the table aside and puts it in place of whatever stands there.
///
/// Differs from a view in two ways, both dbt's: leftovers go before the first
/// hook, and hooks after the main statement run before grants and comments.
pub(super) fn make(order: &Order<'_>, executor: &mut dyn Executor) -> Result<Materialized, Failure> {
    let mut swap = Swap::new(order, executor, RelationKind::Table)?;
    let existed = executor.existing(&swap.target)?;
    swap.drop_leftovers(executor)?;
    finish::hooks(order, executor, Hooks::Pre, false)?;

    executor.transaction(Transaction::Begin)?;
    finish::hooks(order, executor, Hooks::Pre, true)?;
    let response = swap.build_table(order, executor)?;
    finish::hooks(order, executor, Hooks::Post, true)?;
    finish::grants(order, executor, &swap.target, existed.as_ref(), true)?;
    finish::docs(order, executor, &swap.target)?;
    executor.transaction(Transaction::Commit)?;

    swap.clean_up(executor)?;
    finish::hooks(order, executor, Hooks::Post, false)?;
    Ok(Materialized { response, relations: vec![swap.target] })
}

/// The main statement: a table of a query's rows.
pub(super) fn create(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    relation: &Relation,
    sql: &str,
) -> Result<Response, Failure> {
    start(order, executor, relation, sql)?;
    executor.answer()
}

/// Begins the main statement; [`Executor::answer`] waits for it.
pub(super) fn start(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    relation: &Relation,
    sql: &str,
) -> Result<(), Failure> {
    let make = statement(order, executor, false, relation, sql)?;
    if order.node.is_python_model() {
        executor.python(Purpose::Main, &make)?;
    } else {
        executor.start(&make)?;
    }
    executor.change(Change::Create(relation))
}

/// Makes a temporary table of the rows that a query gives or that the code of a
/// Python model returns.
pub(super) fn stage(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    relation: &Relation,
    sql: &str,
) -> Result<Response, Failure> {
    let make = statement(order, executor, true, relation, sql)?;
    if order.node.is_python_model() {
        return executor.python(Purpose::Stage, &make);
    }
    executor.execute(Purpose::Stage, &make)
}

/// What makes a table, or a temporary one: SQL, or the code of a Python model.
fn statement(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    is_temporary: bool,
    relation: &Relation,
    sql: &str,
) -> Result<String, Failure> {
    let (is_temporary, relation, sql) = (Value::from(is_temporary), order.value(relation), Value::from(sql));
    if order.node.is_python_model() {
        return executor.sql("create_table_as", &[is_temporary, relation, sql, Value::from("python")]);
    }
    executor.sql("get_create_table_as_sql", &[is_temporary, relation, sql])
}
