//! A profile's output, checked.

use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::encryption::Encryption;
use crate::adapter::DatabaseError;
use crate::adapter::fields::Fields as Given;
use crate::yaml::form::{Fields, Form, field, names};

/// The fields of a PostgreSQL output, as dbt-postgres defines them.
#[derive(Clone)]
pub(in crate::adapter) struct Settings {
    /// A name, an address, or the folder of a socket; several separated by commas.
    pub(in crate::adapter) host: String,
    pub(in crate::adapter) port: u16,
    pub(in crate::adapter) user: String,
    pub(in crate::adapter) password: String,
    /// The one database that a connection sees.
    pub(in crate::adapter) database: String,
    /// The schema that relations are made in unless configured otherwise.
    pub(in crate::adapter) schema: String,
    /// In seconds; 0 waits for ever.
    pub(in crate::adapter) connect_timeout: u64,
    /// Whose rights statements have.
    pub(in crate::adapter) role: Option<String>,
    pub(in crate::adapter) search_path: Option<String>,
    pub(in crate::adapter) keepalives: Keepalives,
    pub(in crate::adapter) encryption: Encryption,
    pub(in crate::adapter) application_name: String,
    /// Every statement is its own transaction.
    pub(in crate::adapter) autocommit: bool,
    /// How often to try again when the server cannot be reached.
    pub(in crate::adapter) retries: u32,
    /// To try again after any error, not only after those that may pass.
    pub(in crate::adapter) retries_everything: bool,
    /// What a connection begins with: statements, and what it means if one is refused.
    pub(in crate::adapter) opening: Vec<(String, String)>,
}

/// How a silent connection is kept open.
#[derive(Debug, Clone, Copy)]
pub(in crate::adapter) struct Keepalives {
    pub(in crate::adapter) on: bool,
    /// Until the first one, in seconds; 0 leaves it to the system, as do those that are left out.
    pub(in crate::adapter) idle: u64,
    pub(in crate::adapter) interval: Option<u64>,
    pub(in crate::adapter) count: Option<u32>,
}

/// The fields that an output may have.
pub(in crate::adapter) const FORMS: Fields = &[&[
    field("host", Form::Text),
    field("port", Form::Integer),
    field("user", Form::Text),
    field("password", Form::Text),
    field("pass", Form::Text),
    field("dbname", Form::Text),
    field("database", Form::Text),
    field("schema", Form::Text),
    field("connect_timeout", Form::Integer),
    field("role", Form::TextOrNone),
    field("search_path", Form::TextOrNone),
    field("keepalives_idle", Form::Integer),
    field("sslmode", Form::TextOrNone),
    field("sslcert", Form::TextOrNone),
    field("sslkey", Form::TextOrNone),
    field("sslrootcert", Form::TextOrNone),
    field("application_name", Form::TextOrNone),
    field("autocommit", Form::NoneOr(&Form::Flag)),
    field("retries", Form::Integer),
    field("threads", Form::Any),
]];

/// A day: more seconds than anybody waits.
pub(in crate::adapter) const LONGEST_WAIT: u64 = 86_400;

/// The names of the fields that are read.
pub(in crate::adapter) fn fields() -> Vec<&'static str> {
    names(FORMS)
}

impl Settings {
    /// Reads an output; all problems at once. `home` is where libpq looks for certificates
    /// that are not named.
    pub(super) fn read(fields: &Map<String, Json>, home: Option<&Path>) -> Result<Self, Vec<String>> {
        let mut read = Given::new(fields);
        if !fields.contains_key("port") {
            read.problem("`port` is missing; the usual one is 5432");
        }
        let settings = Self {
            host: read.required("host", None),
            port: read.number("port", u16::MAX.into()).unwrap_or_default(),
            user: read.required("user", None),
            password: read.required("password", Some("pass")),
            database: read.required("dbname", Some("database")),
            schema: read.required("schema", None),
            connect_timeout: read.number("connect_timeout", LONGEST_WAIT).unwrap_or(10),
            role: read.text("role").filter(|role| !role.is_empty()),
            search_path: read.text("search_path").filter(|path| !path.is_empty()),
            keepalives: Keepalives {
                on: true,
                idle: read.number("keepalives_idle", LONGEST_WAIT).unwrap_or(0),
                interval: None,
                count: None,
            },
            encryption: Encryption::read(&mut read, home),
            application_name: read.text("application_name").unwrap_or_else(|| "dbt".to_owned()),
            autocommit: read.flag("autocommit"),
            retries: read.number("retries", 100).unwrap_or(1),
            retries_everything: false,
            opening: vec![(
                "set datestyle to iso; set intervalstyle to postgres".to_owned(),
                "the formats of dates cannot be set".to_owned(),
            )],
        };
        read.finish(settings)
    }

