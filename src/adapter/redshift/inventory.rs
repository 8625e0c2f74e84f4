//! What the catalog tells of relations and columns.

use crate::sql::{Cell, Column, Dialect, Relation, RelationKind, Rows};

/// Every schema of the connection's database.
pub(super) const SCHEMAS: &str = "select nspname::varchar from pg_catalog.pg_namespace order by 1";

/// Every table and view of the connection's database: schema, name, kind. A materialized
/// view is a view whose definition says so; the table with its rows has a name of its own.
pub(super) const RELATIONS: &str = "\
select schemaname::varchar, tablename::varchar, 'table'::varchar from pg_catalog.pg_tables \
where schemaname <> 'information_schema' and substring(schemaname, 1, 3) <> 'pg_' \
union all select schemaname::varchar, viewname::varchar, case when definition ilike \
'%create materialized view%' then 'materialized_view' else 'view' end::varchar from pg_catalog.pg_views \
where schemaname <> 'information_schema' and substring(schemaname, 1, 3) <> 'pg_'";

/// The schemas of another database of the cluster.
pub(super) fn schemas_of(database: &str) -> String {
    let database = literal(Some(database));
    format!(
        "select schema_name::varchar from pg_catalog.svv_redshift_schemas where database_name = {database} \
         order by 1"
    )
}

/// The tables and views of another database of the cluster.
pub(super) fn relations_of(database: &str) -> String {
    let database = literal(Some(database));
    format!(
        "select schema_name::varchar, table_name::varchar, \
         case table_type when 'VIEW' then 'view' else 'table' end::varchar \
         from pg_catalog.svv_redshift_tables where database_name = {database}"
    )
}

/// The relations in such rows.
pub(super) fn relations(database: &str, rows: &Rows) -> Vec<Relation> {
    let relation = |row: &Vec<Cell>| match row.as_slice() {
        [Cell::Text(schema), Cell::Text(name), Cell::Text(kind)] => {
            Some(Relation::new(Some(database), schema, name).with_kind(RelationKind::parse(kind)?))
        }
        _ => None,
    };
    rows.rows.iter().filter_map(relation).collect()
}

/// Asks for a relation's columns: name, type, width, precision, scale. A view that is bound
/// late and a table outside of the warehouse are told elsewhere than the rest, and their
/// widths in the types. Without a schema it is a table of the session, and only that.
pub(super) fn columns_sql(relation: &Relation) -> String {
    let name = literal(relation.identifier.as_deref());
    let stored = "select column_name::varchar, data_type::varchar, character_maximum_length::int, \
                  numeric_precision::int, numeric_scale::int, ordinal_position::int \
                  from information_schema.\"columns\"";
    let Some(schema) = relation.schema.as_deref() else {
        return format!("{stored} where table_name = {name} order by 6");
    };
    let schema = literal(Some(schema));
    let untold = "null::int, null::int, null::int";
    format!(
        "{stored} where table_name = {name} and table_schema = {schema} \
         union all select column_name::varchar, column_type::varchar, {untold}, column_number::int \
         from pg_get_late_binding_view_cols() cols(view_schema name, view_name name, column_name name, \
         column_type varchar, column_number int) where view_name = {name} and view_schema = {schema} \
         union all select columnname::varchar, external_type::varchar, {untold}, columnnum::int \
         from pg_catalog.svv_external_columns where tablename = {name} and schemaname = {schema} order by 6"
    )
}

/// The same of another database of the cluster.
pub(super) fn columns_of(database: &str, relation: &Relation) -> String {
    format!(
        "select column_name::varchar, data_type::varchar, null::int, null::int, null::int, \
         ordinal_position::int from pg_catalog.svv_redshift_columns where database_name = {} \
         and schema_name = {} and table_name = {} order by 6",
        literal(Some(database)),
        literal(relation.schema.as_deref()),
        literal(relation.identifier.as_deref()),
    )
}

