//! JSON as Python's `json.loads` reads it: whole numbers of any size that we hold, `NaN`,
//! `Infinity`, and infinity for what is too big for a float.

use minijinja::Value;

use crate::template::python;
use crate::template::values::{dict, list, none};

/// Lists and objects may nest this deep.
const DEEPEST: usize = 500;

/// The value of a text; `None` where it is no JSON.
pub(super) fn read_json(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = reader.value()?;
    reader.skip_blanks();
    (reader.at == text.len()).then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    /// Takes what stands next, after blanks.
    fn take(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn value(&mut self) -> Option<Value> {
        let words = [
            ("null", none()),
            ("true", Value::from(true)),
            ("false", Value::from(false)),
            ("NaN", Value::from(f64::NAN)),
            ("Infinity", Value::from(f64::INFINITY)),
            ("-Infinity", Value::from(f64::NEG_INFINITY)),
        ];
        if let Some((_, value)) = words.into_iter().find(|(word, _)| self.take(word)) {
            return Some(value);
        }
        match self.rest().chars().next()? {
            '"' => self.string().map(Value::from),
            '[' => self.nested(Self::array),
            '{' => self.nested(Self::object),
            _ => self.number(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Value>) -> Option<Value> {
        self.depth += 1;
        let value = if self.depth > DEEPEST { None } else { read(self) };
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Option<Value> {
        self.take("[");
        let mut items = Vec::new();
        if self.take("]") {
            return Some(list(items));
        }
        loop {
            items.push(self.value()?);
            if self.take("]") {
                return Some(list(items));
            }
            self.take(",").then_some(())?;
        }
    }

    fn object(&mut self) -> Option<Value> {
        self.take("{");
        let mut entries: Vec<(String, Value)> = Vec::new();
        if self.take("}") {
            return Some(dict(entries));
        }
        loop {
            self.skip_blanks();
            let key = self.string()?;
            self.take(":").then_some(())?;
            entries.push((key, self.value()?));
            if self.take("}") {
                return Some(dict(entries));
            }
            self.take(",").then_some(())?;
        }
    }

    fn string(&mut self) -> Option<String> {
        let inside = self.rest().strip_prefix('"')?;
        let mut is_escaped = false;
        let end = inside.find(|c| {
            let ends = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends
        })?;
        let quoted = self.rest().get(..end + 2)?;
        self.at += quoted.len();
        serde_json::from_str(quoted).ok()
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
        let written = rest.get(..end.unwrap_or(rest.len()))?;
        self.at += written.len();
        let digits = written.strip_prefix('-').unwrap_or(written);
        let whole = digits
            .find(|c: char| !c.is_ascii_digit())
            .map_or(digits, |end| digits.get(..end).unwrap_or_default());
        if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        if whole.len() == digits.len()
            && let Ok(integer) = written.parse::<i128>()
        {
            return Some(python::integer_value(integer));
        }
        let after = digits.get(whole.len()..)?.strip_prefix('.');
        let has_fraction = after.is_none_or(|after| after.starts_with(|c: char| c.is_ascii_digit()));
        written.parse::<f64>().ok().filter(|_| has_fraction).map(Value::from)
    }
}

#[cfg(test)]
mod tests {
    use super::read_json;
    use crate::template::values::repr;

    #[test]
    fn json_is_read_as_python_reads_it() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(read_json(text).as_ref().map(repr).as_deref(), expected, "{text}");
        };
        check("123456789012345678901234567890", Some("123456789012345678901234567890"));
        check(" [1.0, 1e5, 1E400, -0, -0.0, 1.10] ", Some("[1.0, 100000.0, inf, 0, -0.0, 1.1]"));
        check("[NaN, Infinity, -Infinity, null, true]", Some("[nan, inf, -inf, None, True]"));
        check(r#"{"a": {"b": []}, "c" : {}, "a": 2}"#, Some("{'a': 2, 'c': {}}"));
        check(r#""\u00e9\ud83d\ude00\"\\""#, Some("'é😀\"\\\\'"));
        for text in
            ["", "nul", "01", "1.", ".5", "+1", "[1,]", "{\"a\"}", "{a: 1}", "1 2", "'a'", "\"a", "1e", "--1"]
        {
            check(text, None);
        }
        check(&"[".repeat(100_000), None);
    }
}
