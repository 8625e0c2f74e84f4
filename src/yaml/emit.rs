//! Values as YAML text, byte for byte as PyYAML's `safe_dump` lays it out: block
//! style, indentation by two, lists level with their key, lines folded after
//! column 80, everything beyond ASCII escaped.

use serde_json::Value as Json;

use super::emit_scalar::{self, Style};

/// What can be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A number, truth, date or nothing, in the form that needs no quotes.
    Word(String),
    /// A text, quoted where it would be read as something else.
    Text(String),
    /// A list.
    Seq(Vec<Node>),
    /// A mapping; its keys are words or texts.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// What JSON holds.
    #[must_use]
    pub fn of_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Word("null".to_owned()),
            Json::Bool(flag) => Self::Word(flag.to_string()),
            Json::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
                Some(float) => Self::of_float(float),
                None => Self::Word(number.to_string()),
            },
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(items) => Self::Seq(items.iter().map(Self::of_json).collect()),
            Json::Object(entries) => {
                let entry = |(key, value): (&String, &Json)| (Self::Text(key.clone()), Self::of_json(value));
                Self::Map(entries.iter().map(entry).collect())
            }
        }
    }

    /// A number as Python prints it, with the point that YAML 1.1 wants.
    #[must_use]
    pub fn of_float(float: f64) -> Self {
        if !float.is_finite() {
            let sign = if float.is_sign_negative() { "-" } else { "" };
            return Self::Word(if float.is_nan() { ".nan".to_owned() } else { format!("{sign}.inf") });
        }
        let text = emit_scalar::python_float(float);
        Self::Word(if text.contains('.') { text } else { text.replacen('e', ".0e", 1) })
    }

    fn text(&self) -> &str {
        match self {
            Self::Word(text) | Self::Text(text) => text,
            Self::Seq(_) | Self::Map(_) => "",
        }
    }
}

/// The YAML text of JSON. Mappings keep their order unless `sort_keys` asks for the alphabet.
#[must_use]
pub fn to_text(value: &Json, sort_keys: bool) -> String {
    node_text(&Node::of_json(value), sort_keys)
}

/// The same of any value, as dbt's `toyaml` gives it.
#[must_use]
pub fn node_text(value: &Node, sort_keys: bool) -> String {
    let mut writer = Writer { out: String::new(), column: 0, is_fresh: true, sort_keys };
    writer.node(value, None, Parent::Root);
    if !writer.out.ends_with('\n') {
        writer.line_break();
    }
    if is_open_ended(value) {
        writer.out.push_str("...\n");
    }
    writer.out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    Root,
    Seq,
    Map,
    /// The value of a key that needed a `?` line of its own.
    LongKey,
}

pub(super) struct Writer {
    out: String,
    /// In characters.
    column: usize,
    /// Only white space and `-`, `?`, `:` stand on this line so far.
    is_fresh: bool,
    sort_keys: bool,
}

impl Writer {
    fn node(&mut self, value: &Node, indent: Option<usize>, parent: Parent) {
        match value {
            Node::Seq(items) if items.is_empty() => self.word("[]"),
            Node::Map(entries) if entries.is_empty() => self.word("{}"),
            Node::Seq(items) => {
                let level =
                    indent.map_or(0, |indent| if parent == Parent::Map { indent } else { indent + 2 });
                for item in items {
                    self.start_line(level);
                    self.push("-");
                    self.is_fresh = true;
                    self.node(item, Some(level), Parent::Seq);
                }
            }
            Node::Map(entries) => {
                let level = indent.map_or(0, |indent| indent + 2);
                let mut ordered: Vec<&(Node, Node)> = entries.iter().collect();
                if self.sort_keys {
                    sort(&mut ordered);
                }
                for (key, value) in ordered {
                    self.entry(key, value, level);
                }
            }
            Node::Text(text) => {
                let style = emit_scalar::style(text, false);
                self.scalar(text, style, Some(indent.unwrap_or(0) + 2));
            }
            Node::Word(word) => self.word(word),
        }
    }

    fn entry(&mut self, key: &Node, value: &Node, level: usize) {
        self.start_line(level);
        let is_word = matches!(key, Node::Word(_));
        let key = key.text();
        // PyYAML counts the five characters of the tag `!!str` too.
        let is_simple = !key.is_empty() && key.chars().count() + 5 < 128 && !emit_scalar::is_multiline(key);
        if is_simple {
            let style = if is_word { Style::Plain } else { emit_scalar::style(key, true) };
            self.scalar(key, style, None);
            self.push(":");
            return self.node(value, Some(level), Parent::Map);
        }
        self.push("?");
        self.scalar(key, emit_scalar::style(key, false), Some(level + 2));
        self.start_line(level);
        self.push(":");
        self.is_fresh = true;
        self.node(value, Some(level), Parent::LongKey);
    }

    fn scalar(&mut self, text: &str, style: Style, indent: Option<usize>) {
        self.space();
        emit_scalar::write(self, text, style, indent);
    }

    /// A value that needs no quotes and is never folded.
    fn word(&mut self, word: &str) {
        self.space();
        self.push(word);
    }

