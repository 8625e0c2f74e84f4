//! What comes before and after the main statement of every materialization:
//! hooks, grants, comments, indexes.

use super::executor::{Executor, Order, Purpose, is_given};
use crate::compile::Failure;
use crate::sql::{Relation, RelationKind};
use crate::template::{Value, to_value};

/// Which hooks of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hooks {
    /// `pre-hook`.
    Pre,
    /// `post-hook`.
    Post,
}

/// Runs the hooks that stand inside the transaction, or those that stand
/// outside, in the order in which they were configured. Each is rendered right
/// before it runs; what renders to nothing is not run. Of the slices of a
/// microbatch the first has pre-hooks and the last has post-hooks.
pub(super) fn hooks(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    which: Hooks,
    inside: bool,
) -> Result<(), Failure> {
    let (key, is_due) = match which {
        Hooks::Pre => ("pre-hook", order.slice.is_none_or(|slice| slice.is_first)),
        Hooks::Post => ("post-hook", order.slice.is_none_or(|slice| slice.is_last)),
    };
    if !is_due {
        return Ok(());
    }
    for hook in order.config().hooks(key).into_iter().filter(|hook| hook.transaction == inside) {
        let sql = executor.render(&hook.sql)?;
        if !sql.trim().is_empty() {
            executor.execute(Purpose::Hook, sql.trim())?;
        }
    }
    Ok(())
}

/// Grants what the config `grants` asks for. `existed` is what stood in its
/// place before: its grants are revoked where they are not wanted.
pub(super) fn grants(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    target: &Relation,
    existed: Option<&Relation>,
    rebuilt: bool,
) -> Result<(), Failure> {
    let Some(grants) = order.config().get("grants").filter(|grants| is_given(Some(grants))) else {
        return Ok(());
    };
    let before = existed.map_or(Value::from(()), |relation| order.value(relation));
    let revoke = executor.call("should_revoke", &[before, Value::from(rebuilt)])?;
    executor.perform("apply_grants", &[order.value(target), to_value(grants), revoke])
}

/// Writes the descriptions to the warehouse, where `persist_docs` asks for it.
pub(super) fn docs(order: &Order<'_>, executor: &mut dyn Executor, target: &Relation) -> Result<(), Failure> {
    let wanted = order.config().get("persist_docs");
    let asks = |part: &str| is_given(wanted.and_then(|docs| docs.get(part)));
    if asks("relation") || asks("columns") {
        let model = executor.member("model");
        executor.perform("persist_docs", &[order.value(target), model])?;
    }
    Ok(())
}

/// Creates the configured `indexes`, on tables.
pub(super) fn indexes(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    target: &Relation,
) -> Result<(), Failure> {
    if target.kind == Some(RelationKind::Table) && is_given(order.config().get("indexes")) {
        executor.perform("create_indexes", &[order.value(target)])?;
    }
    Ok(())
}
