//! Data tests: a query that returns failing rows.

use super::custom::without_main;
use super::executor::{Change, Executor, Flags, Order, Purpose, Transaction};
use crate::adapter::Response;
use crate::compile::Failure;
use crate::manifest::Config;
use crate::sql::{Cell, Relation, RelationKind, Rows};
use crate::template::Value;

/// How many failing rows of a test are fetched to be shown.
pub const SAMPLE_ROWS: usize = 5;

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestStatus {
    /// Nothing to say.
    Pass,
    /// Too much for `warn_if`, or for `error_if` with `severity: warn`.
    Warn,
    /// Too much for `error_if`.
    Fail,
}

/// What came of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestResult {
    /// How it ended.
    pub status: TestStatus,
    /// What `fail_calc` gave; for a unit test 0 or 1.
    pub failures: i64,
    /// The finding, unless it passed.
    pub message: Option<String>,
    /// The warehouse's answer to the main statement.
    pub response: Response,
    /// The first failing rows, unless it passed or they cannot be had.
    pub rows: Option<Rows>,
    /// The relation that holds all failing rows, where they are stored.
    pub stored_in: Option<Relation>,
}

/// Runs a data test: stores the failing rows where that is asked for, reduces
/// them by `fail_calc`, and weighs the result by `warn_if`, `error_if` and
/// `severity`.
pub(super) fn judge(order: &Order<'_>, executor: &mut dyn Executor) -> Result<TestResult, Failure> {
    let config = order.config();
    let limit = config.get("limit").and_then(serde_json::Value::as_u64);
    let query = match limit {
        Some(limit) => {
            executor.sql("get_limit_subquery_sql", &[Value::from(order.sql), Value::from(limit)])?
        }
        None => order.sql.to_owned(),
    };
    let stored_in = match stores_as(order)? {
        Some(kind) => Some(store(order, executor, kind, &query)?),
        None => None,
    };
    let failing = match &stored_in {
        Some(relation) => all_of(order, relation),
        None => query,
    };
    let rules = Rules::of(order);
    let args = [
        Value::from(failing.as_str()),
        Value::from(rules.fail_calc),
        Value::from(rules.warn_if),
        Value::from(rules.error_if),
        Value::from(()),
    ];
    let main = executor.sql("get_test_sql", &args)?;
    let answer = executor.count(&main)?;
    weighed(order, executor, answer, &failing, stored_in)
}

/// Calls a project's own materialization of tests, and weighs the answer to its statement
/// named `main`. What it has not committed is taken back, as with those of models.
pub(super) fn judge_by(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    name: &str,
) -> Result<TestResult, Failure> {
    executor.call(name, &[])?;
    if executor.in_transaction() {
        executor.transaction(Transaction::Rollback)?;
    }
    let answer = executor.main_answer().ok_or_else(|| without_main(order))?;
    let stored_in = match stores_as(order)? {
        Some(kind) => Some(order.target(kind)?),
        None => None,
    };
    let failing = stored_in.as_ref().map_or_else(|| order.sql.to_owned(), |relation| all_of(order, relation));
    weighed(order, executor, answer, &failing, stored_in)
}

fn all_of(order: &Order<'_>, relation: &Relation) -> String {
    format!("select * from {}", relation.render(order.dialect))
}

/// What the answer to a test's main statement comes to.
fn weighed(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    (response, rows): (Response, Rows),
    failing: &str,
    stored_in: Option<Relation>,
) -> Result<TestResult, Failure> {
    let rules = Rules::of(order);
    let counted = Counted::read(&rows)
        .ok_or_else(|| order.refuse("invalid-test-result", unreadable(&rows, rules.fail_calc)))?;
    let (status, condition) = rules.weigh(counted, order.flags.warn_error);
    let rows = match status {
        TestStatus::Pass => None,
        TestStatus::Warn | TestStatus::Fail => sample(executor, failing)?,
    };
    let message = condition.map(|condition| finding(counted.failures, status, condition));
    Ok(TestResult { status, failures: counted.failures, message, response, rows, stored_in })
}

/// What the configuration says about how failing rows count.
struct Rules<'a> {
    fail_calc: &'a str,
    warn_if: &'a str,
    error_if: &'a str,
    only_warns: bool,
}

impl<'a> Rules<'a> {
    fn of(order: &Order<'a>) -> Self {
        let config = &order.node.config;
        Self {
            fail_calc: config.text("fail_calc").unwrap_or("count(*)"),
            warn_if: config.text("warn_if").unwrap_or("!= 0"),
            error_if: config.text("error_if").unwrap_or("!= 0"),
            only_warns: config.text("severity").is_some_and(|severity| severity.eq_ignore_ascii_case("warn")),
        }
    }

    /// The status, and the condition that decided it.
    fn weigh(&self, counted: Counted, warn_error: bool) -> (TestStatus, Option<&'a str>) {
        if counted.should_error && !self.only_warns {
            (TestStatus::Fail, Some(self.error_if))
        } else if counted.should_warn {
            let status = if warn_error { TestStatus::Fail } else { TestStatus::Warn };
            (status, Some(self.warn_if))
        } else {
            (TestStatus::Pass, None)
        }
    }
}

