//! How Python writes dates in lists.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use minijinja::Value;

use super::date::{Date, Time};
use super::delta::Delta;
use super::moment::Moment;
use super::zone::Zone;

/// Python's `repr` of a value of this module.
pub(crate) fn repr(value: &Value) -> Option<String> {
    if let Some(Date(date)) = value.downcast_object_ref() {
        return Some(format!("datetime.date({})", date_parts(*date)));
    }
    if let Some(Time(time)) = value.downcast_object_ref() {
        return Some(format!("datetime.time({})", time_parts(*time)));
    }
    if let Some(moment) = value.downcast_object_ref::<Moment>() {
        let (date, time) = (date_parts(moment.local.date()), time_parts(moment.local.time()));
        let zone = match moment.zone {
            Some(Zone::UTC) => ", tzinfo=<UTC>".to_owned(),
            Some(Zone::Fixed(offset)) => format!(", tzinfo={}", fixed(offset.local_minus_utc())),
            Some(zone) => format!(", tzinfo=<{zone}>"),
            None => String::new(),
        };
        return Some(format!("datetime.datetime({date}, {time}{zone})"));
    }
    value.downcast_object_ref::<Delta>().map(|delta| delta.repr())
}

/// What a value of this module is, with an article.
pub(crate) fn type_name(value: &Value) -> Option<&'static str> {
    let is_date = value.downcast_object_ref::<Date>().map(|_| "a date");
    is_date
        .or_else(|| value.downcast_object_ref::<Moment>().map(|_| "a datetime"))
        .or_else(|| value.downcast_object_ref::<Delta>().map(|_| "a timedelta"))
        .or_else(|| value.downcast_object_ref::<Time>().map(|_| "a time"))
}

/// A `timezone` of Python's own, by its seconds from UTC.
fn fixed(seconds: i32) -> String {
    match seconds {
        0 => "datetime.timezone.utc".to_owned(),
        // Python's intervals count days downwards and seconds upwards.
        1.. => format!("datetime.timezone(datetime.timedelta(seconds={seconds}))"),
        _ => format!("datetime.timezone(datetime.timedelta(days=-1, seconds={}))", seconds + 86_400),
    }
}

fn date_parts(date: NaiveDate) -> String {
    format!("{}, {}, {}", date.year(), date.month(), date.day())
}

/// Hours and minutes; seconds and microseconds where there are any.
fn time_parts(time: NaiveTime) -> String {
    let (second, micro) = (time.second(), time.nanosecond() / 1000 % 1_000_000);
    let mut parts = format!("{}, {}", time.hour(), time.minute());
    if second != 0 || micro != 0 {
        parts = format!("{parts}, {second}");
    }
    if micro == 0 { parts } else { format!("{parts}, {micro}") }
}
