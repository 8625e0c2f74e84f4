select order_line_id, quantity, returned_quantity
from {{ ref('fct_order_lines') }}
where returned_quantity > quantity
