//! Arguments that are templates although they do not look like it.

use std::borrow::Cow;

/// The template that a text among a test's arguments stands for: `ref('a')`
/// and its like mean `{{ ref('a') }}`; any other text is a template as it is.
/// dbt renders every text among the arguments this way, at any depth and
/// natively, except the argument `column_name`, which it never renders.
#[must_use]
pub fn argument_template(text: &str) -> Cow<'_, str> {
    if is_call(text) { Cow::Owned(format!("{{{{ {text} }}}}")) } else { Cow::Borrowed(text) }
}

fn is_call(text: &str) -> bool {
    let Some((name, rest)) = text.trim().split_once('(') else { return false };
    let is_known = ["env_var", "ref", "var", "source", "doc"].contains(&name.trim_end());
    let inside = rest.strip_suffix(')').unwrap_or_default();
    is_known && !inside.is_empty() && !inside.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::argument_template;

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
