//! An entry of the config `indexes`, checked: `adapter.parse_index(…)` of dbt's adapters.

use serde_json::{Map, Value as Json};

use super::{DatabaseError, MemberCall};

/// The types of indexes of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Types {
    /// One, so that an entry does not name it.
    One,
    /// Many: an entry may name its `type`.
    Many,
}

/// The entry with all its fields; null where there is none.
pub(super) fn parse(call: &MemberCall, types: Types) -> Result<Json, DatabaseError> {
    let raw = call.argument(0, "raw_index");
    if raw.is_null() {
        return Ok(Json::Null);
    }
    let entries = raw.as_object().ok_or_else(|| refuse("is a mapping with `columns`"))?;
    let (known, told): (&[&str], _) = match types {
        Types::One => (&["columns", "unique"], "has `columns` and `unique`"),
        Types::Many => (&["columns", "unique", "type"], "has `columns`, `unique` and `type`"),
    };
    if let Some(name) = entries.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(refuse(&format!("{told}, but no `{name}`")));
    }
    let mut index = Map::new();
    index.insert("columns".to_owned(), columns(entries)?);
    index.insert("unique".to_owned(), Json::from(unique(entries)?));
    if types == Types::Many {
        index.insert("type".to_owned(), method(entries)?);
    }
    Ok(Json::Object(index))
}

fn columns(entries: &Map<String, Json>) -> Result<Json, DatabaseError> {
    let needs = "needs a list of `columns`";
    match entries.get("columns") {
        None | Some(Json::Null) => {
            Err(refuse(&format!("{needs} (dbt says: 'columns' is a required property)")))
        }
        Some(Json::Array(columns)) if columns.iter().all(Json::is_string) => Ok(columns.clone().into()),
        Some(other) => Err(refuse(&format!("{needs} (dbt says: {other} is not of type 'array')"))),
    }
}

fn unique(entries: &Map<String, Json>) -> Result<bool, DatabaseError> {
    match entries.get("unique") {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(unique)) => Ok(*unique),
        Some(other) => {
            let words = "has `unique: true` or `unique: false`";
            Err(refuse(&format!("{words} (dbt says: {other} is not of type 'boolean')")))
        }
    }
}

fn method(entries: &Map<String, Json>) -> Result<Json, DatabaseError> {
    match entries.get("type") {
        None | Some(Json::Null) => Ok(Json::Null),
        Some(Json::String(method)) => Ok(Json::from(method.as_str())),
        Some(_) => Err(refuse("has a `type` such as `btree`")),
    }
}

fn refuse(message: &str) -> DatabaseError {
    DatabaseError::new(format!("an entry of `indexes` {message}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_are_checked() {
        let check = |types: Types, entry: Json, expected: Result<Json, &str>| {
            let call = MemberCall { name: "parse_index".into(), args: vec![entry], kwargs: Map::new() };
            let parsed = parse(&call, types).map_err(|error| error.message);
            let expected = expected.map_err(|words| format!("an entry of `indexes` {words}"));
            assert_eq!(parsed, expected);
        };
        let (one, many) = (Types::One, Types::Many);
        check(many, json!(null), Ok(json!(null)));
        check(one, json!({"columns": ["a"]}), Ok(json!({"columns": ["a"], "unique": false})));
        let whole = json!({"columns": ["a"], "unique": true, "type": "hash"});
        check(many, whole.clone(), Ok(whole.clone()));
        check(one, whole, Err("has `columns` and `unique`, but no `type`"));
        let misspelt = json!({"columns": ["a"], "uniq": true});
        check(many, misspelt, Err("has `columns`, `unique` and `type`, but no `uniq`"));
        check(many, json!(["a"]), Err("is a mapping with `columns`"));
        let missing = "needs a list of `columns` (dbt says: 'columns' is a required property)";
        check(many, json!({"unique": true}), Err(missing));
        let text = "needs a list of `columns` (dbt says: \"a\" is not of type 'array')";
        check(one, json!({"columns": "a"}), Err(text));
        let odd = "has `unique: true` or `unique: false` (dbt says: \"x\" is not of type 'boolean')";
        check(one, json!({"columns": ["a"], "unique": "x"}), Err(odd));
        check(many, json!({"columns": ["a"], "type": 1}), Err("has a `type` such as `btree`"));
    }
}
