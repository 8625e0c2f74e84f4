//! The forms of a `pre-hook` or `post-hook`.

use serde_json::{Map, Value as Json, json};

use super::merge::as_list;

/// The hooks of a merged list as dictionaries of `sql`, `transaction` and
/// `index`. A hook is a text, a dictionary, or a text that holds a dictionary
/// as JSON (what dbt's `before_begin` and its like return). Anything else stays
/// as it is for the check to find.
pub(super) fn hook_items(value: &Json) -> Vec<Json> {
    as_list(value).iter().map(hook_item).collect()
}

fn hook_item(item: &Json) -> Json {
    match item {
        Json::String(text) => match serde_json::from_str::<Map<String, Json>>(text) {
            Ok(fields) if fields.contains_key("sql") => of_fields(&fields),
            _ => json!({ "sql": text, "transaction": true, "index": null }),
        },
        Json::Object(fields) if fields.contains_key("sql") => of_fields(fields),
        other => other.clone(),
    }
}

fn of_fields(fields: &Map<String, Json>) -> Json {
    let field = |name: &str| fields.get(name).cloned();
    json!({
        "sql": field("sql"),
        "transaction": field("transaction").unwrap_or(Json::Bool(true)),
        "index": field("index"),
    })
}
