//! CSV files as tables: structure checked, types inferred.

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};

use super::iso_time::iso_time;
use crate::sql::{Cell, Column, Rows};

/// How a file is to be read.
#[derive(Debug)]
pub(super) struct Reading {
    /// Between fields.
    pub(super) delimiter: u8,
    /// Columns whose type is given: their values stay text.
    pub(super) typed: Vec<String>,
    /// Whether the engine reads the file itself. Then nobody looks at the cells, only what an
    /// engine takes as a number counts as one, without thousands separators, currency signs,
    /// per cent, and each row has to be whole. Otherwise, as in dbt, what a row lacks is NULL,
    /// and so are all fields of an empty line.
    pub(super) by_engine: bool,
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct Csv {
    /// Names and types of the columns, and the cells where they were asked for.
    pub(super) rows: Rows,
    /// How many rows the file has.
    pub(super) count: usize,
    /// The line in which each of the cells' rows begins, from 1.
    pub(super) lines: Vec<usize>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// In which line, from 1, where that is known.
    pub(super) line: Option<u64>,
    /// What is wrong there.
    pub(super) message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// More problems of one file than this are not told.
const MOST_PROBLEMS: usize = 10;

/// Reads a file: the first record names the columns, each later one has as many
/// fields, or less. A column has the first type that every one of its values fits, in
/// dbt's order: number, date, time, boolean, text. Empty fields and `null` are NULL.
pub(super) fn read(text: &str, reading: &Reading) -> Result<Csv, Vec<Problem>> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(reading.delimiter).flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => told_apart(header.iter()),
        Err(error) => return Err(vec![Problem { line: None, message: error.to_string() }]),
    };
    let mut problems = header_problems(&header);
    let is_typed = |name: &String| reading.typed.contains(name);
    let mut guesses: Vec<Guess> = header
        .iter()
        .map(|name| if is_typed(name) { Guess::text() } else { Guess::new(reading.by_engine) })
        .collect();
    let mut records = Vec::new();
    let mut count = 0;
    let mut record = csv::StringRecord::new();
    loop {
        let (line, empty) = next_line(text, reader.position());
        if !reading.by_engine {
            count += empty;
            records.extend((line - empty..line).map(|line| (line, csv::StringRecord::new())));
        }
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let line = error.position().map(csv::Position::line);
                problems.push(Problem { line, message: error.to_string() });
                break;
            }
        }
        if let Some(problem) = count_problem(&record, header.len(), line, reading) {
            problems.push(problem);
            if problems.len() > MOST_PROBLEMS {
                break;
            }
            continue;
        }
        count += 1;
        for (guess, field) in guesses.iter_mut().zip(&record) {
            guess.look(field);
        }
        if !reading.by_engine {
            records.push((line, std::mem::take(&mut record)));
        }
    }
    if !problems.is_empty() {
        problems.truncate(MOST_PROBLEMS);
        return Err(problems);
    }
    let (lines, rows) = records.into_iter().map(|(line, record)| (line, row(&guesses, &record))).unzip();
    let columns = header.into_iter().zip(&guesses).map(|(name, guess)| guess.column(name)).collect();
    Ok(Csv { rows: Rows { columns, rows }, count, lines })
}

/// What is wrong with the number of fields of a record. The warehouse takes no short ones.
fn count_problem(
    record: &csv::StringRecord,
    wanted: usize,
    line: usize,
    reading: &Reading,
) -> Option<Problem> {
    let is_wrong = record.len() > wanted || reading.by_engine && record.len() < wanted;
    let fields = if record.len() == 1 { "field" } else { "fields" };
    let message = || format!("{} {fields}, but the header names {wanted}", record.len());
    is_wrong.then(|| Problem { line: u64::try_from(line).ok(), message: message() })
}

/// The values of a record; those that it lacks are NULL.
fn row(guesses: &[Guess], record: &csv::StringRecord) -> Vec<Cell> {
    let fields = record.iter().map(Some).chain(std::iter::repeat(None));
    let cell = |(guess, field): (&Guess, Option<&str>)| field.map_or(Cell::Null, |field| guess.cell(field));
    guesses.iter().zip(fields).map(cell).collect()
}

