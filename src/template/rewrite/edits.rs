//! Edits of a text, and the way back.

use std::borrow::Cow;

use crate::template::scan::{Segment, SegmentKind};

/// Edits of a text, in the order in which they were found. Of edits at one
/// place the first one found comes first.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    edits: Vec<Edit>,
}

#[derive(Debug)]
struct Edit {
    at: usize,
    deleted: usize,
    inserted: Cow<'static, str>,
}

/// An edited text that knows where its pieces come from.
#[derive(Debug)]
pub(crate) struct Rewritten {
    pub(crate) text: String,
    pieces: Vec<Piece>,
}

/// From here on the text is copied from `original`, or (not `is_copy`) stands
/// for the one place `original`.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: usize,
    original: usize,
    is_copy: bool,
}

impl Edits {
    pub(crate) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at, 0, text.into());
    }

    pub(crate) fn replace(&mut self, at: usize, deleted: usize, text: impl Into<Cow<'static, str>>) {
        self.edits.push(Edit { at, deleted, inserted: text.into() });
    }

    /// Forgets the edits after the first `count`.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.edits.truncate(count);
    }

    pub(crate) fn len(&self) -> usize {
        self.edits.len()
    }

    /// Jinja2 reads `\r\n` as `\n`.
    pub(crate) fn unix_newlines(&mut self, source: &str, start: usize, end: usize) {
        let text = source.get(start..end).unwrap_or_default();
        for (at, _) in text.match_indices("\r\n") {
            self.replace(start + at, 1, "");
        }
    }

    /// Spaces that Python knows and minijinja does not, between the tokens of a segment. Called
    /// after the other edits of the segment, as what they insert before such a space comes first.
    pub(crate) fn plain_spaces(&mut self, source: &str, segment: &Segment) {
        let text = source.get(segment.start..segment.end).unwrap_or_default();
        let is_code = matches!(segment.kind, SegmentKind::Expression | SegmentKind::Tag);
        if !is_code || text.is_ascii() {
            return;
        }
        let starts = segment.tokens.iter().map(|token| token.start).chain([segment.end]);
        let ends = [segment.start].into_iter().chain(segment.tokens.iter().map(|token| token.end));
        for (from, to) in ends.zip(starts) {
            let gap = source.get(from..to).unwrap_or_default();
            for (at, space) in gap.match_indices(|c: char| !c.is_ascii() && c.is_whitespace()) {
                self.replace(from + at, space.len(), " ");
            }
        }
    }

    /// A piece of the text with the edits that lie in it done.
    pub(super) fn apply_within(self, source: &str, start: usize, end: usize) -> String {
        let mut piece = Self::default();
        for edit in self.edits.into_iter().filter(|edit| (start..=end).contains(&edit.at)) {
            piece.edits.push(Edit { at: edit.at - start, ..edit });
        }
        piece.apply(source.get(start..end).unwrap_or_default()).text
    }

    /// The text with all edits done. An edit inside of a deleted piece is lost.
    pub(crate) fn apply(mut self, source: &str) -> Rewritten {
        self.edits.sort_by_key(|edit| edit.at);
        let mut text = String::with_capacity(source.len() + self.edits.len() * 12);
        let mut pieces = Vec::with_capacity(self.edits.len() * 2 + 1);
        let mut copied = 0;
        for edit in &self.edits {
            if edit.at < copied {
                continue;
            }
            copy(source, copied..edit.at, &mut text, &mut pieces);
            pieces.push(Piece { start: text.len(), original: edit.at, is_copy: false });
            text.push_str(&edit.inserted);
            copied = edit.at + edit.deleted;
        }
        copy(source, copied..source.len(), &mut text, &mut pieces);
        Rewritten { text, pieces }
    }
}

fn copy(source: &str, range: std::ops::Range<usize>, text: &mut String, pieces: &mut Vec<Piece>) {
    if !range.is_empty() {
        pieces.push(Piece { start: text.len(), original: range.start, is_copy: true });
        text.push_str(source.get(range).unwrap_or_default());
    }
}

impl Rewritten {
    /// Stands for a text that must not be compiled: it does not compile.
    pub(super) fn refused() -> Self {
        Self { text: "{%".to_owned(), pieces: Vec::new() }
    }

    /// A range of the rewritten text as a range of the original.
    pub(crate) fn original(&self, range: std::ops::Range<usize>) -> (usize, usize) {
        let start = self.original_offset(range.start);
        // The last byte, so that an end does not slip into the next piece.
        let end = if range.end > range.start { self.original_end(range.end - 1) } else { start };
        (start, end.max(start))
    }

    fn piece(&self, offset: usize) -> Option<(&Piece, usize)> {
        let next = self.pieces.partition_point(|piece| piece.start <= offset);
        let piece = self.pieces.get(next.checked_sub(1)?)?;
        Some((piece, self.pieces.get(next).map_or(usize::MAX, |next| next.original)))
    }

    fn original_offset(&self, offset: usize) -> usize {
        match self.piece(offset) {
            Some((piece, _)) if piece.is_copy => piece.original + (offset - piece.start),
            Some((piece, _)) => piece.original,
            None => 0,
        }
    }

    fn original_end(&self, last: usize) -> usize {
        match self.piece(last) {
            Some((piece, limit)) if piece.is_copy => (piece.original + (last - piece.start) + 1).min(limit),
            Some((piece, _)) => piece.original,
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Edits;

    #[test]
    fn places_map_back() {
        let mut edits = Edits::default();
        edits.insert(0, "<<");
        edits.replace(2, 1, "xyz");
        edits.insert(4, "(");
        let rewritten = edits.apply("ab_cdef");
        assert_eq!(rewritten.text, "<<abxyzc(def");
        let check = |range: std::ops::Range<usize>, expected| {
            assert_eq!(rewritten.original(range.clone()), expected, "{range:?}");
        };
        check(0..2, (0, 0));
        check(2..4, (0, 2));
        check(4..7, (2, 2));
        check(7..8, (3, 4));
        check(9..12, (4, 7));
        check(2..12, (0, 7));
        check(99..100, (94, 95));
    }
}
