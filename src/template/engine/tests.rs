//! Whole renders: macros, scopes, errors.

mod calls;
mod errors;
mod expressions;
mod stage;
mod undefined;
