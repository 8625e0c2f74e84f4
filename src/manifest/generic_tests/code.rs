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

fn literal(value: &Json) -> String {
    match value {
        Json::String(text) => format!("\"{}\"", text.replace('"', "\\\"")),
        other => python::text(other),
    }
}
