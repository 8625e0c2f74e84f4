//! `selectors.yml`: selections with names.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::{Map as JsonMap, Value as Json};

use super::definition::{Definitions, bad};
use super::expression::{Criterion, Expression};
use super::glob::{has_wildcard, matches};
use super::method::Method;
use super::normalized::normalized;
use crate::diagnostics::{Diagnostic, nearest};
use crate::source::Span;
use crate::yaml::Yaml;
use crate::yaml::form::{self, Field, Fields, Form, field, needed};

const SELECTOR: &[Field] = &[
    needed("name", Form::Text),
    needed("definition", Form::NamedOr(&Form::Mapping)),
    field("description", Form::Text),
    field("default", Form::Flag),
];
const FILE: Fields =
    &[&[field("selectors", Form::List(&Form::Keys(SELECTOR))), field("version", Form::Integer)]];

/// The selections that a project's `selectors.yml` defines. None of them refers
/// to itself, be it through others.
#[derive(Debug, Clone, Default)]
pub struct NamedSelectors {
    selectors: IndexMap<String, Named>,
}

#[derive(Debug, Clone)]
struct Named {
    expression: Expression,
    is_default: bool,
    /// The place of the name.
    span: Span,
    /// The whole entry, its definition not yet normalized.
    entry: Json,
}

impl NamedSelectors {
    /// Reads a `selectors.yml` whose templates are rendered. What is wrong with
    /// it is returned beside what could be read; it may be no more than warnings.
    #[must_use]
    pub fn read(yaml: &Yaml) -> (Self, Vec<Diagnostic>) {
        let mut named = Self::default();
        let mut definitions = Definitions::default();
        check_forms(yaml, &mut definitions.problems);
        let entries = yaml.as_map().and_then(|map| map.get("selectors")?.as_seq());
        for entry in entries.unwrap_or_default() {
            named.add(entry, &mut definitions);
        }
        let mut problems = definitions.problems;
        problems.extend(named.defaults());
        for selector in named.selectors.values() {
            problems.extend(named.unknown_names(&selector.expression));
        }
        let circles = named.circles();
        problems.extend(circles.iter().map(|circle| named.circle_problem(circle)));
        let broken: HashSet<String> = circles.into_iter().flatten().collect();
        named.selectors.retain(|name, _| !broken.contains(name));
        (named, problems)
    }

    fn add(&mut self, entry: &Yaml, definitions: &mut Definitions) {
        let map = entry.as_map();
        let name = map.and_then(|map| map.get("name"));
        let Some((name, text)) = name.and_then(|name| Some((name, name.as_str()?.to_owned()))) else {
            return;
        };
        let definition = map.and_then(|map| map.get("definition"));
        let Some(definition) = definition.filter(|it| it.as_str().is_some() || it.as_map().is_some()) else {
            return;
        };
        let default = map.and_then(|map| map.get("default"));
        let Some(expression) = definitions.root(definition) else { return };
        let named = Named {
            expression,
            is_default: default.and_then(Yaml::as_bool).unwrap_or(false),
            span: name.span,
            entry: entry.to_json(),
        };
        if let Some(first) = self.selectors.get(&text) {
            let problem = bad(format!("two selectors have the name `{text}`"));
            definitions.problems.push(problem.at(name.span, "the second").at(first.span, "the first"));
            return;
        }
        self.selectors.insert(text, named);
    }

    /// A problem where several are the default.
    fn defaults(&self) -> Option<Diagnostic> {
        let defaults: Vec<&Named> = self.selectors.values().filter(|named| named.is_default).collect();
        let problem =
            bad("only one selector can be the default").help("take `default: true` from the others");
        let labelled = defaults.iter().fold(problem, |problem, named| problem.at(named.span, ""));
        (defaults.len() > 1).then_some(labelled)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.selectors.is_empty()
    }

