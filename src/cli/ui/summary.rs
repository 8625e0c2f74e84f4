//! The end of a run: what failed, with the rows and the file to open, and one
//! line of counts.

use std::fmt::Write as _;
use std::time::Duration;

use super::style::{Meaning, paint};
use super::table::rows_as_table;
use super::words::{seconds, status_word};
use crate::diagnostics::{Style, render};
use crate::manifest::{Node, NodeKind};
use crate::run::{Detail, Ending, NodeResult, Summary};
use crate::source::SourceMap;

/// What failed and where to look: the diagnostics of an error, the rows of a test.
pub(crate) fn failure(colors: bool, node: &Node, result: &NodeResult, sources: &SourceMap) -> String {
    let (word, meaning) = status_word(result.status);
    let heading = paint(colors, Meaning::Strong, &node.name);
    let mut text = format!("\n{} {heading}", paint(colors, meaning, word));
    if result.diagnostics.is_empty() || is_generic_test(node) {
        let _ = write!(text, "  {}", place(node, sources));
    }
    let style = if colors { Style::Colored } else { Style::Plain };
    for diagnostic in &result.diagnostics {
        let _ = write!(text, "\n{}", indent(&render(diagnostic, sources, style)));
    }
    if let (true, Some(message)) = (result.diagnostics.is_empty(), &result.message) {
        let _ = write!(text, "\n{}", indent(message));
    }
    if let Detail::FailingRows { rows, stored_in } = &result.detail {
        if !rows.rows.is_empty() {
            let _ = write!(text, "\n{}", indent(&rows_as_table(rows, None)));
        }
        if let Some(relation) = stored_in {
            let _ = write!(text, "\n  all failing rows: select * from {relation}");
        }
    }
    text
}

/// Whether its SQL comes from a macro, so that places in it are not where it is asked for.
fn is_generic_test(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Test(test) if test.generic.is_some())
}

/// Where the node is defined: its file, and the line in a file of several.
fn place(node: &Node, sources: &SourceMap) -> String {
    let (path, span) = (&node.origin.original_file_path, node.origin.span);
    match sources.get(span.file) {
        Some(file) if file.span() != span => format!("{path}:{}", file.location(span.start).line),
        _ => path.clone(),
    }
}

fn indent(text: &str) -> String {
    text.trim_end()
        .lines()
        .map(|line| format!("  {line}").trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// `Done in 1.23s: 104 passed, 1 warned, 2 failed, 3 skipped`.
pub(crate) fn last_line(colors: bool, summary: Summary, elapsed: Duration, ending: Ending) -> String {
    if ending == Ending::NotBegun {
        return format!("\nGave up before the first node, after {}", seconds(elapsed));
    }
    let counts = [
        (summary.passed, "passed", Meaning::Good),
        (summary.warned, "warned", Meaning::Doubtful),
        (summary.failed, "failed", Meaning::Bad),
        (summary.skipped, "skipped", Meaning::Doubtful),
        (summary.no_op, "without work", Meaning::Quiet),
    ];
    let told = counts.iter().filter(|(number, word, _)| *number > 0 || *word == "passed");
    let told: Vec<String> =
        told.map(|(number, word, meaning)| paint(colors, *meaning, &format!("{number} {word}"))).collect();
    let opening = match ending {
        Ending::Completed => "Done in",
        Ending::FailedFast => "Stopped at the first failure after",
        Ending::Cancelled | Ending::NotBegun => "Cancelled after",
    };
    format!("\n{opening} {}: {}", seconds(elapsed), told.join(", "))
}
