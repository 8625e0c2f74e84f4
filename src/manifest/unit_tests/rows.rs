//! Rows of unit tests, wherever they were written.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::diagnostics::Diagnostic;
use crate::manifest::properties::{FixtureProperties, ResourceCall, RowFormat, Spanned, parse_call};
use crate::manifest::{Fixture, FixtureFormat, RefCall};
use crate::source::{SourceFile, Span};
use crate::yaml::Yaml;

/// The files that rows may come from.
pub trait RowFiles {
    /// The package of the test.
    fn package(&self) -> &str;

    /// The fixture file of this name, without its extension, in the package of the test.
    fn fixture(&self, name: &str) -> Option<Arc<SourceFile>>;

    /// The names of all fixture files, for suggestions.
    fn fixture_names(&self) -> Vec<String>;

    /// The text of the CSV file of a seed; `None` where no seed has that name.
    fn seed(&self, call: &RefCall) -> Option<String>;
}

type Row = Map<String, Json>;
type Problem = Box<Diagnostic>;

/// The rows of an input (`input` is what it stands for) or of what is expected.
/// `subject` says in words whose they are.
pub(super) fn read(
    subject: &str,
    written: &FixtureProperties,
    input: Option<&Spanned<String>>,
    files: &dyn RowFiles,
) -> Result<Fixture, Problem> {
    let reader = Reader { subject, written, files };
    let fixture = match (written.format, &written.rows, &written.fixture) {
        (RowFormat::Dict, _, Some(fixture)) => return Err(reader.fixture_as_dict(fixture)),
        (RowFormat::Dict, Some(rows), None) => Fixture::Rows(reader.dict(rows)?, FixtureFormat::Dict),
        (RowFormat::Dict, None, None) => Fixture::Rows(reader.seed(input)?, FixtureFormat::Dict),
        (RowFormat::Csv, _, Some(fixture)) => {
            let file = reader.file(fixture, "csv")?;
            // dbt: blanks around the text of a file are no part of it.
            Fixture::Rows(reader.csv(file.text().trim(), fixture.span)?, FixtureFormat::Csv)
        }
        (RowFormat::Csv, Some(rows), None) => {
            Fixture::Rows(reader.csv(reader.text(rows)?, rows.span)?, FixtureFormat::Csv)
        }
        (RowFormat::Sql, _, Some(fixture)) => {
            Fixture::Sql(reader.file(fixture, "sql")?.text().trim().to_owned())
        }
        (RowFormat::Sql, Some(rows), None) => Fixture::Sql(reader.text(rows)?.to_owned()),
        (RowFormat::Csv | RowFormat::Sql, None, None) => return Err(reader.no_rows()),
    };
    Ok(match fixture {
        Fixture::Rows(rows, format) => Fixture::Rows(full_row_first(rows), format),
        sql @ Fixture::Sql(_) => sql,
    })
}

struct Reader<'a> {
    subject: &'a str,
    written: &'a FixtureProperties,
    files: &'a dyn RowFiles,
}

