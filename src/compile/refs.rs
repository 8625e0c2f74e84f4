//! `ref`, `source` and `function` while a node is compiled and run.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest, from_args};
use minijinja::{Error, State, Value};
use serde_json::{Map, Value as Json, json};

use super::compiled::cte_name;
use super::state::{JobState, lock};
use super::subject::Subject;
use crate::diagnostics::Diagnostic;
use crate::manifest::version::{compare_versions, version_text};
use crate::manifest::{FunctionCall, Node, NodeId, NodeKind, RefCall, SourceCall};
use crate::objects::RelationObject;
use crate::project::{Package, moment_text};
use crate::sql::{Policy, Relation, RelationKind, Subset, Window};
use crate::template::{self, Audience, Notice};

/// `ref(name)`, `ref(package, name)`, both with `version=` or `v=`.
pub(super) fn ref_function(state: &Arc<JobState>) -> Value {
    Value::from_object(RefFunction(Arc::clone(state)))
}

/// `ref`, and what packages reach through it: `builtins.ref.config` tells of the project.
struct RefFunction(Arc<JobState>);

impl fmt::Debug for RefFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ref")
    }
}

impl Object for RefFunction {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("config")).then(|| project_config(&self.0))
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let (Rest(names), options): (Rest<Value>, Kwargs) = from_args(args)?;
        resolve_ref(&self.0, &ref_call(&names, &options)?)
    }
}

/// The project and its packages, as far as dbt's `RuntimeConfig` is read by packages.
fn project_config(state: &JobState) -> Value {
    let project = &state.runtime.parts.project;
    let told = |package: &Package| {
        json!({
            "project_name": package.name,
            "version": package.file.version,
            "project_root": package.root.display().to_string(),
        })
    };
    let packages: Map<String, Json> =
        project.packages.iter().map(|package| (package.name.clone(), told(package))).collect();
    let mut config = told(project.root_package());
    if let Some(config) = config.as_object_mut() {
        config.insert("dependencies".to_owned(), packages.into());
        config.insert("args".to_owned(), state.members().every_argument().into());
        config.insert("cli_vars".to_owned(), project.command_line_vars.clone());
        config.insert("vars".to_owned(), project.root_package().file.vars.to_json().into());
    }
    template::to_value(&config)
}

/// `source(source, table)`.
pub(super) fn source_function(state: &Arc<JobState>) -> Value {
    let state = Arc::clone(state);
    Value::from_function(move |Rest(names): Rest<Value>| match names.as_slice() {
        [source, table] => resolve_source(
            &state,
            &SourceCall { source: name("source", source)?, table: name("source", table)? },
        ),
        _ => Err(template::raise_message("`source` takes the name of a source and the name of its table")),
    })
}

/// `function(name)`, `function(package, name)`.
pub(super) fn function_function(state: &Arc<JobState>) -> Value {
    let state = Arc::clone(state);
    Value::from_function(move |Rest(names): Rest<Value>| {
        let (package, target) = match names.as_slice() {
            [target] => (None, target),
            [package, target] => (Some(name("function", package)?), target),
            _ => return Err(template::raise_message("`function` takes a name, or a package and a name")),
        };
        resolve_function(&state, &FunctionCall { package, name: name("function", target)? })
    })
}

fn ref_call(names: &[Value], options: &Kwargs) -> Result<RefCall, Error> {
    let (version, version_is_text) = RefCall::version_in(options);
    let (package, target) = match names {
        [target] => (None, target),
        [package, target] if package.is_none() => (None, target),
        [package, target] => (Some(name("ref", package)?), target),
        _ => return Err(template::raise_message("`ref` takes a name, or a package and a name")),
    };
    Ok(RefCall { package, name: name("ref", target)?, version, version_is_text })
}

fn name(function: &str, value: &Value) -> Result<String, Error> {
    value.as_str().map(str::to_owned).ok_or_else(|| {
        template::raise_message(format!("a name given to `{function}` must be a text in quotes"))
    })
}

