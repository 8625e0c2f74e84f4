//! What a configuration says, key by key.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::defaults::{Defaults, defaults};
use crate::manifest::ResourceType;
use crate::template::{Forms, Value};

/// The values of a configuration by key. Those that all nodes of a kind begin with are not
/// held for each: most nodes set a few of some thirty.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Values {
    /// The place of the kind among all; nothing where there are no defaults.
    kind: Option<u8>,
    /// What is otherwise, in the order in which it was set.
    own: Vec<(String, Json)>,
    /// What the JSON of them does not say: which lists are tuples, for one.
    forms: Forms,
}

impl Values {
    /// What nodes of a kind begin with.
    pub(in crate::manifest) fn defaults_of(kind: ResourceType) -> Self {
        let place = ResourceType::EVERY.iter().position(|it| *it == kind);
        Self { kind: place.and_then(|place| u8::try_from(place).ok()), ..Self::default() }
    }

    fn defaults(&self) -> &'static Defaults {
        defaults(self.kind.map(usize::from))
    }

    /// The value of a key; `None` where it is absent.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.own(key).or_else(|| self.defaults().get(key))
    }

    /// What dbt gives the key where nobody sets it.
    pub(in crate::manifest) fn default_of(&self, key: &str) -> Option<&'static Json> {
        self.defaults().get(key)
    }

    /// The value of a key where something was said about it.
    pub(in crate::manifest) fn said(&self, key: &str) -> Option<&Json> {
        match self.own(key) {
            None if !self.forms.below(key).is_empty() => self.default_of(key),
            own => own,
        }
    }

    fn own(&self, key: &str) -> Option<&Json> {
        self.own.iter().find(|(own, _)| own == key).map(|(_, value)| value)
    }

    /// The value of a key as templates see it.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<Value> {
        self.get(key).map(|json| self.forms.below(key).value(json))
    }

    /// What the JSON of the values does not say.
    #[must_use]
    pub fn forms(&self) -> &Forms {
        &self.forms
    }

    /// Sets what the JSON of a key's value does not say; of a mapping that was laid over
    /// another one, beside what that one said.
    pub(in crate::manifest) fn set_forms(&mut self, key: &str, forms: &Forms, is_laid_over: bool) {
        let mut all = forms.clone();
        if is_laid_over {
            all = self.forms.below(key).clone();
            all.update(forms.clone());
        }
        self.forms.set(key, all);
    }

    /// Sets a key.
    pub(in crate::manifest) fn set(&mut self, key: &str, value: Json) {
        if let Some((_, own)) = self.own.iter_mut().find(|(own, _)| own == key) {
            *own = value;
        } else if self.default_of(key) != Some(&value) {
            self.own.push((key.to_owned(), value));
        }
    }

    /// All keys and values: those that dbt knows in its order, then others as they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        let defaults = self.defaults();
        let known = defaults.iter().map(|(key, default)| (key.as_str(), self.own(key).unwrap_or(default)));
        let others = self.own.iter().filter(|(key, _)| !defaults.contains_key(key));
        known.chain(others.map(|(key, value)| (key.as_str(), value)))
    }

    /// The same as an object.
    #[must_use]
    pub fn to_object(&self) -> Map<String, Json> {
        self.iter().map(|(key, value)| (key.to_owned(), value.clone())).collect()
    }
}

impl From<Map<String, Json>> for Values {
    fn from(values: Map<String, Json>) -> Self {
        Self { own: values.into_iter().collect(), ..Self::default() }
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        let is_within = |a: &Self, b: &Self| a.iter().all(|(key, value)| b.get(key) == Some(value));
        self.forms == other.forms && is_within(self, other) && is_within(other, self)
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_keep_what_json_cannot_say() {
        let pair = Value::from((1, 2));
        let mut values = Values::defaults_of(ResourceType::Model);
        values.set("free", json!([1, 2]));
        let plain = values.clone();
        values.set_forms("free", &Forms::of_value(&pair), false);
        assert!(values.value("free").is_some_and(|value| value.is_tuple()));
        assert_ne!(values, plain);
        values.set_forms("free", &Forms::default(), false);
        assert_eq!(values, plain);
    }

    #[test]
    fn what_is_set_stands_over_the_defaults() {
        let mut values = Values::defaults_of(ResourceType::Seed);
        let plain = values.to_object();
        values.set("zebra", 1.into());
        values.set("enabled", false.into());
        values.set("apple", 2.into());
        values.set("zebra", 3.into());
        let keys: Vec<&str> = values.iter().map(|(key, _)| key).collect();
        let known: Vec<&str> = plain.keys().map(String::as_str).chain(["zebra", "apple"]).collect();
        assert_eq!(keys, known);
        let found = ["enabled", "zebra", "materialized", "nothing"].map(|key| values.get(key));
        assert_eq!(found, [Some(&json!(false)), Some(&json!(3)), Some(&json!("seed")), None]);
        assert_eq!(values, values.to_object().into());
        values.set("enabled", true.into());
        assert_eq!(values.get("enabled"), Some(&json!(true)));
        assert_ne!(values, plain.into());
    }
}
