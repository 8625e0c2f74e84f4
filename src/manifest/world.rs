//! What a configuration names outside of its node: materializations, groups,
//! what a strategy asks for.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::configure::Merged;
use super::consequences::MISSING;
use super::sketch::Sketch;
use super::{Group, Node, NodeKind};
use crate::adapter::Adapter;
use crate::diagnostics::{Diagnostic, nearest};
use crate::project::{Project, moment};
use crate::source::Span;
use crate::template::Library;

/// What configurations may name.
pub(super) struct World<'a> {
    pub(super) library: &'a Library,
    pub(super) groups: &'a IndexMap<String, Group>,
}

/// The materializations of models that need no macro of a project.
const MATERIALIZATIONS: &[&str] =
    &["view", "table", "incremental", "ephemeral", "materialized_view", "external", "table_function"];

/// What a microbatch model must or may say (dbt: `check_valid_microbatch_config`).
const MICROBATCH: [Setting; 5] = [
    ("event_time", "the column that tells when a row happened", |value| value.as_str().is_some()),
    ("batch_size", "`hour`, `day`, `month` or `year`", |value| {
        value.as_str().is_some_and(|size| ["hour", "day", "month", "year"].contains(&size))
    }),
    ("begin", "when the first batch begins, such as `2024-01-01`", |value| {
        value.as_str().and_then(moment).is_some()
    }),
    ("lookback", "a whole number of batches", |value| value.is_i64() || value.is_null()),
    ("concurrent_batches", "`true` or `false`", |value| value.is_boolean() || value.is_null()),
];

/// A key, what it should be in words, and whether a value is.
type Setting = (&'static str, &'static str, fn(&Json) -> bool);

impl World<'_> {
    /// What a node's configuration names that does not exist. Nodes that are
    /// turned off may name anything.
    pub(super) fn check(&self, sketch: &Sketch, merged: &Merged) -> Vec<Diagnostic> {
        if !merged.config.enabled() {
            return Vec::new();
        }
        // dbt: a function may be in any group.
        let is_function = matches!(sketch.kind, NodeKind::Function(_));
        let unknown = self.unknown_group(&sketch.name, merged, place(sketch, merged, "group"));
        let unknown = unknown.filter(|_| !is_function);
        let mut findings: Vec<Diagnostic> = unknown.into_iter().collect();
        if matches!(sketch.kind, NodeKind::Model(_)) {
            findings.extend(self.unknown_materialization(sketch, merged));
            findings.extend(self.wrong_microbatch(sketch, merged));
        }
        findings
    }

    /// A warning: the node fails when it is built. dbt reads such projects, of which some
    /// nodes are for another warehouse, too.
    fn unknown_materialization(&self, sketch: &Sketch, merged: &Merged) -> Option<Diagnostic> {
        let name = merged.config.materialized();
        if MATERIALIZATIONS.contains(&name) || self.library.materialization(name).is_some() {
            return None;
        }
        // That of data tests is none for a model.
        let own = self.library.macros().filter(|info| !info.is_internal);
        let own = own.filter_map(|info| materialization_name(&info.name));
        let known: BTreeSet<&str> = own.chain(MATERIALIZATIONS.iter().copied()).collect();
        let message = format!("`{}` is materialized as `{name}`, which does not exist here", sketch.name);
        let finding = Diagnostic::warning("unknown-materialization", message)
            .at(place(sketch, merged, "materialized"), "set here");
        Some(match nearest(name, known.iter().copied()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.note(format!("there are: {}", Vec::from_iter(known).join(", "))),
        })
    }

    /// dbt: groups have one name space over all packages.
    pub(super) fn unknown_group(&self, node: &str, merged: &Merged, at: Span) -> Option<Diagnostic> {
        let name = merged.config.text("group")?;
        if self.groups.values().any(|group| group.name == name) {
            return None;
        }
        let message = format!("`{node}` is in the group `{name}`, which does not exist");
        let known = self.groups.values().map(|group| group.name.as_str());
        let finding = Diagnostic::error("unknown-group", message).fact(MISSING, name);
        let finding = finding.known_as(format!("Invalid group '{name}'"));
        Some(finding.at(at, "set here").suggest(name, known))
    }

    /// A project that has its own macro for the strategy does without batches.
    fn wrong_microbatch(&self, sketch: &Sketch, merged: &Merged) -> Vec<Diagnostic> {
        let config = &merged.config;
        let is_own = self.library.find_in(self.library.root(), "get_incremental_microbatch_sql").is_some();
        if !is_microbatch(config.materialized(), config.text("incremental_strategy")) || is_own {
            return Vec::new();
        }
        let get = |key: &str| config.get(key).unwrap_or(&Json::Null);
        let wrong = MICROBATCH.iter().filter(|(key, _, holds)| !holds(get(key)));
        let finding = |(key, what, _): &Setting| {
            let value = get(key);
            let article = if key.starts_with('e') { "an" } else { "a" };
            let needs = format!("the microbatch model `{}` must provide {article} '{key}'", sketch.name);
            let (message, at) = match value {
                Json::Null => (needs, "incremental_strategy"),
                value => (format!("{needs} that can be understood, which {value} is not"), *key),
            };
            Diagnostic::error("microbatch-config", message)
                .at(place(sketch, merged, at), "set here")
                .help(format!("set `{key}`: {what}"))
        };
        wrong.map(finding).collect()
    }
}

