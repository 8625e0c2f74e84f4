select
    {{ surrogate_key(['department_id']) }} as department_key,
    department_id,
    department_name
from {{ ref('stg_departments') }}
