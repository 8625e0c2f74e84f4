//! What a generic test is called.

use std::borrow::Cow;

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
    let identifier = format!("{test}_{target}");
    let mut full = format!("{identifier}_");
    let mut is_first = true;
    let mut add = |value: &Json, forms: &Forms| {
        if !std::mem::take(&mut is_first) {
            full.push_str("__");
        }
        add_clean(&mut full, &text(value, forms));
    };
    for (key, value) in sorted {
        let forms = forms.below(key);
        match value {
            Json::Object(entries) => entries.iter().for_each(|(key, item)| add(item, forms.below(key))),
            Json::Array(items) => items.iter().enumerate().for_each(|(at, item)| add(item, forms.item(at))),
            other => add(other, forms),
        }
    }
    let short = if full.chars().count() < LONG {
        full.clone()
    } else {
        format!("{}_{}", identifier.chars().take(KEPT).collect::<String>(), md5_hex(&full))
    };
    Names { short, full }
}

/// Every run of characters that a file name had better not have becomes `_`.
fn add_clean(name: &mut String, part: &str) {
    let mut in_run = false;
    for c in part.chars() {
        let is_plain = c.is_ascii_alphanumeric() || c == '_';
        if is_plain {
            name.push(c);
        } else if !in_run {
            name.push('_');
        }
        in_run = !is_plain;
    }
}

/// The hash at the end of a unique id: ten digits over the name and all that the
/// test was made of, so that it does not depend on the order of arguments.
pub(super) fn id_hash(
    name: &str,
    test: &str,
    namespace: Option<&str>,
    (arguments, forms): (&Map<String, Json>, &Forms),
) -> String {
    let mut summed = format!("{name}{{'kwargs': ");
    write_sorted(&mut summed, arguments, forms);
    summed.push_str(", 'name': ");
    python::write_text(&mut summed, test);
    summed.push_str(", 'namespace': ");
    python::write_text(&mut summed, namespace.unwrap_or("None"));
    summed.push('}');
    let digits = md5_hex(&summed);
    digits.chars().skip(digits.len() - 10).collect()
}

/// Python's `str` of an argument.
fn text<'a>(value: &'a Json, forms: &Forms) -> Cow<'a, str> {
    match value {
        _ if !forms.is_empty() => template::text(&forms.value(value)).into(),
        Json::String(text) => text.into(),
        other => python::text(other).into(),
    }
}

/// Python's `repr` of the value with sorted keys, and every scalar as text.
fn write_hashable(out: &mut String, value: &Json, forms: &Forms) {
    match value {
        Json::Object(entries) => write_sorted(out, entries, forms),
        Json::Array(items) => {
            python::write_joined(out, python::LIST, items.iter().enumerate(), |out, (at, item)| {
                write_hashable(out, item, forms.item(at));
            });
        }
        scalar => python::write_text(out, &text(scalar, forms)),
    }
}

fn write_sorted(out: &mut String, entries: &Map<String, Json>, forms: &Forms) {
    let mut keyed: Vec<(&String, &Json)> = entries.iter().collect();
    keyed.sort_by_key(|(key, _)| *key);
    if forms.has_keys() {
        keyed.sort_by_key(|(key, _)| forms.key(key));
    }
    python::write_joined(out, python::DICT, keyed, |out, (key, value)| {
        if forms.has_keys() {
            out.push_str(&template::repr(&forms.key(key)));
        } else {
            python::write_text(out, key);
        }
        out.push_str(": ");
        write_hashable(out, value, forms.below(key));
    });
}

fn md5_hex(text: &str) -> String {
    hex(&Md5::digest(text.as_bytes()))
}

/// Two digits for each byte.
pub(in crate::manifest) fn hex(bytes: &[u8]) -> String {
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    let mut digits = String::with_capacity(2 * bytes.len());
    digits.extend(halves.filter_map(|half| char::from_digit(u32::from(half), 16)));
    digits
}
