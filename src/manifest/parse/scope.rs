//! What a node's text sees while it is parsed, and what macros that generate
//! names see.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use minijinja::Value;
use serde_json::{Value as Json, json};

use super::adapter::ParseAdapter;
use super::calls::{
    function_function, giving, guarded_call, metric_function, ref_function, render_function, source_function,
};
use super::config_object::ConfigObject;
use super::recorder::Recorder;
use crate::adapter::Adapter;
use crate::manifest::SearchOrder;
use crate::objects::{self, ColumnClass};
use crate::project::{Members, Reads};
use crate::source::Span;
use crate::sql::{Dialect, Policy, Relation};
use crate::template::{self, Deprecated, Notices, Scope};

/// What all nodes of a load see alike.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) members: Arc<Members>,
    /// The same for texts of nodes: see [`Members::for_parsing`].
    pub(crate) parse_members: Members,
    pub(crate) notices: Arc<dyn Notices>,
    pub(crate) adapter: Arc<dyn Adapter>,
    pub(crate) dialect: Dialect,
    /// Whether `arguments:` of a data test holds its arguments, rather than being one: the
    /// flag `require_generic_test_arguments_property`.
    pub(crate) tests_have_arguments: bool,
    pub(crate) order: SearchOrder,
    /// The project's quoting over the dialect's.
    pub(crate) quoting: Policy,
    /// The target's database and schema.
    pub(crate) database: Option<String>,
    pub(crate) schema: String,
}

/// The node whose text is rendered.
pub(crate) struct Subject {
    /// The package.
    pub(crate) package: String,
    /// Its name before any macro had a say: what `ref` and `source` give.
    pub(crate) relation: Relation,
    /// Whether something is stored there: `this` is `none` otherwise.
    pub(crate) has_this: bool,
    /// Whether it can be drafted again alone: what of it depends on the run is noted for it
    /// alone, then, and not for the whole project.
    pub(crate) is_whole_file: bool,
    /// Where its text begins: what `render` renders is said to stand there.
    pub(crate) place: Span,
    /// `model`, made when it is asked for.
    pub(crate) model: Box<dyn Fn() -> Json + Send + Sync>,
}

/// A scope in which nothing runs. See the module's documentation.
pub(crate) struct ParseScope {
    surroundings: Arc<Surroundings>,
    recorder: Arc<Recorder>,
    package: String,
    /// `None` where names are generated: there is no `this` and no `model`.
    subject: Option<Subject>,
    /// Names that only this text sees.
    extra: HashMap<&'static str, Value>,
    /// Of a generic test: its macro, by unique id.
    test_macro: Option<String>,
    model: OnceLock<Value>,
}

/// Everything that [`ParseScope`] knows beyond [`Members`].
const NAMES: &[&str] = &[
    "ref",
    "source",
    "metric",
    "function",
    "config",
    "this",
    "model",
    "graph",
    "database",
    "schema",
    "execute",
    "sql_now",
    "adapter_macro",
    "adapter",
    "api",
    "column",
    "sql",
    "compiled_code",
    "pre_hooks",
    "post_hooks",
    "defer_relation",
    "load_result",
    "store_result",
    "store_raw_result",
    "load_agate_table",
    "write",
    "selected_resources",
    "submit_python_job",
    "schemas",
    "database_schemas",
    "results",
    "render",
    "try_or_compiler_error",
];

impl ParseScope {
    /// What the text of a node sees.
    pub(crate) fn of_node(
        surroundings: &Arc<Surroundings>,
        recorder: &Arc<Recorder>,
        subject: Subject,
    ) -> Self {
        let naming = Self::of_naming(surroundings, &subject.package);
        Self { recorder: Arc::clone(recorder), subject: Some(subject), ..naming }
    }

    /// What `generate_schema_name` and its like see: no node but the one that
    /// they are given.
    pub(crate) fn of_naming(surroundings: &Arc<Surroundings>, package: &str) -> Self {
        Self {
            surroundings: Arc::clone(surroundings),
            recorder: Arc::default(),
            package: package.to_owned(),
            subject: None,
            extra: HashMap::new(),
            test_macro: None,
            model: OnceLock::new(),
        }
    }

    /// The same with one more name.
    pub(crate) fn with(mut self, name: &'static str, value: Value) -> Self {
        self.extra.insert(name, value);
        self
    }

