//! The macros of the project, its packages, and those that come with the program.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;
use serde_json::{Map, json};

use super::deprecation::stray_tags;
use super::describe::Describer;
use super::properties::{ArgumentProperties, MacroProperties, is_known_type, type_names};
use super::property_files::PropertyFile;
use super::{MacroArgument, MacroNode};
use crate::adapter::Adapter;
use crate::builtin;
use crate::diagnostics::Diagnostic;
use crate::project::{FileKind, Project};
use crate::source::{FileId, SourceFile, SourceMap, Span};
use crate::template::{self, Argument, Block, Holds, Library, LibraryBuilder, MacroInfo};

/// The package name of the macros that come with the program.
pub(super) const BUILTIN_PACKAGE: &str = "dbt";

/// Reads every macro, generic test and materialization. Findings are syntax
/// errors in macro files and macros that a package declares twice.
pub(super) fn library(
    project: &Project,
    adapter: &dyn Adapter,
    sources: &SourceMap,
) -> (Library, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let root = project.root_package();
    let orders = root.file.rules.dispatch.iter();
    let orders = orders.map(|entry| (entry.namespace.clone(), entry.search_order.clone()));
    let asks_for_exports =
        project.flags.is_on("require_explicit_package_overrides_for_builtin_materializations");
    let mut builder = Library::builder(&root.name)
        .adapter_kinds(adapter.macros().iter().map(|set| set.kind))
        .search_orders(orders.collect())
        .packages_replace_builtins(!asks_for_exports);
    for package in &project.packages {
        builder = builder.package(&package.name);
        let is_macro_file = |kind: FileKind| matches!(kind, FileKind::Macro | FileKind::GenericTest);
        for file in package.files.iter().filter(|file| is_macro_file(file.kind)) {
            let Some(source) = &file.file else { continue };
            let scanned = template::scan(source, Holds::Macros);
            findings.extend(scanned.problems);
            // dbt: in files of generic tests, nobody looks for them.
            if file.kind == FileKind::Macro {
                findings.extend(stray_tags(&scanned.strays, &file.path));
            }
            for block in scanned.blocks {
                builder.add(&package.name, source, block);
            }
        }
    }
    for set in adapter.macros() {
        add_internal(&mut builder, &set.package(), set.files, sources);
    }
    add_internal(&mut builder, BUILTIN_PACKAGE, builtin::FILES, sources);
    let (library, duplicates) = builder.build();
    findings.extend(duplicates);
    findings.extend(
        library.macros().filter(|info| !info.is_internal).flat_map(|info| unanswered(&library, info)),
    );
    (library, findings)
}

/// What a macro dispatches to that nothing implements for this warehouse. dbt: it
/// makes the whole project unusable, whether or not the macro is called.
fn unanswered<'a>(library: &'a Library, info: &'a MacroInfo) -> impl Iterator<Item = Diagnostic> + 'a {
    info.calls.iter().filter_map(|call| {
        let (name, sought) = library.unanswered(call, info)?;
        let message = format!("no macro implements `{name}` for this warehouse");
        Some(
            Diagnostic::error("undispatched", message)
                .at(first_line(info), format!("`{}` dispatches to it", info.name))
                .note(format!("sought were {}", sought.join(", ")))
                .known_as(format!("Compilation Error: In dispatch: No macro named '{name}' found"))
                .help(format!("write a macro `default__{name}`, or one for this warehouse")),
        )
    })
}

