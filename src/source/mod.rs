//! Text with addresses.
//!
//! Every text that a user wrote (a file, a flag, an inline query) is added to
//! the [`SourceMap`] once; a [`Span`] then points into it from any later stage.

mod map;

pub use map::{FileId, Location, Read, SourceFile, SourceMap, Span};
