//! Models that dbt reads without rendering them: their text holds comments and plain calls of
//! `ref`, `source` and `config`, and no other templates. It knows no more than their values.

/// Whether a model's text is one of these.
pub(crate) fn needs_no_rendering(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let after = match rest.chars().next() {
            Some('{') => rest.get(1..).and_then(after_call),
            Some('#') => rest.find("#}").and_then(|end| rest.get(end + 2..)),
            Some('%') => None,
            _ => continue,
        };
        let Some(after) = after else { return false };
        rest = after;
    }
    true
}

/// What follows an expression that is one plain call, of which the braces are read.
fn after_call<'t>(text: &'t str) -> Option<&'t str> {
    let (name, rest) = name(text)?;
    let is_config = name == "config";
    if !is_config && !matches!(name, "ref" | "source") {
        return None;
    }
    let arguments = rest.trim_start();
    if !arguments.starts_with('(') || eat(arguments, '(')?.starts_with(')') {
        return None;
    }
    let argument = |text: &'t str| match keyword(text) {
        Some(("pre_hook" | "post_hook", _)) => None,
        Some((_, value)) if is_config => after_value(value),
        None if is_config => None,
        found => {
            let value = found.map_or(text, |(_, value)| value);
            after_text(value).or_else(|| after_number(value))
        }
    };
    after_items(arguments, ')', argument)?.trim_start().strip_prefix("}}")
}

fn eat(text: &str, mark: char) -> Option<&str> {
    Some(text.trim_start().strip_prefix(mark)?.trim_start())
}

fn name(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    Some((text.get(..end).filter(|name| !name.is_empty())?, text.get(end..)?))
}

fn keyword(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = name(text)?;
    Some((name, eat(rest, '=').filter(|rest| !rest.starts_with('='))?))
}

/// A text, `True`, `False`, or a list or dictionary of such. Numbers and `None` are rendered.
fn after_value(text: &str) -> Option<&str> {
    let text = text.trim_start();
    match text.chars().next()? {
        '[' => after_items(text, ']', after_value),
        '{' => after_items(text, '}', |pair| after_value(eat(after_text(pair)?, ':')?)),
        '\'' | '"' => after_text(text),
        _ => name(text).filter(|(name, _)| matches!(*name, "True" | "False")).map(|(_, rest)| rest),
    }
}

fn after_items<'t>(text: &'t str, close: char, item: impl Fn(&'t str) -> Option<&'t str>) -> Option<&'t str> {
    let mut rest = text.get(1..)?.trim_start();
    while !rest.starts_with(close) {
        rest = item(rest)?.trim_start();
        match eat(rest, ',') {
            Some(next) => rest = next,
            None if !rest.starts_with(close) => return None,
            None => {}
        }
    }
    rest.strip_prefix(close)
}

fn after_text(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == quote {
            // Three of them begin a text of another kind.
            return text.get(at + 1..).filter(|rest| !rest.starts_with(quote));
        }
    }
    None
}

fn after_number(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What dbt's own extractor says of these texts.
    #[test]
    fn plain_calls_need_no_rendering() {
        let plain = [
            "select 1",
            "{{ config(materialized='table', tags=['a', 'b'],) }} select * from {{ ref('a') }}",
            "{{ config(tags={'a': 'b', 'c': [True]}, x=[], y={}) }}",
            "{# hello #} select '{' || '}'",
            "{{ ref('a', 'b') }} {{ ref('a', v=1) }} {{ ref('a', version='1') }} {{ source('a','b') }}",
            "{{config(a = \n \"b'\")}}{{config(a='it\\'s')}} select '\u{e9}'",
        ];
        for text in plain {
            assert!(needs_no_rendering(text), "{text}");
        }
        let rendered = [
            "{{ config(x=1) }}",
            "{{ config(x=none) }}",
            "{{ config(x=None) }}",
            "{{ config(x=true) }}",
            "{{ config({'a': 1}) }}",
            "{{ config() }}",
            "{{ config(a='x' ~ 'y') }}",
            "{{ config(a='x', 'b') }}",
            "{{ config(a='x')",
            "{{ config(a='x' b='y') }}",
            "{{ config(x='''a''') }}",
            "{{ config(x=('a','b')) }}",
            "{{ config(pre_hook='a') }}",
            "{{ config(a=var('x')) }}",
            "{{- config(a='x') -}}",
            "{{ config(x=[ref('a')]) }}",
            "{% set a = 1 %} select 1",
            "{{ this }}",
            "{{ ref(x) }}",
            "{{ ref('a') | trim }}",
            "{{ ref('a').b }}",
            "{{ }}",
            "{{ ref('a') }} {{ ref",
            "{{ dbt.config(x='a') }}",
        ];
        for text in rendered {
            assert!(!needs_no_rendering(text), "{text}");
        }
    }
}
