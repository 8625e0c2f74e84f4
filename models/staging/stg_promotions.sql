select
    id as promotion_id,
    code as promotion_code,
    name as promotion_name,
    discount_percent,
    starts_on,
    ends_on
from {{ ref('raw_promotions') }}
