//! Dates and times from the server's texts to the forms that templates print.

use crate::adapter::span::{DAY, SECOND, span};

/// A date; without end or beginning it is the last or the first that dbt knows.
pub(super) fn date(text: &str) -> &str {
    match text {
        "infinity" => "9999-12-31",
        "-infinity" => "0001-01-01",
        date => date,
    }
}

/// A timestamp without a zone.
pub(super) fn timestamp(text: &str) -> String {
    match text {
        "infinity" => "9999-12-31 23:59:59.999999".to_owned(),
        "-infinity" => "0001-01-01 00:00:00".to_owned(),
        timestamp => with_microseconds(timestamp),
    }
}

/// A timestamp with a zone.
pub(super) fn zoned(text: &str) -> String {
    match text {
        "infinity" | "-infinity" => format!("{}+00:00", timestamp(text)),
        text => time(text),
    }
}

/// A time of day, or any text that ends in one, with or without a zone.
pub(super) fn time(text: &str) -> String {
    let zone = text.rfind(':').and_then(|colon| {
        let after = text.get(colon..)?.find(['+', '-'])? + colon;
        Some(after)
    });
    // The zone of `01:02:03+05:30` begins before the last colon.
    let zone = zone.or_else(|| {
        let first = text.find(':')?;
        Some(text.get(first..)?.find(['+', '-'])? + first)
    });
    let Some((clock, zone)) = zone.and_then(|at| text.split_at_checked(at)) else {
        return with_microseconds(text);
    };
    let minutes = if zone.contains(':') { "" } else { ":00" };
    format!("{}{zone}{minutes}", with_microseconds(clock))
}

/// Python writes fractions of a second with six digits.
fn with_microseconds(text: &str) -> String {
    match text.rsplit_once('.') {
        Some((whole, fraction)) if fraction.chars().all(|c| c.is_ascii_digit()) => {
            format!("{whole}.{fraction:0<6}")
        }
        _ => text.to_owned(),
    }
}

/// An interval as Python prints a span of time: a year has 365 days, a month 30.
/// `None` where the text has another form.
pub(super) fn interval(text: &str) -> Option<String> {
    let mut micros = 0_i64;
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if word.contains(':') {
            micros = micros.checked_add(clock(word)?)?;
            continue;
        }
        let count: i64 = word.parse().ok()?;
        let days = match words.next()?.trim_end_matches('s') {
            "year" => 365,
            "mon" => 30,
            "day" => 1,
            _ => return None,
        };
        micros = micros.checked_add(count.checked_mul(days * DAY)?)?;
    }
    Some(span(micros))
}

/// `-01:02:03.5` in microseconds.
fn clock(text: &str) -> Option<i64> {
    let is_negative = text.starts_with('-');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut seconds = 0_i64;
    for part in whole.trim_start_matches(['-', '+']).split(':') {
        seconds = seconds.checked_mul(60)?.checked_add(part.parse().ok()?)?;
    }
    let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
    let micros = seconds.checked_mul(SECOND)?.checked_add(fraction)?;
    Some(if is_negative { -micros } else { micros })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_whole_zones_and_fractions() {
        let check = |text: &str, expected: &str| assert_eq!(time(text), expected, "{text}");
        check("01:02:03", "01:02:03");
        check("01:02:03.5", "01:02:03.500000");
        check("01:02:03+02", "01:02:03+02:00");
        check("01:02:03.5-05:30", "01:02:03.500000-05:30");
        check("2024-02-29 01:02:03+02", "2024-02-29 01:02:03+02:00");
        assert_eq!(zoned("infinity"), "9999-12-31 23:59:59.999999+00:00");
        assert_eq!(timestamp("2024-02-29 01:02:03.25"), "2024-02-29 01:02:03.250000");
    }

    #[test]
    fn intervals_are_spans_of_days_and_clock() {
        let check =
            |text: &str, expected: &str| assert_eq!(interval(text).as_deref(), Some(expected), "{text}");
        check("1 day 02:03:04", "1 day, 2:03:04");
        check("1 mon", "30 days, 0:00:00");
        check("1 year 2 mons -3 days", "422 days, 0:00:00");
        check("-00:00:01.5", "-1 day, 23:59:58.500000");
        check("100:00:00", "4 days, 4:00:00");
        check("00:00:00", "0:00:00");
        assert_eq!(interval("P1D"), None);
    }
}
