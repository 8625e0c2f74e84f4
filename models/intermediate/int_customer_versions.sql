-- Every version of a customer that the snapshot has seen. The first one counts
-- from the beginning of time, so that older orders find their customer.
select
    *,
    case
        when row_number() over (partition by customer_id order by dbt_valid_from) = 1
            then cast('1900-01-01' as timestamp)
        else dbt_valid_from
    end as valid_from,
    coalesce(dbt_valid_to, cast('9999-12-31' as timestamp)) as valid_to
from {{ ref('customer_history') }}
