//! Files and folders, with errors that say what was being done to which path.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::lease::Lease;

/// A refused file operation: what was tried, on what, and why not.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`: {source}", path.display())]
pub struct FileError {
    /// The verb: `read`, `write`, `list`.
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// The system's reason.
    pub source: io::Error,
}

impl FileError {
    pub(crate) fn new(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self { action, path: path.into(), source }
    }

    /// Whether the path does not exist.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}

/// The bytes of a file.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(|source| FileError::new("read", path, source))
}

/// The text of a UTF-8 file, without a byte order mark.
///
/// # Errors
/// The file cannot be read or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    let text = read_marked_text(path)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The text of a UTF-8 file, with the byte order mark where there is one.
///
/// # Errors
/// The file cannot be read or is not UTF-8.
pub fn read_marked_text(path: &Path) -> Result<String, FileError> {
    fs::read_to_string(path).map_err(|source| FileError::new("read", path, source))
}

/// Writes a file as a whole: readers see the old contents or the new, never a
/// part. Folders above it are made.
///
/// # Errors
/// The folder cannot be made or the file cannot be written.
pub fn write(path: &Path, contents: impl AsRef<[u8]>) -> Result<(), FileError> {
    write_with(path, |out| out.write_all(contents.as_ref()))
}

/// Writes one of many files that are only looked at: nothing where it holds this
/// already. What it held before is removed first, because a file system brings a file
/// that takes another's place to the disk at once, and for thousands that takes seconds.
///
/// # Errors
/// As [`write()`].
pub fn refresh(path: &Path, contents: &str) -> Result<(), FileError> {
    match fs::read(path) {
        Ok(held) if held == contents.as_bytes() => return Ok(()),
        Ok(_) => fs::remove_file(path).map_err(|source| FileError::new("replace", path, source))?,
        // Whatever is wrong with it is wrong when it is written, too.
        Err(_) => {}
    }
    write(path, contents)
}

/// Writes a file as [`write()`] does, piece by piece.
///
/// # Errors
/// As [`write()`], or `fill` fails.
pub fn write_with(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), FileError> {
    write_and(path, fill, |partial| fs::rename(partial, path))
}

/// Writes a file that can be made again as [`write()`] does, where that is quicker: after a
/// power failure it may be empty.
///
/// # Errors
/// As [`write()`].
pub fn renew(path: &Path, contents: &[u8]) -> Result<(), FileError> {
    exchange_with(path, |out| out.write_all(contents))
}

/// The same, piece by piece.
pub(super) fn exchange_with(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), FileError> {
    write_and(path, fill, |partial| exchange(partial, path))
}

fn write_and(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    take_place: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<(), FileError> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = PathBuf::from(partial);
    let created = match (File::create(&partial), path.parent()) {
        // Most folders are there: they are only looked for when they are missed.
        (Err(missed), Some(folder)) if missed.kind() == io::ErrorKind::NotFound => {
            create_folder(folder)?;
            File::create(&partial)
        }
        (created, _) => created,
    };
    let written = created.and_then(|file| {
        let mut out = BufWriter::new(file);
        fill(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?;
        take_place(&partial)
    });
    written.map_err(|source| {
        let _ = fs::remove_file(&partial);
        FileError::new("write", path, source)
    })
}

/// Writes a file as [`write()`] does, from what is new and from what stands in this place
/// now, if that still has this stamp.
///
/// # Errors
/// As [`write()`], or `fill` fails.
pub fn revise<T>(
    path: &Path,
    stamp: Option<Stamp>,
    fill: impl FnOnce(&mut Revised<'_>) -> io::Result<T>,
) -> Result<T, FileError> {
    let is_same = |file: &File| file.metadata().is_ok_and(|found| Some(stamp_of(&found)) == stamp);
    let earlier = stamp.and_then(|_| File::open(path).ok()).filter(is_same);
    let mut filled = None;
    let fill = |out: &mut BufWriter<File>| {
        filled = Some(fill(&mut Revised { out, earlier })?);
        Ok(())
    };
    exchange_with(path, fill)?;
    let nothing = || FileError::new("write", path, io::ErrorKind::Other.into());
    filled.ok_or_else(nothing)
}

/// Renames a file that can be made again to what may be there already. Some file systems
/// bring a file that takes another's place to the disk at once, which takes longer than to
/// write it; one that changes places with it they do not.
fn exchange(partial: &Path, path: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, partial, CWD, path, RenameFlags::EXCHANGE).is_ok() {
            return fs::remove_file(partial);
        }
    }
    fs::rename(partial, path)
}

/// A file that is to take the place of another.
pub struct Revised<'a> {
    out: &'a mut BufWriter<File>,
    earlier: Option<File>,
}

