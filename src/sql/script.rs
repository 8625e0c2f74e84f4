//! Scripts of several statements.

use super::Placeholder;
use super::plain::{is_flat, marks};
use super::scan::{Kind, Piece, pieces};

/// One statement of a script, without its semicolon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Its text; it begins and ends with code or with a comment.
    pub text: &'a str,
    /// Where it starts in the script, in bytes.
    pub offset: usize,
}

/// The statements of a script, in order. What holds no code is left out. The
/// semicolons in a function's body `BEGIN ATOMIC … END` are its own.
#[must_use]
pub fn statements(script: &str) -> Vec<Statement<'_>> {
    plain_statements(script).unwrap_or_else(|| statements_of_pieces(script))
}

/// The statements where a quick look tells them.
fn plain_statements(script: &str) -> Option<Vec<Statement<'_>>> {
    let ends = || Some(marks(script)?.into_iter().filter(|(_, mark)| *mark == b';').map(|(at, _)| at));
    let ends: Vec<usize> = if script.contains(';') { ends()?.collect() } else { Vec::new() };
    if !ends.is_empty() && ROUTINES.iter().any(|word| mentions(script, word)) {
        return None;
    }
    let mut found = Vec::new();
    let mut start = 0;
    for end in ends.into_iter().chain([script.len()]) {
        let part = script.get(start..end)?;
        if !lead(part)?.is_empty() {
            let text = part.trim_start();
            found.push(Statement { text: text.trim_end(), offset: start + part.len() - text.len() });
        }
        start = end + 1;
    }
    Some(found)
}

/// What may have statements in it.
const ROUTINES: &[&str] = &["function", "procedure"];

/// Whether a text has these letters somewhere, in any case.
fn mentions(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|found| found.eq_ignore_ascii_case(word.as_bytes()))
}

/// What follows the white space and comments at the beginning, empty where nothing
/// does; `None` where that takes a closer look.
fn lead(sql: &str) -> Option<&str> {
    let mut rest = sql;
    loop {
        rest = rest.trim_start();
        let (comment, end) = if let Some(comment) = rest.strip_prefix("--") {
            (comment, "\n")
        } else if let Some(comment) = rest.strip_prefix("/*") {
            (comment, "*/")
        } else {
            return Some(rest);
        };
        let (comment, after) = comment.split_once(end)?;
        if !is_flat(comment) || comment.contains('\r') {
            return None;
        }
        rest = after;
    }
}

/// A statement without the comments before it.
#[must_use]
pub fn uncommented(statement: &str) -> &str {
    lead(statement).unwrap_or(statement)
}

fn statements_of_pieces(script: &str) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut has_code = false;
    let mut routine = Routine::default();
    let mut close = |start: usize, end: usize, has_code: bool| {
        let text = script.get(start..end).unwrap_or_default();
        let trimmed = text.trim_start();
        if has_code {
            found.push(Statement { text: trimmed.trim_end(), offset: start + text.len() - trimmed.len() });
        }
    };
    for piece in pieces(script) {
        routine.look(&piece);
        if piece.kind == Kind::Symbol && piece.text == ";" && routine.depth == 0 {
            close(start, piece.start, has_code);
            (start, has_code, routine) = (piece.end(), false, Routine::default());
        } else {
            has_code |= piece.is_code();
        }
    }
    close(start, script.len(), has_code);
    found
}

/// Whether a text holds anything but comments and white space.
#[must_use]
pub fn has_code(sql: &str) -> bool {
    pieces(sql).iter().any(Piece::is_code)
}

/// Where the first semicolon stands that ends a statement, in bytes.
#[must_use]
pub fn first_end(sql: &str) -> Option<usize> {
    let is_end = |piece: &&Piece<'_>| piece.kind == Kind::Symbol && piece.text == ";";
    pieces(sql).iter().find(is_end).map(|piece| piece.start)
}

/// Whether a statement defines a function or procedure, and how deep in its body it is.
#[derive(Debug, Default)]
struct Routine {
    words: usize,
    creates: bool,
    is_one: bool,
    depth: usize,
}

