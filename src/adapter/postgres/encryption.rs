//! The fields of a profile that are about encryption, by libpq's rules.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use crate::adapter::fields::Fields;
use crate::host::files;

/// How a connection is encrypted, and who may be on the other side.
#[derive(Clone)]
pub(in crate::adapter) struct Encryption {
    pub(in crate::adapter) mode: SslMode,
    /// Who may sign the server's certificate; `None`: it does not matter.
    pub(super) roots: Option<Roots>,
    /// The client's certificate and its private key.
    pub(super) identity: Option<(PathBuf, PathBuf)>,
    /// The fields as texts, where they are given.
    pub(super) written: Map<String, Json>,
}

/// Certificates to trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Roots {
    /// Those that the system trusts.
    System,
    /// Those in a file.
    File(PathBuf),
}

/// libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::adapter) enum SslMode {
    /// Never encrypted.
    Disable,
    /// Encrypted where the server insists.
    Allow,
    /// Encrypted where the server can.
    Prefer,
    /// Encrypted; the server's name and certificate do not matter.
    Require,
    /// Encrypted, by a server whose certificate has a known signer.
    VerifyCa,
    /// The same, and the certificate is for the host's name.
    VerifyFull,
}

pub(in crate::adapter) const SSL_MODES: &[(&str, SslMode)] = &[
    ("disable", SslMode::Disable),
    ("allow", SslMode::Allow),
    ("prefer", SslMode::Prefer),
    ("require", SslMode::Require),
    ("verify-ca", SslMode::VerifyCa),
    ("verify-full", SslMode::VerifyFull),
];

/// Where libpq looks for what is not named, below the user's home.
const FOLDER: &str = ".postgresql";

impl Encryption {
    /// Reads the fields and notes their problems. In `home` is looked for files that are not named.
    pub(in crate::adapter) fn read(read: &mut Fields<'_>, home: Option<&Path>) -> Self {
        let folder = home.map(|home| home.join(FOLDER));
        let mut written = Map::new();
        for name in ["sslmode", "sslcert", "sslkey", "sslrootcert"] {
            if let Some(text) = read.text(name) {
                written.insert(name.to_owned(), Json::from(text));
            }
        }
        let named = |name: &str| written.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
        let is_system = named("sslrootcert") == Some("system");
        let weakest = if is_system { SslMode::VerifyFull } else { SslMode::Prefer };
        let mode = read.choice("sslmode", SSL_MODES).unwrap_or(weakest);
        if is_system && mode != SslMode::VerifyFull {
            read.problem(
                "`sslrootcert: system` needs `sslmode: verify-full`: anybody can have a certificate that the \
                 system trusts",
            );
        }
        let roots = match named("sslrootcert") {
            Some("system") => Some(Roots::System),
            Some(path) => Some(Roots::File(path.into())),
            None => {
                folder.as_ref().map(|it| it.join("root.crt")).filter(|it| files::is_file(it)).map(Roots::File)
            }
        };
        // libpq: with roots at hand, `require` is `verify-ca`.
        let roots = roots.filter(|_| mode.may_check());
        if roots.is_none() && mode.must_check() {
            read.problem(
                "this `sslmode` needs `sslrootcert`: the file with the certificates to trust, or `system` for \
                 those that the system trusts",
            );
        }
        let path = |name: &str, usual: &str| {
            let usual = || folder.as_ref().map(|folder| folder.join(usual));
            named(name).map(PathBuf::from).or_else(usual)
        };
        let are_named = named("sslcert").is_some() && named("sslkey").is_some();
        let identity = match (path("sslcert", "postgresql.crt"), path("sslkey", "postgresql.key")) {
            _ if mode == SslMode::Disable => None,
            (Some(certificate), Some(key)) if are_named => Some((certificate, key)),
            (Some(certificate), key) => own(read, certificate, key),
            (None, _) => None,
        };
        Self { mode, roots, identity, written }
    }
}

/// A certificate that is not named together with its key, where there is one. libpq: one that is
/// not there is none.
fn own(read: &mut Fields<'_>, certificate: PathBuf, key: Option<PathBuf>) -> Option<(PathBuf, PathBuf)> {
    if !files::is_file(&certificate) {
        return None;
    }
    let Some(key) = key.filter(|key| files::is_file(key)) else {
        read.problem(format!(
            "`{}` needs the key to it: `sslkey`, or `{FOLDER}/postgresql.key` at home",
            certificate.display()
        ));
        return None;
    };
    Some((certificate, key))
}

