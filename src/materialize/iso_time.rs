//! Times of ISO 8601 in seeds, with all the forms of days and times that dbt's library knows.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

const MICROS_OF_A_SECOND: i128 = 1_000_000;
const MICROS_OF_A_MINUTE: i128 = 60 * MICROS_OF_A_SECOND;
const MICROS_OF_AN_HOUR: i128 = 60 * MICROS_OF_A_MINUTE;

/// A day and a time with a `T` between them, and whether the time has an offset: then it is in UTC.
pub(super) fn iso_time(field: &str) -> Option<(NaiveDateTime, bool)> {
    let (date, time) = field.trim().split_once('T')?;
    let (time, offset) = without_offset(time)?;
    let moment = day(date)?.and_time(hour(time)?);
    Some((moment.checked_sub_signed(offset.unwrap_or_default())?, offset.is_some()))
}

/// A day, a week or a day of one, a day of the year, a month, a year or a century: what is not said
/// is the first.
fn day(text: &str) -> Option<NaiveDate> {
    let year =
        |digits: &str| number(digits).and_then(|year| i32::try_from(year).ok()).filter(|year| *year > 0);
    let (head, rest) = text.split_at_checked(4).unwrap_or((text, ""));
    let extended = rest.strip_prefix('-');
    let rest = extended.unwrap_or(rest);
    if let Some(week) = rest.strip_prefix('W') {
        let (week, day) = week.split_at_checked(2)?;
        let day = if extended.is_some() && !day.is_empty() {
            day.strip_prefix('-').filter(|day| !day.is_empty())?
        } else {
            day
        };
        return (day.len() <= 1).then(|| of_week(year(head)?, number(week)?, number_or(day, 1)?)).flatten();
    }
    match (rest.len(), extended.is_some()) {
        (0, false) if head.len() == 2 => {
            NaiveDate::from_ymd_opt(i32::try_from(number(head)? * 100 + 1).ok()?, 1, 1)
        }
        (0, false) if head.len() == 4 => NaiveDate::from_ymd_opt(year(head)?, 1, 1),
        (2, _) => NaiveDate::from_ymd_opt(year(head)?, number(rest)?, 1),
        (3, _) => {
            let first = NaiveDate::from_ymd_opt(year(head)?, 1, 1)?.checked_sub_days(Days::new(1))?;
            first.checked_add_days(Days::new(number(rest)?.into()))
        }
        (4, false) => NaiveDate::from_ymd_opt(year(head)?, number(rest.get(..2)?)?, number(rest.get(2..)?)?),
        (5, true) => {
            let (month, day) = rest.split_once('-').filter(|(month, _)| month.len() == 2)?;
            NaiveDate::from_ymd_opt(year(head)?, number(month)?, number(day)?)
        }
        _ => None,
    }
}

fn of_week(year: i32, week: u32, day: u32) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1)?;
    let weeks = i64::from(week) - i64::from(first.iso_week().week() == 1);
    let days = i64::from(day) - i64::from(first.weekday().number_from_monday());
    first.checked_add_signed(TimeDelta::days(weeks * 7 + days))
}

/// A time to the second, the minute or the hour, with decimals of the last.
fn hour(text: &str) -> Option<NaiveTime> {
    let at = text.find([',', '.']).unwrap_or(text.len());
    let (whole, decimals) = (text.get(..at)?, text.get(at + 1..));
    let parts: Vec<&str> = match whole.len() {
        5 | 8 => whole.split(':').collect(),
        2 | 4 | 6 => [0..2, 2..4, 4..6].into_iter().filter_map(|pair| whole.get(pair)).collect(),
        _ => return None,
    };
    let part = |at: usize| match parts.get(at) {
        Some(part) if part.len() == 2 => number(part),
        Some(_) => None,
        None => Some(0),
    };
    let time = NaiveTime::from_hms_opt(part(0)?, part(1)?, part(2)?)?;
    let Some(decimals) = decimals else { return Some(time) };
    let (unit, rounds) = match parts.len() {
        1 => (MICROS_OF_AN_HOUR, true),
        2 => (MICROS_OF_A_MINUTE, false),
        _ => (MICROS_OF_A_SECOND, false),
    };
    let micros = share(decimals, unit, rounds)?;
    let (later, days) = time.overflowing_add_signed(TimeDelta::microseconds(micros));
    (days == 0).then_some(later)
}

/// A decimal fraction of a unit, in whole microseconds.
fn share(decimals: &str, unit: i128, rounds: bool) -> Option<i64> {
    let kept = decimals.get(..decimals.len().min(18))?;
    if decimals.is_empty() || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let power = 10_i128.pow(u32::try_from(kept.len()).ok()?);
    let exact = kept.parse::<i128>().ok()? * unit;
    let half = if rounds { power / 2 } else { 0 };
    i64::try_from((exact + half) / power).ok()
}

