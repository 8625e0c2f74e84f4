//! The two streams and who may use them.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};

use indicatif::ProgressBar;

use crate::diagnostics::Diagnostic;
use crate::diagnostics::Style;
use crate::diagnostics::render_all;
use crate::source::SourceMap;
use crate::template::Notice;
use crate::template::Notices;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors and answers.
    Quiet,
    /// What a person wants to see.
    Normal,
    /// Every statement too.
    Debug,
}

/// How talk looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Both streams. Threads share it; a line is never torn.
#[derive(Debug)]
pub(crate) struct Ui {
    verbosity: Verbosity,
    format: Format,
    colors: bool,
    prints: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Ui {
    /// Streams that say so much, in this form.
    pub(crate) fn new(verbosity: Verbosity, format: Format, colors: bool, prints: bool) -> Self {
        Self { verbosity, format, colors, prints, bar: Mutex::new(None) }
    }

    /// How much is said.
    pub(crate) fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// How talk looks.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Whether talk may use colours.
    pub(crate) fn colors(&self) -> bool {
        self.colors
    }

    /// Whether a person watches stderr, so that a moving display makes sense.
    pub(crate) fn is_watched(&self) -> bool {
        self.format == Format::Text && self.verbosity == Verbosity::Normal && std::io::stderr().is_terminal()
    }

    /// Keeps lines above this bar until [`Ui::hide`].
    pub(crate) fn show(&self, bar: ProgressBar) {
        *self.bar() = Some(bar);
    }

    /// Takes the bar away.
    pub(crate) fn hide(&self) {
        if let Some(bar) = self.bar().take() {
            bar.finish_and_clear();
        }
    }

    /// The answer of the command, or a part of it, with a newline at its end.
    /// A reader who has gone away is no error.
    pub(crate) fn answer(&self, text: &str) {
        self.above_the_bar(|| {
            let mut stdout = std::io::stdout().lock();
            let _ = writeln!(stdout, "{text}");
        });
    }

    /// A sentence that `--quiet` silences.
    pub(crate) fn say(&self, text: &str) {
        match self.format {
            Format::Text => self.say_line(text),
            Format::Json => self.say_line(&super::json::line("Note", "info", text, &serde_json::Map::new())),
        }
    }

    /// A line in the form that it has; `--quiet` silences it.
    pub(crate) fn say_line(&self, line: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.insist(line);
        }
    }

    /// Talk that is always heard.
    pub(crate) fn insist(&self, text: &str) {
        self.above_the_bar(|| {
            let mut stderr = std::io::stderr().lock();
            let _ = writeln!(stderr, "{text}");
        });
    }

    /// Findings about what the user wrote; warnings are silenced by `--quiet`. A
    /// blank line sets warnings apart from what follows; errors are mostly the end.
    pub(crate) fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        let heard = |diagnostic: &&Diagnostic| diagnostic.is_error() || self.verbosity > Verbosity::Quiet;
        let heard: Vec<Diagnostic> = diagnostics.iter().filter(heard).cloned().collect();
        match self.format {
            Format::Text => {
                let style = if self.colors { Style::Colored } else { Style::Plain };
                let mut text = render_all(&heard, sources, style);
                let errors = heard.iter().filter(|diagnostic| diagnostic.is_error()).count();
                if errors > 1 {
                    let _ = writeln!(text, "{errors} errors");
                }
                if !text.is_empty() {
                    let end = if errors == 0 { "\n" } else { "" };
                    self.insist(&format!("{}{end}", text.trim_end()));
                }
            }
            Format::Json => {
                for diagnostic in &heard {
                    self.insist(&super::json::diagnostic_line(diagnostic, sources));
                }
            }
        }
    }

    fn above_the_bar(&self, print: impl FnOnce()) {
        match self.bar().as_ref() {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn bar(&self) -> std::sync::MutexGuard<'_, Option<ProgressBar>> {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notices for Ui {
    fn notice(&self, notice: Notice) {
        match (notice, self.format) {
            (Notice::Print(text), _) if self.prints => self.answer(&text),
            (Notice::Print(_), _) => {}
            (Notice::Log { message, info }, Format::Json) => {
                let level = if info { "info" } else { "debug" };
                if info || self.verbosity == Verbosity::Debug {
                    self.say_line(&super::json::line(
                        "JinjaLogInfo",
                        level,
                        &message,
                        &serde_json::Map::new(),
                    ));
                }
            }
            (Notice::Log { message, info }, Format::Text) => {
                if info || self.verbosity == Verbosity::Debug {
                    self.say_line(&message);
                }
            }
            (Notice::Warning(text), Format::Json) => {
                self.say_line(&super::json::line("JinjaLogWarning", "warn", &text, &serde_json::Map::new()));
            }
            (Notice::Warning(text), Format::Text) => {
                let word = super::style::paint(self.colors, super::style::Meaning::Doubtful, "warning");
                self.say_line(&format!("{word}: {text}"));
            }
        }
    }
}
