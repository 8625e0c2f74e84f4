//! `model compile`.

use serde_json::json;

use crate::cli::args::ResourceTypes;
use crate::cli::args::Selection;
use crate::cli::session::{Exit, Problems, Session};
use crate::manifest::ResourceType;
use crate::ops::Kinds;
use crate::ops::alone;
use crate::ops::execute::Options;
use crate::run::{Mode, NodeResult};

/// Turn templates into SQL, under the target path; print it for selected nodes
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    types: ResourceTypes,
    /// Compile this text instead of nodes
    #[arg(long, value_name = "SQL", conflicts_with_all = ["select", "selector"])]
    inline: Option<String>,
    /// How SQL is printed
    #[arg(long, value_name = "FORM", value_parser = ["text", "json"], default_value = "text")]
    output: String,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let workspace = session.workspace(args.selection.given())?;
    if let Some(query) = &args.inline {
        let outcome = session.alone(&workspace, |stop, on_event| {
            Ok(alone::query(&workspace, query, Mode::Compile, stop, on_event))
        })?;
        for compiled in outcome.results.iter().filter_map(|result| result.compiled.as_ref()) {
            session.ui.answer(&answer(args, "inline_query", &compiled.code));
        }
        return Ok(Exit::of(&outcome));
    }
    let options = Options {
        mode: Mode::Compile,
        selection: args.selection.criteria(),
        kinds: Kinds::of_compile(&args.types.resource_type, &args.types.exclude_resource_type)?,
        ..Options::default()
    };
    let is_narrow = !args.selection.select.is_empty() || args.selection.selector.is_some();
    let (exit, outcome) = session.outcome(&workspace, &options)?;
    for result in outcome.results.iter().filter(|_| is_narrow) {
        if let Some(text) = printed(args, &workspace, result) {
            session.ui.answer(&text);
        }
    }
    Ok(exit)
}

fn printed(args: &Args, workspace: &crate::ops::Workspace, result: &NodeResult) -> Option<String> {
    let node = workspace.manifest.by_id(result.unique_id.as_str())?;
    let has_sql = !matches!(node.kind.resource_type(), ResourceType::Seed | ResourceType::Source);
    let compiled = result.compiled.as_ref().filter(|_| has_sql)?;
    Some(answer(args, &node.name, &compiled.code))
}

fn answer(args: &Args, name: &str, sql: &str) -> String {
    match args.output.as_str() {
        "json" => json!({"node": name, "compiled": sql}).to_string(),
        _ => sql.trim_end().to_owned(),
    }
}
