//! Cuts files into the blocks that they declare.
//!
//! dbt's block tags (`macro`, `test`, `data_test`, `materialization`, `snapshot`,
//! `docs`) count only at the top level of a file. Comments and `raw` sections
//! hide them.

mod balance;
mod block;
mod blocks;
mod header;
mod lexer;
mod token;

pub use block::{Argument, Block, BlockKind};
pub use blocks::{Holds, Scanned, Stray, scan};

pub(crate) use balance::unbalanced;
pub(crate) use header::{Parameter, header, parameters};
pub(crate) use lexer::segments;
pub(crate) use token::{Fault, Segment, SegmentKind, Token, TokenKind};

#[cfg(test)]
mod tests;
