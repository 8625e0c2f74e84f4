//! Ephemeral models: SQL put in front of SQL.

use super::scan::{Kind, Piece, pieces};

/// A common table expression: an ephemeral model, or a unit test's input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cte {
    /// What it is made of: the node's `unique_id`.
    pub id: String,
    /// Its name in SQL: `__dbt__cte__stg_orders`.
    pub name: String,
    /// Its query.
    pub sql: String,
}

impl Cte {
    /// The expression as it stands in a `with` list. dbt: with a leading blank.
    #[must_use]
    pub fn text(&self) -> String {
        format!(" {} as (\n{}\n)", self.name, self.sql)
    }
}

/// The SQL with the expressions in front of its own. dbt's layout: they join the
/// SQL's own `with` or `with recursive`; without one, a `with` is put at the
/// first character that is no white space, before leading comments.
#[must_use]
pub fn with_ctes(sql: &str, ctes: &[Cte]) -> String {
    let list = ctes.iter().map(Cte::text).collect::<Vec<_>>().join(", ");
    if list.is_empty() {
        return sql.to_owned();
    }
    let (at, inserted) = match own_with(sql) {
        Some(at) => (at, format!("{list}, ")),
        None => (sql.len() - sql.trim_start().len(), format!("with{list} ")),
    };
    let (before, after) = sql.split_at_checked(at).unwrap_or((sql, ""));
    format!("{before}{inserted}{after}")
}

/// Where the first of the SQL's own expressions is named, or the comment before it.
fn own_with(sql: &str) -> Option<usize> {
    let mut code = pieces(sql).into_iter().filter(Piece::is_code);
    let mut keyword = code.next().filter(|piece| piece.is_word("with"))?;
    if let Some(next) = code.next().filter(|piece| piece.is_word("recursive")) {
        keyword = next;
    }
    let after =
        pieces(sql).into_iter().find(|piece| piece.start >= keyword.end() && piece.kind != Kind::Space);
    Some(after.map_or(sql.len(), |piece| piece.start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cte(name: &str, sql: &str) -> Cte {
        Cte { id: format!("model.p.{name}"), name: format!("__dbt__cte__{name}"), sql: sql.to_owned() }
    }

    /// The expected texts are what dbt-core 1.11 gives, save for the last three,
    /// where it breaks the SQL.
    #[test]
    fn ctes_join_the_sql_as_in_dbt() {
        let one = [cte("e", "select 1")];
        let check = |sql: &str, expected: &str| assert_eq!(with_ctes(sql, &one), expected, "{sql}");
        check("select 1", "with __dbt__cte__e as (\nselect 1\n) select 1");
        check("  \n-- hi\nselect 1", "  \nwith __dbt__cte__e as (\nselect 1\n) -- hi\nselect 1");
        check(
            "with a as (select 2) select 3",
            "with  __dbt__cte__e as (\nselect 1\n), a as (select 2) select 3",
        );
        check("WITH  a as (b) c", "WITH   __dbt__cte__e as (\nselect 1\n), a as (b) c");
        check(
            "/* x */ with recursive r as (b) c",
            "/* x */ with recursive  __dbt__cte__e as (\nselect 1\n), r as (b) c",
        );
        check("with\nrecursive r as (b) c", "with\nrecursive  __dbt__cte__e as (\nselect 1\n), r as (b) c");
        check("-- with\nselect 1", "with __dbt__cte__e as (\nselect 1\n) -- with\nselect 1");
        check("(with a as (b) c)", "with __dbt__cte__e as (\nselect 1\n) (with a as (b) c)");
        check("with/*c*/a as (b) c", "with __dbt__cte__e as (\nselect 1\n), /*c*/a as (b) c");
        check("select 'with' w", "with __dbt__cte__e as (\nselect 1\n) select 'with' w");
        check(
            "with -- c\nrecursive a as (b) c",
            "with -- c\nrecursive  __dbt__cte__e as (\nselect 1\n), a as (b) c",
        );
        check("select 1 with no data", "with __dbt__cte__e as (\nselect 1\n) select 1 with no data");
        check("select 1; select 2", "with __dbt__cte__e as (\nselect 1\n) select 1; select 2");
    }

    #[test]
    fn several_ctes_keep_their_order() {
        let two = [cte("e", "select 1"), cte("f", "select 2")];
        let expected = "with __dbt__cte__e as (\nselect 1\n),  __dbt__cte__f as (\nselect 2\n) select 1";
        assert_eq!(with_ctes("select 1", &two), expected);
        assert_eq!(with_ctes("select 1", &[]), "select 1");
    }
}
