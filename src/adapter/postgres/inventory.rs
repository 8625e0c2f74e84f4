//! What the catalog tells of relations and columns.

use crate::sql::{Cell, Column, Dialect, Relation, RelationKind, Rows};

/// Every table, view and materialized view but the temporary ones: schema, name, kind.
/// dbt does not see foreign tables, so that a source may be one and a model may not.
pub(super) const RELATIONS: &str = "\
select n.nspname, c.relname, case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' \
else 'table' end from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
where c.relkind in ('r', 'p', 'v', 'm') and c.relpersistence <> 't' and n.nspname <> 'pg_toast'";

/// Every schema.
pub(super) const SCHEMAS: &str = "select nspname from pg_catalog.pg_namespace order by 1";

/// The relations in the rows of [`RELATIONS`].
pub(super) fn relations(database: &str, rows: &Rows) -> Vec<Relation> {
    let relation = |row: &Vec<Cell>| match row.as_slice() {
        [Cell::Text(schema), Cell::Text(name), Cell::Text(kind)] => {
            let kind = RelationKind::parse(kind)?;
            Some(Relation::new(Some(database), schema, name).with_kind(kind))
        }
        _ => None,
    };
    rows.rows.iter().filter_map(relation).collect()
}

/// Asks for a relation's columns with the types and widths that the information
/// schema tells, which knows no materialized views. What has no schema is
/// looked for where statements look for it.
pub(super) fn columns_sql(relation: &Relation) -> String {
    let literal = |part: &Option<String>| Dialect::ANSI.literal(part.as_deref().unwrap_or_default());
    let place = match &relation.schema {
        Some(_) => format!("n.nspname = {}", literal(&relation.schema)),
        None => "pg_catalog.pg_table_is_visible(c.oid)".to_owned(),
    };
    format!(
        "select a.attname, case when k.typelem <> 0 and k.typlen = -1 then 'ARRAY' \
         when kn.nspname = 'pg_catalog' then pg_catalog.format_type(k.oid, null) else 'USER-DEFINED' end, \
         information_schema._pg_char_max_length(k.oid, m.typmod)::int, \
         information_schema._pg_numeric_precision(k.oid, m.typmod)::int, \
         information_schema._pg_numeric_scale(k.oid, m.typmod)::int \
         from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         join pg_catalog.pg_attribute a on a.attrelid = c.oid \
         join pg_catalog.pg_type t on t.oid = a.atttypid \
         cross join lateral (select case when t.typtype = 'd' then t.typbasetype else t.oid end as oid, \
         case when t.typtype = 'd' then t.typtypmod else a.atttypmod end as typmod) m \
         join pg_catalog.pg_type k on k.oid = m.oid \
         join pg_catalog.pg_namespace kn on kn.oid = k.typnamespace \
         where c.relname = {} and {place} and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 \
         and not a.attisdropped order by a.attnum",
        literal(&relation.identifier),
    )
}

/// The columns in the rows of [`columns_sql`].
pub(super) fn columns(rows: &Rows) -> Vec<Column> {
    let number = |cell: &Cell| match cell {
        Cell::Integer(number) => u32::try_from(*number).ok(),
        _ => None,
    };
    let column = |row: &Vec<Cell>| match row.as_slice() {
        [Cell::Text(name), Cell::Text(data_type), size, precision, scale] => Some(Column {
            char_size: number(size),
            numeric_precision: number(precision),
            numeric_scale: number(scale),
            ..Column::new(name, data_type)
        }),
        _ => None,
    };
    rows.rows.iter().filter_map(column).collect()
}
