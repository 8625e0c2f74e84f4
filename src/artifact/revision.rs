//! `manifest.json` written anew, by taking from the earlier one what still holds.
//!
//! Most runs change a few nodes, or none. What they have in common with the run before
//! stays where it is, or is copied from file to file, without being understood, made or
//! even read. A part that has grown gets room for more, so that the next edits of the same
//! node find a place: blanks, which mean nothing between parts.

use std::io;
use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::manifest_json::{ManifestJson, Piece, Subject};
use crate::manifest::{Descent, NodeId};

/// Where the parts of a file are, and what they tell of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The understanding of the project that the nodes are written from.
    understanding: String,
    /// How many bytes each part has, in order, with the blanks behind it.
    lengths: Vec<u32>,
    /// Places of parts that tell more than that understanding, or something else.
    others: Vec<u32>,
}

impl Layout {
    /// How many bytes the file has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.lengths.iter().map(|length| u64::from(*length)).sum()
    }
}

/// Where a revision is written.
pub trait RevisionTarget {
    /// Adds bytes.
    ///
    /// # Errors
    /// They cannot be written.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Adds what stands in this place of the earlier file.
    ///
    /// # Errors
    /// It cannot be read or written.
    fn copy(&mut self, place: Range<u64>) -> io::Result<()>;
}

/// How many parts exist as JSON at a time while they are written.
const AT_A_TIME: usize = 256;

/// So many parts are quickly written in their places.
const FEW: usize = 4096;

/// What turns an earlier file into another where it stands.
pub struct Patches {
    /// Bytes for places of the file.
    pub bytes: Vec<(u64, Vec<u8>)>,
    /// Its layout then.
    pub layout: Layout,
}

/// A `manifest.json` that is to take the place of an earlier one.
pub struct Revision<'a> {
    manifest: ManifestJson<'a>,
    descent: &'a Descent,
    pieces: Vec<Piece<'a>>,
    /// The earlier file, where it tells of the understanding that this one goes back to.
    earlier: Option<&'a Layout>,
    /// Nodes that are other than there.
    edited: Marks,
    /// Nodes of which it is told what they were compiled to.
    compiled: Marks,
    /// Places of parts that may be other than in the earlier file, in order.
    changed: Vec<usize>,
}

impl<'a> Revision<'a> {
    /// A file that is to take the place of one with this layout, if there is any.
    #[must_use]
    pub fn new(manifest: ManifestJson<'a>, descent: &'a Descent, earlier: Option<&'a Layout>) -> Self {
        let pieces = manifest.pieces();
        let is_of_same = |layout: &&Layout| {
            descent.from.as_ref() == Some(&layout.understanding) && layout.lengths.len() == pieces.len()
        };
        let earlier = earlier.filter(is_of_same);
        let count = manifest.wire.manifest.nodes.len();
        let marks = |ids: &mut dyn Iterator<Item = &NodeId>| Marks::of(count, ids.map(|id| id.0));
        let (edited, compiled) =
            (marks(&mut descent.edited.iter()), marks(&mut manifest.details.compiled.keys()));
        let revision = Self { manifest, descent, earlier, edited, compiled, pieces, changed: Vec::new() };
        let changed = revision.changed();
        Self { changed, ..revision }
    }

    fn changed(&self) -> Vec<usize> {
        let count = self.pieces.len();
        let Some(earlier) = self.earlier else { return (0..count).collect() };
        let others = Marks::of(count, earlier.others.iter().copied());
        (0..)
            .zip(&self.pieces)
            .filter(|(place, piece)| others.has(*place) || !self.holds(piece))
            .map(|(place, _)| place)
            .collect()
    }

    /// What turns the earlier file into this one where it stands; `None` where there is none, much
    /// is changed or something has no room.
    ///
    /// # Errors
    /// JSON cannot be made.
    pub fn patches(&self) -> io::Result<Option<Patches>> {
        let Some(earlier) = self.earlier.filter(|_| self.changed.len() <= FEW) else { return Ok(None) };
        let starts = starts(earlier);
        let mut patches: Vec<(u64, Vec<u8>)> = Vec::new();
        for (place, text) in self.changed.iter().zip(self.texts(&self.changed)) {
            let (Some(start), Some(length)) = (starts.get(*place), earlier.lengths.get(*place)) else {
                return Ok(None);
            };
            let Some(text) = padded(text?, *length) else { return Ok(None) };
            match patches.last_mut() {
                Some((first, before)) if *first + before.len() as u64 == *start => before.extend(text),
                _ => patches.push((*start, text)),
            }
        }
        Ok(Some(Patches { bytes: patches, layout: self.layout(earlier.lengths.clone()) }))
    }

