with staff as (
    select
        store_id,
        count(*) as employees,
        max(employee_name) filter (where job_title = 'manager') as manager_name
    from {{ ref('stg_employees') }}
    group by store_id
)

select
    {{ surrogate_key(['stores.store_id']) }} as store_key,
    stores.*,
    staff.employees,
    staff.manager_name
from {{ ref('stg_stores') }} as stores
left join staff on stores.store_id = staff.store_id
