//! `materialized: snapshot`: the history of a query's rows.

use super::executor::{Executor, Materialized, Order, Purpose, Transaction};
use super::finish::{self, Hooks};
use super::incremental::widen;
use super::table;
use crate::adapter::Response;
use crate::compile::{Failure, rules};
use crate::sql::{Column, Relation, RelationKind};
use crate::template::Value;

/// Columns of the staged changes that the history does not have.
const STAGING_ONLY: &[&str] = &["dbt_change_type", "dbt_unique_key"];

/// Creates the history on the first run; later stages what has changed and
/// merges it. A full refresh does not rebuild it: history cannot be made again.
pub(super) fn make(order: &Order<'_>, executor: &mut dyn Executor) -> Result<Materialized, Failure> {
    let target = order.target(RelationKind::Table)?;
    let existed = executor.existing(&target)?;
    if let Some(kind) = existed.as_ref().and_then(|old| old.kind).filter(|kind| *kind != RelationKind::Table)
    {
        let name = target.render(order.dialect);
        let message = format!("cannot keep a snapshot in {name}: a {kind} is there");
        return Err(order.problem("snapshot-target-kind", message).help("drop or rename it first").into());
    }
    let strategy_macro = strategy_macro(order, executor)?;
    finish::hooks(order, executor, Hooks::Pre, false)?;

    executor.transaction(Transaction::Begin)?;
    finish::hooks(order, executor, Hooks::Pre, true)?;
    let model = executor.member("model");
    let config = model.get_attr("config").unwrap_or_default();
    let names = ["snapshotted_data", "source_data"].map(Value::from);
    let [snapshotted, source] = names;
    let exists = Value::from(existed.is_some());
    let strategy = executor.call(&strategy_macro, &[model, snapshotted, source, config, exists])?;
    let (response, staged) = if existed.is_some() {
        let (response, staged) = merge(order, executor, &target, &strategy)?;
        (response, Some(staged))
    } else {
        let query = executor.sql("build_snapshot_table", &[strategy, Value::from(order.sql)])?;
        executor.perform("check_time_data_types", &[Value::from(query.as_str())])?;
        (table::create(order, executor, &target, &query)?, None)
    };
    finish::grants(order, executor, &target, existed.as_ref(), false)?;
    finish::docs(order, executor, &target)?;
    if existed.is_none() {
        finish::indexes(order, executor, &target)?;
    }
    finish::hooks(order, executor, Hooks::Post, true)?;
    executor.transaction(Transaction::Commit)?;

    if let Some(staged) = staged {
        executor.perform("post_snapshot", &[order.value(&staged)])?;
    }
    finish::hooks(order, executor, Hooks::Post, false)?;
    Ok(Materialized { response, relations: vec![target] })
}

/// Stages the changes, adds new columns to the history, and merges. Returns
/// the answer to the merge, and the staged changes.
fn merge(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    target: &Relation,
    strategy: &Value,
) -> Result<(Response, Relation), Failure> {
    let history = executor.columns(target)?;
    require_meta_columns(order, target, strategy, &history)?;
    let args = [strategy.clone(), Value::from(order.sql), order.value(target)];
    let query = executor.sql("snapshot_staging_table", &args)?;
    executor.perform("check_time_data_types", &[Value::from(query)])?;
    let staged = executor.relation("build_snapshot_staging_table", &args)?;
    let staged = staged.with_kind(RelationKind::Table);
    widen(order, executor, &staged, target)?;

    let columns: Vec<Column> =
        executor.columns(&staged)?.into_iter().filter(|column| !is_staging_only(&column.name)).collect();
    let known = |name: &str| history.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    let new: Vec<Column> = columns.iter().filter(|column| !known(&column.name)).cloned().collect();
    if !new.is_empty() {
        executor.perform("create_columns", &[order.value(target), order.columns(new)])?;
    }
    let quoted: Value = columns.iter().map(|column| order.dialect.quote(&column.name)).collect();
    let sql = executor.sql("snapshot_merge_sql", &[order.value(target), order.value(&staged), quoted])?;
    Ok((executor.execute(Purpose::Main, &sql)?, staged))
}

/// `dbt_unique_key_2` for keys of several columns.
fn is_staging_only(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let base = name.trim_end_matches(|c: char| c.is_ascii_digit());
    STAGING_ONLY.contains(&name.as_str()) || (base != name && base == "dbt_unique_key_")
}

/// The table must be a history: the columns that a snapshot keeps, under the
/// names that `snapshot_meta_column_names` gives them.
fn require_meta_columns(
    order: &Order<'_>,
    target: &Relation,
    strategy: &Value,
    history: &[Column],
) -> Result<(), Failure> {
    let keeps_deleted =
        strategy.get_attr("hard_deletes").is_ok_and(|value| value.as_str() == Some("new_record"));
    let renamed = order.config().get("snapshot_meta_column_names");
    let name = |column: &str| {
        let given = renamed.and_then(|names| names.get(column)).and_then(serde_json::Value::as_str);
        Ok::<_, Failure>(given.unwrap_or(column).to_owned())
    };
    let known: Vec<String> = history.iter().map(|column| column.name.clone()).collect();
    let missing = rules::missing_history(&known, keeps_deleted, name)?;
    if missing.is_empty() {
        return Ok(());
    }
    let problem = rules::not_a_snapshot(&target.render(order.dialect), &missing);
    Err(problem.at(order.node.origin.span, "").into())
}

/// The macro of the configured strategy: `snapshot_timestamp_strategy`. A
/// package's strategy is written with its name: `pkg.mine`.
fn strategy_macro(order: &Order<'_>, executor: &dyn Executor) -> Result<String, Failure> {
    let Some(strategy) = order.config().text("strategy") else {
        let problem = order.problem("missing-snapshot-strategy", "the snapshot has no `strategy`");
        return Err(problem.help("set `strategy: timestamp` or `strategy: check`").into());
    };
    let name = match strategy.split_once('.') {
        Some((package, name)) => format!("{package}.snapshot_{name}_strategy"),
        None => format!("snapshot_{strategy}_strategy"),
    };
    if executor.author(&name).is_none() {
        let message = format!("there is no snapshot strategy `{strategy}`");
        let problem = order
            .problem("unknown-snapshot-strategy", message)
            .suggest(strategy, ["timestamp", "check"])
            .help(format!("a strategy of your own is a macro named `{name}`"));
        return Err(problem.into());
    }
    Ok(name)
}
