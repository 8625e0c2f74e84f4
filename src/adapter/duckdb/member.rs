//! What only DuckDB's `adapter` object has; dbt-duckdb's methods.

use serde_json::{Map, Value as Json, json};

use super::external;
use super::settings::Settings;
use crate::adapter::fields::text;
use crate::adapter::{DatabaseError, MemberCall, Session, index};
use crate::sql::{Cell, Column, Dialect, Rows};

type Called = Result<Json, DatabaseError>;

pub(super) fn call(
    settings: &Settings,
    session: Option<&mut dyn Session>,
    call: &MemberCall,
) -> Option<Called> {
    let database = |place| text(call.argument(place, "relation").get("database").unwrap_or(&Json::Null));
    Some(match call.name.as_str() {
        "external_root" => Ok(Json::from(settings.external_root.as_str())),
        "disable_transactions" => Ok(Json::from(settings.disable_transactions)),
        "is_ducklake" => Ok(Json::from(settings.is_ducklake(&database(0)))),
        // `DuckLake` needs no detours since DuckDB 1.5.3.
        "is_motherduck" | "use_ducklake_table_workarounds" => Ok(Json::from(false)),
        "get_binding_char" => Ok(Json::from("?")),
        "valid_incremental_strategies" => Ok(json!(["append", "delete+insert", "merge", "microbatch"])),
        "escape_sql_string" => Ok(Json::from(text(call.argument(0, "value")).replace('\'', "''"))),
        "get_seed_file_path" => seed_file(call),
        "parse_index" => index::parse(call, index::Types::One),
        "external_write_options" => {
            options(call).map(|(path, options)| external::write_options(&path, &options).into())
        }
        "external_read_location" => {
            options(call).map(|(path, options)| external::read_location(&path, &options).into())
        }
        "batch_id_for_model" => Ok(Json::from(batch_id(call.argument(0, "model")))),
        "get_temp_relation_path" => Ok(temp_path(call)),
        "store_relation" => {
            Err(DatabaseError::new("storing relations with a plugin needs Python, which is not supported"))
        }
        "location_exists" => location_exists(session?, call),
        "get_column_schema_from_query" => query_columns(session?, call),
        "ensure_transaction" => ensure_transaction(session?),
        "catalog_supports_foreign_keys" => {
            let name = Dialect::ANSI.literal(&text(call.argument(0, "database")));
            let sql = format!(
                "select 1 from duckdb_databases() where lower(database_name) = lower({name}) and type = 'duckdb'"
            );
            session?.query(&sql, Some(1)).map(|(_, rows)| Json::from(!rows.rows.is_empty()))
        }
        "existing_key_constraint_types" => key_constraints(session?, call.argument(0, "relation")),
        _ => return None,
    })
}

fn options(call: &MemberCall) -> Result<(String, Map<String, Json>), DatabaseError> {
    let location = call.text(0, "write_location")?.to_owned();
    let options = call.argument(1, "rendered_options").as_object().cloned().unwrap_or_default();
    Ok((location, options))
}

fn seed_file(call: &MemberCall) -> Called {
    let model = call.argument(0, "model");
    let part = |name: &str| model.get(name).and_then(Json::as_str);
    match (part("root_path"), part("original_file_path")) {
        (Some(root), Some(path)) => Ok(Json::from(format!("{root}/{path}"))),
        _ => Err(DatabaseError::new("`adapter.get_seed_file_path` takes the model of a seed")),
    }
}

/// A part of table names that differs between the batches of a microbatch run.
fn batch_id(model: &Json) -> String {
    let start = model.get("batch").and_then(|batch| batch.get("event_time_start"));
    let start = start.filter(|start| !start.is_null()).map(text).unwrap_or_default();
    start.chars().filter(|c| !"-:+".contains(*c)).map(|c| if c == ' ' { '_' } else { c }).collect()
}

fn temp_path(call: &MemberCall) -> Json {
    let model = call.argument(0, "model");
    let batch = text(call.argument(1, "batch_id"));
    let identifier = model.get("identifier").or_else(|| model.get("alias")).map(text).unwrap_or_default();
    let identifier = match batch.as_str() {
        "" | "null" => format!("{identifier}__tmp"),
        batch => format!("{identifier}__tmp__{batch}"),
    };
    let database = model.get("database").cloned().unwrap_or(Json::Null);
    json!({"schema": "dbt_temp", "database": database, "identifier": identifier})
}

fn location_exists(session: &mut dyn Session, call: &MemberCall) -> Called {
    let location = Dialect::ANSI.literal(call.text(0, "location")?);
    match session.execute(&format!("select 1 from {location} where 1 = 0")) {
        Ok(_) => Ok(Json::from(true)),
        Err(error) if error.is_cancelled => Err(error),
        Err(_) => Ok(Json::from(false)),
    }
}

/// Name and type of each column of a query; a struct gives its innermost fields.
fn query_columns(session: &mut dyn Session, call: &MemberCall) -> Called {
    let sql = call.text(0, "sql")?;
    let (_, described) = session.query(&format!("describe ({sql}\n)"), None)?;
    let column = |row: &Vec<Cell>| match row.as_slice() {
        [Cell::Text(name), Cell::Text(data_type), ..] => Column::new(name, data_type).flatten(),
        _ => Vec::new(),
    };
    let columns = described.rows.iter().flat_map(column);
    Ok(columns.map(|column| json!({"column": column.name, "dtype": column.data_type})).collect())
}

fn ensure_transaction(session: &mut dyn Session) -> Called {
    if !session.in_transaction() {
        session.execute("BEGIN")?;
    }
    Ok(Json::Null)
}

fn key_constraints(session: &mut dyn Session, relation: &Json) -> Called {
    let part = |name: &str| Dialect::ANSI.literal(&relation.get(name).map(text).unwrap_or_default());
    let (_, Rows { rows, .. }) = session.query(
        &format!(
            "select distinct case constraint_type when 'PRIMARY KEY' then 'primary_key' \
             when 'FOREIGN KEY' then 'foreign_key' else 'unique' end as kind from duckdb_constraints() \
             where constraint_type in ('PRIMARY KEY', 'FOREIGN KEY', 'UNIQUE') \
             and lower(database_name) = lower({}) and lower(schema_name) = lower({}) \
             and lower(table_name) = lower({}) order by kind",
            part("database"),
            part("schema"),
            part("identifier"),
        ),
        None,
    )?;
    let kinds = rows.into_iter().flatten().filter_map(|cell| match cell {
        Cell::Text(kind) => Some(Json::from(kind)),
        _ => None,
    });
    Ok(kinds.collect())
}
