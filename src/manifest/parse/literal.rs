//! SQL whose calls dbt reads without rendering it.

/// The calls that dbt's static parser knows.
const KNOWN: [&str; 3] = ["config", "ref", "source"];

/// Whether all that a text renders is calls of `ref`, `source` and `config` with literals.
pub(in crate::manifest) fn is_literal(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, tag)) = rest.split_once('{') {
        rest = tag;
        if tag.starts_with('%') {
            return false;
        }
        if let Some(comment) = tag.strip_prefix('#') {
            rest = comment.split_once("#}").map_or("", |(_, after)| after);
        } else if let Some(expression) = tag.strip_prefix('{') {
            let Some((expression, after)) = expression.split_once("}}") else { return false };
            if !is_known_call(expression) {
                return false;
            }
            rest = after;
        }
    }
    true
}

fn is_known_call(expression: &str) -> bool {
    let call = expression.trim_matches('-').trim();
    let Some((name, arguments)) = call.split_once('(') else { return false };
    let is_whole = |arguments: &str| !arguments.contains(['(', ')']);
    KNOWN.contains(&name.trim_end()) && arguments.strip_suffix(')').is_some_and(is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_with_literals_are_all_that_may_be_rendered() {
        let check = |text: &str, expected: bool| assert_eq!(is_literal(text), expected, "{text}");
        check("select 1", true);
        check("select { from {{ ref('a') }} join {{- source ( 'b', 'c' ) -}} {# {% no %} #}", true);
        check("{{ config(tags=['a']) }} select {}", true);
        check("{{ config(tags=[var('a')]) }}", false);
        check("{{ ref('a') }} {{ this }}", false);
        check("{{ ref('a').name }}", false);
        check("{{ ref('a') ~ '' }}", false);
        check("{% if x %}{% endif %}", false);
        check("{{ ref('a')", false);
        check("{{ ref( }}", false);
        check("{# open", true);
    }
}
