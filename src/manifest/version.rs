//! Versions of models.

use std::cmp::Ordering;

use serde_json::{Value as Json, json};

use super::{Node, NodeKind, UniqueId, UnitTest};
use crate::sql::Relation;

/// A version as `ref` names it: `2`, `2.0`, `beta`.
#[must_use]
pub fn version_text(version: &Json) -> String {
    version.as_str().map_or_else(|| version.to_string(), str::to_owned)
}

/// Whether a version stands in the names of what belongs to it. dbt: 0 does not.
#[must_use]
pub fn is_counted(version: &Json) -> bool {
    version.as_f64().map_or_else(|| version.as_str() != Some(""), |number| number.abs() > 0.0)
}

/// Which version comes first: by number where both are numbers, else by their texts.
#[must_use]
pub fn compare_versions(one: &Json, other: &Json) -> Ordering {
    let (one, other) = (version_text(one), version_text(other));
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => one.total_cmp(&other),
        _ => one.cmp(&other),
    }
}

/// Whether two versions are the same: a number and its text are not.
#[must_use]
pub fn is_same_version(one: &Json, other: &Json) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one.total_cmp(&other) == Ordering::Equal,
        _ => one == other,
    }
}

impl Node {
    /// The version of a model that has versions.
    #[must_use]
    pub fn version(&self) -> Option<&Json> {
        match &self.kind {
            NodeKind::Model(model) => model.version.as_ref(),
            _ => None,
        }
    }

    /// Whether a `ref` without a version means this node: all but older and newer versions.
    #[must_use]
    pub fn is_latest(&self) -> bool {
        match &self.kind {
            NodeKind::Model(model) => match (&model.version, &model.latest_version) {
                (Some(version), Some(latest)) => is_same_version(version, latest),
                _ => true,
            },
            _ => true,
        }
    }

    /// Whether a view is to show it as the latest version of a model, `by_default` where its
    /// configuration does not say.
    #[must_use]
    pub fn is_pointed_at(&self, by_default: bool) -> bool {
        let NodeKind::Model(model) = &self.kind else { return false };
        let said = self.config.get("latest_version_pointer").and_then(|config| config["enabled"].as_bool());
        model.version.is_some() && self.is_latest() && said.unwrap_or(by_default)
    }

    /// The view that shows it under another name. dbt: grants are its own, hooks and comments are not.
    #[must_use]
    pub fn pointer(&self, relation: Relation) -> Self {
        let mut view = self.clone();
        view.unique_id = UniqueId(format!("{}__latest_version_pointer", self.unique_id).into());
        view.relation = Some(relation);
        let own = [("materialized", json!("view")), ("persist_docs", json!({}))];
        let none = [("pre-hook", json!([])), ("post-hook", json!([]))];
        own.into_iter().chain(none).for_each(|(key, value)| view.config.set(key, value));
        view
    }

    /// The name with the version: `orders.v2`, of a unit test `counts_v2`.
    #[must_use]
    pub fn search_name(&self) -> String {
        match (&self.kind, self.version()) {
            (NodeKind::UnitTest(test), _) => test.search_name(&self.name),
            (_, Some(version)) => versioned_name(&self.name, &version_text(version)),
            (_, None) => self.name.clone(),
        }
    }

    /// What people call it: `orders`, or `orders (v2)`.
    #[must_use]
    pub fn spoken_name(&self) -> String {
        match self.version() {
            Some(version) => format!("{} (v{})", self.name, version_text(version)),
            None => self.name.clone(),
        }
    }
}

impl UnitTest {
    /// Its name with the version of the model that it is for.
    fn search_name(&self, name: &str) -> String {
        match &self.version {
            Some(version) => format!("{name}_v{}", version_text(version)),
            None => name.to_owned(),
        }
    }
}

/// `orders.v2`.
#[must_use]
pub fn versioned_name(name: &str, version: &str) -> String {
    format!("{name}.v{version}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_are_ordered_by_number_where_they_are_numbers() {
        let check = |one: Json, other: Json, expected: Ordering| {
            assert_eq!(compare_versions(&one, &other), expected, "{one} {other}");
        };
        check(json!(2), json!(10), Ordering::Less);
        check(json!("2"), json!("10"), Ordering::Less);
        check(json!(1.5), json!(1), Ordering::Greater);
        check(json!("alpha"), json!("beta"), Ordering::Less);
        check(json!(2), json!("2"), Ordering::Equal);
        assert!(is_same_version(&json!(1), &json!(1.0)));
        assert!(!is_same_version(&json!(1), &json!("1")));
    }
}
