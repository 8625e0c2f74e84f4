use super::stage::Stage;
use crate::template::{Text, Value, raise};

const MACROS: &str = "{% macro inner(x) %}
  {{ nope(x) }}
{% endmacro %}
{% macro outer(x, y=1) %}
  {% set z = [x] %}{{ inner(z) }}
{% endmacro %}
{% macro kaput() %}{{ boom(1) }}{% endmacro %}
{% macro bare() %}{{ a b }}{% endmacro %}";

#[derive(Debug, PartialEq)]
struct Boom(i64);

impl std::fmt::Display for Boom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "boom {}", self.0)
    }
}

impl std::error::Error for Boom {}

fn stage() -> Stage {
    let boom = Value::from_function(|n: i64| -> Result<Value, minijinja::Error> { Err(raise(Boom(n))) });
    Stage::new(&[("root", MACROS), ("pkg", "{% macro helper() %}h{% endmacro %}")]).with("boom", boom)
}

#[test]
fn errors_point_at_the_user_s_text() {
    let check =
        |template: &str, expected: &str| assert_eq!(stage().failure(template), expected, "{template}");
    check(
        "select [1][0],\n  {{ outer(1) }}",
        "`nope` is undefined\n\
         root.sql:2:6 `nope(x)`: not found\n\
         root.sql:5:23 `inner(z)`: `inner` called from here\n\
         models/m.sql:2:6 `outer(1)`: `outer` called from here\n\
         = is the macro's package installed, and is its name spelled in full?",
    );
    check(
        "{{ [1, 2] | map('upper') | nofilter }}",
        "there is no filter `nofilter`\nmodels/m.sql:1:28 `nofilter`: not found",
    );
    check(
        "{% set xs = ['a'] %}\n{{ outr(xs) }}",
        "`outr` is undefined\nmodels/m.sql:2:4 `outr(xs)`: not found\n= did you mean `outer`?",
    );
    check(
        "{{ pkg.helpr() }}",
        "package `pkg` has no macro `helpr`\nmodels/m.sql:1:4 `pkg.helpr()`: raised here\n= did you mean `helper`?",
    );
    check(
        "{{ outer(1, 2, 3) }}",
        "`outer` takes 2 arguments, 3 given\nmodels/m.sql:1:4 `outer(1, 2, 3)`: `outer` called from here\n\
         = it is declared as `outer(x, y=1)`",
    );
    check(
        "{{ 1 + 'a' }}",
        "`+` does not work between an integer and a string\nmodels/m.sql:1:6 `+ 'a'`: here",
    );
    check("{{ 'a'.nope() }}", "a string has no method `nope`\nmodels/m.sql:1:7 `.nope()`: no such method");
}

#[test]
fn malformed_texts_name_the_tag_to_blame() {
    let check =
        |template: &str, expected: &str| assert_eq!(stage().failure(template), expected, "{template}");
    check("a {% if x %} b", "`{% if %}` is never closed\nmodels/m.sql:1:3 `{% if x %}`: opened here");
    check(
        "{% for x in y %}{% if x %}{% endfor %}",
        "`{% if %}` is not closed before `{% endfor %}`\nmodels/m.sql:1:17 `{% if x %}`: opened here",
    );
    check("a {{ b", "this `{{` is never closed\nmodels/m.sql:1:3 `{{`: needs a `}}`");
    check("a {{ 'b }}", "this string is never closed\nmodels/m.sql:1:6 `'`: starts here");
    check("{# a", "this comment is never closed\nmodels/m.sql:1:1 `{#`: needs a `#}`");
    check(
        "{% endif %}",
        "`{% endif %}` closes nothing\nmodels/m.sql:1:1 `{% endif %}`: no open tag of this name",
    );
    let shown = stage().failure("{{ a b }}");
    assert!(shown.contains("models/m.sql:1:6"), "{shown}");
    let diagnostics = stage().engine.check_macros();
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
}

#[test]
fn payloads_of_rust_callbacks_are_kept() {
    let stage = stage();
    let error = stage.try_render("{% if true %}\n {{ kaput() }}{% endif %}").unwrap_err();
    assert_eq!(error.payload::<Boom>(), Some(&Boom(1)));
    assert_eq!(error.message(), "boom 1");
    let names: Vec<&str> = error.frames().iter().map(|frame| frame.name.as_str()).collect();
    assert_eq!(names, ["kaput"]);
}

#[test]
fn rendered_texts_fail_inside_of_others() {
    let inner = Value::from_function(|state: &mut minijinja::State<'_, '_>, text: &str| {
        let file = crate::source::SourceMap::new().add("inner", text);
        crate::template::render_text(state, &Text::of_file(&file))
    });
    let stage = stage().with("render", inner);
    assert_eq!(stage.render("{{ render('{' ~ '{ 1 + 1 }' ~ '}') }}"), "2");
    let error = stage.try_render("{{ render('{' ~ '{ boom(3) }' ~ '}') }}").unwrap_err();
    assert_eq!(error.payload::<Boom>(), Some(&Boom(3)));
    assert_eq!(error.frames().len(), 1);
}

#[test]
fn positions_are_those_of_the_file() {
    let stage = stage();
    let file = stage.sources.add("models/s.yml", "name: x\ndescription: \"{{ nope() }}\"\n");
    let start = file.text().find("{{").unwrap();
    let text = Text::of_span(&file, file.range(start, start + 12));
    let error = stage.engine.render(&text, stage.scope()).unwrap_err();
    assert_eq!(error.span(), Some(file.range(start + 3, start + 9)));
}

#[test]
fn deep_nesting_is_refused_and_long_chains_are_not() {
    let stage = stage();
    let deep = |unit: &str, end: &str| format!("{{{{ {}1{} }}}}", unit.repeat(5000), end.repeat(5000));
    for text in [
        deep("(", ")"),
        deep("[", "]"),
        deep("not ", ""),
        deep("- ", ""),
        deep("1 + 1 - ", ""),
        deep("1 and ", ""),
        deep("", ".a"),
        deep("", "[0]"),
        deep("", "|abs"),
        deep("", "()"),
        deep("", " is none"),
        deep("", " ** 1"),
        deep("1 if 1 else ", ""),
        deep("", " == 1"),
        deep("f(", ")"),
        deep("{1: ", "}"),
        format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(5000)),
        "{% if 1 %}".repeat(5000) + &"{% endif %}".repeat(5000),
    ] {
        let error = stage.try_render(&text).expect_err(&text);
        assert!(error.span().is_some(), "{error}");
    }
    let long = |unit: &str| format!("{{{{ 1{} }}}}", unit.repeat(5000));
    assert_eq!(stage.render(&long(" + 1")), "5001");
    assert_eq!(stage.render(&long(" ~ 1")).len(), 5001);
    assert_eq!(stage.render(&format!("{{{{ [{}] | length }}}}", "[1], ".repeat(3000))), "3000");
    let nested = |unit: &str, end: &str| format!("{{{{ {}1{} }}}}", unit.repeat(40), end.repeat(40));
    assert_eq!(stage.render(&nested("(", ")")), "1");
    assert_eq!(stage.render(&nested("1 + 1 - (", ")")), "1");
    assert_eq!(stage.render(&nested("not ", "")), "True");
    assert_eq!(stage.render(&nested("", "|abs|abs|abs|abs")), "1");
}
