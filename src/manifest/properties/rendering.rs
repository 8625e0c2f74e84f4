//! Which strings of a property file are rendered, and rendering them.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::yaml::{Map, Value, Yaml};

/// Renders one string of a property file to a typed value, as dbt's native
/// rendering does: a lone expression keeps its type.
pub type Render<'a> = &'a dyn Fn(&str, Span) -> Result<Json, Box<Diagnostic>>;

/// The entry with every string rendered that dbt renders when it reads the
/// file. A string that fails is reported and left as it was.
///
/// `section` is the key of the list that the entry stands in, such as `models`.
pub(super) fn render<'y>(
    section: &str,
    entry: &'y Yaml,
    render: Render<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Cow<'y, Yaml> {
    if !holds_template(entry) {
        return Cow::Borrowed(entry);
    }
    Cow::Owned(Walk { section, render, path: Vec::new(), problems }.value(entry))
}

/// Whether some string below is rendered, now or later.
fn holds_template(yaml: &Yaml) -> bool {
    match &yaml.value {
        Value::String(text) => is_rendered(text),
        Value::Seq(items) => items.iter().any(holds_template),
        Value::Map(map) => map.iter().any(|(_, value)| holds_template(value)),
        _ => false,
    }
}

/// Whether rendering a text changes it. One that is no template loses the newline at its end, too.
fn is_rendered(text: &str) -> bool {
    has_template(text) || text.ends_with('\n')
}

struct Walk<'a> {
    section: &'a str,
    render: Render<'a>,
    /// Keys from the entry down; an item of a list counts as one empty key.
    path: Vec<&'a str>,
    problems: &'a mut Vec<Diagnostic>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, yaml: &'a Yaml) -> Yaml {
        let value = match &yaml.value {
            Value::String(text) => return self.text(text, yaml),
            Value::Seq(items) => Value::Seq(items.iter().map(|item| self.below("", item)).collect()),
            Value::Map(map) => {
                let entries = map.iter().map(|(key, value)| (key.clone(), self.below(&key.text, value)));
                Value::Map(entries.collect::<Map>())
            }
            other => other.clone(),
        };
        Yaml { span: yaml.span, value }
    }

    fn below(&mut self, key: &'a str, yaml: &'a Yaml) -> Yaml {
        self.path.push(key);
        let value = self.value(yaml);
        self.path.pop();
        value
    }

    fn text(&mut self, text: &str, yaml: &Yaml) -> Yaml {
        if !is_rendered(text) || is_later(self.section, &self.path) {
            return yaml.clone();
        }
        match (self.render)(text, yaml.span) {
            Ok(json) => Yaml::from_json(&json, yaml.span),
            Err(problem) => {
                self.problems.push(*problem);
                yaml.clone()
            }
        }
    }
}

/// Whether a text holds anything that a template engine would act on.
pub(super) fn has_template(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| matches!(pair, b"{{" | b"{%" | b"{#"))
}

/// Whether a string is a template of a later stage (dbt: `SchemaYamlRenderer`).
fn is_later(section: &str, path: &[&str]) -> bool {
    match (section, path) {
        ("sources", ["tables", _, below @ ..])
        | ("models", ["versions", _, below @ ..])
        | ("macros", ["arguments", below @ ..]) => is_late_key(below),
        ("sources", ["description" | "loaded_at_query", ..] | ["config", "loaded_at_query", ..])
        | ("metrics", [.., "filter"] | [.., "filter", _])
        | ("saved_queries", ["query_params", "where", ..]) => true,
        ("sources", _) => false,
        _ => is_late_key(path),
    }
}

fn is_late_key(path: &[&str]) -> bool {
    let is_late = |key: &str| ["tests", "data_tests", "description", "loaded_at_query"].contains(&key);
    match path {
        [key, ..] if is_late(key) => true,
        [_, key] if is_late(key) => true,
        // dbt: the last rule is meant for columns of versions, and finds others as well.
        ["config", "pre_hook" | "post_hook" | "pre-hook" | "post-hook" | "loaded_at_query", ..]
        | [_, _, _, _, "description"] => true,
        ["columns" | "dimensions" | "measures" | "entities", _, key, ..] => is_late(key),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{has_template, is_later};

    proptest! {
        #[test]
        fn templates_are_told_by_their_marks(text in "[{%#ax]{0,6}") {
            prop_assert_eq!(has_template(&text), ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark)));
        }
    }

    #[test]
    fn only_some_strings_wait_for_a_later_stage() {
        let check = |section: &str, path: &[&str], expected: bool| {
            assert_eq!(is_later(section, path), expected, "{section} {path:?}");
        };
        check("models", &["description"], true);
        check("models", &["name"], false);
        check("models", &["data_tests", "", "accepted_values", "values", ""], true);
        check("models", &["columns", "", "tests", "", "unique"], true);
        check("models", &["columns", "", "description"], true);
        check("models", &["columns", "", "data_type"], false);
        check("models", &["config", "pre_hook", ""], true);
        check("models", &["config", "post-hook"], true);
        check("models", &["config", "meta", "owner"], false);
        check("models", &["meta", "links", "", "config", "description"], true);
        check("models", &["config", "meta", "links", "", "description"], true);
        check("models", &["config", "meta", "links", "", "config", "description"], false);
        check("models", &["versions", "", "data_tests", ""], true);
        check("models", &["versions", "", "columns", "", "description"], true);
        check("models", &["versions", "", "defined_in"], false);
        check("sources", &["description"], true);
        check("sources", &["schema"], false);
        check("sources", &["meta", "description"], false);
        check("sources", &["tables", "", "meta", "description"], true);
        check("sources", &["loaded_at_query"], true);
        check("sources", &["tables", "", "description"], true);
        check("sources", &["tables", "", "identifier"], false);
        check("sources", &["tables", "", "columns", "", "tests", ""], true);
        check("macros", &["arguments", "", "description"], true);
        check("macros", &["arguments", "", "type"], false);
        check("metrics", &["type_params", "filter"], true);
        check("saved_queries", &["query_params", "where", ""], true);
        check("unit_tests", &["given", "", "rows", "", "id"], false);
    }
}
