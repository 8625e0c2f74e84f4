//! What the templates of every stage see of an invocation and its project.

mod env_var;
mod exceptions;
mod flags;
mod reads;
mod secrets;
mod talk;
mod var;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value as Json};

use super::flags::Flags;
use super::request::Invocation;
use super::vars::Vars;
use super::warnings::Treatment;
use crate::diagnostics::Diagnostic;
use crate::host::Environment;
use crate::template::{self, Deprecated, Notice, Notices, Value};
use crate::yaml;

pub use reads::{Consulted, Reads};
pub use secrets::Secrets;
pub(super) use secrets::told_vars;

use env_var::EnvVar;
use exceptions::Exceptions;
use var::Var;

/// The members that all templates see: `var`, `env_var`, `target`, `flags`,
/// `log`, `exceptions` and the like. A [`Scope`](crate::template::Scope) asks for
/// them after its own.
#[derive(Debug, Clone)]
pub struct Members {
    facts: Arc<Facts>,
    vars: Arc<Vars>,
    /// Environment variables that a unit test overrides.
    overridden: Arc<BTreeMap<String, String>>,
    policy: Policy,
}

/// What does not change during an invocation.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) environment: Environment,
    pub(super) secrets: Secrets,
    pub(super) flags: Flags,
    pub(super) invocation: Invocation,
    /// `target`; `None` where no profile was read.
    pub(super) target: Option<Map<String, Json>>,
    /// The root project; empty before its file was read.
    pub(super) project_name: String,
    /// What templates read of it.
    pub(super) reads: Arc<Reads>,
    /// What is to be gone and was told: once is enough.
    pub(super) told: Mutex<BTreeSet<&'static str>>,
}

/// What differs between the places of templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Policy {
    /// A var's text is handed out as written.
    pub(super) keeps_vars_raw: bool,
    /// A var that is nowhere set is `None`.
    pub(super) allows_missing_vars: bool,
    /// Secret environment variables may be read, as placeholders.
    pub(super) allows_secrets: bool,
}

/// The prefix of variables that go into artifacts and `dbt_metadata_envs`.
pub const METADATA_PREFIX: &str = "DBT_ENV_CUSTOM_ENV_";

/// All names that [`Members::lookup`] knows.
const NAMES: &[&str] = &[
    "var",
    "env_var",
    "target",
    "env",
    "flags",
    "log",
    "print",
    "exceptions",
    "invocation_id",
    "run_started_at",
    "dbt_version",
    "project_name",
    "dbt_metadata_envs",
    "invocation_args_dict",
    "thread_id",
];

impl Members {
    pub(super) fn new(facts: Facts, vars: Vars, policy: Policy) -> Self {
        Self { facts: Arc::new(facts), vars: Arc::new(vars), overridden: Arc::default(), policy }
    }

    /// The value of a member for the templates of a package.
    #[must_use]
    pub fn lookup(&self, name: &str, package: &str) -> Option<Value> {
        if name == "flags" {
            return Some(flags::value(&self.facts, true));
        }
        if Reads::changes_with_each_run(name) {
            self.facts.reads.note_volatile();
        }
        self.member(name, package)
    }

    /// What templates have read so far.
    #[must_use]
    pub fn reads(&self) -> &Reads {
        &self.facts.reads
    }

