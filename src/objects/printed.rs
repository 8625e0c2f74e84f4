//! `print_table`: a table between bars, no longer and no wider than is asked for. Looks and
//! limits are agate's.

use minijinja::{Error, Value};

use super::Arguments;

/// What stands for what is left out.
const MORE: &str = "...";

/// What follows a number whose digits are cut.
const CUT: char = '…';

/// How much of a table is shown; `None` is all of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limits {
    rows: Option<usize>,
    columns: Option<usize>,
    width: Option<usize>,
    precision: Option<usize>,
}

impl Limits {
    /// All rows, and of the rest what agate shows unless it is told otherwise.
    pub(super) const OF_PREVIEW: Self =
        Self { rows: None, columns: Some(6), width: Some(20), precision: Some(3) };

    /// Those that a call asks for.
    ///
    /// # Errors
    /// An argument that is not there, or is no number.
    pub(super) fn of_call(args: &[Value]) -> Result<Self, Error> {
        let parameters = ["max_rows", "max_columns", "output", "max_column_width", "locale", "max_precision"];
        let arguments = Arguments::bind("print_table", &parameters, args)?;
        let limit = |name: &str, default: usize| match arguments.get(name) {
            None => Ok(Some(default)),
            Some(_) => {
                arguments.number(name).map(|number| number.and_then(|number| usize::try_from(number).ok()))
            }
        };
        Ok(Self {
            rows: limit("max_rows", 20)?,
            columns: limit("max_columns", 6)?,
            width: limit("max_column_width", 20)?,
            precision: limit("max_precision", 3)?,
        })
    }

    fn cut(self, text: String) -> String {
        match self.width {
            Some(most) if text.chars().count() > most => {
                text.chars().take(most.saturating_sub(MORE.len())).chain(MORE.chars()).collect()
            }
            _ => text,
        }
    }
}

/// One column that is shown: its heading, its cells, and whether they stand at the left.
struct Shown {
    name: String,
    cells: Vec<String>,
    width: usize,
    is_text: bool,
}

/// The table with a heading, and a line below it. `kinds` are agate's types of the columns.
pub(super) fn picture(names: &[String], kinds: &[&str], rows: &[&[Value]], limits: Limits) -> String {
    let shown_rows = rows.get(..limits.rows.unwrap_or(rows.len())).unwrap_or(rows);
    let count = limits.columns.unwrap_or(names.len()).min(names.len());
    let column = |at: usize| {
        let values = shown_rows.iter().map(|row| row.get(at).cloned().unwrap_or_default());
        let kind = kinds.get(at).copied().unwrap_or_default();
        let is_more = at >= count;
        let cells: Vec<String> = if is_more {
            values.map(|_| MORE.to_owned()).collect()
        } else {
            texts(&values.collect::<Vec<_>>(), kind, limits)
                .into_iter()
                .map(|cell| limits.cut(cell))
                .collect()
        };
        let name =
            if is_more { MORE.to_owned() } else { limits.cut(names.get(at).cloned().unwrap_or_default()) };
        let width = cells.iter().chain([&name]).map(|cell| cell.chars().count()).max().unwrap_or(0);
        Shown { name, cells, width, is_text: kind == "Text" }
    };
    let columns: Vec<Shown> = (0..names.len().min(count + 1)).map(column).collect();
    let line = |cell: &dyn Fn(&Shown) -> String| {
        let padded = columns.iter().map(|column| {
            let cell = cell(column);
            // A width in a format has 16 bits.
            let space = " ".repeat(column.width.saturating_sub(cell.chars().count()));
            if column.is_text { format!(" {cell}{space} |") } else { format!(" {space}{cell} |") }
        });
        format!("|{}\n", padded.collect::<String>())
    };
    let mut text = line(&|column| column.name.clone());
    text.push_str(&line(&|column| "-".repeat(column.width)));
    for at in 0..shown_rows.len() {
        text.push_str(&line(&|column| column.cells.get(at).cloned().unwrap_or_default()));
    }
    if shown_rows.len() < rows.len() {
        text.push_str(&line(&|_| MORE.to_owned()));
    }
    text
}

/// The cells of a column. Numbers that have fractions get as many places as the longest one.
fn texts(values: &[Value], kind: &str, limits: Limits) -> Vec<String> {
    let texts: Vec<String> = values
        .iter()
        .map(|value| if value.is_none() || value.is_undefined() { String::new() } else { value.to_string() })
        .collect();
    if kind != "Number" {
        return texts;
    }
    let longest = texts.iter().filter_map(|text| Some(decimal(text)?.2.len())).max().unwrap_or(0);
    let places = limits.precision.map_or(longest, |most| most.min(longest));
    let end = if places < longest { CUT.to_string() } else { String::new() };
    let number = |text: String| match decimal(&text) {
        Some(parts) => format!("{}{end}", spelled(parts, places)),
        None => text,
    };
    texts.into_iter().map(number).collect()
}

