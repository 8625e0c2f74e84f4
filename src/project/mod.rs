//! Project file, profile, packages, flags and files of an invocation.
