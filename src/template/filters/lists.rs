//! Filters of lists and dicts. Jinja2's lists can be changed, so can these.

use std::cmp::Ordering;

use minijinja::value::{Rest, Tuple, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, State, Value};

use super::numbers::defined;

use crate::template::error::raise_message;
use crate::template::python;
use crate::template::values::{Absorbing, Arguments, hashable, list, pairs, text, type_name};

/// Adds the filters.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("list", |value: &Value| items(value).map(list));
    for name in ["length", "count"] {
        environment.add_filter(name, length);
    }
    for name in ["default", "d"] {
        environment
            .add_filter(name, |value: Value, args: Rest<ValueOrKwargs>| default(value, &args.into_values()));
    }
    environment.add_filter("items", |value: &Value| -> Result<Value, Error> {
        if Absorbing::is_undefined(value) {
            return Ok(list([]));
        }
        Ok(list(pairs(value)?.into_iter().map(Value::from)))
    });
    environment
        .add_filter("sort", |value: &Value, args: Rest<ValueOrKwargs>| sort(value, &args.into_values()));
    environment.add_filter("dictsort", |state: &State<'_, '_>, value: &Value, args: Rest<ValueOrKwargs>| {
        defined(state, value)?;
        dict_sort(value, &args.into_values())
    });
    environment
        .add_filter("unique", |value: &Value, args: Rest<ValueOrKwargs>| unique(value, &args.into_values()));
    environment.add_filter("groupby", |value: &Value, args: Rest<ValueOrKwargs>| {
        group_by(value, &args.into_values())
    });
    environment
        .add_filter("batch", |value: &Value, args: Rest<ValueOrKwargs>| batch(value, &args.into_values()));
    environment
        .add_filter("slice", |value: &Value, args: Rest<ValueOrKwargs>| slice(value, &args.into_values()));
    environment
        .add_filter("join", |value: &Value, args: Rest<ValueOrKwargs>| join(value, &args.into_values()));
    environment.add_filter("reverse", |value: &Value| match value.as_str() {
        Some(text) => Ok(Value::from(text.chars().rev().collect::<String>())),
        None => items(value).map(|items| list(items.into_iter().rev())),
    });
    environment.add_filter("first", |value: &Value| {
        if value.is_undefined() { Ok(Value::UNDEFINED) } else { minijinja::filters::first(value) }
    });
    environment.add_filter("last", |value: &Value| {
        if value.is_undefined() { Ok(Value::UNDEFINED) } else { minijinja::filters::last(value.clone()) }
    });
    environment.add_filter("min", |value: &Value, args: Rest<ValueOrKwargs>| {
        extreme(value, &args.into_values(), Ordering::Less)
    });
    environment.add_filter("max", |value: &Value, args: Rest<ValueOrKwargs>| {
        extreme(value, &args.into_values(), Ordering::Greater)
    });
}

/// The items of a value; a string's are its characters.
pub(super) fn items(value: &Value) -> Result<Vec<Value>, Error> {
    if let Some(text) = value.as_str() {
        return Ok(text.chars().map(|c| Value::from(c.to_string())).collect());
    }
    match value.kind() {
        ValueKind::Undefined => Ok(Vec::new()),
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map => Ok(value.try_iter()?.collect()),
        _ => Err(raise_message(format!("{} has no items", type_name(value)))),
    }
}

/// The member at a path such as `config.tags` or `0`.
pub(super) fn member(value: &Value, path: &Value) -> Result<Value, Error> {
    let Some(path) = path.as_str() else { return value.get_item(path) };
    let mut found = value.clone();
    for part in path.split('.') {
        let key = part.parse::<usize>().map_or_else(|_| Value::from(part), Value::from);
        found = if found.is_undefined() { found } else { found.get_item(&key)? };
    }
    Ok(found)
}

fn length(value: &Value) -> Result<usize, Error> {
    match (value.as_str(), value.kind()) {
        (Some(text), _) => Ok(text.chars().count()),
        (None, ValueKind::Undefined) => Ok(0),
        _ => match value.len() {
            Some(length) => Ok(length),
            None => items(value)
                .map(|items| items.len())
                .map_err(|_| raise_message(format!("{} has no length", type_name(value)))),
        },
    }
}

/// `default(value, boolean=False)`.
fn default(value: Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("default", args);
    arguments.at_most(2)?;
    let falsy_too = arguments.flag(1, "boolean");
    if Absorbing::is_undefined(&value) || (falsy_too && !value.is_true()) {
        return Ok(arguments.get(0, "default_value").unwrap_or_else(|| Value::from("")));
    }
    Ok(value)
}

