//! `modules.re`: Python's regular expressions.

use std::fmt;
use std::sync::Arc;

use fancy_regex::{Captures, Regex};
use minijinja::value::{Object, ObjectRepr, Rest, Tuple, ValueOrKwargs};
use minijinja::{Error, ErrorKind, State, Value};

use super::pattern;
use crate::template::error::raise_message;
use crate::template::values::{Arguments, dict, list, none, repr, text};

/// Python's flags, by their letters within a pattern.
const FLAGS: [(&str, &str, i64, char); 4] = [
    ("I", "IGNORECASE", 2, 'i'),
    ("M", "MULTILINE", 8, 'm'),
    ("S", "DOTALL", 16, 's'),
    ("X", "VERBOSE", 64, 'x'),
];

/// The flag with which `$` is the end of each line, and that with which blanks and comments
/// stand in a pattern.
const MULTILINE: (i64, char) = (8, 'm');
const VERBOSE: (i64, char) = (64, 'x');

/// The functions that take a pattern first, each also a method of a compiled one.
const FUNCTIONS: [&str; 8] = ["match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split"];

/// The module.
pub(super) fn module() -> Value {
    let mut members: Vec<(&str, Value)> = Vec::new();
    for (short, long, bit, _) in FLAGS {
        members.extend([(short, Value::from(bit)), (long, Value::from(bit))]);
    }
    for name in FUNCTIONS {
        let call = move |state: &mut State<'_, '_>, args: Rest<ValueOrKwargs>| {
            let args = args.into_values();
            let arguments = Arguments::new(name, &args);
            let flags_at = if name.starts_with("sub") { 4 } else { 2 + usize::from(name == "split") };
            let pattern = Pattern::of(
                &arguments.required(0, "pattern")?,
                arguments.optional_integer(flags_at, "flags")?,
            )?;
            pattern.run(state, name, &arguments, 1)
        };
        members.push((name, Value::from_function(call)));
    }
    let compile = |args: Rest<ValueOrKwargs>| {
        let args = args.into_values();
        let arguments = Arguments::new("compile", &args);
        let flags = arguments.optional_integer(1, "flags")?;
        Pattern::of(&arguments.required(0, "pattern")?, flags).map(Value::from_object)
    };
    members.push(("compile", Value::from_function(compile)));
    members.push(("escape", Value::from_function(|value: &str| escape(value))));
    dict(members)
}

/// Escapes all that could mean something in a pattern.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_' && !c.is_ascii_control() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A compiled pattern.
#[derive(Debug, Clone)]
struct Pattern {
    written: String,
    /// The same in the engine's words.
    body: String,
    regex: Regex,
    /// The groups that have names.
    names: Arc<[(String, usize)]>,
}

impl Pattern {
    fn of(value: &Value, flags: Option<i64>) -> Result<Self, Error> {
        if let Some(pattern) = value.downcast_object_ref::<Self>() {
            return Ok(pattern.clone());
        }
        let Some(written) = value.as_str() else { return Err(raise_message("a pattern must be a string")) };
        let flags = flags.unwrap_or(0);
        let letters: String = FLAGS.iter().filter(|flag| flags & flag.2 != 0).map(|flag| flag.3).collect();
        let prefix = if letters.is_empty() { String::new() } else { format!("(?{letters})") };
        let is_on = |(bit, letter)| flags & bit != 0 || pattern::has_flag(written, letter);
        let is_multiline = is_on(MULTILINE);
        let body = format!("{prefix}{}", pattern::translated(written, is_multiline));
        let regex = compiled(written, &body)?;
        let name = |(at, name): (usize, Option<&str>)| name.map(|name| (name.to_owned(), at));
        let names = regex.capture_names().enumerate().filter_map(name).collect();
        // A comment at the end of it would go on.
        let body = if is_on(VERBOSE) { body + "\n" } else { body };
        Ok(Self { written: written.to_owned(), body, regex, names })
    }

    /// The pattern where a text starts, with what has to follow.
    fn anchored(&self, end: &str) -> Result<Regex, Error> {
        compiled(&self.written, &format!("\\A(?:{}){end}", self.body))
    }

