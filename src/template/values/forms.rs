//! What JSON cannot say of the values that it holds.

use minijinja::Value;
use minijinja::value::{Tuple, ValueKind};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::convert::{dict, key_text, list, scalar_value, to_value};
use super::set::PySet;
use crate::template::datetime::{self, iso_value};
use crate::yaml::{self, Yaml};

/// Beside a piece of JSON: which texts of it are dates, which lists are tuples, and which keys
/// are no texts. Most JSON needs nothing of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forms {
    own: Option<Form>,
    below: Vec<(String, Forms)>,
}

/// What a value is, where its JSON does not say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Form {
    /// The text of a date or time.
    Time,
    /// The text of a number that JSON lacks: `inf`, `-inf` or `nan`.
    Float,
    Tuple,
    Set,
    /// A mapping in which these keys are numbers, truths or nothing.
    Keys(Vec<String>),
}

static NOTHING: Forms = Forms { own: None, below: Vec::new() };

impl Forms {
    /// What the JSON of a piece of YAML does not say.
    #[must_use]
    pub fn of_yaml(yaml: &Yaml) -> Self {
        match &yaml.value {
            yaml::Value::Time(_) => Self::of(Form::Time),
            yaml::Value::Float(float) if !float.is_finite() => Self::of(Form::Float),
            yaml::Value::Seq(items) => Self { own: None, below: numbered(items.iter().map(Self::of_yaml)) },
            yaml::Value::Map(entries) => Self {
                own: keys(
                    entries.iter().map(|(key, _)| key).filter(|key| !key.is_text).map(|key| key.text.clone()),
                ),
                below: named(entries.iter().map(|(key, item)| (key.text.as_str(), Self::of_yaml(item)))),
            },
            _ => Self::default(),
        }
    }

    /// The same without dates: dbt keeps those of configurations as texts.
    #[must_use]
    pub fn of_yaml_config(yaml: &Yaml) -> Self {
        let mut forms = Self::of_yaml(yaml);
        forms.forget_times();
        forms
    }

    fn forget_times(&mut self) {
        self.own.take_if(|own| *own == Form::Time);
        self.below.iter_mut().for_each(|(_, below)| below.forget_times());
        self.below.retain(|(_, below)| !below.is_empty());
    }

    /// What the JSON of a value does not say.
    #[must_use]
    pub fn of_value(value: &Value) -> Self {
        match value.kind() {
            ValueKind::Seq | ValueKind::Iterable => Self {
                own: if value.is_tuple() {
                    Some(Form::Tuple)
                } else {
                    value.downcast_object_ref::<PySet>().map(|_| Form::Set)
                },
                below: numbered(value.try_iter().into_iter().flatten().map(|item| Self::of_value(&item))),
            },
            ValueKind::Map => {
                let all: Vec<Value> = value.try_iter().into_iter().flatten().collect();
                let item = |key: &Value| value.get_item(key).unwrap_or_default();
                Self {
                    own: keys(all.iter().filter(|key| key.as_str().is_none()).map(key_text)),
                    below: all
                        .iter()
                        .map(|key| (key_text(key), Self::of_value(&item(key))))
                        .filter(|(_, below)| !below.is_empty())
                        .collect(),
                }
            }
            ValueKind::Plain if matches!(datetime::type_name(value), Some("a date" | "a datetime")) => {
                Self::of(Form::Time)
            }
            _ => Self::default(),
        }
    }

    fn of(own: Form) -> Self {
        Self { own: Some(own), below: Vec::new() }
    }

