//! Statements to results.
