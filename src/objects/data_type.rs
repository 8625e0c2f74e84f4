//! The type of a result's column as templates see it.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::Arguments;

/// The type that agate gives to a column, by its name; it prints as that.
#[derive(Debug)]
pub(super) struct DataType(pub(super) &'static str);

impl DataType {
    /// A value of this type as JSON has it.
    fn jsonify(&self, state: &mut State<'_, '_>, value: &Value) -> Result<Value, Error> {
        if value.is_none() {
            return Ok(value.clone());
        }
        match self.0 {
            "Number" => Ok(value.to_string().parse::<f64>().map_or_else(|_| value.clone(), Value::from)),
            "Date" | "DateTime" => value.call_method(state, "isoformat", &[]),
            "Text" => Ok(Value::from(value.to_string())),
            _ => Ok(value.clone()),
        }
    }
}

impl Object for DataType {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match name {
            "jsonify" => {
                let arguments = Arguments::bind(name, &["d"], args)?;
                self.jsonify(state, arguments.require(name, "d")?)
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
