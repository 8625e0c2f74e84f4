//! Finds tags that are opened and not closed, or closed and not opened.

use super::token::{Fault, Segment, SegmentKind, Token};

/// Statement tags that need an end tag.
const PAIRED: [&str; 9] = ["if", "for", "call", "filter", "macro", "with", "block", "autoescape", "set"];

/// What is unbalanced among `segments`.
pub(crate) fn unbalanced(source: &str, segments: &[Segment]) -> Vec<Fault> {
    let mut open: Vec<(&str, &Segment)> = Vec::new();
    let mut faults = Vec::new();
    for segment in segments.iter().filter(|segment| segment.kind == SegmentKind::Tag) {
        let name = segment.tag_name(source);
        if PAIRED.contains(&name) {
            if name != "set" || is_set_block(source, &segment.tokens) {
                open.push((name, segment));
            }
        } else if let Some(wanted) = name.strip_prefix("end") {
            close(source, wanted, segment, &mut open, &mut faults);
        } else if matches!(name, "else" | "elif")
            && !open.iter().any(|(name, _)| matches!(*name, "if" | "for"))
        {
            let message = format!("`{{% {name} %}}` stands outside of an `if` or `for`");
            faults.push(fault(segment, message, "no open `if` or `for` here"));
        }
    }
    for (name, segment) in open {
        let message = format!("`{{% {name} %}}` is never closed");
        faults.push(fault(segment, message, "opened here"));
    }
    faults.sort_by_key(|fault| fault.start);
    faults
}

/// What is said of an end tag without its beginning.
pub(super) fn closes_nothing(tag: &str) -> (String, &'static str) {
    (format!("`{{% {tag} %}}` closes nothing"), "no open tag of this name")
}

fn close<'a>(
    source: &str,
    wanted: &str,
    segment: &'a Segment,
    open: &mut Vec<(&str, &'a Segment)>,
    faults: &mut Vec<Fault>,
) {
    match open.iter().rposition(|(name, _)| *name == wanted) {
        Some(at) => {
            for (name, inner) in open.drain(at..).skip(1) {
                let message = format!("`{{% {name} %}}` is not closed before `{{% end{wanted} %}}`");
                faults.push(fault(inner, message, "opened here"));
            }
        }
        None if PAIRED.contains(&wanted) => {
            let (message, label) = closes_nothing(segment.tag_name(source));
            faults.push(fault(segment, message, label));
        }
        None => {}
    }
}

fn fault(segment: &Segment, message: String, label: &'static str) -> Fault {
    Fault { code: "unbalanced-tags", start: segment.start, end: segment.end, message, label }
}

/// Whether a `set` tag opens a block (`{% set x %} … {% endset %}`).
fn is_set_block(source: &str, tokens: &[Token]) -> bool {
    let mut depth = 0_usize;
    for token in tokens {
        match token.text(source) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "=" if depth == 0 => return false,
            _ => {}
        }
    }
    true
}
