//! What is malformed in a text, in words that name the tag to blame.

use crate::diagnostics::Diagnostic;
use crate::template::rewrite::too_deep;
use crate::template::scan::{segments, unbalanced};
use crate::template::text::Text;

/// Tags, strings and comments without an end, and tags without a beginning.
pub(super) fn problems(text: &Text) -> Vec<Diagnostic> {
    let (segments, mut faults) = segments(&text.text);
    if faults.is_empty() {
        faults = unbalanced(&text.text, &segments);
        faults.extend(too_deep(&text.text, &segments));
    }
    let diagnostic = |fault: &crate::template::scan::Fault| {
        Diagnostic::error(fault.code, fault.message.clone())
            .at(text.range(fault.start, fault.end), fault.label)
    };
    faults.iter().map(diagnostic).collect()
}
