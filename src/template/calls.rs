//! Which macros a text calls, without rendering it.

use super::scan::{Segment, Token, TokenKind, segments};
use super::text::Text;

/// One macro call as written. Whether a macro of that name exists is for the
/// [`Library`](super::Library) to say.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MacroCall {
    /// `name(..)` or `package.name(..)`.
    Direct {
        /// The package, where one is written.
        package: Option<String>,
        /// The macro's name.
        name: String,
    },
    /// `adapter.dispatch('name', 'namespace')` with literal arguments.
    Dispatched {
        /// The macro's name without an adapter's prefix.
        name: String,
        /// The namespace, where one is written.
        namespace: Option<String>,
    },
}

/// The calls in a text, each once, in order of appearance. Methods of values
/// (`x.y()` where `x` is no package) are among them: only the library knows.
pub fn called_macros(text: &Text) -> Vec<MacroCall> {
    calls_in(&text.text)
}

/// The calls in a template source.
pub(crate) fn calls_in(source: &str) -> Vec<MacroCall> {
    let mut calls = Vec::new();
    for segment in &segments(source).0 {
        collect(source, segment, &mut calls);
    }
    calls
}

/// Whether a text speaks of a name of templates, also where it is not rendered.
pub fn names(text: &str, name: &str) -> bool {
    spoken_names(text).any(|spoken| spoken == name)
}

/// The names of templates that a text speaks of, as often as it does: those of its own variables
/// and of tags are among them, those behind a dot are not.
pub(crate) fn spoken_names(text: &str) -> impl Iterator<Item = &str> {
    segments(text).0.into_iter().flat_map(move |segment| {
        let text_of = |at: usize| segment.tokens.get(at).map_or("", |token| token.text(text));
        let is_behind_dot = |at: usize| at.checked_sub(1).map_or("", text_of) == ".";
        let found = segment.tokens.iter().enumerate();
        let found = found.filter(|(at, token)| token.kind == TokenKind::Name && !is_behind_dot(*at));
        found.map(|(_, token)| token.text(text)).collect::<Vec<_>>()
    })
}

fn collect(source: &str, segment: &Segment, calls: &mut Vec<MacroCall>) {
    let text_of = |at: usize| segment.tokens.get(at).map_or("", |token| token.text(source));
    for (at, token) in segment.tokens.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", text_of);
        let is_free_name =
            token.kind == TokenKind::Name && !matches!(before, "." | "|" | "is" | "macro" | "test");
        if !is_free_name {
            continue;
        }
        let name = token.text(source);
        let call = if text_of(at + 1) == "(" {
            Some(MacroCall::Direct { package: None, name: name.to_owned() })
        } else if text_of(at + 1) == "." && text_of(at + 3) == "(" {
            let member = text_of(at + 2);
            match (name, member) {
                ("adapter", "dispatch") => {
                    dispatched(source, segment.tokens.get(at + 4..).unwrap_or_default())
                }
                // dbt: the adapter's own functions are no macros, though some are named alike.
                ("adapter", _) => None,
                _ => Some(MacroCall::Direct { package: Some(name.to_owned()), name: member.to_owned() }),
            }
        } else {
            None
        };
        if let Some(call) = call.filter(|call| !calls.contains(call)) {
            calls.push(call);
        }
    }
}

/// Reads `'name', 'namespace')`, with or without the parameters' names.
fn dispatched(source: &str, tokens: &[Token]) -> Option<MacroCall> {
    let mut name = None;
    let mut namespace = None;
    let end = tokens.iter().position(|token| token.text(source) == ")")?;
    for (position, argument) in tokens.get(..end)?.split(|token| token.text(source) == ",").enumerate() {
        let value = argument.last().and_then(|token| token.literal(source)).map(str::to_owned);
        let is_named = argument.get(1).is_some_and(|token| token.text(source) == "=");
        let keyword = argument.first().filter(|_| is_named).map(|token| token.text(source));
        match (keyword, position) {
            (Some("macro_name"), _) | (None, 0) => name = value,
            (Some("macro_namespace"), _) | (None, 1) => namespace = value,
            _ => {}
        }
    }
    Some(MacroCall::Dispatched { name: name?, namespace })
}

#[cfg(test)]
mod tests {
    use super::{MacroCall, calls_in, names};

    fn shown(source: &str) -> String {
        let show = |call: &MacroCall| match call {
            MacroCall::Direct { package: None, name } => name.clone(),
            MacroCall::Direct { package: Some(package), name } => format!("{package}.{name}"),
            MacroCall::Dispatched { name, namespace } => {
                format!("dispatch({name},{})", namespace.as_deref().unwrap_or("-"))
            }
        };
        calls_in(source).iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_name_counts_wherever_it_stands() {
        let check = |source, expected| assert_eq!(names(source, "this"), expected, "{source}");
        check("select this from that", false);
        check("select * from {{ this }}", true);
        check("{% if is_incremental() %}{% set t = this.name %}{% endif %}", true);
        check("{{ that.this }} {{ 'this' }} {# this #}{% raw %}{{ this }}{% endraw %}", false);
    }

    #[test]
    fn finds_calls() {
        let check = |source, expected| assert_eq!(shown(source), expected, "{source}");
        check("select f(x)", "");
        check("{{ f(g(1)) }} {{ f(2) }}", "f g");
        check("{{ pkg.f() }}", "pkg.f");
        check("{{ adapter.f() }}", "");
        check("{% set x = a.b.c() %}", "");
        check("{{ x | upper }} {{ x | join(',') }} {{ x is divisibleby(3) }}", "");
        check("{{ adapter.dispatch('f', 'pkg')(1) }}", "dispatch(f,pkg)");
        check("{{ adapter.dispatch(macro_name='f', macro_namespace=\"p\")() }}", "dispatch(f,p)");
        check("{{ adapter.dispatch('f')() }}", "dispatch(f,-)");
        check("{{ adapter.dispatch(f)() }}", "");
        check("{# f() #}{% raw %}{{ g() }}{% endraw %}", "");
        check("{% call statement('x') %}{{ h() }}{% endcall %}", "statement h");
    }
}
