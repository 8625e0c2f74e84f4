//! What becomes of warnings: `warn_error_options` speaks of them by dbt's names.

use serde_json::Value as Json;

use super::flags::Flags;
use super::warn_options::{LISTS, list};
use crate::diagnostics::Diagnostic;

/// What is done with a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// It is told.
    Told,
    /// It is told as an error, and counts as one.
    IsError,
    /// Nobody hears of it.
    Silenced,
}

/// The names under which dbt knows our findings, and their codes in its log, by our
/// rules. What dbt does not tell has none.
const EVENTS: &[(&str, &str, &str)] = &[
    ("bare-arguments", "MissingArgumentsPropertyInGenericTestDeprecation", "D039"),
    ("bare-config", "PropertyMovedToConfigDeprecation", "D030"),
    ("bare-time-spine", "MFTimespineWithoutYamlConfigurationDeprecation", "D018"),
    ("broken-contract", "UnversionedBreakingChange", "I071"),
    ("custom-output", "CustomOutputPathInSourceFreshnessDeprecation", "D029"),
    ("deprecated-model", "DeprecatedModel", "I065"),
    ("deprecated-reference", "DeprecatedReference", "I067"),
    ("disabled-target", "NodeNotFoundOrDisabled", "I060"),
    ("duplicate-key", "DuplicateYAMLKeysDeprecation", "D024"),
    ("duplicate-name", "DuplicateNameDistinctNodeTypesDeprecation", "D040"),
    ("flat-window", "MFCumulativeTypeParamsDeprecation", "D019"),
    ("freshness-without-hooks", "SourceFreshnessProjectHooksNotRun", "D017"),
    ("large-seed", "SeedExceedsLimitSamePath", "I053"),
    ("macro-arguments", "InvalidMacroAnnotation", "I076"),
    ("misplaced-entry", "WrongResourceSchemaFile", "I057"),
    ("moved-flags", "ProjectFlagsMovedDeprecation", "D013"),
    ("name-with-spaces", "SpacesInResourceNameDeprecation", "D014"),
    ("names-with-spaces", "ResourceNamesWithSpacesDeprecation", "D015"),
    ("no-nodes-selected", "NoNodesForSelectionCriteria", "M030"),
    ("old-freshness-macro", "CollectFreshnessReturnSignature", "D012"),
    ("old-log-path", "ConfigLogPathDeprecation", "D010"),
    ("old-microbatch-macro", "MicrobatchMacroOutsideOfBatchesDeprecation", "D020"),
    ("old-option", "ModelParamUsageDeprecation", "D032"),
    ("old-packages-path", "PackageInstallPathDeprecation", "D002"),
    ("old-target-path", "ConfigTargetPathDeprecation", "D011"),
    ("old-warn-options", "WEOIncludeExcludeDeprecation", "D031"),
    ("own-arguments", "ArgumentsPropertyInGenericTestDeprecation", "D038"),
    ("package-reads-root", "PackageNodeDependsOnRootProjectNode", "I077"),
    ("renamed-key", "ConfigSourcePathDeprecation", "D003"),
    ("renamed-seed-paths", "ConfigDataPathDeprecation", "D004"),
    ("renamed-variable", "EnvironmentVariableRenamed", "D009"),
    ("sequential-batches", "InvalidConcurrentBatchesConfig", "I075"),
    ("state-is-target", "WarnStateTargetEqual", "I072"),
    ("stray-tag", "UnexpectedJinjaBlockDeprecation", "D023"),
    ("undefined-macro", "MacroNotFoundForPatch", "I059"),
    ("unfiltered-batches", "MicrobatchModelNoEventTimeInputs", "I074"),
    ("unknown-config", "CustomKeyInConfigDeprecation", "D026"),
    ("unknown-key", "CustomKeyInObjectDeprecation", "D027"),
    ("unknown-node", "NoNodeForYamlKey", "I058"),
    ("unknown-ref", "NodeNotFoundOrDisabled", "I060"),
    ("unknown-source", "NodeNotFoundOrDisabled", "I060"),
    ("unknown-variable", "EnvironmentVariableNamespaceDeprecation", "D036"),
    ("unmeasurable-source", "FreshnessConfigProblem", "I073"),
    ("unpinned-package", "DepsUnpinned", "M029"),
    ("unreadable-data-test", "Note", "Z050"),
    ("unsupported-constraints", "UnsupportedConstraintMaterialization", "I068"),
    ("unused-config-path", "UnusedResourceConfigPath", "I051"),
    ("unused-override", "UnusedTables", "I055"),
    ("unusual-name", "ExposureNameDeprecation", "D007"),
    ("upcoming-deprecation", "UpcomingReferenceDeprecation", "I066"),
];

