//! `model docs generate` and `model docs serve`.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::cli::args::{Selection, either};
use crate::cli::session::{Exit, Problems, Session};
use crate::cli::ui::{Level, Record, count};
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::host::server::{Page, Server};
use crate::ops::execute::Options;
use crate::ops::{Kinds, site};
use crate::project::{self, Treatment};
use crate::run::Mode;

/// Documentation
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Generate(Args),
    Serve(ServeArgs),
}

impl Command {
    /// dbt's name for it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Generate(_) => "generate",
            Self::Serve(_) => "serve",
        }
    }
}

/// Show what `docs generate` wrote in a browser of this machine
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; 0 is any port that is free
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
    /// An address of this machine
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    host: String,
    /// Accepted: no browser is opened
    #[arg(long, alias = "no-browser", hide = true)]
    browser: bool,
}

/// Write catalog.json: the relations of the project as they stand in the warehouse
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag, some with their opposite")]
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
    /// Write the documentation as one file, too: `static_index.html`
    #[arg(long = "static", overrides_with = "no_static")]
    is_static: bool,
    #[arg(long, hide = true, overrides_with = "is_static")]
    no_static: bool,
    #[command(flatten)]
    selection: Selection,
}

pub(crate) fn run(command: &Command, session: &Session) -> Result<Exit, Problems> {
    match command {
        Command::Generate(args) => generate(args, session),
        Command::Serve(args) => serve(args, session),
    }
}

/// Answers browsers until somebody ends the process.
fn serve(args: &ServeArgs, session: &Session) -> Result<Exit, Problems> {
    let target = project::load_root(&session.request(Map::new())?)?.0.target_path();
    if !files::is_file(&target.join("manifest.json")) {
        let message = format!("there is no documentation in `{}`", target.display());
        return Err(vec![Diagnostic::error("no-docs", message).help("write it with `docs generate`")]);
    }
    let host = if args.host == "localhost" { "127.0.0.1" } else { args.host.as_str() };
    let refused = |why: String| {
        let message = format!("the documentation cannot be shown at {}:{}: {why}", args.host, args.port);
        vec![Diagnostic::error("docs-server", message).help("choose another `--port`, or `--host 127.0.0.1`")]
    };
    let host: IpAddr = host.parse().map_err(|_| refused("this is no address of this machine".to_owned()))?;
    let server = Server::listen(host, args.port).map_err(|error| refused(error.to_string()))?;
    let address = server.address().map_err(|error| refused(error.to_string()))?;
    session.ui.say(&format!("the documentation is at http://{address} until Ctrl-C"));
    server.serve(&|path| page(&target, path));
    Ok(Exit::Success)
}

/// What is at a path: our page, or a file of the target folder.
fn page(target: &Path, path: &str) -> Option<Page> {
    let name = match path.trim_start_matches('/') {
        "" | "index.html" => return Some(Page { kind: HTML, bytes: site::PAGE.as_bytes().to_vec() }),
        name => name,
    };
    let folder = files::canonical(target).ok()?;
    let file = files::canonical(&folder.join(name)).ok()?;
    let is_inside = file.starts_with(&folder) && files::is_file(&file);
    let kind = match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => HTML,
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("svg") => "image/svg+xml",
        Some("css") => "text/css",
        _ => "text/plain; charset=utf-8",
    };
    Some(Page { kind, bytes: files::read(&file).ok()? }).filter(|_| is_inside)
}

/// dbt's name for what keeps a relation out of the catalog.
const CATALOG_WARNING: &str = "CatalogGenerationError";

const HTML: &str = "text/html; charset=utf-8";

fn generate(args: &Args, session: &Session) -> Result<Exit, Problems> {
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
            let message = "compile failed, cannot generate docs";
            session.ui.record(&Record::new("CannotGenerateDocs", "E043", Level::Info, message, json!({})));
            session.ui.say_to_people("no catalog is written: not everything could be compiled");
            return Ok(exit);
        }
    }
    session.ui.record(&Record::new("BuildingCatalog", "E044", Level::Info, "Building catalog", json!({})));
    let written = session.catalog(&workspace, &options, args.empty_catalog)?;
    let target = workspace.project.target_path();
    site::write(&target, args.is_static).map_err(|problem| vec![problem])?;
    let file = target.join("catalog.json");
    let message = format!("Catalog written to {}", file.display());
    let data = json!({"path": file.display().to_string()});
    session.ui.record(&Record::new("CatalogWritten", "E042", Level::Info, message, data));
    session.ui.say_to_people(&format!("{} in {}", count(written.count, "relation"), file.display()));
    if written.problems.is_empty() {
        return Ok(Exit::Success);
    }
    // dbt: each is a warning about the catalog, which an option can make an error of the command.
    if workspace.project.flags.treatment(Some(CATALOG_WARNING)) == Treatment::IsError {
        return Err(written.problems);
    }
    session.ui.diagnostics(&written.problems, &Arc::clone(&session.sources));
    Ok(Exit::Failure)
}

fn given(args: &Args, compiles: bool) -> Map<String, Json> {
    let mut given = args.selection.given();
    given.insert("compile".to_owned(), Json::from(compiles));
    given.insert("empty_catalog".to_owned(), Json::from(args.empty_catalog));
    given.insert("static".to_owned(), Json::from(args.is_static));
    given
}
