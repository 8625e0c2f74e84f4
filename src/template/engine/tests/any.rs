use proptest::prelude::*;

use super::stage::Stage;

/// Templates that are nearly right.
fn template() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{{ "),
        Just(" }}"),
        Just("{% if "),
        Just(" %}"),
        Just("{% endif %}"),
        Just("{% for i in "),
        Just("{% endfor %}"),
        Just("{% set x = "),
        Just("{% do "),
        Just("x"),
        Just("[1, 2]"),
        Just("{'a': 1}"),
        Just(" + "),
        Just(" % "),
        Just(" ~ "),
        Just(" ** "),
        Just(" // "),
        Just("'%s %d é'"),
        Just("'{} {:>9}'"),
        Just(".append(1)"),
        Just(".items()"),
        Just(".format(1, 'a')"),
        Just("|int"),
        Just("|join(',')"),
        Just("|sort"),
        Just("[1:]"),
        Just("[::-1]"),
        Just("[0]"),
        Just("("),
        Just(")"),
        Just(", "),
        Just("-"),
        Just("9"),
        Just("1.5"),
        Just("none"),
        Just(" is defined"),
        Just(" in "),
        Just("{# "),
        Just(" #}"),
        Just("\n"),
        Just("m(1, k=2)"),
        Just("{% macro m(a, b=a) %}"),
        Just("{% endmacro %}"),
        Just("modules.datetime.date(2024, 2, 9)"),
        Just("modules.re.sub('a', 'b', 'ac')"),
        Just("|batch(2)"),
        Just("|round(1)"),
        Just("[9, 8, 7]|map('string')"),
        Just("modules.datetime.timedelta(days=9)"),
        Just(".strftime('%Y')"),
        Just(".split('a')"),
        Just(" * "),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_renders_or_fails_with_a_place(text in prop_oneof![4 => template(), 1 => any::<String>()]) {
        let stage = || Stage::new(&[("root", "{% macro m(a, k=1) %}{{ varargs }}{{ a }}{% endmacro %}")]);
        for stage in [stage(), stage().chainable()] {
            if let Err(error) = stage.try_render(&text) {
                for label in error.diagnostic().labels {
                    let file = stage.sources.get(label.span.file).unwrap();
                    prop_assert!(file.text().get(label.span.start..label.span.end).is_some(), "{:?}", label);
                }
            }
            stage.evaluate(&text);
        }
    }
}
