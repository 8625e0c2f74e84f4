//! Whether a merged configuration is one that dbt would take.

use serde_json::Value as Json;

use super::colour::{NAMES, is_colour};
use super::merge::Merged;
use super::misspelt::misspelt;
use crate::diagnostics::Diagnostic;
use crate::manifest::ResourceType;
use crate::source::Span;

/// What a key's value must be. `null` passes everywhere but where a key has to
/// have a value.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Flag,
    Text,
    Number,
    TextOrList,
    Map,
    Hooks,
    /// One of these words; upper and lower case are equal where the flag says so.
    Word(&'static [&'static str], bool),
}

use Shape::{Flag, Hooks, Map, Number, Text, TextOrList, Word};

const EVERYWHERE: &[(&str, Shape)] = &[
    ("enabled", Flag),
    ("alias", Text),
    ("schema", Text),
    ("database", Text),
    ("tags", TextOrList),
    ("meta", Map),
    ("group", Text),
    ("materialized", Text),
];

const NODES: &[(&str, Shape)] = &[
    ("incremental_strategy", Text),
    ("lookback", Number),
    ("persist_docs", Map),
    ("pre-hook", Hooks),
    ("post-hook", Hooks),
    ("quoting", Map),
    ("column_types", Map),
    ("full_refresh", Flag),
    ("unique_key", TextOrList),
    ("on_schema_change", Word(&["ignore", "fail", "append_new_columns", "sync_all_columns"], false)),
    ("on_configuration_change", Word(&["apply", "continue", "fail"], false)),
    ("grants", Map),
    ("packages", TextOrList),
    ("docs", Map),
    ("contract", Map),
    ("concurrent_batches", Flag),
    ("access", Word(&["private", "protected", "public"], false)),
    ("sql_header", Text),
];

const MODELS: &[(&str, Shape)] = &[("on_error", Word(&["skip_children", "continue"], false))];

const SEEDS: &[(&str, Shape)] = &[("delimiter", Text), ("quote_columns", Flag)];

const FUNCTIONS: &[(&str, Shape)] = &[
    ("type", Word(&["scalar", "aggregate", "table"], false)),
    ("volatility", Word(&["deterministic", "stable", "non-deterministic"], false)),
    ("runtime_version", Text),
    ("entry_point", Text),
];

const SNAPSHOTS: &[(&str, Shape)] = &[
    ("strategy", Text),
    ("target_schema", Text),
    ("target_database", Text),
    ("updated_at", Text),
    ("check_cols", TextOrList),
    ("snapshot_meta_column_names", Map),
    ("dbt_valid_to_current", Text),
    ("hard_deletes", Word(&["ignore", "invalidate", "new_record"], false)),
    ("invalidate_hard_deletes", Flag),
];

const TESTS: &[(&str, Shape)] = &[
    ("severity", Word(&["error", "warn"], true)),
    ("store_failures", Flag),
    ("where", Text),
    ("limit", Number),
    ("fail_calc", Text),
    ("warn_if", Text),
    ("error_if", Text),
];

/// Keys that cannot be null.
const NEVER_NOTHING: &[&str] = &["enabled", "materialized"];

/// Keys of dbt's own that may be anything.
const UNCHECKED: &[&str] = &[
    "batch_size",
    "begin",
    "event_time",
    "freshness",
    "latest_version_pointer",
    "loaded_at_field",
    "loaded_at_query",
    "static_analysis",
    "store_failures_as",
];

