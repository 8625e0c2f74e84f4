//! A whole property file.

use super::exposure::{ExposureProperties, GroupProperties, exposure, group};
use super::macros::{MacroProperties, macro_properties};
use super::node::{NodeKey, NodeProperties, nodes};
use super::rendering::{Render, render};
use super::semantic::{SemanticProperties, metric, saved_query, semantic_model};
use super::source::{SourceProperties, source};
use super::source_patch::{SourcePatch, source_patch};
use super::unit_test::{UnitTestProperties, unit_test};
use crate::diagnostics::{Diagnostic, Severity};
use crate::yaml::{Key, Map, Value, Yaml};

/// What one property file says.
#[derive(Debug, Clone, Default)]
pub struct Properties {
    /// `models`.
    pub models: Vec<NodeProperties>,
    /// `seeds`.
    pub seeds: Vec<NodeProperties>,
    /// `snapshots`.
    pub snapshots: Vec<NodeProperties>,
    /// `analyses`.
    pub analyses: Vec<NodeProperties>,
    /// `data_tests`: singular tests.
    pub data_tests: Vec<NodeProperties>,
    /// `macros`.
    pub macros: Vec<MacroProperties>,
    /// `sources`.
    pub sources: Vec<SourceProperties>,
    /// `sources` with `overrides`, which change sources of other packages.
    pub source_patches: Vec<SourcePatch>,
    /// `exposures`.
    pub exposures: Vec<ExposureProperties>,
    /// `groups`.
    pub groups: Vec<GroupProperties>,
    /// `unit_tests`.
    pub unit_tests: Vec<UnitTestProperties>,
    /// `semantic_models`.
    pub semantic_models: Vec<SemanticProperties>,
    /// `metrics`.
    pub metrics: Vec<SemanticProperties>,
    /// `saved_queries`.
    pub saved_queries: Vec<SemanticProperties>,
    /// `functions`.
    pub functions: Vec<NodeProperties>,
}

impl Properties {
    /// Every description of a node, in the order in which dbt reads the lists.
    pub fn nodes(&self) -> impl Iterator<Item = &NodeProperties> {
        let lists =
            [&self.models, &self.seeds, &self.snapshots, &self.data_tests, &self.analyses, &self.functions];
        lists.into_iter().flatten()
    }
}

/// A parsed property file and all that is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// What it says; entries that cannot be understood are left out.
    pub properties: Properties,
    /// Errors and warnings, in no order.
    pub problems: Vec<Diagnostic>,
}

const SECTIONS: [&str; 14] = [
    "models",
    "seeds",
    "snapshots",
    "analyses",
    "data_tests",
    "macros",
    "sources",
    "exposures",
    "groups",
    "unit_tests",
    "semantic_models",
    "metrics",
    "saved_queries",
    "functions",
];

/// The rule by which an entry about a singular test cannot be understood.
pub const UNREADABLE_DATA_TEST: &str = "unreadable-data-test";

/// Reads a property file. An empty document says nothing.
#[must_use]
pub fn parse(document: &Yaml, render: Render<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    match &document.value {
        Value::Null => {}
        Value::Map(map) => sections(map, render, &mut parsed),
        _ => parsed.problems.push(
            Diagnostic::error("wrong-type", "a property file must be a mapping")
                .known_as("Dictionary expected")
                .at(document.span, format!("this is {}", document.kind()))
                .help("begin with a list such as `models:` or `sources:`"),
        ),
    }
    parsed
}

fn sections(map: &Map, render: Render<'_>, parsed: &mut Parsed) {
    let Parsed { properties, problems } = parsed;
    check_version(map, problems);
    check_keys(map, problems);
    let mut read = Reader { map, render, problems };
    properties.models = read.nodes(NodeKey::Models);
    properties.seeds = read.nodes(NodeKey::Seeds);
    properties.snapshots = read.nodes(NodeKey::Snapshots);
    properties.analyses = read.nodes(NodeKey::Analyses);
    properties.data_tests = read.data_tests();
    properties.macros = read.entries("macros", macro_properties);
    for entry in read.entries("sources", any_source) {
        match entry {
            AnySource::Own(source) => properties.sources.push(*source),
            AnySource::Patch(patch) => properties.source_patches.push(*patch),
        }
    }
    properties.exposures = read.entries("exposures", exposure);
    properties.groups = read.entries("groups", group);
    properties.unit_tests = read.entries("unit_tests", unit_test);
    properties.semantic_models = read.entries("semantic_models", semantic_model);
    properties.metrics = read.entries("metrics", metric);
    properties.saved_queries = read.entries("saved_queries", saved_query);
    properties.functions = read.nodes(NodeKey::Functions);
}

