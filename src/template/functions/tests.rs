use serde_json::json;

use super::json::write_json;
use super::{Style, literal};
use crate::template::values::repr;

#[test]
fn literals_are_read_as_python_reads_them() {
    let check = |text: &str, expected: Option<&str>| {
        assert_eq!(literal::evaluate(text).as_ref().map(repr).as_deref(), expected, "{text}");
    };
    check("1", Some("1"));
    check(" -1.5e3 ", Some("-1500.0"));
    check("1_000", Some("1000"));
    check("True", Some("True"));
    check("None", Some("None"));
    check("'it''s'", None);
    check("'a\\n'", Some("'a\\n'"));
    check("[1, 'a', None,]", Some("[1, 'a', None]"));
    check("(1,)", Some("(1,)"));
    check("(1)", Some("1"));
    check("()", Some("()"));
    check("{'a': [1, {'b': 2}]}", Some("{'a': [1, {'b': 2}]}"));
    for text in
        ["", "a", "true", "007", "inf", "nan", "[1", "[1 2]", "{1}", "1 2", "'a", "--1", "Truex", "[,]"]
    {
        check(text, None);
    }
    check(&"[".repeat(10_000), None);
}

#[test]
fn json_is_written_as_python_writes_it() {
    let value = json!({"b": [1, 1.0, 1e20, null, true], "a": "é\n\u{1f600}\"<"});
    assert_eq!(
        write_json(&value, Style::default()),
        r#"{"b": [1, 1.0, 1e+20, null, true], "a": "\u00e9\n\ud83d\ude00\"<"}"#
    );
    let style = Style { sort_keys: true, indent: Some(2), escape_html: true };
    assert_eq!(
        write_json(&json!({"b": [1, []], "a": "<"}), style),
        "{\n  \"a\": \"\\u003c\",\n  \"b\": [\n    1,\n    []\n  ]\n}"
    );
}
