//! From settings to an open connection.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postgres::config::SslMode as Encryption;
use postgres::error::DbError;
use postgres::{CancelToken, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::settings::{Settings, SslMode};
use super::{fault, tls};
use crate::adapter::DatabaseError;
use crate::sql::Dialect;

/// What is needed to reach the server, now and again.
pub(super) struct Connector {
    pub(super) settings: Settings,
    /// Relative paths of certificates mean files below it.
    base: PathBuf,
}

/// What the server said beside its answers, until somebody asks for it.
pub(super) type Notices = Arc<Mutex<Vec<DbError>>>;

impl Connector {
    pub(super) fn new(settings: Settings, base: PathBuf) -> Self {
        Self { settings, base }
    }

    /// Opens a connection and prepares it. Tries again where that may help.
    pub(super) fn connect(&self, notices: &Notices) -> Result<Client, DatabaseError> {
        let tls = self.tls()?;
        let mut attempt = 0;
        let mut client = loop {
            match self.attempt(&tls, notices) {
                Ok(client) => break client,
                Err(error) if attempt < self.settings.retries && fault::is_passing(&error) => {
                    std::thread::sleep(Duration::from_secs(u64::from(attempt * attempt)));
                    attempt += 1;
                }
                Err(error) => return Err(fault::connecting(&error, &self.settings)),
            }
        };
        for (sql, what) in self.setup() {
            client.batch_execute(&sql).map_err(|error| {
                let DatabaseError { message, .. } = fault::connecting(&error, &self.settings);
                DatabaseError::new(format!("{what}: {message}"))
            })?;
        }
        Ok(client)
    }

    /// Asks the server to stop what runs on a connection.
    pub(super) fn cancel(&self, token: &CancelToken) {
        if let Ok(tls) = self.tls() {
            // Nobody can be told: a server that is gone has stopped anyway.
            let _ = token.cancel_query(tls);
        }
    }

    fn tls(&self) -> Result<MakeRustlsConnect, DatabaseError> {
        tls::client(&self.settings, &self.base).map(MakeRustlsConnect::new)
    }

    /// One attempt, by each way that `sslmode` allows.
    fn attempt(&self, tls: &MakeRustlsConnect, notices: &Notices) -> Result<Client, postgres::Error> {
        let ways: &[Encryption] = match self.settings.ssl_mode {
            _ if self.settings.host.starts_with('/') => &[Encryption::Disable],
            SslMode::Disable => &[Encryption::Disable],
            SslMode::Allow => &[Encryption::Disable, Encryption::Require],
            SslMode::Prefer => &[Encryption::Prefer, Encryption::Disable],
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => &[Encryption::Require],
        };
        let mut first = None;
        for way in ways {
            match self.config(*way, notices).connect(tls.clone()) {
                Ok(client) => return Ok(client),
                Err(error) if fault::is_wrong_way(&error) || fault::is_about_tls(&error) => {
                    first.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        // There is a way for each mode, so there was an error.
        first.map_or_else(|| self.config(Encryption::Disable, notices).connect(tls.clone()), Err)
    }

    fn config(&self, way: Encryption, notices: &Notices) -> Config {
        let settings = &self.settings;
        let mut config = Config::new();
        config
            .port(settings.port)
            .user(&settings.user)
            .password(&settings.password)
            .dbname(&settings.database)
            .application_name(&settings.application_name)
            .ssl_mode(way);
        for host in settings.host.split(',') {
            config.host(host.trim());
        }
        if let Some(timeout) = settings.connect_timeout() {
            config.connect_timeout(timeout);
        }
        if let Some(idle) = settings.keepalives_idle() {
            config.keepalives_idle(idle);
        }
        if let Some(path) = &settings.search_path {
            let escaped = path.replace('\\', "\\\\").replace(' ', "\\ ");
            config.options(&format!("-c search_path={escaped}"));
        }
        let notices = Arc::clone(notices);
        config.notice_callback(move |notice| {
            notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
        });
        config
    }

    /// What each connection begins with: texts of dates and intervals as we read
    /// them, and the role.
    fn setup(&self) -> Vec<(String, String)> {
        let formats = "set datestyle to iso; set intervalstyle to postgres".to_owned();
        let mut setup = vec![(formats, "the formats of dates cannot be set".to_owned())];
        if let Some(role) = &self.settings.role {
            let sql = format!("set role {}", Dialect::ANSI.quote(role));
            setup.push((sql, format!("the role `{role}` cannot be taken")));
        }
        setup
    }
}
