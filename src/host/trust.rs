//! Whom the machine trusts.

use rustls::pki_types::CertificateDer;
use rustls_native_certs::{CertificateResult, load_native_certs};

/// The certificates of the authorities that the system trusts, or of those in the file
/// that `SSL_CERT_FILE` names.
///
/// # Errors
/// There are none, and why.
pub fn authorities() -> Result<Vec<CertificateDer<'static>>, String> {
    let CertificateResult { certs, errors, .. } = load_native_certs();
    match errors.first() {
        _ if !certs.is_empty() => Ok(certs),
        Some(error) => Err(error.to_string()),
        None => Err("there are none".to_owned()),
    }
}
