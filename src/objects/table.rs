//! The result of a query as templates see it: the part of agate's `Table` that
//! projects use.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use indexmap::{IndexMap, IndexSet};
use minijinja::value::{Enumerator, Object, ObjectExt, ObjectRepr, Tuple};
use minijinja::{Error, ErrorKind, State, Value};

use super::Arguments;
use super::data_type::{DataType, have_decimals};
use super::printed::{Limits, picture};
use super::rows::{Named, RowObject, cell, place, sample, sequence};
use crate::sql::{Cell, Column, Dialect, Rows};
use crate::template;

/// A table in a template. It iterates over its rows.
#[derive(Clone)]
pub struct TableObject {
    names: Arc<[String]>,
    kinds: Arc<[&'static str]>,
    /// The types that a file has; empty for the rows of a query.
    declared: Arc<[String]>,
    rows: Vec<Arc<RowObject>>,
    shown: Shown,
}

/// What templates ask for again and again, made once. A copy of a table may have other rows.
#[derive(Default)]
struct Shown {
    columns: OnceLock<Value>,
    rows: OnceLock<Value>,
}

impl Clone for Shown {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// The rows as a template value.
#[must_use]
pub fn table(rows: &Rows) -> Value {
    Value::from_object(TableObject::new(rows))
}

/// The rows of a file as a template value: the columns have the types that were seen there.
#[must_use]
pub fn seed_table(rows: &Rows) -> Value {
    let declared = rows.columns.iter().map(|column| column.data_type.clone()).collect();
    Value::from_object(TableObject { declared, ..TableObject::new(rows) })
}

/// The rows as dbt's `show` prints them: all of them, six columns, each cut at 20 characters.
#[must_use]
pub fn preview(rows: &Rows) -> String {
    TableObject::new(rows).picture(Limits::OF_PREVIEW)
}

/// The rows behind a template value, as texts where they were changed by a
/// template; `None` for any other value.
pub fn as_rows(value: &Value) -> Option<Rows> {
    value.downcast_object_ref::<TableObject>().map(TableObject::to_rows)
}

impl TableObject {
    /// The rows of a query.
    #[must_use]
    pub fn new(rows: &Rows) -> Self {
        let names: Arc<[String]> =
            unique_names(rows.columns.iter().map(|column| column.name.as_str())).into();
        let kinds = (0..names.len()).map(|at| kind(rows.rows.iter().filter_map(|row| row.get(at)))).collect();
        let row =
            |row: &Vec<Cell>| Arc::new(RowObject::new(Arc::clone(&names), row.iter().map(cell).collect()));
        let declared = Arc::from([]);
        let rows = rows.rows.iter().map(row).collect();
        Self { kinds, declared, rows, names: Arc::clone(&names), shown: Shown::default() }
    }

    /// The type of DDL for the column at a place: that of the file, else the one that its
    /// values have, whatever the warehouse called it. dbt: `convert_type`.
    pub fn sql_type(&self, place: usize, dialect: &Dialect) -> Option<String> {
        let declared = self.declared.get(place).filter(|declared| !declared.is_empty()).cloned();
        let by_values = || match *self.kinds.get(place)? {
            "Boolean" => Some("boolean"),
            "Number" if have_decimals(self.rows.iter().filter_map(|row| row.values().get(place))) => {
                Some("float8")
            }
            "Integer" | "Number" => Some("integer"),
            "Date" => Some("date"),
            "DateTime" => Some("timestamp without time zone"),
            _ => Some("text"),
        };
        let found = declared.or_else(|| by_values().map(str::to_owned))?;
        let is_measured = dialect.measures_seed_texts && found == "text";
        Some(if is_measured { format!("varchar({})", self.width(place)) } else { found })
    }

    /// Bytes of the longest text of a column; dbt's 64 where there is none.
    fn width(&self, place: usize) -> usize {
        let bytes = |row: &Arc<RowObject>| row.values().get(place)?.as_str().map(str::len);
        self.rows.iter().filter_map(bytes).max().map_or(64, |longest| longest.max(1))
    }

