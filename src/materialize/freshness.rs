//! How old a source is.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::executor::{Executor, Order};
use crate::adapter::Response;
use crate::compile::{Failure, as_response};
use crate::manifest::{Age, Freshness, NodeKind, Period};
use crate::objects;
use crate::sql::{Cell, Rows};
use crate::template::Value;

/// How old a source is, measured against its rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The newest row's time; the year 1 where there is no row.
    pub max_loaded_at: DateTime<Utc>,
    /// When it was looked at, by the warehouse's clock.
    pub snapshotted_at: DateTime<Utc>,
    /// The difference.
    pub age: Duration,
    /// Which rule it breaks.
    pub staleness: Staleness,
    /// The warehouse's answer.
    pub response: Response,
    /// The macro gave rows alone, as it did before dbt 1.5.
    pub is_bare: bool,
}

/// Which freshness rule a source breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staleness {
    /// None.
    Fresh,
    /// Older than `warn_after`.
    Warn,
    /// Older than `error_after`.
    Error,
}

/// Asks the warehouse for the newest row: by `loaded_at_query` where there is
/// one, else by `loaded_at_field`.
///
/// # Errors
/// The source has neither, or the warehouse refuses the question.
pub fn measure(order: &Order<'_>, executor: &mut dyn Executor) -> Result<Measured, Failure> {
    let NodeKind::Source(source) = &order.node.kind else {
        let message = format!("`{}` is no source; only sources have a freshness", order.node.name);
        return Err(order.refuse("not-a-source", message));
    };
    let relation = match &order.node.relation {
        Some(relation) => order.value(relation),
        None => Value::from(()),
    };
    let answer = if let Some(query) = &source.loaded_at_query {
        let query = executor.render(query)?;
        executor.call("collect_freshness_custom_sql", &[relation, Value::from(query)])?
    } else if let Some(field) = &source.loaded_at_field {
        let filter = source.freshness.as_ref().and_then(|rules| rules.filter.clone());
        executor.call("collect_freshness", &[relation, Value::from(field.as_str()), Value::from(filter)])?
    } else {
        let name = format!("{}.{}", source.source_name, order.node.name);
        let message = format!("the freshness of `{name}` cannot be told");
        let words = format!("Could not compute freshness for source {}", order.node.name);
        let problem = order.problem("unknown-freshness", message).known_as(words);
        return Err(problem.help("set `loaded_at_field` or `loaded_at_query`").into());
    };
    let is_bare = objects::as_rows(&answer).is_some();
    let table = if is_bare { answer.clone() } else { answer.get_attr("table").unwrap_or_default() };
    let times = objects::as_rows(&table).and_then(|rows| read(&rows));
    let (max_loaded_at, snapshotted_at) = times.ok_or_else(|| unreadable(order, &table))?;
    let age = snapshotted_at - max_loaded_at;
    let response = answer.get_attr("response").ok().filter(|_| !is_bare);
    let response = response.map(|found| as_response(&found)).unwrap_or_default();
    let staleness = weigh(source.freshness.as_ref(), age);
    Ok(Measured { max_loaded_at, snapshotted_at, age, staleness, response, is_bare })
}

/// dbt: a date is no time.
fn unreadable(order: &Order<'_>, table: &Value) -> Failure {
    let message = "the newest row's time cannot be read: it must be one timestamp";
    let problem = order.problem("unreadable-freshness", message);
    let rows = objects::as_rows(table).map(|rows| rows.rows).unwrap_or_default();
    let is_date = matches!(rows.first().and_then(|row| row.first()), Some(Cell::Date(_)));
    if !is_date {
        return problem.into();
    }
    let words = "Expected a timestamp value when querying field 'last_modified' of table None but received value of \
                 type 'date' instead";
    let problem = problem.note("it is a date").known_as(words);
    problem.help("let `loaded_at_field` be a timestamp, as in `cast(day as timestamp)`").into()
}

fn weigh(rules: Option<&Freshness>, age: Duration) -> Staleness {
    let is_older = |limit: Option<Age>| limit.is_some_and(|limit| age > span(limit));
    if is_older(rules.and_then(|rules| rules.error_after)) {
        Staleness::Error
    } else if is_older(rules.and_then(|rules| rules.warn_after)) {
        Staleness::Warn
    } else {
        Staleness::Fresh
    }
}

fn span(age: Age) -> Duration {
    let count = i64::from(age.count);
    match age.period {
        Period::Minute => Duration::minutes(count),
        Period::Hour => Duration::hours(count),
        Period::Day => Duration::days(count),
    }
}

/// The one row: the newest row's time, and the warehouse's time.
fn read(rows: &Rows) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let [row] = rows.rows.as_slice() else { return None };
    let [newest, now] = row.as_slice() else { return None };
    let newest = if *newest == Cell::Null { long_ago()? } else { moment(newest)? };
    Some((newest, moment(now)?))
}

fn long_ago() -> Option<DateTime<Utc>> {
    Some(NaiveDate::from_ymd_opt(1, 1, 1)?.and_time(NaiveTime::MIN).and_utc())
}

/// A time; without a zone it counts as UTC.
fn moment(cell: &Cell) -> Option<DateTime<Utc>> {
    let naive = |text: &str| {
        let text = text.replace('T', " ");
        NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f").ok().map(|time| time.and_utc())
    };
    let zoned = |text: &str| {
        let forms = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z"];
        let parse = |form: &&str| DateTime::parse_from_str(text, form).ok();
        forms.iter().find_map(parse).map(|time| time.to_utc())
    };
    match cell {
        Cell::Timestamp(text) => naive(text),
        Cell::TimestampTz(text) => zoned(text),
        Cell::Text(text) => zoned(text).or_else(|| naive(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stricter_rule_wins_and_the_limit_itself_is_fresh() {
        let days = |count| Some(Age { count, period: Period::Day });
        let check = |age: Duration, expected: Staleness| {
            let rules = Freshness { warn_after: days(1), error_after: days(2), filter: None };
            assert_eq!(weigh(Some(&rules), age), expected, "{age}");
        };
        check(Duration::days(1), Staleness::Fresh);
        check(Duration::days(1) + Duration::seconds(1), Staleness::Warn);
        check(Duration::days(3), Staleness::Error);
    }

    #[test]
    fn times_are_read_in_every_form_that_warehouses_give() {
        let check = |cell: Cell, expected: &str| {
            assert_eq!(moment(&cell).map(|time| time.to_rfc3339()).as_deref(), Some(expected), "{cell:?}");
        };
        check(Cell::Timestamp("2024-02-01 10:00:00.25".into()), "2024-02-01T10:00:00.250+00:00");
        check(Cell::TimestampTz("2024-02-01 10:00:00+02".into()), "2024-02-01T08:00:00+00:00");
        check(Cell::TimestampTz("2024-02-01 10:00:00.5+02:30".into()), "2024-02-01T07:30:00.500+00:00");
        check(Cell::Text("2024-02-01T10:00:00Z".into()), "2024-02-01T10:00:00+00:00");
        assert_eq!(moment(&Cell::Integer(1)), None);
        assert_eq!(moment(&Cell::Date("2024-02-01".into())), None);
    }
}
