//! Reads what stands in a block's opening tag.

use super::block::{Argument, BlockKind};
use super::token::{Fault, Token, TokenKind};

/// A block's opening tag, read.
pub(crate) struct Header {
    pub(crate) kind: BlockKind,
    pub(crate) name: String,
    pub(crate) name_range: (usize, usize),
    pub(crate) arguments: Vec<Parameter>,
}

/// One parameter and where its parts stand.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) argument: Argument,
    /// Bytes of the default's expression.
    pub(crate) default: Option<(usize, usize)>,
}

/// Reads the tokens of an opening tag such as `macro f(a, b=1)`.
///
/// # Errors
/// The tag does not say what the block needs; the fault tells what and where.
pub(crate) fn header(source: &str, tokens: &[Token]) -> Result<Header, Fault> {
    let mut reader = Reader { source, tokens, at: 0 };
    let tag = reader.next().map(|token| token.text(source)).unwrap_or_default();
    let Some(name) = reader.next().filter(|token| token.kind == TokenKind::Name) else {
        return Err(reader.fault(format!("this `{tag}` has no name"), "a name belongs here"));
    };
    let mut arguments = Vec::new();
    let kind = match tag {
        "macro" | "test" | "data_test" => {
            arguments = reader.parameters(tag)?;
            if tag == "macro" { BlockKind::Macro } else { BlockKind::Test }
        }
        "materialization" => reader.materialization()?,
        "snapshot" => BlockKind::Snapshot,
        _ => BlockKind::Docs,
    };
    if reader.is(":") {
        reader.next();
    }
    if reader.peek().is_some() {
        let message = format!("the `{tag}` tag goes on after its end");
        return Err(reader.fault(message, "not expected here"));
    }
    let name_range = (name.start, name.end);
    Ok(Header { kind, name: name.text(source).to_owned(), name_range, arguments })
}

/// The parameters in brackets, starting at `tokens`' first token: `(a, b: int = 1)`.
pub(crate) fn parameters(source: &str, tokens: &[Token]) -> Result<Vec<Parameter>, Fault> {
    Reader { source, tokens, at: 0 }.parameters("macro")
}

struct Reader<'a> {
    source: &'a str,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.at);
        self.at += 1;
        token
    }

    fn is(&self, text: &str) -> bool {
        self.peek().is_some_and(|token| token.kind != TokenKind::String && token.text(self.source) == text)
    }

    fn expect(&mut self, text: &str, what: &str) -> Result<(), Fault> {
        if self.is(text) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.fault(format!("{what} needs a `{text}`"), "expected before this"))
        }
    }

    /// A fault at the current token, or after the last one.
    fn fault(&self, message: String, label: &'static str) -> Fault {
        let at = self.at.min(self.tokens.len());
        let (start, end) = match (self.tokens.get(at), self.tokens.last()) {
            (Some(token), _) => (token.start, token.end),
            (None, Some(last)) => (last.start, last.end),
            (None, None) => (0, 0),
        };
        Fault { code: "malformed-block", start, end, message, label }
    }

    fn parameters(&mut self, tag: &str) -> Result<Vec<Parameter>, Fault> {
        self.expect("(", &format!("this `{tag}`"))?;
        let mut parameters: Vec<Parameter> = Vec::new();
        while !self.is(")") {
            if !parameters.is_empty() {
                self.expect(",", "the list of parameters")?;
                if self.is(")") {
                    break;
                }
            }
            let parameter = self.parameter()?;
            let follows_default = parameters.last().is_some_and(|last| last.default.is_some());
            if follows_default && parameter.default.is_none() {
                self.at -= 1;
                let message = format!(
                    "`{}` needs a default, as the parameter before it has one",
                    parameter.argument.name
                );
                return Err(self.fault(message, "no default"));
            }
            parameters.push(parameter);
        }
        self.expect(")", &format!("this `{tag}`"))?;
        Ok(parameters)
    }

    fn parameter(&mut self) -> Result<Parameter, Fault> {
        let Some(name) = self.peek().filter(|token| token.kind == TokenKind::Name) else {
            return Err(self.fault("a parameter needs a name".to_owned(), "not a name"));
        };
        self.at += 1;
        let data_type = if self.is(":") {
            self.at += 1;
            Some(self.expression(&[",", ")", "="]))
        } else {
            None
        };
        let default = if self.is("=") {
            self.at += 1;
            let range = self.expression(&[",", ")"]);
            if range.0 == range.1 {
                return Err(
                    self.fault("a default is missing after `=`".to_owned(), "expected a value before this")
                );
            }
            Some(range)
        } else {
            None
        };
        let text = |(start, end)| self.source.get(start..end).unwrap_or_default().to_owned();
        let argument = Argument {
            name: name.text(self.source).to_owned(),
            data_type: data_type.map(text),
            default: default.map(text),
        };
        Ok(Parameter { argument, default })
    }

    /// Skips to one of `stops` outside of brackets; the bytes that were skipped.
    fn expression(&mut self, stops: &[&str]) -> (usize, usize) {
        let start = self.peek().map_or(0, |token| token.start);
        let mut end = start;
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            let text = if token.kind == TokenKind::String { "" } else { token.text(self.source) };
            if depth == 0 && stops.contains(&text) {
                break;
            }
            match text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            end = token.end;
            self.at += 1;
        }
        (start, end)
    }

    fn materialization(&mut self) -> Result<BlockKind, Fault> {
        let mut adapter = None;
        let mut languages = vec!["sql".to_owned()];
        while self.is(",") {
            self.at += 1;
            let word = self.next().map(|token| token.text(self.source)).unwrap_or_default();
            match word {
                "default" => {}
                "adapter" => {
                    self.expect("=", "`adapter`")?;
                    let Some(name) = self.next().and_then(|token| token.literal(self.source)) else {
                        self.at -= 1;
                        return Err(self.fault("`adapter` needs a quoted name".to_owned(), "not a string"));
                    };
                    adapter = (name != "default").then(|| name.to_owned());
                }
                "supported_languages" => {
                    self.expect("=", "`supported_languages`")?;
                    let from = self.at;
                    self.expression(&[","]);
                    let listed = self.tokens.get(from..self.at.min(self.tokens.len())).unwrap_or_default();
                    languages = listed
                        .iter()
                        .filter_map(|token| token.literal(self.source))
                        .map(str::to_owned)
                        .collect();
                }
                other => {
                    self.at -= 1;
                    let message = format!("a materialization has no setting `{other}`");
                    return Err(self.fault(message, "expected `default`, `adapter` or `supported_languages`"));
                }
            }
        }
        Ok(BlockKind::Materialization { adapter, languages })
    }
}
