//! Columns as described.

use indexmap::IndexSet;
use serde_json::{Map as JsonMap, Value as Json};

use super::constraints::constraints;
use super::entry::{Entry, warn_repeated};
use super::forms;
use super::spanned::Spanned;
use crate::diagnostics::Diagnostic;
use crate::yaml::Yaml;
use crate::yaml::form::names;

/// A column as described.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name as written.
    pub name: Spanned<String>,
    /// What it holds; a template that knows `doc()`.
    pub description: Option<Spanned<String>>,
    /// The declared type.
    pub data_type: Option<String>,
    /// Whether the name is to be quoted.
    pub quote: Option<bool>,
    /// `tags` and `config.tags`, each tag once, in order of mention.
    pub tags: Vec<String>,
    /// `meta`, with `config.meta` over it.
    pub meta: JsonMap<String, Json>,
    /// Constraints as written.
    pub constraints: Vec<Json>,
    /// Data tests as written, not rendered.
    pub tests: Vec<Yaml>,
    /// Keys that are not known here, kept for those who read them.
    pub extra: JsonMap<String, Json>,
}

/// The columns below `columns:` of an entry.
pub(super) fn columns(parent: &mut Entry<'_, '_>) -> Vec<Column> {
    let items = parent.list("columns");
    columns_of(parent, items)
}

/// The columns that these items describe.
pub(super) fn columns_of<'a>(
    parent: &mut Entry<'_, '_>,
    items: impl IntoIterator<Item = &'a Yaml>,
) -> Vec<Column> {
    let owner = parent.subject.clone();
    let mut columns: Vec<Column> =
        items.into_iter().filter_map(|item| column(item, &owner, parent.problems)).collect();
    columns.shrink_to_fit();
    let what = format!("in {}, column", parent.subject);
    warn_repeated(&what, columns.iter().map(|column| &column.name), parent.problems);
    columns
}

fn column(yaml: &Yaml, owner: &str, problems: &mut Vec<Diagnostic>) -> Option<Column> {
    let (mut entry, name) = Entry::open_named("column", yaml, problems)?;
    let known = names(forms::COLUMN);
    entry.warn_misspelt_keys(&known);
    entry.check_known_forms(forms::COLUMN);
    let tests = entry.tests();
    if !tests.is_empty() {
        entry.check_known_forms(forms::TESTED_CONFIG);
    }
    let config = entry.config(yaml, &[]);
    let tags: IndexSet<String> = entry.plain_texts("tags").into_iter().chain(config.tags()).collect();
    let mut meta = entry.object("meta");
    meta.extend(config.meta());
    let mut extra = entry.extra(&known);
    let granularity = entry.text("granularity").map(|text| ("granularity".to_owned(), text.value.into()));
    extra.extend(granularity);
    // dbt keeps what the semantic layer says of a column as it was written.
    for key in ["dimension", "entity"] {
        extra.extend(entry.get(key).map(|written| (key.to_owned(), written.to_json())));
    }
    let constraints = constraints(&mut entry, owner);
    Some(Column {
        name,
        description: entry.text("description"),
        data_type: entry.text("data_type").map(|text| text.value),
        quote: entry.flag("quote"),
        tags: tags.into_iter().collect(),
        meta,
        constraints,
        tests,
        extra,
    })
}