/// Sign, whole part and fraction of a number, without zeros at the end.
fn decimal(text: &str) -> Option<(&str, &str, &str)> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = fraction.trim_end_matches('0');
    (!whole.is_empty() && is_number(whole) && is_number(fraction)).then_some((sign, whole, fraction))
}

/// A number with so many places, and commas between thousands.
fn spelled((sign, whole, fraction): (&str, &str, &str), places: usize) -> String {
    let digits = rounded(whole, fraction, places);
    let (whole, fraction) = digits.split_at_checked(digits.len().saturating_sub(places)).unwrap_or_default();
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let point = if places > 0 { "." } else { "" };
    format!("{sign}{grouped}{point}{fraction}")
}

/// The digits of a number with so many places; what is half way goes to the even digit.
fn rounded(whole: &str, fraction: &str, places: usize) -> String {
    let Some((kept, rest)) = fraction.split_at_checked(places) else {
        return format!("{whole}{fraction:0<places$}");
    };
    let mut digits: Vec<u8> = whole.bytes().chain(kept.bytes()).collect();
    let is_odd = digits.last().is_some_and(|digit| digit % 2 == 1);
    let is_half = rest.starts_with('5') && rest.len() == 1;
    let goes_up = if is_half { is_odd } else { rest.as_bytes().first().is_some_and(|digit| *digit >= b'5') };
    if goes_up {
        let nines = digits.iter().rev().take_while(|digit| **digit == b'9').count();
        let end = digits.len() - nines;
        digits.iter_mut().skip(end).for_each(|digit| *digit = b'0');
        match end.checked_sub(1).and_then(|at| digits.get_mut(at)) {
            Some(digit) => *digit += 1,
            None => digits.insert(0, b'1'),
        }
    }
    String::from_utf8(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(limits: Limits) -> String {
        let names = ["n", "amount", "a name that is long", "x", "y"].map(str::to_owned);
        let row = |n: i64, amount: &str, text: &str| {
            [Value::from(n), Value::from(amount), Value::from(text), Value::from(()), Value::from(true)]
        };
        let rows = [row(1000, "1234.5", "a"), row(2, "-0.1235", "a text that is long"), row(3, "7", "")];
        let rows: Vec<&[Value]> = rows.iter().map(<[Value; 5]>::as_slice).collect();
        picture(&names, &["Integer", "Number", "Text", "Integer", "Boolean"], &rows, limits)
    }

    #[test]
    fn tables_are_shown_as_agate_shows_them() {
        let whole = "
|    n |     amount | a name that is long | x |    y |
| ---- | ---------- | ------------------- | - | ---- |
| 1000 | 1,234.5000 | a                   |   | True |
|    2 |    -0.1235 | a text that is long |   | True |
|    3 |     7.0000 |                     |   | True |
";
        assert_eq!(
            shown(Limits::default()),
            whole.trim_start().replace("True", &Value::from(true).to_string())
        );
        let cut = "
|    n |     amount | a name ... | ... |
| ---- | ---------- | ---------- | --- |
| 1000 | 1,234.500… | a          | ... |
|    2 |    -0.124… | a text ... | ... |
|  ... |        ... | ...        | ... |
";
        let limits = Limits { rows: Some(2), columns: Some(3), width: Some(10), precision: Some(3) };
        assert_eq!(shown(limits), cut.trim_start());
    }

    #[test]
    fn numbers_are_rounded_to_even_digits() {
        let check = |whole: &str, fraction: &str, places: usize, expected: &str| {
            assert_eq!(spelled(("", whole, fraction), places), expected);
        };
        check("1234567", "5", 1, "1,234,567.5");
        check("999", "9995", 3, "1,000.000");
        check("0", "0005", 3, "0.000");
        check("0", "00051", 3, "0.001");
        check("0", "0015", 3, "0.002");
        check("12", "", 0, "12");
        check("2", "5", 0, "2");
    }

    #[test]
    fn limits_are_those_of_the_call() {
        let limits = Limits::of_call(&[]).unwrap();
        assert_eq!((limits.rows, limits.columns, limits.width), (Some(20), Some(6), Some(20)));
        let limits = Limits::of_call(&[Value::from(()), Value::from(2)]).unwrap();
        assert_eq!((limits.rows, limits.columns, limits.precision), (None, Some(2), Some(3)));
        assert!(Limits::of_call(&[Value::from("x")]).is_err());
    }
}
