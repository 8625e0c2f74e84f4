//! Nodes to SQL: templates rendered against the manifest and the warehouse.

mod failure;

pub use failure::{Failure, Refusal};
