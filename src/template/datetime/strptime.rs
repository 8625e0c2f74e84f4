//! Python's `strptime` and `fromisoformat`.

use chrono::format::{Parsed, StrftimeItems};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use minijinja::{Error, Value};

use super::date::date_value;
use super::moment::Moment;
use super::zone::Zone;
use crate::template::error::raise_message;

/// Reads a time by a format of `%` codes. What the format does not name is the
/// start of 1900, as in Python.
pub(super) fn strptime(text: &str, format: &str) -> Result<Moment, Error> {
    let misfit = || raise_message(format!("'{text}' does not have the format '{format}'"));
    // chrono's `%f` reads nanoseconds without leading zeros; `%.f` reads the
    // fraction together with its point.
    let adapted = format.replace(".%f", "%.f").replace("%Z", "UTC");
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, text, StrftimeItems::new(&adapted)).map_err(|_| misfit())?;
    let has_year = parsed.year().is_some() || parsed.year_mod_100().is_some() || parsed.isoyear().is_some();
    if !has_year {
        let _ = parsed.set_year(1900);
    }
    if parsed.month().is_none() && parsed.ordinal().is_none() && parsed.week_from_mon().is_none() {
        let _ = parsed.set_month(1);
    }
    if parsed.day().is_none() {
        let _ = parsed.set_day(1);
    }
    let date = parsed.to_naive_date().map_err(|_| misfit())?;
    let time = parsed.to_naive_time().or_else(|_| {
        let _ = parsed.set_hour(parsed.hour_mod_12().map_or(0, i64::from));
        let _ = parsed.set_minute(0);
        parsed.to_naive_time()
    });
    let zone = parsed.offset().and_then(FixedOffset::east_opt).map(Zone::Fixed);
    Ok(Moment { local: date.and_time(time.map_err(|_| misfit())?), zone })
}

/// A text in the form of Python's `isoformat` as the `date` or `datetime` that it is of.
pub(crate) fn iso_value(text: &str) -> Option<Value> {
    match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(date) => Some(date_value(date)),
        Err(_) => from_iso(text).ok().map(Moment::value),
    }
}

/// Reads `2024-01-31`, `2024-01-31 12:30`, `2024-01-31T12:30:00.5+02:00` ….
pub(super) fn from_iso(text: &str) -> Result<Moment, Error> {
    let normal = text.trim().replacen(' ', "T", 1).replacen('Z', "+00:00", 1);
    for pattern in ["%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M%:z"] {
        if let Ok(time) = DateTime::parse_from_str(&normal, pattern) {
            return Ok(Moment { local: time.naive_local(), zone: Some(Zone::Fixed(*time.offset())) });
        }
    }
    for pattern in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y%m%dT%H%M%S"] {
        if let Ok(local) = NaiveDateTime::parse_from_str(&normal, pattern) {
            return Ok(Moment { local, zone: None });
        }
    }
    for pattern in ["%Y-%m-%d", "%Y%m%d"] {
        if let Ok(date) = NaiveDate::parse_from_str(&normal, pattern) {
            return Ok(Moment { local: date.into(), zone: None });
        }
    }
    Err(raise_message(format!("'{text}' is no date in ISO format")))
}
