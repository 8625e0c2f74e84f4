//! Finds tags that are opened and not closed, or closed and not opened.

use super::token::Fault;
use super::token::Segment;
use super::token::SegmentKind;
use super::token::Token;

/// Statement tags that need an end tag.
const PAIRED: [&str; 9] = ["if", "for", "call", "filter", "macro", "with", "block", "autoescape", "set"];

/// The engine reads chains of operators and of `elif` by recursion. It limits the
/// depth of brackets itself, of these it does not.
const LONGEST_CHAIN: usize = 1000;

/// What is unbalanced among `segments`, or longer than the engine can read.
pub(crate) fn unbalanced(source: &str, segments: &[Segment]) -> Vec<Fault> {
    let mut open: Vec<(&str, &Segment)> = Vec::new();
    let mut faults: Vec<Fault> = endless_chain(source, segments).into_iter().collect();
    for segment in segments.iter().filter(|segment| segment.kind == SegmentKind::Tag) {
        let name = segment.tag_name(source);
        if PAIRED.contains(&name) {
            if name != "set" || is_set_block(source, &segment.tokens) {
                open.push((name, segment));
            }
        } else if let Some(wanted) = name.strip_prefix("end") {
            close(wanted, segment, &mut open, &mut faults);
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

/// The first chain that the engine cannot read.
pub(crate) fn endless_chain(source: &str, segments: &[Segment]) -> Option<Fault> {
    let chain = segments.iter().find_map(|segment| long_chain(source, segment));
    chain.or_else(|| many_branches(source, segments))
}

/// An expression with a chain such as `a.b.c`, `a|b|c`, `not not a`, `a if b else c if d …`.
fn long_chain(source: &str, segment: &Segment) -> Option<Fault> {
    let mut length = 0;
    for token in &segment.tokens {
        match token.text(source) {
            "," => length = 0,
            "." | "|" | "-" | "+" | "not" | "if" => length += 1,
            _ => {}
        }
        if length > LONGEST_CHAIN {
            let message = format!("an expression has more than {LONGEST_CHAIN} operators in a row");
            let (start, end) = (token.start, token.end);
            return Some(Fault {
                code: "template-syntax",
                start,
                end,
                message,
                label: "too many at this one",
            });
        }
    }
    None
}

fn many_branches(source: &str, segments: &[Segment]) -> Option<Fault> {
    let mut branches = 0;
    for segment in segments.iter().filter(|segment| segment.kind == SegmentKind::Tag) {
        match segment.tag_name(source) {
            "elif" => branches += 1,
            "endif" => branches = 0,
            _ => {}
        }
        if branches > LONGEST_CHAIN {
            let message = format!("an `if` has more than {LONGEST_CHAIN} branches");
            return Some(Fault {
                code: "template-syntax",
                ..fault(segment, message, "too many at this one")
            });
        }
    }
    None
}

fn close<'a>(
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
            let message = format!("`{{% end{wanted} %}}` closes nothing");
            faults.push(fault(segment, message, "no open tag of this name"));
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
