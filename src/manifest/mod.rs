//! Files to nodes.
//!
//! [`load`] reads every file of a project and its packages and returns the
//! [`Manifest`], or all the problems that it found. The stages inside, in order:
//!
//! | stage | from | to |
//! |---|---|---|
//! | `macros`, `doc_blocks` | macro files, `.md` files | the template library, docs blocks |
//! | `properties` | property files | typed entries |
//! | `sketch` | SQL and CSV files | sketches: nodes before any rendering |
//! | `draft` | sketches | nodes without edges: rendered once with a recorder, config merged, named |
//! | `resolve` | nodes without edges | the manifest: each `ref` and `source` is a [`NodeId`] |

mod access;
mod cache;
mod call_site;
mod config;
mod configure;
mod consequences;
mod contents;
mod deprecation;
mod describe;
mod doc_blocks;
mod draft;
mod exposures;
mod generic_sketch;
pub mod generic_tests;
mod index;
mod inferred;
mod layers;
mod lazy;
mod load;
mod macros;
mod naming;
mod node;
mod nodes;
mod overrides;
mod parse;
mod patches;
mod python;
pub mod properties;
mod property_files;
mod resolve;
mod search_order;
mod semantic;
mod sketch;
mod sources;
mod foreign_patches;
mod unique;
mod unit_test;
mod unit_test_nodes;
pub mod unit_tests;
pub mod version;
mod world;

pub use cache::{Basis, Descent, keep};
pub use config::{Config, Hook, Values};
pub use contents::{DocBlock, Group, MacroArgument, MacroNode, Manifest};
pub use deprecation::first_strays;
pub use describe::foreign_key_target;
pub use lazy::Lazy;
pub use load::{Inputs, Loaded, Reparsed, load};
pub use node::*;
pub use nodes::{Nodes, Outline, Sort};
pub(crate) use parse::metric_call;
pub use search_order::SearchOrder;
pub(crate) use sketch::sha256;
pub use unit_test::*;
