//! The options of a `config(...)` call as they are written, for comparing with another
//! state where values may come from variables.

use serde_json::Value as Json;

use crate::manifest::generic_tests::repr;

/// The options of the first `config(...)` call of a text that are given by name, each in
/// the form in which dbt writes it down: Jinja's own name for the expression. What is more
/// involved than calls, names, literals and filters stands as it is written.
pub(crate) fn written_options(text: &str, begin: usize) -> Vec<(String, String)> {
    let Some(open) = text.get(begin..).and_then(|rest| Some(begin + rest.find('(')? + 1)) else {
        return Vec::new();
    };
    let mut reader = Reader { text, at: open };
    let mut options = Vec::new();
    while !reader.eats(")") {
        let start = reader.at;
        if let Some(key) = reader.keyword() {
            let value_start = reader.at;
            let value = reader.expression().filter(|_| reader.is_at_end_of_argument());
            let form = value.map(|value| format!("Keyword(key={}, value={value})", quoted(&key)));
            reader.at = value_start;
            let written = reader.skip_argument();
            options.push((key, form.unwrap_or_else(|| written.trim().to_owned())));
        } else {
            reader.skip_argument();
        }
        if !reader.eats(",") && reader.at == start {
            break;
        }
        if reader.rest().is_empty() {
            break;
        }
    }
    options
}

fn quoted(text: &str) -> String {
    repr(&Json::from(text))
}

fn constant(value: &Json) -> String {
    format!("Const(value={})", repr(value))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eats(&mut self, mark: &str) -> bool {
        self.skip_blanks();
        let is_there = self.rest().starts_with(mark);
        if is_there {
            self.at += mark.len();
        }
        is_there
    }

    fn name(&mut self) -> Option<&'a str> {
        self.skip_blanks();
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name =
            rest.get(..end).filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'))?;
        self.at += end;
        Some(name)
    }

    /// `name=`, but not `name==`; nothing is read where there is none.
    fn keyword(&mut self) -> Option<String> {
        let start = self.at;
        let name = self.name().map(str::to_owned);
        if name.is_some() && self.eats("=") && !self.rest().starts_with('=') {
            return name;
        }
        self.at = start;
        None
    }

    fn string(&mut self) -> Option<String> {
        self.skip_blanks();
        let quote = self.rest().chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let mut out = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next()?.1 {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    other => out.push(other),
                },
                c if c == quote => {
                    self.at += at + 1;
                    return Some(out);
                }
                c => out.push(c),
            }
        }
        None
    }

    fn number(&mut self) -> Option<Json> {
        self.skip_blanks();
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let digits = rest.get(..end).filter(|digits| digits.starts_with(|c: char| c.is_ascii_digit()))?;
        self.at += end;
        serde_json::from_str(digits).ok()
    }

    /// Jinja's name for the expression here.
    fn expression(&mut self) -> Option<String> {
        let mut found = self.primary()?;
        loop {
            if self.eats("(") {
                found = format!("Call(node={found}, {})", self.arguments()?);
            } else if self.eats("[") {
                let index = self.expression()?;
                found = format!("Getitem(node={found}, arg={index}, ctx='load')");
                self.eats("]").then_some(())?;
            } else if self.eats(".") {
                found = format!("Getattr(node={found}, attr={}, ctx='load')", quoted(self.name()?));
            } else if self.eats("|") {
                let name = self.name()?;
                let arguments = if self.eats("(") { self.arguments()? } else { no_arguments() };
                found = format!("Filter(node={found}, name={}, {arguments})", quoted(name));
            } else {
                return Some(found);
            }
        }
    }

    fn primary(&mut self) -> Option<String> {
        self.skip_blanks();
        if let Some(text) = self.string() {
            return Some(constant(&Json::from(text)));
        }
        if let Some(number) = self.number() {
            return Some(constant(&number));
        }
        if self.eats("[") {
            return Some(format!("List(items=[{}])", self.items("]", Self::expression)?));
        }
        if self.eats("{") {
            return Some(format!("Dict(items=[{}])", self.items("}", Self::pair)?));
        }
        Some(match self.name()? {
            "true" | "True" => constant(&Json::Bool(true)),
            "false" | "False" => constant(&Json::Bool(false)),
            "none" | "None" => constant(&Json::Null),
            "not" => return None,
            name => format!("Name(name={}, ctx='load')", quoted(name)),
        })
    }

    fn pair(&mut self) -> Option<String> {
        let key = self.expression()?;
        self.eats(":").then_some(())?;
        Some(format!("Pair(key={key}, value={})", self.expression()?))
    }

    /// What stands up to the closing mark, separated by commas.
    fn items(&mut self, close: &str, item: fn(&mut Self) -> Option<String>) -> Option<String> {
        let mut items = Vec::new();
        while !self.eats(close) {
            items.push(item(self)?);
            if !self.eats(",") {
                self.eats(close).then_some(())?;
                break;
            }
        }
        Some(items.join(", "))
    }

    /// The arguments of a call whose parenthesis is read.
    fn arguments(&mut self) -> Option<String> {
        let (mut args, mut kwargs) = (Vec::new(), Vec::new());
        while !self.eats(")") {
            match self.keyword() {
                Some(key) => {
                    kwargs.push(format!("Keyword(key={}, value={})", quoted(&key), self.expression()?));
                }
                None => args.push(self.expression()?),
            }
            if !self.eats(",") {
                self.eats(")").then_some(())?;
                break;
            }
        }
        let (args, kwargs) = (args.join(", "), kwargs.join(", "));
        Some(format!("args=[{args}], kwargs=[{kwargs}], dyn_args=None, dyn_kwargs=None"))
    }

    fn is_at_end_of_argument(&mut self) -> bool {
        self.skip_blanks();
        self.rest().starts_with([',', ')'])
    }

    /// Goes to the end of an argument and gives its text.
    fn skip_argument(&mut self) -> &'a str {
        let start = self.at;
        let mut depth = 0_usize;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '\'' | '"' if self.string().is_some() => continue,
                ',' | ')' if depth == 0 => break,
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += c.len_utf8();
        }
        self.text.get(start..self.at).unwrap_or_default()
    }
}

