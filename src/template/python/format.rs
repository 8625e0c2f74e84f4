//! `'%s' % x` and `'{}'.format(x)`.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::spec::Spec;
use crate::template::error::raise_message;
use crate::template::values::{Arguments, repr, text, type_name};

/// `template % values`.
///
/// # Errors
/// The template is malformed or does not fit the values.
pub(crate) fn percent(template: &str, values: &Value) -> Result<String, Error> {
    let mut values = Values::new(values)?;
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        rest = values.field(after, &mut out)?;
    }
    out.push_str(rest);
    if values.is_list && !values.left.is_empty() {
        return Err(raise_message("not all values were used by the format"));
    }
    Ok(out)
}

/// The values of a `%` format: a tuple gives one after the other, a dict by name.
struct Values {
    all: Value,
    left: Vec<Value>,
    is_list: bool,
}

impl Values {
    fn new(values: &Value) -> Result<Self, Error> {
        let mut left = if values.is_tuple() { values.try_iter()?.collect() } else { vec![values.clone()] };
        left.reverse();
        Ok(Self { all: values.clone(), left, is_list: values.is_tuple() || values.kind() != ValueKind::Map })
    }

    fn next(&mut self) -> Result<Value, Error> {
        self.left.pop().ok_or_else(|| raise_message("the format asks for more values than there are"))
    }

    /// Writes the field that starts at `rest`; returns what follows it.
    fn field<'a>(&mut self, rest: &'a str, out: &mut String) -> Result<&'a str, Error> {
        let (key, rest) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            Some((key, rest)) => (Some(key), rest),
            None => (None, rest),
        };
        let spec_length = rest.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(rest.len());
        let (flags, rest) = rest.split_at_checked(spec_length).unwrap_or((rest, ""));
        let mut chars = rest.chars();
        let Some(mut conversion) = chars.next() else {
            return Err(raise_message("the format ends in the middle of a field"));
        };
        if matches!(conversion, 'l' | 'h' | 'L') {
            conversion = chars.next().unwrap_or('d');
        }
        if conversion == '%' {
            out.push('%');
            return Ok(chars.as_str());
        }
        let spec = self.spec(flags)?;
        let value = match key {
            Some(key) => {
                self.is_list = false;
                self.all.get_item(&Value::from(key)).unwrap_or_default()
            }
            None => self.next()?,
        };
        out.push_str(&convert(&value, conversion, &spec)?);
        Ok(chars.as_str())
    }

    /// Reads `-08.2`; a `*` takes its number from the values.
    fn spec(&mut self, flags: &str) -> Result<Spec, Error> {
        let mut filled = String::new();
        for c in flags.chars() {
            if c == '*' { filled.push_str(&text(&self.next()?)) } else { filled.push(c) }
        }
        Ok(Spec::of_percent(&filled))
    }
}

fn convert(value: &Value, conversion: char, spec: &Spec) -> Result<String, Error> {
    match conversion {
        's' => Ok(spec.string(&text(value))),
        'c' => Ok(spec.string(&character(value)?)),
        'r' => Ok(spec.string(&repr(value))),
        'a' => Ok(spec.string(&ascii(value))),
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let kind = if matches!(conversion, 'i' | 'u') { 'd' } else { conversion };
            spec.with_kind(kind).number(&truncated(value)?)
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => spec.with_kind(conversion).number(value),
        other => Err(raise_message(format!("`%{other}` is no conversion"))),
    }
}

/// What `%c` prints: one character, or the one that has this number.
fn character(value: &Value) -> Result<String, Error> {
    let number = value.as_i64().and_then(|number| u32::try_from(number).ok());
    match (value.as_str(), number.and_then(char::from_u32)) {
        (Some(text), _) if text.chars().count() == 1 => Ok(text.to_owned()),
        (None, Some(c)) => Ok(c.to_string()),
        _ => Err(raise_message(format!("`%c` takes a character or its number, not {}", type_name(value)))),
    }
}

