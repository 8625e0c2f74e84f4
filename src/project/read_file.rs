//! From the text of a project file to [`ProjectFile`].

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::file::{ConfigTree, Dispatch, Paths, ProjectFile, QueryComment, Rules};
use super::keys::{CONFIG_TREES, IDLE_KEYS, KEYS, RESERVED_NAMES, Shape, shape_of};
use super::locate::{DBT_FILE_NAME, project_file_in};
use super::render::Renderer;
use super::{vars, version};
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::source::{SourceFile, SourceMap, Span};
use crate::yaml::{self, Key, Map, Value, Yaml};

/// A project file as written.
pub(super) struct RawFile {
    source: Arc<SourceFile>,
    name_on_disk: String,
    map: Map,
    span: Span,
}

impl RawFile {
    /// Reads the project file of a folder, shown to people as one of `shown`.
    pub(super) fn read(
        folder: &Path,
        shown: &Path,
        sources: &SourceMap,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let path = project_file_in(folder)?;
        let name_on_disk = path.file_name()?.to_string_lossy().into_owned();
        let text = match files::read_text(&path) {
            Ok(text) => text,
            Err(error) => {
                diagnostics.push(Diagnostic::error("unreadable-file", error.to_string()));
                return None;
            }
        };
        let source = sources.add(shown.join(&name_on_disk), text);
        let yaml = yaml::collect(&source, diagnostics)?;
        let span = yaml.span;
        let kind = yaml.kind();
        if let Value::Map(map) = yaml.value {
            return Some(Self { source, name_on_disk, map, span });
        }
        diagnostics.push(
            Diagnostic::error("project-file", format!("`{name_on_disk}` must be a mapping"))
                .at(span, format!("this is {kind}"))
                .help("begin with `name: my_project`"),
        );
        None
    }

    /// The value of a key, as written; `None` where there is nothing.
    pub(super) fn get(&self, key: &str) -> Option<&Yaml> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// `name` as written.
    pub(super) fn name(&self) -> Option<&str> {
        self.get("name").and_then(Yaml::as_str)
    }

    /// Takes vars that stand in a file of their own. dbt: then none may stand here.
    pub(super) fn adopt_vars(&mut self, (key, vars): (Key, Yaml), diagnostics: &mut Vec<Diagnostic>) {
        if let Some((own, value)) = self.map.entry("vars")
            && !value.as_map().is_none_or(Map::is_empty)
        {
            let message = format!("vars are given in `{}` and in `{}`", self.name_on_disk, vars::FILE);
            let words = format!("Variables cannot be defined in both {} and dbt_project.yml", vars::FILE);
            let finding = Diagnostic::error("vars", message).at(own.span, "").at(key.span, "and here");
            diagnostics.push(finding.known_as(words).help("keep them in one of the two files"));
        }
        self.map.insert(key, vars);
    }

    /// Renders and checks everything. There is no result where the name is unusable.
    pub(super) fn check(self, renderer: &Renderer, diagnostics: &mut Vec<Diagnostic>) -> Option<ProjectFile> {
        let written = Yaml { span: self.span, value: Value::Map(self.map) };
        let finished = renderer.tree(&written, is_kept, diagnostics);
        let (Value::Map(written), Value::Map(mut map)) = (written.value, finished.value) else { return None };
        check_shapes(&mut map, diagnostics);
        let mut reader = Reader { map, diagnostics };
        let (name, span) = reader.name(&self.source)?;
        reader.config_version();
        // The program's own file goes on naming folders.
        if self.name_on_disk == DBT_FILE_NAME {
            reader.moved_to_flags();
        }
        let paths = reader.paths();
        let configs = reader.configs(&written);
        let version = reader.version();
        Some(ProjectFile {
            span,
            name,
            profile: reader.text("profile"),
            paths,
            configs,
            version,
            vars: reader.mapping("vars"),
            flags: reader.mapping("flags"),
            on_run_start: reader.hooks("on-run-start"),
            on_run_end: reader.hooks("on-run-end"),
            rules: reader.rules(),
            source: self.source,
            name_on_disk: self.name_on_disk,
        })
    }
}

/// dbt: hooks, vars and the query comment are rendered later, or never.
fn is_kept(path: &[&str]) -> bool {
    let is_hook = |key: &&str| {
        matches!(key.trim_start_matches(['+', ' ']), "pre-hook" | "post-hook" | "pre_hook" | "post_hook")
    };
    match path.first() {
        Some(&("on-run-start" | "on-run-end" | "query-comment" | "vars" | "name")) => true,
        Some(&("models" | "seeds" | "snapshots" | "tests" | "data_tests")) => path.iter().any(is_hook),
        _ => false,
    }
}

