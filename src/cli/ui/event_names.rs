//! What dbt calls our findings in its log.

/// The name and the code of dbt's event for findings of a rule; `None` where dbt has none.
pub(super) fn of(rule: &str) -> Option<(&'static str, &'static str)> {
    EVENTS.iter().find(|(known, ..)| *known == rule).map(|(_, name, code)| (*name, *code))
}

const EVENTS: &[(&str, &str, &str)] = &[
    ("broken-contract", "UnversionedBreakingChange", "I071"),
    ("deprecated-model", "DeprecatedModel", "I065"),
    ("deprecated-reference", "DeprecatedReference", "I067"),
    ("disabled-target", "NodeNotFoundOrDisabled", "I060"),
    ("duplicate-key", "DuplicateYAMLKeysDeprecation", "D024"),
    ("duplicate-name", "DuplicateNameDistinctNodeTypesDeprecation", "D040"),
    ("large-seed", "SeedExceedsLimitSamePath", "I053"),
    ("macro-arguments", "InvalidMacroAnnotation", "I076"),
    ("name-with-spaces", "ResourceNamesWithSpacesDeprecation", "D015"),
    ("no-nodes-selected", "NoNodesForSelectionCriteria", "M030"),
    ("package-reads-root", "PackageNodeDependsOnRootProjectNode", "I077"),
    ("renamed-key", "ConfigSourcePathDeprecation", "D003"),
    ("state-is-target", "WarnStateTargetEqual", "I072"),
    ("unfiltered-batches", "MicrobatchModelNoEventTimeInputs", "I074"),
    ("unknown-config", "CustomKeyInConfigDeprecation", "D026"),
    ("unknown-key", "CustomKeyInObjectDeprecation", "D027"),
    ("unknown-node", "NoNodeForYamlKey", "I058"),
    ("unknown-ref", "NodeNotFoundOrDisabled", "I060"),
    ("unknown-source", "NodeNotFoundOrDisabled", "I060"),
    ("unknown-variable", "EnvironmentVariableNamespaceDeprecation", "D036"),
    ("unpinned-package", "DepsUnpinned", "M029"),
    ("unsupported-constraints", "UnsupportedConstraintMaterialization", "I068"),
    ("unused-config-path", "UnusedResourceConfigPath", "I051"),
    ("unused-override", "UnusedTables", "I055"),
    ("unusual-name", "ExposureNameDeprecation", "D007"),
    ("upcoming-deprecation", "UpcomingReferenceDeprecation", "I066"),
];

#[cfg(test)]
mod tests {
    use super::{EVENTS, of};

    #[test]
    fn rules_are_found_by_name() {
        assert_eq!(of("deprecated-model"), Some(("DeprecatedModel", "I065")));
        assert_eq!(of("toml"), None);
        assert!(EVENTS.is_sorted_by_key(|(rule, ..)| rule));
    }
}
