//! Environment variables, as a value.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::files::{self, Stamp};

/// The environment variables of the process when it started. Values may be
/// secret, so that printing shows names only.
#[derive(Clone, Default)]
pub struct Environment {
    variables: IndexMap<String, String>,
}

impl Environment {
    /// The process's own; variables that are not UTF-8 are left out.
    #[must_use]
    pub fn of_process() -> Self {
        let unicode = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { variables: std::env::vars_os().filter_map(unicode).collect() }
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Gives a variable another value, here alone.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// All variables, in the order in which the process has them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The user's home folder.
    #[must_use]
    pub fn home(&self) -> Option<PathBuf> {
        self.get("HOME").or_else(|| self.get("USERPROFILE")).map(PathBuf::from)
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self { variables: variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

/// The folder in which the process was started.
///
/// # Errors
/// The folder is gone or may not be read.
pub fn current_dir() -> Result<PathBuf, super::FileError> {
    std::env::current_dir().map_err(|source| super::FileError::new("find", ".", source))
}

/// Makes a folder the one that relative paths start from, those that SQL names
/// included. dbt: everything runs in the project's folder.
///
/// # Errors
/// The folder is gone or may not be entered.
pub fn enter(folder: &Path) -> Result<(), super::FileError> {
    std::env::set_current_dir(folder).map_err(|source| super::FileError::new("enter", folder, source))
}

/// The name under which the process was started, without folder and extension.
#[must_use]
pub fn program_name() -> String {
    let path = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The command line as it was typed, as far as it is Unicode.
#[must_use]
pub fn command_line() -> String {
    std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// The same with this name of the program, wherever it stands.
#[must_use]
pub fn command_line_of(program: &str) -> String {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    std::iter::once(program.to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// What tells this build of the program from others.
#[must_use]
pub fn program_stamp() -> Option<Stamp> {
    files::stamp(&std::env::current_exe().ok()?).ok()
}

/// Bytes of stack for each thread that renders: templates nest, and their engine
/// walks them by recursion. Memory is taken only as far as it is used.
pub const STACK: usize = 64 << 20;

/// How many threads can run at the same time on this machine.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}

/// Ends the process with this code. What it holds is given back all at once by the system, and
/// not piece by piece before.
#[cfg_attr(target_os = "linux", allow(unsafe_code))]
pub fn leave(code: u8) -> ! {
    use std::io::Write as _;
    // Who does not listen any more misses nothing.
    let _ = std::io::stdout().flush();
    #[cfg(target_os = "linux")]
    // SAFETY: it takes a number and does not return.
    unsafe {
        libc::_exit(code.into())
    }
    #[cfg(not(target_os = "linux"))]
    std::process::exit(code.into())
}

/// Ends the process at once, as an interrupt would.
pub fn abort() -> ! {
    std::process::exit(130)
}
