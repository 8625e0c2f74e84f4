//! From the engine's errors to places in the user's files.

use std::error::Error as StdError;

use minijinja::Error;

use super::callable::CALL_FRAME;
use super::run::{Shared, TEXT};
use super::{checks, wording};
use crate::source::Span;
use crate::template::error::{Frame, Raised, TemplateError};
use crate::template::rewrite::Rewritten;
use crate::template::text::Text;

/// Finds the places of one error.
pub(super) struct Locator<'a> {
    pub(super) shared: &'a Shared,
    /// Names that the text could use, for suggestions.
    pub(super) names: Vec<String>,
    /// The rendered text; none for a call from Rust.
    pub(super) text: Option<(&'a Text, &'a Rewritten)>,
}

impl Locator<'_> {
    /// The error with its places: one macro call for each wrapper around it.
    pub(super) fn template_error(&self, error: Error) -> TemplateError {
        let mut frames = Vec::new();
        let mut innermost = &error;
        loop {
            if innermost.kind() == CALL_FRAME {
                let name = innermost.detail().unwrap_or_default().to_owned();
                frames.push(Frame { name, span: self.span(innermost) });
            }
            let Some(next) = innermost.source().and_then(|source| source.downcast_ref::<Error>()) else {
                break;
            };
            innermost = next;
        }
        frames.reverse();
        let described = self.described(innermost, frames);
        TemplateError { error: Some(error), ..described }
    }

    fn described(&self, innermost: &Error, frames: Vec<Frame>) -> TemplateError {
        let nested = innermost.source().and_then(|source| source.downcast_ref::<Raised>());
        if let Some(nested) = nested.and_then(|raised| raised.0.downcast_ref::<TemplateError>()) {
            return around(nested, frames, self.span(innermost));
        }
        let span = self.span(innermost);
        if let Some(malformed) = self.malformed(innermost) {
            return TemplateError { frames, ..malformed };
        }
        let words = wording::words(innermost, &self.written(innermost), &self.names);
        TemplateError {
            code: words.code,
            message: words.message,
            label: words.label,
            help: words.help,
            span,
            frames,
            error: None,
        }
    }

    /// A syntax error of a text in the words of our own scanner, which names
    /// the tag to blame, where it finds one.
    fn malformed(&self, error: &Error) -> Option<TemplateError> {
        if error.kind() != minijinja::ErrorKind::SyntaxError {
            return None;
        }
        let problems = match (error.name()?, self.text) {
            (TEXT, Some((text, _))) => checks::problems(text),
            (name, _) => {
                let info = self.shared.sources.info(name)?;
                checks::problems(&Text::of_span(&info.file, info.span))
            }
        };
        let problem = problems.into_iter().next()?;
        let label = problem.labels.first()?;
        Some(TemplateError {
            code: problem.code,
            message: problem.message.clone(),
            label: label.text.clone(),
            help: problem.help.clone(),
            span: Some(label.span),
            frames: Vec::new(),
            error: None,
        })
    }

    /// Where an error stands.
    fn span(&self, error: &Error) -> Option<Span> {
        let name = error.name()?;
        let range = self.range(error)?;
        match self.text {
            Some((text, rewritten)) if name == TEXT => {
                let (start, end) = rewritten.original(range);
                let end = end.min(text.text.len());
                Some(text.range(with_receiver(&text.text, start.min(end)), end))
            }
            _ => {
                let span = self.shared.sources.span(name, range)?;
                let source = self.shared.sources.info(name)?.file.text();
                Some(Span { start: with_receiver(source, span.start), ..span })
            }
        }
    }

    /// The bytes of the template that an error is about: its range or, where
    /// it has none, its line.
    fn range(&self, error: &Error) -> Option<std::ops::Range<usize>> {
        if let Some(range) = error.range() {
            return Some(range);
        }
        let source = self.template(error.name()?)?;
        let before: usize =
            source.split_inclusive('\n').take(error.line()?.checked_sub(1)?).map(str::len).sum();
        let line = source.get(before..)?.lines().next()?;
        let indent = line.len() - line.trim_start().len();
        Some(before + indent..before + line.trim_end().len().max(indent))
    }

    fn template(&self, name: &str) -> Option<&str> {
        match self.text {
            Some((_, rewritten)) if name == TEXT => Some(&rewritten.text),
            _ => {
                let info = self.shared.sources.info(name)?;
                Some(&self.shared.sources.of(info)?.text)
            }
        }
    }

    /// What the user wrote at the place of an error.
    fn written(&self, error: &Error) -> String {
        let Some(span) = self.span(error) else { return String::new() };
        let text = match self.text {
            Some((text, _)) if error.name() == Some(TEXT) => {
                let start = span.start.saturating_sub(text.offset);
                text.text.get(start..start + (span.end - span.start))
            }
            _ => error
                .name()
                .and_then(|name| self.shared.sources.info(name))
                .and_then(|info| info.file.text().get(span.start..span.end)),
        };
        text.unwrap_or_default().to_owned()
    }
}

/// A method's call is reported from its dot on; people look for the whole
/// `value.method(..)`.
fn with_receiver(source: &str, start: usize) -> usize {
    let Some((before, after)) = source.split_at_checked(start) else { return start };
    if !after.starts_with('.') {
        return start;
    }
    before.trim_end_matches(|c: char| c == '_' || c == '.' || c.is_alphanumeric()).len()
}

/// An error of a text that was rendered by another: `render(..)`.
fn around(nested: &TemplateError, outer: Vec<Frame>, span: Option<Span>) -> TemplateError {
    let mut frames = nested.frames.clone();
    frames.push(Frame { name: "render".to_owned(), span });
    frames.extend(outer);
    TemplateError {
        code: nested.code,
        message: nested.message.clone(),
        label: nested.label.clone(),
        help: nested.help.clone(),
        span: nested.span,
        frames,
        error: None,
    }
}
