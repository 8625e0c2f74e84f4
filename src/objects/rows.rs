//! The cells and rows of a result as templates see them.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use minijinja::value::{Enumerator, Object, ObjectRepr, Tuple};
use minijinja::{Error, ErrorKind, State, Value};

use super::Arguments;
use crate::sql::Cell;
use crate::template::{self, Decimal};

/// A cell as a template value: numbers, dates and times as Python has them.
#[must_use]
pub fn cell(cell: &Cell) -> Value {
    let known = match cell {
        Cell::Null => Some(Value::from(())),
        Cell::Bool(yes) => Some(Value::from(*yes)),
        Cell::Integer(number) => {
            Some(i64::try_from(*number).map_or_else(|_| Value::from(*number), Value::from))
        }
        Cell::Float(number) => {
            Some(Decimal::of_float(*number).map_or_else(|| Value::from(*number), Decimal::value))
        }
        Cell::Decimal(digits) => Decimal::parse(digits).map(Decimal::value),
        Cell::Date(text) => text.parse().ok().map(template::date_value),
        Cell::Timestamp(text) => local_time(text).map(template::datetime_value),
        Cell::TimestampTz(text) => zoned_time(text).map(template::utc_value),
        Cell::Text(_) => None,
    };
    known.unwrap_or_else(|| match cell {
        Cell::Decimal(text)
        | Cell::Text(text)
        | Cell::Date(text)
        | Cell::Timestamp(text)
        | Cell::TimestampTz(text) => Value::from(text),
        _ => Value::from(()),
    })
}

fn local_time(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok()
}

fn zoned_time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%:z").ok().map(|time| time.to_utc())
}

/// One row: a sequence that can be asked by column name too.
#[derive(Debug)]
pub struct RowObject {
    names: Arc<[String]>,
    values: Vec<Value>,
}

impl RowObject {
    /// A row with as many values as names.
    #[must_use]
    pub fn new(names: Arc<[String]>, values: Vec<Value>) -> Self {
        Self { names, values }
    }

    /// The values, in the order of the columns.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    fn named(&self, name: &str) -> Option<Value> {
        let at = self.names.iter().position(|known| known == name)?;
        self.values.get(at).cloned()
    }

    fn pairs(&self) -> impl Iterator<Item = (String, Value)> {
        self.names.iter().cloned().zip(self.values.iter().cloned())
    }
}

impl Object for RowObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.values.len())
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some(name) => self.named(name),
            None => self.values.get(place(key, self.values.len())?).cloned(),
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match name {
            "values" => Ok(sequence(self.values.clone())),
            "keys" => Ok(sequence(self.names.iter().map(Value::from).collect())),
            "items" => {
                Ok(sequence(self.pairs().map(|(name, value)| sequence(vec![name.into(), value])).collect()))
            }
            "dict" => Ok(Value::from_object(template::MutDict::new(self.pairs()))),
            "get" => {
                let arguments = Arguments::bind(name, &["key", "default"], args)?;
                let found = self.get_value(arguments.require(name, "key")?);
                Ok(found.or_else(|| arguments.get("default").cloned()).unwrap_or(Value::from(())))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&sample("Row", &self.values))
    }
}

/// How agate prints rows, columns and lists of them: the first five values.
pub(super) fn sample(kind: &str, values: &[Value]) -> String {
    let shown: Vec<String> = values.iter().take(5).map(template::repr).collect();
    let more = if values.len() > 5 { ", ..." } else { "" };
    format!("<agate.{kind}: ({}{more})>", shown.join(", "))
}

/// The place that an index means in a sequence of `length`; negative ones count from the end.
pub(super) fn place(index: &Value, length: usize) -> Option<usize> {
    let index = i64::try_from(index.clone()).ok()?;
    if index >= 0 { usize::try_from(index).ok() } else { length.checked_sub(usize::try_from(-index).ok()?) }
}

/// Values as Python's tuple of them.
pub(super) fn sequence(values: Vec<Value>) -> Value {
    Value::from(Tuple::new(values))
}

