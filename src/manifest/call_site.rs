//! Where a text calls `ref` or `source`.

use std::ops::Range;

/// The place of the call of `function` in `text` whose first arguments are
/// these literals. A call that computes its arguments is not found.
pub(super) fn call_site(text: &str, function: &str, arguments: &[&str]) -> Option<Range<usize>> {
    text.match_indices(function).find_map(|(start, name)| {
        let before = text.get(..start)?.chars().next_back();
        if before.is_some_and(|before| before.is_alphanumeric() || before == '_') {
            return None;
        }
        let after_name = start + name.len();
        let inside = text.get(after_name..)?.trim_start().strip_prefix('(')?;
        let rest = literals(inside, arguments)?;
        let end = match rest.trim_start().strip_prefix(')') {
            Some(after) => text.len() - after.len(),
            None => text.len() - rest.len(),
        };
        Some(start..end)
    })
}

/// As [`call_site`], of several calls that with this version, or without one; the
/// first where none is.
pub(super) fn version_site(
    text: &str,
    function: &str,
    arguments: &[&str],
    version: Option<&str>,
) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(found) = call_site(text.get(from..)?, function, arguments) {
        let found = from + found.start..from + found.end;
        let end = text.get(found.start..)?.find(')').map_or(text.len(), |end| found.start + end);
        let rest = text.get(found.end.min(end)..end)?;
        let given = rest.rsplit_once('=').map(|(_, given)| given.trim().trim_matches(['\'', '"']));
        if given == version {
            return Some(found.start..found.end.max((end + 1).min(text.len())));
        }
        from = found.end;
    }
    call_site(text, function, arguments)
}

/// The place of an option's name in the `config(...)` calls of `text`. `key` is
/// dbt's spelling; the text may say `pre_hook` for `pre-hook`.
pub(super) fn option_site(text: &str, key: &str) -> Option<Range<usize>> {
    let begin = call_site(text, "config", &[])?.start;
    let underscored = key.replace('-', "_");
    [key, &underscored].into_iter().find_map(|name| {
        let calls = text.get(begin..)?;
        calls.match_indices(name).map(|(at, _)| begin + at..begin + at + name.len()).find(|range| {
            let before = text.get(..range.start).and_then(|before| before.chars().next_back());
            let after = text.get(range.end..).unwrap_or_default();
            let is_keyword = after.trim_start().starts_with('=') && !after.trim_start().starts_with("==");
            let is_key = after.trim_start_matches(['\'', '"']).trim_start().starts_with(':');
            let is_whole = before.is_none_or(|before| !before.is_alphanumeric() && before != '_');
            is_whole && (is_keyword || is_key)
        })
    })
}

/// What follows these literals, separated by commas, at the start of `text`.
fn literals<'t>(text: &'t str, arguments: &[&str]) -> Option<&'t str> {
    let mut rest = text;
    for (index, argument) in arguments.iter().enumerate() {
        if index > 0 {
            rest = rest.trim_start().strip_prefix(',')?;
        }
        rest = rest.trim_start();
        let quote = rest.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
        rest = rest.strip_prefix(quote)?.strip_prefix(argument)?.strip_prefix(quote)?;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::{call_site, option_site, version_site};

    #[test]
    fn literal_calls_are_found() {
        let check = |text: &str, function: &str, arguments: &[&str], expected: Option<&str>| {
            let found = call_site(text, function, arguments).and_then(|range| text.get(range));
            assert_eq!(found, expected, "{text}");
        };
        check("from {{ ref('a') }} x", "ref", &["a"], Some("ref('a')"));
        check("from {{ref( \"a\" )}}", "ref", &["a"], Some("ref( \"a\" )"));
        check("{{ xref('a') }} {{ ref('b') }} {{ ref('a', v=2) }}", "ref", &["a"], Some("ref('a'"));
        check("{{ ref('p', 'a') }}", "ref", &["p", "a"], Some("ref('p', 'a')"));
        check("{{ source('s' , 't') }}", "source", &["s", "t"], Some("source('s' , 't')"));
        check("{{ ref(name) }}", "ref", &["a"], None);
    }

    #[test]
    fn a_call_with_the_version_is_found_first() {
        let check = |version: Option<&str>, expected: &str| {
            let text = "{{ ref('a') }} {{ ref('a', v=2) }} {{ ref( 'a' , version = '3' ) }}";
            let found = version_site(text, "ref", &["a"], version).and_then(|range| text.get(range));
            assert_eq!(found, Some(expected), "{version:?}");
        };
        check(None, "ref('a')");
        check(Some("2"), "ref('a', v=2)");
        check(Some("3"), "ref( 'a' , version = '3' )");
        check(Some("4"), "ref('a')");
    }

    #[test]
    fn options_are_found() {
        let check = |text: &str, key: &str, expected: Option<usize>| {
            assert_eq!(option_site(text, key).map(|range| range.start), expected, "{text}");
        };
        check("{{ config(tags='a', enabled = true) }}", "enabled", Some(20));
        check("{{ config({'enabled': true}) }}", "enabled", Some(12));
        check("{{ config(pre_hook='x') }}", "pre-hook", Some(10));
        check("enabled = 1 {{ config(x_enabled=1) }}", "enabled", None);
    }
}
