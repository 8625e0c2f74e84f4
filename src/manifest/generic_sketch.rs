//! The data tests that property files ask for, as sketches.

use foldhash::HashMap;
use serde_json::Value as Json;

use super::generic_tests::{GenericTestDraft, Known, KnownTests, tested, tests_of_node, tests_of_table};
use super::macros::BUILTIN_PACKAGE;
use super::properties::{ConfigBlock, Home, Render, ResourceCall, parse_call};
use super::property_files::PropertyFile;
use super::sketch::Sketch;
use super::version::versioned_name;
use super::{Body, DataTest, GenericTest, NodeKind, Origin, UniqueId};
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::sql::Dialect;
use crate::template::{Library, MacroInfo};

/// How a generic test calls its macro.
#[derive(Debug, Clone)]
pub(super) struct TestCall {
    /// The macro's unique id; `None` where there is no such macro.
    pub(super) test_macro: Option<String>,
    /// The macro that is called, where it is another one.
    pub(super) called_macro: Option<String>,
    /// The macro that `model` among the arguments calls, where the test is not
    /// rendered before it is compiled.
    pub(super) where_macro: Option<String>,
    /// What the test needs, where that is known without a render.
    pub(super) known: Option<Known>,
    /// Whether it is known what arguments that call `ref` or `source` come to.
    pub(super) knows_calls: bool,
}

/// Turns the tests of property files into sketches.
pub(super) struct GenericSketcher<'a> {
    pub(super) library: &'a Library,
    pub(super) known: KnownTests<'a>,
    pub(super) dialect: &'a Dialect,
    /// Whether `arguments:` of a test holds its arguments, rather than being one: the flag
    /// `require_generic_test_arguments_property`.
    pub(super) has_arguments: bool,
    /// The models, seeds and snapshots, by package and name, which has the version of
    /// a model that has versions.
    pub(super) nodes: HashMap<(String, String), UniqueId>,
}

