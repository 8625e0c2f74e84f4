//! From the names in `ref` and `source` to nodes.

use rayon::prelude::*;

use super::call_site::version_site;
use super::consequences::MISSING;
use super::index::{Found, Index};
use super::nodes::{Listed, Nodes};
use super::version::{compare_versions, versioned_name};
use super::{FunctionCall, Node, NodeId, NodeKind, Outline, RefCall, ResourceType, SearchOrder, SourceCall};
use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// A node whose `depends_on.nodes` is still empty.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) node: Node,
    /// Where its `ref` and `source` calls stand, where that is not in its own
    /// text: the items of an exposure's `depends_on`.
    pub(super) sites: Vec<Span>,
}

/// Nodes with all edges, in the order of the drafts.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) nodes: Vec<Node>,
    /// Tests that read what does not exist or is turned off.
    pub(super) broken_tests: Vec<Node>,
    /// Nodes that are turned off.
    pub(super) disabled: Vec<Node>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Finds the target of every `ref` and `source`.
///
/// A test whose target does not exist or is turned off is turned off too; for any
/// other node it is an error. A test of a model that is turned off goes with it
/// silently, all others with a warning (dbt: the same).
pub(super) fn resolve(order: &SearchOrder, drafts: Vec<Draft>, disabled: Vec<Node>) -> Resolved {
    let index = Index::new(order, drafts.as_slice(), &disabled);
    let search = Search { order, nodes: drafts.as_slice(), disabled: &disabled, index };
    let edges: Vec<Edges> = drafts.par_iter().map(|draft| search.edges(&draft.node, &draft.sites)).collect();
    assemble(drafts, disabled, edges)
}

impl Listed for [Draft] {
    fn node(&self, place: usize) -> Option<&Node> {
        self.get(place).map(|draft| &draft.node)
    }

    fn outline(&self, place: usize) -> Option<Outline<'_>> {
        self.node(place).map(Outline::of)
    }

    fn all(&self) -> Box<dyn Iterator<Item = Outline<'_>> + '_> {
        Box::new(self.iter().map(|draft| Outline::of(&draft.node)))
    }
}

/// Connects nodes that take the places of others in a manifest; `None` where one reads
/// what it may not, or what is not there.
pub(super) fn connect_again(
    order: &SearchOrder,
    nodes: &Nodes,
    disabled: &[Node],
    again: Vec<(NodeId, Node)>,
) -> Option<Vec<(NodeId, Node)>> {
    let search = Search { order, nodes, disabled, index: Index::new(order, nodes, disabled) };
    let connect = |(id, mut node): (NodeId, Node)| {
        let edges = search.edges(&node, &[]);
        let id_of = |place: &usize| u32::try_from(*place).ok().map(NodeId);
        node.depends_on.nodes = edges.targets.iter().filter_map(id_of).collect();
        (edges.diagnostics.is_empty() && !edges.is_broken_test).then_some((id, node))
    };
    again.into_par_iter().map(connect).collect()
}

/// What one node's calls stand for.
#[derive(Debug, Default)]
struct Edges {
    /// Places of targets, each once; sources first, as dbt lists them.
    targets: Vec<usize>,
    /// Some target of a test is missing.
    is_broken_test: bool,
    diagnostics: Vec<Diagnostic>,
}

struct Search<'a, L: ?Sized> {
    order: &'a SearchOrder,
    nodes: &'a L,
    disabled: &'a [Node],
    index: Index,
}

/// A `ref`, `source` or `function` call.
#[derive(Debug, Clone, Copy)]
enum Call<'a> {
    Ref(&'a RefCall),
    Source(&'a SourceCall),
    Function(&'a FunctionCall),
}

impl Call<'_> {
    fn function(&self) -> &'static str {
        match self {
            Self::Ref(_) => "ref",
            Self::Source(_) => "source",
            Self::Function(_) => "function",
        }
    }

    fn arguments(&self) -> Vec<&str> {
        match self {
            Self::Ref(call) => call.package.as_deref().into_iter().chain([call.name.as_str()]).collect(),
            Self::Source(call) => vec![&call.source, &call.table],
            Self::Function(call) => call.package.as_deref().into_iter().chain([call.name.as_str()]).collect(),
        }
    }

    /// What people call the target: `stg_orders`, `shop.stg_orders`, `raw.orders`.
    fn target(&self) -> String {
        self.arguments().join(".")
    }
}

