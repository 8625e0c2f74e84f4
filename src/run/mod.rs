//! Statements to results.
//!
//! [`Plan`] says what is to be done; [`Event`]s tell what happens; the
//! [`RunOutcome`] holds what came of it.

mod event;
mod plan;
mod result;

pub use event::{Event, Place};
pub use plan::{Mode, Plan, Stop};
pub use result::{Compiled, Detail, Ending, Freshness, NodeResult, RunOutcome, Status, Summary, Timing};