impl GenericSketcher<'_> {
    /// The tests of the models, seeds and snapshots that a file describes.
    pub(super) fn of_nodes(&self, file: &PropertyFile, render: Render<'_>) -> (Vec<Sketch>, Vec<Diagnostic>) {
        let properties = &file.properties;
        let nodes = properties.models.iter().chain(&properties.seeds).chain(&properties.snapshots);
        self.sketches(
            file,
            nodes.map(|node| tests_of_node(node, home(file), self.dialect, render, self.has_arguments)),
        )
    }

    /// The tests of the source tables that a file describes.
    pub(super) fn of_sources(
        &self,
        file: &PropertyFile,
        render: Render<'_>,
    ) -> (Vec<Sketch>, Vec<Diagnostic>) {
        let sources = file.properties.sources.iter();
        let tables = sources.flat_map(|source| source.tables.iter().map(move |table| (source, table)));
        let tests = tables.map(|(source, table)| {
            tests_of_table(source, table, home(file), self.dialect, render, self.has_arguments)
        });
        self.sketches(file, tests)
    }

    fn sketches(
        &self,
        file: &PropertyFile,
        parts: impl Iterator<Item = (Vec<GenericTestDraft>, Vec<Diagnostic>)>,
    ) -> (Vec<Sketch>, Vec<Diagnostic>) {
        let (mut sketches, mut findings) = (Vec::new(), Vec::new());
        for (drafts, problems) in parts {
            findings.extend(problems);
            for draft in drafts {
                let info = self.find_macro(&draft.generic, &file.package);
                if info.is_none() {
                    findings.push(self.unknown(&draft.generic, draft.test_span));
                }
                sketches.push(self.sketch(draft, file, info));
            }
        }
        (sketches, findings)
    }

    fn sketch(&self, draft: GenericTestDraft, file: &PropertyFile, info: Option<&MacroInfo>) -> Sketch {
        let mut generic = draft.generic;
        let tested = generic.kwargs.get("model").and_then(Json::as_str).and_then(tested).and_then(parse_call);
        if let Some(ResourceCall::Ref(call)) = &tested {
            let name = match &call.version {
                Some(version) => versioned_name(&call.name, version),
                None => call.name.clone(),
            };
            generic.attached_node = self.nodes.get(&(file.package.clone(), name)).cloned();
        }
        let call = self.call((&generic, tested), (info, &file.package), &draft.config);
        let body = Body {
            text: draft.raw_code.into(),
            file: draft.span.file,
            offset: draft.span.start,
            checksum: String::new(),
        };
        let origin = Origin {
            span: draft.test_span,
            original_file_path: file.path.clone(),
            path: draft.path,
            patch_path: None,
            patch_span: Some(draft.test_span),
        };
        Sketch {
            unique_id: UniqueId(draft.unique_id.into()),
            name: draft.name,
            package: file.package.clone(),
            fqn: draft.fqn,
            origin,
            kind: NodeKind::Test(DataTest {
                body: body.into(),
                generic: Some(generic.into()),
                old_forms: draft.old_forms,
            }),
            tags: draft.tags,
            options: draft.config,
            description: draft.description,
            test: Some(call),
        }
    }

    /// How a test of a package calls the macro `info`, below what is `tested`.
    fn call(
        &self,
        (generic, tested): (&GenericTest, Option<ResourceCall>),
        (info, package): (Option<&MacroInfo>, &str),
        config: &ConfigBlock,
    ) -> TestCall {
        let test_macro = info.and(self.noted_macro(generic, package));
        let called_macro =
            info.map(|info| info.unique_id.clone()).filter(|id| Some(id) != test_macro.as_ref());
        let is_bare = called_macro.is_none() && generic.namespace.is_none();
        let arguments = (&generic.kwargs, &generic.forms);
        let (known, where_macro) = match info {
            Some(info) if is_simple(info) => (tested.map(Known::Unread), self.where_macro(package)),
            Some(info) if is_bare => {
                (self.known.rendered((info, package), arguments, &config.unrendered), None)
            }
            _ => (None, None),
        };
        TestCall {
            test_macro,
            called_macro,
            where_macro,
            known,
            knows_calls: self.known.knows_calls(package),
        }
    }

    fn find_macro(&self, test: &GenericTest, package: &str) -> Option<&MacroInfo> {
        let name = format!("test_{}", test.name);
        match &test.namespace {
            Some(namespace) => self.library.find_in(namespace, &name),
            None => self.library.find(&name, package),
        }
    }

    /// The macro that dbt notes for a test: whatever package the entry names, the one that
    /// the file's package would find first.
    fn noted_macro(&self, test: &GenericTest, package: &str) -> Option<String> {
        let name = format!("test_{}", test.name);
        self.library.find_anywhere(&name, package).map(|info| info.unique_id.clone())
    }

    fn where_macro(&self, package: &str) -> Option<String> {
        self.library.find("get_where_subquery", package).map(|info| info.unique_id.clone())
    }

    fn unknown(&self, test: &GenericTest, at: Span) -> Diagnostic {
        let wanted = match &test.namespace {
            Some(namespace) => format!("{namespace}.{}", test.name),
            None => test.name.clone(),
        };
        let known = self.library.macros().filter_map(|info| info.name.strip_prefix("test_"));
        // dbt: the test fails once it is compiled; all else goes on.
        Diagnostic::warning("unknown-test", format!("there is no generic test `{wanted}`"))
            .at(at, "asked for here")
            .suggest(&test.name, known)
            .help(format!(
                "a test is a macro: `{{% test {}(model, column_name) %}}` … `{{% endtest %}}`",
                test.name
            ))
    }
}

fn home(file: &PropertyFile) -> Home<'_> {
    Home { package: &file.package, original_file_path: &file.path }
}

fn is_simple(info: &MacroInfo) -> bool {
    info.package == BUILTIN_PACKAGE && matches!(info.name.as_str(), "test_unique" | "test_not_null")
}
