//! Flags that every command takes, before or after its name.

use std::path::PathBuf;
use std::str::FromStr;

use clap::ArgAction;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Map, Value as Json};

use crate::source::SourceMap;
use crate::yaml;

/// The ways in which tests come along with what is selected.
pub(crate) const INDIRECT_SELECTION: &[&str] = &["eager", "cautious", "buildable", "empty"];
const LOG_FORMATS: &[&str] = &["default", "text", "json", "debug"];
const LOG_LEVELS: &[&str] = &["debug", "info", "warn", "error", "none"];

/// One of some words in upper or lower case; the latter is read.
pub(crate) fn one_of(words: &'static [&'static str]) -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(words).map(|word: String| word.to_lowercase())
}

/// Flags that every command takes.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Options for every command")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag with its negative form")]
pub(crate) struct Global {
    /// Look for the project here instead of in this folder and those above it
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) project_dir: Option<PathBuf>,
    /// Look for `profiles.yml` here first
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) profiles_dir: Option<PathBuf>,
    /// Use this profile instead of the one that the project names
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Use this target of the profile
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) target: Option<String>,
    /// Set variables, as YAML: `{start_date: 2024-01-01}`
    #[arg(long, global = true, value_name = "YAML")]
    pub(crate) vars: Option<String>,
    /// Run up to this many nodes at the same time
    #[arg(long, global = true, value_name = "N", allow_negative_numbers = true, value_parser = whole_number::<usize>)]
    pub(crate) threads: Option<usize>,
    /// Write artifacts and compiled SQL here
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) target_path: Option<PathBuf>,
    /// Write the log file here
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) log_path: Option<PathBuf>,
    /// Print only errors and answers
    #[arg(short, long, global = true, overrides_with = "no_quiet")]
    pub(crate) quiet: bool,
    #[arg(long, global = true, hide = true, overrides_with = "quiet")]
    pub(crate) no_quiet: bool,
    /// Print everything that happens, every statement too
    #[arg(short, long, global = true, overrides_with = "no_debug")]
    pub(crate) debug: bool,
    #[arg(long, global = true, hide = true, overrides_with = "debug")]
    pub(crate) no_debug: bool,
    /// How messages look: text for people, json with one object a line
    #[arg(long, global = true, value_name = "FORMAT", ignore_case = true, value_parser = one_of(LOG_FORMATS))]
    pub(crate) log_format: Option<String>,
    /// How lines of the log file look
    #[arg(long, global = true, value_name = "FORMAT", ignore_case = true, value_parser = one_of(LOG_FORMATS))]
    pub(crate) log_format_file: Option<String>,
    /// Print messages from this level up
    #[arg(long, global = true, value_name = "LEVEL", ignore_case = true, value_parser = one_of(LOG_LEVELS))]
    pub(crate) log_level: Option<String>,
    /// Log messages from this level up; `none` writes no log file
    #[arg(long, global = true, value_name = "LEVEL", ignore_case = true, value_parser = one_of(LOG_LEVELS))]
    pub(crate) log_level_file: Option<String>,
    /// Put the log file aside before it gets longer; 0 is no limit
    #[arg(long, global = true, hide = true, value_name = "BYTES", allow_negative_numbers = true, value_parser = whole_number::<i64>)]
    pub(crate) log_file_max_bytes: Option<i64>,
    /// Where the status stands in a line of dbt's
    #[arg(long, global = true, hide = true, value_name = "N", allow_negative_numbers = true, value_parser = whole_number::<i64>)]
    pub(crate) printer_width: Option<i64>,
    /// A file of dbt's that says what it understood: it must be there, and is not read
    #[arg(long, global = true, hide = true, value_name = "FILE")]
    pub(crate) partial_parse_file_path: Option<PathBuf>,
    /// Use colours even where the output is not a terminal
    #[arg(long, global = true, overrides_with = "no_use_colors")]
    pub(crate) use_colors: bool,
    /// Use no colours
    #[arg(long, global = true, overrides_with = "use_colors")]
    pub(crate) no_use_colors: bool,
    /// Compare with the artifacts in this folder: state:modified, result:error; with --defer, read from there
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Read what is not built here from where the manifest in the --state folder says it is
    #[arg(long, global = true, overrides_with = "no_defer")]
    pub(crate) defer: bool,
    #[arg(long, global = true, hide = true, overrides_with = "defer")]
    pub(crate) no_defer: bool,
    /// Take this folder instead of --state for --defer
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) defer_state: Option<PathBuf>,
    /// With --defer: read everything that is not selected from there, also what is built here
    #[arg(long, global = true, overrides_with = "no_favor_state")]
    pub(crate) favor_state: bool,
    #[arg(long, global = true, hide = true, overrides_with = "favor_state")]
    pub(crate) no_favor_state: bool,
    /// Treat warnings as errors
    #[arg(long, global = true, overrides_with = "no_warn_error")]
    pub(crate) warn_error: bool,
    #[arg(long, global = true, hide = true, overrides_with = "warn_error")]
    pub(crate) no_warn_error: bool,
    /// Treat warnings as errors, as YAML: `{error: all}`
    #[arg(long, global = true, hide = true, value_name = "YAML", value_parser = mapping)]
    pub(crate) warn_error_options: Option<Json>,
    /// Stop at the first failure
    #[arg(short = 'x', long, global = true, overrides_with = "no_fail_fast")]
    pub(crate) fail_fast: bool,
    #[arg(long, global = true, hide = true, overrides_with = "fail_fast")]
    pub(crate) no_fail_fast: bool,
    /// Tell on stderr where the time of the command went
    #[arg(long, global = true)]
    pub(crate) timings: bool,
    /// Write no artifacts
    #[arg(long, global = true, overrides_with = "write_json")]
    pub(crate) no_write_json: bool,
    #[arg(long, global = true, hide = true, overrides_with = "no_write_json")]
    pub(crate) write_json: bool,
    /// Show nothing that templates print
    #[arg(long, global = true, overrides_with = "print")]
    pub(crate) no_print: bool,
    #[arg(long, global = true, hide = true, overrides_with = "no_print")]
    pub(crate) print: bool,
    /// Accept a project that asks for another version of dbt
    #[arg(long, global = true, overrides_with = "version_check")]
    pub(crate) no_version_check: bool,
    #[arg(long, global = true, hide = true, overrides_with = "no_version_check")]
    pub(crate) version_check: bool,
    /// Above this size a seed is known by its path, not by its contents
    #[arg(long, global = true, hide = true, value_name = "MIB", value_parser = whole_number::<u64>)]
    pub(crate) maximum_seed_size_mib: Option<u64>,
    /// Which tests a selected node brings along, said before the command
    #[arg(long = "indirect-selection", hide = true, value_name = "MODE", ignore_case = true, value_parser = one_of(INDIRECT_SELECTION))]
    pub(crate) indirect_selection_before: Option<String>,
    /// Read every file, and leave nothing of it for the next command
    #[arg(long, global = true, visible_alias = "no-cache", overrides_with = "partial_parse")]
    pub(crate) no_partial_parse: bool,
    #[arg(long, global = true, hide = true, overrides_with = "no_partial_parse")]
    pub(crate) partial_parse: bool,
    /// Tell each use of what is to be gone, not the first of its kind alone
    #[arg(long, global = true, hide = true, overrides_with = "no_show_all_deprecations")]
    pub(crate) show_all_deprecations: bool,
    #[arg(long, global = true, hide = true, overrides_with = "show_all_deprecations")]
    pub(crate) no_show_all_deprecations: bool,
    /// Accepted for command lines written for dbt; nothing changes
    #[command(flatten)]
    pub(crate) inert: IgnoredFlags,
}