    fn to_rows(&self) -> Rows {
        let columns = self.names.iter().map(|name| Column::new(name, "")).collect();
        let cells = |row: &Arc<RowObject>| row.values().iter().map(from_value).collect();
        Rows { columns, rows: self.rows.iter().map(cells).collect() }
    }

    fn columns(&self) -> Value {
        let column = |at: usize| {
            let values = self.rows.iter().filter_map(|row| row.values().get(at).cloned()).collect();
            let name = self.names.get(at).cloned().unwrap_or_default();
            Value::from_object(TableColumn {
                name,
                place: at,
                kind: self.kinds.get(at).copied().unwrap_or(TEXT),
                values,
            })
        };
        Value::from_object(Named {
            names: self.names.to_vec(),
            values: (0..self.names.len()).map(column).collect(),
        })
    }

    fn row_list(&self) -> Value {
        Value::from_object(Named { names: Vec::new(), values: self.row_values().collect() })
    }

    fn picture(&self, limits: Limits) -> String {
        let rows: Vec<&[Value]> = self.rows.iter().map(|row| row.values()).collect();
        picture(&self.names, &self.kinds, &rows, limits)
    }

    fn row_values(&self) -> impl Iterator<Item = Value> {
        self.rows.iter().map(|row| Value::from_dyn_object(Arc::clone(row)))
    }

    fn with_rows(&self, rows: Vec<Arc<RowObject>>) -> Self {
        Self { rows, ..self.clone() }
    }

    /// The places of the columns that a name, an index, or a list of them mean.
    fn places(&self, wanted: &Value) -> Result<Vec<usize>, Error> {
        if wanted.as_str().is_some() || wanted.is_integer() {
            return Ok(vec![self.place_of(wanted)?]);
        }
        wanted.try_iter()?.map(|name| self.place_of(&name)).collect()
    }

    fn place_of(&self, wanted: &Value) -> Result<usize, Error> {
        let found = match wanted.as_str() {
            Some(name) => self.names.iter().position(|known| known == name),
            None => place(wanted, self.names.len()).filter(|at| *at < self.names.len()),
        };
        found.ok_or_else(|| {
            let known = self.names.join(", ");
            let message = format!("the table has no column `{wanted}`; its columns are: {known}");
            Error::new(ErrorKind::InvalidOperation, message)
        })
    }

    fn select(&self, places: &[usize]) -> Self {
        let names: Arc<[String]> = places.iter().filter_map(|at| self.names.get(*at).cloned()).collect();
        let kinds = places.iter().filter_map(|at| self.kinds.get(*at).copied()).collect();
        let row = |row: &Arc<RowObject>| {
            let values = places.iter().filter_map(|at| row.values().get(*at).cloned()).collect();
            Arc::new(RowObject::new(Arc::clone(&names), values))
        };
        let declared = places.iter().filter_map(|at| self.declared.get(*at).cloned()).collect();
        let rows = self.rows.iter().map(row).collect();
        Self { kinds, declared, rows, names: Arc::clone(&names), shown: Shown::default() }
    }

    fn rename(&self, wanted: &Value) -> Result<Self, Error> {
        let renamed = |(at, name): (usize, &String)| {
            let new = match wanted.kind() {
                minijinja::value::ValueKind::Map => wanted.get_item(&Value::from(name))?,
                _ => wanted.get_item(&Value::from(at))?,
            };
            Ok(if new.is_undefined() { name.clone() } else { new.to_string() })
        };
        let names: Arc<[String]> =
            self.names.iter().enumerate().map(renamed).collect::<Result<_, Error>>()?;
        let row = |row: &Arc<RowObject>| Arc::new(RowObject::new(Arc::clone(&names), row.values().to_vec()));
        Ok(Self { rows: self.rows.iter().map(row).collect(), names: Arc::clone(&names), ..self.clone() })
    }

    /// What a row is sorted, grouped or kept by: a column, or what a function says of it.
    fn keys(&self, state: &mut State<'_, '_>, by: &Value) -> Result<Vec<Value>, Error> {
        if by.as_str().is_none() && !by.is_integer() {
            return self.row_values().map(|row| by.call(state, &[row])).collect();
        }
        let at = self.place_of(by)?;
        Ok(self.rows.iter().filter_map(|row| row.values().get(at).cloned()).collect())
    }

