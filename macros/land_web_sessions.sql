{#-
    Stands in for the tool that lands web shop sessions in the warehouse, so that
    the example has a source that it does not build itself. The rows are always
    the same; only the time of landing is new.
-#}
{% macro land_web_sessions() %}
    create schema if not exists landing;
    create or replace table landing.web_sessions as
    select
        session_number as session_id,
        cast('{{ var("first_day") }}' as timestamp) + to_hours(cast(session_number * 5 as integer)) as started_at,
        1 + (session_number * 7919) % 900 as customer_id,
        1 + (session_number * 31) % 14 as pages,
        cast(current_timestamp as timestamp) as landed_at
    from range(1, 2501) as sessions (session_number)
{% endmacro %}
