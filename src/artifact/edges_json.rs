//! `parent_map` and `child_map` of `manifest.json`.

use rayon::prelude::*;

use super::json_text::{write_list, write_text};
use crate::manifest::{Manifest, Outline, ResourceType};

/// Which way edges are looked at.
#[derive(Clone, Copy)]
pub(super) enum Direction {
    ToParents,
    ToChildren,
}

/// A node's unique id, and those of its neighbours, sorted.
type Row<'a> = (&'a str, Vec<&'a str>);

/// So many rows are written by one thread.
const AT_A_TIME: usize = 1024;

/// The JSON of all edges in one direction.
pub(super) fn edges_text(manifest: &Manifest, direction: Direction) -> Vec<u8> {
    let rows = rows(manifest, direction);
    let chunks: Vec<Vec<u8>> = rows.par_chunks(AT_A_TIME).map(|rows| chunk(rows)).collect();
    let mut text = b"{".to_vec();
    text.extend(chunks.join(&b','));
    text.push(b'}');
    text
}

/// Entries of the map, with commas between them.
fn chunk(rows: &[Row<'_>]) -> Vec<u8> {
    let mut text = Vec::new();
    for (id, neighbours) in rows {
        if !text.is_empty() {
            text.push(b',');
        }
        write_text(&mut text, id);
        text.push(b':');
        write_list(&mut text, neighbours, |text, id| write_text(text, id));
    }
    text
}

/// A row for each node, in dbt's order.
fn rows(manifest: &Manifest, direction: Direction) -> Vec<Row<'_>> {
    let mut all: Vec<Outline<'_>> = manifest.nodes.outlines().map(|(_, outline)| outline).collect();
    let count = all.len();
    all.extend(manifest.broken_tests.iter().map(Outline::of));
    let mut neighbours: Vec<Vec<&str>> = vec![Vec::new(); all.len()];
    for (place, outline) in all.iter().enumerate() {
        for parent in outline.needs().iter().map(|parent| parent.0 as usize) {
            let Some(needed) = all.get(parent) else { continue };
            let (from, to) = match direction {
                Direction::ToParents => (place, needed.unique_id()),
                Direction::ToChildren => (parent, outline.unique_id()),
            };
            neighbours.get_mut(from).into_iter().for_each(|ids| ids.push(to));
        }
    }
    neighbours.par_iter_mut().for_each(|ids| ids.sort_unstable());
    let mut rows: Vec<(u8, Row<'_>)> = (0..)
        .zip(&all)
        .zip(neighbours)
        .map(|((place, outline), neighbours)| {
            let rank = rank(outline.resource_type(), place < count);
            (rank, (outline.unique_id(), neighbours))
        })
        .collect();
    rows.sort_by_key(|(rank, _)| *rank);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Where nodes of a type stand; those that are not in the graph are tests.
fn rank(of: ResourceType, is_in_graph: bool) -> u8 {
    match of {
        _ if !is_in_graph => 1,
        ResourceType::Source => 2,
        ResourceType::Exposure => 3,
        ResourceType::Metric | ResourceType::SemanticModel | ResourceType::SavedQuery => 4,
        ResourceType::UnitTest => 5,
        ResourceType::Function => 6,
        _ => 0,
    }
}
