//! A project, read up to its graph.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};

use super::{Kinds, earlier};
use crate::adapter::{self, Adapter};
use crate::artifact::Wire;
use crate::diagnostics::Diagnostic;
use crate::graph::Graph;
use crate::host::clock;
use crate::host::timings::Phase;
use crate::manifest::{self, Descent, Manifest, Reparsed};
use crate::project::{self, LoadRequest, Project, Treatment};
use crate::select::{self, Comparison, Contracts, Earlier, Indirect, NamedSelectors, SelectArgs, Selected};
use crate::source::{SourceFile, SourceMap};
use crate::template::{Audience, Engine, Notice, Notices, repr, to_value};

/// A project, read up to its graph. Nothing has been sent to the warehouse yet.
#[derive(Debug)]
pub struct Workspace {
    /// The project, its packages and its profile.
    pub project: Arc<Project>,
    /// Every node.
    pub manifest: Arc<Manifest>,
    /// Every macro, ready to be called.
    pub engine: Engine,
    /// Which node needs which; where that is as in an earlier run, only once somebody asks.
    graph: OnceLock<Graph>,
    /// What `selectors.yml` defines.
    pub selectors: NamedSelectors,
    /// All texts.
    pub sources: Arc<SourceMap>,
    /// Where is told what is written.
    pub(super) notices: Arc<dyn Notices>,
    /// What is questionable in the project.
    pub warnings: Vec<Diagnostic>,
    /// How the manifest goes back to that of an earlier run.
    pub(super) descent: Descent,
    earlier: OnceLock<Earlier>,
    /// Leaves what was understood for the next run, meanwhile.
    keeper: Option<JoinHandle<()>>,
}

/// The name of the file under the target path in which runs leave what they understood.
const CACHE: &str = "parse.cache";

impl Drop for Workspace {
    fn drop(&mut self) {
        if let Some(keeper) = self.keeper.take() {
            let _ = self.project.invocation.timings.during(Phase::Write, || keeper.join());
        }
    }
}

/// What ends the command, behind what was questionable before. dbt tells that when it finds it.
fn refused(project: &Project, before: &[Diagnostic], found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let flags = &project.flags;
    let is_told = |it: &Diagnostic| it.is_error() || flags.treatment_of(it.code) != Treatment::Silenced;
    let all = before.iter().cloned().chain(found).filter(is_told);
    all.map(|it| if it.is_error() { it } else { flags.told(it) }).collect()
}

/// Tells which warehouse it is.
fn tell_adapter(project: &Project, notices: &dyn Notices) {
    let kind = project.profile.credentials.kind.as_str();
    let release = adapter::releases().find(|(known, _)| *known == kind).map(|(_, version)| version);
    let version = format!("={}", release.unwrap_or_default());
    let message = format!("Registered adapter: {kind}{version}");
    let facts = vec![("adapter_name", kind.to_owned()), ("adapter_version", version)];
    let (name, code, audience) = ("AdapterRegistered", "E034", Audience::Programs);
    notices.notice(Notice::Remark { name, code, message, facts, audience });
}

