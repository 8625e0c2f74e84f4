//! Arrow values to cells.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};
use duckdb::arrow::datatypes::{DataType, Field};
use duckdb::types::{TimeUnit, Value, ValueRef};
use duckdb::{Error, Statement};

use crate::adapter::span::{DAY, span};
use crate::sql::{Cell, Column, Dialect, Rows};

/// The rows of a statement that was executed, at most `limit` of them.
pub(super) fn rows(statement: &Statement<'_>, limit: usize) -> Result<Rows, Error> {
    let schema = statement.schema();
    let fields = schema.fields();
    for (at, field) in fields.iter().enumerate() {
        if !is_readable(field.data_type()) {
            let why =
                format!("the column `{}` has a type that cannot be fetched; cast it to text", field.name());
            return Err(Error::FromSqlConversionFailure(at, duckdb::types::Type::Any, why.into()));
        }
    }
    let columns =
        fields.iter().map(|field| Column::new(field.name(), type_name(field.data_type()))).collect();
    let zoned: Vec<bool> =
        fields.iter().map(|field| matches!(field.data_type(), DataType::Timestamp(_, Some(_)))).collect();
    let mut decoded = Vec::new();
    let mut source = statement.raw_query();
    while decoded.len() < limit {
        let Some(row) = source.next()? else { break };
        let cells = zoned.iter().enumerate().map(|(at, zoned)| Ok(cell(row.get_ref(at)?, *zoned)));
        decoded.push(cells.collect::<Result<Vec<Cell>, Error>>()?);
    }
    Ok(Rows { columns, rows: decoded })
}

/// Whether the driver can read values of this type; it panics on others.
fn is_readable(data_type: &DataType) -> bool {
    match data_type {
        DataType::Time64(unit) => *unit == duckdb::arrow::datatypes::TimeUnit::Microsecond,
        DataType::List(inner) | DataType::LargeList(inner) | DataType::FixedSizeList(inner, _) => {
            is_readable(inner.data_type())
        }
        DataType::Map(inner, _) => is_readable(inner.data_type()),
        DataType::Struct(fields) => fields.iter().all(|field| is_readable(field.data_type())),
        DataType::Union(fields, _) => fields.iter().all(|(_, field)| is_readable(field.data_type())),
        DataType::Utf8View
        | DataType::BinaryView
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::Decimal256(..)
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::Duration(_)
        | DataType::RunEndEncoded(..) => false,
        _ => true,
    }
}

/// The warehouse's name for a type that arrives as this one.
fn type_name(data_type: &DataType) -> String {
    let name = match data_type {
        DataType::Boolean => "BOOLEAN",
        DataType::Int8 => "TINYINT",
        DataType::Int16 => "SMALLINT",
        DataType::Int32 => "INTEGER",
        DataType::Int64 => "BIGINT",
        DataType::UInt8 => "UTINYINT",
        DataType::UInt16 => "USMALLINT",
        DataType::UInt32 => "UINTEGER",
        DataType::UInt64 => "UBIGINT",
        DataType::Float32 => "FLOAT",
        DataType::Float64 => "DOUBLE",
        DataType::Date32 => "DATE",
        DataType::Time64(_) => "TIME",
        DataType::Timestamp(_, None) => "TIMESTAMP",
        DataType::Timestamp(_, Some(_)) => "TIMESTAMP WITH TIME ZONE",
        DataType::Interval(_) => "INTERVAL",
        DataType::Binary | DataType::LargeBinary => "BLOB",
        DataType::Decimal128(38, 0) => "HUGEINT",
        DataType::Decimal32(width, scale)
        | DataType::Decimal64(width, scale)
        | DataType::Decimal128(width, scale) => {
            return format!("DECIMAL({width},{scale})");
        }
        DataType::List(inner) | DataType::LargeList(inner) => {
            return format!("{}[]", type_name(inner.data_type()));
        }
        DataType::FixedSizeList(inner, length) => {
            return format!("{}[{length}]", type_name(inner.data_type()));
        }
        DataType::Struct(fields) => return format!("STRUCT({})", members(fields.iter())),
        DataType::Union(fields, _) => {
            return format!("UNION({})", members(fields.iter().map(|(_, field)| field)));
        }
        DataType::Map(entries, _) => {
            let DataType::Struct(pair) = entries.data_type() else { return "MAP".to_owned() };
            let types: Vec<String> = pair.iter().map(|field| type_name(field.data_type())).collect();
            return format!("MAP({})", types.join(", "));
        }
        _ => "VARCHAR",
    };
    name.to_owned()
}

