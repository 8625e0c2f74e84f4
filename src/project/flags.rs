//! Flags: what was asked for, and where.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::flag_table::{FLAGS, FlagSpec, Kind, Scope, TOLD_WHEN_ON, spec};
use super::request::variable;
use super::variables::{denies, old_variable, renamed_variables, unknown_variables};
use super::warn_options;
use crate::adapter::BEHAVIOR_FLAGS;
use crate::diagnostics::{Diagnostic, Severity};
use crate::host::Environment;
use crate::source::SourceMap;
use crate::yaml;

/// Where a setting comes from; a later one of these wins over an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The default.
    Default,
    /// `flags:` in the project file.
    Project,
    /// An environment variable, by name.
    Environment(String),
    /// The command line.
    CommandLine,
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The value; its type was checked.
    pub value: Json,
    /// Where it was set.
    pub origin: Origin,
}

/// All flags, behaviour flags included, by name with underscores.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    settings: IndexMap<String, Setting>,
    /// Those of adapters, which only `adapter.behavior` tells of.
    of_adapters: IndexMap<&'static str, bool>,
}

impl Flags {
    /// A flag's value and origin; `None` for a name that is no flag.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// A flag's value; null for a name that is no flag.
    #[must_use]
    pub fn get(&self, name: &str) -> &Json {
        self.settings.get(name).map_or(&Json::Null, |setting| &setting.value)
    }

