//! Descriptions, and the docs blocks that they use.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::value::{Kwargs, Rest};
use minijinja::{Error, Value};
use serde_json::{Value as Json, json};

use super::parse::Surroundings;
use super::properties::{Column, Spanned};
use super::{ColumnDocs, DocBlock, SearchOrder};
use crate::diagnostics::{Diagnostic, nearest};
use crate::template::{self, Engine, Notices, Scope, Text};

/// Renders descriptions, which know `doc()` and little else.
#[derive(Clone, Copy)]
pub(super) struct Describer<'a> {
    engine: &'a Engine,
    blocks: &'a Arc<IndexMap<String, DocBlock>>,
    surroundings: &'a Arc<Surroundings>,
    is_raw: bool,
}

/// A rendered description and the unique ids of the docs blocks in it.
pub(super) type Described = (String, Vec<String>);

impl<'a> Describer<'a> {
    /// Describes with these docs blocks.
    pub(super) fn new(
        engine: &'a Engine,
        blocks: &'a Arc<IndexMap<String, DocBlock>>,
        surroundings: &'a Arc<Surroundings>,
    ) -> Self {
        Self { engine, blocks, surroundings, is_raw: false }
    }

    /// Describes what is enabled or not. dbt: what is disabled keeps its descriptions as written.
    pub(super) fn of_enabled(self, is_enabled: bool) -> Self {
        Self { is_raw: !is_enabled, ..self }
    }

    /// The description as people read it.
    pub(super) fn describe(
        &self,
        description: Option<&Spanned<String>>,
        package: &str,
    ) -> Result<Described, Diagnostic> {
        let Some(description) = description else { return Ok(Described::default()) };
        let text = Text::new(description.value.as_str(), description.span.file, description.span.start);
        if self.is_raw || text.is_plain() {
            return Ok((description.value.clone(), Vec::new()));
        }
        let scope = DocsScope {
            package: package.to_owned(),
            doc: self.doc_function(package),
            surroundings: Arc::clone(self.surroundings),
        };
        let rendered = self.engine.render(&text, Arc::new(scope)).map_err(|error| error.diagnostic())?;
        let order = &self.surroundings.order;
        let found = |names: &Vec<String>| find(self.blocks, names, package, order);
        let shown = shown_docs(&description.value);
        let used = shown.iter().filter_map(found).map(|block| block.unique_id.clone());
        Ok((rendered, used.collect()))
    }

    /// The columns as people read about them. Findings are added to `findings`.
    pub(super) fn columns(
        &self,
        columns: &[Column],
        package: &str,
        findings: &mut Vec<Diagnostic>,
    ) -> IndexMap<String, ColumnDocs> {
        let described = columns.iter().map(|column| {
            let (description, doc_blocks) = self.or_report(column.description.as_ref(), package, findings);
            let docs = ColumnDocs {
                name: column.name.value.clone(),
                description,
                data_type: column.data_type.clone(),
                quote: column.quote,
                meta: column.meta.clone(),
                tags: column.tags.clone(),
                constraints: column.constraints.iter().map(|written| constraint(written, false)).collect(),
                doc_blocks,
                extra: column.extra.clone(),
            };
            (docs.name.clone(), docs)
        });
        described.collect()
    }

    /// As [`Describer::describe`]; a finding is added to `findings`, and the
    /// description is then empty.
    pub(super) fn or_report(
        &self,
        description: Option<&Spanned<String>>,
        package: &str,
        findings: &mut Vec<Diagnostic>,
    ) -> Described {
        self.describe(description, package).unwrap_or_else(|finding| {
            findings.push(finding);
            Described::default()
        })
    }

    /// `doc(name)` and `doc(package, name)`.
    fn doc_function(&self, package: &str) -> Value {
        let blocks = Arc::clone(self.blocks);
        let (own, surroundings) = (package.to_owned(), Arc::clone(self.surroundings));
        Value::from_function(move |Rest(names): Rest<Value>, _: Kwargs| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            if !matches!(names.len(), 1 | 2) {
                return Err(template::raise_message("`doc` takes a name, or a package and a name"));
            }
            match find(&blocks, &names, &own, &surroundings.order) {
                Some(block) => Ok::<Value, Error>(Value::from(block.contents.as_str())),
                None => Err(unknown_doc(&names, &blocks)),
            }
        })
    }
}

/// The docs block of a name, or of a package and a name, as a node of the package `own` sees it.
fn find<'a>(
    blocks: &'a IndexMap<String, DocBlock>,
    names: &[String],
    own: &str,
    order: &SearchOrder,
) -> Option<&'a DocBlock> {
    match names {
        [name] => order.packages(None, own).find_map(|package| match package {
            Some(package) => blocks.get(&format!("doc.{package}.{name}")),
            None => blocks.values().find(|block| block.name == *name),
        }),
        [package, name] => blocks.get(&format!("doc.{package}.{name}")),
        _ => None,
    }
}

