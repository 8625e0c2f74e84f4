//! Lines inside of brackets or quotes may stand as far left as they like: the
//! parser refuses some that PyYAML, and so dbt, reads.

use std::borrow::Cow;

/// How far a line is moved to the right: further than people indent.
const SHIFT: usize = 160;

/// A file's text, in which lines that the parser refused are moved to the right.
pub(super) struct Shifted<'a> {
    text: Cow<'a, str>,
    /// Where the moved lines begin in `text`, ascending.
    moved: Vec<usize>,
}

impl<'a> Shifted<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text: Cow::Borrowed(text), moved: Vec::new() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The offset in the file of an offset in the text.
    pub(super) fn in_file(&self, offset: usize) -> usize {
        let before = self.moved.partition_point(|start| *start < offset);
        match before.checked_sub(1).and_then(|last| self.moved.get(last)) {
            Some(start) => offset.saturating_sub(before * SHIFT).max(start - (before - 1) * SHIFT),
            None => offset,
        }
    }

    /// Moves what an error of the parser at an offset of the text is about. False
    /// where the error is about something else, or moving did not help.
    pub(super) fn make_room(&mut self, problem: &str, offset: usize) -> bool {
        let start_of_line = |at: usize| self.text.get(..at)?.rfind('\n').map(|at| at + 1);
        match problem {
            "invalid indentation" | "invalid indentation in flow construct" => {
                start_of_line(offset).is_some_and(|start| self.shift(start))
            }
            "invalid indentation in quoted scalar" => {
                let lines = self.lines_in_quotes(offset);
                // From the last on, so that the others stay where they are.
                let is_moved = lines.iter().rev().map(|start| self.shift(*start));
                is_moved.fold(false, |any, moved| any | moved)
            }
            _ => false,
        }
    }

    /// The starts of the lines that a quoted text goes on in.
    fn lines_in_quotes(&self, offset: usize) -> Vec<usize> {
        let mut rest = self.text.get(offset..).unwrap_or_default().char_indices();
        let Some((_, quote)) = rest.next() else { return Vec::new() };
        let mut starts = Vec::new();
        let mut is_escaped = false;
        for (at, c) in rest {
            match c {
                '\n' => starts.push(offset + at + 1),
                '\\' if quote == '"' && !is_escaped => {
                    is_escaped = true;
                    continue;
                }
                // Two single quotes are one: the text goes on, and so do its lines.
                c if c == quote && !is_escaped && !self.is_doubled(offset + at, quote) => break,
                _ => {}
            }
            is_escaped = false;
        }
        starts
    }

    fn is_doubled(&self, at: usize, quote: char) -> bool {
        let is_quote = |at: usize| self.text.get(at..).is_some_and(|text| text.starts_with(quote));
        quote == '\'' && (is_quote(at + 1) || self.text.get(..at).is_some_and(|text| text.ends_with(quote)))
    }

    fn shift(&mut self, start: usize) -> bool {
        let at = self.moved.partition_point(|moved| *moved < start);
        if self.moved.get(at) == Some(&start) {
            return false;
        }
        self.text.to_mut().insert_str(start, &" ".repeat(SHIFT));
        self.moved.iter_mut().skip(at).for_each(|moved| *moved += SHIFT);
        self.moved.insert(at, start);
        true
    }
}