/// The line in which the record begins that follows a place, and how many empty lines are before
/// it, which the reader passes over.
fn next_line(text: &str, place: &csv::Position) -> (usize, usize) {
    let [at, line] = [place.byte(), place.line()].map(|number| usize::try_from(number).unwrap_or_default());
    let (before, rest) = text.as_bytes().split_at_checked(at).unwrap_or_default();
    // Of a line's two signs for its end the reader leaves the second to the next record.
    let left = usize::from(before.ends_with(b"\r") && rest.starts_with(b"\n"));
    let is_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
    let ends: Vec<u8> = rest.iter().skip(left).take_while(is_end).copied().collect();
    let empty = ends.len() - ends.windows(2).filter(|pair| pair == b"\r\n").count();
    (line + left + empty, empty)
}

/// dbt: a column without a name has a letter by its place, and a name that stood before gets a
/// number, as agate does it.
fn told_apart<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for (at, name) in names.enumerate() {
        let name = if name.is_empty() { letters(at) } else { name.to_owned() };
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !told.contains(name));
        told.push(free.unwrap_or(name));
    }
    told
}

/// `a` to `z`, then `aa`, `bb` and so on.
fn letters(at: usize) -> String {
    let letter = ('a'..='z').nth(at % 26).map(String::from).unwrap_or_default();
    letter.repeat(at / 26 + 1)
}

fn header_problems(header: &[String]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut problem = |message: String| problems.push(Problem { line: Some(1), message });
    if header.is_empty() {
        problem("a seed needs a header that names its columns".to_owned());
        return problems;
    }
    for (at, name) in header.iter().enumerate() {
        let twin = |other: &&String| other.eq_ignore_ascii_case(name);
        if header.iter().take(at).find(twin).is_some() {
            problem(format!("two columns are named `{name}`"));
        }
    }
    problems
}

/// The types that a column's values could have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Date,
    Time,
    IsoTime,
    Boolean,
    Text,
}

impl Kind {
    const ORDER: [Self; 6] = [Self::Number, Self::Date, Self::Time, Self::IsoTime, Self::Boolean, Self::Text];
}

/// What is known about a column from the values so far.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Guess {
    /// `None` while all values are NULL.
    kind: Option<Kind>,
    plain: bool,
    has_decimals: bool,
}

impl Guess {
    fn new(plain: bool) -> Self {
        Self { kind: None, plain, has_decimals: false }
    }

    fn text() -> Self {
        Self { kind: Some(Kind::Text), ..Self::new(true) }
    }

    /// Takes a value into account. No value fits two types other than text, so
    /// the first one decides, and one that differs leaves only text.
    fn look(&mut self, field: &str) {
        if self.kind != Some(Kind::Text) && !self.is_as_before(field) {
            self.look_closer(field);
        }
    }

    fn look_closer(&mut self, field: &str) {
        if self.kind == Some(Kind::Text) || is_null(field) {
            return;
        }
        let fitting = Kind::ORDER.into_iter().find(|kind| self.fits(*kind, field));
        if self.kind.is_some() && self.kind != fitting {
            self.kind = Some(Kind::Text);
            return;
        }
        self.kind = fitting;
        if self.kind == Some(Kind::Number)
            && let Some(digits) = number(field, self.plain)
        {
            self.has_decimals |= digits.parse::<i64>().is_err() && decimals(&digits);
        }
    }

    /// Whether a glance tells that a value changes nothing. That is so of nearly all values
    /// of a long file; where it cannot be told, [`Guess::look`] looks closer.
    fn is_as_before(&self, field: &str) -> bool {
        let bytes = field.as_bytes();
        match self.kind {
            Some(Kind::Number) => {
                let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
                let point = digits.iter().position(|byte| *byte == b'.').filter(|at| *at + 1 < digits.len());
                let (whole, fraction) = digits.split_at(point.unwrap_or(digits.len()));
                let fraction = fraction.get(1..).unwrap_or_default();
                (1..=18).contains(&digits.len())
                    && are_digits(whole)
                    && !whole.is_empty()
                    && are_digits(fraction)
                    && (self.has_decimals || fraction.iter().all(|byte| *byte == b'0'))
            }
            Some(Kind::Date) => is_plain_day(bytes),
            Some(Kind::Time) => {
                bytes.split_at_checked(10).is_some_and(|(day, hour)| is_plain_day(day) && is_plain_hour(hour))
            }
            Some(Kind::Boolean) => boolean(field).is_some(),
            Some(Kind::IsoTime | Kind::Text) | None => false,
        }
    }

