use super::stage::Stage;
use crate::template::{Value, raise_message};

fn check(packages: &[(&str, &str)], template: &str, expected: &str) {
    assert_eq!(Stage::new(packages).render(template), expected, "{template}");
}

#[test]
fn macros_render_and_return() {
    let text = "
        {% macro greet(name, mark='!') %}Hello {{ name }}{{ mark }}{% endmacro %}
        {% macro pick(xs) %}{% for x in xs %}{% if x > 1 %}{{ return(x) }}{% endif %}{% endfor %}none{% endmacro %}
        {% macro numbers() %}{{ return([1, 2]) }}{% endmacro %}
        {% macro nothing() %}{% do return(none) %}{% endmacro %}
        {% macro unknown() %}{{ return([] if false) }}{% endmacro %}
        {% macro twice(n) %}{{ n * 2 }}{% endmacro %}
        {% macro fact(n) %}{% if n <= 1 %}{{ return(1) }}{% endif %}{{ return(n * fact(n - 1)) }}{% endmacro %}
        {% macro _private() %}p{% endmacro %}";
    let check = |template, expected| check(&[("root", text)], template, expected);
    check("{{ greet('Bo') }}", "Hello Bo!");
    check("{{ greet(name='Bo', mark='?') }}", "Hello Bo?");
    check("{{ pick([1, 5, 9]) + 1 }}", "6");
    check("{{ pick([]) }}", "none");
    check("{% set n = numbers() %}{% do n.append(3) %}{{ n }}{{ numbers() }}", "[1, 2, 3][1, 2]");
    check("{{ nothing() is none }}", "True");
    check(
        "{% for x in unknown() %}{% endfor %}{{ unknown() is none }} {{ unknown() is defined }}",
        "False False",
    );
    check("{{ twice(2) | int + 1 }}", "5");
    check("{{ fact(10) }}", "3628800");
    check("{{ _private() }}{{ context['_private']() }}", "pp");
    check("{{ root.greet('x') }}", "Hello x!");
    check("{% set f = greet %}{{ f('x') }}", "Hello x!");
    check("{{ ['a', 'b'] | map('upper') | join }}", "AB");
    check("{{ return(1) }}", "!`return` stands outside of a macro");
}

#[test]
fn a_text_can_be_a_macros_body() {
    let text = "{% macro pick(x) %}{{ return(x) }}{% endmacro %}";
    let stage = Stage::new(&[("root", text)]);
    let check = |template: &str, expected: &str| assert_eq!(stage.body(template), expected, "{template}");
    check("plain", "plain");
    check("a{{ pick(1) + 1 }}b", "a2b");
    check("a{{ return([1]) }}b", "[1]");
    check("{% for x in [1, 2] %}{% if x > 1 %}{{ return(pick(x)) }}{% endif %}{% endfor %}", "2");
    check("{{ nope() }}", "!`nope` is undefined");
}

#[test]
fn defaults_see_earlier_parameters() {
    let text = "
        {% macro m(a, b=a, c=b ~ '-' ~ a) -%}   {{ a }} {{ b }} {{ c }}{% endmacro %}
        {% macro fresh(x=[]) %}{% do x.append(1) %}{{ x }}{% endmacro %}
        {% macro typed(a: str, b: list[int] = [1], c: dict[str, int] | none = none) %}{{ a }}{{ b }}{{ c }}{% endmacro %}
        {% macro lines(
            a,
            b = [a, {'k': a}],
        ) %}{{ b }}{% endmacro %}";
    let check = |template, expected| check(&[("root", text)], template, expected);
    check("{{ m(1) }}", "1 1 1-1");
    check("{{ m(1, c=3) }}", "1 1 3");
    check("{{ m(1, 2) }}", "1 2 2-1");
    check("{{ fresh() }}{{ fresh() }}", "[1][1]");
    check("{{ typed('x') }}", "x[1]None");
    check("{{ lines(7) }}", "[7, {'k': 7}]");
}

#[test]
fn surplus_arguments_go_to_varargs_and_kwargs() {
    let text = "
        {% macro v(a) %}{{ a }}|{{ varargs }}|{{ kwargs }}{% endmacro %}
        {% macro only(x=[]) %}{{ varargs | join(',') }}{% endmacro %}
        {% macro pass_on() %}{{ v(*varargs, **kwargs) }}{% endmacro %}
        {% macro named() %}{% for k, x in kwargs.items() %}{{ k }}={{ x }};{% endfor %}{% endmacro %}
        {% macro own(varargs, kwargs=2) %}{{ varargs }}|{{ kwargs }}{% endmacro %}";
    let check = |template, expected| check(&[("root", text)], template, expected);
    check("{{ own([1]) }}", "[1]|2");
    check("{{ v(1) }}", "1|()|{}");
    check("{{ v(1, 2, 3, k=4) }}", "1|(2, 3)|{'k': 4}");
    check("{{ only(1, 2, 3) }}", "2,3");
    check("{{ pass_on(1, 2, z=3) }}", "1|(2,)|{'z': 3}");
    check("{{ named(a=1, b=2) }}", "a=1;b=2;");
}

