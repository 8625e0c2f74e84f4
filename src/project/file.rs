//! A project file as typed values.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::source::{SourceFile, Span};
use crate::yaml::{self, Yaml};

/// `project.yml` or `dbt_project.yml`, rendered and checked.
#[derive(Debug)]
pub struct ProjectFile {
    /// Its text.
    pub source: Arc<SourceFile>,
    /// `dbt_project.yml`, as it is called on disk.
    pub name_on_disk: String,
    /// The place of its `name`, to point at when there is no better place.
    pub span: Span,
    /// `name`.
    pub name: String,
    /// `version`, where it is given.
    pub version: Option<String>,
    /// `profile`, and its place.
    pub profile: Option<(String, Span)>,
    /// Which folders hold what.
    pub paths: Paths,
    /// `models`, `seeds` and the like: see [`ProjectFile::configs`].
    pub(super) configs: BTreeMap<&'static str, ConfigTree>,
    /// `vars`, not rendered.
    pub vars: yaml::Map,
    /// `flags`.
    pub flags: yaml::Map,
    /// Templates, not rendered.
    pub on_run_start: Vec<Yaml>,
    /// Templates, not rendered.
    pub on_run_end: Vec<Yaml>,
    /// What holds for the whole project.
    pub rules: Rules,
}

/// The folders of a project, from its root, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `model-paths`.
    pub models: Vec<String>,
    /// `seed-paths`.
    pub seeds: Vec<String>,
    /// `test-paths`.
    pub tests: Vec<String>,
    /// `analysis-paths`.
    pub analyses: Vec<String>,
    /// `macro-paths`.
    pub macros: Vec<String>,
    /// `snapshot-paths`.
    pub snapshots: Vec<String>,
    /// `function-paths`.
    pub functions: Vec<String>,
    /// `docs-paths`; by default all of the above.
    pub docs: Vec<String>,
    /// `asset-paths`.
    pub assets: Vec<String>,
    /// `clean-targets`; by default the target path.
    pub clean_targets: Vec<String>,
    /// `target-path`.
    pub target: String,
    /// `log-path`.
    pub log: String,
    /// `packages-install-path`.
    pub packages: String,
}

impl Paths {
    /// Folders that hold what people wrote.
    #[must_use]
    pub fn sources(&self) -> Vec<String> {
        let lists = [
            &self.models,
            &self.seeds,
            &self.tests,
            &self.analyses,
            &self.macros,
            &self.snapshots,
            &self.functions,
            &self.docs,
            &self.assets,
        ];
        lists.into_iter().flatten().cloned().collect()
    }
}

/// What a project file says about all nodes.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// `quoting`: `database`, `schema`, `identifier`, as far as they are given.
    pub quoting: BTreeMap<String, bool>,
    /// `dispatch`.
    pub dispatch: Vec<Dispatch>,
    /// `query-comment`.
    pub query_comment: QueryComment,
    /// `restrict-access`: protected models may not be used from other packages.
    pub restrict_access: bool,
    /// `require-dbt-version`, and its place.
    pub require_dbt_version: Option<(Vec<String>, Span)>,
}

/// Where the macros of a namespace are sought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    /// `macro_namespace`.
    pub namespace: String,
    /// `search_order`: package names.
    pub search_order: Vec<String>,
}

/// The comment that goes with each statement.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueryComment {
    /// The template; `None` is dbt's default comment, an empty text is no comment.
    pub comment: Option<Yaml>,
    /// Whether it stands after the statement.
    pub append: bool,
}

/// What a project file says about the nodes of one kind.
#[derive(Debug, Clone)]
pub struct ConfigTree {
    /// The place of its key.
    pub key: Span,
    /// The tree; hooks in it are not rendered.
    pub rendered: yaml::Map,
    /// The tree as written.
    pub unrendered: yaml::Map,
}

impl ProjectFile {
    /// The config tree under a key such as `models` or `data_tests` (which is
    /// also where a legacy `tests` tree is found).
    #[must_use]
    pub fn configs(&self, key: &str) -> Option<&ConfigTree> {
        self.configs.get(key)
    }

    /// `quoting` as artifacts have it, as far as it is given.
    #[must_use]
    pub fn quoting_json(&self) -> Map<String, Json> {
        self.rules.quoting.iter().map(|(part, is_quoted)| (part.clone(), Json::from(*is_quoted))).collect()
    }

    /// All config trees by key.
    pub fn config_trees(&self) -> impl Iterator<Item = (&'static str, &ConfigTree)> {
        self.configs.iter().map(|(key, tree)| (*key, tree))
    }
}
