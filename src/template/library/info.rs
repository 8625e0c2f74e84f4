//! What is known about one macro.

use std::sync::Arc;

use crate::source::{SourceFile, Span};
use crate::template::calls::MacroCall;
use crate::template::scan::Argument;

/// One macro, generic test or materialization.
#[derive(Debug)]
pub struct MacroInfo {
    /// `macro.<package>.<name>`.
    pub unique_id: String,
    /// The name that templates call: `test_x` for a test and
    /// `materialization_x_<adapter|default>` for a materialization.
    pub name: String,
    /// The package.
    pub package: String,
    /// The file.
    pub file: Arc<SourceFile>,
    /// The whole block in the file.
    pub span: Span,
    /// Its parameters.
    pub arguments: Vec<Argument>,
    /// The calls in its body, as written: see [`Library::depends_on`](super::Library::depends_on).
    pub calls: Vec<MacroCall>,
    /// `supported_languages` of a materialization; empty for others.
    pub languages: Vec<String>,
    /// Whether it came with the program and not with a project.
    pub is_internal: bool,
    /// Its place in the library.
    pub(crate) index: usize,
    /// Whether its body takes any number of arguments.
    pub(crate) is_variadic: bool,
}

impl MacroInfo {
    /// The block's text, tags included.
    #[must_use]
    pub fn source(&self) -> &str {
        self.file.text().get(self.span.start..self.span.end).unwrap_or_default()
    }

    /// The block's text with the blanks around it that its tags swallow
    /// (`{%- … -%}`): dbt's `macro_sql`. Two tools agree on whether a macro has
    /// changed only where they agree on this.
    #[must_use]
    pub fn macro_sql(&self) -> &str {
        let (text, block) = (self.file.text(), self.source());
        let before = text.get(..self.span.start).unwrap_or_default();
        let after = text.get(self.span.end..).unwrap_or_default();
        let (mut start, mut end) = (self.span.start, self.span.end);
        // Blanks between two blocks belong to the first that swallows them.
        if block.starts_with("{%-") && !before.trim_end().ends_with("-%}") {
            start = before.trim_end().len();
        }
        if block.ends_with("-%}") {
            end += after.len() - after.trim_start().len();
        }
        // Nor do blanks at the ends of the file count.
        end = end.min(text.trim_end().len());
        start = start.max(text.len() - text.trim_start().len());
        text.get(start..end).unwrap_or_default()
    }

    /// `name(a, b=1)`, for messages.
    #[must_use]
    pub fn signature(&self) -> String {
        let argument = |argument: &Argument| match &argument.default {
            Some(default) => format!("{}={default}", argument.name),
            None => argument.name.clone(),
        };
        let arguments: Vec<String> = self.arguments.iter().map(argument).collect();
        format!("{}({})", self.name, arguments.join(", "))
    }
}

/// The macro that implements a materialization.
#[derive(Debug, Clone, Copy)]
pub struct MaterializationFound<'a> {
    /// The macro.
    pub info: &'a MacroInfo,
    /// Whether it came with the program.
    pub is_builtin: bool,
}