fn add_internal(
    builder: &mut LibraryBuilder,
    package: &str,
    files: &[(&str, &'static str)],
    sources: &SourceMap,
) {
    let add = |(path, text): &(&str, &'static str)| sources.add(format!("{package}/{path}"), *text);
    let files: Vec<Arc<SourceFile>> = files.iter().map(add).collect();
    let blocks: Vec<Vec<Block>> =
        files.par_iter().map(|file| template::scan(file, Holds::Macros).blocks).collect();
    for (file, blocks) in files.iter().zip(blocks) {
        for block in blocks {
            builder.internal(package, file, block);
        }
    }
}

/// The line with the macro's name.
fn first_line(info: &MacroInfo) -> Span {
    let length = info.source().lines().next().map_or(0, str::len);
    info.file.range(info.span.start, info.span.start + length)
}

/// What a property file says about one macro.
#[derive(Clone, Copy)]
pub(super) struct MacroPatch<'a> {
    pub(super) file: &'a PropertyFile,
    pub(super) properties: &'a MacroProperties,
}

/// Macros as artifacts show those that no property file describes.
pub(super) struct Undescribed<'a> {
    library: &'a Library,
    paths: HashMap<FileId, &'a str>,
    /// The files that hold generic tests.
    tests: HashSet<FileId>,
    /// Whether signatures count: the flag `validate_macro_args`.
    pub(super) validates: bool,
}

impl<'a> Undescribed<'a> {
    /// Those of this library.
    pub(super) fn new(library: &'a Library, project: &'a Project) -> Self {
        let validates = project.flags.is_on("validate_macro_args");
        Self { library, paths: paths(project), tests: generic_test_files(project), validates }
    }

    /// One of them.
    pub(super) fn node(&self, info: &MacroInfo) -> MacroNode {
        // A file that comes with the program is named `package/path`.
        let shown = info.file.path().to_string_lossy();
        let internal = shown.split_once('/').map_or(&*shown, |(_, path)| path);
        let file = info.file.id();
        MacroNode {
            unique_id: info.unique_id.clone(),
            name: info.name.clone(),
            package: info.package.clone(),
            original_file_path: self.paths.get(&file).map_or(internal, |path| *path).to_owned(),
            sql: info.macro_sql().to_owned(),
            depends_on: self.library.depends_on(info).iter().map(|info| info.unique_id.clone()).collect(),
            description: String::new(),
            meta: Map::new(),
            docs: json!({ "show": true, "node_color": null }),
            // dbt: tests below test paths are read by another parser, which leaves them out.
            arguments: if self.validates && !self.tests.contains(&file) { named(info) } else { Vec::new() },
            patch_path: None,
            supported_languages: (!info.languages.is_empty()).then(|| info.languages.clone()),
        }
    }
}

/// The macros as artifacts show them. An entry that names no macro gives a warning.
pub(super) fn macro_nodes(
    library: &Library,
    project: &Project,
    patches: &[MacroPatch<'_>],
    describer: &Describer<'_>,
) -> (IndexMap<String, MacroNode>, Vec<Diagnostic>) {
    let undescribed = Undescribed::new(library, project);
    let validates = undescribed.validates;
    let node = |info: &MacroInfo| (info.unique_id.clone(), undescribed.node(info));
    let mut nodes: IndexMap<String, MacroNode> = library.macros().map(node).collect();
    let mut findings = Vec::new();
    for patch in patches {
        let name = &patch.properties.name.value;
        match nodes.get_mut(&format!("macro.{}.{name}", patch.file.package)) {
            Some(node) => describe(node, *patch, (describer, validates), &mut findings),
            None => findings.push(unknown_macro(library, *patch)),
        }
    }
    (nodes, findings)
}

/// Paths of macro files from their package's root.
fn paths(project: &Project) -> HashMap<FileId, &str> {
    let files = project.packages.iter().flat_map(|package| &package.files);
    files.filter_map(|file| Some((file.file.as_ref()?.id(), file.path.as_str()))).collect()
}

/// The files that hold generic tests.
fn generic_test_files(project: &Project) -> HashSet<FileId> {
    let files = project.packages.iter().flat_map(|package| &package.files);
    let tests = files.filter(|file| file.kind == FileKind::GenericTest);
    tests.filter_map(|file| Some(file.file.as_ref()?.id())).collect()
}

fn describe(
    node: &mut MacroNode,
    patch: MacroPatch<'_>,
    (describer, validates): (&Describer<'_>, bool),
    findings: &mut Vec<Diagnostic>,
) {
    let (properties, package) = (patch.properties, patch.file.package.as_str());
    (node.description, _) = describer.or_report(properties.description.as_ref(), package, findings);
    node.meta.clone_from(&properties.meta);
    node.docs.clone_from(&properties.docs);
    node.patch_path = Some(patch.file.patch_path());
    let argument = |argument: &ArgumentProperties| MacroArgument {
        name: argument.name.value.clone(),
        data_type: argument.data_type.as_ref().map(|text| text.value.clone()),
        description: describer.or_report(argument.description.as_ref(), package, findings).0,
    };
    let told: Vec<MacroArgument> = properties.arguments.iter().map(argument).collect();
    if !validates {
        node.arguments = told;
    } else if !told.is_empty() {
        findings.extend(check_arguments(&node.name, &node.arguments, properties));
        node.arguments = told;
    }
}

/// The arguments of a macro's signature.
fn named(info: &MacroInfo) -> Vec<MacroArgument> {
    let one = |argument: &Argument| MacroArgument {
        name: argument.name.clone(),
        data_type: None,
        description: String::new(),
    };
    info.arguments.iter().map(one).collect()
}

/// What a property file says about a macro's arguments and its signature does not.
fn check_arguments(name: &str, own: &[MacroArgument], properties: &MacroProperties) -> Vec<Diagnostic> {
    let wrong = |message: String, place: Span| Diagnostic::warning("macro-arguments", message).at(place, "");
    let mut findings = Vec::new();
    let signature = own.iter().map(|argument| argument.name.as_str()).collect::<Vec<_>>().join(", ");
    for (own, described) in own.iter().zip(&properties.arguments) {
        if own.name != described.name.value {
            let message = format!(
                "Argument {} in yaml for macro {name} does not match the jinja definition",
                described.name.value
            );
            findings.push(wrong(message, described.name.span).note(format!("it is `{name}({signature})`")));
        }
    }
    if own.len() != properties.arguments.len() {
        let message = format!(
            "The number of arguments in the yaml for macro {name} does not match the jinja definition"
        );
        findings.push(wrong(message, properties.name.span).note(format!("it is `{name}({signature})`")));
    }
    for described in &properties.arguments {
        let written = described.data_type.as_ref().filter(|written| !is_known_type(&written.value));
        if let Some(written) = written {
            let message =
                format!("Argument {} in the yaml for macro {name} has an invalid type", described.name.value);
            let names = type_names().map(|name| format!("`{name}`")).join(", ");
            findings.push(
                wrong(message, written.span)
                    .note(format!("known are {names}"))
                    .suggest(&written.value, type_names()),
            );
        }
    }
    findings
}

fn unknown_macro(library: &Library, patch: MacroPatch<'_>) -> Diagnostic {
    let name = &patch.properties.name;
    let own = library.macros().filter(|info| info.package == patch.file.package);
    Diagnostic::warning("undefined-macro", format!("there is no macro `{}` to describe", name.value))
        .known_as(format!("Found patch for macro \"{}\" which was not found", name.value))
        .at(name.span, format!("not found in the package `{}`", patch.file.package))
        .suggest(&name.value, own.map(|info| info.name.as_str()))
}