impl Revised<'_> {
    /// Adds bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Adds what stands in this place of the earlier file.
    ///
    /// # Errors
    /// It cannot be read or written, or there is not so much.
    pub fn copy(&mut self, place: Range<u64>) -> io::Result<()> {
        let mut earlier = self.earlier.as_ref().ok_or(io::ErrorKind::NotFound)?;
        earlier.seek(SeekFrom::Start(place.start))?;
        let length = place.end.saturating_sub(place.start);
        // The system copies from file to file, where it can.
        let copied = io::copy(&mut earlier.take(length), self.out)?;
        if copied == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

/// Bytes for a place of a file.
pub type Patch = (u64, Vec<u8>);

/// What lies within so many bytes of a file's beginning is written at once.
const PAGE: u64 = 4096;

/// Writes bytes in their places of a file that still has this stamp, and gives the stamp that it
/// has then. Readers see the old contents or the new: nothing is done, and `None` given, where
/// somebody has the file open, it is another one, or it has a second name, under which its contents
/// are to stay. What is short and at the beginning is written also while somebody reads.
///
/// # Errors
/// The file cannot be written.
pub fn patch(path: &Path, stamp: Stamp, patches: &[Patch]) -> Result<Option<Stamp>, FileError> {
    let failed = |source| FileError::new("write", path, source);
    let Ok(mut file) = File::options().write(true).open(path) else { return Ok(None) };
    let own = file.try_clone().map_err(failed)?;
    let lease = Lease::of(&own);
    let is_short = matches!(patches, [(start, bytes)] if start + bytes.len() as u64 <= PAGE);
    let found = file.metadata().map_err(failed)?;
    if lease.is_none() && !is_short || stamp_of(&found) != stamp || has_other_name(&found) {
        return Ok(None);
    }
    for (start, bytes) in patches {
        file.seek(SeekFrom::Start(*start)).and_then(|_| file.write_all(bytes)).map_err(failed)?;
    }
    Ok(Some(stamp_of(&file.metadata().map_err(failed)?)))
}

/// Adds to the end of a file, which is made where it is missing.
///
/// # Errors
/// The file cannot be written.
pub fn append(path: &Path, contents: impl AsRef<[u8]>) -> Result<(), FileError> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    let opened = fs::OpenOptions::new().create(true).append(true).open(path);
    opened
        .and_then(|mut file| file.write_all(contents.as_ref()))
        .map_err(|source| FileError::new("write", path, source))
}

/// Makes a folder and those above it.
///
/// # Errors
/// A folder cannot be made.
pub fn create_folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(|source| FileError::new("make", path, source))
}

/// Removes a file, a link, or a folder with all that is in it; nothing where it is missing.
///
/// # Errors
/// Something cannot be removed.
pub fn remove(path: &Path) -> Result<(), FileError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(source) => Err(source),
    };
    match removed {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(FileError::new("remove", path, source))
        }
        _ => Ok(()),
    }
}

/// Whether there is a file.
#[must_use]
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Whether there is a folder.
#[must_use]
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Bytes of a file.
///
/// # Errors
/// The file cannot be looked at.
pub fn size(path: &Path) -> Result<u64, FileError> {
    fs::metadata(path).map(|found| found.len()).map_err(|source| FileError::new("look at", path, source))
}

/// What tells whether a file is still the one that it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stamp {
    /// When it was last written, in nanoseconds since 1970.
    pub written: i64,
    /// The same by the system's own account, which nobody can set back; 0 where it keeps none.
    pub changed: i64,
    /// Bytes.
    pub size: u64,
}

/// The stamp of a file.
///
/// # Errors
/// The file cannot be looked at.
pub fn stamp(path: &Path) -> Result<Stamp, FileError> {
    let found = fs::metadata(path).map_err(|source| FileError::new("look at", path, source))?;
    Ok(stamp_of(&found))
}

pub(super) fn stamp_of(found: &fs::Metadata) -> Stamp {
    let written = found.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let written = i64::try_from(written.as_nanos()).unwrap_or(i64::MAX);
    Stamp { written, changed: changed(found), size: found.len() }
}

