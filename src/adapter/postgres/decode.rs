//! The server's texts to cells, as dbt's tables have them.

use tokio_postgres::SimpleQueryRow;
use tokio_postgres::types::{Kind, Type};

use super::{nested, times};
use crate::sql::{Cell, Column};

/// What becomes of a column's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Bool,
    Integer,
    Float,
    Decimal,
    Date,
    /// Without a zone.
    Timestamp,
    /// With a zone.
    TimestampTz,
    Time,
    Interval,
    Json,
    Range,
    Text,
}

impl Form {
    /// For values of a type.
    pub(super) fn of(kind: &Type) -> Self {
        match *kind {
            Type::BOOL => Self::Bool,
            Type::INT2 | Type::INT4 | Type::INT8 | Type::OID => Self::Integer,
            Type::FLOAT4 | Type::FLOAT8 => Self::Float,
            Type::NUMERIC => Self::Decimal,
            Type::DATE => Self::Date,
            Type::TIMESTAMP => Self::Timestamp,
            Type::TIMESTAMPTZ => Self::TimestampTz,
            Type::TIME | Type::TIMETZ => Self::Time,
            Type::INTERVAL => Self::Interval,
            Type::JSON | Type::JSONB => Self::Json,
            Type::INT4_RANGE
            | Type::INT8_RANGE
            | Type::NUM_RANGE
            | Type::DATE_RANGE
            | Type::TS_RANGE
            | Type::TSTZ_RANGE => Self::Range,
            _ => Self::Text,
        }
    }

    /// A value that is not null.
    pub(super) fn cell(self, text: &str) -> Cell {
        let read = match self {
            Self::Bool => Some(Cell::Bool(text == "t")),
            Self::Integer => text.parse().ok().map(Cell::Integer),
            Self::Float => text.parse().ok().map(Cell::Float),
            Self::Decimal => Some(Cell::Decimal(text.to_owned())),
            Self::Date => Some(Cell::Date(times::date(text).to_owned())),
            Self::Timestamp => Some(Cell::Timestamp(times::timestamp(text))),
            Self::TimestampTz => Some(Cell::TimestampTz(times::zoned(text))),
            Self::Time => Some(Cell::Text(times::time(text))),
            Self::Interval => times::interval(text).map(Cell::Text),
            Self::Json => nested::json(text),
            Self::Range => Some(Cell::Text(nested::range(text))),
            Self::Text => None,
        };
        read.unwrap_or_else(|| Cell::Text(text.to_owned()))
    }
}

/// A column of a result and how its values are read.
#[derive(Debug)]
pub(super) struct Reader {
    name: String,
    kind: Type,
    form: Form,
    /// The values are arrays of such.
    is_array: bool,
}

impl Reader {
    /// For a column of this name and type.
    pub(super) fn new(name: &str, kind: &Type) -> Self {
        let element = match kind.kind() {
            Kind::Array(element) if nested::is_list(element) => Some(element.clone()),
            _ => None,
        };
        let form = Form::of(element.as_ref().unwrap_or(kind));
        Self { name: name.to_owned(), kind: kind.clone(), form, is_array: element.is_some() }
    }

    /// The column with its type by the name that SQL has for it.
    pub(super) fn column(&self) -> Column {
        Column::new(&self.name, type_name(&self.kind))
    }

    /// The value at a place of a row.
    pub(super) fn cell(&self, row: &SimpleQueryRow, at: usize) -> Cell {
        match row.try_get(at) {
            Ok(Some(text)) if self.is_array => Cell::Text(nested::list(text, self.form)),
            Ok(Some(text)) => self.form.cell(text),
            Ok(None) | Err(_) => Cell::Null,
        }
    }
}

