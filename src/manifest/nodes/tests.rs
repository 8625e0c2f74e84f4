use super::*;
use crate::manifest::{
    Body, Config, DataTest, DependsOn, Docs, Model, NodeKind, Origin, ResourceType, UniqueId,
};
use crate::source::SourceMap;

/// The nodes of a manifest as they come out where an earlier run left them.
fn kept(nodes: &Nodes) -> Nodes {
    let table = Table::from_sections(Table::of(nodes).unwrap()).unwrap();
    let all: Vec<Node> = nodes.iter().cloned().collect();
    let understand = move |at: usize| all.chunks(SHELF).nth(at).unwrap_or_default().to_vec();
    Nodes::kept(table, Arc::new(understand))
}

/// More than two shelves of models and tests of them.
fn many() -> Nodes {
    let sources = SourceMap::new();
    let node = |at: usize| {
        let file = sources.add(format!("models/m{at}.sql"), "select 1");
        let is_test = at.is_multiple_of(3);
        let kind = if is_test { "test" } else { "model" };
        let body = Body { text: file.shared_text(), file: file.id(), offset: 0, checksum: String::new() };
        let version = at.is_multiple_of(5).then(|| 2.into());
        Node {
            unique_id: UniqueId(format!("{kind}.shop.m{at}").into()),
            name: format!("m{at}"),
            package: "shop".to_owned(),
            fqn: ["shop", "marts", &format!("m{at}")].map(str::to_owned).to_vec(),
            origin: Origin {
                span: file.span(),
                original_file_path: format!("models/m{at}.sql"),
                path: format!("m{at}.sql"),
                patch_path: at.is_multiple_of(2).then(|| "shop://models/schema.yml".to_owned()),
                patch_span: None,
            },
            config: Config::default(),
            tags: Vec::new(),
            docs: Docs::default().into(),
            relation: None,
            depends_on: DependsOn { nodes: [1, 2, 3].map(NodeId)[..at % 4].to_vec(), ..DependsOn::default() },
            kind: if is_test {
                NodeKind::Test(DataTest { body: body.into(), generic: None, old_forms: Vec::new() })
            } else {
                NodeKind::Model(Box::new(Model { version, ..Model::of(body) }))
            },
        }
    };
    (0..2 * SHELF + 9).map(node).collect()
}

fn told(outline: &Outline<'_>) -> String {
    format!("{outline:?}")
}

#[test]
fn kept_nodes_are_as_they_were() {
    let nodes = many();
    let kept = kept(&nodes);
    assert!(nodes.len() > 2 * SHELF);
    assert_eq!(kept.len(), nodes.len());
    assert_eq!(kept.by_unique_id(), nodes.by_unique_id());
    for ((id, known), (other, outline)) in nodes.outlines().zip(kept.outlines()) {
        assert_eq!((id, told(&known)), (other, told(&outline)));
        assert_eq!(kept.place_of(known.unique_id()), Some(id));
        let node = kept.get(id.0 as usize).unwrap();
        assert_eq!(told(&Outline::of(node)), told(&known));
    }
    assert_eq!(kept.place_of("model.shop.nobody"), None);
    assert_eq!(kept.iter().count(), nodes.len());
}

#[test]
fn only_what_is_asked_for_is_understood() {
    let nodes = kept(&many());
    let understood = |nodes: &Nodes| match &nodes.held {
        Held::Kept(kept) => kept.shelves.iter().filter(|shelf| shelf.get().is_some()).count(),
        Held::Known(_) => unreachable!("they were kept"),
    };
    assert!(nodes.outlines().any(|(_, outline)| outline.resource_type() == ResourceType::Test));
    assert_eq!(understood(&nodes), 0);
    assert!(nodes.get(SHELF + 1).is_some());
    assert_eq!(understood(&nodes), 1);
    assert_eq!(nodes.chosen(|outline| outline.unique_id() == "model.shop.m1").count(), 1);
    assert_eq!(understood(&nodes), 2);
    assert!(nodes.get(nodes.len()).is_none());
}

#[test]
fn what_takes_a_place_is_what_stands_there() {
    for mut nodes in [many(), kept(&many())] {
        let id = NodeId(3);
        let mut node = nodes.get(3).unwrap().clone();
        node.origin.patch_path = Some("shop://models/other.yml".to_owned());
        nodes.replace(id, node);
        assert_eq!(nodes.outline(3).unwrap().patch_path(), Some("shop://models/other.yml"));
        let found = nodes.iter().nth(3).unwrap().origin.patch_path.as_deref();
        assert_eq!(found, Some("shop://models/other.yml"));
    }
}
