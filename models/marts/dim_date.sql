with days as (
    {{ dbt.date_spine(
        'day',
        "cast('" ~ var('first_day') ~ "' as date)",
        "(cast('" ~ var('last_day') ~ "' as date) + 1)"
    ) }}
),

dated as (
    select cast(date_day as date) as date_day from days
)

select
    {{ date_key('date_day') }} as date_key,
    date_day,
    extract(year from date_day) as year,
    extract(quarter from date_day) as quarter,
    extract(month from date_day) as month,
    {{ month_name('date_day') }} as month_name,
    extract(isodow from date_day) as weekday,
    {{ weekday_name('date_day') }} as weekday_name,
    extract(isodow from date_day) >= 6 as is_weekend
from dated
