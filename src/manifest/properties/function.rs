//! What property files say about functions.

use serde_json::{Value as Json, json};

use super::entry::Entry;
use super::forms;
use crate::diagnostics::Diagnostic;
use crate::yaml::Yaml;

/// What a property file says about a function alone: its signature.
#[derive(Debug, Clone)]
pub struct FunctionProperties {
    /// What it takes, in order, each with all of dbt's keys.
    pub arguments: Vec<Json>,
    /// What it gives: `data_type` and `description`.
    pub returns: Json,
}

/// The `arguments` and `returns` of an entry. What may be left out comes last:
/// a call could not leave it out otherwise.
pub(super) fn function(entry: &mut Entry<'_, '_>) -> FunctionProperties {
    let subject = entry.subject.clone();
    let mut arguments = Vec::new();
    let mut has_default = false;
    for item in entry.list("arguments") {
        let Some(argument) = argument(&subject, item, entry.problems) else { continue };
        let is_optional = argument.get("default_value").is_some_and(|value| !value.is_null());
        if has_default && !is_optional {
            entry.problems.push(misplaced(&subject, &argument, item));
        }
        has_default |= is_optional;
        arguments.push(argument);
    }
    FunctionProperties { arguments, returns: returns(entry) }
}

fn argument(owner: &str, yaml: &Yaml, problems: &mut Vec<Diagnostic>) -> Option<Json> {
    let (mut entry, name) = Entry::open_named("argument", yaml, problems)?;
    entry.subject = format!("argument `{}` of {owner}", name.value);
    entry.check_forms(forms::FUNCTION_ARGUMENT, &["data_type"]);
    let data_type = entry.required_text("data_type")?.value;
    let description = entry.text("description").map(|text| text.value);
    let default = entry.get("default_value").map(Yaml::to_json);
    Some(json!({
        "name": name.value, "data_type": data_type, "description": description, "default_value": default,
    }))
}

fn returns(entry: &mut Entry<'_, '_>) -> Json {
    let Some(yaml) = entry.get("returns") else {
        entry.missing("returns");
        return Json::Null;
    };
    let subject = format!("`returns` of {}", entry.subject);
    let Some(mut entry) = Entry::open(subject, yaml, entry.problems) else { return Json::Null };
    entry.check_forms(forms::RETURNS, &["data_type"]);
    let data_type = entry.required_text("data_type").map(|text| text.value);
    json!({ "data_type": data_type, "description": entry.text("description").map(|text| text.value) })
}

fn misplaced(owner: &str, argument: &Json, yaml: &Yaml) -> Diagnostic {
    let name = argument.get("name").and_then(Json::as_str).unwrap_or_default();
    let message = format!("the argument `{name}` of {owner} has no default, but comes after one that has");
    let function = owner.replace('`', "'");
    let rule = format!(
        "Non-defaulted argument '{name}' of {function} comes after a defaulted argument. \
         Non-defaulted arguments cannot come after defaulted arguments. (dbt's words)"
    );
    Diagnostic::error("misplaced-argument", message)
        .at(yaml.span, "")
        .note(rule)
        .help(format!("give `{name}` a `default_value`, or move it up"))
}
