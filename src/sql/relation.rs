//! The name of a table or view in a warehouse.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Dialect;

/// What stands behind a name in the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RelationKind {
    /// Rows are stored.
    Table,
    /// A stored query.
    View,
    /// A stored query whose rows are stored too.
    MaterializedView,
    /// A common table expression: an ephemeral model.
    Cte,
    /// Data outside the warehouse.
    External,
    /// What queries call.
    Function,
}

impl RelationKind {
    /// dbt's word for it: `table`, `view`, `materialized_view`, `cte`, `external`, `function`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized_view",
            Self::Cte => "cte",
            Self::External => "external",
            Self::Function => "function",
        }
    }

    /// Whether a warehouse gives it another name; dbt's `can_be_renamed`.
    #[must_use]
    pub fn can_be_renamed(self) -> bool {
        matches!(self, Self::Table | Self::View)
    }

    /// The kind that dbt's word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Table, Self::View, Self::MaterializedView, Self::Cte, Self::External, Self::Function]
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for RelationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One of the three parts of a relation's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Outermost: the database, catalog or project.
    Database,
    /// The schema.
    Schema,
    /// The table's or view's own name.
    Identifier,
}

impl Part {
    /// dbt's word for it: `database`, `schema`, `identifier`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Identifier => "identifier",
        }
    }
}

/// A yes or no for each part of a relation's name: whether it is quoted, or
/// whether it is written at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Policy {
    /// For the database.
    pub database: bool,
    /// For the schema.
    pub schema: bool,
    /// For the identifier.
    pub identifier: bool,
}

impl Policy {
    /// Yes for all parts.
    pub const ALL: Self = Self { database: true, schema: true, identifier: true };
    /// No for all parts.
    pub const NONE: Self = Self { database: false, schema: false, identifier: false };

    /// The answer for one part.
    #[must_use]
    pub fn get(self, part: Part) -> bool {
        match part {
            Part::Database => self.database,
            Part::Schema => self.schema,
            Part::Identifier => self.identifier,
        }
    }

    /// The same with another answer for one part.
    #[must_use]
    pub fn with(mut self, part: Part, yes: bool) -> Self {
        match part {
            Part::Database => self.database = yes,
            Part::Schema => self.schema = yes,
            Part::Identifier => self.identifier = yes,
        }
        self
    }
}

/// The name of a table or view, which parts of it are written, and which quoted.
///
/// dbt's `Relation`: `{{ ref('x') }}` prints [`Relation::render`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Relation {
    /// Outermost part; some warehouses have none.
    pub database: Option<String>,
    /// The schema; `None` for a CTE and for temporary tables.
    pub schema: Option<String>,
    /// The name itself; `None` for a relation that stands for a schema.
    pub identifier: Option<String>,
    /// What it is, where that is known.
    pub kind: Option<RelationKind>,
    /// Which parts are quoted.
    pub quote: Policy,
    /// Which parts are written.
    pub include: Policy,
}

impl Relation {
    /// A full name, quoted throughout, of unknown kind.
    pub fn new(
        database: Option<impl Into<String>>,
        schema: impl Into<String>,
        identifier: impl Into<String>,
    ) -> Self {
        Self {
            database: database.map(Into::into),
            schema: Some(schema.into()),
            identifier: Some(identifier.into()),
            kind: None,
            quote: Policy::ALL,
            include: Policy::ALL,
        }
    }

    /// The same relation, known to be of this kind.
    #[must_use]
    pub fn with_kind(mut self, kind: RelationKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// The same place under another name.
    #[must_use]
    pub fn with_identifier(mut self, identifier: impl Into<String>) -> Self {
        self.identifier = Some(identifier.into());
        self
    }

    /// The same place under the name with a suffix. The name is cut where both
    /// together would be too long for the warehouse.
    #[must_use]
    pub fn with_suffix(self, suffix: &str, dialect: &Dialect) -> Self {
        let name = self.identifier.clone().unwrap_or_default();
        let room = dialect.longest_name.map_or(name.len(), |longest| longest.saturating_sub(suffix.len()));
        let kept = name.get(..name.floor_char_boundary(room)).unwrap_or_default();
        self.with_identifier(format!("{kept}{suffix}"))
    }

    /// Says that the name is too long for the warehouse, if it is.
    ///
    /// # Errors
    /// The sentence that says so.
    pub fn check_length(&self, dialect: &Dialect) -> Result<(), String> {
        match (&self.identifier, dialect.longest_name) {
            (Some(name), Some(longest)) if name.len() > longest => {
                let unit = if name.is_ascii() { "characters" } else { "bytes" };
                Err(format!("the name `{name}` has {} {unit}; at most {longest} are possible", name.len()))
            }
            _ => Ok(()),
        }
    }

    /// The value of one part.
    #[must_use]
    pub fn part(&self, part: Part) -> Option<&str> {
        match part {
            Part::Database => self.database.as_deref(),
            Part::Schema => self.schema.as_deref(),
            Part::Identifier => self.identifier.as_deref(),
        }
    }

    /// The name as SQL: the included parts, quoted by policy and dialect, joined by dots.
    #[must_use]
    pub fn render(&self, dialect: &Dialect) -> String {
        let parts = [Part::Database, Part::Schema, Part::Identifier].into_iter();
        let included = parts
            .filter_map(|part| self.part(part).filter(|_| self.include.get(part)).map(|text| (part, text)));
        let mut name = String::with_capacity(self.room());
        for (place, (part, text)) in included.enumerate() {
            if place > 0 {
                name.push('.');
            }
            if self.quote.get(part) {
                dialect.quote_into(&mut name, text);
            } else {
                name.push_str(text);
            }
        }
        name
    }

    /// How long the name becomes at most, where no part has quotes inside.
    fn room(&self) -> usize {
        let parts = [&self.database, &self.schema, &self.identifier];
        parts.into_iter().flatten().map(|part| part.len() + "\"\".".len()).sum()
    }

    /// The key under which caches and uniqueness checks know it: the three
    /// parts in lower case. The kind and the policies do not count.
    #[must_use]
    pub fn key(&self) -> (String, String, String) {
        let lower = |part: &Option<String>| part.as_deref().unwrap_or_default().to_lowercase();
        (lower(&self.database), lower(&self.schema), lower(&self.identifier))
    }
}

#[cfg(test)]
mod tests {
    use super::Relation;
    use crate::sql::Dialect;

    #[test]
    fn suffixes_fit_into_the_longest_name() {
        let short = Dialect { longest_name: Some(10), ..Dialect::ANSI };
        let check = |name: &str, dialect: &Dialect, expected: &str| {
            let relation = Relation::new(None::<String>, "main", name).with_suffix("__tmp", dialect);
            assert_eq!(relation.identifier.as_deref(), Some(expected));
        };
        check("orders", &Dialect::ANSI, "orders__tmp");
        check("orders", &short, "order__tmp");
        check("ab", &short, "ab__tmp");
        check("ééé", &short, "éé__tmp");
        let relation = Relation::new(None::<String>, "main", "customers_é");
        assert_eq!(relation.check_length(&Dialect::ANSI), Ok(()));
        let message = "the name `customers_é` has 12 bytes; at most 10 are possible";
        assert_eq!(relation.check_length(&short), Err(message.to_owned()));
    }
}
