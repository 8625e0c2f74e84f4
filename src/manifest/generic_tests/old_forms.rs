//! Ways of writing data tests that are to be gone.

use serde::{Deserialize, Serialize};

use super::written::CONFIG_KEYS;
use crate::manifest::Sort;
use crate::yaml::Map;

/// A way of writing a data test that is to be gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OldForm {
    /// Arguments stand beside `config:` rather than below `arguments:`.
    BareArguments,
    /// `arguments` is an argument like others, because a flag of the project says so.
    OwnArguments,
    /// This key of the configuration stands beside `config:` rather than below it.
    BareConfig(String),
}

impl OldForm {
    /// What tests of this form are among nodes.
    #[must_use]
    pub fn sort(&self) -> Sort {
        match self {
            Self::BareArguments => Sort::BareArguments,
            Self::OwnArguments => Sort::OwnArguments,
            Self::BareConfig(_) => Sort::BareConfig,
        }
    }
}

/// Keys of an entry that are neither arguments nor configuration.
const PLAIN_KEYS: [&str; 4] = ["config", "column_name", "description", "name"];

/// What is old about what an entry says of its test.
pub(super) fn old_forms(rest: &Map, has_arguments: bool) -> Vec<OldForm> {
    if !has_arguments {
        return if rest.contains("arguments") { vec![OldForm::OwnArguments] } else { Vec::new() };
    }
    let keys = rest.iter().map(|(key, _)| key.text.as_str()).filter(|key| *key != "arguments");
    let (configs, others): (Vec<&str>, Vec<&str>) = keys.partition(|key| CONFIG_KEYS.contains(key));
    let mut found: Vec<OldForm> =
        configs.into_iter().map(|key| OldForm::BareConfig(key.to_owned())).collect();
    let is_nested = rest.entry("arguments").is_some_and(|(_, value)| {
        value.as_map().is_none_or(|arguments| !arguments.is_empty()) && !value.is_null()
    });
    if !is_nested && others.iter().any(|key| !PLAIN_KEYS.contains(key)) {
        found.push(OldForm::BareArguments);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;
    use crate::yaml;

    #[test]
    fn arguments_and_configuration_have_their_places() {
        let check = |text: &str, has_arguments: bool, expected: &[OldForm]| {
            let file = SourceMap::new().add("test.yml", text);
            let parsed = yaml::parse(&file).expect("YAML");
            assert_eq!(old_forms(parsed.as_map().expect("a mapping"), has_arguments), expected, "{text}");
        };
        let moved = |key: &str| OldForm::BareConfig(key.to_owned());
        check("{values: [1]}", true, &[OldForm::BareArguments]);
        check("{arguments: {values: [1]}, name: a, description: b, config: {where: c}}", true, &[]);
        check("{arguments: {values: [1]}, other: 2}", true, &[]);
        check("{arguments: {}, other: 2}", true, &[OldForm::BareArguments]);
        check("{where: a, severity: warn}", true, &[moved("where"), moved("severity")]);
        check("{arguments: {values: [1]}, where: a}", false, &[OldForm::OwnArguments]);
        check("{values: [1], where: a}", false, &[]);
    }
}
