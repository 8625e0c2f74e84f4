//! The least that a program can do for the work of `model`, to measure it against.
//!
//! ```text
//! yardstick stat FOLDER                       looks at each file of a project
//! yardstick read FOLDER                       reads and hashes each
//! yardstick write FILE                        says how many seconds it takes to make the
//!                                             bytes of a JSON file that is held as values
//! yardstick replay DATABASE < statements.json runs a list of statements on one connection
//! ```

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program of its own")]

use std::collections::HashSet;
use std::error::Error;
use std::io::{Read as _, stdin};
use std::path::PathBuf;
use std::time::Instant;

use sha2::{Digest as _, Sha256};

type Told = Result<String, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let told = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["stat", folder] => stat(folder)?,
        ["read", folder] => read(folder)?,
        ["write", file] => write(file)?,
        ["replay", database] => replay(database)?,
        _ => return Err("usage: yardstick stat FOLDER | read FOLDER | write FILE | replay DATABASE".into()),
    };
    println!("{told}");
    Ok(())
}

/// The files of a project; what a run has left behind is none of it.
fn files(folder: &str) -> impl Iterator<Item = Result<PathBuf, walkdir::Error>> {
    let is_left = |name: &str| matches!(name, "target" | "logs") || name.contains(".duckdb");
    let walk = walkdir::WalkDir::new(folder).into_iter();
    let walk = walk.filter_entry(move |entry| !entry.file_name().to_str().is_some_and(is_left));
    walk.filter_map(|entry| match entry {
        Ok(entry) => entry.file_type().is_file().then(|| Ok(entry.into_path())),
        Err(error) => Some(Err(error)),
    })
}

fn stat(folder: &str) -> Told {
    let mut bytes = 0;
    for file in files(folder) {
        bytes += std::fs::metadata(file?)?.len();
    }
    Ok(bytes.to_string())
}

fn read(folder: &str) -> Told {
    let mut different = HashSet::new();
    for file in files(folder) {
        different.insert(Sha256::digest(std::fs::read(file?)?));
    }
    Ok(different.len().to_string())
}

fn write(file: &str) -> Told {
    let value: serde_json::Value = serde_json::from_slice(&std::fs::read(file)?)?;
    let started = Instant::now();
    let bytes = serde_json::to_vec(&value)?;
    let elapsed = started.elapsed().as_secs_f64();
    Ok(format!("{elapsed} {}", bytes.len()))
}

/// Runs statements and fetches all rows; the end of it writes the checkpoint.
fn replay(database: &str) -> Told {
    let mut text = String::new();
    stdin().read_to_string(&mut text)?;
    let statements: Vec<String> = serde_json::from_str(&text)?;
    let connection = duckdb::Connection::open(database)?;
    for statement in &statements {
        let mut prepared = connection.prepare(statement)?;
        let mut rows = prepared.query([])?;
        while rows.next()?.is_some() {}
    }
    connection.close().map_err(|(_, error)| error)?;
    Ok(statements.len().to_string())
}
