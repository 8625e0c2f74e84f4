//! From the names in a unit test to nodes.

use super::build::{GivenDraft, InputCall, UnitTestDraft};
use crate::diagnostics::Diagnostic;
use crate::manifest::properties::ResourceCall;
use crate::manifest::{Given, GivenInput, NodeId, RefCall, SourceCall, UnitTest};

/// The nodes that a unit test can name, as its package sees them.
pub trait Names {
    /// The model under test.
    fn model(&self, name: &str) -> Option<NodeId>;

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
    /// The unit test with every name resolved.
    ///
    /// # Errors
    /// All names that are not found, and what an incremental model lacks.
    pub fn resolve(&self, names: &dyn Names) -> Result<UnitTest, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let tested = names.model(&self.model.value);
        match tested {
            Some(model) => self.check_incremental(names.is_incremental(model), &mut problems),
            None => problems.push(self.unknown_model(names)),
        }
        let mut given = Vec::new();
        for draft in &self.given {
            match input(draft, names) {
                Some(input) => {
                    given.push(Given {
                        input_text: draft.input_text.clone(),
                        input,
                        rows: draft.rows.clone(),
                    });
                }
                None => problems.push(self.unknown_input(draft, names)),
            }
        }
        let Some(tested) = tested.filter(|_| problems.is_empty()) else { return Err(problems) };
        Ok(UnitTest {
            model: self.model.value.clone(),
            tested,
            given,
            expect: self.expect.clone(),
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
                    .help("add `overrides: {macros: {is_incremental: true}}`, or `false`"),
            );
            return;
        };
        if is_on && !self.given.iter().any(|given| given.input == InputCall::This) {
            let message = format!("unit test `{name}` of incremental model `{model}` has no input `this`");
            problems.push(
                Diagnostic::error("no-input-this", message)
                    .at(self.name.span, "")
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
        let problem =
            Diagnostic::error("unknown-input", message).at(draft.input_span, "nothing has this name");
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
