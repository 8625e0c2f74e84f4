//! `materialized: seed`: the rows of a CSV file, stored.

use super::bench::{Author, Bench, Change, Made, Order, Transaction, is_given};
use super::csv::{self, Reading};
use super::finish::{self, Hooks};
use crate::adapter::Response;
use crate::compile::Failure;
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::manifest::{NodeKind, Seed};
use crate::objects;
use crate::sql::{RelationKind, Rows};
use crate::template::Value;

/// Reads the whole file first, so that a mistake in it costs nothing; then
/// creates the table, or empties it where it exists (a full refresh creates it
/// anew), and loads the rows: one transaction.
pub(super) fn make(order: &Order<'_>, bench: &mut dyn Bench) -> Result<Made, Failure> {
    let NodeKind::Seed(seed) = &order.node.kind else {
        let message = format!("`{}` is no seed, but is materialized as one", order.node.name);
        return Err(order.refuse("not-a-seed", message));
    };
    let target = order.target(RelationKind::Table)?;
    let loads_itself =
        order.capabilities.loads_csv_files && bench.author("load_csv_rows") == Some(Author::BuiltIn);
    let (rows, count) = read(order, bench, seed, loads_itself)?;
    let existed = bench.existing(&target)?;
    if let Some(kind) = existed.as_ref().and_then(|old| old.kind).filter(|kind| *kind != RelationKind::Table)
    {
        let name = target.render(order.dialect);
        let message = format!("cannot load a seed into {name}: a {kind} is there");
        return Err(order.problem("seed-target-kind", message).help("drop or rename it first").into());
    }
    let full_refresh = order.full_refresh();
    finish::hooks(order, bench, Hooks::Pre, false)?;

    bench.transaction(Transaction::Begin)?;
    finish::hooks(order, bench, Hooks::Pre, true)?;
    let model = bench.member("model");
    let table = objects::table(&rows);
    if let Some(old) = &existed {
        let args = [model.clone(), Value::from(full_refresh), order.value(old), table.clone()];
        bench.perform("reset_csv_table", &args)?;
    } else {
        bench.perform("create_csv_table", &[model.clone(), table.clone()])?;
    }
    bench.change(Change::Create(&target))?;
    if count > 0 {
        bench.perform("load_csv_rows", &[model, table])?;
    }
    finish::grants(order, bench, &target, existed.as_ref(), full_refresh)?;
    finish::docs(order, bench, &target)?;
    if full_refresh || existed.is_none() {
        finish::indexes(order, bench, &target)?;
    }
    finish::hooks(order, bench, Hooks::Post, true)?;
    bench.transaction(Transaction::Commit)?;

    finish::hooks(order, bench, Hooks::Post, false)?;
    let code = if full_refresh { "CREATE" } else { "INSERT" };
    let response = Response {
        message: format!("{code} {count}"),
        code: Some(code.to_owned()),
        rows_affected: i64::try_from(count).ok(),
    };
    Ok(Made { response, relations: vec![target] })
}

/// The file as a table, and how many rows it has. Where the engine reads the
/// file itself, nobody needs the cells: the table then has columns only.
fn read(
    order: &Order<'_>,
    bench: &mut dyn Bench,
    seed: &Seed,
    loads_itself: bool,
) -> Result<(Rows, usize), Failure> {
    let path = seed.root_path.join(&order.node.origin.original_file_path);
    let shown = order.node.origin.original_file_path.as_str();
    let refuse = |message: String| Diagnostic::error("invalid-seed", message).in_file(shown);
    let text = files::read_text(&path).map_err(|error| Failure::from(refuse(error.to_string())))?;
    let fast = order.config().flag("fast").unwrap_or(true);
    let engine_reads = loads_itself && fast;
    let reading = Reading {
        delimiter: delimiter(order).map_err(|message| Failure::from(refuse(message)))?,
        typed: column_types(order),
        plain_numbers: engine_reads,
        keep_rows: !engine_reads && !order.flags.empty,
    };
    let csv = csv::read(&text, &reading).map_err(|problems| {
        let mut lines = problems.iter().map(ToString::to_string);
        let mut diagnostic = refuse(lines.next().unwrap_or_default());
        for line in lines {
            diagnostic = diagnostic.note(line);
        }
        Failure::from(diagnostic)
    })?;
    for name in &reading.typed {
        if !csv.rows.columns.iter().any(|column| column.name == *name) {
            let names = csv.rows.columns.iter().map(|column| column.name.as_str());
            let message = format!("`column_types` names `{name}`, which is no column of the seed");
            let warning = Diagnostic::warning("unknown-seed-column", message).in_file(shown);
            bench.warn(warning.suggest(name, names));
        }
    }
    let count = if order.flags.empty { 0 } else { csv.count };
    Ok((csv.rows, count))
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
