//! Environment variables that are settings of dbt's, and the names that they had.

use super::flag_table::{FLAGS, FlagSpec, OLD_VARIABLES, OTHER_VARIABLES, PREFIX, Scope};
use crate::diagnostics::Diagnostic;
use crate::host::Environment;

/// How the names of settings began before they got a prefix of their own.
const OLD_PREFIX: &str = "DBT_";

/// What can be set by a variable, in lower case.
fn settings() -> impl Iterator<Item = &'static str> {
    let flags = FLAGS.iter().filter(|spec| spec.scope != Scope::Project).map(|spec| spec.name);
    flags.chain(OTHER_VARIABLES.iter().copied())
}

/// The environment as templates see it. dbt: each of its settings is there under both names,
/// with what the newer name says.
pub(super) fn under_both_names(environment: &Environment) -> Environment {
    let mut all = environment.clone();
    for setting in settings() {
        let setting = setting.to_uppercase();
        let names = [PREFIX, OLD_PREFIX].map(|prefix| format!("{prefix}{setting}"));
        if let Some(value) = names.iter().find_map(|name| environment.get(name)) {
            for name in &names {
                all.set(name, value);
            }
        }
    }
    all
}

/// A warning for variables that look like settings of dbt's and are none.
pub(super) fn unknown_variables(environment: &Environment) -> Option<Diagnostic> {
    let is_known = |name: &str| settings().any(|known| known == name.to_lowercase());
    let unknown: Vec<&str> = environment
        .iter()
        .filter(|(name, _)| name.strip_prefix(PREFIX).is_some_and(|rest| !is_known(rest)))
        .map(|(name, _)| name)
        .collect();
    let (first, others) = unknown.split_first()?;
    let message = format!("the environment variable `{first}` sets nothing, although its name is dbt's own");
    let finding = Diagnostic::warning("unknown-variable", message);
    let finding =
        others.iter().fold(finding, |finding, name| finding.note(format!("the same is true of `{name}`")));
    let finding = finding.fact("env_var", *first).fact("reserved_prefix", PREFIX);
    Some(finding.help(format!("call it otherwise: names that begin with `{PREFIX}` are settings")))
}

/// Warnings for variables that have other names by now.
pub(super) fn renamed_variables(environment: &Environment) -> impl Iterator<Item = Diagnostic> + '_ {
    let is_set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
    OLD_VARIABLES.iter().filter(move |(_, old)| is_set(old)).map(|(flag, old)| {
        let new = format!("{PREFIX}{}", flag.to_uppercase());
        Diagnostic::warning(
            "renamed-variable",
            format!("the environment variable `{old}` is called `{new}` now"),
        )
        .known_as(format!("The environment variable `{old}` has been renamed as `{new}`"))
        .fact("old_name", *old)
        .fact("new_name", new)
        .help("rename it: its old name will no longer count some day")
    })
}

/// The value of a variable that dbt has given another name since.
pub(super) fn old_variable<'a>(environment: &'a Environment, spec: &FlagSpec) -> Option<(String, &'a str)> {
    let (_, name) = OLD_VARIABLES.iter().find(|(flag, _)| *flag == spec.name)?;
    let value = environment.get(name).filter(|value| !value.is_empty())?;
    Some(((*name).to_owned(), value))
}

/// Whether a variable of this name says the contrary of its setting.
pub(super) fn denies(name: &str) -> bool {
    name.starts_with("DBT_NO_")
}
