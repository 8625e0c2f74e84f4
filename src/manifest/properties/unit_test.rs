//! Unit tests as written.

use serde_json::{Map as JsonMap, Value as Json};

use super::config_block::ConfigBlock;
use super::entry::Entry;
use super::forms;
use super::spanned::Spanned;
use crate::diagnostics::Diagnostic;
use crate::manifest::Overrides;
use crate::manifest::version::is_same_version;
use crate::source::Span;
use crate::yaml::Yaml;
use crate::yaml::form::Fields;

/// A unit test as written.
#[derive(Debug, Clone)]
pub struct UnitTestProperties {
    /// Its name.
    pub name: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// The model under test.
    pub model: Spanned<String>,
    /// What it shows; not a template of a later stage that knows more than `doc()`.
    pub description: Option<Spanned<String>>,
    /// Its inputs, in order.
    pub given: Vec<GivenProperties>,
    /// What the model must give.
    pub expect: FixtureProperties,
    /// What is replaced while the model is rendered; `None` where nothing is said.
    pub overrides: Option<Overrides>,
    /// Its configuration.
    pub config: ConfigBlock,
    /// Which versions of the model it is for; `None` is all of them.
    pub versions: Option<VersionChoice>,
}

/// Which versions of a model a unit test is for.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionChoice {
    /// These; `None` where nothing is said.
    pub include: Option<Vec<Json>>,
    /// Not these; `None` where nothing is said.
    pub exclude: Option<Vec<Json>>,
    /// The whole of it.
    pub span: Span,
}

impl VersionChoice {
    /// Whether a version is meant. dbt: of both lists the second counts.
    #[must_use]
    pub fn has(&self, version: &Json) -> bool {
        let is_in = |versions: &Vec<Json>| versions.iter().any(|other| is_same_version(other, version));
        match (&self.include, &self.exclude) {
            (_, Some(exclude)) if !exclude.is_empty() => !is_in(exclude),
            (Some(include), _) => is_in(include),
            _ => false,
        }
    }

    /// Whether it says anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.include, &self.exclude].into_iter().flatten().all(Vec::is_empty)
    }
}

/// One input of a unit test as written.
#[derive(Debug, Clone)]
pub struct GivenProperties {
    /// `ref(...)`, `source(...)` or `this`.
    pub input: Spanned<String>,
    /// Its rows.
    pub fixture: FixtureProperties,
}

/// Rows as written.
#[derive(Debug, Clone)]
pub struct FixtureProperties {
    /// The whole of it.
    pub span: Span,
    /// How the rows are written.
    pub format: RowFormat,
    /// The rows, where they stand here.
    pub rows: Option<Yaml>,
    /// The name of the file with the rows, where they stand there.
    pub fixture: Option<Spanned<String>>,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum RowFormat {
    Dict,
    Csv,
    Sql,
}

impl RowFormat {
    /// dbt's word: `csv`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dict => "dict",
            Self::Csv => "csv",
            Self::Sql => "sql",
        }
    }
}

/// One entry of `unit_tests`.
pub(super) fn unit_test(
    yaml: &Yaml,
    raw: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Option<UnitTestProperties> {
    let (mut entry, name) = Entry::open_named("unit test", yaml, problems)?;
    entry.check_forms(forms::UNIT_TEST, &[]);
    let model = entry.required_text("model");
    if entry.get("given").is_none() {
        entry.missing("given");
    }
    let subject = entry.subject.clone();
    let items = entry.list("given");
    let given = items.iter().filter_map(|item| given(&subject, item, entry.problems)).collect();
    let expect = if let Some(value) = entry.get("expect") {
        let subject = format!("`expect` of {subject}");
        fixture(subject, forms::ROWS, value, entry.problems)
    } else {
        entry.missing("expect");
        None
    };
    Some(UnitTestProperties {
        span: entry.span,
        description: entry.text("description"),
        given,
        overrides: overrides(&mut entry),
        versions: versions(&mut entry),
        config: entry.config(raw, &[]),
        name,
        model: model?,
        expect: expect?,
    })
}

fn given(owner: &str, yaml: &Yaml, problems: &mut Vec<Diagnostic>) -> Option<GivenProperties> {
    let mut entry = Entry::open(format!("an input of {owner}"), yaml, problems)?;
    let input = entry.required_text("input")?;
    let subject = format!("input `{}` of {owner}", input.value);
    let fixture = fixture(subject, forms::INPUT, yaml, problems)?;
    Some(GivenProperties { input, fixture })
}

fn fixture(
    subject: String,
    fields: Fields,
    yaml: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Option<FixtureProperties> {
    let mut entry = Entry::open(subject, yaml, problems)?;
    entry.check_forms(fields, &[]);
    let words = [RowFormat::Dict, RowFormat::Csv, RowFormat::Sql];
    let format = match entry.get("format") {
        Some(_) => {
            let word = entry.one_of("format", &words.map(RowFormat::as_str))?;
            words.into_iter().find(|format| format.as_str() == word.value)?
        }
        None => RowFormat::Dict,
    };
    let rows = entry.get("rows").cloned();
    let fixture = entry.text("fixture");
    if let (Some(rows), Some(fixture)) = (&rows, &fixture) {
        let message = format!("{} has both `rows` and `fixture`", entry.subject);
        entry.problems.push(
            Diagnostic::error("set-twice", message)
                .at(fixture.span, "rows from this file")
                .at(rows.span, "and rows from here")
                .help("keep one of the two"),
        );
    }
    Some(FixtureProperties { span: entry.span, format, rows, fixture })
}

fn versions(parent: &mut Entry<'_, '_>) -> Option<VersionChoice> {
    let value = parent.get("versions")?;
    let subject = format!("`versions` of {}", parent.subject);
    let mut entry = Entry::open(subject, value, parent.problems)?;
    let mut list = |key: &str| {
        entry.get(key)?;
        Some(entry.list(key).iter().map(Yaml::to_json).collect())
    };
    let choice = VersionChoice { include: list("include"), exclude: list("exclude"), span: value.span };
    let is_given = |versions: &Option<Vec<Json>>| versions.as_ref().is_some_and(|list| !list.is_empty());
    if is_given(&choice.include) && is_given(&choice.exclude) {
        let message = format!("{} has both `include` and `exclude`", entry.subject);
        let problem = Diagnostic::error("set-twice", message).at(value.span, "");
        entry.problems.push(problem.help("keep one of the two"));
    }
    Some(choice)
}

fn overrides(parent: &mut Entry<'_, '_>) -> Option<Overrides> {
    let value = parent.get("overrides")?;
    let subject = format!("`overrides` of {}", parent.subject);
    let mut entry = Entry::open(subject, value, parent.problems)?;
    let mut read = |key: &str| -> JsonMap<String, Json> { entry.object(key) };
    Some(Overrides { macros: read("macros"), vars: read("vars"), env_vars: read("env_vars") })
}
