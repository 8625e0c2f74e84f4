//! The two streams and who may use them.

use std::fmt::Write as _;
use std::io::{BufWriter, IsTerminal as _, Write as _};
use std::sync::{Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use indicatif::ProgressBar;
use serde_json::json;

use super::log_file::LogFile;
use super::record::{Form, Level, Record, Signature};
use super::style::{Meaning, paint};
use super::tally::Tally;
use crate::cli::program_name::ProgramName;
use crate::diagnostics::{Diagnostic, Style, render_all};
use crate::host::clock;
use crate::host::timings::Timings;
use crate::project::Secrets;
use crate::source::SourceMap;
use crate::template::{Audience, Deprecated, Notice, Notices};

/// As many bytes of an answer as a pipe takes at once.
const PRINTED_AT_ONCE: usize = 64 << 10;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Answers.
    Silent,
    /// Errors and answers.
    Quiet,
    /// Warnings too.
    Warnings,
    /// What a person wants to see.
    Normal,
    /// Every statement too.
    Debug,
}

impl Verbosity {
    /// Whether what matters so much is said.
    fn hears(self, level: Level) -> bool {
        match self {
            Self::Silent => false,
            Self::Quiet => level >= Level::Error,
            Self::Warnings => level >= Level::Warn,
            Self::Normal => level >= Level::Info,
            Self::Debug => true,
        }
    }
}

/// How talk looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: a line for each record, in this form.
    Records(Form),
}

/// Where talk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TalkStream {
    /// To stdout: what the command tells is what it was called for.
    Stdout,
    /// To stderr: beside the answer.
    Stderr,
}

impl TalkStream {
    fn is_to_terminal(self) -> bool {
        match self {
            Self::Stdout => std::io::stdout().is_terminal(),
            Self::Stderr => std::io::stderr().is_terminal(),
        }
    }

    /// Whether a person watches it, on a terminal that knows colours.
    pub(crate) fn suits_colors(self, terminal: Option<&str>) -> bool {
        self.is_to_terminal() && terminal != Some("dumb")
    }
}

/// How both streams look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) talk: TalkStream,
    pub(crate) verbosity: Verbosity,
    pub(crate) format: Format,
    pub(crate) colors: bool,
    /// Whether templates may print.
    pub(crate) prints: bool,
    /// As what the program was started.
    pub(crate) program_name: ProgramName,
}

/// Both streams. Threads share it; a line is never torn.
#[derive(Debug)]
pub(crate) struct Ui {
    /// How it looks as long as no project is known.
    first: Look,
    /// How it looks by the flags of the project.
    settled: OnceLock<Look>,
    bar: Mutex<Option<ProgressBar>>,
    run: Signature,
    log: OnceLock<LogFile>,
    secrets: RwLock<Secrets>,
    tally: Tally,
    /// Why a part of the answer could not be written.
    lost: OnceLock<String>,
}

impl Ui {
    /// Streams that say so much, in this form, without what is secret.
    pub(crate) fn new(look: Look, run: Signature, secrets: Secrets) -> Self {
        Self {
            first: look,
            settled: OnceLock::new(),
            bar: Mutex::new(None),
            run,
            log: OnceLock::new(),
            secrets: RwLock::new(secrets),
            tally: Tally::default(),
            lost: OnceLock::new(),
        }
    }

    /// Looks so from now on; the first such look counts.
    pub(crate) fn settle(&self, look: Look) {
        let _ = self.settled.set(look);
    }

    /// How both streams look now.
    pub(crate) fn look(&self) -> &Look {
        self.settled.get().unwrap_or(&self.first)
    }

    /// Keeps a log from now on; the first one counts.
    pub(crate) fn keep(&self, log: LogFile) {
        let _ = self.log.set(log);
    }

    /// Says nothing of these texts from now on.
    pub(crate) fn hide_texts(&self, texts: Vec<String>) {
        self.secrets.write().unwrap_or_else(PoisonError::into_inner).hide(texts);
    }

    /// Whether a program or the log takes records of this level.
    pub(crate) fn wants(&self, level: Level) -> bool {
        let is_told = self.look().format != Format::Text && self.look().verbosity.hears(level);
        is_told || self.log.get().is_some_and(|log| level >= log.level())
    }

