//! Walks expressions by Jinja2's grammar and notes what must be rewritten.

use super::edits::Edits;
use crate::template::scan::{Token, TokenKind};

/// Brackets and operators may nest this deep; what is deeper is left as it is.
const DEPTH: usize = 150;

/// So many operands one call takes; minijinja limits the arguments of calls.
const LONGEST_RUN: usize = 1000;

/// The walker met something that is no expression; the engine will say what.
pub(super) struct Unreadable;

/// What was walked: where it stands and whether it ends with a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walked {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// What matters about an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Call,
    String,
    Test,
    Other,
}

/// Rewrites the tokens of `{{ … }}`.
pub(super) fn rewrite(source: &str, tokens: &[Token], edits: &mut Edits) {
    let before = edits.len();
    let mut walker = Walker::new(source, tokens, edits);
    let read = walker.list().ok().filter(|_| walker.at >= tokens.len());
    match (read, tokens) {
        (Some(Some(_)), _) => {}
        // A tuple without parentheses.
        (Some(None), [first, .., last]) => {
            edits.insert(first.start, "(");
            edits.insert(last.end, ")");
        }
        _ => edits.truncate(before),
    }
}

pub(super) struct Walker<'a, 'e> {
    pub(super) source: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) at: usize,
    pub(super) edits: &'e mut Edits,
    depth: usize,
}

impl<'a, 'e> Walker<'a, 'e> {
    pub(super) fn new(source: &'a str, tokens: &'a [Token], edits: &'e mut Edits) -> Self {
        Self { source, tokens, at: 0, edits, depth: 0 }
    }

    /// Walks a list of expressions up to the last token; where that is not
    /// possible, nothing is rewritten. Returns the only expression.
    pub(super) fn all(&mut self) -> Option<Walked> {
        let before = self.edits.len();
        match self.list() {
            Ok(walked) if self.at >= self.tokens.len() => walked,
            _ => {
                self.edits.truncate(before);
                None
            }
        }
    }

