//! Arguments that are templates although they do not look like it.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::manifest::properties::{ResourceCall, parse_call};
use crate::template::{self, Engine, Forms, MutDict, Scope, TemplateError, Text, Value};

/// The name under which a generic test's text finds its arguments.
pub const TEST_ARGUMENTS: &str = "_dbt_generic_test_kwargs";

/// A test's arguments, in the forms that they were written in, every text among them rendered but `column_name`, and
/// those whose value is `known`. An error points at `place`.
///
/// # Errors
/// An argument's template fails.
pub fn test_arguments(
    engine: &Engine,
    (kwargs, forms): (&Map<String, Json>, &Forms),
    (place, scope): (&Text, &Arc<dyn Scope>),
    known: &dyn Fn(&str) -> Option<Value>,
) -> Result<Value, TemplateError> {
    let mut rendered = Vec::new();
    let render = |text: &str| known(text).map_or_else(|| argument(engine, text, place, scope), Ok);
    for (name, value) in kwargs {
        let value = match name.as_str() {
            "column_name" => template::to_value(value),
            _ => forms.below(name).rendered(value, &render)?,
        };
        rendered.push((name.clone(), value));
    }
    Ok(Value::from_object(MutDict::new(rendered)))
}

fn argument(
    engine: &Engine,
    text: &str,
    place: &Text,
    scope: &Arc<dyn Scope>,
) -> Result<Value, TemplateError> {
    let text = Text { text: argument_template(text).as_ref().into(), ..place.clone() };
    engine.evaluate(&text, Arc::clone(scope))
}

/// The template that a text among a test's arguments stands for: `ref('a')`
/// and its like mean `{{ ref('a') }}`; any other text is a template as it is.
/// dbt renders every text among the arguments this way, at any depth and
/// natively, except the argument `column_name`, which it never renders.
fn argument_template(text: &str) -> Cow<'_, str> {
    if is_call(text) { Cow::Owned(format!("{{{{ {text} }}}}")) } else { Cow::Borrowed(text) }
}

fn is_call(text: &str) -> bool {
    let Some((name, rest)) = text.trim().split_once('(') else { return false };
    let is_known = ["env_var", "ref", "var", "source", "doc"].contains(&name.trim_end());
    let inside = rest.strip_suffix(')').unwrap_or_default();
    is_known && !inside.is_empty() && !inside.contains('\n')
}

/// What a text among the arguments asks for: one thing or nothing; `None` where only a render
/// can tell.
pub(super) fn asked_for(text: &str) -> Option<Vec<ResourceCall>> {
    let is_verbatim = |c: char| !matches!(c, '{' | '}' | '\\') && (c == ' ' || !c.is_whitespace());
    if !is_call(text) {
        return (!text.contains('{')).then(Vec::new);
    }
    let call = parse_call(text).filter(|_| text.chars().all(is_verbatim))?;
    let has_version = matches!(&call, ResourceCall::Ref(call) if call.version.is_some());
    // How a number is written is not how it is noted; a text is the last argument where the
    // version is one of those that property files generate.
    let is_generated = || {
        let (before, version) = text.split_once(", version='")?;
        Some(!before.contains('=') && !version.strip_suffix("')")?.contains(['\'', '"']))
    };
    (!has_version || is_generated() == Some(true)).then(|| vec![call])
}

#[cfg(test)]
mod tests {
    use super::{argument_template, asked_for};
    use crate::manifest::properties::parse_call;

    #[test]
    fn what_is_plain_tells_what_it_asks_for() {
        for text in ["", "open", "it's", "ref()", "ref('a') + 1", "a\\b", "100 %", "}"] {
            assert_eq!(asked_for(text), Some(vec![]), "{text}");
        }
        for text in
            ["ref('a')", " ref ( \"a\" ) ", "ref('p', 'a')", "source('a', 'b')", "ref('a', version='2')"]
        {
            assert_eq!(asked_for(text), parse_call(text).map(|call| vec![call]), "{text}");
        }
        for text in [
            "{{ x }}",
            "{",
            "var('x')",
            "env_var('x')",
            "doc('x')",
            "ref(x)",
            "ref('a\\'')",
            "ref('{a}')",
            "ref('a', v=2)",
            "ref('a', v='2')",
            "ref(version='2', 'a')",
            "ref('a', version='2', 'b')",
            "ref('a', version='2', v='3')",
            "ref(v='3', 'a', version='2')",
            "source('a')",
            "ref('a',\t'b')",
        ] {
            assert_eq!(asked_for(text), None, "{text}");
        }
    }

    #[test]
    fn calls_become_templates() {
        let check = |text: &str, expected: &str| assert_eq!(argument_template(text), expected);
        check("ref('a')", "{{ ref('a') }}");
        check(" source ('a', 'b') ", "{{  source ('a', 'b')  }}");
        check("var('x')[0] + var('y')", "{{ var('x')[0] + var('y') }}");
        check("ref()", "ref()");
        check("ref('a') + 1", "ref('a') + 1");
        check("preref('a')", "preref('a')");
        check("{{ ref('a') }}", "{{ ref('a') }}");
        check("ref(\n'a')", "ref(\n'a')");
    }
}
