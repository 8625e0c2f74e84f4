//! One definition of `selectors.yml` to an expression.

use serde_json::Value as Json;

use super::criterion::{criterion, default_method, method};
use super::expression::{Criterion, Expression, Indirect, Operator, Reach};
use super::method::Method;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::yaml::{Map, Value, Yaml};

/// The keys of a definition that names its method.
const KEYS: [&str; 9] = [
    "method",
    "value",
    "parents",
    "parents_depth",
    "children",
    "children_depth",
    "childrens_parents",
    "indirect_selection",
    "exclude",
];

/// Parses definitions and collects what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    pub(super) problems: Vec<Diagnostic>,
}

impl Definitions {
    /// The expression of a selector's `definition`; `None` where it is so wrong
    /// that nothing can be said of it.
    pub(super) fn root(&mut self, yaml: &Yaml) -> Option<Expression> {
        if let Some(map) = yaml.as_map() {
            let set = ["union", "intersection"].into_iter().find(|key| map.contains(key));
            if let Some(set) = set.filter(|_| map.len() > 1) {
                let others = map.iter().filter(|(key, _)| key.text != set);
                let labels = others.map(|(key, _)| (key.span, "this stands beside it"));
                let problem = bad(format!("a definition that is a `{set}` has no other keys"))
                    .help(format!("move what should be part of the `{set}` into its list"));
                self.problems.push(labels.fold(problem, |problem, (span, text)| problem.at(span, text)));
                return None;
            }
        }
        self.expression(yaml)
    }

    fn expression(&mut self, yaml: &Yaml) -> Option<Expression> {
        match &yaml.value {
            Value::String(text) => self.accept(criterion(text, yaml.span)).map(Expression::Criterion),
            Value::Map(map) => {
                let operators = [("union", Operator::Union), ("intersection", Operator::Intersection)];
                match operators.into_iter().find_map(|(key, operator)| Some((map.get(key)?, key, operator))) {
                    Some((members, key, operator)) => self.set(members, key, operator),
                    None => self.method(map, yaml.span),
                }
            }
            _ => {
                let problem = bad(format!("a definition is a text or a mapping, not {}", yaml.kind()));
                self.problems.push(problem.at(yaml.span, ""));
                None
            }
        }
    }

    /// `union` or `intersection`: a list that may hold one `exclude`.
    fn set(&mut self, yaml: &Yaml, key: &str, operator: Operator) -> Option<Expression> {
        let mut members = Vec::new();
        let mut excluded: Option<(Span, Expression)> = None;
        for item in self.list(yaml, key)? {
            let Some((map, exclude)) = item.as_map().and_then(|map| Some((map, map.get("exclude")?))) else {
                members.extend(self.expression(item));
                continue;
            };
            self.unread(map, key);
            if let Some((first, _)) = &excluded {
                let problem = bad(format!("one `{key}` can have one `exclude`"));
                self.problems.push(problem.at(item.span, "the second").at(*first, "the first"));
                continue;
            }
            excluded = self.exclude(exclude).map(|expression| (item.span, expression));
        }
        let set = Expression::set(operator, members);
        Some(match excluded {
            Some((_, excluded)) => set.without(excluded),
            None => set,
        })
    }

    /// dbt: of an item of a set that has an `exclude`, nothing else is read.
    fn unread(&mut self, item: &Map, set: &str) {
        let unread: Vec<Span> =
            item.iter().filter(|(key, _)| key.text != "exclude").map(|(key, _)| key.span).collect();
        if unread.is_empty() {
            return;
        }
        let message = format!("an item of `{set}` that has `exclude` chooses nothing");
        let warning = Diagnostic::warning("unread-selection", message)
            .help("make two items of it: what is chosen, and `- exclude:` with what is not");
        let at = |warning: Diagnostic, span| warning.at(span, "this is not read");
        self.problems.push(unread.into_iter().fold(warning, at));
    }

    fn exclude(&mut self, yaml: &Yaml) -> Option<Expression> {
        let items = self.list(yaml, "exclude")?;
        let members: Vec<Expression> = items.iter().filter_map(|item| self.expression(item)).collect();
        Some(Expression::union(members))
    }