fn resolve_ref(state: &Arc<JobState>, call: &RefCall) -> Result<Value, Error> {
    let runtime = &state.runtime;
    let package = state.subject.package(runtime);
    let found = runtime.names.find_ref(&runtime.parts.manifest, call, &package);
    let Some((id, node)) = found.and_then(|id| Some((id, runtime.node(id)?))) else {
        let asked = state.subject.name(runtime);
        let version = call.version.as_ref().map(|version| format!(" version {version}")).unwrap_or_default();
        let message = format!(
            "`{asked}` needs the model, seed or snapshot `{}`{version}, which does not exist",
            call.name
        );
        let finding = Diagnostic::error("unknown-ref", message).suggest(&call.name, runtime.names.refs());
        return Err(template::raise_diagnostic(finding));
    };
    check_known(state, id, || hint("ref", [call.package.as_deref(), Some(call.name.as_str())]))?;
    check_access(state, node)?;
    if call.version.is_none() {
        tell_of_newer_version(state, node);
    }
    if is_mocked(state, id) {
        return Ok(cte(state, id, node));
    }
    check_given(state, || {
        let version = call.version.as_ref().map(|version| format!(", v={version}")).unwrap_or_default();
        format!("ref('{}'{version})", call.name)
    })?;
    if node.config.materialized() == "ephemeral" && matches!(node.kind, NodeKind::Model(_)) {
        if matches!(state.subject, Subject::Operation(_)) {
            let message = format!("`{}` is ephemeral: an operation cannot read it", node.name);
            return Err(template::raise_diagnostic(Diagnostic::error("ephemeral-in-operation", message)));
        }
        return Ok(cte(state, id, node));
    }
    let dialect = runtime.adapter().dialect();
    let relation = relation(state, node)?;
    Ok(RelationObject::new(relation, dialect).with_subset(subset(state, node)).into())
}

fn resolve_source(state: &Arc<JobState>, call: &SourceCall) -> Result<Value, Error> {
    let runtime = &state.runtime;
    let package = state.subject.package(runtime);
    let found = runtime.names.find_source(&runtime.parts.manifest, call, &package);
    let Some((id, node)) = found.and_then(|id| Some((id, runtime.node(id)?))) else {
        let message = format!(
            "`{}` needs the source table `{}.{}`, which does not exist",
            state.subject.name(runtime),
            call.source,
            call.table
        );
        return Err(template::raise_diagnostic(Diagnostic::error("unknown-source", message)));
    };
    // dbt: also a source that could not be seen before. It is not built, so that no order is wrong.
    if is_mocked(state, id) {
        return Ok(cte(state, id, node));
    }
    check_given(state, || format!("source('{}', '{}')", call.source, call.table))?;
    let dialect = runtime.adapter().dialect();
    let object = RelationObject::new(relation(state, node)?, dialect).with_subset(subset(state, node));
    let NodeKind::Source(source) = &node.kind else { return Ok(object.into()) };
    let location = source.location.as_ref().map_err(|error| {
        let message = format!("the source table `{}.{}`: {error}", call.source, call.table);
        template::raise_diagnostic(Diagnostic::error("source-location", message).at(node.origin.span, ""))
    })?;
    Ok(match location {
        Some(text) => object.with_text(text.as_str()).into(),
        None => object.into(),
    })
}

