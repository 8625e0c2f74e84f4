{
    "about": "What templates print: each row is an expression's text.",
    "files": {
        "macros/shown.sql": """
            {% macro many(first, second='two') %}{{ return([first, second, varargs | list, kwargs]) }}{% endmacro %}
            {% macro wrapped() %}<{{ caller() }}>{% endmacro %}
            {% macro early(n) %}{% for i in range(10) %}{% if i == n %}{{ return(i * 2) }}{% endif %}{% endfor %}{% endmacro %}
            {% macro default__spoken() %}default{% endmacro %}
            {% macro duckdb__spoken() %}duck{% endmacro %}
            {% macro spoken() %}{{ return(adapter.dispatch('spoken')()) }}{% endmacro %}
            {% macro numbers() %}
                {% set found = run_query('select 1 as n, 2.50::decimal(5,2) as d, null as nothing union all select 2, 3, null order by 1') %}
                {% if execute %}{{ return([found.columns[0].values() | list, found.columns['d'].values() | list,
                    found.column_names | list, found.rows | length, found.rows[1]['n']]) }}{% endif %}
            {% endmacro %}
        """,
        "models/shown.sql": """
            {%- set list = [1, 2] -%}
            {%- do list.append(3) -%}
            {%- set dict = {'b': 1, 'a': [none, true]} -%}
            {%- do dict.update({'c': 2.5}) -%}
            {%- set space = namespace(total=0) -%}
            {%- for i in list -%}{%- set space.total = space.total + i -%}{%- endfor -%}
            {%- set block -%} some {{ 'block' }} text {%- endset -%}
            {%- set when = modules.datetime.datetime(2024, 2, 29, 13, 5, 0) -%}
            {%- set shown = [
                list, dict, dict.items() | list, space.total, block,
                many(1), many(1, 2, 3, extra=4), early(3), spoken(),
                7 // 2, 7 / 2, 7 % 4, 2 ** 10, -7 // 2, 1e20, 0.1 + 0.2, 1 / 3,
                'a' ~ 1 ~ none ~ true, 'abc'[1:], 'abc'[::-1], list[::-1], list[-1], 'x' * 3,
                'a,b'.split(','), ' x '.strip(), 'Abc'.upper(), 'a-b'.replace('-', '_'), '%s is %d' % ('a', 2), '{} {x}'.format(1, x=2),
                'x' if list else 'y', 1 in list, 'q' not in 'abc', list is iterable, undefined_thing is defined, none is none,
                list | join('-'), list | map('string') | list, list | sum, [3, 1, 2] | sort, ['a', 'A', 'b'] | unique | list,
                [{'k': 1, 'v': 'x'}, {'k': 2, 'v': 'y'}] | selectattr('k', 'gt', 1) | map(attribute='v') | list,
                dict | tojson, tojson({'z': [1, none], 'a': 'é'}), fromjson('{"k": [1, 2.5, null]}'), fromyaml('a: [yes, 2]'),
                'a b' | replace(' ', '+'), 'word' | capitalize, 'title case' | title, 3.7 | int, '42' | int + 1, 3.14159 | round(2), 'x' | default('y'), none | default('d', true),
                when, when.strftime('%Y-%m'), when.date(), (when + modules.datetime.timedelta(days=1)).isoformat(),
                modules.re.sub('[0-9]+', '#', 'a1b22'), modules.re.match('a(b)', 'abc').group(1), modules.re.findall('[a-z]', 'a1b'),
                local_md5('x'), set([1, 1, 2]) | list, zip([1, 2], ['a', 'b']) | list, range(3) | list,
                ref('other'), ref('other').identifier, this, this.schema, target.name, target.schema, model.name, model.config.materialized,
                config.get('mine'), config.get('absent', 'fallback'), var('v'), var('w', 'dflt'), execute, project_name, flags.WHICH, is_incremental(),
                dbt.string_literal('x'), "it's", ('a', 1), (1,), '1' | as_number, 'true' | as_bool, builtins.ref('other').name, context['project_name'],
                api.Relation.create(schema='s', identifier='i'), adapter.quote('q'), exceptions is defined, numbers(),
                ['a', 'b'] | first, ['a', 'b'] | last, 'abc' | length, [[1, 2], [3]] | map('length') | list, dict.get('zz', 'none'), dict.keys() | list,
                'A-B_c' | lower, [1, 2, 3, 4] | batch(2) | list, 'x,y' in 'x,y,z', not list, [] or 'empty', {} | length, 5 is divisibleby 5, 'a' < 'b',
            ] -%}
            {{ config(materialized='table', mine={'k': [1, 2]}) }}
            {%- for value in shown %}
            select {{ loop.index }} as n, '{{ value | string | replace("'", "''") }}' as shown
            {% if not loop.last %}union all{% endif %}
            {%- endfor %}
            union all select 1000, '{% call wrapped() %}inner{% endcall %}'
        """,
        "models/other.sql": "select 1 as id",
        "dbt_project.yml": """
            name: shop
            profile: shop
            vars: {v: "{{ 1 + 1 }}"}
        """,
    },
    "steps": [{"run": ["build"]}],
}
