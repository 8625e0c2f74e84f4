//! Tables that others load.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::sql::Policy;

/// A table that others load.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Source {
    /// The source's name; the table's is [`Node::name`](super::Node::name).
    pub source_name: String,
    /// What people wrote about the source as a whole.
    pub source_description: String,
    /// Free data of the source as a whole.
    pub source_meta: Map<String, Json>,
    /// Who loads it.
    pub loader: String,
    /// The table's name in the warehouse.
    pub identifier: String,
    /// The column or expression that tells when a row was loaded.
    pub loaded_at_field: Option<String>,
    /// A query that tells when the table was loaded.
    pub loaded_at_query: Option<String>,
    /// How old it may be.
    pub freshness: Option<Freshness>,
    /// Which name parts a project asked to quote.
    pub quoting: BTreeMap<String, bool>,
    /// How artifacts quote its name.
    pub shown_quoting: Policy,
    /// The database before rendering, where one is named.
    pub unrendered_database: Option<String>,
    /// The schema before rendering, where one is named.
    pub unrendered_schema: Option<String>,
    /// Free data about where the table lies, as written.
    pub external: Option<Json>,
    /// The SQL that reads it where it is no table of the warehouse, or why there is none.
    pub location: Result<Option<String>, String>,
}

/// How old a source may be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// Older is a warning.
    pub warn_after: Option<Age>,
    /// Older is an error.
    pub error_after: Option<Age>,
    /// A condition on the rows that are looked at.
    pub filter: Option<String>,
}

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// How many.
    pub count: u32,
    /// Of what.
    pub period: Period,
}

/// The unit of an [`Age`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Period {
    Minute,
    Hour,
    Day,
}
