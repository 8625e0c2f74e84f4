{
    "about": "Models that name metrics: what they see of them, and that they come after them.",
    "files": {
        "models/spine.sql": "select cast('2024-01-01' as date) as date_day",
        "models/orders.sql": "select 1 as id, cast('2024-01-01' as date) as ordered_on, 10 as amount",
        "models/says.sql": """
            select '{{ metric('revenue') }}' as name, '{{ metric('revenue').label }}' as label,
                '{{ metric('shop', 'doubled').name }}' as kind,
                '{{ metric('doubled').full_metric_dependency() | sort | join(',') }}' as all_of_them,
                '{{ metric('doubled').base_metric_dependency() | join(',') }}' as base,
                '{{ metric('doubled').derived_metric_dependency() | join(',') }}' as derived
        """,
        "models/parts.sql": '''
            {% set one, two = metric('revenue'), metric('doubled') %}
            select $${{ one.type }} {{ one.type == 'simple' }} {{ two.type.value }}$$ as type,
                $${{ one.type_params }}$$ as params, $${{ one.type_params.measure.name }}$$ as measure,
                $${{ two.type_params }}$$ as others, $${{ one.filter }} {{ two.filter }}$$ as filter
        ''',
        "models/depth.sql": "select '{{ metric('doubled').derived_metric_dependency_depth()[0]['doubled'] }}' as depth",
        "models/models.yml": """
            models:
              - name: spine
                time_spine: {standard_granularity_column: date_day}
                columns: [{name: date_day, granularity: day}]
            semantic_models:
              - name: orders
                model: ref('orders')
                defaults: {agg_time_dimension: ordered_on}
                entities: [{name: order, type: primary, expr: id}]
                dimensions: [{name: ordered_on, type: time, type_params: {time_granularity: day}}]
                measures: [{name: amount, agg: sum}]
            metrics:
              - name: revenue
                label: Revenue
                type: simple
                type_params: {measure: amount}
              - name: doubled
                label: Twice the revenue
                type: derived
                type_params: {expr: revenue * 2, metrics: [{name: revenue, offset_window: 2 days}]}
                filter: "{{ Dimension('order__ordered_on') }} is not null"
        """,
    },
    "steps": [
        {"run": ["build"]},
        {"run": ["ls", "--select", "+says"]},
        {"run": ["parse"], "artifacts": {"manifest.json": ["parent_map", "child_map"]}},
        {"files": {"models/bad.sql": "select '{{ metric('revenu') }}' as x"}, "run": ["parse"], "code": 2},
        {"files": {"models/bad.sql": "select '{{ metric('a', 'b', 'c') }}' as x"}, "run": ["parse"], "code": 2},
    ],
}
