//! The parser's complaints in plain words, with what to do.

use crate::diagnostics::Diagnostic;
use crate::source::{SourceFile, Span};

/// A syntax error at a byte offset; `info` is the parser's wording.
pub(super) fn describe(file: &SourceFile, offset: usize, info: &str) -> Diagnostic {
    let line = Line::around(file, offset);
    if let Some(at) = line.unquoted_template() {
        return template(file.range(line.start + at, line.start + line.text.len()));
    }
    if let Some(at) = line.tab_in_indentation() {
        return Diagnostic::error("yaml-syntax", "a tab stands where YAML wants spaces")
            .at(file.range(line.start + at, line.start + at + 1), "this is a tab")
            .help("indent with spaces");
    }
    let end = file.text().get(offset..).and_then(|rest| rest.chars().next());
    let end = end.filter(|c| *c != '\n').map_or(offset, |c| offset + c.len_utf8());
    let place = file.range(offset, end);
    if info.contains("recursion limit") {
        return Diagnostic::error("yaml-size", "brackets are nested too deep").at(place, "");
    }
    let explanation = EXPLANATIONS.iter().find(|(part, _, _)| info.contains(part));
    match explanation {
        Some((_, message, help)) => Diagnostic::error("yaml-syntax", *message).at(place, "").help(*help),
        None => Diagnostic::error("yaml-syntax", format!("this is not valid YAML: {info}")).at(place, ""),
    }
}

/// A list or a mapping where a key belongs.
pub(super) fn unusable_key(span: Span, is_doubled: bool) -> Diagnostic {
    if is_doubled {
        return template(span);
    }
    Diagnostic::error("yaml-key", "a key must be a text, this is a list or a mapping").at(span, "")
}

fn template(span: Span) -> Diagnostic {
    Diagnostic::error("yaml-syntax", "a value that starts with a template needs quotes")
        .at(span, "YAML reads `{` as the start of a mapping")
        .help("put the whole value in quotes, such as `\"{{ var('name') }}\"`")
}

/// Part of the parser's wording, what it means, what to do. The first match counts.
const EXPLANATIONS: &[(&str, &str, &str)] = &[
    ("in quoted scalar", "a quote is opened and never closed", "add the closing quote"),
    ("quoted scalar, found unexpected", "a quote is opened and never closed", "add the closing quote"),
    (
        "trailing content after",
        "there is text after a closing quote",
        "put quotes around the whole value, or double the quotes inside it",
    ),
    (
        "unknown escape",
        "an escape that YAML does not know stands in double quotes",
        "use single quotes, or write `\\\\` for a backslash",
    ),
    ("flow sequence", "a `[` is opened and never closed", "add the `]`, or a comma between the items"),
    // `[a: 1` is a mapping in a list to the parser.
    (
        "flow mapping",
        "a `{` or `[` before this is never closed",
        "add the `}` or `]`, or a comma between the entries",
    ),
    ("in flow construct", "a bracket is opened and never closed", "add the closing bracket"),
    ("misplaced bracket", "a bracket is closed that was never opened", "remove it, or quote the value"),
    (
        "mapping values are not allowed",
        "a `:` stands where no key can be",
        "quote a value that holds `: `, or check the indentation of this line and of the one before",
    ),
    (
        "illegal placement of ':'",
        "a `:` stands where no key can be",
        "close the bracket that is still open here, or quote a value that holds `: `",
    ),
    ("simple key expect", "a key lacks its `:`", "write `key: value`, with the key on one line"),
    (
        "unknown anchor",
        "an alias names an anchor that does not exist",
        "define the anchor with `&name` before its use, or quote a value that starts with `*`",
    ),
    ("unexpected character", "a value cannot start with this character", "put the value in quotes"),
    (
        "comments must be separated",
        "a comment needs a space before its `#`",
        "add the space, or quote the value",
    ),
    ("tab", "a tab stands where YAML wants spaces", "indent with spaces"),
    ("indent", INDENTATION, ALIGN),
    ("block mapping", INDENTATION, ALIGN),
    ("block collection", INDENTATION, ALIGN),
    ("block sequence", INDENTATION, ALIGN),
];
const INDENTATION: &str = "the indentation of this line fits no line above";
const ALIGN: &str = "align it with the lines of the same list or mapping";

/// The line that holds an offset.
struct Line<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Line<'a> {
    fn around(file: &'a SourceFile, offset: usize) -> Self {
        let all = file.text();
        let before = all.get(..offset).unwrap_or(all);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = all.get(start..).unwrap_or_default();
        let line = Self { text: rest.lines().next().unwrap_or_default(), start };
        // An error that is seen at the start of a line is often made on the one before.
        let previous = before.trim_end();
        if all.get(start..offset).is_some_and(|indent| indent.trim().is_empty()) && !previous.is_empty() {
            let start = previous.rfind('\n').map_or(0, |at| at + 1);
            let earlier = Self { text: previous.get(start..).unwrap_or_default(), start };
            if earlier.unquoted_template().is_some() && line.unquoted_template().is_none() {
                return earlier;
            }
        }
        line
    }

    /// Where a value starts with `{{` or `{%` and has no quotes.
    fn unquoted_template(&self) -> Option<usize> {
        let content = self.text.trim_start();
        let value = match content.split_once(": ") {
            Some((key, value)) if !key.contains(['"', '\'', '{', '#']) => value,
            _ => content.strip_prefix("- ").unwrap_or(content),
        };
        let value = value.trim_start();
        (value.starts_with("{{") || value.starts_with("{%")).then(|| self.text.len() - value.len())
    }

    fn tab_in_indentation(&self) -> Option<usize> {
        let indent = self.text.len() - self.text.trim_start().len();
        self.text.get(..indent)?.find('\t')
    }
}
