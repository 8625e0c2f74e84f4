//! `vars`: what `var()` finds.

use std::collections::BTreeMap;
use std::path::Path;

use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::source::SourceMap;
use crate::yaml::{self, Key, Map, Yaml};

/// The vars of an invocation, as written: templates in them are not rendered.
#[derive(Debug, Clone, Default)]
pub struct Vars {
    /// `--vars`.
    pub command_line: Map,
    /// The root project's name.
    pub root: String,
    /// The `vars` of each project file, by package.
    pub packages: BTreeMap<String, Map>,
}

impl Vars {
    /// What the templates of a package find under `name`. dbt's order: the
    /// command line; the root project's vars for the package, then its vars for
    /// all; the package's own, in the same order.
    #[must_use]
    pub fn get(&self, name: &str, package: &str) -> Option<&Yaml> {
        let of_project = |project: &str| {
            let vars = self.packages.get(project)?;
            let scoped = vars.get(package).and_then(Yaml::as_map);
            scoped.and_then(|scoped| scoped.get(name)).or_else(|| vars.get(name))
        };
        self.command_line.get(name).or_else(|| of_project(&self.root)).or_else(|| of_project(package))
    }

    /// Every name that [`Vars::get`] finds for a package, sorted.
    #[must_use]
    pub fn names(&self, package: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self.command_line.keys().collect();
        for vars in [self.root.as_str(), package].into_iter().filter_map(|project| self.packages.get(project))
        {
            names.extend(vars.keys());
            names.extend(vars.get(package).and_then(Yaml::as_map).into_iter().flat_map(Map::keys));
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The file of vars beside the project file, which may use them (dbt 1.12).
pub(super) const FILE: &str = "vars.yml";

/// What is under `vars` in [`FILE`], as written, with the place of the key: `None` where
/// there is nothing. dbt: other keys of the file are not its own.
pub(super) fn read_file(
    root: &Path,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Key, Yaml)> {
    let path = root.join(FILE);
    if !files::is_file(&path) {
        return None;
    }
    let text = files::read_text(&path)
        .map_err(|error| diagnostics.push(Diagnostic::error("unreadable-file", error.to_string())))
        .ok()?;
    let file = sources.add(FILE, text);
    let yaml = yaml::collect(&file, diagnostics)?;
    let mut wrong = |what: &str, yaml: &Yaml| {
        let message = format!("{what} must be a mapping, this is {}", yaml.kind());
        let finding = Diagnostic::error("vars", message).at(yaml.span, "");
        diagnostics.push(finding.help("write `vars:`, and below it a line `name: value` for each"));
    };
    let Some(map) = yaml.as_map() else {
        if !yaml.is_null() {
            wrong(&format!("`{FILE}`"), &yaml);
        }
        return None;
    };
    let (key, vars) = map.entry("vars").filter(|(_, vars)| !vars.is_null())?;
    let Some(given) = vars.as_map() else {
        wrong(&format!("`vars` in `{FILE}`"), vars);
        return None;
    };
    (!given.is_empty()).then(|| (key.clone(), vars.clone()))
}

/// Whether a text of this name is that of `--vars` or of its environment variable.
#[must_use]
pub fn is_vars(name: &Path) -> bool {
    name == "--vars" || name.to_str().is_some_and(|name| name.ends_with("_VARS"))
}

/// Reads `--vars` or its environment variable `name`: a YAML mapping. Findings
/// point into the text.
///
/// # Errors
/// It is no YAML, or no mapping.
pub(super) fn read(text: &str, name: &str, sources: &SourceMap) -> Result<Map, Vec<Diagnostic>> {
    let file = sources.add(name, text);
    let yaml = yaml::parse(&file)?;
    match yaml.value {
        yaml::Value::Map(vars) => Ok(vars),
        _ => Err(vec![
            Diagnostic::error("vars", format!("`{name}` takes a mapping, this is {}", yaml.kind()))
                .at(file.span(), "")
                .help("write `--vars 'name: value'` or `--vars '{a: 1, b: 2}'`"),
        ]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(text: &str) -> Map {
        read(text, "--vars", &SourceMap::new()).unwrap()
    }

    #[test]
    fn the_nearest_var_wins() {
        let vars = Vars {
            command_line: map("{a: cli}"),
            root: "shop".to_owned(),
            packages: [
                ("shop".to_owned(), map("{a: root, b: root, c: root, utils: {c: root for utils}}")),
                ("utils".to_owned(), map("{c: own, d: own, e: own, utils: {e: own for utils}}")),
            ]
            .into_iter()
            .collect(),
        };
        let check = |name: &str, package: &str, expected: Option<&str>| {
            assert_eq!(vars.get(name, package).and_then(Yaml::as_str), expected, "{name} in {package}");
        };
        check("a", "shop", Some("cli"));
        check("b", "shop", Some("root"));
        check("c", "shop", Some("root"));
        check("c", "utils", Some("root for utils"));
        check("b", "utils", Some("root"));
        check("d", "utils", Some("own"));
        check("e", "utils", Some("own for utils"));
        check("d", "shop", None);
        assert_eq!(vars.names("shop"), ["a", "b", "c", "utils"]);
    }

    #[test]
    fn the_flag_takes_a_mapping() {
        assert_eq!(json!(map("{a: 1, b: [x]}").to_json()), json!({"a": 1, "b": ["x"]}));
        assert_eq!(json!(map("a: yes").to_json()), json!({"a": true}));
        let code = |text: &str| read(text, "--vars", &SourceMap::new()).unwrap_err()[0].code;
        assert_eq!(code("just text"), "vars");
        assert_eq!(code("{a: 1"), "yaml-syntax");
    }
}