    /// Whether a flag is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name).as_bool().unwrap_or(false)
    }

    /// Whether a behaviour flag is on, be it the project's or an adapter's.
    #[must_use]
    pub fn changes_behavior(&self, name: &str) -> bool {
        self.of_adapters.get(name).copied().unwrap_or_else(|| self.is_on(name))
    }

    /// A flag's text, where it has one.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).as_str()
    }

    /// All flags.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.settings.iter().map(|(name, setting)| (name.as_str(), setting))
    }

    /// The flags as `run_results.json` and `invocation_args_dict` tell them.
    ///
    /// dbt: nulls are left out, and so is what is off and mostly is.
    #[must_use]
    pub fn arguments(&self) -> Map<String, Json> {
        let is_told = |name: &str, value: &Json| {
            !(value.is_null() || *value == Json::Bool(false) && TOLD_WHEN_ON.contains(&name))
        };
        let told = self.settings.iter().filter(|(name, setting)| is_told(name, &setting.value));
        let mut told: Map<String, Json> =
            told.map(|(name, setting)| (name.clone(), setting.value.clone())).collect();
        told.entry("warn_error_options").or_insert_with(|| json!({"error": [], "warn": [], "silence": []}));
        told
    }

    /// The flags of an invocation. Findings about values of the wrong type and
    /// names in `flags:` that are no flags are added to `diagnostics`.
    pub(super) fn of(
        command_line: &Map<String, Json>,
        environment: &Environment,
        project: &yaml::Map,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut flags = Self::default();
        for spec in FLAGS {
            flags.set(spec.name, spec.default(), Origin::Default);
        }
        flags.take_project(project, diagnostics);
        for spec in FLAGS.iter().filter(|spec| spec.scope != Scope::Project) {
            flags.take_variable(spec, variable(environment, spec.name), diagnostics);
        }
        for (name, value) in command_line {
            flags.set(name, value.clone(), Origin::CommandLine);
        }
        // dbt: what an old name says counts before all else.
        for spec in FLAGS.iter().filter(|spec| spec.scope != Scope::Project) {
            flags.take_variable(spec, old_variable(environment, spec), diagnostics);
        }
        flags.follow();
        diagnostics.extend(warn_options::check(&flags));
        diagnostics.extend(renamed_variables(environment));
        diagnostics.extend(unknown_variables(environment));
        flags
    }

    pub(super) fn set(&mut self, name: &str, value: Json, origin: Origin) {
        self.settings.insert(name.to_owned(), Setting { value, origin });
    }

    fn take_project(&mut self, project: &yaml::Map, diagnostics: &mut Vec<Diagnostic>) {
        let misfits: Vec<Diagnostic> = project.iter().filter_map(misfit).collect();
        if !misfits.is_empty() {
            diagnostics.extend(misfits);
            return;
        }
        for (key, value) in project.iter() {
            let json = value.to_json();
            if let Some(name) = BEHAVIOR_FLAGS.iter().find(|name| **name == key.text) {
                match json.as_bool() {
                    Some(is_on) => drop(self.of_adapters.insert(name, is_on)),
                    None if json.is_null() => {}
                    None => diagnostics.push(wrong_type(key, value, Kind::Flag)),
                }
                continue;
            }
            let known = spec(&key.text).filter(|spec| spec.scope != Scope::Environment);
            let Some(spec) = known else {
                let known = FLAGS.iter().filter(|spec| spec.scope != Scope::Environment);
                let names = known.map(|spec| spec.name).chain(BEHAVIOR_FLAGS.iter().copied());
                diagnostics.push(
                    Diagnostic::warning("unknown-flag", format!("there is no flag `{}`", key.text))
                        .at(key.span, "this does nothing")
                        .suggest(&key.text, names),
                );
                continue;
            };
            if json.is_null() && spec.kind != Kind::Mapping {
                continue;
            }
            if spec.kind.admits(&json) {
                self.set(spec.name, without_fraction(json), Origin::Project);
            } else if spec.name.starts_with("log_format") {
                // dbt: a form that it does not know is the usual one.
                let finding = wrong_type(key, value, spec.kind);
                diagnostics.push(Diagnostic { severity: Severity::Warning, ..finding });
            } else {
                diagnostics.push(wrong_type(key, value, spec.kind));
            }
        }
    }

    fn take_variable(
        &mut self,
        spec: &FlagSpec,
        said: Option<(String, &str)>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some((name, text)) = said else { return };
        match spec.kind.read(text) {
            Some(Json::Bool(value)) if denies(&name) => {
                self.set(spec.name, (!value).into(), Origin::Environment(name));
            }
            Some(value) => self.set(spec.name, value, Origin::Environment(name)),
            None => diagnostics.push(Diagnostic::error(
                "flag-type",
                format!("the environment variable `{name}` must be {}, not `{text}`", spec.kind.words()),
            )),
        }
    }

    /// dbt: what goes to the log file follows what goes to the console, where
    /// only the latter was said.
    fn follow(&mut self) {
        for lead in ["use_colors", "log_level", "log_format"] {
            let follower = format!("{lead}_file");
            let is_default = |flags: &Self, name: &str| {
                flags.setting(name).is_none_or(|found| found.origin == Origin::Default)
            };
            if is_default(self, &follower)
                && !is_default(self, lead)
                && let Some(setting) = self.settings.get(lead).cloned()
            {
                self.settings.insert(follower, setting);
            }
        }
    }
}

/// dbt: of a number counts what stands before the point.
fn without_fraction(value: Json) -> Json {
    if !value.is_f64() {
        return value;
    }
    let text = value.to_string();
    text.split('.').next().and_then(|whole| whole.parse::<i64>().ok()).map_or(value, Json::from)
}

/// A warning for a flag whose value has not its type.
fn misfit((key, value): (&yaml::Key, &yaml::Yaml)) -> Option<Diagnostic> {
    let spec = spec(&key.text).filter(|spec| spec.scope != Scope::Environment)?;
    if spec.kind.has_type(&value.to_json(), spec.scope == Scope::Project) {
        return None;
    }
    let message = match value.as_map() {
        Some(_) if matches!(spec.kind, Kind::Mapping) => {
            format!("`{}` must hold texts and lists of texts", key.text)
        }
        _ => format!("`{}` must be {}, this is {}", key.text, spec.kind.words(), value.kind()),
    };
    let finding = Diagnostic::warning("flag-type", format!("no flag of the project file counts: {message}"));
    Some(
        finding
            .at(value.span, "")
            .note("dbt takes them all or none of them")
            .help("correct it, or leave it out"),
    )
}

