//! Time zones.

use std::fmt;
use std::sync::Arc;

use chrono::{FixedOffset, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{OffsetComponents, OffsetName, Tz};
use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::moment::Moment;
use crate::template::error::raise_message;
use crate::template::values::Arguments;

/// A time zone: an offset, or a named one with its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    Fixed(FixedOffset),
    Named(Tz),
    /// A named one that was put on a time without `localize`. pytz: it stands at its first
    /// offset, the mean local time of old, to the minute.
    First(Tz),
}

impl Zone {
    pub(super) const UTC: Self = Self::Named(Tz::UTC);

    /// The zone of this name (`Europe/Berlin`).
    pub(super) fn parse(name: &str) -> Result<Self, Error> {
        name.parse().map(Self::Named).map_err(|_| raise_message(format!("there is no time zone '{name}'")))
    }

    /// The zone as the `tzinfo` of a time.
    pub(super) fn put_on(self) -> Self {
        match self {
            Self::Named(zone) if zone != Tz::UTC => Self::First(zone),
            other => other,
        }
    }

    /// The zone with its history.
    pub(super) fn whole(self) -> Self {
        match self {
            Self::First(zone) => Self::Named(zone),
            other => other,
        }
    }

    /// The offset at a time of UTC.
    pub(super) fn offset_at_utc(self, utc: NaiveDateTime) -> FixedOffset {
        match self {
            Self::Fixed(offset) => offset,
            Self::First(zone) => first_offset(zone),
            Self::Named(zone) => zone.offset_from_utc_datetime(&utc).fix(),
        }
    }

    /// The offset at a local time; of two, the first; in a gap, the one before it.
    pub(super) fn offset_at_local(self, local: NaiveDateTime) -> FixedOffset {
        let zone = match self {
            Self::Fixed(offset) => return offset,
            Self::First(zone) => return first_offset(zone),
            Self::Named(zone) => zone,
        };
        match zone.offset_from_local_datetime(&local) {
            LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => offset.fix(),
            LocalResult::None => {
                let before = local.checked_sub_signed(TimeDelta::hours(3)).unwrap_or(local);
                zone.offset_from_utc_datetime(&before).fix()
            }
        }
    }

    /// The zone's name at a local time, such as `CET`.
    pub(super) fn name_at(self, local: NaiveDateTime) -> String {
        let zone = match self {
            Self::Fixed(offset) if offset.local_minus_utc() == 0 => return "UTC".to_owned(),
            Self::Fixed(offset) => return format!("UTC{offset}"),
            Self::First(zone) => {
                let name = zone.offset_from_utc_datetime(&NaiveDateTime::MIN);
                return name.abbreviation().unwrap_or_default().to_owned();
            }
            Self::Named(zone) => zone,
        };
        let offset = zone.offset_from_local_datetime(&local).earliest();
        let offset = offset.unwrap_or_else(|| zone.offset_from_utc_datetime(&local));
        offset.abbreviation().map_or_else(|| offset.fix().to_string(), str::to_owned)
    }

    /// The daylight saving time at a local time.
    pub(super) fn saving_at(self, local: NaiveDateTime) -> TimeDelta {
        match self {
            Self::Fixed(_) | Self::First(_) => TimeDelta::zero(),
            Self::Named(zone) => {
                let offset = zone.offset_from_local_datetime(&local).earliest();
                offset.map_or_else(TimeDelta::zero, |offset| offset.dst_offset())
            }
        }
    }

    pub(super) fn value(self) -> Value {
        Value::from_object(self)
    }
}

fn first_offset(zone: Tz) -> FixedOffset {
    let offset = zone.offset_from_utc_datetime(&NaiveDateTime::MIN).fix();
    let minutes = (offset.local_minus_utc() + 30).div_euclid(60);
    FixedOffset::east_opt(minutes * 60).unwrap_or(offset)
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(offset) if offset.local_minus_utc() == 0 => f.write_str("UTC"),
            Self::Fixed(offset) => write!(f, "UTC{offset}"),
            Self::Named(zone) | Self::First(zone) => f.write_str(zone.name()),
        }
    }
}

impl Object for Zone {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        matches!(key.as_str()?, "zone" | "key").then(|| Value::from(self.to_string()))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let arguments = Arguments::new(method, args);
        let moment = || {
            let value = arguments.required(0, "dt")?;
            let moment = value.downcast_object_ref::<Moment>().copied();
            moment.ok_or_else(|| raise_message(format!("`{method}` takes a datetime")))
        };
        match method {
            "localize" => Ok(Moment { zone: Some(self.whole()), ..moment()? }.value()),
            "normalize" | "fromutc" => Ok(moment()?.in_zone(**self).value()),
            "utcoffset" => Ok(Moment { zone: Some(self.whole()), ..moment()? }.utc_offset_value()),
            "tzname" => Ok(Value::from(self.name_at(moment()?.local))),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &minijinja::value::DynObject) -> Option<std::cmp::Ordering> {
        let other = other.downcast_ref::<Self>()?;
        Some(self.to_string().cmp(&other.to_string()))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_ref(), f)
    }
}
