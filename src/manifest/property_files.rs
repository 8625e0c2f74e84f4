//! Reading the property files of all packages.

use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use rayon::prelude::*;

use super::overrides::override_sources;
use super::parse::Surroundings;
use super::properties::{self, Properties, Render};
use crate::diagnostics::Diagnostic;
use crate::project::{FileKind, Members, Package, Project, ResourceFile};
use crate::source::{SourceFile, Span};
use crate::template::{self, Engine, Notices, Scope, Text};
use crate::yaml;

/// A property file and where it lies.
#[derive(Debug)]
pub(super) struct PropertyFile {
    /// The package.
    pub(super) package: String,
    /// Path from the package root.
    pub(super) path: String,
    /// Path from the resource folder.
    pub(super) resource_path: String,
    /// The text.
    pub(super) source: Arc<SourceFile>,
    /// What it says.
    pub(super) properties: Properties,
}

impl PropertyFile {
    /// dbt's `patch_path`: `shop://models/schema.yml`.
    pub(super) fn patch_path(&self) -> String {
        format!("{}://{}", self.package, self.path)
    }

    /// The package and the folders of the file below its resource folder: how
    /// the fqn of what stands in it begins.
    pub(super) fn folders(&self) -> Vec<String> {
        let mut parts: Vec<String> = std::iter::once(self.package.as_str())
            .chain(self.resource_path.split('/'))
            .map(str::to_owned)
            .collect();
        parts.pop();
        parts
    }
}

/// Renders the values of property files.
pub(super) struct Rendering<'a> {
    engine: &'a Engine,
    members: Arc<Members>,
    notices: Arc<dyn Notices>,
}

impl<'a> Rendering<'a> {
    /// Renders with what is around all nodes.
    pub(super) fn new(engine: &'a Engine, surroundings: &Surroundings) -> Self {
        let members = Arc::new(surroundings.members.for_properties());
        Self { engine, members, notices: Arc::clone(&surroundings.notices) }
    }

    /// Calls `work` with the function that renders a value of a file of `package`.
    pub(super) fn with<T>(&self, package: &str, work: impl FnOnce(Render<'_>) -> T) -> T {
        let scope: Arc<dyn Scope> = Arc::new(PropertiesScope {
            package: package.to_owned(),
            members: Arc::clone(&self.members),
            notices: Arc::clone(&self.notices),
        });
        let render = |text: &str, span: Span| {
            let text = Text::new(text, span.file, span.start);
            let value =
                self.engine.evaluate(&text, Arc::clone(&scope)).map_err(|error| error.diagnostic())?;
            Ok(template::to_json(&value))
        };
        work(&render)
    }
}

/// Every property file, package by package, and what is wrong with them.
pub(super) fn property_files(
    project: &Project,
    rendering: &Rendering<'_>,
) -> (Vec<PropertyFile>, Vec<Diagnostic>) {
    let files: Vec<(&Package, &ResourceFile, &Arc<SourceFile>)> = project
        .packages
        .iter()
        .flat_map(|package| package.files.iter().map(move |file| (package, file)))
        .filter(|(_, file)| file.kind == FileKind::Properties)
        .filter_map(|(package, file)| Some((package, file, file.file.as_ref()?)))
        .collect();
    let read =
        files.par_iter().map(|(package, file, source)| property_file(package, file, source, rendering));
    let (mut files, problems): (Vec<PropertyFile>, Vec<Vec<Diagnostic>>) = read.unzip();
    let mut findings: Vec<Diagnostic> = problems.into_iter().flatten().collect();
    findings.extend(override_sources(&mut files, rendering));
    for package in &project.packages {
        let own = files.iter().filter(|file| file.package == package.name).map(|file| &file.properties);
        findings.extend(properties::duplicates(&own.collect::<Vec<_>>()));
    }
    (files, findings)
}

/// One property file, and what is wrong with it.
pub(super) fn property_file(
    package: &Package,
    file: &ResourceFile,
    source: &Arc<SourceFile>,
    rendering: &Rendering<'_>,
) -> (PropertyFile, Vec<Diagnostic>) {
    let (properties, problems) = rendering.with(&package.name, |render| read(source, render));
    let problems = problems.into_iter().map(|problem| match problem.code {
        properties::UNREADABLE_DATA_TEST => {
            let why =
                if problem.message.ends_with("no `name`") { ": Entry did not contain a name" } else { "" };
            problem.known_as(format!("Unable to parse 'data_tests' section of file '{}'{why}", file.path))
        }
        _ => problem,
    });
    let problems = problems.collect();
    let file = PropertyFile {
        package: package.name.clone(),
        path: file.path.clone(),
        resource_path: file.resource_path.clone(),
        source: Arc::clone(source),
        properties,
    };
    (file, problems)
}

fn read(source: &SourceFile, render: Render<'_>) -> (Properties, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let Some(document) = yaml::collect(source, &mut problems) else {
        return (Properties::default(), problems);
    };
    let parsed = properties::parse(&document, render);
    problems.extend(parsed.problems);
    (parsed.properties, problems)
}

/// What the values in a property file see (dbt: the schema-yaml context).
struct PropertiesScope {
    package: String,
    members: Arc<Members>,
    notices: Arc<dyn Notices>,
}

impl fmt::Debug for PropertiesScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PropertiesScope").field("package", &self.package).finish_non_exhaustive()
    }
}

impl Scope for PropertiesScope {
    fn lookup(&self, name: &str) -> Option<Value> {
        self.members.lookup(name, &self.package)
    }

    fn package(&self) -> &str {
        &self.package
    }

    fn names(&self) -> Vec<&'static str> {
        self.members.names()
    }

    fn macro_ran(&self, place: usize) {
        self.members.reads().note_macro(place);
    }

    fn depends_on_run(&self) {
        self.members.reads().note_volatile();
    }

    fn notices(&self) -> Arc<dyn Notices> {
        Arc::clone(&self.notices)
    }
}