/// Flags of dbt that mean nothing here: there is no second parser, and no telemetry.
/// Command lines that carry them work.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct IgnoredFlags {
    #[arg(
        long = "static-parser",
        aliases = [ "no-static-parser", "use-experimental-parser",
            "no-use-experimental-parser", "send-anonymous-usage-stats", "no-send-anonymous-usage-stats",
            "use-colors-file", "no-use-colors-file", "cache-selected-only", "no-cache-selected-only",
            "populate-cache", "no-populate-cache", "log-cache-events", "no-log-cache-events",
            "macro-debugging", "no-macro-debugging",
            "single-threaded", "no-single-threaded", "use-fast-test-edges", "no-use-fast-test-edges",
            "partial-parse-file-diff", "no-partial-parse-file-diff", "upload-to-artifacts-ingest-api",
            "no-upload-to-artifacts-ingest-api", "deprecated-print", "deprecated-no-print",
            "export-saved-queries", "no-export-saved-queries", "include-saved-query", "no-include-saved-query",
        ],
        global = true, hide = true, action = ArgAction::Count
    )]
    pub(crate) ignored: u8,
    #[arg(
        short = 'r', long = "record-timing-info",
        aliases = [
            "sqlparse", "deprecated-defer", "deprecated-favor-state", "deprecated-state",
        ],
        global = true, hide = true, value_name = "VALUE", action = ArgAction::Append
    )]
    pub(crate) ignored_values: Vec<String>,
}

