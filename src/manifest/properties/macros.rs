//! What property files say about macros.

use serde_json::{Map as JsonMap, Value as Json};

use super::entry::Entry;
use super::spanned::Spanned;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::yaml::Yaml;

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

const KNOWN: [&str; 6] = ["name", "description", "docs", "meta", "config", "arguments"];

/// One entry of `macros`.
pub(super) fn macro_properties(
    yaml: &Yaml,
    raw: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Option<MacroProperties> {
    let (mut entry, name) = Entry::open_named("macro", yaml, problems)?;
    entry.warn_unknown_keys(&KNOWN);
    let mut meta = entry.object("meta");
    meta.extend(entry.config(raw, &[]).meta());
    let items = entry.list("arguments");
    let subject = entry.subject.clone();
    let arguments = items.iter().filter_map(|item| argument(&subject, item, entry.problems)).collect();
    Some(MacroProperties { name, span: entry.span, description: entry.text("description"), meta, arguments })
}

fn argument(owner: &str, yaml: &Yaml, problems: &mut Vec<Diagnostic>) -> Option<ArgumentProperties> {
    let (mut entry, name) = Entry::open_named("argument", yaml, problems)?;
    entry.subject = format!("argument `{}` of {owner}", name.value);
    entry.warn_unknown_keys(&["name", "type", "description"]);
    let data_type = entry.text("type");
    if let Some(written) = &data_type {
        warn_bad_type(&entry.subject, written, entry.problems);
    }
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

fn warn_bad_type(subject: &str, written: &Spanned<String>, problems: &mut Vec<Diagnostic>) {
    let compact: String = written.value.chars().filter(|c| ![' ', '\t'].contains(c)).collect();
    if compact.is_empty() || after_type(&compact, 0) == Some("") {
        return;
    }
    let names = TYPES.map(|(name, _)| name);
    problems.push(
        Diagnostic::warning("unknown-type", format!("{subject} has an unknown type `{}`", written.value))
            .at(written.span, "")
            .note(format!("known are {}", names.map(|name| format!("`{name}`")).join(", ")))
            .suggest(&written.value, names),
    );
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
