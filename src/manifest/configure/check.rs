//! Whether a merged configuration is one that dbt would take.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::build_after::build_after;
use super::colour::{NAMES, is_colour};
use super::merge::Merged;
use super::misspelt::misspelt;
use crate::diagnostics::Diagnostic;
use crate::manifest::ResourceType;
use crate::source::Span;
use crate::template::Forms;

/// What a key's value must be. `null` passes everywhere but where a key has to
/// have a value.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Flag,
    Text,
    Number,
    TextOrList,
    TextsOrMap,
    /// The same, or nothing.
    TextsOrMapOrNone,
    Map,
    /// A mapping in which these parts, where they stand, are such.
    Parts(&'static [(&'static str, Shape)]),
    Hooks,
    /// One of these words; upper and lower case are equal where the flag says so.
    Word(&'static [&'static str], bool),
}

use Shape::{Flag, Hooks, Map, Number, Parts, Text, TextOrList, TextsOrMap, TextsOrMapOrNone, Word};

const EVERYWHERE: &[(&str, Shape)] = &[
    ("enabled", Flag),
    ("alias", Text),
    ("schema", Text),
    ("database", Text),
    ("meta", Map),
    ("group", Text),
    ("materialized", Text),
];

const TAGGED: &[(&str, Shape)] = &[("tags", TextOrList)];

/// dbt makes a list of the keys of a mapping here.
const LOOSELY_TAGGED: &[(&str, Shape)] = &[("tags", TextsOrMap)];

const SAVED_QUERIES: &[(&str, Shape)] = &[
    ("tags", TextsOrMapOrNone),
    ("export_as", Word(&["table", "view"], false)),
    ("cache", Parts(&[("enabled", Flag)])),
];

const NODES: &[(&str, Shape)] = &[
    ("incremental_strategy", Text),
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
    ("docs", Parts(&[("show", Flag)])),
    ("contract", Parts(&[("enforced", Flag), ("alias_types", Flag)])),
    ("access", Word(&["private", "protected", "public"], false)),
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
    ("snapshot_meta_column_names", Parts(META_COLUMNS)),
    ("dbt_valid_to_current", Text),
];

const META_COLUMNS: &[(&str, Shape)] = &[
    ("dbt_valid_to", Text),
    ("dbt_valid_from", Text),
    ("dbt_scd_id", Text),
    ("dbt_updated_at", Text),
    ("dbt_is_deleted", Text),
];

const TESTS: &[(&str, Shape)] = &[
    ("severity", Word(&["error", "warn"], true)),
    ("store_failures", Flag),
    ("store_failures_as", Text),
    ("where", Text),
    ("limit", Number),
    ("fail_calc", Text),
    ("warn_if", Text),
    ("error_if", Text),
];

/// Keys that cannot be null.
const NEVER_NOTHING: &[&str] = &[
    "enabled",
    "materialized",
    "tags",
    "meta",
    "persist_docs",
    "pre-hook",
    "post-hook",
    "quoting",
    "column_types",
    "on_configuration_change",
    "grants",
    "packages",
    "docs",
    "contract",
    "access",
    "snapshot_meta_column_names",
    "delimiter",
    "type",
    "cache",
    // Parts of such.
    "show",
    "enforced",
    "alias_types",
];

/// Keys of dbt's own that may be anything.
const UNCHECKED: &[&str] = &[
    "batch_size",
    "begin",
    "concurrent_batches",
    "event_time",
    "freshness",
    // It is looked at when the snapshot is taken.
    "hard_deletes",
    "invalidate_hard_deletes",
    "latest_version_pointer",
    "loaded_at_field",
    "loaded_at_query",
    "lookback",
    "sql_header",
    "static_analysis",
];