fn mapping(text: &str) -> Result<Json, &'static str> {
    let file = SourceMap::new().add("flag", text);
    let json = yaml::parse(&file).map(|yaml| yaml.to_json()).unwrap_or_default();
    if json.is_object() { Ok(json) } else { Err("this must be a mapping, such as `{error: all}`") }
}

/// A number as a flag gives it.
pub(crate) fn whole_number<T: FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse().map_err(|_| "this must be a whole number")
}

impl Global {
    /// The flags that were given, by dbt's names, for `flags.*` in templates.
    pub(crate) fn given(&self) -> Map<String, Json> {
        let mut given = Map::new();
        let switches = [
            ("quiet", self.quiet, self.no_quiet),
            ("debug", self.debug, self.no_debug),
            ("use_colors", self.use_colors, self.no_use_colors),
            ("warn_error", self.warn_error, self.no_warn_error),
            ("fail_fast", self.fail_fast, self.no_fail_fast),
            ("defer", self.defer, self.no_defer),
            ("favor_state", self.favor_state, self.no_favor_state),
            ("write_json", self.write_json, self.no_write_json),
            ("print", self.print, self.no_print),
            ("version_check", self.version_check, self.no_version_check),
            ("show_all_deprecations", self.show_all_deprecations, self.no_show_all_deprecations),
            ("partial_parse", self.partial_parse, self.no_partial_parse),
        ];
        for (name, yes, no) in switches {
            if let Some(value) = super::either(yes, no) {
                given.insert(name.to_owned(), Json::from(value));
            }
        }
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| Json::from(path.display().to_string()));
        let values = [
            ("target_path", path(&self.target_path)),
            ("log_path", path(&self.log_path)),
            ("state", path(&self.state)),
            ("defer_state", path(&self.defer_state)),
            ("indirect_selection", self.indirect_selection_before.clone().map(Json::from)),
            ("log_format", self.log_format.clone().map(Json::from)),
            ("log_format_file", self.log_format_file.clone().map(Json::from)),
            ("log_level", self.log_level.clone().map(Json::from)),
            ("log_level_file", self.log_level_file.clone().map(Json::from)),
            ("log_file_max_bytes", self.log_file_max_bytes.map(Json::from)),
            ("printer_width", self.printer_width.map(Json::from)),
            ("threads", self.threads.map(Json::from)),
            ("warn_error_options", self.warn_error_options.clone()),
            ("maximum_seed_size_mib", self.maximum_seed_size_mib.map(Json::from)),
        ];
        given.extend(values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        given
    }
}
