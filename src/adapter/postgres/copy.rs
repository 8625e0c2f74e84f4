//! `COPY … FROM STDIN`: many rows in one go.

use std::collections::{BTreeSet, HashMap};

use super::link::Link;
use crate::adapter::{BadCell, DatabaseError, RowPlace};
use crate::sql::{Cell, Dialect, Rows};

/// Bytes that are sent at a time.
const CHUNK: usize = 1 << 16;

/// Sends rows; gives how many arrived.
pub(super) fn send(link: &mut Link, sql: &str, rows: &Rows) -> Result<u64, tokio_postgres::Error> {
    let mut copy = link.copy(sql)?;
    let mut text = String::with_capacity(CHUNK);
    for row in &rows.rows {
        write_row(row, &mut text);
        if text.len() >= CHUNK {
            // The server tells at the end why it stopped listening.
            if copy.send(&text).is_err() {
                return copy.finish();
            }
            text.clear();
        }
    }
    // As above.
    let _ = copy.send(&text);
    copy.finish()
}

/// Rows whose times with an offset are what the session's clock showed then, which a column without
/// offsets takes: `copy` would drop the offset. `None` where there are no such times.
pub(super) fn local_times(
    rows: &Rows,
    mut ask: impl FnMut(&str) -> Result<Rows, DatabaseError>,
) -> Result<Option<Rows>, DatabaseError> {
    const AT_A_TIME: usize = 1000;
    let zoned = rows.rows.iter().flatten().filter_map(|cell| match cell {
        Cell::TimestampTz(text) => Some(text.as_str()),
        _ => None,
    });
    let zoned: Vec<&str> = zoned.collect::<BTreeSet<_>>().into_iter().collect();
    if zoned.is_empty() {
        return Ok(None);
    }
    let mut local: HashMap<String, String> = HashMap::new();
    for some in zoned.chunks(AT_A_TIME) {
        let literals: Vec<String> = some.iter().map(|text| Dialect::ANSI.literal(text)).collect();
        let sql = format!(
            "select t, t::timestamptz::timestamp::text from unnest(array[{}]) as t",
            literals.join(", ")
        );
        local.extend(ask(&sql)?.rows.into_iter().filter_map(|row| match <[Cell; 2]>::try_from(row) {
            Ok([Cell::Text(zoned), Cell::Text(local)]) => Some((zoned, local)),
            _ => None,
        }));
    }
    let mut rows = rows.clone();
    for cell in rows.rows.iter_mut().flatten() {
        if let Cell::TimestampTz(text) = cell
            && let Some(local) = local.get(text.as_str())
        {
            *cell = Cell::Timestamp(local.clone());
        }
    }
    Ok(Some(rows))
}

/// Whether a statement with this [outline](crate::sql::outline) is a `copy` whose
/// rows pass between the server and its client.
pub(super) fn talks_to_client(outline: &[String]) -> bool {
    let is_place = |pair: &[String]| matches!(pair, [to, place] if (to == "from" && place == "stdin") || (to == "to" && place == "stdout"));
    outline.first().is_some_and(|word| word == "copy") && outline.windows(2).any(is_place)
}

/// A row in COPY's text form: fields between tabs, one line.
fn write_row(row: &[Cell], out: &mut String) {
    for (at, cell) in row.iter().enumerate() {
        if at > 0 {
            out.push('\t');
        }
        match cell {
            Cell::Null => out.push_str("\\N"),
            Cell::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
            Cell::Integer(number) => out.push_str(&number.to_string()),
            Cell::Float(number) => out.push_str(&number.to_string()),
            Cell::Decimal(text)
            | Cell::Text(text)
            | Cell::Date(text)
            | Cell::Timestamp(text)
            | Cell::TimestampTz(text) => escape(text, out),
        }
    }
    out.push('\n');
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
}

/// The cell that the server refused, in the context that it tells:
/// `COPY orders, line 3, column id: "x"`. A line of ours is a row.
pub(super) fn bad_cell(context: &str) -> Option<BadCell> {
    let (_, rest) = context.strip_prefix("COPY ")?.split_once(", line ")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (row, rest) = rest.split_at_checked(digits)?;
    let row = RowPlace::Sent(row.parse().ok()?);
    let value = rest.strip_prefix(", column ").and_then(|rest| rest.split_once(": \""));
    let value = value.map(|(_, value)| value.strip_suffix('"').unwrap_or(value).to_owned());
    Some(BadCell { row, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_by_way_of_the_client_are_known() {
        let check = |sql: &str, expected: bool| {
            assert_eq!(talks_to_client(&crate::sql::outline(sql)), expected, "{sql}");
        };
        check("copy t (a, b) from stdin with (format csv)", true);
        check("-- x\nCOPY (select 1) TO STDOUT", true);
        check("copy t from '/a/file'", false);
        check("copy t to program 'gzip'", false);
        check("select 1 from stdin", false);
    }

    #[test]
    fn rows_are_lines_without_breaks_inside() {
        let mut out = String::new();
        let cells = [
            Cell::Null,
            Cell::Bool(true),
            Cell::Integer(-1),
            Cell::Decimal("1.50".into()),
            Cell::Text("a\tb\\N\nc".into()),
            Cell::Text(String::new()),
        ];
        write_row(&cells, &mut out);
        assert_eq!(out, "\\N\ttrue\t-1\t1.50\ta\\tb\\\\N\\nc\t\n");
    }

    #[test]
    fn refused_cells_are_found() {
        let check = |context: &str, row: usize, value: Option<&str>| {
            let expected = BadCell { row: RowPlace::Sent(row), value: value.map(str::to_owned) };
            assert_eq!(bad_cell(context), Some(expected), "{context}");
        };
        check("COPY orders, line 3, column id: \"x\"", 3, Some("x"));
        check("COPY orders, line 12: \"1\t2\"", 12, None);
        check("COPY orders, line 2, column id: null input", 2, None);
        assert_eq!(bad_cell("PL/pgSQL function f() line 3 at RAISE"), None);
    }
}
