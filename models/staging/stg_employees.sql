select
    id as employee_id,
    store_id,
    name as employee_name,
    position as job_title,
    hired_on
from {{ ref('raw_employees') }}
