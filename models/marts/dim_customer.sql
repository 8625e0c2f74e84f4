-- One row for each version of a customer: type 2 history from the snapshot.
select
    {{ surrogate_key(['customer_id', 'valid_from']) }} as customer_key,
    customer_id,
    full_name,
    email,
    city,
    segment,
    joined_on,
    valid_from,
    valid_to,
    valid_to = cast('9999-12-31' as timestamp) as is_current
from {{ ref('int_customer_versions') }}
