//! How often a command met what is to be gone.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value as Json, json};

use super::lines::number_of;
use super::record::{Level, Record};

/// The deprecations of one command, by dbt's names, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<Vec<Met>>);

#[derive(Debug)]
struct Met {
    name: &'static str,
    code: &'static str,
    count: u64,
}

impl Tally {
    /// Counts a record, if it is about a deprecation.
    pub(super) fn hear(&self, record: &Record) {
        if !record.name.ends_with("Deprecation") {
            return;
        }
        let stands_for = record.data.get("occurrences").and_then(Json::as_str);
        let count = stands_for.and_then(|count| count.parse().ok()).unwrap_or(1);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.iter_mut().find(|met| met.name == record.name) {
            Some(met) => met.count += count,
            None => all.push(Met { name: record.name, code: record.code, count }),
        }
    }

    /// What is told at the end of a command that met any.
    pub(super) fn summary(&self, shows_all: bool) -> Option<Record> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line = |met: &Met| {
            let count = usize::try_from(met.count).unwrap_or(usize::MAX);
            format!("\n\n- {}: {}", met.name, number_of(count, "occurrence", "occurrences"))
        };
        let lines: String = all.iter().map(line).collect();
        let hint = if shows_all { "" } else { "\n\n`--show-all-deprecations` shows each." };
        let message = format!("What is deprecated, and how often it was met:{lines}{hint}");
        let entry =
            |met: &Met| json!({"event_name": met.name, "event_code": met.code, "occurrences": met.count});
        let data = json!({
            "show_all_hint": !shows_all,
            "summaries": all.iter().map(entry).collect::<Vec<Json>>(),
        });
        (!all.is_empty()).then(|| Record::new("DeprecationsSummary", "D028", Level::Warn, message, data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_may_stand_for_many() {
        let tally = Tally::default();
        assert!(tally.summary(false).is_none());
        let hear = |name, data| tally.hear(&Record::new(name, "D000", Level::Warn, "", data));
        hear("ModelParamUsageDeprecation", json!({}));
        hear("MissingArgumentsPropertyInGenericTestDeprecation", json!({"occurrences": "3"}));
        hear("NoNodeForYamlKey", json!({}));
        let summary = tally.summary(true).expect("some were met");
        let expected = "What is deprecated, and how often it was met:\n\n- ModelParamUsageDeprecation: \
                        1 occurrence\n\n- MissingArgumentsPropertyInGenericTestDeprecation: 3 occurrences";
        assert_eq!(summary.message, expected);
        assert_eq!(summary.data["summaries"][1]["occurrences"], 3);
        assert_eq!(summary.data["show_all_hint"], false);
    }
}
