//! `adapter` while nothing is connected.

use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest, from_args};
use minijinja::{Error, State, Value};

use crate::adapter::{Adapter, MemberCall};
use crate::objects::{self, Arguments};
use crate::sql::{Dialect, Policy, Rows};
use crate::template;

/// `adapter` at parse time and while names are generated: what would ask the
/// warehouse answers as if it were empty (dbt: `available.parse`); what needs
/// no warehouse is real.
#[derive(Debug)]
pub(super) struct ParseAdapter {
    pub(super) adapter: Arc<dyn Adapter>,
    /// The project's quoting over the dialect's.
    pub(super) quoting: Policy,
}

/// Methods of every adapter that give nothing while nothing is connected.
const NONE: &[&str] = &[
    "assert_valid_snapshot_target_given_strategy",
    "build_catalog_relation",
    "commit",
    "create_schema",
    "drop_relation",
    "drop_schema",
    "expand_target_column_types",
    "get_catalog_integration",
    "get_hard_deletes_behavior",
    "get_incremental_strategy_macro",
    "get_relation",
    "rename_relation",
    "truncate_relation",
    "valid_snapshot_target",
];

/// Methods of every adapter that give an empty list.
const LISTS: &[&str] = &[
    "get_column_schema_from_query",
    "get_columns_in_relation",
    "get_columns_in_table",
    "get_missing_columns",
    "list_relations",
    "render_raw_columns_constraints",
    "render_raw_model_constraints",
];

/// Methods of every adapter that say no.
const FALSE: &[&str] = &["already_exists", "check_schema_exists"];

/// Methods of every adapter that give an empty text.
const TEXTS: &[&str] = &["cache_added", "cache_dropped", "cache_renamed"];

impl ParseAdapter {
    fn dialect(&self) -> &Dialect {
        self.adapter.dialect()
    }

    /// A method of this engine alone. What needs a connection gives nothing.
    fn own_method(&self, name: &str, args: &[Value]) -> Result<Value, Error> {
        let (Rest(positional), named): (Rest<Value>, Kwargs) = from_args(args)?;
        let mut call = MemberCall {
            name: name.to_owned(),
            args: positional.iter().map(template::to_json).collect(),
            kwargs: serde_json::Map::new(),
        };
        for key in named.args() {
            call.kwargs.insert(key.to_owned(), template::to_json(&named.get(key)?));
        }
        match self.adapter.call_member(None, &call) {
            Some(Ok(value)) => Ok(template::to_value(&value)),
            Some(Err(_)) | None => Ok(Value::from(())),
        }
    }

    /// The text of the argument at this place, or of this name.
    fn text(
        function: &'static str,
        names: &[&'static str],
        args: &[Value],
        name: &str,
    ) -> Result<String, Error> {
        let arguments = Arguments::bind(function, names, args)?;
        Ok(arguments.require(function, name)?.to_string())
    }

    fn quote_as_configured(&self, args: &[Value]) -> Result<Value, Error> {
        const NAMES: &[&str] = &["identifier", "quote_key"];
        let identifier = Self::text("quote_as_configured", NAMES, args, "identifier")?;
        let is_quoted = match Self::text("quote_as_configured", NAMES, args, "quote_key")?.as_str() {
            "database" => self.quoting.database,
            "schema" => self.quoting.schema,
            _ => self.quoting.identifier,
        };
        Ok(Value::from(if is_quoted { self.dialect().quote(&identifier) } else { identifier }))
    }

    fn quote_seed_column(&self, args: &[Value]) -> Result<Value, Error> {
        let arguments = Arguments::bind("quote_seed_column", &["column", "quote_config"], args)?;
        let column = arguments.require("quote_seed_column", "column")?.to_string();
        let is_quoted = arguments.flag("quote_config").unwrap_or(true);
        Ok(Value::from(if is_quoted { self.dialect().quote(&column) } else { column }))
    }
}

impl Object for ParseAdapter {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "Relation" => objects::api(self.dialect(), self.quoting).get_attr("Relation").ok(),
            "Column" => objects::api(self.dialect(), self.quoting).get_attr("Column").ok(),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match name {
            "dispatch" => {
                let arguments = Arguments::bind("dispatch", &["macro_name", "macro_namespace"], args)?;
                let wanted = arguments.require("dispatch", "macro_name")?.to_string();
                template::dispatch(state, &wanted, arguments.text("macro_namespace").as_deref())
            }
            "type" => Ok(Value::from(self.adapter.kind())),
            "quote" => Ok(Value::from(self.dialect().quote(&Self::text(
                "quote",
                &["identifier"],
                args,
                "identifier",
            )?))),
            "quote_as_configured" => self.quote_as_configured(args),
            "quote_seed_column" => self.quote_seed_column(args),
            "execute" => Ok(Value::from(vec![Value::from(""), objects::table(&Rows::default())])),
            "add_query" => Ok(Value::from(vec![Value::from(()), Value::from(())])),
            "standardize_grants_dict" => Ok(template::to_value(&serde_json::json!({}))),
            _ if NONE.contains(&name) => Ok(Value::from(())),
            _ if LISTS.contains(&name) => Ok(template::to_value(&serde_json::json!([]))),
            _ if FALSE.contains(&name) => Ok(Value::from(false)),
            _ if TEXTS.contains(&name) => Ok(Value::from("")),
            _ => self.own_method(name, args),
        }
    }
}
