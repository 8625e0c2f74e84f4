//! The names that a rendered text can see.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::run::Shared;
use crate::template::functions::Marking;
use crate::template::scope::Scope;
use crate::template::values::{Absorbing, Arguments, MutDict, none};

/// Names with a meaning of their own inside of macros and loops; they are never
/// context members.
const LOCAL: [&str; 6] = ["caller", "loop", "varargs", "kwargs", "self", "super"];

/// What a text is rendered to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A text: see [`super::Engine::render`].
    Text,
    /// A value: see [`super::Engine::evaluate`].
    Value,
    /// What a macro of this body gives: see [`super::Engine::body`].
    Body,
}

/// The names that one render can see.
pub(super) struct Root {
    pub(super) shared: Arc<Shared>,
    pub(super) scope: Arc<dyn Scope>,
    package: String,
    is_chainable: bool,
    form: Form,
    /// What the text itself returned, where it is a macro's body.
    returned: OnceLock<Value>,
    /// The texts that filters have marked. dbt: they are texts like any other until they
    /// are what the whole gives.
    marks: Mutex<Vec<(String, Marking)>>,
    /// What `context.update` added.
    added: Arc<OnceLock<MutDict>>,
}

impl Root {
    pub(super) fn new(shared: Arc<Shared>, scope: Arc<dyn Scope>, form: Form) -> Self {
        let package = scope.package().to_owned();
        let is_chainable = scope.is_chainable();
        Self {
            shared,
            scope,
            package,
            is_chainable,
            form,
            returned: OnceLock::new(),
            marks: Mutex::default(),
            added: Arc::default(),
        }
    }

    /// Notes how a text is to be read, should it be what the whole gives.
    pub(super) fn mark(&self, text: String, marking: Marking) {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).push((text, marking));
    }

    /// How a text is to be read, as it was marked last.
    pub(super) fn marking_of(&self, text: &str) -> Option<Marking> {
        let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        marks.iter().rev().find(|(marked, _)| marked == text).map(|(_, marking)| *marking)
    }

    /// The names of a text that is rendered in the middle of this one.
    pub(super) fn within(&self) -> Arc<Self> {
        let inner = Self::new(Arc::clone(&self.shared), Arc::clone(&self.scope), Form::Text);
        Arc::new(Self { added: Arc::clone(&self.added), ..inner })
    }

    /// What the text is rendered to.
    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// The text itself returns this.
    pub(super) fn set_returned(&self, value: Value) {
        // A return ends the text: there is no second one.
        let _ = self.returned.set(value);
    }

    /// What the text itself returned.
    pub(super) fn returned(&self) -> Option<Value> {
        self.returned.get().cloned()
    }

    /// The package whose macros are sought first.
    pub(super) fn package(&self) -> &str {
        &self.package
    }

    /// Whether undefined values absorb what is done with them.
    pub(super) fn is_chainable(&self) -> bool {
        self.is_chainable
    }

    /// What a name means. dbt: macros of the node's package and of the root
    /// project stand before context members, which stand before package names
    /// and the macros that come with the program.
    pub(super) fn find(self: &Arc<Self>, name: &str) -> Option<Value> {
        if LOCAL.contains(&name) {
            return None;
        }
        if let Some(added) = self.added.get().and_then(|added| added.get(name)) {
            return Some(added);
        }
        if let Some(info) = self.shared.library().find_in_projects(name, &self.package) {
            return self.scope.replaced_macro(name).or_else(|| self.shared.proxy(info.index));
        }
        if let Some(value) = self.scope.lookup(name) {
            return Some(value);
        }
        match name {
            "__root" => return Some(Value::from_dyn_object(Arc::clone(self))),
            "context" => {
                return Some(Value::from_object(Context { root: Arc::clone(self), is_builtins: false }));
            }
            "builtins" => {
                return Some(Value::from_object(Context { root: Arc::clone(self), is_builtins: true }));
            }
            _ => {}
        }
        if let Some(namespace) = self.shared.namespace(name) {
            return Some(namespace);
        }
        if let Some(info) = self.shared.library().find_internal(name) {
            return self.scope.replaced_macro(name).or_else(|| self.shared.proxy(info.index));
        }
        self.shared.function(name)
    }

    /// The names that a text can use, for suggestions.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.shared.library().visible_names(&self.package).collect();
        for name in self.scope.names().into_iter().chain(self.shared.function_names()) {
            names.push(name);
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Whether a name is never the text's to leave undefined.
fn is_own(name: &str) -> bool {
    LOCAL.contains(&name) || name.starts_with("__")
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Root").field("package", &self.package).finish_non_exhaustive()
    }
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        let absorbing = || (self.is_chainable && !is_own(name)).then(Absorbing::value);
        self.find(name).or_else(absorbing)
    }
}

/// `context`: all names as a dict. `builtins`: the same without the macros that
/// may hide a member.
struct Context {
    root: Arc<Root>,
    is_builtins: bool,
}

impl Context {
    fn find(&self, name: &str) -> Option<Value> {
        if self.is_builtins {
            return self.root.scope.lookup(name).or_else(|| self.root.shared.function(name));
        }
        self.root.find(name)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_builtins { "builtins" } else { "context" })
    }
}

impl Object for Context {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.find(key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.root.names().into_iter().map(Value::from).collect())
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
        if method == "get" {
            let arguments = Arguments::new("get", args);
            let found = self.find(&arguments.string(0, "key")?);
            return Ok(found.or_else(|| arguments.get(1, "default")).unwrap_or_else(none));
        }
        if method == "update" && !self.is_builtins {
            self.root
                .added
                .get_or_init(|| MutDict::new(Vec::<(Value, Value)>::new()))
                .update(&Arguments::new("update", args))?;
            return Ok(none());
        }
        match self.find(method) {
            Some(member) => member.call(state, args),
            None => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{self:?}>")
    }
}
