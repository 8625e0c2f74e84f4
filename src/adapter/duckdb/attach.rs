//! Other databases beside the main one.

use std::path::Path;

use serde_json::{Map, Value as Json};

use super::settings::{database_of, has_scheme, is_motherduck};
use crate::adapter::fields::text;
use crate::sql::Dialect;

/// An entry of `attach`.
#[derive(Debug, Clone)]
pub(super) struct Attachment {
    path: String,
    /// Its name, where the profile gives one.
    pub(super) alias: Option<String>,
    /// Words of the `ATTACH` statement's parentheses.
    options: Vec<String>,
    /// It was declared to be a `DuckLake`, or its path says so.
    pub(super) is_ducklake: bool,
}

impl Attachment {
    pub(super) fn read(value: &Json) -> Result<Self, String> {
        let path = value.get("path").and_then(Json::as_str).filter(|path| !path.is_empty());
        let path = path.ok_or_else(|| "an entry of `attach` needs a `path`".to_owned())?;
        if is_motherduck(path) {
            return Err(format!("`attach` names `{path}`: MotherDuck is not supported"));
        }
        let declared = value.get("is_ducklake").and_then(Json::as_bool).unwrap_or(false);
        Ok(Self {
            path: path.to_owned(),
            alias: value.get("alias").filter(|alias| !alias.is_null()).map(text),
            options: options(value, path)?,
            is_ducklake: declared || path.to_lowercase().contains("ducklake:"),
        })
    }

    /// The name under which SQL finds it.
    pub(super) fn name(&self) -> String {
        self.alias.clone().unwrap_or_else(|| database_of(&self.path))
    }

    /// The statement that attaches it.
    pub(super) fn sql(&self, base: &Path) -> String {
        let path = if self.path.starts_with(':') || has_scheme(&self.path) {
            self.path.clone()
        } else {
            base.join(&self.path).display().to_string()
        };
        let alias = self.alias.as_ref().map(|alias| format!(" AS {}", Dialect::ANSI.quote(alias)));
        let options = self.options.join(", ");
        let options = if options.is_empty() { options } else { format!(" ({options})") };
        let path = Dialect::ANSI.literal(&path);
        format!("ATTACH IF NOT EXISTS {path}{}{options}", alias.unwrap_or_default())
    }
}

/// What templates see of an entry: all its fields.
pub(super) fn described(entry: &Json) -> Json {
    let field = |name: &str| entry.get(name).cloned().unwrap_or_default();
    let fields = ["path", "type", "alias", "secret", "read_only", "options", "is_ducklake"];
    let shown = |name: &str| match (name, field(name)) {
        ("read_only", Json::Null) => Json::Bool(false),
        (_, value) => value,
    };
    fields.iter().map(|name| ((*name).to_owned(), shown(name))).collect()
}

/// `type`, `secret`, `read_only`, then whatever stands under `options`.
fn options(value: &Json, path: &str) -> Result<Vec<String>, String> {
    let empty = Map::new();
    let free = value.get("options").and_then(Json::as_object).unwrap_or(&empty);
    let mut words = Vec::new();
    for name in ["type", "secret", "read_only"] {
        let own = value.get(name).filter(|value| is_given(value));
        let other = free.get(name).filter(|value| is_given(value));
        if own.is_some() && free.contains_key(name) {
            return Err(format!("`attach` of `{path}` sets `{name}` twice: as a field and under `options`"));
        }
        match (name, own.or(other)) {
            (_, None) => {}
            ("read_only", Some(_)) => words.push("READ_ONLY".to_owned()),
            (_, Some(chosen)) => words.push(format!("{} {}", name.to_uppercase(), text(chosen))),
        }
    }
    let others = free.iter().filter(|(name, _)| !["type", "secret", "read_only"].contains(&name.as_str()));
    for (name, value) in others.filter(|(_, value)| is_given(value)) {
        let name = name.to_uppercase();
        words.push(match value {
            Json::Bool(_) => name,
            Json::String(quoted) if is_quoted(quoted) => format!("{name} {quoted}"),
            Json::String(plain) => format!("{name} {}", Dialect::ANSI.literal(plain)),
            other => format!("{name} {other}"),
        });
    }
    Ok(words)
}

fn is_given(value: &Json) -> bool {
    !value.is_null() && value != &Json::Bool(false)
}

fn is_quoted(text: &str) -> bool {
    let text = text.trim();
    let within = |quote| text.len() >= 2 && text.starts_with(quote) && text.ends_with(quote);
    within('\'') || within('"')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attachments_become_statements() {
        let check = |value: Json, expected: &str| {
            let sql = Attachment::read(&value).map(|attachment| attachment.sql(Path::new("/p")));
            assert_eq!(sql.as_deref(), Ok(expected), "{value}");
        };
        check(json!({"path": "b.db"}), "ATTACH IF NOT EXISTS '/p/b.db'");
        check(json!({"path": ":memory:", "alias": "m"}), "ATTACH IF NOT EXISTS ':memory:' AS \"m\"");
        check(
            json!({"path": "s3://x/y's.db", "type": "sqlite", "read_only": true}),
            "ATTACH IF NOT EXISTS 's3://x/y''s.db' (TYPE sqlite, READ_ONLY)",
        );
        check(
            json!({"path": "ducklake:m.db", "options": {"data_path": "d/", "n": 3, "on": true, "off": false}}),
            "ATTACH IF NOT EXISTS 'ducklake:m.db' (DATA_PATH 'd/', N 3, ON)",
        );
        assert!(Attachment::read(&json!({"path": "a", "type": "x", "options": {"type": "y"}})).is_err());
        assert!(Attachment::read(&json!({"alias": "a"})).is_err());
    }
}
