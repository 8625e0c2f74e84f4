//! Years, months, days … as arguments.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use minijinja::Error;

use crate::template::error::raise_message;
use crate::template::values::Arguments;

/// A date from the arguments `year`, `month` and `day`, starting at `at`;
/// missing ones are taken from `base`.
pub(super) fn date(
    arguments: &Arguments<'_>,
    at: usize,
    base: Option<NaiveDate>,
) -> Result<NaiveDate, Error> {
    let part = |offset: usize, name: &str, base: Option<i64>| -> Result<i64, Error> {
        let given = arguments.optional_integer(at + offset, name)?.or(base);
        given.ok_or_else(|| raise_message(format!("a date needs the argument `{name}`")))
    };
    let year = part(0, "year", base.map(|base| i64::from(base.year())))?;
    let month = part(1, "month", base.map(|base| i64::from(base.month())))?;
    let day = part(2, "day", base.map(|base| i64::from(base.day())))?;
    checked_date(year, month, day)
}

/// A date of the calendar from year 1 to 9999, as Python has it.
pub(super) fn checked_date(year: i64, month: i64, day: i64) -> Result<NaiveDate, Error> {
    let date = i32::try_from(year)
        .ok()
        .filter(|year| (1..=9999).contains(year))
        .and_then(|year| NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?));
    date.ok_or_else(|| raise_message(format!("there is no date {year:04}-{month:02}-{day:02}")))
}

/// A time from the arguments `hour`, `minute`, `second` and `microsecond`,
/// starting at `at`; missing ones are taken from `base`.
pub(super) fn time(arguments: &Arguments<'_>, at: usize, base: NaiveTime) -> Result<NaiveTime, Error> {
    let part = |offset: usize, name: &str, base: u32| -> Result<i64, Error> {
        Ok(arguments.optional_integer(at + offset, name)?.unwrap_or(i64::from(base)))
    };
    let hour = part(0, "hour", base.hour())?;
    let minute = part(1, "minute", base.minute())?;
    let second = part(2, "second", base.second())?;
    let micro = part(3, "microsecond", base.nanosecond() / 1000)?;
    let unsigned = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let time =
        NaiveTime::from_hms_micro_opt(unsigned(hour), unsigned(minute), unsigned(second), unsigned(micro));
    time.ok_or_else(|| raise_message(format!("there is no time {hour:02}:{minute:02}:{second:02}")))
}

/// `12:30:00` or, where there are any, `12:30:00.000001`.
pub(super) fn time_text(time: NaiveTime) -> String {
    let micros = time.nanosecond() / 1000 % 1_000_000;
    let seconds = time.format("%H:%M:%S");
    if micros == 0 { seconds.to_string() } else { format!("{seconds}.{micros:06}") }
}

/// The year, month, day … of a date by name.
pub(super) fn date_part(date: NaiveDate, name: &str) -> Option<i64> {
    Some(match name {
        "year" => i64::from(date.year()),
        "month" => i64::from(date.month()),
        "day" => i64::from(date.day()),
        _ => return None,
    })
}

/// The hour, minute … of a time by name.
pub(super) fn time_part(time: NaiveTime, name: &str) -> Option<i64> {
    Some(match name {
        "hour" => i64::from(time.hour()),
        "minute" => i64::from(time.minute()),
        "second" => i64::from(time.second()),
        "microsecond" => i64::from(time.nanosecond() / 1000 % 1_000_000),
        _ => return None,
    })
}
