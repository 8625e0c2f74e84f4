//! Which nodes a method picks for a value.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::expression::Criterion;
use super::glob::{has_wildcard, matches, path_matches};
use super::method::{Method, TestType, VersionState};
use crate::manifest::version::compare_versions;
use crate::manifest::{Manifest, Model, Node, NodeId, NodeKind, Outline, ResourceType, Sort};

/// The nodes that a criterion's method picks; its relatives are not among them.
/// `selector` picks nothing here: it is not a matter of single nodes.
pub(super) fn picked<'a>(
    manifest: &'a Manifest,
    root_package: &'a str,
    criterion: &'a Criterion,
) -> Box<dyn Iterator<Item = NodeId> + 'a> {
    if let Some(is_picked) = by_outline(manifest, root_package, criterion) {
        let all = manifest.nodes.outlines();
        return Box::new(all.filter(move |(_, outline)| is_picked(outline)).map(|(id, _)| id));
    }
    let text = criterion.text();
    let is_picked: Box<dyn Fn(&Node) -> bool + 'a> = match &criterion.method {
        Method::Tag => Box::new(move |node| node.tags.iter().any(|tag| matches(text, tag))),
        Method::Group => Box::new(move |node| {
            let has_group = is_plain(node) || node.kind.resource_type() == ResourceType::Metric;
            has_group && node.config.text("group").is_some_and(|group| matches(text, group))
        }),
        Method::Access => Box::new(move |node| {
            model(node).is_some() && node.config.text("access").unwrap_or("protected") == text
        }),
        Method::Source => Box::new(move |node| is_source(node, text)),
        // dbt: functions are not asked for their configs.
        Method::Config(keys) => Box::new(move |node| {
            !matches!(node.kind, NodeKind::Function(_)) && has_config(node, keys, &criterion.value)
        }),
        Method::TestName => Box::new(move |node| is_test_named(node, text)),
        Method::TestType(wanted) => Box::new(move |node| is_test_type(node, *wanted)),
        Method::Version(wanted) => Box::new(move |node| is_version(node, *wanted)),
        // These are looked at elsewhere.
        _ => Box::new(|_| false),
    };
    Box::new(manifest.iter().filter(move |(_, node)| is_picked(node)).map(|(id, _)| id))
}

type IsPicked<'a> = dyn Fn(&Outline<'_>) -> bool + 'a;

/// What tells whether a criterion's method picks a node, where its outline is enough.
fn by_outline<'a>(
    manifest: &'a Manifest,
    root_package: &'a str,
    criterion: &'a Criterion,
) -> Option<Box<IsPicked<'a>>> {
    let text = criterion.text();
    let in_package =
        |wanted| Box::new(move |it: &Outline<'_>| it.resource_type() == wanted && is_in_package(it, text));
    Some(match &criterion.method {
        Method::Fqn => Box::new(move |it| is_named(it, text)),
        Method::Path => {
            let paths = Paths::matching(manifest, root_package, text);
            Box::new(move |it| paths.hold(it))
        }
        Method::File => Box::new(move |it| is_file(it, text)),
        Method::Package => {
            let pattern = if text == "this" { root_package } else { text };
            Box::new(move |it| matches(pattern, it.package()))
        }
        Method::ResourceType(wanted) => Box::new(move |it| Some(it.resource_type()) == *wanted),
        Method::Exposure => in_package(ResourceType::Exposure),
        Method::UnitTest => in_package(ResourceType::UnitTest),
        Method::Semantic(wanted) => in_package(wanted.resource_type()),
        _ => return None,
    })
}

fn model(node: &Node) -> Option<&Model> {
    match &node.kind {
        NodeKind::Model(model) => Some(model),
        _ => None,
    }
}

/// Whether the node stands under `nodes` in dbt's manifest.
fn is_plain(node: &Node) -> bool {
    !matches!(
        node.kind,
        NodeKind::Source(_)
            | NodeKind::Exposure(_)
            | NodeKind::Semantic(_)
            | NodeKind::UnitTest(_)
            | NodeKind::Function(_)
    )
}

