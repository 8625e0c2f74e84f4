//! An object of JSON, made of what a node holds without copying it: a large manifest is
//! written of such objects, one after the other.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value as Json};

use crate::manifest::Values;

/// Fields in order, each key once.
#[derive(Default)]
pub(super) struct Object<'a>(Vec<(&'a str, Field<'a>)>);

/// What an object says under a key.
pub(super) enum Field<'a> {
    Null,
    Flag(bool),
    Text(&'a str),
    Texts(&'a [String]),
    Known(&'a Json),
    Settings(&'a Map<String, Json>),
    Values(&'a Values),
    Made(Json),
    List(Vec<Field<'a>>),
    Object(Object<'a>),
}

/// An object of these fields.
pub(super) fn object<'a, const N: usize>(fields: [(&'a str, Field<'a>); N]) -> Object<'a> {
    Object(fields.into())
}

impl<'a> Object<'a> {
    /// Adds fields whose keys are not there.
    pub(super) fn extend(&mut self, fields: impl IntoIterator<Item = (&'a str, Field<'a>)>) {
        self.0.extend(fields);
    }

    /// Sets a field, where it is if it is there.
    pub(super) fn insert(&mut self, key: &'a str, field: Field<'a>) {
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, earlier)) => *earlier = field,
            None => self.0.push((key, field)),
        }
    }

    /// Whether something is said under a key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(known, _)| *known == key)
    }

    /// Changes what is said under a key, if anything is.
    pub(super) fn change(&mut self, key: &str, change: impl FnOnce(&mut Json)) {
        if let Some((_, field)) = self.0.iter_mut().find(|(known, _)| *known == key) {
            let mut json = std::mem::replace(field, Field::Null).into();
            change(&mut json);
            *field = Field::Made(json);
        }
    }
}

impl<'a> IntoIterator for Object<'a> {
    type Item = (&'a str, Field<'a>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> FromIterator<(&'a str, Field<'a>)> for Object<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, Field<'a>)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl From<Object<'_>> for Map<String, Json> {
    fn from(object: Object<'_>) -> Self {
        object.into_iter().map(|(key, field)| (key.to_owned(), field.into())).collect()
    }
}

impl From<Object<'_>> for Json {
    fn from(object: Object<'_>) -> Self {
        Self::Object(object.into())
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, field) in &self.0 {
            map.serialize_entry(key, field)?;
        }
        map.end()
    }
}

impl From<Field<'_>> for Json {
    fn from(field: Field<'_>) -> Self {
        match field {
            Field::Null => Self::Null,
            Field::Flag(flag) => flag.into(),
            Field::Text(text) => text.into(),
            Field::Texts(texts) => texts.into(),
            Field::Known(json) => json.clone(),
            Field::Settings(settings) => settings.clone().into(),
            Field::Values(values) => values.to_object().into(),
            Field::Made(json) => json,
            Field::List(items) => items.into_iter().map(Self::from).collect(),
            Field::Object(object) => object.into(),
        }
    }
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Texts(texts) => texts.serialize(serializer),
            Self::Known(json) => json.serialize(serializer),
            Self::Settings(settings) => settings.serialize(serializer),
            Self::Values(values) => serializer.collect_map(values.iter()),
            Self::Made(json) => json.serialize(serializer),
            Self::List(items) => items.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl From<Json> for Field<'_> {
    fn from(json: Json) -> Self {
        Self::Made(json)
    }
}

impl From<String> for Field<'_> {
    fn from(text: String) -> Self {
        Self::Made(text.into())
    }
}

impl From<f64> for Field<'_> {
    fn from(number: f64) -> Self {
        Self::Made(number.into())
    }
}

impl From<usize> for Field<'_> {
    fn from(number: usize) -> Self {
        Self::Made(number.into())
    }
}

impl From<bool> for Field<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<'a> From<&'a str> for Field<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Field<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a Vec<String>> for Field<'a> {
    fn from(texts: &'a Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl<'a> From<&'a Json> for Field<'a> {
    fn from(json: &'a Json) -> Self {
        Self::Known(json)
    }
}

impl<'a> From<&'a Map<String, Json>> for Field<'a> {
    fn from(settings: &'a Map<String, Json>) -> Self {
        Self::Settings(settings)
    }
}

impl<'a> From<&'a Values> for Field<'a> {
    fn from(values: &'a Values) -> Self {
        Self::Values(values)
    }
}

impl<'a> From<Object<'a>> for Field<'a> {
    fn from(object: Object<'a>) -> Self {
        Self::Object(object)
    }
}

impl<'a, T: Into<Field<'a>>> From<Option<T>> for Field<'a> {
    fn from(field: Option<T>) -> Self {
        field.map_or(Self::Null, Into::into)
    }
}

impl<'a> FromIterator<Field<'a>> for Field<'a> {
    fn from_iter<I: IntoIterator<Item = Field<'a>>>(items: I) -> Self {
        Self::List(items.into_iter().collect())
    }
}
