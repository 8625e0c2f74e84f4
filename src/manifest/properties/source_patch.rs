//! Entries of `sources` with `overrides`: they change a source of another package.

use super::entry::Entry;
use super::rendering::{Render, render};
use super::source::{SourceProperties, source};
use super::spanned::Spanned;
use crate::diagnostics::Diagnostic;
use crate::yaml::{Key, Map, Value, Yaml};

/// What such an entry says.
#[derive(Debug, Clone)]
pub struct SourcePatch {
    /// The package whose source it is.
    pub package: Spanned<String>,
    /// The source's name.
    pub name: Spanned<String>,
    /// The tables that it speaks of.
    pub tables: Vec<Spanned<String>>,
    /// The entry, rendered.
    rendered: Map,
    /// The same as written.
    raw: Map,
}

/// One entry of `sources` that has `overrides`.
pub(super) fn source_patch(yaml: &Yaml, raw: &Yaml, problems: &mut Vec<Diagnostic>) -> Option<SourcePatch> {
    let rendered = yaml.as_map()?;
    let (mut entry, name) = Entry::open_named("source", yaml, problems)?;
    let package = entry.required_text("overrides")?;
    let table = |table: &Yaml| {
        let name = table.as_map()?.get("name")?;
        Some(Spanned::new(name.as_str()?.to_owned(), name.span))
    };
    let tables = rendered.get("tables").and_then(Yaml::as_seq).unwrap_or_default();
    Some(SourcePatch {
        package,
        name,
        tables: tables.iter().filter_map(table).collect(),
        rendered: rendered.clone(),
        raw: raw.as_map().cloned().unwrap_or_default(),
    })
}

impl SourcePatch {
    /// The sources of this name in a property file of the package, changed.
    pub fn apply(
        &self,
        document: &Yaml,
        render_text: Render<'_>,
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<SourceProperties> {
        let entries = document.as_map().and_then(|map| map.get("sources")).and_then(Yaml::as_seq);
        let mut changed = Vec::new();
        for raw in entries.unwrap_or_default() {
            let rendered = render("sources", raw, render_text, problems);
            let is_it = |map: &Map| map.get("name").and_then(Yaml::as_str) == Some(self.name.value.as_str());
            if !rendered.as_map().is_some_and(is_it) {
                continue;
            }
            let with =
                |own: &Yaml, patch: &Map| Yaml { value: Value::Map(patched(own, patch)), ..own.clone() };
            let found = source(&with(&rendered, &self.rendered), &with(raw, &self.raw), problems);
            // dbt: where it lay before rendering is told of the package's own entry.
            changed.extend(found.map(|found| found.with_unrendered_place(raw)));
        }
        changed
    }
}

/// A source with a patch over it. dbt: `config` and `freshness` are taken away where
/// the patch has none.
fn patched(own: &Yaml, patch: &Map) -> Map {
    let mut map = laid_over(own, patch, &["name", "overrides", "tables"], &["config", "freshness"]);
    let patches: Vec<&Map> =
        patch.get("tables").and_then(Yaml::as_seq).into_iter().flatten().filter_map(Yaml::as_map).collect();
    let Some((key, tables)) = map.remove("tables") else { return map };
    let name = |table: &Map| table.get("name").and_then(Yaml::as_str).map(str::to_owned);
    let changed = tables.as_seq().unwrap_or_default().iter().map(|table| {
        let own = table.as_map().and_then(name);
        match patches.iter().find(|patch| own.is_some() && name(patch) == own) {
            Some(patch) => {
                let value = Value::Map(laid_over(table, patch, &["name"], &["quoting", "freshness"]));
                Yaml { value, ..table.clone() }
            }
            None => table.clone(),
        }
    });
    map.insert(key, Yaml { value: Value::Seq(changed.collect()), ..tables.clone() });
    map
}

/// A mapping with the keys of another over it, apart from `kept` ones; of `replaced`
/// ones the other one alone counts.
fn laid_over(own: &Yaml, patch: &Map, kept: &[&str], replaced: &[&str]) -> Map {
    let mut map = own.as_map().cloned().unwrap_or_default();
    for key in replaced {
        map.remove(key);
    }
    for (key, value) in patch.iter().filter(|(key, _)| !kept.contains(&key.text.as_str())) {
        // A `freshness` of nothing switches off, any other key without a value says nothing.
        if value.is_null() && key.text != "freshness" {
            continue;
        }
        if let Some(other) = same_key(key) {
            map.remove(other);
        }
        map.insert(key.clone(), value.clone());
    }
    map
}

/// The other name of a key.
fn same_key(key: &Key) -> Option<&'static str> {
    match key.text.as_str() {
        "tests" => Some("data_tests"),
        "data_tests" => Some("tests"),
        _ => None,
    }
}
