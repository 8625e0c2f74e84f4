//! Ways through graphs, held against trying every way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::Graph;
use crate::diagnostics::Diagnostic;
use crate::manifest::{
    Body, Config, DataTest, DependsOn, Lazy, Manifest, Model, Node, NodeId, NodeKind, Origin, UniqueId,
};
use crate::source::{SourceFile, SourceMap};

fn id(at: usize) -> NodeId {
    NodeId(u32::try_from(at).unwrap())
}

/// A node from `model a` or `test t`, its parents by name, its text in `file`.
fn node(kind: &str, name: &str, parents: Vec<NodeId>, file: &SourceFile) -> Node {
    let body = Body { text: file.shared_text(), file: file.id(), offset: 0, checksum: String::new() };
    Node {
        unique_id: UniqueId(format!("{kind}.shop.{name}").into()),
        name: name.to_owned(),
        package: "shop".to_owned(),
        fqn: vec!["shop".to_owned(), name.to_owned()],
        origin: Origin {
            span: file.span(),
            original_file_path: String::new(),
            path: String::new(),
            patch_path: None,
            patch_span: None,
        },
        config: Config::default(),
        tags: Vec::new(),
        docs: Lazy::default(),
        relation: None,
        depends_on: DependsOn { nodes: parents, ..DependsOn::default() },
        kind: match kind {
            "test" => NodeKind::Test(DataTest { body: body.into(), generic: None, old_forms: Vec::new() }),
            _ => NodeKind::Model(Box::new(Model::of(body))),
        },
    }
}

/// Lines such as `model c <- a b`; a node's text mentions its parents by `ref`.
fn manifest(lines: &[&str]) -> Manifest {
    let sources = SourceMap::new();
    let names: BTreeMap<&str, NodeId> =
        lines.iter().enumerate().map(|(at, line)| (line.split(' ').nth(1).unwrap(), id(at))).collect();
    let mut nodes = Vec::new();
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        let parents: Vec<&str> = words.iter().skip(3).copied().collect();
        let text: Vec<String> = parents.iter().map(|parent| format!("{{{{ ref('{parent}') }}}}")).collect();
        let file: Arc<SourceFile> = sources.add(words[1], text.join("\n"));
        let places = parents.iter().map(|parent| names[parent]).collect();
        nodes.push(node(words[0], words[1], places, &file));
    }
    Manifest { nodes: nodes.into(), ..Manifest::default() }
}

#[test]
fn a_circle_is_told_as_a_path_with_its_places() {
    let lines = ["model a <- c", "model b <- x a", "model c <- b", "model x <-", "model me <- me"];
    let problems: Vec<Diagnostic> = Graph::new(&manifest(&lines)).unwrap_err();
    let told: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(told, ["nodes need each other: a -> c -> b -> a", "nodes need each other: me -> me"]);
    let labels: Vec<(&str, usize)> =
        problems[0].labels.iter().map(|label| (label.text.as_str(), label.span.start)).collect();
    // The text of `b` is `{{ ref('x') }}`, a line break, `{{ ref('a') }}`.
    assert_eq!(labels, [("`a` needs `c`", 7), ("`c` needs `b`", 7), ("`b` needs `a`", 22)]);
}

#[test]
fn the_order_is_the_manifests_where_nothing_forbids() {
    let graph = Graph::new(&manifest(&["model a <- d", "model b <-", "model c <- a", "model d <-"])).unwrap();
    assert_eq!(graph.order(), [id(1), id(3), id(0), id(2)]);
    assert_eq!(graph.depths(), [1, 0, 2, 0]);
}

#[test]
fn build_holds_back_what_tests_guard() {
    let manifest = manifest(&[
        "model a <-",
        "model b <- a",
        "model c <- b",
        "model other <-",
        "model last <- c other",
        "test one <- a",
        "test two <- a other",
        "test end <- last",
    ]);
    let graph = Graph::new(&manifest).unwrap().for_build(&manifest);
    let parents = |at: usize| graph.parents(id(at)).collect::<BTreeSet<_>>();
    assert_eq!(parents(1), BTreeSet::from([id(0), id(5)]), "b waits for the test of a");
    assert_eq!(parents(2), BTreeSet::from([id(1)]), "c waits for b, which waits");
    assert_eq!(parents(4), BTreeSet::from([id(2), id(3), id(6)]), "last needs all that `two` tests");
    assert_eq!(parents(5), BTreeSet::from([id(0)]), "tests do not wait for tests");
}

/// Edges of a graph of `count` nodes, each from a lower place to a higher.
fn graphs() -> impl Strategy<Value = (usize, BTreeSet<(usize, usize)>)> {
    (2_usize..12).prop_flat_map(|count| {
        let edge = (0..count, 0..count).prop_map(|(a, b)| (a.min(b), a.max(b)));
        let edges = proptest::collection::btree_set(edge, 0..20);
        (Just(count), edges.prop_map(|edges| edges.into_iter().filter(|(a, b)| a != b).collect()))
    })
}

/// Whether a way leads from one to the other through nodes of which `through` says yes.
fn leads(edges: &BTreeSet<(usize, usize)>, from: usize, to: usize, through: &dyn Fn(usize) -> bool) -> bool {
    edges.iter().any(|(a, b)| *a == from && (*b == to || through(*b) && leads(edges, *b, to, through)))
}

proptest! {
    #[test]
    fn a_subset_keeps_the_ways_through_what_is_left_out(
        (count, edges) in graphs(),
        chosen in proptest::collection::vec(any::<bool>(), 12),
    ) {
        let graph = Graph::from_edges(count, edges.iter().map(|(a, b)| (id(*a), id(*b)))).unwrap();
        let is_chosen = |at: usize| chosen[at];
        let subset = graph.subset((0..count).filter(|at| is_chosen(*at)).map(id));
        for child in 0..count {
            prop_assert_eq!(subset.contains(id(child)), is_chosen(child));
            let expected: BTreeSet<NodeId> = (0..count)
                .filter(|parent| is_chosen(*parent) && is_chosen(child))
                .filter(|parent| leads(&edges, *parent, child, &|between| !is_chosen(between)))
                .map(id)
                .collect();
            prop_assert_eq!(subset.parents(id(child)).collect::<BTreeSet<_>>(), expected);
            for parent in subset.parents(id(child)) {
                prop_assert!(subset.children(parent).any(|found| found == id(child)));
            }
        }
    }

    #[test]
    fn what_is_near_and_far_is_found((count, edges) in graphs()) {
        let graph = Graph::from_edges(count, edges.iter().map(|(a, b)| (id(*a), id(*b)))).unwrap();
        let mut seen = BTreeSet::new();
        for at in graph.order() {
            prop_assert!(graph.parents(*at).all(|parent| seen.contains(&parent)));
            seen.insert(*at);
        }
        prop_assert_eq!(seen.len(), count);
        for at in 0..count {
            let below: BTreeSet<NodeId> =
                (0..count).filter(|to| leads(&edges, at, *to, &|_| true)).map(id).collect();
            prop_assert_eq!(graph.descendants([id(at)], None), below.clone());
            for to in below {
                prop_assert!(graph.ancestors([to], None).contains(&id(at)));
            }
            let depths = graph.depths();
            let above = graph.parents(id(at)).map(|parent| depths[parent.0 as usize] + 1).max();
            prop_assert_eq!(depths[at], above.unwrap_or(0));
        }
    }
}
