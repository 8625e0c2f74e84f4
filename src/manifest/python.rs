//! Models in Python: what their text asks dbt for.
//!
//! Nothing is run to find that out. The text is cut into tokens, and calls such as
//! `dbt.ref("orders")`, whose arguments are literals, are turned into the templates
//! that would ask for the same.

mod literal;
mod tokens;

use tokens::{Kind, Token, tokens};

use super::Body;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::template::Text;

/// Calls of a model, as templates in order of mention.
pub(super) fn requests(body: &Body) -> Result<Vec<Text>, Diagnostic> {
    let reading = Reading { body, tokens: tokens(&body.text) };
    reading.check_function()?;
    let mut requests = Vec::new();
    let mut looked_up = LookedUp::default();
    for at in 0..reading.tokens.len() {
        let Some(call) = reading.call(at) else { continue };
        let arguments = reading.arguments(&call)?;
        match call.function.as_str() {
            "config.get" => looked_up.configs.push(arguments),
            "config.meta_get" => looked_up.metas.push(arguments),
            function => requests.push(reading.request(function, call.open, &arguments)),
        }
    }
    requests.extend(looked_up.request(body));
    Ok(requests)
}

/// What `dbt.config.get` and `dbt.config.meta_get` ask for: a key, and what stands
/// in for it.
#[derive(Default)]
struct LookedUp {
    configs: Vec<Vec<String>>,
    metas: Vec<Vec<String>>,
}

impl LookedUp {
    /// dbt: the keys become configs of the model, from which its code gets the values.
    fn request(&self, body: &Body) -> Option<Text> {
        if self.configs.is_empty() && self.metas.is_empty() {
            return None;
        }
        let list = |calls: &[Vec<String>], place: usize| {
            let value = |call: &Vec<String>| call.get(place).map_or("none", String::as_str).to_owned();
            format!("[{}]", calls.iter().map(value).collect::<Vec<_>>().join(", "))
        };
        let text = format!(
            "{{{{ config(config_keys_used={}, config_keys_defaults={}, meta_keys_used={}, meta_keys_defaults={}) }}}}",
            list(&self.configs, 0),
            list(&self.configs, 1),
            list(&self.metas, 0),
            list(&self.metas, 1)
        );
        Some(Text::new(text, body.file, body.offset))
    }
}

/// A call of something that `dbt` offers, by the places of its tokens.
struct Call {
    function: String,
    /// The opening parenthesis.
    open: usize,
    /// The closing one.
    close: usize,
}

struct Reading<'a> {
    body: &'a Body,
    tokens: Vec<Token>,
}