    fn fits(&self, kind: Kind, field: &str) -> bool {
        match kind {
            Kind::Number => number(field, self.plain).is_some(),
            Kind::Date => date(field).is_some(),
            Kind::Time => time(field).is_some(),
            Kind::IsoTime => iso_time(field).is_some(),
            Kind::Boolean => boolean(field).is_some(),
            Kind::Text => true,
        }
    }

    fn column(&self, name: String) -> Column {
        let data_type = match self.kind.unwrap_or(Kind::Number) {
            Kind::Number if self.has_decimals => "float8",
            Kind::Number => "integer",
            Kind::Date => "date",
            Kind::Time | Kind::IsoTime => "timestamp without time zone",
            Kind::Boolean => "boolean",
            Kind::Text => "text",
        };
        Column::new(name, data_type)
    }

    fn cell(&self, field: &str) -> Cell {
        if is_null(field) {
            return Cell::Null;
        }
        let known = match self.kind.unwrap_or(Kind::Text) {
            Kind::Number => number(field, self.plain).map(|digits| {
                let whole = if self.has_decimals { None } else { whole(&digits) };
                whole.map_or(Cell::Decimal(digits), Cell::Integer)
            }),
            Kind::Date => date(field).map(|day| Cell::Date(day.to_string())),
            Kind::Time => time(field).map(|time| Cell::Timestamp(time.to_string())),
            Kind::IsoTime => iso_time(field).map(|(time, is_zoned)| {
                if is_zoned {
                    Cell::TimestampTz(format!("{time}+00:00"))
                } else {
                    Cell::Timestamp(time.to_string())
                }
            }),
            Kind::Boolean => boolean(field).map(Cell::Bool),
            Kind::Text => None,
        };
        known.unwrap_or_else(|| Cell::Text(field.to_owned()))
    }
}

fn are_digits(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}

/// Two digits as a number.
fn pair(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
}

/// A day like `2024-01-31` that every month has.
fn is_plain_day(bytes: &[u8]) -> bool {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *bytes else { return false };
    let is_within = |pair: Option<u8>, last: u8| pair.is_some_and(|value| (1..=last).contains(&value));
    are_digits(&[y0, y1, y2, y3]) && is_within(pair(m0, m1), 12) && is_within(pair(d0, d1), 28)
}

/// A time like ` 10:00:59`.
fn is_plain_hour(bytes: &[u8]) -> bool {
    let [b' ', h0, h1, b':', m0, m1, b':', s0, s1] = *bytes else { return false };
    let is_below = |pair: Option<u8>, end: u8| pair.is_some_and(|value| value < end);
    is_below(pair(h0, h1), 24) && is_below(pair(m0, m1), 60) && is_below(pair(s0, s1), 60)
}

fn is_null(field: &str) -> bool {
    let field = field.trim();
    field.is_empty() || field.eq_ignore_ascii_case("null")
}

/// The digits of a number. Unless it has to be plain, thousands separators, underscores,
/// one currency sign in front, blanks behind the signs and a per cent sign at the end are passed over.
fn number(field: &str, plain: bool) -> Option<String> {
    let mut text = field.trim();
    let mut digits = String::new();
    if !plain {
        text = text.trim_end_matches('%').trim_end();
        if let Some(rest) = text.strip_prefix('-') {
            digits.push('-');
            text = rest.trim_start();
        }
        text = text.trim_start_matches(['$', '£', '€', '¥', '₹']).trim_start();
    }
    digits.extend(text.chars().filter(|c| plain || !matches!(c, ',' | '_')));
    let body = digits.trim_start_matches(['+', '-']);
    let shaped = body.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.len() - body.len() <= 1
        && body.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    (shaped && digits.parse::<f64>().is_ok_and(f64::is_finite)).then_some(digits)
}

/// Whether a column with this number has decimals. dbt: zeros at the end of a fraction are none,
/// and its arithmetic holds [`PRECISION`] digits; a longer number counts as if it had some.
fn decimals(digits: &str) -> bool {
    let (significant, exponent) = scientific(digits);
    let excess = significant.len().saturating_sub(PRECISION);
    let kept = significant.get(..significant.len() - excess).unwrap_or_default();
    let exponent = exponent.saturating_add(places(excess) + places(kept.len()))
        - places(kept.trim_end_matches('0').len());
    let whole_places = exponent.saturating_add(places(kept.trim_end_matches('0').len()));
    exponent < 0 || whole_places > places(PRECISION)
}

