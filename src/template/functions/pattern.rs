//! From Python's dialect of regular expressions to the engine's.

/// The pattern with Python's meaning: `\\Z` is the very end, `$` also stands
/// before a newline at the end, and `[` within a class is just a character.
pub(super) fn translated(pattern: &str, is_multiline: bool) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    // The characters of the class so far, where one is open.
    let mut class: Option<usize> = None;
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match (c, class) {
            ('\\', _) => {
                let escaped = chars.next();
                out.push('\\');
                out.extend(escaped.map(|c| if c == 'Z' && class.is_none() { 'z' } else { c }));
                class = class.map(|length| length + 1);
            }
            ('[', None) => {
                out.push('[');
                class = Some(0);
            }
            ('[', Some(length)) => {
                out.push_str("\\[");
                class = Some(length + 1);
            }
            ('^', Some(0)) => out.push('^'),
            // A bracket that comes first is one of the characters.
            (']', Some(0)) => {
                out.push_str("\\]");
                class = Some(1);
            }
            (']', Some(_)) => {
                out.push(']');
                class = None;
            }
            ('$', None) if !is_multiline => out.push_str("(?=\\n?\\z)"),
            (c, _) => {
                out.push(c);
                class = class.map(|length| length + 1);
            }
        }
    }
    out
}

/// Whether a pattern begins with flags such as `(?im)`, this one among them.
pub(super) fn has_flag(pattern: &str, flag: char) -> bool {
    let flags =
        pattern.strip_prefix("(?").and_then(|rest| rest.split_once(')')).map_or("", |(flags, _)| flags);
    flags.contains(flag) && flags.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::{has_flag, translated};

    #[test]
    fn flags_at_the_start_are_seen() {
        let is_multiline = |pattern| has_flag(pattern, 'm');
        assert!(is_multiline("(?m)a") && is_multiline("(?im)a$"));
        assert!(!is_multiline("(?:m)a") && !is_multiline("(?i)m") && !is_multiline("m"));
    }

    #[test]
    fn python_s_meaning_is_kept() {
        let check =
            |pattern: &str, expected: &str| assert_eq!(translated(pattern, false), expected, "{pattern}");
        check("abc", "abc");
        check("a$", r"a(?=\n?\z)");
        check(r"a\$\Z", r"a\$\z");
        check("[$[]", r"[$\[]");
        check("[]a]", r"[\]a]");
        check("[^]a]", r"[^\]a]");
        check(r"[\]\[]x", r"[\]\[]x");
        check(r"\", r"\");
        assert_eq!(translated("a$", true), "a$");
    }
}
