//! Where a node's relation lies: `generate_database_name`,
//! `generate_schema_name` and `generate_alias_name`.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};
use serde_json::Value as Json;

use super::macros::BUILTIN_PACKAGE;
use super::parse::{ParseScope, Surroundings};
use super::version::{is_counted, version_text};
use super::{Config, ResourceType};
use crate::diagnostics::Diagnostic;
use crate::project::Project;
use crate::sql::{Policy, Relation};
use crate::template::{self, Engine, Library, MacroInfo, Value};

/// Names nodes, through the project's macros where it has some.
pub(super) struct Naming<'a> {
    engine: &'a Engine,
    surroundings: &'a Arc<Surroundings>,
    /// The macros of packages that name their nodes, by package and part.
    own: HashMap<(&'a str, &'static str), &'a MacroInfo>,
}

/// What a name is made of.
const PARTS: [&str; 3] = ["database", "schema", "alias"];

/// The node that is named.
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    /// The version of a model that has versions.
    pub(super) version: Option<&'a Json>,
    pub(super) package: &'a str,
    pub(super) kind: ResourceType,
    pub(super) config: &'a Config,
    /// Keys of the configuration that do not count for the name: they were set to
    /// nothing after they had a value.
    pub(super) emptied: &'a [String],
    /// What the macros get as `node`.
    pub(super) node: &'a dyn Fn() -> Json,
}

impl<'a> Naming<'a> {
    /// Names by the macros of this engine.
    pub(super) fn new(project: &'a Project, engine: &'a Engine, surroundings: &'a Arc<Surroundings>) -> Self {
        let mut own = HashMap::new();
        for package in &project.packages {
            for part in PARTS {
                let name = format!("generate_{part}_name");
                let found = find(engine.library(), &name, &package.name);
                let found = found.filter(|info| !is_default(engine.library(), info, &name));
                own.extend(found.map(|info| ((package.name.as_str(), part), info)));
            }
        }
        Self { engine, surroundings, own }
    }

    /// The relation of a node.
    ///
    /// # Errors
    /// A macro failed.
    pub(super) fn relation(&self, named: &Named<'_>) -> Result<Relation, Diagnostic> {
        let config = named.config;
        let custom =
            |key: &str| config.text(key).filter(|_| !named.emptied.iter().any(|emptied| emptied == key));
        let mut database = self.generate("database", custom("database"), named)?;
        let mut schema = self.generate("schema", custom("schema"), named)?;
        let identifier = self.generate("alias", custom("alias"), named)?;
        if named.kind == ResourceType::Snapshot {
            // dbt: these older keys are taken as they are.
            let verbatim = |key: &str| config.text(key).filter(|text| !text.is_empty()).map(str::to_owned);
            database = verbatim("target_database").or(database);
            schema = verbatim("target_schema").or(schema);
        }
        // dbt: a node's own `quoting` changes nothing.
        let quote = self.surroundings.quoting;
        Ok(Relation { database, schema, identifier, kind: None, quote, include: Policy::ALL })
    }

    /// The schema or alias of an export of a saved query that names none.
    ///
    /// # Errors
    /// A macro failed.
    pub(super) fn of_export(
        &self,
        package: &str,
        name: &Json,
        part: &'static str,
        export: &Json,
    ) -> Result<Json, Diagnostic> {
        let named = Named {
            name: name.as_str().unwrap_or_default(),
            version: None,
            package,
            kind: ResourceType::SavedQuery,
            config: &Config::default(),
            emptied: &[],
            node: &|| export.clone(),
        };
        Ok(self.generate(part, None, &named)?.map_or(Json::Null, Json::from))
    }

    /// One part of the name. `custom` is what the configuration asks for.
    fn generate(
        &self,
        part: &'static str,
        custom: Option<&str>,
        named: &Named<'_>,
    ) -> Result<Option<String>, Diagnostic> {
        let Some(info) = self.own.get(&(named.package, part)) else {
            return Ok(self.default_name(part, custom, named));
        };
        let custom = custom.map_or(Value::from(()), Value::from);
        let node = template::to_value(&(named.node)());
        let scope = ParseScope::of_naming(self.surroundings, named.package);
        let value = self.engine.call_macro(info, &[custom, node], &[], Arc::new(scope)).map_err(|error| {
            error.diagnostic().note(format!("this named the {} `{}`", named.kind, named.name))
        })?;
        let text = value.to_string();
        Ok((!value.is_none() && !value.is_undefined()).then(|| text.trim().to_owned()))
    }

    fn default_name(&self, part: &str, custom: Option<&str>, named: &Named<'_>) -> Option<String> {
        let target = self.surroundings;
        let custom = custom.map(str::trim);
        match part {
            "database" => custom.map(str::to_owned).or_else(|| target.database.clone()),
            "schema" => Some(match custom {
                Some(custom) => format!("{}_{custom}", target.schema),
                None => target.schema.clone(),
            }),
            _ => Some(
                match (
                    custom.filter(|custom| !custom.is_empty()),
                    named.version.filter(|version| is_counted(version)),
                ) {
                    (Some(custom), _) => custom.to_owned(),
                    (None, Some(version)) => {
                        format!("{}_v{}", named.name, version_text(version).replace('.', "_"))
                    }
                    (None, None) => named.name.to_owned(),
                },
            ),
        }
    }
}

/// dbt: the node's own package, if it is an installed one that has such a
/// macro, else the root project, else what comes with the program.
fn find<'a>(library: &'a Library, name: &str, package: &str) -> Option<&'a MacroInfo> {
    library
        .find_in(package, name)
        .filter(|info| !info.is_internal)
        .or_else(|| library.find_in(library.root(), name))
        .or_else(|| library.find_in(BUILTIN_PACKAGE, name))
}

/// Whether the macro, and the one that it dispatches to, are dbt's own: the
/// answer is then known without a call.
fn is_default(library: &Library, info: &MacroInfo, name: &str) -> bool {
    let is_own = |info: &MacroInfo| info.is_internal && info.package == BUILTIN_PACKAGE;
    let dispatched = library.find_dispatched(name, Some(BUILTIN_PACKAGE), library.root());
    is_own(info) && dispatched.is_ok_and(|info| is_own(info) && info.name == format!("default__{name}"))
}
