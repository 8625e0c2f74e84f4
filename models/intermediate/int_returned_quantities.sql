-- One row for each order line of which something came back.
select
    order_line_id,
    sum(quantity) as returned_quantity,
    max(returned_at) as last_returned_at
from {{ ref('stg_returns') }}
group by order_line_id
