//! Diagnostics as text: the one rendering, at the edge.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Severity};
use crate::source::{SourceFile, SourceMap, Span};

/// How the text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Letters only.
    Plain,
    /// With ANSI colours.
    Colored,
}

/// All findings, errors last so that they are next to the prompt, each followed
/// by a blank line.
#[must_use]
pub fn render_all(diagnostics: &[Diagnostic], sources: &SourceMap, style: Style) -> String {
    let mut ordered: Vec<&Diagnostic> = diagnostics.iter().collect();
    ordered.sort_by_key(|diagnostic| diagnostic.severity);
    ordered.iter().map(|diagnostic| render(diagnostic, sources, style) + "\n\n").collect()
}

/// One finding: rule and sentence, `file:line:column`, the source line, notes, help.
#[must_use]
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colored => Renderer::styled(),
    };
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let files = files_of(diagnostic, sources);
    let mut group = Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.code));
    for (index, (file, path)) in files.iter().enumerate() {
        group = group.element(snippet(diagnostic, file, path, index == 0));
    }
    if let (true, Some(path)) = (files.is_empty(), &diagnostic.path) {
        group = group.element(annotate_snippets::Origin::path(path.display().to_string()));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

type Shown = (std::sync::Arc<SourceFile>, String);

/// The files that the labels point into, each once, the primary one first.
fn files_of(diagnostic: &Diagnostic, sources: &SourceMap) -> Vec<Shown> {
    let mut files: Vec<Shown> = Vec::new();
    for label in &diagnostic.labels {
        if files.iter().any(|(file, _)| file.id() == label.span.file) {
            continue;
        }
        if let Some(file) = sources.get(label.span.file) {
            let path = file.path().display().to_string();
            files.push((file, path));
        }
    }
    files
}

fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    file: &'a SourceFile,
    path: &'a str,
    has_primary: bool,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let labels = diagnostic.labels.iter().filter(|label| label.span.file == file.id());
    let annotations = labels.enumerate().map(|(index, label)| {
        let kind = if index == 0 && has_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(visible(file, label.span));
        if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
    });
    Snippet::source(file.text()).path(path).annotations(annotations)
}

/// The span, clamped to the text and to whole characters.
fn visible(file: &SourceFile, span: Span) -> std::ops::Range<usize> {
    let text = file.text();
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start);
    start..floor(span.end).max(start)
}
