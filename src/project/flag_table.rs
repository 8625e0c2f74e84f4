//! Every flag with dbt's default.

use serde_json::{Value as Json, json};

/// What a flag's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Flag,
    Number,
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A mapping, or its YAML text in an environment variable.
    Mapping,
}

/// One flag.
pub(super) struct FlagSpec {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    default: Default,
    /// Where it can be set besides the command line.
    pub(super) scope: Scope,
}

/// Where a flag can be set besides the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// An environment variable.
    Environment,
    /// An environment variable, or `flags:` in the project file.
    Everywhere,
    /// `flags:` in the project file alone: dbt's behaviour changes.
    Project,
}

#[derive(Debug, Clone, Copy)]
enum Default {
    Off,
    On,
    Word(&'static str),
    Number(u64),
    Nothing,
}

impl FlagSpec {
    pub(super) fn default(&self) -> Json {
        match self.default {
            Default::Off => json!(false),
            Default::On => json!(true),
            Default::Word(word) => json!(word),
            Default::Number(number) => json!(number),
            Default::Nothing => Json::Null,
        }
    }
}

const fn flag(name: &'static str, default: Default, scope: Scope) -> FlagSpec {
    FlagSpec { name, kind: Kind::Flag, default, scope }
}

const fn text(name: &'static str) -> FlagSpec {
    FlagSpec { name, kind: Kind::Text, default: Default::Nothing, scope: Scope::Environment }
}

const fn word(name: &'static str, words: &'static [&'static str], default: &'static str) -> FlagSpec {
    FlagSpec { name, kind: Kind::Word(words), default: Default::Word(default), scope: Scope::Everywhere }
}

const INDIRECT_SELECTION: &[&str] = &["eager", "cautious", "buildable", "empty"];
const LOG_FORMATS: &[&str] = &["text", "debug", "json", "default"];
const LOG_LEVELS: &[&str] = &["debug", "info", "warn", "error", "none"];

/// The flags that `run_results.json` tells only where they are on.
pub(super) const TOLD_WHEN_ON: &[&str] = &[
    "debug",
    "fail_fast",
    "full_refresh",
    "log_cache_events",
    "store_failures",
    "use_experimental_parser",
    "warn_error",
];

/// Variables of old that still count, before the flag's own and the command line.
pub(super) const OLD_VARIABLES: &[(&str, &str)] = &[
    ("defer", "DBT_DEFER_TO_STATE"),
    ("favor_state", "DBT_FAVOR_STATE_MODE"),
    ("print", "DBT_NO_PRINT"),
    ("state", "DBT_ARTIFACT_STATE_PATH"),
];

/// How the environment variables of dbt's settings begin.
pub(super) const PREFIX: &str = "DBT_ENGINE_";

/// Settings that are no flags and have a variable all the same, in lower case.
pub(super) const OTHER_VARIABLES: &[&str] = &[
    "artifact_state_path",
    "clean_project_files_only",
    "defer_to_state",
    "download_dir",
    "exclude_resource_types",
    "export_saved_queries",
    "favor_state_mode",
    "host",
    "include_saved_query",
    "invocation_env",
    "no_print",
    "package_hub_url",
    "partial_parse_file_diff",
    "partial_parse_file_path",
    "pp_file_diff_test",
    "pp_test",
    "profile",
    "profiles_dir",
    "project_dir",
    "recorded_file_path",
    "resource_types",
    "show_resource_report",
    "single_threaded",
    "sqlparse",
    "target",
    "test_state_modified",
    "threads",
    "upload_to_artifacts_ingest_api",
    "use_fast_test_edges",
    "vars",
];

/// All flags, in the order of their names. Defaults are those of dbt 1.11.
pub(super) const FLAGS: &[FlagSpec] = &[
    // dbt 1.12. Nothing is told of it where nobody sets it.
    flag("allow_jinja_file_extensions", Default::Nothing, Scope::Project),
    flag("cache_selected_only", Default::Off, Scope::Everywhere),
    flag("debug", Default::Off, Scope::Everywhere),
    flag("defer", Default::Off, Scope::Environment),
    text("defer_state"),
    flag("empty", Default::Off, Scope::Environment),
    text("event_time_end"),
    text("event_time_start"),
    flag("fail_fast", Default::Off, Scope::Everywhere),
    flag("favor_state", Default::Off, Scope::Environment),
    flag("full_refresh", Default::Off, Scope::Environment),
    word("indirect_selection", INDIRECT_SELECTION, "eager"),
    flag("introspect", Default::On, Scope::Environment),
    // dbt 1.12. Nothing is told of it where nobody sets it.
    flag("latest_version_pointer_enabled_by_default", Default::Nothing, Scope::Project),
    flag("log_cache_events", Default::Off, Scope::Environment),
    FlagSpec {
        name: "log_file_max_bytes",
        kind: Kind::Number,
        default: Default::Number(10 << 20),
        scope: Scope::Environment,
    },
    word("log_format", LOG_FORMATS, "default"),
    word("log_format_file", LOG_FORMATS, "debug"),
    word("log_level", LOG_LEVELS, "info"),
    word("log_level_file", LOG_LEVELS, "debug"),
    text("log_path"),
    flag("macro_debugging", Default::Off, Scope::Environment),
    flag("partial_parse", Default::On, Scope::Everywhere),
    flag("populate_cache", Default::On, Scope::Everywhere),
    flag("print", Default::On, Scope::Environment),
    FlagSpec {
        name: "printer_width",
        kind: Kind::Number,
        default: Default::Number(80),
        scope: Scope::Everywhere,
    },
    flag("quiet", Default::Off, Scope::Environment),
    flag("require_all_warnings_handled_by_warn_error", Default::Off, Scope::Project),
    flag("require_batched_execution_for_custom_microbatch_strategy", Default::Off, Scope::Project),
    flag("require_event_names_in_deprecations", Default::Off, Scope::Project),
    flag("require_explicit_package_overrides_for_builtin_materializations", Default::On, Scope::Project),
    flag("require_generic_test_arguments_property", Default::On, Scope::Project),
    flag("require_nested_cumulative_type_params", Default::Off, Scope::Project),
    flag("require_ref_searches_node_package_before_root", Default::Off, Scope::Project),
    flag("require_resource_names_without_spaces", Default::On, Scope::Project),
    flag("require_unique_project_resource_names", Default::Off, Scope::Project),
    flag("require_yaml_configuration_for_mf_time_spines", Default::Off, Scope::Project),
    text("sample"),
    flag("send_anonymous_usage_stats", Default::Off, Scope::Everywhere),
    flag("show_all_deprecations", Default::Off, Scope::Environment),
    flag("skip_nodes_if_on_run_start_fails", Default::Off, Scope::Project),
    flag("source_freshness_run_project_hooks", Default::On, Scope::Project),
    text("state"),
    flag("state_modified_compare_more_unrendered_values", Default::Off, Scope::Project),
    flag("state_modified_compare_vars", Default::Off, Scope::Project),
    flag("static_parser", Default::On, Scope::Everywhere),
    flag("store_failures", Default::Off, Scope::Environment),
    text("target_path"),
    flag("use_colors", Default::On, Scope::Everywhere),
    flag("use_colors_file", Default::On, Scope::Everywhere),
    flag("use_experimental_parser", Default::Off, Scope::Everywhere),
    flag("validate_macro_args", Default::Off, Scope::Project),
    flag("version_check", Default::On, Scope::Everywhere),
    flag("warn_error", Default::Off, Scope::Everywhere),
    FlagSpec {
        name: "warn_error_options",
        kind: Kind::Mapping,
        default: Default::Nothing,
        scope: Scope::Everywhere,
    },
    flag("write_json", Default::On, Scope::Everywhere),
];

/// The flag of this name.
pub(super) fn spec(name: &str) -> Option<&'static FlagSpec> {
    FLAGS.iter().find(|flag| flag.name == name)
}
