//! An object of JSON, made of what a node holds without copying it: a large manifest is
//! written of such objects, one after the other.

use serde_json::{Map, Value as Json};

use super::json_text::{write_flag, write_list, write_object, write_text, write_value};
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
    /// An object that so many fields can be added to without being moved.
    pub(super) fn with_room(fields: usize) -> Self {
        Self(Vec::with_capacity(fields))
    }

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

    /// Adds its text.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        write_object(out, self.0.iter().map(|(key, field)| (key, field)), |out, field| field.write(out));
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

impl Field<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => write_value(out, &Json::Null),
            Self::Flag(flag) => write_flag(out, *flag),
            Self::Text(text) => write_text(out, text),
            Self::Texts(texts) => write_list(out, *texts, |out, text| write_text(out, text)),
            Self::Known(json) => write_value(out, json),
            Self::Settings(settings) => write_object(out, *settings, write_value),
            Self::Values(values) => write_object(out, values.iter(), write_value),
            Self::Made(json) => write_value(out, json),
            Self::List(items) => write_list(out, items, |out, item| item.write(out)),
            Self::Object(object) => object.write(out),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_written_as_the_json_that_it_stands_for() {
        let (texts, known) = (["a\"b", ""].map(str::to_owned), json!({"x": [1.5, null], "é\n": true}));
        let values = Values::from(known.as_object().cloned().unwrap());
        let made = || {
            object([
                ("nothing", Field::Null),
                ("flag", false.into()),
                ("text", "\\".into()),
                ("texts", Field::Texts(&texts)),
                ("known", (&known).into()),
                ("settings", known.as_object().into()),
                ("values", (&values).into()),
                ("number", 1e300.into()),
                ("list", [Field::from(1_usize), Object::default().into()].into_iter().collect()),
                ("\t", object([("a", "b".into())]).into()),
            ])
        };
        let mut out = Vec::new();
        made().write(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), Json::from(made()).to_string());
    }
}