/// The name of a type as `format_type` gives it.
pub(super) fn type_name(kind: &Type) -> String {
    if let Kind::Array(element) = kind.kind() {
        return format!("{}[]", type_name(element));
    }
    let name = match *kind {
        Type::BOOL => "boolean",
        Type::INT2 => "smallint",
        Type::INT4 => "integer",
        Type::INT8 => "bigint",
        Type::FLOAT4 => "real",
        Type::FLOAT8 => "double precision",
        Type::VARCHAR => "character varying",
        Type::BPCHAR => "character",
        Type::TIMESTAMP => "timestamp without time zone",
        Type::TIMESTAMPTZ => "timestamp with time zone",
        Type::TIME => "time without time zone",
        Type::TIMETZ => "time with time zone",
        Type::VARBIT => "bit varying",
        _ => kind.name(),
    };
    name.to_owned()
}

/// dbt's name of a type in what it tells of a query's columns: that of dbt-postgres' driver.
pub(super) fn driver_name(type_name: &str) -> String {
    let (element, is_array) = match type_name.strip_suffix("[]") {
        Some(element) => (element, true),
        None => (type_name, false),
    };
    let name = match element {
        "text" | "character varying" | "character" | "name" | "char" if is_array => "STRING",
        "text" | "character varying" | "character" | "name" | "char" => "TEXT",
        "smallint" | "integer" => "INTEGER",
        "bigint" => "LONGINTEGER",
        "real" | "double precision" => "FLOAT",
        "numeric" => "DECIMAL",
        "timestamp without time zone" => "DATETIME",
        "timestamp with time zone" => "DATETIMETZ",
        "time without time zone" | "time with time zone" => "TIME",
        "bytea" => "BINARY",
        "oid" => "ROWID",
        "boolean" | "date" | "interval" | "json" | "jsonb" => &element.to_uppercase(),
        // That driver knows no others; by their own names they are at least told apart.
        _ => return type_name.to_owned(),
    };
    if is_array { format!("{name}ARRAY") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_cells_by_type() {
        let check = |kind: Type, text: &str, expected: Cell| assert_eq!(Form::of(&kind).cell(text), expected);
        let text = |text: &str| Cell::Text(text.to_owned());
        check(Type::BOOL, "t", Cell::Bool(true));
        check(Type::INT8, "-7", Cell::Integer(-7));
        check(Type::OID, "26", Cell::Integer(26));
        check(Type::NUMERIC, "1.50", Cell::Decimal("1.50".into()));
        check(Type::FLOAT4, "1.1", Cell::Float(1.1));
        check(Type::FLOAT8, "-Infinity", Cell::Float(f64::NEG_INFINITY));
        check(Type::DATE, "2024-02-29", Cell::Date("2024-02-29".into()));
        check(Type::TIMESTAMP, "2024-02-29 01:02:03", Cell::Timestamp("2024-02-29 01:02:03".into()));
        check(
            Type::TIMESTAMPTZ,
            "2024-02-29 01:02:03+02",
            Cell::TimestampTz("2024-02-29 01:02:03+02:00".into()),
        );
        check(Type::JSONB, r#"{"a": [1, 2.5, null]}"#, text(r#"{"a": [1, 2.5, null]}"#));
        check(Type::JSON, "7", Cell::Integer(7));
        check(
            Type::UUID,
            "00000000-0000-0000-0000-000000000001",
            text("00000000-0000-0000-0000-000000000001"),
        );
        check(Type::BYTEA, "\\x00ff", text("\\x00ff"));
        check(Type::BPCHAR, "x  ", text("x  "));
        check(Type::INT4_RANGE, "[1,5)", text("[1, 5)"));
    }

    #[test]
    fn types_are_named_as_in_sql_and_as_by_the_driver() {
        let check = |kind: Type, name: &str, driver: &str| {
            assert_eq!((type_name(&kind).as_str(), driver_name(&type_name(&kind)).as_str()), (name, driver));
        };
        check(Type::INT4, "integer", "INTEGER");
        check(Type::INT8, "bigint", "LONGINTEGER");
        check(Type::VARCHAR, "character varying", "TEXT");
        check(Type::TEXT_ARRAY, "text[]", "STRINGARRAY");
        check(Type::JSONB, "jsonb", "JSONB");
        check(Type::TIMESTAMPTZ, "timestamp with time zone", "DATETIMETZ");
        check(Type::UUID, "uuid", "uuid");
    }
}
