//! `env_var(name, default)`.

use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest, from_args};
use minijinja::{Error, State};

use super::{Facts, Members, secrets};
use crate::diagnostics::Diagnostic;
use crate::template::{self, Value};

/// The function `env_var`.
#[derive(Debug)]
pub(super) struct EnvVar {
    facts: Arc<Facts>,
    overridden: Arc<std::collections::BTreeMap<String, String>>,
    allows_secrets: bool,
}

impl EnvVar {
    pub(super) fn new(members: &Members) -> Self {
        Self {
            facts: Arc::clone(&members.facts),
            overridden: Arc::clone(&members.overridden),
            allows_secrets: members.policy.allows_secrets,
        }
    }

    /// dbt: a default of `None` is no default; values are texts.
    fn value(&self, name: &str, default: Option<Value>) -> Result<Value, Error> {
        let given =
            self.overridden.get(name).map(String::as_str).or_else(|| self.facts.environment.get(name));
        if secrets::is_secret(name) {
            if !self.allows_secrets {
                return Err(misplaced(name));
            }
            if let Some(placeholder) = self.facts.secrets.placeholder(name) {
                return Ok(Value::from(placeholder));
            }
        } else {
            self.facts.reads.note_variable(name);
        }
        match (given, default) {
            (Some(text), _) => Ok(Value::from(text)),
            (None, Some(default)) if !default.is_none() && !default.is_undefined() => Ok(default),
            (None, _) => Err(self.missing(name)),
        }
    }

    fn missing(&self, name: &str) -> Error {
        let names = self.facts.environment.iter().map(|(name, _)| name);
        template::raise_diagnostic(
            Diagnostic::error("unknown-env-var", format!("the environment variable `{name}` is not set"))
                .suggest(name, names)
                .help(format!("set it, or give a default: `env_var('{name}', 'default')`")),
        )
    }
}

fn misplaced(name: &str) -> Error {
    template::raise_diagnostic(
        Diagnostic::error("secret-env-var", format!("the secret environment variable `{name}` cannot be read here"))
            .note("variables that start with `DBT_ENV_SECRET` are readable in `profiles.yml` and `packages.yml` only"),
    )
}

impl Object for EnvVar {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let (Rest(positional), keywords): (Rest<Value>, Kwargs) = from_args(args)?;
        let argument =
            |at: usize, name: &str| positional.get(at).cloned().or_else(|| keywords.peek::<Value>(name).ok());
        let Some(name) = argument(0, "var") else {
            return Err(template::raise_message("`env_var` needs the name of an environment variable"));
        };
        self.value(&template::text(&name), argument(1, "default"))
    }
}
