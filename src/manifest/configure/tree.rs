//! The config trees of a project file: `models:`, `seeds:` and the like.

use std::sync::Arc;

use foldhash::HashMap;
use serde_json::Value as Json;

use super::layer::Layer;
use crate::template::Forms;
use crate::yaml::{Map, Value, Yaml};

/// A config tree with what each level of it says laid over the levels above.
///
/// Below a level, a key with `+` is a setting, and so is a key without it whose
/// value is not a mapping.
#[derive(Debug, Default)]
pub(crate) struct LayerTree {
    /// What this level and those above it say, the outermost first.
    layers: Arc<[Layer]>,
    below: HashMap<String, LayerTree>,
}

impl LayerTree {
    /// Reads a tree; `unrendered` is the same tree before rendering.
    pub(crate) fn new(rendered: &Map, unrendered: &Map) -> Self {
        Self::level(&[], rendered, Some(unrendered), true)
    }

    fn level(above: &[Layer], rendered: &Map, unrendered: Option<&Map>, is_outermost: bool) -> Self {
        let own = settings(rendered, unrendered, is_outermost);
        let own = (!own.is_empty()).then_some(own);
        let layers: Arc<[Layer]> = above.iter().cloned().chain(own).collect();
        let deeper = |map: &Map, name: &str| map.get(name).and_then(Yaml::as_map).cloned();
        let below = rendered.iter().filter_map(|(key, _)| {
            let level = deeper(rendered, &key.text)?;
            let written = unrendered.and_then(|map| deeper(map, &key.text));
            Some((key.text.clone(), Self::level(&layers, &level, written.as_ref(), false)))
        });
        Self { below: below.collect(), layers: Arc::clone(&layers) }
    }

    /// What the tree says about the node with this `fqn`: one layer for each level
    /// that the fqn passes and that says something, the outermost first. Nodes for
    /// which the same levels count get the same list.
    pub(crate) fn layers(&self, fqn: &[String]) -> &Arc<[Layer]> {
        let mut level = self;
        for name in fqn {
            let Some(next) = level.below.get(name) else { break };
            level = next;
        }
        &level.layers
    }
}

fn settings(level: &Map, written: Option<&Map>, is_outermost: bool) -> Layer {
    let mut layer = Layer::default();
    for (key, value) in level.iter().filter(|(key, value)| is_setting(&key.text, value)) {
        // dbt: hooks right below `models:` and written so may be nothing, others may not.
        let is_no_hook = is_outermost
            && value.value == Value::Null
            && matches!(key.text.as_str(), "pre-hook" | "post-hook");
        let json = if is_no_hook { Json::Array(Vec::new()) } else { value.to_json() };
        let unrendered =
            written.and_then(|map| map.get(&key.text)).map_or_else(|| json.clone(), Yaml::to_json);
        let span = if value.value == Value::Null { key.span } else { value.span };
        layer.push(key.text.trim_start_matches('+').trim(), json, unrendered, span);
        layer.with_forms(Forms::of_yaml_config(value));
    }
    layer
}

/// Whether an entry of a tree is a setting and not the next folder.
pub(super) fn is_setting(key: &str, value: &Yaml) -> bool {
    key.starts_with('+') || value.as_map().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::SourceMap;

    fn layers(text: &str, fqn: &[&str]) -> Vec<Json> {
        let file = SourceMap::new().add("dbt_project.yml", text);
        let tree = crate::yaml::parse(&file).unwrap();
        let fqn: Vec<String> = fqn.iter().map(|part| (*part).to_owned()).collect();
        let map = tree.as_map().unwrap();
        let settings =
            |layer: &Layer| layer.settings.iter().map(|it| (it.key.clone(), it.value.clone())).collect();
        let tree = LayerTree::new(map, map);
        tree.layers(&fqn).iter().map(|layer| Json::Object(settings(layer))).collect()
    }

    const TREE: &str = "\
+tags: all
shop:
  +meta: {a: 1}
  staging:
    schema: stg
    orders:
      +enabled: false
  marts: {materialized: table}
";

    #[test]
    fn a_tree_is_walked_along_the_fqn() {
        let check =
            |fqn: &[&str], expected: Json| assert_eq!(Json::from(layers(TREE, fqn)), expected, "{fqn:?}");
        let hooks = "post-hook:\n+pre-hook:\nshop: {post-hook: null}\n";
        let levels = json!([{"post-hook": [], "pre-hook": null}, {"post-hook": null}]);
        assert_eq!(Json::from(layers(hooks, &["shop"])), levels);
        check(&["other", "x"], json!([{"tags": "all"}]));
        check(&["shop", "x"], json!([{"tags": "all"}, {"meta": {"a": 1}}]));
        check(
            &["shop", "staging", "orders"],
            json!([{"tags": "all"}, {"meta": {"a": 1}}, {"schema": "stg"}, {"enabled": false}]),
        );
    }
}
