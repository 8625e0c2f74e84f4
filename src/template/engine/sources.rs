//! The rewritten macros, made when they are first needed.

use std::sync::{Arc, OnceLock};

use crate::source::Span;
use crate::template::library::{Library, MacroInfo};
use crate::template::rewrite::{self, Rewritten};

/// The template that declares nothing: calls from Rust start in it.
pub(super) const EMPTY: &str = "empty";

/// Goes in front of each rendered text: gives the state a way to import macros.
pub(super) const PREFIX: &str = "{% macro __load(__name) %}{% import __name as __module %}\
     {% set __registered = __module|__register %}{% endmacro %}{% do __boot(__load) %}";

/// The templates of a library's macros.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) library: Arc<Library>,
    rewritten: Vec<OnceLock<Rewritten>>,
}

impl Sources {
    pub(super) fn new(library: Arc<Library>) -> Self {
        let rewritten = library.macros().map(|_| OnceLock::new()).collect();
        Self { library, rewritten }
    }

    /// A macro's template.
    pub(super) fn of(&self, info: &MacroInfo) -> Option<&Rewritten> {
        let make = || rewrite::declaration(info.source(), &info.name, info.is_variadic);
        self.rewritten.get(info.index).map(|cell| cell.get_or_init(make))
    }

    /// The template of this name: the macro's place in the library.
    pub(super) fn load(&self, name: &str) -> Option<String> {
        if name == EMPTY {
            return Some(PREFIX.to_owned());
        }
        Some(self.of(self.info(name)?)?.text.clone())
    }

    /// The macro whose template has this name.
    pub(super) fn info(&self, name: &str) -> Option<&MacroInfo> {
        self.library.macro_at(name.parse().ok()?)
    }

    /// A range of a macro's template as a span of its file.
    pub(super) fn span(&self, name: &str, range: std::ops::Range<usize>) -> Option<Span> {
        let info = self.info(name)?;
        let (start, end) = self.of(info)?.original(range);
        Some(info.file.range(info.span.start + start, info.span.start + end))
    }
}
