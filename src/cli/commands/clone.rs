//! `model clone`.

use crate::cli::args::{ResourceTypes, Selection};
use crate::cli::session::{Exit, Problems, Session};
use crate::ops::Kinds;
use crate::ops::execute::Options;
use crate::run::Mode;

/// Make what another environment has visible here, without copying it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The manifest in the --state folder says where things are there. What exists here already is\nleft alone, unless --full-refresh is given."
)]
pub(crate) struct Args {
    /// Replace what exists here
    #[arg(short, long)]
    full_refresh: bool,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    types: ResourceTypes,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let types = session.types(&args.types);
    session.execute(&Options {
        mode: Mode::Clone,
        selection: args.selection.criteria(),
        given: args.selection.given(),
        kinds: Kinds::of_clone(&types.resource_type, &types.exclude_resource_type)?,
        full_refresh: args.full_refresh,
        ..Options::default()
    })
}