/// A time without its offset, and that: `Z`, `+05`, `+0530` or `+05:30`, or nothing.
fn without_offset(text: &str) -> Option<(&str, Option<TimeDelta>)> {
    if let Some(time) = text.strip_suffix('Z') {
        return Some((time, Some(TimeDelta::zero())));
    }
    let Some(at) = text.find(['+', '-']) else { return Some((text, None)) };
    let (time, offset) = text.split_at(at);
    let (sign, offset) = (if offset.starts_with('-') { -1 } else { 1 }, offset.get(1..)?);
    let (hours, minutes) = offset.split_at_checked(2)?;
    let minutes = minutes.strip_prefix(':').filter(|minutes| !minutes.is_empty()).unwrap_or(minutes);
    if !matches!(minutes.len(), 0 | 2) {
        return None;
    }
    let minutes = i64::from(number(hours)?) * 60 + i64::from(number_or(minutes, 0)?);
    (minutes < 24 * 60).then(|| (time, Some(TimeDelta::minutes(sign * minutes))))
}

fn number_or(digits: &str, nothing: u32) -> Option<u32> {
    if digits.is_empty() { Some(nothing) } else { number(digits) }
}

/// Digits and nothing else, as a number.
fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_forms_of_dbts_library() {
        let check = |field: &str, expected: &str| {
            let told = iso_time(field).map_or("-".to_owned(), |(time, _)| time.to_string());
            assert_eq!(told, expected, "{field}");
        };
        check("2023-03-01T06:16:09.201000+00:00", "2023-03-01 06:16:09.201");
        check(" 2023-03-01T06:16:09Z ", "2023-03-01 06:16:09");
        check("2023-03-01T06:16", "2023-03-01 06:16:00");
        check("2023-03-01T06", "2023-03-01 06:00:00");
        check("20230301T061609", "2023-03-01 06:16:09");
        check("2023-W09-3T06:16:09", "2023-03-01 06:16:09");
        check("2023W093T0616", "2023-03-01 06:16:00");
        check("2023-W09T00", "2023-02-27 00:00:00");
        check("2026-W01-1T00", "2025-12-29 00:00:00");
        check("2023-060T06:16:09", "2023-03-01 06:16:09");
        check("2023060T06:16:09", "2023-03-01 06:16:09");
        check("2023-03T06:16:09", "2023-03-01 06:16:09");
        check("202303T06:16:09", "2023-03-01 06:16:09");
        check("2023T06:16:09", "2023-01-01 06:16:09");
        check("20T06:16:09", "2001-01-01 06:16:09");
        check("2023-03-01T06:16:09,5", "2023-03-01 06:16:09.500");
        check("2023-03-01T06.5", "2023-03-01 06:30:00");
        check("2023-03-01T06:16.5", "2023-03-01 06:16:30");
        check("2023-03-01T06:16:09.123456789", "2023-03-01 06:16:09.123456");
        check("2023-03-01T06:16:09+0530", "2023-03-01 00:46:09");
        check("2023-03-01T06:16:09-05", "2023-03-01 11:16:09");
        check("2023-03-01T06:16:09+05:30", "2023-03-01 00:46:09");
        let is_zoned = |field: &str| iso_time(field).map(|(_, is_zoned)| is_zoned);
        assert_eq!(is_zoned("2023-03-01T06Z"), Some(true));
        assert_eq!(is_zoned("2023-03-01T06"), Some(false));
        for other in [
            "2023-03-01 06:16:09.201000+00:00",
            "2023-03-01 06:16:09Z",
            "2023-03-01 06:16:09",
            "2023-03-01t06:16:09",
            "+002023-03-01T06:16:09",
            "2023-03-01T24:00:00",
            "2023-03-01T06:16:60",
            "2023-02-30T06:16:09",
            "2023-03-1T06:16:09",
            "2023-3-01T06:16:09",
            "0000-03-01T06:16:09",
            "2023-03-01T06:16:09 +05:00",
            "2023-03-01T6:16:09",
            "2023-03-01T06:1:609",
            "2023-03-01T06:16:09.",
            "2023-03-01T06:16:09.5.5",
            "2023-03-01T06:16:09+5",
            "2023-03-01T06:16:09+05:",
            "2023-03-01T",
            "T06:16:09",
            "2023-03-01T06T16",
            "2023-٣3-01T06",
            "2023-W09-T06",
            "",
        ] {
            check(other, "-");
        }
    }
}
