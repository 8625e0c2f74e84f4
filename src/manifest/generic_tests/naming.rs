//! What a generic test is called.

use md5::{Digest, Md5};
use serde_json::{Map, Value as Json};

use super::python;
use crate::template::{self, Forms};

/// From this length on, a name is too long for a file.
const LONG: usize = 64;
/// How much of a long name stays readable.
const KEPT: usize = 30;

/// A test's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// For files and relations: shorter than 64 characters, unless what is
    /// tested has a very long name.
    pub(super) short: String,
    /// For people and ids.
    pub(super) full: String,
}

/// The names made of a test, what it stands below, and its arguments
/// (dbt: `synthesize_generic_test_names`).
pub(super) fn names(test: &str, target: &str, (arguments, forms): (&Map<String, Json>, &Forms)) -> Names {
    let mut sorted: Vec<(&String, &Json)> = arguments.iter().filter(|(key, _)| *key != "model").collect();
    sorted.sort_by_key(|(key, _)| *key);
    let parts = sorted.into_iter().flat_map(|(key, value)| {
        let forms = forms.below(key);
        match value {
            Json::Object(entries) => {
                entries.iter().map(|(key, item)| text(item, forms.below(key))).collect::<Vec<_>>()
            }
            Json::Array(items) => {
                items.iter().enumerate().map(|(at, item)| text(item, forms.item(at))).collect()
            }
            other => vec![text(other, forms)],
        }
    });
    let unique = parts.map(|part| clean(&part)).collect::<Vec<_>>().join("__");
    let identifier = format!("{test}_{target}");
    let full = format!("{identifier}_{unique}");
    let short = if full.chars().count() < LONG {
        full.clone()
    } else {
        format!("{}_{}", identifier.chars().take(KEPT).collect::<String>(), md5_hex(&full))
    };
    Names { short, full }
}

/// Every run of characters that a file name had better not have becomes `_`.
fn clean(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    let mut in_run = false;
    for c in part.chars() {
        let is_plain = c.is_ascii_alphanumeric() || c == '_';
        if is_plain {
            out.push(c);
        } else if !in_run {
            out.push('_');
        }
        in_run = !is_plain;
    }
    out
}

/// The hash at the end of a unique id: ten digits over the name and all that the
/// test was made of, so that it does not depend on the order of arguments.
pub(super) fn id_hash(
    name: &str,
    test: &str,
    namespace: Option<&str>,
    (arguments, forms): (&Map<String, Json>, &Forms),
) -> String {
    let kwargs = sorted(arguments, forms);
    let [test, namespace] = [test, namespace.unwrap_or("None")].map(|text| python::repr(&Json::from(text)));
    let digits = md5_hex(&format!("{name}{{'kwargs': {kwargs}, 'name': {test}, 'namespace': {namespace}}}"));
    digits.chars().skip(digits.len() - 10).collect()
}

/// Python's `str` of an argument.
fn text(value: &Json, forms: &Forms) -> String {
    if forms.is_empty() { python::text(value) } else { template::text(&forms.value(value)) }
}

/// Python's `repr` of the value with sorted keys, and every scalar as text.
fn hashable(value: &Json, forms: &Forms) -> String {
    match value {
        Json::Object(entries) => sorted(entries, forms),
        Json::Array(items) => {
            let item = |(at, item): (usize, &Json)| hashable(item, forms.item(at));
            format!("[{}]", items.iter().enumerate().map(item).collect::<Vec<_>>().join(", "))
        }
        scalar => python::repr(&Json::from(text(scalar, forms))),
    }
}

fn sorted(entries: &Map<String, Json>, forms: &Forms) -> String {
    let mut keyed: Vec<(&String, &Json)> = entries.iter().collect();
    keyed.sort_by_key(|(key, _)| *key);
    if forms.has_keys() {
        keyed.sort_by_key(|(key, _)| forms.key(key));
    }
    let entry = |(key, value): (&String, &Json)| {
        let shown = if forms.has_keys() {
            template::repr(&forms.key(key))
        } else {
            python::repr(&Json::from(key.as_str()))
        };
        format!("{shown}: {}", hashable(value, forms.below(key)))
    };
    format!("{{{}}}", keyed.into_iter().map(entry).collect::<Vec<_>>().join(", "))
}

fn md5_hex(text: &str) -> String {
    hex(&Md5::digest(text.as_bytes()))
}

/// Two digits for each byte.
pub(in crate::manifest) fn hex(bytes: &[u8]) -> String {
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    halves.filter_map(|half| char::from_digit(u32::from(half), 16)).collect()
}
