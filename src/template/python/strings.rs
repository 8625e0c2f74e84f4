//! The methods of Python's `str`.

use minijinja::{Error, ErrorKind, Value};

use super::format;
use crate::template::error::raise_message;
use crate::template::values::{Arguments, dict, none, strings, type_name};

/// Calls the method `name` of `text`.
///
/// # Errors
/// There is no such method (kind `UnknownMethod`), or the call failed.
pub(super) fn method(text: &str, name: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let found = match cases(text, name) {
        Some(value) => Some(Ok(value)),
        None => pieces(text, name, arguments)
            .or_else(|| searches(text, name, arguments))
            .or_else(|| padding(text, name, arguments)),
    };
    match (found, name) {
        (Some(result), _) => result,
        (None, "format") => format::str_format(text, arguments).map(Value::from),
        (None, "format_map") => {
            format::str_format_map(text, &arguments.required(0, "mapping")?).map(Value::from)
        }
        (None, "join") => join(text, &arguments.required(0, "iterable")?),
        // There is no type for bytes that templates could use; text serves.
        (None, "encode" | "decode") => Ok(Value::from(text)),
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

/// More bytes than this are not filled in.
const MOST_FILLED: usize = 100_000_000;

/// Methods without arguments.
fn cases(text: &str, name: &str) -> Option<Value> {
    let all = |test: fn(char) -> bool| Value::from(!text.is_empty() && text.chars().all(test));
    let has_case = || text.chars().any(|c| c.is_uppercase() || c.is_lowercase());
    Some(match name {
        "upper" => Value::from(text.to_uppercase()),
        "lower" => Value::from(text.to_lowercase()),
        // Of the letters whose folded form is not their small one, those that words have.
        "casefold" => Value::from(text.to_lowercase().replace('ß', "ss").replace('ς', "σ").replace('ſ', "s")),
        "title" => Value::from(title(text)),
        "capitalize" => Value::from(capitalize(text)),
        "swapcase" => Value::from(swap_case(text)),
        "isupper" => Value::from(has_case() && !text.chars().any(char::is_lowercase)),
        "islower" => Value::from(has_case() && !text.chars().any(char::is_uppercase)),
        "istitle" => Value::from(has_case() && title(text) == text),
        "isspace" => all(char::is_whitespace),
        "isdecimal" => all(is_decimal),
        "isdigit" => all(|c| is_decimal(c) || "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉".contains(c)),
        "isnumeric" => all(char::is_numeric),
        "isprintable" => Value::from(text.chars().all(|c| c == ' ' || !c.is_control() && !c.is_whitespace())),
        "isalpha" => all(char::is_alphabetic),
        "isalnum" => all(char::is_alphanumeric),
        "isascii" => Value::from(text.is_ascii()),
        "isidentifier" => Value::from(is_identifier(text)),
        _ => return None,
    })
}

/// Digits of the scripts that write numbers with ten of them.
fn is_decimal(c: char) -> bool {
    // Superscripts, fractions and enclosed numbers stand in these blocks.
    c.is_ascii_digit() || c.is_numeric() && !matches!(u32::from(c), 0x80..=0x65f | 0x2000..=0x33ff)
}

fn is_identifier(text: &str) -> bool {
    let starts = text.chars().next().is_some_and(|c| c == '_' || c.is_alphabetic());
    starts && text.chars().all(|c| c == '_' || c.is_alphanumeric())
}

/// Each letter after a character that is no letter becomes a capital.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_word = false;
    for c in text.chars() {
        if in_word {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        in_word = c.is_alphabetic();
    }
    out
}

pub(crate) fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect(),
        None => String::new(),
    }
}

fn swap_case(text: &str) -> String {
    let swapped = |c: char| -> String {
        if c.is_uppercase() { c.to_lowercase().collect() } else { c.to_uppercase().collect() }
    };
    text.chars().map(swapped).collect()
}

/// Methods that take a string apart, strip or replace.
fn pieces(text: &str, name: &str, arguments: &Arguments<'_>) -> Option<Result<Value, Error>> {
    Some(match name {
        "strip" | "lstrip" | "rstrip" => strip(text, name, arguments),
        "split" | "rsplit" => split(text, name == "rsplit", arguments),
        "splitlines" => Ok(strings(lines(text, arguments.flag(0, "keepends")))),
        "partition" | "rpartition" => partition(text, name == "rpartition", arguments),
        "replace" => replace(text, arguments),
        "removeprefix" => {
            arguments.string(0, "prefix").map(|fix| Value::from(text.strip_prefix(&*fix).unwrap_or(text)))
        }
        "removesuffix" => {
            arguments.string(0, "suffix").map(|fix| Value::from(text.strip_suffix(&*fix).unwrap_or(text)))
        }
        "expandtabs" => expand_tabs(text, arguments),
        "translate" => translate(text, arguments),
        "maketrans" => make_table(arguments),
        _ => return None,
    })
}