fn literal(text: Option<&str>) -> String {
    Dialect::ANSI.literal(text.unwrap_or_default())
}

/// The columns in such rows.
pub(super) fn columns(rows: &Rows) -> Vec<Column> {
    rows.rows.iter().filter_map(|row| column(row)).collect()
}

fn column(row: &[Cell]) -> Option<Column> {
    let [Cell::Text(name), Cell::Text(data_type), size, precision, scale, _] = row else { return None };
    let number = |cell: &Cell| match cell {
        Cell::Integer(number) => u32::try_from(*number).ok(),
        _ => None,
    };
    let told = Column {
        char_size: number(size),
        numeric_precision: number(precision),
        numeric_scale: number(scale),
        ..Column::new(name, data_type)
    };
    let has_size = [size, precision, scale].into_iter().any(|cell| *cell != Cell::Null);
    if has_size {
        return Some(told);
    }
    // A nested type of an external table is none that can be taken apart.
    let described = Column::from_description(name, data_type).ok();
    let sized = described.filter(|column| column.is_string() || column.is_numeric());
    let spelled = |column: Column| match column.data_type.as_str() {
        "varchar" => Column { data_type: "character varying".to_owned(), ..column },
        _ => column,
    };
    Some(sized.map_or(told, spelled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_sought_where_their_kind_of_relation_is_told() {
        let check = |relation: Relation, parts: &[&str]| {
            let sql = columns_sql(&relation);
            let found: Vec<&str> = sql.split(" union all ").collect();
            assert_eq!(found.len(), parts.len(), "{sql}");
            for (found, part) in found.iter().zip(parts) {
                assert!(found.contains(part), "{found}");
            }
        };
        let mut temporary = Relation::new(None::<String>, "", "o__dbt_tmp");
        temporary.schema = None;
        check(temporary, &["from information_schema.\"columns\" where table_name = 'o__dbt_tmp' order by 6"]);
        check(
            Relation::new(Some("dev"), "it's", "o"),
            &[
                "where table_name = 'o' and table_schema = 'it''s'",
                "where view_name = 'o' and view_schema = 'it''s'",
                "where tablename = 'o' and schemaname = 'it''s' order by 6",
            ],
        );
    }

    #[test]
    fn widths_are_read_from_where_they_are() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let check = |data_type: &str, sizes: [Cell; 3], type_text: &str, kind: &str| {
            let [size, precision, scale] = sizes;
            let row = vec![text("a"), text(data_type), size, precision, scale, Cell::Integer(1)];
            let found = columns(&Rows { columns: Vec::new(), rows: vec![row] });
            let [column] = found.as_slice() else { panic!("one column, not {found:?}") };
            assert_eq!(
                (column.type_text(&Dialect::ANSI).as_str(), column.data_type.as_str()),
                (type_text, kind)
            );
        };
        let none = || [Cell::Null, Cell::Null, Cell::Null];
        let stored = [Cell::Integer(9), Cell::Null, Cell::Null];
        check("character varying", stored, "character varying(9)", "character varying");
        check("character varying(7)", none(), "character varying(7)", "character varying");
        check("varchar(7)", none(), "character varying(7)", "character varying");
        check("numeric(18,2)", none(), "numeric(18,2)", "numeric");
        check("integer", [Cell::Null, Cell::Integer(32), Cell::Integer(0)], "integer", "integer");
        check("struct<a:varchar(7)>", none(), "struct<a:varchar(7)>", "struct<a:varchar(7)>");
    }

    #[test]
    fn other_databases_are_told_by_the_views_over_all() {
        let relation = Relation::new(Some("raw"), "s", "o");
        assert!(columns_of("raw", &relation).contains("database_name = 'raw' and schema_name = 's'"));
        assert!(relations_of("raw").ends_with("where database_name = 'raw'"));
        assert!(schemas_of("raw").contains("where database_name = 'raw'"));
    }
}
