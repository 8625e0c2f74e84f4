use proptest::prelude::*;

use super::{BlockKind, Holds, Scanned, SegmentKind, scan, segments};
use crate::source::SourceMap;

/// Blocks as `kind name(arguments) [body]`, then findings as `line:column message`.
fn shown(source: &str) -> String {
    let file = SourceMap::new().add("macros/m.sql", source);
    let holds = match source {
        _ if source.contains("{% docs") => Holds::Docs,
        _ if source.contains("{% snapshot") => Holds::Snapshots,
        _ => Holds::Macros,
    };
    let Scanned { blocks, problems: diagnostics, .. } = scan(&file, holds);
    let mut lines = Vec::new();
    for block in blocks {
        let argument = |argument: &super::Argument| {
            let data_type = argument.data_type.as_ref().map(|kind| format!(": {kind}")).unwrap_or_default();
            let default =
                argument.default.as_ref().map(|default| format!(" = {default}")).unwrap_or_default();
            format!("{}{data_type}{default}", argument.name)
        };
        let arguments: Vec<String> = block.arguments.iter().map(argument).collect();
        let kind = match &block.kind {
            BlockKind::Materialization { adapter, languages } => {
                format!(
                    "materialization[{} {}]",
                    adapter.as_deref().unwrap_or("default"),
                    languages.join("+")
                )
            }
            kind => kind.tag().to_owned(),
        };
        assert_eq!(source.get(block.name_span.start..block.name_span.end), Some(block.name.as_str()));
        let body = source.get(block.body.start..block.body.end).unwrap();
        lines.push(format!("{kind} {}({}) [{body}]", block.name, arguments.join(", ")));
    }
    for diagnostic in diagnostics {
        let place = file.location(diagnostic.labels[0].span.start);
        lines.push(format!("{}:{} {}", place.line, place.column, diagnostic.message));
    }
    lines.join("\n")
}

fn check(source: &str, expected: &str) {
    assert_eq!(shown(source), expected, "{source}");
}

#[test]
fn finds_blocks_of_all_kinds() {
    check("{% macro a() %}x{% endmacro %}", "macro a() [x]");
    check("{%- macro a(b, c=1) -%} x {%- endmacro -%}", "macro a(b, c = 1) [ x ]");
    check("{% test t(model, column_name) %}x{% endtest %}", "test t(model, column_name) [x]");
    check("{% data_test t(model) %}x{% enddata_test %}", "test t(model) [x]");
    check("{% docs d %}{{ 'x' }} it's{% enddocs %}", "docs d() [{{ 'x' }} it's]");
    check("{% snapshot s %}select{% endsnapshot %}", "snapshot s() [select]");
    check(
        "{% materialization m, default %}x{% endmaterialization %}",
        "materialization[default sql] m() [x]",
    );
    check(
        "{% materialization m, adapter='duckdb', supported_languages=['sql', 'python'] -%}x{% endmaterialization %}",
        "materialization[duckdb sql+python] m() [x]",
    );
    check(
        "text {% macro a() %}1{% endmacro %} more {% macro b() %}2{% endmacro %}",
        "macro a() [1]\nmacro b() [2]",
    );
}

#[test]
fn arguments_have_types_and_defaults() {
    check(
        "{% macro a(b: str, c: list[int] = [1, 2], d={'k': (1, 2)}, e=f(')'),) %}{% endmacro %}",
        "macro a(b: str, c: list[int] = [1, 2], d = {'k': (1, 2)}, e = f(')')) []",
    );
    check("{% macro a(\n  b,\n  c = 'x, y'\n) %}{% endmacro %}", "macro a(b, c = 'x, y') []");
}

#[test]
fn comments_strings_and_raw_hide_tags() {
    check("{# {% macro a() %} #}{% macro b() %}{% endmacro %}", "macro b() []");
    check(
        "{% if x %}{% macro a() %}{% endmacro %}{% endif %}",
        "macro a() []\n1:11 `{% macro %}` stands within `{% if %}`",
    );
    check("{% raw %}{% macro a() %}{% endraw %}{% macro b() %}{% endmacro %}", "macro b() []");
    check("{% macro a() %}{# {% endmacro %} #}x{% endmacro %}", "macro a() [{# {% endmacro %} #}x]");
    check("{% macro a() %}{{ '{% endmacro %}' }}{% endmacro %}", "macro a() [{{ '{% endmacro %}' }}]");
    check("{% macro a() %}{{ {'b': {'c': 1}} }}{% endmacro %}", "macro a() [{{ {'b': {'c': 1}} }}]");
}

