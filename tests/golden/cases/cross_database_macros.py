{
    "about": "The macros that hide differences between warehouses.",
    "files": {
        "models/dates.sql": """
            {% set d = "cast('2024-01-31' as date)" %}
            {% set t = "cast('2024-03-15 13:45:10' as timestamp)" %}
            select
                {% for part in ['day', 'week', 'month', 'quarter', 'year', 'hour'] %}
                {% if part != 'quarter' %}cast({{ dbt.dateadd(part, 1, d) }} as timestamp) as add_{{ part }},{% endif %}
                {{ dbt.datediff(d, t, part) }} as diff_{{ part }},
                cast({{ dbt.date_trunc(part, t) }} as timestamp) as trunc_{{ part }},
                {% endfor %}
                {{ dbt.last_day(d, 'month') }} as last_of_month,
                {{ dbt.last_day(d, 'quarter') }} as last_of_quarter,
                {{ dbt.date(2024, 2, 29) }} as leap
        """,
        "models/texts.sql": """
            select
                {{ dbt.split_part("'a|b|c'", "'|'", 2) }} as second,
                {{ dbt.split_part("'a|b|c'", "'|'", -1) }} as last_part,
                {{ dbt.concat(["'a'", "'b'"]) }} as joined,
                {{ dbt.hash("'x'") }} as hashed,
                {{ dbt.position("'b'", "'abc'") }} as placed,
                {{ dbt.right("'abc'", 2) }} as ending,
                {{ dbt.length("'abc'") }} as long,
                {{ dbt.replace("'abc'", "'b'", "'x'") }} as replaced,
                {{ dbt.safe_cast("'1'", api.Column.translate_type('integer')) }} as safe,
                {{ dbt.cast_bool_to_text('true') }} as booltext,
                {{ dbt.string_literal(dbt.escape_single_quotes("it's")) }} as escaped,
                cast('1' as {{ dbt.type_int() }}) as an_int, cast('1' as {{ dbt.type_bigint() }}) as a_bigint,
                cast('1' as {{ dbt.type_float() }}) as a_float, cast('1' as {{ dbt.type_numeric() }}) as a_numeric,
                cast('1' as {{ dbt.type_string() }}) as a_string, cast('true' as {{ dbt.type_boolean() }}) as a_boolean,
                cast('2024-01-01' as {{ dbt.type_timestamp() }}) as a_timestamp
        """,
        "models/aggregates.sql": """
            with t as (select * from (values (1, 'a', true), (1, 'b', false), (2, 'c', false)) as v (k, w, f))
            select
                k,
                {{ dbt.listagg('w', "', '", 'order by w') }} as words,
                {{ dbt.listagg('w', "'-'", 'order by w desc', 1) }} as one_word,
                {{ dbt.bool_or('f') }} as some_true,
                {{ dbt.any_value('k') }} as some_k
            from t group by k
        """,
        "models/spines.sql": """
            {{ dbt.date_spine('day', "cast('2024-02-27' as date)", "cast('2024-03-02' as date)") }}
        """,
        "models/series.sql": "select * from ({{ dbt.generate_series(5) }}) as s",
        "models/arrays.sql": """
            select
                {{ dbt.array_construct(['1', '2'], api.Column.translate_type('integer')) }} as two,
                {{ dbt.array_append(dbt.array_construct(['1'], api.Column.translate_type('integer')), '3') }} as longer,
                {{ dbt.array_concat(dbt.array_construct(['1']), dbt.array_construct(['4'])) }} as both
        """,
        "models/sets.sql": "select 1 as a {{ dbt.except() }} select 2 {{ dbt.intersect() }} select 2",
    },
    "steps": [{"run": ["build"]}],
}
