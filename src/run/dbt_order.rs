//! The order in which dbt starts steps.

use std::collections::HashSet;

use super::steps::Step;
use crate::manifest::{Manifest, ResourceType};
use crate::sql::Relation;

/// A rank for each step, lower ones first. dbt: of steps that may start, those with the
/// fewest others before them, then by unique id.
pub(super) fn ranks(steps: &[Step], edges: &[(usize, usize)]) -> Vec<usize> {
    let levels = levels(steps.len(), edges);
    let mut order: Vec<(usize, &Step, usize)> =
        levels.into_iter().zip(steps).enumerate().map(|(at, (level, step))| (level, step, at)).collect();
    order.sort_by(|(one, step, _), (other, second, _)| {
        one.cmp(other).then_with(|| step.unique_id.as_str().cmp(second.unique_id.as_str()))
    });
    places_in(&order.into_iter().map(|(.., at)| at).collect::<Vec<_>>())
}

/// Where in an order each item stands.
pub(super) fn places_in(order: &[usize]) -> Vec<usize> {
    let mut places = vec![0; order.len()];
    for (place, at) in order.iter().enumerate() {
        if let Some(slot) = places.get_mut(*at) {
            *slot = place;
        }
    }
    places
}

/// Whether a step stores what a source of the project names, such as a seed that is
/// read as raw data: nothing says that those who read the source wait for it.
pub(super) fn stores_a_source(manifest: &Manifest, steps: &[Step]) -> bool {
    let sources = manifest.nodes.of_type(ResourceType::Source);
    let named: HashSet<_> =
        sources.filter_map(|(_, source)| source.relation.as_ref()).map(Relation::key).collect();
    let stored = steps.iter().filter_map(|step| manifest.node(step.node)?.relation.as_ref());
    !named.is_empty() && stored.into_iter().any(|relation| named.contains(&relation.key()))
}

/// How many steps stand before each on the longest way to it. Edges may be in any order.
fn levels(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut after = vec![Vec::new(); count];
    let mut waits = vec![0usize; count];
    for &(first, then) in edges {
        if let (Some(behind), Some(waits)) = (after.get_mut(first), waits.get_mut(then)) {
            behind.push(then);
            *waits += 1;
        }
    }
    let mut levels = vec![0; count];
    let mut open: Vec<usize> = (0..count).filter(|at| waits.get(*at) == Some(&0)).collect();
    while let Some(at) = open.pop() {
        let next = levels.get(at).copied().unwrap_or(0) + 1;
        for &then in after.get(at).into_iter().flatten() {
            if let (Some(level), Some(waits)) = (levels.get_mut(then), waits.get_mut(then)) {
                *level = next.max(*level);
                *waits -= 1;
                if *waits == 0 {
                    open.push(then);
                }
            }
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::levels;

    #[test]
    fn the_longest_way_counts() {
        assert_eq!(levels(5, &[(4, 0), (0, 1), (4, 1), (1, 2)]), [1, 2, 3, 0, 0]);
    }
}
