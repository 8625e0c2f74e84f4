//! Python's `timedelta`.

use std::fmt;
use std::sync::Arc;

use chrono::TimeDelta;
use minijinja::value::{DynObject, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use crate::template::error::raise_message;
use crate::template::values::Arguments;

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delta(pub(super) TimeDelta);

/// A span of time as templates see it: Python's `datetime.timedelta`.
#[must_use]
pub fn delta_value(delta: TimeDelta) -> Value {
    Value::from_object(Delta(delta))
}

const SECONDS_A_DAY: i64 = 86_400;

impl Delta {
    /// Python's parts: days may be negative, seconds and microseconds not.
    fn parts(self) -> (i64, i64, i64) {
        let micros = self.micros();
        let seconds = micros.div_euclid(1_000_000);
        let part = |number: i128| i64::try_from(number).unwrap_or(i64::MAX);
        let day = i128::from(SECONDS_A_DAY);
        (part(seconds.div_euclid(day)), part(seconds.rem_euclid(day)), part(micros.rem_euclid(1_000_000)))
    }

    fn micros(self) -> i128 {
        i128::from(self.0.num_seconds()) * 1_000_000 + i128::from(self.0.subsec_nanos() / 1000)
    }

    /// `datetime.timedelta(days=1)`.
    pub(super) fn repr(self) -> String {
        let (days, seconds, micros) = self.parts();
        let named = [("days", days), ("seconds", seconds), ("microseconds", micros)];
        let parts: Vec<String> = named
            .iter()
            .filter(|(_, count)| *count != 0)
            .map(|(name, count)| format!("{name}={count}"))
            .collect();
        format!("datetime.timedelta({})", if parts.is_empty() { "0".to_owned() } else { parts.join(", ") })
    }

    /// A span of so many microseconds.
    pub(super) fn of_micros(micros: f64) -> Result<Self, Error> {
        // Spans beyond 10,000 years have no meaning between dates.
        if micros.is_nan() || micros.abs() > 3.2e17 {
            return Err(raise_message("the span of time is too large"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked above")]
        Ok(Self(TimeDelta::microseconds(micros.round() as i64)))
    }

    /// The span in seconds.
    pub(super) fn seconds(self) -> f64 {
        self.micros() as f64 / 1e6
    }
}

/// `timedelta(days=1, hours=2, …)`.
pub(super) fn from_arguments(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("timedelta", args);
    let units = [
        ("days", 86_400e6),
        ("seconds", 1e6),
        ("microseconds", 1.0),
        ("milliseconds", 1e3),
        ("minutes", 60e6),
        ("hours", 3_600e6),
        ("weeks", 604_800e6),
    ];
    let mut micros = 0.0;
    for (at, (name, unit)) in units.iter().enumerate() {
        if let Some(value) = arguments.get(at, name) {
            let count = f64::try_from(value)
                .map_err(|_| raise_message(format!("`timedelta` takes numbers as `{name}`")))?;
            micros += count * unit;
        }
    }
    Delta::of_micros(micros).map(Value::from_object)
}

impl fmt::Display for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, seconds, micros) = self.parts();
        if days != 0 {
            let plural = if days.abs() == 1 { "" } else { "s" };
            write!(f, "{days} day{plural}, ")?;
        }
        write!(f, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        if micros == 0 { Ok(()) } else { write!(f, ".{micros:06}") }
    }
}

impl Object for Delta {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let (days, seconds, micros) = self.parts();
        match key.as_str()? {
            "days" => Some(Value::from(days)),
            "seconds" => Some(Value::from(seconds)),
            "microseconds" => Some(Value::from(micros)),
            _ => None,
        }
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.0.is_zero()
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "total_seconds" => Ok(Value::from(self.seconds())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        other.downcast_ref::<Self>().map(|other| self.0.cmp(&other.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_ref(), f)
    }
}
