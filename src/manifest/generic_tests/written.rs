//! A data test as written in YAML: its name, its arguments, its configuration.

use std::fmt;

use super::old_forms::{OldForm, old_forms};
use crate::diagnostics::Diagnostic;
use crate::manifest::properties::Spanned;
use crate::source::Span;
use crate::yaml::{Map, Value, Yaml};

/// A data test as written.
#[derive(Debug)]
pub(super) struct Written {
    /// The name without the package.
    pub(super) test: Spanned<String>,
    /// The package named before the dot.
    pub(super) namespace: Option<String>,
    /// The entry's own `name:`.
    pub(super) name: Option<Spanned<String>>,
    /// The entry's `description:`.
    pub(super) description: Option<Spanned<String>>,
    /// Configuration as written, in dbt's order: the keys that dbt knows, then
    /// all others of `config:`. Nulls are left out.
    pub(super) config: Vec<(Spanned<String>, Yaml)>,
    /// Arguments that stand beside `config:`, in order.
    pub(super) beside: Map,
    /// Arguments below `arguments:`.
    pub(super) arguments: Map,
    /// The whole entry.
    pub(super) span: Span,
    /// What about the way it is written is to be gone.
    pub(super) old_forms: Vec<OldForm>,
}

/// Configuration keys that may stand beside `config:`, in dbt's order.
pub(super) const CONFIG_KEYS: [&str; 14] = [
    "severity",
    "tags",
    "enabled",
    "where",
    "limit",
    "warn_if",
    "error_if",
    "fail_calc",
    "store_failures",
    "store_failures_as",
    "meta",
    "database",
    "schema",
    "alias",
];

/// Takes out `arguments`. dbt: what is no mapping holds none.
fn arguments(rest: &mut Map) -> Map {
    match rest.remove("arguments").map(|(_, arguments)| arguments.value) {
        Some(Value::Map(map)) => map,
        _ => Map::default(),
    }
}

/// Reads an entry of `data_tests`. `owner` says in words what it stands below.
/// `has_arguments`: whether `arguments:` holds arguments, rather than being one.
pub(super) fn read(
    owner: fmt::Arguments<'_>,
    entry: &Yaml,
    has_arguments: bool,
) -> Result<Written, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let written = Reader { owner, has_arguments, problems: &mut problems }.entry(entry);
    match written {
        Some(written) if problems.is_empty() => Ok(written),
        _ => Err(problems),
    }
}