/// What is wrong with the configuration of the node `name`. Each finding points
/// at the place that set the value, or at `place` where nothing did. A wrong
/// value gives way to dbt's default, so that readers of [`crate::manifest::Config`]
/// never meet one.
pub(crate) fn check(kind: ResourceType, name: &str, merged: &mut Merged, place: Span) -> Vec<Diagnostic> {
    let mut findings = misspelt(kind, merged);
    for (key, shape) in shapes(kind) {
        // What dbt gives a key fits.
        let Some(value) = merged.config.values.said(key) else { continue };
        let forms = merged.config.values.forms().below(key);
        let finding = refusal(key, shape, value).map(|refusal| refusal.finding(name));
        if let Some(finding) = finding.or_else(|| unfit(shape, forms).map(|words| refused(name, key, words)))
        {
            let at = merged.set_by.get(key).copied().unwrap_or(place);
            findings.push(finding.at(at, "set here"));
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
        ResourceType::Seed => {
            findings.extend(colour(name, merged, place));
            findings.extend(fixed(name, "seed", merged, place));
        }
        ResourceType::Snapshot => {
            findings.extend(colour(name, merged, place));
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
        ResourceType::Model => &[TAGGED, NODES, MODELS],
        ResourceType::Analysis | ResourceType::Operation => &[TAGGED, NODES],
        ResourceType::Seed => &[TAGGED, NODES, SEEDS],
        ResourceType::Function => &[TAGGED, NODES, FUNCTIONS],
        ResourceType::Snapshot => &[TAGGED, NODES, SNAPSHOTS],
        ResourceType::Test => &[TAGGED, TESTS],
        ResourceType::Source | ResourceType::SemanticModel | ResourceType::UnitTest => &[TAGGED],
        ResourceType::Exposure => &[LOOSELY_TAGGED],
        ResourceType::SavedQuery => &[SAVED_QUERIES],
        // dbt: those of a metric's configuration may be anything.
        ResourceType::Metric => &[],
    };
    EVERYWHERE.iter().chain(own.iter().copied().flatten()).copied()
}

/// What was expected, where the value is not it.
struct Refusal<'a> {
    key: Cow<'a, str>,
    shape: Shape,
    value: &'a Json,
    expected: String,
}

fn refusal<'a>(key: &'a str, shape: Shape, value: &'a Json) -> Option<Refusal<'a>> {
    if let (Parts(parts), Json::Object(own)) = (shape, value) {
        let mut refusals = parts.iter().filter_map(|(part, shape)| refusal(part, *shape, own.get(*part)?));
        let below = refusals.next()?;
        return Some(Refusal { key: format!("{key}.{}", below.key).into(), ..below });
    }
    let (fits, expected) = judged(shape, value);
    if fits || value.is_null() && !NEVER_NOTHING.contains(&key) {
        return None;
    }
    let expected = match shape {
        Word(words, _) => one_of(words),
        _ => expected.to_owned(),
    };
    Some(Refusal { key: key.into(), shape, value, expected })
}

/// What was expected of a value that fits by its JSON, and not by what Python makes of it.
fn unfit(shape: Shape, forms: &Forms) -> Option<&'static str> {
    match shape {
        TextOrList | TextsOrMap | TextsOrMapOrNone if forms.is_no_list() => {
            Some("a text or a list, not a tuple")
        }
        Map if forms.has_other_keys() => Some("a mapping whose keys are texts"),
        _ => None,
    }
}

fn refused(name: &str, key: &str, expected: &str) -> Diagnostic {
    Diagnostic::error("wrong-config-value", format!("`{key}` of `{name}` must be {expected}"))
}

/// Whether a value has a shape, and what that is in words where they do not depend on it.
fn judged(shape: Shape, value: &Json) -> (bool, &'static str) {
    let is_list_of_texts =
        |value: &Json| value.as_array().is_some_and(|items| items.iter().all(Json::is_string));
    match shape {
        Flag => (value.is_boolean(), "`true` or `false`"),
        Text => (value.is_string(), "a text"),
        // To Python, `true` is a number.
        Number => (value.is_i64() || value.is_u64() || value.is_boolean(), "a whole number"),
        TextOrList => (value.is_string() || is_list_of_texts(value), "a text or a list of texts"),
        TextsOrMap | TextsOrMapOrNone => {
            let is_nothing = matches!(shape, TextsOrMapOrNone) && value.is_null();
            let fits = value.is_string() || is_list_of_texts(value) || value.is_object() || is_nothing;
            (fits, "a text or a list of texts")
        }
        Map | Parts(_) => (value.is_object(), "a mapping"),
        Hooks => {
            let is = |item: &Json, part: &str, fits: fn(&Json) -> bool| item.get(part).is_some_and(fits);
            let is_hook =
                |item: &Json| is(item, "sql", Json::is_string) && is(item, "transaction", Json::is_boolean);
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
    }
}

fn one_of(words: &[&str]) -> String {
    let ticked: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match ticked.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

impl Refusal<'_> {
    fn finding(&self, name: &str) -> Diagnostic {
        let Self { key, shape, value, expected } = self;
        let message = format!("`{key}` of `{name}` must be {expected}, not `{}`", shown(value));
        // dbt takes an unknown `on_schema_change` for its default.
        let found = match key.as_ref() {
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
            (_, Json::Null) => found.help("leave the key out, or say what it is"),
            _ => found,
        }
    }
}

/// A value as people would write it, cut short.
pub(super) fn shown(value: &Json) -> String {
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
    let is_nothing =
        |value: &Json| value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
    let is_set = |key: &str| config.get(key).is_some_and(|value| !is_nothing(value));
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
mod tests;
