//! From the names in a unit test to nodes.

use serde_json::{Value as Json, json};

use super::build::{GivenDraft, InputCall, UnitTestDraft};
use crate::diagnostics::Diagnostic;
use crate::manifest::properties::ResourceCall;
use crate::manifest::version::version_text;
use crate::manifest::{Given, GivenInput, NodeId, RefCall, SourceCall, UnitTest};

/// The nodes that a unit test can name, as its package sees them.
pub trait Names {
    /// The model under test: one, or each of its versions.
    fn models(&self, name: &str) -> Vec<(NodeId, Option<Json>)>;

    /// What a `ref` names.
    fn reference(&self, call: &RefCall) -> Option<NodeId>;

    /// What a `source` names.
    fn source(&self, call: &SourceCall) -> Option<NodeId>;

    /// Whether the model calls `is_incremental()`.
    fn is_incremental(&self, model: NodeId) -> bool;

    /// Names that a `ref` finds, for suggestions.
    fn reference_names(&self) -> Vec<String>;

    /// Sources with their tables, as `source.table`, for suggestions.
    fn source_names(&self) -> Vec<String>;
}

impl UnitTestDraft {
    /// The unit test with every name resolved, once for each version of the model
    /// that it is for.
    ///
    /// # Errors
    /// All names that are not found, and what an incremental model lacks.
    pub fn resolve(&self, names: &dyn Names) -> Result<Vec<UnitTest>, Vec<Diagnostic>> {
        let models = self.models(names).map_err(|problem| vec![*problem])?;
        let tests =
            models.into_iter().map(|(model, version)| Ok(UnitTest { version, ..self.about(model, names)? }));
        tests.collect()
    }

    /// The models that the test is for.
    fn models(&self, names: &dyn Names) -> Result<Vec<(NodeId, Option<Json>)>, Box<Diagnostic>> {
        let models = names.models(&self.model.value);
        if models.is_empty() {
            return Err(Box::new(self.unknown_model(names)));
        }
        let Some(choice) = self.versions.as_ref().filter(|choice| !choice.is_empty()) else {
            return Ok(models);
        };
        let (test, model) = (&self.name.value, &self.model.value);
        let refuse =
            |message: String| Box::new(Diagnostic::error("unknown-version", message).at(choice.span, ""));
        if models.iter().all(|(_, version)| version.is_none()) {
            return Err(refuse(format!(
                "unit test `{test}` names versions, but the model `{model}` has none"
            )));
        }
        let is_meant = |version: &Option<Json>| version.as_ref().is_some_and(|version| choice.has(version));
        let chosen: Vec<_> = models.iter().filter(|(_, version)| is_meant(version)).cloned().collect();
        if chosen.is_empty() {
            let known: Vec<String> =
                models.iter().filter_map(|(_, version)| version.as_ref()).map(version_text).collect();
            let message = format!("unit test `{test}` is for versions of `{model}` that do not exist");
            let problem = refuse(message);
            return Err(Box::new(problem.note(format!("its versions are: {}", known.join(", ")))));
        }
        Ok(chosen)
    }

    fn about(&self, tested: NodeId, names: &dyn Names) -> Result<UnitTest, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        self.check_incremental(names.is_incremental(tested), &mut problems);
        let unknown = |draft| GivenInput::Unknown(Box::new(self.unknown_input(draft, names)));
        let given = self.given.iter().map(|draft| Given {
            input_text: draft.input_text.clone(),
            input: input(draft, names).unwrap_or_else(|| unknown(draft)),
            rows: draft.rows.clone(),
            fixture: draft.fixture.clone(),
        });
        let given = given.collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let list = |versions: &Option<Vec<Json>>| versions.clone().map_or(Json::Null, Json::Array);
        let versions = self.versions.as_ref();
        Ok(UnitTest {
            version: None,
            versions: versions
                .map(|choice| json!({"include": list(&choice.include), "exclude": list(&choice.exclude)})),
            model: self.model.value.clone(),
            tested,
            given,
            expect: self.expect.clone(),
            expect_fixture: self.expect_fixture.clone(),
            overrides: self.overrides.clone().unwrap_or_default(),
            checksum: self.checksum.clone(),
        })
    }

    /// A model that asks whether it runs incrementally is tested for one answer;
    /// where that is yes, it reads its own table (dbt: `process_models_for_unit_test`).
    fn check_incremental(&self, is_incremental: bool, problems: &mut Vec<Diagnostic>) {
        if !is_incremental {
            return;
        }
        let (name, model) = (&self.name.value, &self.model.value);
        let said = self.overrides.as_ref().and_then(|overrides| overrides.macros.get("is_incremental"));
        let Some(is_on) = said.and_then(serde_json::Value::as_bool) else {
            let message = format!("unit test `{name}` does not say whether `{model}` runs incrementally");
            problems.push(
                Diagnostic::error("no-incremental-override", message)
                    .at(self.name.span, "")
                    .note(format!("`{model}` calls `is_incremental()`"))
                    .known_as(format!(
                        "Boolean override for 'is_incremental' must be provided for unit test '{name}' in model '{model}'"
                    ))
                    .help("add `overrides: {macros: {is_incremental: true}}`, or `false`"),
            );
            return;
        };
        if is_on && !self.given.iter().any(|given| given.input == InputCall::This) {
            let message = format!("unit test `{name}` of incremental model `{model}` has no input `this`");
            problems.push(
                Diagnostic::error("no-input-this", message)
                    .at(self.name.span, "")
                    .known_as(format!(
                        "Unit test '{name}' for incremental model '{model}' must have a 'this' input"
                    ))
                    .help("add `- input: this` with the rows that the table holds before the run"),
            );
        }
    }

    fn unknown_model(&self, names: &dyn Names) -> Diagnostic {
        let model = &self.model.value;
        let known = names.reference_names();
        Diagnostic::error(
            "unknown-model",
            format!("unit test `{}` tests an unknown model `{model}`", self.name.value),
        )
        .at(self.model.span, "no model has this name")
        .suggest(model, known.iter().map(String::as_str))
    }

    fn unknown_input(&self, draft: &GivenDraft, names: &dyn Names) -> Diagnostic {
        let message = format!("unit test `{}` has an unknown input `{}`", self.name.value, draft.input_text);
        let (name, input) = (&self.name.value, &draft.input_text);
        let problem = Diagnostic::error("unknown-input", message)
            .at(draft.input_span, "nothing has this name")
            .known_as(format!(
                "Unit test '{name}' had an input ({input}) which was not found in the manifest."
            ));
        match &draft.input {
            InputCall::Call(ResourceCall::Ref(call)) => {
                problem.suggest(&call.name, names.reference_names().iter().map(String::as_str))
            }
            InputCall::Call(ResourceCall::Source(call)) => {
                let name = format!("{}.{}", call.source, call.table);
                problem.suggest(&name, names.source_names().iter().map(String::as_str))
            }
            InputCall::This => problem,
        }
    }
}

fn input(draft: &GivenDraft, names: &dyn Names) -> Option<GivenInput> {
    match &draft.input {
        InputCall::Call(ResourceCall::Ref(call)) => {
            names.reference(call).map(|node| GivenInput::Ref(call.clone(), node))
        }
        InputCall::Call(ResourceCall::Source(call)) => {
            names.source(call).map(|node| GivenInput::Source(call.clone(), node))
        }
        InputCall::This => Some(GivenInput::This),
    }
}