fn resolve_function(state: &Arc<JobState>, call: &FunctionCall) -> Result<Value, Error> {
    let runtime = &state.runtime;
    let package = state.subject.package(runtime);
    let found = runtime.names.find_function(&runtime.parts.manifest, call, &package);
    let Some((id, node)) = found.and_then(|id| Some((id, runtime.node(id)?))) else {
        let asked = state.subject.name(runtime);
        let message = format!("`{asked}` needs the function `{}`, which does not exist", call.name);
        let finding = Diagnostic::error("unknown-function", message);
        return Err(template::raise_diagnostic(finding.suggest(&call.name, runtime.names.functions())));
    };
    check_known(state, id, || hint("function", [call.package.as_deref(), Some(call.name.as_str())]))?;
    // Which functions there are is not asked: one that this run does not build is
    // taken from where what is not built here is found.
    let is_built = || runtime.parts.selected.contains(&node.unique_id);
    let elsewhere = runtime.parts.options.deferral.as_ref();
    let elsewhere = elsewhere.and_then(|deferral| deferral.relations.get(&node.unique_id));
    let place = elsewhere.filter(|_| !is_built()).or(node.relation.as_ref());
    let relation = place.map(|place| place.clone().with_kind(RelationKind::Function));
    Ok(relation
        .map_or(Value::from(()), |place| RelationObject::new(place, runtime.adapter().dialect()).into()))
}

/// An operation is in no group: it cannot read what is private (dbt: the same).
/// Who else may read what was looked at when the project was read.
fn check_access(state: &JobState, target: &Node) -> Result<(), Error> {
    let is_private = target.config.text("access") == Some("private");
    if !is_private || !matches!(state.subject, Subject::Operation(_)) {
        return Ok(());
    }
    let message = format!(
        "`{}` reads the private model `{}`",
        state.subject.name(&state.runtime),
        target.spoken_name()
    );
    let finding = Diagnostic::error("no-access", message).note("an operation is in no group");
    Err(template::raise_diagnostic(finding.help("make the model `protected`, or read what is made of it")))
}

/// Tells that the model has a version beyond the one that it calls its latest, which
/// will be read once it does.
fn tell_of_newer_version(state: &JobState, target: &Node) {
    let Some((version, asker)) = target.version().zip(state.node()) else { return };
    let runtime = &state.runtime;
    let Some(newest) = runtime.names.newest_version(&runtime.parts.manifest, &target.name) else { return };
    if compare_versions(&newest, version) != Ordering::Greater {
        return;
    }
    let (now, newest) = (version_text(version), version_text(&newest));
    let key = format!("newer version: {} {}", asker.unique_id, target.name);
    // Ahead of its turn nothing is said; the node is left for it.
    if state.worker.is_absent() || lock(&runtime.warned).insert(key) {
        let (asker, name) = (&asker.name, &target.name);
        let message = format!(
            "`{asker}` reads version {now} of `{name}`, its latest; there is a version {newest}, which it will read \
             once that is the latest: `ref('{name}', v={now})` keeps this one, `ref('{name}', v={newest})` tries the other"
        );
        let facts = vec![
            ("ref_node_name", name.clone()),
            ("ref_node_package", target.package.clone()),
            ("ref_node_version", now),
            ("ref_max_version", newest),
        ];
        let (name, code) = ("UnpinnedRefNewVersionAvailable", "I064");
        state.listener.notice(Notice::Remark { name, code, message, facts, audience: Audience::People });
    }
}

/// Parsing must have seen that the node needs this; else the graph would not
/// know it, and the order of the run would be wrong.
fn check_known(state: &JobState, id: NodeId, hint: impl FnOnce() -> String) -> Result<(), Error> {
    let Some(node) = state.node() else { return Ok(()) };
    let is_known = node.depends_on.nodes.contains(&id);
    if is_known || state.subject_is(id) {
        return Ok(());
    }
    let target = state.runtime.node(id).map(|node| node.name.clone()).unwrap_or_default();
    let message =
        format!("`{}` reads `{target}`, which could not be seen while the project was parsed", node.name);
    let finding = Diagnostic::error("unseen-dependency", message)
        .note("the call stands in a branch that is only taken when the node runs")
        .help(format!("add this line to `{}`: -- depends_on: {{{{ {} }}}}", node.name, hint()));
    Err(template::raise_diagnostic(finding))
}

