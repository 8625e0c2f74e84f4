//! Statements to results.
//!
//! 1. [`Plan`] says what is to be done.
//! 2. `steps` turns its nodes into steps and orders them.
//! 3. Hands on threads of their own take from the `board` what the `queue` says may
//!    start; `dispatch` hears them, owns the outcome, and emits [`Event`]s.
//!    Generic tests on one relation are looked at together, see `kin`.
//!    Each hand compiles and materializes with a session of its own; what needs
//!    no session was compiled by then, see `ahead`.
//! 4. The [`RunOutcome`] holds what came of it.

mod ahead;
mod alone;
mod attend;
mod board;
mod built_in;
mod desk;
mod dispatch;
mod ear;
mod event;
mod execute;
mod failing;
mod hand;
mod hooks;
mod kin;
mod microbatch;
mod pile;
mod plan;
mod pointer;
mod queue;
mod ranks;
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
