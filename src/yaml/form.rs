//! What the parts of a mapping must be, all the way down.

use std::borrow::Cow;
use std::fmt;

use super::{Key, Map, Value, Yaml};
use crate::diagnostics::Diagnostic;

/// What a value must be.
pub(crate) enum Form {
    /// Anything: something else looks at it.
    Any,
    /// A text.
    Text,
    /// A text of which nothing may stand, too.
    TextOrNone,
    /// One of these words, be it in capitals.
    OneOf(&'static [&'static str]),
    /// A text or a truth.
    TextOrFlag,
    /// A date or time, also as a text, or nothing.
    Time,
    /// A text, a truth or a whole number.
    Lone,
    /// A truth.
    Flag,
    /// A whole number.
    Integer,
    /// A whole number, or nothing.
    Whole,
    /// A number, or nothing.
    Number,
    /// A text or a list of texts.
    Texts,
    /// A text or a number.
    TextOrNumber,
    /// What Python makes a list of: a list, a mapping, a text.
    Several,
    /// A mapping of anything.
    Mapping,
    /// A mapping of any keys to such.
    Each(&'static Form),
    /// A list of such.
    List(&'static Form),
    /// A mapping of these keys alone.
    Keys(&'static [Field]),
    /// A mapping of these keys and any others.
    Open(&'static [Field]),
    /// A text, or what else is said.
    NamedOr(&'static Form),
    /// Nothing, or what else is said.
    NoneOr(&'static Form),
}

/// A key, and what stands there.
pub(crate) struct Field {
    name: &'static str,
    form: Form,
    is_needed: bool,
    /// Whether somebody reads it.
    is_read: bool,
}

/// The keys of an entry, in parts that several kinds of entries share.
pub(crate) type Fields = &'static [&'static [Field]];

/// A key that may be left out.
pub(crate) const fn field(name: &'static str, form: Form) -> Field {
    Field { name, form, is_needed: false, is_read: true }
}

/// A key whose form dbt checks and that nobody reads.
pub(crate) const fn unread(name: &'static str, form: Form) -> Field {
    Field { name, form, is_needed: false, is_read: false }
}

/// A key that must be there.
pub(crate) const fn needed(name: &'static str, form: Form) -> Field {
    Field { name, form, is_needed: true, is_read: true }
}

/// The names of what is read.
pub(crate) fn names(fields: Fields) -> Vec<&'static str> {
    fields.iter().copied().flatten().filter(|field| field.is_read).map(|field| field.name).collect()
}

/// Reports what in the entry that `subject` names has not its form, by each key that `is_seen`.
/// Gives the keys of what has not. A key that there is not is refused where the entry is not `open`.
pub(crate) fn check<'a>(
    subject: &str,
    (fields, open): (Fields, bool),
    entry: &'a Map,
    is_seen: impl Fn(&str) -> bool,
    problems: &mut Vec<Diagnostic>,
) -> Vec<&'a str> {
    let mut checked = Checked { subject, problems };
    let mut refused_keys = Vec::new();
    for (key, value) in entry.iter().filter(|(key, _)| is_seen(&key.text)) {
        let found = checked.problems.len();
        if let Some(field) = fields.iter().copied().flatten().find(|field| field.name == key.text) {
            checked.value(Path::Key(field.name), &field.form, value);
        } else if !open {
            checked.problems.push(refused(subject, key, names(fields).into_iter()));
        }
        if checked.problems.len() > found {
            refused_keys.push(key.text.as_str());
        }
    }
    refused_keys
}

/// What is said of a key that there is not.
pub(crate) fn refused<'a>(subject: &str, key: &Key, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let problem = Diagnostic::error("refused-key", format!("{subject} has no key `{}`", key.text));
    let problem = problem.at(key.span, "dbt refuses it").known_as("Additional properties are not allowed");
    problem.suggest(&key.text, known)
}

struct Checked<'a> {
    subject: &'a str,
    problems: &'a mut Vec<Diagnostic>,
}

/// Where in an entry a value stands: `arguments[0].name`.
#[derive(Clone, Copy)]
enum Path<'a> {
    Key(&'a str),
    Below(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => f.write_str(key),
            Self::Below(path, key) => write!(f, "{path}.{key}"),
            Self::Item(path, index) => write!(f, "{path}[{index}]"),
        }
    }
}

