use proptest::prelude::*;

use super::{declaration, template};

fn check(source: &str, expected: &str) {
    assert_eq!(template(source, "").text, expected, "{source}");
}

#[test]
fn operators_become_filters() {
    check("{{ a + b }}", "{{ a |__add( b) }}");
    check("{{ a + b + c - d }}", "{{ a |__add( b , c )|__sub( d) }}");
    check("{{ a + b * c }}", "{{ a |__add( b |__mul( c)) }}");
    check("{{ (a + b) * c }}", "{{ (a |__add( b)) |__mul( c) }}");
    check("{{ a ~ 'x' }}", "{{ a |__concat( 'x') }}");
    check("{{ a % b == 0 }}", "{{ a |__mod( b) |__eq( 0) }}");
    check("{{ -a }}{{ -1 }}", "{{ a|__neg }}{{ (-1) }}");
    check("{{ a is none == b }}", "{{ (a is none) |__eq( b) }}");
    check("{{ a == 'x' }}{{ 'a' in b }}", "{{ a == 'x' }}{{ 'a' in b|__plain }}");
    check("{{ a < b < c }}", "{{ a|__plain < b|__plain < c|__plain }}");
    check("{{ a + 1 not in b }}", "{{ a |__add( 1)|__plain not in b|__plain }}");
    check("{{ a and b or not c }}", "{{ a and b or not c }}");
    check("{{ f(a + 1, *x, k=b - 1, **y) }}", "{{ f(a |__add( 1), *x, k=b |__sub( 1), **y) }}");
}

#[test]
fn literals_and_slices_become_python_s() {
    check("{{ [1] }}{{ {'a': 1} }}", "{{ [1]|__list }}{{ {'a': 1}|__dict }}");
    check("{{ [1].x }}{{ [1][0] }}", "{{ ([1]|__list).x }}{{ ([1]|__list)[0] }}");
    check(
        "{{ a[0] }}{{ a[1:] }}{{ a[:2].b }}",
        "{{ a[0] }}{{ a|__slice(1,none) }}{{ (a|__slice(none,2)).b }}",
    );
    check("{{ a[::-1] }}", "{{ a|__slice(none,none,(-1)) }}");
    check("{{ a is in [1] }}", "{{ a is in ([1]|__list) }}");
    check("{{ 'a' 'b' }}", "{{ ('a' ~  'b') }}");
    check("{{ a[1, b] }}{{ a[b,] }}", "{{ a[(1, b)] }}{{ a[(b,)] }}");
    check("{{ a, [1] }}{{ a, }}", "{{ (a, [1]|__list) }}{{ (a,) }}");
}

#[test]
fn tags_are_adapted() {
    check("{% do a.b() %}{% do a %}", "{% do a.b() %}{% set __done = a %}");
    check("{% if a: %}{% for x in [1]: %}", "{% if a %}{% for x in [1]|__list %}");
    check("{% set a = [b + 1] %}", "{% set a = [b |__add( 1)]|__list %}");
    check("{% for x in a + b if x > 1 %}", "{% for x in (a |__add( b))|__each if x |__gt( 1) %}");
    check("{% call(x) f([1]) %}", "{% call(x) f([1]|__list) %}");
    check("{% with a = [1] %}", "{% with a = [1]|__list %}");
    check(
        "{% with a = [1], b = a %}",
        "{% with __with0 = [1]|__list, __with1 = a, a = __with0, b = __with1 %}",
    );
    check("a\r\nb{# [1]\r\n #}{% raw %}\r\n[1]{% endraw %}", "a\nb{# [1]\r\n #}{% raw %}\n[1]{% endraw %}");
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    for source in ["{{ a b + [1] }}", "{{ + }}", "{% set x = %}", "{{ [1, }}", "{{ a[1,2:] }}"] {
        check(source, source);
    }
}

#[test]
fn declarations_become_macros() {
    let check = |source: &str, is_variadic: bool, expected: &str| {
        assert_eq!(declaration(source, "n", is_variadic).text, expected, "{source}");
    };
    check(
        "{% macro a(b, c=[1]) -%}x{% endmacro %}",
        false,
        "{% macro dbt_macro__n(b, c=[1]|__list) -%}x{% endmacro %}",
    );
    check("{%- test t() -%}x{%- endtest -%}", false, "{%- macro dbt_macro__n() -%}x{%- endmacro -%}");
    check(
        "{% materialization m, adapter='x' %}{% endmaterialization %}",
        false,
        "{% macro dbt_macro__n() %}{% endmacro %}",
    );
    check(
        "{% macro a(b: str = 'x', c: int) %}{% endmacro %}",
        false,
        "{% macro dbt_macro__n() %}{% endmacro %}",
    );
    check(
        "{% macro a(b: list[int] = 1) %}{% endmacro %}",
        false,
        "{% macro dbt_macro__n(b= 1) %}{% endmacro %}",
    );
    check(
        "{% macro a(b) %}{{ varargs }}{% endmacro %}",
        true,
        "{% macro dbt_macro__n(b, varargs=none, kwargs=none) %}{{ varargs }}{% endmacro %}",
    );
    check(
        "{% macro a(b, c=b + 1) -%} x{% endmacro %}",
        false,
        "{% macro dbt_macro__n(b, c=(none|__undefined)) -%}\
         {% if c is undefined %}{% set c = b |__add( 1) %}{% endif -%} x{% endmacro %}",
    );
}

proptest! {
    /// Each character that is copied maps back to itself.
    #[test]
    fn copied_text_maps_back(a in "[a-z]{1,3}", b in "[a-z]{1,3}", gap in "[ \n]{0,3}") {
        let source = format!("{gap}{{{{ zq{a} + [zq{b}][1:] }}}}{gap}");
        let rewritten = template(&source, "prefix");
        for name in [format!("zq{a}"), format!("zq{b}")] {
            let at = rewritten.text.find(&name).unwrap();
            let (start, end) = rewritten.original(at..at + name.len());
            prop_assert_eq!(source.get(start..end), Some(name.as_str()));
        }
    }
}
