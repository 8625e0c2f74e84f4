//! The `model` binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    model::cli::main()
}
