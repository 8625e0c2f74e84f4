//! `model build`.

use crate::cli::args::{Period, ResourceTypes, Selection};
use crate::cli::session::{Exit, Problems, Session};
use crate::ops::Kinds;
use crate::ops::execute::Options;
use crate::run::Mode;

/// Build and test: seeds, models, snapshots and their tests, in order
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Each node waits for what it needs and for the tests on it. What is downstream of a failure is\nskipped and keeps its old data."
)]
pub(crate) struct Args {
    #[command(flatten)]
    building: super::Building,
    /// Print the first rows of each seed
    #[arg(long)]
    show: bool,
    #[command(flatten)]
    period: Period,
    #[command(flatten)]
    testing: super::Testing,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    types: ResourceTypes,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let types = session.types(&args.types);
    let kinds = Kinds::of_build(&types.resource_type, &types.exclude_resource_type)?;
    let options = Options {
        mode: Mode::Build,
        selection: args.selection.criteria(),
        given: args.period.add_to(args.selection.given()),
        kinds,
        full_refresh: args.building.full_refresh,
        empty: args.building.empty,
        store_failures: args.testing.store_failures,
        combined_tests: !args.testing.no_combined_tests,
        ..Options::default()
    };
    let workspace = session.workspace(options.flags())?;
    let (exit, outcome) = session.outcome(&workspace, &options)?;
    if args.show {
        super::seed::show_all(session, &workspace, &outcome)?;
    }
    Ok(exit)
}
