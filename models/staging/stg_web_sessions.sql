select
    session_id,
    customer_id,
    started_at,
    pages
from {{ source('web_shop', 'web_sessions') }}
