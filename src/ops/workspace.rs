//! A project, read up to its graph.

use std::path::PathBuf;
use std::sync::Arc;

use crate::adapter::Adapter;
use crate::diagnostics::Diagnostic;
use crate::graph::Graph;
use crate::manifest;
use crate::manifest::Manifest;
use crate::project;
use crate::project::{LoadRequest, Project};
use crate::select;
use crate::select::{Indirect, NamedSelectors, SelectArgs, Selected};
use crate::source::{SourceFile, SourceMap};
use crate::template::{Engine, Notices};

use super::Kinds;

/// A project, read up to its graph. Nothing has been sent to the warehouse yet.
#[derive(Debug)]
pub struct Workspace {
    /// The project, its packages and its profile.
    pub project: Arc<Project>,
    /// Every node.
    pub manifest: Arc<Manifest>,
    /// Every macro, ready to be called.
    pub engine: Engine,
    /// Which node needs which.
    pub graph: Graph,
    /// What `selectors.yml` defines.
    pub selectors: NamedSelectors,
    /// All texts.
    pub sources: Arc<SourceMap>,
    /// What is questionable in the project.
    pub warnings: Vec<Diagnostic>,
}

/// Which nodes a command line is about, as written.
#[derive(Debug, Clone, Default)]
pub struct Criteria {
    /// `--select`.
    pub select: Vec<String>,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// `--selector`.
    pub selector: Option<String>,
}

impl Criteria {
    /// Whether they ask for less than everything.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        !self.select.is_empty() || self.selector.is_some()
    }
}

impl Workspace {
    /// Reads a project, or returns everything that is wrong with it.
    ///
    /// # Errors
    /// All problems of the first stage that finds any, with warnings among them.
    pub fn open(request: &LoadRequest, notices: &Arc<dyn Notices>) -> Result<Self, Vec<Diagnostic>> {
        let (project, mut warnings) = project::load(request)?;
        let project = Arc::new(project);
        let sources = Arc::clone(&request.sources);
        let inputs = manifest::Inputs { project: &project, sources: &sources, notices };
        let loaded = manifest::load(&inputs)?;
        warnings.extend(loaded.warnings);
        let graph = Graph::new(&loaded.manifest)?;
        let (selectors, findings) = project.selectors.as_ref().map(NamedSelectors::read).unwrap_or_default();
        if findings.iter().any(Diagnostic::is_error) {
            return Err(findings);
        }
        warnings.extend(findings);
        let (manifest, engine) = (Arc::new(loaded.manifest), loaded.engine);
        Ok(Self { project, manifest, engine, graph, selectors, sources, warnings })
    }

    /// The warehouse of the chosen target, not yet connected to.
    #[must_use]
    pub fn adapter(&self) -> &dyn Adapter {
        self.project.profile.adapter.as_ref()
    }

    /// The nodes that criteria choose among these kinds.
    ///
    /// # Errors
    /// Every criterion that cannot be understood.
    pub fn select(
        &self,
        criteria: &Criteria,
        kinds: &Kinds,
        for_list: bool,
    ) -> Result<Selected, Vec<Diagnostic>> {
        let add = |flag: &str, text: &String| self.sources.add(PathBuf::from(flag), text.as_str());
        let texts = |flag: &str, values: &[String]| -> Vec<Arc<SourceFile>> {
            values.iter().map(|value| add(flag, value)).collect()
        };
        let args = SelectArgs {
            select: texts("--select", &criteria.select),
            exclude: texts("--exclude", &criteria.exclude),
            selector: criteria.selector.as_ref().map(|name| add("--selector", name)),
            named: &self.selectors,
            indirect: self.indirect(),
            resource_types: kinds.types().clone(),
            includes_empty: for_list,
            root_package: &self.project.root_package().name,
        };
        select::select(&self.manifest, &self.graph, &args)
    }

    fn indirect(&self) -> Indirect {
        self.project.flags.text("indirect_selection").and_then(Indirect::parse).unwrap_or(Indirect::Eager)
    }
}
