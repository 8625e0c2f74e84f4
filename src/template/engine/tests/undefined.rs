use super::stage::Stage;

#[test]
fn undefined_is_empty_until_used() {
    let stage = Stage::new(&[("root", "{% macro f(a) %}{{ a }}|{{ a is defined }}{% endmacro %}")]);
    let check = |template: &str, expected: &str| assert_eq!(stage.render(template), expected, "{template}");
    check("[{{ x }}]{% if x %}y{% endif %}{% for i in x %}z{% endfor %}", "[]");
    check("{{ x is defined }}{{ x is undefined }}{{ x | default('d') }}", "FalseTrued");
    check("{{ {'a': 1}.b is defined }}{{ {'a': 1}['a'] is defined }}", "FalseTrue");
    check("{{ f() }}", "|False");
    check("{{ x == y }}{{ x == none }}{{ x == '' }}", "TrueFalseFalse");
    check("{{ x ~ 'a' }}{{ x | length }}{{ x | list }}", "a0[]");
    check("{{ 1 in x }}", "False");
    check("{{ x.y }}", "!`x` is undefined");
    check("{{ x.y() }}", "!`x` is undefined");
    check("{{ x() }}", "!`x` is undefined");
    check("{{ x + 1 }}", "!`+` does not work between an undefined value and an integer");
}

#[test]
fn parse_time_undefined_absorbs() {
    let text =
        "{% macro f(a) %}{{ unknown_macro(a) }}{{ pkg.other(a) }}{{ nowhere.g(1).h['k'](2).i }}{% endmacro %}
                {% macro nested() %}{% set r = run_query('x') %}{{ r.columns[0].values() }}{% endmacro %}";
    let stage = Stage::new(&[("root", text), ("pkg", "{% macro p() %}p{% endmacro %}")]).chainable();
    let check = |template: &str, expected: &str| assert_eq!(stage.render(template), expected, "{template}");
    check("[{{ f(1) }}][{{ nested() }}]", "[][]");
    check("{{ a.b.c }}{{ a() }}{{ a.b(1).c[2](3) }}", "");
    check("{% if a %}y{% else %}n{% endif %}{% for x in a.b() %}z{% endfor %}", "n");
    check("{{ a is defined }}{{ a is undefined }}{{ a is none }}{{ a | default('d') }}", "FalseTrueFalsed");
    check("{{ {'x': 1}.y.z }}{{ {'x': 1}.y.z() }}", "");
    check("{{ a ~ 'b' }}{{ a | length }}{{ a | list }}{{ a == b }}{{ a == 'c' }}", "b0[]TrueFalse");
    check("{{ 'a' in context }}{{ context['a'].b }}", "False");
    check("{{ a | join(',') }}{{ a | map(attribute='x') | list }}{{ 'k' in a }}", "[]False");
    check("{% set x = a %}{{ x.append(1) }}{{ x }}", "");
    check("{% call(x) a(1) %}never{% endcall %}", "");
}
