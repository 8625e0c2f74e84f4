//! `selectors.yml`: what is refused, what is warned about, what is found.

use super::{args, flag, ids, selected};
use crate::artifact::sample;
use crate::diagnostics::Diagnostic;
use crate::manifest::ResourceType;
use crate::select::NamedSelectors;
use crate::source::SourceMap;
use crate::yaml;

fn read(text: &str) -> (NamedSelectors, Vec<Diagnostic>) {
    let file = SourceMap::new().add("selectors.yml", text);
    NamedSelectors::read(&yaml::parse(&file).unwrap())
}

/// A file with one selector `s`.
fn one(definition: &str) -> String {
    format!("selectors: [{{name: s, definition: {definition}}}]")
}

#[test]
fn mistakes_are_told() {
    let check = |text: &str, expected: &[&str]| {
        let (_, problems) = read(text);
        let found: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(found, expected, "{text}");
    };
    check("", &[]);
    check("{}", &[]);
    check("[a]", &["`selectors.yml` is a mapping, not a list"]);
    check("selectors:", &["`selectors` of `selectors.yml` must be a list"]);
    check("version: 2", &["the key `selectors` is missing"]);
    check("selectors: []\nother: 1", &["`selectors.yml` has no key `other`"]);
    check("selectors: 1", &["`selectors` of `selectors.yml` must be a list"]);
    check("selectors: [{definition: a}]", &["`selectors[0]` of `selectors.yml` has no `name`"]);
    check("selectors: [{name: a}]", &["`selectors[0]` of `selectors.yml` has no `definition`"]);
    check(
        "selectors: [{name: 1, description:, default: x, tag: y, definition: a}]",
        &[
            "`selectors[0].name` of `selectors.yml` must be a text",
            "`selectors[0].description` of `selectors.yml` must be a text",
            "`selectors[0].default` of `selectors.yml` must be `true` or `false`",
            "`selectors[0]` of `selectors.yml` has no key `tag`",
        ],
    );
    check(&one("{method:, value: a, parents: true, parents_depth: true}"), &[]);
    check(
        "selectors: [{name: a, definition: x}, {name: a, definition: y}]",
        &["two selectors have the name `a`"],
    );
    check(
        "selectors: [{name: a, default: true, definition: x}, {name: b, default: true, definition: y}]",
        &["only one selector can be the default"],
    );
    check(&one("{union: [a], method: tag}"), &["a definition that is a `union` has no other keys"]);
    check(&one("{union: a}"), &["`union` takes a list, not a text"]);
    check(&one("[a]"), &["`selectors[0].definition` of `selectors.yml` must be a text or a mapping"]);
    check(&one("{union: [a, {exclude: [b]}, {exclude: [c]}]}"), &["one `union` can have one `exclude`"]);
    check(
        &one("{union: [a, {tag: x, exclude: [b]}, {union: [c], exclude: [d]}]}"),
        &[
            "an item of `union` that has `exclude` chooses nothing",
            "an item of `union` that has `exclude` chooses nothing",
            "one `union` can have one `exclude`",
        ],
    );
    check(&one("{method: tag}"), &["there is no selection method `method`"]);
    check(&one("{tagg: x}"), &["there is no selection method `tagg`"]);
    check(&one("{method: tag, valu: x}"), &["a definition with several keys needs `method` and `value`"]);
    check(&one("{method: tag, value: x, parent: true}"), &["`parent` means nothing here"]);
    check(&one("{method: tag, value: x, indirect_selection: egaer}"), &["`egaer` is no way to choose tests"]);
    check(
        &one("{method: tag, value: x, parents: true, parents_depth: far}"),
        &["`parents_depth` is a number of steps"],
    );
    check(
        &one("{method: tag, value: x, children: true, childrens_parents: true}"),
        &["`childrens_parents` and `children` exclude each other"],
    );
    check(&one("{method: selector, value: t}"), &["there is no selector `t`"]);
    check(&one("{method: selector, value: s}"), &["selectors refer to each other: s -> s"]);
    check(
        "selectors: [{name: a, definition: 'selector:b'}, {name: b, definition: {selector: a}}]",
        &["selectors refer to each other: a -> b -> a"],
    );
}

