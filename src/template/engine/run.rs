//! The engine: one for each library, shared by all threads.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, OnceLock};

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, UndefinedBehavior, Value};

use super::callable::{MacroProxy, Namespace};
use super::environment::environment;
use super::locate::Locator;
use super::render::Render;
use super::root::{Form, Root};
use super::sources::{EMPTY, PREFIX, Sources};
use super::{checks, native};
use crate::diagnostics::Diagnostic;
use crate::template::error::TemplateError;
use crate::template::functions;
use crate::template::library::{Library, MacroInfo};
use crate::template::rewrite::{self, Rewritten};
use crate::template::scope::Scope;
use crate::template::text::Text;

/// The name of a rendered text among templates.
pub(super) const TEXT: &str = "text";

/// Renders texts and calls macros. Cheap to clone, shared by all threads; each
/// macro is compiled once.
#[derive(Debug, Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

/// What all renders share.
pub(super) struct Shared {
    pub(super) sources: Arc<Sources>,
    proxies: Vec<Value>,
    namespaces: HashMap<String, Value>,
    functions: BTreeMap<&'static str, Value>,
    /// For renders in which undefined values are errors when used.
    strict: OnceLock<Environment<'static>>,
    /// For renders in which they absorb what is done with them.
    chainable: OnceLock<Environment<'static>>,
}

