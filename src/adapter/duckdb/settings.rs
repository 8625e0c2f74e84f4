//! A profile's output, checked.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::attach::{Attachment, described};
use super::secret::Secret;
use crate::adapter::fields::Fields as Given;
use crate::sql::Dialect;
use crate::yaml::form::{Field, Fields, Form, field, names, needed};

/// The path of a database that is gone with the process.
pub(super) const IN_MEMORY: &str = ":memory:";

/// The fields of a DuckDB output, as dbt-duckdb defines them.
#[derive(Clone)]
pub(super) struct Settings {
    /// A file, or [`IN_MEMORY`].
    pub(super) path: String,
    /// The database that relations are made in.
    pub(super) database: String,
    /// The schema that relations are made in unless configured otherwise.
    pub(super) schema: String,
    /// What is set when the database is opened.
    pub(super) config_options: Vec<(String, String)>,
    /// What is set on each connection.
    on_connect: Vec<(String, String)>,
    extensions: Vec<Extension>,
    attachments: Vec<Attachment>,
    secrets: Vec<Secret>,
    /// Where external materializations are written.
    pub(super) external_root: String,
    /// Every statement is its own transaction.
    pub(super) disable_transactions: bool,
    /// How often to try while another process holds the file.
    pub(super) connect_attempts: u32,
    /// The database itself was declared to be a `DuckLake`.
    is_ducklake: bool,
    /// Fields as they are written, which templates see so.
    written: Map<String, Json>,
}

/// The extensions that are part of the program; a prebuilt library has icu, too.
const INSIDE: &[&str] = if cfg!(any(icu, not(feature = "bundled"))) {
    &["core_functions", "icu", "json", "parquet"]
} else {
    &["core_functions", "json", "parquet"]
};

/// An extension to install and load.
#[derive(Debug, Clone)]
struct Extension {
    name: String,
    repository: Option<String>,
}

/// The fields that an output may have, besides those that are refused.
pub(in crate::adapter) const FORMS: Fields = &[&[
    field("path", Form::Text),
    field("database", Form::Text),
    field("schema", Form::Text),
    field("config_options", Form::NoneOr(&Form::Mapping)),
    field("extensions", Form::NoneOr(&Form::List(&Form::NamedOr(&Form::Each(&Form::Text))))),
    field("settings", Form::NoneOr(&Form::Mapping)),
    field("secrets", Form::NoneOr(&Form::List(&Form::Mapping))),
    field("external_root", Form::Text),
    field("use_credential_provider", Form::TextOrNone),
    field("attach", Form::NoneOr(&Form::List(&Form::Keys(ATTACHMENT)))),
    field("disable_transactions", Form::Flag),
    field("keep_open", Form::Flag),
    field("retries", Form::NoneOr(&Form::Keys(RETRIES))),
    field("is_ducklake", Form::NoneOr(&Form::Flag)),
    field("threads", Form::Any),
]];
const ATTACHMENT: &[Field] = &[
    needed("path", Form::Text),
    field("type", Form::TextOrNone),
    field("alias", Form::TextOrNone),
    field("secret", Form::TextOrNone),
    field("read_only", Form::Flag),
    field("options", Form::NoneOr(&Form::Mapping)),
    field("is_ducklake", Form::NoneOr(&Form::Flag)),
];
const RETRIES: &[Field] = &[
    field("connect_attempts", Form::Integer),
    field("query_attempts", Form::Whole),
    field("retryable_exceptions", Form::List(&Form::Text)),
];

/// Fields that need Python or a service, with the reason why they are refused.
const REFUSED: &[(&str, &str)] = &[
    ("plugins", "plugins are Python modules"),
    ("filesystems", "these filesystems are Python modules; DuckDB reads s3, gcs and https by extension"),
    ("module_paths", "they hold Python modules"),
    ("remote", "only databases in this process are supported"),
    ("flights", "MotherDuck is not supported"),
    ("motherduck_token", "MotherDuck is not supported"),
];

/// The names of the fields that are read.
pub(in crate::adapter) fn fields() -> Vec<&'static str> {
    names(FORMS).into_iter().chain(REFUSED.iter().map(|(name, _)| *name)).collect()
}

