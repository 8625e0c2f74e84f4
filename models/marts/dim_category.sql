-- A snowflake's arm: the category knows its department by key.
select
    {{ surrogate_key(['category_id']) }} as category_key,
    category_id,
    category_name,
    {{ surrogate_key(['department_id']) }} as department_key
from {{ ref('stg_categories') }}
