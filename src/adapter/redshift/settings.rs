//! A profile's output, checked.

use serde_json::{Map, Value as Json, json};

use crate::adapter::DatabaseError;
use crate::adapter::fields::Fields;
use crate::adapter::postgres::encryption::Encryption;
use crate::adapter::postgres::settings::{Keepalives, LONGEST_WAIT, Settings as Server};
use crate::sql::Dialect;

/// The fields of a Redshift output, as dbt-redshift defines them.
pub(super) struct Settings {
    /// What a connection needs.
    pub(super) server: Server,
    /// Other databases of the cluster can be read.
    pub(super) ra3_node: bool,
    /// What is dropped does not take along what reads it.
    pub(super) drop_without_cascade: bool,
    /// Sessions do not wait for each other's drops.
    pub(super) allow_concurrent_drops: bool,
    /// What templates see of it.
    shown: Map<String, Json>,
}

/// How one can log in. With the first, dbt-redshift uses none of the fields in [`OF_OTHER_METHODS`].
const METHODS: &[(&str, bool)] = &[
    ("database", true),
    ("iam", false),
    ("iam_role", false),
    ("browser_identity_center", false),
    ("oauth_token_identity_center", false),
];

/// Fields that say something, in the order of `target`, with what they are where they are left out.
const SHOWN: &[(&str, &str)] = &[
    ("host", "null"),
    ("user", "null"),
    ("port", "5439"),
    ("database", "null"),
    ("method", "\"database\""),
    ("cluster_id", "null"),
    ("iam_profile", "null"),
    ("schema", "null"),
    ("sslmode", "\"prefer\""),
    ("region", "null"),
    ("autocreate", "false"),
    ("db_groups", "[]"),
    ("ra3_node", "false"),
    ("datasharing", "false"),
    ("connect_timeout", "null"),
    ("role", "null"),
    ("retries", "1"),
    ("retry_all", "false"),
    ("autocommit", "true"),
    ("access_key_id", "null"),
    ("is_serverless", "null"),
    ("serverless_work_group", "null"),
    ("serverless_acct_id", "null"),
    ("tcp_keepalive", "true"),
    ("tcp_keepalive_idle", "null"),
    ("tcp_keepalive_interval", "null"),
    ("tcp_keepalive_count", "null"),
    ("query_group", "null"),
    ("allow_concurrent_drops", "false"),
    ("drop_without_cascade", "false"),
];

/// Fields that `target` does not show.
const HIDDEN: &[&str] = &["dbname", "pass", "password", "sslrootcert", "threads"];

/// Fields of other methods that `target` does not show either.
const OF_OTHER_METHODS: &[&str] = &[
    "idc_client_display_name",
    "idc_region",
    "idp_listen_port",
    "idp_response_timeout",
    "issuer_url",
    "secret_access_key",
    "token_endpoint",
];

/// The names of the fields that are read, and of those of other methods to log in.
pub(in crate::adapter) fn fields() -> Vec<&'static str> {
    let shown = SHOWN.iter().map(|(name, _)| *name);
    shown.chain(HIDDEN.iter().chain(OF_OTHER_METHODS).copied()).collect()
}

impl Settings {
    /// Reads an output; all problems at once.
    pub(super) fn read(fields: &Map<String, Json>) -> Result<Self, Vec<String>> {
        check_method(fields)?;
        let mut read = Fields::new(fields);
        if read.flag("datasharing") {
            read.problem(
                "`datasharing` is not supported: remove it, and read other databases by `ra3_node: true`",
            );
        }
        // Each statement outside a transaction is committed, whatever this says.
        read.flag_or("autocommit", true);
        let server = server(&mut read);
        let settings = Self {
            shown: shown(fields, &server),
            server,
            ra3_node: read.flag("ra3_node"),
            drop_without_cascade: read.flag("drop_without_cascade"),
            allow_concurrent_drops: read.flag("allow_concurrent_drops"),
        };
        read.finish(settings)
    }

    /// Whether a database is the one of the connections.
    pub(super) fn is_own(&self, database: &str) -> bool {
        database.to_lowercase() == self.server.database.to_lowercase()
    }

    /// That a database can be seen.
    pub(super) fn check_database(&self, database: &str) -> Result<(), DatabaseError> {
        if self.ra3_node || self.is_own(database) {
            return Ok(());
        }
        Err(DatabaseError::new(format!(
            "`{database}` is another database than `{}`, the one of this target; clusters of RA3 nodes can \
             read others: say `ra3_node: true` in the profile",
            self.server.database
        )))
    }

    /// What templates see of it; no secrets.
    pub(super) fn target(&self) -> Map<String, Json> {
        self.shown.clone()
    }
}

/// Says which ways to log in there are, if another one is asked for.
fn check_method(fields: &Map<String, Json>) -> Result<(), Vec<String>> {
    let mut read = Fields::new(fields);
    let is_possible = read.choice("method", METHODS).unwrap_or(true);
    let method = read.text("method").unwrap_or_default();
    if !is_possible {
        read.problem(format!(
            "`method: {method}` is not supported: no temporary credentials are fetched; use `method: database` \
             with `user` and `password`"
        ));
    }
    read.finish(())
}

