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
    let mut out = String::new();
    write_repr(&mut out, value);
    out
}

fn write_repr(out: &mut String, value: &Json) {
    match value {
        Json::Null => out.push_str("None"),
        Json::Bool(true) => out.push_str("True"),
        Json::Bool(false) => out.push_str("False"),
        Json::Number(number) => out.push_str(&number_repr(number)),
        Json::String(text) => write_text(out, text),
        Json::Array(items) => write_joined(out, LIST, items, write_repr),
        Json::Object(entries) => write_joined(out, DICT, entries, |out, (key, value)| {
            write_text(out, key);
            out.push_str(": ");
            write_repr(out, value);
        }),
    }
}

/// The brackets of a list and of a dict.
pub(super) const LIST: [char; 2] = ['[', ']'];
pub(super) const DICT: [char; 2] = ['{', '}'];

/// `[a, b]` or `{a: 1, b: 2}`, with each item as `write` writes it.
pub(super) fn write_joined<T>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push(open);
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        write(out, item);
    }
    out.push(close);
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

/// `repr` of a text.
pub(super) fn write_text(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    let mut written = 0;
    let needs_escape = |c: char| c == '\\' || c == quote || !is_printable(c);
    for (at, c) in text.char_indices().filter(|(_, c)| needs_escape(*c)) {
        out.push_str(text.get(written..at).unwrap_or_default());
        match c {
            '\n' => out.push_str(r"\n"),
            '\r' => out.push_str(r"\r"),
            '\t' => out.push_str(r"\t"),
            c if c == '\\' || c == quote => out.extend(['\\', c]),
            c => out.push_str(&escaped(c)),
        }
        written = at + c.len_utf8();
    }
    out.push_str(text.get(written..).unwrap_or_default());
    out.push(quote);
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
