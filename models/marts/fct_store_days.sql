-- Grain: one store on one day, days without sales included: a periodic
-- snapshot that adds up over stores, and over days for all but running totals.
with sales as (
    select
        store_key,
        date_key,
        count(distinct order_id) as orders,
        sum(quantity) as units,
        sum(net_amount) as revenue
    from {{ ref('fct_order_lines') }}
    group by store_key, date_key
),

store_days as (
    select
        stores.store_key,
        dates.date_key,
        dates.date_day
    from {{ ref('dim_store') }} as stores
    inner join {{ ref('dim_date') }} as dates on stores.opened_on <= dates.date_day
)

select
    {{ surrogate_key(['store_days.store_key', 'store_days.date_key']) }} as store_day_key,
    store_days.store_key,
    store_days.date_key,
    coalesce(sales.orders, 0) as orders,
    coalesce(sales.units, 0) as units,
    coalesce(sales.revenue, 0) as revenue,
    sum(coalesce(sales.revenue, 0)) over (
        partition by store_days.store_key
        order by store_days.date_key
    ) as revenue_to_date
from store_days
left join sales
    on store_days.store_key = sales.store_key
    and store_days.date_key = sales.date_key
