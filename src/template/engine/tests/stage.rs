//! A small project to render in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::source::{SourceFile, SourceMap};
use crate::template::{
    Engine, Holds, Library, Notice, Notices, Scanned, Scope, TemplateError, Text, Value, scan,
};

/// A project: packages with one macro file each, and context members.
pub(super) struct Stage {
    pub(super) sources: SourceMap,
    pub(super) engine: Engine,
    scope: TestScope,
}

#[derive(Debug, Clone, Default)]
pub(super) struct TestScope {
    members: BTreeMap<&'static str, Value>,
    replaced: BTreeMap<String, Value>,
    package: String,
    is_chainable: bool,
    called: Arc<Mutex<Vec<String>>>,
}

#[derive(Debug)]
struct Silence;

impl Notices for Silence {
    fn notice(&self, _notice: Notice) {}
}

impl Scope for TestScope {
    fn lookup(&self, name: &str) -> Option<Value> {
        self.members.get(name).cloned()
    }

    fn package(&self) -> &str {
        &self.package
    }

    fn names(&self) -> Vec<&'static str> {
        self.members.keys().copied().collect()
    }

    fn macro_called(&self, unique_id: &str) {
        self.called.lock().unwrap().push(unique_id.to_owned());
    }

    fn replaced_macro(&self, name: &str) -> Option<Value> {
        self.replaced.get(name).cloned()
    }

    fn is_chainable(&self) -> bool {
        self.is_chainable
    }

    fn notices(&self) -> Arc<dyn Notices> {
        Arc::new(Silence)
    }
}

impl Stage {
    /// `root` is the root project; packages named `dbt…` are internal.
    pub(super) fn new(packages: &[(&str, &str)]) -> Self {
        let sources = SourceMap::new();
        let mut builder = Library::builder("root").adapter_kinds(["duckdb"]);
        for (package, text) in packages {
            let file = sources.add(format!("{package}.sql"), *text);
            let Scanned { blocks, problems: diagnostics, .. } = scan(&file, Holds::Macros);
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
            for block in blocks {
                if package.starts_with("dbt") && *package != "dbt_utils" {
                    builder.internal(package, &file, block);
                } else {
                    builder.add(package, &file, block);
                }
            }
        }
        let (library, diagnostics) = builder.build();
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let scope = TestScope { package: "root".to_owned(), ..TestScope::default() };
        Self { sources, engine: Engine::new(Arc::new(library)), scope }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.scope.members.insert(name, value.into());
        self
    }

    pub(super) fn replacing(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.scope.replaced.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn in_package(mut self, package: &str) -> Self {
        package.clone_into(&mut self.scope.package);
        self
    }

    pub(super) fn chainable(mut self) -> Self {
        self.scope.is_chainable = true;
        self
    }

    pub(super) fn scope(&self) -> Arc<dyn Scope> {
        Arc::new(self.scope.clone())
    }

    pub(super) fn called(&self) -> Vec<String> {
        self.scope.called.lock().unwrap().clone()
    }

    fn file(&self, text: &str) -> Arc<SourceFile> {
        self.sources.add("models/m.sql", text)
    }

    pub(super) fn try_render(&self, text: &str) -> Result<String, TemplateError> {
        self.engine.render(&Text::of_file(&self.file(text)), self.scope())
    }

    /// The rendered text, or the error's message after `!`.
    pub(super) fn render(&self, text: &str) -> String {
        self.try_render(text).unwrap_or_else(|error| format!("!{error}"))
    }

    /// What a macro of this body gives.
    pub(super) fn body(&self, text: &str) -> String {
        match self.engine.body(&Text::of_file(&self.file(text)), self.scope()) {
            Ok(value) => crate::template::text(&value),
            Err(error) => format!("!{error}"),
        }
    }

    /// The value of a text, as Python prints it.
    pub(super) fn evaluate(&self, text: &str) -> String {
        match self.engine.evaluate(&Text::of_file(&self.file(text)), self.scope()) {
            Ok(value) => crate::template::repr(&value),
            Err(error) => format!("!{error}"),
        }
    }

    /// An error as its message and the text at each of its places.
    #[expect(clippy::format_push_string, reason = "a test's own output")]
    pub(super) fn failure(&self, text: &str) -> String {
        let error = self.try_render(text).expect_err("the render should fail");
        let diagnostic = error.diagnostic();
        let mut shown = diagnostic.message.clone();
        for label in &diagnostic.labels {
            let file = self.sources.get(label.span.file).unwrap();
            let place = file.location(label.span.start);
            let written = file.text().get(label.span.start..label.span.end).unwrap();
            let path = file.path().display();
            shown += &(format!("\n{path}:{}:{} `{written}`: {}", place.line, place.column, label.text));
        }
        for note in diagnostic.notes.iter().chain(&diagnostic.help) {
            shown += &(format!("\n= {note}"));
        }
        shown
    }
}
