//! An earlier `manifest.json`, as far as nodes are compared with it or stand in
//! for those of today.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value as Json};

use super::metadata::Metadata;
use crate::diagnostics::Diagnostic;

/// The versions of the artifact that can be read; older ones lack fields, which
/// count as null.
const OLDEST: u32 = 4;
const NEWEST: u32 = 12;

/// An earlier `manifest.json`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EarlierManifest {
    /// Everything that has a unique id but macros.
    pub entries: HashMap<String, Entry>,
    /// Texts of macros.
    pub macros: HashMap<String, String>,
}

/// One entry of a manifest under dbt's field names. A field that is not there
/// reads as null.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry(Map<String, Json>);

/// The fields that comparisons and deferral look at. The others are most of a
/// large file and are not kept.
const KEPT: &[&str] = &[
    "access",
    "alias",
    "arguments",
    "checksum",
    "columns",
    "config",
    "constraints",
    "contract",
    "database",
    "defaults",
    "depends_on",
    "deprecation_date",
    "description",
    "dimensions",
    "entities",
    "exports",
    "external",
    "fqn",
    "freshness",
    "group",
    "identifier",
    "label",
    "latest_version",
    "loaded_at_field",
    "maturity",
    "measures",
    "model",
    "name",
    "original_file_path",
    "owner",
    "primary_entity",
    "query_params",
    "quoting",
    "raw_code",
    "raw_sql",
    "relation_name",
    "resource_type",
    "returns",
    "schema",
    "tags",
    "type",
    "unrendered_config",
    "unrendered_database",
    "unrendered_schema",
    "url",
    "version",
];

impl Entry {
    /// What is written of a node today, to be held against what was.
    #[must_use]
    pub fn of(json: Json) -> Self {
        match json {
            Json::Object(fields) => Self(fields),
            _ => Self::default(),
        }
    }

    /// A field.
    #[must_use]
    pub fn get(&self, key: &str) -> &Json {
        self.0.get(key).unwrap_or(&Json::Null)
    }

    /// A field of a field.
    #[must_use]
    pub fn inner(&self, key: &str, inner: &str) -> &Json {
        self.get(key).get(inner).unwrap_or(&Json::Null)
    }

    /// A text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).as_str()
    }

    /// A mapping; an empty one where there is none.
    pub fn map(&self, key: &str) -> impl Iterator<Item = (&String, &Json)> {
        self.get(key).as_object().into_iter().flatten()
    }
}

#[derive(Deserialize)]
struct File {
    metadata: Metadata,
    #[serde(default)]
    nodes: HashMap<String, Entry>,
    #[serde(default)]
    sources: HashMap<String, Entry>,
    #[serde(default)]
    exposures: HashMap<String, Entry>,
    #[serde(default)]
    metrics: HashMap<String, Entry>,
    #[serde(default)]
    semantic_models: HashMap<String, Entry>,
    #[serde(default)]
    saved_queries: HashMap<String, Entry>,
    #[serde(default)]
    unit_tests: HashMap<String, Entry>,
    #[serde(default)]
    functions: HashMap<String, Entry>,
    #[serde(default)]
    macros: HashMap<String, MacroText>,
}

#[derive(Deserialize)]
struct MacroText {
    #[serde(default)]
    macro_sql: String,
}

impl EarlierManifest {
    /// Reads a `manifest.json` of version 4 to 12.
    ///
    /// # Errors
    /// The text is not such an artifact.
    pub fn read(path: &Path, text: &str) -> Result<Self, Diagnostic> {
        let file: File = serde_json::from_str(text).map_err(|error| {
            Diagnostic::error("bad-state", format!("this is no manifest: {error}")).in_file(path)
        })?;
        if !matches!(file.metadata.version_of("manifest"), Some(OLDEST..=NEWEST)) {
            let problem = Diagnostic::error("bad-state", "this manifest has a version that cannot be read");
            return Err(problem
                .in_file(path)
                .note(format!("the file says `{}`", file.metadata.dbt_schema_version))
                .help(format!("versions {OLDEST} to {NEWEST} can be read")));
        }
        let mut entries = file.nodes;
        let others = [
            file.sources,
            file.exposures,
            file.metrics,
            file.semantic_models,
            file.saved_queries,
            file.unit_tests,
            file.functions,
        ];
        for section in others {
            entries.extend(section);
        }
        let macros = file.macros.into_iter().map(|(id, text)| (id, text.macro_sql)).collect();
        Ok(Self { entries, macros })
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Entry, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if !KEPT.contains(&key.as_str()) {
                access.next_value::<IgnoredAny>()?;
                continue;
            }
            // dbt: the name before version 7.
            let key = if key == "raw_sql" { "raw_code".to_owned() } else { key };
            fields.insert(key, access.next_value()?);
        }
        Ok(Entry(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "state/manifest.json";

    fn text(version: u32, nodes: &str) -> String {
        let address = format!("https://schemas.getdbt.com/dbt/manifest/v{version}.json");
        format!(r#"{{"metadata": {{"dbt_schema_version": "{address}"}}, "nodes": {nodes}}}"#)
    }

    #[test]
    fn what_is_compared_is_kept() {
        let nodes = r#"{"model.shop.a": {"raw_sql": "select 1", "compiled_sql": "x", "config": {"a": 1}}}"#;
        let read = EarlierManifest::read(Path::new(PATH), &text(6, nodes)).unwrap();
        let entry = &read.entries["model.shop.a"];
        assert_eq!(entry.text("raw_code"), Some("select 1"));
        assert_eq!((entry.get("compiled_sql"), entry.get("raw_sql")), (&Json::Null, &Json::Null));
        assert_eq!(entry.inner("config", "a"), &Json::from(1));
    }

    #[test]
    fn other_files_are_refused() {
        for wrong in [text(13, "{}"), text(3, "{}"), "{}".to_owned(), "[".to_owned()] {
            let problem = EarlierManifest::read(Path::new(PATH), &wrong).unwrap_err();
            assert_eq!(problem.code, "bad-state", "{wrong}");
        }
    }
}
