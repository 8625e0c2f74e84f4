//! What went wrong in a render, and where.

use std::error::Error as StdError;
use std::fmt;

use minijinja::{Error, ErrorKind};

use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// A failed render: what went wrong, the innermost place, and the calls that
/// led there.
#[derive(Debug)]
pub struct TemplateError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) label: String,
    pub(crate) help: Vec<String>,
    pub(crate) span: Option<Span>,
    /// Calls from the inside out.
    pub(crate) frames: Vec<Frame>,
    pub(crate) error: Option<Error>,
}

/// One call on the way to an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The macro that was called.
    pub name: String,
    /// Where it was called from.
    pub span: Option<Span>,
}

impl TemplateError {
    /// What went wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The innermost place that is known.
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// The macro calls that led there, from the inside out.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The error that a Rust callback raised with [`raise`], if it is a `T`.
    pub fn payload<T: StdError + 'static>(&self) -> Option<&T> {
        let mut source: Option<&(dyn StdError + 'static)> = self.error.as_ref().map(|error| error as _);
        while let Some(error) = source {
            if let Some(raised) = error.downcast_ref::<Raised>() {
                let inner: &(dyn StdError + 'static) = raised.0.as_ref();
                match inner.downcast_ref::<Self>() {
                    Some(nested) => return nested.payload(),
                    None => return inner.downcast_ref(),
                }
            }
            source = error.source();
        }
        None
    }

    /// The error as a finding: the innermost place first, then each call.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = match self.payload::<RaisedDiagnostic>() {
            Some(raised) => raised.0.as_ref().clone(),
            None => Diagnostic::error(self.code, self.message.clone()),
        };
        if let Some(span) = self.span {
            diagnostic = diagnostic.at(span, self.label.clone());
        }
        for (at, frame) in self.frames.iter().enumerate() {
            // A macro that calls itself passes the same place many times.
            if self.frames.iter().take(at).any(|earlier| earlier == frame) {
                continue;
            }
            match frame.span {
                Some(span) => diagnostic = diagnostic.at(span, format!("`{}` called from here", frame.name)),
                None => diagnostic = diagnostic.note(format!("in macro `{}`", frame.name)),
            }
        }
        self.help.iter().fold(diagnostic, |diagnostic, help| diagnostic.help(help.clone()))
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for TemplateError {}

/// A Rust error on its way through the engine.
#[derive(Debug)]
pub(crate) struct Raised(pub(crate) Box<dyn StdError + Send + Sync>);

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Raised {}

/// A finding on its way through the engine.
#[derive(Debug)]
struct RaisedDiagnostic(Box<Diagnostic>);

impl fmt::Display for RaisedDiagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl StdError for RaisedDiagnostic {}

/// The engine's error for a failure in a Rust callback. The failure itself
/// stays reachable: see [`TemplateError::payload`].
pub fn raise(error: impl StdError + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string()).with_source(Raised(Box::new(error)))
}

/// As [`raise`], with a finding that [`TemplateError::diagnostic`] returns with
/// the place and the calls added.
pub fn raise_diagnostic(diagnostic: Diagnostic) -> Error {
    raise(RaisedDiagnostic(Box::new(diagnostic)))
}

/// As [`raise`], with just a sentence.
pub fn raise_message(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}
