select
    id as store_id,
    name as store_name,
    city,
    country,
    opened_on,
    nullif(square_metres, 0) as square_metres,
    name = 'Online' as is_online
from {{ ref('raw_stores') }}
