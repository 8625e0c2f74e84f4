//! Programs that are run: interpreters of other languages, git.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::FileError;

/// How often somebody who asked to stop is looked for.
const HEARTBEAT: Duration = Duration::from_millis(20);

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
    /// It was ended because somebody asked to stop.
    pub is_stopped: bool,
}

/// Runs a program to its end, or ends it once `is_stopping` says so.
///
/// # Errors
/// It cannot be started.
pub fn run(
    program: &Path,
    arguments: &[&OsStr],
    is_stopping: &dyn Fn() -> bool,
) -> Result<Finished, FileError> {
    run_with(program, arguments, &[], is_stopping)
}

/// The same with environment variables of its own, besides those of this process.
///
/// # Errors
/// It cannot be started.
pub fn run_with(
    program: &Path,
    arguments: &[&OsStr],
    variables: &[(&str, &str)],
    is_stopping: &dyn Fn() -> bool,
) -> Result<Finished, FileError> {
    let refused = |error| FileError::new("run", program, error);
    let mut command = Command::new(program);
    command
        .args(arguments)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(refused)?;
    let (stdout, stderr) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let (code, is_stopped) = wait(&mut child, is_stopping).map_err(refused)?;
    // What the program has started may still hold the streams: after a stop nobody waits for that.
    let text = |reader: thread::JoinHandle<String>| {
        if is_stopped { String::new() } else { reader.join().unwrap_or_default() }
    };
    Ok(Finished { code, stdout: text(stdout), stderr: text(stderr), is_stopped })
}

fn wait(child: &mut Child, is_stopping: &dyn Fn() -> bool) -> std::io::Result<(Option<i32>, bool)> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status.code(), false));
        }
        if is_stopping() {
            child.kill()?;
            return Ok((child.wait()?.code(), true));
        }
        thread::sleep(HEARTBEAT);
    }
}

/// Reads a stream on a thread of its own, so that a full one stops nobody.
fn reader(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            // What was read before an error is all that can be told.
            let _ = stream.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The Python interpreters of this machine, the likeliest first: the one that
/// `MODEL_PYTHON` names and no other; else that of the active virtual environment, those
/// on the path, and the one that started this program.
#[must_use]
pub fn pythons() -> Vec<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(named) = variable("MODEL_PYTHON") {
        return vec![PathBuf::from(named)];
    }
    let mut found: Vec<PathBuf> = Vec::new();
    let active = variable("VIRTUAL_ENV").into_iter().map(|folder| PathBuf::from(folder).join("bin"));
    let path = variable("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = active.chain(std::env::split_paths(&path)).collect();
    for name in ["python3", "python"] {
        found.extend(folders.iter().map(|folder| folder.join(name)).filter(|program| program.is_file()));
    }
    found.extend(caller());
    let mut seen = std::collections::HashSet::new();
    found.retain(|program| {
        seen.insert(program.canonicalize().unwrap_or_else(|_| program.clone())) || is_environment(program)
    });
    found
}

/// Whether a program belongs to a virtual environment, where a link to the same
/// interpreter sees other packages.
fn is_environment(program: &Path) -> bool {
    program.ancestors().nth(2).is_some_and(|folder| folder.join("pyvenv.cfg").is_file())
}

/// The interpreter that started this program, if one did: an orchestrator, say.
fn caller() -> Option<PathBuf> {
    #[cfg(target_os = "linux")]
    {
        let words = std::fs::read(format!("/proc/{}/cmdline", std::os::unix::process::parent_id())).ok()?;
        let program = String::from_utf8(words.split(|byte| *byte == 0).next()?.to_vec()).ok()?;
        let program = PathBuf::from(program);
        let is_python = program.file_name()?.to_str()?.starts_with("python");
        (is_python && program.is_absolute() && program.is_file()).then_some(program)
    }
    #[cfg(not(target_os = "linux"))]
    None
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, is_stopping: &dyn Fn() -> bool) -> Finished {
        run(Path::new("/bin/sh"), &["-c".as_ref(), script.as_ref()], is_stopping).unwrap()
    }

    #[test]
    fn what_a_program_says_is_kept() {
        let finished = sh("echo out; echo err >&2; exit 3", &|| false);
        let expected =
            Finished { code: Some(3), stdout: "out\n".into(), stderr: "err\n".into(), is_stopped: false };
        assert_eq!(finished, expected);
    }

    #[test]
    fn a_program_is_ended_when_asked_to() {
        let finished = sh("exec sleep 60", &|| true);
        assert!(finished.is_stopped);
        assert_eq!(finished.code, None);
    }

    #[test]
    fn nobody_waits_for_what_an_ended_program_has_started() {
        let begun = std::time::Instant::now();
        assert!(sh("sleep 30 & sleep 60", &|| true).is_stopped);
        assert!(begun.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_program_that_is_missing_is_told() {
        let error = run(Path::new("/nowhere/python3"), &[], &|| false).unwrap_err();
        assert!(error.is_missing());
    }
}
