//! Constraints of columns and models, as written.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::call::parse_call;
use super::column::Column;
use super::entry::Entry;
use super::forms;
use super::node::NodeProperties;
use crate::diagnostics::Diagnostic;
use crate::yaml::Yaml;

/// The types of constraints that dbt knows.
const TYPES: [&str; 6] = ["check", "not_null", "unique", "primary_key", "foreign_key", "custom"];

/// The `constraints` of an entry, of `owner` or of a column of it; those that cannot be
/// understood are left out.
pub(super) fn constraints(entry: &mut Entry<'_, '_>, owner: &str) -> Vec<Json> {
    let subject = format!("a constraint of {}", entry.subject);
    let items = entry.list("constraints");
    let is_of_several = entry.subject == owner;
    let of = |item| constraint((&subject, owner, is_of_several), item, entry.problems);
    items.iter().filter_map(of).collect()
}

fn constraint(
    (subject, owner, is_of_several): (&str, &str, bool),
    yaml: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Option<Json> {
    let mut entry = Entry::open(subject, yaml, problems)?;
    entry.check_known_forms(forms::CONSTRAINT);
    if is_of_several {
        entry.check_known_forms(forms::OF_SEVERAL);
    }
    if entry.get("type").is_none() {
        entry.missing("type");
        return None;
    }
    let kind = entry.one_of("type", &TYPES)?;
    if kind.value == "foreign_key"
        && let Some(to) = entry.text("to")
        && parse_call(&to.value).is_none()
    {
        let message = format!("`to` of {subject} must be a `ref` or a `source`");
        let finding = Diagnostic::error("wrong-value", message).at(to.span, "");
        entry.problems.push(
            finding
                .known_as(format!(
                    "Invalid 'ref' or 'source' syntax on foreign key constraint 'to' on {}: {}.",
                    owner.replace('`', ""),
                    to.value
                ))
                .help("name a table of somebody else in `expression`: `schema.table (id)`"),
        );
        return None;
    }
    Some(yaml.to_json())
}

/// Reports more than one primary key. dbt: one of several columns is one of the model.
pub(super) fn check_primary_keys(node: &NodeProperties, problems: &mut Vec<Diagnostic>) {
    let is_key = |constraint: &Json| constraint.get("type").and_then(Json::as_str) == Some("primary_key");
    // Of a version's columns, its own stand after those of the model.
    let columns: IndexMap<&str, &Column> =
        node.columns.iter().map(|column| (column.name.value.as_str(), column)).collect();
    let keys: Vec<_> = columns.into_values().filter(|column| column.constraints.iter().any(is_key)).collect();
    let name = &node.name.value;
    let finding = |message: String| {
        let finding = Diagnostic::error("several-primary-keys", message);
        keys.iter().fold(finding, |finding, column| finding.at(column.name.span, "a primary key"))
    };
    if keys.len() > 1 {
        let finding =
            finding(format!("the model `{name}` has {} columns that are its primary key", keys.len()));
        let names: Vec<String> = keys.iter().map(|column| format!("'{}'", column.name.value)).collect();
        let words = format!(
            "Found {} columns ([{}]) with primary key constraints defined",
            keys.len(),
            names.join(", ")
        );
        let finding = finding.known_as(words);
        problems.push(finding.help("write one key of all of them below `constraints:` of the model"));
    }
    if !keys.is_empty() && node.constraints.iter().any(is_key) {
        let message = format!("the model `{name}` has a primary key of its own and one of a column");
        let words = "Primary key constraints defined at the model level and the columns level";
        problems.push(finding(message).known_as(words).help("keep one of the two"));
    }
}
