//! Every case of `dbt_ls.txt`: flags, and what dbt selects for them.

use std::collections::BTreeSet;

use super::{args, flag, ids, selected};
use crate::artifact::sample;
use crate::manifest::ResourceType;
use crate::select::{Indirect, NamedSelectors, SelectArgs};
use crate::source::SourceMap;
use crate::yaml;

fn named() -> NamedSelectors {
    let file = SourceMap::new().add("selectors.yml", include_str!("selectors.yml"));
    let (named, problems) = NamedSelectors::read(&yaml::parse(&file).unwrap());
    assert_eq!(problems, []);
    named
}

/// Flags as `dbt ls` takes them.
fn arguments<'a>(named: &'a NamedSelectors, line: &str) -> SelectArgs<'a> {
    let mut args = args(named);
    // What `ls` lists unless it is asked for more.
    args.resource_types.retain(|kind| !matches!(kind, ResourceType::Operation | ResourceType::Analysis));
    let mut only: Vec<ResourceType> = Vec::new();
    let mut flag_name = "";
    for word in line.split(' ') {
        match (flag_name, word) {
            (_, name) if name.starts_with("--") => flag_name = name,
            ("--select", value) => args.select.extend(flag(&[value])),
            ("--exclude", value) => args.exclude.extend(flag(&[value])),
            ("--selector", value) => args.selector = flag(&[value]).pop(),
            ("--indirect-selection", value) => args.indirect = Indirect::parse(value).unwrap(),
            ("--resource-type", value) => only.push(ResourceType::parse(value).unwrap()),
            ("--exclude-resource-type", value) => {
                args.resource_types.remove(&ResourceType::parse(value).unwrap());
            }
            (name, value) => panic!("{name} {value}"),
        }
    }
    if !only.is_empty() {
        args.resource_types = only.into_iter().collect();
    }
    args
}

#[test]
fn flags_select_what_dbt_selects() {
    let manifest = sample::manifest();
    let named = named();
    let mut wrong: Vec<String> = Vec::new();
    let text = include_str!("dbt_ls.txt");
    let mut count = 0;
    for case in text.split("\n\n").filter(|case| case.starts_with("$ ")) {
        let mut lines = case.lines();
        let flags = lines.next().unwrap().strip_prefix("$ ").unwrap();
        let expected: BTreeSet<String> = lines.map(str::to_owned).collect();
        let found = selected(&manifest, &arguments(&named, flags));
        let is_error = expected.iter().any(|line| line.starts_with('!'));
        count += 1;
        match found {
            Ok(found) if !is_error => {
                let found = ids(&manifest, &found);
                let missing: Vec<_> = expected.difference(&found).collect();
                let surplus: Vec<_> = found.difference(&expected).collect();
                if !missing.is_empty() || !surplus.is_empty() {
                    wrong.push(format!("{flags}\n  missing: {missing:?}\n  surplus: {surplus:?}"));
                }
            }
            Ok(_) => wrong.push(format!("{flags}\n  should be refused")),
            Err(problems) if !is_error => wrong.push(format!("{flags}\n  {problems:?}")),
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, 149);
}

#[test]
fn selectors_are_listed_as_in_dbts_manifest() {
    let expected: serde_json::Value = serde_json::from_str(include_str!("selectors.json")).unwrap();
    assert_eq!(serde_json::Value::from(named().json()), expected);
}
