//! Files of our own that are dropped where they are damaged: a mark, a sum, contents.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use flate2::Crc;

use super::{FileError, files};

/// Writes a file that [`read()`] can tell from a damaged one.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, mark: &[u8], contents: &[u8]) -> Result<(), FileError> {
    write_with(path, mark, |sealing| sealing.add(contents))
}

/// Writes such a file part by part.
///
/// # Errors
/// The file cannot be written, or `fill` fails.
pub fn write_with(
    path: &Path,
    mark: &[u8],
    fill: impl FnOnce(&mut Sealing<'_>) -> io::Result<()>,
) -> Result<(), FileError> {
    files::exchange_with(path, |out| {
        out.write_all(mark)?;
        out.write_all(&Crc::new().sum().to_le_bytes())?;
        let mut sealing = Sealing { out, crc: Crc::new() };
        fill(&mut sealing)?;
        let sum = sealing.crc.sum().to_le_bytes();
        out.seek(SeekFrom::Start(mark.len() as u64))?;
        out.write_all(&sum)
    })
}

/// A file whose contents are being written.
pub struct Sealing<'a> {
    out: &'a mut BufWriter<File>,
    crc: Crc,
}

impl Sealing<'_> {
    /// Adds what comes next.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, part: &[u8]) -> io::Result<()> {
        self.crc.update(part);
        self.out.write_all(part)
    }
}

/// A file that was written by [`write()`], and is read part by part.
#[derive(Debug)]
pub struct Sealed {
    file: Mutex<File>,
    sum: [u8; 4],
    /// Where its contents begin.
    start: u64,
    length: u64,
}

/// How many bytes are looked at together.
const AT_A_TIME: usize = 1 << 17;

impl Sealed {
    /// Opens a file; `None` where it has another mark, or cannot be read. What is in it
    /// counts only where it [is whole](Self::is_whole).
    #[must_use]
    pub fn open(path: &Path, mark: &[u8]) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let mut beginning = vec![0; mark.len() + size_of::<u32>()];
        file.read_exact(&mut beginning).ok()?;
        let sum = beginning.strip_prefix(mark)?.try_into().ok()?;
        let start = beginning.len() as u64;
        let length = file.metadata().ok()?.len().checked_sub(start)?;
        Some(Self { file: Mutex::new(file), sum, start, length })
    }

    /// Whether it holds what was written. All of it is read for that; another thread can
    /// read parts meanwhile.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let mut crc = Crc::new();
        let mut buffer = vec![0; AT_A_TIME];
        for start in (0..self.length).step_by(AT_A_TIME) {
            let length = usize::try_from(self.length - start).map_or(AT_A_TIME, |left| left.min(AT_A_TIME));
            let part = buffer.get_mut(..length).and_then(|part| self.fill(start, part));
            let Some(part) = part else { return false };
            crc.update(part);
        }
        crc.sum().to_le_bytes() == self.sum
    }

    /// How many bytes it holds.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The bytes in this place of the contents; `None` where there are no such, or they
    /// cannot be read any more.
    #[must_use]
    pub fn read(&self, place: Range<u64>) -> Option<Vec<u8>> {
        let length = place.end.checked_sub(place.start).filter(|_| place.end <= self.length)?;
        let mut bytes = vec![0; usize::try_from(length).ok()?];
        self.fill(place.start, &mut bytes)?;
        Some(bytes)
    }

    /// Fills a part with what stands at a place.
    fn fill<'a>(&self, start: u64, part: &'a mut [u8]) -> Option<&'a [u8]> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.start + start)).ok()?;
        file.read_exact(part).ok()?;
        Some(part)
    }
}

/// The contents of a file that was written by [`write()`]; `None` where it has another mark,
/// is damaged, or cannot be read.
#[must_use]
pub fn read(path: &Path, mark: &[u8]) -> Option<Vec<u8>> {
    let sealed = Sealed::open(path, mark).filter(Sealed::is_whole)?;
    sealed.read(0..sealed.length())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_damaged_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"mark", b"contents").unwrap();
        let bytes = files::read(&path).unwrap();
        let opened = |bytes: &[u8], mark: &[u8]| {
            files::write(&path, bytes).unwrap();
            read(&path, mark)
        };
        assert_eq!(opened(&bytes, b"mark").as_deref(), Some(b"contents".as_slice()));
        assert_eq!(opened(&bytes, b"other"), None);
        for length in 0..bytes.len() {
            assert_eq!(opened(&bytes[..length], b"mark"), None);
            let mut damaged = bytes.clone();
            damaged[length] ^= 1;
            assert_eq!(opened(&damaged, b"mark"), None);
        }
    }

    #[test]
    fn parts_are_read_by_their_places() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"mark", b"contents").unwrap();
        let sealed = Sealed::open(&path, b"mark").unwrap();
        let check = |place: Range<u64>, expected: Option<&[u8]>| {
            assert_eq!(sealed.read(place.clone()).as_deref(), expected, "{place:?}");
        };
        check(0..0, Some(b""));
        check(3..8, Some(b"tents"));
        check(3..9, None);
        #[expect(clippy::reversed_empty_ranges, reason = "that is what is tested")]
        check(3..2, None);
    }
}