fn server(read: &mut Fields<'_>) -> Server {
    let mut opening =
        vec![("set datestyle to iso".to_owned(), "the format of dates cannot be set".to_owned())];
    if let Some(group) = read.text("query_group") {
        let set = format!("set query_group to {}", Dialect::ANSI.literal(&group));
        opening.push((set, format!("the query group `{group}` cannot be set")));
    }
    Server {
        host: read.required("host", None),
        port: read.number("port", u16::MAX.into()).unwrap_or(5439),
        user: read.required("user", None),
        password: read.required("password", Some("pass")),
        database: read.required("dbname", Some("database")),
        schema: read.required("schema", None),
        connect_timeout: read.number("connect_timeout", LONGEST_WAIT).unwrap_or(0),
        role: read.text("role").filter(|role| !role.is_empty()),
        search_path: None,
        keepalives: Keepalives {
            on: read.flag_or("tcp_keepalive", true),
            idle: read.number("tcp_keepalive_idle", LONGEST_WAIT).unwrap_or(0),
            interval: read.number("tcp_keepalive_interval", LONGEST_WAIT),
            count: read.number("tcp_keepalive_count", 1000),
        },
        encryption: Encryption::read(read, None),
        application_name: "dbt".to_owned(),
        autocommit: false,
        retries: read.number("retries", 100).unwrap_or(1),
        retries_everything: read.flag("retry_all"),
        opening,
    }
}

fn shown(fields: &Map<String, Json>, server: &Server) -> Map<String, Json> {
    let left_out = |text: &str| serde_json::from_str(text).unwrap_or(Json::Null);
    let given = |name: &str| fields.get(name).filter(|value| !value.is_null()).cloned();
    let mut shown: Map<String, Json> = SHOWN
        .iter()
        .map(|(name, otherwise)| ((*name).to_owned(), given(name).unwrap_or_else(|| left_out(otherwise))))
        .collect();
    // Numbers may be given as text, and the database under another name.
    shown.insert("port".to_owned(), json!(server.port));
    shown.insert("retries".to_owned(), json!(server.retries));
    shown.insert("database".to_owned(), json!(server.database));
    shown.insert("dbname".to_owned(), json!(server.database));
    if given("connect_timeout").is_some() {
        shown.insert("connect_timeout".to_owned(), json!(server.connect_timeout));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &Json) -> Result<Settings, Vec<String>> {
        Settings::read(fields.as_object().unwrap())
    }

    fn problems(fields: &Json) -> Vec<String> {
        read(fields).err().unwrap_or_default()
    }

    #[test]
    fn only_the_method_of_passwords_is_supported() {
        let fields = json!({"method": "iam", "host": "h", "cluster_id": "c", "dbname": "dev", "schema": "s"});
        assert_eq!(
            problems(&fields),
            ["`method: iam` is not supported: no temporary credentials are fetched; use `method: database` \
                 with `user` and `password`"]
        );
        let problems = problems(&json!({"method": "datbase"}));
        assert!(problems.concat().ends_with("did you mean `database`?"), "{problems:?}");
    }

    #[test]
    fn every_problem_is_told_without_secrets() {
        let fields = json!({
            "host": "h", "port": "no", "user": "u", "pass": ["hush"], "dbname": "dev", "schema": "s",
            "datasharing": true, "keepalives_idle": 240, "sslmode": "verify-ca", "ra3_node": "yes",
        });
        assert_eq!(
            problems(&fields),
            [
                "`datasharing` is not supported: remove it, and read other databases by `ra3_node: true`",
                "`port` must be a whole number from 0 to 65535, not `\"no\"`",
                "`pass` must be a text",
                "this `sslmode` needs `sslrootcert`: the file with the certificates to trust, or `system` for \
                 those that the system trusts",
                "`ra3_node` must be true or false, not `\"yes\"`",
            ]
        );
    }

    #[test]
    fn targets_show_what_templates_may_know() {
        let fields = json!({
            "host": "h", "user": "u", "pass": "hush", "database": "dev", "schema": "s", "retries": "3",
            "region": "eu-west-1", "secret_access_key": "hush", "connect_timeout": 5,
        });
        let target = Json::Object(read(&fields).map(|settings| settings.target()).unwrap_or_default());
        let expected = json!({
            "host": "h", "user": "u", "port": 5439, "database": "dev", "method": "database", "cluster_id": null,
            "iam_profile": null, "schema": "s", "sslmode": "prefer", "region": "eu-west-1", "autocreate": false,
            "db_groups": [], "ra3_node": false, "datasharing": false, "connect_timeout": 5, "role": null,
            "retries": 3, "retry_all": false, "autocommit": true, "access_key_id": null, "is_serverless": null,
            "serverless_work_group": null, "serverless_acct_id": null, "tcp_keepalive": true,
            "tcp_keepalive_idle": null, "tcp_keepalive_interval": null, "tcp_keepalive_count": null,
            "query_group": null, "allow_concurrent_drops": false, "drop_without_cascade": false,
            "dbname": "dev",
        });
        assert_eq!(target, expected);
    }

    #[test]
    fn connections_begin_with_what_the_profile_says() {
        let fields = json!({
            "host": "h", "user": "u", "password": "p", "dbname": "dev", "schema": "s", "query_group": "it's",
            "retry_all": true, "tcp_keepalive": false, "tcp_keepalive_count": 3,
        });
        let server = read(&fields).map(|settings| settings.server).unwrap();
        let statements: Vec<&str> = server.opening.iter().map(|(sql, _)| sql.as_str()).collect();
        assert_eq!(statements, ["set datestyle to iso", "set query_group to 'it''s'"]);
        assert!(server.retries_everything && !server.keepalives.on);
        assert_eq!((server.port, server.keepalives.count), (5439, Some(3)));
    }

    #[test]
    fn other_databases_are_seen_from_ra3_nodes() {
        let check = |ra3_node: bool, database: &str| {
            let fields = json!({
                "host": "h", "user": "u", "password": "p", "dbname": "dev", "schema": "s", "ra3_node": ra3_node,
            });
            read(&fields).unwrap().check_database(database).is_ok()
        };
        assert!(check(false, "DEV") && check(true, "raw") && !check(false, "raw"));
    }
}
