//! `model list`.

use crate::cli::args::{ResourceTypes, Selection, one_of};
use crate::cli::session::{Exit, Problems, Session};
use crate::diagnostics::Diagnostic;
use crate::manifest::ResourceType;
use crate::ops::{Kinds, execute, list};

/// What can be listed of a node.
const FORMS: &[&str] = &["selector", "name", "path", "json"];

/// List the selected nodes, one a line
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How a node is written
    #[arg(long, value_name = "FORM", ignore_case = true, value_parser = one_of(FORMS), default_value = "selector")]
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
    check(&args.selection, &types)?;
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

/// dbt: `--models` says of which kind the nodes are.
fn check(selection: &Selection, types: &ResourceTypes) -> Result<(), Problems> {
    let others = [("select", selection.select.is_empty()), ("resource-type", types.resource_type.is_empty())];
    let Some((other, _)) = others.into_iter().find(|(_, is_empty)| !is_empty && !selection.models.is_empty())
    else {
        return Ok(());
    };
    let finding = Diagnostic::error("flags", format!("`--models` and `--{other}` exclude each other"));
    let words = format!("\"models\" and \"{}\" are mutually exclusive arguments", other.replace('-', "_"));
    Err(vec![finding.known_as(words).help("write `--select` alone")])
}
