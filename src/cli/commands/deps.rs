//! `model deps`.

use serde_json::{Map, Value as Json, json};

use crate::cli::session::{Exit, Problems, Session};
use crate::cli::ui::{Level, Record};
use crate::project::{self, Added, Addition, DepsOptions, Installed, InstalledPackage};
use crate::template::{repr, to_value};

/// Install the packages that the project asks for
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Installs what package-lock.yml names, and writes it where it does not fit the project."
)]
pub(crate) struct Args {
    /// Resolve again although the lock file is up to date
    #[arg(long)]
    upgrade: bool,
    /// Write the lock file and install nothing
    #[arg(long)]
    lock: bool,
    /// Ask for one more package first: `acme/tools@1.0.0`, `acme/tools@\">=1.0.0,<2.0.0\"`
    #[arg(long, value_name = "PACKAGE")]
    add_package: Option<String>,
    /// Where the package to add comes from
    #[arg(long, value_name = "SOURCE", value_parser = ["hub", "git", "local"], default_value = "hub")]
    source: String,
}

pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let request = session.request(Map::new())?;
    session.keep_log(&request);
    let add = args.add_package.as_deref().map(|text| Addition::parse(text, &args.source));
    let installed =
        project::deps(&request, &DepsOptions { lock_only: args.lock, upgrade: args.upgrade, add })?;
    session.ui.diagnostics(&installed.warnings, &session.sources);
    for record in records(&installed, args.lock) {
        session.ui.record(&record);
    }
    for package in &installed.packages {
        session.ui.say_to_people(&format!("{} from {}", package.name, package.told));
    }
    if installed.packages.is_empty() {
        session.ui.say_to_people("the project asks for no packages");
    }
    Ok(Exit::Success)
}

/// What dbt tells of it, in order.
fn records(installed: &Installed, locks_only: bool) -> Vec<Record> {
    let none = || {
        let message = "Warning: No packages were found in packages.yml";
        info("DepsNoPackagesFound", "M013", message.to_owned(), json!({}))
    };
    let mut records = installed.added.as_ref().map(of_addition).unwrap_or_default();
    if !installed.asks {
        // dbt: there is nothing to lock, and then nothing to install.
        records.push(none());
    }
    if let Some(path) = &installed.written_lock {
        let message = format!("Updating lock file in file path: {}", path.display());
        let data = json!({"lock_filepath": path.display().to_string()});
        records.push(info("DepsLockUpdating", "M031", message, data));
    }
    if locks_only {
        return records;
    }
    if installed.packages.is_empty() {
        records.push(none());
    }
    records.extend(installed.packages.iter().flat_map(of_package));
    let is_outdated =
        |package: &&InstalledPackage| package.versions.as_ref().is_some_and(|(own, newest)| own != newest);
    let outdated = installed.packages.iter().filter(is_outdated).map(|package| package.called.as_str());
    let outdated: Vec<&str> = outdated.collect();
    if !outdated.is_empty() {
        records.push(Record::blank());
        let names = outdated.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
        let message = format!(
            "Updates available for packages: [{names}]{:17}\n\
             Update your versions in packages.yml, then run dbt deps",
            ""
        );
        records.push(info("DepsNotifyUpdatesAvailable", "M019", message, json!({"packages": outdated})));
    }
    records
}

fn info(name: &'static str, code: &'static str, message: String, data: Json) -> Record {
    Record::new(name, code, Level::Info, message, data)
}

/// What dbt tells of a package that was installed.
fn of_package(package: &InstalledPackage) -> Vec<Record> {
    let message = format!("Installing {}", package.called);
    let data = json!({"package_name": package.called});
    let mut records = vec![info("DepsStartPackageInstall", "M014", message, data)];
    let message = format!("Installed from {}", package.version);
    records.push(info("DepsInstallInfo", "M015", message, json!({"version_name": package.version})));
    match &package.versions {
        Some((own, newest)) if own == newest => {
            records.push(info("DepsUpToDate", "M017", "Up to date!".to_owned(), json!({})));
        }
        Some((_, newest)) => {
            let message = format!("Updated version available: {newest}");
            records.push(info("DepsUpdateAvailable", "M016", message, json!({"version_latest": newest})));
        }
        None => {}
    }
    if let Some(folder) = &package.subdirectory {
        let message = format!("and subdirectory {folder}");
        records.push(info("DepsListSubdirectory", "M018", message, json!({"subdirectory": folder})));
    }
    records
}

/// What dbt tells of a package that was added.
fn of_addition(added: &Added) -> Vec<Record> {
    let path = added.path.display().to_string();
    let mut records = Vec::new();
    if added.is_new {
        let message = "Created packages.yml";
        records.push(info("Formatting", "Z017", message.to_owned(), json!({"msg": message})));
    }
    for entry in &added.removed {
        let message =
            format!("Found duplicate package in packages.yml, removing: {}", repr(&to_value(entry)));
        records.push(info("DepsFoundDuplicatePackage", "M033", message, json!({"removed_package": entry})));
    }
    let (name, version) = (&added.addition.name, added.addition.version.as_deref().unwrap_or_default());
    let message = format!("Added new package {name}@{version} to {path}");
    let data = json!({"package_name": name, "packages_filepath": path, "version": version});
    records.push(info("DepsAddPackage", "M032", message, data));
    records
}
