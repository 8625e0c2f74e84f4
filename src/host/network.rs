//! Files of the network, by HTTP.

use std::time::Duration;

use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::trust;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often an answer is asked for.
const ATTEMPTS: usize = 3;
/// Longer answers are refused.
const LONGEST: u64 = 512 << 20;

/// Why a file could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The server knows no such file.
    Missing,
    /// There was no answer, or another one.
    Failed(String),
}

/// The bytes behind an address.
///
/// # Errors
/// There is no network, no such server, or no such file.
pub fn fetch(address: &str) -> Result<Vec<u8>, Refusal> {
    let mut last = Refusal::Missing;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            std::thread::sleep(Duration::from_secs(1));
        }
        match fetch_once(address) {
            Err(Trouble::Passing(reason)) => last = Refusal::Failed(reason),
            Err(Trouble::Lasting(refusal)) => return Err(refusal),
            Ok(bytes) => return Ok(bytes),
        }
    }
    Err(last)
}

/// Why an attempt failed.
enum Trouble {
    /// Another attempt may help.
    Passing(String),
    /// None will.
    Lasting(Refusal),
}

fn fetch_once(address: &str) -> Result<Vec<u8>, Trouble> {
    let mut response = agent(address)?.get(address).call().map_err(|error| trouble(&error))?;
    let read = response.body_mut().with_config().limit(LONGEST).read_to_vec();
    read.map_err(|error| Trouble::Passing(error.to_string()))
}

fn agent(address: &str) -> Result<ureq::Agent, Trouble> {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE));
    let config = config.user_agent(concat!("model/", env!("CARGO_PKG_VERSION")));
    if !address.starts_with("https:") {
        return Ok(config.build().new_agent());
    }
    let failed = |reason| Trouble::Lasting(Refusal::Failed(reason));
    let authorities = trust::authorities().map_err(failed)?;
    let known: Vec<Certificate<'static>> =
        authorities.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&known)).build();
    Ok(config.tls_config(tls).build().new_agent())
}

fn trouble(error: &ureq::Error) -> Trouble {
    match error {
        ureq::Error::StatusCode(404 | 410) => Trouble::Lasting(Refusal::Missing),
        ureq::Error::StatusCode(code @ 500..) => Trouble::Passing(format!("the server answers {code}")),
        ureq::Error::StatusCode(code) => {
            Trouble::Lasting(Refusal::Failed(format!("the server answers {code}")))
        }
        ureq::Error::Timeout(_) => Trouble::Passing(error.to_string()),
        other => Trouble::Lasting(Refusal::Failed(other.to_string())),
    }
}
