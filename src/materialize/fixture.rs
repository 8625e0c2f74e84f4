//! Rows of unit tests as SQL.

use serde_json::{Map, Value as Json};

use super::executor::{Executor, Order};
use crate::compile::Failure;
use crate::diagnostics::Diagnostic;
use crate::manifest::{Fixture, Given, GivenInput, NodeId, UnitTest};
use crate::sql::{Column, Relation};
use crate::template::Value;

/// One input of a unit test as a query that takes the place of the real one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The node whose rows it stands for; the tested model itself for `this`.
    pub node: NodeId,
    /// The query.
    pub sql: String,
}

/// The inputs of a unit test that its model reads; rows for others do not matter,
/// and need nothing that is built. Each has the columns of the real relation, in
/// its types: what a fixture leaves out is NULL. `stand_in_for` gives the
/// name and the relation of a node that is read.
///
/// # Errors
/// A fixture names a column that the relation does not have, or the relation
/// does not exist, or nothing has the name of an input.
pub fn fixtures(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    unit_test: &UnitTest,
    reads: &[NodeId],
    stand_in_for: &dyn Fn(NodeId) -> (String, Option<Relation>),
) -> Result<Vec<Input>, Failure> {
    let input = |given: &Given| {
        let node = match &given.input {
            GivenInput::Ref(_, node) | GivenInput::Source(_, node) => *node,
            GivenInput::This => unit_test.tested,
            GivenInput::Unknown(problem) => return Err(problem.as_ref().clone().into()),
        };
        let sql = match &given.rows {
            Fixture::Sql(sql) => sql.clone(),
            Fixture::Rows(rows, _) => {
                let (name, relation) = stand_in_for(node);
                let columns = real_columns(order, executor, given, relation)?;
                select(order, executor, &format!("'{name}'"), rows, &columns)?
            }
        };
        Ok(Input { node, sql })
    };
    let is_read = |given: &&Given| match &given.input {
        GivenInput::Ref(_, node) | GivenInput::Source(_, node) => reads.contains(node),
        GivenInput::This | GivenInput::Unknown(_) => true,
    };
    unit_test.given.iter().filter(is_read).map(input).collect()
}

fn real_columns(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    given: &Given,
    relation: Option<Relation>,
) -> Result<Vec<Column>, Failure> {
    let columns = match &relation {
        Some(relation) => executor.columns(relation)?,
        None => Vec::new(),
    };
    if !columns.is_empty() {
        return Ok(columns);
    }
    let name = relation.map(|relation| relation.render(order.dialect));
    let message = match name {
        Some(name) => {
            format!("the columns of the input `{}` are not known: {name} does not exist", given.input_text)
        }
        None => format!("the columns of the input `{}` are not known: it is not stored", given.input_text),
    };
    let problem = order.problem("unknown-fixture-columns", message);
    Err(problem.help("build it first, if need be with `--empty`, or give the input as `format: sql`").into())
}

/// A query that gives `rows`: every column in order, typed; missing ones NULL.
/// `what` names the fixture in errors.
pub(super) fn select(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    what: &str,
    rows: &[Map<String, Json>],
    columns: &[Column],
) -> Result<String, Failure> {
    check_names(order, what, rows, columns)?;
    let mut selects = Vec::with_capacity(rows.len().max(1));
    for row in rows {
        let mut cells = Vec::with_capacity(columns.len());
        for column in columns {
            let value = row.iter().find(|(name, _)| name.eq_ignore_ascii_case(&column.name));
            let literal = literal(order, value.map_or(&Json::Null, |(_, value)| value));
            cells.push(cell(order, executor, &literal, column)?);
        }
        selects.push(format!("select {}", cells.join(", ")));
    }
    if selects.is_empty() {
        let cells: Result<Vec<String>, Failure> =
            columns.iter().map(|column| cell(order, executor, "null", column)).collect();
        return Ok(format!("select {} where 1 = 0", cells?.join(", ")));
    }
    Ok(selects.join("\nunion all\n"))
}

fn cell(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    literal: &str,
    column: &Column,
) -> Result<String, Failure> {
    // The width of a text type would cut values off in silence.
    let data_type =
        if column.is_string() { column.data_type.clone() } else { column.type_text(order.dialect) };
    let args = [Value::from(literal), Value::from(data_type)];
    let typed = executor.sql("safe_cast", &args)?;
    Ok(format!("{typed} as {}", order.dialect.quote(&column.name)))
}

/// All unknown column names of a fixture, each once.
fn check_names(
    order: &Order<'_>,
    what: &str,
    rows: &[Map<String, Json>],
    columns: &[Column],
) -> Result<(), Failure> {
    let known = |name: &str| columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    let mut unknown: Vec<&str> = Vec::new();
    for name in rows.iter().flat_map(Map::keys) {
        if !known(name) && !unknown.contains(&name.as_str()) {
            unknown.push(name);
        }
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let names = || columns.iter().map(|column| column.name.as_str());
    let invalid =
        unknown.iter().map(|name| format!("Invalid column name: '{name}' in unit test fixture for {what}."));
    let message = invalid.collect::<Vec<_>>().join("\n");
    let problem: Diagnostic = order.problem("unknown-fixture-column", message);
    let problem = unknown.iter().fold(problem, |problem, name| problem.suggest(name, names()));
    Err(problem.note(format!("its columns are: {}", names().collect::<Vec<_>>().join(", "))).into())
}

/// A value as SQL. Lists and mappings become the engine's own, where it has them.
fn literal(order: &Order<'_>, value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(value) => value.to_string(),
        Json::String(text) => order.dialect.literal(text),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| literal(order, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(fields) => {
            let field = |(name, value): (&String, &Json)| {
                format!("{}: {}", order.dialect.literal(name), literal(order, value))
            };
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
    }
}