    /// Whether all that a record holds is written, and not its line alone.
    pub(crate) fn writes_json(&self) -> bool {
        let is_kept = self.log.get().is_some_and(|log| log.form() == Form::Json);
        is_kept || self.look().format == Format::Records(Form::Json)
    }

    /// Tells programs, and the log.
    pub(crate) fn record(&self, record: &Record) {
        self.tally.hear(record);
        let record = &record.without(&self.secrets());
        if let Format::Records(form) = self.look().format
            && self.look().verbosity.hears(record.level)
        {
            let line = record.line(form, clock::now(), &self.run);
            let colors = self.look().colors && form != Form::Json;
            self.insist(&match record.level {
                Level::Error => paint(colors, Meaning::Bad, &line),
                Level::Warn => paint(colors, Meaning::Doubtful, &line),
                Level::Debug | Level::Info => line,
            });
        }
        self.log(record);
    }

    /// Tells how often what is deprecated was met.
    pub(crate) fn sum_up_deprecations(&self, shows_all: bool) {
        if let Some(summary) = self.tally.summary(shows_all) {
            self.record(&summary);
        }
    }

    /// Tells the log alone. The first time that it cannot be written is told.
    fn log(&self, record: &Record) {
        let Some(log) = self.log.get() else { return };
        if let Err(refused) = log.take(record) {
            self.diagnostics(&[refused], &SourceMap::new());
        }
    }

    fn secrets(&self) -> RwLockReadGuard<'_, Secrets> {
        self.secrets.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much is said.
    pub(crate) fn verbosity(&self) -> Verbosity {
        self.look().verbosity
    }

    /// How talk looks.
    pub(crate) fn format(&self) -> Format {
        self.look().format
    }

    /// Whether talk may use colours.
    pub(crate) fn colors(&self) -> bool {
        self.look().colors
    }

    /// Whether a person watches the talk, so that a moving display makes sense.
    pub(crate) fn is_watched(&self) -> bool {
        let is_plain = self.look().format == Format::Text && self.look().verbosity == Verbosity::Normal;
        is_plain && self.look().talk.is_to_terminal() && std::io::stderr().is_terminal()
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
        self.answer_as(&Record::answer(text));
    }

    /// An answer of many lines, which go out together.
    pub(crate) fn answers(&self, lines: &[String]) {
        if self.answers_in_records() {
            return lines.iter().for_each(|line| self.answer(line));
        }
        self.print(lines);
    }

    /// The answer, or a part of it; programs that know dbt get the whole record.
    pub(crate) fn answer_as(&self, record: &Record) {
        if self.answers_in_records() {
            let line = record.without(&self.secrets()).line(Form::Json, clock::now(), &self.run);
            return self.print(&[&line]);
        }
        self.print(&[&record.message]);
    }

    /// Whether what reads the answer knows it from dbt.
    pub(crate) fn answers_as_dbt(&self) -> bool {
        self.look().program_name == ProgramName::Dbt
    }

    fn answers_in_records(&self) -> bool {
        self.look().program_name == ProgramName::Dbt && self.look().format == Format::Records(Form::Json)
    }

    fn print(&self, lines: &[impl AsRef<str>]) {
        self.above_the_bar(|| {
            // What std keeps for stdout is written at the end of each line.
            let mut stdout = BufWriter::with_capacity(PRINTED_AT_ONCE, std::io::stdout().lock());
            let written = lines.iter().try_for_each(|line| writeln!(stdout, "{}", line.as_ref()));
            if let Err(error) = written.and_then(|()| stdout.flush()).or_else(but_for_a_closed_pipe) {
                self.lost.get_or_init(|| error.to_string());
            }
        });
    }

    /// Whether the answer came to where it was to go.
    pub(crate) fn answered(&self) -> Result<(), Diagnostic> {
        match self.lost.get() {
            None => Ok(()),
            Some(reason) => {
                Err(Diagnostic::error("lost-output", format!("the output cannot be written: {reason}")))
            }
        }
    }

