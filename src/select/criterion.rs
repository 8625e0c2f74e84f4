//! One criterion: `[@][n+][method:]value[+n]`.

use serde_json::Value as Json;

use super::expression::{Criterion, Reach};
use super::method::{Method, StateCheck, TestType, VersionState};
use crate::diagnostics::Diagnostic;
use crate::manifest::{ResourceType, SemanticKind};
use crate::source::Span;

/// A criterion cut into its parts, the method not yet looked at.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// Whether there is an `@`.
    pub(super) childrens_parents: bool,
    /// The digits before a leading `+`, which may be none.
    pub(super) parents: Option<&'a str>,
    /// What stands before the colon.
    pub(super) method: Option<&'a str>,
    /// The rest.
    pub(super) value: &'a str,
    /// The digits after a trailing `+`, which may be none.
    pub(super) children: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Cuts any text: what is not an operator belongs to the value.
    pub(super) fn cut(text: &'a str) -> Self {
        let mut parts = Self { value: text, ..Self::default() };
        if let Some(rest) = parts.value.strip_prefix('@') {
            (parts.childrens_parents, parts.value) = (true, rest);
        }
        if let Some((digits, rest)) = parts.value.split_once('+').filter(|(digits, _)| is_digits(digits)) {
            (parts.parents, parts.value) = (Some(digits), rest);
        }
        let is_word = |word: &str| {
            let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
            !word.is_empty() && word.chars().all(is_part)
        };
        if let Some((method, rest)) = parts.value.split_once(':').filter(|(method, _)| is_word(method)) {
            (parts.method, parts.value) = (Some(method), rest);
        }
        if let Some((rest, digits)) = parts.value.rsplit_once('+').filter(|(_, digits)| is_digits(digits)) {
            (parts.children, parts.value) = (Some(digits), rest);
        }
        parts
    }

    /// The method, named or guessed from the value.
    pub(super) fn method_name(&self) -> &'a str {
        self.method.unwrap_or_else(|| default_method(self.value))
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits to steps: none is all the way, and so is a number too big to count.
fn reach(digits: Option<&str>) -> Reach {
    match digits {
        None => Reach::None,
        Some(digits) => digits.parse().map_or(Reach::All, Reach::Steps),
    }
}

/// dbt's guess: a path has a slash, a file has an extension, else it is a name.
pub(super) fn default_method(value: &str) -> &'static str {
    let lower = value.to_lowercase();
    if value.contains(std::path::is_separator) {
        "path"
    } else if [".sql", ".py", ".csv"].iter().any(|extension| lower.ends_with(extension)) {
        "file"
    } else {
        "fqn"
    }
}

/// Parses one criterion without set operators.
///
/// # Errors
/// The method or its value is unknown, or `@` and a trailing `+` meet.
pub fn criterion(text: &str, span: Span) -> Result<Criterion, Diagnostic> {
    let parts = Parts::cut(text);
    if parts.childrens_parents && parts.children.is_some() {
        return Err(Diagnostic::error(
            "bad-criterion",
            "`@` before a name and `+` after it exclude each other",
        )
        .at(span, "")
        .note("`@x` is `x`, all that needs it, and all that those need")
        .help("use `@` or `+`, not both"));
    }
    Ok(Criterion {
        span,
        method: method(parts.method_name(), parts.value, span)?,
        value: Json::from(parts.value),
        childrens_parents: parts.childrens_parents,
        parents: reach(parts.parents),
        children: reach(parts.children),
        indirect: None,
    })
}

