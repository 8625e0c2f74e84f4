//! The table of texts and the spans that point into it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

/// Which text of the [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(u32);

impl FileId {
    /// The number by which it is kept between runs.
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// The file of a number that [`Self::number`] gave.
    pub(crate) fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// A byte range of one text. `start <= end`; both are clamped when resolved,
/// so a wrong span can mislead but never panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The text.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range from the start of `self` to the end of `other`, in the file of `self`.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.end), ..self }
    }
}

/// A place as people count it: lines and columns from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One text and where it came from.
pub struct SourceFile {
    id: FileId,
    path: PathBuf,
    text: OnceLock<Arc<str>>,
    /// What gives the text when it is first asked for.
    read: Option<Arc<Read>>,
}

/// Gives the text of a file by [`SourceFile::path`]; nothing where it cannot be read.
pub type Read = dyn Fn(&Path) -> Option<Arc<str>> + Send + Sync;

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile").field("id", &self.id).field("path", &self.path).finish_non_exhaustive()
    }
}

impl SourceFile {
    /// Its place in the [`SourceMap`].
    #[must_use]
    pub fn id(&self) -> FileId {
        self.id
    }

    /// The path as shown to people: relative to the project root where it lies
    /// below it; a pseudo-path such as `--vars` for texts that are not files.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text; that of a file that cannot be read is empty.
    #[must_use]
    pub fn text(&self) -> &str {
        self.readable().unwrap_or_default()
    }

    /// The whole text, or nothing where it is that of a file that cannot be read.
    #[must_use]
    pub fn readable(&self) -> Option<&str> {
        self.held().map(AsRef::as_ref)
    }

    /// The whole text, shared.
    #[must_use]
    pub fn shared_text(&self) -> Arc<str> {
        self.held().map_or_else(|| Arc::from(""), Arc::clone)
    }

    /// Whether the text is at hand; otherwise it is read when it is first asked for.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.text.get().is_some()
    }

    /// Gives a text that was not read yet.
    pub fn hold(&self, text: impl Into<Arc<str>>) {
        self.text.get_or_init(|| text.into());
    }

    /// A text that cannot be read is not held as an empty one: whoever has to tell of it must see it.
    fn held(&self) -> Option<&Arc<str>> {
        if let Some(text) = self.text.get() {
            return Some(text);
        }
        let text = self.read.as_ref()?(&self.path)?;
        Some(self.text.get_or_init(|| text))
    }

    /// The span of the whole text.
    #[must_use]
    pub fn span(&self) -> Span {
        self.range(0, self.text().len())
    }

    /// A span of this text.
    #[must_use]
    pub fn range(&self, start: usize, end: usize) -> Span {
        Span { file: self.id, start, end: end.max(start) }
    }

    /// Where a byte offset lies; an offset past the end is the end.
    #[must_use]
    pub fn location(&self, offset: usize) -> Location {
        let text = self.text();
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(..end).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Location {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

/// All texts of an invocation. Texts are only ever added, so ids stay valid and
/// any thread may add.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: RwLock<Vec<Arc<SourceFile>>>,
}

impl SourceMap {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text and returns it with its address.
    pub fn add(&self, path: impl Into<PathBuf>, text: impl Into<Arc<str>>) -> Arc<SourceFile> {
        self.push(path.into(), OnceLock::from(text.into()), None)
    }

    /// Adds a text that `read` gives when it is first asked for, if it can be read.
    pub fn defer(&self, path: impl Into<PathBuf>, read: &Arc<Read>) -> Arc<SourceFile> {
        self.push(path.into(), OnceLock::new(), Some(Arc::clone(read)))
    }

    fn push(&self, path: PathBuf, text: OnceLock<Arc<str>>, read: Option<Arc<Read>>) -> Arc<SourceFile> {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let id = FileId(u32::try_from(files.len()).unwrap_or(u32::MAX));
        let file = Arc::new(SourceFile { id, path, text, read });
        files.push(Arc::clone(&file));
        file
    }

    /// The text with this id; `None` only for an id of another map.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<Arc<SourceFile>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.get(id.0 as usize).cloned()
    }

    /// All texts so far, by id.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<SourceFile>> {
        self.files.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_count_lines_and_characters_from_one() {
        let map = SourceMap::new();
        let file = map.add("a.sql", "ab\nçd\n");
        let at = |offset| {
            let location = file.location(offset);
            (location.line, location.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(4), (2, 1), "inside a character counts as its start");
        assert_eq!(at(5), (2, 2));
        assert_eq!(at(99), (3, 1));
    }
}