    /// The names in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.selectors.keys().map(String::as_str)
    }

    /// The selection with this name, which was written at `span`.
    ///
    /// # Errors
    /// There is none.
    pub fn find(&self, name: &str, span: Span) -> Result<&Expression, Diagnostic> {
        let found = self.selectors.get(name).map(|named| &named.expression);
        found.ok_or_else(|| self.unknown(name, span))
    }

    /// The selection that is used where flags say nothing, with its name.
    #[must_use]
    pub fn default_selector(&self) -> Option<(&str, &Expression)> {
        let default = self.selectors.iter().find(|(_, named)| named.is_default);
        default.map(|(name, named)| (name.as_str(), &named.expression))
    }

    /// `selectors` of `manifest.json`: each entry as written, its definition
    /// with all texts taken apart and all references followed.
    #[must_use]
    pub fn json(&self) -> JsonMap<String, Json> {
        let mut json: JsonMap<String, Json> = JsonMap::new();
        for (name, named) in &self.selectors {
            let mut entry = named.entry.clone();
            if let Some(definition) = entry.get_mut("definition") {
                let entry_of = |name: &str| self.selectors.get(name)?.entry.get("definition").cloned();
                *definition = normalized(definition.take(), &entry_of);
            }
            json.insert(name.clone(), entry);
        }
        json
    }

    /// The selections whose names match a pattern.
    pub(super) fn matching<'a>(&'a self, pattern: &'a str) -> impl Iterator<Item = &'a Expression> {
        let found = self.selectors.iter().filter(move |(name, _)| matches(pattern, name));
        found.map(|(_, named)| &named.expression)
    }

    /// One problem for each `selector:` in an expression that names none.
    pub(super) fn unknown_names(&self, expression: &Expression) -> Vec<Diagnostic> {
        let references = references(expression);
        let unknown =
            references.filter(|it| !has_wildcard(it.text()) && !self.selectors.contains_key(it.text()));
        unknown.map(|criterion| self.unknown(criterion.text(), criterion.span)).collect()
    }

    fn unknown(&self, name: &str, span: Span) -> Diagnostic {
        let problem = Diagnostic::error("unknown-selector", format!("there is no selector `{name}`"));
        let problem = problem.at(span, "");
        match nearest(name, self.names()) {
            Some(nearest) => problem.help(format!("did you mean `{nearest}`?")),
            None if self.is_empty() => problem.note("`selectors.yml` defines none"),
            None => {
                problem.note(format!("the selectors are: {}", self.names().collect::<Vec<_>>().join(", ")))
            }
        }
    }

    /// The names that an expression refers to.
    fn needs<'a>(&'a self, expression: &'a Expression) -> impl Iterator<Item = &'a str> {
        references(expression)
            .flat_map(|criterion| self.names().filter(move |name| matches(criterion.text(), name)))
    }

    /// Selectors that refer to themselves: for each such circle, its names.
    fn circles(&self) -> Vec<Vec<String>> {
        let mut circles: Vec<Vec<String>> = Vec::new();
        let mut done: HashSet<&str> = HashSet::new();
        for name in self.names() {
            let mut path = Vec::new();
            self.visit(name, &mut path, &mut done, &mut circles);
        }
        circles
    }

    fn visit<'a>(
        &'a self,
        name: &'a str,
        path: &mut Vec<&'a str>,
        done: &mut HashSet<&'a str>,
        circles: &mut Vec<Vec<String>>,
    ) {
        if path.contains(&name) {
            let circle = path.iter().skip_while(|before| **before != name);
            circles.push(circle.map(|&name| name.to_owned()).collect());
            return;
        }
        if done.contains(name) {
            return;
        }
        path.push(name);
        if let Some(named) = self.selectors.get(name) {
            for next in self.needs(&named.expression) {
                self.visit(next, path, done, circles);
            }
        }
        path.pop();
        done.insert(name);
    }

    fn circle_problem(&self, circle: &[String]) -> Diagnostic {
        let path: Vec<&str> = circle.iter().chain(circle.first()).map(String::as_str).collect();
        let message = format!("selectors refer to each other: {}", path.join(" -> "));
        let problem = Diagnostic::error("selector-cycle", message);
        let spans = circle.iter().filter_map(|name| self.selectors.get(name)).map(|named| named.span);
        spans.fold(problem, |problem, span| problem.at(span, ""))
    }
}

/// dbt: a file in which nothing stands has no selectors; any other has them.
fn check_forms(yaml: &Yaml, problems: &mut Vec<Diagnostic>) {
    let Some(map) = yaml.as_map().filter(|_| yaml.is_truthy()) else {
        if yaml.is_truthy() {
            let problem = bad(format!("`selectors.yml` is a mapping, not {}", yaml.kind()));
            problems.push(problem.at(yaml.span, ""));
        }
        return;
    };
    form::check("`selectors.yml`", (FILE, false), map, |_| true, problems);
    if !map.contains("selectors") {
        problems.push(bad("the key `selectors` is missing").at(yaml.span, ""));
    }
}

fn references(expression: &Expression) -> impl Iterator<Item = &Criterion> {
    expression.criteria().into_iter().filter(|criterion| criterion.method == Method::Selector)
}
