//! JSON as Python's `json.dumps` writes it.

use std::fmt::Write;

use minijinja::Error;
use serde_json::Value as Json;

use crate::template::values::float_text;

/// How JSON is written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Style {
    /// Whether keys are sorted.
    pub(crate) sort_keys: bool,
    /// Spaces for each level; none for one line.
    pub(crate) indent: Option<usize>,
    /// Whether `<`, `>`, `&` and `'` are escaped, as Jinja's filter does.
    pub(crate) escape_html: bool,
}

/// JSON with Python's separators (`", "` and `": "`) and ASCII escapes.
pub(crate) fn write_json(json: &Json, style: Style) -> String {
    let mut out = String::new();
    // JSON has a form for all of it.
    let _ = Writer { out: &mut out, style }.value(json, 1);
    out
}

/// JSON in one line, as Python writes it.
#[must_use]
pub fn python_json(json: &Json) -> String {
    write_json(json, Style::default())
}

/// The same with sorted keys.
#[must_use]
pub fn sorted_python_json(json: &Json) -> String {
    write_json(json, Style { sort_keys: true, ..Style::default() })
}

pub(super) struct Writer<'a> {
    pub(super) out: &'a mut String,
    pub(super) style: Style,
}

impl Writer<'_> {
    fn value(&mut self, json: &Json, depth: usize) -> Result<(), Error> {
        match json {
            Json::Null => self.out.push_str("null"),
            Json::Bool(bool) => self.out.push_str(if *bool { "true" } else { "false" }),
            Json::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
                Some(float) => self.out.push_str(&float_text(float)),
                None => self.out.push_str(&number.to_string()),
            },
            Json::String(string) => self.string(string),
            Json::Array(items) => {
                self.items('[', items.iter(), ']', depth, |writer, item| writer.value(item, depth + 1))?;
            }
            Json::Object(entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                if self.style.sort_keys {
                    entries.sort_by_key(|(key, _)| key.as_str());
                }
                self.items('{', entries.into_iter(), '}', depth, |writer, (key, value)| {
                    writer.string(key);
                    writer.out.push_str(": ");
                    writer.value(value, depth + 1)
                })?;
            }
        }
        Ok(())
    }

    /// Items between brackets. What writes one of them may fail.
    pub(super) fn items<T>(
        &mut self,
        open: char,
        items: impl ExactSizeIterator<Item = T>,
        close: char,
        depth: usize,
        write: impl Fn(&mut Self, T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.out.push(open);
        let is_empty = items.len() == 0;
        for (at, item) in items.enumerate() {
            if at > 0 {
                self.out.push_str(if self.style.indent.is_some() { "," } else { ", " });
            }
            self.line(depth);
            write(self, item)?;
        }
        if !is_empty {
            self.line(depth - 1);
        }
        self.out.push(close);
        Ok(())
    }

    fn line(&mut self, depth: usize) {
        if let Some(indent) = self.style.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', indent.min(32) * depth));
        }
    }

    pub(super) fn string(&mut self, string: &str) {
        self.out.push('"');
        for c in string.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                '<' | '>' | '&' | '\'' if self.style.escape_html => self.escape(c),
                ' '..='~' => self.out.push(c),
                _ => self.escape(c),
            }
        }
        self.out.push('"');
    }

    fn escape(&mut self, c: char) {
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(self.out, "\\u{unit:04x}");
        }
    }
}