struct Reader<'a> {
    owner: fmt::Arguments<'a>,
    has_arguments: bool,
    problems: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn entry(&mut self, entry: &Yaml) -> Option<Written> {
        let (full_name, mut rest) = self.name_and_rest(entry)?;
        let (namespace, test) = self.split_name(&full_name)?;
        let owner = self.owner;
        let subject = format_args!("data test `{}` of {owner}", full_name.value);
        let old_forms = old_forms(&rest, self.has_arguments);
        let mut arguments = if self.has_arguments { arguments(&mut rest) } else { Map::default() };
        // dbt: what belongs to every test is that below `arguments` too.
        for key in ["config", "name", "description"].into_iter().chain(CONFIG_KEYS) {
            if let Some((key, value)) = arguments.remove(key) {
                rest.insert(key, value);
            }
        }
        let config = self.section(subject, &mut rest);
        for key in [rest.entry("model"), arguments.entry("model")].into_iter().flatten() {
            self.problems.push(
                Diagnostic::error("bad-argument", format!("{subject} must not have an argument `model`"))
                    .at(key.0.span, "the test gets what it stands below as `model`"),
            );
        }
        let name = self.text(subject, &mut rest, "name");
        let description = self.text(subject, &mut rest, "description");
        let config = self.config(subject, &mut rest, config);
        Some(Written {
            test,
            namespace,
            name,
            description,
            config,
            beside: rest,
            arguments,
            span: entry.span,
            old_forms,
        })
    }

    /// The test's name as written, and everything else that the entry says.
    fn name_and_rest(&mut self, entry: &Yaml) -> Option<(Spanned<String>, Map)> {
        let map = match &entry.value {
            Value::String(name) => return Some((Spanned::new(name.clone(), entry.span), Map::default())),
            Value::Map(map) if !map.is_empty() => map,
            _ => {
                let message = format!("a data test of {} must be a name or a mapping", self.owner);
                let problem = Diagnostic::error("wrong-type", message);
                self.problems.push(problem.at(entry.span, format!("this is {}", entry.kind())));
                return None;
            }
        };
        if map.contains("test_name") {
            let mut rest = map.clone();
            let (_, name) = rest.remove("test_name")?;
            let Some(text) = name.as_str() else {
                let message = format!("`test_name` of a data test of {} must be a text", self.owner);
                self.problems.push(Diagnostic::error("wrong-type", message).at(name.span, ""));
                return None;
            };
            return Some((Spanned::new(text.to_owned(), name.span), rest));
        }
        let (key, value) = map.iter().next()?;
        if let Some((second, _)) = map.iter().nth(1) {
            self.problems.push(
                Diagnostic::error(
                    "bad-test",
                    format!("a data test of {} has more than one name", self.owner),
                )
                .at(second.span, "not below the name of the test")
                .at(key.span, "this is the name")
                .help(format!("indent everything that belongs to `{}` below it", key.text)),
            );
            return None;
        }
        let name = Spanned::new(key.text.clone(), key.span);
        if let Value::Map(rest) = &value.value {
            return Some((name, rest.clone()));
        }
        let message = format!("data test `{}` of {} must be a mapping", key.text, self.owner);
        let problem = Diagnostic::error("wrong-type", message);
        let problem = problem.at(value.span, format!("this is {}", value.kind()));
        self.problems.push(if value.is_null() {
            let problem = problem.known_as("test arguments must be a dict, got <class 'NoneType'>");
            problem.help(format!("write `- {}` without the colon", key.text))
        } else {
            problem.help("name each argument below `arguments:`")
        });
        None
    }

    fn split_name(&mut self, name: &Spanned<String>) -> Option<(Option<String>, Spanned<String>)> {
        let word = |text: &str| -> String {
            let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            text.chars().take_while(|c| begins && (c.is_ascii_alphanumeric() || *c == '_')).collect()
        };
        // As in dbt, what comes after the name is passed over.
        let first = word(&name.value);
        let rest = name.value.strip_prefix(&first).and_then(|rest| rest.strip_prefix('.'));
        let second = rest.map(word).filter(|second| !second.is_empty());
        if first.is_empty() {
            let message = format!("`{}` cannot be the name of a data test of {}", name.value, self.owner);
            self.problems.push(
                Diagnostic::error("bad-name", message)
                    .at(name.span, "")
                    .help("a test is named `test` or `package.test`, in letters, digits and `_`"),
            );
            return None;
        }
        Some(match second {
            Some(test) => (Some(first), Spanned::new(test, name.span)),
            None => (None, Spanned::new(first, name.span)),
        })
    }

    /// Takes out `config`.
    fn section(&mut self, subject: fmt::Arguments<'_>, rest: &mut Map) -> Map {
        let Some((_, config)) = rest.remove("config") else { return Map::default() };
        if let Value::Map(map) = config.value {
            return map;
        }
        let problem = Diagnostic::error("wrong-type", format!("`config` of {subject} must be a mapping"));
        self.problems.push(problem.at(config.span, format!("this is {}", config.kind())));
        Map::default()
    }

    fn text(&mut self, subject: fmt::Arguments<'_>, rest: &mut Map, key: &str) -> Option<Spanned<String>> {
        let (_, value) = rest.remove(key)?;
        let Some(text) = value.as_str() else {
            let message = format!("`{key}` of {subject} must be a text");
            let problem = Diagnostic::error("wrong-type", message);
            self.problems.push(problem.at(value.span, format!("this is {}", value.kind())));
            return None;
        };
        Some(Spanned::new(text.to_owned(), value.span))
    }

    fn config(
        &mut self,
        subject: fmt::Arguments<'_>,
        rest: &mut Map,
        mut below: Map,
    ) -> Vec<(Spanned<String>, Yaml)> {
        let mut config = Vec::new();
        for key in CONFIG_KEYS {
            let beside = rest.remove(key).filter(|(_, value)| !value.is_null());
            let below = below.remove(key).filter(|(_, value)| !value.is_null());
            if let (Some((beside, _)), Some((below, _))) = (&beside, &below) {
                self.problems.push(
                    Diagnostic::error("set-twice", format!("{subject} sets `{key}` twice"))
                        .at(beside.span, "here")
                        .at(below.span, "and here, below `config`")
                        .known_as("Test cannot have the same key at the top-level and in config")
                        .help(format!("keep `{key}` below `config:` only")),
                );
            }
            config.extend(beside.or(below));
        }
        config.extend(below.into_iter().filter(|(_, value)| !value.is_null()));
        config.into_iter().map(|(key, value)| (Spanned::new(key.text, key.span), value)).collect()
    }
}
