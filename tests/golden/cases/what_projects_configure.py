{
    "about": "What the project file says of saved queries and exposures: how it joins what property files say, and what is kept as it is written.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            saved-queries: {+group: sales, +cache: {enabled: true}}
            semantic-models: {+group: sales}
            exposures: {+tags: [daily], +meta: {colour: red}}
        """,
        "models/orders.sql": "select 1 as id, cast('2020-01-01' as date) as at",
        "models/days.sql": "select cast('2020-01-01' as date) as day",
        "models/models.yml": """
            models:
              - name: days
                time_spine: {standard_granularity_column: day}
                columns: [{name: day, granularity: day}]
            groups: [{name: sales, owner: {name: ann}}]
            semantic_models:
              - name: orders
                model: ref('orders')
                defaults: {agg_time_dimension: at}
                entities: [{name: id, type: primary}]
                dimensions: [{name: at, type: time, type_params: {time_granularity: day}}]
                measures: [{name: count_of_orders, agg: count, expr: '1', create_metric: true}]
            saved_queries:
              - {name: plain, query_params: {metrics: [count_of_orders]}}
              - name: uncached
                config: {cache: {enabled: false}}
                query_params: {metrics: [count_of_orders]}
            exposures:
              - {name: board, type: dashboard, owner: {name: ann}, config: {meta: {size: 2}}}
              - {name: sheet, type: analysis, owner: {name: ann}, config: {tags: [weekly]}}
        """,
    },
    "steps": [{"run": ["parse"], "artifacts": {"manifest.json": ["saved_queries", "exposures", "semantic_models"]}}],
}
