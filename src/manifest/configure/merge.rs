//! Layers of settings to one configuration.

use std::borrow::Cow;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};
use serde_json::{Map, Value as Json, json};

use super::begin::iso;
use super::hooks::hook_items;
use super::layer::Layer;
use crate::manifest::{Config, ResourceType, Values};
use crate::source::Span;

/// A merged configuration and who set what.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// The configuration; its `call` is still empty.
    pub(crate) config: Config,
    /// The place that set a key last.
    pub(crate) set_by: HashMap<String, Span>,
}

/// dbt: a configuration is laid over what was known of the node before. Where it
/// says `null` of a key of dbt's own, the earlier value stays, which `earlier` is. Gives the keys.
pub(crate) fn keep_where_null(config: &mut Config, earlier: &Config) -> Vec<String> {
    let nulls = config.values.iter().filter(|(_, value)| value.is_null());
    let nulls = nulls.filter(|(key, _)| config.values.default_of(key).is_some());
    let is_known = |key: &str| earlier.get(key).is_some_and(|before| !before.is_null());
    let kept: Vec<String> = nulls.map(|(key, _)| key.to_owned()).filter(|key| is_known(key)).collect();
    for key in &kept {
        config.set(key, earlier.get(key).cloned().unwrap_or_default());
    }
    kept
}

/// How a later value of a key joins an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Lists are joined; a lone value counts as a list of one.
    Append,
    /// Mappings are laid over each other, key by key.
    Update,
    /// As `Update`, with lists as values; a key written `+select` adds to the
    /// list that is there instead of replacing it.
    Grants,
    /// The later value stands.
    Replace,
}

/// dbt's rule for a key of a node of some kind.
fn rule_of(kind: ResourceType, key: &str) -> Rule {
    match (kind, key) {
        // dbt: what the property file says of these replaces what the project file says.
        (ResourceType::Source, "tags") | (ResourceType::Exposure, "tags" | "meta") => Rule::Replace,
        _ => rule(key),
    }
}

/// dbt's usual rule for a key.
pub(super) fn rule(key: &str) -> Rule {
    match key {
        "pre-hook" | "post-hook" | "tags" | "packages" => Rule::Append,
        "quoting"
        | "column_types"
        | "meta"
        | "docs"
        | "contract"
        | "snapshot_meta_column_names"
        | "latest_version_pointer" => Rule::Update,
        "grants" => Rule::Grants,
        _ => Rule::Replace,
    }
}

/// Mappings of which dbt keeps what it knows.
const KNOWN_PARTS: [(&str, [&str; 2]); 3] = [
    ("contract", ["enforced", "alias_types"]),
    ("docs", ["show", "node_color"]),
    (POINTER, ["enabled", "alias"]),
];

/// The config of the view that shows a model's latest version (dbt 1.12).
const POINTER: &str = "latest_version_pointer";

/// A value with all of its parts, where it may be written as a lone flag.
fn whole<'a>(key: &str, value: &'a Json) -> Cow<'a, Json> {
    match value {
        Json::Bool(enabled) if key == POINTER => Cow::Owned(json!({ "enabled": enabled })),
        _ => Cow::Borrowed(value),
    }
}

/// Lays `layers` over the defaults of `kind`, the first lowest.
pub(crate) fn merge<'a>(kind: ResourceType, layers: impl IntoIterator<Item = &'a Layer>) -> Merged {
    let mut values = Values::defaults_of(kind);
    let mut unrendered = Map::new();
    let mut set_by = HashMap::new();
    let layers: Vec<&Layer> = layers.into_iter().collect();
    for layer in &layers {
        let each =
            || layer.settings.iter().map(|it| (it.spelling().to_owned(), it.unrendered.clone())).collect();
        unrendered.extend(layer.written.clone().unwrap_or_else(each));
    }
    for setting in layers.iter().flat_map(|layer| &layer.settings) {
        let rule = rule_of(kind, &setting.key);
        let has_forms = !setting.forms.is_empty() || !values.forms().is_empty();
        if has_forms && matches!(rule, Rule::Update | Rule::Replace) {
            values.set_forms(&setting.key, &setting.forms, rule == Rule::Update);
        }
        join(&mut values, rule, &setting.key, &whole(&setting.key, &setting.value));
        set_by.insert(setting.key.clone(), setting.span);
    }
    // dbt: where nothing reads it as a moment, it stays a text.
    let is_microbatch = values.get("incremental_strategy").and_then(Json::as_str) == Some("microbatch");
    if is_microbatch && let Some(moment) = values.get("begin").and_then(Json::as_str).and_then(iso) {
        values.set("begin", moment.into());
    }
    // dbt: a word of its own that YAML takes for a boolean.
    if values.default_of("static_analysis").is_some()
        && let Some(Json::Bool(is_on)) = values.get("static_analysis")
    {
        let word = if *is_on { "on" } else { "off" };
        values.set("static_analysis", word.into());
    }
    // dbt: these keep what they know and drop the rest.
    for (key, known) in KNOWN_PARTS {
        if let Some(own) = values.said(key).and_then(Json::as_object) {
            let kept = own.iter().filter(|(key, _)| known.contains(&key.as_str()));
            let kept: Map<String, Json> = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
            values.set(key, kept.into());
        }
    }
    if let Some(own @ Json::Object(_)) = values.said(POINTER) {
        let all = json!({ "enabled": own["enabled"], "alias": own["alias"] });
        values.set(POINTER, all);
    }
    for key in ["pre-hook", "post-hook"] {
        if let Some(items) = values.said(key).map(hook_items) {
            values.set(key, items.into());
        }
    }
    // dbt: what others are joined to cannot be nothing, wherever it is said.
    let joined = layers.iter().flat_map(|layer| &layer.settings).filter(|setting| setting.value.is_null());
    for setting in joined.filter(|it| rule_of(kind, &it.key) != Rule::Replace && it.key != POINTER) {
        values.set(&setting.key, Json::Null);
        set_by.insert(setting.key.clone(), setting.span);
    }
    let config = Config { values: Arc::new(values), unrendered: Arc::new(unrendered), call: Arc::default() };
    Merged { config, set_by }
}

