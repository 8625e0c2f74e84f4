//! The spans of time that a command line asks for: `--event-time-start`,
//! `--event-time-end` and `--sample`.

use chrono::{DateTime, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value as Json, json};

use super::Flags;
use super::flags::Origin;
use crate::diagnostics::Diagnostic;
use crate::source::SourceMap;
use crate::yaml;

/// From a moment up to another, which is not part of it.
pub type Period = (DateTime<Utc>, DateTime<Utc>);

const FORMS: &str = "write it as `2024-01-31`, `2024-01-31T09:00:00` or `2024-01-31 09:00:00`";
const SAMPLES: &str = "write `3 days`, or `{start: 2024-01-01, end: 2024-02-01}`";

impl Flags {
    /// `--event-time-start` and `--event-time-end`.
    #[must_use]
    pub fn event_time(&self) -> Option<Period> {
        let at = |name: &str| self.text(name).and_then(moment);
        Some((at("event_time_start")?, at("event_time_end")?))
    }

    /// `--sample`.
    #[must_use]
    pub fn sample(&self) -> Option<Period> {
        let sample = self.get("sample");
        let at = |key: &str| sample.get(key).and_then(Json::as_str).and_then(moment);
        Some((at("start")?, at("end")?))
    }

    /// Reads the flags about time and keeps them as dbt writes them.
    pub(super) fn settle_periods(&mut self, now: DateTime<Utc>, diagnostics: &mut Vec<Diagnostic>) {
        let (start, end) = ("event_time_start", "event_time_end");
        let edges = [start, end].map(|name| self.settle_edge(name, diagnostics));
        match edges {
            [Some(from), Some(to)] if from >= to => diagnostics.push(
                Diagnostic::error("flags", "`--event-time-start` must be before `--event-time-end`")
                    .known_as("Value for `--event-time-start` must be less than `--event-time-end`"),
            ),
            [Some(_), None] if self.get(end).is_null() => diagnostics.push(together(end, start)),
            [None, Some(_)] if self.get(start).is_null() => diagnostics.push(together(start, end)),
            _ => {}
        }
        self.settle_sample(now, diagnostics);
    }

    fn settle_edge(&mut self, name: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<DateTime<Utc>> {
        let setting = self.setting(name).filter(|setting| !setting.value.is_null())?.clone();
        let text = setting.value.as_str().unwrap_or_default();
        let Some(time) = moment(text) else {
            let message = format!("{} must be a date or a time, not `{text}`", shown(name, &setting.origin));
            diagnostics.push(Diagnostic::error("flag-type", message).help(FORMS));
            return None;
        };
        let written = time.format("%Y-%m-%dT%H:%M:%S").to_string();
        self.set(name, Json::from(written), setting.origin);
        Some(time)
    }

    fn settle_sample(&mut self, now: DateTime<Utc>, diagnostics: &mut Vec<Diagnostic>) {
        let Some(setting) = self.setting("sample").filter(|setting| !setting.value.is_null()).cloned() else {
            return;
        };
        let (start, end) = match sample(&setting.value, now) {
            Ok(period) => period,
            Err(problem) => {
                let message = format!("{}: {problem}", shown("sample", &setting.origin));
                diagnostics.push(Diagnostic::error("flag-type", message).help(SAMPLES));
                return;
            }
        };
        let written = |time: DateTime<Utc>| time.to_rfc3339_opts(precision(time), false);
        let value = json!({"start": written(start), "end": written(end)});
        self.set("sample", value, setting.origin);
    }
}

/// A date or a time as flags and configs write it; without a zone it is UTC.
#[must_use]
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let zoned = DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
    let naive = || {
        let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
        let parse = |form: &&str| NaiveDateTime::parse_from_str(text, form).ok();
        forms.iter().find_map(parse).map(|time| time.and_utc())
    };
    let day =
        || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    zoned.or_else(naive).or_else(day)
}

/// A moment as Python prints it, and dbt in the conditions of queries:
/// `2024-01-31 09:00:00+00:00`, with a fraction where there is one.
#[must_use]
pub fn moment_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(precision(time), false).replacen('T', " ", 1)
}

fn precision(time: DateTime<Utc>) -> SecondsFormat {
    if time.timestamp_subsec_micros() == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros }
}

/// `3 days` up to now, or a mapping of `start` and `end`.
fn sample(value: &Json, now: DateTime<Utc>) -> Result<Period, String> {
    let text = value.as_str().unwrap_or_default();
    if !value.is_object() && !text.trim_start().starts_with('{') {
        return back(text, now);
    }
    let mapping = if value.is_object() {
        value.clone()
    } else {
        let file = SourceMap::new().add("sample", text);
        yaml::parse(&file).map(|yaml| yaml.to_json()).unwrap_or_default()
    };
    let at = |key: &str| {
        let written = mapping.get(key).ok_or_else(|| format!("it has no `{key}`"))?;
        let time = written.as_str().and_then(moment);
        time.ok_or_else(|| format!("its `{key}` is no date or time"))
    };
    let (start, end) = (at("start")?, at("end")?);
    if start < end { Ok((start, end)) } else { Err("its `start` must be before its `end`".to_owned()) }
}