    fn run(
        &self,
        state: &mut State<'_, '_>,
        name: &str,
        arguments: &Arguments<'_>,
        at: usize,
    ) -> Result<Value, Error> {
        match name {
            "sub" | "subn" => {
                let replacement = arguments.required(at, "repl")?;
                let subject = arguments.string(at + 1, "string")?;
                let count = arguments
                    .optional_integer(at + 2, "count")?
                    .and_then(|count| usize::try_from(count).ok());
                let (replaced, times) = self.substitute(state, &replacement, &subject, count.unwrap_or(0))?;
                Ok(if name == "sub" { Value::from(replaced) } else { Value::from((replaced, times)) })
            }
            _ => {
                let subject = arguments.string(at, "string")?;
                match name {
                    "match" => self.first(&self.anchored("")?, &subject),
                    "fullmatch" => self.first(&self.anchored("\\z")?, &subject),
                    "search" => self.first(&self.regex, &subject),
                    "findall" => Ok(list(self.all(&subject)?.into_iter().map(|found| found.item()))),
                    "finditer" => Ok(list(self.all(&subject)?.into_iter().map(Value::from_object))),
                    "split" => {
                        let limit = arguments.optional_integer(at + 1, "maxsplit")?;
                        self.split(&subject, limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(0))
                    }
                    _ => Err(Error::from(ErrorKind::UnknownMethod)),
                }
            }
        }
    }

    fn first(&self, regex: &Regex, subject: &str) -> Result<Value, Error> {
        let captures = regex.captures(subject).map_err(|error| failed(&error))?;
        Ok(captures.map_or_else(none, |captures| Value::from_object(self.found(&captures, &subject.into()))))
    }

    fn found(&self, captures: &Captures<'_, str>, subject: &Arc<str>) -> Match {
        let groups = captures.iter().map(|group| group.map(|found| (found.start(), found.end()))).collect();
        Match { subject: Arc::clone(subject), groups, names: Arc::clone(&self.names) }
    }

    /// What is found, one after the other. Python: an empty find may stand right behind another one,
    /// but not behind an empty one.
    fn all(&self, subject: &str) -> Result<Vec<Match>, Error> {
        let shared: Arc<str> = subject.into();
        let (mut all, mut from, mut last_empty) = (Vec::new(), 0, None);
        while let Some(captures) =
            self.regex.captures_from_pos(subject, from).map_err(|error| failed(&error))?
        {
            let found = self.found(&captures, &shared);
            let (start, end) = found.range(0).unwrap_or((from, from));
            let is_empty = start == end;
            if is_empty && last_empty == Some(end) {
                let Some(next) = subject.get(end..).and_then(|rest| rest.chars().next()) else { break };
                from = end + next.len_utf8();
                last_empty = None;
                continue;
            }
            last_empty = is_empty.then_some(end);
            from = end;
            all.push(found);
        }
        Ok(all)
    }

    fn split(&self, subject: &str, limit: usize) -> Result<Value, Error> {
        let mut parts = Vec::new();
        let mut from = 0;
        for (count, found) in self.all(subject)?.into_iter().enumerate() {
            if limit > 0 && count >= limit {
                break;
            }
            let (start, end) = found.range(0).unwrap_or((from, from));
            parts.push(Value::from(subject.get(from..start).unwrap_or_default()));
            parts.extend((1..found.groups.len()).map(|at| found.group(at)));
            from = end;
        }
        parts.push(Value::from(subject.get(from..).unwrap_or_default()));
        Ok(list(parts))
    }

    fn substitute(
        &self,
        state: &mut State<'_, '_>,
        replacement: &Value,
        subject: &str,
        limit: usize,
    ) -> Result<(String, usize), Error> {
        let mut out = String::with_capacity(subject.len());
        let mut from = 0;
        let mut times = 0;
        for found in self.all(subject)? {
            if limit > 0 && times >= limit {
                break;
            }
            let (start, end) = found.range(0).unwrap_or((from, from));
            out.push_str(subject.get(from..start).unwrap_or_default());
            match replacement.as_str() {
                Some(template) => found.expand(template, &mut out)?,
                None => out.push_str(&text(&replacement.call(state, &[Value::from_object(found)])?)),
            }
            from = end;
            times += 1;
        }
        out.push_str(subject.get(from..).unwrap_or_default());
        Ok((out, times))
    }
}

fn compiled(written: &str, pattern: &str) -> Result<Regex, Error> {
    Regex::new(pattern)
        .map_err(|error| raise_message(format!("'{written}' is no regular expression: {error}")))
}

fn failed(error: &fancy_regex::Error) -> Error {
    raise_message(format!("the regular expression failed: {error}"))
}

