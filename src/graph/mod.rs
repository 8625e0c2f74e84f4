//! The dependency graph of nodes.
