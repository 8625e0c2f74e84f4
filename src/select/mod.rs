//! The selection language: which nodes a command is about.
//!
//! Three stages, each with its own type:
//!
//! 1. Text, from flags or from `selectors.yml`, becomes an [`Expression`] whose
//!    [`Criterion`]s know where they were written: [`parse`], [`NamedSelectors::read`].
//! 2. An expression becomes a set of nodes: methods pick nodes, graph operators
//!    add their relatives, set operations combine, tests come along.
//! 3. [`select`] does both for the flags of a command, filters by resource type
//!    and puts the nodes in order.

mod criterion;
mod definition;
mod evaluate;
mod expression;
mod glob;
mod matches;
mod method;
mod named;
mod normalized;
mod parse;
mod selection;
mod state;
mod suggestions;

pub use criterion::criterion;
pub use expression::{Criterion, Expression, Indirect, Operator, Reach, SetOperation};
pub use method::{Method, StateCheck, TestType, VersionState};
pub use named::NamedSelectors;
pub use parse::parse;
pub use selection::{SelectArgs, Selected, Selection, select};
pub use state::{Comparison, Contracts, Earlier};

#[cfg(test)]
mod tests;
