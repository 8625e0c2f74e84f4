//! Which types of nodes a command takes.

use std::collections::BTreeSet;

use crate::diagnostics::Diagnostic;
use crate::manifest::ResourceType;

/// The types of nodes that a command takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kinds(BTreeSet<ResourceType>);

/// What `build` does something with; exposures and saved queries are counted and left alone.
const BUILD: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Test,
    ResourceType::UnitTest,
    ResourceType::Exposure,
    ResourceType::SavedQuery,
    ResourceType::Function,
];

const TEST: &[ResourceType] = &[ResourceType::Test, ResourceType::UnitTest];

/// What another environment can have.
const CLONE: &[ResourceType] = &[ResourceType::Model, ResourceType::Seed, ResourceType::Snapshot];

/// What has SQL; and seeds, which dbt tells of too.
const COMPILE: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Test,
    ResourceType::Analysis,
    ResourceType::Operation,
    ResourceType::Function,
];

const SHOW: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Test,
    ResourceType::Analysis,
    ResourceType::Function,
];

/// What `list` shows unless it is asked for other types. dbt: analyses only where
/// they are asked for.
const LIST: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Test,
    ResourceType::UnitTest,
    ResourceType::Source,
    ResourceType::Exposure,
    ResourceType::Metric,
    ResourceType::SemanticModel,
    ResourceType::SavedQuery,
    ResourceType::Function,
];

/// Everything that `list` knows: its `all`.
const LIST_ALL: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Test,
    ResourceType::UnitTest,
    ResourceType::Source,
    ResourceType::Exposure,
    ResourceType::Metric,
    ResourceType::SemanticModel,
    ResourceType::SavedQuery,
    ResourceType::Analysis,
    ResourceType::Function,
];

impl Kinds {
    /// These types.
    #[must_use]
    pub fn only(types: &[ResourceType]) -> Self {
        Self(types.iter().copied().collect())
    }

    /// For `build`: what the flags leave of everything that can be built.
    ///
    /// # Errors
    /// A flag names a type that does not exist.
    pub fn of_build(include: &[String], exclude: &[String]) -> Result<Self, Vec<Diagnostic>> {
        Self::narrowed(BUILD, BUILD, include, exclude)
    }

    /// For `test`.
    ///
    /// # Errors
    /// A flag names a type that does not exist.
    pub fn of_test(include: &[String], exclude: &[String]) -> Result<Self, Vec<Diagnostic>> {
        Self::narrowed(TEST, TEST, include, exclude)
    }

    /// For `list`.
    ///
    /// # Errors
    /// A flag names a type that does not exist.
    pub fn of_list(include: &[String], exclude: &[String]) -> Result<Self, Vec<Diagnostic>> {
        Self::narrowed(LIST, LIST_ALL, include, exclude)
    }

    /// For `clone`.
    ///
    /// # Errors
    /// A flag names a type that does not exist.
    pub fn of_clone(include: &[String], exclude: &[String]) -> Result<Self, Vec<Diagnostic>> {
        Self::narrowed(CLONE, CLONE, include, exclude)
    }

    /// For `compile`.
    ///
    /// # Errors
    /// A flag names a type that does not exist.
    pub fn of_compile(include: &[String], exclude: &[String]) -> Result<Self, Vec<Diagnostic>> {
        Self::narrowed(COMPILE, COMPILE, include, exclude)
    }

    /// For `show`: what has rows.
    #[must_use]
    pub fn of_show() -> Self {
        Self::only(SHOW)
    }

    /// The types.
    #[must_use]
    pub fn types(&self) -> &BTreeSet<ResourceType> {
        &self.0
    }

    fn narrowed(
        default: &[ResourceType],
        all: &[ResourceType],
        include: &[String],
        exclude: &[String],
    ) -> Result<Self, Vec<Diagnostic>> {
        let (default, all) = (Self::only(default).0, Self::only(all).0);
        let (included, excluded) = (read(include, &default, &all)?, read(exclude, &default, &all)?);
        let kept = if included.is_empty() { default } else { included };
        Ok(Self(kept.difference(&excluded).copied().collect()))
    }
}

/// The types that words name; `all` and `default` stand for several.
fn read(
    words: &[String],
    default: &BTreeSet<ResourceType>,
    all: &BTreeSet<ResourceType>,
) -> Result<BTreeSet<ResourceType>, Vec<Diagnostic>> {
    let mut found = BTreeSet::new();
    let mut problems = Vec::new();
    for word in words.iter().flat_map(|words| words.split_whitespace()) {
        match (word, ResourceType::parse(word)) {
            ("all", _) => found.extend(all),
            ("default", _) => found.extend(default),
            (_, Some(kind)) => drop(found.insert(kind)),
            (_, None) => problems.push(unknown(word)),
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

fn unknown(word: &str) -> Diagnostic {
    let names = ResourceType::EVERY.map(ResourceType::as_str);
    Diagnostic::error("unknown-resource-type", format!("`{word}` is not a type of node"))
        .suggest(word, names)
        .note(format!("the types are {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_narrow_what_a_command_takes() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let kinds = Kinds::of_build(&words(&["model", "seed"]), &words(&["seed"])).expect("known types");
        assert_eq!(kinds, Kinds::only(&[ResourceType::Model]));
        assert_eq!(Kinds::of_test(&[], &[]).expect("all"), Kinds::only(TEST));
        let of_list = |given: &[&str]| Kinds::of_list(&words(given), &[]).expect("known types").types().len();
        assert_eq!((of_list(&[]), of_list(&["all"]), of_list(&["default", "analysis"])), (11, 12, 12));
        let problems = Kinds::of_build(&words(&["modle", "x"]), &[]).expect_err("unknown types");
        assert_eq!(problems.len(), 2);
        assert_eq!(problems[0].help, ["did you mean `model`?"]);
    }
}
