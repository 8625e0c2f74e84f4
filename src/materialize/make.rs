//! One order, done as a whole or not at all.

use super::context::{Context, Made, Order, Purpose, Transaction};
use super::test::{self, Verdict};
use super::{custom, function, incremental, materialized_view, seed, snapshot, table, unit_test, view};
use crate::compile::Failure;
use crate::manifest::NodeKind;
use crate::sql::Rows;
use crate::template::Value;

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
pub enum Recipe<'a> {
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
pub fn make(order: &Order<'_>, context: &mut dyn Context, recipe: Recipe<'_>) -> Result<Made, Failure> {
    whole(context, |context| match recipe {
        Recipe::Macro(name) => custom::make(order, context, name),
        Recipe::BuiltIn => built_in(order, context, order.node.config.materialized()),
    })
}

/// Makes it as what is built in under a name, whatever the node is configured to be: a
/// project's own materialization asks for that.
///
/// # Errors
/// As [`make`].
pub fn make_as(order: &Order<'_>, context: &mut dyn Context, materialized: &str) -> Result<Made, Failure> {
    whole(context, |context| built_in(order, context, materialized))
}

fn built_in(order: &Order<'_>, context: &mut dyn Context, materialized: &str) -> Result<Made, Failure> {
    match materialized {
        materialized if order.node.is_python_model() && !IN_PYTHON.contains(&materialized) => {
            let message = format!("a model in Python cannot be materialized as `{materialized}`");
            let problem = order.problem("python-model", message);
            Err(problem.note(format!("it can be: {}", IN_PYTHON.join(", "))).into())
        }
        "view" => view::make(order, context),
        "table" => table::make(order, context),
        "incremental" => incremental::make(order, context),
        "materialized_view" => materialized_view::make(order, context),
        "seed" => seed::make(order, context),
        "snapshot" => snapshot::make(order, context),
        "function" => function::make(order, context),
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
pub fn judge(order: &Order<'_>, context: &mut dyn Context, recipe: Recipe<'_>) -> Result<Verdict, Failure> {
    whole(context, |context| match (&order.node.kind, recipe) {
        (NodeKind::UnitTest(unit_test), _) => unit_test::judge(order, context, unit_test),
        (_, Recipe::Macro(name)) => test::judge_by(order, context, name),
        (_, Recipe::BuiltIn) => test::judge(order, context),
    })
}

/// The first rows of a node's query, and the statement that fetched them.
///
/// # Errors
/// As [`make`].
pub fn preview(
    order: &Order<'_>,
    context: &mut dyn Context,
    limit: Option<usize>,
) -> Result<(String, Rows), Failure> {
    whole(context, |context| {
        if order.node.is_python_model() {
            let message =
                format!("`{}` is a model in Python, whose rows are known once it was run", order.node.name);
            return Err(order.refuse("python-model", message));
        }
        let header = order.config().text("sql_header");
        let args = [Value::from(order.sql), Value::from(header), Value::from(limit)];
        let sql = context.sql("get_show_sql", &args)?;
        let (_, rows) = context.query(Purpose::Main, &sql, limit)?;
        Ok((sql, rows))
    })
}

/// Rolls back what is open when `work` fails.
pub(super) fn whole<T>(
    context: &mut dyn Context,
    work: impl FnOnce(&mut dyn Context) -> Result<T, Failure>,
) -> Result<T, Failure> {
    work(context).inspect_err(|_| {
        // The first error is the one to tell; a connection that cannot even
        // roll back shows that itself at its next use.
        let _ = context.transaction(Transaction::Rollback);
    })
}
