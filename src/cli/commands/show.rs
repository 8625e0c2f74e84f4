//! `model show`.

use serde_json::{Map, Value as Json, json};

use crate::cli::args::{Selection, either, one_of, whole_number};
use crate::cli::session::{Exit, Problems, Session};
use crate::cli::ui::{Level, Record, indented, rows_as_table};
use crate::diagnostics::Diagnostic;
use crate::manifest::Node;
use crate::objects;
use crate::ops::execute::Options;
use crate::ops::{Kinds, alone};
use crate::run::{Detail, Mode};
use crate::sql::{Cell, Rows};

/// Show the first rows of models, or of a query
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run this text instead of nodes; ref and source work in it
    #[arg(long, alias = "inline-direct", value_name = "SQL", conflicts_with_all = ["select", "models", "selector"])]
    inline: Option<String>,
    /// At most so many rows; -1 for all
    #[arg(long, value_name = "N", default_value_t = 5, allow_negative_numbers = true, value_parser = whole_number::<i64>)]
    limit: i64,
    /// As if incremental models were built anew
    #[arg(short, long)]
    full_refresh: bool,
    /// Refuse templates that ask the warehouse something
    #[arg(long, hide = true, overrides_with = "introspect")]
    no_introspect: bool,
    #[arg(long, hide = true)]
    introspect: bool,
    /// How rows are printed
    #[arg(long, value_name = "FORM", ignore_case = true, value_parser = one_of(&["text", "json"]), default_value = "text")]
    output: String,
    #[command(flatten)]
    selection: Selection,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let limit = usize::try_from(args.limit).ok();
    if args.inline.is_none() && !args.selection.criteria().is_narrow() {
        let problem = Diagnostic::error("bad-flag", "`show` needs to know what to show");
        let problem = problem.known_as("Either --select or --inline must be passed to show");
        return Err(vec![problem.help("name nodes with `--select`, or give a query with `--inline`")]);
    }
    let mut given = args.selection.given();
    // dbt: a model's tests are not shown along with it.
    given.entry("indirect_selection").or_insert_with(|| Json::from("empty"));
    given.insert("limit".to_owned(), Json::from(args.limit));
    if let Some(introspects) = either(args.introspect, args.no_introspect) {
        given.insert("introspect".to_owned(), Json::from(introspects));
    }
    if args.full_refresh {
        given.insert("full_refresh".to_owned(), Json::from(true));
    }
    let mode = Mode::Show { limit };
    let workspace = session.workspace(given.clone())?;
    if let Some(query) = &args.inline {
        let options = Options { mode, given, ..Options::default() };
        let outcome = session
            .alone(&workspace, |stop, on_event| alone::query(&workspace, query, &options, stop, on_event))?;
        for result in &outcome.results {
            if let Detail::Preview(rows) = &result.detail {
                session.ui.answer_as(&answer(args, session, None, rows));
            }
        }
        return Ok(Exit::of_query(&outcome));
    }
    let options = Options {
        mode,
        selection: args.selection.criteria(),
        kinds: Kinds::of_show(),
        given,
        ..Options::default()
    };
    let (exit, outcome) = session.outcome(&workspace, &options)?;
    for (at, result) in outcome.results.iter().enumerate() {
        let node = workspace.manifest.by_id(result.unique_id.as_str());
        if let (Some(node), Detail::Preview(rows)) = (node, &result.detail) {
            if at > 0 && args.output == "text" {
                session.ui.answer("");
            }
            session.ui.answer_as(&answer(args, session, Some(node), rows));
        }
    }
    Ok(exit)
}

/// The rows; in front of them what they are of, unless `--quiet`.
fn answer(args: &Args, session: &Session, node: Option<&Node>, rows: &Rows) -> Record {
    let name = node.map(Node::search_name);
    let is_json = args.output == "json";
    let records = || -> Json { rows.rows.iter().map(|row| object(rows, row)).collect() };
    let preview = match is_json {
        true => records().to_string(),
        false if session.ui.answers_as_dbt() => objects::preview(rows),
        false => rows_as_table(rows, None),
    };
    let text = match &name {
        Some(name) if is_json => indented(&json!({"node": name, "show": records()})),
        None if is_json => indented(&json!({"show": records()})),
        _ if session.ui.is_quiet() => preview.clone(),
        Some(name) => format!("Previewing node '{name}':\n{preview}"),
        None => format!("Previewing inline node:\n{preview}"),
    };
    let data = json!({
        "is_inline": node.is_none(),
        "node_name": name.as_deref().unwrap_or("inline_query"),
        "output_format": args.output,
        "preview": preview,
        "unique_id": node.map(|node| node.unique_id.as_str()).unwrap_or_default(),
    });
    Record::new("ShowNode", "Q041", Level::Info, text, data)
}

fn object(rows: &Rows, row: &[Cell]) -> Json {
    let cells = rows.columns.iter().zip(row);
    Json::Object(cells.map(|(column, cell)| (column.name.clone(), value(cell))).collect::<Map<_, _>>())
}

/// A value as JSON: numbers as numbers where JSON can hold them, the rest as text.
fn value(cell: &Cell) -> Json {
    match cell {
        Cell::Null => Json::Null,
        Cell::Bool(value) => json!(value),
        Cell::Integer(value) => {
            i64::try_from(*value).map_or_else(|_| json!(value.to_string()), |value| json!(value))
        }
        Cell::Float(value) => json!(value),
        Cell::Decimal(text) => text.parse::<f64>().map_or_else(|_| json!(text), |value| json!(value)),
        Cell::Text(text) | Cell::Date(text) | Cell::Timestamp(text) | Cell::TimestampTz(text) => json!(text),
    }
}
