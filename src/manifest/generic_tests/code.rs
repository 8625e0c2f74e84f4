//! The template that dbt generates for a generic test.

use serde_json::Value as Json;

use super::python;

/// `{{ test_x(**_dbt_generic_test_kwargs) }}{{ config(...) }}`, where `macro_name`
/// is the name of the test's macro and `config` holds what the entry configures.
pub(super) fn raw_code<'a>(macro_name: &str, config: impl Iterator<Item = (&'a str, &'a Json)>) -> String {
    let settings: Vec<String> = config.map(|(key, value)| format!("{key}={}", literal(value))).collect();
    let call = format!("{{{{ {macro_name}(**_dbt_generic_test_kwargs) }}}}");
    if settings.is_empty() { call } else { format!("{call}{{{{ config({}) }}}}", settings.join(",")) }
}

/// Keys whose settings a `config()` call notes as they are given.
const PLAIN_SETTINGS: [&str; 15] = [
    "alias",
    "database",
    "enabled",
    "error_if",
    "fail_calc",
    "group",
    "limit",
    "meta",
    "schema",
    "severity",
    "store_failures",
    "store_failures_as",
    "tags",
    "warn_if",
    "where",
];

/// Whether the generated call of `config` surely notes this setting as it is: what is written for
/// it stands for the very same value.
pub(super) fn is_read_back(key: &str, value: &Json) -> bool {
    let is_scalar = |value: &Json| match value {
        Json::Bool(_) => true,
        Json::Number(number) => number.is_i64(),
        Json::String(text) => is_verbatim(text) && !text.contains('\''),
        _ => false,
    };
    PLAIN_SETTINGS.contains(&key)
        && match value {
            Json::String(text) => is_verbatim(text),
            Json::Array(items) => items.iter().all(is_scalar),
            Json::Object(fields) => {
                fields.iter().all(|(key, value)| is_verbatim(key) && !key.contains('\'') && is_scalar(value))
            }
            other => is_scalar(other),
        }
}

/// Whether a text means itself between double quotes.
fn is_verbatim(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '{' | '}'))
}

fn literal(value: &Json) -> String {
    match value {
        Json::String(text) => format!("\"{}\"", text.replace('"', "\\\"")),
        other => python::text(other),
    }
}