impl Reading<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).and_then(|token| self.body.text.get(token.start..token.end)).unwrap_or_default()
    }

    fn is_name(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Name)
    }

    fn span(&self, at: usize) -> Span {
        let (start, end) = self.tokens.get(at).map_or((0, 0), |token| (token.start, token.end));
        Span { file: self.body.file, start: self.body.offset + start, end: self.body.offset + end }
    }

    fn refuse(&self, at: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error("python-model", message).at(self.span(at), "")
    }

    /// One function `model(dbt, session)` at the left margin.
    fn check_function(&self) -> Result<(), Diagnostic> {
        let is_function = |at: &usize| {
            let token = self.tokens.get(*at);
            let is_outermost = token.is_some_and(|token| {
                token.start == 0 || self.body.text.as_bytes().get(token.start - 1) == Some(&b'\n')
            });
            is_outermost
                && self.text(*at) == "def"
                && self.text(at + 1) == "model"
                && self.text(at + 2) == "("
        };
        let functions: Vec<usize> = (0..self.tokens.len()).filter(is_function).collect();
        let [function] = functions.as_slice() else {
            let message =
                format!("a Python model has one function `model`; this one has {}", functions.len());
            let problem = self.refuse(functions.get(1).copied().unwrap_or_default(), message);
            return Err(problem.help("write `def model(dbt, session):` and return a data frame from it"));
        };
        if self.text(function + 3) != "dbt" {
            let message = "the first argument of the function `model` is called `dbt`";
            return Err(self.refuse(function + 3, message));
        }
        if self.text(function + 4) != "," && self.text(function + 4) != ":" {
            let message = "the function `model` takes two arguments: `dbt` and the session";
            return Err(self.refuse(function + 1, message));
        }
        Ok(())
    }

    /// The call that begins at this token.
    fn call(&self, at: usize) -> Option<Call> {
        let is_free = at == 0 || self.text(at - 1) != ".";
        if !is_free || self.text(at) != "dbt" || self.text(at + 1) != "." || !self.is_name(at + 2) {
            return None;
        }
        let mut function = self.text(at + 2).to_owned();
        let mut open = at + 3;
        if function == "config" && self.text(open) == "." {
            function = format!("config.{}", self.text(open + 1));
            open += 2;
        }
        let known = ["ref", "source", "config", "config.get", "config.meta_get"];
        if !known.contains(&function.as_str()) || self.text(open) != "(" {
            return None;
        }
        let mut depth = 0_usize;
        for close in open..self.tokens.len() {
            match self.text(close) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return Some(Call { function, open, close });
            }
        }
        None
    }

    /// The arguments of a call, each as the template of a literal.
    fn arguments(&self, call: &Call) -> Result<Vec<String>, Diagnostic> {
        let mut arguments = vec![String::new()];
        let mut depth = 0_usize;
        for at in call.open + 1..call.close {
            let Some(token) = self.tokens.get(at) else { continue };
            let text = self.text(at);
            match text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                "," if depth == 0 => {
                    arguments.push(String::new());
                    continue;
                }
                _ => {}
            }
            let names_argument = depth == 0 && token.kind == Kind::Name && self.text(at + 1) == "=";
            let follows_text = token.kind == Kind::Text
                && self.tokens.get(at - 1).is_some_and(|before| before.kind == Kind::Text);
            let Some(written) = literal::literal(token.kind, text, names_argument) else {
                let message =
                    format!("the arguments of `dbt.{}` must be literals: `{text}` is none", call.function);
                let problem = self.refuse(at, message);
                return Err(problem.note("they are read before the model runs, to know what it needs"));
            };
            let Some(argument) = arguments.last_mut() else { continue };
            argument.push_str(if follows_text { " ~ " } else { "" });
            argument.push_str(&written);
        }
        arguments.retain(|argument| !argument.is_empty());
        Ok(arguments)
    }

    /// The template that asks for the same, so placed that its first argument is
    /// where it is in the file.
    fn request(&self, function: &str, open: usize, arguments: &[String]) -> Text {
        let before = format!("{{{{ {function}(");
        let text = format!("{before}{}) }}}}", arguments.join(", "));
        Text::new(text, self.body.file, self.span(open + 1).start.saturating_sub(before.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    fn read(text: &str) -> Result<Vec<String>, Diagnostic> {
        let source = SourceMap::new().add("m.py", text);
        let body = super::super::sketch::whole_body(&source);
        Ok(requests(&body)?.iter().map(|text| text.text.to_string()).collect())
    }

    fn of_model(lines: &str) -> Vec<String> {
        read(&format!("import x\n\ndef model(dbt, session):\n    {lines}\n    return x\n")).unwrap()
    }

    #[test]
    fn calls_become_templates() {
        let check = |line: &str, expected: &[&str]| assert_eq!(of_model(line), expected, "{line}");
        check("dbt.ref('a')", &["{{ ref('a') }}"]);
        check("df = dbt.ref(\"a\", v = 2).df()", &["{{ ref(\"a\", v=2) }}"]);
        check(
            "x(dbt.source('s', 't'), [dbt.ref('p', 'm')])",
            &["{{ source('s', 't') }}", "{{ ref('p', 'm') }}"],
        );
        check(
            "dbt.config(materialized='incremental', # why\n  tags=['a', 'b'],\n  meta={'k': (1, -2.5, None)})",
            &["{{ config(materialized='incremental', tags=['a','b'], meta={'k':(1,-2.5,none)}) }}"],
        );
        check("dbt.ref('a' 'b')", &["{{ ref('a' ~ 'b') }}"]);
        check("dbt.ref(r'a\\b', '''c\nd''')", &["{{ ref(\"a\\\\b\", \"c\\nd\") }}"]);
        check("my.dbt.ref(name)  # dbt.ref('no')", &[]);
        check("'''dbt.ref(\"no\")'''", &[]);
        check("dbt.this; dbt.is_incremental; dbt.refer('x')", &[]);
    }

    #[test]
    fn keys_that_are_looked_up_become_configs() {
        let found =
            of_model("a = dbt.config.get('x'); b = dbt.config.get('y', 3); c = dbt.config.meta_get('z')");
        let expected = "{{ config(config_keys_used=['x', 'y'], config_keys_defaults=[none, 3], meta_keys_used=['z'], meta_keys_defaults=[none]) }}";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn what_cannot_be_a_model_is_refused() {
        let check = |text: &str, expected: &str| assert_eq!(read(text).unwrap_err().message, expected);
        check("x = 1", "a Python model has one function `model`; this one has 0");
        check(
            "def model(dbt, s):\n  pass\ndef model(dbt, s):\n  pass",
            "a Python model has one function `model`; this one has 2",
        );
        check("def model(x, s):\n  pass", "the first argument of the function `model` is called `dbt`");
        check("def model(dbt):\n  pass", "the function `model` takes two arguments: `dbt` and the session");
        check(
            "def model(dbt, s):\n  return dbt.ref(name)",
            "the arguments of `dbt.ref` must be literals: `name` is none",
        );
        check(
            "def model(dbt, s):\n  return dbt.ref(f'a')",
            "the arguments of `dbt.ref` must be literals: `f'a'` is none",
        );
    }
}
