//! The fields of a profile's output, read with all that is wrong with them.

use serde_json::{Map, Value as Json};

use crate::diagnostics::nearest;

/// Reads fields one by one and collects the problems. A field that is null
/// counts as left out. No problem tells a text's value, which may be secret.
pub(super) struct Fields<'a> {
    fields: &'a Map<String, Json>,
    problems: Vec<String>,
}

impl<'a> Fields<'a> {
    /// The fields of an output.
    pub(super) fn new(fields: &'a Map<String, Json>) -> Self {
        Self { fields, problems: Vec::new() }
    }

    /// Notes the names that are refused, each with a reason.
    pub(super) fn refuse(&mut self, refused: &[(&str, &str)]) {
        for (name, why) in refused {
            if self.given(name).is_some() {
                self.problem(format!("`{name}` is not supported: {why}"));
            }
        }
    }

    /// Notes a problem.
    pub(super) fn problem(&mut self, message: impl Into<String>) {
        self.problems.push(message.into());
    }

    /// What was read, unless there were problems.
    pub(super) fn finish<T>(self, read: T) -> Result<T, Vec<String>> {
        if self.problems.is_empty() { Ok(read) } else { Err(self.problems) }
    }

    fn given(&self, name: &str) -> Option<&'a Json> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// A scalar as text.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let value = self.given(name)?;
        if value.is_object() || value.is_array() {
            self.problems.push(format!("`{name}` must be a text"));
            return None;
        }
        Some(text(value))
    }

    /// A scalar that must be given, under one of two names; empty where it is missing.
    pub(super) fn required(&mut self, name: &str, alias: Option<&str>) -> String {
        let other = alias.filter(|alias| self.given(alias).is_some());
        if other.is_some() && self.given(name).is_some() {
            self.problem(format!("`{name}` and `{}` mean the same, give one", other.unwrap_or_default()));
        }
        let found = other.unwrap_or(name);
        if self.given(found).is_none() {
            self.problem(format!("`{name}` is missing"));
        }
        self.text(found).unwrap_or_default()
    }

    /// A whole number, also written as text, as environment variables are.
    pub(super) fn number<T: TryFrom<u64>>(&mut self, name: &str, largest: u64) -> Option<T> {
        let value = self.given(name)?;
        let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
        let fitting = number.filter(|number| *number <= largest).and_then(|number| T::try_from(number).ok());
        if fitting.is_none() {
            self.problems.push(format!("`{name}` must be a whole number from 0 to {largest}, not `{value}`"));
        }
        fitting
    }

    /// Yes or no; no where it is left out.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.flag_or(name, false)
    }

    /// Yes or no, with what it is where it is left out.
    pub(super) fn flag_or(&mut self, name: &str, left_out: bool) -> bool {
        match self.given(name) {
            None => left_out,
            Some(Json::Bool(yes)) => *yes,
            Some(other) => {
                self.problems.push(format!("`{name}` must be true or false, not `{other}`"));
                left_out
            }
        }
    }

    /// One of some words.
    pub(super) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let word = self.text(name)?;
        let chosen = choices.iter().find(|(known, _)| *known == word).map(|(_, choice)| *choice);
        if chosen.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let hint = nearest(&word, words.iter().copied());
            let hint = hint.map(|hint| format!(", did you mean `{hint}`?")).unwrap_or_default();
            self.problem(format!("`{name}` must be one of `{}`, not `{word}`{hint}", words.join("`, `")));
        }
        chosen
    }

    /// A mapping of names to scalars.
    pub(super) fn pairs(&mut self, name: &str) -> Vec<(String, String)> {
        match self.given(name) {
            None => Vec::new(),
            Some(Json::Object(pairs)) => {
                pairs.iter().map(|(name, value)| (name.clone(), text(value))).collect()
            }
            Some(_) => {
                self.problems.push(format!("`{name}` must be a mapping of names to values"));
                Vec::new()
            }
        }
    }

    /// A list whose entries are read by a function that tells what is wrong with one.
    pub(super) fn list<T>(&mut self, name: &str, read: impl Fn(&Json) -> Result<T, String>) -> Vec<T> {
        let items = match self.given(name) {
            None => return Vec::new(),
            Some(Json::Array(items)) => items,
            Some(_) => {
                self.problems.push(format!("`{name}` must be a list"));
                return Vec::new();
            }
        };
        let (read, wrong): (Vec<_>, Vec<_>) = items.iter().map(read).partition(Result::is_ok);
        self.problems.extend(wrong.into_iter().filter_map(Result::err));
        read.into_iter().filter_map(Result::ok).collect()
    }
}

/// A scalar as text, without quotes.
pub(super) fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
