{
    "about": "Views go with the table that they read, however far below; what is run again is made again.",
    "needs": ["materialized views"],
    "files": {
        "models/base.sql": "{{ config(materialized='table') }} select 1 as id",
        "models/view_of_base.sql": "select id from {{ ref('base') }}",
        "models/stored_view.sql": "{{ config(materialized='materialized_view', indexes=[{'columns': ['id']}]) }} select id from {{ ref('view_of_base') }}",
        "models/Upper.sql": "{{ config(alias='Upper Case', schema='Other') }} select id from {{ ref('stored_view') }}",
        "models/rows.sql": "{{ config(materialized='table') }} select id from {{ ref('Upper') }}",
    },
    "steps": [
        {"run": ["run"]},
        {"run": ["run"]},
        {"run": ["run", "--select", "base"]},
        {"run": ["run", "--select", "base", "view_of_base"]},
        {"run": ["run"]},
    ],
}
