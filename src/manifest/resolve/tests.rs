use super::*;
use crate::manifest::{Body, Calls, Config, DataTest, DependsOn, Lazy, Model, Origin, UniqueId};
use crate::source::{SourceFile, SourceMap};

/// A node `kind.package.name` with this text, reading what the text's calls say.
fn node(file: &SourceFile, id: &str, refs: &[(Option<&str>, &str)]) -> Node {
    let mut parts = id.splitn(3, '.').map(str::to_owned);
    let (kind, package, name) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let body = Body { text: file.shared_text(), file: file.id(), offset: 0, checksum: String::new() };
    let call = |(package, name): &(Option<&str>, &str)| RefCall {
        package: package.map(str::to_owned),
        name: (*name).to_owned(),
        version: None,
        version_is_text: false,
    };
    let calls = Calls { refs: refs.iter().map(call).collect(), ..Calls::default() };
    Node {
        unique_id: UniqueId(id.into()),
        fqn: vec![package.clone(), name.clone()],
        name,
        package,
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
        depends_on: DependsOn { nodes: Vec::new(), calls: calls.into() },
        kind: match kind.as_str() {
            "test" => NodeKind::Test(DataTest { body: body.into(), generic: None, old_forms: Vec::new() }),
            _ => NodeKind::Model(Box::new(Model::of(body))),
        },
    }
}

fn resolved(enabled: Vec<Node>, disabled: Vec<Node>) -> Resolved {
    let drafts = enabled.into_iter().map(|node| Draft { node, sites: Vec::new() }).collect();
    resolve(&SearchOrder::from_root("shop"), drafts, disabled)
}

fn parents(resolved: &Resolved, id: &str) -> Vec<String> {
    let node = resolved.nodes.iter().find(|node| node.unique_id.as_str() == id).unwrap();
    let parents = node.depends_on.nodes.iter().map(|id| resolved.nodes[id.0 as usize].unique_id.to_string());
    parents.collect()
}

#[test]
fn a_ref_is_sought_in_the_root_then_at_home_then_anywhere() {
    let map = SourceMap::new();
    let file = map.add("m.sql", "select 1");
    let check = |models: &[&str], reader: &str, call: (Option<&str>, &str), expected: &[&str]| {
        let mut nodes: Vec<Node> = models.iter().map(|id| node(&file, id, &[])).collect();
        nodes.push(node(&file, reader, &[call]));
        let resolved = resolved(nodes, Vec::new());
        assert_eq!(parents(&resolved, reader), expected, "{call:?} in {reader} of {models:?}");
    };
    let all = ["model.shop.a", "model.pkg.a", "model.pkg.b", "model.other.c", "model.third.c"];
    check(&all, "model.shop.x", (None, "a"), &["model.shop.a"]);
    check(&all, "model.pkg.x", (None, "a"), &["model.shop.a"]);
    check(&all, "model.pkg.x", (Some("pkg"), "a"), &["model.pkg.a"]);
    check(&all, "model.shop.x", (None, "b"), &["model.pkg.b"]);
    check(&all, "model.shop.x", (None, "c"), &[]);
    check(&all, "model.third.x", (None, "c"), &["model.third.c"]);
}

#[test]
fn an_unknown_ref_is_pointed_at() {
    let map = SourceMap::new();
    let file = map.add("m.sql", "select * from {{ ref('ordres') }}");
    let found = resolved(
        vec![node(&file, "model.shop.orders", &[]), node(&file, "model.shop.x", &[(None, "ordres")])],
        Vec::new(),
    );
    let finding = &found.diagnostics[0];
    assert_eq!(finding.code, "unknown-ref");
    assert!(finding.is_error());
    assert_eq!(finding.help, ["did you mean `orders`?"]);
    let span = finding.labels[0].span;
    assert_eq!(file.text().get(span.start..span.end), Some("ref('ordres')"));
}

#[test]
fn a_disabled_target_is_an_error_but_for_tests() {
    let map = SourceMap::new();
    let file = map.add("m.sql", "{{ ref('off') }}{{ ref('gone') }}");
    let off = || vec![node(&file, "model.shop.off", &[])];
    let found = resolved(vec![node(&file, "model.shop.x", &[(None, "off")])], off());
    assert_eq!(found.diagnostics[0].code, "disabled-target");

    let tests = vec![
        node(&file, "test.shop.quiet", &[(None, "off")]),
        node(&file, "test.shop.loud", &[(None, "gone")]),
        node(&file, "model.shop.last", &[]),
    ];
    let found = resolved(tests, off());
    assert_eq!(
        found.diagnostics.iter().map(|found| (found.code, found.is_error())).collect::<Vec<_>>(),
        [("unknown-ref", false)]
    );
    assert_eq!(found.nodes.len(), 1, "both tests are left out");
    let names: Vec<&str> = found.broken_tests.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["quiet", "loud"]);
    assert!(!found.broken_tests[0].config.enabled());
    assert_eq!(found.disabled.len(), 1);
}
