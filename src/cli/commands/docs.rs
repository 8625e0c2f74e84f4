//! `model docs generate`.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::cli::args::{Selection, either};
use crate::cli::session::{Exit, Problems, Session};
use crate::cli::ui::count;
use crate::ops::Kinds;
use crate::ops::execute::Options;
use crate::run::Mode;

/// Documentation
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Generate(Args),
}

/// Write catalog.json: the relations of the project as they stand in the warehouse
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Compile first, and write manifest.json (the default)
    #[arg(long, overrides_with = "no_compile", hide = true)]
    compile: bool,
    /// Do not compile anything, and write no manifest.json
    #[arg(long, overrides_with = "compile")]
    no_compile: bool,
    /// Ask the warehouse for nothing: the catalog is empty
    #[arg(long)]
    empty_catalog: bool,
    #[command(flatten)]
    selection: Selection,
}

pub(crate) fn run(command: &Command, session: &Session) -> Result<Exit, Problems> {
    let Command::Generate(args) = command;
    let compiles = either(args.compile, args.no_compile).unwrap_or(true);
    let options = Options {
        mode: Mode::Compile,
        selection: args.selection.criteria(),
        kinds: Kinds::of_compile(&[], &[])?,
        given: given(args, compiles),
        ..Options::default()
    };
    let workspace = session.workspace(options.flags())?;
    if compiles {
        let (exit, _) = session.outcome(&workspace, &options)?;
        if exit != Exit::Success {
            session.ui.say("no catalog is written: not everything could be compiled");
            return Ok(exit);
        }
    }
    let written = session.catalog(&workspace, &options, args.empty_catalog)?;
    let file = workspace.project.target_path().join("catalog.json");
    session.ui.say(&format!("{} in {}", count(written.count, "relation"), file.display()));
    if written.problems.is_empty() {
        return Ok(Exit::Success);
    }
    session.ui.diagnostics(&written.problems, &Arc::clone(&session.sources));
    Ok(Exit::Failure)
}

fn given(args: &Args, compiles: bool) -> Map<String, Json> {
    let mut given = args.selection.given();
    given.insert("compile".to_owned(), Json::from(compiles));
    given.insert("empty_catalog".to_owned(), Json::from(args.empty_catalog));
    given.insert("static".to_owned(), Json::from(false));
    given
}