impl Checked<'_> {
    fn value(&mut self, path: Path<'_>, form: &Form, yaml: &Yaml) {
        match (form, &yaml.value) {
            (Form::Any, _) | (Form::NoneOr(_), Value::Null) | (Form::NamedOr(_), Value::String(_)) => {}
            (Form::NamedOr(form), Value::Map(_)) if !matches!(form, Form::List(_)) => {
                self.value(path, form, yaml);
            }
            (Form::NoneOr(form), _) | (Form::NamedOr(form @ Form::List(_)), Value::Seq(_)) => {
                self.value(path, form, yaml);
            }
            (Form::List(form), Value::Seq(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(Path::Item(&path, index), form, item);
                }
            }
            (Form::Each(form), Value::Map(map)) => {
                map.iter().for_each(|(key, value)| self.value(Path::Below(&path, &key.text), form, value));
            }
            (Form::Keys(fields), Value::Map(map)) => self.keys(path, (fields, false), map, yaml),
            (Form::Open(fields), Value::Map(map)) => self.keys(path, (fields, true), map, yaml),
            _ if fits(form, yaml) => {}
            _ => self.problems.push(self.wrong(path, form, yaml)),
        }
    }

    fn wrong(&self, path: Path<'_>, form: &Form, yaml: &Yaml) -> Diagnostic {
        let message = format!("`{path}` of {} must be {}", self.subject, words(form));
        let problem = Diagnostic::error("wrong-type", message);
        let problem = problem.at(yaml.span, format!("this is {}", yaml.kind()));
        let is_lone = yaml.as_seq().is_none() && yaml.as_map().is_none();
        match form {
            _ if yaml.is_null() => problem.help("leave the key out, or say what it is"),
            Form::Text | Form::TextOrNone if is_lone => problem.help("put it in quotes"),
            Form::Integer if yaml.as_str().is_some_and(|text| text.parse::<i64>().is_ok()) => {
                problem.help("leave out the quotes, or add `| as_number` to the template")
            }
            _ => problem,
        }
    }

    fn keys(&mut self, path: Path<'_>, (fields, open): (&[Field], bool), map: &Map, yaml: &Yaml) {
        for (key, value) in map.iter() {
            if let Some(field) = fields.iter().find(|field| field.name == key.text) {
                self.value(Path::Below(&path, &key.text), &field.form, value);
            } else if !open {
                let subject = format!("`{path}` of {}", self.subject);
                self.problems.push(refused(&subject, key, fields.iter().map(|field| field.name)));
            }
        }
        for field in fields.iter().filter(|field| field.is_needed && !map.contains(field.name)) {
            let message = format!("`{path}` of {} has no `{}`", self.subject, field.name);
            let problem = Diagnostic::error("missing-key", message);
            self.problems.push(problem.at(yaml.span, format!("add `{}:` here", field.name)));
        }
    }
}

fn fits(form: &Form, yaml: &Yaml) -> bool {
    let is_text = |yaml: &Yaml| matches!(yaml.value, Value::String(_));
    match (form, &yaml.value) {
        (
            Form::Text
            | Form::TextOrNone
            | Form::TextOrFlag
            | Form::Lone
            | Form::Texts
            | Form::TextOrNumber
            | Form::Several
            | Form::Time,
            Value::String(_),
        )
        | (Form::Time, Value::Time(_) | Value::Null)
        | (Form::TextOrNone | Form::TextOrFlag | Form::Lone | Form::Whole | Form::Number, Value::Null)
        | (Form::TextOrFlag | Form::Lone | Form::Flag, Value::Bool(_))
        | (Form::Lone | Form::Integer | Form::Whole | Form::Number | Form::TextOrNumber, Value::Int(_))
        | (Form::Number | Form::TextOrNumber, Value::Float(_))
        | (Form::Mapping | Form::Several, Value::Map(_))
        | (Form::Several, Value::Seq(_)) => true,
        (Form::OneOf(words), Value::String(word)) => words.iter().any(|it| it.eq_ignore_ascii_case(word)),
        (Form::Integer | Form::Whole, Value::Float(number)) => number.fract() == 0.0,
        (Form::Texts, Value::Seq(items)) => items.iter().all(is_text),
        _ => false,
    }
}

fn words(form: &Form) -> Cow<'static, str> {
    let words = match form {
        Form::Any => "anything",
        Form::Text | Form::TextOrNone => "a text",
        Form::Time => "a date or time",
        Form::TextOrFlag => "a text, `true` or `false`",
        Form::Lone => "a text, a whole number, `true` or `false`",
        Form::Flag => "`true` or `false`",
        Form::Integer | Form::Whole => "a whole number",
        Form::Number => "a number",
        Form::Texts => "a text or a list of texts",
        Form::TextOrNumber => "a text or a number",
        Form::Mapping | Form::Each(_) | Form::Keys(_) | Form::Open(_) => "a mapping",
        Form::List(_) | Form::Several => "a list",
        Form::OneOf(words) => return format!("one of `{}`", words.join("`, `")).into(),
        Form::NamedOr(form) => return format!("a text or {}", words(form)).into(),
        Form::NoneOr(form) => return words(form),
    };
    words.into()
}
