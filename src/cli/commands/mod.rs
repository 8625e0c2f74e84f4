//! One file for each command: its flags with their help, and the one function
//! that turns them into options for [`crate::ops`] and tells what came of it.

pub(crate) mod build;
pub(crate) mod clean;
pub(crate) mod clone;
pub(crate) mod compile;
pub(crate) mod completions;
pub(crate) mod debug;
pub(crate) mod deps;
pub(crate) mod docs;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod parse;
pub(crate) mod retry;
pub(crate) mod run;
pub(crate) mod run_operation;
pub(crate) mod seed;
pub(crate) mod show;
pub(crate) mod snapshot;
pub(crate) mod source;
pub(crate) mod test;

use super::session::{Exit, Problems, Session};
use super::ui::TalkStream;

/// What `model` can be asked to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Build(build::Args),
    Run(run::Args),
    Test(test::Args),
    Seed(seed::Args),
    Snapshot(snapshot::Args),
    Compile(compile::Args),
    Show(show::Args),
    #[command(visible_alias = "ls")]
    List(list::Args),
    Parse(parse::Args),
    #[command(subcommand)]
    Source(source::Command),
    #[command(subcommand)]
    Docs(docs::Command),
    RunOperation(run_operation::Args),
    Retry(retry::Args),
    Clone(clone::Args),
    Deps(deps::Args),
    Init(init::Args),
    Debug(debug::Args),
    Clean(clean::Args),
    Completions(completions::Args),
}

impl Command {
    /// The command's name, as dbt's `flags.WHICH` has it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Build(_) => "build",
            Self::Run(_) => "run",
            Self::Test(_) => "test",
            Self::Seed(_) => "seed",
            Self::Snapshot(_) => "snapshot",
            Self::Compile(_) => "compile",
            Self::Show(_) => "show",
            Self::List(_) => "list",
            Self::Parse(_) => "parse",
            Self::Source(_) => "freshness",
            Self::Docs(command) => command.name(),
            Self::RunOperation(_) => "run-operation",
            Self::Retry(_) => "retry",
            Self::Clone(_) => "clone",
            Self::Deps(_) => "deps",
            Self::Init(_) => "init",
            Self::Debug(_) => "debug",
            Self::Clean(_) => "clean",
            Self::Completions(_) => "completions",
        }
    }

    /// The words by which it is called.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Source(_) => format!("source {}", self.name()),
            Self::Docs(_) => format!("docs {}", self.name()),
            _ => self.name().to_owned(),
        }
    }

    /// Where it talks. Commands that do something have no answer but the report of it.
    pub(crate) fn talk(&self) -> TalkStream {
        match self {
            Self::Compile(_) | Self::Show(_) | Self::List(_) | Self::Init(_) | Self::Completions(_) => {
                TalkStream::Stderr
            }
            _ => TalkStream::Stdout,
        }
    }

    /// Does it.
    pub(crate) fn run(self, session: &Session) -> Result<Exit, Problems> {
        match self {
            Self::Build(args) => build::run(&args, session),
            Self::Run(args) => run::run(&args, session),
            Self::Test(args) => test::run(&args, session),
            Self::Seed(args) => seed::run(&args, session),
            Self::Snapshot(args) => snapshot::run(&args, session),
            Self::Compile(args) => compile::run(&args, session),
            Self::Show(args) => show::run(&args, session),
            Self::List(args) => list::run(&args, session),
            Self::Parse(args) => parse::run(&args, session),
            Self::Source(command) => source::run(&command, session),
            Self::Docs(command) => docs::run(&command, session),
            Self::RunOperation(args) => run_operation::run(&args, session),
            Self::Retry(args) => retry::run(&args, session),
            Self::Clone(args) => clone::run(&args, session),
            Self::Deps(args) => deps::run(&args, session),
            Self::Init(args) => init::run(&args, session),
            Self::Debug(args) => debug::run(&args, session),
            Self::Clean(args) => clean::run(&args, session),
            Self::Completions(args) => completions::run(&args, session),
        }
    }
}

/// Flags of commands that build relations.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Building {
    /// Rebuild incremental models and seeds from nothing
    #[arg(short, long)]
    pub(crate) full_refresh: bool,
    /// Build everything without rows, to see whether it would work
    #[arg(long, overrides_with = "no_empty")]
    pub(crate) empty: bool,
    #[arg(long, hide = true, overrides_with = "empty")]
    pub(crate) no_empty: bool,
}

/// Flags of commands that run tests.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Testing {
    /// Keep the failing rows of tests in tables
    #[arg(long)]
    pub(crate) store_failures: bool,
    /// Run each test by itself, also where one look at a relation would do for several
    #[arg(long, env = "MODEL_NO_COMBINED_TESTS", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) no_combined_tests: bool,
}
