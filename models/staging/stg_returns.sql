select
    id as return_id,
    order_line_id,
    quantity,
    reason,
    returned_at
from {{ ref('raw_returns') }}
