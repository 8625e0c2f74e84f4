//! Where a session stands between BEGIN and COMMIT. The driver does not tell.

/// What the statements so far have opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Transaction {
    /// Each statement is one of its own.
    #[default]
    Closed,
    /// What follows becomes visible together.
    Open,
    /// A statement failed: the server refuses all but the end of it.
    Failed,
}

impl Transaction {
    /// Whether anything is to be committed or rolled back.
    pub(super) fn is_open(self) -> bool {
        self != Self::Closed
    }

    /// Whether a statement with this [outline](crate::sql::outline) may be sent without
    /// waiting for its answer, which would tell nothing: it opens a transaction, or inside one
    /// it moves a relation aside or into its place. Should it be refused, the server refuses
    /// what follows as well, up to the end of the transaction, which undoes all of it.
    pub(super) fn may_go_unread(self, outline: &[String]) -> bool {
        let words: Vec<&str> = outline.iter().map(String::as_str).collect();
        match (self, words.as_slice()) {
            (Self::Closed, words) => matches!(words, ["begin"]),
            (Self::Open, ["alter", .., "rename", "to", _]) => true,
            (Self::Open, ["drop", _, rest @ ..]) => {
                matches!(rest, ["if" | "view", ..]) && rest.contains(&"exists")
            }
            (Self::Open | Self::Failed, _) => false,
        }
    }

    /// Whether other statements may be sent while one with this
    /// [outline](crate::sql::outline) runs, whose answer is wanted: it makes a relation inside
    /// a transaction, so that a refusal undoes all that follows.
    pub(super) fn may_be_answered_later(self, outline: &[String]) -> bool {
        let is_relation = |word: &String| matches!(word.as_str(), "table" | "view");
        self == Self::Open
            && outline.first().is_some_and(|word| word == "create")
            && outline.iter().take(4).any(is_relation)
    }

    /// After a statement with this [outline](crate::sql::outline).
    #[must_use]
    pub(super) fn after(self, outline: &[String], succeeded: bool) -> Self {
        let words: Vec<&str> = outline.iter().map(String::as_str).collect();
        match (words.as_slice(), self) {
            // A commit that fails has rolled back.
            ([word, ..], _) if is_end(&words) && !matches!(*word, "rollback" | "abort") => chained(&words),
            (_, Self::Closed) if !succeeded => Self::Closed,
            (_, _) if !succeeded => Self::Failed,
            (["begin" | "start", ..], Self::Closed) => Self::Open,
            (_, _) if is_end(&words) => chained(&words),
            (["rollback" | "abort", ..], _) => Self::Open,
            _ => self,
        }
    }
}

/// Whether a statement asks for what is open to be kept.
pub(super) fn is_commit(outline: &[String]) -> bool {
    let words: Vec<&str> = outline.iter().map(String::as_str).collect();
    is_end(&words) && matches!(words.first(), Some(&("commit" | "end")))
}

/// Whether a statement ends the transaction, and not only a part of it.
fn is_end(words: &[&str]) -> bool {
    match words {
        ["commit" | "rollback", "prepared", ..] => false,
        ["commit" | "end" | "rollback" | "abort", rest @ ..] => !rest.contains(&"to"),
        ["prepare", "transaction", ..] => true,
        _ => false,
    }
}

fn chained(words: &[&str]) -> Transaction {
    let chains = words.contains(&"chain") && !words.contains(&"no");
    if chains { Transaction::Open } else { Transaction::Closed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql;

    #[test]
    fn statements_open_and_close_it() {
        use Transaction::{Closed, Failed, Open};
        let check = |before: Transaction, statement: &str, succeeded: bool, after: Transaction| {
            assert_eq!(before.after(&sql::outline(statement), succeeded), after, "{statement}");
        };

        check(Closed, "BEGIN", true, Open);
        check(Closed, "select 1", true, Closed);
        check(Closed, "select 1", false, Closed);
        check(Closed, "start transaction isolation level serializable", true, Open);
        check(Open, "select 1", false, Failed);
        check(Failed, "select 1", false, Failed);
        check(Open, "commit", true, Closed);
        check(Open, "commit", false, Closed);
        check(Open, "commit and chain", true, Open);
        check(Open, "commit and no chain", true, Closed);
        check(Failed, "rollback", true, Closed);
        check(Failed, "rollback to savepoint a", true, Open);
        check(Failed, "rollback to a", false, Failed);
        check(Open, "release savepoint a", true, Open);
        check(Open, "prepare transaction 'x'", true, Closed);
        check(Closed, "commit prepared 'x'", true, Closed);
    }

    #[test]
    fn only_what_tells_nothing_goes_unread() {
        use Transaction::{Closed, Failed, Open};
        let check = |before: Transaction, statement: &str, expected: bool| {
            assert_eq!(before.may_go_unread(&sql::outline(statement)), expected, "{statement}");
        };

        check(Closed, "BEGIN", true);
        check(Open, "BEGIN", false);
        check(Closed, "begin isolation level serializable", false);
        check(Open, "alter table \"s\".\"t\" rename to \"u\"", true);
        check(Closed, "alter table t rename to u", false);
        check(Failed, "alter table t rename to u", false);
        check(Open, "alter table t rename column a to b", false);
        check(Open, "alter table t add column a int", false);
        check(Open, "drop table if exists t cascade", true);
        check(Open, "drop materialized view if exists t", true);
        check(Open, "drop table t", false);
        check(Open, "create view v as select 1", false);
        check(Open, "commit", false);
    }

    #[test]
    fn only_what_makes_a_relation_is_answered_later() {
        use Transaction::{Closed, Failed, Open};
        let check = |before: Transaction, statement: &str, expected: bool| {
            assert_eq!(before.may_be_answered_later(&sql::outline(statement)), expected, "{statement}");
        };

        check(Open, "create view v as select 1", true);
        check(Open, "/* a */ create unlogged table t as (select 1)", true);
        check(Open, "create or replace view v as select 1", true);
        check(Closed, "create view v as select 1", false);
        check(Failed, "create view v as select 1", false);
        check(Open, "create index i on t (a)", false);
        check(Open, "insert into t select 1", false);
    }
}