fn back(text: &str, now: DateTime<Utc>) -> Result<Period, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [count, grain] = words.as_slice() else {
        return Err(format!("`{text}` is not a number and a unit"));
    };
    let count: u32 = count.parse().map_err(|_| format!("`{count}` is no whole number"))?;
    let start = match grain.to_lowercase().trim_end_matches('s') {
        "hour" => now.checked_sub_signed(TimeDelta::hours(i64::from(count))),
        "day" => now.checked_sub_days(Days::new(u64::from(count))),
        "month" => now.checked_sub_months(Months::new(count)),
        "year" => count.checked_mul(12).and_then(|months| now.checked_sub_months(Months::new(months))),
        _ => return Err(format!("`{grain}` is no unit; it is `hours`, `days`, `months` or `years`")),
    };
    let start = start.ok_or("it reaches beyond the beginning of time")?;
    Ok((start, now))
}

fn shown(name: &str, origin: &Origin) -> String {
    match origin {
        Origin::Environment(variable) => format!("the environment variable `{variable}`"),
        _ => format!("`--{}`", name.replace('_', "-")),
    }
}

fn together(missing: &str, given: &str) -> Diagnostic {
    let flag = |name: &str| format!("`--{}`", name.replace('_', "-"));
    let message = format!("{} was given, but {} was not", flag(given), flag(missing));
    Diagnostic::error("flags", message)
        .known_as(format!("When specifying {}, {} must also be present.", flag(given), flag(missing)))
        .help("give both: batches reach from the one to the other")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(flags: &[(&str, &str)]) -> (Flags, Vec<String>) {
        let mut settled = Flags::default();
        for (name, text) in flags {
            settled.set(name, Json::from(*text), Origin::CommandLine);
        }
        let mut found = Vec::new();
        settled.settle_periods(moment("2024-03-31 10:00:00").unwrap(), &mut found);
        (settled, found.into_iter().map(|found| found.message).collect())
    }

    #[test]
    fn both_edges_are_given_in_order() {
        let (start, end) = ("event_time_start", "event_time_end");
        let (flags, found) = settled(&[(start, "2024-01-01"), (end, "2024-01-02 10:00:00")]);
        assert_eq!(found, [""; 0]);
        assert_eq!(flags.text(start), Some("2024-01-01T00:00:00"));
        let (from, to) = flags.event_time().unwrap();
        assert_eq!(
            (moment_text(from), moment_text(to)),
            ("2024-01-01 00:00:00+00:00".into(), "2024-01-02 10:00:00+00:00".into())
        );
        let check = |flags: &[(&str, &str)], expected: &str| assert_eq!(settled(flags).1, [expected]);
        check(&[(start, "2024-01-01")], "`--event-time-start` was given, but `--event-time-end` was not");
        check(&[(end, "2024-01-01")], "`--event-time-end` was given, but `--event-time-start` was not");
        check(
            &[(start, "2024-01-01"), (end, "2024-01-01")],
            "`--event-time-start` must be before `--event-time-end`",
        );
        check(
            &[(start, "soon"), (end, "2024-01-01")],
            "`--event-time-start` must be a date or a time, not `soon`",
        );
    }

    #[test]
    fn a_sample_reaches_back_or_from_one_moment_to_another() {
        let check = |text: &str, start: &str, end: &str| {
            let (flags, found) = settled(&[("sample", text)]);
            assert_eq!(found, [""; 0]);
            assert_eq!(flags.get("sample"), &json!({"start": start, "end": end}), "{text}");
        };
        check("2 days", "2024-03-29T10:00:00+00:00", "2024-03-31T10:00:00+00:00");
        check("1 month", "2024-02-29T10:00:00+00:00", "2024-03-31T10:00:00+00:00");
        let mapping = "{start: 2024-01-01, end: '2024-01-02 10:00:00'}";
        check(mapping, "2024-01-01T00:00:00+00:00", "2024-01-02T10:00:00+00:00");
        let check = |text: &str, expected: &str| {
            assert_eq!(settled(&[("sample", text)]).1, [format!("`--sample`: {expected}")]);
        };
        check("3", "`3` is not a number and a unit");
        check("some days", "`some` is no whole number");
        check("3 weeks", "`weeks` is no unit; it is `hours`, `days`, `months` or `years`");
        check("{start: 2024-01-02}", "it has no `end`");
        check("{start: 2024-01-02, end: soon}", "its `end` is no date or time");
        check("{start: 2024-01-02, end: 2024-01-01}", "its `start` must be before its `end`");
    }
}
