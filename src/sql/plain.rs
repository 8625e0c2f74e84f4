//! A quick look at plain SQL: text whose quotes and comments are seen without a tokenizer.

/// The semicolons and parentheses of a text outside its quotes and comments, with their
/// places in bytes; `None` where telling them takes a closer look.
pub(super) fn marks(sql: &str) -> Option<Vec<(usize, u8)>> {
    let bytes = sql.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b';' | b'(' | b')' => {
                found.push((at, byte));
                at + 1
            }
            b'\'' | b'"' => after_quoted(bytes, at, byte)?,
            // `//` is an operator, and so may be what ends in one of these.
            b'-' | b'/'
                if at
                    .checked_sub(1)
                    .and_then(|before| bytes.get(before))
                    .is_some_and(|before| is_operator(*before)) =>
            {
                return None;
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => after_line_comment(sql, at)?,
            b'/' if bytes.get(at + 1) == Some(&b'*') => after_block_comment(sql, at)?,
            // Other quotes, and what gives a quote another meaning.
            b'`' | b'$' | b'\\' | b'#' | b'@' => return None,
            _ => at + 1,
        };
    }
    Some(found)
}

fn is_operator(byte: u8) -> bool {
    b"+-*/<>=~!%^&|?:".contains(&byte)
}

/// The place behind what is quoted from `at` on. A letter right before the quote would
/// give it a meaning of its own.
fn after_quoted(bytes: &[u8], at: usize, quote: u8) -> Option<usize> {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'&' | 0x80..)) {
        return None;
    }
    let mut inside = bytes.iter().enumerate().skip(at + 1);
    inside
        .find(|(_, byte)| matches!(**byte, b'\\') || **byte == quote)
        .filter(|(_, byte)| **byte == quote)
        .map(|(end, _)| end + 1)
}

fn after_line_comment(sql: &str, at: usize) -> Option<usize> {
    let comment = sql.get(at..)?;
    let length = comment.find('\n').map_or(comment.len(), |end| end + 1);
    (!comment.get(..length)?.contains('\r')).then_some(at + length)
}

fn after_block_comment(sql: &str, at: usize) -> Option<usize> {
    let (comment, _) = sql.get(at + 2..)?.split_once("*/")?;
    is_flat(comment).then_some(at + comment.len() + 4)
}

/// Whether the text of a block comment is one, and opens no other: `/*/*/` does, and
/// `/*! … */` is code for some.
pub(super) fn is_flat(comment: &str) -> bool {
    !comment.contains("/*") && !comment.ends_with('/') && !comment.starts_with('!')
}
