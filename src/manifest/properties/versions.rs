//! `versions` of a model: one entry that stands for several models.

use serde_json::Value as Json;

use super::column::columns_of;
use super::config_block::ConfigBlock;
use super::constraints::constraints;
use super::entry::Entry;
use super::forms;
use super::node::NodeProperties;
use super::spanned::Spanned;
use crate::diagnostics::Diagnostic;
use crate::manifest::version::{compare_versions, is_counted, is_same_version, version_text};
use crate::source::Span;
use crate::yaml::{Value, Yaml};

/// Which version of a model an entry describes.
#[derive(Debug, Clone)]
pub struct ModelVersion {
    /// `v` as written, a number or a text.
    pub v: Json,
    /// The version that `ref` without a version means.
    pub latest: Json,
    /// The file that holds it, without extension. The latest version may also be
    /// in a file that is named like the model.
    pub file: Spanned<String>,
}

impl ModelVersion {
    /// The version as `ref` names it.
    #[must_use]
    pub fn text(&self) -> String {
        version_text(&self.v)
    }

    /// Whether names of tests have it.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        is_counted(&self.v)
    }

    /// Whether `ref` without a version means this one.
    #[must_use]
    pub fn is_latest(&self) -> bool {
        is_same_version(&self.v, &self.latest)
    }
}

/// The entry once for each of its versions; alone where it has none.
pub(super) fn versions(
    base: NodeProperties,
    entry: &mut Entry<'_, '_>,
    unrendered: &Yaml,
) -> Vec<NodeProperties> {
    let items = entry.list("versions");
    let numbers: Vec<(Spanned<Json>, usize)> =
        items.iter().enumerate().filter_map(|(at, item)| Some((number(entry, item)?, at))).collect();
    let Some(latest) = latest(entry, &numbers) else { return vec![base] };
    check_repeated(entry, &numbers);
    let written = unrendered.as_map().and_then(|map| map.get("versions")).and_then(Yaml::as_seq);
    let of = |(v, at): &(Spanned<Json>, usize)| {
        let item = items.get(*at)?;
        let unrendered = written.and_then(|items| items.get(*at)).unwrap_or(item);
        let subject = format!("version {} of {}", version_text(&v.value), entry.subject);
        let entry = Entry::open(subject, item, entry.problems)?;
        version(&base, entry, unrendered, (v, &latest))
    };
    numbers.iter().filter_map(of).collect()
}

/// The `v` of one item.
fn number(entry: &mut Entry<'_, '_>, item: &Yaml) -> Option<Spanned<Json>> {
    let subject = format!("a version of {}", entry.subject);
    let mut version = Entry::open(subject, item, entry.problems)?;
    let Some(v) = version.get("v") else {
        version.missing("v");
        return None;
    };
    if !matches!(v.value, Value::Int(_) | Value::Float(_) | Value::String(_)) {
        version.wrong_type("v", v, "a number or a text");
        return None;
    }
    Some(Spanned::new(v.to_json(), v.span))
}

/// `latest_version`, else the greatest one; `None` where there are no versions.
fn latest(entry: &mut Entry<'_, '_>, numbers: &[(Spanned<Json>, usize)]) -> Option<Json> {
    let all = || numbers.iter().map(|(v, _)| &v.value);
    let greatest = all().max_by(|one, other| compare_versions(one, other)).cloned();
    let Some(asked) = entry.get("latest_version") else { return greatest };
    let wanted = asked.to_json();
    if let Some(found) = all().find(|v| is_same_version(v, &wanted)) {
        return Some(found.clone());
    }
    let (wanted, known) = (version_text(&wanted), all().map(version_text).collect::<Vec<_>>().join(", "));
    let message =
        format!("`latest_version` of {} is `{wanted}`, which is none of its versions", entry.subject);
    let finding = Diagnostic::error("unknown-version", message).at(asked.span, "");
    entry.problems.push(match known.as_str() {
        "" => finding.help("list the versions below `versions:`, each with its `v`"),
        known => finding.note(format!("the versions are: {known}")),
    });
    greatest
}

fn check_repeated(entry: &mut Entry<'_, '_>, numbers: &[(Spanned<Json>, usize)]) {
    for (at, (v, _)) in numbers.iter().enumerate() {
        let text = version_text(&v.value);
        let mut before = numbers.iter().take(at);
        if let Some((first, _)) = before.find(|(other, _)| version_text(&other.value) == text) {
            let message = format!("{} has the version `{text}` twice", entry.subject);
            let finding = Diagnostic::error("repeated-version", message);
            entry.problems.push(finding.at(v.span, "here").at(first.span, "and here before"));
        }
    }
}

