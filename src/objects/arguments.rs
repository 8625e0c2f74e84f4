//! Arguments of calls from templates, bound to names as Python binds them.

use minijinja::value::{Kwargs, Rest, from_args};
use minijinja::{Error, ErrorKind, Value};

/// The arguments of one call: positional ones by place, others by name.
#[derive(Debug, Clone)]
pub struct Arguments {
    values: Vec<(&'static str, Value)>,
}

impl Arguments {
    /// Binds `args` to the parameters of the function `function`.
    ///
    /// # Errors
    /// Too many arguments, a name that is no parameter, or one that is given twice.
    pub fn bind(function: &str, parameters: &[&'static str], args: &[Value]) -> Result<Self, Error> {
        let (Rest(_), keywords): (Rest<Value>, Kwargs) = from_args(args)?;
        if let Some(unknown) = keywords.args().find(|given| !parameters.contains(given)) {
            let known = parameters.join(", ");
            let message = format!("`{function}` has no argument `{unknown}`; it takes: {known}");
            return Err(Error::new(ErrorKind::TooManyArguments, message));
        }
        Self::bind_known(function, parameters, parameters.len(), args)
    }

    /// As [`Arguments::bind`], of a function that takes any names: those that are no parameters
    /// are passed over. At most `by_place` arguments may come without a name.
    ///
    /// # Errors
    /// Too many arguments, or one that is given twice.
    pub fn bind_known(
        function: &str,
        parameters: &[&'static str],
        by_place: usize,
        args: &[Value],
    ) -> Result<Self, Error> {
        let (Rest(positional), keywords): (Rest<Value>, Kwargs) = from_args(args)?;
        if positional.len() > by_place {
            let given = positional.len();
            let message = format!("`{function}` takes at most {by_place} arguments, {given} were given");
            return Err(Error::new(ErrorKind::TooManyArguments, message));
        }
        let mut values: Vec<(&'static str, Value)> = parameters.iter().copied().zip(positional).collect();
        for given in keywords.args() {
            let Some(name) = parameters.iter().copied().find(|name| *name == given) else { continue };
            if values.iter().any(|(bound, _)| *bound == name) {
                let message = format!("`{function}` was given the argument `{name}` twice");
                return Err(Error::new(ErrorKind::TooManyArguments, message));
            }
            values.push((name, keywords.get(given)?));
        }
        Ok(Self { values })
    }

    /// The argument, unless it was left out.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(bound, _)| *bound == name).map(|(_, value)| value)
    }

    /// The argument, unless it was left out, `none` or undefined.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&Value> {
        self.get(name).filter(|value| !value.is_none() && !value.is_undefined())
    }

    /// The argument as text; `None` where it was left out, `none` or undefined.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.given(name).map(ToString::to_string)
    }

    /// Whether the argument is true; `None` where it was left out, `none` or undefined.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.given(name).map(Value::is_true)
    }

    /// The argument as a number; `None` where it was left out, `none` or undefined.
    ///
    /// # Errors
    /// It is not a number that fits.
    pub fn number(&self, name: &str) -> Result<Option<u32>, Error> {
        let Some(value) = self.given(name) else { return Ok(None) };
        let parsed = i64::try_from(value.clone()).ok().and_then(|number| u32::try_from(number).ok());
        parsed.map(Some).ok_or_else(|| {
            let message = format!("the argument `{name}` must be a whole number, not `{value}`");
            Error::new(ErrorKind::InvalidOperation, message)
        })
    }

    /// The argument.
    ///
    /// # Errors
    /// It was left out.
    pub fn require(&self, function: &str, name: &str) -> Result<&Value, Error> {
        self.get(name).ok_or_else(|| {
            let message = format!("`{function}` needs the argument `{name}`");
            Error::new(ErrorKind::MissingArgument, message)
        })
    }
}
