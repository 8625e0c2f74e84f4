//! The view that shows the latest version of a model under a name that stays.

use std::sync::Arc;

use super::job_executor::JobExecutor;
use super::node_runner::{Turn, order};
use crate::compile::Failure;
use crate::manifest::{Node, NodeKind};
use crate::materialize::{self, Materializer};
use crate::sql::Relation;
use crate::template::{self, Value};

/// The flag for models that do not say whether they have such a view.
const BY_DEFAULT: &str = "latest_version_pointer_enabled_by_default";
/// The macro that names it.
const NAMES: &str = "generate_latest_version_pointer_alias";

/// Makes the view of what was just built, where the node is to have one.
pub(super) fn make(turn: &Turn<'_>, built: Option<&Relation>) -> Result<(), Failure> {
    let runtime = &turn.runner.runtime;
    let by_default = runtime.parts.project.flags.is_on(BY_DEFAULT);
    let Some(built) = built.filter(|_| turn.node.is_pointed_at(by_default)) else { return Ok(()) };
    let name = name(turn)?;
    let relation = built.clone().with_identifier(name.as_str());
    check_free(turn, &relation, built, &name)?;
    let node = Arc::new(turn.node.pointer(relation));
    let (job, compiled) = turn.job.showing(Arc::clone(&node), built);
    let materializer = turn.materializer("view");
    let materializer = materializer.as_deref().map_or(Materializer::BuiltIn, Materializer::Macro);
    let mut executor = JobExecutor {
        job: &job,
        node: &node,
        screened: None,
        rehearsed: None,
        listener: Arc::clone(&turn.listener),
    };
    materialize::point(
        &order(runtime, &node, &compiled.sql, turn.runner.flags),
        &mut executor,
        materializer,
    )?;
    Ok(())
}

/// What the view is called. dbt: a macro of the root project decides, none of a package.
fn name(turn: &Turn<'_>) -> Result<String, Failure> {
    let library = turn.runner.runtime.parts.engine.library();
    let config = turn.node.config.get("latest_version_pointer");
    let alias = config.and_then(|config| config["alias"].as_str()).map(str::trim);
    let Some(info) = library.find(NAMES, library.root()) else {
        return Ok(alias.unwrap_or(&turn.node.name).to_owned());
    };
    let model = turn.job.member("model").unwrap_or_default();
    let named = turn.job.call_macro(info, &[Value::from(alias), model], &[])?;
    Ok(template::text(&named).trim().to_owned())
}

/// dbt refuses the name of the model itself, and lets the view take the place of any other.
fn check_free(turn: &Turn<'_>, view: &Relation, built: &Relation, name: &str) -> Result<(), Failure> {
    let runtime = &turn.runner.runtime;
    let key = view.key();
    let is_there = |other: &&Node| {
        let is_kind = matches!(other.kind, NodeKind::Model(_) | NodeKind::Seed(_) | NodeKind::Snapshot(_));
        let is_stored = is_kind && other.config.materialized() != "ephemeral";
        is_stored && other.relation.as_ref().is_some_and(|relation| relation.key() == key)
    };
    let owner =
        if built.key() == key { Some(turn.node) } else { runtime.parts.manifest.nodes.iter().find(is_there) };
    let Some(owner) = owner else { return Ok(()) };
    let message = format!(
        "the latest version of `{}` cannot be shown as `{name}`: `{}` is stored there",
        turn.node.name,
        owner.search_name()
    );
    let words = format!("the latest version of '{}' is already aliased to '{name}'", turn.node.name);
    let problem = turn.order("").problem("pointer-name", message).known_as(words);
    let advice = "give it an `alias` in `latest_version_pointer`, or set `enabled: false` there";
    Err(problem.help(advice).into())
}
