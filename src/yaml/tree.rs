//! The tree under construction: a stack of open lists and mappings.

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};

use super::{Key, Map, Value, Yaml, problem, scalar};
use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// Lists and mappings may nest this deep.
const MAX_DEPTH: usize = 100;
/// A document may hold this many values once its aliases are written out.
const MAX_VALUES: usize = 1_000_000;

/// A finished value, as it is handed to the collection around it.
pub(super) struct Node {
    yaml: Yaml,
    /// What it would be as a key, the text as written, where that is not its value.
    key: Option<String>,
    /// It is a plain `<<`.
    is_merge: bool,
    /// How many values it holds, itself included.
    size: usize,
    /// How many levels it has.
    depth: usize,
}

impl Node {
    /// A text, which is written as it is.
    pub(super) fn text(span: Span, text: String) -> Self {
        Self {
            yaml: Yaml { span, value: Value::String(text) },
            key: None,
            is_merge: false,
            size: 1,
            depth: 0,
        }
    }

    /// A scalar that is written in some way.
    pub(super) fn scalar(span: Span, value: Value, written: String) -> Self {
        Self { yaml: Yaml { span, value }, key: Some(written), is_merge: false, size: 1, depth: 0 }
    }

    /// A scalar without quotes: `<<` merges.
    pub(super) fn plain(span: Span, text: String) -> Self {
        match scalar::typed(&text) {
            Some(value) => Self::scalar(span, value, text),
            None => Self { is_merge: text == "<<", ..Self::text(span, text) },
        }
    }

    /// What it is as a key.
    fn into_key(self) -> Key {
        let Yaml { span, value } = self.yaml;
        let is_text = matches!(value, Value::String(_));
        let text = match (self.key, value) {
            (Some(written), _) | (None, Value::String(written)) => written,
            (None, _) => String::new(),
        };
        Key { text, is_text, span }
    }
}

/// What stands before the colon.
enum Pending {
    Key(Key),
    Merge(Span),
    /// A list or mapping as a key, already reported.
    Unusable,
}

enum Content {
    Seq(Vec<Yaml>),
    Map { pending: Option<Pending>, merged: Vec<(Key, Yaml)>, own: Vec<(Key, Yaml)> },
}

struct Frame {
    content: Content,
    span: Span,
    anchor: usize,
    size: usize,
    depth: usize,
    /// It was written `{{`: most likely a template that lacks quotes.
    is_doubled: bool,
}

#[derive(Default)]
pub(super) struct Tree {
    stack: Vec<Frame>,
    root: Option<Yaml>,
    anchors: HashMap<usize, (Yaml, usize, usize)>,
    values: usize,
    is_too_big: bool,
    diagnostics: Vec<Diagnostic>,
}

impl Tree {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The limits are passed; what follows is not worth reading.
    pub(super) fn is_too_big(&self) -> bool {
        self.is_too_big
    }

    pub(super) fn finish(self) -> (Option<Yaml>, Vec<Diagnostic>) {
        (self.root, self.diagnostics)
    }

    pub(super) fn open_seq(&mut self, span: Span, anchor: usize) {
        self.open(Content::Seq(Vec::new()), span, anchor, false);
    }

    pub(super) fn open_map(&mut self, span: Span, anchor: usize, is_doubled: bool) {
        let content = Content::Map { pending: None, merged: Vec::new(), own: Vec::new() };
        self.open(content, span, anchor, is_doubled);
    }

    fn open(&mut self, content: Content, span: Span, anchor: usize, is_doubled: bool) {
        if self.stack.len() >= MAX_DEPTH {
            self.too_big(span, format!("lists and mappings are nested more than {MAX_DEPTH} levels deep"));
        }
        self.stack.push(Frame { content, span, anchor, size: 1, depth: 1, is_doubled });
    }

    pub(super) fn scalar(&mut self, node: Node, anchor: usize) {
        self.remember(anchor, &node);
        self.add(node);
    }

    pub(super) fn alias(&mut self, anchor: usize, span: Span) {
        let Some((yaml, size, depth)) = self.anchors.get(&anchor) else {
            self.report(
                Diagnostic::error("yaml-alias", "an alias stands inside the value that it stands for")
                    .at(span, "this would never end"),
            );
            return self.add(Node::scalar(span, Value::Null, String::new()));
        };
        let (size, depth) = (*size, *depth);
        self.values += size;
        if self.values > MAX_VALUES || self.stack.len() + depth > MAX_DEPTH {
            return self.too_big(span, "the aliases of this file stand for too many values".to_owned());
        }
        let key = Some(yaml.scalar_text().unwrap_or_default());
        let node = Node { yaml: yaml.clone(), key, is_merge: false, size, depth };
        self.add(node);
    }

