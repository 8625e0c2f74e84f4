//! Relations and schemas: what exists, and changes of it.

use minijinja::{Error, ErrorKind, State, Value};

use super::{AdapterObject, call_macro, relation_argument};
use crate::objects::{self, Arguments};
use crate::sql::{Policy, Relation};
use crate::template;

type Called = Result<Value, Error>;

/// `get_relation(database, schema, identifier)`: a relation or `none`.
pub(super) fn get_relation(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("get_relation", &["database", "schema", "identifier"], args)?;
    defined(&arguments, &["database", "schema"])?;
    let relation = Relation {
        database: arguments.text("database"),
        schema: arguments.text("schema"),
        identifier: arguments.text("identifier"),
        kind: None,
        quote: adapter.state.runtime.quoting,
        include: Policy::ALL,
    };
    found(adapter, &relation)
}

/// dbt: names that are looked for must be something; that of the relation itself need not.
fn defined(arguments: &Arguments, names: &[&str]) -> Result<(), Error> {
    let undefined = names.iter().find(|name| arguments.get(name).is_some_and(Value::is_undefined));
    let Some(name) = undefined else { return Ok(()) };
    Err(Error::new(ErrorKind::InvalidOperation, format!("the {name} that is asked for is undefined")))
}

fn found(adapter: &AdapterObject, wanted: &Relation) -> Called {
    let Some(existing) = adapter.state.existing_exactly(wanted).map_err(template::raise)? else {
        return Ok(Value::from(()));
    };
    let quote = adapter.state.runtime.quoting;
    Ok(adapter.relation(Relation { quote, ..existing }))
}

/// `already_exists(schema, name)`; old.
pub(super) fn already_exists(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("already_exists", &["schema", "name"], args)?;
    let (schema, name) = (arguments.text("schema"), arguments.text("name"));
    let relation = Relation::new(None::<String>, schema.unwrap_or_default(), name.unwrap_or_default());
    let existing = adapter.state.existing_exactly(&relation).map_err(template::raise)?;
    Ok(Value::from(existing.is_some()))
}

/// `list_relations(database, schema)`.
pub(super) fn list_relations(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("list_relations", &["database", "schema"], args)?;
    let (database, schema) = (arguments.text("database"), arguments.text("schema").unwrap_or_default());
    let relations = adapter.state.relations_of(database.as_deref(), &schema).map_err(template::raise)?;
    let values = relations.into_iter().map(|relation| adapter.relation(relation)).collect();
    Ok(Value::from_object(template::MutList::new(values)))
}

/// `drop_relation(relation)`.
pub(super) fn drop_relation(adapter: &AdapterObject, running: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("drop_relation", &["relation"], args)?;
    let relation = relation_argument(&arguments, "drop_relation", "relation")?;
    if relation.kind.is_none() {
        let name = relation.render(adapter.state.runtime.adapter().dialect());
        return Err(template::raise_message(format!("{name} cannot be dropped: it is not known what it is")));
    }
    call_macro(running, "drop_relation", &[arguments.require("drop_relation", "relation")?.clone()])?;
    adapter.state.note(adapter.state.runtime.relations.remove(&relation));
    Ok(Value::from(()))
}

/// `rename_relation(from_relation, to_relation)`.
pub(super) fn rename_relation(
    adapter: &AdapterObject,
    running: &mut State<'_, '_>,
    args: &[Value],
) -> Called {
    let arguments = Arguments::bind("rename_relation", &["from_relation", "to_relation"], args)?;
    let from = relation_argument(&arguments, "rename_relation", "from_relation")?;
    let to = relation_argument(&arguments, "rename_relation", "to_relation")?;
    let values =
        ["from_relation", "to_relation"].map(|name| arguments.get(name).cloned().unwrap_or_default());
    call_macro(running, "rename_relation", &values)?;
    adapter.state.note(adapter.state.runtime.relations.rename(&from, &to));
    Ok(Value::from(()))
}

/// `truncate_relation(relation)`.
pub(super) fn truncate_relation(_: &AdapterObject, running: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("truncate_relation", &["relation"], args)?;
    relation_argument(&arguments, "truncate_relation", "relation")?;
    call_macro(running, "truncate_relation", &[arguments.require("truncate_relation", "relation")?.clone()])?;
    Ok(Value::from(()))
}

/// `create_schema(relation)`. dbt: what was begun is committed with it.
pub(super) fn create_schema(adapter: &AdapterObject, running: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("create_schema", &["relation"], args)?;
    let schema = without_identifier(&relation_argument(&arguments, "create_schema", "relation")?);
    call_macro(running, "create_schema", &[adapter.relation(schema)])?;
    adapter.state.commit().map_err(template::raise)?;
    Ok(Value::from(()))
}

/// `drop_schema(relation)`. dbt: what was begun is committed with it.
pub(super) fn drop_schema(adapter: &AdapterObject, running: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("drop_schema", &["relation"], args)?;
    let schema = without_identifier(&relation_argument(&arguments, "drop_schema", "relation")?);
    call_macro(running, "drop_schema", &[adapter.relation(schema.clone())])?;
    adapter.state.commit().map_err(template::raise)?;
    adapter.state.note(adapter.state.runtime.relations.remove_schema(&schema));
    Ok(Value::from(()))
}

fn without_identifier(relation: &Relation) -> Relation {
    let mut schema = Relation { identifier: None, ..relation.clone() };
    schema.include.identifier = false;
    schema
}

/// `check_schema_exists(database, schema)`.
pub(super) fn check_schema_exists(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("check_schema_exists", &["database", "schema"], args)?;
    defined(&arguments, &["database", "schema"])?;
    let (database, schema) = (arguments.text("database"), arguments.text("schema").unwrap_or_default());
    let database = database.or_else(|| adapter.state.runtime.parts.project.target().database);
    let known = adapter.state.introspect(|session| session.schemas(database.as_deref()));
    let known = known.map_err(|error| template::raise(adapter.state.refused(error)))?;
    Ok(Value::from(known.iter().any(|name| name.eq_ignore_ascii_case(&schema))))
}

/// `cache_added(relation)`: a statement made it.
pub(super) fn cache_added(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("cache_added", &["relation"], args)?;
    if let Some(relation) = arguments.given("relation").and_then(objects::as_relation) {
        adapter.state.note(adapter.state.runtime.relations.insert(&relation));
    }
    Ok(Value::from(""))
}

/// `cache_dropped(relation)`: a statement dropped it.
pub(super) fn cache_dropped(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("cache_dropped", &["relation"], args)?;
    if let Some(relation) = arguments.given("relation").and_then(objects::as_relation) {
        adapter.state.note(adapter.state.runtime.relations.remove(&relation));
    }
    Ok(Value::from(""))
}

/// `cache_renamed(from_relation, to_relation)`: a statement renamed it.
pub(super) fn cache_renamed(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("cache_renamed", &["from_relation", "to_relation"], args)?;
    let from = relation_argument(&arguments, "cache_renamed", "from_relation")?;
    let to = relation_argument(&arguments, "cache_renamed", "to_relation")?;
    adapter.state.note(adapter.state.runtime.relations.rename(&from, &to));
    Ok(Value::from(""))
}
