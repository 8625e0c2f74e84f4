//! What Rust objects can do with the render that calls them.

use std::sync::Arc;

use minijinja::{Error, State, Value};

use super::render::render_of;
use crate::diagnostics::Diagnostic;
use crate::template::error::{raise, raise_diagnostic};
use crate::template::library::MacroInfo;
use crate::template::scope::Scope;
use crate::template::text::Text;

/// The scope of the running render.
///
/// # Errors
/// `state` does not belong to a render of an [`Engine`](super::Engine).
pub fn scope(state: &mut State<'_, '_>) -> Result<Arc<dyn Scope>, Error> {
    Ok(Arc::clone(&render_of(state)?.root.scope))
}

/// Notes that what the running text comes to belongs to this run of the program.
pub fn depends_on_run(state: &mut State<'_, '_>) {
    // Outside of a render nobody remembers anything.
    if let Ok(scope) = scope(state) {
        scope.depends_on_run();
    }
}

/// What a name means in the running text: macros included, variables that the
/// template sets not.
///
/// # Errors
/// As [`scope`].
pub fn lookup(state: &mut State<'_, '_>, name: &str) -> Result<Option<Value>, Error> {
    let root = Arc::clone(&render_of(state)?.root);
    Ok(root.find(name))
}

/// A macro as a value that can be called.
///
/// # Errors
/// As [`scope`].
pub fn macro_value(state: &mut State<'_, '_>, info: &MacroInfo) -> Result<Value, Error> {
    Ok(render_of(state)?.root.shared.proxy(info.index).unwrap_or_default())
}

/// The macro that `adapter.dispatch(name, namespace)` means, as a value that
/// can be called.
///
/// # Errors
/// There is no such macro: the error names all that were sought.
pub fn dispatch(state: &mut State<'_, '_>, name: &str, namespace: Option<&str>) -> Result<Value, Error> {
    let root = Arc::clone(&render_of(state)?.root);
    if let Some((package, member)) = name.split_once('.') {
        let message = format!("`adapter.dispatch` needs a macro's name without a package, not `{name}`");
        let help = format!("write `adapter.dispatch('{member}', '{package}')`");
        return Err(raise_diagnostic(Diagnostic::error("dispatch", message).help(help)));
    }
    let library = root.shared.library();
    let in_test = || {
        let test_macro = root.scope.test_macro().filter(|_| namespace.is_none())?;
        library.find_dispatched_in_test(name, test_macro)
    };
    let found = library.find_dispatched(name, namespace, root.package());
    match found.or_else(|sought| in_test().ok_or(sought)) {
        Ok(info) => {
            let qualified = format!("{}.{}", info.package, info.name);
            let replaced =
                root.scope.replaced_macro(&info.name).or_else(|| root.scope.replaced_macro(&qualified));
            Ok(replaced.or_else(|| root.shared.proxy(info.index)).unwrap_or_default())
        }
        Err(sought) => {
            let place =
                namespace.map(|namespace| format!(" for namespace `{namespace}`")).unwrap_or_default();
            let message = format!("no macro implements `{name}`{place}");
            let sought: Vec<String> = sought.iter().map(|name| format!("`{name}`")).collect();
            let diagnostic =
                Diagnostic::error("dispatch", message).note(format!("sought {}", sought.join(", ")));
            let namespace = namespace.unwrap_or("None");
            let words = format!("In dispatch: No macro named '{name}' found within namespace: '{namespace}'");
            Err(raise_diagnostic(diagnostic.known_as(words)))
        }
    }
}

/// Renders a text in the scope of the running render: `render(..)`.
///
/// # Errors
/// Rendering failed.
pub fn render_text(state: &mut State<'_, '_>, text: &Text) -> Result<String, Error> {
    let root = Arc::clone(&render_of(state)?.root);
    root.shared.render_in(text, &root.within()).map_err(raise)
}
