//! One finding about what a user wrote.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize};

use crate::host::FileError;
use crate::source::Span;

/// What notes about dbt's own words begin with.
pub const DBT_SAYS: &str = "dbt says: ";

/// The name of a fact that holds what dbt's log says, where it would only confuse people.
pub const LOGGED_AS: &str = "logged_as";

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// The command goes on.
    Warning,
    /// The command stops once all problems of the stage are known.
    Error,
}

/// A place in a text and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is said there; may be empty.
    pub text: String,
}

/// The name of a rule or of a fact.
type Name = &'static str;

/// One finding: a rule, a sentence, the places, and what to do.
///
/// Wording: lower-case sentence without a full stop, names in backticks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The name of the rule, such as `unknown-ref`: stable, kebab-case.
    #[serde(deserialize_with = "rule")]
    pub code: Name,
    /// What is wrong.
    pub message: String,
    /// Places; the first is the primary one.
    pub labels: Vec<Label>,
    /// The file, where there is no place in it to point at.
    pub path: Option<PathBuf>,
    /// Facts that help to understand it.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// The same for programs: names as dbt has them in its logs, and values.
    #[serde(deserialize_with = "facts")]
    pub facts: Vec<(Name, String)>,
}

/// A file that cannot be read or written, told as it is.
impl From<FileError> for Diagnostic {
    fn from(error: FileError) -> Self {
        Self::error("file", error.to_string())
    }
}

impl Diagnostic {
    /// An error by the rule `code`.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message.into())
    }

    /// A warning by the rule `code`.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message.into())
    }

    fn new(severity: Severity, code: &'static str, message: String) -> Self {
        Self {
            severity,
            code,
            message,
            labels: Vec::new(),
            path: None,
            notes: Vec::new(),
            help: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// Points at a place; the first call sets the primary one.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Names the file of a finding that has no place in a text.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Adds what dbt says in this case, by which people find it on the web.
    #[must_use]
    pub fn known_as(self, words: impl std::fmt::Display) -> Self {
        self.note(format!("{DBT_SAYS}{words}"))
    }

    /// Adds a value under the name that dbt's log has for it.
    #[must_use]
    pub fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds "did you mean" where one of `candidates` is close to `name`.
    #[must_use]
    pub fn suggest<'a>(self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match super::nearest(name, candidates) {
            Some(nearest) => self.help(format!("did you mean `{nearest}`?")),
            None => self,
        }
    }

    /// Whether the command must stop.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A name as it was written down earlier. There are few, so that each is kept for as
/// long as the program runs.
fn known(name: String) -> Name {
    static KNOWN: Mutex<Option<HashSet<Name>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    known.get(name.as_str()).copied().unwrap_or_else(|| {
        let name: Name = name.leak();
        known.insert(name);
        name
    })
}

fn rule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
    String::deserialize(deserializer).map(known)
}

fn facts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(Name, String)>, D::Error> {
    let facts = Vec::<(String, String)>::deserialize(deserializer)?;
    Ok(facts.into_iter().map(|(name, value)| (known(name), value)).collect())
}
