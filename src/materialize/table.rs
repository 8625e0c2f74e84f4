//! `materialized: table`: the rows of a query, stored.

use super::context::{Change, Context, Made, Order, Purpose, Transaction};
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
pub(super) fn make(order: &Order<'_>, context: &mut dyn Context) -> Result<Made, Failure> {
    let mut swap = Swap::new(order, context, RelationKind::Table)?;
    let existed = context.existing(&swap.target)?;
    swap.drop_leftovers(context)?;
    finish::hooks(order, context, Hooks::Pre, false)?;

    context.transaction(Transaction::Begin)?;
    finish::hooks(order, context, Hooks::Pre, true)?;
    let response = swap.build_table(order, context)?;
    finish::hooks(order, context, Hooks::Post, true)?;
    finish::grants(order, context, &swap.target, existed.as_ref(), true)?;
    finish::docs(order, context, &swap.target)?;
    context.transaction(Transaction::Commit)?;

    swap.clean_up(context)?;
    finish::hooks(order, context, Hooks::Post, false)?;
    Ok(Made { response, relations: vec![swap.target] })
}

/// The main statement: a table of a query's rows.
pub(super) fn create(
    order: &Order<'_>,
    context: &mut dyn Context,
    relation: &Relation,
    sql: &str,
) -> Result<Response, Failure> {
    start(order, context, relation, sql)?;
    context.answer()
}

/// Begins the main statement; [`Context::answer`] waits for it.
pub(super) fn start(
    order: &Order<'_>,
    context: &mut dyn Context,
    relation: &Relation,
    sql: &str,
) -> Result<(), Failure> {
    let make = statement(order, context, false, relation, sql)?;
    if order.node.is_python_model() {
        context.python(Purpose::Main, &make)?;
    } else {
        context.start(&make)?;
    }
    context.change(Change::Create(relation))
}

/// Makes a temporary table of the rows that a query gives or that the code of a
/// Python model returns.
pub(super) fn stage(
    order: &Order<'_>,
    context: &mut dyn Context,
    relation: &Relation,
    sql: &str,
) -> Result<Response, Failure> {
    let make = statement(order, context, true, relation, sql)?;
    if order.node.is_python_model() {
        return context.python(Purpose::Stage, &make);
    }
    context.execute(Purpose::Stage, &make)
}

/// What makes a table, or a temporary one: SQL, or the code of a Python model.
fn statement(
    order: &Order<'_>,
    context: &mut dyn Context,
    is_temporary: bool,
    relation: &Relation,
    sql: &str,
) -> Result<String, Failure> {
    let (is_temporary, relation, sql) = (Value::from(is_temporary), order.value(relation), Value::from(sql));
    if order.node.is_python_model() {
        return context.sql("create_table_as", &[is_temporary, relation, sql, Value::from("python")]);
    }
    context.sql("get_create_table_as_sql", &[is_temporary, relation, sql])
}
