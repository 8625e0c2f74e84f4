use super::stage::Stage;

#[test]
fn prints_as_python_does() {
    let stage = Stage::new(&[]);
    let check = |template: &str, expected: &str| assert_eq!(stage.render(template), expected, "{template}");
    check("{{ [1, 'a', none, true, 1.0] }}", "[1, 'a', None, True, 1.0]");
    check("{{ {'a': 1, 'b': [2]} }}", "{'a': 1, 'b': [2]}");
    check("{{ (1, 2) }} {{ (1,) }}", "(1, 2) (1,)");
    check("{{ 1e20 }} {{ 1.5 }} {{ 0.00001 }}", "1e+20 1.5 1e-05");
    check("{{ \"it's\" }} {{ [\"it's\"] }}", "it's [\"it's\"]");
    check("{{ none }}{{ true }}{{ undefined_name }}", "NoneTrue");
    check("{% set x = [] %}{% do x.append(x) %}{{ x | length }}", "1");
}

/// Templates and what Jinja2 makes of them, recorded from dbt's own
/// environment: `<<< template`, then `>>> text` or `!!!` for an error.
const RECORDED: &str = include_str!("jinja2.txt");

#[test]
fn renders_what_jinja2_renders() {
    let stage = Stage::new(&[]);
    let mut wrong = Vec::new();
    for case in RECORDED.split("===\n").filter(|case| !case.trim().is_empty()) {
        let case = case.trim_start_matches("<<< ");
        let (template, expected) = match case.split_once("\n>>> ") {
            Some((template, expected)) => (template, Some(expected.strip_suffix('\n').unwrap_or(expected))),
            None => (case.trim_end_matches("\n!!!\n"), None),
        };
        let rendered = stage.try_render(template);
        if rendered.as_deref().ok() != expected {
            wrong.push(format!(
                "{template}\n  jinja2: {expected:?}\n  model:  {rendered:?}",
                rendered = rendered.map_err(|error| error.to_string())
            ));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn macros_of_a_text_can_be_called_in_it() {
    let stage = Stage::new(&[]);
    let check = |template: &str, expected: &str| assert_eq!(stage.render(template), expected, "{template}");
    check("{% macro m(a, b=a) %}{{ a }}-{{ b }}{% endmacro %}{{ m(1) }} {{ m(b=1, a=2) }}", "1-1 2-1");
    check("{% macro f(x) %}{% if x > 0 %}{{ x }}{{ f(x - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "321");
    check(
        "{{\u{a0}\n 1\u{3000}+\u{2003}2\u{a0}}}{%\u{a0}if 'a\u{a0}'\u{a0}%}{{ 'a\u{a0}' }}{% endif %}",
        "3a\u{a0}",
    );
    check("{% macro\u{a0}s(a,\u{a0}b)\u{a0}%}{{ [a\u{a0}, b] }}{% endmacro %}{{ s(1,\u{a0}2) }}", "[1, 2]");
    check("{% macro c() %}[{{ caller() }}]{% endmacro %}{% call c() %}in{% endcall %}", "[in]");
}

#[test]
fn values_keep_their_type() {
    let one = "{% macro one() %}{{ return(1) }}{% endmacro %}{% macro two() %}{{ one() }}{{ return([one()]) }}{% endmacro %}";
    let stage = Stage::new(&[("root", one)]).with("x", 5).with("s", "a");
    let check = |template: &str, expected: &str| assert_eq!(stage.evaluate(template), expected, "{template}");
    check("plain", "'plain'");
    check("plain\n", "'plain'");
    check("{{ x }}, {{ x, 'a' }}", "\"5, (5, 'a')\"");
    check("{{ x, 'a' }}", "(5, 'a')");
    check("1", "'1'");
    check("{{ x }}", "5");
    check("{{ x }} ", "'5 '");
    check("{{ x }}{{ x }}", "'55'");
    check("{{ [1, x] }}", "[1, 5]");
    check("{{ one() }}", "1");
    check("{{ two() }}", "[1]");
    check("{{ one() }}{{ two() }}", "'1[1]'");
    check("{{ x == 5 }}", "True");
    check("{{ none }}", "'None'");
    check("{{ 1 + 1 }}", "'2'");
    check("{# two #}{{ [1, 2] | max }}", "'2'");
    check("{{ {'a': [true]}.a }}", "'[True]'");
    check("{{ none | default(3, boolean=true) }}", "'3'");
    check("{{ 1 is not number }}", "'False'");
    check("{{ [1] | map('int') | list }}", "[1]");
    check("{{ y | default(5) }}", "5");
    check("{{ range(3) | length }}", "3");
    check("{{ '5' }}", "'5'");
    check("{{ '5' | as_number }}", "5");
    check("{{ '5.5' | as_number }}", "5.5");
    check("{{ 'True' | as_bool }}", "True");
    check("{{ x | as_text }}", "'5'");
    check("{{ \"['a', {'b': 1}]\" | as_native }}", "['a', {'b': 1}]");
    check("{{ s | as_native }}", "'a'");
    check("{% if x %}{{ x }}{% endif %}", "5");
    check("{{ nope }}", "''");
    check("{{ s | as_bool }}", "!`as_bool` cannot read 'a' as a boolean");
    check("{{ s | as_number }}", "!`as_number` cannot read 'a' as a number");
    assert_eq!(stage.render("{{ 'True' | as_bool }}{{ '5' | as_number }}"), "True5");
}
