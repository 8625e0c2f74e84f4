//! Encryption: which servers are trusted.

use std::path::Path;
use std::sync::Arc;

use chrono::DateTime;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::encryption::{Roots, SslMode};
use super::settings::Settings;
use crate::adapter::DatabaseError;
use crate::host::{files, trust};

/// How connections are encrypted, by libpq's rules.
pub(super) fn client(settings: &Settings, base: &Path) -> Result<ClientConfig, DatabaseError> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new(settings, base, Arc::clone(&provider))?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| DatabaseError::new(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let Some((certificate, key)) = &settings.encryption.identity else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates("sslcert", certificate, base)?;
    let key = PrivateKeyDer::from_pem_slice(&read("sslkey", key, base)?)
        .map_err(|error| unusable("sslkey", key, &error))?;
    builder
        .with_client_auth_cert(chain, key)
        .map_err(|error| DatabaseError::new(format!("`sslcert` and `sslkey` do not fit: {error}")))
}

fn read(field: &str, path: &Path, base: &Path) -> Result<Vec<u8>, DatabaseError> {
    files::read(&base.join(path)).map_err(|error| unusable(field, path, &error.source))
}

fn certificates(
    field: &str,
    path: &Path,
    base: &Path,
) -> Result<Vec<CertificateDer<'static>>, DatabaseError> {
    let pem = read(field, path, base)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(|error| unusable(field, path, &error))?;
    if found.is_empty() {
        return Err(unusable(field, path, &"it holds no certificate in PEM form"));
    }
    Ok(found)
}

fn unusable(field: &str, path: &Path, why: &dyn std::fmt::Display) -> DatabaseError {
    DatabaseError::new(format!("`{field}`: cannot use `{}`: {why}", path.display()))
}

/// The certificates to trust, as they are and as the library keeps them.
fn trusted(
    place: &Roots,
    base: &Path,
) -> Result<(Vec<CertificateDer<'static>>, RootCertStore), DatabaseError> {
    let mut store = RootCertStore::empty();
    let found = match place {
        Roots::System => {
            let found = trust::authorities().map_err(|why| no_roots(&why))?;
            // What the library does not understand is none of the project's business.
            store.add_parsable_certificates(found.iter().cloned());
            found
        }
        Roots::File(path) => {
            let found = certificates("sslrootcert", path, base)?;
            for root in &found {
                store.add(root.clone()).map_err(|error| unusable("sslrootcert", path, &error))?;
            }
            found
        }
    };
    Ok((found, store))
}

fn no_roots(why: &dyn std::fmt::Display) -> DatabaseError {
    DatabaseError::new(format!("`sslrootcert`: cannot use the certificates to trust: {why}"))
}

/// Decides whether a server's certificate is good enough.
#[derive(Debug)]
struct Verifier {
    /// `None`: any certificate is; only eavesdroppers are kept out.
    trusted: Option<Trusted>,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
struct Trusted {
    chains: Arc<WebPkiServerVerifier>,
    roots: Vec<CertificateDer<'static>>,
    /// The certificate must be for the name that was connected to.
    name_counts: bool,
}

impl Verifier {
    fn new(settings: &Settings, base: &Path, provider: Arc<CryptoProvider>) -> Result<Self, DatabaseError> {
        let Some(place) = &settings.encryption.roots else {
            return Ok(Self { trusted: None, provider });
        };
        let (roots, store) = trusted(place, base)?;
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(&provider))
            .build()
            .map_err(|error| no_roots(&error))?;
        let name_counts = settings.encryption.mode == SslMode::VerifyFull;
        Ok(Self { trusted: Some(Trusted { chains, roots, name_counts }), provider })
    }
}