    fn order_by(&self, state: &mut State<'_, '_>, by: &Value, reverse: bool) -> Result<Self, Error> {
        let keys = self.keys(state, by)?;
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        // Nulls last, as agate sorts them.
        let key = |at: usize| keys.get(at).map(|key| (key.is_none(), key));
        // What is equal stays in its order, also in reverse.
        order.sort_by(|one, other| {
            let (one, other) = (key(*one), key(*other));
            if reverse { other.cmp(&one) } else { one.cmp(&other) }
        });
        Ok(self.with_rows(order.into_iter().filter_map(|at| self.rows.get(at).cloned()).collect()))
    }

    fn group_by(&self, state: &mut State<'_, '_>, by: &Value) -> Result<Value, Error> {
        let mut groups: IndexMap<Value, Vec<Arc<RowObject>>> = IndexMap::new();
        for (key, row) in self.keys(state, by)?.into_iter().zip(&self.rows) {
            groups.entry(key).or_default().push(Arc::clone(row));
        }
        let names = groups.iter().map(|(key, _)| key.to_string()).collect();
        let values = groups.into_iter().map(|(_, rows)| Value::from_object(self.with_rows(rows))).collect();
        Ok(Value::from_object(Named { names, values }))
    }

    fn keep(&self, keep: impl Fn(usize) -> bool) -> Self {
        let kept = self.rows.iter().enumerate().filter(|(at, _)| keep(*at));
        self.with_rows(kept.map(|(_, row)| Arc::clone(row)).collect())
    }

    fn to_json(&self) -> Result<Value, Error> {
        let row = |row: &Arc<RowObject>| {
            Value::from_pairs(self.names.iter().cloned().zip(row.values().iter().cloned()))
        };
        let rows: Vec<Value> = self.rows.iter().map(row).collect();
        let text = serde_json::to_string(&rows);
        text.map(Value::from).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
    }
}

/// agate's names of column types.
const TEXT: &str = "Text";

/// The type that agate gives to a column with these cells; a column without values is of integers.
fn kind<'a>(cells: impl Iterator<Item = &'a Cell>) -> &'static str {
    let mut found = None;
    for cell in cells {
        let kind = match cell {
            Cell::Null => continue,
            Cell::Bool(_) => "Boolean",
            Cell::Integer(_) => "Integer",
            Cell::Float(_) | Cell::Decimal(_) => "Number",
            Cell::Date(_) => "Date",
            Cell::Timestamp(_) | Cell::TimestampTz(_) => "DateTime",
            Cell::Text(_) => return TEXT,
        };
        found = match (found, kind) {
            (None, kind) => Some(kind),
            (Some(before), kind) if before == kind => Some(kind),
            (Some("Integer" | "Number"), "Integer" | "Number") => Some("Number"),
            _ => return TEXT,
        };
    }
    found.unwrap_or("Integer")
}

fn from_value(value: &Value) -> Cell {
    if value.is_none() || value.is_undefined() {
        return Cell::Null;
    }
    match value.kind() {
        minijinja::value::ValueKind::Bool => Cell::Bool(value.is_true()),
        minijinja::value::ValueKind::Number if value.is_integer() => {
            i128::try_from(value.clone()).map_or_else(|_| Cell::Text(value.to_string()), Cell::Integer)
        }
        minijinja::value::ValueKind::Number => {
            f64::try_from(value.clone()).map_or_else(|_| Cell::Text(value.to_string()), Cell::Float)
        }
        _ if template::has_zone(value) => Cell::TimestampTz(value.to_string()),
        _ => Cell::Text(value.to_string()),
    }
}

/// Names of columns; those that stand there already get a number, as dbt gives it.
fn unique_names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut unique = Vec::new();
    for name in names {
        let count = counts.entry(name).and_modify(|count| *count += 1).or_insert(1);
        unique.push(if *count == 1 { name.to_owned() } else { format!("{name}_{count}") });
    }
    unique
}

/// As `print_table` shows it, without limits.
impl fmt::Display for TableObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.picture(Limits::default()))
    }
}

impl fmt::Debug for TableObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<agate.table.Table {} columns, {} rows>", self.names.len(), self.rows.len())
    }
}

