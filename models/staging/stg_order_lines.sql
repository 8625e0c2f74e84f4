select
    id as order_line_id,
    order_id,
    line_number,
    sku,
    quantity,
    {{ euros('unit_price_cents') }} as unit_price
from {{ ref('raw_order_lines') }}
