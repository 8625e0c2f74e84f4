//! `materialized: incremental`: a table to which each run adds.

use super::executor::{Change, Executor, Materialized, Order, Purpose, Transaction, is_given};
use super::finish::{self, Hooks};
use super::swap::Swap;
use super::table;
use crate::adapter::Response;
use crate::compile::{Failure, rules};
use crate::sql::{Relation, RelationKind};
use crate::template::{MutDict, Value, to_value};

/// The values of `on_schema_change`; the first is dbt's default.
const SCHEMA_CHANGES: &[&str] = &["ignore", "fail", "append_new_columns", "sync_all_columns"];

/// Creates the table where there is none, rebuilds it aside where a full
/// refresh is due or where a view stands in its place, and otherwise adds the
/// new rows by the configured strategy. One transaction in each case.
pub(super) fn make(order: &Order<'_>, executor: &mut dyn Executor) -> Result<Materialized, Failure> {
    let mut swap = Swap::new(order, executor, RelationKind::Table)?;
    let existed = executor.existing(&swap.target)?;
    let is_table = existed.as_ref().is_some_and(|old| old.kind == Some(RelationKind::Table));
    let rebuild = order.full_refresh() || (existed.is_some() && !is_table);
    let schema_changes = schema_change_rule(order, executor);
    // dbt: a strategy that there is none of matters once there are rows to add to.
    let strategy = if is_table && !rebuild { Some(strategy_macro(order, executor)?) } else { None };
    swap.drop_leftovers(executor)?;
    finish::hooks(order, executor, Hooks::Pre, false)?;

    executor.transaction(Transaction::Begin)?;
    finish::hooks(order, executor, Hooks::Pre, true)?;
    let response = match (&existed, &strategy) {
        (Some(old), Some(strategy)) => add(order, executor, old, strategy, schema_changes)?,
        (Some(_), None) => swap.build_table(order, executor)?,
        (None, _) => {
            let response = table::create(order, executor, &swap.target, order.sql)?;
            finish::indexes(order, executor, &swap.target)?;
            response
        }
    };
    finish::grants(order, executor, &swap.target, existed.as_ref(), rebuild)?;
    finish::docs(order, executor, &swap.target)?;
    finish::hooks(order, executor, Hooks::Post, true)?;
    executor.transaction(Transaction::Commit)?;

    swap.clean_up(executor)?;
    finish::hooks(order, executor, Hooks::Post, false)?;
    Ok(Materialized { response, relations: vec![swap.target] })
}

/// Stages the new rows, brings the table's columns in line, and runs the
/// strategy's statement.
fn add(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    target: &Relation,
    strategy: &str,
    schema_changes: &str,
) -> Result<Response, Failure> {
    let staged = executor.relation("make_temp_relation", &[order.value(target)])?;
    let staged = staged.with_kind(RelationKind::Table);
    table::stage(order, executor, &staged, order.sql)?;
    if !order.enforces_contract() {
        widen(order, executor, &staged, target)?;
    }

    let rule = [Value::from(schema_changes), order.value(&staged), order.value(target)];
    let mut columns = executor.call("process_schema_changes", &rule)?;
    if !columns.is_true() {
        columns = order.columns(executor.columns(target)?);
    }
    let config = order.config();
    let predicates = ["predicates", "incremental_predicates"]
        .into_iter()
        .filter_map(|key| config.get(key))
        .find(|value| is_given(Some(value)));
    let json = |value: Option<&serde_json::Value>| value.map_or(Value::from(()), to_value);
    let arguments = Value::from_object(MutDict::new([
        ("target_relation", order.value(target)),
        ("temp_relation", order.value(&staged)),
        ("unique_key", json(config.get("unique_key"))),
        ("dest_columns", columns),
        ("incremental_predicates", json(predicates)),
    ]));
    let sql = executor.sql(strategy, &[arguments])?;
    let response = executor.execute(Purpose::Main, &sql)?;
    executor.change(Change::Drop(&staged))?;
    Ok(response)
}

/// Makes text columns of the table as wide as the new rows need.
pub(super) fn widen(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    from: &Relation,
    to: &Relation,
) -> Result<(), Failure> {
    let wanted = executor.columns(from)?;
    for (name, data_type) in rules::widened(executor.columns(to)?, &wanted) {
        let args = [order.value(to), Value::from(name), Value::from(data_type)];
        executor.perform("alter_column_type", &args)?;
    }
    Ok(())
}

/// `on_schema_change`; a value that dbt does not know counts as `ignore`, with a warning.
fn schema_change_rule(order: &Order<'_>, executor: &mut dyn Executor) -> &'static str {
    let Some(wanted) = order.config().text("on_schema_change") else { return "ignore" };
    if let Some(known) = SCHEMA_CHANGES.iter().find(|known| **known == wanted) {
        return known;
    }
    let message = format!("`on_schema_change: {wanted}` is not known; `ignore` is used");
    let mut warning = order.problem("unknown-schema-change", message);
    warning.severity = crate::diagnostics::Severity::Warning;
    executor.warn(warning.suggest(wanted, SCHEMA_CHANGES.iter().copied()));
    "ignore"
}

/// The macro of the configured strategy.
fn strategy_macro(order: &Order<'_>, executor: &dyn Executor) -> Result<String, Failure> {
    let strategy = order.config().text("incremental_strategy").unwrap_or("default");
    let valid = order.capabilities.incremental_strategies;
    let name = rules::strategy_macro(strategy, valid, |name| executor.author(name).is_some());
    name.map_err(|problem| problem.at(order.node.origin.span, "").into())
}
