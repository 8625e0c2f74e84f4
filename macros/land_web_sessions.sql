{#-
    Stands in for the tool that lands web shop sessions in the warehouse, so that
    the example has a source that it does not build itself. The rows are always
    the same; only the time of landing is new.
-#}
{% macro land_web_sessions() %}
    create schema if not exists landing;
    create table if not exists landing.web_sessions (
        session_id integer,
        started_at {{ dbt.type_timestamp() }},
        customer_id integer,
        pages integer,
        landed_at timestamp with time zone
    );
    delete from landing.web_sessions;
    insert into landing.web_sessions
    select
        session_number,
        {{ dbt.dateadd('hour', 'session_number * 5', "cast('" ~ var('first_day') ~ "' as " ~ dbt.type_timestamp() ~ ")") }},
        1 + (session_number * 7919) % 900,
        1 + (session_number * 31) % 14,
        {{ dbt.current_timestamp() }}
    from generate_series(1, 2500) as sessions (session_number)
{% endmacro %}
