//! The only door to disk, environment variables and the clock.
//!
//! Everything else in the library takes values; a test therefore needs no
//! process-wide state, and a lint (`clippy.toml`) keeps it so.

#![expect(clippy::disallowed_methods, clippy::exit, reason = "this is the door that the lints point to")]

pub mod archive;
pub mod clock;
pub mod environment;
pub mod file_writer;
pub mod files;
mod lease;
pub mod listing;
pub mod network;
pub mod process;
pub mod rolling;
pub mod sealed;
pub mod server;
pub mod timings;
pub mod trust;
pub mod usage;

pub use environment::Environment;
pub use files::FileError;
