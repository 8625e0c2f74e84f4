//! What becomes of warnings: `warn_error_options` speaks of them by dbt's names.

use serde_json::Value as Json;

use super::flags::Flags;

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

/// The names under which dbt knows our warnings, by their codes. What dbt does not
/// warn of has none.
const NAMES: &[(&str, &str)] = &[
    ("broken-contract", "UnversionedBreakingChange"),
    ("deprecated-model", "DeprecatedModel"),
    ("deprecated-reference", "DeprecatedReference"),
    ("disabled-target", "NodeNotFoundOrDisabled"),
    ("duplicate-key", "DuplicateYAMLKeysDeprecation"),
    ("duplicate-name", "DuplicateNameDistinctNodeTypesDeprecation"),
    ("large-seed", "SeedExceedsLimitSamePath"),
    ("no-nodes-selected", "NoNodesForSelectionCriteria"),
    ("package-reads-root", "PackageNodeDependsOnRootProjectNode"),
    ("renamed-key", "ConfigSourcePathDeprecation"),
    ("state-is-target", "WarnStateTargetEqual"),
    ("unfiltered-batches", "MicrobatchModelNoEventTimeInputs"),
    ("unknown-config", "CustomKeyInConfigDeprecation"),
    ("unknown-key", "CustomKeyInObjectDeprecation"),
    ("unknown-node", "NoNodeForYamlKey"),
    ("unknown-ref", "NodeNotFoundOrDisabled"),
    ("unknown-source", "NodeNotFoundOrDisabled"),
    ("unknown-type", "InvalidMacroAnnotation"),
    ("unknown-variable", "EnvironmentVariableNamespaceDeprecation"),
    ("unpinned-package", "DepsUnpinned"),
    ("unsupported-constraints", "UnsupportedConstraintMaterialization"),
    ("unused-config-path", "UnusedResourceConfigPath"),
    ("unused-override", "UnusedTables"),
    ("unusual-name", "ResourceNamesWithSpacesDeprecation"),
    ("upcoming-deprecation", "UpcomingReferenceDeprecation"),
];

/// A word that stands for all deprecations.
const DEPRECATIONS: &str = "Deprecations";

/// What a template warns of.
pub(crate) const TEMPLATE_WARNING: &str = "JinjaLogWarning";
/// A data test that only warns.
pub(crate) const TEST_WARNING: &str = "LogTestResult";

impl Flags {
    /// What is done with a warning of ours, by its code.
    #[must_use]
    pub fn treatment_of(&self, code: &str) -> Treatment {
        self.treatment(NAMES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name))
    }

    /// What is done with a warning, by dbt's name for it.
    ///
    /// dbt: a name counts more than a word for many, and to be silent more than to
    /// warn, and that more than to fail.
    #[must_use]
    pub fn treatment(&self, name: Option<&str>) -> Treatment {
        if self.is_on("warn_error") {
            return Treatment::IsError;
        }
        let options = self.get("warn_error_options");
        let list =
            |key: &str, old: &str| options.get(key).or_else(|| options.get(old)).unwrap_or(&Json::Null);
        let (fail, warn, silence) =
            (list("error", "include"), list("warn", "exclude"), list("silence", "silence"));
        let lists = [(silence, Treatment::Silenced), (warn, Treatment::Told), (fail, Treatment::IsError)];
        let named =
            |word: &str| lists.iter().find(|(list, _)| has(list, word)).map(|(_, treatment)| *treatment);
        let kind = name.filter(|name| name.ends_with("Deprecation")).map(|_| DEPRECATIONS);
        let is_all = matches!(fail.as_str(), Some("all" | "*"));
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
    }
}