    fn list<'y>(&mut self, yaml: &'y Yaml, key: &str) -> Option<&'y [Yaml]> {
        let items = yaml.as_seq();
        if items.is_none() {
            let problem = bad(format!("`{key}` takes a list, not {}", yaml.kind()));
            self.problems.push(problem.at(yaml.span, ""));
        }
        items
    }

    /// `{method: …, value: …}` with operators, or the short `{tag: nightly}`.
    fn method(&mut self, map: &Map, span: Span) -> Option<Expression> {
        let mut entries = map.iter();
        if let (Some((key, value)), None) = (entries.next(), entries.next()) {
            return self.criterion(&key.text, key.span, value, &Map::default());
        }
        let (Some(name), Some(value)) = (map.get("method"), map.get("value")) else {
            let problem = bad("a definition with several keys needs `method` and `value`").at(span, "");
            self.problems.push(problem.help("a short form is a single pair, such as `tag: nightly`"));
            return None;
        };
        for (key, _) in map.iter().filter(|(key, _)| !KEYS.contains(&key.text.as_str())) {
            let warning = Diagnostic::warning("unknown-key", format!("`{}` means nothing here", key.text));
            self.problems.push(warning.at(key.span, "").suggest(&key.text, KEYS));
        }
        let name_text =
            if name.is_null() { default_method(&self.text(value)).to_owned() } else { self.text(name) };
        if name_text == "selector" {
            self.unread_beside_selector(map);
            return self.criterion(&name_text, name.span, value, &Map::default());
        }
        let chosen = self.criterion(&name_text, name.span, value, map)?;
        match map.get("exclude") {
            Some(exclude) => self.exclude(exclude).map(|excluded| chosen.without(excluded)),
            None => Some(chosen),
        }
    }

    /// dbt: another selector is taken as it is.
    fn unread_beside_selector(&mut self, map: &Map) {
        let is_unread = |key: &str| KEYS.contains(&key) && !["method", "value"].contains(&key);
        for (key, _) in map.iter().filter(|(key, _)| is_unread(&key.text)) {
            let message = format!("`{}` means nothing beside `method: selector`", key.text);
            let warning = Diagnostic::warning("unread-selection", message).at(key.span, "this is not read");
            self.problems.push(warning.note("another selector is taken as it is"));
        }
    }

    fn criterion(&mut self, name: &str, at: Span, value: &Yaml, options: &Map) -> Option<Expression> {
        let text = self.text(value);
        let span = if text.is_empty() { at } else { value.span };
        // The method's name is what is wrong if it is unknown, else the value.
        let found = method(name, &text, if Method::knows(name) { span } else { at });
        let method = self.accept(found)?;
        let value = match method {
            Method::Config(_) => value.to_json(),
            _ => Json::from(text),
        };
        let indirect = options.get("indirect_selection").and_then(|yaml| self.indirect(yaml));
        let criterion = Criterion {
            span,
            method,
            value,
            childrens_parents: is_set(options, "childrens_parents"),
            parents: self.reach(options, "parents", "parents_depth"),
            children: self.reach(options, "children", "children_depth"),
            indirect,
        };
        if criterion.childrens_parents && criterion.children != Reach::None {
            let problem = bad("`childrens_parents` and `children` exclude each other").at(span, "");
            self.problems.push(problem);
        }
        Some(Expression::Criterion(criterion))
    }

    fn reach(&mut self, options: &Map, key: &str, depth: &str) -> Reach {
        if !is_set(options, key) {
            return Reach::None;
        }
        let Some(yaml) = options.get(depth).filter(|yaml| !yaml.is_null()) else { return Reach::All };
        let steps = match &yaml.value {
            Value::Int(steps) => usize::try_from(*steps).ok(),
            Value::String(digits) => digits.parse().ok(),
            // dbt: Python's `true` is one.
            Value::Bool(true) => Some(1),
            _ => None,
        };
        if steps.is_none() {
            self.problems.push(bad(format!("`{depth}` is a number of steps")).at(yaml.span, ""));
        }
        steps.map_or(Reach::All, Reach::Steps)
    }

    fn indirect(&mut self, yaml: &Yaml) -> Option<Indirect> {
        let word = self.text(yaml);
        let mode = Indirect::parse(&word);
        if mode.is_none() {
            let words = Indirect::EVERY.map(Indirect::as_str);
            let problem = bad(format!("`{word}` is no way to choose tests")).at(yaml.span, "");
            self.problems
                .push(problem.suggest(&word, words).note(format!("the ways are: {}", words.join(", "))));
        }
        mode
    }

    /// A scalar as a text; lists and mappings are reported and read as empty.
    fn text(&mut self, yaml: &Yaml) -> String {
        match &yaml.value {
            Value::Seq(_) | Value::Map(_) => {
                self.problems
                    .push(bad(format!("a text belongs here, not {}", yaml.kind())).at(yaml.span, ""));
                String::new()
            }
            Value::Bool(flag) => flag.to_string(),
            _ => yaml.scalar_text().unwrap_or_default(),
        }
    }

    fn accept<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|problem| self.problems.push(problem)).ok()
    }
}

pub(super) fn bad(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("bad-selector", message)
}

fn is_set(options: &Map, key: &str) -> bool {
    options.get(key).is_some_and(Yaml::is_truthy)
}
