{
    "about": "What packages reach for beside the documented names: the project behind `ref`, dbt's objects as dicts; and what artifacts tell of fixtures, columns and places.",
    "files": {
        "dbt_project.yml": """
            name: shop
            version: 1.2.3
            profile: shop
            vars: {colour: red}
            on-run-start:
              - "create table told (what varchar(50), answer varchar(50))"
              - "{{ tell('version', project().dependencies['shop'].version) }}"
              - "{{ tell('name', project().project_name) }}"
              - "{{ tell('colour', project().vars.to_dict()['colour']) }}"
              - "{{ tell('command', project().args.which ~ ' ' ~ project().args.WHICH) }}"
              - "{{ tell('has macros', context.get('shop', {}).get('tell') is not none) }}"
              - "{{ tell('has others', context.get('shop', {}).get('nothing') is not none) }}"
            on-run-end: ["{{ tell_timing(results) }}"]
        """,
        "macros/tell.sql": """
            {% macro project() %}{{ return(builtins.ref.config) }}{% endmacro %}
            {% macro tell(what, answer) %}insert into told values ('{{ what }}', '{{ answer }}'){% endmacro %}
            {% macro tell_timing(results) %}
              {% for result in results if result.node.name == 'orders' %}
                {% set names = [] %}
                {% for timing in result.timing %}{% do names.append(timing.to_dict()['name']) %}{% endfor %}
                {{ tell('timing', names | join(' and ')) }}
              {% endfor %}
            {% endmacro %}
        """,
        "models/orders.sql": "select 1 as id",
        "models/late.sql": "select * from {{ ref('orders') }} where id > 1",
        "models/models.yml": """
            models:
              - name: orders
                columns:
                  - {name: id, entity: {type: primary, name: order}}
                  - {name: at, dimension: {type: time}}
            sources:
              - name: files
                config: {meta: {external_location: "data/{name}.csv"}}
                tables: [{name: items}, {name: parts}]
            unit_tests:
              - name: keeps_the_second
                model: late
                given: [{input: ref('orders'), format: csv, fixture: two_orders}]
                expect: {format: csv, fixture: second_order}
        """,
        "tests/fixtures/two_orders.csv": "id\n1\n2\n",
        "tests/fixtures/second_order.csv": "id\n2\n",
    },
    "steps": [
        {"run": ["build"], "artifacts": {"manifest.json": ["sources", "unit_tests"]}},
        {"run": ["ls", "--select", "orders", "--output", "json", "--output-keys", "name", "columns"]},
    ],
}
