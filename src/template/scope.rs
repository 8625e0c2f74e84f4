//! What a template can see.

use std::fmt;
use std::sync::Arc;

use minijinja::Value;

/// The names that one render can see. The engine asks for a name in this order:
/// macros of the text's package and of the root project, then [`Scope::lookup`],
/// then package names, then the macros that come with the program, then the
/// engine's own functions. A project can so replace a context member by a macro
/// of its name; `builtins` still has the member.
///
/// A value must not change during a render; what changes (recorded calls,
/// statement results) lives inside objects.
pub trait Scope: fmt::Debug + Send + Sync + 'static {
    /// The value of a context member, such as `ref`, `this`, `var`, `target`.
    fn lookup(&self, name: &str) -> Option<Value>;

    /// The package of the text that is rendered: where unqualified macro names
    /// are sought first.
    fn package(&self) -> &str;

    /// The names of all members that [`Scope::lookup`] knows: for `context` and
    /// for "did you mean".
    fn names(&self) -> Vec<&'static str>;

    /// Called for each macro that the rendered text itself calls (not for the
    /// macros that those call), with its unique id.
    fn macro_called(&self, _unique_id: &str) {}

    /// Called for each macro of a project that runs in this render, whoever called it, with
    /// its place in the library.
    fn macro_ran(&self, _place: usize) {}

    /// What a macro's name stands for instead of the macro: unit tests
    /// override macros. `name` is unqualified or `package.name`.
    fn replaced_macro(&self, _name: &str) -> Option<Value> {
        None
    }

    /// The macro that a generic test is made of, by unique id. What that macro reaches is
    /// seen by its bare name, of whatever package it is (dbt: `TestMacroNamespace`).
    fn test_macro(&self) -> Option<&str> {
        None
    }

    /// What the text comes to, or what it tells people, belongs to this run of the program:
    /// the next may make something else of it, while no file changes.
    fn depends_on_run(&self) {}

    /// Tells that something was used that is to be gone.
    ///
    /// # Errors
    /// Such warnings are errors.
    fn deprecated(&self, _what: Deprecated) -> Result<(), minijinja::Error> {
        Ok(())
    }

    /// dbt's parse-time rule: an undefined value absorbs attribute, item and
    /// call access instead of failing.
    fn is_chainable(&self) -> bool {
        false
    }

    /// Where `log`, `print` and warnings of this render go.
    fn notices(&self) -> Arc<dyn Notices>;
}

/// Where a template's words to people go.
pub trait Notices: fmt::Debug + Send + Sync {
    /// Takes one notice.
    fn notice(&self, notice: Notice);
}

/// A template's words to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// `log(message, info=False)`.
    Log {
        /// The text.
        message: String,
        /// Whether people see it without asking for debug output.
        info: bool,
    },
    /// `print(message)`: an answer, shown even with `--quiet`.
    Print(String),
    /// `exceptions.warn(message)`.
    Warning(String),
    /// Something was used that is to be gone.
    Deprecated(Deprecated),
    /// Something that people may want to know.
    Remark {
        /// dbt's event.
        name: &'static str,
        /// The event's code.
        code: &'static str,
        /// What to know of it.
        message: String,
        /// What programs want to know of it, under the names of the event.
        facts: Vec<(&'static str, String)>,
        /// Who hears of it.
        audience: Audience,
    },
}

/// Who hears of a remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// People, and programs that read the log.
    People,
    /// Programs.
    Programs,
    /// Those who look for it.
    Debug,
}

/// What templates should no longer use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deprecated {
    /// dbt's event.
    pub name: &'static str,
    /// The event's code.
    pub code: &'static str,
    /// What to know of it.
    pub message: &'static str,
}
