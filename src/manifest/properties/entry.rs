//! One entry of a property file, read key by key.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde_json::{Map as JsonMap, Value as Json};

use super::config_block::ConfigBlock;
use super::spanned::Spanned;
use crate::diagnostics::{Diagnostic, nearest};
use crate::project::moment;
use crate::source::Span;
use crate::yaml::form::{self, Fields};
use crate::yaml::{Map, Yaml};

/// A mapping that is read key by key. What has the wrong type is reported and
/// read as absent, so that one mistake never hides another.
pub(super) struct Entry<'a, 'p> {
    /// What it is, for messages: ``model `stg_orders` ``.
    pub(super) subject: String,
    /// The whole of it.
    pub(super) span: Span,
    map: &'a Map,
    /// Keys whose value was refused already.
    refused: Vec<&'a str>,
    pub(super) problems: &'p mut Vec<Diagnostic>,
}

impl<'a, 'p> Entry<'a, 'p> {
    /// The mapping at `yaml`; reports anything else.
    pub(super) fn open(
        subject: impl Into<String>,
        yaml: &'a Yaml,
        problems: &'p mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let subject = subject.into();
        let Some(map) = yaml.as_map() else {
            problems.push(
                Diagnostic::error("wrong-type", format!("{subject} must be a mapping"))
                    .at(yaml.span, format!("this is {}", yaml.kind())),
            );
            return None;
        };
        Some(Self { subject, span: yaml.span, map, refused: Vec::new(), problems })
    }

    /// A mapping that has a name; `kind` is a word for messages, such as `model`.
    pub(super) fn open_named(
        kind: &str,
        yaml: &'a Yaml,
        problems: &'p mut Vec<Diagnostic>,
    ) -> Option<(Self, Spanned<String>)> {
        if let Some(text) = yaml.as_str() {
            let problem = Diagnostic::error("wrong-type", format!("this {kind} must be a mapping"));
            problems.push(problem.at(yaml.span, "this is a text").help(format!("write `name: {text}`")));
            return None;
        }
        let named = yaml.as_map().and_then(|map| map.get("name")).and_then(Yaml::as_str);
        let subject = match named.filter(|name| !name.is_empty()) {
            Some(name) => format!("{kind} `{name}`"),
            None => format!("this {kind}"),
        };
        let mut entry = Self::open(subject, yaml, problems)?;
        let name = entry.required_text("name")?;
        if name.value.is_empty() {
            let problem = Diagnostic::error("empty-name", format!("the name of a {kind} must not be empty"));
            entry.problems.push(problem.at(name.span, ""));
            return None;
        }
        Some((entry, name))
    }

