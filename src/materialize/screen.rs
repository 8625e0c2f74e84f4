//! Several generic tests in one look at a relation.
//!
//! Most tests find nothing. One query tells of several tests on a relation which of them
//! do; the others then need no statement of their own. Whether a test can be told this way
//! is seen in its SQL alone: where a project or a configuration makes it anything but what
//! the built-in macros write, it runs by itself, and so does a test that finds something.

use super::test::whole;
use crate::adapter::Response;
use crate::manifest::Config;
use crate::sql::{Cell, Column, Rows};

/// The generic tests that can be told by a look.
const TESTS: &[&str] = &["not_null", "unique", "accepted_values"];
/// Settings of a test that have it run alone.
const SETTINGS: &[&str] = &["where", "limit", "store_failures", "store_failures_as"];
/// Names that the tests give to columns of their own.
const OWN_NAMES: &[&str] = &["unique_field", "value_field", "n_records"];

/// A test that finds nothing, for those who would run it.
#[derive(Debug, Clone, PartialEq)]
pub struct Screened {
    /// Its main statement.
    pub statement: String,
    /// What the warehouse would answer.
    pub response: Response,
    /// The rows that it would give.
    pub rows: Rows,
}

/// Whether a look at the relation may be worth it for the generic test of this name.
#[must_use]
pub fn may_be_screened(test: &str, config: &Config) -> bool {
    let is_set = |key: &&str| config.get(key).is_some_and(|value| !value.is_null() && value != false);
    let is_usual = |key, usual| config.text(key).is_none_or(|text| text == usual);
    TESTS.contains(&test)
        && !SETTINGS.iter().any(is_set)
        && is_usual("fail_calc", "count(*)")
        && is_usual("warn_if", "!= 0")
        && is_usual("error_if", "!= 0")
}

/// Of tests that were compiled to this SQL, those that find nothing; the first one says
/// which relation is looked at. `ask` runs a query, where it can be run.
pub fn screen(tests: &[&str], ask: impl FnOnce(&str) -> Option<(Response, Rows)>) -> Vec<Option<Screened>> {
    let mut found = vec![None; tests.len()];
    let looks: Vec<Option<Look<'_>>> = tests.iter().map(|sql| Look::of(sql)).collect();
    let Some(relation) = looks.iter().flatten().next().map(|look| look.relation) else { return found };
    let together: Vec<(usize, &Look<'_>)> = looks
        .iter()
        .enumerate()
        .filter_map(|(at, look)| Some((at, look.as_ref().filter(|look| look.relation == relation)?)))
        .collect();
    if together.len() < 2 {
        return found;
    }
    let numbers: Vec<&str> = together.iter().map(|(_, look)| look.failing.as_str()).collect();
    let query = format!("select\n  {}\nfrom {relation}", numbers.join(",\n  "));
    let Some((response, rows)) = ask(&query) else { return found };
    let [row] = rows.rows.as_slice() else { return found };
    for ((at, _), cell) in together.into_iter().zip(row) {
        if let (Some(0), Some(sql), Some(slot)) = (whole(cell), tests.get(at), found.get_mut(at)) {
            *slot = Some(Screened { statement: main(sql), response: response.clone(), rows: nothing() });
        }
    }
    found
}

/// The statement that counts the rows of a test with the usual settings.
fn main(sql: &str) -> String {
    format!(
        "select\n  count(*) as failures,\n  count(*) != 0 as should_warn,\n  count(*) != 0 as should_error\n\
         from (\n{sql}\n) dbt_internal_test"
    )
}

/// Its answer where there are none.
fn nothing() -> Rows {
    let column = |name: &str, data_type: &str| Column::new(name, data_type);
    Rows {
        columns: vec![
            column("failures", "bigint"),
            column("should_warn", "boolean"),
            column("should_error", "boolean"),
        ],
        rows: vec![vec![Cell::Integer(0), Cell::Bool(false), Cell::Bool(false)]],
    }
}

/// What a look at a relation has to find out for one test.
#[derive(Debug, PartialEq, Eq)]
struct Look<'a> {
    relation: &'a str,
    /// A number that is 0 where the test finds nothing.
    failing: String,
}

/// The text of `not_null`, of `unique`, and what goes before the list of `accepted_values`.
const NOT_NULL: &str = "select COLUMN from RELATION where COLUMN is null";
const UNIQUE: &str = "select COLUMN as unique_field, count(*) as n_records from RELATION \
                      where COLUMN is not null group by COLUMN having count(*) > 1";
const ACCEPTED: &str = "with all_values as ( select COLUMN as value_field, count(*) as n_records \
                        from RELATION group by COLUMN ) select * from all_values where value_field not in";

impl<'a> Look<'a> {
    /// What is to be found out for the test with this SQL.
    fn of(sql: &'a str) -> Option<Self> {
        let words: Vec<&str> = sql.split_whitespace().collect();
        let (names, failing) = if let Some((names, [])) = names(&words, NOT_NULL) {
            (names, format!("count(*) - count({})", names.column))
        } else if let Some((names, [])) = names(&words, UNIQUE) {
            (names, duplicates(names))
        } else {
            let (names, _) = names(&words, ACCEPTED)?;
            let (_, list) = sql.split_once("where value_field not in ")?;
            let list = list.trim_end();
            let inside = list.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            inside.filter(|inside| is_plain_list(inside))?;
            (names, format!("count(case when {} not in {list} then 1 end)", names.column))
        };
        let Names { relation, column } = names;
        (is_plain_name(relation, true) && is_plain_name(column, false)).then_some(Self { relation, failing })
    }
}