/// What a value is sorted and grouped by: strings without their case, unless
/// it counts.
fn folded(value: Value, case_sensitive: bool) -> Value {
    match value.as_str().filter(|_| !case_sensitive) {
        Some(text) => Value::from(text.to_lowercase()),
        None => value,
    }
}

/// The keys that an item is sorted by: `attribute='a,b.c'`.
fn sort_keys(item: &Value, attribute: Option<&Value>, case_sensitive: bool) -> Result<Vec<Value>, Error> {
    let Some(attribute) = attribute else { return Ok(vec![folded(item.clone(), case_sensitive)]) };
    match attribute.as_str() {
        Some(paths) => paths
            .split(',')
            .map(|path| Ok(folded(member(item, &Value::from(path.trim()))?, case_sensitive)))
            .collect(),
        None => Ok(vec![folded(member(item, attribute)?, case_sensitive)]),
    }
}

fn order(left: &[Value], right: &[Value], failure: &mut Option<Error>) -> Ordering {
    for (a, b) in left.iter().zip(right) {
        let is_equal = python::equal(a, b);
        match is_equal.and_then(|same| if same { Ok(Ordering::Equal) } else { python::compare("<", a, b) }) {
            Ok(Ordering::Equal) => {}
            Ok(ordering) => return ordering,
            Err(error) => {
                failure.get_or_insert(error);
                return a.cmp(b);
            }
        }
    }
    Ordering::Equal
}

