//! `materialized: materialized_view`: a stored query whose rows are stored, too.

use super::context::{Change, Context, Made, Order, Purpose, Transaction};
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
pub(super) fn make(order: &Order<'_>, context: &mut dyn Context) -> Result<Made, Failure> {
    if !order.capabilities.materialized_views {
        let message = "the warehouse has no materialized views";
        return Err(order.problem("no-materialized-views", message).help("use `view` or `table`").into());
    }
    let swap = Swap::new(order, context, RelationKind::MaterializedView)?;
    let existed = context.existing(&swap.target)?;
    swap.drop_leftovers(context)?;
    finish::hooks(order, context, Hooks::Pre, false)?;

    let response = match statement(order, context, &swap, existed.as_ref())? {
        Some(sql) => build(order, context, &swap.target, existed.as_ref(), &sql)?,
        None => Response {
            message: format!("skip {}", swap.target.render(order.dialect)),
            code: Some("skip".to_owned()),
            rows_affected: Some(-1),
            remarks: Vec::new(),
        },
    };

    finish::hooks(order, context, Hooks::Post, false)?;
    Ok(Made { response, relations: vec![swap.target] })
}

/// What brings the view up to date; `None` where it is to be left alone.
fn statement(
    order: &Order<'_>,
    context: &mut dyn Context,
    swap: &Swap,
    existed: Option<&Relation>,
) -> Result<Option<String>, Failure> {
    let (target, sql) = (order.value(&swap.target), Value::from(order.sql));
    let Some(old) = existed else {
        return context.sql("get_create_materialized_view_as_sql", &[target, sql]).map(Some);
    };
    if order.full_refresh() || old.kind != Some(RelationKind::MaterializedView) {
        return context.sql("get_replace_sql", &[order.value(old), target, sql]).map(Some);
    }
    let on_change = on_change(order)?;
    let config = context.member("config");
    let changes = context.call("get_materialized_view_configuration_changes", &[order.value(old), config])?;
    if changes.is_none() || changes.is_undefined() {
        return context.sql("refresh_materialized_view", &[target]).map(Some);
    }
    let name = swap.target.render(order.dialect);
    match on_change {
        "apply" => {
            let beside = [&swap.backup, &swap.intermediate].map(|relation| order.value(relation));
            let [backup, intermediate] = beside;
            let args = [target, changes, sql, order.value(old), backup, intermediate];
            context.sql("get_alter_materialized_view_as_sql", &args).map(Some)
        }
        "continue" => {
            let message = format!("the configuration of {name} has changed, and is left as it was");
            let mut warning = order.problem("changed-configuration", message);
            warning.severity = crate::diagnostics::Severity::Warning;
            context.warn(warning.known_as(left_alone("continue", &name)));
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
    context: &mut dyn Context,
    target: &Relation,
    existed: Option<&Relation>,
    sql: &str,
) -> Result<Response, Failure> {
    context.transaction(Transaction::Begin)?;
    finish::hooks(order, context, Hooks::Pre, true)?;
    let response = context.execute(Purpose::Main, sql)?;
    if let Some(old) = existed
        && (order.full_refresh() || old.kind != target.kind)
    {
        context.change(Change::Lose(old))?;
    }
    context.change(Change::Create(target))?;
    finish::grants(order, context, target, existed, true)?;
    finish::docs(order, context, target)?;
    finish::hooks(order, context, Hooks::Post, true)?;
    context.transaction(Transaction::Commit)?;
    Ok(response)
}
