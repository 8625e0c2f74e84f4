//! Columns of relations, queries and tables.

use minijinja::{Error, State, Value};
use serde_json::{Map, Value as Json};

use super::{AdapterObject, call_macro, field, relation_argument};
use crate::compile::rules;
use crate::objects::{self, Arguments, TableObject};
use crate::sql::{Column, Relation};
use crate::template::{self, Library, MacroInfo};

type Called = Result<Value, Error>;

fn columns_of(adapter: &AdapterObject, relation: &Relation) -> Result<Vec<Column>, Error> {
    adapter.state.columns(relation).map_err(template::raise)
}

/// `get_columns_in_relation(relation)`: empty where it does not exist. dbt: what a project
/// says by a macro of this name counts.
pub(super) fn get_columns_in_relation(
    adapter: &AdapterObject,
    running: &mut State<'_, '_>,
    args: &[Value],
) -> Called {
    let engine = &adapter.state.runtime.parts.engine;
    let Some(info) = own_macro(engine.library(), "get_columns_in_relation") else {
        return read_columns(adapter, running, args);
    };
    template::macro_value(running, info)?.call(running, args)
}

/// The macro of a project that stands for a built-in one.
fn own_macro<'l>(library: &'l Library, name: &str) -> Option<&'l MacroInfo> {
    let root = library.root();
    let named = library.find(name, root).filter(|info| !info.is_internal);
    named.or_else(|| library.find_dispatched(name, Some("dbt"), root).ok().filter(|info| !info.is_internal))
}

/// `read_columns(relation)`: the same, whatever a project says. For macros that come with
/// the program, so that a project's macro may call them.
pub(super) fn read_columns(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("get_columns_in_relation", &["relation"], args)?;
    let relation = relation_argument(&arguments, "get_columns_in_relation", "relation")?;
    Ok(adapter.columns(columns_of(adapter, &relation)?))
}

/// `get_columns_in_table(schema, identifier)`; old.
pub(super) fn get_columns_in_table(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("get_columns_in_table", &["schema_name", "identifier"], args)?;
    let (schema, name) = (arguments.text("schema_name"), arguments.text("identifier"));
    let relation = Relation::new(None::<String>, schema.unwrap_or_default(), name.unwrap_or_default());
    Ok(adapter.columns(columns_of(adapter, &relation)?))
}

/// `get_missing_columns(from_relation, to_relation)`: what the second lacks.
pub(super) fn get_missing_columns(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let function = "get_missing_columns";
    let arguments = Arguments::bind(function, &["from_relation", "to_relation"], args)?;
    let from = columns_of(adapter, &relation_argument(&arguments, function, "from_relation")?)?;
    let to = columns_of(adapter, &relation_argument(&arguments, function, "to_relation")?)?;
    let is_missing = |column: &Column| !to.iter().any(|known| known.name == column.name);
    Ok(adapter.columns(from.into_iter().filter(is_missing).collect()))
}

/// `expand_target_column_types(from_relation, to_relation)`: text columns of the
/// second grow to the width that they have in the first.
pub(super) fn expand_target_column_types(
    adapter: &AdapterObject,
    running: &mut State<'_, '_>,
    args: &[Value],
) -> Called {
    let function = "expand_target_column_types";
    let arguments = Arguments::bind(function, &["from_relation", "to_relation"], args)?;
    let goal = relation_argument(&arguments, function, "from_relation")?;
    let current = relation_argument(&arguments, function, "to_relation")?;
    let wanted = columns_of(adapter, &goal)?;
    for (name, data_type) in rules::widened(columns_of(adapter, &current)?, &wanted) {
        let args = [adapter.relation(current.clone()), Value::from(name), Value::from(data_type)];
        call_macro(running, "alter_column_type", &args)?;
    }
    Ok(Value::from(()))
}

/// `get_column_schema_from_query(sql)`: the engine's own way where it has one,
/// else the columns of the query's result without its rows.
pub(super) fn get_column_schema_from_query(
    adapter: &AdapterObject,
    _: &mut State<'_, '_>,
    args: &[Value],
) -> Called {
    let arguments = Arguments::bind("get_column_schema_from_query", &["sql"], args)?;
    let sql = template::text(arguments.require("get_column_schema_from_query", "sql")?);
    let own = adapter.call_member("get_column_schema_from_query", &[Value::from(sql.as_str())])?;
    let columns = match own.as_ref().map(template::to_json) {
        Some(Json::Array(described)) => described.iter().map(described_column).collect(),
        _ => adapter.state.query(&sql, Some(0)).map_err(template::raise)?.1.columns,
    };
    Ok(adapter.columns(columns))
}

fn described_column(json: &Json) -> Column {
    let text = |name| field(json, name).unwrap_or_default();
    Column::new(text("column"), Column::translate_type(&text("dtype")))
}

/// `convert_type(agate_table, col_idx)`: the type of DDL for a column of a table.
pub(super) fn convert_type(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("convert_type", &["agate_table", "col_idx"], args)?;
    let table = arguments.require("convert_type", "agate_table")?;
    let place = arguments.number("col_idx")?.and_then(|place| usize::try_from(place).ok()).unwrap_or(0);
    let table = table.downcast_object_ref::<TableObject>();
    let dialect = adapter.state.runtime.adapter().dialect();
    let data_type = table.and_then(|table| table.sql_type(place, dialect));
    data_type.map(Value::from).ok_or_else(|| {
        template::raise_message("`adapter.convert_type` takes a table and the place of one of its columns")
    })
}

/// `standardize_grants_dict(table)`: from privilege to grantees.
pub(super) fn standardize_grants_dict(_: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("standardize_grants_dict", &["grants_table"], args)?;
    let mut grants: Map<String, Json> = Map::new();
    for row in arguments.require("standardize_grants_dict", "grants_table")?.try_iter()? {
        let text = |name: &str| row.get_attr(name).map(|value| template::text(&value));
        let (grantee, privilege) = (text("grantee")?, text("privilege_type")?);
        let grantees = grants.entry(privilege).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(grantees) = grantees {
            grantees.push(Json::from(grantee));
        }
    }
    Ok(template::to_value(&Json::Object(grants)))
}

/// The names of a relation's columns in lower case.
pub(super) fn names_in_lower_case(adapter: &AdapterObject, relation: &Value) -> Result<Vec<String>, Error> {
    let relation =
        objects::as_relation(relation).ok_or_else(|| template::raise_message("a relation is needed"))?;
    let columns = columns_of(adapter, &relation)?;
    Ok(columns.into_iter().map(|column| column.name.to_lowercase()).collect())
}