impl Object for Pattern {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str()? == "pattern").then(|| Value::from(self.written.as_str()))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        self.run(state, method, &Arguments::new(method, args), 0)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "re.compile('{}')", self.written)
    }
}

/// What a pattern found: each group's text and where it stands.
#[derive(Debug, Clone)]
struct Match {
    subject: Arc<str>,
    groups: Vec<Option<(usize, usize)>>,
    names: Arc<[(String, usize)]>,
}

impl Match {
    fn range(&self, at: usize) -> Option<(usize, usize)> {
        self.groups.get(at).copied().flatten()
    }

    fn text_of(&self, at: usize) -> Option<&str> {
        let (start, end) = self.range(at)?;
        self.subject.get(start..end)
    }

    fn group(&self, at: usize) -> Value {
        self.text_of(at).map_or_else(none, Value::from)
    }

    /// The number of the group with this number or name.
    fn place(&self, key: &Value) -> Result<usize, Error> {
        let place = match key.as_str() {
            Some(name) => self.names.iter().find(|(known, _)| known == name).map(|(_, at)| *at),
            None => key.as_usize().filter(|at| *at < self.groups.len()),
        };
        place.ok_or_else(|| raise_message(format!("the pattern has no group {key}")))
    }

    /// What `findall` gives: the whole, or the only group, or all groups.
    fn item(&self) -> Value {
        let text = |at: usize| Value::from(self.text_of(at).unwrap_or_default());
        match self.groups.len() {
            0 | 1 => text(0),
            2 => text(1),
            count => Value::from(Tuple::new((1..count).map(text).collect())),
        }
    }

    /// Fills `\1` and `\g<name>` in.
    fn expand(&self, template: &str, out: &mut String) -> Result<(), Error> {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('\\') {
            out.push_str(before);
            if let Some((name, after)) = after.strip_prefix("g<").and_then(|after| after.split_once('>')) {
                let key = name.parse::<usize>().map_or_else(|_| Value::from(name), Value::from);
                out.push_str(self.text_of(self.place(&key)?).unwrap_or_default());
                rest = after;
                continue;
            }
            let digits = after.bytes().take(2).take_while(u8::is_ascii_digit).count();
            let (number, after_number) = after.split_at_checked(digits).unwrap_or(("", after));
            if let Ok(at) = number.parse::<usize>() {
                out.push_str(self.text_of(self.place(&Value::from(at))?).unwrap_or_default());
                rest = after_number;
                continue;
            }
            let mut chars = after.chars();
            match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(c) if c != '\\' => out.extend(['\\', c]),
                _ => out.push('\\'),
            }
            rest = chars.as_str();
        }
        out.push_str(rest);
        Ok(())
    }

    /// A place in bytes as one in characters.
    fn characters(&self, offset: usize) -> usize {
        self.subject.get(..offset).map_or(0, |before| before.chars().count())
    }

    fn span(&self, arguments: &Arguments<'_>) -> Result<(i64, i64), Error> {
        let at = self.place(&arguments.get(0, "group").unwrap_or_else(|| Value::from(0)))?;
        let count = |offset: usize| i64::try_from(self.characters(offset)).unwrap_or(i64::MAX);
        Ok(self.range(at).map_or((-1, -1), |(start, end)| (count(start), count(end))))
    }
}

impl Object for Match {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some("string") => Some(Value::from(self.subject.as_ref())),
            _ => self.place(key).ok().map(|at| self.group(at)),
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let arguments = Arguments::new(method, args);
        match method {
            "group" => match arguments.positional() {
                [] => Ok(self.group(0)),
                [one] => Ok(self.group(self.place(one)?)),
                many => {
                    let groups: Result<Vec<Value>, Error> =
                        many.iter().map(|key| Ok(self.group(self.place(key)?))).collect();
                    Ok(Value::from(Tuple::new(groups?)))
                }
            },
            "groups" => {
                Ok(Value::from(Tuple::new((1..self.groups.len()).map(|at| self.group(at)).collect())))
            }
            "groupdict" => Ok(dict(self.names.iter().map(|(name, at)| (name.as_str(), self.group(*at))))),
            "start" => Ok(Value::from(self.span(&arguments)?.0)),
            "end" => Ok(Value::from(self.span(&arguments)?.1)),
            "span" => Ok(Value::from(self.span(&arguments)?)),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end) = self.range(0).unwrap_or_default();
        write!(
            f,
            "<re.Match object; span=({start}, {end}), match={}>",
            repr(&Value::from(self.text_of(0).unwrap_or_default()))
        )
    }
}