/// What `doc` is called with wherever a description shows what it gives as it is. dbt: only
/// these docs blocks are told of in `doc_blocks`.
fn shown_docs(description: &str) -> Vec<Vec<String>> {
    let shown = description.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
    let calls = shown.filter_map(|(expression, _)| {
        let expression = expression.trim_start_matches(['-', '+']).trim_end_matches('-').trim();
        let arguments = expression.strip_prefix("doc")?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
        arguments.split(',').map(|argument| unquoted(argument.trim())).collect()
    });
    calls.collect()
}

fn unquoted(literal: &str) -> Option<String> {
    let inside = |quote: char| literal.strip_prefix(quote)?.strip_suffix(quote);
    let text = inside('\'').or_else(|| inside('"'))?;
    (!text.contains(['\'', '"', '(', ')'])).then(|| text.to_owned())
}

/// A constraint with all of dbt's keys; one of a model as a whole has `columns` too.
pub(super) fn constraint(written: &Json, of_model: bool) -> Json {
    let mut all = json!({
        "type": null,
        "name": null,
        "expression": null,
        "warn_unenforced": true,
        "warn_unsupported": true,
        "to": null,
        "to_columns": [],
    });
    if let (Some(all), Some(written)) = (all.as_object_mut(), written.as_object()) {
        if of_model {
            all.insert("columns".to_owned(), json!([]));
        }
        all.extend(written.clone());
    }
    all
}

/// The template that the `to` of a foreign key is: `ref('a')` and `source('a', 'b')` are calls;
/// `None` for anything else, such as a table's name.
#[must_use]
pub fn foreign_key_target(constraint: &Json) -> Option<String> {
    let text = |key: &str| constraint.get(key).and_then(Json::as_str);
    let to = text("to").filter(|_| text("type") == Some("foreign_key"))?.trim();
    let (name, _) = to.split_once('(').filter(|_| to.ends_with(')'))?;
    ["ref", "source"].contains(&name.trim_end()).then(|| format!("{{{{ {to} }}}}"))
}

fn unknown_doc(names: &[String], blocks: &IndexMap<String, DocBlock>) -> Error {
    let wanted = names.join(".");
    let name = names.last().map(String::as_str).unwrap_or_default();
    let finding = Diagnostic::error("unknown-doc", format!("there is no docs block `{wanted}`"));
    let finding = match nearest(name, blocks.values().map(|block| block.name.as_str())) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help(format!("write `{{% docs {name} %}}` … `{{% enddocs %}}` in a `.md` file")),
    };
    template::raise_diagnostic(finding)
}

/// What a description sees.
struct DocsScope {
    package: String,
    doc: Value,
    surroundings: Arc<Surroundings>,
}

impl fmt::Debug for DocsScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocsScope").field("package", &self.package).finish_non_exhaustive()
    }
}

impl Scope for DocsScope {
    fn lookup(&self, name: &str) -> Option<Value> {
        if name == "doc" {
            Some(self.doc.clone())
        } else {
            self.surroundings.members.lookup(name, &self.package)
        }
    }

    fn package(&self) -> &str {
        &self.package
    }

    fn names(&self) -> Vec<&'static str> {
        [vec!["doc"], self.surroundings.members.names()].concat()
    }

    fn macro_ran(&self, place: usize) {
        self.surroundings.members.reads().note_macro(place);
    }

    fn depends_on_run(&self) {
        self.surroundings.members.reads().note_volatile();
    }

    fn notices(&self) -> Arc<dyn Notices> {
        Arc::clone(&self.surroundings.notices)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{foreign_key_target, shown_docs};

    #[test]
    fn docs_blocks_are_told_of_where_they_are_shown_as_they_are() {
        let check = |description: &str, expected: &[&[&str]]| {
            assert_eq!(shown_docs(description), expected, "{description}");
        };
        check("{{ doc('a') }} and {{- doc (\"p\", 'b') -}}", &[&["a"], &["p", "b"]]);
        check("{{ doc('a').format(name='b') }}", &[]);
        check("{{ doc('a') | upper }} {{ doc('a') ~ doc('b') }} {{ documents('a') }}", &[]);
        check("doc('a') {% if true %}{% endif %}", &[]);
    }

    #[test]
    fn foreign_keys_point_at_nodes() {
        let check = |kind: &str, to: &str, expected: Option<&str>| {
            let constraint = json!({"type": kind, "to": to});
            assert_eq!(foreign_key_target(&constraint).as_deref(), expected, "{to}");
        };
        check("foreign_key", "ref('a')", Some("{{ ref('a') }}"));
        check("foreign_key", " source ('a', 'b') ", Some("{{ source ('a', 'b') }}"));
        check("foreign_key", "schema.a", None);
        check("foreign_key", "var('a')", None);
        check("primary_key", "ref('a')", None);
        assert_eq!(foreign_key_target(&json!({"type": "foreign_key", "to": null})), None);
    }
}
