//! One command line at work: its streams, its request, its exit code.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::args::{Global, ResourceTypes};
use super::commands::Command;
use super::program_name::ProgramName;
use super::ui::{
    Form, Format, Level, LogFile, LogOptions, Look, Record, Reporter, Signature, TalkStream, Ui, Verbosity,
};
use crate::diagnostics::Diagnostic;
use crate::host::{Environment, clock, environment, files, usage};
use crate::manifest::ResourceType;
use crate::ops::{Workspace, catalog, execute};
use crate::project::{self, Flags, Invocation, LoadRequest, Origin, Secrets, Treatment};
use crate::run::{Ending, Event, RunOutcome, Stop};
use crate::source::SourceMap;
use crate::template::Notices;

/// How a command ended, if it could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All went well.
    Success,
    /// A node failed.
    Failure,
    /// It could not begin: no connection, for one.
    NotBegun,
    /// Somebody asked it to stop.
    Interrupted,
}

impl Exit {
    /// How `compile`, `show` or a query of the command line ended. dbt: what fails there is no
    /// node that fails, but the command.
    pub(crate) fn of_query(outcome: &RunOutcome) -> Self {
        match Self::of(outcome) {
            Self::Failure => Self::NotBegun,
            other => other,
        }
    }

    /// How a run ended.
    pub(crate) fn of(outcome: &RunOutcome) -> Self {
        match outcome.ending {
            Ending::Cancelled => Self::Interrupted,
            _ if outcome.is_success() => Self::Success,
            _ if !outcome.problems.is_empty() => Self::NotBegun,
            _ => Self::Failure,
        }
    }
}

/// Why a command could not be carried out: everything that is wrong.
pub(crate) type Problems = Vec<Diagnostic>;

/// One command line at work.
pub(crate) struct Session {
    /// Both streams.
    pub(crate) ui: Arc<Ui>,
    /// All texts.
    pub(crate) sources: Arc<SourceMap>,
    /// The flags of every command.
    pub(crate) global: Global,
    environment: Environment,
    invocation: Invocation,
    /// The command as it is called, without arguments: `dbt docs generate`.
    path: String,
    /// What is questionable about the command line.
    remarks: Mutex<Problems>,
}

impl Session {
    /// Prepares for a command.
    pub(crate) fn new(global: Global, command: &Command, program_name: ProgramName) -> Self {
        let environment = Environment::of_process();
        let invocation = Invocation {
            id: uuid::Uuid::new_v4().to_string(),
            started_at: clock::now(),
            which: command.name().to_owned(),
            command_line: match program_name {
                ProgramName::Own => environment::command_line(),
                // dbt: wherever the program stands.
                ProgramName::Dbt => environment::command_line_of(program_name.name()),
            },
            timings: Arc::default(),
        };
        let flags = project::flags_alone(&global.given(), &environment);
        let look = look(&flags, &environment, command.talk(), program_name);
        let ui = Arc::new(Ui::new(look, signature(&invocation, &environment), Secrets::of(&environment)));
        let (sources, remarks) = (Arc::new(SourceMap::new()), Mutex::default());
        let path = format!("{} {}", program_name.name(), command.path());
        Self { ui, sources, global, environment, invocation, path, remarks }
    }

    /// Has a remark about the command line told with those about the project, whose flags
    /// say what becomes of it.
    pub(crate) fn remark(&self, remark: Diagnostic) {
        self.remarks.lock().unwrap_or_else(PoisonError::into_inner).push(remark);
    }

    /// The kinds of nodes that the command line names, or else the environment.
    pub(crate) fn types(&self, given: &ResourceTypes) -> ResourceTypes {
        let or_variable = |given: &[String], name: &str| {
            let named = variable(&self.environment, name).filter(|_| given.is_empty());
            named
                .map_or_else(|| given.to_vec(), |names| names.split_whitespace().map(str::to_owned).collect())
        };
        ResourceTypes {
            resource_type: or_variable(&given.resource_type, "RESOURCE_TYPES"),
            exclude_resource_type: or_variable(&given.exclude_resource_type, "EXCLUDE_RESOURCE_TYPES"),
        }
    }

