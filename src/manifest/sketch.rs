//! Nodes as their files define them, before anything is rendered.

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::deprecation::stray_tags;
use super::generic_sketch::TestCall;
use super::generic_tests::hex;
use super::properties::{ConfigBlock, ModelVersion, NodeProperties, Spanned};
use super::property_files::PropertyFile;
use super::version::{version_text, versioned_name};
use super::{
    Body, Checksum, DataTest, Function, HookMoment, Model, NodeKind, Origin, ResourceType, RunHook, Seed,
    UniqueId,
};
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::project::{FileKind, Package, ResourceFile, plain_name};
use crate::source::{SourceFile, Span};
use crate::template::{self, Holds, Scanned};

/// dbt's limit: of a larger seed, the path stands for the contents.
const MAX_HASHED_SEED: u64 = 1024 * 1024;

/// The files that nodes come from, in dbt's order.
const KINDS: [FileKind; 6] = [
    FileKind::Model,
    FileKind::Snapshot,
    FileKind::Analysis,
    FileKind::Test,
    FileKind::Seed,
    FileKind::Function,
];

/// A node as its file defines it. Its relation, its configuration and what it
/// needs are still to come.
#[derive(Debug, Clone)]
pub(super) struct Sketch {
    pub(super) unique_id: UniqueId,
    pub(super) name: String,
    pub(super) package: String,
    pub(super) fqn: Vec<String>,
    pub(super) origin: Origin,
    pub(super) kind: NodeKind,
    /// Tags that it has apart from its configuration.
    pub(super) tags: Vec<String>,
    /// Of a generic test: what its entry configures, which counts as a
    /// `config()` call in its text.
    pub(super) options: ConfigBlock,
    /// Of a generic test: its own description.
    pub(super) description: Option<Spanned<String>>,
    /// Of a generic test: how it calls its macro.
    pub(super) test: Option<TestCall>,
}

/// Sketches, each of which is let go once it is drafted.
pub(super) type Sketches = Vec<Box<Sketch>>;

impl Sketch {
    /// What kind of node it will be.
    pub(super) fn resource_type(&self) -> ResourceType {
        self.kind.resource_type()
    }

    /// The version of a model that has versions.
    pub(super) fn version(&self) -> Option<&Json> {
        match &self.kind {
            NodeKind::Model(model) => model.version.as_ref(),
            _ => None,
        }
    }

    /// The version that `ref` without a version means.
    pub(super) fn latest_version(&self) -> Option<&Json> {
        match &self.kind {
            NodeKind::Model(model) => model.latest_version.as_ref(),
            _ => None,
        }
    }

    /// The name with the version.
    pub(super) fn search_name(&self) -> Cow<'_, str> {
        match self.version() {
            Some(version) => versioned_name(&self.name, &version_text(version)).into(),
            None => self.name.as_str().into(),
        }
    }

    /// Makes a model that is named like its file a version of another name.
    pub(super) fn become_version(&mut self, name: &str, version: &ModelVersion) {
        let NodeKind::Model(model) = &mut self.kind else { return };
        model.version = Some(version.v.clone());
        model.latest_version = Some(version.latest.clone());
        name.clone_into(&mut self.name);
        self.fqn.pop();
        self.fqn.extend([name.to_owned(), format!("v{}", version.text())]);
        let full = versioned_name(name, &version.text());
        self.unique_id = UniqueId(format!("model.{}.{full}", self.package).into());
    }

    /// The place where it begins.
    pub(super) fn start(&self) -> Span {
        Span { end: self.origin.span.start, ..self.origin.span }
    }
}

/// The nodes of one package in dbt's order: models, snapshots, analyses, tests,
/// seeds, functions, hooks, each in file order.
pub(super) fn sketches(package: &Package) -> (Sketches, Vec<Diagnostic>) {
    let files: Vec<&ResourceFile> =
        KINDS.iter().flat_map(|kind| package.files.iter().filter(move |file| file.kind == *kind)).collect();
    let (found, problems): (Vec<Sketches>, Vec<Vec<Diagnostic>>) =
        files.into_par_iter().map(|file| boxed(of_file(package, file))).unzip();
    let sketches = found.into_iter().flatten().chain(run_hooks(package).into_iter().map(Box::new)).collect();
    (sketches, problems.into_iter().flatten().collect())
}

/// Sketches as they are handed on, beside what was found: to move them is to copy them otherwise.
pub(super) fn boxed((sketches, findings): (Vec<Sketch>, Vec<Diagnostic>)) -> (Sketches, Vec<Diagnostic>) {
    (sketches.into_iter().map(Box::new).collect(), findings)
}

