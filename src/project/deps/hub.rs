//! The package hub: which versions there are, and where they are.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::diagnostics::Diagnostic;
use crate::host::network::{self, Refusal};
use crate::project::{lock, version};
use crate::source::Span;

/// The hub, unless `DBT_PACKAGE_HUB_URL` names another one.
const HUB: &str = "https://hub.getdbt.com/";

/// The hub, and what it has told.
pub(super) struct Hub {
    address: String,
    checks_version: bool,
    told: HashMap<String, Json>,
}

/// A version of a package.
pub(super) struct Picked {
    pub(super) version: String,
    /// The newest one that suits, whatever the bounds say.
    pub(super) newest: String,
}

impl Hub {
    /// The hub at an address; `checks_version` leaves out what is not made for this version of dbt.
    pub(super) fn new(address: Option<&str>, checks_version: bool) -> Self {
        let address = address.filter(|address| !address.is_empty()).unwrap_or(HUB);
        let address = format!("{}/", address.trim_end_matches('/'));
        Self { address, checks_version, told: HashMap::new() }
    }

    /// The newest version within all bounds.
    pub(super) fn pick(
        &mut self,
        package: &str,
        bounds: &[String],
        takes_prereleases: bool,
        span: Span,
    ) -> Result<Picked, Diagnostic> {
        if let Some(wrong) =
            bounds.iter().find(|bound| version::is_within("1.0.0", &[(*bound).clone()]).is_err())
        {
            let message = format!("`{wrong}` is no version of `{package}`, and no bound of one");
            return Err(refuse(message, span).help("write three numbers, such as `1.2.0`, or `>=1.2.0`"));
        }
        let checks = self.checks_version;
        let listed = self.versions(package, span)?;
        let wants_prereleases = takes_prereleases || bounds.iter().any(|bound| version::is_prerelease(bound));
        let mut usable: Vec<&String> = listed
            .iter()
            .filter(|(number, about)| {
                (wants_prereleases || !version::is_prerelease(number)) && (!checks || suits(about))
            })
            .map(|(number, _)| number)
            .collect();
        usable.sort_by(|a, b| version::compare(a, b));
        let is_fit = |number: &&&String| version::is_within(number, bounds).unwrap_or(false);
        if let Some((found, newest)) = usable.iter().rev().find(is_fit).zip(usable.last()) {
            return Ok(Picked { version: (**found).clone(), newest: (**newest).clone() });
        }
        let asked = bounds.join(", ");
        let message = format!("there is no version of `{package}` that is {asked}");
        let finding = refuse(message, span);
        let is_hidden = listed.keys().any(|number| version::is_within(number, bounds).unwrap_or(false));
        let finding = if is_hidden {
            finding.help(
                "there are ones, but for another version of dbt, or not yet released: \
                 `--no-version-check` and `install_prerelease: true` take them",
            )
        } else {
            finding
        };
        let newest: Vec<&str> = usable.iter().rev().take(5).map(|number| number.as_str()).collect();
        Err(finding.note(format!("the newest are: {}", newest.join(", "))))
    }

    /// The archive of a version, and its project's name.
    pub(super) fn download(
        &mut self,
        package: &str,
        number: &str,
        span: Span,
    ) -> Result<(Vec<u8>, Option<Diagnostic>), Diagnostic> {
        let Some(about) = self.versions(package, span)?.get(number).cloned() else {
            let message = format!("the hub has no version {number} of `{package}` any more");
            return Err(refuse(message, span).help("run `model deps --upgrade`"));
        };
        let downloads = about.get("downloads");
        let text = |key: &str| downloads.and_then(|all| all.get(key)).and_then(Json::as_str);
        let Some(address) = text("tarball") else {
            return Err(refuse(format!("the hub does not say where `{package}` {number} is"), span));
        };
        let bytes = network::fetch(address).map_err(|refusal| refused(address, &refusal, span))?;
        let sum = lock::sha1(&bytes);
        let doubt =
            text("sha1").filter(|expected| !expected.is_empty() && **expected != sum).map(|expected| {
                let message = format!("`{package}` {number} is not the archive that the hub has listed");
                Diagnostic::warning("package-checksum", message).at(span, "").note(format!(
                    "its SHA-1 is {sum}, the hub's {expected}; servers do pack anew what is the same"
                ))
            });
        Ok((bytes, doubt))
    }

    fn versions(&mut self, package: &str, span: Span) -> Result<&serde_json::Map<String, Json>, Diagnostic> {
        if !self.told.contains_key(package) {
            let address = format!("{}api/v1/{package}.json", self.address);
            let bytes = network::fetch(&address).map_err(|refusal| match refusal {
                Refusal::Missing => self.unknown(package, span),
                failed @ Refusal::Failed(_) => refused(&address, &failed, span),
            })?;
            let json: Json = serde_json::from_slice(&bytes).unwrap_or_default();
            self.told.insert(package.to_owned(), json);
        }
        let versions = self.told.get(package).and_then(|json| json.get("versions")).and_then(Json::as_object);
        versions.ok_or_else(|| refuse(format!("the hub's answer about `{package}` is not understood"), span))
    }

    fn unknown(&self, package: &str, span: Span) -> Diagnostic {
        let index = network::fetch(&format!("{}api/v1/index.json", self.address)).unwrap_or_default();
        let names: Vec<String> = serde_json::from_slice(&index).unwrap_or_default();
        refuse(format!("the hub has no package `{package}`"), span)
            .suggest(package, names.iter().map(String::as_str))
    }
}

/// Whether a version is made for this version of dbt.
fn suits(about: &Json) -> bool {
    let ranges: Vec<String> = match about.get("require_dbt_version") {
        Some(Json::String(range)) => vec![range.clone()],
        Some(Json::Array(ranges)) => {
            ranges.iter().filter_map(|range| Some(range.as_str()?.to_owned())).collect()
        }
        _ => Vec::new(),
    };
    version::is_within(crate::project::DBT_VERSION, &ranges).unwrap_or(true)
}

fn refuse(message: String, span: Span) -> Diagnostic {
    Diagnostic::error("hub", message).at(span, "")
}

/// What could not be fetched, and why.
pub(super) fn refused(address: &str, refusal: &Refusal, span: Span) -> Diagnostic {
    let message = match refusal {
        Refusal::Missing => format!("there is nothing at {address}"),
        Refusal::Failed(reason) => format!("cannot fetch {address}: {reason}"),
    };
    let finding = Diagnostic::error("download", message).at(span, "");
    match refusal {
        Refusal::Missing => finding,
        Refusal::Failed(_) => finding.help("this needs the network; a `local:` package does not"),
    }
}