    fn space(&mut self) {
        if self.column > 0 && !self.out.ends_with([' ', '\n']) {
            self.push(" ");
        }
    }

    /// Goes to a column at which nothing but indicators stands to the left.
    fn start_line(&mut self, indent: usize) {
        if !self.is_fresh || self.column > indent {
            self.line_break();
        }
        self.pad(indent);
        self.is_fresh = true;
    }

    fn pad(&mut self, column: usize) {
        while self.column < column {
            self.out.push(' ');
            self.column += 1;
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
        self.is_fresh = false;
    }

    pub(super) fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.is_fresh = true;
    }

    /// Continues a scalar on the next line.
    pub(super) fn fold(&mut self, indent: usize) {
        if self.column > 0 {
            self.line_break();
        }
        self.pad(indent);
        self.is_fresh = false;
    }

    pub(super) fn column(&self) -> usize {
        self.column
    }
}

/// By keys, if all are texts or all are numbers: others have no order.
fn sort(entries: &mut [&(Node, Node)]) {
    let number = |key: &Node| match key {
        Node::Word(word) => word.parse::<f64>().ok(),
        _ => None,
    };
    if entries.iter().all(|(key, _)| matches!(key, Node::Text(_))) {
        entries.sort_by_key(|(key, _)| key.text());
    } else if entries.iter().all(|(key, _)| number(key).is_some()) {
        entries.sort_by(|(one, _), (other, _)| {
            number(one).unwrap_or_default().total_cmp(&number(other).unwrap_or_default())
        });
    }
}

/// PyYAML marks the end of a document that is one plain scalar.
fn is_open_ended(value: &Node) -> bool {
    match value {
        Node::Seq(_) | Node::Map(_) => false,
        Node::Text(text) => emit_scalar::style(text, false) == Style::Plain,
        Node::Word(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::source::SourceMap;

    #[test]
    fn text_is_laid_out_as_by_pyyaml() {
        let check = |value: Json, expected: &str| assert_eq!(to_text(&value, false), expected);
        check(
            json!({"b": [1, 2.5, null, true], "a": {}, "c": []}),
            "b:\n- 1\n- 2.5\n- null\n- true\na: {}\nc: []\n",
        );
        check(json!([[1, [2]], {"a": 1, "b": [3]}]), "- - 1\n  - - 2\n- a: 1\n  b:\n  - 3\n");
        check(json!("x"), "x\n...\n");
        check(json!(1), "1\n...\n");
        check(json!("yes"), "'yes'\n");
        check(
            json!({"a": "it's", "b": "", "c": "x: y", "d": "- z", "e": "#h"}),
            "a: it's\nb: ''\nc: 'x: y'\nd: '- z'\ne: '#h'\n",
        );
        check(
            json!({"a": "line\nbreak", "b": "tab\t", "c": "çé"}),
            "a: 'line\n\n  break'\nb: \"tab\\t\"\nc: \"\\xE7\\xE9\"\n",
        );
        check(json!({"": 1, "k": 1e20}), "? ''\n: 1\nk: 1.0e+20\n");
        let long = "word ".repeat(20) + "end";
        check(
            json!({ "a": long }),
            &format!("a: {}\n  {}end\n", "word ".repeat(16).trim_end(), "word ".repeat(4)),
        );
        assert_eq!(to_text(&json!({"b": 1, "a": 2}), true), "a: 2\nb: 1\n");
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_filter_map("finite", |number| number.is_finite().then(|| Json::from(number))),
            "\\PC{0,30}".prop_map(Json::from),
            "[ a-c:#'\"\\n\\t,\\-\\[{&*!|>%@`?yes0-9.~é]{0,120}".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
                prop::collection::vec(("[ a-z:#'\"\\n0-9é-]{0,12}", inner), 0..6)
                    .prop_map(|entries| Json::Object(entries.into_iter().collect())),
            ]
        })
    }

    /// Whether it is the same in YAML 1.2, in which `1e5` and `0o7` are numbers.
    fn is_of_both(value: &Json) -> bool {
        let is_number =
            |text: &str| text.parse::<f64>().is_ok() || text.trim_start_matches(['-', '+']).starts_with("0o");
        match value {
            Json::String(text) => !is_number(text),
            Json::Array(items) => items.iter().all(is_of_both),
            Json::Object(entries) => entries.iter().all(|(key, value)| !is_number(key) && is_of_both(value)),
            Json::Null | Json::Bool(_) | Json::Number(_) => true,
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value in any_json()) {
            let text = to_text(&value, false);
            let file = SourceMap::new().add("t.yml", text.as_str());
            let read = super::super::parse(&file).map(|yaml| yaml.to_json());
            prop_assert_eq!(read, Ok(value), "{}", text);
        }

        #[test]
        fn serde_yaml_reads_what_is_written(value in any_json().prop_filter("both versions", is_of_both)) {
            let text = to_text(&value, false);
            let read = serde_yaml::from_str::<Json>(&text);
            prop_assert_eq!(read.ok(), Some(value), "{}", text);
        }
    }
}
