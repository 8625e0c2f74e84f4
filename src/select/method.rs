//! What nodes are chosen by.

use crate::manifest::{ResourceType, SemanticKind};

/// What nodes are chosen by. Values that have a fixed list are part of the
/// method, so that a wrong one is found while parsing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// Names: the last part, or the first parts, of a node's `fqn`.
    Fqn,
    /// `tags`.
    Tag,
    /// The config `group`.
    Group,
    /// The config `access` of models.
    Access,
    /// Sources: `source`, `source.table` or `package.source.table`.
    Source,
    /// Files and folders, from the project root.
    Path,
    /// Names of files.
    File,
    /// Packages.
    Package,
    /// A config, found by these keys.
    Config(Vec<String>),
    /// Generic tests by the test that they apply, unit tests by name.
    TestName,
    /// Tests by how they are written; the value is one of the fixed words.
    TestType(TestType),
    /// `resource_type`; `None` for types of dbt that no node here has.
    ResourceType(Option<ResourceType>),
    /// Exposures: `name` or `package.name`.
    Exposure,
    /// Unit tests: `name` or `package.name`.
    UnitTest,
    /// Model versions.
    Version(VersionState),
    /// Selections of `selectors.yml`.
    Selector,
    /// Metrics, semantic models and saved queries: `name` or `package.name`.
    Semantic(SemanticKind),
    /// What is different from an earlier invocation.
    State(StateCheck),
    /// How nodes ended in an earlier run.
    Result,
    /// Sources with newer rows than they had: the value is `fresher`.
    SourceStatus,
}

/// How a node stands to what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateCheck {
    /// It was not there.
    New,
    /// It was there.
    Old,
    /// Something of it is different.
    Modified,
    /// Nothing of it is different.
    Unmodified,
    /// Its text is different.
    Body,
    /// Its configuration is different, as written.
    Configs,
    /// Its place in the warehouse is different, as written.
    Relation,
    /// A description that is written to the warehouse is different.
    Descriptions,
    /// A macro that it calls is different, be it through others.
    Macros,
    /// What it promises of its columns is different.
    Contract,
}

/// How a test is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestType {
    /// A call in a property file. dbt's older word is `schema`.
    Generic,
    /// A query in a file.
    Singular,
    /// Both.
    Data,
    /// Given rows, expected rows.
    Unit,
}

/// How a model's version stands to the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum VersionState {
    Latest,
    Prerelease,
    Old,
    None,
}

impl Method {
    /// The words before the colon, in the order in which help texts name them.
    pub const NAMES: [&str; 22] = [
        "fqn",
        "tag",
        "path",
        "file",
        "source",
        "exposure",
        "package",
        "config",
        "resource_type",
        "test_name",
        "test_type",
        "unit_test",
        "group",
        "access",
        "version",
        "selector",
        "metric",
        "semantic_model",
        "saved_query",
        "state",
        "result",
        "source_status",
    ];

    /// Whether the first word of `config.materialized` and its like names a method.
    pub(super) fn knows(name: &str) -> bool {
        let word = name.split('.').next().unwrap_or_default();
        Self::NAMES.contains(&word)
    }
}
