//! `model run-operation`.

use serde_json::{Map, Value as Json};

use crate::cli::session::{Exit, Problems, Session};
use crate::diagnostics::Diagnostic;
use crate::ops::alone;
use crate::yaml;

/// Call one macro, or run a statement
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The macro, `name` or `package.name`
    #[arg(value_name = "MACRO")]
    name: Option<String>,
    /// Run this text instead of a macro; ref and source work in it. It is kept where it commits
    #[arg(long, value_name = "SQL")]
    sql: Option<String>,
    /// Its arguments, as YAML: '{table: orders}'
    #[arg(long = "args", value_name = "YAML", default_value = "{}")]
    given: String,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let arguments = arguments(args, session)?;
    let name = match (&args.name, &args.sql) {
        (Some(name), None) => name,
        (None, Some(sql)) if arguments.is_empty() => return statement(sql, session),
        (name, sql) => return Err(vec![wrong_call(name.is_some(), sql.is_some())]),
    };
    let flags = [("macro", Json::from(name.as_str())), ("args", Json::Object(arguments.clone()))];
    let flags = flags.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let workspace = session.workspace(flags)?;
    let outcome = session
        .alone(&workspace, |stop, on_event| alone::operation(&workspace, name, &arguments, stop, on_event))?;
    Ok(Exit::of(&outcome))
}

fn statement(sql: &str, session: &Session) -> Result<Exit, Problems> {
    let workspace = session.workspace(Map::from_iter([("sql".to_owned(), Json::from(sql))]))?;
    let run =
        session.alone(&workspace, |stop, on_event| alone::statement(&workspace, sql, stop, on_event))?;
    Ok(Exit::of(&run))
}

/// dbt: a macro with arguments, or a statement without.
fn wrong_call(names_macro: bool, has_sql: bool) -> Diagnostic {
    let (message, words) = match (names_macro, has_sql) {
        (false, false) => (
            "`run-operation` needs to know what to run",
            "Either a macro name or --sql must be passed to run-operation",
        ),
        (true, _) => (
            "`run-operation` takes a macro or `--sql`, not both",
            "Cannot specify both a macro name and --sql for run-operation",
        ),
        (false, true) => ("a statement of `--sql` takes no `--args`", "--args cannot be used with --sql"),
    };
    let problem = Diagnostic::error("bad-flag", message).known_as(words);
    problem.help("name a macro, with its arguments in `--args`, or give a statement with `--sql`")
}

fn arguments(args: &Args, session: &Session) -> Result<Map<String, Json>, Problems> {
    let source = session.sources.add("--args", args.given.as_str());
    match yaml::parse(&source)?.to_json() {
        Json::Object(arguments) => Ok(arguments),
        Json::Null => Ok(Map::new()),
        _ => Err(vec![
            Diagnostic::error("bad-flag", "`--args` must be a mapping of argument names to values")
                .at(source.span(), "this is no mapping"),
        ]),
    }
}
