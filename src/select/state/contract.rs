//! Whether a model still keeps what its contract promised.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use crate::artifact::Entry;
use crate::diagnostics::Diagnostic;

/// One way in which a contract is broken: dbt's name for it, and what happened.
type Break<'a> = (&'a str, String);

/// What breaks a contract.
#[derive(Debug, Clone, Copy)]
pub struct Contracts<'a> {
    /// Types of constraints that nobody checks: losing one breaks nothing.
    pub unenforced: &'a [&'a str],
    /// What time it is: deprecated models may go.
    pub now: DateTime<Utc>,
}

impl Contracts<'_> {
    /// Whether a model's contract is another one, and what is to be said where
    /// it takes back something that it promised.
    pub(super) fn differ(&self, old: &Entry, new: &Entry) -> (bool, Option<Diagnostic>) {
        let is_enforced = |entry: &Entry| entry.inner("contract", "enforced") == true;
        let is_same_sum = old.inner("contract", "checksum") == new.inner("contract", "checksum");
        match (is_enforced(old), is_enforced(new)) {
            (false, false) => (false, None),
            (false, true) => (true, None),
            (true, true) if is_same_sum => (false, None),
            (true, still) => {
                let mut broken = Vec::new();
                if !still {
                    let text = "the contract is not enforced any more".to_owned();
                    broken.push(("Contract enforcement was removed", text));
                }
                self.columns(old, new, &mut broken);
                self.model_constraints(old, new, &mut broken);
                materialization(old, new, &mut broken);
                let message = format!("`{}` breaks its contract", name(new));
                (true, (!broken.is_empty()).then(|| finding(new, message, broken)))
            }
        }
    }

    /// What is to be said about a model that is gone.
    pub(super) fn removed(&self, model: &Entry, is_disabled: bool) -> Option<Diagnostic> {
        let is_past = model
            .text("deprecation_date")
            .and_then(|date| DateTime::parse_from_rfc3339(date).ok())
            .is_some_and(|date| date < self.now);
        if model.inner("contract", "enforced") != true || is_past {
            return None;
        }
        let what = if is_disabled { "turned off" } else { "deleted or renamed" };
        let message = format!("`{}` has a contract and was {what}", name(model));
        let file = model.text("original_file_path").unwrap_or_default().to_owned();
        let kind = if is_disabled { "disabled" } else { "deleted or renamed" };
        let package = model.get("fqn").get(0).and_then(Json::as_str).unwrap_or_default();
        let words = format!("Contracted model 'model.{package}.{}' was {kind}.", name(model));
        let broken = vec![(words.as_str(), format!("it stood in `{file}`"))];
        Some(finding(model, message, broken))
    }

    fn columns(&self, old: &Entry, new: &Entry, broken: &mut Vec<Break<'_>>) {
        let mut columns: Vec<(&String, &Json)> = old.map("columns").collect();
        columns.sort_by_key(|(name, _)| *name);
        for (name, before) in columns {
            let Some(now) = new.get("columns").get(name) else {
                broken.push(("Columns were removed", format!("the column `{name}` is gone")));
                continue;
            };
            let data_type = |column: &Json| column.get("data_type").and_then(Json::as_str).map(str::to_owned);
            let (was, is) = (data_type(before), data_type(now));
            if was.as_deref().map(base_type) != is.as_deref().map(base_type) {
                let shown = |data_type: Option<String>| data_type.unwrap_or_else(|| "nothing".to_owned());
                let (was, is) = (shown(was), shown(is));
                let text = format!("the type of the column `{name}` was `{was}` and is `{is}`");
                broken.push(("Columns with data_type changes", text));
            }
            if is_stored(old) {
                for lost in self.lost(before, now) {
                    let text = format!("the column `{name}` has lost its constraint `{lost}`");
                    broken.push(("Enforced column level constraints were removed", text));
                }
            }
        }
    }

    fn model_constraints(&self, old: &Entry, new: &Entry, broken: &mut Vec<Break<'_>>) {
        if is_stored(old) {
            let wrapped = |entry: &Entry| serde_json::json!({ "constraints": entry.get("constraints") });
            for lost in self.lost(&wrapped(old), &wrapped(new)) {
                let text = format!("the constraint `{lost}` of the model is gone");
                broken.push(("Enforced model level constraints were removed", text));
            }
        }
    }

    /// The enforced constraints of one that the other lacks.
    fn lost(&self, before: &Json, now: &Json) -> Vec<String> {
        let now = constraints(now);
        let is_lost = |constraint: &&Json| {
            !now.contains(constraint) && !self.unenforced.contains(&text(constraint, "type").as_str())
        };
        let label = |constraint: &Json| {
            let name = text(constraint, "name");
            if name.is_empty() { text(constraint, "type") } else { name }
        };
        constraints(before).iter().filter(is_lost).map(label).collect()
    }
}

/// A warning, or an error for a model with versions: a new one can be made.
fn finding(model: &Entry, message: String, broken: Vec<Break<'_>>) -> Diagnostic {
    let has_versions = !model.get("version").is_null();
    let finding = if has_versions {
        Diagnostic::error("broken-contract", message)
            .help("leave this version as it is and make the change in a new one")
    } else {
        Diagnostic::warning("broken-contract", message)
            .help("models with versions can change without breaking what reads them")
    };
    let words = if has_versions {
        "While comparing to previous project state, dbt detected a breaking change to a versioned model"
    } else {
        "While comparing to previous project state, dbt detected a breaking change to an unversioned model"
    };
    let mut kinds: Vec<&str> = broken.iter().map(|(kind, _)| *kind).collect();
    kinds.dedup();
    let finding = finding.known_as(format!("{words}: {}", kinds.join("; ")));
    broken.into_iter().map(|(_, text)| text).fold(finding, Diagnostic::note)
}

fn name(model: &Entry) -> String {
    let version = match model.get("version") {
        Json::Null => String::new(),
        Json::String(version) => format!(".v{version}"),
        version => format!(".v{version}"),
    };
    format!("{}{version}", model.text("name").unwrap_or_default())
}

fn materialization(old: &Entry, new: &Entry, broken: &mut Vec<Break<'_>>) {
    let has_constraints = |column: &Json| !constraints(column).is_empty();
    let is_constrained = old.get("constraints").as_array().is_some_and(|all| !all.is_empty())
        || old.map("columns").any(|(_, column)| has_constraints(column));
    if is_stored(old) && !is_stored(new) && is_constrained {
        let (was, is) = (old.inner("config", "materialized"), new.inner("config", "materialized"));
        let text = format!("what was materialized as {was} and has constraints is now {is}");
        broken.push(("Materialization changed with enforced constraints", text));
    }
}

/// Whether constraints are enforced on it.
fn is_stored(model: &Entry) -> bool {
    matches!(model.inner("config", "materialized").as_str(), Some("table" | "incremental"))
}

/// `numeric(10, 2)` and `NUMERIC` are one type to readers.
fn base_type(data_type: &str) -> String {
    data_type.split('(').next().unwrap_or_default().trim().to_lowercase()
}

fn constraints(column: &Json) -> Vec<Json> {
    column.get("constraints").and_then(Json::as_array).cloned().unwrap_or_default()
}

fn text(json: &Json, key: &str) -> String {
    json.get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
}
