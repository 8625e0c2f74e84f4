//! Data outside the database: where sources are read from, how external
//! materializations are written.

use serde_json::{Map, Value as Json};

use crate::adapter::DatabaseError;
use crate::adapter::fields::text;
use crate::sql::Dialect;

/// The SQL for a source whose `meta` or `config` names an `external_location`.
/// dbt-duckdb: the location is a pattern over the source's own properties.
pub(super) fn location(source: &Map<String, Json>) -> Result<Option<String>, DatabaseError> {
    if source.get("plugin").is_some_and(|plugin| !plugin.is_null()) {
        return Err(DatabaseError::new("a source with a `plugin` needs Python, which is not supported"));
    }
    let Some(pattern) = source.get("external_location").and_then(Json::as_str) else { return Ok(None) };
    let formatter = source.get("formatter").and_then(Json::as_str).unwrap_or("newstyle");
    let marks = match formatter {
        "newstyle" => ("{", "}"),
        "oldstyle" => ("%(", ")s"),
        "template" => ("${", "}"),
        other => {
            let message = format!("`formatter: {other}` must be `newstyle`, `oldstyle` or `template`");
            return Err(DatabaseError::new(message));
        }
    };
    let filled = fill(pattern, marks, source)?;
    let is_sql = filled.contains('(') || filled.starts_with('\'');
    Ok(Some(if is_sql { filled } else { Dialect::ANSI.literal(&filled) }))
}

fn fill(
    pattern: &str,
    (open, close): (&str, &str),
    source: &Map<String, Json>,
) -> Result<String, DatabaseError> {
    let mut filled = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once(open) {
        let Some((name, behind)) = after.split_once(close) else { break };
        let value = source.get(name).ok_or_else(|| {
            DatabaseError::new(format!("`external_location` names `{name}`, which the source does not have"))
        })?;
        filled.push_str(before);
        filled.push_str(&text(value));
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// The options of the `COPY` that writes a file; the format follows the file's
/// name where nothing else says it.
pub(super) fn write_options(location: &str, options: &Map<String, Json>) -> String {
    let mut options = options.clone();
    let lower = location.to_lowercase();
    let compression = [(".gz", "gzip"), (".zst", "zstd")].into_iter().find(|(end, _)| lower.ends_with(end));
    if !options.contains_key("format") {
        let stem = compression.map_or(lower.as_str(), |(end, _)| lower.trim_end_matches(end));
        let file = stem.rsplit('/').next().unwrap_or(stem);
        let extension =
            file.rsplit_once('.').map(|(_, extension)| extension).filter(|found| !found.is_empty());
        let by_option = if options.contains_key("delimiter") { "csv" } else { "parquet" };
        options.insert("format".to_owned(), extension.unwrap_or(by_option).into());
        if let (Some((_, name)), Some(_), false) =
            (compression, extension, options.contains_key("compression"))
        {
            options.insert("compression".to_owned(), name.into());
        }
    }
    if options.get("format") == Some(&Json::from("csv")) && !options.contains_key("header") {
        options.insert("header".to_owned(), 1.into());
    }
    let option = |(name, value): (&String, &Json)| {
        let value = text(value);
        match name.to_lowercase().as_str() {
            "delimiter" | "quote" | "escape" | "null" if !value.starts_with('\'') => {
                format!("{name} {}", Dialect::ANSI.literal(&value))
            }
            "partition_by" if value.contains(',') && !value.starts_with('(') => format!("{name} ({value})"),
            _ => format!("{name} {value}"),
        }
    };
    options.iter().map(option).collect::<Vec<_>>().join(", ")
}

/// The pattern that finds the files again which were written there.
pub(super) fn read_location(location: &str, options: &Map<String, Json>) -> String {
    let given =
        |name: &str| options.get(name).map(text).filter(|value| !value.is_empty() && value != "false");
    let partitions = given("partition_by");
    if partitions.is_none() && given("per_thread_output").is_none() {
        return location.to_owned();
    }
    let levels = partitions.map_or(0, |columns| columns.split(',').count());
    let format = given("format").unwrap_or_else(|| "parquet".to_owned());
    format!("{location}/*{}.{format}", "/*".repeat(levels))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: &Json) -> Map<String, Json> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn locations_are_patterns() {
        let check = |source: Json, expected: &str| {
            assert_eq!(location(&map(&source)).unwrap().as_deref(), Some(expected));
        };
        check(json!({"name": "t", "external_location": "data/{name}.csv"}), "'data/t.csv'");
        check(json!({"name": "t", "external_location": "read_csv('{name}')"}), "read_csv('t')");
        check(json!({"name": "t", "external_location": "%(name)s.csv", "formatter": "oldstyle"}), "'t.csv'");
        check(json!({"name": "t", "external_location": "${name}.csv", "formatter": "template"}), "'t.csv'");
        assert_eq!(location(&map(&json!({"name": "t"}))).unwrap(), None);
        assert!(location(&map(&json!({"external_location": "{nope}"}))).is_err());
        assert!(location(&map(&json!({"plugin": "gsheet"}))).is_err());
    }

    #[test]
    fn options_follow_the_file_name() {
        let check = |path: &str, options: Json, expected: &str| {
            assert_eq!(write_options(path, &map(&options)), expected, "{path}");
        };
        check("a/b.csv", json!({}), "format csv, header 1");
        check("a/b.CSV.gz", json!({}), "format csv, compression gzip, header 1");
        check("a/b", json!({}), "format parquet");
        check("a/b", json!({"delimiter": "|"}), "delimiter '|', format csv, header 1");
        check("b.parquet", json!({"partition_by": "x, y"}), "partition_by (x, y), format parquet");
        assert_eq!(read_location("out", &map(&json!({"partition_by": "x,y"}))), "out/*/*/*.parquet");
        assert_eq!(read_location("out.csv", &map(&json!({}))), "out.csv");
    }
}
