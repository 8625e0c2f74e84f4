//! Macros and packages as values.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::render::render_of;
use crate::diagnostics::Diagnostic;
use crate::template::error::{raise_diagnostic, raise_message};
use crate::template::library::{Library, MacroInfo};
use crate::template::python;
use crate::template::rewrite::LOCAL_PREFIX;
use crate::template::values::{Absorbing, Arguments, dict};

/// The kind of the error that stands for one macro call on the way out; its
/// detail is the macro's name.
pub(super) const CALL_FRAME: ErrorKind = ErrorKind::EvalBlock;

/// A macro as a value. It belongs to no render: a call imports the macro's
/// template into the running state first.
pub(super) struct MacroProxy {
    library: Arc<Library>,
    index: usize,
    /// The name of the macro's template.
    template: String,
}

impl MacroProxy {
    pub(super) fn new(library: Arc<Library>, index: usize) -> Self {
        Self { library, index, template: index.to_string() }
    }

    fn info(&self) -> Result<&MacroInfo, Error> {
        self.library.macro_at(self.index).ok_or_else(|| raise_message("this macro is no longer known"))
    }

    /// The macro in this state.
    fn load(&self, state: &mut State<'_, '_>) -> Result<Value, Error> {
        let render = render_of(state)?;
        if let Some(loaded) = render.loaded.get(&self.index) {
            return Ok(loaded.clone());
        }
        let import = render.loader.clone();
        import.call(state, &[Value::from(self.template.as_str())])?;
        let render = render_of(state)?;
        let module = render.module.take().unwrap_or_default();
        let loaded = module.get_attr(&format!("{LOCAL_PREFIX}{}", self.info()?.name))?;
        render.loaded.insert(self.index, loaded.clone());
        Ok(loaded)
    }

    /// The arguments as the macro's template takes them: what is too much goes
    /// to `varargs` and `kwargs`, where the macro has them.
    fn adapt(&self, args: &[Value]) -> Result<Option<Vec<Value>>, Error> {
        let info = self.info()?;
        let arguments = Arguments::new(&info.name, args);
        let positional = arguments.positional();
        let keywords = arguments.keywords();
        let count = info.arguments.len();
        let is_known =
            |key: &str| key == "caller" || info.arguments.iter().any(|argument| argument.name == key);
        if !info.is_variadic {
            if let Some((unknown, _)) = keywords.iter().find(|(key, _)| !is_known(key)) {
                let names = info.arguments.iter().map(|argument| argument.name.as_str());
                let message = format!("`{}` has no parameter `{unknown}`", info.name);
                let words = format!("macro 'dbt_macro__{}' takes no keyword argument '{unknown}'", info.name);
                let finding = misfit(info, message).known_as(words).suggest(unknown, names);
                return Err(raise_diagnostic(finding));
            }
            if positional.len() > count {
                let noun = if count == 1 { "argument" } else { "arguments" };
                let message = format!("`{}` takes {count} {noun}, {} given", info.name, positional.len());
                return Err(raise_diagnostic(misfit(info, message)));
            }
            return Ok(None);
        }
        let mut adapted: Vec<Value> = positional.iter().take(count).cloned().collect();
        let surplus: Vec<Value> = positional.iter().skip(count).cloned().collect();
        let (mut known, unknown): (Vec<_>, Vec<_>) = keywords.into_iter().partition(|(key, _)| is_known(key));
        known.push(("varargs".to_owned(), Value::from(minijinja::value::Tuple::new(surplus))));
        known.push(("kwargs".to_owned(), dict(unknown)));
        adapted.push(Value::from(known.into_iter().collect::<Kwargs>()));
        Ok(Some(adapted))
    }

    fn run(&self, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let adapted = self.adapt(args)?;
        // Loading prints, too; that is no print of the text itself.
        render_of(state)?.depth += 1;
        let result =
            self.load(state).and_then(|loaded| loaded.call(state, adapted.as_deref().unwrap_or(args)));
        let render = render_of(state)?;
        render.depth -= 1;
        match (result, render.returned.take()) {
            (Err(_), Some(returned)) => Ok(returned),
            (result, _) => result,
        }
    }
}

fn misfit(info: &MacroInfo, message: String) -> Diagnostic {
    Diagnostic::error("macro-arguments", message).note(format!("it is declared as `{}`", info.signature()))
}

impl fmt::Debug for MacroProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.library.macro_at(self.index) {
            Some(info) => write!(f, "<macro {}.{}>", info.package, info.name),
            None => f.write_str("<macro>"),
        }
    }
}

impl Object for MacroProxy {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let info = self.library.macro_at(self.index)?;
        match key.as_str()? {
            "name" => Some(Value::from(info.name.as_str())),
            "arguments" => Some(info.arguments.iter().map(|argument| argument.name.as_str()).collect()),
            _ => None,
        }
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let info = self.info()?;
        let render = render_of(state)?;
        if render.depth == 0 {
            render.root.scope.macro_called(&info.unique_id);
        }
        if !info.is_internal {
            render.root.scope.macro_ran(info.index);
        }
        self.run(state, args).map_err(|error| Error::new(CALL_FRAME, info.name.clone()).with_source(error))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// A package's name as a value: `package.macro(..)`.
pub(super) struct Namespace {
    library: Arc<Library>,
    package: String,
}

impl Namespace {
    pub(super) fn new(library: Arc<Library>, package: &str) -> Self {
        Self { library, package: package.to_owned() }
    }
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<package {}>", self.package)
    }
}

impl Object for Namespace {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let info = self.library.find_in(&self.package, key.as_str()?)?;
        Some(Value::from_object(MacroProxy::new(Arc::clone(&self.library), info.index)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let mut names = self.library.names_in(&self.package);
        names.sort_unstable();
        Enumerator::Values(names.into_iter().map(Value::from).collect())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let root = Arc::clone(&render_of(state)?.root);
        if let Some(replaced) = root.scope.replaced_macro(&format!("{}.{method}", self.package)) {
            return replaced.call(state, args);
        }
        // dbt: a package is a dict of its macros, whose own methods come first.
        match python::method(&Value::from_dyn_object(Arc::clone(self)), method, args) {
            Err(error) if error.kind() == ErrorKind::UnknownMethod => {}
            found => return found,
        }
        match self.library.find_in(&self.package, method) {
            Some(info) => root.shared.proxy(info.index).unwrap_or_default().call(state, args),
            None if root.is_chainable() => Ok(Absorbing::value()),
            None => {
                let message = format!("package `{}` has no macro `{method}`", self.package);
                let diagnostic = Diagnostic::error("unknown-macro", message);
                Err(raise_diagnostic(diagnostic.suggest(method, self.library.names_in(&self.package))))
            }
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
