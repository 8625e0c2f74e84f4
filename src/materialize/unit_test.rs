//! Unit tests: a model's query over given rows must give expected rows.

use serde_json::Map;

use super::difference::difference;
use super::executor::{Executor, Order, Purpose};
use super::fixture;
use super::test::{TestResult, TestStatus};
use crate::compile::Failure;
use crate::manifest::{Fixture, UnitTest};
use crate::sql::{Cell, Column, Rows};
use crate::template::Value;

/// The column that tells actual rows from expected ones.
const SIDE: &str = "actual_or_expected";

/// Compares what the model gives with what is expected, in the columns that
/// the expectation names. The order of rows does not count.
pub(super) fn judge(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    unit_test: &UnitTest,
) -> Result<TestResult, Failure> {
    let model = columns(executor, order.sql)?;
    let (expected, compared) = match &unit_test.expect {
        Fixture::Sql(sql) => (sql.clone(), model),
        Fixture::Rows(rows, _) => {
            let is_named = |column: &Column| {
                rows.iter().flat_map(Map::keys).any(|name| name.eq_ignore_ascii_case(&column.name))
            };
            let named: Vec<Column> = model.iter().filter(|column| is_named(column)).cloned().collect();
            let compared = if named.is_empty() { model.clone() } else { named };
            let wanted = fixture::select(order, executor, "expected output", rows, &model)?;
            (wanted, compared)
        }
    };
    let names: Vec<String> = compared.iter().map(|column| order.dialect.quote(&column.name)).collect();
    let names: Value = names.into_iter().collect();
    let args = [Value::from(order.sql), Value::from(expected), names];
    let sql = executor.sql("get_unit_test_sql", &args)?;
    let (response, rows) = executor.query(Purpose::Main, &sql, None)?;
    let Some((names, expected, actual)) = sides(rows) else {
        let message = format!("the unit test's query must give a column `{SIDE}`");
        return Err(order.refuse("invalid-unit-test-result", message));
    };
    let message = difference(&names, &expected, &actual);
    let (status, failures) = if message.is_some() { (TestStatus::Fail, 1) } else { (TestStatus::Pass, 0) };
    Ok(TestResult { status, failures, message, response, rows: None, stored_in: None })
}

/// The columns of a query, without running it over any row.
fn columns(executor: &mut dyn Executor, sql: &str) -> Result<Vec<Column>, Failure> {
    let empty = executor.sql("get_empty_subquery_sql", &[Value::from(sql)])?;
    Ok(executor.query(Purpose::Look, &empty, Some(0))?.1.columns)
}

type Sides = (Vec<String>, Vec<Vec<Cell>>, Vec<Vec<Cell>>);

/// The compared columns, the expected rows, the actual rows.
fn sides(rows: Rows) -> Option<Sides> {
    let at = rows.columns.iter().position(|column| column.name.eq_ignore_ascii_case(SIDE))?;
    let mut names: Vec<String> = rows.columns.into_iter().map(|column| column.name).collect();
    names.remove(at);
    let (mut expected, mut actual) = (Vec::new(), Vec::new());
    for mut row in rows.rows {
        if at >= row.len() {
            return None;
        }
        match row.remove(at) {
            Cell::Text(side) if side == "actual" => actual.push(row),
            _ => expected.push(row),
        }
    }
    Some((names, expected, actual))
}
