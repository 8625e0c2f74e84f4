//! Expressions obey set algebra, and equal a plain evaluation, on random graphs.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{args, flag, selected};
use crate::artifact::sample;
use crate::manifest::{Manifest, Node, NodeId};
use crate::select::NamedSelectors;

/// A manifest of models `m0`, `m1`, …; each needs some of those before it.
fn manifests() -> impl Strategy<Value = Manifest> {
    let parents =
        proptest::collection::vec(proptest::collection::vec(any::<proptest::sample::Index>(), 0..4), 1..14);
    parents.prop_map(|parents| {
        let model: Node = sample::manifest().by_id("model.shop.use_dim").unwrap().clone();
        let mut nodes = Vec::new();
        for (at, parents) in parents.iter().enumerate() {
            let mut node = model.clone();
            node.name = format!("m{at}");
            node.fqn = vec!["shop".to_owned(), node.name.clone()];
            node.depends_on.nodes.clear();
            if at > 0 {
                let chosen: BTreeSet<usize> = parents.iter().map(|parent| parent.index(at)).collect();
                node.depends_on.nodes = chosen.into_iter().map(place).collect();
            }
            nodes.push(node);
        }
        Manifest { nodes: nodes.into(), ..Manifest::default() }
    })
}

fn place(at: usize) -> NodeId {
    NodeId(u32::try_from(at).unwrap())
}

type Set = BTreeSet<NodeId>;

fn evaluated(manifest: &Manifest, select: &[&str], exclude: &[&str]) -> Set {
    let named = NamedSelectors::default();
    let mut args = args(&named);
    args.select = flag(select);
    args.exclude = flag(exclude);
    selected(manifest, &args).unwrap().nodes.into_iter().collect()
}

/// Whether there is a way of at most `steps` from parent to child, tried step by step.
fn is_reached(manifest: &Manifest, parent: NodeId, child: NodeId, steps: usize) -> bool {
    parent == child
        || steps > 0
            && manifest
                .node(child)
                .unwrap()
                .depends_on
                .nodes
                .iter()
                .any(|between| is_reached(manifest, parent, *between, steps - 1))
}

proptest! {
    #[test]
    fn reach_equals_trying_every_way(manifest in manifests(), at: proptest::sample::Index, steps in 0_usize..5) {
        let at = place(at.index(manifest.nodes.len()));
        let name = &manifest.node(at).unwrap().name;
        let among = |is_in: &dyn Fn(NodeId) -> bool| -> Set {
            manifest.iter().map(|(id, _)| id).filter(|id| is_in(*id)).collect()
        };
        let up = |steps| among(&|id| is_reached(&manifest, id, at, steps));
        let down = |steps| among(&|id| is_reached(&manifest, at, id, steps));
        let all = manifest.nodes.len();
        prop_assert_eq!(evaluated(&manifest, &[&format!("+{name}")], &[]), up(all));
        prop_assert_eq!(evaluated(&manifest, &[&format!("{name}+")], &[]), down(all));
        prop_assert_eq!(evaluated(&manifest, &[&format!("{steps}+{name}")], &[]), up(steps));
        prop_assert_eq!(evaluated(&manifest, &[&format!("{name}+{steps}")], &[]), down(steps));
        prop_assert_eq!(evaluated(&manifest, &[&format!("+{name}+")], &[]), &up(all) | &down(all));
        let below = down(all);
        let needed = among(&|id| below.iter().any(|child| is_reached(&manifest, id, *child, all)));
        prop_assert_eq!(evaluated(&manifest, &[&format!("@{name}")], &[]), needed);
    }

    #[test]
    fn flags_combine_as_sets_do(
        manifest in manifests(),
        left in "\\+?m[0-9]\\+?",
        right in "[1-2]?\\+m[0-9]|m[0-9]\\+?",
    ) {
        let alone = |text: &str| evaluated(&manifest, &[text], &[]);
        let (a, b) = (alone(&left), alone(&right));
        prop_assert_eq!(alone(&format!("{left} {right}")), &a | &b);
        prop_assert_eq!(evaluated(&manifest, &[&left, &right], &[]), &a | &b);
        prop_assert_eq!(alone(&format!("{left},{right}")), &a & &b);
        prop_assert_eq!(alone(&format!("{right},{left}")), &a & &b);
        prop_assert_eq!(evaluated(&manifest, &[&left], &[&right]), &a - &b);
        let everything = evaluated(&manifest, &[], &[]);
        prop_assert_eq!(evaluated(&manifest, &[], &[&right]), &everything - &b);
    }
}
