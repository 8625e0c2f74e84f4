{
    "about": "Semantic models, metrics and saved queries are nodes that others read.",
    "files": {
        "models/marts/orders.sql": "select 1 as id, 2 as customer_id, 10 as amount, cast('2024-01-01' as date) as ordered_at",
        "models/days.sql": "select cast('2024-01-01' as date) as day",
        "models/marts/orders.yml": """
            models:
              - name: orders
                columns: [{name: id, data_tests: [unique]}]
              - name: days
                time_spine: {standard_granularity_column: day}
                columns: [{name: day, granularity: day}]
            semantic_models:
              - name: orders
                description: one row for each order
                model: ref('orders')
                defaults: {agg_time_dimension: ordered_at}
                config: {meta: {team: sales}}
                entities:
                  - {name: order, type: primary, expr: id}
                  - {name: customer, type: foreign, expr: customer_id}
                dimensions:
                  - {name: ordered_at, type: time, type_params: {time_granularity: day}}
                  - {name: is_large, type: categorical, expr: amount > 5}
                measures:
                  - {name: revenue, agg: sum, expr: amount}
                  - {name: order_count, agg: sum, expr: 1}
                  - {name: buyers, agg: count_distinct, expr: customer_id, create_metric: true}
            metrics:
              - name: revenue
                label: Revenue
                description: what came in
                type: simple
                type_params: {measure: revenue}
                config: {tags: [money], meta: {owner: a}}
                tags: [money]
              - name: large_orders
                label: Large orders
                type: simple
                type_params:
                  measure: {name: order_count, fill_nulls_with: 0, join_to_timespine: true}
                filter: "{{ Dimension('order__is_large') }}"
              - name: revenue_of_each
                label: Revenue of each order
                type: ratio
                type_params: {numerator: revenue, denominator: {name: large_orders, alias: large}}
              - name: growth
                label: Growth
                type: derived
                type_params:
                  expr: now - before
                  metrics: [{name: revenue, alias: now}, {name: revenue, alias: before, offset_window: 1 month}]
              - name: so_far
                label: So far
                type: cumulative
                type_params: {measure: revenue, cumulative_type_params: {window: 7 days}}
              - name: asleep
                label: Asleep
                type: simple
                type_params: {measure: revenue}
                config: {enabled: false}
            saved_queries:
              - name: weekly
                description: asked each week
                tags: [asked]
                query_params:
                  metrics: [revenue, growth]
                  group_by: ["TimeDimension('metric_time', 'week')"]
                  where: ["{{ Dimension('order__is_large') }}"]
                exports: [{name: weekly, config: {export_as: table, schema: reports}}]
            exposures:
              - name: board
                type: dashboard
                owner: {email: a@example.com}
                depends_on: [metric('growth'), ref('orders')]
        """,
    },
    "steps": [
        {
            "run": ["build"],
            "artifacts": {
                "manifest.json": ["semantic_models", "metrics", "saved_queries", "exposures", "parent_map", "child_map"],
                "semantic_manifest.json": ["semantic_models", "metrics", "saved_queries", "project_configuration"],
            },
        },
        {"run": ["ls"]},
        {"run": ["ls", "--resource-type", "metric", "saved_query"]},
        {"run": ["ls", "--select", "metric:rev*"]},
        {"run": ["ls", "--select", "semantic_model:orders+"]},
        {"run": ["ls", "--select", "+saved_query:weekly"]},
        {"run": ["ls", "--select", "metric:shop.growth+1", "--resource-type", "all"]},
        {"run": ["ls", "--select", "tag:money", "tag:asked"]},
        {"run": ["ls", "--select", "orders"]},
        {"run": ["ls", "--select", "path:models/marts", "--output", "name"]},
        {"run": ["build", "--select", "saved_query:weekly"]},
        {"run": ["build", "--exclude-resource-type", "saved_query", "exposure"]},
        {"run": ["parse", "--target-path", "before"]},
        {"files": {"models/marts/orders.sql": "select no_such_column as id"}, "run": ["build"], "code": 1},
        {
            "files": {"models/marts/more.yml": "metrics:\n  - {name: fresh, label: Fresh, type: simple, type_params: {measure: revenue}}\n"},
            "run": ["ls", "--select", "state:new", "state:modified", "--state", "before"],
        },
        {
            "files": {"models/marts/more.yml": "metrics:\n  - {name: fresh, label: Fresh, type: simple, type_params: {measure: gone}}\n"},
            "run": ["parse"],
            "code": 2,
        },
        {
            "files": {"models/marts/more.yml": "saved_queries:\n  - {name: asks, query_params: {metrics: [gone]}}\n"},
            "run": ["parse"],
            "code": 2,
        },
        {
            "files": {"models/marts/more.yml": "metrics:\n  - {name: fresh, label: Fresh, type: strange, type_params: {measure: revenue}}\n"},
            "run": ["parse"],
            "code": 2,
        },
        {
            "files": {"models/marts/more.yml": "semantic_models:\n  - {name: more, model: ref('gone')}\n"},
            "run": ["parse"],
            "code": 2,
        },
    ],
}
