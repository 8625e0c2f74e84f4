select
    id as supplier_id,
    name as supplier_name,
    country
from {{ ref('raw_suppliers') }}