fn wrong_type(key: &yaml::Key, value: &yaml::Yaml, kind: Kind) -> Diagnostic {
    let message = format!("the flag `{}` must be {}, this is {}", key.text, kind.words(), value.kind());
    Diagnostic::error("flag-type", message).at(value.span, "")
}

impl Kind {
    /// Whether dbt reads `flags:` with such a value; of a behaviour it wants to know one.
    fn has_type(self, value: &Json, is_behavior: bool) -> bool {
        let is_texts = |value: &Json| {
            let is_list = || value.as_array().is_some_and(|items| items.iter().all(Json::is_string));
            value.is_null() || value.is_string() || is_list()
        };
        match self {
            _ if value.is_null() => !is_behavior,
            Self::Flag => value.is_boolean(),
            Self::Number => value.is_number(),
            Self::Text | Self::Word(_) => value.is_string(),
            Self::Mapping => value.as_object().is_none_or(|options| options.values().all(is_texts)),
        }
    }

    fn admits(self, value: &Json) -> bool {
        match self {
            Self::Flag => value.is_boolean(),
            Self::Number => value.is_number(),
            Self::Text => value.is_string(),
            Self::Word(words) => {
                value.as_str().is_some_and(|word| words.contains(&word.to_lowercase().as_str()))
            }
            Self::Mapping => value.is_object(),
        }
    }

    /// The value of an environment variable.
    fn read(self, text: &str) -> Option<Json> {
        match self {
            Self::Flag => match text.to_lowercase().as_str() {
                "1" | "true" | "t" | "yes" | "y" | "on" => Some(Json::Bool(true)),
                "0" | "false" | "f" | "no" | "n" | "off" => Some(Json::Bool(false)),
                _ => None,
            },
            Self::Number => text.parse::<i64>().ok().map(Json::from),
            Self::Text => Some(Json::from(text)),
            Self::Word(_) => Some(Json::from(text.to_lowercase())).filter(|value| self.admits(value)),
            Self::Mapping => {
                let file = SourceMap::new().add("environment", text);
                yaml::parse(&file).ok().map(|yaml| yaml.to_json()).filter(Json::is_object)
            }
        }
    }

