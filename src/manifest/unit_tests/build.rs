//! From a unit test as written to its inputs and rows.

use super::checksum::checksum;
use super::rows::{RowFiles, read};
use crate::diagnostics::Diagnostic;
use crate::manifest::properties::{
    ConfigBlock, FixtureProperties, GivenProperties, Home, ResourceCall, Spanned, UnitTestProperties,
    VersionChoice, parse_call,
};
use crate::manifest::{Fixture, Overrides};
use crate::source::Span;

/// A unit test whose rows are read and whose names are not resolved.
#[derive(Debug, Clone)]
pub struct UnitTestDraft {
    /// `unit_test.shop.dim_orders.counts_days`.
    pub unique_id: String,
    /// Its name.
    pub name: Spanned<String>,
    /// Package, folders of the property file, model, name.
    pub fqn: Vec<String>,
    /// The model under test, as written.
    pub model: Spanned<String>,
    /// A template that knows `doc()`.
    pub description: Option<Spanned<String>>,
    /// Which versions of it are tested; `None` is all of them.
    pub versions: Option<VersionChoice>,
    /// Its inputs, in order.
    pub given: Vec<GivenDraft>,
    /// What the model must give.
    pub expect: Fixture,
    /// The name of the fixture file that this comes from.
    pub expect_fixture: Option<String>,
    /// What is replaced while the model is rendered; `None` where nothing is said.
    pub overrides: Option<Overrides>,
    /// SHA-256, in hex, as dbt computes it for state comparison.
    pub checksum: String,
    /// Its configuration.
    pub config: ConfigBlock,
    /// The whole entry.
    pub span: Span,
}

/// One input.
#[derive(Debug, Clone)]
pub struct GivenDraft {
    /// As written: `ref('stg_orders')`.
    pub input_text: String,
    /// Where that was written.
    pub input_span: Span,
    /// What it stands for.
    pub input: InputCall,
    /// Its rows.
    pub rows: Fixture,
    /// The name of the fixture file that they come from.
    pub fixture: Option<String>,
}

/// What an input stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputCall {
    /// `ref(...)` or `source(...)`.
    Call(ResourceCall),
    /// `this`: the model's own table as it was before.
    This,
}

/// Reads the inputs and rows of a unit test.
///
/// # Errors
/// All that is wrong with them.
pub fn build(
    test: &UnitTestProperties,
    home: Home<'_>,
    files: &dyn RowFiles,
) -> Result<UnitTestDraft, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let (name, model) = (&test.name.value, &test.model.value);
    let given: Vec<GivenDraft> =
        test.given.iter().filter_map(|given| input(name, given, files, &mut problems)).collect();
    let expect = read(&format!("`expect` of unit test `{name}`"), &test.expect, None, files);
    let expect = expect.map_err(|problem| problems.push(*problem)).ok();
    let Some(expect) = expect.filter(|_| problems.is_empty()) else { return Err(problems) };
    Ok(UnitTestDraft {
        unique_id: format!("unit_test.{}.{model}.{name}", home.package),
        fqn: home.fqn(&[model, name]),
        checksum: checksum(test, &given, &expect),
        name: test.name.clone(),
        model: test.model.clone(),
        versions: test.versions.clone(),
        description: test.description.clone(),
        given,
        expect,
        expect_fixture: fixture_name(&test.expect),
        overrides: test.overrides.clone(),
        config: test.config.clone(),
        span: test.span,
    })
}

fn input(
    test: &str,
    written: &GivenProperties,
    files: &dyn RowFiles,
    problems: &mut Vec<Diagnostic>,
) -> Option<GivenDraft> {
    let call = &written.input.value;
    let input = match parse_call(call) {
        Some(parsed) => Some(InputCall::Call(parsed)),
        None if call.trim() == "this" => Some(InputCall::This),
        None => {
            problems.push(
                Diagnostic::error(
                    "bad-input",
                    format!("`{call}` is not an input that unit test `{test}` can have"),
                )
                .at(written.input.span, "")
                .help("write `ref('model')`, `source('source', 'table')` or `this`"),
            );
            None
        }
    };
    let subject = format!("input `{call}` of unit test `{test}`");
    let rows = read(&subject, &written.fixture, Some(&written.input), files);
    let rows = rows.map_err(|problem| problems.push(*problem)).ok()?;
    let fixture = fixture_name(&written.fixture);
    Some(GivenDraft {
        input_text: call.clone(),
        input_span: written.input.span,
        input: input?,
        rows,
        fixture,
    })
}

fn fixture_name(written: &FixtureProperties) -> Option<String> {
    written.fixture.as_ref().map(|name| name.value.clone())
}