/// Reports unknown keys and values of the wrong shape, and takes both out.
fn check_shapes(map: &mut Map, diagnostics: &mut Vec<Diagnostic>) {
    let mut wrong = Vec::new();
    for (key, value) in map.iter() {
        match shape_of(&key.text) {
            None => {
                diagnostics.push(unknown_key(key));
                wrong.push(key.text.clone());
            }
            Some(shape) if !shape.fits(&key.text, value) => {
                let message = format!("`{}` must be {}", key.text, shape.words());
                let label = format!("this is {}", value.kind());
                let finding = Diagnostic::error("key-type", message).at(value.span, label);
                diagnostics.push(match value.as_str() {
                    Some(text) if shape == Shape::Mapping => finding.known_as(format!(
                        "at path ['{}']: '{text}' is not valid under any of the given schemas",
                        key.text
                    )),
                    _ => finding,
                });
                wrong.push(key.text.clone());
            }
            Some(_) => {}
        }
    }
    for key in wrong {
        map.remove(&key);
    }
}

/// dbt refuses keys that it does not know, and takes no notice of some that it does.
fn unknown_key(key: &Key) -> Diagnostic {
    let message = format!("there is no key `{}`", key.text);
    if IDLE_KEYS.contains(&key.text.as_str()) {
        return Diagnostic::warning("unknown-key", message).at(key.span, "this does nothing");
    }
    let words = format!("Additional properties are not allowed ('{}' was unexpected)", key.text);
    let finding = Diagnostic::error("project-key", message).at(key.span, "").known_as(words);
    finding.suggest(&key.text, KEYS.iter().map(|(name, _)| *name))
}

