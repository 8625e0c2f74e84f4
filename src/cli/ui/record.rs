//! One thing that was said or done, with what programs want to know of it, and
//! the three forms in which it is written. Names, codes and the shape of the JSON
//! are those of dbt's structured logs, which log readers look for.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json, json};

use super::lines;
use crate::diagnostics::{DBT_SAYS, Diagnostic, LOGGED_AS, Style, render};
use crate::manifest::Manifest;
use crate::project::{Secrets, event_of};
use crate::source::SourceMap;
use crate::template::{Audience, Notice};

/// How much something matters; a log takes it and what matters more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// For those who look for it.
    Debug,
    /// For everybody.
    Info,
    /// It deserves a look.
    Warn,
    /// It went wrong.
    Error,
}

impl Level {
    /// dbt's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// The level that dbt's word names; `None` for `none`.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Debug, Self::Info, Self::Warn, Self::Error].into_iter().find(|level| level.as_str() == word)
    }
}

/// How a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Time of day and message.
    Text,
    /// The same with microseconds, level and thread.
    Debug,
    /// One object a line.
    Json,
}

impl Form {
    /// The form that dbt's word names; `default` is the given one.
    pub(crate) fn parse(word: &str, default: Self) -> Self {
        match word {
            "text" => Self::Text,
            "debug" => Self::Debug,
            "json" => Self::Json,
            _ => default,
        }
    }
}

/// What JSON says of the run in each line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signature {
    pub(crate) invocation_id: String,
    /// What `DBT_ENV_CUSTOM_ENV_*` variables say, without that prefix.
    pub(crate) extra: Map<String, Json>,
}

/// One thing that was said or done.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// dbt's name for events of this kind.
    pub(crate) name: &'static str,
    /// dbt's code for them; empty where dbt has none.
    pub(crate) code: &'static str,
    pub(crate) level: Level,
    pub(crate) message: String,
    /// The thread that did it: `MainThread`, `Thread-1 (worker)`.
    pub(crate) thread: String,
    pub(crate) data: Map<String, Json>,
}

impl Record {
    pub(crate) fn new(
        name: &'static str,
        code: &'static str,
        level: Level,
        message: impl Into<String>,
        data: Json,
    ) -> Self {
        let mut data = if let Json::Object(data) = data { data } else { Map::new() };
        // dbt: what is in no group has no such key.
        if data.get("group").and_then(Json::as_object).is_some_and(Map::is_empty) {
            data.remove("group");
        }
        Self { name, code, level, message: message.into(), thread: "MainThread".to_owned(), data }
    }

    /// The same as said by this thread.
    pub(crate) fn by(self, thread: &str) -> Self {
        Self { thread: thread.to_owned(), ..self }
    }

    /// What a project has.
    pub(crate) fn contents(manifest: &Manifest) -> Self {
        let counts = lines::contents(manifest);
        Self::new("FoundStats", "W006", Level::Info, format!("Found {counts}"), json!({"stat_line": counts}))
    }

    /// An empty line.
    pub(crate) fn blank() -> Self {
        Self::new("Formatting", "Z017", Level::Info, "", json!({"msg": ""}))
    }

    /// What a command answers: it is written as it is.
    pub(crate) fn answer(text: &str) -> Self {
        Self::new("PrintEvent", "Z052", Level::Info, text, json!({"msg": text}))
    }

    /// A sentence of ours: dbt has no such event.
    pub(crate) fn note(text: &str) -> Self {
        Self::new("Remark", "", Level::Info, text.trim(), json!({"msg": text.trim()}))
    }

    /// What is worth knowing, where a notice tells that.
    pub(crate) fn remark(notice: &Notice) -> Option<Self> {
        let Notice::Remark { name, code, message, facts, audience } = notice else { return None };
        let level = if *audience == Audience::Debug { Level::Debug } else { Level::Info };
        let data = facts.iter().map(|(key, fact)| ((*key).to_owned(), fact.as_str().into())).collect();
        Some(Self::new(name, code, level, message.as_str(), Json::Object(data)))
    }

    /// A finding about what the user wrote.
    pub(crate) fn finding(diagnostic: &Diagnostic, sources: &SourceMap) -> Self {
        let level = if diagnostic.is_error() { Level::Error } else { Level::Warn };
        let place = diagnostic.labels.first().and_then(|label| {
            let file = sources.get(label.span.file)?;
            let at = file.location(label.span.start);
            Some(json!({"path": file.path(), "line": at.line, "column": at.column}))
        });
        let mut data = json!({
            "code": diagnostic.code,
            "help": diagnostic.help,
            "place": place,
            "rendered": render(diagnostic, sources, Style::Plain),
        });
        if let Some(data) = data.as_object_mut() {
            let facts = diagnostic.facts.iter();
            data.extend(facts.map(|(name, value)| ((*name).to_owned(), Json::from(value.as_str()))));
        }
        // Readers of logs look for dbt's words.
        let said = diagnostic.notes.iter().find_map(|note| note.strip_prefix(DBT_SAYS));
        let logged = || diagnostic.facts.iter().find(|(name, _)| *name == LOGGED_AS);
        let known = said.or_else(|| logged().map(|(_, words)| words.as_str()));
        let words = known.map_or_else(|| Cow::Borrowed(diagnostic.message.as_str()), Cow::Borrowed);
        let words = unmatched(diagnostic, sources).map_or(words, |(criterion, words)| {
            if let Some(data) = data.as_object_mut() {
                data.insert("spec_raw".to_owned(), Json::from(criterion));
            }
            Cow::Owned(words)
        });
        if diagnostic.is_error() {
            if let Some(data) = data.as_object_mut() {
                data.insert("exc".to_owned(), Json::from(&*words));
            }
            return Self::new(
                "MainEncounteredError",
                "Z002",
                level,
                format!("Encountered an error:\n{words}"),
                data,
            );
        }
        let (name, code) = event_of(diagnostic.code).unwrap_or(("Diagnostic", diagnostic.code));
        Self::new(name, code, level, words, data)
    }