    /// The value of a key; `None` where it is absent, null or refused.
    pub(super) fn get(&self, key: &str) -> Option<&'a Yaml> {
        self.get_or_null(key).filter(|value| !value.is_null())
    }

    /// The value of a key, null included.
    pub(super) fn get_or_null(&self, key: &str) -> Option<&'a Yaml> {
        self.map.get(key).filter(|_| !self.refused.contains(&key))
    }

    /// Where a key was written.
    pub(super) fn key_span(&self, key: &str) -> Option<Span> {
        self.map.iter().find(|(known, _)| known.text == key).map(|(known, _)| known.span)
    }

    /// A text.
    pub(super) fn text(&mut self, key: &str) -> Option<Spanned<String>> {
        let value = self.get(key)?;
        let Some(text) = value.as_str() else {
            self.wrong_type(key, value, "a text");
            return None;
        };
        Some(Spanned::new(text.to_owned(), value.span))
    }

    /// A text that must be there.
    pub(super) fn required_text(&mut self, key: &str) -> Option<Spanned<String>> {
        if self.get(key).is_none() {
            self.missing(key);
            return None;
        }
        self.text(key)
    }

    /// Reports that a key is absent or empty.
    pub(super) fn missing(&mut self, key: &str) {
        let problem = Diagnostic::error("missing-key", format!("{} has no `{key}`", self.subject));
        let problem = match self.get_or_null(key) {
            Some(empty) => problem.at(empty.span, "this is empty"),
            None => problem.at(self.span, format!("add `{key}:` here")),
        };
        self.problems.push(problem);
    }

    /// A boolean.
    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        if value.as_bool().is_none() {
            self.wrong_type(key, value, "`true` or `false`");
        }
        value.as_bool()
    }

    /// A list of texts; a lone text is a list of one.
    pub(super) fn texts(&mut self, key: &str) -> Vec<Spanned<String>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        if let Some(text) = value.as_str() {
            return vec![Spanned::new(text.to_owned(), value.span)];
        }
        let mut texts = Vec::new();
        for item in self.list(key) {
            match item.as_str() {
                Some(text) => texts.push(Spanned::new(text.to_owned(), item.span)),
                None => self.wrong_type(key, item, "a list of texts"),
            }
        }
        texts
    }

    /// The same without places.
    pub(super) fn plain_texts(&mut self, key: &str) -> Vec<String> {
        self.texts(key).into_iter().map(|text| text.value).collect()
    }

    /// A list of anything.
    pub(super) fn list(&mut self, key: &str) -> &'a [Yaml] {
        let Some(value) = self.get(key) else { return &[] };
        let Some(items) = value.as_seq() else {
            self.wrong_type(key, value, "a list");
            return &[];
        };
        items
    }

    /// A mapping, as JSON.
    pub(super) fn object(&mut self, key: &str) -> JsonMap<String, Json> {
        let Some(value) = self.get(key) else { return JsonMap::new() };
        let Some(map) = value.as_map() else {
            self.wrong_type(key, value, "a mapping");
            return JsonMap::new();
        };
        map.to_json()
    }

    /// One of the given words.
    pub(super) fn one_of(&mut self, key: &str, words: &[&'static str]) -> Option<Spanned<&'static str>> {
        let text = self.text(key)?;
        let Some(word) = words.iter().find(|word| **word == text.value) else {
            let known = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let message = format!("`{}` is not a known `{key}` of {}", text.value, self.subject);
            let problem = Diagnostic::error("unknown-value", message)
                .at(text.span, "")
                .note(format!("known are {known}"))
                .suggest(&text.value, words.iter().copied());
            self.problems.push(problem);
            return None;
        };
        Some(Spanned::new(word, text.span))
    }

    /// The `config:`, with the keys that may also stand beside it moved in
    /// (dbt: `normalize_attribute`). A key in both places is an error.
    pub(super) fn config(&mut self, unrendered: &Yaml, movable: &[&str]) -> ConfigBlock {
        let mut block = ConfigBlock::default();
        let written = unrendered.as_map().and_then(|map| map.get("config")).and_then(Yaml::as_map);
        if let Some(written) = written {
            block.unrendered = written.to_json();
        }
        if let Some(value) = self.get("config") {
            match value.as_map() {
                Some(map) => {
                    for (key, value) in map.iter() {
                        block.set(Spanned::new(key.text.clone(), key.span), value.clone());
                    }
                }
                None => self.wrong_type("config", value, "a mapping"),
            }
        }
        for key in movable {
            self.move_into_config(key, &mut block);
        }
        // A project has many of them, and most say one or two things.
        block.settings.shrink_to_fit();
        block
    }

    fn move_into_config(&mut self, key: &str, block: &mut ConfigBlock) {
        let (Some(value), Some(key_span)) = (self.get(key), self.key_span(key)) else { return };
        let inside = block.settings.iter().find(|setting| setting.key.value == key);
        if let Some(inside) = inside {
            self.problems.push(
                Diagnostic::error("set-twice", format!("{} sets `{key}` twice", self.subject))
                    .at(key_span, "here")
                    .at(inside.key.span, "and here, below `config`")
                    .help(format!("keep `{key}` below `config:` only")),
            );
            return;
        }
        block.set(Spanned::new(key.to_owned(), key_span), value.clone());
    }

    /// The data tests as written, from `data_tests` or its old name `tests`.
    pub(super) fn tests(&mut self) -> Vec<Yaml> {
        let place = |key: &str| self.get(key).and_then(|_| self.key_span(key));
        let places = (place("tests"), place("data_tests"));
        let (Some(old), Some(new)) = places else {
            let key = if places.0.is_some() { "tests" } else { "data_tests" };
            return self.list(key).to_vec();
        };
        self.problems.push(
            Diagnostic::error("set-twice", format!("{} has both `tests` and `data_tests`", self.subject))
                .at(new, "here")
                .at(old, "and here under the old name")
                .known_as("Invalid test config: cannot have both 'tests' and 'data_tests' defined")
                .help("move all tests below `data_tests:`"),
        );
        self.list("data_tests").to_vec()
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong_type(&mut self, key: &str, value: &Yaml, expected: &str) {
        let message = format!("`{key}` of {} must be {expected}", self.subject);
        let problem =
            Diagnostic::error("wrong-type", message).at(value.span, format!("this is {}", value.kind()));
        let is_scalar = value.as_seq().is_none() && value.as_map().is_none();
        let is_unquoted = is_scalar && expected == "a text";
        self.problems.push(if is_unquoted { problem.help("put it in quotes") } else { problem });
    }

    /// `deprecation_date` as dbt keeps it. A date is its midnight; without a zone it is UTC.
    pub(super) fn deprecation_date(&mut self) -> Option<String> {
        let date = self.text("deprecation_date")?;
        let Some(time) = moment(&date.value) else {
            let message = format!("`deprecation_date` of {} is no date or time", self.subject);
            let problem = Diagnostic::error("wrong-value", message).at(date.span, "");
            self.problems.push(problem.help("write it as `2027-01-31`, or with a time and a zone"));
            return None;
        };
        // dbt: a zone that was written stays.
        let zoned = |form: &&str| DateTime::parse_from_str(date.value.trim(), form).ok();
        let zoned = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z"].iter().find_map(zoned);
        let text = |time: DateTime<FixedOffset>| time.to_rfc3339_opts(SecondsFormat::Secs, false);
        Some(zoned.map_or_else(|| text(time.fixed_offset()), text))
    }

    /// Reports every key that is not known, with what may have been meant.
    pub(super) fn warn_unknown_keys(&mut self, known: &[&str]) {
        for (key, _) in self.map.iter() {
            if known.contains(&key.text.as_str()) {
                continue;
            }
            let message = format!("{} has an unknown key `{}`", self.subject, key.text);
            let problem = Diagnostic::warning("unknown-key", message).at(key.span, "this has no effect");
            let is_config = known.contains(&"config") && CONFIG_KEYS.contains(&key.text.as_str());
            let problem = if is_config {
                problem.help(format!("`{}` is a configuration: move it below `config:`", key.text))
            } else {
                problem.suggest(&key.text, known.iter().copied())
            };
            self.problems.push(problem);
        }
    }

    /// Reports keys that there are not, and values that have not the form of their key, which are
    /// read as absent from here on. Those that must be there and are empty have been told.
    pub(super) fn check_forms(&mut self, fields: Fields, told: &[&str]) {
        self.check((fields, false), told);
    }

    /// The same where a key that there is not is no mistake.
    pub(super) fn check_known_forms(&mut self, fields: Fields) {
        self.check((fields, true), &[]);
    }

    fn check(&mut self, fields: (Fields, bool), told: &[&str]) {
        let map = self.map;
        let is_empty = |key: &str| map.get(key).is_none_or(Yaml::is_null);
        let is_seen = |key: &str| !(told.contains(&key) && is_empty(key));
        self.refused.extend(form::check(&self.subject, fields, map, is_seen, self.problems));
    }

    /// Reports unknown keys that are nearly known ones; all others are taken for
    /// data that somebody else reads.
    pub(super) fn warn_misspelt_keys(&mut self, known: &[&str]) {
        for (key, _) in self.map.iter().filter(|(key, _)| !known.contains(&key.text.as_str())) {
            if let Some(nearest) = nearest(&key.text, known.iter().copied()) {
                let message = format!("{} has an unknown key `{}`", self.subject, key.text);
                let problem = Diagnostic::warning("unknown-key", message).at(key.span, "this has no effect");
                self.problems.push(problem.help(format!("did you mean `{nearest}`?")));
            }
        }
    }

    /// The keys that are not known, with their values.
    pub(super) fn extra(&self, known: &[&str]) -> JsonMap<String, Json> {
        let is_extra = |key: &str| !known.contains(&key);
        let extra = self.map.iter().filter(|(key, _)| is_extra(&key.text));
        extra.map(|(key, value)| (key.text.clone(), value.to_json())).collect()
    }
}

/// Configurations that people write beside `config:` by mistake.
const CONFIG_KEYS: [&str; 16] = [
    "alias",
    "column_types",
    "database",
    "enabled",
    "event_time",
    "grants",
    "incremental_strategy",
    "materialized",
    "on_schema_change",
    "persist_docs",
    "post_hook",
    "pre_hook",
    "schema",
    "strategy",
    "tags",
    "unique_key",
];

/// Reports names that stand twice in one list, such as two columns of one name.
pub(super) fn warn_repeated<'n>(
    what: &str,
    names: impl Iterator<Item = &'n Spanned<String>>,
    problems: &mut Vec<Diagnostic>,
) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.value.as_str()) {
            problems.push(
                Diagnostic::warning("repeated-name", format!("{what} `{}` is described twice", name.value))
                    .at(name.span, "this one wins"),
            );
        }
    }
}
