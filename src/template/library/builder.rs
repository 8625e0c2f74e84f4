//! Collects the macros of all packages.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::HashMap;
use rayon::prelude::*;

use super::info::MacroInfo;
use super::lookup::{Library, Package, Rules};
use crate::diagnostics::Diagnostic;
use crate::source::{SourceFile, Span};
use crate::template::calls;
use crate::template::scan::{Argument, Block, BlockKind, Token, segments};

/// A [`Library`] in the making: see [`Library::builder`].
#[derive(Debug)]
pub struct LibraryBuilder {
    root: String,
    rules: Rules,
    macros: Vec<Declared>,
    packages: HashMap<String, Package>,
    internal: Vec<String>,
    diagnostics: Vec<Diagnostic>,
}

/// A macro as its block declares it. Its body was not looked at yet.
#[derive(Debug)]
struct Declared {
    name: String,
    package: String,
    file: Arc<SourceFile>,
    span: Span,
    arguments: Vec<Argument>,
    languages: Vec<String>,
    is_internal: bool,
}

impl Declared {
    /// The macro at this place of the library, with what its body says.
    fn info(self, index: usize) -> MacroInfo {
        let Self { name, package, file, span, arguments, languages, is_internal } = self;
        let source = file.text().get(span.start..span.end).unwrap_or_default();
        MacroInfo {
            unique_id: format!("macro.{package}.{name}"),
            is_variadic: !has_surplus(&arguments) && mentions_surplus(source),
            calls: calls::calls_in(source),
            name,
            package,
            file,
            span,
            arguments,
            languages,
            is_internal,
            index,
        }
    }
}

impl LibraryBuilder {
    pub(super) fn new(root: &str) -> Self {
        Self {
            root: root.to_owned(),
            rules: Rules::default(),
            macros: Vec::new(),
            packages: HashMap::from_iter([(root.to_owned(), Package::default())]),
            internal: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// The adapter's kind and those it descends from, nearest first, such as `["duckdb"]`.
    #[must_use]
    pub fn adapter_kinds<I: IntoIterator<Item: Into<String>>>(mut self, kinds: I) -> Self {
        self.rules.adapter_kinds = kinds.into_iter().map(Into::into).collect();
        self
    }

    /// The root project's `dispatch:` entries: macro namespace to search order.
    #[must_use]
    pub fn search_orders(mut self, orders: BTreeMap<String, Vec<String>>) -> Self {
        self.rules.search_orders = orders;
        self
    }

    /// Lets a package's materialization take the place of a built-in one of the
    /// same name. By default it does not.
    #[must_use]
    pub fn packages_replace_builtins(mut self, yes: bool) -> Self {
        self.rules.packages_replace_builtins = yes;
        self
    }

    /// Makes an installed package known, even one without macros: its name is
    /// then a namespace and may be dispatched to.
    #[must_use]
    pub fn package(mut self, name: &str) -> Self {
        self.packages.entry(name.to_owned()).or_default();
        self
    }

    /// Adds one block of a project's or package's file. Snapshots and docs are
    /// no macros and are ignored.
    pub fn add(&mut self, package: &str, file: &Arc<SourceFile>, block: Block) {
        self.insert(package, file, block, false);
    }

    /// Adds one block of a package that comes with the program. The package
    /// added first is asked first: the adapter's, then `dbt`.
    pub fn internal(&mut self, package: &str, file: &Arc<SourceFile>, block: Block) {
        if !self.internal.iter().any(|known| known == package) {
            self.internal.push(package.to_owned());
        }
        self.insert(package, file, block, true);
    }

    fn insert(&mut self, package: &str, file: &Arc<SourceFile>, block: Block, is_internal: bool) {
        let (name, languages) = match block.kind {
            BlockKind::Macro => (block.name, Vec::new()),
            BlockKind::Test => (format!("test_{}", block.name), Vec::new()),
            BlockKind::Materialization { adapter, languages } => {
                let adapter = adapter.as_deref().unwrap_or("default");
                (format!("materialization_{}_{adapter}", block.name), languages)
            }
            BlockKind::Snapshot | BlockKind::Docs => return,
        };
        let index = self.macros.len();
        let members = self.packages.entry(package.to_owned()).or_default();
        if let Some(first) = members.macros.get(&name).and_then(|first| self.macros.get(*first)) {
            self.diagnostics.push(
                Diagnostic::error(
                    "duplicate-macro",
                    format!("package `{package}` declares macro `{name}` twice"),
                )
                .at(block.name_span, "declared again here")
                .at(first.span, "first declared here")
                .known_as(format!("dbt found multiple macros named \"{name}\" in the project"))
                .help("rename or remove one of them"),
            );
            return;
        }
        members.macros.insert(name.clone(), index);
        self.macros.push(Declared {
            name,
            package: package.to_owned(),
            file: Arc::clone(file),
            span: block.span,
            arguments: block.arguments,
            languages,
            is_internal,
        });
    }

    /// The library, and the names that were declared twice (the first one counts).
    pub fn build(self) -> (Library, Vec<Diagnostic>) {
        let macros = self.macros.into_par_iter().enumerate().map(|(index, declared)| declared.info(index));
        let library = Library::new(self.root, macros.collect(), self.packages, &self.internal, self.rules);
        (library, self.diagnostics)
    }
}

/// Whether a parameter is called like that. As in Jinja2, it is one like the others.
fn has_surplus(parameters: &[Argument]) -> bool {
    parameters.iter().any(|parameter| matches!(parameter.name.as_str(), "varargs" | "kwargs"))
}

/// Whether a block uses `varargs` or `kwargs`.
fn mentions_surplus(source: &str) -> bool {
    let is_surplus = |token: &Token| matches!(token.text(source), "varargs" | "kwargs");
    source.contains("args") && segments(source).0.iter().any(|segment| segment.tokens.iter().any(is_surplus))
}