/// Python's `ascii()`: as `repr()`, other characters by their numbers.
fn ascii(value: &Value) -> String {
    let mut out = String::new();
    for c in repr(value).chars() {
        match u32::from(c) {
            0..=0x7f => out.push(c),
            number @ 0x80..=0xff => out.extend(["\\x", &format!("{number:02x}")]),
            number @ 0x100..=0xffff => out.extend(["\\u", &format!("{number:04x}")]),
            number => out.extend(["\\U", &format!("{number:08x}")]),
        }
    }
    out
}

/// `%d` cuts off fractions.
fn truncated(value: &Value) -> Result<Value, Error> {
    if value.is_integer() || value.kind() == ValueKind::Bool {
        return Ok(value.clone());
    }
    match super::spec::float(value) {
        #[expect(clippy::cast_possible_truncation, reason = "that is what `%d` does")]
        Some(float) if value.as_str().is_none() => Ok(super::arithmetic::integer(float.trunc() as i128)),
        _ => Err(raise_message(format!("`%d` takes a number, not {}", type_name(value)))),
    }
}

/// `template.format(..)`.
///
/// # Errors
/// The template is malformed or does not fit the arguments.
pub(crate) fn str_format(template: &str, arguments: &Arguments<'_>) -> Result<String, Error> {
    let mut next = 0;
    let find = |name: &str| -> Option<Value> {
        match name.parse::<usize>() {
            Ok(at) => arguments.positional().get(at).cloned(),
            Err(_) => arguments.keyword(name),
        }
    };
    fill(template, &mut next, &find)
}

/// `template.format_map(mapping)`.
///
/// # Errors
/// As [`str_format`].
pub(crate) fn str_format_map(template: &str, mapping: &Value) -> Result<String, Error> {
    let find = |name: &str| mapping.get_item(&Value::from(name)).ok().filter(|found| !found.is_undefined());
    fill(template, &mut 0, &find)
}

fn fill(template: &str, next: &mut usize, find: &dyn Fn(&str) -> Option<Value>) -> Result<String, Error> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        if let Some(after) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
            out.push_str(brace.get(..1).unwrap_or_default());
            rest = after;
            continue;
        }
        let Some((field, after)) = brace.strip_prefix('{').and_then(split_field) else {
            return Err(raise_message("a single `{` or `}` stands in the format"));
        };
        out.push_str(&replacement(field, next, find)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// Splits at the brace that closes a field; a spec may hold fields itself.
fn split_field(rest: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some((rest.get(..at)?, rest.get(at + 1..)?)),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The text of one field: `name.attr[key]!r:spec`.
fn replacement(field: &str, next: &mut usize, find: &dyn Fn(&str) -> Option<Value>) -> Result<String, Error> {
    let (path, spec) = field.split_once(':').unwrap_or((field, ""));
    let (path, conversion) = path.split_once('!').unwrap_or((path, ""));
    let name_end = path.find(['.', '[']).unwrap_or(path.len());
    let (name, members) = path.split_at_checked(name_end).unwrap_or((path, ""));
    let numbered;
    let name = if name.is_empty() {
        numbered = next.to_string();
        *next += 1;
        numbered.as_str()
    } else {
        name
    };
    let missing = || raise_message(format!("the format asks for `{name}`, which it was not given"));
    let mut value = find(name).ok_or_else(missing)?;
    for member in members.split(['.', '[']).skip(1) {
        let member = member.trim_end_matches(']');
        let key = member.parse::<i64>().map_or_else(|_| Value::from(member), Value::from);
        value = value.get_item(&key)?;
    }
    let spec = if spec.contains('{') { fill(spec, next, find)? } else { spec.to_owned() };
    if let Some(formatted) = crate::template::datetime::formatted(&value, &spec) {
        return formatted;
    }
    match conversion {
        "r" => Ok(Spec::of_format(&spec)?.string(&repr(&value))),
        "a" => Ok(Spec::of_format(&spec)?.string(&ascii(&value))),
        "s" => Ok(Spec::of_format(&spec)?.string(&text(&value))),
        _ if spec.is_empty() => Ok(text(&value)),
        _ => Spec::of_format(&spec)?.value(&value),
    }
}