fn join(values: &mut Values, rule: Rule, key: &str, later: &Json) {
    let earlier = values.get(key);
    let joined = match (rule, earlier) {
        (Rule::Append, Some(earlier)) => Json::Array([as_list(earlier), as_list(later)].concat()),
        (Rule::Update, Some(Json::Object(earlier))) if later.is_object() => {
            let mut all = earlier.clone();
            all.extend(later.as_object().cloned().unwrap_or_default());
            Json::Object(all)
        }
        (Rule::Grants, Some(Json::Object(earlier))) if later.is_object() => {
            Json::Object(grants(earlier, later.as_object().unwrap_or(&Map::new())))
        }
        _ => later.clone(),
    };
    values.set(key, joined);
}

fn grants(earlier: &Map<String, Json>, later: &Map<String, Json>) -> Map<String, Json> {
    let mut all: Map<String, Json> =
        earlier.iter().map(|(key, value)| (key.clone(), Json::Array(as_list(value)))).collect();
    for (key, value) in later {
        let privilege = key.trim_start_matches('+');
        let mut grantees = match all.get(privilege) {
            Some(earlier) if key.starts_with('+') => as_list(earlier),
            _ => Vec::new(),
        };
        grantees.extend(as_list(value));
        all.insert(privilege.to_owned(), Json::Array(grantees));
    }
    all
}

/// A list as it is, nothing as no items, anything else as one item.
pub(super) fn as_list(value: &Json) -> Vec<Json> {
    match value {
        Json::Array(items) => items.clone(),
        Json::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    fn merged(layers: &[Json]) -> Config {
        let span = SourceMap::new().add("x", "").span();
        let layers: Vec<Layer> =
            layers.iter().map(|layer| Layer::of_values(layer.as_object().unwrap(), span)).collect();
        merge(ResourceType::Model, &layers).config
    }

    #[test]
    fn each_key_has_its_rule() {
        let check = |key: &str, layers: &[Json], expected: Json| {
            let layers: Vec<Json> = layers.iter().map(|value| json!({ key: value })).collect();
            assert_eq!(merged(&layers).values.get(key), Some(&expected), "{key} of {layers:?}");
        };
        check("tags", &[json!("a"), json!(["b", "a"])], json!(["a", "b", "a"]));
        check("meta", &[json!({"a": 1, "b": 1}), json!({"b": 2})], json!({"a": 1, "b": 2}));
        check("docs", &[json!({"show": false, "shown": 1})], json!({"show": false, "node_color": null}));
        check("contract", &[json!({"enforce": true})], json!({"enforced": false, "alias_types": true}));
        check("grants", &[json!({"select": "a"}), json!({"select": ["b"]})], json!({"select": ["b"]}));
        check("grants", &[json!({"select": "a"}), json!({"+select": ["b"]})], json!({"select": ["a", "b"]}));
        check(
            "persist_docs",
            &[json!({"relation": true}), json!({"columns": true})],
            json!({"columns": true}),
        );
        check(
            "latest_version_pointer",
            &[json!(true), json!({"alias": "orders", "other": 1})],
            json!({"enabled": true, "alias": "orders"}),
        );
        check("schema", &[json!("a"), json!(null)], json!(null));
        check("custom", &[json!([1]), json!([2])], json!([2]));
        check("begin", &[json!("2024-01-01")], json!("2024-01-01"));
    }

    #[test]
    fn the_beginning_of_batches_is_a_moment() {
        let config = merged(&[json!({"incremental_strategy": "microbatch"}), json!({"begin": "2024-01-01"})]);
        assert_eq!(config.get("begin"), Some(&json!("2024-01-01T00:00:00")));
    }

    #[test]
    fn hooks_become_dictionaries_in_order() {
        let config = merged(&[
            json!({"pre_hook": "vacuum a"}),
            json!({"pre-hook": [{"sql": "b", "transaction": false}, r#"{"sql": "c", "transaction": false}"#]}),
        ]);
        assert_eq!(
            config.values.get("pre-hook"),
            Some(&json!([
                {"sql": "vacuum a", "transaction": true, "index": null},
                {"sql": "b", "transaction": false, "index": null},
                {"sql": "c", "transaction": false, "index": null},
            ]))
        );
    }

    #[test]
    fn own_keys_follow_the_known_ones() {
        let config = merged(&[json!({"zebra": 1, "enabled": false, "apple": 2})]);
        let keys: Vec<&str> = config.values.iter().map(|(key, _)| key).collect();
        assert_eq!(keys.first(), Some(&"enabled"));
        assert_eq!(keys.get(keys.len() - 2..), Some(["zebra", "apple"].as_slice()));
        assert_eq!(config.unrendered.len(), 3);
    }
}