    /// Writes the whole file. Some parts are made while those before them are written.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, target: &mut (impl RevisionTarget + Send)) -> io::Result<Layout> {
        let mut writing = Writing { target, earlier: self.earlier.map(Earlier::of), lengths: Vec::new() };
        let mut chunks = self.changed.chunks(AT_A_TIME);
        let mut places = chunks.next().unwrap_or_default();
        let mut made = self.texts(places);
        while !places.is_empty() {
            let next = chunks.next().unwrap_or_default();
            let (later, written) = rayon::join(
                || self.texts(next),
                || places.iter().zip(made).try_for_each(|(place, text)| writing.add(*place, text?)),
            );
            written?;
            (places, made) = (next, later);
        }
        let lengths = writing.end(self.pieces.len())?;
        Ok(self.layout(lengths))
    }

    /// The texts of these parts.
    fn texts(&self, places: &[usize]) -> Vec<serde_json::Result<Vec<u8>>> {
        let text =
            |place: &usize| self.pieces.get(*place).map_or(Ok(Vec::new()), |it| self.manifest.text(it));
        places.par_iter().map(text).collect()
    }

    fn layout(&self, lengths: Vec<u32>) -> Layout {
        let tells_more = |piece: &Piece<'_>| match piece {
            Piece::Node { node: Subject::Enabled(id), .. } => {
                let place = id.0 as usize;
                self.compiled.has(place) || !self.descent.is_new && self.edited.has(place)
            }
            Piece::Edges(_) => !self.descent.is_new && self.descent.has_other_edges,
            Piece::Macros => !self.descent.is_new && self.descent.has_other_macros,
            _ => false,
        };
        let others = (0..).zip(&self.pieces).filter(|(_, piece)| tells_more(piece));
        let others = others.map(|(place, _)| place).collect();
        Layout { understanding: self.descent.name.clone(), lengths, others }
    }

    /// Whether the earlier file has this part as it should be, as far as its understanding goes.
    fn holds(&self, piece: &Piece<'_>) -> bool {
        match piece {
            Piece::Metadata => false,
            Piece::Mark(_) | Piece::Value(_) | Piece::Node { node: Subject::Broken(_), .. } => true,
            Piece::Node { node: Subject::Enabled(id), .. } => {
                let place = id.0 as usize;
                !self.compiled.has(place) && !self.edited.has(place)
            }
            Piece::Edges(_) => !self.descent.has_other_edges,
            Piece::Macros => !self.descent.has_other_macros,
        }
    }
}

/// Some of so many places: all of them are asked for, so that a table is quicker than a set.
struct Marks(Vec<bool>);

impl Marks {
    fn of(count: usize, places: impl Iterator<Item = u32>) -> Self {
        let mut marks = vec![false; count];
        for place in places {
            marks.get_mut(place as usize).into_iter().for_each(|mark| *mark = true);
        }
        Self(marks)
    }

    fn has(&self, place: usize) -> bool {
        self.0.get(place).copied().unwrap_or_default()
    }
}

/// The earlier file, from which parts are taken.
struct Earlier<'a> {
    lengths: &'a [u32],
    /// Where each part starts, and where the last ends.
    starts: Vec<u64>,
}

impl<'a> Earlier<'a> {
    fn of(layout: &'a Layout) -> Self {
        Self { lengths: &layout.lengths, starts: starts(layout) }
    }
}

/// A file that is being written.
struct Writing<'a, S> {
    target: &'a mut S,
    earlier: Option<Earlier<'a>>,
    /// Those of the parts that are written.
    lengths: Vec<u32>,
}

impl<S: RevisionTarget> Writing<'_, S> {
    /// Adds a part in this place, after all between it and the last one that was added, which
    /// the earlier file has. It keeps the room that it had there, and gets more where that is
    /// too little.
    fn add(&mut self, place: usize, text: Vec<u8>) -> io::Result<()> {
        self.copy_to(place)?;
        let needed = u32::try_from(text.len()).map_err(io::Error::other)?;
        let before = self.earlier.as_ref().and_then(|earlier| earlier.lengths.get(place).copied());
        let length = before.map_or(needed, |before| if needed > before { with_room(needed) } else { before });
        self.lengths.push(length);
        self.target.write(&padded(text, length).unwrap_or_default())
    }

    /// Adds the parts before a place from the earlier file.
    fn copy_to(&mut self, place: usize) -> io::Result<()> {
        let Some(Earlier { lengths, starts }) = &self.earlier else { return Ok(()) };
        let next = self.lengths.len();
        self.lengths.extend(lengths.get(next..place).unwrap_or_default());
        match (starts.get(next), starts.get(place)) {
            (Some(start), Some(end)) if start < end => self.target.copy(*start..*end),
            _ => Ok(()),
        }
    }

    /// The lengths of all parts, of which there are so many.
    fn end(mut self, count: usize) -> io::Result<Vec<u32>> {
        self.copy_to(count)?;
        Ok(self.lengths)
    }
}

/// The bytes for a part that has outgrown so many: an eighth more, and at most some thousand.
fn with_room(needed: u32) -> u32 {
    needed.saturating_add((needed / 8).clamp(256, 4096))
}

/// A part's text with blanks behind it, so many bytes in all; `None` where it has more.
fn padded(mut text: Vec<u8>, length: u32) -> Option<Vec<u8>> {
    let length = usize::try_from(length).ok().filter(|length| text.len() <= *length)?;
    text.resize(length, b' ');
    Some(text)
}

/// Where each part of a file starts, and where the last ends.
fn starts(layout: &Layout) -> Vec<u64> {
    let mut starts = vec![0];
    let mut end = 0;
    for length in &layout.lengths {
        end += u64::from(*length);
        starts.push(end);
    }
    starts
}
