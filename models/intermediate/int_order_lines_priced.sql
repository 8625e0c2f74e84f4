-- One row for each order line, with the discount of the order's promotion.
with lines as (
    select * from {{ ref('stg_order_lines') }}
),

orders as (
    select * from {{ ref('stg_orders') }}
),

promotions as (
    select * from {{ ref('stg_promotions') }}
),

priced as (
    select
        lines.order_line_id,
        lines.order_id,
        lines.line_number,
        lines.sku,
        orders.customer_id,
        orders.store_id,
        orders.promotion_id,
        orders.ordered_at,
        orders.ordered_on,
        orders.status,
        lines.quantity,
        lines.unit_price,
        promotions.discount_percent,
        cast(lines.quantity * lines.unit_price as decimal(12, 2)) as gross_amount
    from lines
    inner join orders on lines.order_id = orders.order_id
    inner join promotions on orders.promotion_id = promotions.promotion_id
)

select
    order_line_id,
    order_id,
    line_number,
    sku,
    customer_id,
    store_id,
    promotion_id,
    ordered_at,
    ordered_on,
    status,
    quantity,
    unit_price,
    gross_amount,
    -- Half cents go to the even cent, as the tills do it.
    cast({{ round_even('gross_amount * discount_percent') }} / 100 as decimal(12, 2)) as discount_amount
from priced
