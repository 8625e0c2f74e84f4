//! `model source freshness`.

use std::path::PathBuf;

use crate::cli::args::Selection;
use crate::cli::session::{Exit, Problems, Session};
use crate::diagnostics::Diagnostic;
use crate::manifest::ResourceType;
use crate::ops::Kinds;
use crate::ops::execute::Options;
use crate::run::Mode;

/// Look at sources
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    #[command(alias = "snapshot-freshness")]
    Freshness(Args),
}

/// Tell how old the rows of sources are, against what the project allows
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write the results here instead of sources.json under the target path
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    selection: Selection,
}

pub(crate) fn run(command: &Command, session: &Session) -> Result<Exit, Problems> {
    let Command::Freshness(args) = command;
    if args.output.is_some() {
        session.remark(
            Diagnostic::warning("custom-output", "`--output` of `source freshness` is going to be removed")
                .known_as("Custom output path usage detected in `dbt source freshness` command")
                .help("leave it out: the results are in sources.json under the target path"),
        );
    }
    let output = args.output.as_ref().map(|path| Session::absolute(path)).transpose()?;
    session.execute(&Options {
        mode: Mode::Freshness,
        selection: args.selection.criteria(),
        given: args.selection.given(),
        kinds: Kinds::only(&[ResourceType::Source]),
        output,
        ..Options::default()
    })
}
