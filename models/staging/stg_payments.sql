select
    id as payment_id,
    order_id,
    method as payment_method,
    {{ euros('amount_cents') }} as amount,
    paid_at
from {{ ref('raw_payments') }}
