//! Rendering a sketch's text once, to learn what it needs.

use std::cell::LazyCell;
use std::sync::Arc;

use super::{Drafting, Patch, is_python_model, node_json};
use crate::diagnostics::Diagnostic;
use crate::manifest::configure::{self, needs_no_rendering};
use crate::manifest::describe::foreign_key_target;
use crate::manifest::generic_sketch::TestCall;
use crate::manifest::generic_tests::{Known, OWN_WHERE_MACRO, TEST_ARGUMENTS, named, test_arguments};
use crate::manifest::layers::Layers;
use crate::manifest::parse::{ParseScope, Recorder, Subject};
use crate::manifest::properties::ResourceCall;
use crate::manifest::sketch::Sketch;
use crate::manifest::{Body, DataTest, NodeKind, RefCall, ResourceType, python};
use crate::source::Span;
use crate::sql::Relation;
use crate::template::{Forms, Scope, Text};

/// What the texts of a node see, where one is rendered at all.
pub(super) type LazyScope<'s> = LazyCell<Arc<dyn Scope>, Box<dyn FnOnce() -> Arc<dyn Scope> + 's>>;

impl Drafting<'_> {
    /// Renders the text of a sketch for what it needs and sets. Gives what is wrong with it.
    pub(super) fn render_body(
        &self,
        sketch: &Arc<Sketch>,
        (layers, notes): (&Arc<Layers>, &Arc<Recorder>),
        scope: &LazyScope<'_>,
    ) -> Vec<Diagnostic> {
        let Some(body) = sketch.kind.body() else { return Vec::new() };
        if let Some(call) = &sketch.test {
            if let Some(test_macro) = &call.test_macro {
                notes.macro_called(test_macro);
            }
            if let Some(known) = &call.known {
                note_known(known, sketch, notes);
                return Vec::new();
            }
            let test = self.scope(sketch, layers, notes);
            let finding = self.render_test((sketch, call, body), notes, scope, test);
            return finding.map(|finding| asked_for(finding, body, sketch.origin.span)).into_iter().collect();
        }
        if !is_python_model(sketch) {
            let text = Text::new(Arc::clone(&body.text), body.file, body.offset);
            return self.render(&text, scope).into_iter().collect();
        }
        match python::requests(body) {
            Ok(requests) => requests.iter().filter_map(|text| self.render(text, scope)).collect(),
            Err(finding) => vec![finding],
        }
    }

    /// Whether dbt reads a model without rendering it, which a project prevents that has its own
    /// `config`, `ref` or `source`.
    pub(super) fn is_unrendered(&self, sketch: &Sketch) -> bool {
        let NodeKind::Model(model) = &sketch.kind else { return false };
        let library = self.world.library;
        let packages = [sketch.package.as_str(), library.root()];
        let is_own = |name| packages.iter().any(|package| library.find_in(package, name).is_some());
        !is_python_model(sketch)
            && needs_no_rendering(&model.body.text)
            && !["ref", "source", "config"].into_iter().any(is_own)
    }

    pub(super) fn render(&self, text: &Text, scope: &Arc<dyn Scope>) -> Option<Diagnostic> {
        if text.is_plain() {
            return None;
        }
        self.engine.render(text, Arc::clone(scope)).err().map(|error| error.diagnostic())
    }

    /// Notes what the foreign keys of a model point at: it is built first.
    pub(super) fn render_foreign_keys(
        &self,
        sketch: &Sketch,
        patch: Option<Patch<'_>>,
        scope: &LazyScope<'_>,
    ) -> Vec<Diagnostic> {
        let (NodeKind::Model(_), Some(Patch { properties, .. })) = (&sketch.kind, patch) else {
            return Vec::new();
        };
        let at = properties.name.span;
        let of_columns = properties.columns.iter().flat_map(|column| &column.constraints);
        let targets = properties.constraints.iter().chain(of_columns).filter_map(foreign_key_target);
        targets.filter_map(|target| self.render(&Text::new(target, at.file, at.start), scope)).collect()
    }

    /// Renders a generic test: its arguments, then the call of its macro with
    /// them, in the scope `test`.
    fn render_test(
        &self,
        (sketch, call, body): (&Sketch, &TestCall, &Body),
        recorder: &Recorder,
        scope: &Arc<dyn Scope>,
        test: ParseScope,
    ) -> Option<Diagnostic> {
        let test_macro = call.test_macro.as_deref();
        let place = Text::new("", body.file, body.offset);
        let NodeKind::Test(DataTest { generic: Some(generic), .. }) = &sketch.kind else { return None };
        let known = |text: &str| {
            let (named, is_under_where) = call.knows_calls.then(|| named(text)).flatten()?;
            note_named(&named, recorder);
            if is_under_where {
                recorder.macro_called(OWN_WHERE_MACRO);
            }
            Some(test.stand_in())
        };
        let arguments = (&generic.kwargs, &generic.forms);
        let kwargs = match test_arguments(self.engine, arguments, (&place, scope), &known) {
            Ok(kwargs) => kwargs,
            Err(error) => return Some(error.diagnostic()),
        };
        let finding = test_macro.and_then(|id| {
            let scope: Arc<dyn Scope> = Arc::new(test.of_test(id).with(TEST_ARGUMENTS, kwargs));
            let seen = self.seen_part(id, call, body);
            self.render(&Text { text: seen, ..place }, &scope)
        });
        self.forget_unseen(test_macro, recorder);
        recorder.retain_macros(|id| ![".ref", ".source", ".config"].iter().any(|name| id.ends_with(name)));
        finding
    }

    /// What counts of a test's text. dbt: a macro that the one of this name does not reach cannot be
    /// seen, so that calling it gives nothing, and what it configures is not known.
    fn seen_part(&self, test_macro: &str, call: &TestCall, body: &Body) -> Arc<str> {
        let library = self.engine.library();
        let is_seen = |called: &String| {
            library.reached_from(library.by_unique_id(test_macro)).contains_key(called.as_str())
        };
        match (&call.called_macro, body.text.split_once("}}")) {
            (Some(called), Some((_, settings))) if !is_seen(called) => settings.into(),
            _ => Arc::clone(&body.text),
        }
    }

    /// Forgets macros that a test cannot see: dbt reads it and its arguments with those that
    /// its macro reaches, and with the one that reads a table under a `where`.
    fn forget_unseen(&self, test_macro: Option<&str>, recorder: &Recorder) {
        let library = self.engine.library();
        let own = test_macro.and_then(|id| library.by_unique_id(id));
        let seen = self.seen.of(library, own);
        seen.of_projects.iter().for_each(|place| recorder.macro_ran(*place));
        recorder.retain_macros(|id| seen.ids.contains(id));
    }

    /// What the texts of a node see, made when the first of them is rendered.
    pub(super) fn lazy_scope<'s>(
        &'s self,
        sketch: &Arc<Sketch>,
        layers: &Arc<Layers>,
        recorder: &Arc<Recorder>,
    ) -> LazyScope<'s> {
        let (sketch, layers, recorder) = (Arc::clone(sketch), Arc::clone(layers), Arc::clone(recorder));
        LazyCell::new(Box::new(move || Arc::new(self.scope(&sketch, &layers, &recorder))))
    }

    fn scope(&self, sketch: &Arc<Sketch>, layers: &Arc<Layers>, recorder: &Arc<Recorder>) -> ParseScope {
        let target = self.surroundings;
        let mut relation = Relation::new(target.database.clone(), target.schema.clone(), sketch.name.clone());
        relation.quote = target.quoting;
        let (copy, known) = (Arc::clone(sketch), Arc::clone(layers));
        let subject = Subject {
            package: sketch.package.clone(),
            relation,
            has_this: sketch.resource_type() != ResourceType::Operation,
            is_whole_file: sketch.kind.is_whole_file(),
            place: sketch.start(),
            model: Box::new(move || {
                let config = configure::merge(copy.resource_type(), known.in_order()).config;
                node_json(&copy, &config, &copy.tags)
            }),
        };
        ParseScope::of_node(self.surroundings, recorder, subject)
    }
}

