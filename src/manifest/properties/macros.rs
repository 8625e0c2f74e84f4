//! What property files say about macros.

use serde_json::{Map as JsonMap, Value as Json, json};

use super::entry::Entry;
use super::forms;
use super::spanned::Spanned;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::yaml::Yaml;
use crate::yaml::form::names;

/// What a property file says about a macro.
#[derive(Debug, Clone)]
pub struct MacroProperties {
    /// The macro's name.
    pub name: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// A template that knows `doc()`.
    pub description: Option<Spanned<String>>,
    /// `meta`, with `config.meta` over it.
    pub meta: JsonMap<String, Json>,
    /// `config.docs`, else `docs`, with all of dbt's keys.
    pub docs: Json,
    /// Its arguments, in order.
    pub arguments: Vec<ArgumentProperties>,
}

/// What a property file says about an argument of a macro.
#[derive(Debug, Clone)]
pub struct ArgumentProperties {
    /// Its name.
    pub name: Spanned<String>,
    /// Its type, in dbt's words: `string`, `optional[list[int]]`, …
    pub data_type: Option<Spanned<String>>,
    /// What it is for; a template that knows `doc()`.
    pub description: Option<Spanned<String>>,
}

/// One entry of `macros`.
pub(super) fn macro_properties(
    yaml: &Yaml,
    raw: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Option<MacroProperties> {
    let (mut entry, name) = Entry::open_named("macro", yaml, problems)?;
    entry.warn_unknown_keys(&names(forms::MACRO));
    entry.check_known_forms(forms::MACRO);
    let mut meta = entry.object("meta");
    let config = entry.config(raw, &[]);
    meta.extend(config.meta());
    let docs = config.get("docs").and_then(|docs| docs.to_json().as_object().cloned());
    let docs = complete_docs(&docs.unwrap_or_else(|| entry.object("docs")));
    let items = entry.list("arguments");
    let subject = entry.subject.clone();
    let arguments = items.iter().filter_map(|item| argument(&subject, item, entry.problems)).collect();
    Some(MacroProperties {
        name,
        span: entry.span,
        description: entry.text("description"),
        meta,
        docs,
        arguments,
    })
}

fn complete_docs(written: &JsonMap<String, Json>) -> Json {
    let value = |key: &str| written.get(key).cloned();
    json!({ "show": value("show").unwrap_or(true.into()), "node_color": value("node_color") })
}

fn argument(owner: &str, yaml: &Yaml, problems: &mut Vec<Diagnostic>) -> Option<ArgumentProperties> {
    let (mut entry, name) = Entry::open_named("argument", yaml, problems)?;
    entry.subject = format!("argument `{}` of {owner}", name.value);
    entry.check_forms(forms::MACRO_ARGUMENT, &[]);
    let data_type = entry.text("type");
    Some(ArgumentProperties { name, data_type, description: entry.text("description") })
}

/// The types that dbt knows, with the number of types in brackets after each.
const TYPES: [(&str, usize); 12] = [
    ("str", 0),
    ("string", 0),
    ("bool", 0),
    ("int", 0),
    ("integer", 0),
    ("float", 0),
    ("any", 0),
    ("list", 1),
    ("dict", 2),
    ("optional", 1),
    ("relation", 0),
    ("column", 0),
];

/// The types that dbt knows.
#[must_use]
pub fn type_names() -> [&'static str; 12] {
    TYPES.map(|(name, _)| name)
}

/// Whether dbt knows a type by this name; no name is one.
#[must_use]
pub fn is_known_type(written: &str) -> bool {
    let compact: String = written.chars().filter(|c| ![' ', '\t'].contains(c)).collect();
    compact.is_empty() || after_type(&compact, 0) == Some("")
}

/// How deep types may stand in each other.
const MAX_DEPTH: usize = 32;

/// What follows the type at the start; `None` where there is none.
fn after_type(text: &str, depth: usize) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(text.len());
    let (name, mut rest) = text.split_at_checked(end)?;
    let (_, inner) = TYPES.iter().find(|(known, _)| *known == name)?;
    if *inner == 0 {
        return Some(rest);
    }
    if depth == MAX_DEPTH {
        return None;
    }
    for index in 0..*inner {
        rest = rest.strip_prefix(if index == 0 { '[' } else { ',' })?;
        rest = after_type(rest, depth + 1)?;
    }
    rest.strip_prefix(']')
}

#[cfg(test)]
mod tests {
    use super::after_type;

    #[test]
    fn types_are_read_to_the_end() {
        let check =
            |text: &str, expected: bool| assert_eq!(after_type(text, 0) == Some(""), expected, "{text}");
        check("string", true);
        check("list[string]", true);
        check("optional[dict[str,list[int]]]", true);
        check("list", false);
        check("dict[str]", false);
        check("varchar", false);
        check("string]", false);
        check(&"list[".repeat(100_000), false);
    }
}