/// The digits that dbt's arithmetic holds.
const PRECISION: usize = 28;

/// A number without decimals as a whole one, unless it is too long.
fn whole(digits: &str) -> Option<i128> {
    let (significant, exponent) = scientific(digits);
    let sign = if digits.starts_with('-') { "-" } else { "" };
    if exponent < 0 {
        let cut = significant.len().checked_sub(usize::try_from(-exponent).ok()?);
        let kept = cut.map_or("0", |cut| significant.get(..cut).unwrap_or_default());
        return format!("{sign}0{kept}").parse().ok();
    }
    let zeros = usize::try_from(exponent).ok().filter(|zeros| *zeros < 39)?;
    format!("{sign}0{significant}{}", "0".repeat(zeros)).parse().ok()
}

/// The digits of a number from the first that is no zero, and the power of ten of the last.
fn scientific(digits: &str) -> (String, i64) {
    let text = digits.trim_start_matches(['+', '-']);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let significant = format!("{whole}{fraction}").trim_start_matches('0').to_owned();
    if significant.is_empty() {
        return (significant, 0);
    }
    (significant, exponent.parse::<i64>().unwrap_or_default().saturating_sub(places(fraction.len())))
}

fn places(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn date(field: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(field.trim(), "%Y-%m-%d").ok()
}

fn time(field: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(field.trim(), "%Y-%m-%d %H:%M:%S").ok()
}

fn boolean(field: &str) -> Option<bool> {
    match field.trim().to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{prop_assert_eq, prop_oneof, proptest};

    use super::*;

    fn reading() -> Reading {
        Reading { delimiter: b',', typed: Vec::new(), by_engine: false }
    }

    #[test]
    fn a_column_has_the_first_type_that_all_its_values_fit() {
        let check = |values: &[&str], expected: &str| {
            let text = values.iter().fold("c,d\n".to_owned(), |text, value| text + "\"" + value + "\",x\n");
            let csv = read(&text, &reading()).unwrap();
            assert_eq!(csv.rows.columns[0].data_type, expected, "{values:?}");
        };
        check(&["1", "-2", "007"], "integer");
        check(&["1_000", "- 1", "$ 5"], "integer");
        check(&["2023-03-01T06:16", "20230301T061609Z"], "timestamp without time zone");
        check(&["2023-03-01 06:16:09+00:00"], "text");
        check(&["1", "3000000000"], "integer");
        check(&["1", "2.50"], "float8");
        check(&["1000000.00", "5.0", "1e3", "-0.0", ".0", "2."], "integer");
        check(&["0.10"], "float8");
        check(&["1e-3"], "float8");
        check(&["9999999999999999999999999999"], "integer");
        check(&["11111111111111111111111111111"], "float8");
        check(&["1,000", "$5", "7%"], "integer");
        check(&["", "null", "NULL"], "integer");
        check(&["2024-01-31", ""], "date");
        check(&["2024-01-31 10:00:00"], "timestamp without time zone");
        check(&["2024-01-31T10:00:00Z", "2024-01-31T10:00:00.5"], "timestamp without time zone");
        check(&["true", "False"], "boolean");
        check(&["true", "1"], "text");
        check(&["1", "true"], "text");
        check(&["2024-01-31", "2024-01-31 10:00:00"], "text");
        check(&["1", "a"], "text");
        check(&["-", "+"], "text");
    }

    proptest! {
        /// A glance never says of a value that it changes nothing where it does.
        #[test]
        fn a_glance_agrees_with_a_look(
            values in vec(prop_oneof![
                "-?[0-9]{1,20}", "-?[0-9]{0,3}[.][0-9]{0,3}", "[0-9e.+-]{1,6}", "0[0-9]{3}",
                "[0-9]{4}-[01][0-9]-[0-3][0-9]", "[0-9]{4}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-6][0-9]:[0-6][0-9]",
                "2024-01-[0-3][0-9]T10:00:00Z?", "(true|False|x|null|)",
            ], 1..6),
            plain: bool,
        ) {
            let mut guess = Guess::new(plain);
            for value in &values {
                let mut closer = guess.clone();
                closer.look_closer(value);
                guess.look(value);
                prop_assert_eq!(&guess, &closer, "{:?}", values);
            }
        }
    }

    #[test]
    fn numbers_without_decimals_become_whole() {
        let check = |digits: &str, expected: Option<i128>| assert_eq!(whole(digits), expected, "{digits}");
        check("1000000.00", Some(1_000_000));
        check("-5.0", Some(-5));
        check("1.20e3", Some(1200));
        check("007", Some(7));
        check("-0.00", Some(0));
        check("5e-1", Some(0));
        check("1e40", None);
    }

    #[test]
    fn a_given_type_and_an_engine_that_reads_the_file_take_values_as_they_stand() {
        let mut given = reading();
        given.typed = vec!["id".to_owned()];
        let csv = read("id\n007\n", &given).unwrap();
        assert_eq!(csv.rows.rows, [[Cell::Text("007".to_owned())]]);
        given = Reading { by_engine: true, ..reading() };
        let csv = read("id,price\n1,\"1,000\"\n", &given).unwrap();
        assert_eq!((csv.rows.columns[1].data_type.as_str(), csv.count), ("text", 1));
        assert!(csv.rows.rows.is_empty());
    }

    #[test]
    fn what_a_row_lacks_is_null_unless_an_engine_reads_the_file() {
        let check = |text: &str, expected: &str, lines: &[usize]| {
            let csv = read(text, &reading()).unwrap();
            let cell = |cell: &Cell| match cell {
                Cell::Null => "-".to_owned(),
                Cell::Integer(value) => value.to_string(),
                other => format!("{other:?}"),
            };
            let row = |row: &Vec<Cell>| row.iter().map(cell).collect::<Vec<_>>().join(" ");
            let rows: Vec<String> = csv.rows.rows.iter().map(row).collect();
            assert_eq!((rows.join("|").as_str(), csv.lines.as_slice()), (expected, lines), "{text:?}");
            assert_eq!(csv.count, lines.len(), "{text:?}");
        };
        check("a,b,c\n1,2,3\n4\n5,6\n", "1 2 3|4 - -|5 6 -", &[2, 3, 4]);
        check("a,b\n\n1,2\n\n\n3,4\n\n", "- -|1 2|- -|- -|3 4|- -", &[2, 3, 4, 5, 6, 7]);
        check("a,b\r\n1,2\r\n\r\n3,4\r\n\r\n", "1 2|- -|3 4|- -", &[2, 3, 4, 5]);
        check("a\n1\n\n2", "1|-|2", &[2, 3, 4]);
        let by_engine = Reading { by_engine: true, ..reading() };
        assert_eq!(read("a,b\n\n1,2\n\n", &by_engine).unwrap().count, 1);
        let problems = read("a,b\n\n1\n", &by_engine).unwrap_err();
        assert_eq!(problems[0].to_string(), "line 3: 1 field, but the header names 2");
    }

    #[test]
    fn every_problem_is_told_with_its_line() {
        let check = |text: &str, expected: &[&str]| {
            let problems = read(text, &Reading { by_engine: true, ..reading() }).unwrap_err();
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(told, expected, "{text}");
        };
        check("", &["line 1: a seed needs a header that names its columns"]);
        check(
            "a,b\n1\n1,2\n1,2,3\n",
            &["line 2: 1 field, but the header names 2", "line 4: 3 fields, but the header names 2"],
        );
        check("a,A,,\n", &["line 1: two columns are named `A`"]);
    }

    #[test]
    fn names_that_stand_twice_get_a_number() {
        let names = |text: &str| told_apart(text.split(','));
        assert_eq!(names("a,b,a,a,a_2"), ["a", "b", "a_2", "a_3", "a_2_2"]);
        assert_eq!(names("a,A"), ["a", "A"]);
    }

    #[test]
    fn columns_without_a_name_have_a_letter() {
        let names = |text: &str| told_apart(text.split(','));
        assert_eq!(names("x,,c,"), ["x", "b", "c", "d"]);
        assert_eq!(names("c,x,"), ["c", "x", "c_2"]);
        assert_eq!([letters(25), letters(26), letters(53)], ["z", "aa", "bbb"]);
    }

    #[test]
    fn quotes_newlines_and_delimiters_inside_fields_are_data() {
        let text = "a;b\n\"x\n;\"\"y\";2\nz;3\n";
        let csv = read(text, &Reading { delimiter: b';', ..reading() }).unwrap();
        let row = |text: &str, number: i128| vec![Cell::Text(text.to_owned()), Cell::Integer(number)];
        assert_eq!(csv.rows.rows, [row("x\n;\"y", 2), row("z", 3)]);
        assert_eq!(csv.lines, [2, 4]);
    }
}
