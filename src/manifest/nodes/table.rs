//! The outlines of all nodes, as one run leaves them for the next: columns of numbers
//! and one text, which are looked at where they stand.

use std::collections::HashMap;
use std::ops::Range;

use super::Nodes;
use super::outline::Outline;
use crate::manifest::{NodeId, ResourceType};
use crate::source::FileId;

/// The outlines of all nodes.
#[derive(Default)]
pub(in crate::manifest) struct Table {
    /// Everything that is text, one after the other.
    texts: String,
    /// For each node, [`WIDTH`] numbers.
    rows: Numbers,
    /// Where the parts of names stand in the text.
    parts: Numbers,
    needs: Vec<NodeId>,
    /// The places of all nodes, by unique id.
    sorted: Vec<NodeId>,
}

/// How many sections a table is kept in.
pub(in crate::manifest) const SECTIONS: usize = 5;

/// How many numbers a row has.
const WIDTH: usize = 16;

/// Where things stand in a row. A text and a list have a number for their begin and one
/// for their end.
mod column {
    pub(super) const UNIQUE_ID: usize = 0;
    pub(super) const NAME: usize = 2;
    pub(super) const PACKAGE: usize = 4;
    pub(super) const ORIGINAL_FILE_PATH: usize = 6;
    /// Nothing where the end is before the begin.
    pub(super) const PATCH_PATH: usize = 8;
    pub(super) const FQN: usize = 10;
    pub(super) const NEEDS: usize = 12;
    pub(super) const FILE: usize = 14;
    pub(super) const KIND: usize = 15;
}

impl Table {
    /// The table of nodes, in sections; `None` where they are too many.
    pub(in crate::manifest) fn of(nodes: &Nodes) -> Option<[Vec<u8>; SECTIONS]> {
        let mut writing = Writing::default();
        for (_, outline) in nodes.outlines() {
            writing.add(&outline)?;
        }
        let Writing { texts, rows, parts, needs, .. } = writing;
        let numbers = |ids: &[NodeId]| Numbers::of(ids.iter().map(|NodeId(place)| *place)).0;
        Some([texts.into_bytes(), rows.0, parts.0, numbers(&needs), numbers(nodes.by_unique_id())])
    }

    /// A table from its sections; `None` where they are none.
    pub(in crate::manifest) fn from_sections(sections: [Vec<u8>; SECTIONS]) -> Option<Self> {
        let [texts, rows, parts, needs, sorted] = sections;
        let ids = |bytes: Vec<u8>| Numbers(bytes).iter().map(NodeId).collect();
        Some(Self {
            texts: String::from_utf8(texts).ok()?,
            rows: Numbers(rows),
            parts: Numbers(parts),
            needs: ids(needs),
            sorted: ids(sorted),
        })
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len() / WIDTH
    }

    /// The places of all nodes, by unique id.
    pub(super) fn by_unique_id(&self) -> &[NodeId] {
        &self.sorted
    }

    /// The outline of the node at a place.
    pub(super) fn get(&self, place: usize) -> Option<Outline<'_>> {
        (place < self.len()).then(|| Outline::kept(Row { table: self, start: place * WIDTH }))
    }

    fn text(&self, place: Range<u32>) -> &str {
        self.texts.get(place.start as usize..place.end as usize).unwrap_or_default()
    }
}

/// An outline in the table.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    table: &'a Table,
    start: usize,
}

