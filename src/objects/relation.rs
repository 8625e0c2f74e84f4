//! `this`, `ref(...)`, `source(...)`: relations as templates see them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::Arguments;
use crate::sql::{Dialect, Part, Policy, Relation, RelationKind, Subset};

/// A relation in a template. It prints as SQL: its quoted name, wrapped in a
/// subquery where only some rows are wanted.
#[derive(Clone, PartialEq, Eq)]
pub struct RelationObject {
    relation: Relation,
    dialect: Dialect,
    subset: Subset,
    /// SQL that stands for the relation instead of its name.
    text: Option<String>,
}

/// The relation as a template value.
pub fn relation(relation: Relation, dialect: &Dialect) -> Value {
    RelationObject::new(relation, dialect).into()
}

/// The information schema of the database that a relation is in.
#[must_use]
pub fn information_schema(relation: &Relation, dialect: &Dialect) -> Value {
    RelationObject::new(relation.clone(), dialect).information_schema(None)
}

/// The relation behind a template value; `None` for any other value.
pub fn as_relation(value: &Value) -> Option<Relation> {
    value.downcast_object_ref::<RelationObject>().map(|object| object.relation.clone())
}

/// The keys by which templates may iterate over a relation: it counts as a mapping.
const KEYS: &[&str] = &["database", "schema", "identifier", "type"];

impl RelationObject {
    /// All rows of a relation, under its name.
    #[must_use]
    pub fn new(relation: Relation, dialect: &Dialect) -> Self {
        Self { relation, dialect: *dialect, subset: Subset::default(), text: None }
    }

    /// Only some rows of it.
    #[must_use]
    pub fn with_subset(mut self, subset: Subset) -> Self {
        self.subset = subset;
        self
    }

    /// Printed as this SQL instead of its name: an external location.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The name, or what stands for it, without the subquery.
    fn rendered(&self) -> String {
        self.text.clone().unwrap_or_else(|| self.relation.render(&self.dialect))
    }

    fn with(&self, change: impl FnOnce(&mut Relation)) -> Value {
        let mut changed = self.clone();
        change(&mut changed.relation);
        changed.into()
    }

    fn replace_path(&self, arguments: &Arguments) -> Result<Value, Error> {
        let mut changed = self.clone();
        set_path(&mut changed.relation, |name| arguments.get(name).cloned())?;
        Ok(changed.into())
    }

    /// dbt's `incorporate(path=…, type=…, quote_policy=…, include_policy=…)`.
    pub(super) fn incorporate(&self, args: &[Value]) -> Result<Value, Error> {
        let names = ["path", "type", "quote_policy", "include_policy", "limit"];
        let arguments = Arguments::bind_known("incorporate", &names, 0, args)?;
        let mut changed = self.clone();
        if let Some(path) = arguments.given("path") {
            let given = |name: &str| path.get_attr(name).ok().filter(|value| !value.is_undefined());
            set_path(&mut changed.relation, given)?;
        }
        if let Some(kind) = arguments.get("type") {
            changed.relation.kind = relation_kind(kind)?;
        }
        if let Some(policy) = arguments.given("quote_policy") {
            changed.relation.quote = merge_policy(changed.relation.quote, policy)?;
        }
        if let Some(policy) = arguments.given("include_policy") {
            changed.relation.include = merge_policy(changed.relation.include, policy)?;
        }
        if let Some(limit) = arguments.number("limit")? {
            changed.subset.limit = Some(u64::from(limit));
        }
        check_length(&changed.relation, &self.dialect)?;
        Ok(changed.into())
    }