impl<L: Listed + ?Sized> Search<'_, L> {
    fn edges(&self, node: &Node, sites: &[Span]) -> Edges {
        let mut edges = Edges::default();
        let sources = node.depends_on.calls.sources.iter().map(Call::Source);
        let functions = node.depends_on.calls.functions.iter().map(Call::Function);
        let calls = sources.chain(node.depends_on.calls.refs.iter().map(Call::Ref)).chain(functions);
        for (at, call) in calls.enumerate() {
            let found = match call {
                Call::Ref(call) => self.index.find_ref(call, &node.package),
                Call::Source(call) => self.index.find_source(call, &node.package),
                Call::Function(call) => self.index.find_function(call, &node.package),
            };
            let site = || sites.get(at).copied().unwrap_or_else(|| site_in_text(node, call));
            match found {
                Found::Node(place) => {
                    if !edges.targets.contains(&place) {
                        edges.targets.push(place);
                    }
                    edges.diagnostics.extend(self.reversed(node, call, place, site));
                }
                missing if node.kind.resource_type() == ResourceType::Test => {
                    edges.is_broken_test = true;
                    edges.diagnostics.extend(match (missing, call) {
                        (Found::Nothing, _) => Some(self.unknown(node, call, site(), Diagnostic::warning)),
                        (Found::Disabled(place), Call::Source(_)) => {
                            Some(self.turned_off(node, call, place, (site(), Diagnostic::warning)))
                        }
                        _ => None,
                    });
                }
                Found::Nothing => edges.diagnostics.push(self.unknown(node, call, site(), Diagnostic::error)),
                Found::Disabled(place) => {
                    let finding = self.turned_off(node, call, place, (site(), Diagnostic::error));
                    edges.diagnostics.push(finding);
                }
                Found::Ambiguous(places) => edges.diagnostics.push(self.ambiguous(call, &places, site())),
            }
        }
        edges
    }

    fn unknown(
        &self,
        node: &Node,
        call: Call<'_>,
        site: Span,
        severity: fn(&'static str, String) -> Diagnostic,
    ) -> Diagnostic {
        if let Call::Ref(RefCall { name, version: Some(version), .. }) = call
            && let Some(finding) = self.unknown_version(node, name, version, severity)
        {
            return finding.at(site, "not found");
        }
        let target = call.target();
        let (code, what) = match call {
            Call::Ref(_) => ("unknown-ref", "model, seed or snapshot"),
            Call::Source(_) => ("unknown-source", "source table"),
            Call::Function(_) => ("unknown-function", "function"),
        };
        let message = format!("`{}` needs the {what} `{target}`, which does not exist", node.name);
        let kind = if matches!(call, Call::Ref(_)) { "node" } else { call.function() };
        let finding = severity(code, message)
            .at(site, "not found")
            .fact(MISSING, target.as_str())
            .known_as(format!("depends on a {kind} named '{target}' which was not found"));
        let finding = match call {
            Call::Ref(call) => finding.suggest(&call.name, self.index.ref_names()),
            Call::Source(_) => finding.suggest(&target, self.index.source_names()),
            Call::Function(call) => finding.suggest(&call.name, self.index.function_names()),
        };
        match (call, node.kind.resource_type()) {
            (_, ResourceType::Test) => finding.note("the test is left out"),
            (Call::Ref(call), _) => match &call.package {
                Some(package) if !self.nodes.all().any(|outline| outline.package() == package) => {
                    finding.note(format!("there is no package `{package}` with models"))
                }
                _ => finding,
            },
            (Call::Source(_) | Call::Function(_), _) => finding,
        }
    }

    /// A model that has versions, but not this one.
    fn unknown_version(
        &self,
        node: &Node,
        name: &str,
        version: &str,
        severity: fn(&'static str, String) -> Diagnostic,
    ) -> Option<Diagnostic> {
        let own = versioned_name(name, "");
        let mut known: Vec<&str> =
            self.index.versioned_names().filter_map(|name| name.strip_prefix(&own)).collect();
        known.sort_by(|one, other| compare_versions(&(*one).into(), &(*other).into()));
        let has_name = self.index.ref_names().any(|known| known == name);
        if known.is_empty() && !has_name {
            return None;
        }
        let message =
            format!("`{}` needs version {version} of the model `{name}`, which does not exist", node.name);
        let finding = severity("unknown-ref", message).fact(MISSING, name);
        Some(match known.as_slice() {
            [] => finding.note(format!("`{name}` has no versions")),
            known => finding.note(format!("its versions are: {}", known.join(", "))),
        })
    }

    fn turned_off(
        &self,
        node: &Node,
        call: Call<'_>,
        place: usize,
        (site, severity): (Span, fn(&'static str, String) -> Diagnostic),
    ) -> Diagnostic {
        let message = format!("`{}` needs `{}`, which is disabled", node.name, call.target());
        let finding = severity("disabled-target", message).at(site, "used here");
        if node.kind.resource_type() == ResourceType::Test {
            return finding.note("the test is left out");
        }
        match self.disabled.get(place) {
            Some(target) => finding
                .note(format!("`{}` is `{}`", call.target(), target.origin.original_file_path))
                .help(format!("enable `{}`, or disable `{}` too", target.name, node.name)),
            None => finding,
        }
    }

    fn ambiguous(&self, call: Call<'_>, places: &[usize], site: Span) -> Diagnostic {
        let message = format!("`{}` is in several packages", call.target());
        let packages =
            places.iter().filter_map(|place| self.nodes.node(*place)).map(|node| node.package.as_str());
        let packages: Vec<String> = packages.map(|package| format!("`{package}`")).collect();
        Diagnostic::error("ambiguous-ref", message)
            .at(site, "which one?")
            .note(format!("the packages are {}", packages.join(", ")))
            .help("name the package as the first argument")
    }

    /// A package's node that reads one of the root project's.
    fn reversed(
        &self,
        node: &Node,
        call: Call<'_>,
        place: usize,
        site: impl FnOnce() -> Span,
    ) -> Option<Diagnostic> {
        let target = self.nodes.node(place)?;
        let names_it = matches!(call, Call::Ref(call) if call.package.is_some());
        if self.order.is_own_first()
            || node.package == self.order.root()
            || target.package != self.order.root()
            || names_it
            || !matches!(call, Call::Ref(_))
        {
            return None;
        }
        let message = format!(
            "`{}` of the package `{}` reads `{}` of the root project",
            node.name, node.package, target.name
        );
        let finding =
            Diagnostic::warning("package-reads-root", message).at(site(), "found in the root project");
        let finding = finding
            .fact("node_name", &node.name)
            .fact("package_name", node.package.as_str())
            .fact("root_project_unique_id", target.unique_id.as_str());
        Some(finding.note("the root project is searched before the package itself"))
    }
}

/// The call in the node's own text, or where the node begins.
fn site_in_text(node: &Node, call: Call<'_>) -> Span {
    let origin = node.origin.span;
    let Some(body) =
        node.kind.body().filter(|_| !matches!(&node.kind, NodeKind::Test(test) if test.generic.is_some()))
    else {
        return origin;
    };
    let version = match call {
        Call::Ref(call) => call.version.as_deref(),
        Call::Source(_) | Call::Function(_) => None,
    };
    match version_site(&body.text, call.function(), &call.arguments(), version) {
        Some(range) => {
            Span { file: body.file, start: body.offset + range.start, end: body.offset + range.end }
        }
        None => Span { end: origin.start, ..origin },
    }
}

/// Where a node calls `ref` like this.
pub(super) fn site_of_ref(node: &Node, call: &RefCall) -> Span {
    site_in_text(node, Call::Ref(call))
}

/// Leaves broken tests out, and numbers what is left.
fn assemble(drafts: Vec<Draft>, disabled: Vec<Node>, edges: Vec<Edges>) -> Resolved {
    let mut resolved = Resolved { disabled, ..Resolved::default() };
    let mut next = 0..;
    let mut id = |edges: &Edges| if edges.is_broken_test { None } else { next.next().map(NodeId) };
    let ids: Vec<Option<NodeId>> = edges.iter().map(&mut id).collect();
    let connected = |(Draft { mut node, .. }, edges): (Draft, Edges)| {
        resolved.diagnostics.extend(edges.diagnostics);
        node.depends_on.nodes =
            edges.targets.iter().filter_map(|place| ids.get(*place).copied().flatten()).collect();
        if !edges.is_broken_test {
            return Some(node);
        }
        node.config.set("enabled", false.into());
        resolved.broken_tests.push(node);
        None
    };
    // Collected where the drafts are: a large project has no room for two such lists.
    let nodes = drafts.into_iter().zip(edges).filter_map(connected).collect();
    Resolved { nodes, ..resolved }
}

#[cfg(test)]
mod tests;
