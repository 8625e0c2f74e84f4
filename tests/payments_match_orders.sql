-- What was paid for an order is what its lines cost: the till and the books agree.
with paid as (
    select order_id, sum(amount) as amount from {{ ref('fct_payments') }} group by order_id
),

sold as (
    select order_id, sum(net_amount) as amount from {{ ref('fct_order_lines') }} group by order_id
)

select
    order_id,
    paid.amount as paid_amount,
    sold.amount as sold_amount
from paid
full outer join sold using (order_id)
where paid.amount is distinct from sold.amount