impl Settings {
    /// Reads an output; all problems at once.
    pub(super) fn read(fields: &Map<String, Json>) -> Result<Self, Vec<String>> {
        let mut read = Given::new(fields);
        read.refuse(REFUSED);
        let path = read.text("path").unwrap_or_else(|| IN_MEMORY.to_owned());
        if is_motherduck(&path) {
            read.problem("MotherDuck is not supported");
        }
        let attachments = read.list("attach", Attachment::read);
        let mut secrets = read.list("secrets", Secret::read);
        if let Some(provider) = read.text("use_credential_provider") {
            match provider.as_str() {
                "aws" => secrets.push(Secret::aws_chain()),
                _ => read.problem(format!("`use_credential_provider: {provider}`: only `aws` is known")),
            }
        }
        let retries = fields.get("retries").and_then(|retries| retries.get("connect_attempts"));
        let settings = Self {
            database: database(&mut read, &path, &attachments),
            schema: read.text("schema").unwrap_or_else(|| "main".to_owned()),
            config_options: read.pairs("config_options"),
            on_connect: read.pairs("settings"),
            extensions: read.list("extensions", Extension::read),
            external_root: read.text("external_root").unwrap_or_else(|| ".".to_owned()),
            disable_transactions: read.flag("disable_transactions"),
            connect_attempts: retries.and_then(Json::as_u64).and_then(|n| n.try_into().ok()).unwrap_or(1),
            is_ducklake: read.flag("is_ducklake") || path.to_lowercase().starts_with("ducklake:"),
            path,
            attachments,
            written: fields.clone(),
            secrets: secrets.into_iter().enumerate().map(|(at, secret)| secret.named(at)).collect(),
        };
        read.finish(settings)
    }

    /// The database file, absolute; `None` where the path is not one.
    pub(super) fn file(&self, base: &Path) -> Option<PathBuf> {
        (self.path != IN_MEMORY && !has_scheme(&self.path)).then(|| base.join(&self.path))
    }

    /// What is run once, when the database has been opened.
    pub(super) fn setup(&self, base: &Path) -> Vec<String> {
        let mut statements: Vec<String> = self.extensions.iter().flat_map(Extension::sql).collect();
        statements.extend(self.secrets.iter().map(Secret::sql));
        statements.extend(self.attachments.iter().map(|attachment| attachment.sql(base)));
        statements
    }

    /// What is run on each connection.
    pub(super) fn session_setup(&self) -> Vec<String> {
        let literal = |value| Dialect::ANSI.literal(value);
        self.on_connect.iter().map(|(name, value)| format!("SET {name} = {}", literal(value))).collect()
    }

    /// Whether a database is a `DuckLake`.
    pub(super) fn is_ducklake(&self, database: &str) -> bool {
        let attached = self.attachments.iter().any(|found| found.is_ducklake && found.name() == database);
        attached || (self.is_ducklake && self.database == database)
    }