/// The fields of a nested type with their types.
fn members<'a>(fields: impl Iterator<Item = &'a Arc<Field>>) -> String {
    let member = |field: &Arc<Field>| {
        format!("{} {}", Dialect::ANSI.quote(field.name()), type_name(field.data_type()))
    };
    fields.map(member).collect::<Vec<_>>().join(", ")
}

fn cell(value: ValueRef<'_>, zoned: bool) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Boolean(yes) => Cell::Bool(yes),
        ValueRef::TinyInt(number) => Cell::Integer(number.into()),
        ValueRef::SmallInt(number) => Cell::Integer(number.into()),
        ValueRef::Int(number) => Cell::Integer(number.into()),
        ValueRef::BigInt(number) => Cell::Integer(number.into()),
        ValueRef::HugeInt(number) => Cell::Integer(number),
        ValueRef::UTinyInt(number) => Cell::Integer(number.into()),
        ValueRef::USmallInt(number) => Cell::Integer(number.into()),
        ValueRef::UInt(number) => Cell::Integer(number.into()),
        ValueRef::UBigInt(number) => Cell::Integer(number.into()),
        ValueRef::UHugeInt(number) => {
            i128::try_from(number).map_or_else(|_| Cell::Decimal(number.to_string()), Cell::Integer)
        }
        ValueRef::Float(number) => Cell::Float(number.into()),
        ValueRef::Double(number) => Cell::Float(number),
        ValueRef::Decimal(number) => Cell::Decimal(number.to_string()),
        ValueRef::Timestamp(unit, count) if zoned => {
            Cell::TimestampTz(format!("{}+00:00", timestamp(unit, count)))
        }
        ValueRef::Timestamp(unit, count) => Cell::Timestamp(timestamp(unit, count)),
        ValueRef::Date32(days) => Cell::Date(date(days)),
        ValueRef::Text(bytes) => Cell::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Enum(..) => Cell::Text(value.as_str().unwrap_or_default().to_owned()),
        other => Cell::Text(match other.to_owned() {
            nested @ (Value::List(_)
            | Value::Array(_)
            | Value::Struct(_)
            | Value::Map(_)
            | Value::Union(_)) => {
                let mut text = String::new();
                write_json(&nested, &mut text);
                text
            }
            scalar => scalar_text(&scalar),
        }),
    }
}

/// `YYYY-MM-DD HH:MM:SS[.ffffff]`, as Python prints it.
fn timestamp(unit: TimeUnit, count: i64) -> String {
    let per_second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    let nanoseconds = u32::try_from(count.rem_euclid(per_second) * (1_000_000_000 / per_second)).unwrap_or(0);
    let Some(moment) = DateTime::from_timestamp(count.div_euclid(per_second), nanoseconds) else {
        return if count < 0 {
            "0001-01-01 00:00:00".to_owned()
        } else {
            "9999-12-31 23:59:59.999999".to_owned()
        };
    };
    let seconds = moment.format("%Y-%m-%d %H:%M:%S");
    match moment.timestamp_subsec_micros() {
        0 => seconds.to_string(),
        micros => format!("{seconds}.{micros:06}"),
    }
}

fn date(days: i32) -> String {
    let day = NaiveDate::default().checked_add_signed(TimeDelta::days(days.into()));
    let most = if days < 0 { "0001-01-01" } else { "9999-12-31" };
    day.map_or_else(|| most.to_owned(), |day| day.to_string())
}