fn no_arguments() -> String {
    "args=[], kwargs=[], dyn_args=None, dyn_kwargs=None".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_the_names_that_jinja_gives_them() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            let found = written_options(text, 0);
            let found: Vec<_> = found.iter().map(|(key, form)| (key.as_str(), form.as_str())).collect();
            assert_eq!(found, expected, "{text}");
        };
        check(
            "config(materialized=env_var('M'), tags=['a', \"b\"]) }} select 1",
            &[
                (
                    "materialized",
                    "Keyword(key='materialized', value=Call(node=Name(name='env_var', ctx='load'), \
                     args=[Const(value='M')], kwargs=[], dyn_args=None, dyn_kwargs=None))",
                ),
                ("tags", "Keyword(key='tags', value=List(items=[Const(value='a'), Const(value='b')]))"),
            ],
        );
        check(
            "config(a=target.name, b={'k': 1}, c=x|upper, d=true)",
            &[
                (
                    "a",
                    "Keyword(key='a', value=Getattr(node=Name(name='target', ctx='load'), attr='name', ctx='load'))",
                ),
                (
                    "b",
                    "Keyword(key='b', value=Dict(items=[Pair(key=Const(value='k'), value=Const(value=1))]))",
                ),
                (
                    "c",
                    "Keyword(key='c', value=Filter(node=Name(name='x', ctx='load'), name='upper', \
                     args=[], kwargs=[], dyn_args=None, dyn_kwargs=None))",
                ),
                ("d", "Keyword(key='d', value=Const(value=True))"),
            ],
        );
        check(
            "config(a='x' ~ var('y, )'), b=1)",
            &[("a", "'x' ~ var('y, )')"), ("b", "Keyword(key='b', value=Const(value=1))")],
        );
        check("config({'a': 1})", &[]);
        check("config(a='never closed", &[("a", "'never closed")]);
    }
}