/// `fqn`: a name, or the first parts of a node's place, with or without the
/// package. Sources have methods of their own.
fn is_named(outline: &Outline<'_>, wanted: &str) -> bool {
    if outline.resource_type() == ResourceType::Source {
        return false;
    }
    let (fqn, is_versioned) = (outline.fqn(), outline.is(Sort::Versioned));
    let unscoped = fqn.split_first().map_or(&[][..], |(_, rest)| rest);
    is_fqn(&fqn, wanted, is_versioned) || is_fqn(unscoped, wanted, is_versioned)
}

/// dbt's rule for names, in this order: the last part is what is wanted (for a
/// version `name`, `name.v2` or `name_v2`); or the parts that are wanted are
/// the first ones; or, from the first wildcard on, all that is left matches; or
/// a lone wildcard matches the last part.
fn is_fqn(fqn: &[&str], wanted: &str, is_versioned: bool) -> bool {
    let leaf = match fqn {
        [.., name, version] if is_versioned => {
            let full = format!("{name}_{version}");
            if *name == wanted || full == wanted || last_two(wanted).is_some_and(|last| last == full) {
                return true;
            }
            name
        }
        [.., name] if !is_versioned => {
            if *name == wanted {
                return true;
            }
            name
        }
        _ => return false,
    };
    if !has_wildcard(wanted) {
        let mut have = fqn.iter().flat_map(|part| part.split('.'));
        return wanted.split('.').all(|want| have.next() == Some(want));
    }
    let have: Vec<&str> = fqn.iter().flat_map(|part| part.split('.')).collect();
    let want: Vec<&str> = wanted.split('.').collect();
    if have.len() < want.len() {
        return false;
    }
    let plain = want.iter().take_while(|part| !has_wildcard(part)).count();
    if want.iter().zip(&have).take(plain).any(|(want, have)| want != have) {
        return false;
    }
    let rest = |parts: &[&str]| parts.iter().skip(plain).copied().collect::<Vec<_>>().join(".");
    matches(&rest(&want), &rest(&have)) || (want.len() == 1 && matches(wanted, leaf))
}

/// The last two parts of a dotted name, joined by `_`.
fn last_two(wanted: &str) -> Option<String> {
    let mut parts = wanted.rsplit('.');
    let (last, before) = (parts.next()?, parts.next()?);
    Some(format!("{before}_{last}"))
}

fn is_source(node: &Node, wanted: &str) -> bool {
    let NodeKind::Source(source) = &node.kind else { return false };
    let parts: Vec<&str> = wanted.split('.').collect();
    let (package, source_name, table) = match parts.as_slice() {
        [package, source, table] => (*package, *source, *table),
        [source, table] => ("*", *source, *table),
        _ => ("*", wanted, "*"),
    };
    matches(package, &node.package) && matches(source_name, &source.source_name) && matches(table, &node.name)
}

/// `name` or `package.name`.
fn is_in_package(outline: &Outline<'_>, wanted: &str) -> bool {
    let (package, name) = wanted.split_once('.').unwrap_or(("*", wanted));
    matches(package, outline.package()) && matches(name, outline.name())
}

fn is_file(outline: &Outline<'_>, wanted: &str) -> bool {
    let path = outline.original_file_path();
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    matches(wanted, name) || (!stem.is_empty() && matches(wanted, stem))
}