/// The nodes of one file.
fn of_file(package: &Package, file: &ResourceFile) -> (Vec<Sketch>, Vec<Diagnostic>) {
    match (file.kind, &file.file) {
        (FileKind::Seed, _) => match seed(package, file) {
            Ok(sketch) => (vec![sketch], Vec::new()),
            Err(finding) => (Vec::new(), vec![finding]),
        },
        (FileKind::Snapshot, Some(source)) => snapshots(package, file, source),
        (_, Some(source)) => (vec![whole_file(package, file, source)], Vec::new()),
        (_, None) => (Vec::new(), Vec::new()),
    }
}

/// A model, an analysis, a singular test or a function: one file, one node.
pub(super) fn whole_file(package: &Package, file: &ResourceFile, source: &Arc<SourceFile>) -> Sketch {
    let body = whole_body(source);
    let (folders, name) = path_parts(&file.resource_path);
    let mut fqn = vec![package.name.clone()];
    let mut path = file.resource_path.clone();
    let kind = match file.kind {
        FileKind::Analysis => {
            // dbt puts analyses below a folder of that name, whatever the real one is called.
            fqn.push("analysis".to_owned());
            path = format!("analysis/{path}");
            NodeKind::Analysis(body.into())
        }
        FileKind::Test => {
            NodeKind::Test(DataTest { body: body.into(), generic: None, old_forms: Vec::new() })
        }
        FileKind::Function => NodeKind::Function(Box::new(Function::of(body))),
        _ => NodeKind::Model(Box::new(Model::of(body))),
    };
    fqn.extend(folders);
    let origin = origin(file, source.span(), path);
    sketch(package, name, fqn, origin, kind)
}

/// The snapshots in one file: one for each block.
fn snapshots(
    package: &Package,
    file: &ResourceFile,
    source: &Arc<SourceFile>,
) -> (Vec<Sketch>, Vec<Diagnostic>) {
    let Scanned { blocks, problems: mut findings, strays } = template::scan(source, Holds::Snapshots);
    findings.extend(stray_tags(&strays, &file.resource_path));
    let checksum = checksum(source.text());
    let (folders, stem) = path_parts(&file.resource_path);
    let snapshots = blocks.into_iter().map(|block| {
        let body = Body {
            text: source.text().get(block.body.start..block.body.end).unwrap_or_default().into(),
            file: source.id(),
            offset: block.body.start,
            checksum: checksum.clone(),
        };
        let mut fqn = vec![package.name.clone()];
        fqn.extend(folders.iter().cloned());
        fqn.push(stem.clone());
        let origin = origin(file, block.span, file.resource_path.clone());
        sketch(package, block.name, fqn, origin, NodeKind::Snapshot(body.into()))
    });
    (snapshots.collect(), findings)
}

fn seed(package: &Package, file: &ResourceFile) -> Result<Sketch, Diagnostic> {
    let path = package.root.join(&file.path);
    let refused =
        |error: files::FileError| Diagnostic::error("unreadable-file", error.to_string()).in_file(&path);
    let checksum = if files::size(&path).map_err(refused)? > MAX_HASHED_SEED {
        Checksum { name: "path".into(), value: file.path.clone() }
    } else {
        // A byte order mark counts, as it does for dbt.
        let bytes = files::read(&path).map_err(refused)?;
        let text = String::from_utf8_lossy(&bytes);
        Checksum { name: "sha256".into(), value: checksum(&text) }
    };
    let (folders, name) = path_parts(&file.resource_path);
    let fqn = std::iter::once(package.name.clone()).chain(folders).collect();
    let origin = origin(file, package.file.span, file.resource_path.clone());
    let kind = NodeKind::Seed(Seed { root_path: package.root.clone(), checksum });
    Ok(sketch(package, name, fqn, origin, kind))
}

/// A snapshot that stands in a property file: `relation` is its `ref(...)` or
/// `source(...)`.
pub(super) fn yaml_snapshot(
    file: &PropertyFile,
    entry: &NodeProperties,
    relation: &Spanned<String>,
) -> Sketch {
    const BEFORE: &str = "select * from {{ ";
    let name = &entry.name.value;
    let body = Body {
        text: format!("{BEFORE}{}{}", relation.value.trim(), " }}").into(),
        file: relation.span.file,
        // So that places in the call are places in the property file.
        offset: relation.span.start.saturating_sub(BEFORE.len()),
        checksum: checksum(file.source.text()),
    };
    let mut fqn = file.folders();
    fqn.push(name.clone());
    Sketch {
        unique_id: UniqueId(format!("snapshot.{}.{name}", file.package).into()),
        name: name.clone(),
        package: file.package.clone(),
        fqn,
        origin: Origin {
            span: entry.span,
            original_file_path: file.path.clone(),
            path: format!("{}/{name}.sql", file.resource_path),
            patch_path: None,
            patch_span: None,
        },
        kind: NodeKind::Snapshot(body.into()),
        tags: Vec::new(),
        options: ConfigBlock::default(),
        description: None,
        test: None,
    }
}

