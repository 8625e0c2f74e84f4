//! The config `begin`: a moment, however it was written.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat};

/// A date or a time as dbt keeps it: `2024-01-01T00:00:00`. What is neither stays.
pub(super) fn iso(text: &str) -> Option<String> {
    let plain = |time: NaiveDateTime| time.format("%Y-%m-%dT%H:%M:%S%.f").to_string();
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return day.and_hms_opt(0, 0, 0).map(plain);
    }
    let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let local = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let zoned = || DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)).ok();
    local.map(plain).or_else(|| zoned().map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, false)))
}

#[cfg(test)]
mod tests {
    use super::iso;

    #[test]
    fn dates_are_moments() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(iso(text).as_deref(), expected, "{text}");
        check("2024-01-01", Some("2024-01-01T00:00:00"));
        check("2024-01-01 10:30:00", Some("2024-01-01T10:30:00"));
        check("2024-01-01T10:30", Some("2024-01-01T10:30:00"));
        check("2024-01-01 10:30:00+02:00", Some("2024-01-01T10:30:00+02:00"));
        check("soon", None);
    }
}
