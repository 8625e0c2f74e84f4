//! What only PostgreSQL's `adapter` object has; dbt-postgres' methods.

use serde_json::{Value as Json, json};

use super::decode;
use super::settings::Settings;
use crate::adapter::fields::text;
use crate::adapter::{DatabaseError, MemberCall, Session, index};

type Called = Result<Json, DatabaseError>;

pub(super) fn call(
    settings: &Settings,
    session: Option<&mut dyn Session>,
    call: &MemberCall,
) -> Option<Called> {
    Some(match call.name.as_str() {
        "verify_database" => verify_database(settings, call),
        "parse_index" => index::parse(call, index::Types::Many),
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