    /// What the command asks of a project; `flags` are the command's own.
    pub(crate) fn request(&self, flags: Map<String, Json>) -> Result<LoadRequest, Problems> {
        let current_dir = environment::current_dir().map_err(|error| vec![error.into()])?;
        let global = self.global.clone();
        if let Some(path) = global.partial_parse_file_path.as_deref().filter(|path| !files::is_file(path)) {
            let message = format!("`--partial-parse-file-path`: there is no file `{}`", path.display());
            return Err(vec![Diagnostic::error("flags", message)]);
        }
        let mut all = global.given();
        all.extend(flags);
        Ok(LoadRequest {
            current_dir,
            project_dir: global.project_dir,
            profiles_dir: global.profiles_dir,
            profile: global.profile,
            target: global.target,
            threads: global.threads,
            vars: global.vars,
            flags: all,
            invocation: self.invocation.clone(),
            environment: self.environment.clone(),
            sources: Arc::clone(&self.sources),
        })
    }

    /// A path of the command line, whatever folder is entered later.
    pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Problems> {
        let here = environment::current_dir().map_err(|error| vec![error.into()])?;
        Ok(here.join(path))
    }

    /// Reads the project up to its graph and tells what is questionable about it.
    pub(crate) fn workspace(&self, flags: Map<String, Json>) -> Result<Workspace, Problems> {
        self.open(&self.request(flags)?)
    }

    /// The same for a request of the command's own.
    pub(crate) fn open(&self, request: &LoadRequest) -> Result<Workspace, Problems> {
        self.keep_log(request);
        let notices: Arc<dyn Notices> = Arc::clone(&self.ui) as Arc<dyn Notices>;
        let workspace = Workspace::open(request, &notices)?;
        // The process ends with it: to take it apart would be time for nothing.
        let Workspace { project, manifest, sources, .. } = &workspace;
        std::mem::forget((Arc::clone(project), Arc::clone(manifest), Arc::clone(sources)));
        self.ui.hide_texts(workspace.project.profile.secret_values());
        // dbt: what only looks at the project counts nothing.
        if !matches!(self.invocation.which.as_str(), "list" | "parse") {
            self.ui.record(&Record::contents(&workspace.manifest));
        }
        let mut warnings = std::mem::take(&mut *self.remarks.lock().unwrap_or_else(PoisonError::into_inner));
        warnings.extend(workspace.warnings.iter().cloned());
        self.warn(&workspace, &warnings)?;
        self.ui.diagnostics(workspace.state_remark().as_slice(), &self.sources);
        environment::enter(&workspace.project.root).map_err(|error| vec![error.into()])?;
        Ok(workspace)
    }

    /// Begins the log file of the project, unless it is to have none. One that
    /// cannot be written does not keep anything from being done.
    pub(crate) fn keep_log(&self, request: &LoadRequest) {
        let Some((folder, flags)) = project::log_place(request) else {
            return self.report_begin(&project::flags_alone(&request.flags, &request.environment));
        };
        let Look { talk, program_name, .. } = *self.ui.look();
        self.ui.settle(look(&flags, &self.environment, talk, program_name));
        let level = Level::parse(flags.text("log_level_file").unwrap_or("debug"));
        let level = if flags.is_on("debug") { Some(Level::Debug) } else { level };
        if let Some(level) = level {
            let form = Form::parse(flags.text("log_format_file").unwrap_or("debug"), Form::Debug);
            let max_bytes = flags.get("log_file_max_bytes").as_u64().unwrap_or_default();
            match LogFile::open(
                &folder,
                LogOptions { level, form, max_bytes },
                &signature(&self.invocation, &self.environment),
            ) {
                Ok(log) => self.ui.keep(log),
                Err(refused) => self.ui.diagnostics(&[refused], &self.sources),
            }
        }
        self.report_begin(&flags);
    }

