//! How a materialized view is stored.

use serde_json::{Value as Json, json};

use crate::adapter::{DatabaseError, MemberCall};

/// How a materialized view is stored, as its config or the catalog says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// `even`, `all`, `key`, or `auto`, which a view cannot be given.
    dist_style: String,
    /// The column of `key`.
    dist_key: Option<String>,
    /// Columns by which rows are sorted.
    sort_key: Vec<String>,
    auto_refresh: bool,
    /// Part of snapshots of the cluster. The catalog does not tell it.
    backup: bool,
}

impl Layout {
    /// By the arguments `dist`, `sort`, `backup` and `auto_refresh`: configs of a model.
    pub(super) fn configured(call: &MemberCall) -> Result<Self, DatabaseError> {
        let refuse = |message: &str| Err(DatabaseError::new(message));
        let dist = call.argument(0, "dist");
        let dist = match dist {
            Json::Null => "",
            Json::String(dist) => dist.trim(),
            _ => return refuse("`dist` is `all`, `even`, or the name of one column"),
        };
        let (dist_style, dist_key) = match dist.to_lowercase().as_str() {
            "" | "even" => ("even", None),
            "auto" => {
                return refuse(
                    "a materialized view cannot have `dist: auto`; it is `all`, `even`, or a column",
                );
            }
            "all" => ("all", None),
            _ => ("key", Some(dist.to_owned())),
        };
        let names = |list: &Vec<Json>| list.iter().map(|name| name.as_str().map(str::to_owned)).collect();
        let sort_key = match call.argument(1, "sort") {
            Json::Null => Some(Vec::new()),
            Json::String(column) => Some(vec![column.clone()]),
            Json::Array(columns) => names(columns),
            _ => None,
        };
        let Some(sort_key) = sort_key else {
            return refuse("`sort` is the name of a column, or a list of them");
        };
        Ok(Self {
            dist_style: dist_style.to_owned(),
            dist_key,
            sort_key,
            backup: flag(call.argument(2, "backup"), "backup", true)?,
            auto_refresh: flag(call.argument(3, "auto_refresh"), "auto_refresh", false)?,
        })
    }

    /// By the arguments `existing_dist`, `existing_sort` and `existing_auto_refresh`, as the
    /// catalog tells them: `EVEN`, `KEY(id)`, `AUTO(ALL)`; `t` or `f`. What it does not tell is
    /// as if nothing was configured.
    pub(super) fn existing(call: &MemberCall) -> Self {
        let dist = call.argument(4, "existing_dist").as_str().unwrap_or_default();
        let (style, inner) = dist.split_once('(').unwrap_or((dist, ""));
        let style = style.trim().to_lowercase();
        let is_key = style == "key";
        let columns = call.argument(5, "existing_sort").as_array();
        let columns = columns.into_iter().flatten().filter_map(Json::as_str);
        let refreshes = call.argument(6, "existing_auto_refresh");
        Self {
            dist_style: if style.is_empty() { "even".to_owned() } else { style },
            dist_key: is_key.then(|| inner.trim_end_matches(')').to_owned()),
            sort_key: columns.map(str::to_owned).collect(),
            auto_refresh: refreshes.as_bool().unwrap_or(refreshes == "t"),
            backup: true,
        }
    }

    /// What changes if this takes the place of another layout. Only whether a view is
    /// refreshed by itself can be altered; the rest needs a new one.
    pub(super) fn changes_of(&self, existing: &Self) -> Option<Json> {
        let lower = |names: &[String]| names.iter().map(|name| name.to_lowercase()).collect::<Vec<_>>();
        let key = |layout: &Self| layout.dist_key.as_ref().map(|name| name.to_lowercase());
        let dist = self.dist_style != existing.dist_style || key(self) != key(existing);
        let sort = lower(&self.sort_key) != lower(&existing.sort_key);
        let refresh = self.auto_refresh != existing.auto_refresh;
        let change = |context: Json| json!({"action": "alter", "context": context});
        (dist || sort || refresh).then(|| {
            json!({
                "dist": dist.then(|| change(json!({"diststyle": self.dist_style, "distkey": self.dist_key}))),
                "sort": sort.then(|| change(json!({"sortkey": self.sort_key}))),
                "autorefresh": refresh.then(|| change(json!(self.auto_refresh))),
                "requires_full_refresh": dist || sort,
            })
        })
    }

