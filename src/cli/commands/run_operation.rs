//! `model run-operation`.

use serde_json::{Map, Value as Json};

use crate::cli::session::{Exit, Problems, Session};
use crate::diagnostics::Diagnostic;
use crate::ops::alone;
use crate::yaml;

/// Call one macro
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The macro, `name` or `package.name`
    #[arg(value_name = "MACRO")]
    name: String,
    /// Its arguments, as YAML: '{table: orders}'
    #[arg(long, value_name = "YAML", default_value = "{}")]
    args: String,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let arguments = arguments(args, session)?;
    let flags = [("macro", Json::from(args.name.as_str())), ("args", Json::Object(arguments.clone()))];
    let flags = flags.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let workspace = session.workspace(flags)?;
    let outcome = session.alone(&workspace, |stop, on_event| {
        alone::operation(&workspace, &args.name, &arguments, stop, on_event)
    })?;
    Ok(Exit::of(&outcome))
}

fn arguments(args: &Args, session: &Session) -> Result<Map<String, Json>, Problems> {
    let source = session.sources.add("--args", args.args.as_str());
    match yaml::parse(&source)?.to_json() {
        Json::Object(arguments) => Ok(arguments),
        Json::Null => Ok(Map::new()),
        _ => Err(vec![
            Diagnostic::error("bad-flag", "`--args` must be a mapping of argument names to values")
                .at(source.span(), "this is no mapping"),
        ]),
    }
}
