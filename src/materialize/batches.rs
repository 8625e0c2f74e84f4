//! The slices of time that a microbatch model is built by.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Timelike, Utc};

use crate::manifest::Config;
use crate::project::{Period, moment};

/// One slice of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// dbt's id of the batch: `20240131`, `20240131T09`.
    pub id: String,
    /// The same for people and files: `2024-01-31`, `2024-01-31T09`.
    pub name: String,
    /// The first moment.
    pub start: DateTime<Utc>,
    /// The moment after the last one.
    pub end: DateTime<Utc>,
    /// Nothing is before it: pre-hooks run with it, and a full refresh begins with it.
    pub is_first: bool,
    /// Nothing is after it: post-hooks run with it.
    pub is_last: bool,
}

/// What the command line and the clock say about time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From when on: `--event-time-start`, or the start of a sample.
    pub start: Option<DateTime<Utc>>,
    /// Up to when: `--event-time-end`, or the end of a sample.
    pub end: Option<DateTime<Utc>>,
    /// When the run began.
    pub now: DateTime<Utc>,
}

/// How long a slice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Hour,
    Day,
    Month,
    Year,
}

/// The slices to build, in order: up to the end of the window, from its start
/// where it has one; else from the configured `begin` on the first run, and
/// from `lookback` slices before the newest later.
///
/// # Errors
/// The configuration lacks something or has a value that cannot be read; in words.
pub fn slices(config: &Config, window: Window, is_incremental: bool) -> Result<Vec<Slice>, String> {
    let size = size(config)?;
    let far = || "the batches reach beyond the end of time".to_owned();
    let end = size.ceil(window.end.unwrap_or(window.now)).ok_or_else(far)?;
    let start = match window.start {
        Some(start) => size.floor(start).ok_or_else(far)?,
        None if is_incremental => {
            let lookback = config.get("lookback").and_then(serde_json::Value::as_u64).unwrap_or(1);
            let back = u32::try_from(lookback).ok().and_then(|lookback| lookback.checked_add(1));
            back.and_then(|back| size.before(end, back)).ok_or_else(far)?
        }
        None => size.floor(begin(config)?).ok_or_else(far)?,
    };
    let mut slices = vec![(start, size.after(start).ok_or_else(far)?)];
    while let Some(&(_, last)) = slices.last().filter(|(_, last)| *last < end) {
        slices.push((last, size.after(last).ok_or_else(far)?));
    }
    let count = slices.len();
    let slice = |(at, (start, stop)): (usize, Period)| {
        let stop = if at + 1 == count { end } else { stop };
        size.slice((start, stop), at, count)
    };
    Ok(slices.into_iter().enumerate().map(slice).collect())
}

/// Slices that begin and end here: those that an earlier run could not store.
///
/// # Errors
/// As [`slices`].
pub fn slices_again(config: &Config, periods: &[Period]) -> Result<Vec<Slice>, String> {
    let size = size(config)?;
    let count = periods.len();
    let slice = |(at, (start, end)): (usize, &Period)| size.slice((*start, *end), at, count);
    Ok(periods.iter().enumerate().map(slice).collect())
}

fn begin(config: &Config) -> Result<DateTime<Utc>, String> {
    let text = config.text("begin").ok_or("a microbatch model needs the config `begin`")?;
    moment(text).ok_or_else(|| format!("`begin: {text}` is no date or time"))
}

fn size(config: &Config) -> Result<Size, String> {
    match config.text("batch_size") {
        Some("hour") => Ok(Size::Hour),
        Some("day") => Ok(Size::Day),
        Some("month") => Ok(Size::Month),
        Some("year") => Ok(Size::Year),
        Some(other) => {
            Err(format!("`batch_size` cannot be `{other}`; it is `hour`, `day`, `month` or `year`"))
        }
        None => Err("a microbatch model needs the config `batch_size`".to_owned()),
    }
}

impl Size {
    /// The start of the slice that holds a moment.
    fn floor(self, time: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let day = match self {
            Self::Hour | Self::Day => time.date_naive(),
            Self::Month => time.date_naive().with_day(1)?,
            Self::Year => NaiveDate::from_ymd_opt(time.year(), 1, 1)?,
        };
        let hour = if self == Self::Hour { time.hour() } else { 0 };
        Some(day.and_hms_opt(hour, 0, 0)?.and_utc())
    }

    /// The moment itself where a slice starts there, else the end of its slice.
    fn ceil(self, time: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let floor = self.floor(time)?;
        if floor == time { Some(time) } else { self.after(floor) }
    }

