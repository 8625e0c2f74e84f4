//! Values with values inside: arrays, JSON, ranges. dbt's tables hold them as
//! text: lists and dictionaries as Python's JSON writes them.

use std::io;

use serde::Serialize as _;
use serde_json::Value as Json;
use serde_json::ser::Formatter;
use tokio_postgres::types::Type;

use super::decode::Form;
use crate::sql::Cell;

/// Whether arrays of these elements become lists; dbt's driver leaves others as text.
pub(super) fn is_list(element: &Type) -> bool {
    let texts = [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME, Type::CHAR, Type::INET, Type::CIDR];
    texts.contains(element) || !matches!(Form::of(element), Form::Text | Form::Range)
}

/// An array's text as a list.
pub(super) fn list(text: &str, form: Form) -> String {
    let mut rest = text.chars().peekable();
    // Bounds that do not begin at 1 stand before: `[0:1]={1,2}`.
    while rest.peek().is_some_and(|c| *c != '{') {
        rest.next();
    }
    match items(&mut rest, form) {
        Some(list) => write(&list),
        None => text.to_owned(),
    }
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// What stands between braces, which open here.
fn items(rest: &mut Rest<'_>, form: Form) -> Option<Json> {
    rest.next_if_eq(&'{')?;
    let mut found = Vec::new();
    if rest.next_if_eq(&'}').is_some() {
        return Some(Json::Array(found));
    }
    loop {
        found.push(match rest.peek()? {
            '{' => items(rest, form)?,
            '"' => element(&quoted(rest)?, form),
            _ => match plain(rest).as_str() {
                "NULL" => Json::Null,
                word => element(word, form),
            },
        });
        match rest.next()? {
            ',' => {}
            '}' => return Some(Json::Array(found)),
            _ => return None,
        }
    }
}

fn quoted(rest: &mut Rest<'_>) -> Option<String> {
    rest.next();
    let mut text = String::new();
    loop {
        match rest.next()? {
            '"' => return Some(text),
            '\\' => text.push(rest.next()?),
            other => text.push(other),
        }
    }
}

fn plain(rest: &mut Rest<'_>) -> String {
    let mut text = String::new();
    while let Some(character) = rest.next_if(|c| !matches!(c, ',' | '}')) {
        text.push(character);
    }
    text
}

/// An element as JSON; an exact number becomes a float, as dbt writes it.
fn element(text: &str, form: Form) -> Json {
    if form == Form::Json {
        return serde_json::from_str(text).unwrap_or_else(|_| Json::from(text));
    }
    match form.cell(text) {
        Cell::Null => Json::Null,
        Cell::Bool(yes) => Json::from(yes),
        Cell::Integer(number) => i64::try_from(number).map_or_else(|_| Json::from(text), Json::from),
        Cell::Float(number) => Json::from(number),
        Cell::Decimal(digits) => digits.parse::<f64>().map_or_else(|_| Json::from(text), Json::from),
        Cell::Timestamp(text) | Cell::TimestampTz(text) => Json::from(text.replacen(' ', "T", 1)),
        Cell::Text(text) | Cell::Date(text) => Json::from(text),
    }
}

/// A JSON value: a scalar as itself, lists and dictionaries as text; `None` for
/// what is no JSON.
pub(super) fn json(text: &str) -> Option<Cell> {
    Some(match serde_json::from_str(text).ok()? {
        Json::Null => Cell::Null,
        Json::Bool(yes) => Cell::Bool(yes),
        Json::String(text) => Cell::Text(text),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Cell::Integer(number.into()),
            (None, Some(number)) => Cell::Float(number),
            (None, None) => return None,
        },
        nested => Cell::Text(write(&nested)),
    })
}

/// A range with a blank after the comma and without quotes.
pub(super) fn range(text: &str) -> String {
    match text.split_once(',') {
        Some((low, high)) => format!("{low}, {high}").replace('"', ""),
        None => text.to_owned(),
    }
}

fn write(json: &Json) -> String {
    let mut out = Vec::new();
    let written = json.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Spaced));
    match written.map(|()| String::from_utf8(out)) {
        Ok(Ok(text)) => text,
        _ => json.to_string(),
    }
}

/// Python's separators and escapes.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for character in fragment.chars() {
            if character.is_ascii() {
                write!(writer, "{character}")?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_become_lists() {
        let check = |text: &str, form: Form, expected: &str| assert_eq!(list(text, form), expected, "{text}");
        check("{1,2,NULL}", Form::Integer, "[1, 2, null]");
        check("{}", Form::Integer, "[]");
        check("{{1,2},{3,4}}", Form::Integer, "[[1, 2], [3, 4]]");
        check("[0:1]={1,2}", Form::Integer, "[1, 2]");
        check(r#"{a,"b c","q\"\\","NULL"}"#, Form::Text, r#"["a", "b c", "q\"\\", "NULL"]"#);
        check("{1.5,2}", Form::Decimal, "[1.5, 2.0]");
        check("{t,f}", Form::Bool, "[true, false]");
        check("{2024-01-01}", Form::Date, r#"["2024-01-01"]"#);
        check(r#"{"2024-01-01 02:03:04"}"#, Form::Timestamp, r#"["2024-01-01T02:03:04"]"#);
        check(r#"{"{\"a\": 1}"}"#, Form::Json, r#"[{"a": 1}]"#);
        check("{ä,😀}", Form::Text, r#"["\u00e4", "\ud83d\ude00"]"#);
        check("{open", Form::Text, "{open");
    }

    #[test]
    fn json_is_laid_out_and_scalars_are_themselves() {
        assert_eq!(json(r#"{"a":[1,2.5,null]}"#), Some(Cell::Text(r#"{"a": [1, 2.5, null]}"#.into())));
        assert_eq!(json(r#""x""#), Some(Cell::Text("x".into())));
        assert_eq!(json("1.5"), Some(Cell::Float(1.5)));
        assert_eq!(json("{"), None);
        assert_eq!(range(r#"["2024-01-01 00:00:00",)"#), "[2024-01-01 00:00:00, )");
    }
}
