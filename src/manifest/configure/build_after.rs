//! How long a model waits before it is built again.

use serde_json::Value as Json;

use super::check::shown;
use super::merge::Merged;
use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// dbt: how long to wait before a model is built again is a number and a unit.
pub(super) fn build_after(name: &str, merged: &Merged, place: Span) -> Option<Diagnostic> {
    let rule = merged.config.get("freshness")?.get("build_after")?;
    let at = merged.set_by.get("freshness").copied().unwrap_or(place);
    let finding = |message: String| Diagnostic::error("wrong-config-value", message).at(at, "set here");
    for (key, expected, fits) in BUILD_AFTER {
        let value = if *key == "build_after" { rule } else { rule.get(key).unwrap_or(&Json::Null) };
        let is_said = *key == "build_after" || rule.get(key).is_some();
        if is_said && !fits(value) {
            let message =
                format!("`{key}` in `freshness` of `{name}` must be {expected}, not `{}`", shown(value));
            return Some(finding(message));
        }
    }
    let is_set = |key: &str| rule.get(key).is_some_and(|value| !value.is_null());
    let (given, missing) = match (is_set("count"), is_set("period")) {
        (true, false) => ("count", "period"),
        (false, true) => ("period", "count"),
        _ => return None,
    };
    let message = format!("`freshness.build_after` of `{name}` has a `{given}`, but no `{missing}`");
    let words =
        format!("`freshness.build_after` must have a value for `{missing}` if a `{given}` is provided");
    Some(finding(message).known_as(words).help(format!("add `{missing}:`")))
}

type Fits = fn(&Json) -> bool;

/// The parts of `build_after`, and itself. dbt reads a number that stands in quotes.
const BUILD_AFTER: &[(&str, &str, Fits)] = &[
    ("build_after", "a mapping with `count` and `period`", Json::is_object),
    ("count", "a whole number", |value| match value {
        Json::String(text) => text.trim().parse::<i64>().is_ok(),
        value => !value.is_array() && !value.is_object(),
    }),
    ("period", "`minute`, `hour` or `day`", |value| {
        value.is_null() || ["minute", "hour", "day"].iter().any(|word| value == word)
    }),
    ("updates_on", "`all` or `any`", |value| ["all", "any"].iter().any(|word| value == word)),
];
