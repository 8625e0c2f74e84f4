//! The first render of a node's text: nothing runs, everything is recorded.
//!
//! dbt learns what a node needs by rendering it once with `execute` false.
//! [`ParseScope`] is what the text sees then; its `ref`, `source`, `config` and
//! the macros that it calls end up in a [`Recorder`].

mod adapter;
mod calls;
mod config_object;
mod recorder;
mod scope;

pub(crate) use calls::metric_call;
pub(super) use recorder::{Recorded, Recorder};
pub(super) use scope::{ParseScope, Subject, Surroundings};
