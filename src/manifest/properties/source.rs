//! Sources and their tables.

use std::collections::BTreeMap;

use serde_json::{Map as JsonMap, Value as Json};

use super::column::{Column, columns};
use super::config_block::ConfigBlock;
use super::entry::Entry;
use super::forms;
use super::source_config::{Level, level, merged};
use super::spanned::Spanned;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::yaml::Yaml;
use crate::yaml::form::names;

/// A source: tables that others load into one schema.
#[derive(Debug, Clone)]
pub struct SourceProperties {
    /// Its name.
    pub name: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// A template that knows `doc()`.
    pub description: Option<Spanned<String>>,
    /// The database and the schema, where they are named: by default the
    /// target's database and the source's name.
    pub place: SourcePlace,
    /// Who loads it; empty where nobody says.
    pub loader: String,
    /// Which name parts are quoted.
    pub quoting: BTreeMap<String, bool>,
    /// `meta`, with `config.meta` over it.
    pub meta: JsonMap<String, Json>,
    /// `tags` that stand beside `config:`; tests of its tables get these.
    pub tags: Vec<String>,
    /// Its tables, in order.
    pub tables: Vec<TableProperties>,
}

/// Where a source lies.
#[derive(Debug, Clone, Default)]
pub struct SourcePlace {
    /// The database.
    pub database: Option<String>,
    /// The schema.
    pub schema: Option<String>,
    /// The database before rendering.
    pub unrendered_database: Option<String>,
    /// The schema before rendering.
    pub unrendered_schema: Option<String>,
}

/// One table of a source.
#[derive(Debug, Clone)]
pub struct TableProperties {
    /// Its name, as `source()` knows it.
    pub name: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// A template that knows `doc()`.
    pub description: Option<Spanned<String>>,
    /// Its name in the warehouse, where it differs.
    pub identifier: Option<String>,
    /// Columns, in order.
    pub columns: Vec<Column>,
    /// Data tests as written, not rendered.
    pub tests: Vec<Yaml>,
    /// Which name parts are quoted: the source's rules with the table's over them.
    pub quoting: BTreeMap<String, bool>,
    /// Free data about where it lies, as written.
    pub external: Option<Json>,
    /// `tags` that stand beside `config:`; tests of the table get these.
    pub tags: Vec<String>,
    /// The configuration that source and table make together (dbt:
    /// `_generate_source_config`): always `meta`, `tags`, `loaded_at_field` and
    /// `loaded_at_query`, and `freshness` where one of them says something.
    pub config: ConfigBlock,
}

impl SourceProperties {
    /// The same with the place before rendering that this entry tells.
    pub(super) fn with_unrendered_place(mut self, raw: &Yaml) -> Self {
        self.place.unrendered_database = as_written(raw, "database");
        self.place.unrendered_schema = as_written(raw, "schema");
        self
    }
}

/// What a source says that its tables may override.
struct Inherited<'a> {
    name: &'a str,
    own: Level,
    quoting: &'a BTreeMap<String, bool>,
}

/// One entry of `sources`. `raw` is the same before rendering.
pub(super) fn source(yaml: &Yaml, raw: &Yaml, problems: &mut Vec<Diagnostic>) -> Option<SourceProperties> {
    let (mut entry, name) = Entry::open_named("source", yaml, problems)?;
    entry.check_forms(forms::SOURCE, &[]);
    let quoting = quoting(&mut entry);
    let own = level(&mut entry, raw);
    let inherited = Inherited { name: &name.value, own, quoting: &quoting };
    let tables = tables(&mut entry, raw, &inherited);
    let own = inherited.own;
    Some(SourceProperties {
        span: entry.span,
        description: entry.text("description"),
        place: SourcePlace {
            database: name_part(&mut entry, "database"),
            schema: name_part(&mut entry, "schema"),
            unrendered_database: as_written(raw, "database"),
            unrendered_schema: as_written(raw, "schema"),
        },
        loader: entry.text("loader").map(|text| text.value).unwrap_or_default(),
        meta: own.meta,
        tags: own.tags,
        name,
        quoting,
        tables,
    })
}

/// A part of where it lies. dbt: an empty text says nothing.
fn name_part(entry: &mut Entry<'_, '_>, key: &str) -> Option<String> {
    entry.text(key).map(|text| text.value).filter(|text| !text.is_empty())
}

/// The same before rendering.
fn as_written(raw: &Yaml, key: &str) -> Option<String> {
    let text = raw.as_map()?.get(key)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn tables(parent: &mut Entry<'_, '_>, raw: &Yaml, inherited: &Inherited<'_>) -> Vec<TableProperties> {
    let raw_tables =
        raw.as_map().and_then(|map| map.get("tables")).and_then(Yaml::as_seq).unwrap_or_default();
    let items = parent.list("tables");
    let pairs = items.iter().zip(raw_tables);
    pairs.filter_map(|(item, raw)| table(item, raw, inherited, parent.problems)).collect()
}

fn table(
    yaml: &Yaml,
    raw: &Yaml,
    inherited: &Inherited<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<TableProperties> {
    let (mut entry, name) = Entry::open_named("source table", yaml, problems)?;
    entry.subject = format!("source table `{}.{}`", inherited.name, name.value);
    entry.warn_unknown_keys(&names(forms::TABLE));
    entry.check_known_forms(forms::TABLE);
    let own = level(&mut entry, raw);
    let mut merged_quoting = inherited.quoting.clone();
    merged_quoting.extend(quoting(&mut entry));
    Some(TableProperties {
        span: entry.span,
        description: entry.text("description"),
        identifier: name_part(&mut entry, "identifier"),
        columns: columns(&mut entry),
        tests: entry.tests(),
        quoting: merged_quoting,
        external: entry.get("external").map(Yaml::to_json),
        tags: own.tags.clone(),
        config: merged(&inherited.own, own, name.span),
        name,
    })
}

fn quoting(entry: &mut Entry<'_, '_>) -> BTreeMap<String, bool> {
    let Some(value) = entry.get("quoting") else { return BTreeMap::new() };
    let subject = format!("`quoting` of {}", entry.subject);
    let Some(mut parts) = Entry::open(subject, value, entry.problems) else { return BTreeMap::new() };
    let known = ["database", "schema", "identifier", "column"];
    known.into_iter().filter_map(|part| Some((part.to_owned(), parts.flag(part)?))).collect()
}