/// An entry of `sources`.
enum AnySource {
    Own(Box<SourceProperties>),
    Patch(Box<SourcePatch>),
}

fn any_source(yaml: &Yaml, raw: &Yaml, problems: &mut Vec<Diagnostic>) -> Option<AnySource> {
    let is_patch = yaml.as_map().and_then(|map| map.get("overrides")).is_some_and(|value| !value.is_null());
    if is_patch {
        return source_patch(yaml, raw, problems).map(|patch| AnySource::Patch(Box::new(patch)));
    }
    source(yaml, raw, problems).map(|source| AnySource::Own(Box::new(source)))
}

struct Reader<'a> {
    map: &'a Map,
    render: Render<'a>,
    problems: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn nodes(&mut self, key: NodeKey) -> Vec<NodeProperties> {
        self.entries(key.as_str(), |yaml, raw, problems| nodes(key, yaml, raw, problems))
    }

    /// Entries about singular tests. dbt: what is wrong with one is a warning.
    fn data_tests(&mut self) -> Vec<NodeProperties> {
        let mut problems = Vec::new();
        let mut own = Reader { map: self.map, render: self.render, problems: &mut problems };
        let tests = own.nodes(NodeKey::DataTests);
        self.problems.extend(problems.into_iter().map(|problem| match problem.severity {
            Severity::Error => {
                Diagnostic { severity: Severity::Warning, code: UNREADABLE_DATA_TEST, ..problem }
            }
            Severity::Warning => problem,
        }));
        tests
    }

    /// What `read` makes of each item of a list: it gets the item rendered and raw.
    fn entries<T, Found: IntoIterator<Item = T>>(
        &mut self,
        section: &str,
        read: impl Fn(&Yaml, &Yaml, &mut Vec<Diagnostic>) -> Found,
    ) -> Vec<T> {
        let Some(value) = self.map.get(section) else { return Vec::new() };
        let Some(items) = value.as_seq() else {
            self.problems.push(
                Diagnostic::error("wrong-type", format!("`{section}` must be a list"))
                    .known_as(format!("'{section}' is not a list"))
                    .at(value.span, format!("this is {}", value.kind()))
                    .help(if value.is_null() {
                        "remove the key, or begin each item below it with `- name:`"
                    } else {
                        "begin each item with `- name:`"
                    }),
            );
            return Vec::new();
        };
        let mut entries = Vec::new();
        for item in items {
            let rendered = render(section, item, self.render, self.problems);
            entries.extend(read(&rendered, item, self.problems));
        }
        entries.shrink_to_fit();
        entries
    }
}

/// `version` says nothing any more: dbt takes any.
fn check_version(map: &Map, problems: &mut Vec<Diagnostic>) {
    let Some(version) = map.get("version") else { return };
    let is_two = match &version.value {
        Value::Int(number) => *number == 2,
        Value::Float(number) => (*number - 2.0).abs() < f64::EPSILON,
        Value::String(text) => text == "2",
        _ => false,
    };
    if !is_two {
        problems.push(
            Diagnostic::warning("bad-version", "the `version` of a property file is 2")
                .at(version.span, "this has no effect")
                .help("write `version: 2`, or leave the line out"),
        );
    }
}

fn check_keys(map: &Map, problems: &mut Vec<Diagnostic>) {
    for (key, _) in map.iter() {
        let name = key.text.as_str();
        if !is_known_key(key) {
            let problem = Diagnostic::warning("unknown-key", format!("a property file has no `{name}`"))
                .at(key.span, "");
            let candidates = SECTIONS.into_iter().chain(["version"]);
            problems.push(problem.suggest(name, candidates));
        }
    }
}

/// Keys with a dot in front are for anchors (a custom of other YAML tools).
fn is_known_key(key: &Key) -> bool {
    let name = key.text.as_str();
    let others = ["version", "anchors"];
    name.starts_with('.') || SECTIONS.contains(&name) || others.contains(&name)
}
