//! `model snapshot`.

use crate::cli::args::Selection;
use crate::cli::session::{Exit, Problems, Session};
use crate::manifest::ResourceType;
use crate::ops::Kinds;
use crate::ops::execute::Options;
use crate::run::Mode;

/// Record what has changed since the last run in the selected snapshots
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Read inputs as if they had no rows, to see whether it would work
    #[arg(long, overrides_with = "no_empty")]
    empty: bool,
    #[arg(long, hide = true, overrides_with = "empty")]
    no_empty: bool,
    #[command(flatten)]
    selection: Selection,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    session.execute(&Options {
        mode: Mode::Run,
        selection: args.selection.criteria(),
        given: args.selection.given(),
        kinds: Kinds::only(&[ResourceType::Snapshot]),
        empty: args.empty,
        ..Options::default()
    })
}
