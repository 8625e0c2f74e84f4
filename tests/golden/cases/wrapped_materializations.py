{
    "about": "Materializations that a project puts around those that come with dbt, and which of them count.",
    "files": {
        "models/a_table.sql": "{{ config(materialized='table') }} select 1 as id",
        "models/a_view.sql": "{{ config(materialized='view') }} select id from {{ ref('a_table') }}",
        "models/added.sql": """
            {{ config(materialized='incremental', unique_key='id') }}
            select id from {{ ref('a_table') }} {% if is_incremental() %} union all select 2 {% endif %}
        """,
        "models/renamed.sql": "{{ config(materialized='other', post_hook='create table main.by_hook as select 1 as id') }} select 3 as id",
        "seeds/rows.csv": "id\n1\n2\n",
        "snapshots/history.sql": """
            {% snapshot history %}
            {{ config(strategy='timestamp', unique_key='id', updated_at='moved') }}
            select id, cast('2024-01-01' as timestamp) as moved from {{ ref('a_table') }}
            {% endsnapshot %}
        """,
        "macros/own.sql": """
            {% macro noted(name, result) %}
              {% call statement(auto_begin=true) %}
                create table if not exists main.used_{{ name }} as select {{ result.relations | length }} as relations
              {% endcall %}
              {% do adapter.commit() %}
              {{ return(result) }}
            {% endmacro %}

            {% materialization table, default %}
              {{ return(noted('table', dbt.materialization_table_default())) }}
            {% endmaterialization %}

            {% materialization view, default %}
              {{ return(noted('view', dbt.materialization_view_default())) }}
            {% endmaterialization %}

            {% materialization incremental, default %}
              {{ return(noted('incremental', dbt.materialization_incremental_default())) }}
            {% endmaterialization %}

            {% materialization seed, default %}
              {{ return(noted('seed', dbt.materialization_seed_default())) }}
            {% endmaterialization %}

            {% materialization snapshot, default %}
              {{ return(noted('snapshot', dbt.materialization_snapshot_default())) }}
            {% endmaterialization %}

            {% materialization other, default %}
              {{ return(noted('other', dbt.materialization_table_default())) }}
            {% endmaterialization %}
        """,
    },
    "steps": [{"run": ["build"]}, {"run": ["run", "--select", "added a_view"]}],
}