impl Object for TableObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.mapped_enumerator(|this| Box::new(this.row_values()))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.rows.len())
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "columns" => Some(self.shown.columns.get_or_init(|| self.columns()).clone()),
            "column_names" => Some(Value::from(Tuple::new(self.names.iter().map(Value::from).collect()))),
            "column_types" => {
                Some(self.kinds.iter().map(|kind| Value::from_object(DataType(kind))).collect())
            }
            "rows" => Some(self.shown.rows.get_or_init(|| self.row_list()).clone()),
            _ => None,
        }
    }

    /// agate: a table prints the types of its columns.
    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<[Value; 2]> = self
            .names
            .iter()
            .zip(&*self.kinds)
            .map(|(name, kind)| [name.into(), Value::from(*kind)])
            .collect();
        let rows: Vec<&[Value]> = columns.iter().map(<[Value; 2]>::as_slice).collect();
        let headings = ["column", "data_type"].map(str::to_owned);
        f.write_str(&picture(&headings, &[TEXT, TEXT], &rows, Limits::default()))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let one = |key: &'static str| {
            let arguments = Arguments::bind(name, &[key], args)?;
            arguments.require(name, key).cloned()
        };
        let object = |table: Self| Ok(Value::from_object(table));
        match name {
            "print_table" => {
                let print = state.lookup("print").unwrap_or_default();
                print.call(state, &[Value::from(self.picture(Limits::of_call(args)?).trim_end())])?;
                Ok(Value::from(()))
            }
            "select" => object(self.select(&self.places(&one("key")?)?)),
            "exclude" => {
                let left_out = self.places(&one("key")?)?;
                let kept: Vec<usize> = (0..self.names.len()).filter(|at| !left_out.contains(at)).collect();
                object(self.select(&kept))
            }
            "rename" => object(self.rename(&one("column_names")?)?),
            "where" => {
                let keys = self.keys(state, &one("test")?)?;
                object(self.keep(|at| keys.get(at).is_some_and(Value::is_true)))
            }
            "distinct" => {
                let keys = self.keys(state, &one("key")?)?;
                let mut seen = IndexSet::new();
                let is_first: Vec<bool> = keys.iter().map(|key| seen.insert(key)).collect();
                object(self.keep(|at| is_first.get(at) == Some(&true)))
            }
            "limit" => {
                let arguments = Arguments::bind(name, &["limit"], args)?;
                let limit = arguments.number("limit")?.and_then(|limit| usize::try_from(limit).ok());
                object(self.keep(|at| limit.is_none_or(|limit| at < limit)))
            }
            "order_by" => {
                let arguments = Arguments::bind(name, &["key", "reverse"], args)?;
                let reverse = arguments.flag("reverse").unwrap_or(false);
                object(self.order_by(state, arguments.require(name, "key")?, reverse)?)
            }
            "group_by" => self.group_by(state, &one("key")?),
            "to_json" => self.to_json(),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// One column of a table: a sequence of its values.
#[derive(Debug)]
struct TableColumn {
    name: String,
    place: usize,
    kind: &'static str,
    values: Vec<Value>,
}

impl Object for TableColumn {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.values.len())
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some("name") => Some(Value::from(&self.name)),
            Some("index") => Some(Value::from(self.place)),
            Some("data_type") => Some(Value::from_object(DataType(self.kind))),
            Some(_) => None,
            None => self.values.get(place(key, self.values.len())?).cloned(),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&sample("Column", &self.values))
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, name: &str, _: &[Value]) -> Result<Value, Error> {
        let without_nulls = || self.values.iter().filter(|value| !value.is_none()).cloned();
        match name {
            "values" => Ok(sequence(self.values.clone())),
            "values_without_nulls" => Ok(sequence(without_nulls().collect())),
            "values_distinct" => {
                let distinct: IndexSet<&Value> = self.values.iter().collect();
                Ok(sequence(distinct.into_iter().cloned().collect()))
            }
            "values_sorted" => {
                let mut sorted: Vec<Value> = self.values.clone();
                sorted.sort_by_key(|value| (value.is_none(), value.clone()));
                Ok(sorted.into_iter().collect())
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

#[cfg(test)]
mod tests;