/// Sorts by keys; the order of equals stays, also in reverse.
fn sorted(mut keyed: Vec<(Vec<Value>, Value)>, reverse: bool) -> Result<Vec<Value>, Error> {
    let mut failure = None;
    keyed.sort_by(|(left, _), (right, _)| {
        let ordering = order(left, right, &mut failure);
        if reverse { ordering.reverse() } else { ordering }
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(keyed.into_iter().map(|(_, item)| item).collect()),
    }
}

/// `sort(reverse=False, case_sensitive=False, attribute=None)`.
fn sort(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("sort", args);
    let case_sensitive = arguments.flag(1, "case_sensitive");
    let attribute = arguments.get(2, "attribute").filter(|attribute| !attribute.is_none());
    let key = |item: Value| Ok((sort_keys(&item, attribute.as_ref(), case_sensitive)?, item));
    let keyed = items(value)?.into_iter().map(key).collect::<Result<_, Error>>()?;
    sorted(keyed, arguments.flag(0, "reverse")).map(list)
}

/// `dictsort(case_sensitive=False, by='key', reverse=False)`.
fn dict_sort(value: &Value, args: &[Value]) -> Result<Value, Error> {
    if Absorbing::is_undefined(value) {
        return Ok(list([]));
    }
    let arguments = Arguments::new("dictsort", args);
    let case_sensitive = arguments.flag(0, "case_sensitive");
    let by_value = arguments.optional_string(1, "by")?.is_some_and(|by| by == "value");
    let key = |(key, item): (Value, Value)| {
        let by = if by_value { item.clone() } else { key.clone() };
        (vec![folded(by, case_sensitive)], Value::from((key, item)))
    };
    sorted(pairs(value)?.into_iter().map(key).collect(), arguments.flag(2, "reverse")).map(list)
}

/// `unique(case_sensitive=False, attribute=None)`: the first of equals.
fn unique(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("unique", args);
    let case_sensitive = arguments.flag(0, "case_sensitive");
    let attribute = arguments.get(1, "attribute").filter(|attribute| !attribute.is_none());
    let mut seen = indexmap::IndexSet::new();
    let mut kept = Vec::new();
    for item in items(value)? {
        let by = match &attribute {
            Some(attribute) => member(&item, attribute)?,
            None => item.clone(),
        };
        // Objects of the same print are the same: dates, relations, decimals.
        let by = folded(by, case_sensitive);
        let by = match by.kind() {
            ValueKind::Plain => Value::from((by.to_string(), "object")),
            ValueKind::Bool => Value::from(i64::from(by.is_true())),
            _ => by,
        };
        if seen.insert(hashable(by)?) {
            kept.push(item);
        }
    }
    Ok(list(kept))
}

/// `groupby(attribute, default=None, case_sensitive=False)`: pairs of a value
/// and the items that have it, sorted.
fn group_by(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("groupby", args);
    let attribute = arguments.required(0, "attribute")?;
    let fallback = arguments.get(1, "default");
    let case_sensitive = arguments.flag(2, "case_sensitive");
    let mut keyed = Vec::new();
    for item in items(value)? {
        let by = member(&item, &attribute)?;
        let by = if by.is_undefined() { fallback.clone().unwrap_or(by) } else { by };
        keyed.push((vec![folded(by.clone(), case_sensitive)], Value::from((by, item))));
    }
    let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
    for pair in sorted(keyed, false)? {
        let (by, item) = (pair.get_item_by_index(0)?, pair.get_item_by_index(1)?);
        let key = folded(by.clone(), case_sensitive);
        match groups.last_mut() {
            Some((last, _, members)) if python::equal(last, &key)? => members.push(item),
            _ => groups.push((key, by, vec![item])),
        }
    }
    Ok(list(groups.into_iter().map(|(_, by, members)| Group::value(by, list(members)))))
}

/// `batch(linecount, fill_with=None)`: rows of so many items.
fn batch(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("batch", args);
    let size = positive(&arguments, "linecount")?;
    let fill = arguments.get(1, "fill_with").filter(|fill| !fill.is_none());
    let items = items(value)?;
    let rows = items.chunks(size).map(|row| {
        let missing = if fill.is_some() { (size - row.len()).min(1_000_000) } else { 0 };
        let filling = std::iter::repeat_n(fill.clone().unwrap_or_default(), missing);
        list(row.iter().cloned().chain(filling))
    });
    Ok(list(rows))
}

/// `slice(slices, fill_with=None)`: so many columns of about equal length.
fn slice(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("slice", args);
    let count = positive(&arguments, "slices")?.min(1_000_000);
    let fill = arguments.get(1, "fill_with").filter(|fill| !fill.is_none());
    let items = items(value)?;
    let (each, longer) = (items.len() / count, items.len() % count);
    let mut rest = items.into_iter();
    let column = |at: usize| {
        let mut column: Vec<Value> = rest.by_ref().take(each + usize::from(at < longer)).collect();
        if at >= longer && longer > 0 {
            column.extend(fill.clone());
        }
        list(column)
    };
    Ok(list((0..count).map(column)))
}

fn positive(arguments: &Arguments<'_>, name: &str) -> Result<usize, Error> {
    let number = arguments.optional_integer(0, name)?.and_then(|number| usize::try_from(number).ok());
    number
        .filter(|number| *number > 0)
        .ok_or_else(|| raise_message(format!("`{name}` must be a positive number")))
}

/// `join(d='', attribute=None)`.
fn join(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("join", args);
    let separator = arguments.get(0, "d").map(|separator| text(&separator)).unwrap_or_default();
    let attribute = arguments.get(1, "attribute").filter(|attribute| !attribute.is_none());
    let mut joined = String::new();
    for (at, item) in items(value)?.into_iter().enumerate() {
        if at > 0 {
            joined.push_str(&separator);
        }
        let item = match &attribute {
            Some(attribute) => member(&item, attribute)?,
            None => item,
        };
        joined.push_str(&text(&item));
    }
    Ok(Value::from(joined))
}

/// `min` and `max` `(case_sensitive=False, attribute=None)`.
fn extreme(value: &Value, args: &[Value], wanted: Ordering) -> Result<Value, Error> {
    let arguments = Arguments::new("min", args);
    let case_sensitive = arguments.flag(0, "case_sensitive");
    let attribute = arguments.get(1, "attribute").filter(|attribute| !attribute.is_none());
    let mut best: Option<(Vec<Value>, Value)> = None;
    let mut failure = None;
    for item in items(value)? {
        let keys = sort_keys(&item, attribute.as_ref(), case_sensitive)?;
        if best.as_ref().is_none_or(|(best, _)| order(&keys, best, &mut failure) == wanted) {
            best = Some((keys, item));
        }
    }
    match failure {
        Some(error) => Err(error),
        None => Ok(best.map_or(Value::UNDEFINED, |(_, item)| item)),
    }
}

/// What `groupby` gives: a pair that has names too.
#[derive(Debug)]
struct Group {
    grouper: Value,
    list: Value,
}

impl Group {
    fn value(grouper: Value, list: Value) -> Value {
        Value::from_object(Self { grouper, list })
    }
}

impl minijinja::value::Object for Group {
    fn repr(self: &std::sync::Arc<Self>) -> minijinja::value::ObjectRepr {
        minijinja::value::ObjectRepr::Seq
    }

    fn get_value(self: &std::sync::Arc<Self>, key: &Value) -> Option<Value> {
        match (key.as_str(), key.as_usize()) {
            (Some("grouper"), _) | (_, Some(0)) => Some(self.grouper.clone()),
            (Some("list"), _) | (_, Some(1)) => Some(self.list.clone()),
            _ => None,
        }
    }

    fn enumerate(self: &std::sync::Arc<Self>) -> minijinja::value::Enumerator {
        minijinja::value::Enumerator::Seq(2)
    }

    fn render(self: &std::sync::Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pair = Tuple::new(vec![self.grouper.clone(), self.list.clone()]);
        f.write_str(&text(&Value::from(pair)))
    }
}
