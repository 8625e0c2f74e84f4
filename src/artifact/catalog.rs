//! `catalog.json`, version 1: the relations of a project as they stand in the warehouse.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value as Json;

use super::metadata::Metadata;
use crate::sql::{Cell, Rows};

/// `catalog.json`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Catalog {
    /// Who wrote it, and when.
    pub metadata: Metadata,
    /// By unique id: models, seeds and snapshots.
    pub nodes: IndexMap<String, CatalogTable>,
    /// By unique id.
    pub sources: IndexMap<String, CatalogTable>,
    /// What could not be looked up; `None` where everything could.
    pub errors: Option<Vec<String>>,
}

/// One relation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CatalogTable {
    /// What it is and where.
    pub metadata: TableMetadata,
    /// Its columns by name, in order.
    pub columns: IndexMap<String, CatalogColumn>,
    /// What the warehouse knows beyond that.
    pub stats: IndexMap<String, Stat>,
    /// The node or source that it belongs to.
    pub unique_id: Option<String>,
}

/// What a relation is and where.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableMetadata {
    /// `BASE TABLE`, `VIEW`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its database.
    pub database: Option<String>,
    /// What its comment says.
    pub comment: Option<String>,
    /// Whose it is.
    pub owner: Option<String>,
}

/// A column of a relation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CatalogColumn {
    /// The type in the warehouse's words.
    #[serde(rename = "type")]
    pub data_type: String,
    /// Its place in the warehouse's count.
    pub index: i64,
    /// Its name.
    pub name: String,
    /// What its comment says.
    pub comment: Option<String>,
}

/// Something that the warehouse knows of a relation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stat {
    /// Its key.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// The value: a text, a number, or whether it is so.
    pub value: Json,
    /// Whether it is worth showing.
    pub include: bool,
    /// What it means.
    pub description: String,
}

/// The parts of a relation's name in lower case: catalogs are matched by them.
pub type CatalogKey = (String, String, String);

impl CatalogTable {
    /// The key that nodes find it by.
    #[must_use]
    pub fn key(&self) -> CatalogKey {
        let TableMetadata { database, schema, name, .. } = &self.metadata;
        let database = database.as_deref().unwrap_or_default();
        (database.to_lowercase(), schema.to_lowercase(), name.to_lowercase())
    }

    /// The relations that rows tell of, each a column of one: the columns
    /// `table_…` and `stats:…` say the same in all rows of a relation, `column_…` differ.
    ///
    /// # Errors
    /// A name or a type is missing; the text says which.
    pub fn read(rows: &Rows) -> Result<Vec<Self>, String> {
        let names: Vec<String> = rows.columns.iter().map(|column| column.name.to_lowercase()).collect();
        let mut tables: IndexMap<(Option<String>, String, String), Self> = IndexMap::new();
        for cells in &rows.rows {
            let row = Row { names: &names, cells };
            let key = (row.text("table_database"), row.require("table_schema")?, row.require("table_name")?);
            let table = match tables.entry(key) {
                indexmap::map::Entry::Occupied(known) => known.into_mut(),
                indexmap::map::Entry::Vacant(place) => place.insert(row.table()?),
            };
            let column = row.column()?;
            table.columns.insert(column.name.clone(), column);
        }
        Ok(tables.into_values().collect())
    }
}

impl Catalog {
    /// The artifact, with the address of its schema.
    #[must_use]
    pub fn stamped(self) -> Self {
        Self { metadata: self.metadata.of("catalog", 1), ..self }
    }
}

/// A row of a catalog query.
struct Row<'a> {
    names: &'a [String],
    cells: &'a [Cell],
}

