//! Python's `datetime`.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, TimeDelta, Timelike, Utc};
use minijinja::value::{DynObject, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::date::{date_value, shared_method, time_value};
use super::delta::delta_value;
use super::fields;
use super::strftime::strftime;
use super::zone::Zone;
use crate::template::error::raise_message;
use crate::template::values::{Arguments, none};

/// A date and time, in a time zone or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) local: NaiveDateTime,
    pub(super) zone: Option<Zone>,
}

/// A date and time without a time zone as templates see it: Python's `datetime.datetime`.
#[must_use]
pub fn datetime_value(local: NaiveDateTime) -> Value {
    Moment { local, zone: None }.value()
}

/// As [`datetime_value`], with the time zone UTC.
#[must_use]
pub fn utc_value(time: DateTime<Utc>) -> Value {
    Moment { local: time.naive_utc(), zone: Some(Zone::UTC) }.value()
}

/// Whether a value is a date and time in a time zone.
#[must_use]
pub fn has_zone(value: &Value) -> bool {
    value.downcast_object_ref::<Moment>().is_some_and(|moment| moment.zone.is_some())
}

impl Moment {
    pub(super) fn value(self) -> Value {
        Value::from_object(self)
    }

    pub(super) fn offset(self) -> Option<FixedOffset> {
        self.zone.map(|zone| zone.offset_at_local(self.local))
    }

    /// The time in UTC; a time without a zone counts as UTC.
    pub(super) fn utc(self) -> NaiveDateTime {
        let offset = self.offset().map_or(0, |offset| offset.local_minus_utc());
        self.local.checked_sub_signed(TimeDelta::seconds(i64::from(offset))).unwrap_or(self.local)
    }

    /// The same time in another zone.
    pub(super) fn in_zone(self, zone: Zone) -> Self {
        let (utc, zone) = (self.utc(), zone.whole());
        let offset = zone.offset_at_utc(utc).local_minus_utc();
        let local = utc.checked_add_signed(TimeDelta::seconds(i64::from(offset))).unwrap_or(utc);
        Self { local, zone: Some(zone) }
    }

    pub(super) fn utc_offset_value(self) -> Value {
        let seconds = |offset: FixedOffset| TimeDelta::seconds(i64::from(offset.local_minus_utc()));
        self.offset().map_or_else(none, |offset| delta_value(seconds(offset)))
    }

    pub(super) fn isoformat(self, separator: &str) -> String {
        let offset = self.offset().map(|offset| offset.to_string()).unwrap_or_default();
        format!("{}{separator}{}{offset}", self.local.date(), fields::time_text(self.local.time()))
    }

    /// `isoformat(sep='T', timespec='auto')`.
    fn isoformat_with(self, arguments: &Arguments<'_>) -> Result<Value, Error> {
        let separator = arguments.optional_string(0, "sep")?.unwrap_or_else(|| "T".to_owned());
        let pattern = match arguments.optional_string(1, "timespec")?.as_deref() {
            None | Some("auto") => return Ok(Value::from(self.isoformat(&separator))),
            Some("hours") => "%H",
            Some("minutes") => "%H:%M",
            Some("seconds") => "%H:%M:%S",
            Some("milliseconds") => "%H:%M:%S%.3f",
            Some("microseconds") => "%H:%M:%S%.6f",
            Some(other) => return Err(raise_message(format!("`isoformat` has no timespec '{other}'"))),
        };
        let offset = self.offset().map(|offset| offset.to_string()).unwrap_or_default();
        Ok(Value::from(format!("{}{separator}{}{offset}", self.local.date(), self.local.format(pattern))))
    }

    fn replace(self, arguments: &Arguments<'_>) -> Result<Value, Error> {
        let date = fields::date(arguments, 0, Some(self.local.date()))?;
        let time = fields::time(arguments, 3, self.local.time())?;
        let zone = match arguments.get(7, "tzinfo") {
            Some(zone) => zone_of(&zone)?.map(Zone::put_on),
            None => self.zone,
        };
        Ok(Self { local: date.and_time(time), zone }.value())
    }

    fn zone_method(self, method: &str, arguments: &Arguments<'_>) -> Option<Result<Value, Error>> {
        Some(match (method, self.zone) {
            ("astimezone", _) => match arguments.get(0, "tz").map_or(Ok(None), |zone| zone_of(&zone)) {
                Ok(zone) => Ok(self.in_zone(zone.unwrap_or(Zone::UTC)).value()),
                Err(error) => Err(error),
            },
            ("utcoffset", _) => Ok(self.utc_offset_value()),
            ("tzname" | "dst", None) => Ok(none()),
            ("tzname", Some(zone)) => Ok(Value::from(zone.name_at(self.local))),
            ("dst", Some(zone)) => Ok(delta_value(zone.saving_at(self.local))),
            _ => return None,
        })
    }
}

/// The zone in a `tzinfo` argument.
pub(super) fn zone_of(value: &Value) -> Result<Option<Zone>, Error> {
    if value.is_none() || value.is_undefined() {
        return Ok(None);
    }
    let zone = value.downcast_object_ref::<Zone>().copied();
    zone.map(Some).ok_or_else(|| raise_message("a time zone is needed here, such as `modules.pytz.utc`"))
}

/// The seconds since 1970 in UTC.
#[expect(clippy::cast_precision_loss, reason = "Python's timestamps are floats too")]
fn timestamp(utc: NaiveDateTime) -> f64 {
    utc.and_utc().timestamp_micros() as f64 / 1e6
}

impl Object for Moment {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if name == "tzinfo" {
            return Some(self.zone.map_or_else(none, Zone::value));
        }
        let part =
            fields::date_part(self.local.date(), name).or_else(|| fields::time_part(self.local.time(), name));
        part.map(Value::from)
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let arguments = Arguments::new(method, args);
        match method {
            "date" => Ok(date_value(self.local.date())),
            "time" | "timetz" => Ok(time_value(self.local.time())),
            "isoformat" => self.isoformat_with(&arguments),
            "strftime" => Ok(Value::from(strftime(&arguments.string(0, "format")?, self.local, self.zone))),
            "replace" => self.replace(&arguments),
            "timestamp" => Ok(Value::from(timestamp(self.utc()))),
            "ctime" => Ok(Value::from(self.local.format("%a %b %e %H:%M:%S %Y").to_string())),
            "timetuple" | "utctimetuple" => {
                let (date, time) = (self.local.date(), self.local.time());
                Ok(Value::from_iter([
                    i64::from(date.year()),
                    i64::from(date.month()),
                    i64::from(date.day()),
                    i64::from(time.hour()),
                    i64::from(time.minute()),
                    i64::from(time.second()),
                ]))
            }
            _ => match self.zone_method(method, &arguments) {
                Some(result) => result,
                None => shared_method(self.local.date(), method)
                    .ok_or_else(|| Error::from(ErrorKind::UnknownMethod)),
            },
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        other.downcast_ref::<Self>().map(|other| self.utc().cmp(&other.utc()))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.isoformat(" "))
    }
}