    /// For macros.
    pub(super) fn to_json(&self) -> Json {
        json!({
            "diststyle": self.dist_style,
            "distkey": self.dist_key,
            "sortkey": self.sort_key,
            "autorefresh": self.auto_refresh,
            "backup": self.backup,
        })
    }
}

/// Yes or no, also as text.
fn flag(value: &Json, name: &str, left_out: bool) -> Result<bool, DatabaseError> {
    let word = value.as_str().map(|word| word.trim().to_lowercase());
    match (value, word.as_deref()) {
        (Json::Null, _) => Ok(left_out),
        (Json::Bool(yes), _) => Ok(*yes),
        (_, Some("true")) => Ok(true),
        (_, Some("false" | "")) => Ok(false),
        _ => Err(DatabaseError::new(format!("`{name}` is true or false, not `{value}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(arguments: &Json) -> MemberCall {
        let kwargs = arguments.as_object().cloned().unwrap_or_default();
        MemberCall { name: "materialized_view_changes".into(), args: Vec::new(), kwargs }
    }

    #[test]
    fn configs_say_how_a_view_is_stored() {
        let check = |arguments: &Json, expected: &str| {
            let layout = Layout::configured(&call(arguments));
            let told = layout.map_or_else(|error| error.message, |layout| layout.to_json().to_string());
            assert_eq!(told, expected);
        };
        check(
            &json!({}),
            r#"{"diststyle":"even","distkey":null,"sortkey":[],"autorefresh":false,"backup":true}"#,
        );
        check(
            &json!({"dist": "Id", "sort": "at", "backup": "false", "auto_refresh": true}),
            r#"{"diststyle":"key","distkey":"Id","sortkey":["at"],"autorefresh":true,"backup":false}"#,
        );
        check(
            &json!({"dist": "auto"}),
            "a materialized view cannot have `dist: auto`; it is `all`, `even`, or a column",
        );
        check(&json!({"sort": [1]}), "`sort` is the name of a column, or a list of them");
        check(&json!({"backup": 1}), "`backup` is true or false, not `1`");
    }

    #[test]
    fn what_differs_from_the_catalog_is_a_change() {
        let check = |arguments: &Json, expected: &Json| {
            let call = call(arguments);
            let changes = Layout::configured(&call).unwrap().changes_of(&Layout::existing(&call));
            assert_eq!(changes.unwrap_or(Json::Null), *expected, "{arguments}");
        };
        check(&json!({}), &Json::Null);
        check(&json!({"existing_dist": "EVEN", "existing_auto_refresh": "f"}), &Json::Null);
        check(&json!({"dist": "ID", "existing_dist": "KEY(id)"}), &Json::Null);
        check(&json!({"sort": ["a", "b"], "existing_sort": ["a", "b"]}), &Json::Null);
        check(
            &json!({"auto_refresh": true, "existing_auto_refresh": "f"}),
            &json!({
                "dist": null, "sort": null, "autorefresh": {"action": "alter", "context": true},
                "requires_full_refresh": false,
            }),
        );
        check(
            &json!({"dist": "all", "existing_dist": "AUTO(EVEN)", "existing_sort": ["a"]}),
            &json!({
                "dist": {"action": "alter", "context": {"diststyle": "all", "distkey": null}},
                "sort": {"action": "alter", "context": {"sortkey": []}}, "autorefresh": null,
                "requires_full_refresh": true,
            }),
        );
    }
}
