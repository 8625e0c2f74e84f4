//! `clone`: what another environment has is made to be seen in this one.

use super::executor::{Change, Executor, Materialized, Order, Purpose};
use super::make::{Materializer, whole};
use super::{custom, finish, view};
use crate::adapter::Response;
use crate::compile::Failure;
use crate::sql::{Relation, RelationKind};

/// What is made to be seen, and how.
#[derive(Debug, Clone, Copy)]
pub struct Cloning<'a> {
    /// Where it is in the other environment; `None` where it is not.
    pub elsewhere: Option<&'a Relation>,
    /// A project's own materialization `clone`.
    pub own: Option<&'a str>,
    /// Who knows how to make views.
    pub view: Materializer<'a>,
}

/// Makes a table without copying, where the warehouse can, else a view on what
/// the other environment has. Nothing where it has nothing, and nothing without
/// `--full-refresh` where something stands here already.
///
/// # Errors
/// As [`super::make`].
pub fn clone(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    cloning: Cloning<'_>,
) -> Result<Option<Materialized>, Failure> {
    whole(executor, |executor| {
        if let Some(name) = cloning.own {
            let made = custom::make(order, executor, name)?;
            executor.transaction(super::Transaction::Commit)?;
            return Ok(Some(made));
        }
        let Some(elsewhere) = cloning.elsewhere else { return Ok(None) };
        let existing = executor.existing(&order.target(RelationKind::View)?)?;
        if existing.is_some() && !order.flags.full_refresh {
            return Ok(None);
        }
        let is_table = executor.existing(elsewhere)?.is_some_and(|it| it.kind == Some(RelationKind::Table));
        if is_table && executor.call("can_clone_table", &[])?.is_true() {
            return table(order, executor, existing.as_ref(), elsewhere).map(Some);
        }
        view(order, executor, cloning.view).map(Some)
    })
}

/// Makes a view of what is elsewhere in the same warehouse.
///
/// # Errors
/// As [`super::make`].
pub fn point(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    materializer: Materializer<'_>,
) -> Result<Materialized, Failure> {
    whole(executor, |executor| view(order, executor, materializer))
}

fn view(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    materializer: Materializer<'_>,
) -> Result<Materialized, Failure> {
    let Materializer::Macro(name) = materializer else { return view::make(order, executor) };
    let made = custom::make(order, executor, name)?;
    executor.transaction(super::Transaction::Commit)?;
    Ok(made)
}

/// A table that shares its rows with the other one.
fn table(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    existing: Option<&Relation>,
    elsewhere: &Relation,
) -> Result<Materialized, Failure> {
    let target = order.target(RelationKind::Table)?;
    if let Some(other) = existing.filter(|it| it.kind != Some(RelationKind::Table)) {
        executor.change(Change::Drop(other))?;
    }
    let response = if target.key() == elsewhere.key() {
        Response::default()
    } else {
        let args = [order.value(&target), order.value(elsewhere)];
        let sql = executor.sql("create_or_replace_clone", &args)?;
        let response = executor.execute(Purpose::Main, &sql)?;
        executor.change(Change::Create(&target))?;
        response
    };
    finish::grants(order, executor, &target, existing, true)?;
    finish::docs(order, executor, &target)?;
    executor.transaction(super::Transaction::Commit)?;
    Ok(Materialized { response, relations: vec![target] })
}
