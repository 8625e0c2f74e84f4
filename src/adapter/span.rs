//! Spans of time as Python prints them.

/// The microseconds of a second.
pub(super) const SECOND: i64 = 1_000_000;
/// Those of a day.
pub(super) const DAY: i64 = 86_400 * SECOND;

/// Microseconds as `1 day, 2:03:04.500000`.
pub(super) fn span(micros: i64) -> String {
    let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
    let (seconds, fraction) = (rest / SECOND, rest % SECOND);
    let days = match days {
        0 => String::new(),
        1 | -1 => format!("{days} day, "),
        _ => format!("{days} days, "),
    };
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:06}") };
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{days}{hours}:{minutes:02}:{:02}{fraction}", seconds % 60)
}