    fn words(self) -> String {
        match self {
            Self::Flag => "true or false".to_owned(),
            Self::Number => "a whole number".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Word(words) => format!("one of `{}`", words.join("`, `")),
            Self::Mapping => "a mapping".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(command_line: &Json, environment: &[(&str, &str)], project: &str) -> (Flags, Vec<Diagnostic>) {
        let file = SourceMap::new().add("dbt_project.yml", project);
        let project = yaml::parse(&file).unwrap();
        let environment: Environment = environment.iter().copied().collect();
        let mut diagnostics = Vec::new();
        let empty = yaml::Map::default();
        let flags = Flags::of(
            command_line.as_object().unwrap(),
            &environment,
            project.as_map().unwrap_or(&empty),
            &mut diagnostics,
        );
        (flags, diagnostics)
    }

    #[test]
    fn the_nearest_setting_wins_and_is_remembered() {
        let project = "fail_fast: true\nprinter_width: 100\nindirect_selection: cautious\n";
        let environment = [
            ("DBT_PRINTER_WIDTH", "120"),
            ("DBT_ENGINE_QUIET", "1"),
            ("DBT_QUIET", "0"),
            ("DBT_ARTIFACT_STATE_PATH", "prod"),
            ("DBT_STATE", "dev"),
            ("DBT_NO_PRINT", "1"),
        ];
        let (flags, found) = flags(
            &json!({"indirect_selection": "empty", "print": true, "threads": 4}),
            &environment,
            project,
        );
        let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["renamed-variable"; 2], "of `state` and `print`");
        let check = |name: &str, value: Json, origin: Origin| {
            assert_eq!(flags.setting(name), Some(&Setting { value, origin }), "{name}");
        };
        check("fail_fast", json!(true), Origin::Project);
        check("printer_width", json!(120), Origin::Environment("DBT_PRINTER_WIDTH".to_owned()));
        check("quiet", json!(true), Origin::Environment("DBT_ENGINE_QUIET".to_owned()));
        check("indirect_selection", json!("empty"), Origin::CommandLine);
        check("threads", json!(4), Origin::CommandLine);
        check("write_json", json!(true), Origin::Default);
        check("print", json!(false), Origin::Environment("DBT_NO_PRINT".to_owned()));
        check("state", json!("prod"), Origin::Environment("DBT_ARTIFACT_STATE_PATH".to_owned()));
        assert!(flags.is_on("require_generic_test_arguments_property"));
        assert!(!flags.is_on("no_such_flag"));
    }

    #[test]
    fn wrong_settings_are_found() {
        let check = |environment: &[(&str, &str)], project: &str, code: &str, is_error: bool| {
            let (_, found) = flags(&json!({}), environment, project);
            assert_eq!(found.len(), 1, "{project} {found:?}");
            assert_eq!((found[0].code, found[0].is_error()), (code, is_error), "{project}");
        };
        check(&[], "fail_fsat: true", "unknown-flag", false);
        check(&[], "full_refresh: true", "unknown-flag", false);
        check(&[], "fail_fast: 'false'", "flag-type", false);
        check(&[], "fail_fast: 0\nuse_colors: false", "flag-type", false);
        check(&[], "require_resource_names_without_spaces:", "flag-type", false);
        check(&[], "warn_error_options: {error: 1}", "flag-type", false);
        check(&[], "warn_error_options:", "flag-type", true);
        check(&[], "indirect_selection: some", "flag-type", true);
        check(&[("DBT_FAIL_FAST", "maybe")], "", "flag-type", true);
        check(&[("DBT_WARN_ERROR", "1")], "warn_error_options: {error: all}", "flags", true);
        check(&[("DBT_ENGINE_FAIL_FSAT", "1"), ("DBT_ENGINE_THREADS", "2")], "", "unknown-variable", false);
        check(&[("DBT_ENGINE_FAIL_FAST", "x"), ("DBT_ENGINE_PROFILES_DIR", "x")], "", "flag-type", true);
    }

    /// dbt: one that cannot be read, and all of them are at their defaults.
    #[test]
    fn flags_of_a_project_count_together() {
        let flags = |fail_fast: &str| {
            let project = format!("write_json: false\nfail_fast: {fail_fast}\nuse_colors: false\n");
            let (flags, _) = flags(&json!({}), &[("DBT_USE_COLORS", "0")], &project);
            ["write_json", "fail_fast", "use_colors"].map(|name| flags.is_on(name))
        };
        assert_eq!(flags("true"), [false, true, false]);
        assert_eq!(flags("'true'"), [true, false, false]);
        let (_, found) = super::tests::flags(&json!({}), &[], "warn_error_options: {error: 1}");
        let told: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        let words =
            "no flag of the project file counts: `warn_error_options` must hold texts and lists of texts";
        assert_eq!(told, [words]);
    }

    #[test]
    fn arguments_are_told_as_dbt_tells_them() {
        let told = flags(&json!({"full_refresh": true}), &[], "").0.arguments();
        assert_eq!(told.get("full_refresh"), Some(&json!(true)));
        assert_eq!(told.get("defer"), Some(&json!(false)));
        assert_eq!(told.get("warn_error_options"), Some(&json!({"error": [], "warn": [], "silence": []})));
        let left_out = ["fail_fast", "warn_error", "store_failures", "debug", "state", "target_path"];
        assert_eq!(left_out.map(|name| told.get(name)), [None; 6]);
    }

    #[test]
    fn the_log_file_follows_the_console() {
        let level =
            |environment: &[(&str, &str)]| flags(&json!({}), environment, "").0.get("log_level_file").clone();
        assert_eq!(level(&[]), json!("debug"));
        assert_eq!(level(&[("DBT_LOG_LEVEL", "WARN")]), json!("warn"));
        assert_eq!(level(&[("DBT_LOG_LEVEL", "warn"), ("DBT_LOG_LEVEL_FILE", "error")]), json!("error"));
    }
}