/// Blanks up to the next of the columns that tabs lead to.
fn expand_tabs(text: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let size = arguments.optional_integer(0, "tabsize")?.map_or(8, |size| usize::try_from(size).unwrap_or(0));
    if text.matches('\t').count().saturating_mul(size) > MOST_FILLED {
        return Err(raise_message("the filled string is too large"));
    }
    let (mut out, mut column) = (String::with_capacity(text.len()), 0);
    for c in text.chars() {
        if c == '\t' {
            let blanks = if size == 0 { 0 } else { size - column % size };
            out.extend(std::iter::repeat_n(' ', blanks));
            column += blanks;
        } else {
            out.push(c);
            column = if matches!(c, '\n' | '\r') { 0 } else { column + 1 };
        }
    }
    Ok(Value::from(out))
}

/// Each character by what the table has under its number: a text, a number, or nothing at all.
fn translate(text: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let table = arguments.required(0, "table")?;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let found = table.get_item(&Value::from(u32::from(c)))?;
        match found.as_str() {
            Some(text) => out.push_str(text),
            None if found.is_undefined() => out.push(c),
            None if found.is_none() => {}
            None => {
                let number = found.as_i64().and_then(|number| u32::try_from(number).ok());
                let found = number.and_then(char::from_u32);
                out.push(
                    found.ok_or_else(|| raise_message("`translate`: the table has no character there"))?,
                );
            }
        }
    }
    Ok(Value::from(out))
}

/// The table that `translate` takes: of a dict, or of two texts of one length and one of what is dropped.
fn make_table(arguments: &Arguments<'_>) -> Result<Value, Error> {
    let from = arguments.required(0, "x")?;
    let number = |c: char| Value::from(u32::from(c));
    let Some(from) = from.as_str() else {
        let keys = from.try_iter()?;
        let entry = |key: Value| {
            let text = key.as_str().map(|text| text.chars().collect::<Vec<char>>());
            let number = match text.as_deref() {
                Some([c]) => number(*c),
                Some(_) => return Err(raise_message("`maketrans`: a key must be one character")),
                None => key.clone(),
            };
            Ok((number, from.get_item(&key)?))
        };
        return Ok(dict(keys.map(entry).collect::<Result<Vec<_>, Error>>()?));
    };
    let to = arguments.string(1, "y")?;
    if from.chars().count() != to.chars().count() {
        return Err(raise_message("`maketrans`: the first two texts must be of one length"));
    }
    let dropped = arguments.optional_string(2, "z")?.unwrap_or_default();
    let changed = from.chars().zip(to.chars()).map(|(from, to)| (number(from), number(to)));
    Ok(dict(changed.chain(dropped.chars().map(|c| (number(c), none())))))
}

fn strip(text: &str, name: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let chars = arguments.optional_string(0, "chars")?;
    let strips = |c: char| chars.as_ref().map_or(c.is_whitespace(), |chars| chars.contains(c));
    Ok(Value::from(match name {
        "strip" => text.trim_matches(strips),
        "lstrip" => text.trim_start_matches(strips),
        _ => text.trim_end_matches(strips),
    }))
}

fn split(text: &str, from_right: bool, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let separator = arguments.optional_string(0, "sep")?;
    let limit = arguments.optional_integer(1, "maxsplit")?.and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(usize::MAX);
    let Some(separator) = separator else { return Ok(strings(split_whitespace(text, limit, from_right))) };
    if separator.is_empty() {
        return Err(raise_message("a string cannot be split at an empty string"));
    }
    let pieces = limit.saturating_add(1);
    let mut parts: Vec<&str> = if from_right {
        text.rsplitn(pieces, &*separator).collect()
    } else {
        text.splitn(pieces, &*separator).collect()
    };
    if from_right {
        parts.reverse();
    }
    Ok(strings(parts))
}

/// Splits at runs of white space, at most `limit` times.
fn split_whitespace(text: &str, limit: usize, from_right: bool) -> Vec<&str> {
    let strip = |rest: &'_ str| if from_right { rest.trim_end().len() } else { rest.trim_start().len() };
    let without_margin = |rest: &'_ str| {
        let length = strip(rest);
        if from_right { 0..length } else { rest.len() - length..rest.len() }
    };
    let mut parts = Vec::new();
    let mut rest = text.get(without_margin(text)).unwrap_or_default();
    while !rest.is_empty() {
        let at = if from_right { rest.rfind(char::is_whitespace) } else { rest.find(char::is_whitespace) };
        let cut = at.filter(|_| parts.len() < limit).and_then(|at| rest.split_at_checked(at));
        let Some((before, after)) = cut else {
            parts.push(rest);
            break;
        };
        let (part, left) = if from_right { (after, before) } else { (before, after) };
        parts.push(part.trim());
        rest = left.get(without_margin(left)).unwrap_or_default();
    }
    if from_right {
        parts.reverse();
    }
    parts
}

fn lines(text: &str, keep_ends: bool) -> Vec<&str> {
    let strip = |line: &'_ str| line.trim_end_matches(['\n', '\r']).len();
    text.split_inclusive('\n')
        .map(|line| if keep_ends { line } else { line.get(..strip(line)).unwrap_or(line) })
        .collect()
}

