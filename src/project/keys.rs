//! The keys that a project file may have.

use crate::yaml::{Value, Yaml};

/// What the value of a key may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    TextOrNumber,
    Number,
    Flag,
    Texts,
    List,
    Hooks,
    Mapping,
    Mappings,
    Comment,
}

/// Every key with its shape.
pub(super) const KEYS: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("version", Shape::TextOrNumber),
    ("config-version", Shape::Number),
    ("profile", Shape::Text),
    ("model-paths", Shape::List),
    ("source-paths", Shape::List),
    ("seed-paths", Shape::List),
    ("data-paths", Shape::List),
    ("test-paths", Shape::List),
    ("analysis-paths", Shape::List),
    ("macro-paths", Shape::List),
    ("snapshot-paths", Shape::List),
    ("function-paths", Shape::List),
    ("docs-paths", Shape::List),
    ("asset-paths", Shape::List),
    ("target-path", Shape::Text),
    ("log-path", Shape::Text),
    ("packages-install-path", Shape::Text),
    ("clean-targets", Shape::List),
    ("quoting", Shape::Mapping),
    ("on-run-start", Shape::Hooks),
    ("on-run-end", Shape::Hooks),
    ("require-dbt-version", Shape::Texts),
    ("dispatch", Shape::Mappings),
    ("models", Shape::Mapping),
    ("seeds", Shape::Mapping),
    ("snapshots", Shape::Mapping),
    ("analyses", Shape::Mapping),
    ("sources", Shape::Mapping),
    ("tests", Shape::Mapping),
    ("data_tests", Shape::Mapping),
    ("unit_tests", Shape::Mapping),
    ("metrics", Shape::Mapping),
    ("semantic-models", Shape::Mapping),
    ("saved-queries", Shape::Mapping),
    ("exposures", Shape::Mapping),
    ("functions", Shape::Mapping),
    ("vars", Shape::Mapping),
    ("flags", Shape::Mapping),
    ("query-comment", Shape::Comment),
    ("restrict-access", Shape::Flag),
    ("dbt-cloud", Shape::Mapping),
];

/// Keys of which dbt takes no nothing.
const NEVER_NOTHING: &[&str] = &[
    "analyses",
    "config-version",
    "data_tests",
    "dispatch",
    "exposures",
    "flags",
    "functions",
    "metrics",
    "restrict-access",
    "saved-queries",
    "semantic-models",
    "sources",
    "tests",
    "unit_tests",
];

/// Keys that dbt lets pass and never looks at.
pub(super) const IDLE_KEYS: &[&str] = &["packages", "project-root"];

/// The keys whose values are config trees.
pub(super) const CONFIG_TREES: &[&str] = &[
    "models",
    "seeds",
    "snapshots",
    "analyses",
    "sources",
    "data_tests",
    "unit_tests",
    "metrics",
    "semantic-models",
    "saved-queries",
    "exposures",
    "functions",
];

/// Names that a project may not have: templates use them for something else.
pub(super) const RESERVED_NAMES: &[&str] = &[
    "_sql_results",
    "adapter",
    "api",
    "column",
    "config",
    "context",
    "database",
    "env",
    "env_var",
    "exceptions",
    "execute",
    "flags",
    "fromjson",
    "fromyaml",
    "graph",
    "invocation_id",
    "load_agate_table",
    "load_result",
    "log",
    "model",
    "modules",
    "post_hooks",
    "pre_hooks",
    "ref",
    "render",
    "return",
    "run_started_at",
    "schema",
    "source",
    "sql",
    "sql_now",
    "store_result",
    "store_raw_result",
    "target",
    "this",
    "tojson",
    "toyaml",
    "try_or_compiler_error",
    "var",
    "write",
];

impl Shape {
    /// Whether the value of `key` has this shape. Nothing fits most keys: the default counts then.
    pub(super) fn fits(self, key: &str, yaml: &Yaml) -> bool {
        let is_text = |yaml: &Yaml| yaml.as_str().is_some();
        match (self, &yaml.value) {
            (_, Value::Null) => !NEVER_NOTHING.contains(&key),
            (
                Self::Text | Self::TextOrNumber | Self::Texts | Self::Hooks | Self::Comment,
                Value::String(_),
            )
            | (Self::TextOrNumber | Self::Number, Value::Int(_) | Value::Float(_))
            | (Self::Flag | Self::Comment, Value::Bool(_))
            | (Self::Mapping | Self::Comment, Value::Map(_)) => true,
            (Self::Texts | Self::List | Self::Hooks, Value::Seq(items)) => items.iter().all(is_text),
            (Self::Mappings, Value::Seq(items)) => items.iter().all(|item| item.as_map().is_some()),
            _ => false,
        }
    }

    /// The shape in words, after "must be".
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::TextOrNumber => "a text or a number",
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::Texts | Self::List | Self::Hooks => "a list of texts",
            Self::Mapping => "a mapping",
            Self::Mappings => "a list of mappings",
            Self::Comment => "a text or a mapping",
        }
    }
}

/// The shape of a key; `None` for a key that is not known.
pub(super) fn shape_of(key: &str) -> Option<Shape> {
    KEYS.iter().find(|(known, _)| *known == key).map(|(_, shape)| *shape)
}
