//! The macros that ship inside the binary, as text.