    /// That a database is the one of the connections.
    pub(super) fn check_database(&self, database: &str) -> Result<(), DatabaseError> {
        let own = &self.database;
        if database.to_lowercase() == own.to_lowercase() {
            return Ok(());
        }
        Err(DatabaseError::new(format!(
            "`{database}` is another database than `{own}`, the one of this target; a connection to \
             PostgreSQL sees only one"
        )))
    }

    /// The hosts that are tried in turn.
    pub(super) fn hosts(&self) -> impl Iterator<Item = &str> {
        self.host.split(',').map(str::trim)
    }

    /// The server in words.
    pub(super) fn server(&self) -> String {
        format!("`{}:{}`", self.host, self.port)
    }

    pub(super) fn connect_timeout(&self) -> Option<Duration> {
        Some(Duration::from_secs(self.connect_timeout)).filter(|timeout| !timeout.is_zero())
    }

    pub(super) fn keepalives_idle(&self) -> Option<Duration> {
        Some(Duration::from_secs(self.keepalives.idle)).filter(|idle| !idle.is_zero())
    }

    /// What templates see of it; the password is left out.
    pub(super) fn target(&self) -> Map<String, Json> {
        let written = |name: &str| self.encryption.written.get(name).cloned().unwrap_or_default();
        let entries = [
            ("host", Json::from(self.host.as_str())),
            ("port", Json::from(self.port)),
            ("user", Json::from(self.user.as_str())),
            ("database", Json::from(self.database.as_str())),
            ("schema", Json::from(self.schema.as_str())),
            ("connect_timeout", Json::from(self.connect_timeout)),
            ("role", Json::from(self.role.as_deref())),
            ("search_path", Json::from(self.search_path.as_deref())),
            ("keepalives_idle", Json::from(self.keepalives.idle)),
            ("sslmode", written("sslmode")),
            ("sslcert", written("sslcert")),
            ("sslkey", written("sslkey")),
            ("sslrootcert", written("sslrootcert")),
            ("application_name", Json::from(self.application_name.as_str())),
            ("autocommit", Json::from(self.autocommit)),
            ("retries", Json::from(self.retries)),
            ("dbname", Json::from(self.database.as_str())),
        ];
        entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(fields: &Json) -> Result<Settings, Vec<String>> {
        Settings::read(fields.as_object().unwrap(), None)
    }

    #[test]
    fn every_problem_is_told_without_secrets() {
        let fields = json!({
            "hots": "here", "port": "54320000", "pass": ["hush"], "sslmode": "verify_full", "dbname": "shop",
            "database": "shop", "schema": "main", "sslkey": "key.pem",
        });
        let problems = read(&fields).err().unwrap_or_default();
        assert_eq!(
            problems,
            [
                "`host` is missing",
                "`port` must be a whole number from 0 to 65535, not `\"54320000\"`",
                "`user` is missing",
                "`pass` must be a text",
                "`dbname` and `database` mean the same, give one",
                "`sslmode` must be one of `disable`, `allow`, `prefer`, `require`, `verify-ca`, \
                 `verify-full`, not `verify_full`, did you mean `verify-full`?",
            ]
        );
    }

    #[test]
    fn targets_show_what_templates_may_know() {
        let fields = json!({
            "host": "here", "port": "5433", "user": "dbt", "pass": "hush", "dbname": "shop", "schema": "main",
            "sslmode": "verify-full", "sslrootcert": "root.pem", "colour": "red",
        });
        let target = Json::Object(read(&fields).map(|settings| settings.target()).unwrap_or_default());
        let expected = json!({
            "host": "here", "port": 5433, "user": "dbt", "database": "shop", "schema": "main",
            "connect_timeout": 10, "role": null, "search_path": null, "keepalives_idle": 0,
            "sslmode": "verify-full", "sslcert": null, "sslkey": null, "sslrootcert": "root.pem",
            "application_name": "dbt", "autocommit": false, "retries": 1, "dbname": "shop",
        });
        assert_eq!(target, expected);
    }
}
