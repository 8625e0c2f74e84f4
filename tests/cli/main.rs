//! The tool from outside: the binary is run on small projects, and what it
//! prints is compared as a whole. One binary, because each links DuckDB.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail, and looks at what the program left on the disk"
)]

mod artifact_details;
mod behavior_flags;
mod build;
mod compatibility;
mod compile;
mod conformance;
mod consumers;
mod contracts;
mod deprecations;
mod details;
mod docs;
mod drop_in;
mod endings;
mod errors;
mod example;
mod faults;
mod file_names;
mod flags;
mod flags_of_commands;
mod functions;
mod init;
mod interrupt;
mod log;
mod log_events;
mod macros;
mod microbatch;
mod mistakes;
mod nesting;
mod newer_forms;
mod offers;
mod packages;
mod postgres;
mod profiles;
mod proxy;
mod python;
mod query_comment;
mod readme;
mod real_projects;
mod recorded;
mod redshift;
mod refusals;
mod retry;
mod sandbox;
mod semantic;
mod show;
mod state;
mod statements;
mod tidy;
mod timings;
mod toy_engine;
mod turned_off;
mod versions;
mod warehouse;
