//! Project file, profile, packages, flags and files of an invocation.
//!
//! [`load`] takes a [`LoadRequest`] and returns the [`Project`], or every
//! problem that it found: 1. [`locate`] the folder, 2. read the project file,
//! 3. choose and render one target of `profiles.yml`, 4. render the project file
//! with it, 5. the same for each installed package, 6. find and read all files.
//! What templates of any stage see of all this is [`Members`]. [`deps`] installs
//! packages.

mod catalogs;
mod choose_profile;
mod deps;
mod discover;
mod event_names;
mod file;
mod flag_table;
mod flags;
mod ignored;
mod installed;
mod keys;
mod load;
mod locate;
mod lock;
mod members;
pub mod packages;
mod period;
mod profile;
mod read_file;
mod render;
mod request;
mod variables;
mod vars;
mod version;
mod warn_options;
mod warnings;

pub use choose_profile::{missed_profiles_file, profiles_file};
pub use deps::{Added, Addition, DepsOptions, Installed, InstalledPackage, deps};
pub(crate) use discover::plain_name;
pub use discover::{FileKind, ResourceFile};
pub use file::{ConfigTree, Dispatch, Paths, ProjectFile, QueryComment, Rules};
pub use flags::{Flags, Origin, Setting};
pub use load::{
    Foundation, Package, Project, ProjectRoot, Target, flags_alone, load, load_foundation, load_root,
    log_place,
};
pub use locate::{PROJECT_FILE_NAMES, locate};
pub use members::{Consulted, METADATA_PREFIX, Members, Reads, Secrets};
pub use period::{Period, moment, moment_text};
pub use profile::Profile;
pub use request::{Invocation, LoadRequest};
pub use vars::{Vars, is_vars};
pub(crate) use warnings::TEST_WARNING;
pub use warnings::{Treatment, event_of};

/// The version of dbt whose language this program speaks: `dbt_version` in
/// templates, and what `require-dbt-version` is compared with.
pub const DBT_VERSION: &str = "1.11.16";