#[test]
fn call_blocks_reach_macros_and_rust() {
    let text = "
        {% macro box(title) %}<{{ title }}:{{ caller() }}>{% endmacro %}
        {% macro each(xs) %}{% for x in xs %}{{ caller(x) }}{% endfor %}{% endmacro %}
        {% macro maybe() %}{% if caller %}{{ caller() }}{% else %}-{% endif %}{% endmacro %}
        {% macro early() %}[{{ caller() }}]{% endmacro %}";
    let stage = Stage::new(&[("root", text)]);
    let check = |template: &str, expected: &str| assert_eq!(stage.render(template), expected, "{template}");
    check("{% call box('a') %}x{% endcall %}", "<a:x>");
    check("{% call(x) each([1, 2]) %}({{ x }}){% endcall %}", "(1)(2)");
    check("{% call box('a') %}{% call box('b') %}y{% endcall %}{% endcall %}", "<a:<b:y>>");
    check("{{ maybe() }}{% call maybe() %}c{% endcall %}", "-c");
    check("{% call early() %}{{ return(7) }}{% endcall %}", "7");
}

#[test]
fn names_resolve_from_the_node_s_package() {
    let packages = [
        ("root", "{% macro a() %}root.a{% endmacro %}{% macro default__d() %}root.d{% endmacro %}"),
        (
            "pkg",
            "{% macro a() %}pkg.a{% endmacro %}{% macro b() %}pkg.b:{{ a() }}{% endmacro %}
                 {% macro duckdb__d() %}pkg.d{% endmacro %}{% macro only() %}only{% endmacro %}",
        ),
        ("dbt_duckdb", "{% macro shared() %}adapter{% endmacro %}"),
        (
            "dbt",
            "{% macro shared() %}core{% endmacro %}{% macro c() %}c:{{ a() }}{% endmacro %}
                 {% macro a() %}core.a{% endmacro %}{% macro core_only() %}core{% endmacro %}",
        ),
    ];
    let root = Stage::new(&packages);
    let check = |template: &str, expected: &str| assert_eq!(root.render(template), expected, "{template}");
    check("{{ a() }} {{ pkg.a() }} {{ dbt.a() }}", "root.a pkg.a core.a");
    check("{{ pkg.b() }}", "pkg.b:root.a");
    check("{{ c() }}", "c:root.a");
    check("{{ shared() }} {{ dbt.shared() }} {{ dbt.core_only() }}", "adapter adapter core");
    check("{{ only() }}", "!`only` is undefined");
    let package = Stage::new(&packages).in_package("pkg");
    assert_eq!(package.render("{{ a() }} {{ b() }} {{ c() }}"), "pkg.a pkg.b:pkg.a c:pkg.a");
}

#[test]
fn members_stand_between_project_and_built_in_macros() {
    let packages = [
        ("root", "{% macro ref(x) %}mine:{{ builtins.ref(x) }}{% endmacro %}"),
        ("dbt", "{% macro this() %}macro{% endmacro %}"),
    ];
    let reference = Value::from_function(|name: &str| format!("<{name}>"));
    let stage = Stage::new(&packages).with("ref", reference).with("this", "member");
    assert_eq!(stage.render("{{ ref('x') }} {{ builtins['ref']('y') }} {{ this }}"), "mine:<x> <y> member");
    assert_eq!(
        stage.render("{{ 'ref' in context }}{{ 'nope' in context }}{{ context.get('nope', 1) }}"),
        "TrueFalse1"
    );
    assert_eq!(
        stage.render("{{ context['this'] }}{{ context.this }}{{ context.get('ref')('z') }}"),
        "membermembermine:<z>"
    );
}

#[test]
fn only_calls_of_the_text_itself_are_told() {
    let text = "{% macro inner() %}i{% endmacro %}{% macro outer() %}{{ inner() }}{% endmacro %}";
    let stage = Stage::new(&[("root", text)]);
    stage.render("{{ outer() }}{{ outer() }}");
    assert_eq!(stage.called(), ["macro.root.outer", "macro.root.outer"]);
}