/// Takes typed values out of a mapping whose shapes were checked.
struct Reader<'a> {
    map: Map,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn get(&self, key: &str) -> Option<&Yaml> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// `version`, which may be written as a number.
    fn version(&mut self) -> Option<String> {
        let value = self.get("version")?;
        let (version, span) = match value.to_json() {
            Json::Null => return None,
            Json::String(text) => (text, value.span),
            number => (number.to_string(), value.span),
        };
        if !version::is_whole(&version) {
            let message = format!("`{version}` is no version of a project");
            let words =
                format!("at path ['version']: '{version}' is not valid under any of the given schemas");
            let finding = Diagnostic::error("project-version", message).at(span, "").known_as(words);
            self.diagnostics.push(finding.help("write two or three numbers, such as `1.0.0`"));
        }
        Some(version)
    }

    fn text(&self, key: &str) -> Option<(String, Span)> {
        self.get(key).and_then(|value| Some((value.as_str()?.to_owned(), value.span)))
    }

    fn texts(&self, key: &str) -> Option<Vec<String>> {
        let texts =
            |items: &[Yaml]| items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect();
        self.get(key).map(|value| match value.as_str() {
            Some(one) => vec![one.to_owned()],
            None => texts(value.as_seq().unwrap_or_default()),
        })
    }

    fn mapping(&self, key: &str) -> Map {
        self.get(key).and_then(Yaml::as_map).cloned().unwrap_or_default()
    }

    fn hooks(&self, key: &str) -> Vec<Yaml> {
        self.get(key).map_or_else(Vec::new, |value| match value.as_seq() {
            Some(items) => items.to_vec(),
            None => vec![value.clone()],
        })
    }

    fn name(&mut self, source: &SourceFile) -> Option<(String, Span)> {
        let Some((name, span)) = self.text("name") else {
            let start = source.range(0, source.text().find('\n').unwrap_or(source.text().len()));
            self.diagnostics.push(
                Diagnostic::error("project-name", "the project has no `name`")
                    .at(start, "")
                    .help("add `name: my_project`"),
            );
            return None;
        };
        let starts_well = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let finding = if !starts_well || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            let message = format!("the project name `{name}` is not made of letters, digits and `_`");
            Diagnostic::error("project-name", message)
                .at(span, "")
                .help(format!("call it `{}`", suggested_name(&name)))
        } else if RESERVED_NAMES.contains(&name.as_str()) {
            let message = format!("the project name `{name}` means something else in templates");
            Diagnostic::error("project-name", message).at(span, "").help("choose another name")
        } else {
            return Some((name, span));
        };
        self.diagnostics.push(finding);
        None
    }

    fn config_version(&mut self) {
        if let Some(value) = self.get("config-version")
            && !matches!(value.value, Value::Int(2) | Value::Float(2.0))
        {
            let finding =
                Diagnostic::error("config-version", "`config-version` must be 2").at(value.span, "");
            self.diagnostics.push(finding);
        }
    }

    /// The paths under a key, or under the name that it had in old projects.
    fn renamed(&mut self, key: &str, old: &str) -> Option<Vec<String>> {
        if let Some((old_key, _)) = self.map.entry(old) {
            let finding = if self.map.contains(key) {
                Diagnostic::error("renamed-key", format!("`{old}` and `{key}` are the same, both are given"))
            } else {
                let code = if old == "data-paths" { "renamed-seed-paths" } else { "renamed-key" };
                Diagnostic::warning(code, format!("`{old}` is now called `{key}`"))
            };
            let finding =
                finding.at(old_key.span, "").known_as(format!("The `{old}` config has been renamed"));
            self.diagnostics.push(finding.help(format!("use `{key}`")));
        }
        self.texts(key).or_else(|| self.texts(old))
    }

    /// A folder that a flag of the command should name, where the file names another than the usual one.
    fn moved_to_flag(&mut self, key: &str, usual: &str, (code, variable): (&'static str, &str)) {
        let Some((path, span)) = self.text(key).filter(|(path, _)| path != usual) else { return };
        let finding =
            Diagnostic::warning(code, format!("`{key}` will no longer be read from the project file"))
                .at(span, format!("`{path}`, not `{usual}`"))
                .known_as(format!("The `{key}` config in `dbt_project.yml` has been deprecated"))
                .help(format!("use the flag `--{key}` or the environment variable `{variable}`"));
        self.diagnostics.push(finding);
    }

    fn moved_to_flags(&mut self) {
        self.moved_to_flag("target-path", "target", ("old-target-path", "DBT_TARGET_PATH"));
        self.moved_to_flag("log-path", "logs", ("old-log-path", "DBT_LOG_PATH"));
    }

    fn paths(&mut self) -> Paths {
        let or =
            |paths: Option<Vec<String>>, default: &str| paths.unwrap_or_else(|| vec![default.to_owned()]);
        let models = or(self.renamed("model-paths", "source-paths"), "models");
        let seeds = or(self.renamed("seed-paths", "data-paths"), "seeds");
        let folders = |key: &str, default: &str| or(self.texts(key), default);
        let one =
            |key: &str, default: &str| self.text(key).map_or_else(|| default.to_owned(), |(path, _)| path);
        let (tests, analyses) = (folders("test-paths", "tests"), folders("analysis-paths", "analyses"));
        let (macros, snapshots) = (folders("macro-paths", "macros"), folders("snapshot-paths", "snapshots"));
        let functions = folders("function-paths", "functions");
        let all = || {
            let lists = [&models, &seeds, &tests, &analyses, &macros, &snapshots, &functions];
            lists.into_iter().flatten().cloned().collect()
        };
        let target = one("target-path", "target");
        Paths {
            docs: self.texts("docs-paths").unwrap_or_else(all),
            assets: self.texts("asset-paths").unwrap_or_default(),
            clean_targets: self.texts("clean-targets").unwrap_or_else(|| vec![target.clone()]),
            log: one("log-path", "logs"),
            packages: one("packages-install-path", "dbt_packages"),
            target,
            models,
            seeds,
            tests,
            analyses,
            macros,
            snapshots,
            functions,
        }
    }

    /// dbt: `tests` is the old name of `data_tests`.
    fn configs(&mut self, written: &Map) -> BTreeMap<&'static str, ConfigTree> {
        if let Some((key, _)) = self.map.entry("tests").filter(|_| self.map.contains("data_tests")) {
            self.diagnostics.push(
                Diagnostic::error("renamed-key", "`tests` and `data_tests` are the same, both are given")
                    .at(key.span, "")
                    .known_as("Invalid project config: cannot have both 'tests' and 'data_tests' defined")
                    .help("use `data_tests`"),
            );
        }
        let tree = |name: &'static str| {
            let old = if name == "data_tests" { "tests" } else { name };
            let (key, value) = self.map.entry(name).or_else(|| self.map.entry(old))?;
            let unrendered = written.get(&key.text).and_then(Yaml::as_map).cloned().unwrap_or_default();
            let rendered = value.as_map().cloned().unwrap_or_default();
            Some((name, ConfigTree { key: key.span, rendered, unrendered }))
        };
        CONFIG_TREES.iter().filter_map(|name| tree(name)).collect()
    }

    fn rules(&mut self) -> Rules {
        Rules {
            quoting: self.quoting(),
            dispatch: self.dispatch(),
            query_comment: self.query_comment(),
            restrict_access: self.get("restrict-access").and_then(Yaml::as_bool).unwrap_or(false),
            require_dbt_version: self
                .texts("require-dbt-version")
                .zip(self.get("require-dbt-version").map(|value| value.span)),
        }
    }

    fn quoting(&mut self) -> BTreeMap<String, bool> {
        const PARTS: [&str; 5] = ["database", "project", "schema", "identifier", "snowflake_ignore_case"];
        let mut quoting = BTreeMap::new();
        for (key, value) in self.mapping("quoting") {
            let name = if key.text == "project" { "database" } else { key.text.as_str() };
            if !PARTS.contains(&name) {
                let finding = Diagnostic::error("project-key", format!("`quoting` has no part `{name}`"));
                self.diagnostics.push(finding.at(key.span, "").suggest(name, PARTS));
            } else if let Some(flag) = value.as_bool() {
                quoting.insert(name.to_owned(), flag);
            } else if !value.is_null() {
                self.wrong(&key, &value, "true or false");
            }
        }
        quoting
    }

    fn dispatch(&mut self) -> Vec<Dispatch> {
        let items: Vec<Yaml> = self.get("dispatch").and_then(Yaml::as_seq).unwrap_or_default().to_vec();
        let entries = items.iter().filter_map(|item| {
            let map = item.as_map()?;
            let order = map.get("search_order").and_then(Yaml::as_seq);
            if let (Some(namespace), Some(order)) = (map.get("macro_namespace"), order) {
                let search_order = order.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
                // dbt: a namespace that is no text is none that a macro could ask for.
                return Some(Dispatch { namespace: namespace.as_str()?.to_owned(), search_order });
            }
            self.diagnostics.push(
                Diagnostic::error(
                    "dispatch",
                    "an entry of `dispatch` needs `macro_namespace` and the list `search_order`",
                )
                .at(item.span, ""),
            );
            None
        });
        entries.collect()
    }

    /// dbt: an empty or false comment means none at all.
    fn query_comment(&mut self) -> QueryComment {
        let entry = self.map.entry("query-comment").map(|(key, value)| (key.clone(), value.clone()));
        let Some((key, value)) = entry else { return QueryComment::default() };
        let none = Yaml { span: value.span, value: Value::String(String::new()) };
        match &value.value {
            Value::String(_) => QueryComment { comment: Some(value.clone()), append: false },
            Value::Map(map) => {
                let unknown = map.keys().find(|name| !["comment", "append", "job-label"].contains(name));
                if let Some(name) = unknown {
                    let message = format!("`query-comment` has no key `{name}`");
                    self.diagnostics.push(Diagnostic::error("project-key", message).at(key.span, ""));
                }
                for (part, fits, words) in COMMENT_PARTS {
                    if let Some((_, wrong)) = map.entry(part).filter(|(_, value)| !fits(&value.value)) {
                        let message = format!("`{part}` of `query-comment` must be {words}");
                        let label = format!("this is {}", wrong.kind());
                        self.diagnostics.push(Diagnostic::error("key-type", message).at(wrong.span, label));
                    }
                }
                let comment = map.get("comment").filter(|comment| comment.as_str().is_some()).cloned();
                QueryComment { comment, append: map.get("append").and_then(Yaml::as_bool).unwrap_or(false) }
            }
            Value::Null | Value::Bool(false) => QueryComment { comment: Some(none), append: false },
            _ => {
                self.wrong(&key, &value, "a text, a mapping with `comment` and `append`, or false");
                QueryComment::default()
            }
        }
    }

    fn wrong(&mut self, key: &Key, value: &Yaml, words: &str) {
        let message = format!("`{}` must be {words}", key.text);
        let label = format!("this is {}", value.kind());
        self.diagnostics.push(Diagnostic::error("key-type", message).at(value.span, label));
    }
}

type Fits = fn(&Value) -> bool;

/// What may stand in `query-comment`.
const COMMENT_PARTS: [(&str, Fits, &str); 3] = [
    ("comment", |value| matches!(value, Value::String(_)), "a text"),
    ("append", |value| matches!(value, Value::Bool(_) | Value::Null), "true or false"),
    ("job-label", |value| matches!(value, Value::Bool(_)), "true or false"),
];

/// A usable name like the given one.
fn suggested_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
    let starts_well = plain.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if starts_well { plain } else { format!("_{plain}") }
}

#[cfg(test)]
mod tests;