    /// Whether only answers and errors are wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.look().verbosity < Verbosity::Normal
    }

    /// A sentence that `--quiet` silences.
    pub(crate) fn say(&self, text: &str) {
        self.record(&Record::note(text));
        if self.look().format == Format::Text {
            self.say_line(text);
        }
    }

    /// A sentence for people, where records tell the same to programs.
    pub(crate) fn say_to_people(&self, text: &str) {
        if self.look().format == Format::Text {
            self.say_line(text);
        }
    }

    /// A line in the form that it has; `--quiet` silences it.
    pub(crate) fn say_line(&self, line: &str) {
        if self.look().verbosity >= Verbosity::Normal {
            self.insist(line);
        }
    }

    /// A warning that templates ask for, to people.
    fn warn_people(&self, message: &str) {
        if self.look().format == Format::Text && self.look().verbosity.hears(Level::Warn) {
            let word = paint(self.look().colors, Meaning::Doubtful, "warning");
            self.insist(&format!("{word}: {message}"));
        }
    }

    /// What is worth knowing. People hear of it in the words of the record.
    pub(crate) fn remark(&self, record: &Record, notice: &Notice) {
        self.record(record);
        let is_for_people = matches!(notice, Notice::Remark { audience: Audience::People, .. });
        if self.look().format == Format::Text && is_for_people {
            self.say_line(&record.message);
        }
    }

    /// Talk that is always heard, but where nothing is to be said at all.
    pub(crate) fn insist(&self, text: &str) {
        if self.look().verbosity == Verbosity::Silent {
            return;
        }
        let text = self.secrets().mask(text);
        self.above_the_bar(|| {
            let _ = match self.look().talk {
                TalkStream::Stdout => writeln!(std::io::stdout().lock(), "{text}"),
                TalkStream::Stderr => writeln!(std::io::stderr().lock(), "{text}"),
            };
        });
    }

    /// Findings about what the user wrote; warnings are silenced by `--quiet`. A
    /// blank line sets warnings apart from what follows; errors are mostly the end.
    pub(crate) fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        for diagnostic in diagnostics {
            if let Some(record) = Record::semantic(diagnostic) {
                self.record(&record);
            }
            self.record(&Record::finding(diagnostic, sources));
        }
        self.picture(diagnostics, sources);
    }

    /// Findings of an operation that was to run.
    pub(crate) fn operation_failed(&self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        for diagnostic in diagnostics {
            self.record(&Record::finding(diagnostic, sources).of_operation());
        }
        self.picture(diagnostics, sources);
    }

    /// Findings as people see them.
    fn picture(&self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        if self.look().format != Format::Text {
            return;
        }
        let hears_warnings = self.look().verbosity.hears(Level::Warn);
        let heard = |diagnostic: &&Diagnostic| diagnostic.is_error() || hears_warnings;
        let heard: Vec<Diagnostic> = diagnostics.iter().filter(heard).cloned().collect();
        let style = if self.look().colors { Style::Colored } else { Style::Plain };
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

    /// Where the time of the command went: beside the answer, also where that is the talk.
    pub(crate) fn timings(&self, timings: &Timings, all: Duration) {
        let record = super::timings::record(timings, all);
        self.record(&record);
        if self.look().format == Format::Text {
            let _ = writeln!(std::io::stderr().lock(), "{}", record.message);
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
        let is_text = self.look().format == Format::Text;
        match notice {
            Notice::Print(text) => {
                let record = Record::answer(&text);
                self.log(&record.without(&self.secrets()));
                if self.look().prints {
                    self.answer(&text);
                }
            }
            Notice::Log { message, info } => {
                let data = json!({"msg": message});
                let (name, code, level) = if info {
                    ("JinjaLogInfo", "I062", Level::Info)
                } else {
                    ("JinjaLogDebug", "I063", Level::Debug)
                };
                self.record(&Record::new(name, code, level, message.as_str(), data));
                if is_text && self.look().verbosity.hears(level) {
                    self.say_line(&message);
                }
            }
            Notice::Remark { .. } => {
                if let Some(record) = Record::remark(&notice) {
                    self.remark(&record, &notice);
                }
            }
            Notice::Deprecated(Deprecated { name, code, message }) => {
                self.record(&Record::new(name, code, Level::Warn, message, json!({})));
                self.warn_people(message);
            }
            Notice::Warning(text) => {
                let data = json!({"msg": text});
                self.record(&Record::new("JinjaLogWarning", "I061", Level::Warn, text.as_str(), data));
                self.warn_people(&text);
            }
        }
    }
}

/// A reader who has gone away is no error.
fn but_for_a_closed_pipe(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}