    /// Tells who runs, and what was asked for.
    fn report_begin(&self, flags: &Flags) {
        let version = project::DBT_VERSION;
        let message = format!("Running with dbt={version}");
        let data = json!({"log_version": 3, "version": format!("={version}")});
        self.ui.record(&Record::new("MainReportVersion", "A001", Level::Info, message, data));
        let set = flags.iter().filter(|(_, setting)| setting.origin != Origin::Default);
        let mut args: Map<String, Json> =
            set.map(|(name, setting)| (name.to_owned(), setting.value.clone())).collect();
        args.insert("invocation_command".to_owned(), Json::from(self.invocation.command_line.as_str()));
        let own = env!("CARGO_PKG_VERSION");
        let message = format!("running model {own} with arguments {}", Json::from(args.clone()));
        self.ui.record(&Record::new("MainReportArgs", "A002", Level::Debug, message, json!({"args": args})));
    }

    /// Tells warnings, which are errors under `--warn-error`.
    pub(crate) fn warn(&self, workspace: &Workspace, warnings: &[Diagnostic]) -> Result<(), Problems> {
        self.warn_under(&workspace.project.flags, warnings)
    }

    /// The same where no more of a project is read than its flags.
    pub(crate) fn warn_under(&self, flags: &Flags, warnings: &[Diagnostic]) -> Result<(), Problems> {
        let treated = |wanted: Treatment| {
            let fits = move |warning: &&Diagnostic| flags.treatment_of(warning.code) == wanted;
            warnings.iter().filter(fits).cloned().map(|warning| flags.told(warning))
        };
        let error = |warning: Diagnostic| Diagnostic {
            severity: crate::diagnostics::Severity::Error,
            ..warning.note("warnings are errors because of `--warn-error`")
        };
        let errors: Problems = treated(Treatment::IsError).map(error).collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        self.ui.diagnostics(&treated(Treatment::Told).collect::<Problems>(), &self.sources);
        Ok(())
    }

    /// Opens the project and runs nodes, telling what happens.
    pub(crate) fn execute(&self, options: &execute::Options) -> Result<Exit, Problems> {
        let workspace = self.workspace(options.flags())?;
        self.execute_in(&workspace, options)
    }

    /// Runs nodes of an open project, telling what happens.
    pub(crate) fn execute_in(
        &self,
        workspace: &Workspace,
        options: &execute::Options,
    ) -> Result<Exit, Problems> {
        Ok(self.outcome(workspace, options)?.0)
    }

    /// Runs nodes of an open project, telling what happens, for what came of them.
    pub(crate) fn outcome(
        &self,
        workspace: &Workspace,
        options: &execute::Options,
    ) -> Result<(Exit, RunOutcome), Problems> {
        let prepared = execute::prepare(workspace, options)?;
        self.warn(workspace, &prepared.warnings)?;
        let is_idle = prepared.nodes.is_empty();
        if is_idle {
            self.ui.say(&why_idle(workspace, &prepared));
        }
        let stop = stop_on_interrupt();
        let mut reporter = self
            .reporter(workspace)
            .only_failures(options.has_answer())
            .compiles(options.only_compiles())
            .clones(options.only_clones())
            .can_retry(options.can_be_retried());
        let outcome = execute::execute(workspace, prepared, options, &stop, &mut |event| {
            if is_idle { reporter.tell_alone(&event) } else { reporter.event(&event) }
        });
        self.ui.hide();
        let outcome = outcome?;
        let exit = if options.only_compiles() { Exit::of_query(&outcome) } else { Exit::of(&outcome) };
        Ok((exit, outcome))
    }

