-- Grain: one payment. Payments never change, so a run adds what is new.
{{ config(materialized='incremental', unique_key='payment_id', on_schema_change='append_new_columns') }}

select
    payments.payment_id,
    payments.order_id,
    {{ date_key('payments.paid_at') }} as date_key,
    {{ surrogate_key(['orders.store_id']) }} as store_key,
    payments.payment_method,
    payments.amount,
    payments.paid_at
from {{ ref('stg_payments') }} as payments
inner join {{ ref('stg_orders') }} as orders on payments.order_id = orders.order_id
{% if is_incremental() %}
where payments.paid_at > (select max(paid_at) from {{ this }})
{% endif %}
