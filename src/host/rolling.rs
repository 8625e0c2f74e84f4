//! A file that grows line by line and is put aside when it is long enough.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::files::{self, FileError};

/// How many full files stay: `NAME.1`, the newest, to `NAME.5`.
const KEPT: usize = 5;

/// A file that lines are added to. Lines are buffered until [`RollingFile::flush`]
/// or until the file is dropped.
#[derive(Debug)]
pub struct RollingFile {
    path: PathBuf,
    limit: u64,
    size: u64,
    out: BufWriter<File>,
}

impl RollingFile {
    /// Opens a file to add to; it and the folders above it are made where they are
    /// missing. A line that would make it longer than `limit` bytes goes to a
    /// new file; 0 is no limit.
    ///
    /// # Errors
    /// The folder cannot be made or the file cannot be written.
    pub fn open(path: &Path, limit: u64) -> Result<Self, FileError> {
        if let Some(folder) = path.parent() {
            files::create_folder(folder)?;
        }
        let (out, size) = append_to(path)?;
        Ok(Self { path: path.to_path_buf(), limit, size, out })
    }

    /// Adds a line; its end is added.
    ///
    /// # Errors
    /// The file cannot be written, or the old ones cannot be put aside.
    pub fn line(&mut self, line: &str) -> Result<(), FileError> {
        let length = u64::try_from(line.len() + 1).unwrap_or(u64::MAX);
        if self.limit > 0 && self.size > 0 && self.size.saturating_add(length) > self.limit {
            self.roll()?;
        }
        let written = self.out.write_all(line.as_bytes()).and_then(|()| self.out.write_all(b"\n"));
        written.map_err(|source| FileError::new("write", &self.path, source))?;
        self.size = self.size.saturating_add(length);
        Ok(())
    }

    /// Writes what is buffered.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn flush(&mut self) -> Result<(), FileError> {
        self.out.flush().map_err(|source| FileError::new("write", &self.path, source))
    }

    fn roll(&mut self) -> Result<(), FileError> {
        self.flush()?;
        let newer = (1..KEPT).rev().map(|number| (self.aside(number), self.aside(number + 1)));
        for (from, to) in newer.chain([(self.path.clone(), self.aside(1))]) {
            if files::is_file(&from) {
                fs::rename(&from, &to).map_err(|source| FileError::new("rename", &from, source))?;
            }
        }
        (self.out, self.size) = append_to(&self.path)?;
        Ok(())
    }

    fn aside(&self, number: usize) -> PathBuf {
        let mut path = self.path.as_os_str().to_owned();
        path.push(format!(".{number}"));
        PathBuf::from(path)
    }
}

fn append_to(path: &Path) -> Result<(BufWriter<File>, u64), FileError> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    let sized = opened.and_then(|file| Ok((file.metadata()?.len(), file)));
    let (size, file) = sized.map_err(|source| FileError::new("write", path, source))?;
    Ok((BufWriter::new(file), size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_file_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/x.log");
        let read = |name: &str| files::read_text(&folder.path().join("deep").join(name)).ok();
        for number in 0..8 {
            let mut file = RollingFile::open(&path, 10).unwrap();
            file.line(&format!("line {number}")).unwrap();
            file.line("ab").unwrap();
        }
        assert_eq!(read("x.log").as_deref(), Some("line 7\nab\n"));
        assert_eq!(read("x.log.1").as_deref(), Some("line 6\nab\n"));
        assert_eq!(read("x.log.5").as_deref(), Some("line 2\nab\n"));
        assert_eq!(read("x.log.6"), None);
    }

    #[test]
    fn a_line_is_never_cut_and_no_limit_is_no_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        let mut file = RollingFile::open(&path, 3).unwrap();
        file.line("longer than that").unwrap();
        file.flush().unwrap();
        assert_eq!(files::read_text(&path).unwrap(), "longer than that\n");
        let mut file = RollingFile::open(&path, 0).unwrap();
        file.line(&"x".repeat(100)).unwrap();
        drop(file);
        assert_eq!(files::size(&path).unwrap(), 17 + 101);
        assert_eq!(files::entries(folder.path()).unwrap().len(), 1);
    }
}
