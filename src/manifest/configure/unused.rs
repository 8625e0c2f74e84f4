//! Parts of a config tree that no node is under.

use indexmap::IndexMap;

use super::tree::is_setting;
use crate::source::Span;
use crate::yaml::{Map, Yaml};

/// The paths of a tree that set something and are no beginning of any of these
/// fqns, with the place of their last key. `root` is the tree's own key.
///
/// dbt: `UnusedResourceConfigPath`.
pub(crate) fn unused_paths<'a>(
    root: &str,
    tree: &Map,
    fqns: impl IntoIterator<Item = &'a [String]>,
) -> Vec<(String, Span)> {
    let mut unused: IndexMap<Vec<String>, Span> = IndexMap::new();
    let mut found = |path: &[String], span| {
        unused.entry(path.to_vec()).or_insert(span);
    };
    if let Some((key, _)) = tree.iter().find(|(key, value)| is_setting(&key.text, value)) {
        found(&[], key.span);
    }
    walk(tree, &mut Vec::new(), &mut found);
    for fqn in fqns {
        // Soon all are used.
        if unused.is_empty() {
            break;
        }
        for length in 0..=fqn.len() {
            fqn.get(..length).and_then(|path| unused.shift_remove(path));
        }
    }
    let shown = |path: Vec<String>| [vec![root.to_owned()], path].concat().join(".");
    unused.into_iter().map(|(path, span)| (shown(path), span)).collect()
}

fn walk(level: &Map, path: &mut Vec<String>, found: &mut dyn FnMut(&[String], Span)) {
    for (key, value) in level.iter() {
        let Some(below) = value.as_map().filter(|_| !key.text.starts_with('+')) else { continue };
        path.push(key.text.clone());
        if below.iter().any(|(key, value): (_, &Yaml)| is_setting(&key.text, value)) {
            found(path, key.span);
        }
        walk(below, path, found);
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    #[test]
    fn only_paths_that_set_something_count() {
        let text = "shop:\n  +tags: a\n  staging: {+schema: s}\n  gone: {deep: {+schema: s}}\nother: {}\n";
        let file = SourceMap::new().add("dbt_project.yml", text);
        let tree = crate::yaml::parse(&file).unwrap();
        let fqn = ["shop", "staging", "orders"].map(str::to_owned);
        let unused = unused_paths("models", tree.as_map().unwrap(), [fqn.as_slice()]);
        let names: Vec<&str> = unused.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["models.shop.gone.deep"]);
    }
}
