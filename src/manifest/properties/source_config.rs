//! The configuration that a source and its table make together.

use std::collections::BTreeSet;

use serde_json::{Map as JsonMap, Value as Json};

use super::config_block::ConfigBlock;
use super::entry::Entry;
use super::freshness::{Threshold, threshold};
use super::spanned::Spanned;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::yaml::Yaml;

/// What one level, source or table, says about configuration.
pub(super) struct Level {
    /// Its `config:` as written.
    config: ConfigBlock,
    /// `freshness:` beside `config:`, with the one inside it over it.
    freshness: [Threshold; 2],
    field: LoadedAt,
    query: LoadedAt,
    /// `meta`, with `config.meta` over it.
    pub(super) meta: JsonMap<String, Json>,
    /// `tags` beside `config:`.
    pub(super) tags: Vec<String>,
}

/// `loaded_at_field` or `loaded_at_query` of one level.
struct LoadedAt {
    /// Whether the key is there, if only with nothing as its value.
    is_said: bool,
    value: Option<Spanned<String>>,
}

/// What an entry, source or table, says about configuration.
pub(super) fn level(entry: &mut Entry<'_, '_>, raw: &Yaml) -> Level {
    let config = entry.config(raw, &[]);
    let freshness = [entry.get_or_null("freshness"), config.get("freshness")]
        .map(|value| threshold(&entry.subject, value, entry.problems));
    let field = loaded_at(entry, &config, "loaded_at_field");
    let query = loaded_at(entry, &config, "loaded_at_query");
    if let (Some(field), Some(query)) = (&field.value, &query.value) {
        let message = format!("{} has both `loaded_at_field` and `loaded_at_query`", entry.subject);
        entry.problems.push(
            Diagnostic::error("set-twice", message)
                .at(query.span, "this query tells when the table was loaded")
                .at(field.span, "and so does this field")
                .help("keep one of the two"),
        );
    }
    let mut meta = entry.object("meta");
    meta.extend(config.meta());
    Level { config, freshness, field, query, meta, tags: entry.plain_texts("tags") }
}

fn loaded_at(entry: &mut Entry<'_, '_>, config: &ConfigBlock, key: &str) -> LoadedAt {
    let beside = entry.text(key);
    if let Some(empty) = beside.as_ref().filter(|text| text.value.is_empty()) {
        let message = format!("`{key}` of {} must not be empty", entry.subject);
        entry.problems.push(Diagnostic::error("empty-value", message).at(empty.span, ""));
    }
    let inside = config.get(key).and_then(|value| Some(Spanned::new(value.as_str()?.to_owned(), value.span)));
    let is_said = entry.get_or_null(key).is_some() || inside.is_some();
    LoadedAt { is_said, value: beside.filter(|text| !text.value.is_empty()).or(inside) }
}

/// The `config` of a source with that of a table over it. `fallback` is the
/// place of what neither of them wrote.
pub(super) fn merged(source: &Level, table: Level, fallback: Span) -> ConfigBlock {
    let tags: BTreeSet<String> = [source.tags.clone(), source.config.tags(), table.tags, table.config.tags()]
        .concat()
        .into_iter()
        .collect();
    let (field, query) = loaded_at_of(source, &table.field, &table.query);
    let text =
        |text: Option<&Spanned<String>>| text.map_or(Json::Null, |text| Json::from(text.value.as_str()));
    let mut meta = source.meta.clone();
    meta.extend(table.meta);
    let [beside, inside] = table.freshness;
    let [source_beside, source_inside] = source.freshness.clone();
    let freshness = source_beside.merge(source_inside).merge(beside).merge(inside).to_config();

    let mut merged = source.config.clone();
    for setting in table.config.settings {
        merged.set(setting.key, setting.value);
    }
    match freshness {
        Some(freshness) => set(&mut merged, "freshness", &freshness, fallback),
        None => merged.settings.retain(|setting| setting.key.value != "freshness"),
    }
    set(&mut merged, "loaded_at_field", &text(field), field.map_or(fallback, |text| text.span));
    set(&mut merged, "loaded_at_query", &text(query), query.map_or(fallback, |text| text.span));
    set(&mut merged, "meta", &Json::Object(meta), fallback);
    set(&mut merged, "tags", &Json::from_iter(tags), fallback);
    // dbt: a source's unrendered configuration is this same merge.
    merged.unrendered = merged.to_json();
    merged
}

/// Sets a key; one that was written keeps its place.
fn set(block: &mut ConfigBlock, key: &str, value: &Json, fallback: Span) {
    let known = block.settings.iter().find(|setting| setting.key.value == key);
    let span = known.map_or(fallback, |setting| setting.value.span);
    block.set(Spanned::new(key.to_owned(), span), Yaml::from_json(value, span));
}

/// What tells when the table was loaded: its own word, else the source's. A
/// table's field takes the place of its source's query.
fn loaded_at_of<'a>(
    source: &'a Level,
    field: &'a LoadedAt,
    query: &'a LoadedAt,
) -> (Option<&'a Spanned<String>>, Option<&'a Spanned<String>>) {
    let own_or = |own: &'a LoadedAt, outer: &'a LoadedAt| {
        if own.is_said { own.value.as_ref() } else { outer.value.as_ref() }
    };
    let query = match (&query.value, field.is_said) {
        (Some(own), _) => Some(own),
        (None, true) => None,
        (None, false) => source.query.value.as_ref(),
    };
    (own_or(field, &source.field), query)
}