/// A warning for each model in batches that reads nothing which is cut into
/// batches, so that every batch reads everything.
///
/// dbt: `MicrobatchModelNoEventTimeInputs`.
pub(super) fn check_batch_inputs(nodes: &[Node]) -> Vec<Diagnostic> {
    let has_time = |node: &Node| node.config.text("event_time").is_some();
    let is_uncut = |node: &&Node| {
        let mut inputs = node.depends_on.nodes.iter().filter_map(|id| nodes.get(id.0 as usize));
        let config = &node.config;
        matches!(node.kind, NodeKind::Model(_))
            && is_microbatch(config.materialized(), config.text("incremental_strategy"))
            && !inputs.any(has_time)
    };
    let finding = |node: &Node| {
        let start = Span { end: node.origin.span.start, ..node.origin.span };
        let message =
            format!("`{}` is built in batches, but none of its inputs has an `event_time`", node.name);
        Diagnostic::warning("unfiltered-batches", message)
            .at(start, "each batch reads all rows of its inputs")
            .help("set `event_time` in the config of the models or sources that it reads")
    };
    nodes.iter().filter(is_uncut).map(finding).collect()
}

/// A warning where a project's own macro builds models of the strategy in one piece.
///
/// dbt: `MicrobatchMacroOutsideOfBatchesDeprecation`.
pub(super) fn check_own_batch_macro(
    nodes: &[Node],
    project: &Project,
    library: &Library,
) -> Option<Diagnostic> {
    if project.flags.is_on("require_batched_execution_for_custom_microbatch_strategy") {
        return None;
    }
    let own = library.find_in(library.root(), "get_incremental_microbatch_sql")?;
    let is_built = |node: &Node| {
        let config = &node.config;
        let is_model = matches!(node.kind, NodeKind::Model(_));
        is_model && is_microbatch(config.materialized(), config.text("incremental_strategy"))
    };
    let message = "the project's own microbatch macro is called once, not for each batch";
    nodes.iter().any(is_built).then(|| {
        Diagnostic::warning("old-microbatch-macro", message)
            .at(own.span, "this macro")
            .known_as("The use of a custom microbatch macro outside of batched execution is deprecated.")
            .help("set the flag `require_batched_execution_for_custom_microbatch_strategy`")
    })
}

/// A warning for each source that is to be fresh and does not say how that is known.
///
/// dbt: `FreshnessConfigProblem`, where the warehouse does not tell when a table was changed.
pub(super) fn check_freshness(nodes: &[Node]) -> Vec<Diagnostic> {
    let finding = |node: &Node| {
        let NodeKind::Source(source) = &node.kind else { return None };
        let rules = source.freshness.as_ref()?;
        let is_ruled = rules.warn_after.is_some() || rules.error_after.is_some();
        if !is_ruled || source.loaded_at_field.is_some() || source.loaded_at_query.is_some() {
            return None;
        }
        let name = format!("{}.{}", source.source_name, node.name);
        let at = node.origin.patch_span.unwrap_or(node.origin.span);
        let problem =
            Diagnostic::warning("unmeasurable-source", format!("the freshness of `{name}` cannot be told"));
        Some(problem.at(at, "").help("set `loaded_at_field` or `loaded_at_query`"))
    };
    nodes.iter().filter_map(finding).collect()
}

/// A warning where batches are to be built side by side and the engine cannot do that.
///
/// dbt: `InvalidConcurrentBatchesConfig`, which counts every node of such a configuration.
pub(super) fn check_side_by_side(nodes: &[Node], adapter: &dyn Adapter) -> Option<Diagnostic> {
    if adapter.capabilities().concurrent_batches {
        return None;
    }
    let asks = |node: &&Node| node.config.get("concurrent_batches") == Some(&Json::Bool(true));
    let asking: Vec<&Node> = nodes.iter().filter(asks).collect();
    let first = asking.first()?;
    let start = Span { end: first.origin.span.start, ..first.origin.span };
    let message = match asking.len() {
        1 => format!("`{}` asks for `concurrent_batches`, which the warehouse cannot do", first.name),
        count => format!("{count} nodes ask for `concurrent_batches`, which the warehouse cannot do"),
    };
    let finding = Diagnostic::warning("sequential-batches", message).at(start, "one of them");
    Some(finding.note("batches are built one after the other"))
}

/// Whether a node of these settings is built in batches.
pub(super) fn is_microbatch(materialized: &str, strategy: Option<&str>) -> bool {
    materialized == "incremental" && strategy == Some("microbatch")
}

/// `table` of `materialization_table_default`.
fn materialization_name(macro_name: &str) -> Option<&str> {
    Some(macro_name.strip_prefix("materialization_")?.rsplit_once('_')?.0)
}

/// The place that set a key, or where the node begins.
fn place(sketch: &Sketch, merged: &Merged, key: &str) -> Span {
    merged.set_by.get(key).copied().unwrap_or_else(|| sketch.start())
}