    /// What templates see of it; secrets are left out.
    pub(super) fn target(&self) -> Map<String, Json> {
        let written = |name: &str| self.written.get(name).cloned().unwrap_or_default();
        let mut settings = written("settings").as_object().cloned().unwrap_or_default();
        settings.retain(|name, _| !name.to_lowercase().contains("token"));
        let attached = written("attach");
        let attached = attached.as_array().map_or(Json::Null, |all| all.iter().map(described).collect());
        let entries = [
            ("database", Json::from(self.database.as_str())),
            ("schema", Json::from(self.schema.as_str())),
            ("path", Json::from(self.path.as_str())),
            ("config_options", written("config_options")),
            ("extensions", written("extensions")),
            ("settings", Json::Object(settings)),
            ("external_root", Json::from(self.external_root.as_str())),
            ("use_credential_provider", written("use_credential_provider")),
            ("attach", attached),
            ("filesystems", Json::Null),
            ("remote", Json::Null),
            ("plugins", Json::Null),
            ("disable_transactions", Json::from(self.disable_transactions)),
        ];
        entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl Extension {
    fn read(value: &Json) -> Result<Self, String> {
        let field = |name| value.get(name).and_then(Json::as_str).map(str::to_owned);
        match (value.as_str(), field("name")) {
            (Some(name), _) => Ok(Self { name: name.to_owned(), repository: None }),
            (None, Some(name)) => Ok(Self { name, repository: field("repo") }),
            _ => Err("an entry of `extensions` is a name, or has `name` and `repo`".to_owned()),
        }
    }

    /// What is inside the program is not fetched from the network.
    fn sql(&self) -> Vec<String> {
        let load = format!("LOAD {}", self.name);
        let install = match &self.repository {
            Some(repository) => format!("INSTALL {} FROM {repository}", self.name),
            None if INSIDE.contains(&self.name.to_ascii_lowercase().as_str()) => return vec![load],
            None => format!("INSTALL {}", self.name),
        };
        vec![install, load]
    }
}

/// dbt-duckdb: the file's stem, unless `database` names an attached one.
fn database(fields: &mut Given<'_>, path: &str, attachments: &[Attachment]) -> String {
    let derived = database_of(path);
    let Some(given) = fields.text("database") else { return derived };
    let is_attached = attachments.iter().any(|attachment| attachment.alias.as_ref() == Some(&given));
    if given != derived && !is_attached {
        let message = format!(
            "`database` must be `{derived}`, the name that DuckDB gives to `{path}`, or the alias of an \
             attached database, not `{given}`"
        );
        fields.problem(message);
    }
    given
}

/// The name that DuckDB gives to the database at a path.
pub(super) fn database_of(path: &str) -> String {
    if path == IN_MEMORY {
        return "memory".to_owned();
    }
    let path = path.strip_prefix("ducklake:").unwrap_or(path);
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let file = path.rsplit(['/', '\\', ':']).next().unwrap_or(path);
    file.trim_start_matches('.').split('.').next().unwrap_or_default().to_owned()
}

pub(super) fn is_motherduck(path: &str) -> bool {
    path.starts_with("md:") || path.starts_with("motherduck:")
}

/// Whether a path is an address such as `s3://bucket/file` or `ducklake:file`. A
/// single letter before the colon is a drive.
pub(super) fn has_scheme(path: &str) -> bool {
    path.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1 && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(fields: &Json) -> Result<Settings, Vec<String>> {
        Settings::read(fields.as_object().unwrap())
    }

    #[test]
    fn the_database_is_named_after_the_file() {
        let check = |path: &str, expected: &str| assert_eq!(database_of(path), expected, "{path}");
        check(":memory:", "memory");
        check("shop.duckdb", "shop");
        check("/data/my.db.duckdb", "my");
        check("a/.hidden.duckdb", "hidden");
        check("ducklake:meta/lake.ducklake", "lake");
    }

    #[test]
    fn every_problem_is_told() {
        let fields = json!({"path": "a.db", "plugins": [], "settings": 3, "database": "b"});
        let problems = read(&fields).err().unwrap_or_default();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].contains("plugins are Python modules"), "{problems:?}");
        assert!(read(&json!({"path": "md:shop"})).is_err());
    }

    #[test]
    fn targets_show_no_secrets() {
        let fields = json!({
            "path": "a.db", "settings": {"some_token": "hush", "threads": 2},
            "secrets": [{"type": "s3", "key_id": "hush"}],
            "attach": [{"path": "b.db", "alias": "other"}], "database": "other",
        });
        let target = Json::Object(read(&fields).map(|settings| settings.target()).unwrap_or_default());
        assert_eq!(target["database"], "other");
        assert_eq!(target["settings"], json!({"threads": 2}));
        assert!(!target.to_string().contains("hush"), "{target}");
        let attached = json!({
            "path": "b.db", "type": null, "alias": "other", "secret": null, "read_only": false,
            "options": null, "is_ducklake": null,
        });
        assert_eq!(target["attach"], json!([attached]));
        assert_eq!((&target["extensions"], &target["config_options"]), (&Json::Null, &Json::Null));
    }
}
