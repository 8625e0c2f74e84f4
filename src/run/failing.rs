//! What a failure makes of a result.

use super::result::{Ending, NodeResult, Status};
use super::steps::Action;
use crate::compile::{Failure, Job};
use crate::diagnostics::{DBT_SAYS, Diagnostic};
use crate::manifest::Node;

/// Turns a result into that of a failed job.
pub(super) fn fail(result: &mut NodeResult, failure: &Failure, action: Action, job: &Job) {
    if matches!(failure, Failure::Cancelled) {
        result.status = Status::Skipped;
        result.message = Some(Ending::Cancelled.reason().to_owned());
        return;
    }
    let problem = failure.diagnostic();
    result.status = if action == Action::Measure { Status::RuntimeError } else { Status::Error };
    result.message = Some(match job.node() {
        Some(node) => titled(&problem, node, job.runtime().adapter().capabilities().refusal_title),
        None => problem.message.clone(),
    });
    result.diagnostics = vec![problem];
}

/// The message of a result: dbt's first line, which says what kind of mistake it is and
/// in which node, then the finding. Readers of artifacts look for both.
fn titled(problem: &Diagnostic, node: &Node, refusal_title: &str) -> String {
    let title = if problem.code == "database-error" { refusal_title } else { "Compilation Error" };
    let (kind, name, path) =
        (node.kind.resource_type().as_str(), &node.name, &node.origin.original_file_path);
    let said = problem.notes.iter().filter(|note| note.starts_with(DBT_SAYS)).map(String::as_str);
    let lines = problem.message.lines().chain(said).map(|line| format!("\n  {line}"));
    format!("{title} in {kind} {name} ({path}){}", lines.collect::<String>())
}
