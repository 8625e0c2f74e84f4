//! `model compile`.

use serde_json::{Map, Value as Json, json};

use crate::cli::args::{ResourceTypes, Selection, either, one_of};
use crate::cli::session::{Exit, Problems, Session};
use crate::cli::ui::{Level, Record, indented};
use crate::manifest::{Node, ResourceType};
use crate::ops::execute::Options;
use crate::ops::{Kinds, Workspace, alone};
use crate::run::{Mode, RunOutcome};

/// Turn templates into SQL, without running it
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag, some with their opposite")]
pub(crate) struct Args {
    /// Compile this text instead of nodes
    #[arg(long, value_name = "SQL", conflicts_with_all = ["select", "models", "selector"])]
    inline: Option<String>,
    /// Write inputs as if they had no rows
    #[arg(long, overrides_with = "no_empty")]
    empty: bool,
    #[arg(long, hide = true, overrides_with = "empty")]
    no_empty: bool,
    /// Refuse templates that ask the warehouse something
    #[arg(long, overrides_with = "introspect")]
    no_introspect: bool,
    #[arg(long, hide = true)]
    introspect: bool,
    /// Leave ephemeral models out of the SQL that reads them
    #[arg(long, overrides_with = "inject_ephemeral_ctes")]
    no_inject_ephemeral_ctes: bool,
    #[arg(long, hide = true)]
    inject_ephemeral_ctes: bool,
    /// As if incremental models were built anew
    #[arg(short, long)]
    full_refresh: bool,
    /// How SQL is printed
    #[arg(long, value_name = "FORM", ignore_case = true, value_parser = one_of(&["text", "json"]), default_value = "text")]
    output: String,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    types: ResourceTypes,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let types = session.types(&args.types);
    let workspace = session.workspace(args.given())?;
    if let Some(query) = &args.inline {
        let options = Options { mode: Mode::Compile, given: args.given(), ..Options::default() };
        let outcome = session
            .alone(&workspace, |stop, on_event| alone::query(&workspace, query, &options, stop, on_event))?;
        for compiled in outcome.results.iter().filter_map(|result| result.compiled.as_ref()) {
            session.ui.answer_as(&answer(args, session, None, &compiled.code));
        }
        return Ok(Exit::of_query(&outcome));
    }
    let options = Options {
        mode: Mode::Compile,
        selection: args.selection.criteria(),
        kinds: Kinds::of_compile(&types.resource_type, &types.exclude_resource_type)?,
        ..Options::default()
    };
    let is_narrow = options.selection.is_narrow();
    let (exit, outcome) = session.outcome(&workspace, &options)?;
    if is_narrow {
        print(args, session, &workspace, &outcome);
    }
    Ok(exit)
}

impl Args {
    /// The flags here that templates see.
    fn given(&self) -> Map<String, Json> {
        let mut given = self.selection.given();
        if self.empty {
            given.insert("empty".to_owned(), Json::from(true));
        }
        if self.full_refresh {
            given.insert("full_refresh".to_owned(), Json::from(true));
        }
        if self.no_inject_ephemeral_ctes {
            given.insert("inject_ephemeral_ctes".to_owned(), Json::from(false));
        }
        if let Some(introspects) = either(self.introspect, self.no_introspect) {
            given.insert("introspect".to_owned(), Json::from(introspects));
        }
        given
    }
}

/// Prints the SQL of what was asked for: tests that came along with their
/// models are compiled, but not printed.
fn print(args: &Args, session: &Session, workspace: &Workspace, outcome: &RunOutcome) {
    let nodes = outcome.results.iter().filter_map(|result| {
        let node = workspace.manifest.by_id(result.unique_id.as_str())?;
        let has_sql = !matches!(node.kind.resource_type(), ResourceType::Seed | ResourceType::Source);
        Some((node, result.compiled.as_ref().filter(|_| has_sql)?))
    });
    let (tests, others): (Vec<_>, Vec<_>) =
        nodes.partition(|(node, _)| node.kind.resource_type() == ResourceType::Test);
    let printed = if others.is_empty() { tests } else { others };
    for (at, (node, compiled)) in printed.iter().enumerate() {
        if at > 0 && args.output == "text" {
            session.ui.answer("");
        }
        session.ui.answer_as(&answer(args, session, Some(node), &compiled.code));
    }
}

/// The SQL; in front of it a comment that says whose it is, unless `--quiet`.
fn answer(args: &Args, session: &Session, node: Option<&Node>, sql: &str) -> Record {
    let name = node.map(Node::search_name);
    let shown = sql.trim_matches('\n').trim_end();
    let mark = if session.ui.answers_as_dbt() { "" } else { "-- " };
    let text = match &name {
        Some(name) if args.output == "json" => indented(&json!({"node": name, "compiled": sql})),
        None if args.output == "json" => indented(&json!({"compiled": sql})),
        _ if session.ui.is_quiet() => shown.to_owned(),
        Some(name) => format!("{mark}Compiled node '{name}' is:\n{shown}"),
        None => format!("{mark}Compiled inline node is:\n{shown}"),
    };
    let data = json!({
        "compiled": sql,
        "is_inline": node.is_none(),
        "node_name": name.as_deref().unwrap_or("inline_query"),
        "output_format": args.output,
        "unique_id": node.map(|node| node.unique_id.as_str()).unwrap_or_default(),
    });
    Record::new("CompiledNode", "Q042", Level::Info, text, data)
}