/// Named things in order, found by name or by place: a table's `columns` and
/// `rows`, the groups of `group_by`.
#[derive(Debug)]
pub(super) struct Named {
    /// Names, as many as values; none where things have no names.
    pub(super) names: Vec<String>,
    /// The things; iterating gives them.
    pub(super) values: Vec<Value>,
}

impl Named {
    fn pairs(&self) -> impl Iterator<Item = (String, Value)> {
        self.names.iter().cloned().zip(self.values.iter().cloned())
    }
}

impl Object for Named {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.values.len())
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let at = match key.as_str() {
            Some(name) => self.names.iter().position(|known| known == name)?,
            None => place(key, self.values.len())?,
        };
        self.values.get(at).cloned()
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match name {
            "values" => Ok(sequence(self.values.clone())),
            "keys" if self.names.is_empty() && !self.values.is_empty() => Ok(Value::from(())),
            "keys" => Ok(sequence(self.names.iter().map(Value::from).collect())),
            "items" => {
                Ok(sequence(self.pairs().map(|(name, value)| sequence(vec![name.into(), value])).collect()))
            }
            "dict" => Ok(Value::from_object(template::MutDict::new(self.pairs()))),
            "get" => {
                let arguments = Arguments::bind(name, &["key", "default"], args)?;
                let found = self.get_value(arguments.require(name, "key")?);
                Ok(found.or_else(|| arguments.get("default").cloned()).unwrap_or(Value::from(())))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&sample("MappedSequence", &self.values))
    }
}

/// The rows of a table as the driver of a warehouse gives them: a list of tuples.
#[derive(Debug)]
struct Records(Vec<Value>);

/// The rows of a table, of which each is made a tuple when it is looked at.
#[must_use]
pub fn records(table: &Value) -> Value {
    let rows = table.get_attr("rows").ok().and_then(|rows| rows.try_iter().ok().map(Iterator::collect));
    Value::from_object(Records(rows.unwrap_or_default()))
}

impl Object for Records {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let row = self.0.get(place(key, self.0.len())?)?;
        Some(sequence(row.try_iter().ok()?.collect()))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = (0..self.0.len()).filter_map(|at| self.get_value(&Value::from(at)));
        let shown: Vec<String> = rows.map(|row| template::repr(&row)).collect();
        write!(f, "[{}]", shown.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_print_as_in_python() {
        let check = |of: &Cell, printed: &str| assert_eq!(template::text(&cell(of)), printed, "{of:?}");
        check(&Cell::Decimal("12.50".into()), "12.50");
        check(&Cell::Decimal("12345678901234567890.12".into()), "12345678901234567890.12");
        check(&Cell::Float(0.1 + 0.2), "0.30000000000000004");
        check(&Cell::Float(1e-7), "1E-7");
        check(&Cell::Float(1e30), "1e+30");
        check(&Cell::Integer(7), "7");
        check(&Cell::Null, "None");
        check(&Cell::Date("2024-02-29".into()), "2024-02-29");
        check(&Cell::Timestamp("2024-02-29 01:02:03.500000".into()), "2024-02-29 01:02:03.500000");
        check(&Cell::TimestampTz("2024-02-29 01:02:03+00:00".into()), "2024-02-29 01:02:03+00:00");
        check(&Cell::Timestamp("infinity".into()), "infinity");
    }

    #[test]
    fn rows_are_sequences_with_names() {
        let names: Arc<[String]> = Arc::from(["a".to_owned(), "b".to_owned()]);
        let row = Value::from_object(RowObject::new(names, vec![Value::from(1), Value::from("x")]));
        assert_eq!(row.get_item(&Value::from(0)).unwrap(), Value::from(1));
        assert_eq!(row.get_item(&Value::from(-1)).unwrap(), Value::from("x"));
        assert_eq!(row.get_attr("b").unwrap(), Value::from("x"));
        assert_eq!(row.len(), Some(2));
        assert_eq!(row.try_iter().unwrap().count(), 2);
    }
}
