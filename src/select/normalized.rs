//! Definitions of `selectors.yml` as `manifest.json` shows them: texts taken
//! apart, short forms written out, references replaced by what they name.

use serde_json::{Map, Value as Json, json};

use super::criterion::Parts;

/// The definition in dbt's long form. `definition_of` finds other selectors'
/// definitions as written; none of them leads back to itself.
pub(super) fn normalized(definition: Json, definition_of: &dyn Fn(&str) -> Option<Json>) -> Json {
    let each = |items: Vec<Json>| -> Json {
        items.into_iter().map(|item| normalized(item, definition_of)).collect()
    };
    match definition {
        Json::String(text) => taken_apart(&text),
        Json::Object(map) => {
            if map.get("method") == Some(&json!("selector")) {
                let other = map.get("value").and_then(Json::as_str).and_then(definition_of);
                return other.map_or(Json::Object(map), |other| normalized(other, definition_of));
            }
            let is_short = map.len() == 1;
            let mut long = Map::new();
            for (key, value) in map {
                match (key.as_str(), value) {
                    // dbt leaves an `exclude` beside other keys as it is.
                    ("exclude", value) if !is_short => {
                        long.insert(key, value);
                    }
                    ("union" | "intersection" | "exclude", Json::Array(items)) => {
                        long.insert(key, each(items));
                    }
                    (_, value) if is_short => {
                        long.insert("method".to_owned(), key.into());
                        long.insert("value".to_owned(), value);
                    }
                    (_, value) => {
                        long.insert(key, value);
                    }
                }
            }
            Json::Object(long)
        }
        other => other,
    }
}

/// A criterion's parts, those that are there.
fn taken_apart(text: &str) -> Json {
    let parts = Parts::cut(text);
    let is_there = |digits: Option<&str>| digits.map(|_| Json::Bool(true));
    let number = |digits: Option<&str>| digits.filter(|digits| !digits.is_empty()).map(Json::from);
    let entries = [
        ("childrens_parents", parts.childrens_parents.then_some(Json::Bool(true))),
        ("parents", is_there(parts.parents)),
        ("parents_depth", number(parts.parents)),
        ("method", Some(parts.method_name().into())),
        ("value", Some(parts.value).filter(|value| !value.is_empty()).map(Json::from)),
        ("children", is_there(parts.children)),
        ("children_depth", number(parts.children)),
    ];
    Json::Object(entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect())
}
