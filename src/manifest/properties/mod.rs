//! Property files: YAML that describes what lies in other files.
//!
//! [`parse`] turns one document into typed entries. Everything that can be
//! judged from the document alone is judged here and reported with its place;
//! whether a model of that name exists is for the caller to say, and
//! [`duplicates`] compares the files of a package with each other.
//!
//! No template is rendered here except through the caller's [`Render`]: strings
//! are rendered as dbt's schema-yaml context does it, apart from descriptions,
//! tests, hooks and `loaded_at_query`, which are templates of a later stage.

mod call;
mod column;
mod config_block;
mod constraints;
mod duplicates;
mod entry;
mod exposure;
mod file;
mod forms;
mod freshness;
mod function;
mod home;
mod macros;
mod node;
mod rendering;
mod semantic;
mod source;
mod source_config;
mod source_patch;
mod spanned;
mod unit_test;
mod versions;

pub use call::{ResourceCall, parse_call};
pub use column::Column;
pub use config_block::{ConfigBlock, Setting};
pub use duplicates::duplicates;
pub use exposure::{ExposureKind, ExposureProperties, GroupProperties};
pub use file::{Parsed, Properties, UNREADABLE_DATA_TEST, parse};
pub use freshness::from_config as freshness_from_config;
pub use function::FunctionProperties;
pub use home::Home;
pub use macros::{ArgumentProperties, MacroProperties, is_known_type, type_names};
pub use node::{GRAINS, NodeKey, NodeProperties};
pub use rendering::Render;
pub use semantic::SemanticProperties;
pub use source::{SourcePlace, SourceProperties, TableProperties};
pub use source_patch::SourcePatch;
pub use spanned::Spanned;
pub use unit_test::{FixtureProperties, GivenProperties, RowFormat, UnitTestProperties, VersionChoice};
pub use versions::ModelVersion;

#[cfg(test)]
mod tests;