impl<'a> Row<'a> {
    pub(super) fn unique_id(self) -> &'a str {
        self.text(column::UNIQUE_ID)
    }

    pub(super) fn name(self) -> &'a str {
        self.text(column::NAME)
    }

    pub(super) fn package(self) -> &'a str {
        self.text(column::PACKAGE)
    }

    pub(super) fn original_file_path(self) -> &'a str {
        self.text(column::ORIGINAL_FILE_PATH)
    }

    pub(super) fn patch_path(self) -> Option<&'a str> {
        let place = self.range(column::PATCH_PATH);
        (place.start <= place.end).then(|| self.table.text(place))
    }

    pub(super) fn fqn(self) -> Vec<&'a str> {
        let Range { start, end } = self.range(column::FQN);
        let part = |at: u32| self.table.text(self.table.parts.range(2 * at as usize));
        (start..end).map(part).collect()
    }

    pub(super) fn needs(self) -> &'a [NodeId] {
        let Range { start, end } = self.range(column::NEEDS);
        self.table.needs.get(start as usize..end as usize).unwrap_or_default()
    }

    pub(super) fn file(self) -> FileId {
        FileId::from_number(self.number(column::FILE))
    }

    pub(super) fn resource_type(self) -> ResourceType {
        let place = self.number(column::KIND) >> u8::BITS;
        // Only a table that another program wrote has others.
        ResourceType::EVERY.get(place as usize).copied().unwrap_or(ResourceType::Operation)
    }

    pub(super) fn sorts(self) -> u32 {
        self.number(column::KIND) & u32::from(u8::MAX)
    }

    fn text(self, column: usize) -> &'a str {
        self.table.text(self.range(column))
    }

    fn number(self, column: usize) -> u32 {
        self.table.rows.get(self.start + column)
    }

    fn range(self, column: usize) -> Range<u32> {
        self.table.rows.range(self.start + column)
    }
}

/// Numbers, one after the other.
#[derive(Default)]
struct Numbers(Vec<u8>);

impl Numbers {
    fn of(numbers: impl Iterator<Item = u32>) -> Self {
        Self(numbers.flat_map(u32::to_le_bytes).collect())
    }

    fn len(&self) -> usize {
        self.0.len() / size_of::<u32>()
    }

    fn push(&mut self, numbers: impl IntoIterator<Item = u32>) {
        self.0.extend(numbers.into_iter().flat_map(u32::to_le_bytes));
    }

    /// The number at a place, 0 where there is none.
    fn get(&self, place: usize) -> u32 {
        let start = place * size_of::<u32>();
        let bytes = self.0.get(start..).and_then(|rest| rest.first_chunk());
        bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// From the number at a place to the next.
    fn range(&self, place: usize) -> Range<u32> {
        self.get(place)..self.get(place + 1)
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        (0..self.len()).map(|place| self.get(place))
    }
}

/// A table that is being written.
#[derive(Default)]
struct Writing<'a> {
    texts: String,
    /// Where texts stand that come again.
    known: HashMap<&'a str, Range<u32>>,
    rows: Numbers,
    parts: Numbers,
    needs: Vec<NodeId>,
}

impl<'a> Writing<'a> {
    fn add(&mut self, outline: &Outline<'a>) -> Option<()> {
        let unique_id = self.text(outline.unique_id())?;
        let name = match outline.unique_id().find(outline.name()) {
            Some(at) => within(&unique_id, at, outline.name())?,
            None => self.text(outline.name())?,
        };
        let fqn = count(self.parts.len() / 2)?;
        for part in outline.fqn() {
            let place = if part == outline.name() { name.clone() } else { self.text(part)? };
            self.parts.push([place.start, place.end]);
        }
        let needs = count(self.needs.len())?;
        self.needs.extend(outline.needs());
        let patch_path =
            outline.patch_path().map_or(Some(Range { start: 1, end: 0 }), |path| self.text(path))?;
        let ranges = [
            unique_id,
            name,
            self.text(outline.package())?,
            self.text(outline.original_file_path())?,
            patch_path,
            fqn..count(self.parts.len() / 2)?,
            needs..count(self.needs.len())?,
        ];
        self.rows.push(ranges.into_iter().flat_map(|range| [range.start, range.end]));
        let of_type = ResourceType::EVERY.iter().position(|known| *known == outline.resource_type())?;
        let kind = count(of_type)? << u8::BITS | outline.sorts();
        self.rows.push([outline.file().number(), kind]);
        Some(())
    }

    fn text(&mut self, text: &'a str) -> Option<Range<u32>> {
        if let Some(known) = self.known.get(text) {
            return Some(known.clone());
        }
        let start = count(self.texts.len())?;
        self.texts.push_str(text);
        let place = start..count(self.texts.len())?;
        self.known.insert(text, place.clone());
        Some(place)
    }
}

/// The place of a text that stands so many bytes behind the begin of another.
fn within(outer: &Range<u32>, at: usize, text: &str) -> Option<Range<u32>> {
    let start = outer.start.checked_add(count(at)?)?;
    Some(start..start.checked_add(count(text.len())?)?)
}

fn count(count: usize) -> Option<u32> {
    u32::try_from(count).ok()
}
