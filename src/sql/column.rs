//! A column of a relation, as the warehouse describes it.

/// A column's name and type. dbt's `Column`; the rules for widths and for
/// comparing types are methods here, the face for templates is in `objects`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Column {
    /// The name, as the warehouse stores it.
    pub name: String,
    /// The type without width: `VARCHAR`, `INTEGER`, `DECIMAL`.
    pub data_type: String,
    /// Characters, for text types that have a limit.
    pub char_size: Option<u32>,
    /// Digits, for exact numbers.
    pub numeric_precision: Option<u32>,
    /// Digits after the point, for exact numbers.
    pub numeric_scale: Option<u32>,
}
