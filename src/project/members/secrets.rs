//! Environment variables that nobody may see.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value as Json};

use crate::host::Environment;

/// dbt: variables of this prefix are secret.
const PREFIX: &str = "DBT_ENV_SECRET";
/// Around the name of a secret, while templates that hold it are rendered: two
/// characters that no text uses.
const OPEN: char = '\u{f0000}';
const CLOSE: char = '\u{f0001}';

/// What is shown in place of a secret.
const STARS: &str = "*****";

/// The secret environment variables of an invocation. Printing shows their names.
#[derive(Clone, Default)]
pub struct Secrets {
    values: BTreeMap<String, String>,
    /// All texts that nobody may see, also as they stand in JSON. The longest come
    /// first, since a secret may be a part of another.
    hidden: Vec<String>,
}

impl Secrets {
    /// The secrets among environment variables.
    #[must_use]
    pub fn of(environment: &Environment) -> Self {
        let secret = environment.iter().filter(|(name, value)| is_secret(name) && !value.is_empty());
        let values: BTreeMap<String, String> =
            secret.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let mut secrets = Self { hidden: Vec::new(), values };
        secrets.hide(secrets.values.values().cloned().collect::<Vec<_>>());
        secrets
    }

    /// The text with each secret replaced by stars, also where it stands in JSON.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        self.hidden.iter().fold(text.to_owned(), |text, secret| {
            if text.contains(secret) { text.replace(secret, STARS) } else { text }
        })
    }

    /// Whether the text holds a secret, so that [`Secrets::mask`] changes it.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        self.hidden.iter().any(|secret| text.contains(secret))
    }

    /// Whether there is nothing to hide.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hidden.is_empty()
    }

    /// Hides these texts, too.
    pub fn hide(&mut self, texts: impl IntoIterator<Item = String>) {
        for text in texts.into_iter().filter(|text| !text.is_empty()) {
            let json = Json::from(text.as_str()).to_string();
            let escaped = json.trim_start_matches('"').trim_end_matches('"').to_owned();
            self.hidden.extend([text, escaped].into_iter().filter(|form| !form.is_empty()));
        }
        self.hidden.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        self.hidden.dedup();
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

/// Variables of the command line as they may be told. dbt: those are secret, too, whose
/// names say so.
pub(in crate::project) fn told_vars(vars: Map<String, Json>) -> Map<String, Json> {
    let told = |(name, value): (String, Json)| {
        let value = if is_secret(&name) { Json::from(STARS) } else { value };
        (name, value)
    };
    vars.into_iter().map(told).collect()
}

/// Whether a variable is secret by its name.
pub(super) fn is_secret(name: &str) -> bool {
    name.starts_with(PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_become_stars() {
        let environment: Environment =
            [("DBT_ENV_SECRET_A", "abc"), ("DBT_ENV_SECRET_B", "abcdef"), ("DBT_OPEN", "open")]
                .into_iter()
                .collect();
        let mut secrets = Secrets::of(&environment);
        secrets.hide(["a \"b".to_owned(), String::new()]);
        assert_eq!(secrets.mask("abcdef abc open"), "***** ***** open");
        assert_eq!(secrets.mask(r#"{"x": "a \"b"} a "b"#), r#"{"x": "*****"} *****"#);
    }
}
