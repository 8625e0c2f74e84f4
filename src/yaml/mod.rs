//! YAML whose values keep their place.
//!
//! [`parse`] reads the YAML 1.1 that dbt's files are written in: `yes` and `on`
//! are booleans, `010` is eight, `<<` merges, dates become ISO text. Every value
//! and every key has a [`Span`](crate::source::Span), so that any later stage can
//! point at what the user wrote. [`to_text`] writes the block style of `toyaml`.

mod emit;
mod emit_scalar;
pub(crate) mod form;
mod parse;
mod problem;
mod scalar;
mod shift;
mod tree;
mod value;

pub use emit::{Node, node_text, to_text};
pub use parse::{collect, parse};
pub use value::{Key, Map, Value, Yaml};
