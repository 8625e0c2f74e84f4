//! Templates inside of YAML values.

use std::fmt;
use std::sync::Arc;

use super::members::{Members, Secrets};
use crate::diagnostics::Diagnostic;
use crate::template::{self, Engine, Library, Notice, Notices, Scope, Text, Value};
use crate::yaml::{Map, Value as YamlValue, Yaml};

/// Renders the texts in a YAML tree; there are no macros yet.
pub(super) struct Renderer {
    engine: Engine,
    scope: Arc<ConfigScope>,
    /// Whether secrets may be in the result, as in `profiles.yml`.
    secrets: Option<Secrets>,
}

impl Renderer {
    pub(super) fn new(members: Members, secrets: Option<Secrets>) -> Self {
        let (library, _) = Library::builder("").build();
        let scope = ConfigScope { members, notices: Arc::new(Silence) };
        Self { engine: Engine::new(Arc::new(library)), scope: Arc::new(scope), secrets }
    }

    /// One value: a text that is a lone expression becomes what that gives.
    pub(super) fn value(&self, yaml: &Yaml, diagnostics: &mut Vec<Diagnostic>) -> Yaml {
        let Some(text) = yaml.as_str() else { return yaml.clone() };
        let template = Text::new(text, yaml.span.file, yaml.span.start);
        if template.is_plain() && !text.ends_with('\n') {
            return yaml.clone();
        }
        let scope: Arc<dyn Scope> = Arc::clone(&self.scope) as Arc<dyn Scope>;
        match self.engine.evaluate(&template, scope) {
            Ok(value) => {
                let json = template::to_json(&value);
                let json = match &self.secrets {
                    Some(secrets) => secrets.reveal(&json),
                    None => json,
                };
                Yaml::from_json(&json, yaml.span)
            }
            Err(error) => {
                diagnostics.push(error.diagnostic());
                yaml.clone()
            }
        }
    }

    /// A tree. `keeps` is asked with the path of keys to each value whether it
    /// and all below stays as written.
    pub(super) fn tree(
        &self,
        yaml: &Yaml,
        keeps: fn(&[&str]) -> bool,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Yaml {
        self.below(yaml, &mut Vec::new(), keeps, diagnostics)
    }

    fn below<'a>(
        &self,
        yaml: &'a Yaml,
        path: &mut Vec<&'a str>,
        keeps: fn(&[&str]) -> bool,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Yaml {
        if keeps(path) {
            return yaml.clone();
        }
        let value = match &yaml.value {
            YamlValue::Seq(items) => {
                YamlValue::Seq(items.iter().map(|item| self.below(item, path, keeps, diagnostics)).collect())
            }
            YamlValue::Map(map) => {
                let mut rendered = Map::default();
                for (key, value) in map.iter() {
                    path.push(&key.text);
                    rendered.insert(key.clone(), self.below(value, path, keeps, diagnostics));
                    path.pop();
                }
                YamlValue::Map(rendered)
            }
            _ => return self.value(yaml, diagnostics),
        };
        Yaml { span: yaml.span, value }
    }
}

/// What the values of project files and profiles see.
struct ConfigScope {
    members: Members,
    notices: Arc<dyn Notices>,
}

impl fmt::Debug for ConfigScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigScope").finish_non_exhaustive()
    }
}

impl Scope for ConfigScope {
    fn lookup(&self, name: &str) -> Option<Value> {
        self.members.lookup(name, "")
    }

    fn package(&self) -> &'static str {
        ""
    }

    fn names(&self) -> Vec<&'static str> {
        self.members.names()
    }

    fn depends_on_run(&self) {
        self.members.reads().note_volatile();
    }

    fn notices(&self) -> Arc<dyn Notices> {
        Arc::clone(&self.notices)
    }
}

/// Nobody listens yet when files are configured.
#[derive(Debug)]
struct Silence;

impl Notices for Silence {
    fn notice(&self, _notice: Notice) {}
}
