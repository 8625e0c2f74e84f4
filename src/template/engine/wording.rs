//! The engine's errors in plain words.

use std::error::Error as StdError;

use minijinja::{Error, ErrorKind};

use crate::diagnostics::nearest;
use crate::template::error::Raised;

/// An error in words.
pub(super) struct Words {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: Vec<String>,
}

/// Words for `error`; `written` is the source text that it points at and
/// `names` what could have been meant.
pub(super) fn words(error: &Error, written: &str, names: &[String]) -> Words {
    let detail = error.detail().unwrap_or_default();
    if let Some(raised) = error.source().and_then(|source| source.downcast_ref::<Raised>()) {
        return plain("template", raised.to_string(), "raised here");
    }
    match error.kind() {
        ErrorKind::UnknownFunction => undefined(detail.strip_suffix(" is unknown").unwrap_or(detail), names),
        ErrorKind::UndefinedError => undefined(undefined_name(detail).unwrap_or(written), names),
        ErrorKind::InvalidOperation if detail.starts_with("value of type undefined is not callable") => {
            undefined(called_name(written), names)
        }
        ErrorKind::InvalidOperation if detail.contains("not callable") => plain(
            "not-callable",
            format!("`{}` cannot be called", called_name(written)),
            "not a macro or function",
        ),
        ErrorKind::InvalidOperation if detail == "recursion limit exceeded" => Words {
            help: vec!["give the macro a case in which it does not call itself".to_owned()],
            ..plain("template-recursion", "macros call each other without end".to_owned(), "the last call")
        },
        ErrorKind::UnknownFilter => unknown("filter", detail),
        ErrorKind::UnknownTest => unknown("test", detail),
        ErrorKind::UnknownMethod => match undefined_name(detail) {
            Some(name) => undefined(name, names),
            None => plain("unknown-method", method_words(detail), "no such method"),
        },
        ErrorKind::SyntaxError => plain("template-syntax", syntax_words(detail), "not understood here"),
        ErrorKind::TooManyArguments => {
            plain("template", described("too many arguments", detail), "in this call")
        }
        ErrorKind::MissingArgument => {
            plain("template", described("an argument is missing", detail), "in this call")
        }
        ErrorKind::BadEscape => plain(
            "template-syntax",
            "a string holds an escape that means nothing".to_owned(),
            "in this string",
        ),
        ErrorKind::CannotUnpack => plain("template", described("this cannot be taken apart", detail), "here"),
        ErrorKind::TemplateNotFound | ErrorKind::BadInclude => Words {
            help: vec!["macros of other files need no import: call them by name".to_owned()],
            ..plain("template", "templates cannot include or import files".to_owned(), "here")
        },
        _ if detail.is_empty() => plain("template", error.kind().to_string(), ""),
        _ => plain("template", value_words(detail), "here"),
    }
}

fn plain(code: &'static str, message: String, label: &str) -> Words {
    Words { code, message, label: label.to_owned(), help: Vec::new() }
}

fn described(what: &str, detail: &str) -> String {
    if detail.is_empty() { what.to_owned() } else { format!("{what}: {detail}") }
}

fn undefined(name: &str, names: &[String]) -> Words {
    let mut words = plain("undefined", format!("`{name}` is undefined"), "not found");
    let first = name.split(['.', '[', '(']).next().unwrap_or(name);
    let is_member = first != name;
    if let Some(nearest) = nearest(first, names.iter().map(String::as_str)).filter(|_| !is_member) {
        words.help.push(format!("did you mean `{nearest}`?"));
    } else if !is_member {
        words.help.push("is the macro's package installed, and is its name spelled in full?".to_owned());
    }
    words
}

/// The expression that minijinja names between backticks.
fn undefined_name(detail: &str) -> Option<&str> {
    let (_, rest) = detail.split_once('`')?;
    let (name, after) = rest.split_once('`')?;
    after.trim_start().starts_with("is undefined").then_some(name)
}

/// `f` of `f(x)`, for the message that `f` cannot be called.
fn called_name(written: &str) -> &str {
    let name = written.split('(').next().unwrap_or(written).trim();
    if name.is_empty() { "this" } else { name }
}

fn unknown(what: &'static str, detail: &str) -> Words {
    let name = detail.split(' ').nth(1).unwrap_or(detail);
    plain("unknown-filter", format!("there is no {what} `{name}`"), "not found")
}

/// "map has no method named x" in Python's words.
fn method_words(detail: &str) -> String {
    let Some((kind, method)) = detail.split_once(" has no method named ") else {
        return described("there is no such method", detail);
    };
    let kind = match kind {
        "map" => "a dict",
        "sequence" | "iterator" => "a list",
        "string" => "a string",
        "number" => "a number",
        "none" => "None",
        "undefined" => "an undefined value",
        "bool" => "a boolean",
        _ => "this object",
    };
    format!("{kind} has no method `{method}`")
}

/// The engine's names of tokens and what people write for them.
const TOKENS: [(&str, &str); 6] = [
    ("end of variable block", "`}}`"),
    ("end of block", "`%}`"),
    ("end of input", "the end of the text"),
    ("identifier", "a name"),
    ("integer", "a number"),
    ("float", "a number"),
];

fn syntax_words(detail: &str) -> String {
    if let Some(tag) = detail.strip_prefix("unknown statement ") {
        return format!("there is no tag `{tag}`");
    }
    match detail {
        "" => "this cannot be read".to_owned(),
        "unexpected end of string" => "this string is never closed".to_owned(),
        "template exceeds maximum recursion limits" => "this nests too deep".to_owned(),
        "non-keyword arg after keyword arg" => {
            "an argument without a name follows one with a name".to_owned()
        }
        detail => TOKENS.iter().fold(detail.to_owned(), |words, (name, plain)| words.replace(name, plain)),
    }
}

/// Failures of values in plain words.
fn value_words(detail: &str) -> String {
    if let Some(kind) = detail.strip_suffix(" is not iterable") {
        let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        return format!("{article} {kind} has no items to go through");
    }
    if let Some((kind, "usize" | "isize" | "i64" | "u32")) =
        detail.strip_prefix("cannot convert ").and_then(|rest| rest.split_once(" to "))
    {
        return format!("a {kind} stands where a number is needed");
    }
    if detail == "cannot perform a containment check on this value" {
        return "`in` needs a list, a dict or a string on its right".to_owned();
    }
    detail.to_owned()
}
