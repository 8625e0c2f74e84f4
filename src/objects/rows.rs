//! The cells and rows of a result as templates see them.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectExt, ObjectRepr, Tuple};
use minijinja::{Error, ErrorKind, State, Value};

use super::Arguments;
use crate::sql::Cell;

/// A cell as a template value. An exact number becomes a number where it can be
/// written as one without loss, else it stays its digits.
#[must_use]
pub fn cell(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::from(()),
        Cell::Bool(yes) => Value::from(*yes),
        Cell::Integer(number) => i64::try_from(*number).map_or_else(|_| Value::from(*number), Value::from),
        Cell::Float(number) => Value::from(*number),
        Cell::Decimal(digits) => decimal(digits),
        Cell::Text(text) | Cell::Date(text) | Cell::Timestamp(text) | Cell::TimestampTz(text) => {
            Value::from(text)
        }
    }
}

fn decimal(digits: &str) -> Value {
    let significant = |text: &str| match text.split_once('.') {
        Some((whole, part)) => format!("{whole}.{}", part.trim_end_matches('0')),
        None => format!("{text}."),
    };
    match digits.parse::<f64>() {
        Ok(number) if significant(&number.to_string()) == significant(digits) => Value::from(number),
        _ => Value::from(digits),
    }
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
            "keys" => Ok(self.names.iter().map(Value::from).collect()),
            "items" => Ok(self.pairs().map(|(name, value)| sequence(vec![name.into(), value])).collect()),
            "dict" => Ok(Value::from_pairs(self.pairs())),
            "get" => {
                let arguments = Arguments::bind(name, &["key", "default"], args)?;
                let found = self.get_value(arguments.require(name, "key")?);
                Ok(found.or_else(|| arguments.get("default").cloned()).unwrap_or(Value::from(())))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
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
    /// The things.
    pub(super) values: Vec<Value>,
    /// Whether iterating gives the names, as for a dictionary.
    pub(super) by_name: bool,
}

impl Object for Named {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        if self.by_name { ObjectRepr::Map } else { ObjectRepr::Seq }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        if !self.by_name {
            return Enumerator::Seq(self.values.len());
        }
        self.mapped_enumerator(|this| Box::new(this.names.iter().map(Value::from)))
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
            "keys" => Ok(self.names.iter().map(Value::from).collect()),
            "items" => {
                let pairs = self.names.iter().zip(&self.values);
                Ok(pairs.map(|(name, value)| sequence(vec![Value::from(name), value.clone()])).collect())
            }
            "get" => {
                let arguments = Arguments::bind(name, &["key", "default"], args)?;
                let found = self.get_value(arguments.require(name, "key")?);
                Ok(found.or_else(|| arguments.get("default").cloned()).unwrap_or(Value::from(())))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_numbers_are_never_changed() {
        let check = |digits: &str, printed: &str| {
            assert_eq!(cell(&Cell::Decimal(digits.into())).to_string(), printed);
        };
        check("12.50", "12.5");
        check("-0.25", "-0.25");
        check("12345678901234567890.12", "12345678901234567890.12");
        assert_eq!(cell(&Cell::Integer(7)), Value::from(7));
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