/// What is wrong with the configuration of the node `name`. Each finding points
/// at the place that set the value, or at `place` where nothing did. A wrong
/// value gives way to dbt's default, so that readers of [`crate::manifest::Config`]
/// never meet one.
pub(crate) fn check(kind: ResourceType, name: &str, merged: &mut Merged, place: Span) -> Vec<Diagnostic> {
    let mut findings = misspelt(kind, merged);
    for (key, shape) in shapes(kind) {
        let Some(value) = merged.config.values.get(key) else { continue };
        let has_nothing = value.is_null() && NEVER_NOTHING.contains(&key);
        if let Some(expected) = refusal(shape, value, has_nothing) {
            let at = merged.set_by.get(key).copied().unwrap_or(place);
            findings.push(wrong_value(name, key, value, &expected, shape).at(at, "set here"));
            let default = merged.config.values.default_of(key).cloned().unwrap_or(Json::Null);
            merged.config.set(key, default);
        }
    }
    match kind {
        ResourceType::Model => {
            findings.extend(contract(name, merged, place));
            findings.extend(colour(name, merged, place));
            findings.extend(public_ephemeral(name, merged, place));
            findings.extend(build_after(name, merged, place));
            findings.extend(pointer(name, merged, place));
        }
        ResourceType::Seed => findings.extend(fixed(name, "seed", merged, place)),
        ResourceType::Snapshot => {
            findings.extend(fixed(name, "snapshot", merged, place));
            findings.extend(snapshot(name, merged, place));
        }
        ResourceType::Test => {
            findings.extend(fixed(name, "test", merged, place));
            settle_store_failures(merged);
        }
        _ => {}
    }
    findings
}

/// Every key that a node of this kind has or that is checked.
pub(super) fn known_keys(kind: ResourceType) -> impl Iterator<Item = &'static str> {
    shapes(kind).map(|(key, _)| key).chain(UNCHECKED.iter().copied())
}

fn shapes(kind: ResourceType) -> impl Iterator<Item = (&'static str, Shape)> {
    let own: &[&[(&str, Shape)]] = match kind {
        ResourceType::Model => &[NODES, MODELS],
        ResourceType::Analysis | ResourceType::Operation => &[NODES],
        ResourceType::Seed => &[NODES, SEEDS],
        ResourceType::Function => &[NODES, FUNCTIONS],
        ResourceType::Snapshot => &[NODES, SNAPSHOTS],
        ResourceType::Test => &[TESTS],
        ResourceType::Source
        | ResourceType::Exposure
        | ResourceType::Metric
        | ResourceType::SemanticModel
        | ResourceType::SavedQuery
        | ResourceType::UnitTest => &[],
    };
    EVERYWHERE.iter().chain(own.iter().copied().flatten()).copied()
}

/// What was expected, where the value is not it.
fn refusal(shape: Shape, value: &Json, has_nothing: bool) -> Option<String> {
    let is_list_of_texts =
        |value: &Json| value.as_array().is_some_and(|items| items.iter().all(Json::is_string));
    let (fits, expected): (bool, &str) = match shape {
        Flag => (value.is_boolean(), "`true` or `false`"),
        Text => (value.is_string(), "a text"),
        Number => (value.is_i64() || value.is_u64(), "a whole number"),
        TextOrList => (value.is_string() || is_list_of_texts(value), "a text or a list of texts"),
        Map => (value.is_object(), "a mapping"),
        Hooks => {
            let is_hook = |item: &Json| item.get("sql").is_some_and(Json::is_string);
            let fits = value.as_array().is_some_and(|items| items.iter().all(is_hook));
            (fits, "a statement, or a mapping with `sql` and `transaction`")
        }
        Word(words, any_case) => {
            let is_it = |word: &&str| {
                value
                    .as_str()
                    .is_some_and(|text| *word == text || any_case && word.eq_ignore_ascii_case(text))
            };
            (words.iter().any(is_it), "")
        }
    };
    let is_refused = !fits && (has_nothing || !value.is_null());
    is_refused.then(|| match shape {
        Word(words, _) => one_of(words),
        _ => expected.to_owned(),
    })
}