#[test]
fn macros_can_be_replaced() {
    let packages = [
        ("root", "{% macro a() %}a{% endmacro %}{% macro b() %}b:{{ a() }}{% endmacro %}"),
        ("pkg", "{% macro c() %}c{% endmacro %}"),
    ];
    let constant = |text: &'static str| Value::from_function(move || text);
    let stage = Stage::new(&packages).replacing("a", constant("A")).replacing("pkg.c", constant("C"));
    assert_eq!(stage.render("{{ a() }} {{ b() }} {{ pkg.c() }}"), "A b:A C");
}

#[test]
fn rust_can_call_macros() {
    let text = "{% macro f(a, b=2) %}{{ return(a + b) }}{% endmacro %}{% macro t() %}text{% endmacro %}
                {% macro fail() %}{{ boom() }}{% endmacro %}";
    let boom = Value::from_function(|| -> Result<Value, minijinja::Error> { Err(raise_message("no luck")) });
    let stage = Stage::new(&[("root", text)]).with("boom", boom);
    let call = |name: &str, args: &[Value], kwargs: &[(&str, Value)]| match stage.engine.call(
        name,
        args,
        kwargs,
        stage.scope(),
    ) {
        Ok(value) => crate::template::repr(&value),
        Err(error) => format!("!{error}"),
    };
    assert_eq!(call("f", &[Value::from(1)], &[("b", Value::from(5))]), "6");
    assert_eq!(call("root.f", &[Value::from(1)], &[]), "3");
    assert_eq!(call("t", &[], &[]), "'text'");
    assert_eq!(call("fail", &[], &[]), "!no luck");
    assert_eq!(call("tt", &[], &[]), "!there is no macro `tt`");
}

#[test]
fn dispatch_searches_as_dbt_does() {
    let packages = [
        (
            "root",
            "{% macro default__x() %}root default{% endmacro %}{% macro x() %}{{ adapter_dispatch('x', 'pkg')() }}{% endmacro %}",
        ),
        ("pkg", "{% macro duckdb__x() %}pkg duckdb{% endmacro %}{% macro default__y() %}pkg y{% endmacro %}"),
        ("dbt", "{% macro default__z() %}core z{% endmacro %}{% macro duckdb__z() %}duckdb z{% endmacro %}"),
    ];
    let dispatch =
        Value::from_function(|state: &mut minijinja::State<'_, '_>, name: &str, namespace: Option<&str>| {
            crate::template::dispatch(state, name, namespace)
        });
    let stage = Stage::new(&packages).with("adapter_dispatch", dispatch);
    let check = |template: &str, expected: &str| assert_eq!(stage.render(template), expected, "{template}");
    check("{{ x() }}", "root default");
    check("{{ adapter_dispatch('y', 'pkg')() }}", "pkg y");
    check("{{ adapter_dispatch('z', 'dbt')() }}", "duckdb z");
    check("{{ adapter_dispatch('z')() }}", "duckdb z");
    check("{{ adapter_dispatch('y')() }}", "!no macro implements `y`");
    check(
        "{{ adapter_dispatch('pkg.y') }}",
        "!`adapter.dispatch` needs a macro's name without a package, not `pkg.y`",
    );
}

#[test]
fn recursion_ends_with_a_message() {
    let stage = Stage::new(&[(
        "root",
        "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{% macro deep(n) %}{% if n > 0 %}{{ deep(n - 1) }}{% else %}end{% endif %}{% endmacro %}",
    )]);
    assert_eq!(stage.render("{{ f(0) }}"), "!macros call each other without end");
    assert_eq!(stage.render("{{ deep(300) }}"), "end");
}

#[test]
fn engines_are_shared_by_threads() {
    let stage = Stage::new(&[(
        "root",
        "{% macro f(n) %}{{ n }}{{ g(n) }}{% endmacro %}{% macro g(n) %}.{{ n }}{% endmacro %}",
    )]);
    std::thread::scope(|scope| {
        let run = |n: usize| stage.render(&format!("{{{{ f({n}) }}}}"));
        let threads: Vec<_> = (0..8).map(|n| scope.spawn(move || (n, run(n)))).collect();
        for thread in threads {
            let (n, text) = thread.join().unwrap();
            assert_eq!(text, format!("{n}.{n}"));
        }
    });
}

#[test]
fn macros_called_for_their_value_keep_it() {
    let macros = "{% macro pair(x) %}{{ return([x, 1]) }}{% endmacro %}\
                  {% macro twice(x) %}{{ return(pair(pair(x))) }}{% endmacro %}";
    let stage = Stage::new(&[("root", macros)]);
    assert_eq!(stage.evaluate("{{ pair('a') }}"), "['a', 1]");
    assert_eq!(stage.evaluate("{{ twice('a') }}"), "[['a', 1], 1]");
    assert_eq!(stage.evaluate("{{ pair('a') }}!"), "\"['a', 1]!\"");
}
