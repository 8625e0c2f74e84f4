//! Files of our own that are dropped where they are damaged: a mark, a sum, contents.

use std::path::Path;

use flate2::Crc;

use super::FileError;
use super::files;

/// Writes a file that [`open`] can tell from a damaged one.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, mark: &[u8], contents: &[u8]) -> Result<(), FileError> {
    files::write(path, [mark, &sum(contents), contents].concat())
}

/// The contents of a file's bytes; `None` where they have another mark, or are damaged.
#[must_use]
pub fn open<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let (held, contents) = bytes.strip_prefix(mark)?.split_first_chunk::<4>()?;
    (sum(contents) == *held).then_some(contents)
}

fn sum(contents: &[u8]) -> [u8; 4] {
    let mut crc = Crc::new();
    crc.update(contents);
    crc.sum().to_le_bytes()
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
        assert_eq!(open(&bytes, b"mark"), Some(b"contents".as_slice()));
        assert_eq!(open(&bytes, b"other"), None);
        for length in 0..bytes.len() {
            assert_eq!(open(&bytes[..length], b"mark"), None);
            let mut damaged = bytes.clone();
            damaged[length] ^= 1;
            assert_eq!(open(&damaged, b"mark"), None);
        }
    }
}
