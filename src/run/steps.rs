//! From the nodes of a plan to steps and the order among them.

use std::collections::HashMap;
use std::time::Duration;

use super::dbt_order::{places_in, ranks, stores_a_source};
use super::plan::{Mode, Plan};
use super::queue::{Cycle, Queue};
use super::siblings::Siblings;
use crate::graph::Graph;
use crate::manifest::{Manifest, Node, NodeId, NodeKind, SemanticKind, UniqueId};

/// What is done with a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Built.
    Materialize,
    /// Run as a data test or unit test.
    Judge,
    /// Turned into SQL, no further: an ephemeral model, or `compile`.
    Compile,
    /// Its query's rows are fetched.
    Preview,
    /// Its age is measured.
    Measure,
    /// Made to show what another environment has.
    Clone,
    /// Nothing: an exposure or a saved query in a build.
    Nothing,
}

/// One node's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) node: NodeId,
    pub(super) unique_id: UniqueId,
    pub(super) action: Action,
    /// Whether people hear of it. An ephemeral model only serves others.
    pub(super) counts: bool,
    /// Whether what waits for it is begun although it failed.
    pub(super) lets_go: bool,
}

/// Steps, and which must be over before which.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) list: Vec<Step>,
    /// `(first, then)` as places in `list`, in the order of `then`.
    pub(super) edges: Vec<(usize, usize)>,
    /// How long each step is likely to take, in milliseconds; empty where nobody knows.
    pub(super) lengths: Vec<u64>,
    /// In which order those start that may, lower ranks first; empty where it is free.
    pub(super) ranks: Vec<usize>,
    /// Steps that one look may do, for each of them.
    pub(super) siblings: Siblings,
    /// Whether they are those of a build.
    pub(super) is_build: bool,
}

impl Steps {
    /// The same in the same order, where no step waits for another.
    fn without_edges(self) -> Self {
        let ranks = self.queue().map_or_else(|_| Vec::new(), |queue| places_in(&queue.order()));
        Self { list: self.list, ranks, siblings: self.siblings, ..Self::default() }
    }

    /// Which may start, and in which order.
    pub(super) fn queue(&self) -> Result<Queue, Cycle> {
        Queue::new(self.list.len(), &self.edges, &self.lengths).map(|queue| queue.ranked(&self.ranks))
    }
}

/// The steps of a plan, in the order of its nodes. Nodes that the mode does
/// nothing with are left out. Only where something is built one waits for another.
///
/// They start as in dbt, unless several runners know how long each step took earlier.
pub(super) fn steps(manifest: &Manifest, graph: &Graph, plan: &Plan) -> Steps {
    let step = |id: &NodeId| step(manifest.node(*id)?, *id, plan.mode);
    let list: Vec<Step> = plan.nodes.iter().filter_map(step).collect();
    let subset = match plan.mode {
        Mode::Build => graph.for_build(manifest).subset(list.iter().map(|step| step.node)),
        Mode::Run | Mode::Compile | Mode::Show { .. } => graph.subset(list.iter().map(|step| step.node)),
        Mode::Test | Mode::Freshness | Mode::Clone => {
            let ranks = ranks(&list, &[]);
            return Steps { list, ranks, ..Steps::default() };
        }
    };
    let places: HashMap<NodeId, usize> = list.iter().enumerate().map(|(at, step)| (step.node, at)).collect();
    let mut edges = Vec::new();
    for (then, step) in list.iter().enumerate() {
        let before = subset.parents(step.node).filter_map(|parent| places.get(&parent));
        edges.extend(before.map(|first| (*first, then)));
    }
    let lengths = lengths(&list, &plan.earlier.durations);
    let is_free = plan.threads > 1 && !lengths.is_empty() && !stores_a_source(manifest, &list);
    let ranks = if is_free { Vec::new() } else { ranks(&list, &edges) };
    let is_build = matches!(plan.mode, Mode::Build);
    let steps = Steps { list, edges, lengths, ranks, siblings: Siblings::new(), is_build };
    if matches!(plan.mode, Mode::Build | Mode::Run) { steps } else { steps.without_edges() }
}

/// How long steps took in an earlier run; one that is new is taken for a usual one of its kind.
fn lengths(list: &[Step], durations: &HashMap<UniqueId, Duration>) -> Vec<u64> {
    if durations.is_empty() {
        return Vec::new();
    }
    let kind = |id: &UniqueId| id.as_str().split('.').next().unwrap_or_default().to_owned();
    let mut by_kind: HashMap<String, Vec<Duration>> = HashMap::new();
    for (id, duration) in durations {
        by_kind.entry(kind(id)).or_default().push(*duration);
    }
    let usual = |mut of_kind: Vec<Duration>| {
        of_kind.sort_unstable();
        of_kind.get(of_kind.len() / 2).copied().unwrap_or_default()
    };
    let usual: HashMap<String, Duration> =
        by_kind.into_iter().map(|(kind, of_kind)| (kind, usual(of_kind))).collect();
    let length = |step: &Step| {
        let known = durations.get(&step.unique_id).or_else(|| usual.get(&kind(&step.unique_id)));
        known.map_or(0, |known| u64::try_from(known.as_millis()).unwrap_or(u64::MAX / 2))
    };
    list.iter().map(length).collect()
}