/// Warnings that dbt never makes an error unless the project's flag
/// `require_all_warnings_handled_by_warn_error` is on.
const NEVER_ERRORS: &[&str] = &[
    "FreshnessConfigProblem",
    "MicrobatchModelNoEventTimeInputs",
    "Note",
    "SpacesInResourceNameDeprecation",
];

/// Warnings about what dbt takes without a word, such as flags of other adapters: they make
/// no run fail.
const OURS_ALONE: &[&str] = &["flag-type", "unknown-flag"];

/// Warnings that dbt gives on warehouses of others only: all warnings do not mean them.
const ELSEWHERE: &[&str] = &["CustomKeyInConfigDeprecation", "CustomKeyInObjectDeprecation"];

/// The name of dbt's event for findings of a rule and its code; `None` where dbt has none.
#[must_use]
pub fn event_of(rule: &str) -> Option<(&'static str, &'static str)> {
    EVENTS.iter().find(|(known, ..)| *known == rule).map(|(_, name, code)| (*name, *code))
}

/// The names of dbt's events that we tell of.
#[cfg(test)]
pub(super) fn event_names() -> impl Iterator<Item = &'static str> {
    EVENTS.iter().map(|(_, name, _)| *name).chain([TEMPLATE_WARNING, TEST_WARNING])
}

/// Whether a finding of this rule, or the event of this name, is about what is to be gone.
fn is_deprecation((name, code): (&str, &str)) -> bool {
    code.starts_with('D')
        || matches!(name, "DeprecatedModel" | "DeprecatedReference" | "UpcomingReferenceDeprecation")
}

/// A word that stands for all deprecations.
pub(super) const DEPRECATIONS: &str = "Deprecations";

/// What a template warns of.
pub(crate) const TEMPLATE_WARNING: &str = "JinjaLogWarning";
/// A data test that only warns.
pub(crate) const TEST_WARNING: &str = "LogTestResult";

impl Flags {
    /// What is done with a warning of ours, by its code.
    #[must_use]
    pub fn treatment_of(&self, code: &str) -> Treatment {
        match self.treatment(event_of(code).map(|(name, _)| name)) {
            Treatment::IsError if OURS_ALONE.contains(&code) => Treatment::Told,
            treatment => treatment,
        }
    }

    /// The warning as it is told: under `require_event_names_in_deprecations` one about
    /// what is to be gone says its name, by which it can be silenced.
    #[must_use]
    pub fn told(&self, warning: Diagnostic) -> Diagnostic {
        let event = event_of(warning.code)
            .filter(|event| is_deprecation(*event) && self.is_on("require_event_names_in_deprecations"));
        match event {
            Some((name, _)) => warning.note(format!("the event is `{name}`")),
            None => warning,
        }
    }

    /// What is done with a warning, by dbt's name for it.
    ///
    /// dbt: a name counts more than a word for many, and to be silent more than to
    /// warn, and that more than to fail.
    #[must_use]
    pub fn treatment(&self, name: Option<&str>) -> Treatment {
        let is_exempt = name.is_some_and(|name| NEVER_ERRORS.contains(&name))
            && !self.is_on("require_all_warnings_handled_by_warn_error");
        match self.asked(name) {
            Treatment::IsError if is_exempt => Treatment::Told,
            asked => asked,
        }
    }

