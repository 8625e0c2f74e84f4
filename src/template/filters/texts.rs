//! Filters of texts.

use std::fmt::Write;

use minijinja::value::{Rest, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, State, Value};

use super::numbers::defined;
use crate::template::engine::depends_on_run;
use crate::template::error::raise_message;
use crate::template::functions::{Style, value_json};
use crate::template::python;
use crate::template::values::{Arguments, pairs, text};

/// Adds the filters.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("string", |value: &Value| match value.as_str() {
        Some(_) => value.clone(),
        None => Value::from(text(value)),
    });
    environment.add_filter("upper", |value: &Value| text(value).to_uppercase());
    environment.add_filter("lower", |value: &Value| text(value).to_lowercase());
    environment.add_filter("capitalize", |value: &Value| python::capitalize(&text(value)));
    environment.add_filter("title", |value: &Value| title(&text(value)));
    environment
        .add_filter("trim", |value: &Value, args: Rest<ValueOrKwargs>| trim(value, &args.into_values()));
    environment.add_filter("replace", |value: &Value, args: Rest<ValueOrKwargs>| {
        replace(value, &args.into_values())
    });
    environment
        .add_filter("format", |value: &Value, args: Rest<ValueOrKwargs>| format(value, &args.into_values()));
    environment
        .add_filter("tojson", |value: &Value, args: Rest<ValueOrKwargs>| json(value, &args.into_values()));
    environment.add_filter("truncate", |value: &Value, args: Rest<ValueOrKwargs>| {
        truncate(value, &args.into_values())
    });
    environment.add_filter("center", |value: &Value, width: Option<i64>| {
        python::method(&Value::from(text(value)), "center", &[Value::from(width.unwrap_or(80))])
    });
    environment.add_filter("wordcount", |value: &Value| {
        text(value).split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).count()
    });
    environment.add_filter("wordwrap", |value: &Value, args: Rest<ValueOrKwargs>| {
        word_wrap(value, &args.into_values())
    });
    environment.add_filter("striptags", |value: &Value| minijinja_contrib::filters::striptags(text(value)));
    environment.add_filter("filesizeformat", minijinja_contrib::filters::filesizeformat);
    environment.add_filter("xmlattr", |value: &Value, args: Rest<ValueOrKwargs>| {
        xml_attributes(value, &args.into_values())
    });
    environment.add_filter("random", |state: &mut State<'_, '_>, value: &Value| {
        depends_on_run(state);
        minijinja_contrib::filters::random(state, value)
    });
    environment.add_filter("indent", |state: &State<'_, '_>, value: &Value, args: Rest<ValueOrKwargs>| {
        defined(state, value)?;
        indent(value, &args.into_values())
    });
    for name in ["escape", "e", "forceescape"] {
        environment.add_filter(name, move |value: &Value| {
            let is_escaped = value.is_safe() && name != "forceescape";
            if is_escaped { value.clone() } else { Value::from_safe_string(escape(&text(value))) }
        });
    }
    environment.add_filter("urlencode", url_encode);
    environment.add_filter("pprint", |value: &Value| crate::template::values::repr(value));
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A text for a URL's path; of a dict or a list of pairs, the text behind its question mark.
fn url_encode(value: &Value) -> Result<String, Error> {
    let has_pairs = matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Iterable);
    if !has_pairs {
        return Ok(quoted(&text(value), "/"));
    }
    let field = |value: &Value| quoted(&text(value), "").replace("%20", "+");
    let fields = pairs(value)?.into_iter().map(|(key, value)| format!("{}={}", field(&key), field(&value)));
    Ok(fields.collect::<Vec<_>>().join("&"))
}

