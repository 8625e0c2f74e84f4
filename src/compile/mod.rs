//! Nodes to SQL: templates rendered against the manifest and the warehouse.
//!
//! A [`Runtime`] is what a run shares; a [`Worker`] is one session with the
//! warehouse; a [`Job`] is one node being compiled or run by a worker. While a
//! job renders, templates may ask the warehouse through the same session, so
//! that compiling and running are one conversation.
//!
//! `Job::compile` renders the node's own text, compiles the ephemeral models that
//! it reads, and puts them in front as common table expressions. What a `ref`
//! means here must be known from parsing: the graph never lies.

mod adapter;
mod ahead;
mod compiled;
mod config_object;
mod failure;
mod functions;
mod in_flight;
mod job;
mod listener;
mod metric_parts;
mod metrics;
mod names;
mod place;
mod query_comment;
mod refs;
mod relations;
mod results;
pub mod rules;
mod runtime;
mod scope;
mod state;
mod subject;
mod unit;
mod worker;

pub use ahead::EarlyJob;
pub use compiled::Compiled;
pub use failure::{Failure, Refusal};
pub use job::{Batch, Job, JobHandle};
pub use listener::Listener;
pub use relations::RelationCache;
pub use results::as_response;
pub use runtime::{Deferral, Parts, RunOptions, Runtime, output_file};
pub use worker::Worker;
#[cfg(test)]
mod tests;
