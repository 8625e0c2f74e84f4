//! `api.Relation`: what makes relations from names.

use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::Arguments;
use super::relation::{RelationObject, check_length, merge_policy, path_part, relation_kind};
use crate::sql::{Dialect, Policy, Relation, RelationKind};

/// `api.Relation` and `adapter.Relation`: `create` and the names of the kinds.
#[derive(Debug)]
pub struct RelationClass {
    dialect: Dialect,
    quoting: Policy,
}

impl RelationClass {
    /// Relations are quoted as `quoting` says unless a call says otherwise: the
    /// project's own quoting over the dialect's.
    #[must_use]
    pub fn new(dialect: &Dialect, quoting: Policy) -> Self {
        Self { dialect: *dialect, quoting }
    }
}

impl Object for RelationClass {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "get_relation_type" => Some(Value::from_dyn_object(Arc::clone(self))),
            "__name__" => Some(Value::from("BaseRelation")),
            name => constant(name),
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        call(name, args, self.dialect, self.quoting)
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let names = ["path", "type", "quote_policy", "include_policy"];
        let arguments = Arguments::bind("Relation", &names, args)?;
        let empty = Relation {
            database: None,
            schema: None,
            identifier: None,
            kind: None,
            quote: self.dialect.default_quoting,
            include: Policy::ALL,
        };
        let given = names.into_iter().filter_map(|name| Some((name, arguments.given(name)?.clone())));
        let kwargs: minijinja::value::Kwargs = given.collect();
        RelationObject::new(empty, &self.dialect).incorporate(&[kwargs.into()])
    }
}

/// The class constants, which relations have too.
pub(super) fn constant(name: &str) -> Option<Value> {
    let kind = match name {
        "Table" => RelationKind::Table,
        "View" => RelationKind::View,
        "CTE" => RelationKind::Cte,
        "MaterializedView" => RelationKind::MaterializedView,
        "External" => RelationKind::External,
        "Function" => RelationKind::Function,
        "PointerTable" => return Some(Value::from("pointer_table")),
        _ => return None,
    };
    Some(Value::from(kind.as_str()))
}

/// The class's own methods.
pub(super) fn call(name: &str, args: &[Value], dialect: Dialect, quoting: Policy) -> Result<Value, Error> {
    match name {
        "create" => create(args, dialect, quoting),
        "add_ephemeral_prefix" => {
            let arguments = Arguments::bind(name, &["name"], args)?;
            Ok(Value::from(format!("{CTE_PREFIX}{}", arguments.require(name, "name")?)))
        }
        "scd_args" => {
            let arguments = Arguments::bind(name, &["primary_key", "updated_at"], args)?;
            let key = arguments.require(name, "primary_key")?;
            let mut items: Vec<Value> = match key.as_str() {
                Some(_) => vec![key.clone()],
                None => key.try_iter()?.collect(),
            };
            items.push(arguments.require(name, "updated_at")?.clone());
            Ok(Value::from(items))
        }
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

/// What a function is made by: dbt's `get_function_config(model)`; `none` for other nodes.
pub(super) fn function_config(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::bind("get_function_config", &["model"], args)?;
    let model = arguments.require("get_function_config", "model")?;
    let get = |of: &Value, key: &str| of.get_attr(key).ok().filter(|value| !value.is_undefined());
    let is_function = get(model, "resource_type").is_some_and(|kind| kind.as_str() == Some("function"));
    if !is_function {
        return Ok(Value::from(()));
    }
    let config = get(model, "config").unwrap_or_default();
    let nothing = || Value::from(());
    Ok(Value::from_pairs([
        ("language", get(model, "language").unwrap_or_else(nothing)),
        ("type", get(&config, "type").unwrap_or_else(nothing)),
        ("runtime_version", get(&config, "runtime_version").unwrap_or_else(nothing)),
        ("entry_point", get(&config, "entry_point").unwrap_or_else(nothing)),
    ]))
}

/// The macro that gives its statement: dbt's `get_function_macro_name(config)`.
pub(super) fn function_macro_name(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::bind("get_function_macro_name", &["config"], args)?;
    let config = arguments.require("get_function_macro_name", "config")?;
    let (kind, language) = (config.get_attr("type")?, config.get_attr("language")?);
    Ok(Value::from(format!("{kind}_function_{language}")))
}

/// What the name of an ephemeral model's CTE begins with.
pub const CTE_PREFIX: &str = "__dbt__cte__";

fn create(args: &[Value], dialect: Dialect, quoting: Policy) -> Result<Value, Error> {
    let names = ["database", "schema", "identifier", "type", "quote_policy", "include_policy"];
    let arguments = Arguments::bind_known("create", &names, 4, args)?;
    let part = |name: &str| arguments.get(name).map_or(Ok(None), |value| path_part(name, value));
    let quote =
        arguments.given("quote_policy").map_or(Ok(quoting), |policy| merge_policy(quoting, policy))?;
    let include = arguments.given("include_policy");
    let relation = Relation {
        database: part("database")?,
        schema: part("schema")?,
        identifier: part("identifier")?,
        kind: arguments.given("type").map_or(Ok(None), relation_kind)?,
        quote,
        include: include.map_or(Ok(Policy::ALL), |policy| merge_policy(Policy::ALL, policy))?,
    };
    check_length(&relation, &dialect)?;
    Ok(super::relation(relation, &dialect))
}
