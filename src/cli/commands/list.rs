//! `model list`.

use crate::cli::args::{ResourceTypes, Selection};
use crate::cli::session::{Exit, Problems, Session};
use crate::manifest::ResourceType;
use crate::ops::{Kinds, execute, list};

/// List the selected nodes, one a line
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How a node is written
    #[arg(long, value_name = "FORM", value_parser = ["selector", "name", "path", "json"], default_value = "selector")]
    output: String,
    /// The keys of each object, with --output json
    #[arg(long, num_args = 1.., value_name = "KEY")]
    output_keys: Vec<String>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    types: ResourceTypes,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let types = session.types(&args.types);
    let kinds = if args.selection.models.is_empty() {
        Kinds::of_list(&types.resource_type, &types.exclude_resource_type)?
    } else {
        Kinds::only(&[ResourceType::Model])
    };
    let workspace = session.workspace(args.selection.given())?;
    let form = match args.output.as_str() {
        "name" => list::Form::Name,
        "path" => list::Form::Path,
        "json" => list::Form::Json,
        _ => list::Form::Selector,
    };
    let keys: Vec<String> =
        args.output_keys.iter().flat_map(|keys| keys.split_whitespace()).map(str::to_owned).collect();
    let selected = workspace.select(&args.selection.criteria(), &kinds, true)?;
    session.warn(&workspace, &selected.warnings)?;
    // What is selected may rest on the manifest that is written over here.
    let (lines, written) = rayon::join(
        || list::lines(&workspace, &selected.nodes, form, &keys),
        || execute::write_manifest(&workspace),
    );
    written?;
    session.ui.answers(&lines);
    if lines.is_empty() {
        session.ui.say("nothing is selected");
    }
    Ok(Exit::Success)
}
