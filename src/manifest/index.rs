//! Nodes by the names that templates use.

use foldhash::HashMap;

use super::nodes::Listed;
use super::version::versioned_name;
use super::{FunctionCall, Node, NodeKind, RefCall, ResourceType, SearchOrder, Sort, SourceCall};

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// The node at this place in the list of enabled nodes.
    Node(usize),
    /// Only a node that is turned off has the name: its place in the list of those.
    Disabled(usize),
    /// Several packages have the name and nothing says which is meant.
    Ambiguous(Vec<usize>),
    /// Nothing has the name.
    Nothing,
}

/// Places by name, then by package.
type Names = HashMap<String, Vec<(String, usize)>>;

/// The names of all nodes that `ref`, `source` and `function` can stand for.
#[derive(Debug, Default)]
pub(super) struct Index {
    order: SearchOrder,
    refs: Names,
    disabled_refs: Names,
    /// Models that have versions, by name and version.
    versions: Names,
    disabled_versions: Names,
    sources: Names,
    disabled_sources: Names,
    functions: Names,
    disabled_functions: Names,
}

impl Index {
    /// The names of these nodes.
    pub(super) fn new(order: &SearchOrder, enabled: &(impl Listed + ?Sized), disabled: &[Node]) -> Self {
        let [refs, versions, sources, functions] = names(enabled);
        let [disabled_refs, disabled_versions, disabled_sources, disabled_functions] = names(disabled);
        Self {
            order: order.clone(),
            refs,
            disabled_refs,
            versions,
            disabled_versions,
            sources,
            disabled_sources,
            functions,
            disabled_functions,
        }
    }

    /// What a `ref` in a node of `package` stands for.
    pub(super) fn find_ref(&self, call: &RefCall, package: &str) -> Found {
        let order = self.order.packages(call.package.as_deref(), package);
        match call.sought_version() {
            Some(version) => {
                let name = versioned_name(&call.name, version);
                find(&self.versions, &self.disabled_versions, &name, order)
            }
            None => find(&self.refs, &self.disabled_refs, &call.name, order),
        }
    }

    /// What a `source` in a node of `package` stands for.
    pub(super) fn find_source(&self, call: &SourceCall, package: &str) -> Found {
        let name = format!("{}.{}", call.source, call.table);
        let order = self.order.packages(None, package);
        find(&self.sources, &self.disabled_sources, &name, order)
    }

    /// What a `function` in a node of `package` stands for.
    pub(super) fn find_function(&self, call: &FunctionCall, package: &str) -> Found {
        let order = self.order.packages(call.package.as_deref(), package);
        find(&self.functions, &self.disabled_functions, &call.name, order)
    }

    /// All names that `function` knows.
    pub(super) fn function_names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    /// All names that `ref` knows.
    pub(super) fn ref_names(&self) -> impl Iterator<Item = &str> {
        self.refs.keys().map(String::as_str)
    }

    /// All names that `ref` knows with a version, such as `orders.v2`.
    pub(super) fn versioned_names(&self) -> impl Iterator<Item = &str> {
        self.versions.keys().map(String::as_str)
    }

    /// All names that `source` knows, as `source.table`.
    pub(super) fn source_names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }
}

/// What `ref` finds without a version and with one, what `source` and what `function` finds.
fn names(nodes: &(impl Listed + ?Sized)) -> [Names; 4] {
    let [mut refs, mut versions, mut sources, mut functions] = std::array::from_fn(|_| Names::default());
    for (place, outline) in nodes.all().enumerate() {
        let entry = (outline.package().to_owned(), place);
        let add = |names: &mut Names, name: String| names.entry(name).or_default().push(entry.clone());
        match outline.resource_type() {
            ResourceType::Model if outline.is(Sort::Versioned) => {
                let Some(node) = nodes.node(place) else { continue };
                add(&mut versions, node.search_name());
                if node.is_latest() {
                    add(&mut refs, node.name.clone());
                }
            }
            ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot => {
                add(&mut refs, outline.name().to_owned());
            }
            ResourceType::Source => {
                if let Some(Node { name, kind: NodeKind::Source(source), .. }) = nodes.node(place) {
                    add(&mut sources, format!("{}.{name}", source.source_name));
                }
            }
            ResourceType::Function => add(&mut functions, outline.name().to_owned()),
            _ => {}
        }
    }
    [refs, versions, sources, functions]
}

fn find<'a>(
    enabled: &Names,
    disabled: &Names,
    name: &str,
    mut order: impl Iterator<Item = Option<&'a str>> + Clone,
) -> Found {
    let candidates = |names: &Names, package: Option<&str>| -> Vec<usize> {
        let all = names.get(name).map(Vec::as_slice).unwrap_or_default();
        let fits = all.iter().filter(|(own, _)| package.is_none_or(|package| own == package));
        fits.map(|(_, place)| *place).collect()
    };
    for package in order.clone() {
        match (candidates(enabled, package).as_slice(), package) {
            ([], _) => {}
            ([.., last], Some(_)) | ([last], None) => return Found::Node(*last),
            (several, None) => return Found::Ambiguous(several.to_vec()),
        }
    }
    let turned_off = order.find_map(|package| candidates(disabled, package).first().copied());
    turned_off.map_or(Found::Nothing, Found::Disabled)
}