    /// Whether the JSON says all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.own.is_none() && self.below.is_empty()
    }

    /// Whether they are those of a list that is none to Python, such as a tuple.
    #[must_use]
    pub fn is_no_list(&self) -> bool {
        matches!(self.own, Some(Form::Tuple | Form::Set))
    }

    /// Whether they are those of a mapping in which some keys are no texts.
    #[must_use]
    pub fn has_other_keys(&self) -> bool {
        matches!(self.own, Some(Form::Keys(_)))
    }

    /// Those of what stands under a key, or at a place of a list.
    #[must_use]
    pub fn below(&self, key: &str) -> &Self {
        self.below.iter().find(|(known, _)| known == key).map_or(&NOTHING, |(_, below)| below)
    }

    /// Those of an item of a list.
    #[must_use]
    pub fn item(&self, at: usize) -> &Self {
        if self.below.is_empty() { &NOTHING } else { self.below(&at.to_string()) }
    }

    /// Sets those of what stands under a key.
    pub fn set(&mut self, key: &str, forms: Self) {
        self.below.retain(|(known, _)| known != key);
        if !forms.is_empty() {
            self.below.push((key.to_owned(), forms));
        }
    }

    /// Lays those of a mapping over these of another one.
    pub fn update(&mut self, later: Self) {
        let mut all: Vec<String> = Vec::new();
        for own in [self.own.take(), later.own] {
            all.extend(
                own.into_iter().flat_map(|own| if let Form::Keys(keys) = own { keys } else { Vec::new() }),
            );
        }
        self.own = keys(all.into_iter());
        for (key, below) in later.below {
            self.set(&key, below);
        }
    }

    /// The value of JSON that these belong to.
    #[must_use]
    pub fn value(&self, json: &Json) -> Value {
        let plain = |text: &str| Ok::<_, std::convert::Infallible>(Value::from(text));
        match self.rendered(json, &plain) {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    /// The same, with texts that are no dates given by `render`.
    ///
    /// # Errors
    /// Those of `render`.
    pub fn rendered<E>(&self, json: &Json, render: &impl Fn(&str) -> Result<Value, E>) -> Result<Value, E> {
        match (json, &self.own) {
            (Json::String(text), Some(Form::Time)) => {
                Ok(iso_value(text).unwrap_or_else(|| Value::from(text.as_str())))
            }
            (Json::String(text), Some(Form::Float)) => Ok(Value::from(text.parse().unwrap_or(f64::NAN))),
            (Json::String(text), _) => render(text),
            (Json::Array(items), own) => {
                let item = |(at, item): (usize, &Json)| self.item(at).rendered(item, render);
                let items = items.iter().enumerate().map(item).collect::<Result<Vec<Value>, E>>()?;
                Ok(match own {
                    Some(Form::Tuple) => Value::from(Tuple::new(items)),
                    Some(Form::Set) => Value::from_object(PySet::new(items)),
                    _ => list(items),
                })
            }
            (Json::Object(fields), _) => {
                let field = |(key, item): (&String, &Json)| {
                    Ok((self.key(key), self.below(key).rendered(item, render)?))
                };
                Ok(dict(fields.iter().map(field).collect::<Result<Vec<_>, E>>()?))
            }
            (other, _) => Ok(to_value(other)),
        }
    }

    /// Whether keys of the mapping are no texts.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        matches!(self.own, Some(Form::Keys(_)))
    }

    /// A key of the mapping.
    #[must_use]
    pub fn key(&self, key: &str) -> Value {
        match &self.own {
            Some(Form::Keys(keys)) if keys.iter().any(|known| known == key) => {
                scalar_value(yaml::Value::of_plain(key))
            }
            _ => Value::from(key),
        }
    }
}

fn keys(keys: impl Iterator<Item = String>) -> Option<Form> {
    let keys: Vec<String> = keys.collect();
    (!keys.is_empty()).then_some(Form::Keys(keys))
}

fn numbered(items: impl Iterator<Item = Forms>) -> Vec<(String, Forms)> {
    let items = items.enumerate().filter(|(_, forms)| !forms.is_empty());
    items.map(|(at, forms)| (at.to_string(), forms)).collect()
}

fn named<'a>(entries: impl Iterator<Item = (&'a str, Forms)>) -> Vec<(String, Forms)> {
    let entries = entries.filter(|(_, forms)| !forms.is_empty());
    entries.map(|(key, forms)| (key.to_owned(), forms)).collect()
}

#[cfg(test)]
mod tests {
    use minijinja::value::Tuple;

    use super::*;
    use crate::source::SourceMap;
    use crate::template::values::{repr, to_json};

    #[test]
    fn values_of_yaml_come_back() {
        let check = |text: &str, expected: &str, of_config: &str| {
            let yaml = yaml::parse(&SourceMap::new().add("t.yml", text)).unwrap();
            let forms = [Forms::of_yaml(&yaml), Forms::of_yaml_config(&yaml)];
            let values = forms.map(|forms| repr(&forms.value(&yaml.to_json())));
            assert_eq!(values, [expected, of_config], "{text}");
        };
        let date = "datetime.date(2020, 1, 2)";
        check("{a: [1, x], b: ~}", "{'a': [1, 'x'], 'b': None}", "{'a': [1, 'x'], 'b': None}");
        check("[x, 2020-01-02]", &format!("['x', {date}]"), "['x', '2020-01-02']");
        check("{1: {2.5: a}, ~: b}", "{1: {2.5: 'a'}, None: 'b'}", "{1: {2.5: 'a'}, None: 'b'}");
        check("{a: .inf, b: 'inf'}", "{'a': inf, 'b': 'inf'}", "{'a': inf, 'b': 'inf'}");
    }

    #[test]
    fn values_of_templates_come_back() {
        let pair = Value::from(Tuple::new(vec![Value::from(1), Value::from("a")]));
        let value = dict([(Value::from(1), pair.clone()), (Value::from("s"), list([pair]))]);
        let forms = Forms::of_value(&value);
        assert_eq!(repr(&forms.value(&to_json(&value))), "{1: (1, 'a'), 's': [(1, 'a')]}");
        assert!(Forms::of_value(&list([Value::from("a")])).is_empty());
    }

    #[test]
    fn later_forms_stand_over_earlier_ones() {
        let of = |text: &str| Forms::of_yaml(&yaml::parse(&SourceMap::new().add("t.yml", text)).unwrap());
        let mut forms = of("{1: a, x: 2020-01-02}");
        forms.update(of("{2: b, y: 2020-01-02}"));
        forms.set("x", Forms::default());
        assert_eq!(forms, of("{1: a, 2: b, y: 2020-01-02}"));
    }
}
