//! The config trees of a project file: `models:`, `seeds:` and the like.

use super::layer::{Layer, Setting};
use crate::yaml::{Map, Value, Yaml};

/// What a config tree says about the node with this `fqn`: one layer for each
/// level of the tree that the fqn passes, the outermost first. Below a level, a
/// key with `+` is a setting, and so is a key without it whose value is not a
/// mapping. `unrendered` is the same tree before rendering.
pub(crate) fn tree_layers(rendered: &Map, unrendered: &Map, fqn: &[String]) -> Vec<Layer> {
    let mut layers = Vec::new();
    let (mut level, mut written) = (Some(rendered), Some(unrendered));
    for part in std::iter::once(None).chain(fqn.iter().map(Some)) {
        if let Some(name) = part {
            level = level.and_then(|map| map.get(name)).and_then(Yaml::as_map);
            written = written.and_then(|map| map.get(name)).and_then(Yaml::as_map);
        }
        let Some(map) = level else { break };
        let layer = settings(map, written);
        if !layer.is_empty() {
            layers.push(layer);
        }
    }
    layers
}

fn settings(level: &Map, written: Option<&Map>) -> Layer {
    let mut layer = Layer::default();
    for (key, value) in level.iter().filter(|(key, value)| is_setting(&key.text, value)) {
        let json = value.to_json();
        let unrendered =
            written.and_then(|map| map.get(&key.text)).map_or_else(|| json.clone(), Yaml::to_json);
        layer.push(Setting {
            key: key.text.trim_start_matches('+').to_owned(),
            value: json,
            unrendered,
            span: if value.value == Value::Null { key.span } else { value.span },
        });
    }
    layer
}

/// Whether an entry of a tree is a setting and not the next folder.
pub(super) fn is_setting(key: &str, value: &Yaml) -> bool {
    key.starts_with('+') || value.as_map().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::source::SourceMap;

    fn layers(text: &str, fqn: &[&str]) -> Vec<Json> {
        let file = SourceMap::new().add("dbt_project.yml", text);
        let tree = crate::yaml::parse(&file).unwrap();
        let fqn: Vec<String> = fqn.iter().map(|part| (*part).to_owned()).collect();
        let map = tree.as_map().unwrap();
        tree_layers(map, map, &fqn)
            .into_iter()
            .map(|layer| {
                Json::Object(layer.settings.into_iter().map(|setting| (setting.key, setting.value)).collect())
            })
            .collect()
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
        check(&["other", "x"], json!([{"tags": "all"}]));
        check(&["shop", "x"], json!([{"tags": "all"}, {"meta": {"a": 1}}]));
        check(
            &["shop", "staging", "orders"],
            json!([{"tags": "all"}, {"meta": {"a": 1}}, {"schema": "stg"}, {"enabled": false}]),
        );
    }
}