/// The method that `name` stands for, with its value looked at where only some
/// values are possible.
pub(super) fn method(name: &str, value: &str, span: Span) -> Result<Method, Diagnostic> {
    let mut words = name.split('.');
    let word = words.next().unwrap_or_default();
    let at_most = |method: Method, most: usize, forms: &str| {
        if value.split('.').count() <= most {
            return Ok(method);
        }
        let message = format!("`{value}` has too many parts for the method `{word}`");
        Err(Diagnostic::error("bad-criterion", message).at(span, "").help(format!("write {forms}")))
    };
    match word {
        "fqn" => Ok(Method::Fqn),
        "tag" => Ok(Method::Tag),
        "group" => Ok(Method::Group),
        "access" => Ok(Method::Access),
        "path" if value.starts_with('/') => {
            let message = format!("`{value}` does not begin in the project");
            let finding = Diagnostic::error("bad-criterion", message).at(span, "");
            Err(finding
                .help("write the path as seen from the project's folder, such as `path:models/staging`"))
        }
        "path" => Ok(Method::Path),
        "file" => Ok(Method::File),
        "package" => Ok(Method::Package),
        "config" => Ok(Method::Config(words.map(str::to_owned).collect())),
        "test_name" => Ok(Method::TestName),
        "selector" => Ok(Method::Selector),
        "metric" => at_most(Method::Semantic(SemanticKind::Metric), 2, "`metric` or `package.metric`"),
        "semantic_model" => at_most(
            Method::Semantic(SemanticKind::SemanticModel),
            2,
            "`semantic_model` or `package.semantic_model`",
        ),
        "saved_query" => {
            at_most(Method::Semantic(SemanticKind::SavedQuery), 2, "`saved_query` or `package.saved_query`")
        }
        "source" => at_most(Method::Source, 3, "`source`, `source.table` or `package.source.table`"),
        "exposure" => at_most(Method::Exposure, 2, "`exposure` or `package.exposure`"),
        "unit_test" => at_most(Method::UnitTest, 2, "`unit_test` or `package.unit_test`"),
        "resource_type" => resource_type(value, span),
        "test_type" => {
            let found = lookup(&TEST_TYPES, value).map(Method::TestType);
            found.ok_or_else(|| wrong_word(word, value, span, TEST_TYPES.map(|(word, _)| word)))
        }
        "version" => {
            let found = lookup(&VERSION_STATES, value).map(Method::Version);
            found.ok_or_else(|| wrong_word(word, value, span, VERSION_STATES.map(|(word, _)| word)))
        }
        "state" => {
            let found = lookup(&STATE_CHECKS, value).map(Method::State);
            found.ok_or_else(|| wrong_word(word, value, span, STATE_CHECKS.map(|(word, _)| word)))
        }
        "result" => Ok(Method::Result),
        "source_status" if value == "fresher" => Ok(Method::SourceStatus),
        "source_status" => Err(wrong_word(word, value, span, ["fresher"])),
        _ => Err(Diagnostic::error("unknown-method", format!("there is no selection method `{word}`"))
            .at(span, "")
            .suggest(word, Method::NAMES)
            .note(format!("the methods are: {}", Method::NAMES.join(", ")))),
    }
}

const TEST_TYPES: [(&str, TestType); 5] = [
    ("generic", TestType::Generic),
    ("singular", TestType::Singular),
    ("data", TestType::Data),
    ("unit", TestType::Unit),
    ("schema", TestType::Generic),
];

const VERSION_STATES: [(&str, VersionState); 4] = [
    ("latest", VersionState::Latest),
    ("prerelease", VersionState::Prerelease),
    ("old", VersionState::Old),
    ("none", VersionState::None),
];

const STATE_CHECKS: [(&str, StateCheck); 10] = [
    ("new", StateCheck::New),
    ("old", StateCheck::Old),
    ("modified", StateCheck::Modified),
    ("unmodified", StateCheck::Unmodified),
    ("modified.body", StateCheck::Body),
    ("modified.configs", StateCheck::Configs),
    ("modified.relation", StateCheck::Relation),
    ("modified.persisted_descriptions", StateCheck::Descriptions),
    ("modified.macros", StateCheck::Macros),
    ("modified.contract", StateCheck::Contract),
];

/// dbt's resource types that no node here has.
const OTHER_TYPES: [&str; 6] = ["macro", "doc", "group", "fixture", "sql_operation", "rpc"];

fn lookup<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

fn resource_type(value: &str, span: Span) -> Result<Method, Diagnostic> {
    if let Some(kind) = ResourceType::parse(value) {
        return Ok(Method::ResourceType(Some(kind)));
    }
    if OTHER_TYPES.contains(&value) {
        return Ok(Method::ResourceType(None));
    }
    Err(wrong_word("resource_type", value, span, ResourceType::EVERY.map(ResourceType::as_str)))
}

fn wrong_word<const N: usize>(method: &str, value: &str, span: Span, words: [&str; N]) -> Diagnostic {
    Diagnostic::error("bad-criterion", format!("`{value}` is no value of the method `{method}`"))
        .at(span, "")
        .suggest(value, words)
        .note(format!("the values are: {}", words.join(", ")))
}
