//! Nodes to a graph without cycles.
//!
//! A [`Graph`] exists only for a manifest whose nodes do not need themselves:
//! [`Graph::new`] refuses a circle and prints its whole path.

mod build_order;
mod cycle;
mod dag;
mod subset;

pub use dag::Graph;
pub use subset::Subset;

#[cfg(test)]
mod tests;