impl Engine {
    /// An engine for the macros of `library`.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "the engine keeps the library")]
    pub fn new(library: Arc<Library>) -> Self {
        let proxy = |info: &MacroInfo| Value::from_object(MacroProxy::new(Arc::clone(&library), info.index));
        let namespace =
            |name: &str| (name.to_owned(), Value::from_object(Namespace::new(Arc::clone(&library), name)));
        let shared = Shared {
            proxies: library.macros().map(proxy).collect(),
            namespaces: library.package_names().map(namespace).collect(),
            functions: functions::all(),
            sources: Arc::new(Sources::new(Arc::clone(&library))),
            strict: OnceLock::new(),
            chainable: OnceLock::new(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The library.
    #[must_use]
    pub fn library(&self) -> &Arc<Library> {
        self.shared.library()
    }

    /// Renders a text. A text without template syntax is returned unchanged;
    /// of others, one newline at the end is dropped, as Jinja2 does.
    ///
    /// # Errors
    /// The text is malformed, or a name, value or call in it failed.
    pub fn render(&self, text: &Text, scope: Arc<dyn Scope>) -> Result<String, TemplateError> {
        self.shared.render(text, scope)
    }

    /// Renders a text to a value (dbt's native rendering, for YAML): a lone
    /// expression keeps its type, anything else is text. Strings stay strings
    /// unless `as_native`, `as_bool` or `as_number` says otherwise.
    ///
    /// # Errors
    /// As [`Engine::render`], or the text is not what `as_bool` or `as_number` asks for.
    pub fn evaluate(&self, text: &Text, scope: Arc<dyn Scope>) -> Result<Value, TemplateError> {
        if text.is_plain() {
            // Jinja2 drops one newline at the end.
            let whole = text.text.as_ref();
            let ended =
                whole.strip_suffix('\n').map_or(whole, |text| text.strip_suffix('\r').unwrap_or(text));
            return Ok(Value::from(ended));
        }
        let rewritten = rewrite::template(&text.text, PREFIX);
        let root = Arc::new(Root::new(Arc::clone(&self.shared), scope, Form::Value));
        self.shared
            .evaluate(&text.text, &rewritten, &root)
            .map_err(|error| self.shared.locate(&root, Some((text, &rewritten)), error))
    }

    /// Renders a text as the body of a macro: `return` ends it and gives its value
    /// instead of the text.
    ///
    /// # Errors
    /// As [`Engine::render`].
    pub fn body(&self, text: &Text, scope: Arc<dyn Scope>) -> Result<Value, TemplateError> {
        let root = Arc::new(Root::new(Arc::clone(&self.shared), scope, Form::Body));
        match (self.shared.render_in(text, &root), root.returned()) {
            (Err(_), Some(returned)) => Ok(returned),
            (rendered, _) => rendered.map(Value::from),
        }
    }

    /// Calls a macro, or anything else that can be called, by name:
    /// `name` or `package.name`.
    ///
    /// # Errors
    /// There is no such macro, or the call failed.
    pub fn call(
        &self,
        name: &str,
        args: &[Value],
        kwargs: &[(&str, Value)],
        scope: Arc<dyn Scope>,
    ) -> Result<Value, TemplateError> {
        let root = self.shared.root(scope);
        self.shared.call(name, args, kwargs, &root).map_err(|error| self.shared.locate(&root, None, error))
    }

    /// Calls one macro of the library.
    ///
    /// # Errors
    /// The call failed.
    pub fn call_macro(
        &self,
        info: &MacroInfo,
        args: &[Value],
        kwargs: &[(&str, Value)],
        scope: Arc<dyn Scope>,
    ) -> Result<Value, TemplateError> {
        let root = self.shared.root(scope);
        let callable = self.shared.proxy(info.index).unwrap_or_default();
        self.shared
            .call_value(&callable, args, kwargs, &root)
            .map_err(|error| self.shared.locate(&root, None, error))
    }

    /// Compiles all macros that did not come with the program and reports what
    /// is malformed in them.
    #[must_use]
    pub fn check_macros(&self) -> Vec<Diagnostic> {
        let own = self.library().macros().filter(|info| !info.is_internal);
        own.filter_map(|info| self.check_macro(info)).collect()
    }

    /// Compiles a macro and reports what is malformed in it.
    #[must_use]
    pub fn check_macro(&self, info: &MacroInfo) -> Option<Diagnostic> {
        let error = self.shared.environment(true).get_template(&info.index.to_string()).err()?;
        let locator = Locator { shared: &self.shared, names: Vec::new(), text: None };
        Some(locator.template_error(error).diagnostic())
    }

    /// Compiles a text without rendering it and reports what is malformed in it.
    #[must_use]
    pub fn check(&self, text: &Text) -> Vec<Diagnostic> {
        let problems = checks::problems(text);
        if !problems.is_empty() || text.is_plain() {
            return problems;
        }
        let rewritten = rewrite::template(&text.text, PREFIX);
        match self.shared.environment(true).template_from_named_str(TEXT, &rewritten.text) {
            Ok(_) => Vec::new(),
            Err(error) => {
                let locator =
                    Locator { shared: &self.shared, names: Vec::new(), text: Some((text, &rewritten)) };
                vec![locator.template_error(error).diagnostic()]
            }
        }
    }
}

impl Shared {
    pub(super) fn library(&self) -> &Arc<Library> {
        &self.sources.library
    }

    /// The macro at this place of the library, as a value.
    pub(super) fn proxy(&self, index: usize) -> Option<Value> {
        self.proxies.get(index).cloned()
    }

    /// The package of this name, as a value.
    pub(super) fn namespace(&self, name: &str) -> Option<Value> {
        self.namespaces.get(name).cloned()
    }

    /// The engine's own function of this name.
    pub(super) fn function(&self, name: &str) -> Option<Value> {
        self.functions.get(name).cloned()
    }

    /// The names of the engine's own functions.
    pub(super) fn function_names(&self) -> impl Iterator<Item = &'static str> {
        self.functions.keys().copied().filter(|name| !name.starts_with("__"))
    }

    fn root(self: &Arc<Self>, scope: Arc<dyn Scope>) -> Arc<Root> {
        Arc::new(Root::new(Arc::clone(self), scope, Form::Text))
    }

    pub(super) fn environment(&self, is_chainable: bool) -> &Environment<'static> {
        let (cell, behavior) = if is_chainable {
            (&self.chainable, UndefinedBehavior::Chainable)
        } else {
            (&self.strict, UndefinedBehavior::Lenient)
        };
        cell.get_or_init(|| environment(Arc::clone(&self.sources), behavior))
    }

    pub(super) fn render(
        self: &Arc<Self>,
        text: &Text,
        scope: Arc<dyn Scope>,
    ) -> Result<String, TemplateError> {
        self.render_in(text, &self.root(scope))
    }

    pub(super) fn render_in(&self, text: &Text, root: &Arc<Root>) -> Result<String, TemplateError> {
        if text.is_plain() {
            return Ok(text.text.as_ref().to_owned());
        }
        let rewritten = rewrite::template(&text.text, PREFIX);
        let environment = self.environment(root.is_chainable());
        environment
            .template_from_named_str(TEXT, &rewritten.text)
            .and_then(|template| template.render(Value::from_dyn_object(Arc::clone(root))))
            .map_err(|error| self.locate(root, Some((text, &rewritten)), error))
    }

    fn evaluate(&self, source: &str, rewritten: &Rewritten, root: &Arc<Root>) -> Result<Value, Error> {
        let environment = self.environment(root.is_chainable());
        let template = environment.template_from_named_str(TEXT, &rewritten.text)?;
        let captured = template.render_captured(Value::from_dyn_object(Arc::clone(root)))?;
        let printed = captured.state().get_extension::<Render>().map(|render| render.printed.clone());
        native::value(
            source,
            captured.output(),
            printed.unwrap_or_default(),
            root.marking_of(captured.output()),
        )
    }

    fn call(
        &self,
        name: &str,
        args: &[Value],
        kwargs: &[(&str, Value)],
        root: &Arc<Root>,
    ) -> Result<Value, Error> {
        let callable = match name.split_once('.') {
            Some((package, member)) => {
                let replaced = root.scope.replaced_macro(name);
                let found = self.library().find_in(package, member).and_then(|info| self.proxy(info.index));
                replaced.or(found)
            }
            None => root.find(name),
        };
        let Some(callable) = callable else {
            let diagnostic = Diagnostic::error("unknown-macro", format!("there is no macro `{name}`"));
            return Err(crate::template::error::raise_diagnostic(diagnostic.suggest(name, root.names())));
        };
        self.call_value(&callable, args, kwargs, root)
    }

    fn call_value(
        &self,
        callable: &Value,
        args: &[Value],
        kwargs: &[(&str, Value)],
        root: &Arc<Root>,
    ) -> Result<Value, Error> {
        let mut all = args.to_vec();
        if !kwargs.is_empty() {
            let kwargs: Kwargs =
                kwargs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            all.push(Value::from(kwargs));
        }
        let template = self.environment(root.is_chainable()).get_template(EMPTY)?;
        let mut captured = template.render_captured(Value::from_dyn_object(Arc::clone(root)))?;
        captured.with_state_mut(|state| callable.call(state, &all))
    }

    fn locate(&self, root: &Root, text: Option<(&Text, &Rewritten)>, error: Error) -> TemplateError {
        let names = root.names().into_iter().map(str::to_owned).collect();
        Locator { shared: self, names, text }.template_error(error)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("macros", &self.proxies.len()).finish_non_exhaustive()
    }
}
