//! Compiles DuckDB's icu extension into the binary: time zones and collations.
//!
//! The crate that compiles DuckDB leaves this extension out, and a dbt project
//! that says `now() - interval 1 day` does not run without it. Its sources come
//! with the source distribution of DuckDB's Python package, of the same version,
//! which `pip` brings; its content is checked. `DUCKDB_SOURCES` names a folder
//! with DuckDB's sources instead. Where neither can be had the build goes on
//! without icu and says so.

#![expect(clippy::disallowed_methods, reason = "a build script speaks with the machine")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, io};

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

/// The version that `libduckdb-sys` compiles.
const VERSION: &str = "1.5.5";
/// The SHA-256 of the source distribution of this version.
const SHA256: &str = "72f33ee57ca7595b23957671a2cc7f7fe2be0ecc2d68f63abedcfcaa3a5c1238";
/// Sources that are compiled as one, since most of the time goes into headers.
const SOURCES_PER_UNIT: usize = 24;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    println!("cargo:rustc-check-cfg=cfg(icu)");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/adapter/duckdb/icu.cpp");
    println!("cargo:rerun-if-env-changed=DUCKDB_SOURCES");
    if env::var_os("CARGO_FEATURE_BUNDLED").is_none() {
        return Ok(());
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    match sources(&out) {
        Ok(icu) => {
            compile(&icu, &out)?;
            println!("cargo:rustc-cfg=icu");
        }
        Err(error) => println!(
            "cargo:warning=time zones and collations are left out, since the sources of DuckDB's icu \
             extension are missing: {error}. `DUCKDB_SOURCES` may name a folder with DuckDB {VERSION}."
        ),
    }
    Ok(())
}

/// The folder of the extension's sources.
fn sources(out: &Path) -> Outcome<PathBuf> {
    if let Some(folder) = env::var_os("DUCKDB_SOURCES") {
        let icu = PathBuf::from(folder).join("extension/icu");
        return if icu.is_dir() { Ok(icu) } else { Err(format!("{} is no folder", icu.display()).into()) };
    }
    let icu = out.join("icu");
    if !icu.is_dir() {
        let archive = download(out)?;
        let partial = out.join("icu.partial");
        unpack(&archive, &partial)?;
        fs::rename(&partial, &icu)?;
        fs::remove_file(archive)?;
    }
    Ok(icu)
}

/// The source distribution, with the content that is expected.
fn download(out: &Path) -> Outcome<PathBuf> {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "duckdb", "--dest"]);
    let output = pip.arg(out).arg(format!("duckdb=={VERSION}")).output()?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        let last = message.lines().rfind(|line| line.contains("ERROR")).unwrap_or("no reason given");
        return Err(format!("`pip download duckdb=={VERSION}` failed: {last}").into());
    }
    let archive = out.join(format!("duckdb-{VERSION}.tar.gz"));
    let digest = Sha256::digest(fs::read(&archive)?);
    let mut found = String::new();
    for byte in digest {
        write!(found, "{byte:02x}")?;
    }
    if found == SHA256 {
        Ok(archive)
    } else {
        Err(format!("{} is not what it was", archive.display()).into())
    }
}

/// Writes what the archive holds of the extension into a folder.
fn unpack(archive: &Path, folder: &Path) -> Outcome<()> {
    if folder.is_dir() {
        fs::remove_dir_all(folder)?;
    }
    let base = format!("duckdb-{VERSION}/external/duckdb/extension/icu");
    for entry in tar::Archive::new(GzDecoder::new(File::open(archive)?)).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let Ok(relative) = path.strip_prefix(&base) else { continue };
        if !entry.header().entry_type().is_file()
            || relative.components().any(|part| part.as_os_str() == "..")
        {
            continue;
        }
        let target = folder.join(relative);
        fs::create_dir_all(target.parent().unwrap_or(folder))?;
        io::copy(&mut entry, &mut File::create(target)?)?;
    }
    Ok(())
}

fn compile(icu: &Path, out: &Path) -> Outcome<()> {
    let duckdb = PathBuf::from(env::var("DEP_DUCKDB_INCLUDE")?);
    let format = duckdb.join("../../third_party/fmt/include");
    let library = icu.join("third_party/icu");
    let (common, i18n) = (library.join("common"), library.join("i18n"));
    let mut build = cc::Build::new();
    build.cpp(true).std("c++11").warnings(false).flag_if_supported("-w").flag_if_supported("/bigobj");
    build.define("NDEBUG", None).opt_level(2);
    build
        .include(&duckdb)
        .include(format)
        .include(icu)
        .include(icu.join("include"))
        .include(&common)
        .include(&i18n);
    for (name, folder) in [("common", &common), ("i18n", &i18n), ("stubdata", &library.join("stubdata"))] {
        build.files(units(name, folder, out)?);
    }
    build.files(cpp_files(icu)?).file("src/adapter/duckdb/icu.cpp");
    build.try_compile("duckdb_icu")?;
    Ok(())
}

/// Files that include a folder's sources, some at a time.
fn units(name: &str, folder: &Path, out: &Path) -> Outcome<Vec<PathBuf>> {
    let mut units = Vec::new();
    for (number, sources) in cpp_files(folder)?.chunks(SOURCES_PER_UNIT).enumerate() {
        let unit = out.join(format!("icu_{name}_{number}.cpp"));
        let mut includes = String::new();
        for path in sources {
            writeln!(includes, "#include \"{}\"", path.display())?;
        }
        fs::write(&unit, includes)?;
        units.push(unit);
    }
    Ok(units)
}

fn cpp_files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "cpp") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