    /// The same where an error ended an operation.
    pub(crate) fn of_operation(self) -> Self {
        let Some(reason) = self.data.get("exc").and_then(Json::as_str) else { return self };
        let message = format!("Encountered an error while running operation: {reason}");
        Self { name: "RunningOperationCaughtError", code: "Q001", message, ..self }
    }

    /// What dbt tells of a mistake in definitions of the semantic layer, before the command ends.
    pub(crate) fn semantic(diagnostic: &Diagnostic) -> Option<Self> {
        const RULES: [&str; 4] = ["bad-semantics", "no-time-spine", "unknown-measure", "unknown-metric"];
        let is_meant = diagnostic.is_error() && RULES.contains(&diagnostic.code);
        let data = json!({"msg": diagnostic.message});
        let message = diagnostic.message.as_str();
        is_meant.then(|| Self::new("SemanticValidationFailure", "I070", Level::Warn, message, data))
    }

    /// The same without what is secret.
    pub(crate) fn without(&self, secrets: &Secrets) -> Cow<'_, Self> {
        let is_clean =
            !secrets.is_in(&self.message) && !self.data.values().any(|value| holds(value, secrets));
        if is_clean {
            return Cow::Borrowed(self);
        }
        let data = self.data.iter().map(|(key, value)| (key.clone(), masked(value, secrets))).collect();
        Cow::Owned(Self { message: secrets.mask(&self.message), data, ..self.clone() })
    }

    /// The record as a line; that of a text or of debug output may hold breaks.
    pub(crate) fn line(&self, form: Form, time: DateTime<Utc>, run: &Signature) -> String {
        match form {
            Form::Json => self.json(time, run),
            Form::Text if self.name == "PrintEvent" => self.text().to_owned(),
            Form::Text => format!("{}  {}", time.format("%H:%M:%S"), self.text()),
            Form::Debug => {
                let moment = time.format("%H:%M:%S%.6f");
                let level = self.level.as_str();
                format!("{moment} [{level:<5}] [{:<10.10}]: {}", self.thread, self.text())
            }
        }
    }

    /// What people read: a finding with its picture.
    fn text(&self) -> &str {
        let rendered = self.data.get("rendered").and_then(Json::as_str).map(str::trim_end);
        rendered.unwrap_or(&self.message)
    }

    fn json(&self, time: DateTime<Utc>, run: &Signature) -> String {
        json!({
            "data": self.data,
            "info": {
                "category": "",
                "code": self.code,
                "extra": run.extra,
                "invocation_id": run.invocation_id,
                "level": self.level.as_str(),
                "msg": self.message,
                "name": self.name,
                "pid": std::process::id(),
                "thread": self.thread,
                "ts": time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            },
        })
        .to_string()
    }
}

/// The criterion that picks nothing, and dbt's words for it.
fn unmatched(diagnostic: &Diagnostic, sources: &SourceMap) -> Option<(String, String)> {
    let span = diagnostic.labels.first().filter(|_| diagnostic.code == "no-nodes-selected")?.span;
    let criterion = sources.get(span.file)?.text().get(span.start..span.end)?.to_owned();
    let words = format!("The selection criterion '{criterion}' does not match any enabled nodes");
    Some((criterion, words))
}

fn holds(value: &Json, secrets: &Secrets) -> bool {
    match value {
        Json::String(text) => secrets.is_in(text),
        Json::Array(items) => items.iter().any(|item| holds(item, secrets)),
        Json::Object(fields) => fields.values().any(|value| holds(value, secrets)),
        _ => false,
    }
}

fn masked(value: &Json, secrets: &Secrets) -> Json {
    match value {
        Json::String(text) => Json::from(secrets.mask(text)),
        Json::Array(items) => items.iter().map(|item| masked(item, secrets)).collect(),
        Json::Object(fields) => {
            fields.iter().map(|(key, value)| (key.clone(), masked(value, secrets))).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_three_forms() {
        let record =
            Record::new("SQLQuery", "E016", Level::Debug, "On a: select 1", json!({"sql": "select 1"}))
                .by("Thread-1 (worker)");
        let time = DateTime::from_timestamp_micros(45_296_000_789).unwrap();
        let run = Signature { invocation_id: "id".to_owned(), ..Signature::default() };
        assert_eq!(record.line(Form::Text, time, &run), "12:34:56  On a: select 1");
        assert_eq!(
            record.line(Form::Debug, time, &run),
            "12:34:56.000789 [debug] [Thread-1 (]: On a: select 1"
        );
        let pid = std::process::id();
        let json = format!(
            "{{\"data\":{{\"sql\":\"select 1\"}},\"info\":{{\"category\":\"\",\"code\":\"E016\",\"extra\":{{}},\
             \"invocation_id\":\"id\",\"level\":\"debug\",\"msg\":\"On a: select 1\",\"name\":\"SQLQuery\",\
             \"pid\":{pid},\"thread\":\"Thread-1 (worker)\",\"ts\":\"1970-01-01T12:34:56.000789Z\"}}}}"
        );
        assert_eq!(record.line(Form::Json, time, &run), json);
    }
}
