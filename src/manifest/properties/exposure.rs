//! Exposures, groups, and who owns them.

use serde_json::{Map as JsonMap, Value as Json};

use super::config_block::ConfigBlock;
use super::entry::Entry;
use super::forms;
use super::spanned::Spanned;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::yaml::Yaml;

/// Something outside that reads models, as described.
#[derive(Debug, Clone)]
pub struct ExposureProperties {
    /// Its name.
    pub name: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// What it is, what it is called, how settled it is and where.
    pub kind: ExposureKind,
    /// A template that knows `doc()`.
    pub description: Option<Spanned<String>>,
    /// Who answers for it: `name`, `email` and more.
    pub owner: JsonMap<String, Json>,
    /// `meta` beside `config:`.
    pub meta: JsonMap<String, Json>,
    /// `tags` beside `config:`.
    pub tags: Vec<String>,
    /// Its configuration.
    pub config: ConfigBlock,
    /// What it reads: the insides of template expressions, such as `ref('orders')`.
    pub depends_on: Vec<Spanned<String>>,
}

/// What an exposure is, what it is called, how settled it is and where.
#[derive(Debug, Clone, Default)]
pub struct ExposureKind {
    /// `dashboard`, `notebook`, `analysis`, `ml` or `application`.
    pub exposure_type: String,
    /// A name for people.
    pub label: Option<String>,
    /// `low`, `medium` or `high`.
    pub maturity: Option<String>,
    /// Where it is.
    pub url: Option<String>,
}

/// A group of nodes, as described.
#[derive(Debug, Clone)]
pub struct GroupProperties {
    /// Its name.
    pub name: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// What people wrote about it; not a template.
    pub description: Option<String>,
    /// Who answers for it: `name`, `email` and more.
    pub owner: JsonMap<String, Json>,
    /// Its configuration.
    pub config: ConfigBlock,
}

const TYPES: [&str; 5] = ["dashboard", "notebook", "analysis", "ml", "application"];
const MATURITIES: [&str; 3] = ["low", "medium", "high"];

/// One entry of `exposures`.
pub(super) fn exposure(
    yaml: &Yaml,
    raw: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Option<ExposureProperties> {
    let (mut entry, name) = Entry::open_named("exposure", yaml, problems)?;
    entry.check_forms(forms::EXPOSURE, &[]);
    if !name.value.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
        let message = format!("the name of {} should hold letters, digits, `_` and `-` only", entry.subject);
        let problem = Diagnostic::warning("unusual-name", message).at(name.span, "");
        let problem = problem.known_as(
            "Starting in v1.3, the 'name' of an exposure should contain only letters, numbers, and underscores.",
        );
        entry.problems.push(problem.help("put what people should read into `label:`"));
    }
    if entry.get("type").is_none() {
        entry.missing("type");
    }
    let word = |word: Option<Spanned<&str>>| word.map(|word| word.value.to_owned());
    let kind = ExposureKind {
        exposure_type: word(entry.one_of("type", &TYPES)).unwrap_or_default(),
        label: entry.text("label").map(|text| text.value),
        maturity: word(entry.one_of("maturity", &MATURITIES)),
        url: entry.text("url").map(|text| text.value),
    };
    Some(ExposureProperties {
        name,
        span: entry.span,
        kind,
        description: entry.text("description"),
        owner: owner(&mut entry),
        meta: entry.object("meta"),
        tags: entry.plain_texts("tags"),
        config: entry.config(raw, &[]),
        depends_on: entry.texts("depends_on"),
    })
}

/// One entry of `groups`.
pub(super) fn group(yaml: &Yaml, raw: &Yaml, problems: &mut Vec<Diagnostic>) -> Option<GroupProperties> {
    let (mut entry, name) = Entry::open_named("group", yaml, problems)?;
    entry.check_forms(forms::GROUP, &[]);
    Some(GroupProperties {
        name,
        span: entry.span,
        description: entry.text("description").map(|text| text.value),
        owner: owner(&mut entry),
        config: entry.config(raw, &[]),
    })
}

/// The owner: a mapping with a name or an e-mail address.
fn owner(parent: &mut Entry<'_, '_>) -> JsonMap<String, Json> {
    let Some(value) = parent.get("owner") else {
        parent.missing("owner");
        return JsonMap::new();
    };
    let subject = format!("`owner` of {}", parent.subject);
    let Some(mut entry) = Entry::open(subject, value, parent.problems) else { return JsonMap::new() };
    if entry.get("name").is_none() && entry.get("email").is_none() {
        let message = format!("{} has neither `name` nor `email`", entry.subject);
        entry.problems.push(Diagnostic::error("missing-key", message).at(value.span, "add one of them here"));
    }
    entry.text("name");
    entry.plain_texts("email");
    entry.extra(&[])
}
