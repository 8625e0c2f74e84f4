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
const GATHERING: Duration = Duration::from_millis(2);

/// Writes files in the order in which they were handed over, see
/// [`files::refresh`], while the others go on. The thread begins with the first file.
#[derive(Debug, Default)]
pub struct FileWriter {
    running: Mutex<Option<WriterThread>>,
}

#[derive(Debug)]
struct WriterThread {
    outbox: SyncSender<(PathBuf, String)>,
    thread: JoinHandle<Vec<FileError>>,
}

impl FileWriter {
    /// Hands a file over.
    ///
    /// # Errors
    /// There can be no thread and the file cannot be written.
    pub fn write(&self, path: PathBuf, contents: String) -> Result<(), FileError> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_none() {
            let (outbox, inbox) = sync_channel(MOST_WAITING);
            let thread = thread::Builder::new().name("file writer".to_owned());
            *running =
                thread.spawn(move || write_all(&inbox)).ok().map(|thread| WriterThread { outbox, thread });
        }
        let file = (path, contents);
        let unsent = match running.as_ref() {
            Some(writer) => writer.outbox.send(file).err().map(|unsent| unsent.0),
            None => Some(file),
        };
        unsent.map_or(Ok(()), |(path, contents)| files::refresh(&path, &contents))
    }

    /// Waits until everything is written; gives what could not be.
    pub fn finish(&self) -> Vec<FileError> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(WriterThread { outbox, thread }) = running else { return Vec::new() };
        drop(outbox);
        thread.join().unwrap_or_default()
    }
}

fn write_all(inbox: &Receiver<(PathBuf, String)>) -> Vec<FileError> {
    let mut failed = Vec::new();
    while let Ok(first) = inbox.recv() {
        thread::sleep(GATHERING);
        let files = [first].into_iter().chain(inbox.try_iter());
        failed.extend(files.filter_map(|(path, contents)| files::refresh(&path, &contents).err()));
    }
    failed
}

impl Drop for FileWriter {
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
        let file_writer = FileWriter::default();
        for version in 0..100 {
            file_writer.write(path.clone(), version.to_string()).unwrap();
        }
        assert!(file_writer.finish().is_empty());
        assert_eq!(files::read(&path).unwrap(), b"99");
        file_writer.write(path.join("below a file.sql"), String::new()).unwrap();
        assert_eq!(file_writer.finish().len(), 1);
        assert!(file_writer.finish().is_empty());
    }
}