fn hint<const N: usize>(function: &str, names: [Option<&str>; N]) -> String {
    let names: Vec<String> = names.into_iter().flatten().map(|name| format!("'{name}'")).collect();
    format!("{function}({})", names.join(", "))
}

fn is_mocked(state: &JobState, id: NodeId) -> bool {
    state.unit.as_ref().is_some_and(|unit| unit.input(id).is_some())
}

/// A unit test gives rows for everything that its model reads; what stands in the warehouse
/// is not looked at.
fn check_given(state: &JobState, call: impl FnOnce() -> String) -> Result<(), Error> {
    if state.unit.is_none() {
        return Ok(());
    }
    let (call, model) = (call(), state.subject.name(&state.runtime));
    let message = format!("the unit test gives no rows for `{call}`, which `{model}` reads");
    let finding = Diagnostic::error("input-not-given", message);
    Err(template::raise_diagnostic(finding.help(format!("add `- input: {call}` with rows below `given`"))))
}

/// A node that is read as a common table expression.
pub(super) fn cte(state: &JobState, id: NodeId, node: &Node) -> Value {
    let mut mentioned = lock(&state.ctes);
    if !mentioned.contains(&id) {
        mentioned.push(id);
    }
    let relation = Relation {
        database: None,
        schema: None,
        identifier: Some(cte_name(node)),
        kind: Some(RelationKind::Cte),
        quote: Policy { identifier: false, ..Policy::ALL },
        include: Policy::ALL,
    };
    let subset = if is_mocked(state, id) { Subset::default() } else { subset(state, node) };
    RelationObject::new(relation, state.runtime.adapter().dialect()).with_subset(subset).into()
}

/// The node's relation here, or in the environment that stands in for this one.
fn relation(state: &JobState, node: &Node) -> Result<Relation, Error> {
    let Some(own) = node.relation.clone() else {
        let message = format!("`{}` is not stored anywhere", node.name);
        return Err(template::raise_diagnostic(Diagnostic::error("no-relation", message)));
    };
    let options = &state.runtime.parts.options;
    let deferral = options
        .deferral
        .as_ref()
        .and_then(|deferral| Some((deferral.favor_state, deferral.relations.get(&node.unique_id)?)));
    let Some((favored, elsewhere)) = deferral else { return Ok(own) };
    let is_selected = || state.runtime.parts.selected.contains(&node.unique_id);
    if favored && !is_selected() || state.existing(&own).map_err(template::raise)?.is_none() {
        return Ok(elsewhere.clone());
    }
    Ok(own)
}

/// The rows of a parent that this run is to see.
fn subset(state: &JobState, parent: &Node) -> Subset {
    let options = &state.runtime.parts.options;
    let limit = options.empty.then_some(0);
    let reader = state.node().map(|node| &node.kind);
    let cuts = matches!(reader, Some(NodeKind::Model(_) | NodeKind::Snapshot(_)));
    let field = parent.config.text("event_time").filter(|_| cuts);
    let window = field.and_then(|field| {
        let (start, end) = span(state)?;
        Some(Window { field: event_time(state, parent, field), start: Some(start), end: Some(end) })
    });
    Subset { limit, window }
}

/// The time that is built: the batch, within the sample where there is one.
fn span(state: &JobState) -> Option<(String, String)> {
    let sample = state.runtime.parts.options.sample.clone();
    let Some(batch) = lock(&state.batch).clone() else { return sample };
    let [first, last] = [batch.start, batch.end].map(moment_text);
    Some(match sample {
        Some((start, end)) => (start.max(first), end.min(last)),
        None => (first, last),
    })
}

/// The column, quoted where its description says so.
fn event_time(state: &JobState, parent: &Node, field: &str) -> String {
    let described = parent.docs.columns.values().find(|column| column.name == field);
    let quotes = described.and_then(|column| column.quote).unwrap_or(false);
    if quotes { state.runtime.adapter().dialect().quote(field) } else { field.to_owned() }
}
