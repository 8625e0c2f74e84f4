//! What the parts of an entry must be, all the way down.

use crate::diagnostics::Diagnostic;
use crate::yaml::{Key, Map, Value, Yaml};

/// What a value must be.
pub(super) enum Form {
    /// Anything: something else looks at it.
    Any,
    /// A text.
    Text,
    /// A text of which nothing may stand, too.
    TextOrNone,
    /// A text or a truth.
    TextOrFlag,
    /// A text, a truth or a whole number.
    Lone,
    /// A truth.
    Flag,
    /// A whole number, or nothing.
    Whole,
    /// A number, or nothing.
    Number,
    /// A text, a list of texts, or nothing.
    Texts,
    /// A mapping of anything.
    Mapping,
    /// A list of such.
    List(&'static Form),
    /// A mapping of these keys alone.
    Keys(&'static [Field]),
    /// A text, or what else is said.
    NamedOr(&'static Form),
    /// Nothing, or what else is said.
    NoneOr(&'static Form),
}

/// A key, and what stands there.
pub(super) struct Field {
    name: &'static str,
    form: Form,
    is_needed: bool,
}

/// A key that may be left out.
pub(super) const fn field(name: &'static str, form: Form) -> Field {
    Field { name, form, is_needed: false }
}

/// A key that must be there.
pub(super) const fn needed(name: &'static str, form: Form) -> Field {
    Field { name, form, is_needed: true }
}

/// Reports what in the entry that `subject` names has not its form.
pub(super) fn check(subject: &str, fields: &[Field], entry: &Map, problems: &mut Vec<Diagnostic>) {
    let mut checked = Checked { subject, problems };
    for (key, value) in entry.iter() {
        if let Some(field) = fields.iter().find(|field| field.name == key.text) {
            checked.value(field.name, &field.form, value);
        } else {
            checked.problems.push(refused(subject, key, fields.iter().map(|field| field.name)));
        }
    }
}

/// What is said of a key that there is not.
pub(super) fn refused<'a>(subject: &str, key: &Key, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let problem = Diagnostic::error("refused-key", format!("{subject} has no key `{}`", key.text));
    let problem = problem.at(key.span, "dbt refuses it").known_as("Additional properties are not allowed");
    problem.suggest(&key.text, known)
}

struct Checked<'a> {
    subject: &'a str,
    problems: &'a mut Vec<Diagnostic>,
}

impl Checked<'_> {
    fn value(&mut self, path: &str, form: &Form, yaml: &Yaml) {
        match (form, &yaml.value) {
            (Form::Any, _) | (Form::NoneOr(_), Value::Null) | (Form::NamedOr(_), Value::String(_)) => {}
            (Form::NoneOr(form) | Form::NamedOr(form), _) => self.value(path, form, yaml),
            (Form::List(form), Value::Seq(items)) => {
                for item in items {
                    self.value(path, form, item);
                }
            }
            (Form::Keys(fields), Value::Map(map)) => self.keys(path, fields, map, yaml),
            _ if fits(form, yaml) => {}
            _ => {
                let message = format!("`{path}` of {} must be {}", self.subject, words(form));
                let problem = Diagnostic::error("wrong-type", message);
                self.problems.push(problem.at(yaml.span, format!("this is {}", yaml.kind())));
            }
        }
    }

    fn keys(&mut self, path: &str, fields: &[Field], map: &Map, yaml: &Yaml) {
        for (key, value) in map.iter() {
            let below = format!("{path}.{}", key.text);
            if let Some(field) = fields.iter().find(|field| field.name == key.text) {
                self.value(&below, &field.form, value);
            } else {
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
        (Form::Text | Form::TextOrNone | Form::TextOrFlag | Form::Lone | Form::Texts, Value::String(_))
        | (
            Form::TextOrNone | Form::TextOrFlag | Form::Lone | Form::Texts | Form::Whole | Form::Number,
            Value::Null,
        )
        | (Form::TextOrFlag | Form::Lone | Form::Flag, Value::Bool(_))
        | (Form::Lone | Form::Whole | Form::Number, Value::Int(_))
        | (Form::Number, Value::Float(_))
        | (Form::Mapping, Value::Map(_)) => true,
        (Form::Whole, Value::Float(number)) => number.fract() == 0.0,
        (Form::Texts, Value::Seq(items)) => items.iter().all(is_text),
        _ => false,
    }
}

fn words(form: &Form) -> &'static str {
    match form {
        Form::Any => "anything",
        Form::Text | Form::TextOrNone => "a text",
        Form::TextOrFlag => "a text, `true` or `false`",
        Form::Lone => "a text, a whole number, `true` or `false`",
        Form::Flag => "`true` or `false`",
        Form::Whole => "a whole number",
        Form::Number => "a number",
        Form::Texts => "a text or a list of texts",
        Form::Mapping | Form::Keys(_) => "a mapping",
        Form::List(_) => "a list",
        Form::NamedOr(_) => "a name or a mapping",
        Form::NoneOr(form) => words(form),
    }
}
