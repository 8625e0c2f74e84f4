//! Archives, and folders that are gone when nobody needs them any more.

use std::path::{Path, PathBuf};

use super::FileError;

/// Unpacks a compressed tar archive into a folder, which is made. What would lie
/// outside of the folder is left out.
///
/// # Errors
/// It is no such archive, or the folder cannot be written.
pub fn unpack(bytes: &[u8], folder: &Path) -> Result<(), FileError> {
    let refused = |error| FileError::new("unpack into", folder, error);
    std::fs::create_dir_all(folder).map_err(refused)?;
    tar::Archive::new(flate2::read::GzDecoder::new(bytes)).unpack(folder).map_err(refused)
}

/// A folder for a while.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// A new folder, empty, among the system's temporary ones.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new() -> Result<Self, FileError> {
        let path = std::env::temp_dir().join(format!("model-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&path).map_err(|error| FileError::new("make", &path, error))?;
        Ok(Self { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is the system's to clean up.
        drop(std::fs::remove_dir_all(&self.path));
    }
}
