//! What templates see while a node is compiled and run.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::adapter::AdapterObject;
use super::config_object::ConfigObject;
use super::state::{JobState, lock};
use super::subject::Subject;
use super::{ahead, functions, metrics, refs};
use crate::manifest::NodeKind;
use crate::objects::{self, ColumnClass};
use crate::template::{self, Deprecated, Notices, Scope, Value};

/// The scope of one render: everything is resolved, statements run.
pub(super) struct RunScope {
    state: Arc<JobState>,
    package: String,
}

/// Everything that [`RunScope`] knows beyond the project's members.
const NAMES: &[&str] = &[
    "adapter",
    "adapter_macro",
    "api",
    "column",
    "compiled_code",
    "config",
    "database",
    "defer_relation",
    "execute",
    "function",
    "graph",
    "load_agate_table",
    "load_result",
    "metric",
    "model",
    "post_hooks",
    "pre_hooks",
    "ref",
    "render",
    "schema",
    "selected_resources",
    "source",
    "sql",
    "sql_now",
    "store_raw_result",
    "store_result",
    "submit_python_job",
    "this",
    "thread_id",
    "try_or_compiler_error",
    "write",
];

impl RunScope {
    pub(super) fn new(state: &Arc<JobState>) -> Self {
        Self { state: Arc::clone(state), package: state.subject.package(&state.runtime) }
    }

    fn member(&self, name: &str) -> Option<Value> {
        let state = &self.state;
        let runtime = &state.runtime;
        let dialect = runtime.adapter().dialect();
        Some(match name {
            "ref" => refs::ref_function(state),
            "source" => refs::source_function(state),
            "function" => refs::function_function(state),
            "metric" => metrics::metric_function(state),
            "this" => self.this(),
            "config" => Value::from_object(ConfigObject::new(state)),
            "model" => state.model(),
            "graph" => runtime.graph(),
            "adapter" => Value::from_object(AdapterObject::new(state)),
            "api" => objects::api(dialect, runtime.quoting),
            "column" => Value::from_object(ColumnClass::new(dialect)),
            "execute" => Value::from(true),
            "sql" | "compiled_code" => {
                state.compiled().map_or(Value::from(()), |compiled| Value::from(compiled.sql.as_str()))
            }
            "database" | "schema" => self.place(name),
            "sql_now" => Value::from(dialect.now),
            "adapter_macro" => objects::adapter_macro(),
            "pre_hooks" => self.hooks("pre-hook"),
            "post_hooks" => self.hooks("post-hook"),
            "defer_relation" => self.deferred(),
            "selected_resources" => self.selected(),
            "thread_id" => Value::from(state.worker.name()),
            _ => return functions::function(state, name),
        })
    }

    /// The relation of the node, `none` where it has none. While a unit test
    /// gives rows for it, those.
    fn this(&self) -> Value {
        let state = &self.state;
        let Some(node) = state.node() else { return Value::from(()) };
        if let Subject::Node(id) = &state.subject
            && state.unit.as_ref().is_some_and(|unit| unit.input(*id).is_some())
        {
            return refs::cte(state, *id, node);
        }
        let relation = node.relation.clone().filter(|_| Subject::has_relation(node));
        let dialect = state.runtime.adapter().dialect();
        relation.map_or(Value::from(()), |relation| objects::relation(relation, dialect))
    }

    /// The node's database or schema, else the target's.
    fn place(&self, name: &str) -> Value {
        let relation = self.state.node().and_then(|node| node.relation.as_ref());
        let own = relation.and_then(|relation| match name {
            "database" => relation.database.clone(),
            _ => relation.schema.clone(),
        });
        let target = || {
            let target = self.state.runtime.parts.project.target();
            if name == "database" { target.database } else { Some(target.schema) }
        };
        own.or_else(target).map_or(Value::from(()), Value::from)
    }

    fn hooks(&self, key: &str) -> Value {
        let hooks = self.state.node().map(|node| node.config.hooks(key)).unwrap_or_default();
        let hook = |hook: crate::manifest::Hook| json!({"sql": hook.sql, "transaction": hook.transaction, "index": hook.index});
        template::to_value(&hooks.into_iter().map(hook).collect::<Json>())
    }

    fn deferred(&self) -> Value {
        let runtime = &self.state.runtime;
        let relation = self.state.node().and_then(|node| {
            runtime.parts.options.deferral.as_ref()?.relations.get(&node.unique_id).cloned()
        });
        relation.map_or(Value::from(()), |relation| objects::relation(relation, runtime.adapter().dialect()))
    }

    /// dbt: an operation sees none.
    fn selected(&self) -> Value {
        let ids = match self.state.subject {
            Subject::Operation(_) => Vec::new(),
            _ => self.state.runtime.parts.selected.clone(),
        };
        template::to_value(&ids.iter().map(|id| Json::from(id.as_str())).collect::<Json>())
    }
}

/// Whether a name means the same ahead of a job's turn as at it.
fn is_early(name: &str) -> bool {
    if NAMES.contains(&name) { ahead::NAMES.contains(&name) } else { !ahead::LATER_MEMBERS.contains(&name) }
}

impl fmt::Debug for RunScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RunScope").field(&self.state.subject).finish()
    }
}

impl Scope for RunScope {
    fn lookup(&self, name: &str) -> Option<Value> {
        if let Some(added) = lock(&self.state.extra).get(name) {
            return Some(added.clone());
        }
        if self.state.worker.is_absent() && !is_early(name) {
            return self.state.check_turn().map_err(template::raise).err().map(Value::from);
        }
        let found = self.member(name).or_else(|| self.state.members().lookup(name, &self.package))?;
        Some(self.state.unit.as_ref().and_then(|unit| unit.replaced_name(name)).unwrap_or(found))
    }

    fn package(&self) -> &str {
        &self.package
    }

    fn names(&self) -> Vec<&'static str> {
        let added: Vec<&'static str> = lock(&self.state.extra).keys().copied().collect();
        [NAMES.to_vec(), added, self.state.members().names()].concat()
    }

    fn replaced_macro(&self, name: &str) -> Option<Value> {
        self.state.unit.as_ref()?.replaced_macro(name)
    }

    fn test_macro(&self) -> Option<&str> {
        let node = self.state.node()?;
        // A test's macro is the first that it calls.
        let calls = match &node.kind {
            NodeKind::Test(test) if test.generic.is_some() => &node.depends_on.calls,
            _ => return None,
        };
        calls.macros.first().map(String::as_str)
    }

    fn deprecated(&self, what: Deprecated) -> Result<(), minijinja::Error> {
        self.state.check_turn().map_err(template::raise)?;
        self.state.members().tell_deprecated(what, self.notices().as_ref())
    }

    fn notices(&self) -> Arc<dyn Notices> {
        Arc::<dyn super::Listener>::clone(&self.state.listener)
    }
}
