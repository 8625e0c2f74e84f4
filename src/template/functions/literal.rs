//! Python's `ast.literal_eval`: a text that is a literal, as its value.

use minijinja::Value;
use minijinja::value::Tuple;

use crate::template::values::{dict, list, none};

/// Brackets nest this deep at most.
const DEPTH: usize = 64;

/// The value of a text that is a Python literal; `None` for other texts.
pub(crate) fn evaluate(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text.trim(), depth: 0 };
    let value = reader.value()?;
    reader.skip();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, mark: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self) -> Option<Value> {
        self.skip();
        if self.depth > DEPTH {
            return None;
        }
        self.depth += 1;
        let value = match self.rest.chars().next()? {
            '\'' | '"' => self.string(),
            '[' => self.items('[', ']').map(|(items, _)| list(items)),
            '(' => self.items('(', ')').map(|(items, has_comma)| match items.as_slice() {
                [only] if !has_comma => only.clone(),
                _ => Value::from(Tuple::new(items)),
            }),
            '{' => self.entries(),
            '-' | '+' | '.' | '0'..='9' => self.number(),
            _ => self.word(),
        };
        self.depth -= 1;
        value
    }

    fn word(&mut self) -> Option<Value> {
        for (word, value) in [("True", Value::from(true)), ("False", Value::from(false)), ("None", none())] {
            if self.take(word) {
                return Some(value);
            }
        }
        None
    }

    fn number(&mut self) -> Option<Value> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        let number = number.replace('_', "");
        let digits = number.trim_start_matches(['-', '+']);
        // Rust reads `inf`, `nan` and `007`; Python does not.
        let has_leading_zero =
            digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
        if has_leading_zero && digits.bytes().any(|byte| byte != b'0') {
            return None;
        }
        if let Ok(integer) = number.parse::<i64>() {
            return Some(Value::from(integer));
        }
        if let Ok(integer) = number.parse::<i128>() {
            return Some(Value::from(integer));
        }
        let is_float = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        number.parse::<f64>().ok().filter(|_| is_float).map(Value::from)
    }

    fn string(&mut self) -> Option<Value> {
        let mut chars = self.rest.chars();
        let quote = chars.next()?;
        let mut out = String::new();
        loop {
            match chars.next()? {
                c if c == quote => break,
                '\\' => match chars.next()? {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    'r' => out.push('\r'),
                    c @ ('\\' | '\'' | '"') => out.push(c),
                    c => out.extend(['\\', c]),
                },
                '\n' => return None,
                c => out.push(c),
            }
        }
        self.rest = chars.as_str();
        Some(Value::from(out))
    }

    /// The values between brackets, and whether a comma follows the last.
    fn items(&mut self, open: char, close: char) -> Option<(Vec<Value>, bool)> {
        self.rest = self.rest.strip_prefix(open)?;
        let mut items = Vec::new();
        let mut has_comma = false;
        let close = close.to_string();
        while !self.take(&close) {
            if !items.is_empty() && !has_comma {
                return None;
            }
            items.push(self.value()?);
            has_comma = self.take(",");
        }
        Some((items, has_comma))
    }

    fn entries(&mut self) -> Option<Value> {
        self.rest = self.rest.strip_prefix('{')?;
        let mut entries: Vec<(Value, Value)> = Vec::new();
        let mut may_go_on = true;
        while !self.take("}") {
            if !may_go_on {
                return None;
            }
            let key = self.value()?;
            if !self.take(":") {
                return None;
            }
            entries.push((key, self.value()?));
            may_go_on = self.take(",");
        }
        Some(dict(entries))
    }
}
