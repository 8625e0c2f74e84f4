-- What the store managers' dashboard reads: one row for each store and month.
{{ config(materialized='view') }}

select
    stores.store_name,
    stores.country,
    dates.year,
    dates.month,
    sum(days.orders) as orders,
    sum(days.revenue) as revenue,
    {% for country in ['DE', 'NL'] -%}
    sum(days.revenue) filter (where stores.country = '{{ country }}') as revenue_{{ country | lower }}
    {%- if not loop.last %},{% endif %}
    {% endfor %}
from {{ ref('fct_store_days') }} as days
inner join {{ ref('dim_store') }} as stores on days.store_key = stores.store_key
inner join {{ ref('dim_date') }} as dates on days.date_key = dates.date_key
group by stores.store_name, stores.country, dates.year, dates.month
