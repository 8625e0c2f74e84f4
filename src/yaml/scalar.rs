//! What a plain (unquoted) scalar means in YAML 1.1, as PyYAML resolves it.

use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime};
use fancy_regex::Regex;

use super::Value;

/// The value of a plain scalar: null, boolean, number, date, else text.
pub(super) fn resolve(text: &str) -> Value {
    typed(text).unwrap_or_else(|| Value::String(text.to_owned()))
}

/// The value of a plain scalar that is no text, or another one than is written.
pub(super) fn typed(text: &str) -> Option<Value> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return constant(text);
    }
    integer(text).or_else(|| float(text).map(Value::Float)).or_else(|| timestamp(text).map(Value::Time))
}

/// Whether a text would not stay a text if it were written without quotes.
pub(super) fn is_ambiguous(text: &str) -> bool {
    constant(text).is_some()
        || integer(text).is_some()
        || float(text).is_some()
        || text == "<<"
        || text == "="
        || TIMESTAMP.as_ref().is_some_and(|pattern| pattern.is_match(text).unwrap_or(false))
}

/// The value that an explicit tag such as `!!int` asks for; `None` where the
/// text is not of that kind.
pub(super) fn tagged(tag: &str, text: &str) -> Option<Value> {
    match tag {
        "str" => Some(Value::String(text.to_owned())),
        "null" => Some(Value::Null),
        "bool" => constant(text).filter(|value| matches!(value, Value::Bool(_))),
        "int" => integer(text),
        "float" => float(text).or_else(|| text.replace('_', "").parse::<f64>().ok()).map(Value::Float),
        "timestamp" => timestamp(text).map(Value::Time),
        _ => None,
    }
}

fn constant(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Value::Null),
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(Value::Bool(true)),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// A whole number; one beyond 64 bits is the text of its digits.
fn integer(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let number = if let Some(digits) = unsigned.strip_prefix("0b") {
        in_radix(digits, 2)?
    } else if let Some(digits) = unsigned.strip_prefix("0x") {
        in_radix(digits, 16)?
    } else if let Some(digits) = unsigned.strip_prefix('0') {
        if digits.is_empty() { 0 } else { in_radix(digits, 8)? }
    } else if unsigned.contains(':') {
        base_sixty(unsigned)?
    } else {
        in_radix(unsigned, 10)?
    };
    let signed = if text.starts_with('-') { -number } else { number };
    Some(i64::try_from(signed).map_or_else(|_| Value::String(digits(text)), Value::Int))
}

/// Saturates, so that too big a number stays too big.
fn in_radix(digits: &str, radix: u32) -> Option<i128> {
    let plain = digits.replace('_', "");
    let is_valid = !plain.is_empty() && plain.chars().all(|c| c.is_digit(radix));
    is_valid.then(|| i128::from_str_radix(&plain, radix).unwrap_or(i128::MAX))
}

/// `1:30` is ninety.
fn base_sixty(text: &str) -> Option<i128> {
    let mut parts = text.split(':');
    let mut total = in_radix(parts.next()?, 10)?;
    for part in parts {
        let is_place = matches!(part.len(), 1 | 2) && part.chars().all(|c| c.is_ascii_digit());
        let place = part.parse::<i128>().ok().filter(|place| is_place && *place < 60)?;
        total = total.saturating_mul(60).saturating_add(place);
    }
    Some(total)
}

/// The digits of a whole number that fits no machine word.
fn digits(text: &str) -> String {
    text.replace('_', "").trim_start_matches('+').to_owned()
}

/// A point is needed, and a sign in the exponent: `1e3` and `1.5e3` are texts.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Some(f64::NAN),
        _ => {}
    }
    if let Some((minutes, seconds)) = unsigned.rsplit_once(':') {
        return base_sixty_float(minutes, seconds).map(|number| sign * number);
    }
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (unsigned.get(..at)?, unsigned.get(at + 1..)?),
        None => (unsigned, "+0"),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let is_digits = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
    let power = exponent.strip_prefix(['-', '+'])?;
    let starts_well = match whole.chars().next() {
        Some(first) => first.is_ascii_digit(),
        // PyYAML allows no sign before a leading point.
        None => unsigned.len() == text.len() && fraction.starts_with(|c: char| c.is_ascii_digit()),
    };
    let valid = starts_well
        && is_digits(whole)
        && is_digits(fraction)
        && !power.is_empty()
        && power.chars().all(|c| c.is_ascii_digit());
    if !valid {
        return None;
    }
    let plain = format!("0{}.{}0e{exponent}", whole.replace('_', ""), fraction.replace('_', ""));
    plain.parse::<f64>().ok().map(|number| sign * number)
}

