//! `materialized: materialized_view`: a stored query whose rows are stored, too.

use super::executor::{Change, Executor, Materialized, Order, Purpose, Transaction};
use super::finish::{self, Hooks};
use super::swap::Swap;
use crate::adapter::Response;
use crate::compile::Failure;
use crate::sql::{Relation, RelationKind};
use crate::template::Value;

/// The values of `on_configuration_change`; the first is dbt's default.
const ON_CHANGE: &[&str] = &["apply", "continue", "fail"];

/// Creates the view where there is none; replaces what is something else, or is
/// to be rebuilt; alters it where its configuration has changed; and refreshes
/// its rows otherwise.
///
/// dbt: a change that is left alone ends the work, so that of the hooks only
/// those outside of the transaction run.
pub(super) fn make(order: &Order<'_>, executor: &mut dyn Executor) -> Result<Materialized, Failure> {
    if !order.capabilities.materialized_views {
        let message = "the warehouse has no materialized views";
        return Err(order.problem("no-materialized-views", message).help("use `view` or `table`").into());
    }
    let swap = Swap::new(order, executor, RelationKind::MaterializedView)?;
    let existed = executor.existing(&swap.target)?;
    swap.drop_leftovers(executor)?;
    finish::hooks(order, executor, Hooks::Pre, false)?;

    let response = match statement(order, executor, &swap, existed.as_ref())? {
        Some(sql) => build(order, executor, &swap.target, existed.as_ref(), &sql)?,
        None => Response {
            message: format!("skip {}", swap.target.render(order.dialect)),
            code: Some("skip".to_owned()),
            rows_affected: Some(-1),
            remarks: Vec::new(),
        },
    };

    finish::hooks(order, executor, Hooks::Post, false)?;
    Ok(Materialized { response, relations: vec![swap.target] })
}

/// What brings the view up to date; `None` where it is to be left alone.
fn statement(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    swap: &Swap,
    existed: Option<&Relation>,
) -> Result<Option<String>, Failure> {
    let (target, sql) = (order.value(&swap.target), Value::from(order.sql));
    let Some(old) = existed else {
        return executor.sql("get_create_materialized_view_as_sql", &[target, sql]).map(Some);
    };
    if order.full_refresh() || old.kind != Some(RelationKind::MaterializedView) {
        return executor.sql("get_replace_sql", &[order.value(old), target, sql]).map(Some);
    }
    let on_change = on_change(order)?;
    let config = executor.member("config");
    let changes =
        executor.call("get_materialized_view_configuration_changes", &[order.value(old), config])?;
    if changes.is_none() || changes.is_undefined() {
        return executor.sql("refresh_materialized_view", &[target]).map(Some);
    }
    let name = swap.target.render(order.dialect);
    match on_change {
        "apply" => {
            let beside = [&swap.backup, &swap.intermediate].map(|relation| order.value(relation));
            let [backup, intermediate] = beside;
            let args = [target, changes, sql, order.value(old), backup, intermediate];
            executor.sql("get_alter_materialized_view_as_sql", &args).map(Some)
        }
        "continue" => {
            let message = format!("the configuration of {name} has changed, and is left as it was");
            let mut warning = order.problem("changed-configuration", message);
            warning.severity = crate::diagnostics::Severity::Warning;
            executor.warn(warning.known_as(left_alone("continue", &name)));
            Ok(None)
        }
        _ => {
            let message = format!("the configuration of {name} has changed");
            let problem = order.problem("changed-configuration", message);
            Err(problem.known_as(left_alone("fail", &name)).into())
        }
    }
}

/// What dbt says where a change is not applied.
fn left_alone(on_change: &str, name: &str) -> String {
    format!(
        "Configuration changes were identified and `on_configuration_change` was set to `{on_change}` for `{name}`"
    )
}

fn on_change(order: &Order<'_>) -> Result<&'static str, Failure> {
    let Some(wanted) = order.config().text("on_configuration_change") else { return Ok("apply") };
    ON_CHANGE.iter().copied().find(|known| *known == wanted).ok_or_else(|| {
        let message = format!("`on_configuration_change` cannot be `{wanted}`");
        let problem = order.problem("unknown-configuration-change", message);
        let words = ON_CHANGE.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        problem.suggest(wanted, ON_CHANGE.iter().copied()).note(format!("it is one of {words}")).into()
    })
}

fn build(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    target: &Relation,
    existed: Option<&Relation>,
    sql: &str,
) -> Result<Response, Failure> {
    executor.transaction(Transaction::Begin)?;
    finish::hooks(order, executor, Hooks::Pre, true)?;
    let response = executor.execute(Purpose::Main, sql)?;
    if let Some(old) = existed
        && (order.full_refresh() || old.kind != target.kind)
    {
        executor.change(Change::Lose(old))?;
    }
    executor.change(Change::Create(target))?;
    finish::grants(order, executor, target, existed, true)?;
    finish::docs(order, executor, target)?;
    finish::hooks(order, executor, Hooks::Post, true)?;
    executor.transaction(Transaction::Commit)?;
    Ok(response)
}