/// Notes what the render of a test would, where that is known. The order is dbt's: the test's
/// macro, which is noted already, then what the arguments name.
fn note_known(known: &Known, sketch: &Sketch, recorder: &Recorder) {
    match known {
        // dbt: the version of what is tested is the one that its entry has.
        Known::Unread(ResourceCall::Ref(call)) => {
            recorder.reference(RefCall { version_is_text: false, ..call.clone() });
        }
        Known::Unread(call) => note_named(call, recorder),
        Known::Rendered(calls) => {
            for call in calls {
                note_named(call, recorder);
            }
            recorder.macro_called(OWN_WHERE_MACRO);
            recorder.configured(&sketch.options.unrendered, &Forms::default());
        }
    }
}

fn note_named(call: &ResourceCall, recorder: &Recorder) {
    match call {
        ResourceCall::Ref(call) => recorder.reference(call.clone()),
        ResourceCall::Source(call) => recorder.source(call.clone()),
    }
}

/// A finding about the generated call of a test's macro: it points at the place
/// that asks for the test.
fn asked_for(mut finding: Diagnostic, body: &Body, place: Span) -> Diagnostic {
    for label in &mut finding.labels {
        let range = body.offset..=body.offset + body.text.len();
        if label.span.file == body.file && range.contains(&label.span.start) {
            label.span = place;
        }
    }
    finding
}
