select
    id as category_id,
    department_id,
    name as category_name
from {{ ref('raw_categories') }}