impl Routine {
    fn look(&mut self, piece: &Piece<'_>) {
        if piece.kind != Kind::Word {
            return;
        }
        self.words += 1;
        let is = |word: &str| piece.is_word(word);
        match self.words {
            1 => self.creates = is("create"),
            // `create or replace function`
            2..=4 => self.is_one |= self.creates && (is("function") || is("procedure")),
            _ if self.is_one && (is("begin") || (self.depth > 0 && is("case"))) => self.depth += 1,
            _ if is("end") => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// The first word of a statement in lower case, or nothing: `select`, `begin`.
#[must_use]
pub fn leading_word(statement: &str) -> String {
    plain_leading_word(statement).unwrap_or_else(|| leading_word_of_pieces(statement))
}

/// The first word where white space or a parenthesis ends it; a quote would make it
/// the prefix of a text.
fn plain_leading_word(statement: &str) -> Option<String> {
    let text = lead(statement)?;
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    let is_whole = rest.is_empty() || rest.starts_with([' ', '\n', '\t', '(', ';']);
    (is_whole && !word.is_empty()).then(|| word.to_ascii_lowercase())
}

fn leading_word_of_pieces(statement: &str) -> String {
    let first = pieces(statement).into_iter().find(Piece::is_code);
    first.filter(|piece| piece.kind == Kind::Word).map(|piece| piece.text.to_lowercase()).unwrap_or_default()
}

/// The words and marks of a statement outside its parentheses, in lower case; a
/// pair of parentheses is `()`, and what is quoted is an empty text.
#[must_use]
pub fn outline(statement: &str) -> Vec<String> {
    outline_of_pieces(without_insides(statement).as_deref().unwrap_or(statement))
}

/// A statement with nothing in its parentheses, where a quick look tells them.
fn without_insides(statement: &str) -> Option<String> {
    let mut short = String::new();
    let (mut depth, mut reached) = (0_usize, 0);
    for (at, mark) in marks(statement)? {
        match mark {
            b'(' => {
                if depth == 0 {
                    short.push_str(statement.get(reached..=at)?);
                }
                depth += 1;
            }
            b')' if depth > 0 => {
                depth -= 1;
                reached = at;
            }
            _ => {}
        }
    }
    if depth == 0 {
        short.push_str(statement.get(reached..)?);
    }
    Some(short)
}

fn outline_of_pieces(statement: &str) -> Vec<String> {
    let (mut depth, mut found) = (0_usize, Vec::new());
    for piece in pieces(statement).into_iter().filter(Piece::is_code) {
        match piece.text {
            "(" => {
                if depth == 0 {
                    found.push("()".to_owned());
                }
                depth += 1;
            }
            ")" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if piece.kind == Kind::Quoted => found.push(String::new()),
            text => found.push(text.to_lowercase()),
        }
    }
    found
}

/// A statement with `value(n)` in place of its placeholders, counted from 0,
/// and how many there were. Where there is no value, the placeholder stays.
#[must_use]
pub fn bind(
    statement: &str,
    placeholder: Placeholder,
    value: impl Fn(usize) -> Option<String>,
) -> (String, usize) {
    let mut bound = String::with_capacity(statement.len());
    let mut count = 0;
    let mut fill = |bound: &mut String, mark: &str| {
        bound.push_str(&value(count).unwrap_or_else(|| mark.to_owned()));
        count += 1;
    };
    match placeholder {
        Placeholder::Mark => {
            for piece in pieces(statement) {
                if piece.kind == Kind::Symbol && piece.text == "?" {
                    fill(&mut bound, "?");
                } else {
                    bound.push_str(piece.text);
                }
            }
        }
        Placeholder::Format => {
            let mut rest = statement;
            while let Some((before, after)) = rest.split_once('%') {
                bound.push_str(before);
                rest = if let Some(after) = after.strip_prefix('s') {
                    fill(&mut bound, "%s");
                    after
                } else {
                    bound.push('%');
                    after.strip_prefix('%').unwrap_or(after)
                };
            }
            bound.push_str(rest);
        }
    }
    (bound, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_split_at_semicolons_that_are_code() {
        let check = |script: &str, expected: &[&str]| {
            let found = statements(script);
            let texts: Vec<&str> = found.iter().map(|statement| statement.text).collect();
            assert_eq!(texts, expected, "{script}");
            for statement in found {
                let there =
                    script.get(statement.offset..).is_some_and(|rest| rest.starts_with(statement.text));
                assert!(there, "{script}");
            }
        };
        check("select 1", &["select 1"]);
        check(" a ;\n b; ", &["a", "b"]);
        check("a ';' ; -- c;\n b", &["a ';'", "-- c;\n b"]);
        check("a; -- only a comment\n;", &["a"]);
        check("create function f() as $$ a; b $$; c", &["create function f() as $$ a; b $$", "c"]);
        let body =
            "create or replace function f() returns int begin atomic select case when true then 1 end; end";
        check(&format!("{body}; begin; end"), &[body, "begin", "end"]);
        check("/* ; /* ; */ */ a;;", &["/* ; /* ; */ */ a"]);
        check("/*/*/ */ */", &[]);
        check("/*/*/ */ a */", &[]);
        check("", &[]);
    }

    proptest::proptest! {
        #[test]
        fn the_short_way_is_the_long_way(script in "(--|/\\*|\\*/|create |function |begin |end |[a-bEqU&é1;'\"\\\\$()\\[\\]{}#`@:|!%^~<>=*?,.+&\\n\\r\\t -]){0,14}") {
            proptest::prop_assert_eq!(statements(&script), statements_of_pieces(&script));
            proptest::prop_assert_eq!(leading_word(&script), leading_word_of_pieces(&script));
            proptest::prop_assert_eq!(outline(&script), outline_of_pieces(&script));
        }
    }

    #[test]
    fn ends_and_empty_texts_are_seen() {
        assert_eq!(first_end("select ';' -- ;\n; select 2;"), Some(16));
        assert_eq!(first_end("select 1"), None);
        assert!(has_code("-- x\nselect 1") && !has_code(" -- x\n/* y */"));
    }

    #[test]
    fn the_leading_word_comes_after_comments() {
        assert_eq!(leading_word("-- x\n /* y */ BEGIN transaction"), "begin");
        assert_eq!(leading_word("(select 1)"), "");
    }

    #[test]
    fn outlines_leave_out_what_is_inside() {
        let found = outline("WITH a AS (select (1) from \"b\") -- c\nselect \"d\", e FROM f");
        assert_eq!(found, ["with", "a", "as", "()", "select", "", ",", "e", "from", "f"]);
    }

    #[test]
    fn values_take_the_place_of_placeholders() {
        let value = |at| Some(format!("v{at}"));
        let bound = bind("values (%s, '%s', 10 %% 3) -- %", Placeholder::Format, value);
        assert_eq!(bound, ("values (v0, 'v1', 10 % 3) -- %".to_owned(), 2));
        let bound = bind("values (?, '?', ?) -- ?", Placeholder::Mark, value);
        assert_eq!(bound, ("values (v0, '?', v1) -- ?".to_owned(), 2));
    }
}
