{
    "about": "What templates learn of the warehouse, and the methods of `adapter` that change it.",
    "files": {
        "models/base.sql": "{{ config(materialized='table') }} select 1 as id, cast('x' as varchar(5)) as word, cast(1.5 as numeric(8, 3)) as amount, cast('2024-01-01' as date) as day",
        "models/seen.sql": "select * from {{ ref('base') }}",
        "macros/look.sql": """
            {% macro note(text) %}{% do run_query("insert into main.notes values ('" ~ (text | string | replace("'", '"')) ~ "')") %}{% endmacro %}
            {% macro look() %}
                {% do run_query('drop table if exists main.notes') %}
                {% do run_query('create table main.notes (line varchar)') %}
                {% set base = api.Relation.create(database=target.database, schema='main', identifier='base') %}
                {% do note(base) %}
                {% set found = adapter.get_relation(database=target.database, schema='main', identifier='base') %}
                {% set seen = load_relation(api.Relation.create(database=target.database, schema='main', identifier='seen')) %}
                {% do note([found.type ~ '', found.is_table, found.is_view, seen.type ~ '', seen.is_view]) %}
                {% do note(adapter.get_relation(database=target.database, schema='main', identifier='nothing')) %}
                {% for column in adapter.get_columns_in_relation(found) %}
                    {% do note([column.name, column.column, column.dtype, column.data_type, column.quoted, column.is_string(), column.is_numeric(),
                        column.is_number(), column.is_float(), column.is_integer(), column.char_size, column.numeric_precision, column.numeric_scale]) %}
                {% endfor %}
                {% do note(adapter.check_schema_exists(target.database, 'main')) %}
                {% do note(adapter.check_schema_exists(target.database, 'absent')) %}
                {% set other = api.Relation.create(database=target.database, schema='other', identifier='copied', type='table') %}
                {% do adapter.create_schema(other.without_identifier()) %}
                {% do run_query('create table ' ~ other ~ ' as select id, 1 as extra, 2 as shared from ' ~ found) %}
                {% do run_query('alter table ' ~ found ~ ' add column shared integer') %}
                {% do note(adapter.get_missing_columns(other, found) | map(attribute='name') | list) %}
                {% do note(adapter.get_columns_in_relation(other) | map(attribute='name') | list) %}
                {% do adapter.expand_target_column_types(other, found) %}
                {% do note(adapter.type() ~ ' ' ~ adapter.quote('a b')) %}
                {% do note(adapter.quote_as_configured('word', 'identifier')) %}
                {% do note(adapter.already_exists('main', 'base')) %}
                {% do adapter.rename_relation(other, api.Relation.create(database=target.database, schema='other', identifier='renamed', type='table')) %}
                {% do run_query('create table other.short as select 1 as id') %}
                {% set short = api.Relation.create(database=target.database, schema='other', identifier='short', type='table') %}
                {% do adapter.truncate_relation(short) %}
                {% do run_query('create table other.gone as select 1 as id') %}
                {% do adapter.drop_relation(api.Relation.create(database=target.database, schema='other', identifier='gone', type='table')) %}
                {% do adapter.create_schema(api.Relation.create(database=target.database, schema='third')) %}
                {% do run_query('create table third.inside as select 1 as id') %}
                {% do adapter.drop_schema(api.Relation.create(database=target.database, schema='third')) %}
                {% set rows = run_query('select 1 as n, null as nothing, true as yes union all select 2, null, false order by 1') %}
                {% for row in rows %}{% do note([row[0], row['nothing'], row.values() | list, row.keys() | list]) %}{% endfor %}
                {% do note([rows.columns | length, rows.columns[0].name, rows.column_names | list]) %}
                {% do note(dbt_utils_free(found)) %}
                {% call statement('counted', fetch_result=True) %}select count(*) as n from {{ found }}{% endcall %}
                {% set counted = load_result('counted') %}{% do note([counted['data'][0][0], counted['table'].rows[0][0]]) %}
                {% do note(get_columns_in_query('select 1 as a, 2 as b')) %}
                {% do note(dbt.get_relations_by_pattern is defined) %}
            {% endmacro %}
            {% macro dbt_utils_free(relation) %}
                {% set answer = dbt.get_query_results_as_dict is defined %}
                {{ return([answer, relation.include(database=false) | string, relation.incorporate(path={'identifier': 'z'}) | string,
                    relation.replace_path(schema='s') | string, relation.quote(identifier=false) | string]) }}
            {% endmacro %}
        """,
    },
    "steps": [
        {"run": ["run"]},
        {"run": ["run-operation", "look"]},
    ],
}
