//! Whole renders: macros, scopes, errors.

mod any;
mod calls;
mod errors;
mod expressions;
mod stage;
mod undefined;
