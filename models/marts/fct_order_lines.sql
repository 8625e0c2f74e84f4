-- Grain: one order line. Cancelled orders are left out.
with lines as (
    select * from {{ ref('int_order_lines_priced') }}
    where status <> 'cancelled'
),

returned as (
    select * from {{ ref('int_returned_quantities') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

products as (
    select * from {{ ref('dim_product') }}
)

select
    lines.order_line_id,
    lines.order_id,
    {{ date_key('lines.ordered_on') }} as date_key,
    customers.customer_key,
    products.product_key,
    {{ surrogate_key(['lines.store_id']) }} as store_key,
    {{ surrogate_key(['lines.promotion_id']) }} as promotion_key,
    lines.quantity,
    coalesce(returned.returned_quantity, 0) as returned_quantity,
    lines.gross_amount,
    lines.discount_amount,
    lines.gross_amount - lines.discount_amount as net_amount,
    cast(lines.quantity * products.unit_cost as decimal(12, 2)) as cost_amount
from lines
inner join products on lines.sku = products.sku
inner join customers
    on lines.customer_id = customers.customer_id
    and lines.ordered_at >= customers.valid_from
    and lines.ordered_at < customers.valid_to
left join returned on lines.order_line_id = returned.order_line_id