/// What a test looks at.
#[derive(Clone, Copy)]
struct Names<'a> {
    relation: &'a str,
    column: &'a str,
}

/// The names in words that begin as `form` does, and the words behind. A name that `form` has
/// more than once has to be the same there.
fn names<'a, 'w>(words: &'w [&'a str], form: &str) -> Option<(Names<'a>, &'w [&'a str])> {
    let (mut relation, mut column) = (None, None);
    let mut rest = words;
    for wanted in form.split_whitespace() {
        let (word, behind) = rest.split_first()?;
        let is_as_wanted = match wanted {
            "RELATION" => relation.get_or_insert(*word) == word,
            "COLUMN" => column.get_or_insert(*word) == word,
            _ => wanted == *word,
        };
        if !is_as_wanted {
            return None;
        }
        rest = behind;
    }
    Some((Names { relation: relation?, column: column? }, rest))
}

/// How many values stand in several rows. They are grouped as by the test: `count(distinct …)`
/// tells values apart that a collation makes equal.
fn duplicates(Names { relation, column }: Names<'_>) -> String {
    format!(
        "(select count(*) from (select 1 from {relation} where {column} is not null group by {column} \
         having count(*) > 1))"
    )
}

/// Whether a text is a name, quoted or not, or with `dots` several; not one that the
/// tests use themselves.
fn is_plain_name(text: &str, dots: bool) -> bool {
    let may_be = |c: char| c.is_alphanumeric() || c == '_' || c == '"' || (dots && c == '.');
    text.chars().all(may_be)
        && text.matches('"').count().is_multiple_of(2)
        && !OWN_NAMES.contains(&text.trim_matches('"').to_lowercase().as_str())
}

/// Whether a text is a list of texts, numbers and single words.
fn is_plain_list(text: &str) -> bool {
    let parts: Vec<&str> = text.split('\'').collect();
    // Every other part is quoted.
    let bare = parts.iter().step_by(2).copied().collect::<Vec<_>>().join("'");
    let is_plain = |item: &str| {
        item.trim().chars().all(|c| c.is_alphanumeric() || matches!(c, '\'' | '.' | '-' | '+' | '_'))
    };
    parts.len() % 2 == 1 && !text.contains('\\') && !bare.contains("--") && bare.split(',').all(is_plain)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_built_in_macros_write_is_understood() {
        let check = |sql: &str, expected: Option<&str>| {
            assert_eq!(Look::of(sql).map(|look| look.failing).as_deref(), expected, "{sql}");
        };
        check("select id\nfrom \"a\".\"b\"\nwhere id is null", Some("count(*) - count(id)"));
        let unique = |column: &str| {
            format!(
                "select\n  {column} as unique_field,\n  count(*) as n_records\nfrom a.b\n\
                 where {column} is not null\ngroup by {column}\nhaving count(*) > 1"
            )
        };
        check(
            &unique("\"Id\""),
            Some(
                "(select count(*) from (select 1 from a.b where \"Id\" is not null group by \"Id\" having count(*) > 1))",
            ),
        );
        check(&unique("a||b"), None);
        check(&unique("n_records"), None);
        let accepted = |list: &str| {
            format!(
                "with all_values as (\n  select\n    s as value_field,\n    count(*) as n_records\n  from a.b\n  \
                 group by s\n)\nselect *\nfrom all_values\nwhere value_field not in {list}"
            )
        };
        check(&accepted("('a b', 'it''s')"), Some("count(case when s not in ('a b', 'it''s') then 1 end)"));
        check(&accepted("(1, -2.5, null)"), Some("count(case when s not in (1, -2.5, null) then 1 end)"));
        check(&accepted("(select 1)"), None);
        check(&accepted("('a') or ('b')"), None);
        check("select * from a.b where id is null", None);
        check("select id from (select * from a.b where x) dbt_subquery where id is null", None);
    }

    #[test]
    fn what_a_setting_changes_runs_alone() {
        let check = |test: &str, config: serde_json::Value, expected: bool| {
            let serde_json::Value::Object(values) = config else { panic!("a config is an object") };
            let config = Config { values: Arc::new(values.into()), ..Config::default() };
            assert_eq!(may_be_screened(test, &config), expected, "{test} {config:?}");
        };
        check("unique", json!({"severity": "warn", "where": null, "store_failures": false}), true);
        check("unique", json!({"where": "x > 1"}), false);
        check("not_null", json!({"error_if": "> 10"}), false);
        check("not_null", json!({"store_failures": true}), false);
        check("relationships", json!({}), false);
    }

    #[test]
    fn one_test_alone_is_not_worth_a_look() {
        let one = "select id from t where id is null";
        let asked = |tests: &[&str]| {
            let mut asked = None;
            let cells = vec![Cell::Integer(0), Cell::Integer(2)];
            let found = screen(tests, |query| {
                asked = Some(query.to_owned());
                Some((Response::default(), Rows { columns: Vec::new(), rows: vec![cells] }))
            });
            (asked, found.iter().map(Option::is_some).collect::<Vec<_>>())
        };
        assert_eq!(asked(&[one, "select id from u where id is null"]), (None, vec![false, false]));
        let other = "select x from t where x is null";
        let query = "select\n  count(*) - count(id),\n  count(*) - count(x)\nfrom t".to_owned();
        assert_eq!(asked(&["select 1", one, other]), (Some(query), vec![false, true, false]));
    }
}
