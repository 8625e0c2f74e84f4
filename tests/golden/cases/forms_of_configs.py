{
    "about": "Dates, tuples and keys that are numbers stay such in configurations and in the arguments of generic tests.",
    "files": {
        "dbt_project.yml": """
            name: shop
            profile: shop
            models:
              shop:
                +meta: {deep: {3: [2020-01-02, {4: x}]}}
                +since: 2020-01-02 03:04:05
                +limits: {1: low, 2: [high]}
        """,
        "models/asked.sql": """
            {{ config(cols=('a', 'b'), started=modules.datetime.datetime(2020, 1, 2, 3), named={1: (1, 'x')}, meta={'pair': ('a', 1)}) }}
            select
                'a' in {{ config.get('cols') }} as is_in,
                {{ config.get('started').hour }} as hour,
                '{{ config.get('started') }}' as started,
                '{{ config.get('named')[1][1] }}' as named,
                '{{ model.config.named[1][0] }}' as of_model,
                '{{ config.get('limits')[2][0] }}' as limits,
                '{{ config.get('meta')['deep'][3][1][4] }}' as deep,
                '{{ model.meta.deep[3][0] }}' as deep_date,
                {{ config.get('meta')['pair'] is string }} as is_text,
                '{{ config.get('since') }}' as since
        """,
        "models/asked.yml": """
            models:
              - name: asked
                config:
                  meta: {own: {5: y}}
                columns:
                  - name: hour
                    data_tests:
                      - told: {arguments: {value: 2020-01-02}}
                      - told: {arguments: {value: 2020-01-02 03:04:05}}
                      - told: {arguments: {value: {1: x, 10: 2020-01-02, 9: y}}}
                      - told: {arguments: {value: [2020-01-02, [2020-01-02T03:04:05]]}}
        """,
        "macros/told.sql": """
            {% test told(model, column_name, value) %}
            select '{{ value | string | replace("'", '') }}' as value, '{{ value is string }}' as is_text,
                {% if value is mapping %}'{{ value[10].year }}'{% elif value is not sequence %}{{ value.year }}{% else %}0{% endif %} as year
            {% endtest %}
        """,
        "models/rendered.sql": """
            {% set x = 1 %}
            select
                '{% with x = 5, y = x %}{{ y }}{% endwith %}' as outer_name,
                '{{ fromjson('{"n": 123456789012345678901234567890}').n }}' as big,
                '{{ tojson(2 ** 70) }}' as bigger,
                '{{ '%c' % 65 }}' as letter,
                '{{ {'a': 'x y', 'b': 2} | urlencode }}' as query,
                '{{ toyaml({1: modules.datetime.date(2020, 1, 2)}) | trim }}' as yaml
        """,
        "models/of_nothing.sql": """
            {% set x = none if execute else [] %}
            select 1 as x{% for y in x %}{% endfor %}
        """,
        "models/of_unknown.sql": "select {{ missing | int if execute }} as x",
    },
    "steps": [
        {"run": ["run"], "artifacts": {}, "code": 1},
        {"run": ["test", "--store-failures"], "artifacts": {}, "code": 1},
    ],
}