fn scalar_text(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Enum(text) => text.clone(),
        Value::Blob(bytes) | Value::Geometry(bytes) => bytes_text(bytes),
        Value::Time64(unit, count) => {
            let micros = unit.to_micros(*count);
            let seconds = u32::try_from(micros / 1_000_000).unwrap_or(0);
            let nanos = u32::try_from(micros % 1_000_000 * 1_000).unwrap_or(0);
            let clock = if nanos == 0 { "%H:%M:%S" } else { "%H:%M:%S.%6f" };
            NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos)
                .map_or_else(|| micros.to_string(), |time| time.format(clock).to_string())
        }
        Value::Interval { months, days, nanos } => {
            // As Python's client has it: a month is 30 days.
            let days = i64::from(*months) * 30 + i64::from(*days);
            span(days.saturating_mul(DAY).saturating_add(nanos / 1_000))
        }
        Value::Date32(days) => date(*days),
        Value::Timestamp(unit, count) => timestamp(*unit, *count),
        Value::Boolean(yes) => yes.to_string(),
        Value::TinyInt(number) => number.to_string(),
        Value::SmallInt(number) => number.to_string(),
        Value::Int(number) => number.to_string(),
        Value::BigInt(number) => number.to_string(),
        Value::HugeInt(number) => number.to_string(),
        Value::UHugeInt(number) => number.to_string(),
        Value::UTinyInt(number) => number.to_string(),
        Value::USmallInt(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::UBigInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        _ => String::new(),
    }
}

/// Bytes as Python prints them: `b'\\xaaA'`.
fn bytes_text(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut text = format!("b{quote}");
    for byte in bytes {
        let _ = match byte {
            b'\t' => write!(text, "\\t"),
            b'\n' => write!(text, "\\n"),
            b'\r' => write!(text, "\\r"),
            b'\\' => write!(text, "\\\\"),
            b' '..=b'~' if char::from(*byte) == quote => write!(text, "\\{quote}"),
            b' '..=b'~' => write!(text, "{}", char::from(*byte)),
            other => write!(text, "\\x{other:02x}"),
        };
    }
    text.push(quote);
    text
}

/// dbt gives nested values to templates as JSON text, in Python's spacing.
fn write_json(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::List(items) | Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_json(item, out);
            }
            out.push(']');
        }
        Value::Struct(fields) => {
            write_entries(fields.iter().map(|(name, value)| (quoted(name), value)), out);
        }
        Value::Map(entries) => {
            write_entries(entries.iter().map(|(key, value)| (quoted(&scalar_text(key)), value)), out);
        }
        Value::Union(inner) => write_json(inner, out),
        Value::Timestamp(..) => out.push_str(&quoted(&scalar_text(value).replace(' ', "T"))),
        Value::Text(_)
        | Value::Enum(_)
        | Value::Blob(_)
        | Value::Date32(_)
        | Value::Time64(..)
        | Value::Interval { .. } => out.push_str(&quoted(&scalar_text(value))),
        Value::Float(number) => out.push_str(&json_float(f64::from(*number))),
        Value::Double(number) => out.push_str(&json_float(*number)),
        Value::Decimal(number) => {
            let digits = number.to_string();
            out.push_str(&digits.parse().map_or(digits, json_float));
        }
        scalar => out.push_str(&scalar_text(scalar)),
    }
}

/// A text as Python's JSON has it: nothing but ASCII.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for char in serde_json::Value::from(text).to_string().chars() {
        if char.is_ascii() {
            out.push(char);
        } else {
            for unit in char.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// A number with a point, as Python's JSON has it.
fn json_float(number: f64) -> String {
    let special = || match number {
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => "NaN",
    };
    serde_json::Number::from_f64(number).map_or_else(|| special().to_owned(), |number| number.to_string())
}

fn write_entries<'a>(entries: impl Iterator<Item = (String, &'a Value)>, out: &mut String) {
    out.push('{');
    for (at, (name, value)) in entries.enumerate() {
        out.push_str(if at > 0 { ", " } else { "" });
        out.push_str(&name);
        out.push_str(": ");
        write_json(value, out);
    }
    out.push('}');
}
