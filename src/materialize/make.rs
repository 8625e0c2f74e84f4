//! One order, done as a whole or not at all.

use super::executor::{Executor, Materialized, Order, Purpose, Transaction};
use super::test::{self, TestResult};
use super::{custom, function, incremental, materialized_view, seed, snapshot, table, unit_test, view};
use crate::compile::Failure;
use crate::manifest::NodeKind;
use crate::sql::Rows;
use crate::template::{self, Value};

/// Materializations that are built in.
const BUILT_IN: &[&str] =
    &["view", "table", "incremental", "materialized_view", "seed", "snapshot", "function", TEST];

/// What data tests are materialized as.
pub const TEST: &str = "test";

/// Those of them whose rows may come from code in Python.
const IN_PYTHON: &[&str] = &["table", "incremental"];

/// Whether we know how to make this, unless the project says otherwise.
#[must_use]
pub fn is_built_in(materialized: &str) -> bool {
    BUILT_IN.contains(&materialized)
}

/// Who knows how a node is materialized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Materializer<'a> {
    /// We do.
    BuiltIn,
    /// A user's macro of this name: `materialization_archive_default`.
    Macro(&'a str),
}

/// Makes a model, seed, snapshot or function. On failure everything of its transaction
/// is undone.
///
/// # Errors
/// A macro fails, the warehouse refuses a statement, the configuration asks for
/// what cannot be done, or the run was asked to stop.
pub fn make(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    materializer: Materializer<'_>,
) -> Result<Materialized, Failure> {
    whole(executor, |executor| match materializer {
        Materializer::Macro(name) => custom::make(order, executor, name),
        Materializer::BuiltIn => built_in(order, executor, order.node.config.materialized()),
    })
}

/// Makes it as what is built in under a name, whatever the node is configured to be: a
/// project's own materialization asks for that.
///
/// # Errors
/// As [`make`].
pub fn make_as(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    materialized: &str,
) -> Result<Materialized, Failure> {
    whole(executor, |executor| built_in(order, executor, materialized))
}

fn built_in(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    materialized: &str,
) -> Result<Materialized, Failure> {
    match materialized {
        materialized if order.node.is_python_model() && !IN_PYTHON.contains(&materialized) => {
            let message = format!("a model in Python cannot be materialized as `{materialized}`");
            let problem = order.problem("python-model", message);
            Err(problem.note(format!("it can be: {}", IN_PYTHON.join(", "))).into())
        }
        "view" => view::make(order, executor),
        "table" => table::make(order, executor),
        "incremental" => incremental::make(order, executor),
        "materialized_view" => materialized_view::make(order, executor),
        "seed" => seed::make(order, executor),
        "snapshot" => snapshot::make(order, executor),
        "function" => function::make(order, executor),
        unknown => {
            let message = format!("there is no materialization `{unknown}`");
            let problem = order.problem("unknown-materialization", message);
            Err(problem.suggest(unknown, BUILT_IN.iter().copied()).into())
        }
    }
}

/// Runs a data test, by the project's own materialization where it has one, or a unit test.
///
/// # Errors
/// As [`make`]. A finding of the test is no error.
pub fn judge(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    materializer: Materializer<'_>,
) -> Result<TestResult, Failure> {
    whole(executor, |executor| match (&order.node.kind, materializer) {
        (NodeKind::UnitTest(unit_test), _) => unit_test::judge(order, executor, unit_test),
        (_, Materializer::Macro(name)) => test::judge_by(order, executor, name),
        (_, Materializer::BuiltIn) => test::judge(order, executor),
    })
}

/// The first rows of a node's query, and the statement that fetched them.
///
/// # Errors
/// As [`make`].
pub fn preview(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    limit: Option<usize>,
) -> Result<(String, Rows), Failure> {
    whole(executor, |executor| {
        if order.node.is_python_model() {
            let message =
                format!("`{}` is a model in Python, whose rows are known once it was run", order.node.name);
            return Err(order.refuse("python-model", message));
        }
        let header = order.config().text("sql_header");
        let args = [Value::from(order.sql), Value::from(header), Value::from(limit)];
        let sql = template::text(&executor.call("get_show_sql", &args)?);
        let (_, rows) = executor.query(Purpose::Main, &sql, limit)?;
        Ok((sql, rows))
    })
}

/// Rolls back what is open when `work` fails.
pub(super) fn whole<T>(
    executor: &mut dyn Executor,
    work: impl FnOnce(&mut dyn Executor) -> Result<T, Failure>,
) -> Result<T, Failure> {
    work(executor).inspect_err(|_| {
        // The first error is the one to tell; a connection that cannot even
        // roll back shows that itself at its next use.
        let _ = executor.transaction(Transaction::Rollback);
    })
}
