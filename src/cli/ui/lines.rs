//! Lines in the shape of dbt's, by which programs follow a run.

use std::time::Duration;

use indexmap::IndexMap;

use crate::manifest::{Manifest, Node, NodeKind, ResourceType};
use crate::run::Place;

/// `1 of 3 START sql view model main.a ........ [RUN]`, with the time where there is one. The
/// status begins after `width` characters.
pub(super) fn progress(
    width: usize,
    place: Place,
    message: &str,
    status: &str,
    took: Option<Duration>,
) -> String {
    let opening = format!("{} of {} {message} ", place.index, place.total);
    let dots = ".".repeat(width.saturating_sub(opening.chars().count()));
    let took = took.map_or_else(String::new, |took| format!(" in {:.2}s", took.as_secs_f64()));
    format!("{opening}{dots} [{status}{took}]")
}

/// `3 seeds, 1 table model, 2 project hooks`: how many nodes of each kind have run.
pub(super) fn kinds_that_ran<'a>(nodes: impl Iterator<Item = &'a Node>) -> String {
    let mut counts: Vec<((String, String), usize)> = Vec::new();
    for node in nodes {
        let kind = match &node.kind {
            NodeKind::Model(_) => {
                let kind = format!("{} model", node.config.materialized());
                (kind.clone(), format!("{kind}s"))
            }
            NodeKind::Hook(_) => ("project hook".to_owned(), "project hooks".to_owned()),
            other => names(other.resource_type()),
        };
        match counts.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((kind, 1)),
        }
    }
    counts.sort();
    let counted = counts.into_iter().map(|((one, many), count)| number_of(count, &one, &many));
    counted.collect::<Vec<_>>().join(", ")
}

/// `5 models, 3 seeds, 20 data tests, 500 macros`: what a project has.
pub(super) fn contents(manifest: &Manifest) -> String {
    let after = [ResourceType::Source, ResourceType::Exposure, ResourceType::Metric];
    let last = [ResourceType::SemanticModel, ResourceType::SavedQuery, ResourceType::UnitTest];
    // In the order in which they first come.
    let mut found: IndexMap<ResourceType, usize> = IndexMap::new();
    for (_, outline) in manifest.nodes.outlines() {
        *found.entry(outline.resource_type()).or_default() += 1;
    }
    let of = |kind: ResourceType| {
        let count = found.get(&kind).copied().unwrap_or_default();
        let (one, many) = names(kind);
        (count, one, many)
    };
    // dbt counts no functions.
    let is_counted = |kind| kind != ResourceType::Function && !after.contains(&kind) && !last.contains(&kind);
    let first = found.keys().copied().filter(|kind| is_counted(*kind));
    let named = |count, one: &str, many: &str| (count, one.to_owned(), many.to_owned());
    let counts = first.chain(after).map(of);
    let counts = counts.chain([
        named(manifest.macros.len(), "macro", "macros"),
        named(manifest.groups.len(), "group", "groups"),
    ]);
    let counts = counts.chain(last.into_iter().map(of)).filter(|(count, ..)| *count > 0);
    counts.map(|(count, one, many)| number_of(count, &one, &many)).collect::<Vec<_>>().join(", ")
}

/// `1 error`, `2 errors`.
pub(super) fn number_of(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What one and what several nodes of a kind are called.
fn names(kind: ResourceType) -> (String, String) {
    let one = kind.as_str().replace('_', " ");
    let many = match kind {
        ResourceType::Analysis => "analyses".to_owned(),
        ResourceType::SavedQuery => "saved queries".to_owned(),
        ResourceType::Test => "data tests".to_owned(),
        _ => format!("{one}s"),
    };
    (one, many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_stand_below_each_other() {
        let place = Place { index: 3, total: 12 };
        let line = progress(80, place, "START sql view model main.a", "RUN", None);
        assert_eq!(line, format!("3 of 12 START sql view model main.a {} [RUN]", ".".repeat(44)));
        assert_eq!(line.find('['), Some(81));
        let long = "x".repeat(100);
        let line = progress(80, place, &long, "PASS", Some(Duration::from_millis(1234)));
        assert_eq!(line, format!("3 of 12 {long}  [PASS in 1.23s]"));
    }
}
