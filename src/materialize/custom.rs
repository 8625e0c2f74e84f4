//! A user's own `{% materialization %}`.

use super::executor::{Change, Executor, Materialized, Order, Transaction};
use crate::compile::Failure;
use crate::diagnostics::Severity;
use crate::objects;
use crate::sql::Relation;
use crate::template::Value;

/// Calls the materialization, notes the relations that it returns, and takes
/// the answer to its statement named `main`. What it has not committed is taken
/// back (dbt: the connection is given back with its transaction open).
pub(super) fn make(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    name: &str,
) -> Result<Materialized, Failure> {
    let returned = executor.call(name, &[])?;
    let relations = relations(order, &returned)?;
    let was_committed = !executor.in_transaction();
    if !was_committed {
        executor.transaction(Transaction::Rollback)?;
    }
    for relation in &relations {
        if was_committed || !executor.columns(relation)?.is_empty() {
            executor.change(Change::Create(relation))?;
        } else {
            warn_of_loss(order, executor, relation);
        }
    }
    let (response, _) = executor.main_answer().ok_or_else(|| without_main(order))?;
    Ok(Materialized { response, relations })
}

/// A materialization that has no answer to tell.
pub(super) fn without_main(order: &Order<'_>) -> Failure {
    let message = format!("the materialization `{}` ran no statement named `main`", materialized(order));
    let problem = order.problem("materialization-without-main", message);
    problem.help("wrap its main SQL in `{% call statement('main') %}`").into()
}

/// Tells of a relation that is not there, which would else be seen by what reads it.
fn warn_of_loss(order: &Order<'_>, executor: &mut dyn Executor, relation: &Relation) {
    let name = relation.render(order.dialect);
    let message = format!("the materialization `{}` left no {name}: it does not commit", materialized(order));
    let mut warning = order.problem("nothing-committed", message);
    warning.severity = Severity::Warning;
    executor.warn(warning.help("call `{{ adapter.commit() }}` after the hooks inside the transaction"));
}

/// The `relations` of what a materialization returned.
fn relations(order: &Order<'_>, returned: &Value) -> Result<Vec<Relation>, Failure> {
    let refuse = |what: String| {
        let message = format!("the materialization `{}` {what}", materialized(order));
        let problem = order.problem("materialization-returns-no-relations", message);
        let words = format!(
            "The materialization (\"{}\") did not explicitly return a list of relations",
            materialized(order)
        );
        let advice = "end it with `{{ return({'relations': [this]}) }}`";
        Failure::from(problem.known_as(words).help(advice))
    };
    let list = returned.get_attr("relations").unwrap_or_default();
    if list.is_undefined() {
        return Err(refuse(format!("must return a dictionary with `relations`, not {}", returned.kind())));
    }
    let Ok(items) = list.try_iter() else {
        return Err(refuse(format!("must return a list as `relations`, not {}", list.kind())));
    };
    items
        .map(|item| {
            objects::as_relation(&item).ok_or_else(|| {
                refuse(format!("returned `{item}` among its `relations`, which is no relation"))
            })
        })
        .collect()
}

fn materialized<'a>(order: &Order<'a>) -> &'a str {
    order.node.config.materialized()
}
