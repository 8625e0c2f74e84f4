//! `model test`.

use crate::cli::args::{ResourceTypes, Selection};
use crate::cli::session::{Exit, Problems, Session};
use crate::ops::Kinds;
use crate::ops::execute::Options;
use crate::run::Mode;

/// Run data tests and unit tests
#[derive(Debug, clap::Args)]
#[command(after_help = "Select tests by name, or nodes to run every test on them.")]
pub(crate) struct Args {
    #[command(flatten)]
    testing: super::Testing,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    types: ResourceTypes,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let types = session.types(&args.types);
    session.execute(&Options {
        mode: Mode::Test,
        selection: args.selection.criteria(),
        given: args.selection.given(),
        kinds: Kinds::of_test(&types.resource_type, &types.exclude_resource_type)?,
        store_failures: args.testing.store_failures,
        combined_tests: !args.testing.no_combined_tests,
        ..Options::default()
    })
}
