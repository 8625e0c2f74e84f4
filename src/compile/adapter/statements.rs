//! Statements that templates send.

use minijinja::value::Tuple;
use minijinja::{Error, State, Value};

use super::AdapterObject;
use crate::compile::{Failure, results};
use crate::objects::{self, Arguments};
use crate::sql::{self, Dialect, Rows};
use crate::template;

/// `execute(sql, auto_begin=False, fetch=False, limit=None)` gives the answer and a table.
pub(super) fn execute(
    adapter: &AdapterObject,
    _: &mut State<'_, '_>,
    args: &[Value],
) -> Result<Value, Error> {
    let arguments = Arguments::bind("execute", &["sql", "auto_begin", "fetch", "limit"], args)?;
    let sql = template::text(arguments.require("execute", "sql")?);
    let begins = arguments.flag("auto_begin").unwrap_or(false);
    let limit = arguments.number("limit")?.and_then(|limit| usize::try_from(limit).ok());
    let run = || -> Result<_, Failure> {
        if begins {
            adapter.state.begin()?;
        }
        if arguments.flag("fetch").unwrap_or(false) {
            return adapter.state.query(&sql, limit);
        }
        Ok((adapter.state.execute(&sql)?, Rows::default()))
    };
    let (response, rows) = run().map_err(template::raise)?;
    Ok(Value::from(Tuple::new(vec![results::response(&response), objects::table(&rows)])))
}

/// `add_query(sql, auto_begin=True, bindings=None, abridge_sql_log=False)`.
pub(super) fn add_query(
    adapter: &AdapterObject,
    _: &mut State<'_, '_>,
    args: &[Value],
) -> Result<Value, Error> {
    let arguments =
        Arguments::bind("add_query", &["sql", "auto_begin", "bindings", "abridge_sql_log"], args)?;
    let mut sql = template::text(arguments.require("add_query", "sql")?);
    if let Some(bindings) = arguments.given("bindings") {
        let values: Vec<Value> = bindings.try_iter()?.collect();
        sql = bind(&sql, &values, *adapter.state.runtime.adapter().dialect())?;
    }
    let run = || {
        if arguments.flag("auto_begin").unwrap_or(true) {
            adapter.state.begin()?;
        }
        adapter.state.execute_bare(&sql)
    };
    run().map_err(template::raise)?;
    Ok(Value::from(Tuple::new(vec![Value::from(()), Value::from(())])))
}

/// The SQL with values in place of its placeholders.
fn bind(sql: &str, values: &[Value], dialect: Dialect) -> Result<String, Error> {
    let (bound, used) =
        sql::bind(sql, dialect.placeholder, |at| values.get(at).map(|value| literal(value, dialect)));
    if used == values.len() {
        return Ok(bound);
    }
    let message = format!("the statement has {used} places for values, {} were given", values.len());
    Err(template::raise_message(message))
}

fn literal(value: &Value, dialect: Dialect) -> String {
    use minijinja::value::ValueKind;
    match value.kind() {
        ValueKind::None | ValueKind::Undefined => "null".to_owned(),
        ValueKind::Number => value.to_string(),
        ValueKind::Bool => value.is_true().to_string(),
        _ if template::has_zone(value) => format!("{}::timestamptz", dialect.literal(&template::text(value))),
        _ => dialect.literal(&template::text(value)),
    }
}

/// `load_rows(relation, columns, agate_table)`: adds rows in one go, where the
/// engine can do that. Only macros of such an engine call it.
pub(super) fn load_rows(
    adapter: &AdapterObject,
    _: &mut State<'_, '_>,
    args: &[Value],
) -> Result<Value, Error> {
    let arguments = Arguments::bind("load_rows", &["relation", "columns", "agate_table"], args)?;
    let relation = super::relation_argument(&arguments, "load_rows", "relation")?;
    let columns = template::text(arguments.require("load_rows", "columns")?);
    let rows = objects::as_rows(arguments.require("load_rows", "agate_table")?)
        .ok_or_else(|| template::raise_message("`adapter.load_rows` takes a table as `agate_table`"))?;
    let table = relation.render(adapter.state.runtime.adapter().dialect());
    let run = || {
        adapter.state.begin()?;
        adapter.state.load(&table, &columns, &rows)
    };
    run().map(|response| results::response(&response)).map_err(template::raise)
}

/// `commit()`.
pub(super) fn commit(adapter: &AdapterObject, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
    adapter.state.commit().map_err(template::raise)?;
    Ok(Value::from(()))
}