/// Tells what the command line chose: with another choice everything is read anew.
fn tell_choice(request: &LoadRequest, project: &Project, notices: &dyn Notices) {
    let vars = repr(&to_value(&project.command_line_vars));
    let [profile, target] = [&request.profile, &request.target].map(|it| it.clone().unwrap_or_default());
    let version = project::DBT_VERSION.to_owned();
    let checksum = manifest::sha256(&[vars.as_str(), &profile, &target, &version].join("\0"));
    let message = format!(
        "checksum: {checksum}, vars: {vars}, profile: {profile}, target: {target}, version: {version}"
    );
    let facts = vec![
        ("checksum", checksum),
        ("vars", vars),
        ("profile", profile),
        ("target", target),
        ("version", version),
    ];
    let (name, code, audience) = ("StateCheckVarsHash", "I025", Audience::Debug);
    notices.notice(Notice::Remark { name, code, message, facts, audience });
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
        tell_adapter(&project, notices.as_ref());
        tell_choice(request, &project, notices.as_ref());
        let project = Arc::new(project);
        let sources = Arc::clone(&request.sources);
        let cache = project.flags.is_on("partial_parse").then(|| project.target_path().join(CACHE));
        let inputs =
            manifest::Inputs { project: &project, sources: &sources, notices, cache: cache.as_deref() };
        let timings = &request.invocation.timings;
        let loaded = timings.during(Phase::Parse, || manifest::load(&inputs));
        let all = project.flags.is_on("show_all_deprecations");
        let loaded =
            loaded.map_err(|found| refused(&project, &warnings, manifest::first_strays(found, all)))?;
        let found = loaded.warnings.iter().chain(&loaded.outdated).cloned().collect();
        warnings.extend(manifest::first_strays(found, all));
        let graph = OnceLock::new();
        if loaded.descent.from.is_none() || loaded.descent.has_other_edges {
            let found = timings.during(Phase::Resolve, || Graph::new(&loaded.manifest));
            let found = found.map_err(|found| refused(&project, &warnings, found))?;
            graph.get_or_init(|| found);
        }
        let (selectors, findings) = project.selectors.as_ref().map(NamedSelectors::read).unwrap_or_default();
        if findings.iter().any(Diagnostic::is_error) {
            return Err(refused(&project, &warnings, findings));
        }
        warnings.extend(findings);
        let (manifest, engine, descent) = (Arc::new(loaded.manifest), loaded.engine, loaded.descent);
        let keeper = match (cache, loaded.reparsed) {
            (Some(path), Reparsed::Much(basis)) => {
                let (project, manifest) = (Arc::clone(&project), Arc::clone(&manifest));
                // What cannot be kept is read again: that is no reason to stop, or to complain.
                let keep =
                    move || drop(manifest::keep(&path, &project, basis, (&manifest, &loaded.warnings)));
                Some(thread::spawn(keep))
            }
            _ => None,
        };
        let (earlier, notices) = (OnceLock::new(), Arc::clone(notices));
        Ok(Self {
            project,
            manifest,
            engine,
            graph,
            selectors,
            sources,
            notices,
            warnings,
            descent,
            earlier,
            keeper,
        })
    }

    /// Which node needs which.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        self.graph.get_or_init(|| match Graph::new(&self.manifest) {
            Ok(graph) => graph,
            Err(_) => unreachable!("nodes that need each other in a circle are not left for the next run"),
        })
    }

    /// The warehouse of the chosen target, not yet connected to.
    #[must_use]
    pub fn adapter(&self) -> &dyn Adapter {
        self.project.profile.adapter.as_ref()
    }

    /// The nodes that criteria choose among these kinds.
    ///
    /// # Errors
    /// Every criterion that cannot be understood, or an earlier invocation's artifacts
    /// that cannot be read.
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
        let comparison = self.comparison().map_err(|problem| vec![problem])?;
        let args = SelectArgs {
            select: texts("--select", &criteria.select),
            exclude: texts("--exclude", &criteria.exclude),
            selector: criteria.selector.as_ref().map(|name| add("--selector", name)),
            named: &self.selectors,
            indirect: self.indirect(),
            resource_types: kinds.types().clone(),
            includes_empty: for_list,
            root_package: &self.project.root_package().name,
            comparison: comparison.as_ref(),
        };
        let timings = &self.project.invocation.timings;
        timings.during(Phase::Resolve, || select::select(&self.manifest, self.graph(), &args))
    }

    /// What the invocation left that `--state` names; it is read when it is first
    /// asked for. Nothing where none is named.
    ///
    /// # Errors
    /// A file of it cannot be read.
    pub(super) fn earlier(&self) -> Result<&Earlier, Diagnostic> {
        if let Some(known) = self.earlier.get() {
            return Ok(known);
        }
        let read = match self.project.flags.text("state") {
            Some(folder) => earlier::read(&self.project.root.join(folder), &self.project.target_path())?,
            None => Earlier::default(),
        };
        Ok(self.earlier.get_or_init(|| read))
    }

    fn comparison(&self) -> Result<Option<Comparison<'_>>, Diagnostic> {
        let flags = &self.project.flags;
        if flags.text("state").is_none() {
            return Ok(None);
        }
        let wire = Wire::of(&self.manifest, self.adapter().dialect());
        let packages: Vec<&str> = self.project.packages.iter().map(|package| package.name.as_str()).collect();
        let compares_unrendered = flags.is_on("state_modified_compare_more_unrendered_values");
        let unenforced = self.adapter().capabilities().unenforced_constraints;
        let contracts = Contracts { unenforced, now: clock::now() };
        Ok(Some(Comparison::new(self.earlier()?, wire, &packages, compares_unrendered, contracts)))
    }

    /// What is questionable about the flags, but never an error: the folder to
    /// compare with is the one that this command writes to.
    #[must_use]
    pub fn state_remark(&self) -> Option<Diagnostic> {
        let state = self.project.root.join(self.project.flags.text("state")?);
        let message = "the artifacts to compare with are in the folder that this command writes to";
        (state == self.project.target_path()).then(|| {
            Diagnostic::warning("state-is-target", message)
                .known_as(format!(
                    "Warning: The state and target directories are the same: '{}'",
                    state.strip_prefix(&self.project.root).unwrap_or(&state).display()
                ))
                .help("copy them elsewhere, or set `--target-path`")
        })
    }

    fn indirect(&self) -> Indirect {
        self.project.flags.text("indirect_selection").and_then(Indirect::parse).unwrap_or(Indirect::Eager)
    }
}