/// Every byte by its number but letters, digits and those that are safe.
fn quoted(text: &str, safe: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "_.-~".contains(c) || safe.contains(c) {
            out.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Jinja2's own rule for words: they start after spaces and opening brackets.
fn title(text: &str) -> String {
    let starts = |c: char| c.is_whitespace() || matches!(c, '-' | '(' | '{' | '[' | '<');
    let mut out = String::with_capacity(text.len());
    let mut at_start = true;
    for c in text.chars() {
        if at_start {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        at_start = starts(c);
    }
    out
}

fn trim(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let chars = Arguments::new("trim", args).optional_string(0, "chars")?;
    let text = text(value);
    let trims = |c: char| chars.as_ref().map_or(c.is_whitespace(), |chars| chars.contains(c));
    Ok(Value::from(text.trim_matches(trims)))
}

/// `replace(old, new, count=None)`.
fn replace(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("replace", args);
    let (old, new) = (text(&arguments.required(0, "old")?), text(&arguments.required(1, "new")?));
    let count = arguments.optional_integer(2, "count")?.and_then(|count| usize::try_from(count).ok());
    Ok(Value::from(match count {
        Some(count) => text(value).replacen(&old, &new, count),
        None => text(value).replace(&old, &new),
    }))
}

/// `'%s' | format(x)`: `%` with the arguments as a tuple, or those with names.
fn format(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("format", args);
    let keywords = arguments.keywords();
    let values = if keywords.is_empty() {
        Value::from(minijinja::value::Tuple::new(arguments.positional().to_vec()))
    } else {
        crate::template::values::dict(keywords)
    };
    python::percent(&text(value), &values).map(Value::from)
}

/// `tojson(indent=None)`: keys sorted, and safe within HTML, as Jinja2's.
fn json(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let indent = Arguments::new("tojson", args).optional_integer(0, "indent")?;
    let indent = indent.and_then(|indent| usize::try_from(indent).ok());
    value_json(value, Style { sort_keys: true, indent, escape_html: true }).map(Value::from)
}

/// `truncate(length=255, killwords=False, end='...', leeway=5)`.
fn truncate(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("truncate", args);
    let number = |at, name, default| -> Result<usize, Error> {
        Ok(arguments
            .optional_integer(at, name)?
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or(default))
    };
    let (length, leeway) = (number(0, "length", 255)?, number(3, "leeway", 5)?);
    let end = arguments.optional_string(2, "end")?.unwrap_or_else(|| "...".to_owned());
    let text = text(value);
    let count = end.chars().count();
    if length < count {
        return Err(raise_message(format!("`truncate` needs a length of at least {count}")));
    }
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(Value::from(text));
    }
    let cut: String = text.chars().take(length - count).collect();
    if arguments.flag(1, "killwords") {
        return Ok(Value::from(cut + &end));
    }
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before);
    Ok(Value::from(format!("{whole_words}{end}")))
}

/// `indent(width=4, first=False, blank=False)`; the width may be a text.
fn indent(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("indent", args);
    let margin = match arguments.get(0, "width") {
        Some(margin) if margin.as_str().is_some() => text(&margin),
        _ => {
            let width = arguments.optional_integer(0, "width")?.unwrap_or(4).clamp(0, 10_000);
            " ".repeat(usize::try_from(width).unwrap_or(0))
        }
    };
    let (first, blank) = (arguments.flag(1, "first"), arguments.flag(2, "blank"));
    let value = text(value);
    let lines: Vec<String> = value
        .split('\n')
        .enumerate()
        .map(|(at, line)| {
            let is_indented = if at == 0 { first } else { blank || !line.is_empty() };
            if is_indented { format!("{margin}{line}") } else { line.to_owned() }
        })
        .collect();
    Ok(Value::from(lines.join("\n")))
}

/// `wordwrap(width=79)`: breaks lines between words, long words within.
fn word_wrap(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("wordwrap", args);
    let width = arguments
        .optional_integer(0, "width")?
        .and_then(|width| usize::try_from(width).ok())
        .unwrap_or(79)
        .max(1);
    let breaks_words = arguments.get(1, "break_long_words").is_none_or(|breaks| breaks.is_true());
    let newline = arguments.optional_string(2, "wrapstring")?.unwrap_or_else(|| "\n".to_owned());
    let wrapped: Vec<String> =
        text(value).lines().map(|line| wrap_line(line, width, breaks_words, &newline)).collect();
    Ok(Value::from(wrapped.join(&newline)))
}

fn wrap_line(line: &str, width: usize, breaks_words: bool, newline: &str) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for word in line.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        let room = lines.last().map_or(0, |line| line.chars().count());
        if room > 0 && room + 1 + word.len() <= width {
            if let Some(last) = lines.last_mut() {
                last.push(' ');
                last.extend(word);
            }
            continue;
        }
        if room > 0 {
            lines.push(String::new());
        }
        while breaks_words && word.len() > width {
            let rest = word.split_off(width);
            if let Some(last) = lines.last_mut() {
                last.extend(word);
            }
            lines.push(String::new());
            word = rest;
        }
        if let Some(last) = lines.last_mut() {
            last.extend(word);
        }
    }
    lines.join(newline)
}

/// `xmlattr(autospace=True)`: a dict as attributes of a tag.
fn xml_attributes(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let spaced = Arguments::new("xmlattr", args).get(0, "autospace").is_none_or(|spaced| spaced.is_true());
    let mut out = String::new();
    for (key, item) in pairs(value)? {
        if item.is_none() || item.is_undefined() {
            continue;
        }
        if spaced || !out.is_empty() {
            out.push(' ');
        }
        let escaped = escape(&text(&item));
        out.extend([text(&key).as_str(), "=\"", &escaped, "\""]);
    }
    Ok(Value::from(out))
}
