//! `materialized: table`: the rows of a query, stored.

use super::bench::{Bench, Change, Made, Order, Purpose, Transaction};
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
pub(super) fn make(order: &Order<'_>, bench: &mut dyn Bench) -> Result<Made, Failure> {
    let mut swap = Swap::new(order, bench, RelationKind::Table)?;
    let existed = bench.existing(&swap.target)?;
    swap.drop_leftovers(bench)?;
    finish::hooks(order, bench, Hooks::Pre, false)?;

    bench.transaction(Transaction::Begin)?;
    finish::hooks(order, bench, Hooks::Pre, true)?;
    let response = swap.build_table(order, bench)?;
    finish::hooks(order, bench, Hooks::Post, true)?;
    finish::grants(order, bench, &swap.target, existed.as_ref(), true)?;
    finish::docs(order, bench, &swap.target)?;
    bench.transaction(Transaction::Commit)?;

    swap.clean_up(bench)?;
    finish::hooks(order, bench, Hooks::Post, false)?;
    Ok(Made { response, relations: vec![swap.target] })
}

/// The main statement: a table of a query's rows.
pub(super) fn create(
    order: &Order<'_>,
    bench: &mut dyn Bench,
    relation: &Relation,
    sql: &str,
) -> Result<Response, Failure> {
    start(order, bench, relation, sql)?;
    bench.answer()
}

/// Begins the main statement; [`Bench::answer`] waits for it.
pub(super) fn start(
    order: &Order<'_>,
    bench: &mut dyn Bench,
    relation: &Relation,
    sql: &str,
) -> Result<(), Failure> {
    let make = statement(order, bench, false, relation, sql)?;
    if order.node.is_python_model() {
        bench.python(Purpose::Main, &make)?;
    } else {
        bench.start(&make)?;
    }
    bench.change(Change::Create(relation))
}

/// Makes a temporary table of the rows that a query gives or that the code of a
/// Python model returns.
pub(super) fn stage(
    order: &Order<'_>,
    bench: &mut dyn Bench,
    relation: &Relation,
    sql: &str,
) -> Result<Response, Failure> {
    let make = statement(order, bench, true, relation, sql)?;
    if order.node.is_python_model() {
        return bench.python(Purpose::Stage, &make);
    }
    bench.execute(Purpose::Stage, &make)
}

/// What makes a table, or a temporary one: SQL, or the code of a Python model.
fn statement(
    order: &Order<'_>,
    bench: &mut dyn Bench,
    is_temporary: bool,
    relation: &Relation,
    sql: &str,
) -> Result<String, Failure> {
    let (is_temporary, relation, sql) = (Value::from(is_temporary), order.value(relation), Value::from(sql));
    if order.node.is_python_model() {
        return bench.sql("create_table_as", &[is_temporary, relation, sql, Value::from("python")]);
    }
    bench.sql("get_create_table_as_sql", &[is_temporary, relation, sql])
}
