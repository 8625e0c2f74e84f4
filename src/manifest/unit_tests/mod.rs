//! Unit tests in property files: from a YAML entry to inputs and rows.
//!
//! [`build`] reads rows wherever they were written and computes what dbt knows
//! a unit test by; [`UnitTestDraft::resolve`] then finds the nodes that it names.

mod build;
mod checksum;
mod resolve;
mod rows;

pub use build::{GivenDraft, InputCall, UnitTestDraft, build};
pub use resolve::Names;
pub use rows::RowFiles;

#[cfg(test)]
mod tests;
