-- Snowflake form: product -> category -> department. The supplier is folded
-- in, star form, to show the difference.
with products as (
    select * from {{ ref('stg_products') }}
),

suppliers as (
    select * from {{ ref('stg_suppliers') }}
)

select
    {{ surrogate_key(['products.sku']) }} as product_key,
    products.sku,
    products.product_name,
    {{ surrogate_key(['products.category_id']) }} as category_key,
    suppliers.supplier_name,
    suppliers.country as supplier_country,
    products.unit_cost,
    products.list_price
from products
left join suppliers on products.supplier_id = suppliers.supplier_id
