//! Data tests in property files: from a YAML entry to the test node that dbt
//! makes of it.
//!
//! Pure functions. Names, ids and generated text equal dbt's to the letter,
//! because state comparison, selectors and other tools know tests by them; the
//! values in `tests.rs` were recorded from dbt.

mod argument;
mod build;
mod code;
mod known;
mod naming;
mod old_forms;
mod python;
mod written;

pub use argument::{TEST_ARGUMENTS, test_arguments};
pub use build::{GenericTestDraft, tests_of_node, tests_of_table};
pub(super) use known::{Known, KnownTests, OWN_WHERE_MACRO, named, tested};
pub(super) use naming::hex;
pub use old_forms::OldForm;
pub(super) use python::repr;

#[cfg(test)]
mod tests;