    /// The relation of a longer name, cut so that the name remains possible.
    fn with_suffix(&self, args: &[Value]) -> Result<Value, Error> {
        let arguments = Arguments::bind("with_suffix", &["suffix"], args)?;
        let suffix = arguments.require("with_suffix", "suffix")?.to_string();
        if self.dialect.longest_name.is_some_and(|longest| suffix.len() > longest) {
            let message = format!("the suffix `{suffix}` is longer than a name may be");
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
        Ok(self.with(|relation| *relation = relation.clone().with_suffix(&suffix, &self.dialect)))
    }

    /// Where a database describes itself. dbt: the project's schema is not part of it.
    fn information_schema(&self, view: Option<String>) -> Value {
        let mut place = Relation { schema: None, identifier: None, ..self.relation.clone() };
        place.include = Policy::ALL;
        let database = place.render(&self.dialect);
        let parts = [Some(database).filter(|text| !text.is_empty()), Some("INFORMATION_SCHEMA".into()), view];
        place.identifier = Some("INFORMATION_SCHEMA".into());
        let text = parts.into_iter().flatten().collect::<Vec<String>>().join(".");
        Self::new(place, &self.dialect).with_text(text).into()
    }

    /// dbt's `matches`: equal names, where a case-only difference is an error.
    fn matches(&self, args: &[Value]) -> Result<Value, Error> {
        let arguments = Arguments::bind("matches", &["database", "schema", "identifier"], args)?;
        let mut exact = true;
        let mut similar = true;
        for part in [Part::Database, Part::Schema, Part::Identifier] {
            let Some(wanted) = arguments.text(part.as_str()) else { continue };
            let own = self.relation.part(part).unwrap_or_default();
            exact &= own == wanted;
            similar &= own.eq_ignore_ascii_case(&wanted);
        }
        if similar && !exact {
            let message =
                format!("`{}` differs from what was sought only in upper and lower case", self.rendered());
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
        Ok(Value::from(exact))
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        let text = |part: Option<&str>| part.map_or(Value::from(()), Value::from);
        let kind = self.relation.kind;
        let is = |wanted| Some(Value::from(kind == Some(wanted)));
        match name {
            "database" => Some(text(self.relation.database.as_deref())),
            "schema" => Some(text(self.relation.schema.as_deref())),
            "identifier" | "table" | "name" => Some(text(self.relation.identifier.as_deref())),
            "type" => Some(text(kind.map(RelationKind::as_str))),
            "is_table" => is(RelationKind::Table),
            "is_view" => is(RelationKind::View),
            "is_cte" => is(RelationKind::Cte),
            "is_materialized_view" => is(RelationKind::MaterializedView),
            "is_function" => is(RelationKind::Function),
            "is_pointer" => Some(Value::from(false)),
            "can_be_replaced" => {
                Some(Value::from(kind.is_some_and(|kind| self.dialect.replaceable.contains(&kind))))
            }
            "can_be_renamed" => Some(Value::from(kind.is_some_and(RelationKind::can_be_renamed))),
            "quote_character" => Some(Value::from(self.dialect.quote_char.to_string())),
            "quote_policy" => Some(policy_value(self.relation.quote)),
            "include_policy" => Some(policy_value(self.relation.include)),
            "path" => Some(path_value(&self.relation)),
            "limit" => Some(self.subset.limit.map_or(Value::from(()), Value::from)),
            "metadata" => Some(metadata()),
            _ => super::relation_class::constant(name),
        }
    }
}

impl From<RelationObject> for Value {
    fn from(object: RelationObject) -> Self {
        Self::from_object(object)
    }
}

impl fmt::Display for RelationObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.relation.identifier.as_deref().unwrap_or_default();
        f.write_str(&self.subset.apply(self.rendered(), name, &self.dialect))
    }
}

/// Python's `repr`, which lists and dictionaries print.
impl fmt::Debug for RelationObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<BaseRelation {}>", self.rendered())
    }
}

