//! How two sets of rows differ, as a table for people.
//!
//! ```text
//!     id | status
//! ~   2  | open → done     expected → actual
//! -   3  | open            expected, but missing
//! +   4  | done            not expected
//! 1 row as expected
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::sql::Cell;

/// More differing rows than this are only counted.
const MOST_ROWS: usize = 25;

/// Of so many rows on each side a partner is looked for.
const MOST_PAIRED: usize = 400;

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    /// Expected and actual row that are alike in most cells.
    Changed(Vec<String>, Vec<String>),
    /// Expected, but not there.
    Missing(Vec<String>),
    /// There, but not expected.
    Extra(Vec<String>),
}

/// Compares rows without regard to their order; a row that stands twice must be
/// met twice. `None` where nothing differs.
pub(super) fn difference(columns: &[String], expected: &[Vec<Cell>], actual: &[Vec<Cell>]) -> Option<String> {
    let (missing, extra, same) = split(expected, actual);
    if missing.is_empty() && extra.is_empty() {
        return None;
    }
    Some(draw(columns, &pair(missing, extra), same))
}

/// The rows that only one side has, sorted, and how many both have.
fn split(expected: &[Vec<Cell>], actual: &[Vec<Cell>]) -> (Vec<Vec<String>>, Vec<Vec<String>>, usize) {
    let mut counts: BTreeMap<Vec<String>, (usize, usize)> = BTreeMap::new();
    for row in expected {
        counts.entry(texts(row)).or_default().0 += 1;
    }
    for row in actual {
        counts.entry(texts(row)).or_default().1 += 1;
    }
    let (mut missing, mut extra, mut same) = (Vec::new(), Vec::new(), 0);
    for (row, (wanted, found)) in counts {
        same += wanted.min(found);
        missing.extend(std::iter::repeat_n(row.clone(), wanted.saturating_sub(found)));
        extra.extend(std::iter::repeat_n(row, found.saturating_sub(wanted)));
    }
    (missing, extra, same)
}

/// Matches rows that differ in few cells: the more cells are alike, the sooner;
/// half of them must be.
fn pair(missing: Vec<Vec<String>>, extra: Vec<Vec<String>>) -> Vec<Line> {
    let alike = |a: &[String], b: &[String]| a.iter().zip(b).filter(|(x, y)| x == y).count();
    let mut scores: Vec<(usize, usize, usize)> = Vec::new();
    for (left, wanted) in missing.iter().take(MOST_PAIRED).enumerate() {
        for (right, found) in extra.iter().take(MOST_PAIRED).enumerate() {
            let score = alike(wanted, found);
            if score * 2 >= wanted.len() && score > 0 {
                scores.push((score, left, right));
            }
        }
    }
    scores.sort_by_key(|&(score, left, right)| (std::cmp::Reverse(score), left, right));
    let mut partner: BTreeMap<usize, usize> = BTreeMap::new();
    let mut taken = vec![false; extra.len()];
    for (_, left, right) in scores {
        let is_free = taken.get(right) == Some(&false) && !partner.contains_key(&left);
        if is_free && let Some(slot) = taken.get_mut(right) {
            *slot = true;
            partner.insert(left, right);
        }
    }
    let mut lines: Vec<Line> = Vec::new();
    for (left, wanted) in missing.into_iter().enumerate() {
        match partner.get(&left).and_then(|right| extra.get(*right)) {
            Some(found) => lines.push(Line::Changed(wanted, found.clone())),
            None => lines.push(Line::Missing(wanted)),
        }
    }
    let left_over = extra.into_iter().zip(taken).filter(|(_, taken)| !taken);
    lines.extend(left_over.map(|(row, _)| Line::Extra(row)));
    lines
}