/// `1:30.5` is ninety and a half.
fn base_sixty_float(minutes: &str, seconds: &str) -> Option<f64> {
    let (whole, fraction) = seconds.split_once('.')?;
    let is_digits = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
    let starts_well = minutes.starts_with(|c: char| c.is_ascii_digit());
    if !starts_well || !is_digits(fraction) {
        return None;
    }
    let whole = base_sixty(&format!("{minutes}:{whole}"))?;
    Some(whole as f64 + format!("0.{}0", fraction.replace('_', "")).parse::<f64>().ok()?)
}

/// PyYAML's pattern for dates and times.
static TIMESTAMP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:(\d{4}-\d\d-\d\d)|(\d{4}-\d\d?-\d\d?)(?:[Tt]|[ \t]+)(\d\d?:\d\d:\d\d)(?:\.(\d*))?",
        r"(?:[ \t]*(?:(Z)|([-+])(\d\d?)(?::(\d\d))?))?)$"
    ))
    .ok()
});

/// A date or time in the form of Python's `isoformat`; `None` where it is
/// neither, or no day of the calendar.
fn timestamp(text: &str) -> Option<String> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let found = TIMESTAMP.as_ref()?.captures(text).ok()??;
    let part = |index| found.get(index).map(|part| part.as_str());
    if let Some(day) = part(1) {
        return NaiveDate::parse_from_str(day, "%Y-%m-%d").ok().map(|day| day.to_string());
    }
    let written = format!("{} {}", part(2)?, part(3)?);
    let time = NaiveDateTime::parse_from_str(&written, "%Y-%m-%d %H:%M:%S").ok()?;
    let mut iso = time.format("%Y-%m-%dT%H:%M:%S").to_string();
    let micros: String = part(4).unwrap_or_default().chars().chain("000000".chars()).take(6).collect();
    if micros != "000000" {
        iso = format!("{iso}.{micros}");
    }
    if part(5).is_some() {
        iso += "+00:00";
    }
    if let (Some(sign), Some(hours)) = (part(6), part(7)) {
        iso = format!("{iso}{sign}{hours:0>2}:{}", part(8).unwrap_or("00"));
    }
    Some(iso)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_a_scalar_is_shows_in_its_first_character(text in "[-+.0-9~_:einfaNsut]{0,6}|[a-zA-Z]{0,5}") {
            let number = || integer(&text).or_else(|| float(&text).map(Value::Float));
            let plainly = constant(&text).or_else(number).or_else(|| timestamp(&text).map(Value::Time));
            // Nothing that is not a number is equal to itself there.
            prop_assert_eq!(format!("{:?}", typed(&text)), format!("{plainly:?}"));
        }
    }

    #[test]
    fn plain_scalars_mean_what_pyyaml_says() {
        let text = |text: &str| Value::String(text.to_owned());
        let time = |text: &str| Value::Time(text.to_owned());
        let check = |written: &str, expected: Value| assert_eq!(resolve(written), expected, "{written}");
        check("", Value::Null);
        check("~", Value::Null);
        check("NULL", Value::Null);
        check("yes", Value::Bool(true));
        check("Off", Value::Bool(false));
        check("y", text("y"));
        check("oN", text("oN"));
        check("0", Value::Int(0));
        check("-17", Value::Int(-17));
        check("1_000", Value::Int(1000));
        check("010", Value::Int(8));
        check("08", text("08"));
        check("0x1F", Value::Int(31));
        check("0b101", Value::Int(5));
        check("0o17", text("0o17"));
        check("1:30", Value::Int(90));
        check("1:75", text("1:75"));
        check("1:30.5", Value::Float(90.5));
        check("-1:01:00.25", Value::Float(-3660.25));
        check("1:75.5", text("1:75.5"));
        check("9223372036854775807", Value::Int(i64::MAX));
        check("9223372036854775808", text("9223372036854775808"));
        check("1.5", Value::Float(1.5));
        check("1.", Value::Float(1.0));
        check(".5", Value::Float(0.5));
        check("-.5", text("-.5"));
        check("1e3", text("1e3"));
        check("1.0e3", text("1.0e3"));
        check("1.0e+3", Value::Float(1000.0));
        check("-.inf", Value::Float(f64::NEG_INFINITY));
        check("1.2.3", text("1.2.3"));
        check("2024-01-31", time("2024-01-31"));
        check("2024-02-31", text("2024-02-31"));
        check("2024-01-31 10:20:30", time("2024-01-31T10:20:30"));
        check("2001-12-14t21:59:43.10-05:00", time("2001-12-14T21:59:43.100000-05:00"));
        check("2001-12-14 21:59:43 Z", time("2001-12-14T21:59:43+00:00"));
        check("hello", text("hello"));
        check("-", text("-"));
        check("+", text("+"));
    }
}
