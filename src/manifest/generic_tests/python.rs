//! JSON values as Python prints them: dbt's hashes and names are made of that.

use serde_json::{Number, Value as Json};

/// Python's `str(value)`.
pub(super) fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => repr(other),
    }
}

/// Python's `repr(value)`.
pub(in crate::manifest) fn repr(value: &Json) -> String {
    match value {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Number(number) => number_repr(number),
        Json::String(text) => string_repr(text),
        Json::Array(items) => format!("[{}]", items.iter().map(repr).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", string_repr(key), repr(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

fn number_repr(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => float_repr(float),
        _ => number.to_string(),
    }
}

/// The shortest digits that give the number back, with an exponent from 1e16 up
/// and below 1e-4.
fn float_repr(float: f64) -> String {
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&power) {
        return format!("{float:?}");
    }
    let sign = if power < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", power.abs())
}

fn string_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str(r"\\"),
            '\n' => out.push_str(r"\n"),
            '\r' => out.push_str(r"\r"),
            '\t' => out.push_str(r"\t"),
            c if c == quote => out.extend(['\\', c]),
            c if is_printable(c) => out.push(c),
            c => out.push_str(&escaped(c)),
        }
    }
    out.push(quote);
    out
}

/// Python's rule: no control, format, private, unassigned or separator
/// characters, except the space. Rust's debug form follows the same rule, save
/// for a first character that extends the one before, hence the `a`.
fn is_printable(c: char) -> bool {
    match c {
        ' '..='~' => true,
        c if c.is_ascii() => false,
        c => format!("a{c}").escape_debug().skip(1).eq([c]),
    }
}

fn escaped(c: char) -> String {
    match u32::from(c) {
        code @ ..=0xff => format!(r"\x{code:02x}"),
        code @ ..=0xffff => format!(r"\u{code:04x}"),
        code => format!(r"\U{code:08x}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{repr, text};

    #[test]
    fn values_print_as_in_python() {
        let check = |value: &serde_json::Value, expected: &str| assert_eq!(repr(value), expected);
        check(&json!(null), "None");
        check(&json!([true, false]), "[True, False]");
        check(&json!({"a": 1, "b": {"c": []}}), "{'a': 1, 'b': {'c': []}}");
        check(&json!(1.5), "1.5");
        check(&json!(2.0), "2.0");
        check(&json!(1e15), "1000000000000000.0");
        check(&json!(1e16), "1e+16");
        check(&json!(1e20), "1e+20");
        check(&json!(1.25e-7), "1.25e-07");
        check(&json!(0.0001), "0.0001");
        check(&json!(0.00001), "1e-05");
        check(&json!(-1e-5), "-1e-05");
        check(&json!("it's"), r#""it's""#);
        check(&json!("it's \"q\""), r#"'it\'s "q"'"#);
        check(&json!("a\\b\n\t\r"), r"'a\\b\n\t\r'");
        check(&json!("\u{7}\u{200b}\u{a0}\u{e000}\u{f0000}"), r"'\x07\u200b\xa0\ue000\U000f0000'");
        check(&json!("ünïcode 😀 e\u{301}"), "'ünïcode 😀 e\u{301}'");
        assert_eq!(text(&json!("a'b")), "a'b");
        assert_eq!(text(&json!(["a"])), "['a']");
    }
}
