//! `materialized: seed`: the rows of a CSV file, stored.

use super::csv::{self, Reading};
use super::executor::{Author, Change, Executor, Materialized, Order, Transaction, is_given};
use super::finish::{self, Hooks};
use crate::adapter::{Response, RowPlace};
use crate::compile::Failure;
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::manifest::{NodeKind, Seed};
use crate::objects;
use crate::source::{SourceFile, Span};
use crate::sql::{Relation, RelationKind, Rows};
use crate::template::Value;

/// Reads the whole file first, so that a mistake in it costs nothing; then
/// creates the table, or empties it where it exists (a full refresh creates it
/// anew), and loads the rows: one transaction.
pub(super) fn make(order: &Order<'_>, executor: &mut dyn Executor) -> Result<Materialized, Failure> {
    let NodeKind::Seed(seed) = &order.node.kind else {
        let message = format!("`{}` is no seed, but is materialized as one", order.node.name);
        return Err(order.refuse("not-a-seed", message));
    };
    let target = order.target(RelationKind::Table)?;
    let loads_itself =
        order.capabilities.loads_csv_files && executor.author("load_csv_rows") == Some(Author::BuiltIn);
    let contents = read(order, executor, seed, loads_itself)?;
    let existed = executor.existing(&target)?;
    if let Some(kind) = existed.as_ref().and_then(|old| old.kind).filter(|kind| *kind != RelationKind::Table)
    {
        let name = target.render(order.dialect);
        let message = format!("cannot load a seed into {name}: a {kind} is there");
        return Err(order.problem("seed-target-kind", message).help("drop or rename it first").into());
    }
    let full_refresh = order.full_refresh();
    finish::hooks(order, executor, Hooks::Pre, false)?;

    executor.transaction(Transaction::Begin)?;
    finish::hooks(order, executor, Hooks::Pre, true)?;
    let model = executor.member("model");
    let table = objects::seed_table(&contents.rows);
    let count = contents.count;
    if let Some(old) = &existed {
        let args = [model.clone(), Value::from(full_refresh), order.value(old), table.clone()];
        executor.perform("reset_csv_table", &args)?;
    } else {
        executor.perform("create_csv_table", &[model.clone(), table.clone()])?;
    }
    executor.change(Change::Create(&target))?;
    if count > 0 {
        let loaded = executor.perform("load_csv_rows", &[model, table]);
        let kept = existed.as_ref().filter(|_| !full_refresh);
        loaded
            .map_err(|failure| in_file(failure, order, executor, &contents))
            .map_err(|failure| with_columns(failure, order, executor, (&contents, kept)))?;
    }
    finish::grants(order, executor, &target, existed.as_ref(), full_refresh)?;
    finish::docs(order, executor, &target)?;
    if full_refresh || existed.is_none() {
        finish::indexes(order, executor, &target)?;
    }
    finish::hooks(order, executor, Hooks::Post, true)?;
    executor.transaction(Transaction::Commit)?;

    finish::hooks(order, executor, Hooks::Post, false)?;
    let code = if full_refresh { "CREATE" } else { "INSERT" };
    let response = Response {
        message: format!("{code} {count}"),
        code: Some(code.to_owned()),
        rows_affected: i64::try_from(count).ok(),
        ..Response::default()
    };
    Ok(Materialized { response, relations: vec![target] })
}

/// What a seed's file holds.
struct Contents {
    /// The file as a table. Where the engine reads the file itself, nobody needs
    /// the cells: the table then has columns only.
    rows: Rows,
    /// How many rows are to be loaded.
    count: usize,
    /// The line of each row in the table.
    lines: Vec<usize>,
    text: String,
}

