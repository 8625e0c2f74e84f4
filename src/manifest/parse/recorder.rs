//! What a text asked for while it was rendered.

use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value as Json};

use crate::manifest::configure::{merge_call, merge_forms, with_tuples_as_items};
use crate::manifest::{FunctionCall, MetricCall, RefCall, SourceCall};
use crate::template::Forms;

/// What a text asked for, in order of mention.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorded {
    /// `ref` calls; a relation that is named twice is there twice.
    pub(crate) refs: Vec<RefCall>,
    /// `source` calls.
    pub(crate) sources: Vec<SourceCall>,
    /// `function` calls.
    pub(crate) functions: Vec<FunctionCall>,
    /// `metric` calls.
    pub(crate) metrics: Vec<MetricCall>,
    /// Macros that the text itself called, as unique ids, each once.
    pub(crate) macros: Vec<String>,
    /// Macros of projects that ran, whoever called them, by their places in the library,
    /// each once.
    pub(crate) macros_run: Vec<u32>,
    /// The options of all `config()` calls, merged.
    pub(crate) config: Map<String, Json>,
    /// What the JSON of these does not say.
    pub(crate) forms: Forms,
    /// What was read may be otherwise in the next run, while no file changes.
    pub(crate) is_volatile: bool,
}

/// Takes notes for one node; shared by the objects that its text sees.
#[derive(Debug, Default)]
pub(crate) struct Recorder(Mutex<Recorded>);

impl Recorder {
    /// A recorder that has these options noted already.
    pub(crate) fn with_config(config: Map<String, Json>) -> Self {
        Self(Mutex::new(Recorded { config, ..Recorded::default() }))
    }

    /// Looks at the options so far.
    pub(crate) fn with_options<T>(&self, look: impl FnOnce((&Map<String, Json>, &Forms)) -> T) -> T {
        let recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        look((&recorded.config, &recorded.forms))
    }

    /// Everything so far, which is forgotten here.
    pub(crate) fn taken(&self) -> Recorded {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A `ref` call.
    pub(crate) fn reference(&self, call: RefCall) {
        self.note(|recorded| recorded.refs.push(call));
    }

    /// A `source` call.
    pub(crate) fn source(&self, call: SourceCall) {
        self.note(|recorded| recorded.sources.push(call));
    }

    /// A `function` call.
    pub(crate) fn function(&self, call: FunctionCall) {
        self.note(|recorded| recorded.functions.push(call));
    }

    /// A `metric` call.
    pub(crate) fn metric(&self, call: MetricCall) {
        self.note(|recorded| recorded.metrics.push(call));
    }

    /// A macro that the text called.
    pub(crate) fn macro_called(&self, unique_id: &str) {
        self.note(|recorded| {
            if !recorded.macros.iter().any(|known| known == unique_id) {
                recorded.macros.push(unique_id.to_owned());
            }
        });
    }

    /// A macro of a project ran, or decides what counts as called.
    pub(crate) fn macro_ran(&self, place: usize) {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.note(|recorded| {
            if !recorded.macros_run.contains(&place) {
                recorded.macros_run.push(place);
            }
        });
    }

    /// Forgets macros: dbt reads a test with those that its own macro names, and without
    /// those that stand in for `ref`, `source` and `config`.
    pub(crate) fn retain_macros(&self, is_kept: impl Fn(&str) -> bool) {
        self.note(|recorded| recorded.macros.retain(|id| is_kept(id)));
    }

    /// The options of one `config()` call.
    pub(crate) fn configured(&self, options: &Map<String, Json>, forms: &Forms) {
        self.note(|recorded| {
            merge_call(&mut recorded.config, &with_tuples_as_items(options, forms));
            merge_forms(&mut recorded.forms, options, forms);
        });
    }

    /// The text read what belongs to one run of the program.
    pub(super) fn note_volatile(&self) {
        self.note(|recorded| recorded.is_volatile = true);
    }

    fn note(&self, change: impl FnOnce(&mut Recorded)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