    /// The start of the next slice, from the start of one.
    fn after(self, start: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Hour => start.checked_add_signed(TimeDelta::hours(1)),
            Self::Day => start.checked_add_days(Days::new(1)),
            Self::Month => start.checked_add_months(Months::new(1)),
            Self::Year => start.checked_add_months(Months::new(12)),
        }
    }

    /// The start of the slice so many before, from the start of one.
    fn before(self, start: DateTime<Utc>, count: u32) -> Option<DateTime<Utc>> {
        match self {
            Self::Hour => start.checked_sub_signed(TimeDelta::hours(i64::from(count))),
            Self::Day => start.checked_sub_days(Days::new(u64::from(count))),
            Self::Month => start.checked_sub_months(Months::new(count)),
            Self::Year => start.checked_sub_months(Months::new(count.checked_mul(12)?)),
        }
    }

    /// The slice at a place among so many.
    fn slice(self, (start, end): Period, at: usize, count: usize) -> Slice {
        let form = match self {
            Self::Hour => "%Y-%m-%dT%H",
            Self::Day => "%Y-%m-%d",
            Self::Month => "%Y-%m",
            Self::Year => "%Y",
        };
        let name = start.format(form).to_string();
        Slice { id: name.replace('-', ""), name, start, end, is_first: at == 0, is_last: at + 1 == count }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value as Json, json};

    use super::*;

    fn told(config: &Json, window: &[(&str, &str)], is_incremental: bool) -> String {
        let at = |name: &str| window.iter().find(|(key, _)| *key == name).and_then(|(_, text)| moment(text));
        let window = Window { start: at("start"), end: at("end"), now: at("now").unwrap_or_default() };
        let config =
            Config { values: Arc::new(config.as_object().unwrap().clone().into()), ..Config::default() };
        match slices(&config, window, is_incremental) {
            Ok(slices) => slices.iter().map(|slice| slice.id.as_str()).collect::<Vec<_>>().join(" "),
            Err(problem) => problem,
        }
    }

    #[test]
    fn a_first_run_begins_at_the_beginning_and_later_ones_look_back() {
        let days = json!({"batch_size": "day", "begin": "2024-01-30"});
        let now = [("now", "2024-02-02T10:00:00")];
        assert_eq!(told(&days, &now, false), "20240130 20240131 20240201 20240202");
        assert_eq!(told(&days, &now, true), "20240201 20240202");
        assert_eq!(told(&days, &[("now", "2024-02-02")], true), "20240131 20240201", "midnight ends a day");
        let lookback = json!({"batch_size": "month", "begin": "2020-01-01", "lookback": 0});
        assert_eq!(told(&lookback, &now, true), "202402");
    }

    #[test]
    fn flags_bound_the_window() {
        let hours = json!({"batch_size": "hour", "begin": "2024-01-01"});
        let window = [("start", "2024-03-01 10:30:00"), ("end", "2024-03-01 12:00:00")];
        assert_eq!(told(&hours, &window, true), "20240301T10 20240301T11");
        let years = json!({"batch_size": "year", "begin": "2020-06-01"});
        assert_eq!(told(&years, &[("end", "2021-06-01")], false), "2020 2021");
    }

    #[test]
    fn slices_that_failed_are_done_again() {
        let config = json!({"batch_size": "hour"});
        let config =
            Config { values: Arc::new(config.as_object().unwrap().clone().into()), ..Config::default() };
        let period = |start: &str, end: &str| (moment(start).unwrap(), moment(end).unwrap());
        let failed = [
            period("2024-01-01 10:00:00", "2024-01-01 11:00:00"),
            period("2024-01-02", "2024-01-02 00:30:00"),
        ];
        let again = slices_again(&config, &failed).unwrap();
        let told = |slice: &Slice| (slice.name.clone(), slice.is_first, slice.is_last);
        let told: Vec<_> = again.iter().map(told).collect();
        assert_eq!(
            told,
            [("2024-01-01T10".to_owned(), true, false), ("2024-01-02T00".to_owned(), false, true)]
        );
        assert_eq!((again[0].id.as_str(), again[1].end), ("20240101T10", failed[1].1));
    }

    #[test]
    fn what_is_missing_is_told() {
        let check = |config: Json, expected: &str| assert_eq!(told(&config, &[], false), expected);
        check(json!({}), "a microbatch model needs the config `batch_size`");
        check(
            json!({"batch_size": "week"}),
            "`batch_size` cannot be `week`; it is `hour`, `day`, `month` or `year`",
        );
        check(json!({"batch_size": "day"}), "a microbatch model needs the config `begin`");
        check(json!({"batch_size": "day", "begin": "soon"}), "`begin: soon` is no date or time");
    }
}
