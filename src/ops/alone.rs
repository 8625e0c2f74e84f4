//! What is run without a node: `run-operation`, and queries from the command line.

use serde_json::{Map, Value as Json};

use super::Workspace;
use super::artifacts::Writer;
use super::execute::{Options, deferral, runtime, write_manifest};
use crate::diagnostics::Diagnostic;
use crate::run::{self, Alone, Event, RunOutcome, Stop};
use crate::template::{MacroInfo, Text, Value, to_value};

/// Calls a macro, `name` or `package.name`, with these arguments, and leaves
/// `manifest.json` and `run_results.json`. What the macro returns is dropped.
///
/// # Errors
/// There is no such macro, or an artifact cannot be written. What goes wrong in
/// the macro is in the outcome.
pub fn operation(
    workspace: &Workspace,
    name: &str,
    arguments: &Map<String, Json>,
    stop: &Stop,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<RunOutcome, Vec<Diagnostic>> {
    let info = find(workspace, name).map_err(|problem| vec![problem])?;
    let given = Map::from_iter([
        ("macro".to_owned(), Json::from(name)),
        ("args".to_owned(), Json::from(arguments.clone())),
    ]);
    let arguments: Vec<(&str, Value)> =
        arguments.iter().map(|(name, value)| (name.as_str(), to_value(value))).collect();
    let alone = Alone::Operation { info, arguments: &arguments };
    let runtime = runtime(workspace, &[], &Options::default(), None);
    let outcome = run::execute_alone(&runtime, &alone, stop, on_event);
    write_manifest(workspace)?;
    leave_results(workspace, &outcome, &Options { given, ..Options::default() })?;
    Ok(outcome)
}

/// Runs a statement that is in no file, a template, and leaves `manifest.json` and
/// `run_results.json`. It is kept where it commits.
///
/// # Errors
/// An artifact cannot be written. What goes wrong in the statement is in the outcome.
pub fn statement(
    workspace: &Workspace,
    sql: &str,
    stop: &Stop,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<RunOutcome, Vec<Diagnostic>> {
    let source = workspace.sources.add("--sql", sql);
    let text = Text::new(sql, source.id(), 0);
    let runtime = runtime(workspace, &[], &Options::default(), None);
    let outcome = run::execute_alone(&runtime, &Alone::Statement { text: &text }, stop, on_event);
    let given = Map::from_iter([("sql".to_owned(), Json::from(sql))]);
    write_manifest(workspace)?;
    leave_results(workspace, &outcome, &Options { given, ..Options::default() })?;
    Ok(outcome)
}

fn leave_results(
    workspace: &Workspace,
    outcome: &RunOutcome,
    options: &Options,
) -> Result<(), Vec<Diagnostic>> {
    if !workspace.project.flags.is_on("write_json") {
        return Ok(());
    }
    Writer::new(workspace).run_results(outcome, options).map_err(|problem| vec![problem])
}

/// Compiles a query that is in no file, or with [`run::Mode::Show`] fetches its rows, and
/// leaves `manifest.json`, and where that went well `run_results.json`.
///
/// # Errors
/// The artifacts of an environment to defer to cannot be read, or an artifact
/// cannot be written.
pub fn query(
    workspace: &Workspace,
    query: &str,
    options: &Options,
    stop: &Stop,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<RunOutcome, Vec<Diagnostic>> {
    let outcome = look(workspace, query, options, stop, on_event)?;
    // Written only now: what is deferred to may rest on the file that is replaced.
    write_manifest(workspace)?;
    let is_done = !outcome.results.iter().any(|result| result.status.is_failure());
    if is_done {
        leave_results(workspace, &outcome, options)?;
    }
    Ok(outcome)
}

/// The same without leaving a file.
///
/// # Errors
/// The artifacts of an environment to defer to cannot be read.
pub fn look(
    workspace: &Workspace,
    query: &str,
    options: &Options,
    stop: &Stop,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<RunOutcome, Vec<Diagnostic>> {
    let mode = options.mode;
    let deferral = deferral(workspace, mode).map_err(|problem| vec![problem])?;
    let source = workspace.sources.add("--inline", query);
    let text = Text::new(query, source.id(), 0);
    let runtime = runtime(workspace, &[], options, deferral);
    Ok(run::execute_alone(&runtime, &Alone::Query { text: &text, mode }, stop, on_event))
}

fn find<'a>(workspace: &'a Workspace, name: &str) -> Result<&'a MacroInfo, Diagnostic> {
    let library = workspace.engine.library();
    let root = &workspace.project.root_package().name;
    let found = match name.split_once('.') {
        Some((package, name)) => library.find_in(package, name),
        None => library.find(name, root).or_else(|| library.macros().find(|info| info.name == name)),
    };
    found.ok_or_else(|| {
        let known = library.macros().map(|info| info.name.as_str());
        Diagnostic::error("unknown-macro", format!("there is no macro `{name}`"))
            .suggest(name, known)
            .known_as(format!("dbt could not find a macro with the name '{name}' in any package"))
    })
}
