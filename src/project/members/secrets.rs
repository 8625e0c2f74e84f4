//! Environment variables that nobody may see.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

use crate::host::Environment;

/// dbt: variables of this prefix are secret.
const PREFIX: &str = "DBT_ENV_SECRET";
/// Around the name of a secret, while templates that hold it are rendered: two
/// characters that no text uses.
const OPEN: char = '\u{f0000}';
const CLOSE: char = '\u{f0001}';

/// The secret environment variables of an invocation. Printing shows their names.
#[derive(Clone, Default)]
pub struct Secrets {
    values: BTreeMap<String, String>,
}

impl Secrets {
    /// The secrets among environment variables.
    #[must_use]
    pub fn of(environment: &Environment) -> Self {
        let secret = environment.iter().filter(|(name, value)| is_secret(name) && !value.is_empty());
        Self { values: secret.map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    /// The text with each secret replaced by stars.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        self.values.values().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "*****"))
    }

    /// What stands for a secret while a template is rendered, so that nothing in
    /// the template can take it apart; `None` if there is no such secret.
    pub(super) fn placeholder(&self, name: &str) -> Option<String> {
        self.values.contains_key(name).then(|| format!("{OPEN}{name}{CLOSE}"))
    }

    /// The value with all placeholders replaced by the secrets.
    pub(in crate::project) fn reveal(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => {
                Json::String(self.values.iter().fold(text.clone(), |text, (name, secret)| {
                    text.replace(&format!("{OPEN}{name}{CLOSE}"), secret)
                }))
            }
            Json::Array(items) => Json::Array(items.iter().map(|item| self.reveal(item)).collect()),
            Json::Object(fields) => {
                Json::Object(fields.iter().map(|(key, value)| (key.clone(), self.reveal(value))).collect())
            }
            other => other.clone(),
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Whether a variable is secret by its name.
pub(super) fn is_secret(name: &str) -> bool {
    name.starts_with(PREFIX)
}