#[test]
fn beside_exclude_an_item_of_a_set_says_nothing() {
    let set =
        "{union: [{method: fqn, value: orders}, {method: fqn, value: stg_orders, exclude: [orders]}, final]}";
    let (named, _) = read(&one(set));
    let manifest = sample::manifest();
    let mut args = args(&named);
    args.select = flag(&["selector:s"]);
    args.resource_types = [ResourceType::Model].into();
    let found = selected(&manifest, &args).unwrap();
    assert_eq!(ids(&manifest, &found).into_iter().collect::<Vec<_>>(), ["model.shop.final"]);
}

#[test]
fn references_and_defaults_select() {
    let (named, problems) = read(
        "selectors:
  - {name: late, definition: {union: [{method: selector, value: base}, {method: fqn, value: stg_orders, children: true, children_depth: 1}]}}
  - {name: base, default: true, definition: {method: fqn, value: stg_orders, indirect_selection: empty}}
  - {name: number, definition: {method: config.lookback, value: 1}}",
    );
    assert_eq!(problems, []);
    let manifest = sample::manifest();
    let mut args = args(&named);

    let found = selected(&manifest, &args).unwrap();
    assert_eq!(found.default_selector.as_deref(), Some("base"));
    assert_eq!(ids(&manifest, &found).into_iter().collect::<Vec<_>>(), ["model.shop.stg_orders"]);

    args.select = flag(&["selector:bas*"]);
    let found = selected(&manifest, &args).unwrap();
    assert_eq!(ids(&manifest, &found).len(), 1, "the selector's own rule for tests holds");

    args.select = flag(&["selector:late"]);
    args.resource_types = [ResourceType::Model].into();
    let found = selected(&manifest, &args).unwrap();
    assert_eq!(
        ids(&manifest, &found).into_iter().collect::<Vec<_>>(),
        ["model.shop.orders", "model.shop.stg_orders"]
    );

    args.select = flag(&["selector:number"]);
    assert!(!selected(&manifest, &args).unwrap().nodes.is_empty(), "numbers are compared as numbers");
}

#[test]
fn unknown_selectors_and_empty_criteria_are_told() {
    let (named, _) = read(&one("a"));
    let manifest = sample::manifest();
    let mut args = args(&named);
    args.select = flag(&["selector:ss"]);
    assert_eq!(selected(&manifest, &args).unwrap_err()[0].help, ["did you mean `s`?"]);

    args.select = flag(&["orders ordesr,tag:x stg_order"]);
    let warnings = selected(&manifest, &args).unwrap().warnings;
    let told: Vec<_> = warnings.iter().map(|it| (it.labels[0].span.start, it.help.first())).collect();
    assert_eq!(told, [(7, None), (20, Some(&"did you mean `stg_orders`?".to_owned()))]);

    args.selector = flag(&["s"]).pop();
    let warnings = selected(&manifest, &args).unwrap().warnings;
    assert_eq!(warnings[0].code, "unused-flag");
}

/// dbt: another selector is taken as it is.
#[test]
fn beside_another_selector_nothing_counts() {
    let (named, problems) = read(
        "selectors:
  - {name: late, definition: {method: selector, value: base, children: true, indirect_selection: eager, exclude: [stg_orders]}}
  - {name: base, definition: {method: fqn, value: stg_orders, indirect_selection: empty}}",
    );
    let told: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    let expected = ["children", "indirect_selection", "exclude"]
        .map(|key| format!("`{key}` means nothing beside `method: selector`"));
    assert_eq!(told, expected);
    assert!(problems.iter().all(|problem| !problem.is_error()));
    let manifest = sample::manifest();
    let mut args = args(&named);
    args.select = flag(&["selector:late"]);
    let found = selected(&manifest, &args).unwrap();
    assert_eq!(ids(&manifest, &found).into_iter().collect::<Vec<_>>(), ["model.shop.stg_orders"]);
}
