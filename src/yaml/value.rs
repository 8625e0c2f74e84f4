//! YAML as a tree with places.

use crate::source::Span;

/// A value and where it stands. The span of a text is that of its content,
/// without quotes, so that a template in it can be pointed into; the span of a
/// list or mapping reaches from its first to its last character.
#[derive(Debug, Clone, PartialEq)]
pub struct Yaml {
    /// Where it was written; for what an alias stands for, where the anchor is.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a piece of YAML is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// `true`, `yes`, `on` and their opposites.
    Bool(bool),
    /// A whole number; one beyond 64 bits is a [`Value::String`] of its digits.
    Int(i64),
    /// A number with a point, `.inf` or `.nan`.
    Float(f64),
    /// A text.
    String(String),
    /// A date or time without quotes, in the form of Python's `isoformat`.
    Time(String),
    /// A list.
    Seq(Vec<Yaml>),
    /// A mapping.
    Map(Map),
}

/// A key and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The text as written, without quotes: numbers and booleans are not converted.
    pub text: String,
    /// Whether it is a text to YAML; without quotes, `1` is a number and `on` a truth.
    pub is_text: bool,
    /// Where it was written.
    pub span: Span,
}

impl Value {
    /// What a text is that stands without quotes.
    #[must_use]
    pub fn of_plain(text: &str) -> Self {
        super::scalar::resolve(text)
    }
}

impl Key {
    /// A key that is a text.
    #[must_use]
    pub fn of_text(text: impl Into<String>, span: Span) -> Self {
        Self { text: text.into(), is_text: true, span }
    }

    /// What it is to YAML.
    #[must_use]
    pub fn value(&self) -> Value {
        if self.is_text { Value::String(self.text.clone()) } else { Value::of_plain(&self.text) }
    }
}

/// A mapping in the order in which it was written; each key stands once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Map {
    entries: Vec<(Key, Yaml)>,
}

impl Yaml {
    /// The text, if it is one; that of a date or time, too.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) | Value::Time(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self.value {
            Value::Int(number) => Some(number),
            _ => None,
        }
    }

    /// The list, if it is one.
    #[must_use]
    pub fn as_seq(&self) -> Option<&[Yaml]> {
        match &self.value {
            Value::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The mapping, if it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// What Python takes for true: anything but nothing, `false`, zero and what is empty.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        match &self.value {
            Value::Null => false,
            Value::Bool(flag) => *flag,
            Value::Int(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::String(text) => !text.is_empty(),
            Value::Time(_) => true,
            Value::Seq(items) => !items.is_empty(),
            Value::Map(map) => !map.is_empty(),
        }
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// What it is, in words: `a text`, `a list`, `a mapping`, …
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::String(_) => "a text",
            Value::Time(_) => "a date or time",
            Value::Seq(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The text of a scalar as Python prints it; `None` for lists and mappings.
    #[must_use]
    pub fn scalar_text(&self) -> Option<String> {
        match &self.value {
            Value::Null => Some("None".to_owned()),
            Value::Bool(true) => Some("True".to_owned()),
            Value::Bool(false) => Some("False".to_owned()),
            Value::Int(number) => Some(number.to_string()),
            Value::Float(number) => Some(super::emit_scalar::python_float(*number)),
            Value::String(text) | Value::Time(text) => Some(text.clone()),
            Value::Seq(_) | Value::Map(_) => None,
        }
    }

    /// The same without places. Infinities and not-a-number, which JSON lacks,
    /// become the texts `inf`, `-inf` and `nan`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(flag) => Json::Bool(*flag),
            Value::Int(number) => Json::from(*number),
            Value::Float(number) => serde_json::Number::from_f64(*number)
                .map_or_else(|| Json::String(super::emit_scalar::python_float(*number)), Json::Number),
            Value::String(text) | Value::Time(text) => Json::String(text.clone()),
            Value::Seq(items) => Json::Array(items.iter().map(Yaml::to_json).collect()),
            Value::Map(map) => Json::Object(map.to_json()),
        }
    }

    /// JSON as YAML that stands, all of it, at one place.
    #[must_use]
    pub fn from_json(json: &serde_json::Value, span: Span) -> Self {
        use serde_json::Value as Json;
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(whole), _) => Value::Int(whole),
                (None, Some(whole)) => Value::String(whole.to_string()),
                (None, None) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => Value::Seq(items.iter().map(|item| Self::from_json(item, span)).collect()),
            Json::Object(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| (Key::of_text(key, span), Self::from_json(value, span)))
                    .collect(),
            ),
        };
        Self { span, value }
    }
}

impl Map {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        self.entry(key).map(|(_, value)| value)
    }

    /// A key with its place, and its value.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<(&Key, &Yaml)> {
        self.iter().find(|(found, _)| found.text == key)
    }

    /// Whether the key is there, even with nothing as its value.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// All keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Yaml)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// All keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.text.as_str())
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sets a key; one that is there keeps its place in the order.
    pub fn insert(&mut self, key: Key, value: Yaml) {
        match self.entries.iter_mut().find(|(found, _)| found.text == key.text) {
            Some(entry) => *entry = (key, value),
            None => self.entries.push((key, value)),
        }
    }

    /// Takes a key out, with its value.
    pub fn remove(&mut self, key: &str) -> Option<(Key, Yaml)> {
        let at = self.entries.iter().position(|(found, _)| found.text == key)?;
        Some(self.entries.remove(at))
    }

    /// The same without places.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Map<String, serde_json::Value> {
        self.iter().map(|(key, value)| (key.text.clone(), value.to_json())).collect()
    }

    /// Of pairs whose keys are known to differ.
    pub(super) fn of_distinct(entries: Vec<(Key, Yaml)>) -> Self {
        Self { entries }
    }
}

impl FromIterator<(Key, Yaml)> for Map {
    fn from_iter<I: IntoIterator<Item = (Key, Yaml)>>(entries: I) -> Self {
        let mut map = Self::default();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl IntoIterator for Map {
    type Item = (Key, Yaml);
    type IntoIter = std::vec::IntoIter<(Key, Yaml)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}
