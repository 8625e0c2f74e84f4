//! `model run`.

use crate::cli::args::{Period, Selection};
use crate::cli::session::{Exit, Problems, Session};
use crate::manifest::ResourceType;
use crate::ops::Kinds;
use crate::ops::execute::Options;
use crate::run::Mode;

/// Build the selected models, without tests
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    building: super::Building,
    #[command(flatten)]
    period: Period,
    #[command(flatten)]
    selection: Selection,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    session.execute(&Options {
        mode: Mode::Run,
        selection: args.selection.criteria(),
        given: args.period.add_to(args.selection.given()),
        kinds: Kinds::only(&[ResourceType::Model]),
        full_refresh: args.building.full_refresh,
        empty: args.building.empty,
        ..Options::default()
    })
}
