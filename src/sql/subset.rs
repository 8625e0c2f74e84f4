//! The part of a relation that a template is given instead of the whole.

use super::Dialect;

/// Which rows of a relation a query sees: `--empty`, `--sample`, and the window
/// of a microbatch. dbt wraps the name in a subquery wherever it is printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Subset {
    /// At most so many rows.
    pub limit: Option<u64>,
    /// Only rows of a span of time.
    pub window: Option<Window>,
}

/// A span of time of one column: from `start` on, up to but without `end`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Window {
    /// The column or expression that tells the time.
    pub field: String,
    /// As a timestamp literal's text.
    pub start: Option<String>,
    /// As a timestamp literal's text.
    pub end: Option<String>,
}

impl Subset {
    /// Whether the relation is taken as a whole.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.limit.is_none() && self.window.is_none()
    }

    /// The relation's SQL, wrapped so that it gives these rows only. The limit is
    /// applied inside the window, as in dbt. The subqueries are named after
    /// the relation's own `name` where the warehouse needs that.
    #[must_use]
    pub fn apply(&self, rendered: String, name: &str, dialect: &Dialect) -> String {
        let alias = |what: &str| {
            if !dialect.names_subqueries {
                return String::new();
            }
            let alias = format!("_dbt_{what}_subq_{name}");
            // dbt: never in quotes, so that some names give no SQL.
            let is_plain = alias.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            format!(" {}", if is_plain { alias } else { dialect.quote(&alias) })
        };
        let limited = match self.limit {
            None => rendered,
            Some(0) => format!("(select * from {rendered} where false limit 0){}", alias("limit")),
            Some(limit) => format!("(select * from {rendered} limit {limit}){}", alias("limit")),
        };
        match self.window.as_ref().and_then(Window::condition) {
            Some(condition) => format!("(select * from {limited} where {condition}){}", alias("et_filter")),
            None => limited,
        }
    }
}

impl Window {
    fn condition(&self) -> Option<String> {
        let field = &self.field;
        let literal = |text: &str| Dialect::ANSI.literal(text);
        match (self.start.as_deref().map(literal), self.end.as_deref().map(literal)) {
            (Some(start), Some(end)) => Some(format!("{field} >= {start} and {field} < {end}")),
            (Some(start), None) => Some(format!("{field} >= {start}")),
            (None, Some(end)) => Some(format!("{field} < {end}")),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_the_limit_inside_the_window() {
        let check = |subset: Subset, expected: &str| {
            assert_eq!(subset.apply("t".into(), "t", &Dialect::ANSI), expected);
        };
        let window = Window { field: "at".into(), start: Some("2024-01-01".into()), end: None };
        check(Subset::default(), "t");
        check(Subset { limit: Some(0), window: None }, "(select * from t where false limit 0)");
        check(Subset { limit: Some(7), window: None }, "(select * from t limit 7)");
        check(
            Subset { limit: Some(7), window: Some(window.clone()) },
            "(select * from (select * from t limit 7) where at >= '2024-01-01')",
        );
        check(
            Subset { limit: None, window: Some(Window { end: Some("2024-02-01".into()), ..window.clone() }) },
            "(select * from t where at >= '2024-01-01' and at < '2024-02-01')",
        );
        let named = Dialect { names_subqueries: true, ..Dialect::ANSI };
        let both = Subset { limit: Some(7), window: Some(window) };
        assert_eq!(
            both.apply("t".into(), "t", &named),
            "(select * from (select * from t limit 7) _dbt_limit_subq_t where at >= '2024-01-01') \
             _dbt_et_filter_subq_t",
        );
        let odd = Subset { limit: Some(0), window: None }.apply("t".into(), "my-t", &named);
        assert_eq!(odd, "(select * from t where false limit 0) \"_dbt_limit_subq_my-t\"");
    }
}
