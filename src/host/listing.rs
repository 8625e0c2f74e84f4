//! The files below a folder, with their stamps.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::FileError;
use super::files::{Stamp, stamp_of};

/// A file below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is: the folder's path and the one below it.
    pub path: PathBuf,
    /// Its stamp; `None` where it could not be looked at.
    pub stamp: Option<Stamp>,
}

/// Every file below a folder, links followed, in no particular order; none where the folder is
/// missing. A folder for which `enter` says no is not looked into, nor is a link to a folder
/// above it. A link to nothing counts as a file. Folders are looked into side by side, and a
/// file is looked at from its folder, without going through its path once more.
///
/// # Errors
/// A folder cannot be read.
pub fn list(top: &Path, enter: impl Fn(&Path) -> bool + Sync) -> Result<Vec<Found>, FileError> {
    if !top.is_dir() {
        return Ok(Vec::new());
    }
    below(top, &Search { top, enter })
}

/// What is looked for.
struct Search<'a, E> {
    top: &'a Path,
    enter: E,
}

/// What an entry of a folder is.
enum Entry {
    File(Found),
    Folder(PathBuf),
    Other,
}

fn below(folder: &Path, search: &Search<'_, impl Fn(&Path) -> bool + Sync>) -> Result<Vec<Found>, FileError> {
    if !(search.enter)(folder) {
        return Ok(Vec::new());
    }
    let (mut found, mut folders) = (Vec::new(), Vec::new());
    let entries = fs::read_dir(folder).map_err(|source| FileError::new("list", folder, source))?;
    for entry in entries {
        match entry.and_then(|entry| judged(&entry, search.top)) {
            Ok(Entry::File(file)) => found.push(file),
            Ok(Entry::Folder(folder)) => folders.push(folder),
            Ok(Entry::Other) => {}
            Err(source) => return Err(FileError::new("list", folder, source)),
        }
    }
    let deeper = folders.par_iter().map(|folder| below(folder, search));
    let deeper: Vec<Vec<Found>> = deeper.collect::<Result<_, _>>()?;
    found.extend(deeper.into_iter().flatten());
    Ok(found)
}

fn judged(entry: &DirEntry, top: &Path) -> std::io::Result<Entry> {
    let (path, kind) = (entry.path(), entry.file_type()?);
    if kind.is_symlink() {
        return Ok(match fs::metadata(&path) {
            Ok(target) if target.is_file() => Entry::File(Found { path, stamp: Some(stamp_of(&target)) }),
            Ok(target) if target.is_dir() && !leads_up(&path, top) => Entry::Folder(path),
            Ok(_) => Entry::Other,
            Err(_) => Entry::File(Found { path, stamp: None }),
        });
    }
    Ok(match kind {
        _ if kind.is_dir() => Entry::Folder(path),
        _ if kind.is_file() => {
            let stamp = entry.metadata().ok().map(|found| stamp_of(&found));
            Entry::File(Found { path, stamp })
        }
        _ => Entry::Other,
    })
}

/// Whether a link stands for one of the folders above it, up to the top.
fn leads_up(link: &Path, top: &Path) -> bool {
    let Ok(target) = fs::canonicalize(link) else { return false };
    let above = link.ancestors().skip(1).take_while(|folder| folder.starts_with(top));
    above.filter_map(|folder| fs::canonicalize(folder).ok()).any(|folder| folder == target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::files;

    fn names(top: &Path, enter: impl Fn(&Path) -> bool + Sync) -> Vec<String> {
        let found = list(top, enter).unwrap();
        let mut names: Vec<String> = found
            .iter()
            .map(|file| file.path.strip_prefix(top).unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_found_at_any_depth_with_their_stamps() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().join("models");
        assert_eq!(list(&top, |_| true).unwrap(), []);
        for name in ["a.sql", "deep/b.sql", "deep/er/c.sql", "target/d.sql"] {
            files::write(&top.join(name), name).unwrap();
        }
        assert_eq!(names(&top, |below| !below.ends_with("target")), ["a.sql", "deep/b.sql", "deep/er/c.sql"]);
        assert_eq!(names(&top, |below| below != top), [""; 0]);
        for file in list(&top, |_| true).unwrap() {
            assert_eq!(file.stamp, files::stamp(&file.path).ok());
        }
        assert_eq!(list(&top.join("a.sql"), |_| true).unwrap(), []);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_but_not_in_circles() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let (top, other) = (folder.path().join("models"), folder.path().join("other"));
        files::write(&top.join("deep/a.sql"), "a").unwrap();
        files::write(&other.join("b.sql"), "b").unwrap();
        symlink(&top, top.join("deep/up")).unwrap();
        symlink(&other, top.join("aside")).unwrap();
        symlink(&top, other.join("back")).unwrap();
        symlink(other.join("b.sql"), top.join("c.sql")).unwrap();
        symlink(other.join("nothing"), top.join("d.sql")).unwrap();
        assert_eq!(names(&top, |_| true), ["aside/b.sql", "c.sql", "d.sql", "deep/a.sql"]);
        let found = list(&top, |_| true).unwrap();
        let stamp = |name: &str| found.iter().find(|file| file.path == top.join(name)).unwrap().stamp;
        assert_eq!(stamp("c.sql"), files::stamp(&other.join("b.sql")).ok());
        assert_eq!(stamp("d.sql"), None);
    }
}