fn partition(text: &str, from_right: bool, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let separator = arguments.string(0, "sep")?;
    let parts = if from_right { text.rsplit_once(&*separator) } else { text.split_once(&*separator) };
    Ok(match (parts, from_right) {
        (Some((before, after)), _) => Value::from((before, separator.as_str(), after)),
        (None, false) => Value::from((text, "", "")),
        (None, true) => Value::from(("", "", text)),
    })
}

fn replace(text: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let (old, new) = (arguments.string(0, "old")?, arguments.string(1, "new")?);
    let count = arguments.optional_integer(2, "count")?.and_then(|count| usize::try_from(count).ok());
    Ok(Value::from(match count {
        Some(count) => text.replacen(&old, &new, count),
        None => text.replace(&old, &new),
    }))
}

/// Methods that look for a string in another.
fn searches(text: &str, name: &str, arguments: &Arguments<'_>) -> Option<Result<Value, Error>> {
    Some(match name {
        "startswith" | "endswith" => affix(text, name == "startswith", arguments),
        "find" | "rfind" | "index" | "rindex" => find(text, name, arguments),
        "count" => arguments.string(0, "sub").map(|sub| {
            // The empty string stands before, between and after all characters.
            Value::from(text.matches(&*sub).count())
        }),
        _ => return None,
    })
}

/// `startswith` and `endswith` take one string or a tuple of them.
fn affix(text: &str, at_start: bool, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let wanted = arguments.required(0, "prefix")?;
    let text = window(text, arguments.optional_integer(1, "start")?, arguments.optional_integer(2, "end")?).1;
    let fits = |affix: &str| if at_start { text.starts_with(affix) } else { text.ends_with(affix) };
    if let Some(affix) = wanted.as_str() {
        return Ok(Value::from(fits(affix)));
    }
    if !wanted.is_tuple() {
        let kind = type_name(&wanted);
        return Err(raise_message(format!(
            "a string starts and ends with strings or a tuple, not with {kind}"
        )));
    }
    Ok(Value::from(wanted.try_iter()?.any(|affix| affix.as_str().is_some_and(fits))))
}

/// The part of `text` between two places counted in characters, and how many
/// characters stand before it.
fn window(text: &str, start: Option<i64>, end: Option<i64>) -> (usize, &str) {
    if start.is_none() && end.is_none() {
        return (0, text);
    }
    let count = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let place =
        |at: i64| usize::try_from(if at < 0 { (at + count).max(0) } else { at.min(count) }).unwrap_or(0);
    let offset = |chars: usize| text.char_indices().nth(chars).map_or(text.len(), |(offset, _)| offset);
    let (start, end) = (place(start.unwrap_or(0)), place(end.unwrap_or(count)));
    (start, text.get(offset(start)..offset(end)).unwrap_or_default())
}

fn find(text: &str, name: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let sub = arguments.string(0, "sub")?;
    let (before, part) =
        window(text, arguments.optional_integer(1, "start")?, arguments.optional_integer(2, "end")?);
    let offset = if name.starts_with('r') { part.rfind(&*sub) } else { part.find(&*sub) };
    match offset.and_then(|offset| part.get(..offset)) {
        Some(skipped) => Ok(Value::from(before + skipped.chars().count())),
        None if name.ends_with("index") => Err(raise_message(format!("'{sub}' is not in the string"))),
        None => Ok(Value::from(-1)),
    }
}

/// Methods that fill a string up.
fn padding(text: &str, name: &str, arguments: &Arguments<'_>) -> Option<Result<Value, Error>> {
    if !matches!(name, "ljust" | "rjust" | "center" | "zfill") {
        return None;
    }
    Some(pad(text, name, arguments))
}

fn pad(text: &str, name: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let width =
        arguments.optional_integer(0, "width")?.and_then(|width| usize::try_from(width).ok()).unwrap_or(0);
    let fill = arguments.optional_string(1, "fillchar")?.unwrap_or_else(|| " ".to_owned());
    let missing = width.saturating_sub(text.chars().count());
    if missing.saturating_mul(fill.len()) > MOST_FILLED {
        return Err(raise_message("the filled string is too large"));
    }
    Ok(Value::from(match name {
        "ljust" => format!("{text}{}", fill.repeat(missing)),
        "rjust" => format!("{}{text}", fill.repeat(missing)),
        "zfill" => {
            let (sign, digits) = text.split_at(text.len() - text.trim_start_matches(['-', '+']).len());
            format!("{sign}{}{digits}", "0".repeat(missing))
        }
        _ => {
            // Python puts the odd one to the left when the width is odd.
            let left = missing / 2 + (missing & width & 1);
            format!("{}{text}{}", fill.repeat(left), fill.repeat(missing - left))
        }
    }))
}

fn join(separator: &str, items: &Value) -> Result<Value, Error> {
    let mut out = String::new();
    for (at, item) in items.try_iter()?.enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        match item.as_str() {
            Some(text) => out.push_str(text),
            None => {
                return Err(raise_message(format!(
                    "`join` takes strings, item {at} is {}",
                    type_name(&item)
                )));
            }
        }
    }
    Ok(Value::from(out))
}
