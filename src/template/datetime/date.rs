//! Python's `date` and `time`.

use std::fmt;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use minijinja::value::{DynObject, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::fields;
use super::strftime::strftime;
use crate::template::values::Arguments;

/// A date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date(pub(super) NaiveDate);

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time(pub(super) NaiveTime);

/// A date as templates see it: Python's `datetime.date`.
#[must_use]
pub fn date_value(date: NaiveDate) -> Value {
    Value::from_object(Date(date))
}

/// A time of day as templates see it: Python's `datetime.time`.
#[must_use]
pub fn time_value(time: NaiveTime) -> Value {
    Value::from_object(Time(time))
}

/// Methods that dates and datetimes share.
pub(super) fn shared_method(date: NaiveDate, method: &str) -> Option<Value> {
    let week = date.iso_week();
    let weekday = date.weekday();
    Some(match method {
        "weekday" => Value::from(weekday.num_days_from_monday()),
        "isoweekday" => Value::from(weekday.number_from_monday()),
        "isocalendar" => Value::from((week.year(), week.week(), weekday.number_from_monday())),
        "toordinal" => Value::from(date.num_days_from_ce()),
        _ => return None,
    })
}

impl Object for Date {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        fields::date_part(self.0, key.as_str()?).map(Value::from)
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let arguments = Arguments::new(method, args);
        match method {
            "isoformat" => Ok(Value::from(self.0.to_string())),
            "strftime" => {
                let midnight = NaiveDateTime::from(self.0);
                Ok(Value::from(strftime(&arguments.string(0, "format")?, midnight, None)))
            }
            "replace" => fields::date(&arguments, 0, Some(self.0)).map(date_value),
            "ctime" => Ok(Value::from(self.0.format("%a %b %e 00:00:00 %Y").to_string())),
            _ => shared_method(self.0, method).ok_or_else(|| Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        other.downcast_ref::<Self>().map(|other| self.0.cmp(&other.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Object for Time {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        fields::time_part(self.0, key.as_str()?).map(Value::from)
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let arguments = Arguments::new(method, args);
        match method {
            "isoformat" => Ok(Value::from(fields::time_text(self.0))),
            "strftime" => {
                let day = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default();
                Ok(Value::from(strftime(&arguments.string(0, "format")?, day.and_time(self.0), None)))
            }
            "replace" => fields::time(&arguments, 0, self.0).map(time_value),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        other.downcast_ref::<Self>().map(|other| self.0.cmp(&other.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&fields::time_text(self.0))
    }
}
