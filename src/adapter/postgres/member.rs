//! What only PostgreSQL's `adapter` object has; dbt-postgres' methods.

use serde_json::{Value as Json, json};

use super::decode;
use super::settings::Settings;
use crate::adapter::fields::text;
use crate::adapter::{DatabaseError, MemberCall, Session};

type Called = Result<Json, DatabaseError>;

pub(super) fn call(
    settings: &Settings,
    session: Option<&mut dyn Session>,
    call: &MemberCall,
) -> Option<Called> {
    Some(match call.name.as_str() {
        "verify_database" => verify_database(settings, call),
        "parse_index" => parse_index(call),
        "valid_incremental_strategies" => Ok(json!(super::INCREMENTAL_STRATEGIES)),
        "get_column_schema_from_query" => query_columns(session?, call),
        _ => return None,
    })
}

/// An empty text, which macros print.
fn verify_database(settings: &Settings, call: &MemberCall) -> Called {
    let database = text(call.argument(0, "database"));
    settings.check_database(database.trim_matches('"'))?;
    Ok(Json::from(""))
}

/// Name and type of each column of a query.
fn query_columns(session: &mut dyn Session, call: &MemberCall) -> Called {
    let (_, rows) = session.query(call.text(0, "sql")?, Some(0))?;
    let described = |column: &crate::sql::Column| json!({"column": column.name, "dtype": decode::driver_name(&column.data_type)});
    Ok(rows.columns.iter().map(described).collect())
}

/// An entry of the config `indexes`, checked.
fn parse_index(call: &MemberCall) -> Called {
    let raw = call.argument(0, "raw_index");
    if raw.is_null() {
        return Ok(Json::Null);
    }
    let refuse = |message: &str| DatabaseError::new(format!("an entry of `indexes` {message}"));
    let entries = raw.as_object().ok_or_else(|| refuse("is a mapping with `columns`"))?;
    if let Some(name) = entries.keys().find(|name| !matches!(name.as_str(), "columns" | "unique" | "type")) {
        return Err(refuse(&format!("has `columns`, `unique` and `type`, but no `{name}`")));
    }
    let columns =
        entries.get("columns").and_then(Json::as_array).filter(|columns| columns.iter().all(Json::is_string));
    let columns = columns.ok_or_else(|| refuse("needs a list of `columns`"))?;
    let unique = match entries.get("unique") {
        None | Some(Json::Null) => false,
        Some(Json::Bool(unique)) => *unique,
        Some(_) => return Err(refuse("has `unique: true` or `unique: false`")),
    };
    let method = match entries.get("type") {
        None | Some(Json::Null) => Json::Null,
        Some(Json::String(method)) => Json::from(method.as_str()),
        Some(_) => return Err(refuse("has a `type` such as `btree`")),
    };
    Ok(json!({"columns": columns, "unique": unique, "type": method}))
}
