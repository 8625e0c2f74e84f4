//! DuckDB's messages, taken apart.

use std::path::Path;

use duckdb::Error;

use crate::adapter::{BadCell, DatabaseError, RowPlace};

/// A refused statement. `sql` is the whole script, `statement` the part that
/// was sent, and `offset` where that part starts.
pub(super) fn from_statement(error: &Error, sql: &str, statement: &str, offset: usize) -> DatabaseError {
    let raw = raw_message(error);
    let (mut message, place) = split_place(&raw, statement);
    let cell = bad_cell(&raw).map(|(cell, reason)| {
        message = reason;
        cell
    });
    DatabaseError {
        is_cancelled: message.starts_with("INTERRUPT Error"),
        message,
        cell,
        sql: Some(sql.to_owned()),
        offset: place.map(|place| offset + place),
    }
}

/// A database that cannot be opened.
pub(super) fn connecting(error: &Error, path: Option<&Path>) -> DatabaseError {
    let raw = raw_message(error);
    let place = path.map(|path| format!(" `{}`", path.display())).unwrap_or_default();
    if raw.contains("Could not set lock on file") {
        let holder =
            raw.split_once("held in ").and_then(|(_, rest)| rest.split_once(". ")).map(|(holder, _)| holder);
        let holder = holder.map(|holder| format!(": {holder}")).unwrap_or_default();
        return DatabaseError::new(format!(
            "the database{place} is locked by another process{holder}; DuckDB lets one process write at a time"
        ));
    }
    DatabaseError::new(format!("cannot open the database{place}: {raw}"))
}

/// Whether waiting may help.
pub(super) fn is_locked(error: &DatabaseError) -> bool {
    error.message.contains("is locked by another process")
}

/// A refused statement of the profile's own. Its SQL may hold secrets and is not shown.
pub(super) fn from_setup(error: &Error) -> DatabaseError {
    let raw = raw_message(error);
    let message = raw.split("\n\nLINE ").next().unwrap_or(&raw);
    DatabaseError::new(format!("the connection's settings were refused: {message}"))
}

fn raw_message(error: &Error) -> String {
    match error {
        Error::DuckDBFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

/// The message without its picture of the SQL, and the byte of the SQL at which
/// that picture points. DuckDB draws `LINE 3: …` with a caret below, and cuts
/// long lines on both sides.
pub(super) fn split_place(raw: &str, sql: &str) -> (String, Option<usize>) {
    let Some((message, picture)) = raw.split_once("\nLINE ") else { return (raw.trim().to_owned(), None) };
    let mut lines = picture.lines();
    let place = lines.next().zip(lines.next()).and_then(|(first, below)| point(first, below, sql));
    let rest: Vec<&str> = lines.collect();
    let message = [message.trim(), rest.join("\n").trim()].join("\n").trim().to_owned();
    (message, place)
}

/// The place in a CSV file that a message tells, and the reason, without the
/// reader's settings that follow it.
fn bad_cell(raw: &str) -> Option<(BadCell, String)> {
    let (_, rest) = raw.split_once("CSV Error on Line: ")?;
    let (line, rest) = rest.split_once("\nOriginal Line: ")?;
    let row = RowPlace::Line(line.trim().parse().ok()?);
    let reason = rest.split_once('\n').map_or("", |(_, reason)| reason);
    let reason = reason.split("\n\n").next().unwrap_or(reason).trim().trim_end_matches('.');
    let value =
        reason.split_once("Could not convert string \"").and_then(|(_, rest)| rest.split_once("\" to "));
    let value = value.map(|(value, _)| value.to_owned());
    let reason = reason.split_once(". Could not").map_or(reason.to_owned(), |(what, why)| {
        format!("{}: could not{why}", what.replace("Error when", "error in"))
    });
    Some((BadCell { row, value }, reason))
}

fn point(first: &str, below: &str, sql: &str) -> Option<usize> {
    let (number, shown) = first.split_once(": ")?;
    let number: usize = number.parse().ok()?;
    let caret = below.find('^')?.checked_sub("LINE : ".len() + number.to_string().len())?;
    let line_start = match number.checked_sub(2) {
        None => 0,
        Some(breaks) => sql.match_indices('\n').nth(breaks)?.0 + 1,
    };
    let line = sql.get(line_start..)?.lines().next()?;
    let is_cut = shown.starts_with("...") && !line.starts_with("...");
    let (shown, caret) = if is_cut { (shown.get(3..)?, caret.saturating_sub(3)) } else { (shown, caret) };
    let shown = if line.contains(shown) { shown } else { shown.strip_suffix("...")? };
    let before: usize = shown.chars().take(caret).map(char::len_utf8).sum();
    Some(line_start + line.find(shown)? + before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_become_places() {
        let check = |raw: &str, sql: &str, message: &str, at: Option<&str>| {
            let (found, place) = split_place(raw, sql);
            assert_eq!(found, message, "{raw}");
            assert_eq!(place.and_then(|place| sql.get(place..)), at, "{raw}");
        };
        check("Catalog Error: no", "x", "Catalog Error: no", None);
        check(
            "Parser Error: syntax error at or near \"form\"\n\nLINE 1: select * form t\n                 ^",
            "select * form t",
            "Parser Error: syntax error at or near \"form\"",
            Some("form t"),
        );
        check(
            "Binder Error: no column\nCandidate bindings: \"b\"\n\nLINE 2:  ç, a\n            ^",
            "select\n ç, a\nfrom t",
            "Binder Error: no column\nCandidate bindings: \"b\"",
            Some("a\nfrom t"),
        );
        check(
            "Binder Error: no\n\nLINE 1: ...bb, cc, dd...\n               ^",
            "select aa, bb, cc, dd, ee",
            "Binder Error: no",
            Some("cc, dd, ee"),
        );
    }
}
