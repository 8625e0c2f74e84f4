//! What the server calls a statement that it ran. The driver keeps the count of
//! a command tag and drops its words, so they are found again in the statement.

use crate::adapter::Response;

/// A kind of statement, as its tag tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// `SELECT`, `CREATE VIEW`.
    pub(super) words: String,
    /// The server counts rows for it.
    pub(super) counts: bool,
}

/// Words between `create`, `alter` or `drop` and the kind of object.
const QUALIFIERS: &[&str] =
    &["or", "replace", "global", "local", "temporary", "temp", "unlogged", "unique", "recursive", "trusted"];
/// Words that go on to a second one in the name of a kind of object.
const PAIRS: &[(&str, &[&str])] = &[
    ("access", &["method"]),
    ("default", &["privileges"]),
    ("event", &["trigger"]),
    ("foreign", &["table", "data"]),
    ("materialized", &["view"]),
    ("operator", &["class", "family"]),
    ("text", &["search"]),
    ("user", &["mapping"]),
];
/// What begins the statement after CTEs.
const AFTER_CTES: &[&str] = &["select", "insert", "update", "delete", "merge", "values", "table"];

impl Tag {
    /// The tag of a statement with this [outline](crate::sql::outline).
    pub(super) fn of(outline: &[String]) -> Self {
        let words: Vec<&str> = outline.iter().map(String::as_str).collect();
        let first = words.first().copied().unwrap_or_default();
        let second = words.get(1).copied().unwrap_or_default();
        match first {
            "with" => {
                let main = words.iter().find(|word| AFTER_CTES.contains(word)).copied();
                Self::counted(match main {
                    None | Some("values" | "table") => "select",
                    Some(word) => word,
                })
            }
            "select" | "values" | "table" | "()" => Self::counted("select"),
            "insert" | "update" | "delete" | "merge" | "copy" | "fetch" | "move" => Self::counted(first),
            "create" if makes_rows(&words) => Self::counted("select"),
            "create" | "alter" | "drop" => Self::plain(&format!("{first} {}", object(&words))),
            "start" => Self::plain("start transaction"),
            "end" => Self::plain("commit"),
            "abort" => Self::plain("rollback"),
            "prepare" | "commit" | "rollback" if second == "transaction" || second == "prepared" => {
                Self::plain(&format!("{first} {second}"))
            }
            "truncate" | "lock" => Self::plain(&format!("{first} table")),
            "refresh" => Self::plain("refresh materialized view"),
            "declare" => Self::plain("declare cursor"),
            "close" => Self::plain("close cursor"),
            "import" => Self::plain("import foreign schema"),
            "set" if second == "constraints" => Self::plain("set constraints"),
            "discard" | "reassign" | "security" => Self::plain(&format!("{first} {second}")),
            _ => Self::plain(first),
        }
    }

    fn counted(word: &str) -> Self {
        Self { words: word.to_uppercase(), counts: true }
    }

    fn plain(words: &str) -> Self {
        Self { words: words.trim().to_uppercase(), counts: false }
    }

    /// The response to the statement, for which the server counted so many rows.
    pub(super) fn response(&self, count: u64) -> Response {
        let message = match self.words.as_str() {
            "INSERT" => format!("INSERT 0 {count}"),
            words if self.counts => format!("{words} {count}"),
            words => words.to_owned(),
        };
        // dbt: the driver's -1 where nothing is counted.
        let rows = if self.counts { i64::try_from(count).unwrap_or(i64::MAX) } else { -1 };
        Response { message, code: Some(self.words.clone()), rows_affected: Some(rows), ..Response::default() }
    }
}

/// `create table … as …`: the server answers as to the query.
fn makes_rows(words: &[&str]) -> bool {
    let object = object(words);
    let at = |word: &str| words.iter().position(|found| *found == word);
    let is_filled = || {
        let end = words.len().saturating_sub(3);
        words.get(end..) != Some(["with", "no", "data"].as_slice())
    };
    matches!(object.as_str(), "table" | "materialized view") && at("as").is_some() && is_filled()
}

/// The kind of object that a definition is about.
fn object(words: &[&str]) -> String {
    let mut rest = words.iter().skip(1).skip_while(|word| QUALIFIERS.contains(word));
    let Some(first) = rest.next().copied() else { return String::new() };
    let second = rest.next().copied().unwrap_or_default();
    let third = rest.next().copied().unwrap_or_default();
    let is_pair = PAIRS.iter().any(|(word, next)| *word == first && next.contains(&second));
    match (first, second) {
        ("foreign", "data") => "foreign data wrapper".to_owned(),
        ("text", "search") => format!("text search {third}"),
        ("user" | "group", _) if !is_pair => "role".to_owned(),
        ("constraint", "trigger") => "trigger".to_owned(),
        ("procedural", "language") => "language".to_owned(),
        ("default", "conversion") => "conversion".to_owned(),
        _ if is_pair => format!("{first} {second}"),
        _ => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql;

    #[test]
    fn tags_are_the_servers() {
        let check = |statement: &str, count: u64, message: &str, rows: i64| {
            let response = Tag::of(&sql::outline(statement)).response(count);
            assert_eq!(
                (response.message.as_str(), response.rows_affected),
                (message, Some(rows)),
                "{statement}"
            );
        };
        check("select 1", 1, "SELECT 1", 1);
        check("(select 1)", 1, "SELECT 1", 1);
        check("-- x\nWITH a AS (select 1) select * from a", 2, "SELECT 2", 2);
        check("with a as (insert into t values (1) returning *) delete from u", 2, "DELETE 2", 2);
        check("values (1), (2)", 2, "SELECT 2", 2);
        check("insert into t select 1", 3, "INSERT 0 3", 3);
        check("merge into t using u on true when matched then delete", 3, "MERGE 3", 3);
        check("create temporary table \"t\" as (select 1)", 3, "SELECT 3", 3);
        check("create table t (a int, b int)", 0, "CREATE TABLE", -1);
        check("create table t as select 1 with no data", 0, "CREATE TABLE", -1);
        check("create or replace view v as select 1", 0, "CREATE VIEW", -1);
        check("create materialized view if not exists v as select 1", 1, "SELECT 1", 1);
        check("drop materialized view if exists v cascade", 0, "DROP MATERIALIZED VIEW", -1);
        check("create unique index on t (a)", 0, "CREATE INDEX", -1);
        check("alter table t rename to u", 0, "ALTER TABLE", -1);
        check("create schema if not exists s", 0, "CREATE SCHEMA", -1);
        check("create user mapping for u server s", 0, "CREATE USER MAPPING", -1);
        check("create user u", 0, "CREATE ROLE", -1);
        check("create text search parser p (start = f)", 0, "CREATE TEXT SEARCH PARSER", -1);
        check("truncate t", 0, "TRUNCATE TABLE", -1);
        check("refresh materialized view v", 0, "REFRESH MATERIALIZED VIEW", -1);
        check("comment on table t is 'x'", 0, "COMMENT", -1);
        check("end", 0, "COMMIT", -1);
        check("start transaction", 0, "START TRANSACTION", -1);
        check("vacuum t", 0, "VACUUM", -1);
        check("", 0, "", -1);
    }
}
