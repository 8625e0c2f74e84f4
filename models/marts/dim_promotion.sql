select
    {{ surrogate_key(['promotion_id']) }} as promotion_key,
    promotion_id,
    promotion_code,
    promotion_name,
    discount_percent
from {{ ref('stg_promotions') }}
