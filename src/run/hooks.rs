//! `on-run-start` and `on-run-end`.

use std::sync::Arc;

use minijinja::value::Tuple;

use super::background::in_background;
use super::dispatch::{Halting, Outbox};
use super::event::{Event, Place};
use super::failing::fail;
use super::job_listener::JobListener;
use super::node_runner::timed;
use super::result::{Compiled, NodeResult, Status};
use super::steps::Action;
use super::to_dict::ToDict;
use crate::artifact;
use crate::compile::{Failure, Job, Runtime, Worker};
use crate::host::clock;
use crate::manifest::{HookMoment, Node, NodeId, NodeKind};
use crate::template::{MutList, Value, to_value, utc_value};

/// The hooks of one moment, in dbt's order: the root project, then packages by name,
/// each project's own by their index.
pub(super) fn hooks_of(runtime: &Runtime, moment: HookMoment) -> Vec<NodeId> {
    let root = &runtime.parts.project.root_package().name;
    let mut found: Vec<(bool, &str, usize, NodeId)> = runtime
        .parts
        .manifest
        .iter()
        .filter_map(|(id, node)| match &node.kind {
            NodeKind::Hook(hook) if hook.moment == moment => {
                Some((node.package != *root, node.package.as_str(), hook.index, id))
            }
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(.., id)| id).collect()
}

/// Runs hooks one after the other, on the session of the run itself. After a
/// failure the others are skipped. `extra` are names that their templates see.
pub(super) fn run_hooks(
    runtime: &Arc<Runtime>,
    worker: &Worker,
    hooks: &[NodeId],
    extra: &[(&'static str, Value)],
    halting: Halting<'_>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Vec<NodeResult> {
    let mut results: Vec<NodeResult> = Vec::new();
    for (at, id) in hooks.iter().enumerate() {
        let Some(node) = runtime.node(*id) else { continue };
        let place = Place { index: at + 1, total: hooks.len() };
        let result = if results.iter().any(|result| result.status.is_failure()) {
            NodeResult { failures: Some(1), ..NodeResult::new(node.unique_id.clone(), Status::Skipped) }
        } else {
            on_event(Event::HookStarted { node: *id, place });
            let halt = halting.halt.clone();
            let work = |outbox: Outbox| {
                let (node_id, thread) = (Some(node.unique_id.clone()), worker.name().into());
                let listener = JobListener { outbox, node: node_id, thread, halt };
                let job = Job::new(runtime, worker, *id, Arc::new(listener));
                let job = extra.iter().fold(job, |job, (name, value)| job.with(name, value.clone()));
                run_hook(&job, node, place)
            };
            in_background(&worker.cancel_handle(), halting, on_event, work)
                .unwrap_or_else(|problem| NodeResult::error(node.unique_id.clone(), vec![problem]))
        };
        let result = NodeResult { thread_id: "main".to_owned(), ..result };
        on_event(Event::HookFinished { node: *id, place, result: &result });
        results.push(result);
    }
    results
}

/// Whether a hook failed before there was a statement of it.
pub(super) fn is_broken(result: &NodeResult) -> bool {
    result.status == Status::Error && result.compiled.is_none()
}

fn run_hook(job: &Job, node: &Node, place: Place) -> NodeResult {
    let started = clock::instant();
    let mut result = NodeResult::new(node.unique_id.clone(), Status::Success);
    match try_hook(job, &mut result) {
        Ok(()) => result.message = Some(format!("{} passed", title(node, place))),
        Err(failure) => {
            fail(&mut result, &failure, Action::Materialize, job);
            if result.status == Status::Error && result.compiled.is_some() {
                let why = result.message.unwrap_or_default();
                result.message = Some(format!("{} failed, error:\n {why}", title(node, place)));
            }
            // The hook's own failure is the one to tell.
            let _ = job.rollback();
        }
    }
    result.failures = Some(i64::from(result.status.is_failure()));
    result.execution_time = started.elapsed();
    result
}

/// What dbt calls a hook in results: `shop.on-run-start.0`, counted over all packages.
fn title(node: &Node, place: Place) -> String {
    let NodeKind::Hook(hook) = &node.kind else { return node.name.clone() };
    let moment = match hook.moment {
        HookMoment::Start => "on-run-start",
        HookMoment::End => "on-run-end",
    };
    format!("{}.{moment}.{}", node.package, place.index.saturating_sub(1))
}

/// A hook runs outside of a transaction; what its template began is committed.
fn try_hook(job: &Job, result: &mut NodeResult) -> Result<(), Failure> {
    let compiled = timed("compile", &mut result.timing, || job.compile())?;
    result.compiled = Some(Compiled::new(&compiled, None));
    timed("execute", &mut result.timing, || {
        if !compiled.sql.trim().is_empty() {
            job.execute(&compiled.sql)?;
        }
        job.commit()
    })
}

/// What `on-run-end` hooks see: `results`, and where nodes were stored
/// (`schemas`, `database_schemas`).
pub(super) fn end_members(runtime: &Runtime, results: &[NodeResult]) -> Vec<(&'static str, Value)> {
    let mut places: Vec<(Option<String>, String)> = Vec::new();
    let mut told = Vec::new();
    for result in results {
        let Some(node) = runtime.parts.manifest.by_id(result.unique_id.as_str()) else { continue };
        // dbt: hooks that went well are left out.
        if matches!(node.kind, NodeKind::Hook(_)) && result.status != Status::Error {
            continue;
        }
        told.push(result_value(runtime, node, result));
        let place = node
            .relation
            .as_ref()
            .and_then(|relation| Some((relation.database.clone(), relation.schema.clone()?)));
        let is_stored = match node.kind {
            NodeKind::Model(_) | NodeKind::Seed(_) | NodeKind::Snapshot(_) => true,
            // dbt: one whose failing rows are kept.
            NodeKind::Test(_) => stores_failures(runtime, node),
            _ => false,
        };
        if let Some(place) =
            place.filter(|place| is_stored && !result.status.is_failure() && !places.contains(place))
        {
            places.push(place);
        }
    }
    let pair = |(database, schema): &(Option<String>, String)| {
        Value::from(Tuple::new(vec![Value::from(database.clone()), Value::from(schema.as_str())]))
    };
    let mut schemas: Vec<&str> = places.iter().map(|(_, schema)| schema.as_str()).collect();
    schemas.sort_unstable();
    schemas.dedup();
    vec![
        ("results", list(told)),
        ("schemas", list(schemas.into_iter().map(Value::from).collect())),
        ("database_schemas", list(places.iter().map(pair).collect())),
    ]
}

/// Whether dbt takes a test for one that stores its rows: the flag counts here even for one that is
/// configured not to.
fn stores_failures(runtime: &Runtime, node: &Node) -> bool {
    let by_flag = || runtime.parts.project.flags.is_on("store_failures");
    node.config.flag("store_failures") == Some(true) || by_flag()
}

/// dbt's result object: its attributes are those of `run_results.json`, and the node.
fn result_value(runtime: &Runtime, node: &Node, result: &NodeResult) -> Value {
    let compiled = result.compiled.as_ref().map(|compiled| artifact::Compiled {
        code: compiled.code.to_string(),
        ..artifact::Compiled::default()
    });
    let json = artifact::compiled_node_json(&runtime.wire(), node, compiled.as_ref());
    let timing = result.timing.iter().map(|timing| {
        let entries = [
            ("name", Value::from(timing.name)),
            ("started_at", utc_value(timing.started_at)),
            ("completed_at", utc_value(timing.completed_at)),
        ];
        ToDict::value(entries.to_vec())
    });
    let entries = vec![
        ("status", Value::from(result.status.as_str())),
        ("timing", list(timing.collect())),
        ("thread_id", Value::from(result.thread_id.as_str())),
        ("execution_time", Value::from(result.execution_time.as_secs_f64())),
        ("adapter_response", to_value(&serde_json::Value::Object(result.adapter_response.clone()))),
        ("message", Value::from(result.message.clone())),
        ("failures", Value::from(result.failures)),
        ("unique_id", Value::from(node.unique_id.as_str())),
        ("node", ToDict::node(to_value(&json))),
    ];
    ToDict::value(entries)
}

fn list(items: Vec<Value>) -> Value {
    Value::from_object(MutList::new(items))
}