#[test]
fn problems_have_places() {
    check("\n{% macro a() %}x", "2:1 `{% macro %}` is never closed");
    check("{% macro a() %}x{% macro b() %}{% endmacro %}", "macro b() []\n1:1 `{% macro %}` is never closed");
    check("{% endmacro %}{% macro a() %}{% endmacro %}{% enddocs %}", "macro a() []");
    check("{% macro %}{% endmacro %}", "1:4 this `macro` has no name");
    check("{% macro a %}{% endmacro %}", "1:10 this `macro` needs a `(`");
    check(
        "{% macro a(b=1, c) %}{% endmacro %}",
        "1:17 `c` needs a default, as the parameter before it has one",
    );
    check("{% macro a(b=) %}{% endmacro %}", "1:14 a default is missing after `=`");
    check("{% macro a() x %}{% endmacro %}", "1:14 the `macro` tag goes on after its end");
    check("{% macro a(1) %}{% endmacro %}", "1:12 a parameter needs a name");
    check(
        "{% materialization m, adaptor='x' %}{% endmaterialization %}",
        "1:23 a materialization has no setting `adaptor`",
    );
    check("{% materialization m, adapter=x %}{% endmaterialization %}", "1:31 `adapter` needs a quoted name");
    check(
        "{% macro a() %}{% if x %}{% endmacro %}",
        "macro a() [{% if x %}]\n1:16 `{% if %}` is never closed",
    );
    check(
        "{% macro a() %}{% endfor %}{% else %}{% endmacro %}",
        "macro a() [{% endfor %}{% else %}]\n1:16 `{% endfor %}` closes nothing\n\
         1:28 `{% else %}` stands outside of an `if` or `for`",
    );
    check(
        "{% macro a() %}{% set x %}{% endmacro %}",
        "macro a() [{% set x %}]\n1:16 `{% set %}` is never closed",
    );
    check("{% macro a() %}{% set x = [1] %}{% endmacro %}", "macro a() [{% set x = [1] %}]");
    check("{{ 'a }}", "1:4 this string is never closed");
    check("a {{ b", "1:3 this `{{` is never closed");
    check("{# a", "1:1 this comment is never closed");
    check("{% raw %} a", "1:1 `{% raw %}` is never closed");
}

#[test]
fn tags_end_where_the_engine_ends_them() {
    let kinds = |source: &str| -> Vec<(SegmentKind, usize)> {
        segments(source).0.iter().map(|segment| (segment.kind, segment.end)).collect()
    };
    assert_eq!(
        kinds("a{{ b }}c"),
        [(SegmentKind::Data, 1), (SegmentKind::Expression, 8), (SegmentKind::Data, 9)]
    );
    assert_eq!(kinds("{{ {'a': {}} }}x"), [(SegmentKind::Expression, 15), (SegmentKind::Data, 16)]);
    assert_eq!(kinds("{{ '}}' }}"), [(SegmentKind::Expression, 10)]);
    assert_eq!(kinds("{{- a -}}"), [(SegmentKind::Expression, 9)]);
    assert_eq!(kinds("{%+ if a +%}"), [(SegmentKind::Tag, 12)]);
    assert_eq!(kinds("{%- raw -%}{{{%- endraw -%}"), [(SegmentKind::Raw, 27)]);
    assert_eq!(kinds("{{ 1 - 2 }}"), [(SegmentKind::Expression, 11)]);
}

/// Text with many marks.
fn marked() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{{ "),
        Just(" }}"),
        Just("{% "),
        Just(" %}"),
        Just("{#"),
        Just("#}"),
        Just("-"),
        Just("'"),
        Just("\""),
        Just("macro a("),
        Just(")"),
        Just("endmacro"),
        Just("raw"),
        Just("endraw"),
        Just("if x"),
        Just("endif"),
        Just("set x"),
        Just(" = "),
        Just("["),
        Just("]"),
        Just("{"),
        Just("}"),
        Just("é"),
        Just("\\"),
        Just("\r\n"),
        Just("for i in x"),
        Just("endfor"),
        Just("docs d"),
        Just("enddocs"),
        Just("a.b"),
        Just("1.5"),
        Just("|f"),
        Just(", "),
        Just(": "),
        Just("is "),
        Just("not "),
        Just("+"),
        Just("~"),
        Just("*"),
        Just("do "),
        Just("test t("),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_scanned_without_gaps(source in prop_oneof![marked(), any::<String>()]) {
        let mut at = 0;
        for segment in segments(&source).0 {
            prop_assert_eq!(segment.start, at);
            prop_assert!(segment.end > at && source.is_char_boundary(segment.end));
            at = segment.end;
        }
        prop_assert_eq!(at, source.len());
        let file = SourceMap::new().add("f", source.as_str());
        for holds in [Holds::Macros, Holds::Snapshots, Holds::Docs] {
            let Scanned { problems, strays, .. } = scan(&file, holds);
            let labels = problems.into_iter().flat_map(|it| it.labels).map(|label| label.span);
            for span in labels.chain(strays.into_iter().map(|stray| stray.span)) {
                prop_assert!(source.get(span.start..span.end).is_some());
            }
        }
    }
}
