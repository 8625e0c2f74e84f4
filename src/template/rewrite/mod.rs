//! Rewrites a template so that minijinja means by it what Jinja2 means.
//!
//! The source is never re-printed: [`Edits`] insert and replace single pieces,
//! and the [`Rewritten`] text maps every place back to what the user wrote.
//!
//! | written | becomes | because |
//! |---|---|---|
//! | `[1]`, `{'a': 1}` | `[1]\|__list`, `{'a': 1}\|__dict` | Python's can be changed |
//! | `a + b`, `a < b` … | `a\|__add(b)`, `a\|__lt(b)` … | Python's operators know decimals, dates, sets |
//! | `a < b < c`, `a in b` | `a\|__plain < b\|__plain < c\|__plain` … | these have no form as a filter, and minijinja knows no decimals |
//! | `a[x:y:z]` | `a\|__slice(x,y,z)` | Python's negative steps, and a list as result |
//! | `{{ a, b }}` | `{{ (a, b) }}` | a tuple needs no parentheses |
//! | `{% do x %}` | `{% set __done = x %}` | minijinja's takes calls only |
//! | a space that is not ASCII's | a plain one | minijinja knows no others |
//! | `{% with a = 1, b = a %}` | `{% with __with0 = 1, __with1 = a, a = __with0, b = __with1 %}` | Jinja2's values do not see the block's names |
//! | `{% for a in b %}` | `{% for a in (b)\|__each %}` | minijinja takes None for an empty list |
//! | `{% if x: %}` | `{% if x %}` | Jinja2 allows a colon |
//! | `macro m(a, b=a)` | a default that is set in the body | minijinja's defaults cannot see parameters |
//! | `macro m()` with `varargs` | two more parameters | minijinja has none |

mod declaration;
mod edits;
mod expression;
mod nesting;
mod statement;

pub(crate) use declaration::{LOCAL_PREFIX, declaration};
pub(crate) use edits::Rewritten;
pub(crate) use nesting::too_deep;

use edits::Edits;

use super::scan::{SegmentKind, segments};

/// Rewrites a text that is rendered. `prefix` goes in front.
pub(crate) fn template(source: &str, prefix: &str) -> Rewritten {
    let mut edits = Edits::default();
    edits.insert(0, prefix);
    let segments = segments(source).0;
    if too_deep(source, &segments).is_some() {
        return Rewritten::refused();
    }
    for segment in &segments {
        match segment.kind {
            SegmentKind::Data | SegmentKind::Raw => edits.unix_newlines(source, segment.start, segment.end),
            SegmentKind::Comment => {}
            SegmentKind::Expression => expression::rewrite(source, &segment.tokens, &mut edits),
            SegmentKind::Tag => statement::rewrite(source, segment, &mut edits),
        }
        edits.plain_spaces(source, segment);
    }
    edits.apply(source)
}

#[cfg(test)]
mod tests;
