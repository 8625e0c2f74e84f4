//! The chosen profile.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::adapter::{Adapter, Credentials};

/// One target of one profile: where the project is built.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The profile's name.
    pub name: String,
    /// The target's name.
    pub target_name: String,
    /// The output, rendered. Values may be secret.
    pub credentials: Credentials,
    /// The warehouse that it describes; nothing is connected yet.
    pub adapter: Arc<dyn Adapter>,
    /// How many nodes may run at once; at least one.
    pub threads: usize,
    /// Whether it is the default that stands in for a missing profile.
    pub is_embedded: bool,
}

/// What the name of a field holds whose value nobody may see.
const SECRET_WORDS: [&str; 5] = ["pass", "secret", "token", "private_key", "credential"];

/// Shorter values cannot be told from other text.
const SHORTEST_SECRET: usize = 4;

impl Profile {
    /// The values that nobody may see, as far as the names of their fields tell.
    /// What another field shows openly is no secret: a user's name as its password.
    #[must_use]
    pub fn secret_values(&self) -> Vec<String> {
        let mut values = Values::default();
        values.open.push(self.credentials.kind.clone());
        self.credentials.fields.iter().for_each(|(key, value)| values.add(key, value));
        values.secret()
    }

    /// `target` as templates see it: the connection's fields without secrets,
    /// and the names around it.
    #[must_use]
    pub fn target(&self) -> Map<String, Json> {
        let mut target = self.adapter.target();
        let own = [
            ("type", Json::from(self.adapter.kind())),
            ("threads", Json::from(self.threads)),
            ("name", Json::from(self.target_name.as_str())),
            ("target_name", Json::from(self.target_name.as_str())),
            ("profile_name", Json::from(self.name.as_str())),
        ];
        target.extend(own.map(|(key, value)| (key.to_owned(), value)));
        target
    }
}

/// The texts in the fields of a profile.
#[derive(Default)]
struct Values {
    open: Vec<String>,
    hidden: Vec<String>,
}

impl Values {
    fn add(&mut self, key: &str, value: &Json) {
        match value {
            Json::Array(items) => items.iter().for_each(|item| self.add(key, item)),
            Json::Object(fields) => fields.iter().for_each(|(key, value)| self.add(key, value)),
            Json::String(text) => self.add_text(key, text),
            Json::Number(number) => self.add_text(key, &number.to_string()),
            Json::Null | Json::Bool(_) => {}
        }
    }

    fn add_text(&mut self, key: &str, text: &str) {
        let key = key.to_lowercase();
        let is_secret = SECRET_WORDS.iter().any(|word| key.contains(word));
        let list = if is_secret { &mut self.hidden } else { &mut self.open };
        list.push(text.to_owned());
    }

    fn secret(self) -> Vec<String> {
        let is_secret = |text: &String| text.len() >= SHORTEST_SECRET && !self.open.contains(text);
        self.hidden.into_iter().filter(is_secret).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn passwords_are_found_by_their_names() {
        let fields = json!({
            "user": "somebody",
            "password": "hunter22",
            "pass": "abc",
            "token": "somebody",
            "private_key": 12_345_678,
            "secrets": [{"type": "kind", "key_id": "open", "secret": "deep one"}],
            "keepalives": 1,
        });
        let mut values = Values::default();
        values.add("", &fields);
        assert_eq!(values.secret(), ["hunter22", "12345678", "deep one"]);
    }
}