fn step(node: &Node, id: NodeId, mode: Mode) -> Option<Step> {
    let is_ephemeral = node.config.materialized() == "ephemeral";
    let action = match (&node.kind, mode) {
        // dbt: a source that nobody said how old it may be is passed over.
        (NodeKind::Source(source), Mode::Freshness) if source.freshness.is_some() => Action::Measure,
        // dbt: hooks are compiled like nodes.
        (NodeKind::Hook(_), Mode::Compile) => Action::Compile,
        (NodeKind::Exposure(_), Mode::Build) => Action::Nothing,
        (NodeKind::Semantic(it), Mode::Build) if it.kind == SemanticKind::SavedQuery => Action::Nothing,
        (_, Mode::Freshness)
        | (NodeKind::Source(_) | NodeKind::Hook(_) | NodeKind::Exposure(_) | NodeKind::Semantic(_), _) => {
            return None;
        }
        (NodeKind::Model(_) | NodeKind::Seed(_) | NodeKind::Snapshot(_), Mode::Clone) if !is_ephemeral => {
            Action::Clone
        }
        (_, Mode::Clone) => return None,
        (NodeKind::Function(_), Mode::Build) => Action::Materialize,
        (_, Mode::Show { .. }) => Action::Preview,
        (_, Mode::Compile) => Action::Compile,
        (NodeKind::Test(_) | NodeKind::UnitTest(_), _) => Action::Judge,
        (_, Mode::Test) | (NodeKind::Analysis(_) | NodeKind::Function(_), _) => return None,
        (NodeKind::Model(_), _) if is_ephemeral => Action::Compile,
        (NodeKind::Model(_) | NodeKind::Seed(_) | NodeKind::Snapshot(_), _) => Action::Materialize,
    };
    let counts = !is_ephemeral || matches!(mode, Mode::Compile | Mode::Show { .. });
    let lets_go = matches!(node.kind, NodeKind::Model(_)) && node.config.text("on_error") == Some("continue");
    Some(Step { node: id, unique_id: node.unique_id.clone(), action, counts, lets_go })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value as Json, json};

    use super::*;
    use crate::manifest::{DataTest, UniqueId};
    use crate::materialize::sample;
    use crate::run::Stop;

    /// `a → e → b`, a test on `a`, an ephemeral `e`, a seed-like exposure is left to others.
    fn manifest() -> Manifest {
        let table = json!({"materialized": "table"});
        let ephemeral = json!({"materialized": "ephemeral"});
        let test = NodeKind::Test(DataTest { body: sample::body(), generic: None, old_forms: Vec::new() });
        let named = |mut node: Node, name: &str, parents: &[u32]| {
            node.unique_id = UniqueId(name.into());
            node.depends_on.nodes = parents.iter().copied().map(NodeId).collect();
            node
        };
        let nodes = vec![
            named(sample::model(&table), "a", &[]),
            named(sample::model(&ephemeral), "e", &[0]),
            named(sample::model(&table), "b", &[1]),
            named(sample::node(test, &Json::Null), "test_a", &[0]),
        ];
        Manifest { nodes: nodes.into(), ..Manifest::default() }
    }

    fn story(mode: Mode, nodes: &[u32]) -> String {
        let manifest = manifest();
        let graph = Graph::new(&manifest).unwrap();
        let nodes = nodes.iter().copied().map(NodeId).collect();
        let plan = Plan {
            nodes,
            mode,
            threads: 1,
            fail_fast: false,
            warn_error: false,
            stop: Stop::new(),
            combined_tests: false,
            earlier: Arc::default(),
        };
        let steps = steps(&manifest, &graph, &plan);
        let name = |at: usize| steps.list[at].unique_id.to_string();
        let mut lines: Vec<String> = steps
            .list
            .iter()
            .map(|step| {
                format!("{} {:?}{}", step.unique_id, step.action, if step.counts { "" } else { " uncounted" })
            })
            .collect();
        let mut edges = steps.edges.clone();
        edges.sort_unstable();
        lines.extend(edges.iter().map(|(first, then)| format!("{} before {}", name(*first), name(*then))));
        lines.join("\n")
    }

    #[test]
    fn a_build_puts_tests_between() {
        insta::assert_snapshot!(story(Mode::Build, &[0, 1, 2, 3]), @r"
        a Materialize
        e Compile uncounted
        b Materialize
        test_a Judge
        a before e
        a before test_a
        e before b
        test_a before e
        ");
        insta::assert_snapshot!(story(Mode::Build, &[0, 2, 3]), @r"
        a Materialize
        b Materialize
        test_a Judge
        a before b
        a before test_a
        test_a before b
        ");
    }

    #[test]
    fn a_new_step_is_as_long_as_a_usual_one_of_its_kind() {
        let id = |name: &str| UniqueId(name.into());
        let step = |name| Step {
            node: NodeId(0),
            unique_id: id(name),
            action: Action::Nothing,
            counts: true,
            lets_go: false,
        };
        let list = ["model.a", "model.new", "test.a", "seed.new"].map(step);
        let took = [("model.a", 7), ("model.b", 30), ("model.c", 900), ("test.a", 2)];
        let durations =
            took.map(|(name, took)| (id(name), Duration::from_millis(took))).into_iter().collect();
        assert_eq!(lengths(&list, &durations), [7, 30, 2, 0]);
        assert_eq!(lengths(&list, &HashMap::new()), [0u64; 0]);
    }

    #[test]
    fn a_run_orders_models_only_and_tests_have_no_order() {
        insta::assert_snapshot!(story(Mode::Run, &[0, 2]), @r"
        a Materialize
        b Materialize
        a before b
        ");
        insta::assert_snapshot!(story(Mode::Test, &[3]), @"test_a Judge");
        insta::assert_snapshot!(story(Mode::Compile, &[0, 1]), @r"
        a Compile
        e Compile
        ");
    }
}