#[cfg(unix)]
fn changed(found: &fs::Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt;
    found.ctime().saturating_mul(1_000_000_000).saturating_add(found.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_: &fs::Metadata) -> i64 {
    0
}

/// Whether a file can be found under another name, too.
#[cfg(unix)]
fn has_other_name(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.nlink() > 1
}

#[cfg(not(unix))]
fn has_other_name(_: &fs::Metadata) -> bool {
    false
}

/// The path without links, `.` and `..`.
///
/// # Errors
/// The path does not exist.
pub fn canonical(path: &Path) -> Result<PathBuf, FileError> {
    fs::canonicalize(path).map_err(|source| FileError::new("find", path, source))
}

/// Names directly in a folder, sorted.
///
/// # Errors
/// The folder cannot be read.
pub fn entries(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    let listed =
        fs::read_dir(path).and_then(|found| found.map(|entry| entry.map(|entry| entry.path())).collect());
    let mut paths: Vec<PathBuf> = listed.map_err(|source| FileError::new("list", path, source))?;
    paths.sort();
    Ok(paths)
}

/// Makes `link` stand for the folder `target`, or copies the folder where links cannot be made.
///
/// # Errors
/// Neither works.
pub fn link_or_copy(target: &Path, link: &Path) -> Result<(), FileError> {
    if let Some(folder) = link.parent() {
        create_folder(folder)?;
    }
    #[cfg(unix)]
    if std::os::unix::fs::symlink(target, link).is_ok() {
        return Ok(());
    }
    copy_below(target, link)
}

/// Copies a folder with all that is in it in place of what is at `to`; nothing
/// where there is no such folder.
///
/// # Errors
/// A file cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) -> Result<(), FileError> {
    if !from.is_dir() {
        return Ok(());
    }
    if to.exists() {
        remove(to)?;
    }
    create_folder(to)?;
    copy_below(from, to)
}

/// Links in it are followed, but not to folders above them.
fn copy_below(from: &Path, to: &Path) -> Result<(), FileError> {
    let all = walkdir::WalkDir::new(from).follow_links(true).into_iter();
    let leads_up = |it: &walkdir::Result<_>| it.as_ref().is_err_and(|it| it.loop_ancestor().is_some());
    for entry in all.filter(|it| !leads_up(it)) {
        let entry = entry.map_err(|error| FileError::new("list", from, error.into()))?;
        if entry.file_type().is_file() {
            let below = entry.path().strip_prefix(from).unwrap_or(entry.path());
            write(&to.join(below), read(entry.path())?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/a.sql");
        let written = || fs::metadata(&path).unwrap().modified().unwrap();
        refresh(&path, "one").unwrap();
        let first = written();
        refresh(&path, "one").unwrap();
        assert_eq!(written(), first);
        refresh(&path, "two").unwrap();
        assert_eq!(read_text(&path).unwrap(), "two");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_is_patched_where_nobody_minds() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        write(&path, "one two three").unwrap();
        let patches = [(0, b"ONE".to_vec()), (4, b"TWO".to_vec())];
        let is_done = |stamp| patch(&path, stamp, &patches).unwrap().is_some();
        let first = stamp(&path).unwrap();
        let reader = File::open(&path).unwrap();
        assert!(!is_done(first), "somebody reads it");
        let short = [(1, b"ne".to_vec())];
        assert!(patch(&path, first, &short).unwrap().is_some(), "the beginning is written in any case");
        drop(reader);
        fs::hard_link(&path, &link).unwrap();
        assert!(!is_done(stamp(&path).unwrap()), "it has a second name");
        assert!(patch(&path, stamp(&path).unwrap(), &short).unwrap().is_none(), "it has a second name");
        fs::remove_file(&link).unwrap();
        assert!(!is_done(Stamp::default()), "it is another file");
        assert_eq!(read_text(&path).unwrap(), "one two three");
        // A program that another test starts has it open for a moment, too.
        let later = || {
            std::thread::sleep(std::time::Duration::from_millis(1));
            is_done(stamp(&path).unwrap())
        };
        assert!(is_done(stamp(&path).unwrap()) || (0..5000).any(|_| later()));
        assert_eq!(read_text(&path).unwrap(), "ONE TWO three");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn who_reads_a_file_that_is_patched_sees_all_or_nothing_of_it() {
        use std::sync::atomic::{AtomicBool, Ordering};

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let written = |number: usize| format!("{number:08}{}{number:08}", "-".repeat(1 << 20));
        write(&path, written(0)).unwrap();
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let text = read_text(&path).unwrap();
                    assert_eq!(text.get(..8), text.get(text.len() - 8..));
                    // Meanwhile nobody reads it.
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
            });
            let (mut done, mut numbers) = (0, 1..1_000_000_usize);
            while let Some(number) = numbers.next().filter(|_| done < 100) {
                let both = [0, 8 + (1 << 20)].map(|place| (place, format!("{number:08}").into_bytes()));
                done += usize::from(patch(&path, stamp(&path).unwrap(), &both).unwrap().is_some());
            }
            is_over.store(true, Ordering::Relaxed);
            assert!(done > 0);
        });
    }

    #[test]
    fn a_copied_folder_takes_the_place_of_an_earlier_copy() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        copy_folder(&from, &to).unwrap();
        assert!(!to.exists());
        write(&from.join("deep/a.txt"), "new").unwrap();
        write(&to.join("old.txt"), "old").unwrap();
        copy_folder(&from, &to).unwrap();
        assert_eq!(read_text(&to.join("deep/a.txt")).unwrap(), "new");
        assert!(!to.join("old.txt").exists());
    }
}
