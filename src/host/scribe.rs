//! Files that are only looked at, written by a thread of its own.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::files::{self, FileError};

/// Who hands over more than this waits, so that a slow disk costs no memory.
const MOST_WAITING: usize = 256;

/// How long files gather once one has come: waking the thread for each costs those who
/// hand them over more than the writing.
const BREATH: Duration = Duration::from_millis(2);

/// Writes files in the order in which they were handed over, see
/// [`files::refresh`], while the others go on. The thread begins with the first file.
#[derive(Debug, Default)]
pub struct Scribe {
    desk: Mutex<Option<Desk>>,
}

#[derive(Debug)]
struct Desk {
    pages: SyncSender<(PathBuf, String)>,
    thread: JoinHandle<Vec<FileError>>,
}

impl Scribe {
    /// Hands a file over.
    ///
    /// # Errors
    /// There can be no thread and the file cannot be written.
    pub fn write(&self, path: PathBuf, contents: String) -> Result<(), FileError> {
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        if desk.is_none() {
            let (pages, inbox) = sync_channel(MOST_WAITING);
            let thread = thread::Builder::new().name("scribe".to_owned());
            *desk = thread.spawn(move || scribble(&inbox)).ok().map(|thread| Desk { pages, thread });
        }
        let page = (path, contents);
        let unsent = match desk.as_ref() {
            Some(desk) => desk.pages.send(page).err().map(|unsent| unsent.0),
            None => Some(page),
        };
        unsent.map_or(Ok(()), |(path, contents)| files::refresh(&path, &contents))
    }

    /// Waits until everything is written; gives what could not be.
    pub fn finish(&self) -> Vec<FileError> {
        let desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Desk { pages, thread }) = desk else { return Vec::new() };
        drop(pages);
        thread.join().unwrap_or_default()
    }
}

fn scribble(pages: &Receiver<(PathBuf, String)>) -> Vec<FileError> {
    let mut failed = Vec::new();
    while let Ok(first) = pages.recv() {
        thread::sleep(BREATH);
        let pages = [first].into_iter().chain(pages.try_iter());
        failed.extend(pages.filter_map(|(path, contents)| files::refresh(&path, &contents).err()));
    }
    failed
}

impl Drop for Scribe {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_many_versions_stays_and_errors_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.sql");
        let scribe = Scribe::default();
        for version in 0..100 {
            scribe.write(path.clone(), version.to_string()).unwrap();
        }
        assert!(scribe.finish().is_empty());
        assert_eq!(files::read(&path).unwrap(), b"99");
        scribe.write(path.join("below a file.sql"), String::new()).unwrap();
        assert_eq!(scribe.finish().len(), 1);
        assert!(scribe.finish().is_empty());
    }
}
