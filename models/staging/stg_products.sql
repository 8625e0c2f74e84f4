select
    sku,
    category_id,
    supplier_id,
    name as product_name,
    {{ euros('cost_cents') }} as unit_cost,
    {{ euros('price_cents') }} as list_price
from {{ ref('raw_products') }}
