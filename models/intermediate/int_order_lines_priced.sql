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
        cast(lines.quantity * lines.unit_price as decimal(12, 2)) as gross_amount,
        promotions.discount_percent
    from lines
    inner join orders on lines.order_id = orders.order_id
    inner join promotions on orders.promotion_id = promotions.promotion_id
)

select
    * exclude (discount_percent),
    -- Half cents go to the even cent, as the tills do it.
    cast(round_even(gross_amount * discount_percent / 100.0, 2) as decimal(12, 2)) as discount_amount
from priced