impl Object for RelationObject {
    /// dbt's relations are mappings; packages ask `is mapping`.
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(KEYS)
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.attribute(key.as_str()?)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", **self)
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        if **self == *other {
            return Some(Ordering::Equal);
        }
        let order = |object: &Self| (object.to_string(), format!("{:?}", object.relation));
        Some(order(self).cmp(&order(other)))
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let parts = ["database", "schema", "identifier"];
        match name {
            "render" => Ok(Value::from(self.rendered())),
            "include" => {
                let arguments = Arguments::bind(name, &parts, args)?;
                Ok(self.with(|relation| relation.include = change_policy(relation.include, &arguments)))
            }
            "quote" => {
                let arguments = Arguments::bind(name, &parts, args)?;
                Ok(self.with(|relation| relation.quote = change_policy(relation.quote, &arguments)))
            }
            "replace_path" => self.replace_path(&Arguments::bind(name, &parts, args)?),
            "incorporate" | "replace" => self.incorporate(args),
            "without_identifier" => Ok(self.with(|relation| {
                relation.identifier = None;
                relation.include.identifier = false;
            })),
            "information_schema" | "information_schema_only" => {
                let arguments = Arguments::bind(name, &["view_name"], args)?;
                Ok(self.information_schema(arguments.text("view_name")))
            }
            "get_function_config" => super::relation_class::function_config(args),
            "get_function_macro_name" => super::relation_class::function_macro_name(args),
            "matches" => self.matches(args),
            "with_suffix" => self.with_suffix(args),
            "relation_max_name_length" if self.dialect.longest_name.is_some() => {
                Ok(Value::from(self.dialect.longest_name))
            }
            "quoted" => {
                let arguments = Arguments::bind(name, &["identifier"], args)?;
                Ok(Value::from(self.dialect.quote(&arguments.require(name, "identifier")?.to_string())))
            }
            "get" => {
                let arguments = Arguments::bind(name, &["key", "default"], args)?;
                let found = self.attribute(&arguments.require(name, "key")?.to_string());
                Ok(found.or_else(|| arguments.get("default").cloned()).unwrap_or(Value::from(())))
            }
            "scd_args" | "add_ephemeral_prefix" | "create" => {
                super::relation_class::call(name, args, self.dialect, self.dialect.default_quoting)
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// What `dbt_utils` looks at to tell a relation from other mappings.
fn metadata() -> Value {
    Value::from_pairs([("type", Value::from("BaseRelation"))])
}

fn path_value(relation: &Relation) -> Value {
    let text = |part: &Option<String>| part.clone().map_or(Value::from(()), Value::from);
    Value::from_pairs([
        ("database", text(&relation.database)),
        ("schema", text(&relation.schema)),
        ("identifier", text(&relation.identifier)),
    ])
}

fn policy_value(policy: Policy) -> Value {
    Value::from_pairs([
        ("database", policy.database),
        ("schema", policy.schema),
        ("identifier", policy.identifier),
    ])
}

fn change_policy(policy: Policy, arguments: &Arguments) -> Policy {
    [Part::Database, Part::Schema, Part::Identifier].into_iter().fold(policy, |policy, part| {
        arguments.flag(part.as_str()).map_or(policy, |yes| policy.with(part, yes))
    })
}

/// The kind that a `type` argument names; `none` is no kind.
pub(super) fn relation_kind(value: &Value) -> Result<Option<RelationKind>, Error> {
    if value.is_none() || value.is_undefined() {
        return Ok(None);
    }
    let word = value.to_string();
    RelationKind::parse(&word).map(Some).ok_or_else(|| {
        let message = format!(
            "`{word}` is no relation type; they are: table, view, materialized_view, cte, external, function"
        );
        Error::new(ErrorKind::InvalidOperation, message)
    })
}

/// Refuses a name that is too long. dbt: only of a relation whose kind is known,
/// since names of tests are looked up, too.
pub(super) fn check_length(relation: &Relation, dialect: &Dialect) -> Result<(), Error> {
    if relation.kind.is_none() {
        return Ok(());
    }
    relation.check_length(dialect).map_err(|message| Error::new(ErrorKind::InvalidOperation, message))
}

/// The policy with the answers of a mapping such as `{"schema": false}`.
pub(super) fn merge_policy(policy: Policy, changes: &Value) -> Result<Policy, Error> {
    let parts = [Part::Database, Part::Schema, Part::Identifier];
    parts.into_iter().try_fold(policy, |policy, part| {
        let change = changes.get_attr(part.as_str())?;
        let is_given = !change.is_undefined() && !change.is_none();
        Ok(if is_given { policy.with(part, change.is_true()) } else { policy })
    })
}

/// The parts of a path that `given` tells of.
fn set_path(relation: &mut Relation, given: impl Fn(&str) -> Option<Value>) -> Result<(), Error> {
    for part in [Part::Database, Part::Schema, Part::Identifier] {
        let Some(value) = given(part.as_str()) else { continue };
        let text = path_part(part.as_str(), &value)?;
        match part {
            Part::Database => relation.database = text,
            Part::Schema => relation.schema = text,
            Part::Identifier => relation.identifier = text,
        }
    }
    Ok(())
}

/// A part of a relation's path: a text or `none`.
pub(super) fn path_part(name: &str, value: &Value) -> Result<Option<String>, Error> {
    if value.is_none() {
        return Ok(None);
    }
    value.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| {
        let shown = if value.is_undefined() { "undefined".to_owned() } else { format!("`{value}`") };
        let message = format!("the {name} of a relation must be a text or `none`; it is {shown}");
        Error::new(ErrorKind::InvalidOperation, message)
    })
}
