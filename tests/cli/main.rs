//! The tool from outside: the binary is run on small projects, and what it
//! prints is compared as a whole. One binary, because each links DuckDB.

mod example;
mod golden;
mod readme;
mod sandbox;
mod tidy;
