//! `model seed`.

use crate::cli::args::Selection;
use crate::cli::session::{Exit, Problems, Session};
use crate::cli::ui::rows_as_table;
use crate::manifest::{Node, NodeKind, ResourceType};
use crate::ops::execute::Options;
use crate::ops::{Kinds, Workspace, alone};
use crate::run::{Detail, Event, Mode, RunOutcome, Status, Stop};

/// Load the selected CSV files into tables
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Make the tables anew, also where they exist
    #[arg(short, long)]
    full_refresh: bool,
    /// Accepted for command lines written for dbt 1.12: seeds are loaded as ever
    #[arg(long, hide = true)]
    empty: bool,
    /// Print the first rows of each table
    #[arg(long)]
    show: bool,
    #[command(flatten)]
    selection: Selection,
}

/// How many rows `--show` prints.
const SHOWN: usize = 10;

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let options = Options {
        mode: Mode::Run,
        selection: args.selection.criteria(),
        given: args.selection.given(),
        kinds: Kinds::only(&[ResourceType::Seed]),
        full_refresh: args.full_refresh,
        empty: args.empty,
        ..Options::default()
    };
    let workspace = session.workspace(options.flags())?;
    let (exit, outcome) = session.outcome(&workspace, &options)?;
    if args.show {
        show_all(session, &workspace, &outcome)?;
    }
    Ok(exit)
}

/// Prints the first rows of all tables that were loaded.
pub(super) fn show_all(
    session: &Session,
    workspace: &Workspace,
    outcome: &RunOutcome,
) -> Result<(), Problems> {
    for result in outcome.results.iter().filter(|result| result.status == Status::Success) {
        let node = workspace.manifest.by_id(result.unique_id.as_str());
        if let Some(seed) = node.filter(|node| matches!(node.kind, NodeKind::Seed(_))) {
            show(seed, session, workspace)?;
        }
    }
    Ok(())
}

/// Prints the first rows of a seed's table.
fn show(seed: &Node, session: &Session, workspace: &Workspace) -> Result<(), Problems> {
    let query = format!("select * from {{{{ ref('{}', '{}') }}}}", seed.package, seed.name);
    let options = Options { mode: Mode::Show { limit: Some(SHOWN) }, ..Options::default() };
    let look = |stop: &Stop, on_event: &mut dyn FnMut(Event<'_>)| {
        alone::look(workspace, &query, &options, stop, on_event)
    };
    let outcome = session.alone(workspace, look)?;
    for result in &outcome.results {
        if let Detail::Preview(rows) = &result.detail {
            session.ui.answer(&format!("\n{}\n{}", seed.name, rows_as_table(rows, None)));
        }
    }
    Ok(())
}