fn one_of(words: &[&str]) -> String {
    let ticked: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match ticked.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn wrong_value(name: &str, key: &str, value: &Json, expected: &str, shape: Shape) -> Diagnostic {
    let message = format!("`{key}` of `{name}` must be {expected}, not `{}`", shown(value));
    // dbt takes an unknown `on_schema_change` for its default.
    let found = match key {
        "on_schema_change" if value.is_string() => {
            Diagnostic::warning("wrong-config-value", message).note("`ignore` is used instead")
        }
        _ => Diagnostic::error("wrong-config-value", message),
    };
    match (shape, value) {
        (Word(words, _), Json::String(text)) => found.suggest(text, words.iter().copied()),
        (Flag, Json::String(text)) => {
            let found = found.known_as(format!("'{text}' is not of type 'boolean'"));
            found.help("leave out the quotes; where a template gives the value, end it with `| as_bool`")
        }
        _ => found,
    }
}

/// A value as people would write it, cut short.
fn shown(value: &Json) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Seeds, snapshots and tests are what they are.
fn fixed(name: &str, materialized: &str, merged: &mut Merged, place: Span) -> Option<Diagnostic> {
    let value = merged.config.text("materialized")?;
    if value == materialized {
        return None;
    }
    let at = merged.set_by.get("materialized").copied().unwrap_or(place);
    let message = format!("`materialized` of the {materialized} `{name}` cannot be `{value}`");
    let finding = Diagnostic::error("wrong-config-value", message).at(at, "set here").help(format!(
        "leave `materialized` out: a {materialized} is always materialized as `{materialized}`"
    ));
    merged.config.set("materialized", materialized.into());
    Some(finding)
}

fn contract(name: &str, merged: &Merged, place: Span) -> Option<Diagnostic> {
    let config = &merged.config;
    let enforced =
        config.get("contract").and_then(|contract| contract.get("enforced")).and_then(Json::as_bool);
    let on_change = config.text("on_schema_change").unwrap_or("ignore");
    let is_safe = matches!(on_change, "append_new_columns" | "fail");
    if enforced != Some(true) || config.materialized() != "incremental" || is_safe {
        return None;
    }
    let at = ["on_schema_change", "contract"]
        .iter()
        .find_map(|key| merged.set_by.get(*key))
        .copied()
        .unwrap_or(place);
    let message =
        format!("`{name}` is incremental with an enforced contract, but `on_schema_change` is `{on_change}`");
    Some(
        Diagnostic::error("contract-needs-schema-change", message)
            .at(at, "")
            .known_as(format!(
                "Invalid value for on_schema_change: {on_change}. Models materialized as incremental with \
                 contracts enabled must set on_schema_change to 'append_new_columns' or 'fail'"
            ))
            .help("set `on_schema_change` to `append_new_columns` or `fail`"),
    )
}

/// dbt: documentation draws the node in this colour.
fn colour(name: &str, merged: &Merged, place: Span) -> Option<Diagnostic> {
    let written = merged.config.get("docs")?.get("node_color").filter(|written| !written.is_null())?;
    let text = written.as_str().unwrap_or_default();
    if text.is_empty() && written.is_string() || is_colour(text) {
        return None;
    }
    let at = merged.set_by.get("docs").copied().unwrap_or(place);
    let message = format!("`docs.node_color` of `{name}` is no colour: `{}`", shown(written));
    let finding = Diagnostic::error("wrong-config-value", message).at(at, "set here");
    Some(
        finding
            .help("name a colour as in CSS, such as `teal`, or write it as `\"#008080\"`")
            .suggest(text, NAMES.iter().copied()),
    )
}

/// dbt: how long to wait before a model is built again is a number and a unit.
fn build_after(name: &str, merged: &Merged, place: Span) -> Option<Diagnostic> {
    let rule = merged.config.get("freshness")?.get("build_after")?;
    let is_set = |key: &str| rule.get(key).is_some_and(|value| !value.is_null());
    let (given, missing) = match (is_set("count"), is_set("period")) {
        (true, false) => ("count", "period"),
        (false, true) => ("period", "count"),
        _ => return None,
    };
    let at = merged.set_by.get("freshness").copied().unwrap_or(place);
    let message = format!("`freshness.build_after` of `{name}` has a `{given}`, but no `{missing}`");
    let words =
        format!("`freshness.build_after` must have a value for `{missing}` if a `{given}` is provided");
    let finding = Diagnostic::error("wrong-config-value", message).at(at, "set here").known_as(words);
    Some(finding.help(format!("add `{missing}:`")))
}

/// The view that shows the latest version: whether there is one, and its name.
fn pointer(name: &str, merged: &mut Merged, place: Span) -> Option<Diagnostic> {
    const KEY: &str = "latest_version_pointer";
    let written = merged.config.get(KEY).filter(|written| !written.is_null())?;
    let (enabled, alias) = (written.get("enabled"), written.get("alias"));
    let fits = |value: Option<&Json>, is: fn(&Json) -> bool| value.is_none_or(|it| it.is_null() || is(it));
    if written.is_object() && fits(enabled, Json::is_boolean) && fits(alias, Json::is_string) {
        return None;
    }
    let at = merged.set_by.get(KEY).copied().unwrap_or(place);
    let expected = "`true`, `false` or a mapping with `enabled` and `alias`";
    let message = format!("`{KEY}` of `{name}` must be {expected}, not `{}`", shown(written));
    merged.config.set(KEY, Json::Null);
    Some(Diagnostic::error("wrong-config-value", message).at(at, "set here"))
}

/// dbt: what is public is read from outside, where an ephemeral model cannot be.
fn public_ephemeral(name: &str, merged: &Merged, place: Span) -> Option<Diagnostic> {
    let config = &merged.config;
    if config.materialized() != "ephemeral" || config.text("access") != Some("public") {
        return None;
    }
    let at = merged.set_by.get("access").copied().unwrap_or(place);
    let finding =
        Diagnostic::error("wrong-config-value", format!("the ephemeral model `{name}` cannot be `public`"));
    Some(finding.at(at, "set here").help("store it, as a view for one, or leave it `protected`"))
}

fn snapshot(name: &str, merged: &Merged, place: Span) -> Vec<Diagnostic> {
    let config = &merged.config;
    if !config.enabled() {
        return Vec::new();
    }
    let is_set = |key: &str| config.get(key).is_some_and(|value| !value.is_null() && value != "");
    let at = |key: &str| merged.set_by.get(key).copied().unwrap_or(place);
    let missing = |key: &str, why: &str| {
        Diagnostic::error("missing-snapshot-config", format!("the snapshot `{name}` has no `{key}`"))
            .at(at("strategy"), why)
            .known_as("Snapshots must be configured with a 'strategy' and 'unique_key'")
            .help(format!("add `{key}` to its config"))
    };
    let mut findings = Vec::new();
    for (key, why) in [("strategy", "every snapshot needs one"), ("unique_key", "every snapshot needs one")] {
        if !is_set(key) {
            findings.push(missing(key, why));
        }
    }
    match config.text("strategy") {
        Some("check") if !is_set("check_cols") => {
            findings.push(missing("check_cols", "the `check` strategy needs it"));
        }
        Some("check") if config.text("check_cols").is_some_and(|text| text != "all") => findings.push(
            Diagnostic::error(
                "wrong-config-value",
                format!("`check_cols` of `{name}` must be `all` or a list of columns"),
            )
            .at(at("check_cols"), "set here"),
        ),
        Some("timestamp") if !is_set("updated_at") => {
            findings.push(missing("updated_at", "the `timestamp` strategy needs it"));
        }
        Some("timestamp") if is_set("check_cols") => findings.push(
            Diagnostic::error(
                "wrong-config-value",
                format!("`{name}` has `check_cols`, which the `timestamp` strategy does not use"),
            )
            .at(at("check_cols"), "set here")
            .help("remove it, or set `strategy` to `check`"),
        ),
        _ => {}
    }
    findings
}

/// dbt: `store_failures_as` decides where it is set, and is derived from
/// `store_failures` where it is not.
fn settle_store_failures(merged: &mut Merged) {
    let config = &merged.config;
    let (key, value) = match (config.text("store_failures_as"), config.flag("store_failures")) {
        (Some(word), _) => ("store_failures", Json::Bool(word != "ephemeral")),
        (None, Some(yes)) => ("store_failures_as", Json::from(if yes { "table" } else { "ephemeral" })),
        (None, None) => return,
    };
    merged.config.set(key, value);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Layer, merge};
    use super::*;
    use crate::source::SourceMap;

    fn findings(kind: ResourceType, config: &Json) -> (Merged, Vec<String>) {
        let span = SourceMap::new().add("x", "").span();
        let mut merged = merge(kind, &[Layer::of_values(config.as_object().unwrap(), span)]);
        let found = check(kind, "n", &mut merged, span);
        (merged, found.into_iter().map(|finding| finding.message).collect())
    }

    #[test]
    fn wrong_values_are_named() {
        use ResourceType::{Model, Seed, Snapshot, Test};

        let check = |kind, config: Json, expected: &[&str]| {
            assert_eq!(findings(kind, &config).1, expected, "{config}");
        };
        check(Model, json!({"enabled": true, "tags": ["a"], "unique_key": "id"}), &[]);
        check(Model, json!({"enabled": "yes"}), &["`enabled` of `n` must be `true` or `false`, not `yes`"]);
        check(
            Model,
            json!({"materialized": null, "schema": null}),
            &["`materialized` of `n` must be a text, not `null`"],
        );
        check(Model, json!({"materialized": 1}), &["`materialized` of `n` must be a text, not `1`"]);
        check(
            Model,
            json!({"access": "publik"}),
            &["`access` of `n` must be `private`, `protected` or `public`, not `publik`"],
        );
        check(
            Model,
            json!({"access": "public", "materialized": "ephemeral"}),
            &["the ephemeral model `n` cannot be `public`"],
        );
        check(Model, json!({"on_error": "continue", "latest_version_pointer": true}), &[]);
        check(
            Model,
            json!({"on_error": "contniue", "latest_version_pointer": {"enabled": "yes"}}),
            &[
                "`on_error` of `n` must be `skip_children` or `continue`, not `contniue`",
                "`latest_version_pointer` of `n` must be `true`, `false` or a mapping with `enabled` and \
                 `alias`, not `{\"enabled\":\"yes\",\"alias\":null}`",
            ],
        );
        check(Test, json!({"severity": "Warn"}), &[]);
        check(Test, json!({"severity": "bad"}), &["`severity` of `n` must be `error` or `warn`, not `bad`"]);
        check(Seed, json!({"materialized": "table"}), &["`materialized` of the seed `n` cannot be `table`"]);
        check(
            Snapshot,
            json!({"strategy": "check", "unique_key": "id"}),
            &["the snapshot `n` has no `check_cols`"],
        );
    }

    #[test]
    fn a_wrong_value_gives_way_to_the_default() {
        let (merged, _) = findings(ResourceType::Model, &json!({"enabled": "yes", "materialized": 3}));
        assert!(merged.config.enabled());
        assert_eq!(merged.config.materialized(), "view");
    }

    #[test]
    fn store_failures_settle_each_other() {
        let check = |config: Json, expected: (Option<bool>, Option<&str>)| {
            let (merged, _) = findings(ResourceType::Test, &config);
            let config = merged.config;
            assert_eq!((config.flag("store_failures"), config.text("store_failures_as")), expected);
        };
        check(json!({}), (None, None));
        check(json!({"store_failures": true}), (Some(true), Some("table")));
        check(
            json!({"store_failures_as": "ephemeral", "store_failures": true}),
            (Some(false), Some("ephemeral")),
        );
        check(json!({"store_failures_as": "view"}), (Some(true), Some("view")));
    }
}
