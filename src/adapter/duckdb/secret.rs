//! Keys to other stores, given to DuckDB's secret manager.

use serde_json::{Map, Value as Json};

use crate::adapter::fields::text;
use crate::sql::Dialect;

/// An entry of `secrets`. Its values are never printed.
#[derive(Clone)]
pub(super) struct Secret {
    name: Option<String>,
    is_persistent: bool,
    /// Everything else, as the statement takes it.
    parameters: Map<String, Json>,
}

impl Secret {
    pub(super) fn read(value: &Json) -> Result<Self, String> {
        let mut parameters = value.as_object().cloned().unwrap_or_default();
        if !parameters.get("type").is_some_and(Json::is_string) {
            return Err("an entry of `secrets` needs a `type`".to_owned());
        }
        let name = parameters.shift_remove("name").filter(Json::is_string).map(|name| text(&name));
        let is_persistent = parameters.shift_remove("persistent") == Some(Json::Bool(true));
        parameters.retain(|_, value| !value.is_null());
        Ok(Self { name, is_persistent, parameters })
    }

    /// AWS's own chain of places to look for keys: `use_credential_provider: aws`.
    pub(super) fn aws_chain() -> Self {
        let parameters = [("type", "s3"), ("provider", "credential_chain")];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), Json::from(value)));
        Self { name: None, is_persistent: false, parameters: parameters.into_iter().collect() }
    }

    /// The secret with a name; dbt-duckdb numbers those without one.
    pub(super) fn named(mut self, place: usize) -> Self {
        self.name.get_or_insert_with(|| format!("_dbt_secret_{}", place + 1));
        self
    }

    /// The statement that makes it.
    pub(super) fn sql(&self) -> String {
        let persistent = if self.is_persistent { " PERSISTENT" } else { "" };
        let name = self.name.as_deref().map(|name| Dialect::ANSI.quote(name)).unwrap_or_default();
        let parameters: Vec<String> =
            self.parameters.iter().map(|(key, value)| parameter(key, value)).collect();
        format!("CREATE OR REPLACE{persistent} SECRET {name} ({})", parameters.join(", "))
    }
}

fn parameter(key: &str, value: &Json) -> String {
    let literal = |value: &Json| Dialect::ANSI.literal(&text(value));
    match value {
        Json::Object(entries) => {
            let entry = |(name, value): (&String, &Json)| {
                format!("{}: {}", Dialect::ANSI.literal(name), literal(value))
            };
            format!("{key} MAP {{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Json::Array(items) if key == "scope" => {
            items.iter().map(|item| format!("scope {}", literal(item))).collect::<Vec<_>>().join(", ")
        }
        Json::Array(items) => {
            format!("{key} ARRAY [{}]", items.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        _ if key == "type" || key == "provider" => format!("{key} {}", text(value)),
        _ => format!("{key} {}", literal(value)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_become_statements() {
        let check = |value: Json, expected: &str| {
            let sql = Secret::read(&value).map(|secret| secret.named(0).sql());
            assert_eq!(sql.as_deref(), Ok(expected), "{value}");
        };
        check(
            json!({"type": "s3", "key_id": "a'b", "scope": ["s3://x", "s3://y"]}),
            "CREATE OR REPLACE SECRET \"_dbt_secret_1\" (type s3, key_id 'a''b', scope 's3://x', scope 's3://y')",
        );
        check(
            json!({"type": "http", "name": "n", "persistent": true, "extra_http_headers": {"a": "b"}}),
            "CREATE OR REPLACE PERSISTENT SECRET \"n\" (type http, extra_http_headers MAP {'a': 'b'})",
        );
        assert!(Secret::read(&json!({"name": "n"})).is_err());
    }
}