    /// The value of an environment variable.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.facts.environment.get(name)
    }

    /// The value of a flag by its upper-case name.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<Json> {
        flags::flag(&self.facts, name)
    }

    /// As [`Members::lookup`], for a reader that notes itself what depends on the run.
    #[must_use]
    pub fn member(&self, name: &str, package: &str) -> Option<Value> {
        let facts = &self.facts;
        match name {
            "var" => Some(Value::from_object(Var::new(self, package))),
            "env_var" => Some(Value::from_object(EnvVar::new(self))),
            "target" | "env" => Some(self.target()),
            "flags" => Some(flags::value(facts, false)),
            "log" => Some(talk::log(facts)),
            "print" => Some(talk::print(facts)),
            "exceptions" => Some(Value::from_object(Exceptions::new(facts))),
            "invocation_id" => Some(Value::from(facts.invocation.id.as_str())),
            "run_started_at" => Some(template::utc_value(facts.invocation.started_at)),
            "dbt_version" => Some(Value::from(super::DBT_VERSION)),
            "project_name" => Some(Value::from(facts.project_name.as_str())),
            "dbt_metadata_envs" => Some(template::to_value(&Json::Object(metadata(&facts.environment)))),
            "invocation_args_dict" => Some(template::to_value(&Json::Object(self.arguments()))),
            "thread_id" => Some(Value::from("MainThread")),
            _ => None,
        }
    }

    /// Tells that something was used that is to be gone, the first time.
    ///
    /// # Errors
    /// Such warnings are errors.
    pub fn tell_deprecated(&self, what: Deprecated, notices: &dyn Notices) -> Result<(), minijinja::Error> {
        match self.facts.flags.treatment(Some(what.name)) {
            Treatment::IsError => {
                let finding = Diagnostic::error("deprecated-name", what.message);
                return Err(template::raise_diagnostic(finding.note(exceptions::WARNINGS_FAIL)));
            }
            Treatment::Told => {
                let mut told = self.facts.told.lock().unwrap_or_else(PoisonError::into_inner);
                if told.insert(what.name) {
                    notices.notice(Notice::Deprecated(what));
                }
            }
            Treatment::Silenced => {}
        }
        Ok(())
    }

    /// The names of all members.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        NAMES.to_vec()
    }

    /// The same for property files, where a var's text is not rendered again (dbt: the same).
    #[must_use]
    pub fn for_properties(&self) -> Self {
        Self { policy: Policy { keeps_vars_raw: true, ..self.policy }, ..self.clone() }
    }

    /// The same for the first render of a node, where a var that is nowhere set is
    /// `None` (dbt: the same): only what really runs needs it.
    #[must_use]
    pub fn for_parsing(&self) -> Self {
        Self { policy: Policy { allows_missing_vars: true, ..self.policy }, ..self.clone() }
    }

    /// The same with some vars and environment variables replaced, for a unit test.
    #[must_use]
    pub fn overriding(&self, vars: yaml::Map, environment: BTreeMap<String, String>) -> Self {
        let mut all = (*self.vars).clone();
        for (key, value) in vars {
            all.command_line.insert(key, value);
        }
        Self { vars: Arc::new(all), overridden: Arc::new(environment), ..self.clone() }
    }

    /// What hides secrets in texts that people see.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.facts.secrets
    }

    fn target(&self) -> Value {
        match &self.facts.target {
            Some(target) => template::to_value(&Json::Object(target.clone())),
            None => Value::from_object(NoTarget),
        }
    }

    /// Every flag and argument of the command, by its name in small and in capital letters.
    #[must_use]
    pub fn every_argument(&self) -> Map<String, Json> {
        let flags = self.facts.flags.iter().map(|(name, setting)| (name.to_owned(), setting.value.clone()));
        let all: Map<String, Json> = flags.chain(self.arguments()).collect();
        let capital = all.iter().map(|(name, value)| (name.to_uppercase(), value.clone()));
        capital.chain(all.clone()).collect()
    }

    /// What the command line and the flags came to.
    fn arguments(&self) -> Map<String, Json> {
        let facts = &self.facts;
        let mut arguments = facts.flags.arguments();
        let own = [
            ("which", Json::from(facts.invocation.which.as_str())),
            ("invocation_command", Json::from(facts.invocation.command_line.as_str())),
            ("vars", Json::Object(self.vars.command_line.to_json())),
        ];
        arguments.extend(own.map(|(name, value)| (name.to_owned(), value)));
        arguments
    }
}

/// The variables that go into artifacts, without their prefix.
pub(super) fn metadata(environment: &Environment) -> Map<String, Json> {
    let chosen =
        environment.iter().filter_map(|(name, value)| Some((name.strip_prefix(METADATA_PREFIX)?, value)));
    chosen.map(|(name, value)| (name.to_owned(), Json::from(value))).collect()
}

/// `target` where no profile was read: everything in it is an empty text (dbt: the same).
#[derive(Debug)]
struct NoTarget;

impl minijinja::value::Object for NoTarget {
    fn get_value(self: &Arc<Self>, _key: &Value) -> Option<Value> {
        Some(Value::from(""))
    }
}

#[cfg(test)]
mod tests;
