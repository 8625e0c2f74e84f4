//! SQL to statements, in order.
//!
//! Which statement runs when, in which transaction, and what takes whose place
//! is decided here, in Rust. The SQL itself comes from macros that are called
//! by name, so that projects and packages override it as in dbt. Everything is
//! done through a [`Executor`]; the tests put one there that only writes down what
//! it is asked to do.
//!
//! A reader of the warehouse never sees a relation half built: what is new is
//! built under another name and put in place inside one transaction, and a
//! failure rolls back to what was there before.

mod batches;
mod executor;
mod clone;
mod csv;
mod custom;
mod difference;
mod finish;
mod fixture;
mod freshness;
mod function;
mod incremental;
mod iso_time;
mod make;
mod materialized_view;
mod screen;
mod seed;
mod snapshot;
mod swap;
mod table;
mod test;
mod unit_test;
mod view;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

pub use batches::{Slice, Window, slices, slices_again};
pub use clone::{Cloning, clone, point};
pub use executor::{Author, Change, Executor, Flags, Materialized, Order, Purpose, Transaction};
pub use fixture::{Input, fixtures};
pub use freshness::{Measured, Staleness, measure};
pub use make::{Materializer, TEST, is_built_in, judge, make, make_as, preview};
pub use screen::{Screened, may_be_screened, screen};
pub use test::{SAMPLE_ROWS, TestResult, TestStatus, stores_failures};
