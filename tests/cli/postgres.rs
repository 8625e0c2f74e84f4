//! Databases on the PostgreSQL server that `MODEL_TEST_POSTGRES` names: see
//! `scripts/postgres-server`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use postgres::{Client, NoTls, SimpleQueryMessage};
use serde_json::{Map, Value as Json, json};

use crate::warehouse::Rows;

/// A server, as `host=… port=… user=… password=… dbname=…`.
#[derive(Clone)]
pub(crate) struct Server(String);

/// A database of one test's own; dropped with it.
pub(crate) struct Database {
    /// Its name, which no other test has.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) server: Server,
}

/// A server of one test's own, by `scripts/postgres-server`; stopped with it.
pub(crate) struct OwnServer {
    /// How it is reached.
    pub(crate) server: Server,
    folder: tempfile::TempDir,
}

impl Server {
    /// The one for all tests, where there is one.
    #[expect(clippy::print_stderr, reason = "a test that is not run says so")]
    pub(crate) fn of_tests() -> Option<Self> {
        let found = std::env::var("MODEL_TEST_POSTGRES").ok().map(Self);
        if found.is_none() {
            eprintln!("not run on PostgreSQL: MODEL_TEST_POSTGRES names no server");
        }
        found
    }

    /// Its version, such as 15.
    pub(crate) fn version(&self) -> u64 {
        let sql = "select current_setting('server_version_num')::int / 10000";
        let version: i32 = self.connect("postgres").query_one(sql, &[]).expect("a version").get(0);
        version.try_into().expect("above zero")
    }

    /// A setting of the connection.
    pub(crate) fn setting(&self, name: &str) -> &str {
        let settings = self.0.split_whitespace().filter_map(|word| word.split_once('='));
        settings.filter(|(key, _)| *key == name).map(|(_, value)| value).next_back().unwrap_or_default()
    }

    /// A connection to a database of it.
    pub(crate) fn connect(&self, database: &str) -> Client {
        let words = format!("{} dbname={database}", self.0);
        Client::connect(&words, NoTls).unwrap_or_else(|error| panic!("{database}: {error}"))
    }

    /// A new, empty database.
    pub(crate) fn database(&self) -> Database {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("shop_{}_{number}", std::process::id());
        self.connect("postgres").batch_execute(&format!("create database {name}")).expect("a database");
        Database { name, server: self.clone() }
    }
}

impl Database {
    /// What an output of a profile says to reach it.
    pub(crate) fn output(&self) -> Map<String, Json> {
        let text = |name: &str| (name.to_owned(), json!(self.server.setting(name)));
        let mut output: Map<String, Json> = ["host", "user", "password"].map(text).into_iter().collect();
        output.insert("port".to_owned(), json!(self.server.setting("port").parse::<u16>().expect("a port")));
        output.insert("dbname".to_owned(), json!(self.name));
        output
    }

    /// A connection to it.
    pub(crate) fn connect(&self) -> Client {
        self.server.connect(&self.name)
    }

    /// Rows of a query, every cell as the server writes it.
    pub(crate) fn rows(&self, sql: &str) -> Rows {
        let messages = self.connect().simple_query(sql).unwrap_or_else(|error| panic!("{error:?}: {sql}"));
        let row = |message: SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect())
            }
            _ => None,
        };
        messages.into_iter().filter_map(row).collect()
    }

    /// Runs statements.
    pub(crate) fn execute(&self, sql: &str) {
        self.connect().batch_execute(sql).unwrap_or_else(|error| panic!("{error:?}: {sql}"));
    }
}

impl OwnServer {
    /// Starts one in a shell that does this before.
    pub(crate) fn start(before: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server(serve(before, folder.path()));
        Self { server, folder }
    }

    /// A file of the server.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// From now on it shows this certificate.
    pub(crate) fn certify(&self, name: &str) {
        let mut client = self.server.connect("postgres");
        for (setting, extension) in [("ssl_cert_file", "crt"), ("ssl_key_file", "key")] {
            let path = self.path(&format!("tls/{name}.{extension}"));
            let sql = format!("alter system set {setting} = '{}'", path.display());
            client.batch_execute(&sql).expect("a setting");
        }
        client.batch_execute("select pg_reload_conf()").expect("a new configuration");
    }

    /// Ends all its processes at once, as when the machine loses its power.
    pub(crate) fn kill(&self) {
        let file = std::fs::read_to_string(self.path("data/postmaster.pid")).expect("a running server");
        let pid = file.lines().next().expect("its number").to_owned();
        let sent = Command::new("kill").args(["-QUIT", &pid]).status();
        assert!(sent.expect("`kill` runs").success());
    }

    /// Starts it again, on the same port.
    pub(crate) fn start_again(&self) {
        assert_eq!(serve("", self.folder.path()), self.server.0);
    }
}

/// The words that lead to a new server in a folder.
fn serve(before: &str, folder: &Path) -> String {
    let script = format!("{before} exec scripts/postgres-server start \"$0\"");
    let mut command = Command::new("bash");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["-c", &script]).arg(folder);
    let output = command.output().expect("bash runs");
    let told = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let words = told.strip_prefix("MODEL_TEST_POSTGRES='").and_then(|rest| rest.strip_suffix('\''));
    words.unwrap_or_else(|| panic!("{told}{}", String::from_utf8_lossy(&output.stderr))).to_owned()
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let mut command = Command::new("scripts/postgres-server");
        command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("stop").arg(self.folder.path());
        assert!(command.status().is_ok_and(|status| status.success()), "the server does not stop");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server of the test's own may be gone already.
        let Ok(mut client) = Client::connect(&self.server.0, NoTls) else { return };
        let name = &self.name;
        let end = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
        client.batch_execute(&end).expect("nobody is there");
        let dropped = client.batch_execute(&format!("drop database if exists {name}"));
        assert!(dropped.is_ok() || std::thread::panicking(), "{name}: {dropped:?}");
    }
}
