//! Rules that the built-in materializations keep by themselves, and for which those that a
//! project writes ask the adapter.

use crate::diagnostics::Diagnostic;
use crate::sql::Column;

/// Strategies that dbt names; whether an engine has them is a capability.
const STRATEGIES: &[&str] = &["append", "delete+insert", "merge", "insert_overwrite", "microbatch"];

/// Columns that every snapshot has.
const HISTORY: &[&str] = &["dbt_scd_id", "dbt_valid_from", "dbt_valid_to"];

/// The macro that gives the SQL of an incremental strategy, of those that an engine has and of
/// those that a project makes up by writing the macro, which `is_written` looks for.
///
/// # Errors
/// dbt gives the name a meaning that the engine lacks, or there is no such macro.
pub fn strategy_macro(
    strategy: &str,
    valid: &[&str],
    is_written: impl FnOnce(&str) -> bool,
) -> Result<String, Diagnostic> {
    let name = format!("get_incremental_{}_sql", strategy.replace('+', "_"));
    if STRATEGIES.contains(&strategy) && !valid.contains(&strategy) {
        let message = format!("the warehouse does not have the incremental strategy `{strategy}`");
        let problem = Diagnostic::error("invalid-incremental-strategy", message);
        return Err(problem.note(format!("it has: {}", valid.join(", "))));
    }
    if is_written(&name) {
        return Ok(name);
    }
    let message = format!("there is no incremental strategy `{strategy}`");
    let problem = Diagnostic::error("unknown-incremental-strategy", message);
    let help = format!("a strategy of your own is a macro named `{name}`");
    let words = format!("dbt could not find an incremental strategy macro with the name \"{name}\"");
    Err(problem.suggest(strategy, valid.iter().copied()).known_as(words).help(help))
}

/// Text columns that have to grow to hold what others of their names hold: their names, and
/// their new types. What has no width of its own counts as dbt counts it.
#[must_use]
pub fn widened(columns: Vec<Column>, wanted: &[Column]) -> Vec<(String, String)> {
    let grown = |column: Column| {
        let wide = wanted.iter().find(|other| other.name == column.name);
        let size = wide.filter(|wide| column.can_expand_to(wide)).and_then(Column::string_size)?;
        Some((column.name, Column::string_type(size)))
    };
    columns.into_iter().filter_map(grown).collect()
}

/// Of the columns that a snapshot keeps, under the names that `renamed` gives them, those that
/// are not among the columns `known`.
///
/// # Errors
/// A name cannot be told.
pub fn missing_history<E>(
    known: &[String],
    keeps_deleted: bool,
    renamed: impl Fn(&str) -> Result<String, E>,
) -> Result<Vec<String>, E> {
    let deleted = keeps_deleted.then_some("dbt_is_deleted");
    let wanted: Result<Vec<String>, E> = HISTORY.iter().copied().chain(deleted).map(renamed).collect();
    let is_known = |name: &String| known.iter().any(|known| known.eq_ignore_ascii_case(name));
    Ok(wanted?.into_iter().filter(|name| !is_known(name)).collect())
}

/// What is wrong with a relation that lacks columns of a snapshot.
#[must_use]
pub fn not_a_snapshot(relation: &str, missing: &[String]) -> Diagnostic {
    let missing: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let missing = missing.join(", ");
    let message = format!("{relation} is no snapshot with this configuration: it has no {missing}");
    Diagnostic::error("not-a-snapshot", message)
        .known_as("Snapshot target is missing configured columns")
        .help("use another name for the snapshot, or add the columns to the table")
}