fn draw(columns: &[String], lines: &[Line], same: usize) -> String {
    let shown = lines.iter().take(MOST_ROWS);
    let mut table: Vec<(&str, Vec<String>, &str)> = vec![(" ", columns.to_vec(), "")];
    table.extend(shown.map(|line| match line {
        Line::Changed(wanted, found) => {
            let cell = |(a, b): (&String, &String)| if a == b { a.clone() } else { format!("{a} → {b}") };
            ("~", wanted.iter().zip(found).map(cell).collect(), "expected → actual")
        }
        Line::Missing(row) => ("-", row.clone(), "expected, but missing"),
        Line::Extra(row) => ("+", row.clone(), "not expected"),
    }));
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| {
            table.iter().filter_map(|(_, row, _)| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for (marker, row, legend) in &table {
        let padded = row.iter().zip(&widths).map(|(cell, wide)| {
            let space = " ".repeat(wide.saturating_sub(width(cell)));
            format!("{cell}{space}")
        });
        let line = format!("{marker} {}   {legend}", padded.collect::<Vec<_>>().join(" | "));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if lines.len() > MOST_ROWS {
        let more = lines.len() - MOST_ROWS;
        let _ = writeln!(text, "… and {more} more differing rows");
    }
    let rows = if same == 1 { "row" } else { "rows" };
    let _ = write!(text, "{same} {rows} as expected");
    text
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn texts(row: &[Cell]) -> Vec<String> {
    row.iter().map(text).collect()
}

/// What two cells of one column show is the same where they are: NULL and the text `NULL` must
/// not look alike, nor a line's end and its two letters. What is quoted begins with a quote, and
/// nothing else does.
fn text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Bool(value) => value.to_string(),
        Cell::Integer(value) => value.to_string(),
        Cell::Float(value) => value.to_string(),
        Cell::Text(text) if is_quoted(text) => format!("'{}'", text.escape_debug()),
        Cell::Text(text) => text.clone(),
        // 0.5 is 0.50, however many digits a type keeps.
        Cell::Decimal(text) if text.contains('.') => {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Cell::Decimal(text) | Cell::Date(text) | Cell::Timestamp(text) | Cell::TimestampTz(text) => {
            text.clone()
        }
    }
}

fn is_quoted(text: &str) -> bool {
    let has_escapes = text.contains(|c: char| c == '\\' || c.is_control());
    let is_bare = text.is_empty() || text.trim() != text || text.eq_ignore_ascii_case("null");
    is_bare || has_escapes || text.starts_with('\'')
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::*;

    fn rows(rows: &[(i128, &str)]) -> Vec<Vec<Cell>> {
        rows.iter().map(|(id, text)| vec![Cell::Integer(*id), Cell::Text((*text).to_owned())]).collect()
    }

    fn columns() -> Vec<String> {
        vec!["id".to_owned(), "status".to_owned()]
    }

    #[test]
    fn rows_that_are_mostly_alike_stand_on_one_line() {
        let expected = rows(&[(1, "open"), (2, "open"), (3, "lost"), (6, "")]);
        let actual = rows(&[(4, "done"), (2, "closed"), (1, "open")]);
        let told = difference(&columns(), &expected, &actual).unwrap();
        insta::assert_snapshot!(told, @r"
          id | status
        ~ 2  | open → closed   expected → actual
        - 3  | lost            expected, but missing
        - 6  | ''              expected, but missing
        + 4  | done            not expected
        1 row as expected
        ");
    }

    #[test]
    fn duplicates_count_and_order_does_not() {
        let check = |expected: &[(i128, &str)], actual: &[(i128, &str)], differs: bool| {
            assert_eq!(difference(&columns(), &rows(expected), &rows(actual)).is_some(), differs);
        };
        check(&[(1, "a"), (2, "b")], &[(2, "b"), (1, "a")], false);
        check(&[(1, "a"), (1, "a")], &[(1, "a")], true);
        check(&[], &[], false);
        check(&[], &[(1, "a")], true);
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let check = |expected: &str, actual: &str, differs: bool| {
            let row = |text: &str| vec![vec![Cell::Decimal(text.to_owned())]];
            let found = difference(&["n".to_owned()], &row(expected), &row(actual));
            assert_eq!(found.is_some(), differs, "{expected} {actual}");
        };
        check("0.5", "0.50", false);
        check("20", "20.00", false);
        check("20", "2.00", true);
        check("0.5", "0.05", true);
    }

    proptest! {
        #[test]
        fn other_texts_look_otherwise(one in "[a\\\\n'\n\t ]{0,4}", other in "[a\\\\n'\n\t ]{0,4}") {
            let shown = |value: &str| text(&Cell::Text(value.to_owned()));
            prop_assert_eq!(shown(&one) == shown(&other), one == other);
        }

        #[test]
        fn every_row_is_told_once(
            left in vec((0i128..4, "[ab]"), 0..8), right in vec((0i128..4, "[ab]"), 0..8),
        ) {
            let build = |rows: &[(i128, String)]| -> Vec<Vec<Cell>> {
                rows.iter().map(|(id, text)| vec![Cell::Integer(*id), Cell::Text(text.clone())]).collect()
            };
            let (missing, extra, same) = split(&build(&left), &build(&right));
            prop_assert_eq!(missing.len() + same, left.len());
            prop_assert_eq!(extra.len() + same, right.len());
            let lines = pair(missing.clone(), extra.clone());
            let changed = lines.iter().filter(|line| matches!(line, Line::Changed(..))).count();
            prop_assert_eq!(lines.len() + changed, missing.len() + extra.len());
        }
    }
}