    /// `a, b, c`: the only expression, if it is one.
    fn list(&mut self) -> Result<Option<Walked>, Unreadable> {
        let first = self.expression()?;
        if !self.is(",") {
            return Ok(Some(first));
        }
        while self.take(",") {
            if self.at < self.tokens.len() {
                self.expression()?;
            }
        }
        Ok(None)
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn text_at(&self, at: usize) -> &'a str {
        match self.tokens.get(at) {
            Some(token) if token.kind != TokenKind::String => token.text(self.source),
            _ => "",
        }
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.text_at(self.at) == text
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, text: &str) -> Result<&'a Token, Unreadable> {
        let token = self.peek().ok_or(Unreadable)?;
        if self.take(text) { Ok(token) } else { Err(Unreadable) }
    }

    /// A whole expression: `a if b else c` and all below.
    pub(super) fn expression(&mut self) -> Result<Walked, Unreadable> {
        if self.depth >= DEPTH {
            return Err(Unreadable);
        }
        self.depth += 1;
        let walked = self.conditional();
        self.depth -= 1;
        walked
    }

    fn conditional(&mut self) -> Result<Walked, Unreadable> {
        let mut whole = self.logical()?;
        while self.take("if") {
            let mut last = self.logical()?;
            if self.take("else") {
                last = self.expression()?;
            }
            whole = Walked { end: last.end, kind: Kind::Other, ..whole };
        }
        Ok(whole)
    }

    /// `or`, `and` and `not`, which need no rewriting and so no precedence.
    pub(super) fn logical(&mut self) -> Result<Walked, Unreadable> {
        let start = self.peek().ok_or(Unreadable)?.start;
        let mut kind = None;
        loop {
            while self.take("not") {
                kind = Some(Kind::Other);
            }
            let last = self.comparison()?;
            if !self.take("or") && !self.take("and") {
                return Ok(Walked { start, end: last.end, kind: kind.unwrap_or(last.kind) });
            }
            kind = Some(Kind::Other);
        }
    }

    fn comparison(&mut self) -> Result<Walked, Unreadable> {
        let left = self.sum()?;
        let mut whole = left;
        let mut only: Option<(Token, &'static str, Walked)> = None;
        let mut operands = vec![left];
        loop {
            let operator = self.peek().copied();
            let filter = comparison_filter(self.text_at(self.at));
            if filter.is_some() {
                self.at += 1;
            } else if self.text_at(self.at) == "not" && self.text_at(self.at + 1) == "in" {
                self.at += 2;
            } else if !self.take("in") {
                break;
            }
            let right = self.sum()?;
            operands.push(right);
            only = operator.zip(filter).map(|(operator, filter)| (operator, filter, right));
            whole = Walked { end: right.end, kind: Kind::Other, ..whole };
        }
        // Equality with a string literal is the same in both languages, and neither
        // `in` nor a chain of comparisons (`a < b < c`) has a form as a filter.
        let Some((operator, filter, right)) = only.filter(|_| operands.len() == 2) else {
            self.as_plain(&operands);
            return Ok(whole);
        };
        let has_string = left.kind == Kind::String || right.kind == Kind::String;
        if !(has_string && matches!(filter, "__eq" | "__ne")) {
            self.as_filter(left, &operator, filter, right);
        }
        Ok(whole)
    }

    fn sum(&mut self) -> Result<Walked, Unreadable> {
        self.binary(Self::concatenation, |text| match text {
            "+" => Some("__add"),
            "-" => Some("__sub"),
            _ => None,
        })
    }

    fn concatenation(&mut self) -> Result<Walked, Unreadable> {
        self.binary(Self::product, |text| (text == "~").then_some("__concat"))
    }

    fn product(&mut self) -> Result<Walked, Unreadable> {
        self.binary(Self::power, |text| match text {
            "*" => Some("__mul"),
            "/" => Some("__div"),
            "//" => Some("__floordiv"),
            "%" => Some("__mod"),
            _ => None,
        })
    }

    fn power(&mut self) -> Result<Walked, Unreadable> {
        self.binary(|walker| walker.unary(true), |text| (text == "**").then_some("__pow"))
    }

    /// Operators of one rank, from left to right: `a + b + c - d` becomes
    /// `a|__add(b,c)|__sub(d)`. Long chains nest nothing, and nothing needs
    /// brackets: what binds stronger is a filter before it, what binds weaker
    /// is either a filter behind it or weaker than all filters.
    fn binary(
        &mut self,
        operand: impl Fn(&mut Self) -> Result<Walked, Unreadable>,
        filter_of: impl Fn(&str) -> Option<&'static str>,
    ) -> Result<Walked, Unreadable> {
        let first = operand(self)?;
        let mut whole = first;
        let mut previous = None;
        let mut run = 0;
        while let (Some(operator), Some(filter)) = (self.peek(), filter_of(self.text_at(self.at))) {
            self.at += 1;
            if previous.is_none() {
                self.as_operand(first);
            }
            run = if previous == Some(filter) { run + 1 } else { 0 };
            let close = if previous.is_some() { ")" } else { "" };
            let text = if run % LONGEST_RUN == 0 { format!("{close}|{filter}(") } else { ",".to_owned() };
            self.edits.replace(operator.start, operator.end - operator.start, text);
            whole = Walked { end: operand(self)?.end, kind: Kind::Other, ..whole };
            previous = Some(filter);
        }
        if previous.is_some() {
            self.edits.insert(whole.end, ")");
        }
        Ok(whole)
    }

    /// Makes what a filter follows whole: a test would take the filter for
    /// part of itself.
    fn as_operand(&mut self, walked: Walked) {
        if walked.kind == Kind::Test {
            self.edits.insert(walked.start, "(");
            self.edits.insert(walked.end, ")");
        }
    }

    /// `left operator right` becomes `left|filter(right)`.
    fn as_filter(&mut self, left: Walked, operator: &Token, filter: &str, right: Walked) {
        self.as_operand(left);
        self.edits.replace(operator.start, operator.end - operator.start, format!("|{filter}("));
        self.edits.insert(right.end, ")");
    }

    /// The operands of a comparison that minijinja makes, which knows no decimals.
    fn as_plain(&mut self, operands: &[Walked]) {
        let can_be_number = |operand: &&Walked| operand.kind != Kind::String;
        for operand in operands.iter().filter(can_be_number).filter(|_| operands.len() > 1) {
            self.as_operand(*operand);
            self.edits.insert(operand.end, "|__plain");
        }
    }

    /// What a loop goes through, which must not be None: minijinja takes it for nothing.
    pub(super) fn as_looped(&mut self, items: Walked) {
        if !matches!(self.source.get(items.start..=items.start), Some("[" | "-" | "+")) {
            self.edits.insert(items.start, "(");
            self.edits.insert(items.end, ")|__each");
        }
    }

    /// Puts brackets around what the rewrite made a filter, if a member or a
    /// call of it follows.
    fn bracketed(&mut self, start: usize, end: usize) {
        if matches!(self.text_at(self.at), "." | "[" | "(") {
            self.edits.insert(start, "(");
            self.edits.insert(end, ")");
        }
    }

    fn unary(&mut self, with_filters: bool) -> Result<Walked, Unreadable> {
        if self.depth >= DEPTH {
            return Err(Unreadable);
        }
        let sign = self.peek().ok_or(Unreadable)?;
        let mut walked = if self.take("-") || self.take("+") {
            self.depth += 1;
            let operand = self.unary(false);
            self.depth -= 1;
            self.signed(sign, operand?)
        } else {
            self.postfix()?
        };
        if with_filters {
            walked = self.filters(walked)?;
        }
        Ok(walked)
    }

    /// `-x` becomes `x|__neg`; minijinja knows no `+x`.
    fn signed(&mut self, sign: &Token, operand: Walked) -> Walked {
        let is_literal = self
            .source
            .get(operand.start..operand.end)
            .is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
        if sign.text(self.source) == "+" {
            self.edits.replace(sign.start, 1, "");
        } else if is_literal {
            self.edits.insert(sign.start, "(");
            self.edits.insert(operand.end, ")");
        } else {
            self.edits.replace(sign.start, 1, "");
            self.edits.insert(operand.end, "|__neg");
        }
        Walked { start: sign.start, end: operand.end, kind: Kind::Other }
    }

    fn postfix(&mut self) -> Result<Walked, Unreadable> {
        let mut walked = self.primary()?;
        loop {
            if self.take(".") {
                let member = self.peek().ok_or(Unreadable)?;
                if !matches!(member.kind, TokenKind::Name | TokenKind::Number) {
                    return Err(Unreadable);
                }
                self.at += 1;
                walked = Walked { end: member.end, kind: Kind::Other, ..walked };
            } else if self.is("[") {
                walked = self.subscript(walked)?;
            } else if self.is("(") {
                let end = self.call_arguments()?;
                walked = Walked { end, kind: Kind::Call, ..walked };
            } else {
                return Ok(walked);
            }
        }
    }

    fn subscript(&mut self, base: Walked) -> Result<Walked, Unreadable> {
        let open = self.expect("[")?;
        let mut colons = Vec::new();
        let mut is_missing = vec![true];
        let mut has_commas = false;
        while !self.is("]") {
            if self.is(":") {
                colons.push(*self.peek().ok_or(Unreadable)?);
                is_missing.push(true);
                self.at += 1;
            } else {
                self.expression()?;
                if let Some(last) = is_missing.last_mut() {
                    *last = false;
                }
                has_commas |= self.take(",");
            }
        }
        let close = self.expect("]")?;
        match (has_commas, colons.is_empty()) {
            // A tuple as the key.
            (true, true) => {
                self.edits.insert(open.end, "(");
                self.edits.insert(close.start, ")");
            }
            (true, false) => return Err(Unreadable),
            (false, _) => {}
        }
        if !colons.is_empty() {
            let fill = |missing: Option<&bool>| if missing == Some(&true) { "none" } else { "" };
            self.edits.replace(open.start, 1, format!("|__slice({}", fill(is_missing.first())));
            for (colon, missing) in colons.iter().zip(is_missing.iter().skip(1)) {
                self.edits.replace(colon.start, 1, format!(",{}", fill(Some(missing))));
            }
            self.edits.replace(close.start, 1, ")");
            self.bracketed(base.start, close.end);
        }
        Ok(Walked { end: close.end, kind: Kind::Other, ..base })
    }

    /// `(a, *b, c=d, **e)`; returns the end.
    pub(super) fn call_arguments(&mut self) -> Result<usize, Unreadable> {
        self.expect("(")?;
        while !self.is(")") {
            if !self.take("**") {
                self.take("*");
            }
            let is_named = self.peek().is_some_and(|token| token.kind == TokenKind::Name);
            if is_named && self.text_at(self.at + 1) == "=" {
                self.at += 2;
            }
            self.expression()?;
            if !self.take(",") && !self.is(")") {
                return Err(Unreadable);
            }
        }
        Ok(self.expect(")")?.end)
    }

    fn primary(&mut self) -> Result<Walked, Unreadable> {
        let token = self.peek().ok_or(Unreadable)?;
        let (start, end) = (token.start, token.end);
        match (token.kind, token.text(self.source)) {
            (TokenKind::String, _) => self.strings(),
            (TokenKind::Name | TokenKind::Number, _) => {
                self.at += 1;
                Ok(Walked { start, end, kind: Kind::Other })
            }
            (TokenKind::Symbol, "(") => self.parenthesis(),
            (TokenKind::Symbol, "[") => self.list_literal(),
            (TokenKind::Symbol, "{") => self.dict_literal(),
            _ => Err(Unreadable),
        }
    }

    /// Neighbouring strings are one string in Jinja2.
    fn strings(&mut self) -> Result<Walked, Unreadable> {
        let first = self.peek().ok_or(Unreadable)?;
        self.at += 1;
        let mut last = first;
        while let Some(next) = self.peek().filter(|token| token.kind == TokenKind::String) {
            self.edits.insert(last.end, " ~ ");
            last = next;
            self.at += 1;
        }
        if last.start != first.start {
            self.edits.insert(first.start, "(");
            self.edits.insert(last.end, ")");
        }
        Ok(Walked { start: first.start, end: last.end, kind: Kind::String })
    }

    fn parenthesis(&mut self) -> Result<Walked, Unreadable> {
        let open = self.expect("(")?;
        while !self.is(")") {
            self.expression()?;
            if !self.take(",") && !self.is(")") {
                return Err(Unreadable);
            }
        }
        let close = self.expect(")")?;
        Ok(Walked { start: open.start, end: close.end, kind: Kind::Other })
    }

    fn list_literal(&mut self) -> Result<Walked, Unreadable> {
        let open = self.expect("[")?;
        while !self.is("]") {
            self.expression()?;
            if !self.take(",") && !self.is("]") {
                return Err(Unreadable);
            }
        }
        let close = self.expect("]")?;
        Ok(self.literal(open, close, "|__list"))
    }

    fn dict_literal(&mut self) -> Result<Walked, Unreadable> {
        let open = self.expect("{")?;
        while !self.is("}") {
            self.expression()?;
            self.expect(":")?;
            self.expression()?;
            if !self.take(",") && !self.is("}") {
                return Err(Unreadable);
            }
        }
        let close = self.expect("}")?;
        Ok(self.literal(open, close, "|__dict"))
    }

    fn literal(&mut self, open: &Token, close: &Token, filter: &str) -> Walked {
        self.edits.insert(close.end, filter);
        self.bracketed(open.start, close.end);
        Walked { start: open.start, end: close.end, kind: Kind::Other }
    }

    /// `| filter(..)`, `is test ..` and calls of their results.
    pub(super) fn filters(&mut self, mut walked: Walked) -> Result<Walked, Unreadable> {
        loop {
            if self.take("|") {
                walked = self.filter(walked)?;
            } else if self.take("is") {
                walked = self.test(walked)?;
            } else if self.is("(") {
                let end = self.call_arguments()?;
                walked = Walked { end, kind: Kind::Call, ..walked };
            } else {
                return Ok(walked);
            }
        }
    }

    pub(super) fn filter(&mut self, walked: Walked) -> Result<Walked, Unreadable> {
        let name = self.name()?;
        let end = if self.is("(") { self.call_arguments()? } else { name.end };
        Ok(Walked { end, kind: Kind::Other, ..walked })
    }

    fn name(&mut self) -> Result<&'a Token, Unreadable> {
        let token = self.peek().filter(|token| token.kind == TokenKind::Name).ok_or(Unreadable)?;
        self.at += 1;
        Ok(token)
    }

    fn test(&mut self, walked: Walked) -> Result<Walked, Unreadable> {
        self.take("not");
        let name = self.name()?;
        let mut end = name.end;
        if self.is("(") {
            end = self.call_arguments()?;
        } else if self.starts_argument() {
            let argument = self.postfix()?;
            self.edits.insert(argument.start, "(");
            self.edits.insert(argument.end, ")");
            end = argument.end;
        }
        Ok(Walked { end, kind: Kind::Test, ..walked })
    }

    /// Whether the next token can be a test's argument without brackets.
    fn starts_argument(&self) -> bool {
        let Some(token) = self.peek() else { return false };
        match token.kind {
            TokenKind::Name => !matches!(
                token.text(self.source),
                "else" | "or" | "and" | "is" | "if" | "not" | "in" | "recursive"
            ),
            TokenKind::Number | TokenKind::String => true,
            TokenKind::Symbol => matches!(token.text(self.source), "[" | "{"),
            TokenKind::Unknown => false,
        }
    }
}

fn comparison_filter(text: &str) -> Option<&'static str> {
    Some(match text {
        "==" => "__eq",
        "!=" => "__ne",
        "<" => "__lt",
        "<=" => "__le",
        ">" => "__gt",
        ">=" => "__ge",
        _ => return None,
    })
}
