//! Nodes to SQL.