/// dbt's words: programs look for them in `run_results.json`.
fn finding(failures: i64, status: TestStatus, condition: &str) -> String {
    let results = if failures == 1 { "result" } else { "results" };
    let verb = if status == TestStatus::Fail { "fail" } else { "warn" };
    format!("Got {failures} {results}, configured to {verb} if {condition}")
}

/// The one row that a test's main statement gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counted {
    failures: i64,
    should_warn: bool,
    should_error: bool,
}

impl Counted {
    fn read(rows: &Rows) -> Option<Self> {
        let [row] = rows.rows.as_slice() else { return None };
        let [_, _, _] = row.as_slice() else { return None };
        let cell = |name: &str| {
            let at = rows.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))?;
            row.get(at)
        };
        Some(Self {
            failures: whole(cell("failures")?)?,
            should_warn: truth(cell("should_warn")?)?,
            should_error: truth(cell("should_error")?)?,
        })
    }
}

pub(super) fn whole(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Integer(value) => i64::try_from(*value).ok(),
        #[expect(clippy::cast_possible_truncation, reason = "a count of failures fits, and is shown only")]
        Cell::Float(value) => Some(value.trunc() as i64),
        Cell::Decimal(digits) | Cell::Text(digits) => digits.split('.').next()?.parse().ok(),
        Cell::Bool(value) => Some(i64::from(*value)),
        _ => None,
    }
}

/// Some warehouses have no booleans and say 0 and 1, or words.
fn truth(cell: &Cell) -> Option<bool> {
    match cell {
        Cell::Bool(value) => Some(*value),
        Cell::Integer(value) => Some(*value != 0),
        Cell::Null => Some(false),
        Cell::Text(word) => match word.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
            "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn unreadable(rows: &Rows, fail_calc: &str) -> String {
    match rows.rows.as_slice() {
        [row] if row.len() == 3 => {
            let words = row.iter().zip(&rows.columns);
            let mut words = words.filter(|(cell, column)| {
                column.name.to_ascii_lowercase().starts_with("should_") && truth(cell).is_none()
            });
            if let Some((Cell::Text(word), column)) = words.next() {
                let name = &column.name;
                return format!("'get_test_sql' returns '{word}' as `{name}`, which must be true or false");
            }
            format!(
                "`fail_calc: {fail_calc}` must give a number for the failing rows, also when there are none"
            )
        }
        [row] => format!("a test must give 3 columns, it gave {}", row.len()),
        many => format!("a test must give 1 row, it gave {}", many.len()),
    }
}

/// Whether a test with this configuration keeps its failing rows.
/// `store_failures_as` decides, then `store_failures`, then the flag.
#[must_use]
pub fn stores_failures(config: &Config, flags: Flags) -> bool {
    match config.text("store_failures_as") {
        Some(kind) => kind != "ephemeral",
        None => config.flag("store_failures").unwrap_or(flags.store_failures),
    }
}

/// What failing rows are kept as, where they are kept.
fn stores_as(order: &Order<'_>) -> Result<Option<RelationKind>, Failure> {
    if !stores_failures(order.config(), order.flags) {
        return Ok(None);
    }
    match order.config().text("store_failures_as") {
        Some("table") | None => Ok(Some(RelationKind::Table)),
        Some("view") => Ok(Some(RelationKind::View)),
        Some(other) => {
            let message = format!("`store_failures_as` cannot be `{other}`");
            let problem = order.problem("invalid-store-failures-as", message);
            let words = format!(
                "'{other}' is not a valid value for `store_failures_as`. \
                 Accepted values are: ['ephemeral', 'table', 'view']"
            );
            Err(problem.known_as(words).help("use `table`, `view` or `ephemeral`").into())
        }
    }
}

/// Keeps the failing rows in place of those of the last time.
fn store(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    kind: RelationKind,
    query: &str,
) -> Result<Relation, Failure> {
    let target = order.target(kind)?;
    executor.transaction(Transaction::Begin)?;
    if let Some(old) = executor.existing(&target)? {
        executor.change(Change::Drop(&old))?;
    }
    let create = executor.sql("get_create_sql", &[order.value(&target), Value::from(query)])?;
    executor.execute(Purpose::Keep, &create)?;
    executor.change(Change::Create(&target))?;
    executor.transaction(Transaction::Commit)?;
    Ok(target)
}

/// The first failing rows. They are an extra: a refusal is not the test's failure.
fn sample(executor: &mut dyn Executor, failing: &str) -> Result<Option<Rows>, Failure> {
    let args = [Value::from(failing), Value::from(SAMPLE_ROWS)];
    let sql = executor.sql("get_limit_subquery_sql", &args)?;
    match executor.query(Purpose::Look, &sql, Some(SAMPLE_ROWS)) {
        Ok((_, rows)) => Ok(Some(rows)),
        Err(failure @ (Failure::Cancelled | Failure::OutOfTurn)) => Err(failure),
        Err(_) => Ok(None),
    }
}