/// Whether the config at `keys` is the value, or a list that holds it. The
/// words `true` and `false` stand for booleans; `severity` ignores case.
fn has_config(node: &Node, keys: &[String], wanted: &Json) -> bool {
    if matches!(node.kind, NodeKind::Exposure(_) | NodeKind::Semantic(_) | NodeKind::UnitTest(_)) {
        return false;
    }
    let Some((first, rest)) = keys.split_first() else { return false };
    let first = match first.as_str() {
        "pre_hook" => "pre-hook",
        "post_hook" => "post-hook",
        other => other,
    };
    let found = rest.iter().try_fold(node.config.get(first), |value, key| Some(value?.get(key)));
    let ignores_case = matches!(keys, [only] if only == "severity");
    let is_wanted = |found: &Json| match (found, wanted) {
        (Json::Bool(found), Json::String(word)) => word.eq_ignore_ascii_case(&found.to_string()),
        (Json::String(found), Json::String(word)) if ignores_case => found.eq_ignore_ascii_case(word),
        (found, wanted) => found == wanted,
    };
    match found.flatten() {
        Some(Json::Array(items)) => items.iter().any(is_wanted),
        Some(value) => is_wanted(value),
        None => false,
    }
}

fn is_test_named(node: &Node, wanted: &str) -> bool {
    match &node.kind {
        NodeKind::Test(test) => test.generic.as_ref().is_some_and(|generic| matches(wanted, &generic.name)),
        NodeKind::UnitTest(_) => matches(wanted, &node.name),
        _ => false,
    }
}

fn is_test_type(node: &Node, wanted: TestType) -> bool {
    match &node.kind {
        NodeKind::Test(test) => match wanted {
            TestType::Generic => test.generic.is_some(),
            TestType::Singular => test.generic.is_none(),
            TestType::Data => true,
            TestType::Unit => false,
        },
        NodeKind::UnitTest(_) => wanted == TestType::Unit,
        _ => false,
    }
}

fn is_version(node: &Node, wanted: VersionState) -> bool {
    let NodeKind::Model(model) = &node.kind else { return false };
    let (version, latest) = match (&model.version, &model.latest_version) {
        (None, _) => return wanted == VersionState::None,
        (Some(version), latest) => (version, latest.as_ref().unwrap_or(version)),
    };
    match wanted {
        VersionState::None => false,
        VersionState::Latest => node.is_latest(),
        VersionState::Prerelease => compare_versions(version, latest).is_gt(),
        VersionState::Old => compare_versions(version, latest).is_lt(),
    }
}

/// The files and folders of the root project that a pattern matches.
///
/// dbt looks at the disk, we at what the manifest says was there: a node of any
/// package counts if its file, a folder above it, or its property file has the
/// path, from its own root, of something that the pattern finds in the root
/// project.
struct Paths<'a> {
    found: HashSet<&'a str>,
}

impl<'a> Paths<'a> {
    fn matching(manifest: &'a Manifest, root_package: &str, pattern: &str) -> Self {
        let turned_off = manifest.broken_tests.iter().chain(&manifest.disabled).map(Outline::of);
        let known = manifest.nodes.outlines().map(|(_, outline)| outline).chain(turned_off);
        let files: HashSet<&str> = known
            .filter(|outline| outline.package() == root_package)
            .flat_map(|outline| [Some(own_path(&outline)), patch_path(&outline)])
            .flatten()
            .collect();
        let paths: HashSet<&str> = files.into_iter().flat_map(with_folders).collect();
        Self { found: paths.into_iter().filter(|path| path_matches(pattern, path)).collect() }
    }

    fn hold(&self, outline: &Outline<'_>) -> bool {
        with_folders(own_path(outline)).any(|path| self.found.contains(path))
            || patch_path(outline).is_some_and(|path| self.found.contains(path))
    }
}

fn own_path<'a>(outline: &Outline<'a>) -> &'a str {
    let path = outline.original_file_path();
    path.strip_prefix("./").unwrap_or(path)
}

fn patch_path<'a>(outline: &Outline<'a>) -> Option<&'a str> {
    outline.patch_path()?.split_once("://").map(|(_, path)| path)
}

/// A path and every folder above it; last the root, which is the empty path.
fn with_folders(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| {
        (!path.is_empty()).then(|| path.rsplit_once('/').map_or("", |(folder, _)| folder))
    })
}
