{
    "about": "A materialization of the project's own, an overridden one, and macros that query.",
    "files": {
        "macros/materializations.sql": """
            {% materialization twice, default %}
                {%- set target_relation = this.incorporate(type='table') -%}
                {{ run_hooks(pre_hooks, inside_transaction=False) }}
                {{ run_hooks(pre_hooks, inside_transaction=True) }}
                {%- set old = load_cached_relation(this) -%}
                {% if old %}{{ adapter.drop_relation(old) }}{% endif %}
                {% call statement('main') %}
                    {{ create_table_as(False, target_relation, sql ~ ' union all ' ~ sql) }}
                {% endcall %}
                {{ run_hooks(post_hooks, inside_transaction=True) }}
                {% do persist_docs(target_relation, model) %}
                {{ adapter.commit() }}
                {{ run_hooks(post_hooks, inside_transaction=False) }}
                {{ return({'relations': [target_relation]}) }}
            {% endmaterialization %}
        """,
        "macros/columns.sql": """
            {% macro columns_of(relation) %}
                {% set names = [] %}
                {% if execute %}
                    {% for column in adapter.get_columns_in_relation(relation) %}
                        {% do names.append(column.name ~ ':' ~ column.dtype ~ ':' ~ column.is_string()) %}
                    {% endfor %}
                {% endif %}
                {{ return(names) }}
            {% endmacro %}
            {% macro make(name) %}
                {% do run_query('drop table if exists main.' ~ name) %}
                {% do run_query('create table main.' ~ name ~ ' as select 1 as id') %}
                {{ log('made ' ~ name, info=True) }}
            {% endmacro %}
        """,
        "models/one.sql": "{{ config(materialized='twice', post_hook=['drop table if exists main.hooked', 'create table main.hooked as select * from {{ this }}']) }} select 1 as id, 'x' as name",
        "models/two.sql": """
            select '{{ columns_of(ref('one')) | join(';') }}' as columns,
                '{{ adapter.get_relation(database=this.database, schema='main', identifier='one') }}' as found,
                '{{ adapter.get_relation(database=this.database, schema='main', identifier='absent') }}' as absent,
                '{{ load_relation(ref('one')).type }}' as kind
        """,
    },
    "steps": [
        {"run": ["run"]},
        {"run": ["run"]},
        {"run": ["run-operation", "make", "--args", "{name: made}"]},
    ],
}
