//! From the names in semantic definitions to nodes.

use std::cell::LazyCell;

use foldhash::{HashMap, HashMapExt as _};
use serde_json::{Value as Json, json};

use super::{Draft, Names};
use crate::diagnostics::Diagnostic;
use crate::manifest::index::{Found, Index};
use crate::manifest::resolve::Resolved;
use crate::manifest::{Node, NodeId, NodeKind, SearchOrder, Semantic, SemanticKind};
use crate::source::Span;

/// The nodes with their edges; exposures that read metrics get theirs, too.
/// They are to follow what is resolved, in this order.
pub(super) fn connect(
    order: &SearchOrder,
    drafts: Vec<Draft>,
    disabled: &[Draft],
    resolved: &mut Resolved,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Node> {
    let index = LazyCell::new(|| Index::new(order, resolved.nodes.as_slice(), &resolved.disabled));
    let search = Search {
        order,
        first: resolved.nodes.len(),
        metrics: names(&drafts, SemanticKind::Metric, |draft| vec![draft.node.name.clone()]),
        turned_off: names(disabled, SemanticKind::Metric, |draft| vec![draft.node.name.clone()]),
        measures: names(&drafts, SemanticKind::SemanticModel, measures),
        measures_turned_off: names(disabled, SemanticKind::SemanticModel, measures),
        disabled,
        drafts: &drafts,
    };
    let mut inputs = Inputs { search: &search, known: HashMap::new(), findings };
    let mut edges: Vec<(Vec<NodeId>, Vec<Json>)> = Vec::new();
    for (place, draft) in drafts.iter().enumerate() {
        edges.push(match semantic(&draft.node).map(|it| it.kind) {
            Some(SemanticKind::Metric) => (inputs.parents(place), inputs.measures(place)),
            Some(SemanticKind::SavedQuery) => (inputs.queried(place), Vec::new()),
            _ => (model_of(&index, draft, inputs.findings), Vec::new()),
        });
    }
    let reads_metrics = |node: &&mut Node| !node.depends_on.calls.metrics.is_empty();
    for node in resolved.nodes.iter_mut().filter(reads_metrics) {
        let read: Vec<NodeId> = node
            .depends_on
            .calls
            .metrics
            .clone()
            .iter()
            .filter_map(|call| inputs.metric(&call.name, (&node.name, &node.package, node.origin.span)))
            .collect();
        for id in read {
            if !node.depends_on.nodes.contains(&id) {
                node.depends_on.nodes.push(id);
            }
        }
    }
    drafts.into_iter().zip(edges).map(|(draft, edges)| finished(draft.node, edges)).collect()
}

fn finished(mut node: Node, (parents, measures): (Vec<NodeId>, Vec<Json>)) -> Node {
    node.depends_on.nodes = parents;
    if let NodeKind::Semantic(semantic) = &mut node.kind
        && let Some(Json::Object(params)) = semantic.fields.get_mut("type_params")
    {
        params.insert("input_measures".to_owned(), measures.into());
    }
    node
}

fn semantic(node: &Node) -> Option<&Semantic> {
    match &node.kind {
        NodeKind::Semantic(semantic) => Some(semantic),
        _ => None,
    }
}

fn names(drafts: &[Draft], kind: SemanticKind, of: impl Fn(&Draft) -> Vec<String>) -> Names {
    let mut names = Names::new();
    for (place, draft) in drafts.iter().enumerate() {
        if semantic(&draft.node).is_some_and(|it| it.kind == kind) {
            for name in of(draft) {
                names.entry(name).or_default().push((draft.node.package.clone(), place));
            }
        }
    }
    names
}

fn measures(draft: &Draft) -> Vec<String> {
    let measures = semantic(&draft.node).and_then(|it| it.fields.get("measures")).and_then(Json::as_array);
    let names = measures.into_iter().flatten().filter_map(|it| it.get("name")).filter_map(Json::as_str);
    names.map(str::to_owned).collect()
}

/// The model that a semantic model is about.
fn model_of(index: &Index, draft: &Draft, findings: &mut Vec<Diagnostic>) -> Vec<NodeId> {
    let Some(call) = draft.node.depends_on.calls.refs.first() else { return Vec::new() };
    match index.find_ref(call, &draft.node.package) {
        Found::Node(place) => vec![id(place)],
        found => {
            let why = if matches!(found, Found::Disabled(_)) { "is disabled" } else { "does not exist" };
            let message =
                format!("the semantic model `{}` needs `{}`, which {why}", draft.node.name, call.name);
            let words = format!("depends on a node named '{}' which was not found", call.name);
            let problem = Diagnostic::error("unknown-ref", message).at(draft.at, "").known_as(words);
            findings.push(problem.suggest(&call.name, index.ref_names()));
            Vec::new()
        }
    }
}

fn id(place: usize) -> NodeId {
    NodeId(u32::try_from(place).unwrap_or(u32::MAX))
}

struct Search<'a> {
    order: &'a SearchOrder,
    /// How many nodes come before the drafts.
    first: usize,
    metrics: Names,
    turned_off: Names,
    measures: Names,
    measures_turned_off: Names,
    disabled: &'a [Draft],
    drafts: &'a [Draft],
}

impl Search<'_> {
    fn find(&self, names: &Names, name: &str, package: &str) -> Option<usize> {
        let places = names.get(name)?;
        let in_package = |package: Option<&str>| {
            places.iter().find(|(own, _)| package.is_none_or(|package| own == package))
        };
        self.order.packages(None, package).find_map(in_package).map(|(_, place)| *place)
    }
}

/// Who asks: its name, its package, its place.
type Asker<'a> = (&'a str, &'a str, Span);

