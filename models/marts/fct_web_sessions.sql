-- Grain: one visit to the web shop.
select
    sessions.session_id,
    {{ date_key('sessions.started_at') }} as date_key,
    customers.customer_key,
    sessions.pages
from {{ ref('stg_web_sessions') }} as sessions
inner join {{ ref('dim_customer') }} as customers
    on sessions.customer_id = customers.customer_id
    and sessions.started_at >= customers.valid_from
    and sessions.started_at < customers.valid_to
