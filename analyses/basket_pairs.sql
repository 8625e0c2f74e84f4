-- Which two categories are bought together most often? Compile it, then run
-- the SQL where you like.
with lines as (
    select distinct lines.order_id, categories.category_name
    from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('dim_product') }} as products on lines.product_key = products.product_key
    inner join {{ ref('dim_category') }} as categories on products.category_key = categories.category_key
)

select a.category_name, b.category_name as bought_with, count(*) as orders
from lines as a
inner join lines as b on a.order_id = b.order_id and a.category_name < b.category_name
group by a.category_name, b.category_name
order by orders desc