    /// What the flags ask for.
    fn asked(&self, name: Option<&str>) -> Treatment {
        let is_elsewhere = name.is_some_and(|name| ELSEWHERE.contains(&name));
        if self.is_on("warn_error") {
            return if is_elsewhere { Treatment::Told } else { Treatment::IsError };
        }
        let options = self.get("warn_error_options");
        let [fail, warn, silence] = LISTS.map(|names| list(options, names));
        let lists = [(silence, Treatment::Silenced), (warn, Treatment::Told), (fail, Treatment::IsError)];
        let named =
            |word: &str| lists.iter().find(|(list, _)| has(list, word)).map(|(_, treatment)| *treatment);
        let kind = name.filter(|name| name.ends_with("Deprecation")).map(|_| DEPRECATIONS);
        let is_all = matches!(fail.as_str(), Some("all" | "*")) && !is_elsewhere;
        name.and_then(named).or_else(|| kind.and_then(named)).unwrap_or(if is_all {
            Treatment::IsError
        } else {
            Treatment::Told
        })
    }
}

fn has(list: &Json, word: &str) -> bool {
    list.as_array().is_some_and(|items| items.iter().any(|item| item == word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::flags::Origin;
    use super::*;

    #[test]
    fn names_count_more_than_words_for_many() {
        use Treatment::{IsError, Silenced, Told};

        let check = |options: Json, code: &str, expected: Treatment| {
            let mut flags = Flags::default();
            flags.set("warn_error_options", options.clone(), Origin::Project);
            assert_eq!(flags.treatment_of(code), expected, "{code} under {options}");
        };
        check(json!({}), "unused-config-path", Told);
        check(json!({"error": ["UnusedResourceConfigPath"]}), "unused-config-path", IsError);
        check(json!({"include": ["UnusedResourceConfigPath"]}), "unused-config-path", IsError);
        check(json!({"error": ["NoNodeForYamlKey"]}), "unused-config-path", Told);
        check(json!({"error": "all", "warn": ["NoNodeForYamlKey"]}), "unknown-node", Told);
        check(json!({"error": null, "include": "all"}), "unused-config-path", IsError);
        check(json!({"include": "*", "exclude": ["NoNodeForYamlKey"]}), "unused-config-path", IsError);
        check(
            json!({"silence": ["NoNodeForYamlKey"], "warn": ["NoNodeForYamlKey"]}),
            "unknown-node",
            Silenced,
        );
        check(json!({"silence": ["Deprecations"]}), "duplicate-key", Silenced);
        check(json!({"silence": ["Deprecations"]}), "unknown-node", Told);
        check(
            json!({"error": ["Deprecations"], "warn": ["DuplicateYAMLKeysDeprecation"]}),
            "duplicate-key",
            Told,
        );
        check(json!({"error": "all", "silence": ["Deprecations"]}), "duplicate-key", Silenced);
        check(json!({"error": "all"}), "database-warning", IsError);
        check(json!({"error": "all"}), "unknown-key", Told);
        check(json!({"error": ["CustomKeyInObjectDeprecation"]}), "unknown-key", IsError);
        check(json!({"error": "all"}), "unfiltered-batches", Told);
    }

    #[test]
    fn some_warnings_stay_warnings_unless_the_project_says_otherwise() {
        let mut flags = Flags::default();
        flags.set("warn_error", json!(true), Origin::CommandLine);
        assert_eq!(flags.treatment_of("unfiltered-batches"), Treatment::Told);
        flags.set("require_all_warnings_handled_by_warn_error", json!(true), Origin::Project);
        assert_eq!(flags.treatment_of("unfiltered-batches"), Treatment::IsError);
    }

    #[test]
    fn rules_have_the_names_of_dbt() {
        assert_eq!(event_of("deprecated-model"), Some(("DeprecatedModel", "I065")));
        assert_eq!(event_of("toml"), None);
        assert!(EVENTS.is_sorted_by_key(|(rule, ..)| rule));
    }
}