    fn reporter(&self, workspace: &Workspace) -> Reporter {
        let dialect = *workspace.adapter().dialect();
        let project = &workspace.project;
        let target = project.target_path();
        let target = target.strip_prefix(&project.root).unwrap_or(&target);
        // dbt: one below nothing is none. No line is longer than memory.
        let width = project.flags.get("printer_width").as_i64().map_or(80, |width| width.clamp(0, 10_000));
        let width = usize::try_from(width).unwrap_or_default();
        Reporter::new(&self.ui, &workspace.manifest, &self.sources, (dialect, target, width))
    }

    /// Writes the catalog of an open project.
    pub(crate) fn catalog(
        &self,
        workspace: &Workspace,
        options: &execute::Options,
        is_empty: bool,
    ) -> Result<catalog::Written, Problems> {
        let mut reporter = self.reporter(workspace);
        let stop = stop_on_interrupt();
        catalog::write(workspace, options, is_empty, &stop, &mut |event| {
            // What is wrong is told at the end.
            if !matches!(event, Event::Problem { .. }) {
                reporter.tell_alone(&event);
            }
        })
    }

    /// Runs something that is no node, telling what happens and what is wrong.
    pub(crate) fn alone(
        &self,
        workspace: &Workspace,
        work: impl FnOnce(&Stop, &mut dyn FnMut(Event<'_>)) -> Result<RunOutcome, Problems>,
    ) -> Result<RunOutcome, Problems> {
        let mut reporter = self.reporter(workspace);
        let outcome = work(&stop_on_interrupt(), &mut |event| reporter.tell_alone(&event))?;
        for result in &outcome.results {
            if self.invocation.which == "run-operation" {
                self.ui.operation_failed(&result.diagnostics, &self.sources);
            } else {
                self.ui.diagnostics(&result.diagnostics, &self.sources);
            }
        }
        Ok(outcome)
    }

    /// Tells what is wrong, if anything is, and gives the exit code.
    pub(crate) fn tell(&self, exit: Result<Exit, Problems>) -> u8 {
        let answered = || self.ui.answered().map_err(|problem| vec![problem]);
        let code = match exit.and_then(|exit| answered().map(|()| exit)) {
            Ok(Exit::Success) => 0,
            Ok(Exit::Failure) => 1,
            Ok(Exit::NotBegun | Exit::Interrupted) => 2,
            Err(problems) => {
                self.ui.hide();
                self.ui.diagnostics(&problems, &self.sources);
                2
            }
        };
        if self.global.timings {
            self.ui.timings(&self.invocation.timings, self.elapsed());
        }
        self.ui.sum_up_deprecations(self.global.show_all_deprecations);
        self.report_usage(code == 0);
        self.ui.record(&self.completed(code == 0));
        code
    }

    /// Tells what the command took of the machine, where that is known.
    fn report_usage(&self, success: bool) {
        let Some(usage) = usage::of_process() else { return };
        let data = json!({
            "command_name": self.invocation.which,
            "command_success": success,
            "command_wall_clock_time": self.elapsed().as_secs_f64(),
            "process_in_blocks": usage.blocks_read.to_string(),
            "process_kernel_time": usage.kernel_seconds,
            "process_mem_max_rss": usage.most_memory_kib.to_string(),
            "process_out_blocks": usage.blocks_written.to_string(),
            "process_user_time": usage.user_seconds,
        });
        let is_for_all = switch(&self.environment, "SHOW_RESOURCE_REPORT") == Some(true);
        let level = if is_for_all { Level::Info } else { Level::Debug };
        let message = format!("Resource report: {data}");
        self.ui.record(&Record::new("ResourceReport", "Z051", level, message, data));
    }

    /// How long the command has taken so far.
    fn elapsed(&self) -> Duration {
        (clock::now() - self.invocation.started_at).to_std().unwrap_or_default()
    }

    fn completed(&self, success: bool) -> Record {
        let (now, command) = (clock::now(), &self.path);
        let elapsed = self.elapsed().as_secs_f64();
        let word = if success { "succeeded" } else { "failed" };
        let moment = now.format("%H:%M:%S%.6f");
        let message = format!("Command `{command}` {word} at {moment} after {elapsed:.2} seconds");
        let data = json!({
            "command": command,
            "completed_at": now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            "elapsed": elapsed,
            "success": success,
        });
        Record::new("CommandCompleted", "Q039", Level::Debug, message, data)
    }
}

/// Why there is nothing to do, in a sentence.
fn why_idle(workspace: &Workspace, prepared: &execute::Prepared) -> String {
    let has_nodes =
        workspace.manifest.nodes.outlines().any(|(_, it)| it.resource_type() != ResourceType::Operation);
    if has_nodes {
        let told = !prepared.warnings.is_empty();
        return if told { "nothing to do" } else { "nothing to do: no node is selected" }.to_owned();
    }
    let folder = workspace.project.root_package().file.paths.models.first().map_or("models", String::as_str);
    format!("nothing to do: the project is empty; write a query into `{folder}/my_first_model.sql`")
}

/// Asked to stop by Ctrl-C or a termination signal; a second one ends the process at once.
fn stop_on_interrupt() -> Stop {
    let stop = Stop::new();
    let asked = stop.clone();
    let heard = ctrlc::set_handler(move || {
        if asked.is_requested() {
            environment::abort();
        }
        asked.request();
    });
    // Without a handler an interrupt ends the process; the database then rolls back by itself.
    drop(heard);
    stop
}

/// What each line of the log says of this run.
fn signature(invocation: &Invocation, environment: &Environment) -> Signature {
    let custom = environment.iter().filter_map(|(name, value)| {
        Some((name.strip_prefix(project::METADATA_PREFIX)?.to_owned(), Json::from(value)))
    });
    Signature { invocation_id: invocation.id.clone(), extra: custom.collect() }
}

/// A setting of dbt's in the environment, under either of its names.
fn variable<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
    let value = environment.get(&format!("DBT_ENGINE_{name}"));
    value.or_else(|| environment.get(&format!("DBT_{name}"))).filter(|value| !value.is_empty())
}

/// The same for a setting that is on or off.
fn switch(environment: &Environment, name: &str) -> Option<bool> {
    let is_on =
        |value: &str| matches!(value.to_lowercase().as_str(), "1" | "true" | "t" | "yes" | "y" | "on");
    variable(environment, name).map(is_on)
}

/// How both streams look by these flags; those of a project count where the command line and the
/// environment say nothing.
fn look(flags: &Flags, environment: &Environment, talk: TalkStream, program_name: ProgramName) -> Look {
    let word = |name: &str| flags.text(name).unwrap_or_default().to_lowercase();
    let verbosity = match word("log_level").as_str() {
        _ if flags.is_on("quiet") => Verbosity::Quiet,
        _ if flags.is_on("debug") => Verbosity::Debug,
        "debug" => Verbosity::Debug,
        "warn" => Verbosity::Warnings,
        "error" => Verbosity::Quiet,
        "none" => Verbosity::Silent,
        _ => Verbosity::Normal,
    };
    let usual = if verbosity == Verbosity::Debug { Form::Debug } else { Form::Text };
    let format = match word("log_format").as_str() {
        "json" => Format::Records(Form::Json),
        "debug" => Format::Records(Form::Debug),
        "text" => Format::Records(usual),
        _ if program_name == ProgramName::Dbt => Format::Records(usual),
        _ => Format::Text,
    };
    // dbt: everything goes to stdout.
    let talk = if program_name == ProgramName::Dbt { TalkStream::Stdout } else { talk };
    let asked = flags.setting("use_colors").filter(|setting| setting.origin != Origin::Default);
    let no_color = environment.get("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colors = asked.and_then(|setting| setting.value.as_bool());
    let colors = colors.unwrap_or(!no_color && talk.suits_colors(environment.get("TERM")));
    Look { talk, verbosity, format, colors, prints: flags.is_on("print"), program_name }
}
