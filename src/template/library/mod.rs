//! The macros of all packages, and which of them a name means.
//!
//! dbt's rules: an unqualified name is sought in the package of the node that is
//! rendered, then in the root project, then in the internal packages (the
//! adapter's before the common one). A macro of another package needs its
//! package's name in front; `dbt` names all internal packages together.

mod builder;
mod info;
mod lookup;

pub use builder::LibraryBuilder;
pub use info::{MacroInfo, MaterializationFound};
pub use lookup::Library;

#[cfg(test)]
mod tests;