    /// The same for the text of a generic test that is made of this macro.
    pub(crate) fn of_test(self, test_macro: &str) -> Self {
        Self { test_macro: Some(test_macro.to_owned()), ..self }
    }

    /// What `ref` and `source` give.
    pub(crate) fn stand_in(&self) -> Value {
        match &self.subject {
            Some(subject) => objects::relation(subject.relation.clone(), &self.surroundings.dialect),
            None => Value::from(()),
        }
    }

    fn member(&self, name: &str) -> Option<Value> {
        let nothing = Value::from(());
        let surroundings = &self.surroundings;
        let subject = self.subject.as_ref();
        let text = |part: Option<&String>| part.cloned().map_or(Value::from(()), Value::from);
        Some(match name {
            "ref" => ref_function(Arc::clone(&self.recorder), self.stand_in()),
            "metric" => metric_function(Arc::clone(&self.recorder)),
            "function" => function_function(Arc::clone(&self.recorder), self.stand_in()),
            "source" => source_function(Arc::clone(&self.recorder), self.stand_in()),
            "config" => Value::from_object(ConfigObject { recorder: Arc::clone(&self.recorder) }),
            "this" if subject.is_some_and(|subject| subject.has_this) => self.stand_in(),
            "model" => {
                let subject = subject?;
                self.model.get_or_init(|| template::to_value(&(subject.model)())).clone()
            }
            // dbt: nothing is in it yet, not even `nodes`, so that what is asked of them is undefined.
            "graph" => template::to_value(&json!({})),
            "database" => text(surroundings.database.as_ref()),
            "schema" => text(Some(&surroundings.schema)),
            "execute" => Value::from(false),
            "sql_now" => Value::from(surroundings.dialect.now),
            "adapter_macro" => objects::adapter_macro(),
            "adapter" => Value::from_object(ParseAdapter {
                adapter: Arc::clone(&surroundings.adapter),
                quoting: surroundings.quoting,
            }),
            "api" => objects::api(&surroundings.dialect, surroundings.quoting),
            "column" => Value::from_object(ColumnClass::new(&surroundings.dialect)),
            "this" | "sql" | "compiled_code" | "pre_hooks" | "post_hooks" | "defer_relation" => nothing,
            "load_result" | "load_agate_table" => giving(nothing),
            "store_result" | "store_raw_result" | "write" | "submit_python_job" => giving(Value::from("")),
            "render" => render_function(subject?.place),
            "try_or_compiler_error" => guarded_call(),
            "selected_resources" | "schemas" | "database_schemas" | "results" => {
                template::to_value(&json!([]))
            }
            _ => return None,
        })
    }
}

impl fmt::Debug for ParseScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParseScope").field("package", &self.package).finish_non_exhaustive()
    }
}

impl Scope for ParseScope {
    fn lookup(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.extra.get(name) {
            return Some(value.clone());
        }
        let around = &self.surroundings;
        self.member(name).or_else(|| match &self.subject {
            Some(subject) if subject.is_whole_file => {
                if Reads::changes_with_each_run(name) {
                    self.recorder.note_volatile();
                }
                around.parse_members.member(name, &self.package)
            }
            Some(_) => around.parse_members.lookup(name, &self.package),
            None => around.members.lookup(name, &self.package),
        })
    }

    fn package(&self) -> &str {
        &self.package
    }

    fn names(&self) -> Vec<&'static str> {
        let extra = self.extra.keys().copied();
        NAMES.iter().copied().chain(extra).chain(self.surroundings.members.names()).collect()
    }

    fn macro_called(&self, unique_id: &str) {
        self.recorder.macro_called(unique_id);
    }

    fn macro_ran(&self, place: usize) {
        match self.subject {
            Some(_) => self.recorder.macro_ran(place),
            None => self.surroundings.members.reads().note_macro(place),
        }
    }

    fn test_macro(&self) -> Option<&str> {
        self.test_macro.as_deref()
    }

    fn depends_on_run(&self) {
        match &self.subject {
            Some(subject) if subject.is_whole_file => self.recorder.note_volatile(),
            _ => self.surroundings.members.reads().note_volatile(),
        }
    }

    fn is_chainable(&self) -> bool {
        true
    }

    fn deprecated(&self, what: Deprecated) -> Result<(), minijinja::Error> {
        self.surroundings.members.tell_deprecated(what, self.notices().as_ref())
    }

    fn notices(&self) -> Arc<dyn Notices> {
        Arc::clone(&self.surroundings.notices)
    }
}
