select
    id as department_id,
    name as department_name
from {{ ref('raw_departments') }}