impl SslMode {
    /// Whether certificates are looked at if it is known whom to trust.
    fn may_check(self) -> bool {
        self == Self::Require || self.must_check()
    }

    /// Whether certificates are looked at in any case.
    fn must_check(self) -> bool {
        matches!(self, Self::VerifyCa | Self::VerifyFull)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_named_is_looked_for_at_home() {
        let home = tempfile::tempdir().unwrap();
        let place = |name: &str| home.path().join(FOLDER).join(name);
        let read = |fields: Json| {
            let fields = fields.as_object().cloned().unwrap();
            let mut read = Fields::new(&fields);
            let found = Encryption::read(&mut read, Some(home.path()));
            read.finish((found.mode, found.roots, found.identity))
        };
        let refused = |fields: Json| read(fields).err().unwrap_or_default().concat();
        let missing = "this `sslmode` needs `sslrootcert`: the file with the certificates to trust, or `system` \
                       for those that the system trusts";
        assert_eq!(refused(json!({"sslmode": "verify-ca"})), missing);
        assert_eq!(read(json!({"sslmode": "require"})), Ok((SslMode::Require, None, None)));

        files::create_folder(&home.path().join(FOLDER)).unwrap();
        files::write(&place("root.crt"), "").unwrap();
        let root = Some(Roots::File(place("root.crt")));
        assert_eq!(read(json!({"sslmode": "verify-ca"})), Ok((SslMode::VerifyCa, root.clone(), None)));
        assert_eq!(read(json!({"sslmode": "require"})), Ok((SslMode::Require, root, None)));
        assert_eq!(read(json!({})), Ok((SslMode::Prefer, None, None)));
        let named = json!({"sslmode": "require", "sslrootcert": "mine.pem"});
        assert_eq!(read(named), Ok((SslMode::Require, Some(Roots::File("mine.pem".into())), None)));

        files::write(&place("postgresql.crt"), "").unwrap();
        assert!(refused(json!({})).contains("postgresql.crt` needs the key to it: `sslkey`"));
        assert_eq!(read(json!({"sslmode": "disable"})), Ok((SslMode::Disable, None, None)));
        files::write(&place("postgresql.key"), "").unwrap();
        let own = Some((place("postgresql.crt"), place("postgresql.key")));
        assert_eq!(read(json!({})), Ok((SslMode::Prefer, None, own)));
        assert_eq!(read(json!({"sslcert": "missing.pem"})), Ok((SslMode::Prefer, None, None)));
        let half = json!({"sslcert": place("root.crt")});
        let with_usual_key = Some((place("root.crt"), place("postgresql.key")));
        assert_eq!(read(half), Ok((SslMode::Prefer, None, with_usual_key)));
        let named = json!({"sslcert": "c.pem", "sslkey": "k.pem"});
        assert_eq!(read(named), Ok((SslMode::Prefer, None, Some(("c.pem".into(), "k.pem".into())))));
    }

    #[test]
    fn the_system_is_trusted_for_names_only() {
        let check = |fields: Json, expected: Result<Option<Roots>, &str>| {
            let fields = fields.as_object().cloned().unwrap();
            let mut read = Fields::new(&fields);
            let found = Encryption::read(&mut read, None);
            let problems = read.finish(found.roots).map_err(|problems| problems.concat());
            assert_eq!(problems, expected.map_err(str::to_owned));
            assert!(problems.is_err() || found.mode == SslMode::VerifyFull);
        };
        let weak = "`sslrootcert: system` needs `sslmode: verify-full`: anybody can have a certificate that the \
                    system trusts";
        check(json!({"sslrootcert": "system"}), Ok(Some(Roots::System)));
        check(json!({"sslrootcert": "system", "sslmode": "verify-full"}), Ok(Some(Roots::System)));
        check(json!({"sslrootcert": "system", "sslmode": "require"}), Err(weak));
        check(json!({"sslrootcert": "system", "sslmode": "verify-ca"}), Err(weak));
    }
}
