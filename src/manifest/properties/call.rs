//! `ref(...)` and `source(...)` where a property file names a relation.

use crate::manifest::{RefCall, SourceCall};

/// A relation that a property file names by a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceCall {
    /// `ref('stg_orders')`, with a package or a version where one is given.
    Ref(RefCall),
    /// `source('raw', 'orders')`.
    Source(SourceCall),
}

/// Reads a lone `ref(...)` or `source(...)` whose arguments are literals;
/// `None` for anything else.
#[must_use]
pub fn parse_call(text: &str) -> Option<ResourceCall> {
    let (name, rest) = text.trim().split_once('(')?;
    let arguments = rest.strip_suffix(')')?;
    let mut positional = Vec::new();
    let mut version = None;
    let mut version_is_text = false;
    for argument in split_arguments(arguments)? {
        match argument {
            Argument::Positional(value) => positional.push(value),
            Argument::Named(key, value, is_text) if key == "v" || key == "version" => {
                (version, version_is_text) = (Some(value), is_text);
            }
            Argument::Named(..) => return None,
        }
    }
    match (name.trim(), positional.as_slice()) {
        ("ref", [name]) => {
            Some(ResourceCall::Ref(RefCall { package: None, name: name.clone(), version, version_is_text }))
        }
        ("ref", [package, name]) => {
            let package = Some(package.clone());
            Some(ResourceCall::Ref(RefCall { package, name: name.clone(), version, version_is_text }))
        }
        ("source", [source, table]) if version.is_none() => {
            Some(ResourceCall::Source(SourceCall { source: source.clone(), table: table.clone() }))
        }
        _ => None,
    }
}

enum Argument {
    Positional(String),
    /// A key, its value, and whether that is a text.
    Named(String, String, bool),
}

/// The arguments between the parentheses; `None` where one is not a literal.
fn split_arguments(text: &str) -> Option<Vec<Argument>> {
    let mut arguments = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some((value, after)) = quoted(rest) {
            arguments.push(Argument::Positional(value));
            rest = after;
        } else {
            let (key, value) = rest.split_once('=')?;
            let value = value.trim_start();
            let text = quoted(value);
            let is_text = text.is_some();
            let (value, after) = text.or_else(|| number(value))?;
            arguments.push(Argument::Named(key.trim().to_owned(), value, is_text));
            rest = after;
        }
        rest = rest.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None if rest.is_empty() => {}
            None => return None,
        }
    }
    Some(arguments)
}

/// A quoted text at the start, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|first| ['\'', '"'].contains(first))?;
    let (value, after) = text.strip_prefix(quote)?.split_once(quote)?;
    Some((value.to_owned(), after))
}

/// A number at the start, and what follows it.
fn number(text: &str) -> Option<(String, &str)> {
    let after = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let value = text.strip_suffix(after)?;
    (!value.is_empty()).then(|| (value.to_owned(), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(package: Option<&str>, name: &str, version: Option<&str>) -> ResourceCall {
        let owned = |text: &str| text.to_owned();
        ResourceCall::Ref(RefCall {
            package: package.map(owned),
            name: owned(name),
            version: version.map(owned),
            version_is_text: version.is_some_and(|version| version.ends_with('a')),
        })
    }

    #[test]
    fn calls_with_literal_arguments_are_read() {
        let check =
            |text: &str, expected: Option<ResourceCall>| assert_eq!(parse_call(text), expected, "{text}");
        check("ref('orders')", Some(reference(None, "orders", None)));
        check(" ref ( \"orders\" ) ", Some(reference(None, "orders", None)));
        check("ref('shop', 'orders')", Some(reference(Some("shop"), "orders", None)));
        check("ref('orders', v=2)", Some(reference(None, "orders", Some("2"))));
        check("ref('orders', v='3a')", Some(reference(None, "orders", Some("3a"))));
        check("ref('orders', version='2a')", Some(reference(None, "orders", Some("2a"))));
        check(
            "source('raw','orders')",
            Some(ResourceCall::Source(SourceCall { source: "raw".into(), table: "orders".into() })),
        );
        for bad in [
            "orders",
            "ref()",
            "ref(orders)",
            "ref('a' 'b')",
            "ref('a",
            "source('a')",
            "this",
            "ref('a', x=1)",
        ] {
            check(bad, None);
        }
    }
}