/// The items of `on-run-start` and `on-run-end`.
fn run_hooks(package: &Package) -> Vec<Sketch> {
    let project_file = &package.file.source;
    let checksum = checksum(project_file.text());
    let hooks = [
        (HookMoment::Start, "on-run-start", &package.file.on_run_start),
        (HookMoment::End, "on-run-end", &package.file.on_run_end),
    ];
    let items = hooks.into_iter().flat_map(|(moment, word, items)| {
        items.iter().enumerate().map(move |(index, item)| (moment, word, index, item))
    });
    let hook = |(moment, word, index, item): (HookMoment, &str, usize, &crate::yaml::Yaml)| {
        let name = format!("{}-{word}-{index}", package.name);
        let body = Body {
            text: item.as_str().unwrap_or_default().into(),
            file: item.span.file,
            offset: item.span.start,
            checksum: checksum.clone(),
        };
        let origin = Origin {
            span: item.span,
            original_file_path: format!("./{}", package.file.name_on_disk),
            path: format!("hooks/{name}.sql"),
            patch_path: None,
            patch_span: None,
        };
        let fqn = vec![package.name.clone(), "hooks".to_owned()];
        let mut sketch =
            sketch(package, name, fqn, origin, NodeKind::Hook(RunHook { body: body.into(), moment, index }));
        sketch.tags = vec![word.to_owned()];
        sketch
    };
    items.map(hook).collect()
}

fn sketch(package: &Package, name: String, mut fqn: Vec<String>, origin: Origin, kind: NodeKind) -> Sketch {
    fqn.push(name.clone());
    Sketch {
        unique_id: UniqueId(format!("{}.{}.{name}", kind.resource_type(), package.name).into()),
        name,
        package: package.name.clone(),
        fqn,
        origin,
        kind,
        tags: Vec::new(),
        options: ConfigBlock::default(),
        description: None,
        test: None,
    }
}

fn origin(file: &ResourceFile, span: Span, path: String) -> Origin {
    Origin { span, original_file_path: file.path.clone(), path, patch_path: None, patch_span: None }
}

/// A whole file as a template. dbt drops the blank space around it.
pub(super) fn whole_body(source: &Arc<SourceFile>) -> Body {
    let text = source.text();
    let offset = text.len() - text.trim_start().len();
    Body { text: text.trim().into(), file: source.id(), offset, checksum: checksum(text) }
}

/// SHA-256 of a file's text without the blank space around it, in hex.
pub(super) fn checksum(text: &str) -> String {
    sha256(text.trim())
}

/// SHA-256 of a text, in hex.
pub(crate) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// The folders of a path and the file's name without extension.
fn path_parts(path: &str) -> (Vec<String>, String) {
    let mut folders: Vec<String> = path.split('/').map(str::to_owned).collect();
    let file = folders.pop().unwrap_or_default();
    let stem = match plain_name(&file).rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => file,
    };
    (folders, stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        let check = |path: &str, folders: &[&str], stem: &str| {
            let expected: Vec<String> = folders.iter().map(|folder| (*folder).to_owned()).collect();
            assert_eq!(path_parts(path), (expected, stem.to_owned()));
        };
        check("a.sql", &[], "a");
        check("x/a.sql.jinja2", &["x"], "a");
        check("x/y/a.b.sql", &["x", "y"], "a.b");
        check("noext", &[], "noext");
    }

    #[test]
    fn blank_space_around_a_file_does_not_count() {
        let map = crate::source::SourceMap::new();
        let body = whole_body(&map.add("m.sql", "\n select 1\n"));
        assert_eq!((&*body.text, body.offset), ("select 1", 2));
        assert_eq!(body.checksum, checksum("select 1"));
        assert_eq!(
            body.checksum, "822ae07d4783158bc1912bb623e5107cc9002d519e1143a9c200ed6ee18b6d0f",
            "the SHA-256 of `select 1`"
        );
    }
}
