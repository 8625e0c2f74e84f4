//! One scalar as PyYAML writes it: which quotes, which escapes, where to fold.

use std::fmt::Write as _;

use super::emit::Writer;
use super::scalar;

/// Lines are folded at the first space after this column.
const WIDTH: usize = 80;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
}

/// The plainest style in which a text reads back as itself. A key stands on one line.
pub(super) fn style(text: &str, is_key: bool) -> Style {
    let found = Findings::of(text);
    if found.is_special || found.space_then_break || (is_key && found.has_breaks) {
        return Style::Double;
    }
    let is_plain = !text.is_empty()
        && !found.is_padded
        && !found.has_breaks
        && !found.has_indicators
        && !scalar::is_ambiguous(text);
    match is_plain {
        true => Style::Plain,
        false if found.break_then_space => Style::Double,
        false => Style::Single,
    }
}

/// Whether the text has line breaks that PyYAML counts as such.
pub(super) fn is_multiline(text: &str) -> bool {
    text.contains(is_break)
}

/// A float as Python's `repr` prints it.
pub(super) fn python_float(float: f64) -> String {
    if float.is_nan() {
        return "nan".to_owned();
    }
    let text = format!("{float:?}");
    match text.split_once('e') {
        None => text,
        Some((mantissa, power)) => {
            let (sign, digits) = match power.strip_prefix('-') {
                Some(digits) => ('-', digits),
                None => ('+', power),
            };
            format!("{}e{sign}{digits:0>2}", mantissa.strip_suffix(".0").unwrap_or(mantissa))
        }
    }
}

/// Writes a text; without an `indent` it is not folded.
pub(super) fn write(writer: &mut Writer, text: &str, style: Style, indent: Option<usize>) {
    let text: Vec<char> = text.chars().collect();
    match style {
        Style::Plain => folded(writer, &text, indent, "'"),
        Style::Single => {
            writer.push("'");
            folded(writer, &text, indent, "''");
            writer.push("'");
        }
        Style::Double => double_quoted(writer, &text, indent),
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_white(c: char) -> bool {
    is_break(c) || matches!(c, '\0' | ' ' | '\t' | '\r')
}

/// What in a text decides its style.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent findings about one text")]
struct Findings {
    has_indicators: bool,
    has_breaks: bool,
    /// Characters that only an escape can write: beyond printable ASCII.
    is_special: bool,
    /// White space at the start or the end.
    is_padded: bool,
    break_then_space: bool,
    space_then_break: bool,
}

impl Findings {
    fn of(text: &str) -> Self {
        let mut found = Self {
            has_indicators: text.starts_with("---") || text.starts_with("..."),
            is_padded: text.starts_with(is_padding) || text.ends_with(is_padding),
            ..Self::default()
        };
        let mut before: Option<char> = None;
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            let ends_word = rest.peek().is_none_or(|next| is_white(*next));
            found.has_indicators |= match c {
                ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
                    before.is_none()
                }
                '?' | '-' => before.is_none() && ends_word,
                ':' => ends_word,
                '#' => before.is_none_or(is_white),
                _ => false,
            };
            found.has_breaks |= is_break(c);
            found.is_special |= c != '\n' && !(' '..='~').contains(&c);
            found.break_then_space |= c == ' ' && before.is_some_and(is_break);
            found.space_then_break |= is_break(c) && before == Some(' ');
            before = Some(c);
        }
        found
    }
}

fn is_padding(c: char) -> bool {
    c == ' ' || is_break(c)
}

/// Plain and single-quoted text: a lone space beyond the width becomes a line
/// break, a line break becomes an empty line, a quote becomes `quote`. Other
/// line breaks than `\n` do not come here.
fn folded(writer: &mut Writer, text: &[char], indent: Option<usize>, quote: &str) {
    let mut rest = text;
    let mut is_first = true;
    while let Some(&c) = rest.first() {
        let same = |kind: fn(char) -> bool| rest.iter().take_while(|c| kind(**c)).count();
        let length = match c {
            ' ' => same(|c| c == ' '),
            '\n' => same(|c| c == '\n'),
            _ => same(|c| c != ' ' && c != '\n'),
        };
        let (run, after) = rest.split_at(length);
        match (c, indent) {
            (' ', Some(indent))
                if length == 1 && writer.column() > WIDTH && !is_first && !after.is_empty() =>
            {
                writer.fold(indent);
            }
            ('\n', Some(indent)) => {
                for _ in 0..=length {
                    writer.line_break();
                }
                writer.fold(indent);
            }
            _ => writer.push(&run.iter().collect::<String>().replace('\'', quote)),
        }
        rest = after;
        is_first = false;
    }
}

fn double_quoted(writer: &mut Writer, text: &[char], indent: Option<usize>) {
    writer.push("\"");
    let mut run = String::new();
    let mut run_length = 0;
    for (at, &c) in text.iter().enumerate() {
        let is_plain = (' '..='~').contains(&c) && c != '"' && c != '\\';
        if !is_plain {
            writer.push(&std::mem::take(&mut run));
            run_length = 0;
            writer.push(&escape(c));
        }
        let may_fold = at > 0 && at + 1 < text.len() && (c == ' ' || !is_plain);
        if let (true, Some(indent)) = (may_fold, indent)
            && writer.column() + run_length > WIDTH
        {
            run.push('\\');
            writer.push(&std::mem::take(&mut run));
            run_length = 0;
            writer.fold(indent);
            let next = if is_plain { Some(&c) } else { text.get(at + 1) };
            if next == Some(&' ') {
                writer.push("\\");
            }
        }
        if is_plain {
            run.push(c);
            run_length += 1;
        }
    }
    writer.push(&run);
    writer.push("\"");
}

fn escape(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            let code = u32::from(c);
            let mut long = String::new();
            let written = match code {
                0..=0xff => write!(long, "\\x{code:02X}"),
                0x100..=0xffff => write!(long, "\\u{code:04X}"),
                _ => write!(long, "\\U{code:08X}"),
            };
            debug_assert!(written.is_ok(), "a text takes every write");
            return long;
        }
    };
    format!("\\{short}")
}
