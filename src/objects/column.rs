//! Columns as templates see them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::Arguments;
use crate::sql::{Column, Dialect};

/// A column in a template; dbt's `Column`.
#[derive(Clone, PartialEq, Eq)]
pub struct ColumnObject {
    column: Column,
    dialect: Dialect,
}

/// The column as a template value.
pub fn column(column: Column, dialect: &Dialect) -> Value {
    Value::from_object(ColumnObject { column, dialect: *dialect })
}

/// The column behind a template value; `None` for any other value.
pub fn as_column(value: &Value) -> Option<Column> {
    value.downcast_object_ref::<ColumnObject>().map(|object| object.column.clone())
}

/// Python's `repr`, which lists and plain printing show.
impl fmt::Debug for ColumnObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Column {} ({})>", self.column.name, self.column.type_text(&self.dialect))
    }
}

impl Object for ColumnObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let column = &self.column;
        let number = |value: Option<u32>| value.map_or(Value::from(()), Value::from);
        match key.as_str()? {
            "name" | "column" => Some(Value::from(&column.name)),
            "dtype" => Some(Value::from(&column.data_type)),
            "data_type" | "expanded_data_type" => Some(Value::from(column.type_text(&self.dialect))),
            "quoted" => Some(Value::from(self.dialect.quote(&column.name))),
            "char_size" => Some(number(column.char_size)),
            "numeric_precision" => Some(number(column.numeric_precision)),
            "numeric_scale" => Some(number(column.numeric_scale)),
            _ => None,
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        let order = |object: &Self| {
            let column = &object.column;
            (
                column.name.clone(),
                column.data_type.clone(),
                column.char_size,
                column.numeric_precision,
                column.numeric_scale,
            )
        };
        Some(order(self).cmp(&order(other)))
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let column = &self.column;
        match name {
            "is_string" => Ok(Value::from(column.is_string())),
            "is_number" => Ok(Value::from(column.is_number())),
            "is_float" => Ok(Value::from(column.is_float())),
            "is_integer" => Ok(Value::from(column.is_integer())),
            "is_numeric" => Ok(Value::from(column.is_numeric())),
            "is_struct" => Ok(Value::from(column.is_struct())),
            "string_size" => column.string_size().map(Value::from).ok_or_else(|| {
                let message = format!(
                    "`string_size` asks for the width of a text, but `{}` is {}",
                    column.name, column.data_type
                );
                Error::new(ErrorKind::InvalidOperation, message)
            }),
            "can_expand_to" => {
                let arguments = Arguments::bind(name, &["other_column"], args)?;
                let other = as_column(arguments.require(name, "other_column")?).ok_or_else(|| {
                    Error::new(ErrorKind::InvalidOperation, "`can_expand_to` takes a column")
                })?;
                Ok(Value::from(column.can_expand_to(&other)))
            }
            "literal" => {
                let arguments = Arguments::bind(name, &["value"], args)?;
                Ok(Value::from(format!(
                    "{}::{}",
                    arguments.require(name, "value")?,
                    column.type_text(&self.dialect)
                )))
            }
            "flatten" => {
                let flat = column.flatten().into_iter().map(|column| super::column(column, &self.dialect));
                Ok(flat.collect())
            }
            _ => class_method(name, args, self.dialect),
        }
    }
}

/// `api.Column`: makes columns, and holds what needs no column.
#[derive(Debug)]
pub struct ColumnClass {
    dialect: Dialect,
}

impl ColumnClass {
    /// Columns of a warehouse with this dialect.
    #[must_use]
    pub fn new(dialect: &Dialect) -> Self {
        Self { dialect: *dialect }
    }
}

impl Object for ColumnClass {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let names = ["column", "dtype", "char_size", "numeric_precision", "numeric_scale"];
        let arguments = Arguments::bind("Column", &names, args)?;
        let made = Column {
            name: arguments.require("Column", "column")?.to_string(),
            data_type: arguments.require("Column", "dtype")?.to_string(),
            char_size: arguments.number("char_size")?,
            numeric_precision: arguments.number("numeric_precision")?,
            numeric_scale: arguments.number("numeric_scale")?,
        };
        Ok(column(made, &self.dialect))
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("TYPE_LABELS")).then(|| Value::from_pairs([("STRING", "TEXT")]))
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        class_method(name, args, self.dialect)
    }
}

fn class_method(name: &str, args: &[Value], dialect: Dialect) -> Result<Value, Error> {
    let text = |arguments: &Arguments, key: &str| Ok::<_, Error>(arguments.require(name, key)?.to_string());
    match name {
        "create" => {
            let arguments = Arguments::bind(name, &["name", "label_or_dtype"], args)?;
            let data_type = text(&arguments, "label_or_dtype")?;
            let made = Column::new(text(&arguments, "name")?, Column::translate_type(&data_type));
            Ok(column(made, &dialect))
        }
        "translate_type" => {
            let arguments = Arguments::bind(name, &["dtype"], args)?;
            Ok(Value::from(Column::translate_type(&text(&arguments, "dtype")?)))
        }
        "string_type" => {
            let arguments = Arguments::bind(name, &["size"], args)?;
            Ok(Value::from(Column::string_type(arguments.require(name, "size")?)))
        }
        "numeric_type" => {
            let arguments = Arguments::bind(name, &["dtype", "precision", "scale"], args)?;
            let data_type = text(&arguments, "dtype")?;
            let width = (arguments.text("precision"), arguments.text("scale"));
            Ok(Value::from(match width {
                (Some(precision), Some(scale)) => format!("{data_type}({precision},{scale})"),
                _ => data_type,
            }))
        }
        "from_description" => {
            let arguments = Arguments::bind(name, &["name", "raw_data_type"], args)?;
            let described = text(&arguments, "raw_data_type")?;
            let made = Column::from_description(&text(&arguments, "name")?, &described);
            made.map(|made| column(made, &dialect))
                .map_err(|why| Error::new(ErrorKind::InvalidOperation, why))
        }
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}
