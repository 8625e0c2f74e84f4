//! Reads the arguments of a call as a Python function would.

use minijinja::value::Kwargs;
use minijinja::{Error, Value};

use super::repr::type_name;
use crate::template::error::raise_message;

/// The arguments of one call of the function `name`.
pub(crate) struct Arguments<'a> {
    name: &'a str,
    positional: &'a [Value],
    keywords: Option<Kwargs>,
}

impl<'a> Arguments<'a> {
    /// Splits off the keyword arguments.
    pub(crate) fn new(name: &'a str, args: &'a [Value]) -> Self {
        let keywords =
            args.last().filter(|last| last.is_kwargs()).and_then(|last| Kwargs::try_from(last.clone()).ok());
        let count = args.len() - usize::from(keywords.is_some());
        Self { name, positional: args.get(..count).unwrap_or_default(), keywords }
    }

    /// The positional arguments.
    pub(crate) fn positional(&self) -> &'a [Value] {
        self.positional
    }

    /// The keyword arguments, in order.
    pub(crate) fn keywords(&self) -> Vec<(String, Value)> {
        let Some(keywords) = &self.keywords else { return Vec::new() };
        keywords.args().filter_map(|key| Some((key.to_owned(), keywords.peek::<Value>(key).ok()?))).collect()
    }

    /// The argument at `position` or of this name.
    pub(crate) fn get(&self, position: usize, name: &str) -> Option<Value> {
        let by_position = self.positional.get(position).cloned();
        by_position.or_else(|| self.keyword(name))
    }

    /// The keyword argument of this name.
    pub(crate) fn keyword(&self, name: &str) -> Option<Value> {
        self.keywords
            .as_ref()
            .filter(|keywords| keywords.has(name))
            .and_then(|keywords| keywords.peek(name).ok())
    }

    /// As [`Arguments::get`], for an argument that must be there.
    pub(crate) fn required(&self, position: usize, name: &str) -> Result<Value, Error> {
        self.get(position, name)
            .ok_or_else(|| raise_message(format!("`{}` needs the argument `{name}`", self.name)))
    }

    /// A required string.
    pub(crate) fn string(&self, position: usize, name: &str) -> Result<String, Error> {
        let value = self.required(position, name)?;
        self.as_string(&value, name)
    }

    /// A string that may be missing or none.
    pub(crate) fn optional_string(&self, position: usize, name: &str) -> Result<Option<String>, Error> {
        match self.get(position, name) {
            Some(value) if !value.is_none() && !value.is_undefined() => {
                self.as_string(&value, name).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// An integer that may be missing or none.
    pub(crate) fn optional_integer(&self, position: usize, name: &str) -> Result<Option<i64>, Error> {
        match self.get(position, name) {
            Some(value) if !value.is_none() && !value.is_undefined() => match i64::try_from(value.clone()) {
                Ok(integer) => Ok(Some(integer)),
                Err(_) => Err(self.wrong_type(name, "an integer", &value)),
            },
            _ => Ok(None),
        }
    }

    /// A flag; false where missing.
    pub(crate) fn flag(&self, position: usize, name: &str) -> bool {
        self.get(position, name).is_some_and(|value| value.is_true())
    }

    /// Fails where there are more arguments than `limit`.
    pub(crate) fn at_most(&self, limit: usize) -> Result<(), Error> {
        if self.positional.len() <= limit {
            return Ok(());
        }
        let given = self.positional.len();
        let plural = if limit == 1 { "" } else { "s" };
        Err(raise_message(format!("`{}` takes at most {limit} argument{plural}, {given} given", self.name)))
    }

    fn as_string(&self, value: &Value, name: &str) -> Result<String, Error> {
        value.as_str().map(str::to_owned).ok_or_else(|| self.wrong_type(name, "a string", value))
    }

    fn wrong_type(&self, name: &str, wanted: &str, value: &Value) -> Error {
        let given = type_name(value);
        raise_message(format!("the argument `{name}` of `{}` must be {wanted}, not {given}", self.name))
    }
}