/// What metrics are made of, found once for each.
struct Inputs<'a, 'f> {
    search: &'a Search<'a>,
    /// The measures of a metric; none while they are looked for.
    known: HashMap<usize, Vec<Json>>,
    findings: &'f mut Vec<Diagnostic>,
}

impl<'a> Inputs<'a, '_> {
    fn field(&self, place: usize, key: &str) -> &'a Json {
        let found = self.search.drafts.get(place).and_then(|draft| semantic(&draft.node)?.fields.get(key));
        found.unwrap_or(&Json::Null)
    }

    fn asker(&self, place: usize) -> Option<Asker<'a>> {
        let draft = self.search.drafts.get(place)?;
        Some((&draft.node.name, &draft.node.package, draft.at))
    }

    fn metric(&mut self, name: &str, (asker, package, at): Asker<'_>) -> Option<NodeId> {
        if let Some(place) = self.search.find(&self.search.metrics, name, package) {
            return Some(id(self.search.first + place));
        }
        let is_off = self.search.find(&self.search.turned_off, name, package).is_some();
        let why = if is_off { "is disabled" } else { "does not exist" };
        let message = format!("`{asker}` needs the metric `{name}`, which {why}");
        let problem = Diagnostic::error("unknown-metric", message).at(at, "");
        self.findings.push(problem.suggest(name, self.search.metrics.keys().map(String::as_str)));
        None
    }

    /// What a saved query asks for.
    fn queried(&mut self, place: usize) -> Vec<NodeId> {
        let Some(asker) = self.asker(place) else { return Vec::new() };
        let names = self.field(place, "query_params").get("metrics").and_then(Json::as_array);
        let mut found = Vec::new();
        for name in names.into_iter().flatten().filter_map(Json::as_str) {
            found.extend(self.metric(name, asker).filter(|id| !found.contains(id)));
        }
        found
    }

    /// The semantic models or the metrics that a metric is made of.
    fn parents(&mut self, place: usize) -> Vec<NodeId> {
        let Some(asker) = self.asker(place) else { return Vec::new() };
        let mut parents: Vec<NodeId> = Vec::new();
        for measure in self.own_measures(place) {
            let name = text(&measure, "name");
            let found = self.search.find(&self.search.measures, &name, asker.1);
            match found.map(|place| id(self.search.first + place)) {
                Some(model) if parents.contains(&model) => {}
                Some(model) => parents.push(model),
                None => self.unknown_measure(&name, asker),
            }
        }
        for metric in self.input_metrics(place) {
            let found = self.metric(&metric, asker);
            parents.extend(found.filter(|id| !parents.contains(id)));
        }
        parents
    }

    fn unknown_measure(&mut self, name: &str, (asker, _, at): Asker<'_>) {
        let off = self.search.measures_turned_off.get(name).and_then(|places| places.first());
        if let Some(model) = off.and_then(|(_, place)| self.search.disabled.get(*place)) {
            let model = &model.node.name;
            let message = format!(
                "the metric `{asker}` needs the measure `{name}` of the semantic model `{model}`, which is disabled"
            );
            let words = format!("The measure `{name}` is referenced on disabled semantic model `{model}`.");
            let problem = Diagnostic::error("unknown-measure", message).at(at, "").known_as(words);
            self.findings.push(problem);
            return;
        }
        let message = format!("the metric `{asker}` needs the measure `{name}`, which no semantic model has");
        let problem = Diagnostic::error("unknown-measure", message).at(at, "");
        self.findings.push(problem.suggest(name, self.search.measures.keys().map(String::as_str)));
    }

    /// All measures that a metric needs, be it through other metrics.
    fn measures(&mut self, place: usize) -> Vec<Json> {
        if let Some(known) = self.known.get(&place) {
            return known.clone();
        }
        self.known.insert(place, Vec::new());
        let package = self.asker(place).map_or("", |(_, package, _)| package);
        let mut all = self.own_measures(place);
        for metric in self.input_metrics(place) {
            let Some(other) = self.search.find(&self.search.metrics, &metric, package) else { continue };
            for measure in self.measures(other) {
                if !all.contains(&measure) {
                    all.push(measure);
                }
            }
        }
        self.known.insert(place, all.clone());
        all
    }

    fn own_measures(&self, place: usize) -> Vec<Json> {
        let params = self.field(place, "type_params");
        let conversion = || params.get("conversion_type_params");
        let measures = match self.field(place, "type").as_str() {
            Some("simple" | "cumulative") => vec![params.get("measure")],
            Some("conversion") => vec![
                conversion().and_then(|it| it.get("base_measure")),
                conversion().and_then(|it| it.get("conversion_measure")),
            ],
            _ => Vec::new(),
        };
        let measures = measures.into_iter().map(|it| it.cloned().unwrap_or_else(|| json!({})));
        let mut all: Vec<Json> = Vec::new();
        for measure in measures.map(|it| if it.is_null() { json!({}) } else { it }) {
            if !all.contains(&measure) {
                all.push(measure);
            }
        }
        all
    }

    fn input_metrics(&self, place: usize) -> Vec<String> {
        let params = self.field(place, "type_params");
        match self.field(place, "type").as_str() {
            Some("ratio") => ["numerator", "denominator"].map(|key| text(params, key)).to_vec(),
            Some("derived") => {
                let metrics = params.get("metrics").and_then(Json::as_array).into_iter().flatten();
                metrics.map(|metric| text(metric, "name")).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// A name, or the name in a mapping; an empty text where there is none.
fn text(json: &Json, key: &str) -> String {
    match json.get(key) {
        Some(Json::String(text)) => text.clone(),
        Some(map @ Json::Object(_)) => text(map, "name"),
        _ => String::new(),
    }
}