impl Row<'_> {
    fn cell(&self, name: &str) -> Option<&Cell> {
        self.cells.get(self.names.iter().position(|known| known == name)?)
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.cell(name)? {
            Cell::Null => None,
            Cell::Bool(value) => Some(value.to_string()),
            Cell::Integer(value) => Some(value.to_string()),
            Cell::Float(value) => Some(value.to_string()),
            Cell::Decimal(text)
            | Cell::Text(text)
            | Cell::Date(text)
            | Cell::Timestamp(text)
            | Cell::TimestampTz(text) => Some(text.clone()),
        }
    }

    fn require(&self, name: &str) -> Result<String, String> {
        self.text(name).ok_or_else(|| format!("the rows of a catalog need `{name}`"))
    }

    fn table(&self) -> Result<CatalogTable, String> {
        let metadata = TableMetadata {
            kind: self.require("table_type")?,
            schema: self.require("table_schema")?,
            name: self.require("table_name")?,
            database: self.text("table_database"),
            comment: self.text("table_comment"),
            owner: self.text("table_owner"),
        };
        Ok(CatalogTable { metadata, columns: IndexMap::new(), stats: self.stats(), unique_id: None })
    }

    fn column(&self) -> Result<CatalogColumn, String> {
        let index = self.require("column_index")?;
        let index = index.parse().map_err(|_| format!("`column_index` is a number, not `{index}`"))?;
        Ok(CatalogColumn {
            data_type: self.require("column_type")?,
            index,
            name: self.require("column_name")?,
            comment: self.text("column_comment"),
        })
    }

    /// The statistics that are worth showing, and one that tells whether there are any.
    fn stats(&self) -> IndexMap<String, Stat> {
        let keys = self.names.iter().filter_map(|name| name.strip_prefix("stats:")?.strip_suffix(":label"));
        let mut stats: IndexMap<String, Stat> = keys
            .filter_map(|key| self.stat(key))
            .filter(|stat| stat.include)
            .map(|stat| (stat.id.clone(), stat))
            .collect();
        let any = Stat {
            id: "has_stats".to_owned(),
            label: "Has Stats?".to_owned(),
            value: Json::Bool(!stats.is_empty()),
            include: false,
            description: "Indicates whether there are statistics for this table".to_owned(),
        };
        stats.insert(any.id.clone(), any);
        stats
    }

    fn stat(&self, key: &str) -> Option<Stat> {
        let part = |name: &str| format!("stats:{key}:{name}");
        let value = match self.cell(&part("value"))? {
            Cell::Bool(value) => Json::from(*value),
            Cell::Integer(value) => i64::try_from(*value).map_or_else(|_| Json::Null, Json::from),
            Cell::Float(value) => Json::from(*value),
            _ => Json::from(self.text(&part("value"))?),
        };
        Some(Stat {
            id: key.to_owned(),
            label: self.text(&part("label"))?,
            value,
            include: matches!(self.text(&part("include"))?.to_lowercase().as_str(), "true" | "1" | "t"),
            description: self.text(&part("description"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sql::Column;

    fn rows(names: &[&str], rows: &[&[Cell]]) -> Rows {
        let columns = names.iter().map(|name| Column::new(*name, "")).collect();
        Rows { columns, rows: rows.iter().map(|row| row.to_vec()).collect() }
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    const NAMES: &[&str] = &[
        "table_database",
        "table_schema",
        "table_name",
        "table_type",
        "table_comment",
        "column_name",
        "column_index",
        "column_type",
        "column_comment",
    ];

    #[test]
    fn rows_become_relations_with_columns() {
        let row = |index, name: &str| {
            let place = [text("DB"), text("main"), text("Orders"), text("VIEW"), Cell::Null];
            let column = [text(name), Cell::Integer(index), text("INTEGER"), text("a note")];
            [place.as_slice(), column.as_slice()].concat()
        };
        let found = CatalogTable::read(&rows(NAMES, &[&row(1, "id"), &row(2, "At")])).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].key(), ("db".to_owned(), "main".to_owned(), "orders".to_owned()));
        assert_eq!(
            serde_json::to_value(&found[0]).unwrap(),
            json!({
                "metadata": {
                    "type": "VIEW", "schema": "main", "name": "Orders",
                    "database": "DB", "comment": null, "owner": null,
                },
                "columns": {
                    "id": { "type": "INTEGER", "index": 1, "name": "id", "comment": "a note" },
                    "At": { "type": "INTEGER", "index": 2, "name": "At", "comment": "a note" },
                },
                "stats": {
                    "has_stats": {
                        "id": "has_stats", "label": "Has Stats?", "value": false, "include": false,
                        "description": "Indicates whether there are statistics for this table",
                    },
                },
                "unique_id": null,
            })
        );
    }

    #[test]
    fn statistics_are_told_where_they_are_worth_it() {
        let names: Vec<String> = ["rows", "size"]
            .iter()
            .flat_map(|key| {
                ["label", "value", "include", "description"].map(|part| format!("stats:{key}:{part}"))
            })
            .collect();
        let names: Vec<&str> = NAMES.iter().copied().chain(names.iter().map(String::as_str)).collect();
        let row = [
            vec![text("db"), text("main"), text("a"), text("VIEW"), Cell::Null],
            vec![text("id"), Cell::Integer(1), text("INTEGER"), Cell::Null],
            vec![text("Rows"), Cell::Integer(7), Cell::Bool(true), text("how many")],
            vec![text("Size"), Cell::Integer(0), Cell::Bool(false), text("bytes")],
        ];
        let found = CatalogTable::read(&rows(&names, &[&row.concat()])).unwrap();
        let keys: Vec<&str> = found[0].stats.keys().map(String::as_str).collect();
        assert_eq!(keys, ["rows", "has_stats"]);
        assert_eq!(found[0].stats["has_stats"].value, json!(true));
    }

    #[test]
    fn rows_without_a_name_are_refused() {
        let problem = CatalogTable::read(&rows(&["table_schema"], &[&[text("main")]])).unwrap_err();
        assert_eq!(problem, "the rows of a catalog need `table_name`");
    }
}
