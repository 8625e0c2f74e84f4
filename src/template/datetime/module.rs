//! `modules.datetime` and `modules.pytz`.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use minijinja::value::{Object, ObjectRepr, Rest};
use minijinja::{Error, ErrorKind, State, Value};

use super::date::{date_value, time_value};
use super::delta::{self, Delta};
use super::moment::{Moment, zone_of};
use super::zone::Zone;
use super::{fields, strptime};
use crate::host::clock;
use crate::template::engine::depends_on_run;
use crate::template::error::raise_message;
use crate::template::values::{Arguments, dict, strings};

/// A class of Python: called, it makes a value; its methods make others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Date,
    Datetime,
    Time,
    Delta,
    Timezone,
}

/// `modules.datetime`.
pub(crate) fn datetime_module() -> Value {
    dict([
        ("date", Value::from_object(Class::Date)),
        ("datetime", Value::from_object(Class::Datetime)),
        ("time", Value::from_object(Class::Time)),
        ("timedelta", Value::from_object(Class::Delta)),
        ("timezone", Value::from_object(Class::Timezone)),
        ("tzinfo", Value::from_object(Class::Timezone)),
        ("UTC", Zone::UTC.value()),
    ])
}

/// `modules.pytz`.
pub(crate) fn pytz_module() -> Value {
    let names = || strings(chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
    dict([
        ("timezone", Value::from_function(|name: &str| Zone::parse(name).map(Zone::value))),
        ("utc", Zone::UTC.value()),
        ("UTC", Zone::UTC.value()),
        ("all_timezones", names()),
        ("common_timezones", names()),
        ("FixedOffset", Value::from_function(|minutes: i32| fixed_offset(i64::from(minutes) * 60))),
    ])
}

fn fixed_offset(seconds: i64) -> Result<Value, Error> {
    let offset = i32::try_from(seconds).ok().and_then(FixedOffset::east_opt);
    offset
        .map(|offset| Zone::Fixed(offset).value())
        .ok_or_else(|| raise_message("there is no such offset from UTC"))
}

/// `datetime.now(tz)`: local time is UTC, as templates must not depend on
/// where they run.
fn now(zone: Option<Zone>) -> Value {
    let utc = Moment { local: clock::now().naive_utc(), zone: None };
    zone.map_or(utc, |zone| utc.in_zone(zone)).value()
}

fn construct(class: Class, args: &[Value]) -> Result<Value, Error> {
    match class {
        Class::Date => fields::date(&Arguments::new("date", args), 0, None).map(date_value),
        Class::Time => fields::time(&Arguments::new("time", args), 0, NaiveTime::MIN).map(time_value),
        Class::Delta => delta::from_arguments(args),
        Class::Timezone => {
            let offset = Arguments::new("timezone", args).required(0, "offset")?;
            let offset = offset.downcast_object_ref::<Delta>().copied();
            let offset = offset.ok_or_else(|| raise_message("`timezone` takes a timedelta"))?;
            fixed_offset(offset.0.num_seconds())
        }
        Class::Datetime => {
            let arguments = Arguments::new("datetime", args);
            let date = fields::date(&arguments, 0, None)?;
            let time = fields::time(&arguments, 3, NaiveTime::MIN)?;
            let zone = arguments.get(7, "tzinfo").map_or(Ok(None), |zone| zone_of(&zone))?.map(Zone::put_on);
            Ok(Moment { local: date.and_time(time), zone }.value())
        }
    }
}

fn datetime_method(method: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let zone_at = |at: usize| arguments.get(at, "tz").map_or(Ok(None), |zone| zone_of(&zone));
    match method {
        "now" | "today" => Ok(now(zone_at(0)?)),
        "utcnow" => Ok(now(None)),
        "strptime" => {
            strptime::strptime(&arguments.string(0, "date_string")?, &arguments.string(1, "format")?)
                .map(Moment::value)
        }
        "fromisoformat" => strptime::from_iso(&arguments.string(0, "date_string")?).map(Moment::value),
        "fromtimestamp" | "utcfromtimestamp" => {
            let seconds = f64::try_from(arguments.required(0, "timestamp")?)
                .map_err(|_| raise_message(format!("`{method}` takes a number of seconds")))?;
            let delta = Delta::of_micros(seconds * 1e6)?;
            let utc = DateTime::UNIX_EPOCH.naive_utc().checked_add_signed(delta.0);
            let utc = utc.ok_or_else(|| raise_message("the date is out of range"))?;
            let moment = Moment { local: utc, zone: None };
            Ok(zone_at(1)?.map_or(moment, |zone| moment.in_zone(zone)).value())
        }
        "combine" => {
            let date = strptime::from_iso(&arguments.required(0, "date")?.to_string())?;
            let time = strptime::from_iso(&format!("1970-01-01 {}", arguments.required(1, "time")?))?;
            let zone = arguments.get(2, "tzinfo").map_or(Ok(None), |zone| zone_of(&zone))?.map(Zone::put_on);
            Ok(Moment { local: date.local.date().and_time(time.local.time()), zone }.value())
        }
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

fn date_method(method: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    match method {
        "today" => Ok(date_value(clock::now().date_naive())),
        "fromisoformat" => strptime::from_iso(&arguments.string(0, "date_string")?)
            .map(|moment| date_value(moment.local.date())),
        "fromordinal" => {
            let days = arguments.optional_integer(0, "ordinal")?.and_then(|days| i32::try_from(days).ok());
            let date = days.and_then(NaiveDate::from_num_days_from_ce_opt);
            date.map(date_value).ok_or_else(|| raise_message("the date is out of range"))
        }
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

impl Object for Class {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match (**self, key.as_str()?) {
            (Self::Timezone, "utc") => Some(Zone::UTC.value()),
            (Self::Date, "min") => Some(date_value(NaiveDate::from_ymd_opt(1, 1, 1)?)),
            (Self::Date, "max") => Some(date_value(NaiveDate::from_ymd_opt(9999, 12, 31)?)),
            (Self::Datetime, "min") => Some(utc_free(NaiveDate::from_ymd_opt(1, 1, 1)?)),
            (Self::Datetime, "max") => Some(utc_free(NaiveDate::from_ymd_opt(9999, 12, 31)?)),
            // Passed on, not called: `try_or_compiler_error(message, datetime.strptime, …)`.
            (Self::Datetime, "strptime") => Some(Value::from_function(|args: Rest<Value>| {
                datetime_method("strptime", &Arguments::new("strptime", &args))
            })),
            _ => None,
        }
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        construct(**self, args)
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        if matches!(method, "now" | "today" | "utcnow") {
            depends_on_run(state);
        }
        let arguments = Arguments::new(method, args);
        match **self {
            Self::Datetime => datetime_method(method, &arguments),
            Self::Date => date_method(method, &arguments),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<class 'datetime.{}'>", format!("{self:?}").to_lowercase())
    }
}

fn utc_free(date: NaiveDate) -> Value {
    Moment { local: date.into(), zone: None }.value()
}

#[cfg(test)]
mod tests {
    use minijinja::{Environment, context};

    use super::datetime_module;

    #[test]
    fn strptime_may_be_passed_on() {
        let text = "{% set parse = datetime.datetime.strptime %}{{ parse('02/01/2020', '%d/%m/%Y') }}";
        let rendered = Environment::new().render_str(text, context! { datetime => datetime_module() });
        assert_eq!(rendered.unwrap(), "2020-01-02 00:00:00");
    }
}