impl Reader<'_> {
    fn dict(&self, rows: &Yaml) -> Result<Vec<Row>, Problem> {
        let items = rows.as_seq().ok_or_else(|| self.wrong_rows(rows, "a list of mappings"))?;
        let row = |item: &Yaml| {
            item.as_map()
                .map(crate::yaml::Map::to_json)
                .ok_or_else(|| self.wrong_rows(item, "a list of mappings"))
        };
        items.iter().map(row).collect()
    }

    fn text<'r>(&self, rows: &'r Yaml) -> Result<&'r str, Problem> {
        rows.as_str().ok_or_else(|| self.wrong_rows(rows, "a text"))
    }

    /// Without rows, an input that is a seed has the rows of its file. They stay
    /// as they are: dbt gives empty cells as empty texts here.
    fn seed(&self, input: Option<&Spanned<String>>) -> Result<Vec<Row>, Problem> {
        let call = input.and_then(|input| parse_call(&input.value));
        let text = match &call {
            Some(ResourceCall::Ref(call)) => self.files.seed(call),
            _ => None,
        };
        match (text, call) {
            (Some(text), _) => self.table(&text, self.written.span),
            (None, Some(ResourceCall::Ref(call))) => {
                let package = call.package.as_deref().unwrap_or_else(|| self.files.package());
                let words = format!("Unable to find seed '{package}.{}' for unit tests", call.name);
                Err(Box::new(self.no_rows().known_as(words)))
            }
            (None, _) => Err(self.no_rows()),
        }
    }

    fn csv(&self, text: &str, span: Span) -> Result<Vec<Row>, Problem> {
        let mut rows = self.table(text, span)?;
        for value in rows.iter_mut().flat_map(Map::values_mut) {
            if value.as_str() == Some("") {
                *value = Json::Null;
            }
        }
        Ok(rows)
    }

    /// CSV with a header; every value is a text, and null where a row is short.
    fn table(&self, text: &str, span: Span) -> Result<Vec<Row>, Problem> {
        let bad = |reason: String| {
            let message = format!("the CSV rows of {} cannot be read", self.subject);
            Box::new(Diagnostic::error("bad-csv", message).at(span, reason))
        };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| bad(error.to_string()))?.clone();
        let mut rows = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let record = record.map_err(|error| bad(error.to_string()))?;
            if record.len() > header.len() {
                let (number, found, columns) = (index + 1, record.len(), header.len());
                return Err(bad(format!("row {number} has {found} values for {columns} columns")));
            }
            let value = |at: usize| record.get(at).map_or(Json::Null, Json::from);
            rows.push(header.iter().enumerate().map(|(at, name)| (name.to_owned(), value(at))).collect());
        }
        Ok(rows)
    }

    fn file(&self, fixture: &Spanned<String>, extension: &str) -> Result<Arc<SourceFile>, Problem> {
        let file = self.files.fixture(&fixture.value).ok_or_else(|| self.no_file(fixture))?;
        if has_extension(file.path(), extension) {
            return Ok(file);
        }
        let message = format!("{} has `format: {extension}` and a fixture of another kind", self.subject);
        let path = file.path().display();
        let problem = Diagnostic::error("bad-fixture", message);
        Err(Box::new(problem.at(fixture.span, format!("this is `{path}`"))))
    }

    fn no_file(&self, fixture: &Spanned<String>) -> Problem {
        let names = self.files.fixture_names();
        let problem = Diagnostic::error(
            "unknown-fixture",
            format!("there is no fixture `{}`", fixture.value),
        )
        .at(fixture.span, "no file has this name")
        .help(
            "fixtures are `.csv` and `.sql` files below `fixtures` in a test path, named without extension",
        );
        Box::new(problem.suggest(&fixture.value, names.iter().map(String::as_str)))
    }

    fn no_rows(&self) -> Problem {
        let problem = Diagnostic::error("no-rows", format!("{} has no rows", self.subject))
            .at(self.written.span, "add `rows:` here")
            .help("for no rows at all, write `rows: []`; only a seed's rows may be left out");
        Box::new(problem)
    }

    fn fixture_as_dict(&self, fixture: &Spanned<String>) -> Problem {
        let message = format!("{} has a fixture and does not say its format", self.subject);
        let problem = Diagnostic::error("bad-fixture", message).at(fixture.span, "");
        Box::new(problem.help("add `format: csv` or `format: sql`"))
    }

    fn wrong_rows(&self, rows: &Yaml, expected: &str) -> Problem {
        let format = self.written.format.as_str();
        let message = format!("the rows of {} must be {expected}, as its format is `{format}`", self.subject);
        let problem = Diagnostic::error("wrong-type", message);
        Box::new(problem.at(rows.span, format!("this is {}", rows.kind())))
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// The first row without nulls changes places with the first row: some
/// warehouses take a column's type from there (dbt:
/// `_promote_first_non_none_row`).
fn full_row_first(mut rows: Vec<Row>) -> Vec<Row> {
    if let Some(full) = rows.iter().position(|row| row.values().all(|value| !value.is_null())) {
        rows.swap(0, full);
    }
    rows
}