    pub(super) fn close(&mut self, end: Span) {
        let Some(frame) = self.stack.pop() else { return };
        let value = match frame.content {
            Content::Seq(items) => Value::Seq(items),
            Content::Map { merged, own, .. } => Value::Map(self.entries(merged, own)),
        };
        let last =
            last_place(&value).map_or(end.end, |last| if end.end > end.start { end.end } else { last });
        let span = Span { end: last.max(frame.span.start), ..frame.span };
        let (size, depth) = (frame.size, frame.depth);
        let node = Node { yaml: Yaml { span, value }, key: None, is_merge: false, size, depth };
        self.remember(frame.anchor, &node);
        let is_key = self.stack.last().is_some_and(Frame::expects_key);
        if is_key {
            let doubled = self.stack.last().is_some_and(|parent| parent.is_doubled) || frame.is_doubled;
            let outer = self
                .stack
                .last()
                .filter(|parent| parent.is_doubled)
                .map_or(span, |parent| parent.span.to(span));
            self.report(problem::unusable_key(outer, doubled));
            if let Some(Frame { content: Content::Map { pending, .. }, .. }) = self.stack.last_mut() {
                *pending = Some(Pending::Unusable);
            }
            return;
        }
        self.add(node);
    }

    fn remember(&mut self, anchor: usize, node: &Node) {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.yaml.clone(), node.size, node.depth));
        }
    }

    fn add(&mut self, node: Node) {
        self.values += 1;
        let Some(frame) = self.stack.last_mut() else {
            self.root.get_or_insert(node.yaml);
            return;
        };
        frame.size += node.size;
        frame.depth = frame.depth.max(node.depth + 1);
        match &mut frame.content {
            Content::Seq(items) => items.push(node.yaml),
            Content::Map { pending: pending @ None, .. } => {
                let span = node.yaml.span;
                *pending = Some(match node.yaml.value {
                    Value::Seq(_) | Value::Map(_) => Pending::Unusable,
                    _ if node.is_merge => Pending::Merge(span),
                    _ => Pending::Key(node.into_key()),
                });
                if matches!(pending, Some(Pending::Unusable)) {
                    self.diagnostics.push(problem::unusable_key(span, false));
                }
            }
            Content::Map { pending, merged, own } => match pending.take() {
                Some(Pending::Key(key)) => own.push((key, node.yaml)),
                Some(Pending::Merge(at)) => match merge(node.yaml, merged) {
                    Ok(()) => {}
                    Err(kind) => self.diagnostics.push(
                        Diagnostic::error("yaml-merge", format!("`<<` merges mappings, this is {kind}"))
                            .at(at, "")
                            .help("give an alias of a mapping, such as `<<: *defaults`"),
                    ),
                },
                Some(Pending::Unusable) | None => {}
            },
        }
    }

    /// A mapping's own keys come after and win over merged ones; of equal own
    /// keys the last wins, with a warning.
    fn entries(&mut self, merged: Vec<(Key, Yaml)>, own: Vec<(Key, Yaml)>) -> Map {
        if merged.is_empty() && are_distinct(&own) {
            return Map::of_distinct(own);
        }
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut entries: Vec<(Key, Yaml)> = Vec::with_capacity(merged.len() + own.len());
        let first_own = merged.len();
        let mut own_keys: HashMap<String, Span> = HashMap::new();
        for (index, (key, value)) in merged.into_iter().chain(own).enumerate() {
            if index >= first_own
                && let Some(earlier) = own_keys.insert(key.text.clone(), key.span)
            {
                self.diagnostics.push(
                    Diagnostic::warning("duplicate-key", format!("the key `{}` stands twice", key.text))
                        .at(key.span, "this one counts")
                        .at(earlier, "this one is ignored")
                        .help("remove one of the two"),
                );
            }
            if let Some(entry) = places.get(&key.text).and_then(|at| entries.get_mut(*at)) {
                *entry = (key, value);
            } else {
                places.insert(key.text.clone(), entries.len());
                entries.push((key, value));
            }
        }
        Map::of_distinct(entries)
    }

    fn too_big(&mut self, span: Span, message: String) {
        self.is_too_big = true;
        let first = Span { end: span.end.min(span.start + 1), ..span };
        self.diagnostics.push(Diagnostic::error("yaml-size", message).at(first, ""));
    }
}

impl Frame {
    fn expects_key(&self) -> bool {
        matches!(self.content, Content::Map { pending: None, .. })
    }
}

/// Whether each key stands once. Most mappings are small: comparing is quicker there than a table.
fn are_distinct(entries: &[(Key, Yaml)]) -> bool {
    const FEW: usize = 16;
    let texts = || entries.iter().map(|(key, _)| key.text.as_str());
    if entries.len() > FEW {
        let mut seen = HashSet::with_capacity(entries.len());
        return texts().all(|text| seen.insert(text));
    }
    texts().enumerate().all(|(place, text)| !texts().take(place).any(|earlier| earlier == text))
}

/// Puts a mapping, or a list of mappings of which the first wins, before the
/// own keys; the error is what was found instead.
fn merge(yaml: Yaml, merged: &mut Vec<(Key, Yaml)>) -> Result<(), &'static str> {
    let kind = yaml.kind();
    match yaml.value {
        Value::Map(map) => merged.extend(map),
        Value::Seq(items) => {
            for item in items.into_iter().rev() {
                match item.value {
                    Value::Map(map) => merged.extend(map),
                    _ => return Err("a list that holds something else"),
                }
            }
        }
        _ => return Err(kind),
    }
    Ok(())
}

/// Where the last value in a collection ends.
fn last_place(value: &Value) -> Option<usize> {
    match value {
        Value::Seq(items) => items.last().map(|item| item.span.end),
        Value::Map(map) => map.iter().last().map(|(key, value)| value.span.end.max(key.span.end)),
        _ => None,
    }
}
