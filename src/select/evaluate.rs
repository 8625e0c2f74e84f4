//! Expressions to sets of nodes.

use std::collections::BTreeSet;

use super::expression::{Criterion, Expression, Indirect, Operator, Reach, SetOperation};
use super::matches::picked;
use super::method::Method;
use super::named::NamedSelectors;
use super::state::{self, Comparison};
use super::suggestions::unmatched;
use crate::diagnostics::Diagnostic;
use crate::graph::Graph;
use crate::manifest::{Manifest, NodeId, ResourceType};

type Nodes = BTreeSet<NodeId>;

/// What an expression is evaluated against.
#[derive(Clone, Copy)]
pub(super) struct Evaluator<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) graph: &'a Graph,
    pub(super) named: &'a NamedSelectors,
    pub(super) root_package: &'a str,
    /// For criteria that do not say themselves which tests come along.
    pub(super) indirect: Indirect,
    pub(super) comparison: Option<&'a Comparison<'a>>,
}

/// What an expression gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Found {
    /// Selected.
    direct: Nodes,
    /// Tests that are not, but may be once other selections are added: some of
    /// their parents are.
    possible: Nodes,
}

impl Evaluator<'_> {
    /// The nodes of an expression. A warning is added for each part that people
    /// wrote in a flag and that matches nothing.
    pub(super) fn nodes(&self, expression: &Expression, warnings: &mut Vec<Diagnostic>) -> Nodes {
        self.evaluate(expression, warnings).direct
    }

    fn evaluate(&self, expression: &Expression, warnings: &mut Vec<Diagnostic>) -> Found {
        match expression {
            Expression::All => {
                Found { direct: self.graph.order().iter().copied().collect(), ..Found::default() }
            }
            Expression::Criterion(criterion) => self.criterion(criterion, warnings),
            Expression::Set(set) => self.set(set, warnings),
        }
    }

    fn set(&self, set: &SetOperation, warnings: &mut Vec<Diagnostic>) -> Found {
        let members: Vec<Found> = set.members.iter().map(|member| self.evaluate(member, warnings)).collect();
        let with_possible =
            members.iter().map(|found| found.direct.union(&found.possible).copied().collect());
        let possible = combine(set.operator, with_possible);
        let mut direct = combine(set.operator, members.iter().map(|found| found.direct.clone()));
        if set.rechecks_tests && direct != possible {
            direct = self.recheck(direct, &possible);
        }
        if let Some(span) = set.expected.filter(|_| direct.is_empty()) {
            warnings.push(unmatched(self.manifest, set, span));
        }
        Found { direct, possible }
    }

    fn criterion(&self, criterion: &Criterion, warnings: &mut Vec<Diagnostic>) -> Found {
        let picked: Nodes = match criterion.method {
            Method::Selector => {
                let named = self.named.matching(criterion.text());
                let named = Expression::union(named.cloned().collect());
                if criterion.is_bare() {
                    return self.evaluate(&named, warnings);
                }
                self.nodes(&named, warnings)
            }
            Method::State(_) | Method::Result | Method::SourceStatus => self.compared(criterion, warnings),
            _ => picked(self.manifest, self.root_package, criterion).collect(),
        };
        let mut selected = picked.clone();
        let start = || picked.iter().copied();
        if criterion.childrens_parents {
            selected.extend(self.graph.descendants(start(), None));
            selected.extend(self.graph.ancestors(selected.iter().copied(), None));
        }
        selected.extend(self.graph.ancestors(start(), Some(steps(criterion.parents))));
        selected.extend(self.graph.descendants(start(), Some(steps(criterion.children))));
        self.with_tests(&selected, criterion.indirect.unwrap_or(self.indirect))
    }

    /// The nodes that stand to an earlier invocation as the criterion says.
    fn compared(&self, criterion: &Criterion, findings: &mut Vec<Diagnostic>) -> Nodes {
        let Some(comparison) = self.comparison else {
            findings.push(state::unnamed(criterion));
            return Nodes::new();
        };
        match criterion.method {
            Method::State(check) => comparison.by_state(check, criterion, findings),
            Method::Result => comparison.by_result(criterion, findings),
            _ => comparison.fresher(criterion, findings),
        }
    }

    /// Adds the tests of selected nodes that come along in this mode.
    fn with_tests(&self, selected: &Nodes, mode: Indirect) -> Found {
        let mut found = Found { direct: selected.clone(), possible: Nodes::new() };
        if mode == Indirect::Empty {
            return found;
        }
        let mut enough = selected.clone();
        if mode == Indirect::Buildable {
            enough.extend(self.graph.ancestors(selected.iter().copied(), None));
            enough.extend(self.sources());
        }
        for child in selected.iter().flat_map(|id| self.graph.children(*id)) {
            if !self.is_test(child) {
                continue;
            }
            if mode == Indirect::Eager || self.has_parents_in(child, &enough) {
                found.direct.insert(child);
            } else {
                found.possible.insert(child);
            }
        }
        found
    }

    /// Adds the possible data tests whose parents are now all there.
    fn recheck(&self, mut direct: Nodes, possible: &Nodes) -> Nodes {
        let mut enough = direct.clone();
        match self.indirect {
            Indirect::Eager | Indirect::Empty => return direct,
            Indirect::Cautious => {}
            Indirect::Buildable => enough.extend(self.graph.ancestors(direct.iter().copied(), None)),
        }
        let is_complete = |id: &NodeId| !self.is_unit_test(*id) && self.has_parents_in(*id, &enough);
        direct.extend(possible.iter().copied().filter(is_complete));
        direct
    }

    fn has_parents_in(&self, id: NodeId, nodes: &Nodes) -> bool {
        self.graph.parents(id).all(|parent| nodes.contains(&parent))
    }

    fn sources(&self) -> impl Iterator<Item = NodeId> {
        let all = self.manifest.nodes.outlines();
        all.filter(|(_, outline)| outline.resource_type() == ResourceType::Source).map(|(id, _)| id)
    }

    fn is_test(&self, id: NodeId) -> bool {
        self.is_of(id, ResourceType::Test) || self.is_unit_test(id)
    }

    fn is_unit_test(&self, id: NodeId) -> bool {
        self.is_of(id, ResourceType::UnitTest)
    }

    fn is_of(&self, id: NodeId, wanted: ResourceType) -> bool {
        self.manifest.outline(id).is_some_and(|outline| outline.resource_type() == wanted)
    }
}

/// No way through a graph has as many steps as the greatest number.
fn steps(reach: Reach) -> usize {
    match reach {
        Reach::None => 0,
        Reach::Steps(steps) => steps,
        Reach::All => usize::MAX,
    }
}

/// Combines sets; none of them give none.
fn combine(operator: Operator, sets: impl IntoIterator<Item = Nodes>) -> Nodes {
    let join = |mut all: Nodes, next: Nodes| {
        match operator {
            Operator::Union => all.extend(next),
            Operator::Intersection => all.retain(|id| next.contains(id)),
            Operator::Difference => all.retain(|id| !next.contains(id)),
        }
        all
    };
    sets.into_iter().reduce(join).unwrap_or_default()
}
