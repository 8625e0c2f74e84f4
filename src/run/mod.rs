//! Statements to results.
//!
//! 1. [`Plan`] says what is to be done.
//! 2. `steps` turns its nodes into steps and orders them.
//! 3. Runners on threads of their own take from the `scheduler` what the `queue` says may
//!    start; `dispatch` hears them, owns the outcome, and emits [`Event`]s.
//!    Generic tests on one relation are looked at together, see `siblings`.
//!    Each runner compiles and materializes with a session of its own; what needs
//!    no session was compiled by then, see `precompiler`.
//! 4. The [`RunOutcome`] holds what came of it.

mod precompiler;
mod alone;
mod background;
mod scheduler;
mod built_in;
mod job_executor;
mod dispatch;
mod job_listener;
mod event;
mod execute;
mod failing;
mod node_runner;
mod hooks;
mod siblings;
mod microbatch;
mod batch_pool;
mod plan;
mod latest_version_pointer;
mod queue;
mod dbt_order;
mod rehearsal;
mod result;
mod schemas;
mod steps;
mod to_dict;

#[cfg(test)]
mod tests;

pub use alone::{Alone, execute_alone};
pub use event::{BatchEnd, Event, Place};
pub use execute::execute;
pub use plan::{Earlier, Mode, Plan, Stop};
pub use result::{
    Batches, Compiled, Detail, Ending, Freshness, NodeResult, RunOutcome, Status, Summary, Timing,
};