/// What is said about one version, over what is said about all.
fn version(
    base: &NodeProperties,
    mut entry: Entry<'_, '_>,
    unrendered: &Yaml,
    (v, latest): (&Spanned<Json>, &Json),
) -> Option<NodeProperties> {
    entry.check_forms(forms::VERSION, &[]);
    let name = &base.name.value;
    let file = entry.text("defined_in");
    let file = file.unwrap_or_else(|| Spanned::new(format!("{name}_v{}", version_text(&v.value)), v.span));
    let (inherited, own) = columns(&mut entry)?;
    let owner = entry.subject.clone();
    let constraints = constraints(&mut entry, &owner);
    let has_tests = entry.get("data_tests").is_some() || entry.get("tests").is_some();
    let mut config = base.config.clone();
    // dbt: `docs` of a version counts below `config` alone.
    config.lay_over(entry.config(unrendered, &["access"]));
    Some(NodeProperties {
        span: entry.span,
        description: entry.text("description").or_else(|| base.description.clone()),
        columns: base
            .columns
            .iter()
            .filter(|column| inherited.has(&column.name.value))
            .cloned()
            .chain(own)
            .collect(),
        config,
        tests: if has_tests { entry.tests() } else { base.tests.clone() },
        constraints: if constraints.is_empty() { base.constraints.clone() } else { constraints },
        deprecation_date: entry.deprecation_date(),
        version: Some(ModelVersion { v: v.value.clone(), latest: latest.clone(), file }),
        ..base.clone()
    })
}

/// Which columns of the model a version has.
struct Inherited {
    /// These; `None` is all of them.
    only: Option<Vec<String>>,
    but: Vec<String>,
}

impl Inherited {
    const ALL: Self = Self { only: None, but: Vec::new() };

    fn has(&self, column: &str) -> bool {
        let is_in = |names: &[String]| names.iter().any(|name| name == column);
        self.only.as_deref().is_none_or(is_in) && !is_in(&self.but)
    }
}

/// The `columns` of a version: what it has of the model's, and its own.
fn columns(entry: &mut Entry<'_, '_>) -> Option<(Inherited, Vec<super::Column>)> {
    let is_choice = |item: &&Yaml| {
        item.as_map()
            .is_some_and(|map| !map.contains("name") && (map.contains("include") || map.contains("exclude")))
    };
    let (choices, own): (Vec<&Yaml>, Vec<&Yaml>) = entry.list("columns").iter().partition(is_choice);
    let own = columns_of(entry, own);
    let subject = entry.subject.clone();
    match choices.as_slice() {
        [] => Some((Inherited::ALL, own)),
        [choice] => Some((inherited(&subject, choice, entry.problems)?, own)),
        [first, second, ..] => {
            let message = format!("{subject} says twice which columns it has");
            let finding = Diagnostic::error("set-twice", message).at(second.span, "here");
            entry
                .problems
                .push(finding.at(first.span, "and here before").help("merge the two items into one"));
            None
        }
    }
}

fn inherited(subject: &str, yaml: &Yaml, problems: &mut Vec<Diagnostic>) -> Option<Inherited> {
    let mut entry = Entry::open(format!("an item in `columns` of {subject}"), yaml, problems)?;
    entry.check_forms(forms::VERSION_COLUMNS, &[]);
    let Some(include) = entry.get("include") else {
        entry.missing("include");
        return None;
    };
    let only = match include.as_str() {
        Some("all" | "*") => None,
        Some(_) => {
            entry.wrong_type("include", include, "`all`, `*` or a list of columns");
            return None;
        }
        None => Some(entry.plain_texts("include")),
    };
    let but = entry.plain_texts("exclude");
    if only.is_some() && !but.is_empty() {
        let finding =
            Diagnostic::error("wrong-value", format!("`exclude` of {} needs `include: all`", entry.subject));
        let at: Span = entry.key_span("exclude").unwrap_or(entry.span);
        entry.problems.push(finding.at(at, "the columns that are included are listed already"));
    }
    Some(Inherited { only, but })
}

impl ConfigBlock {
    /// Puts other settings over these; mappings and lists are merged, as deep as they go.
    fn lay_over(&mut self, other: Self) {
        for setting in other.settings {
            let value = match self.get(&setting.key.value) {
                Some(below) => merged(below, setting.value),
                None => setting.value,
            };
            self.set(setting.key, value);
        }
        // dbt: what the version itself says, and not what its model does.
        self.unrendered = other.unrendered;
    }
}

/// What Python makes a list of: a text of its characters, a mapping of its keys.
fn json_items(value: &Json) -> Vec<Json> {
    match value {
        Json::Array(items) => items.clone(),
        Json::Object(map) => map.keys().map(|key| Json::from(key.as_str())).collect(),
        Json::String(text) => text.chars().map(|char| Json::from(char.to_string())).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => Vec::new(),
    }
}

/// A value over another one. dbt: a list is followed by what was there before.
fn merged(below: &Yaml, above: Yaml) -> Yaml {
    if let Value::Seq(items) = &above.value {
        let earlier = match &below.value {
            Value::Seq(items) => items.clone(),
            _ => json_items(&below.to_json()).iter().map(|item| Yaml::from_json(item, below.span)).collect(),
        };
        return Yaml { value: Value::Seq(items.iter().cloned().chain(earlier).collect()), ..above };
    }
    let (Value::Map(below), Value::Map(map)) = (&below.value, &above.value) else { return above };
    let mut all = below.clone();
    for (key, value) in map.iter() {
        let value = match below.get(&key.text) {
            Some(below) => merged(below, value.clone()),
            None => value.clone(),
        };
        all.insert(key.clone(), value);
    }
    Yaml { value: Value::Map(all), ..above }
}
