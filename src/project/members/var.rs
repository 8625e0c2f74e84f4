//! `var(name, default)` and `var.has_var(name)`.

use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest, from_args};
use minijinja::{Error, State};

use super::{Members, Policy};
use crate::diagnostics::Diagnostic;
use crate::project::Vars;
use crate::template::{self, Text, Value};
use crate::yaml::{self, Yaml};

/// The function `var` as the templates of one package see it.
#[derive(Debug)]
pub(super) struct Var {
    vars: Arc<Vars>,
    package: String,
    policy: Policy,
}

impl Var {
    pub(super) fn new(members: &Members, package: &str) -> Self {
        Self { vars: Arc::clone(&members.vars), package: package.to_owned(), policy: members.policy }
    }

    /// dbt: a text is a template of its own, rendered where it is used.
    fn value(&self, found: &Yaml, state: &mut State<'_, '_>) -> Result<Value, Error> {
        match &found.value {
            yaml::Value::String(text) if !self.policy.keeps_vars_raw => {
                let template = Text::new(text.as_str(), found.span.file, found.span.start);
                if template.is_plain() {
                    return Ok(Value::from(text.as_str()));
                }
                template::render_text(state, &template).map(Value::from)
            }
            _ => Ok(template::yaml_value(found)),
        }
    }

    /// dbt: while the texts of nodes are read, a missing var is `None`.
    fn missing(&self, name: &str) -> Result<Value, Error> {
        if self.policy.allows_missing_vars {
            return Ok(Value::from(()));
        }
        let names = self.vars.names(&self.package);
        let finding = Diagnostic::error("unknown-var", format!("there is no var `{name}`"));
        let finding = if names.is_empty() {
            finding.note("no vars are set")
        } else {
            finding.note(format!("set are `{}`", names.join("`, `")))
        };
        Err(template::raise_diagnostic(
            finding
                .known_as(format!("Compilation Error: Required var '{name}' not found in config"))
                .suggest(name, names)
                .help(format!("set it under `vars` in the project file, with `--vars '{name}: value'`, or give a default: `var('{name}', 'default')`")),
        ))
    }
}

impl Object for Var {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let (Rest(positional), keywords): (Rest<Value>, Kwargs) = from_args(args)?;
        let argument =
            |at: usize, name: &str| positional.get(at).cloned().or_else(|| keywords.peek::<Value>(name).ok());
        let Some(name) = argument(0, "var_name") else {
            return Err(template::raise_message("`var` needs the name of a var"));
        };
        let name = template::text(&name);
        match (self.vars.get(&name, &self.package), argument(1, "default")) {
            (Some(found), _) => self.value(found, state),
            (None, Some(default)) => Ok(default),
            (None, None) => self.missing(&name),
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match (method, args) {
            ("has_var", [name]) => {
                Ok(Value::from(self.vars.get(&template::text(name), &self.package).is_some()))
            }
            ("has_var", _) => Err(template::raise_message("`var.has_var` needs the name of a var")),
            _ => Err(template::raise_message(format!("`var` has no method `{method}`"))),
        }
    }
}
