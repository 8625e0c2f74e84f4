//! How old a source may be: reading it, and merging what source and table say.

use serde_json::{Map as JsonMap, Value as Json, json};

use super::entry::Entry;
use crate::diagnostics::Diagnostic;
use crate::manifest::{Age, Freshness, Period};
use crate::yaml::Yaml;

/// What one place says about freshness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Threshold {
    /// `freshness:` with nothing: not checked.
    Off,
    /// The parts that are said.
    Parts(Parts),
}

/// The parts of a `freshness:`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) warn_after: Limit,
    pub(super) error_after: Limit,
    pub(super) filter: Option<String>,
}

/// One limit as one place says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Limit {
    /// Nothing is said.
    #[default]
    Unsaid,
    /// `warn_after:` with nothing: the limit of an outer place is lifted.
    Lifted,
    /// A limit.
    Set(Age),
}

impl Default for Threshold {
    fn default() -> Self {
        Self::Parts(Parts::default())
    }
}

impl Threshold {
    fn is_set(&self) -> bool {
        let is_set = |limit: Limit| matches!(limit, Limit::Set(_));
        matches!(self, Self::Parts(parts) if is_set(parts.warn_after) || is_set(parts.error_after))
    }

    /// What holds when `inner` is said below `self` (dbt: `merge_source_freshness`).
    pub(super) fn merge(self, inner: Self) -> Self {
        match (self, inner) {
            (Self::Parts(outer), Self::Parts(inner)) => Self::Parts(Parts {
                warn_after: outer.warn_after.merge(inner.warn_after),
                error_after: outer.error_after.merge(inner.error_after),
                filter: inner.filter.or(outer.filter),
            }),
            (Self::Off, inner) if inner.is_set() => inner,
            _ => Self::Off,
        }
    }

    /// The value that the `freshness` config gets; `None` where nothing is said
    /// and the project's own config is to hold.
    pub(super) fn to_config(&self) -> Option<Json> {
        match self {
            Self::Off => Some(Json::Null),
            Self::Parts(parts) if self.is_set() => Some(json!({
                "warn_after": parts.warn_after.to_json(),
                "error_after": parts.error_after.to_json(),
                "filter": parts.filter,
            })),
            Self::Parts(_) => None,
        }
    }
}

impl Limit {
    fn merge(self, inner: Self) -> Self {
        match inner {
            Self::Unsaid => self,
            _ => inner,
        }
    }

    fn to_json(self) -> Json {
        match self {
            Self::Unsaid => json!({"count": null, "period": null}),
            Self::Lifted => Json::Null,
            Self::Set(age) => json!({"count": age.count, "period": word(age.period)}),
        }
    }
}

/// Every unit with its word.
const PERIODS: [(&str, Period); 3] =
    [("minute", Period::Minute), ("hour", Period::Hour), ("day", Period::Day)];

fn word(period: Period) -> &'static str {
    PERIODS.iter().find(|(_, known)| *known == period).map_or("day", |(word, _)| word)
}

/// The `freshness:` of a source, a table, or one of their `config`s. `value` is
/// `None` where the key is absent.
pub(super) fn threshold(subject: &str, value: Option<&Yaml>, problems: &mut Vec<Diagnostic>) -> Threshold {
    let Some(value) = value else { return Threshold::default() };
    if value.is_null() {
        return Threshold::Off;
    }
    let Some(mut entry) = Entry::open(format!("`freshness` of {subject}"), value, problems) else {
        return Threshold::default();
    };
    entry.warn_unknown_keys(&["warn_after", "error_after", "filter"]);
    Threshold::Parts(Parts {
        warn_after: limit(&mut entry, "warn_after"),
        error_after: limit(&mut entry, "error_after"),
        filter: entry.text("filter").map(|text| text.value),
    })
}

fn limit(parent: &mut Entry<'_, '_>, key: &str) -> Limit {
    let Some(value) = parent.get_or_null(key) else { return Limit::Unsaid };
    if value.is_null() {
        return Limit::Lifted;
    }
    let subject = format!("`{key}` in {}", parent.subject);
    let Some(mut entry) = Entry::open(subject, value, parent.problems) else { return Limit::Unsaid };
    entry.warn_unknown_keys(&["count", "period"]);
    if entry.get("count").is_none() && entry.get("period").is_none() {
        return Limit::Unsaid;
    }
    if let Some(missing) = ["count", "period"].into_iter().find(|key| entry.get(key).is_none()) {
        // dbt: half a limit is none.
        let problem = Diagnostic::warning("missing-key", format!("{} has no `{missing}`", entry.subject));
        entry.problems.push(problem.at(entry.span, "this limits nothing"));
        return Limit::Unsaid;
    }
    match (count(&mut entry), period(&mut entry)) {
        (Some(count), Some(period)) => Limit::Set(Age { count, period }),
        _ => Limit::Unsaid,
    }
}

fn count(entry: &mut Entry<'_, '_>) -> Option<u32> {
    let value = entry.get("count")?;
    // To Python, `true` is one.
    let count = value.as_int().or_else(|| value.as_bool().map(i64::from));
    let count = count.and_then(|count| u32::try_from(count).ok());
    if count.is_none() {
        entry.wrong_type("count", value, "a whole number, zero or more");
    }
    count
}

fn period(entry: &mut Entry<'_, '_>) -> Option<Period> {
    let words = PERIODS.map(|(word, _)| word);
    let found = entry.one_of("period", &words)?;
    PERIODS.iter().find(|(word, _)| *word == found.value).map(|(_, period)| *period)
}

/// The limits in a `freshness` config that was merged and checked; `None` where
/// it is null or sets no limit.
#[must_use]
pub fn from_config(config: &Json) -> Option<Freshness> {
    let parts = config.as_object()?;
    let freshness = Freshness {
        warn_after: age(parts, "warn_after"),
        error_after: age(parts, "error_after"),
        filter: parts.get("filter").and_then(Json::as_str).map(str::to_owned),
    };
    (freshness.warn_after.is_some() || freshness.error_after.is_some()).then_some(freshness)
}

fn age(parts: &JsonMap<String, Json>, key: &str) -> Option<Age> {
    let limit = parts.get(key)?;
    let count = limit.get("count")?;
    let count = count.as_u64().or_else(|| count.as_bool().map(u64::from));
    let count = count.and_then(|count| u32::try_from(count).ok())?;
    let written = limit.get("period")?.as_str()?;
    let (_, period) = PERIODS.iter().find(|(word, _)| *word == written)?;
    Some(Age { count, period: *period })
}
