//! From settings to an open connection.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tokio_postgres::config::SslMode as Encryption;
use tokio_postgres::error::DbError;
use tokio_postgres::{CancelToken, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::encryption::SslMode;
use super::fault::NoEntry;
use super::link::{self, Link};
use super::settings::Settings;
use super::tls;
use crate::adapter::DatabaseError;
use crate::sql::Dialect;

/// What is needed to reach the server, now and again.
pub(in crate::adapter) struct Connector {
    pub(super) settings: Settings,
    /// Relative paths of certificates mean files below it.
    base: PathBuf,
}

/// What the server said beside its answers, until somebody asks for it.
pub(super) type Notices = Arc<Mutex<Vec<DbError>>>;

impl Connector {
    pub(in crate::adapter) fn new(settings: Settings, base: PathBuf) -> Self {
        Self { settings, base }
    }

    /// Opens a connection and prepares it. Tries again where that may help.
    pub(super) fn connect(&self, notices: &Notices) -> Result<Link, DatabaseError> {
        let tls = self.tls()?;
        let mut attempt = 0;
        let mut link = loop {
            match self.attempt(&tls, notices) {
                Ok(link) => break link,
                Err(error) if attempt < self.settings.retries && self.may_pass(&error) => {
                    std::thread::sleep(Duration::from_secs(u64::from(attempt * attempt)));
                    attempt += 1;
                }
                Err(error) => return Err(DatabaseError::new(error.describe(&self.settings.server()))),
            }
        };
        for (sql, what) in self.setup() {
            link.query(&sql).map_err(|error| {
                DatabaseError::new(format!("{what}: {}", NoEntry::Refused(error).reason()))
            })?;
        }
        Ok(link)
    }

    fn may_pass(&self, error: &NoEntry) -> bool {
        self.settings.retries_everything || error.is_passing()
    }

    /// Asks the server to stop what runs on a connection.
    pub(super) fn cancel(&self, token: &CancelToken) {
        if let Ok(tls) = self.tls() {
            link::cancel(token, tls);
        }
    }

    fn tls(&self) -> Result<MakeRustlsConnect, DatabaseError> {
        tls::client(&self.settings, &self.base).map(MakeRustlsConnect::new)
    }

    /// One attempt, by each way that `sslmode` allows.
    fn attempt(&self, tls: &MakeRustlsConnect, notices: &Notices) -> Result<Link, NoEntry> {
        let (first, second) = match self.settings.encryption.mode {
            _ if self.settings.host.starts_with('/') => (Encryption::Disable, None),
            SslMode::Disable => (Encryption::Disable, None),
            SslMode::Allow => (Encryption::Disable, Some(Encryption::Require)),
            SslMode::Prefer => (Encryption::Prefer, Some(Encryption::Disable)),
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => (Encryption::Require, None),
        };
        let refused = match self.knock(first, tls, notices) {
            Err(refused) if refused.is_about_the_way() => refused,
            decided => return decided,
        };
        match second.map(|way| self.knock(way, tls, notices)) {
            Some(Err(other)) if !other.is_about_the_way() => Err(other),
            Some(Ok(client)) => Ok(client),
            Some(Err(_)) | None => Err(refused),
        }
    }

    /// Connects by one way. The driver's own limit is for each host and only for
    /// reaching it; a server that falls silent later is left behind in its thread.
    fn knock(&self, way: Encryption, tls: &MakeRustlsConnect, notices: &Notices) -> Result<Link, NoEntry> {
        let (config, tls, notices) = (self.config(way), tls.clone(), Arc::clone(notices));
        let Some(timeout) = self.settings.connect_timeout() else {
            return Link::open(&config, tls, &notices);
        };
        let (sender, receiver) = mpsc::channel();
        // Nobody may be listening any more.
        std::thread::spawn(move || drop(sender.send(Link::open(&config, tls, &notices))));
        let hosts = u32::try_from(self.settings.hosts().count()).unwrap_or(1);
        match receiver.recv_timeout(timeout * hosts) {
            Ok(connected) => connected,
            Err(_) => Err(NoEntry::Silence(timeout)),
        }
    }

    fn config(&self, way: Encryption) -> Config {
        let settings = &self.settings;
        let mut config = Config::new();
        config
            .port(settings.port)
            .user(&settings.user)
            .password(&settings.password)
            .dbname(&settings.database)
            .application_name(&settings.application_name)
            .ssl_mode(way);
        for host in settings.hosts() {
            config.host(host);
        }
        if let Some(timeout) = settings.connect_timeout() {
            config.connect_timeout(timeout);
        }
        config.keepalives(settings.keepalives.on);
        if let Some(idle) = settings.keepalives_idle() {
            config.keepalives_idle(idle);
        }
        if let Some(interval) = settings.keepalives.interval {
            config.keepalives_interval(Duration::from_secs(interval));
        }
        if let Some(count) = settings.keepalives.count {
            config.keepalives_retries(count);
        }
        if let Some(path) = &settings.search_path {
            let escaped = path.replace('\\', "\\\\").replace(' ', "\\ ");
            config.options(format!("-c search_path={escaped}"));
        }
        config
    }

    /// What each connection begins with: texts of dates and intervals as we read
    /// them, and the role.
    fn setup(&self) -> Vec<(String, String)> {
        let mut setup = self.settings.opening.clone();
        if let Some(role) = &self.settings.role {
            let sql = format!("set role {}", Dialect::ANSI.quote(role));
            setup.push((sql, format!("the role `{role}` cannot be taken")));
        }
        setup
    }
}