fn read(
    order: &Order<'_>,
    executor: &mut dyn Executor,
    seed: &Seed,
    loads_itself: bool,
) -> Result<Contents, Failure> {
    let path = seed.root_path.join(&order.node.origin.original_file_path);
    let shown = order.node.origin.original_file_path.as_str();
    let refuse = |message: String| Diagnostic::error("invalid-seed", message).in_file(shown);
    let text = files::read_text(&path).map_err(|error| {
        let is_text = error.source.kind() != std::io::ErrorKind::InvalidData;
        Failure::from(if is_text {
            refuse(format!("cannot read `{shown}`: {}", error.source))
        } else {
            refuse(format!("`{shown}` is not UTF-8 text")).help("save the file as UTF-8")
        })
    })?;
    let fast = order.config().flag("fast").unwrap_or(true);
    let engine_reads = loads_itself && fast;
    let reading = Reading {
        delimiter: delimiter(order).map_err(|message| Failure::from(refuse(message)))?,
        typed: column_types(order),
        by_engine: engine_reads,
    };
    let csv = csv::read(&text, &reading)
        .map_err(|problems| Failure::from(malformed(&problems, &executor.source(shown, &text))))?;
    for name in &reading.typed {
        if !csv.rows.columns.iter().any(|column| column.name == *name) {
            let names = csv.rows.columns.iter().map(|column| column.name.as_str());
            let message = format!("`column_types` names `{name}`, which is no column of the seed");
            let warning = Diagnostic::warning("unknown-seed-column", message).in_file(shown);
            executor.warn(warning.suggest(name, names));
        }
    }
    Ok(Contents { rows: csv.rows, count: csv.count, lines: csv.lines, text })
}

/// All that is wrong with the file, each at its line.
fn malformed(problems: &[csv::Problem], file: &SourceFile) -> Diagnostic {
    let message = match problems {
        [only] => only.to_string(),
        several => format!("{} lines are malformed", several.len()),
    };
    let diagnostic = Diagnostic::error("invalid-seed", message).note("nothing was loaded");
    problems.iter().fold(diagnostic, |diagnostic, problem| {
        let line = problem.line.and_then(|line| usize::try_from(line).ok()).unwrap_or(1);
        let label = if problems.len() > 1 { problem.message.as_str() } else { "" };
        diagnostic.at(line_of(file, line), label)
    })
}

/// A refused value as a mistake in the seed's file, where the engine says in which row.
fn in_file(failure: Failure, order: &Order<'_>, executor: &mut dyn Executor, contents: &Contents) -> Failure {
    let text = contents.text.as_str();
    let Failure::Database(refusal) = &failure else { return failure };
    let Some(cell) = &refusal.error.cell else { return failure };
    let file = executor.source(&order.node.origin.original_file_path, text);
    let number = match cell.row {
        RowPlace::Line(number) => number,
        RowPlace::Sent(row) => contents.lines.get(row.saturating_sub(1)).copied().unwrap_or(1),
    };
    let line = line_of(&file, number);
    let found = cell.value.as_deref().and_then(|value| {
        let at = line.start + text.get(line.start..line.end)?.find(value)?;
        Some(file.range(at, at + value.len()))
    });
    let diagnostic = Diagnostic::error("invalid-seed", refusal.error.message.clone());
    let diagnostic = diagnostic.at(found.unwrap_or(line), "").note("nothing was loaded");
    diagnostic.help("`column_types` gives a column another type, such as `bigint`").into()
}

/// A refusal to load a file whose columns a table lacks that was not made for it.
fn with_columns(
    failure: Failure,
    order: &Order<'_>,
    executor: &mut dyn Executor,
    (contents, kept): (&Contents, Option<&Relation>),
) -> Failure {
    let Some(columns) = kept.and_then(|table| executor.columns(table).ok()) else { return failure };
    let is_known = |name: &str| columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    let names = contents.rows.columns.iter().map(|column| column.name.as_str());
    let lacking: Vec<String> = names.filter(|name| !is_known(name)).map(|name| format!("`{name}`")).collect();
    if lacking.is_empty() {
        return failure;
    }
    let message = format!("the table of the seed `{}` has no column {}", order.node.name, lacking.join(", "));
    let problem = order.problem("seed-columns", message).note(failure.to_string());
    problem.help("`--full-refresh` makes the table anew").into()
}

/// The line with this number, from 1.
fn line_of(file: &SourceFile, number: usize) -> Span {
    let before: usize = file.text().split_inclusive('\n').take(number.saturating_sub(1)).map(str::len).sum();
    let line = file.text().split_inclusive('\n').nth(number.saturating_sub(1)).unwrap_or_default();
    file.range(before, before + line.trim_end().len())
}

/// The columns that `column_types` names: their values are taken as they stand.
fn column_types(order: &Order<'_>) -> Vec<String> {
    let types = order.config().get("column_types").filter(|types| is_given(Some(types)));
    types.and_then(|types| types.as_object()).map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

fn delimiter(order: &Order<'_>) -> Result<u8, String> {
    let text = order.config().text("delimiter").unwrap_or(",");
    match text.as_bytes() {
        [byte] => Ok(*byte),
        _ if text == "\\t" => Ok(b'\t'),
        _ => Err(format!("the `delimiter` must be one ASCII character, not `{text}`")),
    }
}
