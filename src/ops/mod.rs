//! One function for each command; nothing here prints.
//!
//! [`Workspace::open`] reads a project up to its graph; the other functions
//! take it from there. [`execute`] is `build` and everything like it.

pub mod alone;
mod artifacts;
pub mod catalog;
pub mod clean;
pub mod debug;
mod earlier;
pub mod execute;
mod graph_summary;
pub mod init;
mod kinds;
pub mod list;
mod manifest_file;
pub mod retry;
pub mod site;
mod workspace;

pub use kinds::Kinds;
pub use workspace::{Criteria, Workspace};