impl Trusted {
    fn verify(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        match self.chains.verify_server_cert(certificate, intermediates, name, &[], now) {
            Ok(_) => Ok(()),
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name_counts => Ok(()),
            // A certificate that signs itself and is its own root; its time was checked before.
            Err(error) if is_own_signer(&error) && self.roots.contains(certificate) => {
                if self.name_counts {
                    rustls::client::verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                }
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// Why a connection is not encrypted, where people can do something about it.
pub(super) fn why(error: &Error) -> String {
    let Error::InvalidCertificate(problem) = error else { return error.to_string() };
    match problem {
        CertificateError::Expired => "its certificate has expired".to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => {
            let end =
                i64::try_from(not_after.as_secs()).ok().and_then(|end| DateTime::from_timestamp(end, 0));
            let end = end.map(|end| format!(" on {}", end.format("%Y-%m-%d"))).unwrap_or_default();
            format!("its certificate has expired{end}")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another host; `sslmode: verify-ca` does not mind".to_owned()
        }
        CertificateError::UnknownIssuer => {
            "its certificate is signed by nobody whom `sslrootcert` names".to_owned()
        }
        _ => error.to_string(),
    }
}

fn is_own_signer(error: &Error) -> bool {
    match error {
        Error::InvalidCertificate(CertificateError::Other(other)) => {
            other.to_string().contains("CaUsedAsEndEntity")
        }
        _ => false,
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.trusted.as_ref().map(|it| it.verify(certificate, intermediates, name, now));
        verified.transpose().map(|_| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    /// For `db.example` and 127.0.0.1, until the year 2126; its signer; and one
    /// that signs itself.
    const SERVER: &[u8] = include_bytes!("certificates/server.pem");
    const AUTHORITY: &[u8] = include_bytes!("certificates/authority.pem");
    const OWN_SIGNER: &[u8] = include_bytes!("certificates/own_signer.pem");

    fn settings(mode: &str, roots: Option<&str>) -> Settings {
        let fields = json!({
            "host": "db.example", "port": 5432, "user": "dbt", "password": "hush", "dbname": "shop",
            "schema": "main", "sslmode": mode, "sslrootcert": roots,
        });
        Settings::read(fields.as_object().unwrap(), None).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    #[test]
    fn servers_are_trusted_by_the_mode() {
        let folder = tempfile::tempdir().unwrap();
        for (name, pem) in [("authority.pem", AUTHORITY), ("own.pem", OWN_SIGNER)] {
            files::write(&folder.path().join(name), pem).unwrap();
        }
        let provider = Arc::new(ring::default_provider());
        let check = |mode: &str, roots: Option<&str>, pem: &[u8], name: &'static str, trusted: bool| {
            let judge = Verifier::new(&settings(mode, roots), folder.path(), Arc::clone(&provider));
            let certificate = CertificateDer::from_pem_slice(pem).unwrap();
            let name = ServerName::try_from(name).unwrap();
            let now = UnixTime::since_unix_epoch(Duration::from_hours(500_000));
            let verified = judge.unwrap().verify_server_cert(&certificate, &[], &name, &[], now);
            assert_eq!(verified.is_ok(), trusted, "{mode} {roots:?} {name:?}: {verified:?}");
        };
        let (authority, own) = (Some("authority.pem"), Some("own.pem"));
        check("prefer", None, SERVER, "elsewhere", true);
        check("prefer", own, SERVER, "elsewhere", true);
        check("require", None, OWN_SIGNER, "elsewhere", true);
        check("require", authority, SERVER, "elsewhere", true);
        check("require", authority, OWN_SIGNER, "db.example", false);
        check("verify-ca", authority, SERVER, "elsewhere", true);
        check("verify-ca", own, SERVER, "db.example", false);
        check("verify-ca", own, OWN_SIGNER, "elsewhere", true);
        check("verify-full", authority, SERVER, "db.example", true);
        check("verify-full", authority, SERVER, "127.0.0.1", true);
        check("verify-full", authority, SERVER, "elsewhere", false);
        check("verify-full", own, OWN_SIGNER, "db.example", true);
        check("verify-full", own, OWN_SIGNER, "elsewhere", false);
    }

    #[test]
    fn files_that_cannot_be_used_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let check = |roots: &str, text: &str, expected: &str| {
            files::write(&folder.path().join("empty.pem"), text).unwrap();
            let refused = client(&settings("verify-full", Some(roots)), folder.path()).err();
            let message = refused.map(|error| error.message).unwrap_or_default();
            assert!(message.starts_with(expected), "{message}");
        };
        check("missing.pem", "", "`sslrootcert`: cannot use `missing.pem`: No such file");
        check("empty.pem", "", "`sslrootcert`: cannot use `empty.pem`: it holds no certificate in PEM form");
    }
}
