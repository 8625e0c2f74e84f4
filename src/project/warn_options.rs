//! What `warn_error_options` may say.

use serde_json::Value as Json;

use super::event_names::EVENT_NAMES;
use super::flags::{Flags, Origin};
use super::warnings::DEPRECATIONS;
use crate::diagnostics::Diagnostic;

/// The lists, each with the name that it had before.
pub(super) const LISTS: [(&str, &str); 3] =
    [("error", "include"), ("warn", "exclude"), ("silence", "silence")];

/// What is wrong with the options, and whether they may be given at all.
pub(super) fn check(flags: &Flags) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let is_given = |name: &str| flags.setting(name).is_some_and(|found| found.origin != Origin::Default);
    if is_given("warn_error") && is_given("warn_error_options") {
        findings.push(
            Diagnostic::error("flags", "`warn_error` and `warn_error_options` exclude each other")
                .help("keep `warn_error_options`: `{error: all}` means the same as `warn_error`"),
        );
    }
    let options = flags.get("warn_error_options");
    let before = findings.len();
    findings.extend(LISTS.into_iter().filter_map(|list| twice(options, list)));
    if findings.len() == before {
        findings.extend(old_names(options));
        findings.extend(LISTS.into_iter().flat_map(|list| items(options, list)));
        findings.extend(idle_warn(options));
    }
    findings
}

/// A warning for old names.
fn old_names(options: &Json) -> Option<Diagnostic> {
    let is_old = |(new, old): &(&str, &str)| new != old && options.get(old).is_some();
    let found: Vec<_> = LISTS.into_iter().filter(is_old).collect();
    if found.is_empty() {
        return None;
    }
    let quoted: Vec<String> = found.iter().map(|(_, old)| format!("`{old}`")).collect();
    let finding = Diagnostic::warning(
        "old-warn-options",
        format!("`warn_error_options` has {} under an old name", quoted.join(" and ")),
    )
    .known_as(format!("Found {} in `warn_error_options` specification", quoted.join(" and ")));
    Some(found.iter().fold(finding, |it, (new, old)| it.help(format!("write `{new}` instead of `{old}`"))))
}

/// A list under both of its names.
fn twice(options: &Json, (new, old): (&str, &str)) -> Option<Diagnostic> {
    if new == old || is_nothing(&options[old]) || is_nothing(&options[new]) {
        return None;
    }
    let message = format!("`warn_error_options` has both `{old}` and `{new}`, which mean the same");
    let finding = Diagnostic::error("flags", message);
    let finding = finding.known_as(format!("Only `{old}` or `{new}` can be specified"));
    Some(finding.help(format!("keep `{new}`")))
}

/// What a list holds, under whichever name. dbt: a name below which nothing stands does not
/// count beside the other one.
pub(super) fn list<'a>(options: &'a Json, (new, old): (&str, &str)) -> &'a Json {
    if is_nothing(&options[new]) { &options[old] } else { &options[new] }
}

fn is_nothing(value: &Json) -> bool {
    value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty)
}

fn is_everything(list: &Json) -> bool {
    matches!(list.as_str(), Some("all" | "*"))
}

/// What is no list of events; all of them can only be errors.
fn items(options: &Json, names: (&str, &str)) -> Vec<Diagnostic> {
    let key = names.0;
    let found = list(options, names);
    if let Json::Array(items) = found {
        return items.iter().filter_map(|item| unknown(key, item)).collect();
    }
    if found.is_null() || key == "error" && (is_everything(found) || !found.is_string()) {
        return Vec::new();
    }
    let expected = if key == "error" { "`all` or a list of names" } else { "a list of names" };
    let message = format!("`{key}` of `warn_error_options` must be {expected}, not `{found}`");
    vec![Diagnostic::error("flags", message)]
}

/// An item that is not the name of an event.
fn unknown(key: &str, item: &Json) -> Option<Diagnostic> {
    let name = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
    if name == DEPRECATIONS || EVENT_NAMES.contains(&name.as_str()) {
        return None;
    }
    let message = format!("`{key}` of `warn_error_options` names `{name}`, which is no event");
    let finding = Diagnostic::error("unknown-event", message);
    let finding = finding.known_as(format!("{name} is not a valid dbt error name"));
    Some(finding.suggest(&name, EVENT_NAMES.iter().copied().chain([DEPRECATIONS])))
}

/// dbt: what stays a warning must be taken from something.
fn idle_warn(options: &Json) -> Option<Diagnostic> {
    let [error, warn, silence] = LISTS.map(|names| list(options, names));
    let has_deprecations =
        |list: &Json| list.as_array().is_some_and(|items| items.iter().any(|item| item == DEPRECATIONS));
    let is_empty = warn.as_array().is_none_or(Vec::is_empty);
    if is_empty || is_everything(error) || has_deprecations(error) || has_deprecations(silence) {
        return None;
    }
    let message = "`warn` of `warn_error_options` excepts events from nothing";
    let words = "`warn` can only be specified if `error` is one of ('all', '*') or Deprecations is in `error` or \
                 silence.";
    Some(Diagnostic::error("flags", message).known_as(words).help(format!(
        "say `error: all`, name `{DEPRECATIONS}` in `error` or `silence`, or leave `warn` out"
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn options_are_told_what_is_wrong_with_them() {
        let check = |options: Json, expected: &str| {
            let mut flags = Flags::default();
            flags.set("warn_error_options", options.clone(), Origin::Project);
            let found: Vec<String> = check(&flags).into_iter().map(|finding| finding.message).collect();
            assert_eq!(found.len(), usize::from(!expected.is_empty()), "{options}: {found:?}");
            assert!(found.iter().all(|message| message.contains(expected)), "{options}: {found:?}");
        };
        check(json!({}), "");
        check(json!({"error": null, "warn": [], "silence": ["Deprecations"]}), "");
        check(json!({"error": "*", "warn": ["NoNodeForYamlKey"]}), "");
        check(json!({"error": ["NoNodeForYamlKey", "Deprecations"], "warn": ["UnusedTables"]}), "");
        check(json!({"error": "everything"}), "`error` of `warn_error_options` must be `all` or a list");
        check(json!({"silence": "NoNodeForYamlKey"}), "`silence` of `warn_error_options` must be a list");
        check(json!({"error": ["NoNodeForYaml"]}), "names `NoNodeForYaml`, which is no event");
        check(json!({"silence": ["all"]}), "names `all`, which is no event");
        check(
            json!({"error": ["NoNodeForYamlKey"], "warn": ["UnusedTables"]}),
            "excepts events from nothing",
        );
        check(json!({"error": "all", "include": "all"}), "which mean the same");
        check(json!({"include": ["NoNodeForYamlKey"]}), "under an old name");
        check(json!({"error": null, "include": "all"}), "under an old name");
        check(json!({"error": "all", "include": null}), "under an old name");
    }

    #[test]
    fn events_of_ours_are_events() {
        assert!(EVENT_NAMES.is_sorted());
        let ours = super::super::warnings::event_names();
        let unknown: Vec<&str> = ours.filter(|name| !EVENT_NAMES.contains(name)).collect();
        assert_eq!(unknown, [""; 0]);
    }
}
